package duty_test

import (
	"context"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/duty"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

const dues = `select coalesce(string_agg(concat_ws(' ', kind, to_char(due_at at time zone 'Europe/Rome', 'YYYY-MM-DD HH24:MI'),
	case when done_at is not null then 'done' end), ', ' order by due_at), '') from due where subject_id = $1`

func TestLeavingAStateClosesItsDueAndTheNextOpens(t *testing.T) {
	h := open(t)
	p := h.participation()
	h.goes(p, "", "REFERRED")
	if got := query[string](h, dues, p); got != "participant.check 2026-11-09 23:59" {
		t.Errorf("after the referral: %s", got)
	}
	h.sleep(3)
	h.goes(p, "REFERRED", "ELIGIBILITY_CHECK")
	if got := query[string](h, dues, p); got != "participant.check 2026-11-09 23:59 done, participant.decide 2026-11-20 23:59" {
		t.Errorf("after the check began: %s", got)
	}
	h.goes(p, "ELIGIBILITY_CHECK", "REJECTED")
	if open := query[int](h, "select count(*)::int from due where subject_id = $1 and done_at is null", p); open != 0 {
		t.Errorf("%d dues are open in a state that waits for nobody", open)
	}
	h.goes(p, "REJECTED", "ELIGIBILITY_CHECK")
	if open := query[int](h, "select count(*)::int from due where subject_id = $1 and done_at is null", p); open != 1 {
		t.Errorf("%d dues are open when the state is entered again, want 1", open)
	}
}

func TestAnotherOwnerInTheSameStateKeepsTheClockRunning(t *testing.T) {
	h := open(t)
	p := h.participation()
	h.goes(p, "", "REFERRED", h.partner)
	if same := query[bool](h, "select owner_key = $2 and next_owner_key = $2 from due where subject_id = $1", p, h.partner); !same {
		t.Error("where one body alone is named it follows itself")
	}
	h.sleep(2)
	h.goes(p, "REFERRED", "REFERRED", h.manager, h.partner)
	if got := query[string](h, dues, p); got != "participant.check 2026-11-09 23:59" {
		t.Errorf("the clock began again: %s", got)
	}
	if moved := query[bool](h, "select owner_key = $2 and next_owner_key = $3 from due where subject_id = $1", p, h.manager, h.partner); !moved {
		t.Error("the due did not go to the new owner")
	}
}

// Who is told again of a state that it knows leaves what is due as it stands, with its reminders and whoever has taken over.
func TestWhatIsToldAgainIsDueAsItStands(t *testing.T) {
	h := open(t)
	p := h.participation()
	goes := func(since string, owners ...uuid.UUID) {
		t.Helper()
		h.act(func(ctx context.Context, tx *postgres.Tx) error {
			return duty.NewClocks(clocks).OnState(ctx, tx, event.Transition{Programme: h.programme, Concept: "participant", SubjectKind: "Participant",
				Subject: p, Participation: p, From: "CLOSED", To: "REFERRED", Owners: owners, Audience: h.audience(), Since: calendar.MustDay(since)})
		})
	}
	const stands = "select string_agg(concat_ws(' ', due_at::date, reminders, owner_key = $2, escalated_at is not null, done_at is not null), ', ' order by id) from due where subject_id = $1"
	goes("2026-11-02", h.partner, h.manager)
	goes("2026-11-02", h.manager, h.partner)
	if got := query[string](h, stands, p, h.manager); got != "2026-11-09 0 t f f" {
		t.Errorf("another has it: %s", got)
	}
	h.exec("update due set owner_key = next_owner_key, escalated_at = due_at, reminders = 3 where subject_id = $1", p)
	goes("2026-11-02", h.manager, h.partner)
	if got := query[string](h, stands, p, h.partner); got != "2026-11-09 3 t t f" {
		t.Errorf("told again: %s", got)
	}
	goes("2026-11-03", h.manager, h.partner)
	if got := query[string](h, stands, p, h.partner); got != "2026-11-09 3 t t t, 2026-11-10 0 f f f" {
		t.Errorf("entered anew: %s", got)
	}
}

// What is due of something that was made longer comes later by as many days, at the same time of the day though the clocks change between; what had gone over
// to the next owner comes back, as it is due no more.
func TestWhatIsMadeLongerIsDueLater(t *testing.T) {
	h := open(t)
	p := h.participation()
	growing := event.Clock{Concept: "participant", State: "REFERRED", SubjectKind: "Participant", Prefix: "prt", Policy: "clock.participant.REFERRED", Kind: "participant.check",
		Label: text.Text{It: "Verifica", En: "Check"}, Grows: true}
	goes := func(from string, longer int) {
		t.Helper()
		h.act(func(ctx context.Context, tx *postgres.Tx) error {
			return duty.NewClocks([]event.Clock{growing}).OnState(ctx, tx, event.Transition{Programme: h.programme, Concept: "participant", SubjectKind: "Participant",
				Subject: p, Participation: p, From: from, To: "REFERRED", Owners: []uuid.UUID{h.manager, h.partner}, Audience: h.audience(), Longer: longer})
		})
	}
	goes("", 0)
	h.exec("update due set owner_key = next_owner_key, escalated_at = due_at, reminders = 3 where subject_id = $1", p)
	h.sleep(30)
	goes("REFERRED", 10) // to a day that is past: it stays with who has it
	if got := query[string](h, dues, p); got != "participant.check 2026-11-19 23:59" {
		t.Errorf("ten days longer: %s", got)
	}
	if query[bool](h, "select owner_key = $2 or escalated_at is null from due where subject_id = $1", p, h.manager) {
		t.Error("what is late still came back to its first owner")
	}
	goes("REFERRED", 150)
	if got := query[string](h, dues, p); got != "participant.check 2027-04-18 23:59" {
		t.Errorf("over the change of the clocks: %s", got)
	}
	if !query[bool](h, "select owner_key = $2 and next_owner_key = $3 and escalated_at is null and next_reminder_at = due_at from due where subject_id = $1", p, h.manager, h.partner) {
		t.Error("what is due in spring is not its first owner's again")
	}
}
