package placement_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/placement"
	"github.com/lavoroincorso/lavoro/internal/placement/placementtest"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// errStop rolls back what a test only tries.
var errStop = errors.New("only tried")

// desk is the room of internships in an office, with what its hook was told.
type desk struct {
	*placementtest.Office
	room placement.Room
	told []event.Transition
}

func newDesk(t testing.TB) *desk {
	d := &desk{Office: placementtest.New(t)}
	d.room.OnState = append(d.room.OnState, func(_ context.Context, _ *postgres.Tx, e event.Transition) error {
		d.told = append(d.told, e)
		return nil
	})
	return d
}

// draftOf is a good draft from today for six months.
func (d *desk) draftOf(participation, opening uuid.UUID) placement.DraftInput {
	return placement.DraftInput{ID: uuid.Must(uuid.NewV7()), Participation: participation, Opening: opening, FromDay: d.Today, HostTutor: "Capo cucina", Origin: "ENTERED"}
}

func (d *desk) draft(actor access.Actor, in placement.DraftInput) error {
	return d.As(actor, func(ctx context.Context, tx *postgres.Tx) error { return d.room.Draft(ctx, tx, in) })
}

// drafted gives a draft of a new active, certified person at a new opening.
func (d *desk) drafted(w placementtest.Who, s placementtest.Seats) uuid.UUID {
	d.T.Helper()
	person := d.Active(w)
	d.Certify(person, d.Today)
	opening, _ := d.Opening(s)
	in := d.draftOf(person, opening)
	d.Must(d.draft(d.System(), in))
	return in.ID
}

// do runs one act by its name, with good input of its own and every warning acknowledged.
func (d *desk) do(actor access.Actor, act access.Act, step placement.Step) error {
	return d.As(actor, func(ctx context.Context, tx *postgres.Tx) error { return d.try(ctx, tx, act, step) })
}

func (d *desk) try(ctx context.Context, tx *postgres.Tx, act access.Act, step placement.Step) error {
	tx.Acknowledge([]string{placement.CommunicatedLate.String(), placement.SuspensionShort.String()}, "prova")
	exit := placement.ReasonInput{Step: step, Reason: "PERSONAL"}
	switch act {
	case access.ConfirmPlacement:
		return d.room.Confirm(ctx, tx, placement.ConfirmInput{Step: step, Convention: " P-1 "})
	case access.SignProject:
		return d.room.SignProject(ctx, tx, step)
	case access.CommunicatePlacement:
		return d.room.Communicate(ctx, tx, placement.CommunicateInput{Step: step, Code: "UNILAV-1"})
	case access.StartPlacement:
		return d.room.Start(ctx, tx, step)
	case access.SuspendPlacement:
		return d.room.Suspend(ctx, tx, placement.ReasonInput{Step: step, Reason: "ILLNESS"})
	case access.ResumePlacement:
		return d.room.Resume(ctx, tx, step)
	case access.ExtendPlacement:
		var last calendar.Day
		if err := tx.NewRaw("select to_day from placement where id = ?", step.Placement).Scan(ctx, &last); err != nil {
			return err
		}
		return d.room.Extend(ctx, tx, placement.ExtendInput{Step: step, ToDay: last.AddDays(1), Reason: "JOB_PROSPECT", Attestation: "P-2"})
	case access.CommunicateExtension:
		return d.room.CommunicateExtension(ctx, tx, placement.CommunicateInput{Step: step, Code: "UNILAV-2"})
	case access.InterruptPlacement:
		return d.room.Interrupt(ctx, tx, exit)
	case access.EndPlacement:
		return d.room.End(ctx, tx, step)
	case access.AttestPlacement:
		return d.room.Attest(ctx, tx, step)
	case access.CancelPlacement:
		return d.room.Cancel(ctx, tx, exit)
	case access.AnnulPlacement:
		return d.room.Annul(ctx, tx, exit)
	}
	return errors.New("no such act: " + string(act))
}

// take does acts in their order.
func (d *desk) take(id uuid.UUID, acts ...access.Act) {
	d.T.Helper()
	for _, act := range acts {
		if err := d.do(d.System(), act, placement.Step{Placement: id}); err != nil {
			d.T.Fatalf("%s: %v", act, err)
		}
	}
}

// ways lead from a draft into each state, on the office's first day and later.
var ways = map[placement.State][]access.Act{
	placement.InDraft:      nil,
	placement.Matched:      {access.ConfirmPlacement},
	placement.ProjectDone:  {access.ConfirmPlacement, access.SignProject},
	placement.Communicated: {access.ConfirmPlacement, access.SignProject, access.CommunicatePlacement},
	placement.Running:      {access.ConfirmPlacement, access.SignProject, access.CommunicatePlacement, access.StartPlacement},
	placement.Suspended:    {access.ConfirmPlacement, access.SignProject, access.CommunicatePlacement, access.StartPlacement, access.SuspendPlacement},
	placement.Interrupted:  {access.ConfirmPlacement, access.SignProject, access.CommunicatePlacement, access.StartPlacement, access.InterruptPlacement},
	placement.Cancelled:    {access.CancelPlacement},
	placement.Annulled:     {access.ConfirmPlacement, access.SignProject, access.CommunicatePlacement, access.AnnulPlacement},
}

// brought gives an internship in a state; the last states need the day after its end.
func (d *desk) brought(to placement.State) uuid.UUID {
	d.T.Helper()
	id := d.drafted(placementtest.Who{}, placementtest.Seats{})
	if way, ok := ways[to]; ok {
		d.take(id, way...)
		return id
	}
	d.take(id, ways[placement.Running]...)
	d.Today = placementtest.One[calendar.Day](d.Office, "select to_day::text from placement where id = $1", id)
	d.take(id, access.EndPlacement)
	if to == placement.Attested {
		d.take(id, access.AttestPlacement)
	}
	return id
}

func (d *desk) allowed(actor access.Actor, id uuid.UUID) map[access.Act]plan.AllowedAct {
	d.T.Helper()
	found := map[access.Act]plan.AllowedAct{}
	d.Must(d.As(actor, func(ctx context.Context, tx *postgres.Tx) error {
		byID, err := d.room.AllowedActs(ctx, tx, []uuid.UUID{id})
		for _, a := range byID[id] {
			found[access.Act(a.Act)] = a
		}
		return err
	}))
	return found
}

// refused asserts that an error is refusals of exactly these codes.
func refused(t testing.TB, err error, codes ...*refusal.Code) {
	t.Helper()
	list, ok := refusal.As(err)
	if err == nil || !ok {
		t.Fatalf("want a refusal, got %v", err)
	}
	var got, want []string
	for _, r := range list {
		got = append(got, r.Code)
	}
	for _, c := range codes {
		want = append(want, c.String())
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Fatalf("refused with %v, want %v", got, want)
	}
}
