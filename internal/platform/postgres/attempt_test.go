package postgres_test

import (
	"context"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// What is attempted in vain leaves nothing, also where it would have failed at the end only; what was done before and after it stands.
func TestAnAttemptFailsByItself(t *testing.T) {
	g := lay(t, postgres.Config{})
	programme, key := uuid.New(), uuid.New()
	var told, entered int
	g.must(system(programme, key), func(ctx context.Context, tx *postgres.Tx) error {
		note := func(id int, then func() error) func() error {
			return func() error {
				tx.Tell(news(programme, key), nil)
				tx.After(func(context.Context) error { t.Errorf("after %d", id); return nil })
				return refusal.Join(write(ctx, tx, id, "a note", key), then())
			}
		}
		if err := write(ctx, tx, 1, "a note", key); err != nil {
			return err
		}
		for name, then := range map[string]func() error{
			"its own":  func() error { return errRefused },
			"a row's":  func() error { return write(ctx, tx, 1, "a note", key) },
			"deferred": func() error { _, err := tx.NewRaw("insert into sealed (id, of) values (1, 99)").Exec(ctx); return err },
		} {
			if failed, err := tx.Attempt(ctx, note(2, then)); failed == nil || err != nil {
				t.Errorf("%s: %v, %v", name, failed, err)
			}
		}
		told, entered = tx.Told(), tx.Entered()
		if failed, err := tx.Attempt(ctx, func() error { tx.Tell(news(programme, key), nil); return write(ctx, tx, 3, "a note", key) }); failed != nil || err != nil {
			t.Error(failed, err)
		}
		return write(ctx, tx, 4, "a note", key)
	})
	if got := g.written(); told+entered != 0 || got != "3 notes 1 events 1 entries 0 requests" {
		t.Errorf("%d and %d noted, %s", told, entered, got)
	}
}

// A failure of the transaction is no failure of what is attempted: Postgres asks to run all of it again.
func TestATransactionFailsInAnAttempt(t *testing.T) {
	g := lay(t, postgres.Config{})
	runs := 0
	err := g.act(access.Actor{}, func(ctx context.Context, tx *postgres.Tx) error {
		runs++
		failed, err := tx.Attempt(ctx, func() error {
			_, err := tx.ExecContext(ctx, "do $$ begin raise exception 'again' using errcode = '40P01'; end $$")
			return err
		})
		if failed != nil {
			t.Error(failed)
		}
		return err
	})
	if err == nil || runs < 2 {
		t.Errorf("%d runs, %v", runs, err)
	}
}
