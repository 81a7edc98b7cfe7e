package postgres_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
)

// Sequence is commit order: whoever sees an event sees all before it, at every moment while eight write.
func TestSequenceIsCommitOrderWithoutGaps(t *testing.T) {
	g := lay(t, postgres.Config{})
	const writers, each = 8, 25
	programme, key := uuid.New(), uuid.New()
	ctx, stop := context.WithCancel(g.ctx)
	var writing, watching sync.WaitGroup
	looked := 0
	watching.Go(func() {
		for ctx.Err() == nil {
			var events, notes, last int64
			err := g.owner.QueryRow(g.ctx, "select count(*), coalesce(max(seq), 0), (select count(*) from note) from outbox where programme_id = $1", programme).Scan(&events, &last, &notes)
			if err != nil || events != last || 2*notes != events {
				t.Errorf("%d events up to %d of %d acts (%v)", events, last, notes, err)
			}
			looked++
		}
	})
	for w := range writers {
		writing.Go(func() {
			for i := range each {
				g.must(system(programme, key), func(ctx context.Context, tx *postgres.Tx) error {
					tx.Tell(news(programme, key), nil)
					tx.Tell(news(programme, key), i)
					return write(ctx, tx, w*each+i, "a note", key)
				})
			}
		})
	}
	writing.Wait()
	stop()
	watching.Wait()
	if n := g.number("select seq from news_head where programme_id = $1", programme); n != 2*writers*each {
		t.Errorf("the head stands at %d", n)
	}
	if looked < 10 {
		t.Errorf("looked only %d times", looked)
	}
	if n := g.number("select coalesce(journal_broken($1), 0)", programme); n != 0 {
		t.Errorf("the journal breaks at %d", n)
	}
}

func TestTwoProgrammesInAnyOrderDoNotDeadlock(t *testing.T) {
	g := lay(t, postgres.Config{}, "deadlock_timeout = '20ms'")
	const rounds = 30
	key := uuid.New()
	for range rounds {
		first, second := uuid.New(), uuid.New() // new heads each time: their first row is inserted
		var both sync.WaitGroup
		var met sync.WaitGroup
		met.Add(2)
		for _, order := range [][]uuid.UUID{{first, second}, {second, first}} {
			both.Go(func() {
				runs := 0
				g.must(system(first, key), func(_ context.Context, tx *postgres.Tx) error {
					runs++
					for _, p := range order {
						tx.Tell(news(p, key), nil)
					}
					if runs == 1 {
						met.Done()
						met.Wait()
					}
					return nil
				})
				if runs != 1 {
					t.Errorf("an act ran %d times", runs)
				}
			})
		}
		both.Wait()
		if n := g.number("select sum(seq) from news_head where programme_id in ($1, $2)", first, second); n != 4 {
			t.Errorf("heads add up to %d", n)
		}
	}
}

