package duty_test

import (
	"testing"
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
