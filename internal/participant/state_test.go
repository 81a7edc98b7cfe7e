package participant_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/participant"
)

func TestEveryStateHasAnExitOrIsFinal(t *testing.T) {
	for _, s := range participant.Standings {
		for _, entered := range []bool{false, true} {
			exits := 0
			for _, tr := range participant.Transitions {
				if slices.Contains(tr.From, s.State) && tr.To != "" && tr.To != s.State &&
					(tr.Entry == participant.Either || (tr.Entry == participant.Entered) == entered) {
					exits++
				}
			}
			if s.Final != (exits == 0) {
				t.Errorf("%s (entered: %v) has %d exits, final: %v", s.State, entered, exits, s.Final)
			}
		}
	}
}

func TestEveryStateCanBeReached(t *testing.T) {
	reached := map[participant.State]bool{participant.Referred: true}
	for range participant.Standings {
		for _, tr := range participant.Transitions {
			if slices.ContainsFunc(tr.From, func(s participant.State) bool { return reached[s] }) && tr.To != "" {
				reached[tr.To] = true
			}
		}
	}
	for _, s := range participant.Standings {
		if !reached[s.State] {
			t.Errorf("%s cannot be reached", s.State)
		}
		if !s.Label.Complete() || !s.Hint.Complete() {
			t.Errorf("%s lacks words", s.State)
		}
	}
}

func TestEveryExitHasARoleBesideTheSystem(t *testing.T) {
	programme, key := uuid.New(), uuid.New()
	for _, tr := range participant.Transitions {
		roles := 0
		for _, role := range access.Roles() {
			actor := access.Actor{Grants: []access.Grant{{Role: role, Programme: programme, Key: key}}}
			if role != access.System && actor.May(tr.Act, programme, []uuid.UUID{key}) {
				roles++
			}
		}
		if roles < 2 {
			t.Errorf("%s can be done by %d roles: a case must not wait for one person", tr.Act, roles)
		}
	}
}

// TestStatesAreThoseOfTheTable holds the states in code against the CHECK in the database.
func TestStatesAreThoseOfTheTable(t *testing.T) {
	o := newOffice(t)
	id := o.referred(o.aias, "AIAS", mario).Participation
	for _, s := range participant.Standings {
		o.exec("update participation set state = $2 where id = $1", id, string(s.State))
	}
	if _, err := o.owner.Exec(o.ctx, "update participation set state = 'LIMBO'"); err == nil {
		t.Error("the table takes a state that is none")
	}
}

func TestClocksAndOwners(t *testing.T) {
	clocks := participant.Clocks()
	if len(clocks) != 12 {
		t.Errorf("%d states wait for somebody", len(clocks))
	}
	for _, c := range clocks {
		if prefix := map[string]string{"participant": "prt", "handover": "hov"}[c.Concept]; c.Policy != "clock."+c.Concept+"."+c.State || c.Prefix != prefix || !c.Label.Complete() {
			t.Errorf("clock %+v", c)
		}
	}
	manager, org, lead := uuid.New(), uuid.New(), uuid.New()
	for name, c := range map[string]struct {
		state   participant.State
		manager uuid.UUID
		line    []uuid.UUID
		want    []uuid.UUID
	}{
		"organisation first": {participant.Referred, manager, []uuid.UUID{org, lead}, []uuid.UUID{org, lead}},
		"case manager":       {participant.Active, manager, []uuid.UUID{org, lead}, []uuid.UUID{manager, org, lead}},
		"no case manager":    {participant.Active, uuid.Nil, []uuid.UUID{org, lead}, []uuid.UUID{org, lead}},
		"lead itself":        {participant.Active, uuid.Nil, []uuid.UUID{lead}, []uuid.UUID{lead}},
	} {
		if got := c.state.Owners(c.manager, c.line); fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
