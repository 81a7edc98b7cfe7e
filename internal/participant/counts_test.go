package participant_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/member"
	"github.com/lavoroincorso/lavoro/internal/participant"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// counts spells the total and each bucket, in order, or the code of the refusal.
func (o *office) counts(actor access.Actor, by string, filter map[string]any) string {
	o.t.Helper()
	engine := &plan.Engine{Schema: plan.NewSchema(programme.Reading(), member.Reading(), participant.Reading()), DB: o.db}
	data, err := engine.Query(o.ctx, plan.Viewer{Actor: actor, Lang: "it", Now: o.now}, []plan.Selected{{Alias: "c", Name: "participantCounts",
		Args: map[string]any{"programme": plan.FormatID("prg", o.programme), "by": by, "filter": filter},
		Under: func(string) []plan.Selected {
			return []plan.Selected{leaf("total"), node("buckets", leaf("key"), leaf("label"), leaf("count"))}
		}}})
	if list, ok := refusal.As(err); ok {
		return list[0].Code
	}
	if err != nil {
		o.t.Fatal(err)
	}
	var v struct {
		C struct {
			Total   *int
			Buckets []struct {
				Key, Label string
				Count      *int
			}
		}
	}
	if err := json.Unmarshal(data, &v); err != nil {
		o.t.Fatal(err)
	}
	number := func(n *int) string {
		if n == nil {
			return "?"
		}
		return fmt.Sprint(*n)
	}
	said := number(v.C.Total)
	for _, b := range v.C.Buckets {
		word := b.Label
		if word == "" {
			word = b.Key
		}
		said += ", " + word + " " + number(b.Count)
	}
	return said
}

func TestCountsOfParticipants(t *testing.T) {
	o := newOffice(t)
	first := o.named(o.aias, "AIAS", 0, "Uno,A", "Due,A", "Tre,A", "Quattro,A", "Cinque,A", "Sei,A", "Sette,A")
	o.named(o.pegaso, "PEGASO", 30, "Otto,A")
	o.assign(o.aias, first[0].Participation, &o.manager, &o.tutor)
	tutor := o.as(o.tutor, access.Tutor)
	name := func(code string) string { return o.text("select name from organisation where code = $1", code) }
	for what, c := range map[string]struct {
		actor access.Actor
		by    string
		want  string
	}{
		"lead by partner":       {o.lead, "ORGANISATION", "8, " + name("AIAS") + " 7, " + name("PEGASO") + " 1"},
		"partner by partner":    {o.pegaso, "ORGANISATION", "1, " + name("PEGASO") + " 1"},
		"tutor by state":        {tutor, "STATE", "1, Segnalata 1"},
		"by month":              {o.lead, "REFERRED_MONTH", "8, 2026-03 8"},
		"by municipality":       {o.lead, "MUNICIPALITY", "8, Massa 8"},
		"tutor by municipality": {tutor, "MUNICIPALITY", "FILTER_NOT_READABLE"},
		"nobody left":           {o.lead, "EXIT_REASON", "0"},
	} {
		if got := o.counts(c.actor, c.by, nil); got != c.want {
			t.Errorf("%s: %s, want %s", what, got, c.want)
		}
	}
	if got := o.counts(o.lead, "EXIT_REASON", map[string]any{"states": []any{"ACTIVE"}}); got != "COUNTS_WHOLE" {
		t.Errorf("why people of a state left: %s", got)
	}
}

// Few who left for the same reason are not told of: how few, the programme's rules say.
func TestFewReasonsAreNotTold(t *testing.T) {
	o := newOffice(t)
	for i, name := range strings.Fields("Uno Due Tre Quattro Cinque Sei Sette") {
		id := o.named(o.aias, "AIAS", i, name+",A")[0].Participation
		o.exec("update participation set exit_reason = (select code from code_item where list = 'exit_reasons' order by position limit 1 offset $2) where id = $1", id, i%2)
	}
	label := func(n int) string {
		return o.text("select label ->> 'it' from code_item where list = 'exit_reasons' order by position limit 1 offset $1", n)
	}
	small := func(n string) { o.exec("update policy_rule set value = $1::jsonb where code = 'counts.small'", n) }
	small("3")
	if got, want := o.counts(o.lead, "EXIT_REASON", nil), "7, "+label(0)+" 4, "+label(1)+" 3"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	small("4")
	if got := o.counts(o.lead, "EXIT_REASON", nil); !strings.HasPrefix(got, "7, ") || strings.Count(got, " ?") != 2 {
		t.Errorf("below the threshold: %s", got)
	}
	if got := o.counts(o.as(o.tutor, access.Tutor), "EXIT_REASON", nil); got != "0" {
		t.Errorf("a tutor without people: %s", got)
	}
}
