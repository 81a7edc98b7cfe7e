package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/attendance"
	"github.com/lavoroincorso/lavoro/internal/member"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/platform/secret"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
)

const (
	outboxRounds = 5
	outboxTurn   = 2 * time.Second
	outboxWarm   = 500 * time.Millisecond
	outboxMany   = 8 // clients at once
)

// ledgers are in which programmes acts are done, and by how many at once.
var ledgers = []struct {
	name, subject string
	clients, of   int
}{{"1client", "partner", 1, 1}, {"100programmes", "small", outboxMany, smallProgrammes}, {"1programme_8clients", "partner", outboxMany, outboxMany}}

// outbox measures what it costs an act to tell its news in its own transaction.
//
//	live.outbox.cost_1client              1 - with / without, of one client in one programme
//	live.outbox.cost_100programmes        the same of eight clients, each act in another of a hundred programmes
//	live.outbox.cost_1programme_8clients  the same of eight clients in one programme, in eight bodies of it
//	live.outbox.acts_per_s                acts a second with the append, of eight clients in a hundred programmes
//
// The act is "record attendance" of one entry, by a body's coordinator: its own function in its own transaction, called in this process
// without HTTP, over eight connections; PostgreSQL forces every commit to disk. "Without" is the same on sessions that find, before the
// program's news_append, one of the same name that does nothing: everything else is done and sent alike, on the same tables. So the
// append is the outbox, the journal and the programme's head row, which one act after the other takes. No node runs beside. Both take
// turns of two seconds, five times, and are compared by the best turn of each.
func outbox(ctx context.Context, s *stage, out *report) (err error) {
	d, err := s.withAndWithout(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.close(ctx)) }()
	for _, l := range ledgers {
		writers, err := s.writers(ctx, d.with, l.subject, l.of)
		if err != nil {
			return err
		}
		before, err := s.told(ctx)
		if err != nil {
			return err
		}
		var with, without []float64
		var telling int64
		for round := range outboxRounds + 1 {
			turn := outboxTurn
			if round == 0 {
				turn = outboxWarm
			}
			for _, side := range []struct {
				db  *postgres.DB
				tps *[]float64
			}{{d.with, &with}, {d.without, &without}} {
				acts, err := press(ctx, l.clients, turn, writers.act(side.db))
				if err != nil {
					return fmt.Errorf("%s: %w", l.name, err)
				}
				if side.db == d.with {
					telling += int64(acts.requests)
				}
				if round > 0 {
					*side.tps = append(*side.tps, acts.perSecond())
				}
			}
		}
		after, err := s.told(ctx)
		if err == nil && after-before != telling {
			err = fmt.Errorf("%d events of %d acts", after-before, telling)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", l.name, err)
		}
		out.note("live.outbox.%s: acts a second with %.0f (median %.0f), without %.0f (median %.0f)", l.name, quantile(with, 1), quantile(with, 0.5),
			quantile(without, 1), quantile(without, 0.5))
		out.figure("live.outbox.cost_"+l.name, 1-quantile(with, 1)/quantile(without, 1), "ratio")
		if l.of == smallProgrammes {
			out.figure("live.outbox.acts_per_s", quantile(with, 1), "acts/s")
		}
	}
	return nil
}

// told is how many events there are.
func (s *stage) told(ctx context.Context) (n int64, err error) {
	err = s.owner.QueryRow(ctx, "select count(*) from outbox").Scan(&n)
	return n, err
}

// doubled is one database as acts see it, with news and without.
type doubled struct {
	stage         *stage
	with, without *postgres.DB
}

const (
	makeSilence = `drop schema if exists without_news cascade;
create schema without_news;
create function without_news.news_append(uuid, uuid, timestamptz, jsonb, jsonb) returns bigint language sql as $$ select 0::bigint $$;
grant usage on schema without_news to lavoro_app;
grant execute on function without_news.news_append(uuid, uuid, timestamptz, jsonb, jsonb) to lavoro_app`
	endSilence = "drop schema if exists without_news cascade"
)

// withAndWithout opens both.
func (s *stage) withAndWithout(ctx context.Context) (d *doubled, err error) {
	keys, err := secret.Read(s.keysFile())
	if err != nil {
		return nil, err
	}
	if _, err := s.owner.PgConn().Exec(ctx, makeSilence).ReadAll(); err != nil {
		return nil, err
	}
	silent, err := url.Parse(s.url())
	if err != nil {
		return nil, err
	}
	query := silent.Query()
	query.Set("search_path", "without_news,public")
	silent.RawQuery = query.Encode()
	d = &doubled{stage: s}
	for at, db := range map[string]**postgres.DB{s.url(): &d.with, silent.String(): &d.without} {
		if *db, err = postgres.Open(ctx, postgres.Config{URL: at, Acts: outboxMany, Keys: keys}); err != nil {
			return nil, errors.Join(err, d.close(ctx))
		}
	}
	return d, nil
}

func (d *doubled) close(ctx context.Context) error {
	for _, db := range []*postgres.DB{d.with, d.without} {
		if db != nil {
			db.Close()
		}
	}
	_, err := d.stage.owner.Exec(ctx, endSilence)
	return err
}

// writer is a body's coordinator with the free hours of his people.
type writer struct {
	actor access.Actor
	free  *hours
}

// writers take turns.
type writers struct {
	all  []writer
	next atomic.Int64
}

func (s *stage) writers(ctx context.Context, db *postgres.DB, subject string, n int) (*writers, error) {
	directory := member.Directory{DB: db, Clock: time.Now}
	leaveOut := 0
	if subject == "partner" {
		leaveOut = tutored
	}
	w := &writers{all: make([]writer, n)}
	for i := range w.all {
		who := fmt.Sprintf("%s-%d", subject, i)
		actor, err := directory.Actor(ctx, member.DemonstrationIssuer, who)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", who, err)
		}
		free, err := s.hoursOf(ctx, who, leaveOut)
		if err != nil {
			return nil, err
		}
		w.all[i] = writer{actor, free}
	}
	return w, nil
}

// act is one act of the next writer.
func (w *writers) act(db *postgres.DB) func(context.Context) error {
	return func(ctx context.Context) error {
		one := w.all[int(w.next.Add(1))%len(w.all)]
		h, err := one.free.take()
		if err != nil {
			return err
		}
		entry, err := h.entry()
		if err != nil {
			return err
		}
		return db.InTx(ctx, one.actor, time.Now, func(ctx context.Context, tx *postgres.Tx) error {
			answers, err := attendance.Record(ctx, tx, attendance.Source{Origin: "ENTERED"}, []attendance.Entry{entry})
			if err == nil && !answers[0].Written {
				err = fmt.Errorf("not recorded: %v", answers[0].Refusals)
			}
			return err
		})
	}
}

// entry is the hour as a presence.
func (h hour) entry() (attendance.Entry, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return attendance.Entry{}, err
	}
	from, err := calendar.NewLocalTime(h.from)
	if err != nil {
		return attendance.Entry{}, err
	}
	to, err := calendar.NewLocalTime(h.to)
	return attendance.Entry{ID: id, Enrolment: h.enrolment, Kind: attendance.Presence, Day: h.day, From: from, To: to}, err
}
