package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
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
	batchRounds  = 15
	batchWarm    = 3
	batchPeople  = 20 // of one tutor, who was without network
	batchEntries = 25 // of each of them
)

// money measures batches of the register, and payment runs.
func money(ctx context.Context, s *stage, out *report) error {
	if err := batches(ctx, s, out); err != nil {
		return err
	}
	return payRuns(ctx, s, out)
}

// batches measures what the rules of the register cost a batch.
//
//	attendance.batch.ms         one act of 500 entries: of 20 people, 25 each in the last four days, called in this process by a body's
//	                            coordinator, who commits; the median
//	attendance.batch.insert_ms  one INSERT of as many rows, one after the other, into the same table with all of its constraints and triggers, as its
//	                            owner, whom row-level security lets through; the median
//	attendance.batch.vs_insert  the second over the first: the share of a bare INSERT's speed that the act reaches
//
// PostgreSQL forces every commit to disk. Both take turns, each with people of its own.
func batches(ctx context.Context, s *stage, out *report) (err error) {
	keys, err := secret.Read(s.keysFile())
	if err != nil {
		return err
	}
	db, err := postgres.Open(ctx, postgres.Config{URL: s.url(), Acts: 2, Keys: keys})
	if err != nil {
		return err
	}
	defer db.Close()
	const who = "partner-1"
	actor, err := (&member.Directory{DB: db, Clock: time.Now}).Actor(ctx, member.DemonstrationIssuer, who)
	if err != nil {
		return fmt.Errorf("%s: %w", who, err)
	}
	free, err := s.hoursOf(ctx, who, tutored)
	if err != nil {
		return err
	}
	people := free.enrolments
	if needed := 2 * (batchRounds + batchWarm) * batchPeople; len(people) < needed {
		return fmt.Errorf("%s has %d people, and %d are needed", who, len(people), needed)
	}
	var acts, inserts []float64
	for round := range batchRounds + batchWarm {
		mine := people[len(people)-2*(round+1)*batchPeople:] // other benches take the first ones
		act, err := s.batchAct(ctx, db, actor, mine[:batchPeople])
		if err != nil {
			return err
		}
		insert, err := s.batchInsert(ctx, actor.Member, mine[batchPeople:2*batchPeople])
		if err != nil {
			return err
		}
		if round >= batchWarm {
			acts, inserts = append(acts, milliseconds(act)), append(inserts, milliseconds(insert))
		}
	}
	out.median("attendance.batch.ms", acts, "ms")
	out.median("attendance.batch.insert_ms", inserts, "ms")
	out.figure("attendance.batch.vs_insert", quantile(inserts, 0.5)/quantile(acts, 0.5), "ratio")
	return nil
}

// batchOf are the entries of people who were there in the last days.
func batchOf(people []uuid.UUID) (entries []attendance.Entry, err error) {
	for _, enrolment := range people {
		for slot := range batchEntries {
			from := 14*60 + slot%entriesADay*entryMinutes
			e, err := hour{enrolment, calendar.DayOf(time.Now()).AddDays(-1 - slot/entriesADay), from, from + entryMinutes}.entry()
			if err != nil {
				return nil, err
			}
			entries = append(entries, e)
		}
	}
	return entries, nil
}

func (s *stage) batchAct(ctx context.Context, db *postgres.DB, actor access.Actor, people []uuid.UUID) (time.Duration, error) {
	entries, err := batchOf(people)
	if err != nil {
		return 0, err
	}
	began := time.Now()
	err = db.InTx(ctx, actor, time.Now, func(ctx context.Context, tx *postgres.Tx) error {
		answers, err := attendance.Record(ctx, tx, attendance.Source{Origin: "ENTERED"}, entries)
		for _, a := range answers {
			if !a.Written || len(a.Warnings) > 0 {
				return errors.Join(err, fmt.Errorf("not counted: %v %v", a.Refusals, a.Warnings))
			}
		}
		return err
	})
	return time.Since(began), err
}

func (s *stage) batchInsert(ctx context.Context, by uuid.UUID, people []uuid.UUID) (time.Duration, error) {
	entries, err := batchOf(people)
	if err != nil {
		return 0, err
	}
	copied := map[uuid.UUID]string{}
	rows, err := s.owner.Query(ctx, `select e.id, format('%L, %L, %L, %L, %s, %s, %L', e.programme_id, e.activity_id, e.participation_id, e.person_id,
		coalesce(quote_literal(p.id), 'null'), coalesce(quote_literal(e.company_id), 'null'), e.audience::text) from enrolment e left join placement p on p.enrolment_id = e.id where e.id = any ($1)`, people)
	if err != nil {
		return 0, err
	}
	for rows.Next() {
		var id uuid.UUID
		var values string
		if err := rows.Scan(&id, &values); err != nil {
			return 0, err
		}
		copied[id] = values
	}
	if err := rows.Err(); err != nil {
		return 0, err
	}
	var statement strings.Builder
	statement.WriteString(`insert into attendance (programme_id, activity_id, participation_id, person_id, placement_id, company_id, audience, id, enrolment_id, kind, day, from_minute,
		to_minute, standing, recorded_by, recorded_at, origin) values `)
	for i, e := range entries {
		if i > 0 {
			statement.WriteString(", ")
		}
		fmt.Fprintf(&statement, "(%s, '%s', '%s', 'PRESENCE', '%s', %d, %d, 'COUNTED', '%s', '%s', 'ENTERED')", copied[e.Enrolment], e.ID, e.Enrolment, e.Day, e.From.Minutes(), e.To.Minutes(), by,
			time.Now().UTC().Format(time.RFC3339Nano))
	}
	began := time.Now()
	_, err = s.owner.Exec(ctx, statement.String())
	return time.Since(began), err
}
