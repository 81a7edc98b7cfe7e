package graph

import (
	"context"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/attendance"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// RecordAttendance writes entries into the register, each with its own answer.
func (m mutation) RecordAttendance(ctx context.Context, input RecordAttendanceInput) (*RecordAttendancePayload, error) {
	return perform(ctx, m.Resolver, access.RecordAttendance, input, func(ctx context.Context, tx *postgres.Tx, out *RecordAttendancePayload) error {
		author, wrongAuthor := optionalID("mem", input.Author, "author")
		if wrongAuthor == nil {
			wrongAuthor = attendance.CheckAuthor(tx.Actor, author)
		}
		if err := refusal.Join(wrongAuthor, attendance.CheckSize(len(input.Entries))); err != nil {
			return err
		}
		out.Answers = make([]*AttendanceAnswer, len(input.Entries))
		var entries []attendance.Entry
		var places []int // of the entries in the input
		for i, e := range input.Entries {
			out.Answers[i] = &AttendanceAnswer{Index: int32(i)}
			entry, err := entryOf(e)
			if list, ok := refusal.As(err); ok && err != nil {
				out.Answers[i].Refusals = pointers(list.Under("entries", strconv.Itoa(i)))
				continue
			}
			entries, places = append(entries, entry), append(places, i)
		}
		if len(entries) == 0 {
			return nil
		}
		answers, err := attendance.Record(ctx, tx, sourceOf(ctx, tx.Now, input.SentAt), entries)
		if err != nil {
			return err
		}
		for n, a := range answers {
			answer := out.Answers[places[n]]
			answer.Enrolment = &Enrolment{ID: plan.FormatID("enr", a.Enrolment)}
			path := []string{"entries", strconv.Itoa(places[n])}
			answer.Refusals, answer.Warnings = pointers(a.Refusals.Under(path...)), pointers(a.Warnings.Under(path...))
			if a.Written {
				answer.Attendance = &Attendance{ID: plan.FormatID("att", a.ID)}
			}
			if a.Written && a.NextDay != uuid.Nil {
				answer.NextDay = &Attendance{ID: plan.FormatID("att", a.NextDay)}
			}
		}
		return nil
	})
}

// RecordAsPlanned writes presence by the timetables of a day.
func (m mutation) RecordAsPlanned(ctx context.Context, input RecordAsPlannedInput) (*RecordAsPlannedPayload, error) {
	return perform(ctx, m.Resolver, access.RecordAsPlanned, input, func(ctx context.Context, tx *postgres.Tx, out *RecordAsPlannedPayload) error {
		programme, err := idOf("prg", input.Programme, "programme")
		if err != nil {
			return err
		}
		planned := attendance.Planned{Programme: programme, Day: input.Day}
		for i, id := range input.Except {
			placement, err := idOf("plc", id, "except", strconv.Itoa(i))
			if err != nil {
				return err
			}
			planned.Except = append(planned.Except, placement)
		}
		if input.MadeAt != nil {
			planned.MadeAt = input.MadeAt.UTC()
		}
		answers, err := attendance.RecordAsPlanned(ctx, tx, sourceOf(ctx, tx.Now, input.SentAt), planned)
		for i, a := range answers {
			answer := &AttendanceAnswer{Index: int32(i), Refusals: pointers(a.Refusals), Warnings: pointers(a.Warnings), Enrolment: &Enrolment{ID: plan.FormatID("enr", a.Enrolment)}}
			if a.Written {
				answer.Attendance = &Attendance{ID: plan.FormatID("att", a.ID)}
			}
			out.Answers = append(out.Answers, answer)
		}
		return err
	})
}

func entryOf(e *AttendanceEntryInput) (attendance.Entry, error) {
	id, err := newID("att", e.ID, "id")
	if err != nil {
		return attendance.Entry{}, err
	}
	enrolment, err := idOf("enr", e.Enrolment, "enrolment")
	if err != nil {
		return attendance.Entry{}, err
	}
	entry := attendance.Entry{ID: id, Enrolment: enrolment, Kind: attendance.Kind(e.Kind), AbsenceReason: orEmpty(e.AbsenceReason), Note: orEmpty(e.Note)}
	if entry.Day, err = e.Day.Day(); err != nil {
		return entry, refusal.Invalid(err, "day")
	}
	if entry.From, err = e.From.LocalTime(); err != nil {
		return entry, refusal.Invalid(err, "from")
	}
	if entry.To, err = e.To.LocalTime(); err != nil {
		return entry, refusal.Invalid(err, "to")
	}
	if e.MadeAt == nil {
		return entry, nil
	}
	if entry.MadeAt, err = e.MadeAt.Instant(); err != nil {
		return entry, refusal.Invalid(err, "madeAt")
	}
	entry.MadeAt = entry.MadeAt.UTC()
	return entry, nil
}

// sourceOf tells where a request comes from: the phone and the app that it names, and how far the phone's clock is from the house's.
func sourceOf(ctx context.Context, now time.Time, sentAt *time.Time) attendance.Source {
	s := attendance.Source{Origin: "ENTERED", Device: held(ctx).Device}
	if id, err := plan.ParseID("dev", deviceOf(ctx)); err == nil {
		s.Device = id
	}
	if named := appOf(ctx); named != unnamed {
		s.App = named
	}
	if sentAt != nil {
		s.Drift = sentAt.Sub(now)
	}
	return s
}

// CorrectAttendance puts a new version in the place of an entry.
func (m mutation) CorrectAttendance(ctx context.Context, input CorrectAttendanceInput) (*CorrectAttendancePayload, error) {
	return perform(ctx, m.Resolver, access.CorrectAttendance, input, func(ctx context.Context, tx *postgres.Tx, out *CorrectAttendancePayload) error {
		entry, err := idOf("att", input.Attendance, "attendance")
		if err != nil {
			return err
		}
		out.Replaced = &Attendance{ID: input.Attendance}
		id, err := newID("att", input.ID, "id")
		if err != nil {
			return err
		}
		err = attendance.Correct(ctx, tx, attendance.Correction{Entry: entry, ID: id, Kind: (*attendance.Kind)(input.Kind), From: input.From, To: input.To,
			AbsenceReason: input.AbsenceReason, Note: input.Note, ExpectedRevision: revision(input.ExpectedRevision)})
		if err == nil {
			out.Attendance = &Attendance{ID: plan.FormatID("att", id)}
		}
		return err
	})
}

// WithdrawAttendance takes an entry back.
func (m mutation) WithdrawAttendance(ctx context.Context, input WithdrawAttendanceInput) (*WithdrawAttendancePayload, error) {
	return perform(ctx, m.Resolver, access.WithdrawAttendance, input, func(ctx context.Context, tx *postgres.Tx, out *WithdrawAttendancePayload) error {
		entry, err := idOf("att", input.Attendance, "attendance")
		if err != nil {
			return err
		}
		out.Attendance = &Attendance{ID: input.Attendance}
		return attendance.Withdraw(ctx, tx, entry, input.Note, revision(input.ExpectedRevision))
	})
}

// ResolveAttendance ends a contest between overlapping entries.
func (m mutation) ResolveAttendance(ctx context.Context, input ResolveAttendanceInput) (*ResolveAttendancePayload, error) {
	return perform(ctx, m.Resolver, access.ResolveAttendance, input, func(ctx context.Context, tx *postgres.Tx, out *ResolveAttendancePayload) error {
		entry, err := idOf("att", input.Attendance, "attendance")
		if err != nil {
			return err
		}
		out.Attendance = &Attendance{ID: input.Attendance}
		gone, err := attendance.Resolve(ctx, tx, entry, input.Keep, input.Note, revision(input.ExpectedRevision))
		for _, id := range gone {
			out.Withdrawn = append(out.Withdrawn, &Attendance{ID: plan.FormatID("att", id)})
		}
		return err
	})
}

// revision spells an expected revision as the rooms take it.
func revision(n *int32) *int {
	if n == nil {
		return nil
	}
	whole := int(*n)
	return &whole
}

func orEmpty(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
