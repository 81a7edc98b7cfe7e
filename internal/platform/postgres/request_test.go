package postgres_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

type outcome struct {
	Note int `json:"note"`
}

// asked runs one act under a request id, as a mutation does: it writes the note and settles.
func asked(g *ground, a access.Actor, id, act, input string, note int, then error) (out outcome, repeated bool, err error) {
	programme, key := a.Grants[0].Programme, a.Grants[0].Key
	err = g.act(a, func(ctx context.Context, tx *postgres.Tx) error {
		out = outcome{}
		var err error
		if repeated, err = tx.Request(ctx, id, act, []byte(input), &out); err != nil || repeated {
			return err
		}
		if err := write(ctx, tx, note, "a note", key); err != nil {
			return err
		}
		tx.Tell(news(programme, key), nil)
		if then != nil {
			return then
		}
		out.Note = note
		return tx.Settle(ctx, id, out)
	})
	return out, repeated, err
}

func TestARequestIsRunOnce(t *testing.T) {
	g := lay(t, postgres.Config{})
	a := system(uuid.New(), uuid.New())
	const hostile = `it's ? \ "1" {} `
	for i, want := range []bool{false, true, true} {
		out, repeated, err := asked(g, a, hostile, "enrol", "\x00\xff input", 7, nil)
		if err != nil || repeated != want || out.Note != 7 {
			t.Errorf("time %d: %+v repeated %v (%v)", i, out, repeated, err)
		}
	}
	if got := g.written(); got != "1 notes 1 events 1 entries 1 requests" {
		t.Error(got)
	}
	for _, c := range []struct{ act, input string }{{"enrol", "other"}, {"signPlan", "\x00\xff input"}} {
		_, _, err := asked(g, a, hostile, c.act, c.input, 8, nil)
		if list, ok := refusal.As(err); !ok || !list.Has(refusal.RequestIDReused) {
			t.Errorf("%s: %v", c.act, err)
		}
	}
	other := system(a.Grants[0].Programme, a.Grants[0].Key)
	if _, repeated, err := asked(g, other, hostile, "enrol", "other", 9, nil); err != nil || repeated {
		t.Errorf("the same id of another actor: repeated %v (%v)", repeated, err)
	}
	if got := g.written(); got != "2 notes 2 events 2 entries 2 requests" {
		t.Error(got)
	}
}

func TestARefusedRequestIsNotKept(t *testing.T) {
	g := lay(t, postgres.Config{})
	a := system(uuid.New(), uuid.New())
	if _, _, err := asked(g, a, "one", "enrol", "input", 7, refusal.NotFound.At("id")); err == nil {
		t.Fatal("not refused")
	}
	if got := g.written(); got != "0 notes 0 events 0 entries 0 requests" {
		t.Error(got)
	}
	if out, repeated, err := asked(g, a, "one", "signPlan", "other input", 8, nil); err != nil || repeated || out.Note != 8 {
		t.Errorf("%+v %v %v", out, repeated, err)
	}
}

func TestARequestIsRunOnceByTwoAtOnce(t *testing.T) {
	g := lay(t, postgres.Config{})
	a := system(uuid.New(), uuid.New())
	for round := range 10 {
		var both sync.WaitGroup
		var ran [4]bool
		id := string(rune('a' + round))
		for i := range ran {
			both.Go(func() {
				out, repeated, err := asked(g, a, id, "enrol", "input", round, nil)
				if err != nil || out.Note != round {
					t.Errorf("%+v (%v)", out, err)
				}
				ran[i] = !repeated
			})
		}
		both.Wait()
		n := 0
		for _, r := range ran {
			if r {
				n++
			}
		}
		if n != 1 {
			t.Errorf("ran %d times", n)
		}
	}
	if got := g.written(); got != "10 notes 10 events 10 entries 10 requests" {
		t.Error(got)
	}
}

// The one who waits for a first request that is refused then runs himself.
func TestASecondRequestWaitsForTheFirst(t *testing.T) {
	g := lay(t, postgres.Config{})
	a := system(uuid.New(), uuid.New())
	claimed, refuse := make(chan struct{}), make(chan struct{})
	var first sync.WaitGroup
	first.Go(func() {
		err := g.act(a, func(ctx context.Context, tx *postgres.Tx) error {
			_, err := tx.Request(ctx, "one", "enrol", []byte("input"), nil)
			close(claimed)
			<-refuse
			return errors.Join(errRefused, err)
		})
		if err == nil || err.Error() != errRefused.Error() {
			t.Errorf("%v", err)
		}
	})
	<-claimed
	first.Go(func() {
		for g.number("select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()") == 0 {
			if g.ctx.Err() != nil {
				return
			}
		}
		close(refuse)
	})
	if out, repeated, err := asked(g, a, "one", "enrol", "input", 3, nil); err != nil || repeated || out.Note != 3 {
		t.Errorf("%+v %v %v", out, repeated, err)
	}
	first.Wait()
}

func TestARequestIDThatCannotBeKeptIsRefused(t *testing.T) {
	g := lay(t, postgres.Config{})
	a := system(uuid.New(), uuid.New())
	for _, id := range []string{"", strings.Repeat("x", 201), "a\x00b"} {
		_, _, err := asked(g, a, id, "enrol", "input", 7, nil)
		if list, ok := refusal.As(err); !ok || !list.Has(refusal.InvalidValue) {
			t.Errorf("%q: %v", id, err)
		}
	}
	for _, id := range []string{"x", strings.Repeat("è", 200)} {
		if _, _, err := asked(g, a, id, "enrol", "input", len(id), nil); err != nil {
			t.Errorf("%q: %v", id, err)
		}
	}
}

func TestWarningsAreToldUntilTheyArePassed(t *testing.T) {
	g := lay(t, postgres.Config{})
	w := refusal.NotFound.At("fromDay") // any code will do
	unread := 0
	warn := func(codes []string, reason string) (passed map[string]any, kept int, err error) {
		err = g.act(access.Actor{}, func(_ context.Context, tx *postgres.Tx) error {
			tx.Acknowledge(codes, reason)
			err := tx.Warn(w)
			unread = len(tx.Unread)
			if err != nil {
				return err
			}
			passed, kept = tx.Passed(), len(tx.Warnings)
			return nil
		})
		return passed, kept, err
	}
	if _, _, err := warn(nil, "a reason"); !has(err, refusal.NotFound) || unread != 1 {
		t.Errorf("not acknowledged: %v, %d unread", err, unread)
	}
	if _, _, err := warn([]string{"OTHER"}, "a reason"); !has(err, refusal.NotFound) {
		t.Errorf("another was acknowledged: %v", err)
	}
	if _, _, err := warn([]string{w.Code}, ""); !has(err, refusal.InvalidValue) {
		t.Errorf("without a reason: %v", err)
	}
	passed, kept, err := warn([]string{"OTHER", w.Code}, "a reason")
	if err != nil || kept != 1 || unread != 0 || passed["reason"] != "a reason" {
		t.Errorf("%v %d %d %v", passed, kept, unread, err)
	}
}

func has(err error, c *refusal.Code) bool {
	list, ok := refusal.As(err)
	return ok && list.Has(c)
}