func TestAChangedJournalShows(t *testing.T) {
	g := lay(t, postgres.Config{})
	programme, key := uuid.New(), uuid.New()
	for i := range 5 {
		g.must(system(programme, key), func(_ context.Context, tx *postgres.Tx) error {
			tx.Tell(news(programme, key), map[string]int{"n": i})
			return nil
		})
	}
	broken := func() int64 { return g.number("select coalesce(journal_broken($1), 0)", programme) }
	if n := broken(); n != 0 {
		t.Fatalf("breaks at %d untouched", n)
	}
	var mine *int64
	if err := g.db.Plans.QueryRow(g.ctx, "select journal_broken($1)", programme).Scan(&mine); err != nil || mine != nil {
		t.Errorf("the application reads %v (%v)", mine, err)
	}
	for _, c := range []struct {
		change string
		at     int64
	}{
		{"update journal set act = 'closeParticipant' where seq = 3", 3},
		{"update journal set at = at + interval '1 microsecond' where seq = 2", 2},
		{"update journal set actor_id = gen_random_uuid() where seq = 5", 5},
		{"update journal set subject_id = gen_random_uuid() where seq = 1", 1},
		{"update journal set subject_kind = 'Person' where seq = 4", 4},
		{"update journal set detail = convert_to('{\"n\":9}', 'UTF8') where seq = 4", 4},
		{"update journal set detail = null where seq = 4", 4},
		{"update journal set detail = convert_to('x', 'UTF8'), detail_digest = sha256(convert_to('x', 'UTF8')) where seq = 4", 4},
		{"delete from journal where seq = 1", 1},
		{"delete from journal where seq = 3", 3},
		{"delete from journal where seq = 5", 5},
		{"delete from journal", 1},
		{"insert into journal select (jsonb_populate_record(j, jsonb_build_object('seq', 6, 'id', gen_random_uuid()))).* from journal j where seq = 5", 6},
		{"insert into journal select (jsonb_populate_record(j, jsonb_build_object('at', j.at + interval '40 days', 'id', gen_random_uuid()))).* from journal j where seq = 3", 4}, // in another month
		{"update journal set id = gen_random_uuid() where seq = 2", 2},
		{"update journal set on_behalf_of = gen_random_uuid() where seq = 3", 3},
		{"update journal set person_id = gen_random_uuid() where seq = 3", 3},
		{"update journal set sealed = not sealed where seq = 4", 4},
		{"update journal set version = 1 where seq = 1", 1},
	} {
		g.own("create table kept as select * from journal")
		g.own(c.change)
		if n := broken(); n != c.at {
			t.Errorf("%s: breaks at %d, not %d", c.change, n, c.at)
		}
		g.own("delete from journal; insert into journal select * from kept; drop table kept")
	}
	if n := broken(); n != 0 {
		t.Errorf("breaks at %d after it was put back", n)
	}
}

func TestTheApplicationCannotWriteThePast(t *testing.T) {
	g := lay(t, postgres.Config{})
	for _, sql := range []string{"insert into outbox select * from outbox", "update outbox set seq = 1", "delete from outbox", "update news_head set seq = 1",
		"insert into journal select * from journal", "update journal set act = 'x'", "delete from journal", "update read_journal set class = 'x'", "update read_head set seq = 0", "update installation set kind = 'REAL'", "truncate outbox", "create table mine ()",
		"alter table note disable row level security"} {
		if _, err := g.db.Plans.Exec(g.ctx, sql); err == nil {
			t.Errorf("the application may %s", sql)
			g.db.Plans.Reset()
		}
	}
}

func TestALeaseHasOneHolder(t *testing.T) {
	g := lay(t, postgres.Config{})
	a, b := uuid.New(), uuid.New()
	lease := func(holder uuid.UUID, ttl time.Duration, want bool) {
		t.Helper()
		if mine, err := g.db.Lease(g.ctx, "relay", holder, ttl); err != nil || mine != want {
			t.Errorf("%v (%v)", mine, err)
		}
	}
	lease(a, time.Hour, true)
	lease(b, time.Hour, false)
	lease(a, 90*time.Second, true)
	if n := g.number("select extract(epoch from until - now())::bigint from lease"); n < 80 || n > 90 {
		t.Errorf("90 s hold %d s", n)
	}
	if err := g.db.Release(g.ctx, "relay", b); err != nil {
		t.Fatal(err)
	}
	lease(b, time.Hour, false)
	if err := g.db.Release(g.ctx, "relay", a); err != nil {
		t.Fatal(err)
	}
	lease(b, 1500*time.Millisecond, true)
	g.own("update lease set until = now() - interval '1 ms'")
	lease(a, 250*time.Microsecond, true)
	var wins sync.Map
	g.own("delete from lease")
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			if mine, err := g.db.Lease(g.ctx, "one", uuid.New(), time.Hour); err != nil || mine {
				wins.Store(i, err)
			}
		})
	}
	all.Wait()
	n := 0
	wins.Range(func(_, err any) bool { n++; return err == nil })
	if n != 1 {
		t.Errorf("%d hold it", n)
	}
}
