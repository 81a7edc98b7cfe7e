package duty_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/duty"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
)

// effects makes a table in which a reaction leaves a row for each event it reacts to.
func (h *house) effects() {
	h.exec("create table effect (seq bigint, subject uuid)")
	h.exec("grant select, insert on effect to lavoro_app")
}

func leave(ctx context.Context, tx *postgres.Tx, events []event.Event) error {
	for _, e := range events {
		if _, err := tx.NewRaw("insert into effect values (?, ?)", e.Seq, e.Subject).Exec(ctx); err != nil {
			return err
		}
	}
	return nil
}

func some(n int) []uuid.UUID {
	ids := make([]uuid.UUID, n)
	for i := range ids {
		ids[i] = uuid.New()
	}
	return ids
}

func TestAReactionSeesItsKindsInOrderAndEachOnce(t *testing.T) {
	h := open(t)
	h.effects()
	r := h.runner(duty.Log{}, duty.Reaction{Name: "leave", SubjectKinds: []string{"Attendance", "Match"}, React: leave})
	first, second := some(700), some(3) // more than one batch
	h.say("Attendance", first...)
	h.say("Person", some(5)...)
	h.drain(r)
	h.say("Match", second...)
	h.drain(r)
	if worked, err := r.Once(t.Context()); worked || err != nil {
		t.Errorf("there is more to do: %v", err)
	}
	got := query[[]uuid.UUID](h, "select array_agg(subject order by seq) from effect")
	if !slices.Equal(got, append(first, second...)) {
		t.Errorf("%d effects, want %d in order", len(got), len(first)+len(second))
	}
}

func TestAReactionsOwnEventsReachTheOthers(t *testing.T) {
	h := open(t)
	h.effects()
	answer := func(_ context.Context, tx *postgres.Tx, events []event.Event) error {
		for _, e := range events {
			tx.Tell(event.News{Programme: e.Programme, Act: "answer", Kind: event.Changed, SubjectKind: "Allowance", Subject: e.Subject, Audience: e.Audience}, nil)
		}
		return nil
	}
	r := h.runner(duty.Log{}, duty.Reaction{Name: "leave", SubjectKinds: []string{"Allowance"}, React: leave},
		duty.Reaction{Name: "answer", SubjectKinds: []string{"Attendance"}, React: answer})
	told := some(2)
	h.say("Attendance", told...)
	h.drain(r)
	if got := query[[]uuid.UUID](h, "select array_agg(subject order by seq) from effect"); !slices.Equal(got, told) {
		t.Errorf("effects %v, want %v", got, told)
	}
}

func TestAFailedReactionLeavesNothingAndIsTriedAgain(t *testing.T) {
	h := open(t)
	h.effects()
	away := errors.New("away")
	broken := duty.Reaction{Name: "leave", SubjectKinds: []string{"Attendance"}, React: func(ctx context.Context, tx *postgres.Tx, events []event.Event) error {
		return errors.Join(leave(ctx, tx, events), away)
	}}
	working := duty.Reaction{Name: "beside", SubjectKinds: []string{"Attendance"}, React: leave}
	h.say("Attendance", some(1)...)
	if _, err := h.runner(duty.Log{}, broken, working).Once(t.Context()); !errors.Is(err, away) {
		t.Fatalf("error %v", err)
	}
	if n := query[int](h, "select count(*)::int from effect"); n != 1 {
		t.Errorf("%d effects, want only that of the reaction beside", n)
	}
	broken.React = leave
	h.drain(h.runner(duty.Log{}, broken, working))
	if n := query[int](h, "select count(*)::int from effect"); n != 2 {
		t.Errorf("%d effects once the reaction works, want 2", n)
	}
}

func TestRunnersAtOnceReactToAnEventOnce(t *testing.T) {
	h := open(t)
	h.effects()
	h.say("Attendance", some(1200)...)
	var wg sync.WaitGroup
	for range 4 {
		r := h.runner(duty.Log{}, duty.Reaction{Name: "leave", SubjectKinds: []string{"Attendance"}, React: leave})
		wg.Go(func() {
			if err := r.Drain(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if got := query[string](h, "select count(*) || ' of ' || count(distinct seq) from effect"); got != "1200 of 1200" {
		t.Errorf("effects: %s", got)
	}
}

func TestTheSystemActsInOneProgrammeAtATime(t *testing.T) {
	h := open(t)
	h.say("Attendance", some(1)...)
	var grants int
	h.exec(`insert into programme select gen_random_uuid(), 'OTHER', name, cup, project_code, from_day, to_day, budget_cents, file_hash, audience, 1 from programme`)
	h.exec(`insert into organisation (id, programme_id, code, name, kind, position, audience)
		select id, id, 'ASL', 'Un altro ente', 'LEAD', 1, array[id] from programme where code = 'OTHER'`)
	if all := h.system(); len(all.Grants) != 4 { // the lead organisation's people, and those who are protected
		t.Fatalf("%d grants in two programmes", len(all.Grants))
	}
	h.drain(h.runner(duty.Log{}, duty.Reaction{Name: "look", SubjectKinds: []string{"Attendance"}, React: func(_ context.Context, tx *postgres.Tx, _ []event.Event) error {
		grants = len(tx.Actor.Grants)
		return nil
	}}))
	if grants != 2 {
		t.Errorf("the reaction ran with %d grants, want those of its programme", grants)
	}
}

// A reaction that makes itself more to do, as one that goes on chunk by chunk, lets the others have their turn in between.
func TestAReactionWithMuchToDoLetsTheOthersWork(t *testing.T) {
	h := open(t)
	var order []string
	chunks := func(_ context.Context, tx *postgres.Tx, events []event.Event) error {
		order = append(order, "chunk")
		if e := events[0]; len(order) < 6 {
			tx.Tell(event.News{Programme: e.Programme, Act: "chunk", Kind: event.Changed, SubjectKind: "PolicyVersion", Subject: e.Subject, Audience: e.Audience}, nil)
		}
		return nil
	}
	quick := func(context.Context, *postgres.Tx, []event.Event) error {
		order = append(order, "quick")
		return nil
	}
	r := h.runner(duty.Log{}, duty.Reaction{Name: "chunks", SubjectKinds: []string{"PolicyVersion"}, React: chunks},
		duty.Reaction{Name: "quick", SubjectKinds: []string{"Attendance"}, React: quick})
	h.say("PolicyVersion", some(1)...)
	h.say("Attendance", some(1)...)
	h.drain(r)
	if len(order) != 6 || order[1] != "quick" {
		t.Errorf("%v", order)
	}
}
