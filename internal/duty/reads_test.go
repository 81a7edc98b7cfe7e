package duty_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/duty"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
)

// readFor puts a read of the participation into the journal, with a reason or without.
func (h *house) readFor(reader, participation uuid.UUID, at time.Time, reason string) {
	h.exec(`insert into read_journal (id, node, seq, at, request_id, actor_id, programme_id, purpose, class, reason, participations, persons, chain, audience, version)
		values (gen_random_uuid(), gen_random_uuid(), 1, $1, gen_random_uuid(), $2, $3, 'SUPERVISION', 'health', convert_to(nullif($4, ''), 'UTF8'), array[$5::uuid], '{}', '', '{}', 2)`,
		at, reader, h.programme, reason, participation)
}

// Of reads from outside the case team the case manager and the data-protection officer are told, once a reader, person and day; no letter
// and no due names anybody.
func TestReadsFromOutsideTheCaseTeamAreTold(t *testing.T) {
	h := open(t)
	p, q, dpo, reader := h.participation(), h.participation(), uuid.New(), uuid.New()
	h.member(dpo, "dpo@example.org")
	h.exec("insert into access_grant (id, member_id, programme_id, role, over_id, from_day, audience) values ($1, $2, $3, 'DPO', $4, '2025-01-01', '{}')", uuid.New(), dpo, h.programme, h.lead)
	h.exec("update participation set case_manager_id = $1 where id = $2", h.manager, p)
	letters := &post{}
	r := h.runner(letters)
	told := func() (to []uuid.UUID) {
		h.t.Helper()
		h.act(func(ctx context.Context, tx *postgres.Tx) error { return duty.TellReads(ctx, tx, nil) })
		h.drain(r)
		for _, n := range letters.sent {
			to = append(to, n.Member)
		}
		letters.sent = nil
		slices.SortFunc(to, func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) })
		return to
	}
	both := []uuid.UUID{dpo, h.manager}
	slices.SortFunc(both, func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) })

	h.readFor(reader, p, h.clock(), "")
	h.readFor(h.manager, p, h.clock(), "his own case")
	if to := told(); len(to) != 0 {
		t.Errorf("told %v of what asks for no telling", to)
	}
	h.readFor(reader, p, h.clock(), "a call")
	h.readFor(reader, p, h.clock().Add(time.Hour), "another")
	if to := told(); !slices.Equal(to, both) {
		t.Errorf("told %v, want manager and officer once", to)
	}
	h.readFor(reader, p, h.clock().Add(2*time.Hour), "again")
	if to := told(); len(to) != 0 {
		t.Errorf("told %v twice on one day", to)
	}
	h.sleep(1)
	h.readFor(reader, p, h.clock(), "the next day")
	h.readFor(uuid.New(), p, h.clock(), "somebody else")
	if to := told(); len(to) != 2 || !slices.Equal(slices.Compact(to), both) { // one letter each, of two dues
		t.Errorf("told %v", to)
	}
	h.readFor(reader, q, h.clock(), "followed by nobody")
	if to := told(); len(to) != 2 || !slices.Contains(to, h.coordinator) || !slices.Contains(to, dpo) {
		t.Errorf("told %v, want the body's coordinator and the officer", to)
	}
	if n := query[int](h, "select count(*)::int from due where tells and (done_at is null or participation_id is not null or reminders <> 1)"); n != 0 {
		t.Errorf("%d dues stay open, or name somebody", n)
	}
	h.sleep(30)
	if to := told(); len(to) != 0 {
		t.Errorf("reminded %v of what was told", to)
	}
}
