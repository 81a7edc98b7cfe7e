package duty_test

import (
	"context"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/allowance"
	"github.com/lavoroincorso/lavoro/internal/attendance"
	"github.com/lavoroincorso/lavoro/internal/duty"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
)

func (h *house) enrolment(participation uuid.UUID) uuid.UUID {
	activity, id := uuid.New(), uuid.New()
	h.exec(`insert into activity (id, programme_id, organisation_id, kind, title, place, from_day, to_day, planned_minutes, audience)
		values ($1, $2, $3, 'COURSE', 'Prova', 'Massa', '2026-10-01', '2026-12-31', 6000, $4)`, activity, h.programme, h.partner, h.audience())
	h.exec(`insert into enrolment (id, programme_id, activity_id, participation_id, person_id, state, from_day, to_day, planned_minutes, origin, audience)
		select $1, programme_id, $2, id, person_id, 'ENROLLED', '2026-10-01', '2026-12-31', 6000, 'ENTERED', audience from participation where id = $3`, id, activity, participation)
	return id
}

// Every act on the register reaches the month's allowance through the runner: the whole way, with nothing told by hand.
func TestTheAllowanceFollowsTheRegister(t *testing.T) {
	h := open(t)
	p := h.participation()
	enrolment := h.enrolment(p)
	r := h.runner(duty.Log{}, duty.Reaction{Name: "allowance", SubjectKinds: []string{"Attendance"}, React: allowance.React})
	first, second, corrected := uuid.New(), uuid.New(), uuid.New()
	entry := func(id uuid.UUID, from, to string) attendance.Entry {
		return attendance.Entry{ID: id, Enrolment: enrolment, Kind: attendance.Presence, Day: calendar.MustDay("2026-11-02"),
			From: calendar.MustLocalTime(from), To: calendar.MustLocalTime(to)}
	}
	longer := calendar.MustLocalTime("11:00")
	for _, step := range []struct {
		name string
		act  func(context.Context, *postgres.Tx) error
		want string // total, revision, kinds of lines
	}{
		{"recorded", func(ctx context.Context, tx *postgres.Tx) error {
			_, err := attendance.Record(ctx, tx, attendance.Source{Origin: "ENTERED"}, []attendance.Entry{entry(first, "08:00", "10:00")})
			return err
		}, "800 1 HOURS"},
		{"contested", func(ctx context.Context, tx *postgres.Tx) error {
			_, err := attendance.Record(ctx, tx, attendance.Source{Origin: "ENTERED"}, []attendance.Entry{entry(second, "09:00", "10:30")})
			return err
		}, "0 2 NOTHING"},
		{"resolved", func(ctx context.Context, tx *postgres.Tx) error {
			_, err := attendance.Resolve(ctx, tx, second, false, "prova", nil)
			return err
		}, "800 3 HOURS"},
		{"corrected", func(ctx context.Context, tx *postgres.Tx) error {
			return attendance.Correct(ctx, tx, attendance.Correction{Entry: first, ID: corrected, To: &longer, Note: "prova"})
		}, "1200 4 HOURS"},
		{"withdrawn", func(ctx context.Context, tx *postgres.Tx) error {
			return attendance.Withdraw(ctx, tx, corrected, "prova", nil)
		}, "0 5 NOTHING"},
	} {
		h.act(step.act)
		h.drain(r)
		got := query[string](h, `select concat_ws(' ', total_cents, revision, (select string_agg(kind, ' ' order by position) from allowance_line where allowance_id = a.id))
			from allowance a where participation_id = $1 and month = '2026-11-01'`, p)
		if got != step.want {
			t.Errorf("%s: %s, want %s", step.name, got, step.want)
		}
	}
}
