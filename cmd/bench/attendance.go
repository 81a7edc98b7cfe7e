package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"
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
)

func recordBody(entries []any) ([]byte, error) {
	return body(recordMutation, map[string]any{"input": map[string]any{"entries": entries,
		"acknowledge": []string{"ATTENDANCE_OUTSIDE_TIMETABLE", "ATTENDANCE_CLOSED_DAY"}, "acknowledgeReason": "recupero"}})
}

// record sends one act and checks that all of it was done and counts.
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
	if len(done.RecordAttendance.Answers) == 0 {
		return fmt.Errorf("not recorded: %.500s", read)
	}
	for _, a := range done.RecordAttendance.Answers {
		if a.Attendance == nil || a.Attendance.Standing != "COUNTED" {
			return fmt.Errorf("not recorded: %.500s", read)
		}
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
		entry, err := r.entry(1)
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
