package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/lavoroincorso/lavoro/internal/platform/testdb"
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

// whatTheTourRefuses are the refusals that its words announce, in order.
var whatTheTourRefuses = []string{"PAYMENT_OWN_RUN", "NOT_ALLOWED", "SCOPE_MISSING"}

// TestTour walks through the README's tour, command by command, as a reader does: nothing it asks for is missing, and nothing is refused but what it says.
// What needs packages of npm is left out: clienttest has it.
func TestTour(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, tour, begins := strings.Cut(string(readme), "## A five-minute tour\n")
	tour, _, ends := strings.Cut(tour, "\n## ")
	if !begins || !ends {
		t.Fatal("the README has no tour")
	}
	home := t.TempDir()
	c := demonstration(t, testdb.New(t))
	c.State = filepath.Join(home, ".lavoro")
	if err := os.MkdirAll(filepath.Join(c.State, "bin"), 0o700); err != nil {
		t.Fatal(err)
	}
	n := serve(t, c)
	program := fmt.Sprintf("#!/bin/sh\nexec %s \"$@\"\n", os.Args[0])
	if err := os.WriteFile(filepath.Join(c.State, "bin", "lavoro"), []byte(program), 0o700); err != nil {
		t.Fatal(err)
	}
	script := "set -eo pipefail\n"
	for _, block := range regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(tour, -1) {
		if !strings.HasPrefix(block[1], "npm ") {
			script += block[1]
		}
	}
	cmd := exec.CommandContext(t.Context(), "bash", "-c", strings.ReplaceAll(script, "localhost:8080", strings.TrimPrefix(n.url, "http://")))
	cmd.Dir = home
	cmd.Env = append(os.Environ(), asProgram+"=1", "DATABASE_URL="+c.DatabaseURL, "LAVORO_OWNER_URL="+c.OwnerURL, "REDIS_URL="+c.RedisURL, "LAVORO_KEYS="+c.KeysText)
	out, err := cmd.CombinedOutput()
	told := string(out)
	if exit := new(exec.ExitError); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if !strings.HasSuffix(told, "dry run: nothing was written\n") { // the last that it says, whatever a dry run of bad rows returns
		t.Fatalf("the tour ends early: %v\n%s", err, told)
	}
	if strings.Contains(told, `{"errors"`) {
		t.Errorf("an operation is none:\n%s", told)
	}
	var refused []string
	for _, r := range regexp.MustCompile(`"refusals":\[\{(?:"code":"([A-Z_]+)")?`).FindAllStringSubmatch(told, -1) {
		refused = append(refused, r[1])
	}
	if !slices.Equal(refused, whatTheTourRefuses) {
		t.Errorf("refused is %v, want %v:\n%s", refused, whatTheTourRefuses, told)
	}
}
