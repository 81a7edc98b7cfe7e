package matching_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/matching"
	"github.com/lavoroincorso/lavoro/internal/placement/placementtest"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

var errStop = errors.New("only tried")

func (d *desk) try(ctx context.Context, tx *postgres.Tx, act access.Act, in matching.Decision) error {
	switch act {
	case access.ProposeMatch:
		return d.room.Propose(ctx, tx, in)
	case access.AcceptMatch:
		return d.room.Accept(ctx, tx, in)
	case access.DeclineMatch:
		return d.room.Decline(ctx, tx, matching.DeclineInput{Decision: in, Reason: "TIMETABLE"})
	}
	return d.room.Draft(ctx, tx, matching.DraftInput{ID: uuid.Must(uuid.NewV7()), Match: in.Match, FromDay: d.Today, HostTutor: "Capo", Origin: "ENTERED"})
}

// suggested gives a match of a new person with a new opening.
func (d *desk) suggested() (match, participation, opening uuid.UUID) {
	d.T.Helper()
	d.Exec("update opening set state = 'CLOSED' where state = 'OPEN'")
	d.Exec("update participation set state = 'COMPLETED'")
	participation = d.Active(placementtest.Who{})
	opening, _ = d.Opening(placementtest.Seats{})
	d.refresh(matching.Scope{Participations: []uuid.UUID{participation}})
	return d.match(participation, opening), participation, opening
}

// In every state, whatever else stands in the way, for who may and who may not: allowed is what succeeds.
func TestAllowedActsAreWhatTheActsDo(t *testing.T) {
	d := newDesk(t)
	for _, state := range matching.States() {
		for hindrance, change := range map[string]func(match, participation, opening uuid.UUID){
			"nothing":    func(_, _, _ uuid.UUID) {},
			"blocked":    func(m, _, _ uuid.UUID) { d.Exec("update match set blocked = true where id = $1", m) },
			"closed":     func(_, _, o uuid.UUID) { d.Exec("update opening set state = 'CLOSED' where id = $1", o) },
			"not active": func(_, p, _ uuid.UUID) { d.Exec("update participation set state = 'EXCLUDED' where id = $1", p) },
		} {
			match, participation, opening := d.suggested()
			d.Exec("update match set state = $1 where id = $2", string(state), match)
			change(match, participation, opening)
			for who, actor := range map[string]access.Actor{"tutor": d.Accompanying(), "coordinator": d.Coordinator("CARRARA"), "reader": d.Actor(d.Orgs["CARRARA"], access.PaymentsOfficer)} {
				d.compare(t, string(state)+", "+hindrance+", "+who, actor, match)
			}
		}
	}
}

func (d *desk) compare(t *testing.T, name string, actor access.Actor, match uuid.UUID) {
	t.Helper()
	var said []plan.AllowedAct
	d.Must(d.As(actor, func(ctx context.Context, tx *postgres.Tx) error {
		byID, err := matching.AllowedActs(ctx, tx, []uuid.UUID{match})
		said = byID[match]
		return err
	}))
	if len(said) != len(decisions)+1 {
		t.Fatalf("%s: %d acts", name, len(said))
	}
	for _, a := range said {
		var did []string
		err := d.As(actor, func(ctx context.Context, tx *postgres.Tx) error {
			if err := d.try(ctx, tx, access.Act(a.Act), matching.Decision{Match: match}); err != nil {
				return err
			}
			return errStop
		})
		if !errors.Is(err, errStop) {
			list, ok := refusal.As(err)
			if !ok {
				t.Fatalf("%s, %s: %v", name, a.Act, err)
			}
			for _, r := range list {
				did = append(did, r.Code)
			}
		}
		var no []string
		for _, r := range a.Refusals {
			no = append(no, r.Code)
		}
		if a.Allowed != (len(did) == 0) || !slices.Equal(no, did) {
			t.Errorf("%s, %s: allowed %v %v, the act refuses %v", name, a.Act, a.Allowed, no, did)
		}
	}
}

func TestAnotherPartnerFindsNoMatch(t *testing.T) {
	d := newDesk(t)
	match, _, _ := d.suggested()
	for _, act := range decisions {
		refused(t, d.As(d.Coordinator("MONTIGNOSO"), func(ctx context.Context, tx *postgres.Tx) error {
			return d.try(ctx, tx, act, matching.Decision{Match: match})
		}), refusal.NotFound)
	}
}

func TestADeclineNeedsAKnownReasonAndTheRightRevision(t *testing.T) {
	d := newDesk(t)
	match, participation, opening := d.suggested()
	old := 0
	refused(t, d.As(d.System(), func(ctx context.Context, tx *postgres.Tx) error {
		return d.room.Decline(ctx, tx, matching.DeclineInput{Decision: matching.Decision{Match: match, Expected: &old}, Reason: "TIMETABLE"})
	}), refusal.RevisionConflict)
	err := d.As(d.System(), func(ctx context.Context, tx *postgres.Tx) error {
		return d.room.Decline(ctx, tx, matching.DeclineInput{Decision: matching.Decision{Match: match}, Reason: "DISABILITY"})
	})
	if list, _ := refusal.As(err); len(list) != 1 || list[0].Code != "CODE_UNKNOWN" {
		t.Errorf("got %v", err)
	}
	d.Must(d.As(d.System(), func(ctx context.Context, tx *postgres.Tx) error {
		return d.room.Decline(ctx, tx, matching.DeclineInput{Decision: matching.Decision{Match: match}, Reason: "TIMETABLE"})
	}))
	d.refresh(all)
	if n := placementtest.One[int](d.Office, "select count(*)::int from match where participation_id = $1 and opening_id = $2 and state = 'DECLINED'", participation, opening); n != 1 {
		t.Error("a declined pair is suggested again")
	}
}

// A draft of a match that moves on at the same moment is refused at the match: the act takes no revision to point at.
func TestADraftThatComesTooLateIsToldAtTheMatch(t *testing.T) {
	d := newDesk(t)
	match, _, _ := d.suggested()
	d.Exec("update match set state = 'ACCEPTED' where id = $1", match)
	d.room.Placement.OnState = append(d.room.Placement.OnState, func(ctx context.Context, tx *postgres.Tx, _ event.Transition) error {
		_, err := tx.NewRaw("update match set revision = revision + 1 where id = ?", match).Exec(ctx)
		return err
	})
	err := d.As(d.System(), func(ctx context.Context, tx *postgres.Tx) error {
		return d.try(ctx, tx, access.DraftPlacement, matching.Decision{Match: match})
	})
	list, _ := refusal.As(err)
	if len(list) != 1 || !list.Has(refusal.RevisionConflict) || !slices.Equal(list[0].Path, []string{"match"}) {
		t.Errorf("got %v", err)
	}
}
