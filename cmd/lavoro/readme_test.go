package main

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// world is what somebody is answered: how many of each there are, what is hidden of the first, and what is shown of it.
type world struct {
	people, months, internships, entries float64
	hidden, hiddenAtWork                 []any
	name, iban, intern                   any
	pseudonym, total                     any
}

// whatTheREADMESays holds for each whom it names what it says of his world; lead is that of the lead body's coordinator.
var whatTheREADMESays = map[string]func(w, lead world) bool{
	"coordinator.asl": func(w, _ world) bool {
		return w.people > 0 && w.months > 0 && w.name != nil && w.hides("health", "bank")
	},
	"casemanager.aias": func(w, l world) bool {
		return w.few(l) && w.name != nil && w.iban != nil && !w.hides("health") && !w.hides("bank")
	},
	"tutor.aias": func(w, l world) bool {
		return w.few(l) && w.name != nil && w.months == 0 && w.hides("health", "bank", "verdict")
	},
	"hosttutor1.azienda": func(w, _ world) bool {
		return w.people == 0 && w.months == 0 && w.internships > 0 && w.intern != nil && slices.Contains(w.hiddenAtWork, any("participant"))
	},
	"payments.asl": func(w, l world) bool {
		return w.people == l.people && w.months == l.months && w.name != nil && w.iban != nil && w.hides("health", "verdict", "exclusionChecks")
	},
	"auditor.asl": func(w, l world) bool {
		return w.few(l) && w.people <= 5 && w.months > 0 && w.pseudonym != nil && w.total != nil && w.internships > 0 && w.intern == nil && w.hides("health", "bank") && !w.hides("proofs")
	},
	"dpo.asl":              func(w, _ world) bool { return w.people == 0 && w.months == 0 && w.internships == 0 && w.entries > 0 },
	"administrator.asl":    func(w, _ world) bool { return w.people == 0 && w.months == 0 && w.internships == 0 && w.entries == 0 },
	"participant1.persona": func(w, _ world) bool { return w.people == 1 && w.name != nil && w.entries == 0 },
}

func (w world) few(of world) bool { return w.people > 0 && w.people < of.people }

func (w world) hides(fields ...any) bool {
	return !slices.ContainsFunc(fields, func(f any) bool { return !slices.Contains(w.hidden, f) })
}

// worlds asks the README's one question as each whom it names, and holds what it says of what they see.
func worlds(t *testing.T, n *node, p vars) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	asked := regexp.MustCompile(`(?s)worlds='(\{.*?\})'\n`).FindSubmatch(readme)
	named := regexp.MustCompile(`for who in ([^;]+); do\n  echo "\$who:"`).FindSubmatch(readme)
	if asked == nil || named == nil {
		t.Fatal("the README asks no question, or nobody")
	}
	question := strings.NewReplacer(`'$programme'`, p["programme"].(string), `\"`, `"`).Replace(string(asked[1]))
	var lead world
	seen, people := map[string]string{}, strings.Fields(string(named[1]))
	for _, who := range people {
		data := n.as(t, who+"@demo.lavoro").ask(question, nil)
		answer, err := json.Marshal(data)
		if err != nil {
			t.Fatal(err)
		}
		w, text := worldOf(data), string(answer)
		if who == people[0] {
			lead = w
		}
		if holds := whatTheREADMESays[who]; holds == nil || !holds(w, lead) {
			t.Errorf("the README does not say this of what %s sees: %s", who, text)
		}
		if other := seen[text]; other != "" {
			t.Errorf("%s and %s see the same", other, who)
		}
		seen[text] = who
	}
	if len(people) != len(whatTheREADMESays) {
		t.Errorf("the README names %v", people)
	}
}

func worldOf(data map[string]any) world {
	shown := func(path string) (v any) {
		v = data
		for _, step := range strings.Split(path, ".") {
			if list, ok := v.([]any); ok {
				if len(list) == 0 {
					return nil
				}
				v = list[0]
			}
			object, _ := v.(map[string]any)
			v = object[step]
		}
		return v
	}
	count := func(list string) float64 { n, _ := shown(list + ".totalCount").(float64); return n }
	hidden := func(list string) []any { names, _ := shown(list + ".nodes.hidden").([]any); return names }
	return world{people: count("participants"), months: count("allowances"), internships: count("placements"), entries: count("journal"),
		hidden: hidden("participants"), hiddenAtWork: hidden("placements"), name: shown("participants.nodes.person.familyName"),
		iban: shown("participants.nodes.bank.iban"), intern: shown("placements.nodes.intern.familyName"),
		pseudonym: shown("allowances.nodes.pseudonym"), total: shown("allowances.nodes.total")}
}
