package attendance_test

import (
	"context"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/attendance"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// Of somebody who was erased no remark can be kept or read: what needs one is refused by name, and keeps nothing else back.
func TestWhoWasErasedKeepsNobodysHoursBack(t *testing.T) {
	o := newOffice(t)
	told := func(name, day string) attendance.Entry {
		e := entry(o.intern[name], day, "08:00", "12:00")
		e.Note = "con il tutor"
		return e
	}
	before := told("adult", "2026-03-13")
	contested := entry(o.intern["adult"], "2026-03-16", "08:00", "12:00")
	o.record(o.tutor, before, contested, entry(o.intern["adult"], "2026-03-16", "09:00", "12:00"))
	o.exec("with k as (delete from person_key where person_id = (select person_id from enrolment where id = $1) returning *) insert into destroyed_key select person_id, now(), sha256(wrapped) from k", o.intern["adult"])

	silent, other := entry(o.intern["adult"], "2026-03-12", "08:00", "12:00"), told("minor", "2026-03-13")
	for range 2 {
		answers := o.record(o.tutor, before, told("adult", "2026-03-17"), silent, other)
		for i, written := range []bool{false, false, true, true} {
			if a := answers[i]; a.Written != written || !written && a.Refusals[0].Code != "PERSON_ERASED" {
				t.Errorf("entry %d: %+v", i, a)
			}
		}
	}
	month := o.monthOf(o.intern["adult"], "2026-03-01")
	for name, act := range map[string]func(context.Context, *postgres.Tx) error{
		"correct": func(ctx context.Context, tx *postgres.Tx) error {
			to := calendar.MustLocalTime("11:00")
			return attendance.Correct(ctx, tx, attendance.Correction{Entry: silent.ID, ID: uuid.New(), To: &to, Note: "prova"})
		},
		"withdraw": func(ctx context.Context, tx *postgres.Tx) error {
			return attendance.Withdraw(ctx, tx, silent.ID, "prova", nil)
		},
		"resolve": func(ctx context.Context, tx *postgres.Tx) error {
			_, err := attendance.Resolve(ctx, tx, contested.ID, true, "prova", nil)
			return err
		},
		"reject": func(ctx context.Context, tx *postgres.Tx) error {
			_, err := attendance.Resolve(ctx, tx, contested.ID, false, "prova", nil)
			return err
		},
	} {
		if list, _ := refusal.As(o.as(o.tutor, act)); len(list) != 1 || list[0].Code != "PERSON_ERASED" {
			t.Errorf("%s: %v", name, list)
		}
	}
	o.exec("update register_month set state = 'LOCKED', minutes = 240, presence_days = 1, content_hash = sha256('') where id = $1", month)
	if code := o.does(o.promoter(), func(ctx context.Context, tx *postgres.Tx, in attendance.MonthStep) error {
		return attendance.AdjustMonth(ctx, tx, attendance.Adjustment{MonthStep: in, ID: uuid.New(), Day: calendar.MustDay("2026-03-12"), Minutes: -60})
	}, attendance.MonthStep{Month: month, Reason: "prova"}); code != "PERSON_ERASED" {
		t.Errorf("adjust: %s", code)
	}
}
