package duty_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/lavoroincorso/lavoro/internal/duty"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/platform/testdb"
)

// patience bounds waiting for what must come; it is not how long anything takes.
const patience = 20 * time.Second

// run runs a runner until the test ends, or stop is called; stop waits for it.
func run(t *testing.T, r *duty.Runner) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { r.Run(ctx) })
	stop = sync.OnceFunc(func() { cancel(); wg.Wait() })
	t.Cleanup(stop)
	return stop
}

// signal is a reaction that says when it was run.
func signal(to chan<- int) duty.Reaction {
	return duty.Reaction{Name: "signal", SubjectKinds: []string{"Attendance"}, React: func(_ context.Context, _ *postgres.Tx, events []event.Event) error {
		to <- len(events)
		return nil
	}}
}

func await(t *testing.T, from <-chan int, what string) int {
	t.Helper()
	select {
	case n := <-from:
		return n
	case <-time.After(patience):
		t.Fatalf("%s never came", what)
		return 0
	}
}

func TestOneRunnerWorksAndAnotherTakesOver(t *testing.T) {
	h := open(t)
	first, second := make(chan int, 100), make(chan int, 100)
	stop := run(t, h.runner(duty.Log{}, signal(first)))
	h.say("Attendance", some(1)...)
	await(t, first, "the first reaction")
	run(t, h.runner(duty.Log{}, signal(second)))
	h.say("Attendance", some(1)...)
	await(t, first, "the second reaction")
	stop() // gives the lease back
	h.say("Attendance", some(1)...)
	await(t, second, "the reaction of the one who takes over")
	if len(first)+len(second) != 0 {
		t.Error("an event was reacted to twice")
	}
}

func TestTheRunnerOutlivesItsDatabase(t *testing.T) {
	made := testdb.NewPrivate(t)
	h := over(t, made)
	done := make(chan int, 100)
	run(t, h.runner(duty.Log{}, signal(done)))
	h.say("Attendance", some(1)...)
	await(t, done, "the reaction before")
	if err := made.Postgres().Kill(); err != nil {
		t.Fatal(err)
	}
	if err := made.Postgres().Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	again := over(t, made) // connections of before are dead; the programme is there already
	again.say("Attendance", some(1)...)
	await(t, done, "the reaction after")
}

// until is when the lease ends by now.
func (h *house) until() time.Time {
	h.t.Helper()
	return query[time.Time](h, "select coalesce((select until from lease where name = 'duty'), 'epoch')")
}

// TestALongTurnKeepsTheLease: it is prolonged, time and again, while one reaction works, and another runner stays idle.
func TestALongTurnKeepsTheLease(t *testing.T) {
	h := open(t)
	began, end, other := make(chan int, 100), make(chan struct{}), make(chan int, 100)
	long := duty.Reaction{Name: "long", SubjectKinds: []string{"Attendance"}, React: func(ctx context.Context, _ *postgres.Tx, events []event.Event) error {
		began <- len(events)
		select {
		case <-end:
		case <-ctx.Done():
		}
		return ctx.Err()
	}}
	const ttl = 600 * time.Millisecond
	run(t, h.runner(duty.Log{}, long).LeaseFor(ttl))
	h.say("Attendance", some(1)...)
	await(t, began, "the long reaction")
	first := h.until()
	run(t, h.runner(duty.Log{}, signal(other)).LeaseFor(ttl))
	poll, patient := time.NewTicker(ttl/6), time.After(patience)
	defer poll.Stop()
	for h.until().Before(first.Add(3 * ttl)) {
		select {
		case <-poll.C:
		case <-patient:
			t.Fatal("the lease is not prolonged")
		}
	}
	close(end)
	if len(other) != 0 {
		t.Error("another worked meanwhile")
	}
}

// TestWhoLosesTheLeaseStops: what he has begun ends, and leaves nothing; also when his lease runs out while he waits to prolong it.
func TestWhoLosesTheLeaseStops(t *testing.T) {
	h := open(t)
	began, ended := make(chan int, 100), make(chan int, 100)
	run(t, h.runner(duty.Log{}, duty.Reaction{Name: "long", SubjectKinds: []string{"Attendance"}, React: func(ctx context.Context, _ *postgres.Tx, events []event.Event) error {
		began <- len(events)
		<-ctx.Done()
		ended <- len(events)
		return nil // it would go on to commit
	}}).LeaseFor(300*time.Millisecond))
	h.say("Attendance", some(1)...)
	await(t, began, "the reaction")
	h.exec("update lease set holder = gen_random_uuid(), until = 'infinity' where name = 'duty'")
	await(t, ended, "the end of who has lost the lease")
	h.exec("update lease set until = 'epoch' where name = 'duty'")
	await(t, began, "the same reaction again, as nothing of it stands")
	h.exec("begin")
	h.exec("select from lease where name = 'duty' for update")
	await(t, ended, "the end of whose lease has run out unanswered")
	h.exec("rollback")
	await(t, began, "the same reaction once more")
}
