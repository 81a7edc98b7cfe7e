package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/values/calendar"
)

const recordMutation = `mutation Record($input: RecordAttendanceInput!) {
  recordAttendance(input: $input) {
    refusals { code }
    warnings { code }
    answers { refusals { code } warnings { code } attendance { id day from to minutes standing revision } }
  }
}`

const (
	recordings   = 300
	recordWarmUp = 30
	entryMinutes = 20
	entriesADay  = 12 // from 14:00 on, after the loaded hours
	daysBack     = 4  // recent enough to need no acknowledgement
)

// register writes entries as one tutor, each on free time of one of his people.
type register struct {
	client     *client
	enrolments []uuid.UUID
	next       int
}

// registerOf signs in the n-th tutor, who has twenty people.
func (s *stage) registerOf(ctx context.Context, program *node, n int) (*register, error) {
	r := &register{}
	var subject string
	err := s.owner.QueryRow(ctx, `select m.subject, array_agg(e.id order by e.id) from participation p join member m on m.id = p.tutor_id
		join enrolment e on e.participation_id = p.id and e.company_id is not null and e.state = 'ENROLLED'
		group by m.id order by m.id limit 1 offset $1`, n).Scan(&subject, &r.enrolments)
	if err != nil {
		return nil, err
	}
	token, err := s.token(subject)
	if err != nil {
		return nil, err
	}
	r.client = newClient(program, token, 16)
	return r, nil
}

// entry is the next one that fits: people take turns, then the hours of a day, then the days before today.
func (r *register) entry() (body []byte, err error) {
	person, slot := r.next%len(r.enrolments), r.next/len(r.enrolments)
	r.next++
	if slot >= entriesADay*daysBack {
		return nil, errors.New("no free hours left")
	}
	from := 14*60 + slot%entriesADay*entryMinutes
	return recordBody(map[string]any{
		"enrolment": "enr_" + r.enrolments[person].String(),
		"day":       calendar.DayOf(time.Now()).AddDays(-1 - slot/entriesADay).String(),
		"from":      clock(from),
		"to":        clock(from + entryMinutes),
	})
}

func clock(minute int) string { return fmt.Sprintf("%02d:%02d", minute/60, minute%60) }

func recordBody(entry map[string]any) ([]byte, error) {
	return body(recordMutation, map[string]any{"input": map[string]any{"entries": []any{entry}}})
}

// record sends one act and checks that it was done and counts.
func (r *register) record(ctx context.Context, body []byte) error {
	answer, err := r.client.post(ctx, body)
	if err != nil {
		return err
	}
	read, err := data(answer)
	if err != nil {
		return err
	}
	var done struct {
		RecordAttendance struct {
			Answers []struct{ Attendance *struct{ Standing string } }
		}
	}
	if err := json.Unmarshal(read, &done); err != nil {
		return err
	}
	answers := done.RecordAttendance.Answers
	if len(answers) != 1 || answers[0].Attendance == nil || answers[0].Attendance.Standing != "COUNTED" {
		return fmt.Errorf("not recorded: %s", read)
	}
	return nil
}

// recording measures the act that is done most.
//
//	attendance.record.p50_ms  from sending to having read the answer of one recordAttendance with one entry, one after the
//	                          other over HTTP as a tutor; PostgreSQL forces every commit to disk
func recording(ctx context.Context, s *stage, out *report) (err error) {
	program, err := s.serve(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, program.stop()) }()
	r, err := s.registerOf(ctx, program, 0)
	if err != nil {
		return err
	}
	var took []float64
	for i := range recordWarmUp + recordings {
		entry, err := r.entry()
		if err != nil {
			return err
		}
		began := time.Now()
		if err := r.record(ctx, entry); err != nil {
			return err
		}
		if i >= recordWarmUp {
			took = append(took, milliseconds(time.Since(began)))
		}
	}
	out.note("attendance.record: %d acts, p90 %.3f ms, p99 %.3f ms", len(took), quantile(took, 0.9), quantile(took, 0.99))
	out.figure("attendance.record.p50_ms", quantile(took, 0.5), "ms")
	return nil
}
