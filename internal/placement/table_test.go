package placement_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/placement"
	"github.com/lavoroincorso/lavoro/internal/placement/placementtest"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// Every state has a way out or ends the path; every state is reached; those that wait have a clock, a label and a hint.
func TestNoStateIsADeadEnd(t *testing.T) {
	for _, s := range placement.States() {
		var out, in bool
		for _, way := range placement.Transitions {
			out, in = out || way.Leaves(s) && !way.Stays(), in || way.To == s
		}
		if out == s.Final() {
			t.Errorf("%s: final %v, and a way out %v", s, s.Final(), out)
		}
		if !in {
			t.Errorf("%s is never reached", s)
		}
		clocked := slices.ContainsFunc(placement.Clocks, func(c placement.Clock) bool { return c.State == s })
		if clocked == s.Final() {
			t.Errorf("%s: final %v, and a clock %v", s, s.Final(), clocked)
		}
		if !placement.Labels[string(s)].Complete() || !placement.Hints[string(s)].Complete() {
			t.Errorf("%s has no words", s)
		}
	}
	if n := len(placement.States()); len(placement.Labels) != n || len(placement.Hints) != n {
		t.Errorf("words for %d and %d of %d states", len(placement.Labels), len(placement.Hints), n)
	}
}

// From every state there is an act that a role other than the one that made it may do.
func TestEveryWaitingStateHasTwoRolesForItsExit(t *testing.T) {
	d := newDesk(t)
	key := d.Orgs["ASL"]
	for _, s := range placement.States() {
		if s.Final() {
			continue
		}
		roles := map[access.Role]bool{}
		for _, way := range placement.Transitions {
			for _, role := range []access.Role{access.Coordinator, access.PartnerCoordinator, access.Tutor} {
				if way.Leaves(s) && !way.Stays() && d.Actor(key, role).MayIn(way.Act, d.Programme) {
					roles[role] = true
				}
			}
		}
		if len(roles) < 2 {
			t.Errorf("%s is left by %v only", s, roles)
		}
	}
}

// In every state, for every act and for who may and who may not: what is allowed is what succeeds, and what is refused is refused
// with the same codes.
func TestAllowedActsAreWhatTheActsDo(t *testing.T) {
	d := newDesk(t)
	for _, s := range placement.States() {
		d.Today = placementtest.Monday
		id := d.brought(s)
		for _, day := range []int{0, 400} {
			d.Today = d.Today.AddDays(day)
			for who, actor := range map[string]access.Actor{"system": d.System(), "tutor": d.Accompanying(), "coordinator": d.Coordinator("CARRARA")} {
				allowed := d.allowed(actor, id)
				for _, way := range placement.Transitions {
					if len(way.From) == 0 {
						continue
					}
					err := d.As(actor, func(ctx context.Context, tx *postgres.Tx) error {
						return errors.Join(d.try(ctx, tx, way.Act, placement.Step{Placement: id}), errStop)
					})
					said, did := allowed[way.Act], codesOf(err)
					if said.Allowed != (len(did) == 0) || !slices.Equal(codes(said.Refusals), did) {
						t.Errorf("%s, %s, day %d, %s: allowed %v %v, the act refuses %v", s, who, day, way.Act, said.Allowed, codes(said.Refusals), did)
					}
				}
			}
		}
	}
}

// codesOf gives the codes of an act that was tried and rolled back.
func codesOf(err error) []string {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []string{"no answer: " + err.Error()}
	}
	list, _ := refusal.As(joined.Unwrap()[0])
	if len(list) == 0 && !errors.Is(joined.Unwrap()[0], errStop) {
		return []string{joined.Unwrap()[0].Error()}
	}
	return codes(list)
}

func codes(list []refusal.Refusal) []string {
	var all []string
	for _, r := range list {
		all = append(all, r.Code)
	}
	slices.Sort(all)
	return all
}

// To whom a role does not allow an act, allowedActs says only that.
func TestAllowedActsTellAStrangerNothing(t *testing.T) {
	d := newDesk(t)
	id := d.brought(placement.InDraft)
	d.Exec("update participation set state = 'PAP_SIGNED'") // a gate that is shut: the host must not learn it
	for act, a := range d.allowed(d.Host(id), id) {
		if a.Allowed || !slices.Equal(codes(a.Refusals), []string{"NOT_ALLOWED"}) {
			t.Errorf("%s: %v", act, a.Refusals)
		}
	}
}
