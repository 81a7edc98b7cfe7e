package allowance_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/allowance"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// compute works a month out and gives the statement's id and how many events that told.
func (h *house) compute(actor access.Actor, m allowance.Month) (id uuid.UUID, told int, err error) {
	err = h.act(actor, func(ctx context.Context, tx *postgres.Tx) (err error) {
		id, err = allowance.Compute(ctx, tx, m)
		told = tx.Told()
		return err
	})
	return id, told, err
}

func TestACourseAndAnInternshipAreCutAtTheJointCap(t *testing.T) {
	h := open(t)
	p := h.participation()
	h.hours(h.enrolment(p, "COURSE"), "2026-11", 6, 40)
	h.hours(h.enrolment(p, "INTERNSHIP"), "2026-11", 14, 100)
	id, _, err := h.compute(h.actor(access.PaymentsOfficer, h.partner), allowance.Month{Participation: p, Month: november})
	if err != nil {
		t.Fatal(err)
	}
	if got := query[string](h, "select concat_ws(' ', minutes, accrued_cents, cap_cents, total_cents, revision) from allowance where id = $1", id); got != "8400 56000 50000 50000 1" {
		t.Errorf("minutes, accrued, cap, total, revision: %s", got)
	}
	if got := query[string](h, "select string_agg(kind || ' ' || amount_cents, ', ' order by amount_cents) from allowance_line where allowance_id = $1", id); got != "CAP -6000, HOURS 16000, HOURS 40000" {
		t.Errorf("lines: %s", got)
	}
	const want = "Tetto mensile per tutte le attività insieme 500,00 €: 560,00 € − 500,00 € = 60,00 € in meno"
	if got := query[string](h, "select text ->> 'it' from allowance_line where allowance_id = $1 and kind = 'CAP'", id); got != want {
		t.Errorf("working: %s", got)
	}
	if got := query[int](h, "select count(*)::int from outbox where subject_id = $1 and subject_kind = 'Allowance' and kind = 'ENTERED' and $2 = any (related)", id, p); got != 1 {
		t.Errorf("%d events", got)
	}
}

func TestWorkingOutAgainTellsOnlyWhatChanged(t *testing.T) {
	h := open(t)
	p, officer := h.participation(), h.actor(access.PaymentsOfficer, h.lead)
	e := h.enrolment(p, "INTERNSHIP")
	h.entry(e, "2026-11-03", 8, 4, "COUNTED")
	h.entry(e, "2026-11-03", 9, 2, "CONTESTED")
	h.entry(e, "2026-10-31", 8, 8, "COUNTED") // another month
	m := allowance.Month{Participation: p, Month: november}
	first, _, err := h.compute(officer, m)
	if err != nil {
		t.Fatal(err)
	}
	again, told, err := h.compute(officer, m)
	if err != nil || again != first || told != 0 {
		t.Fatalf("again: %v, %d events, same statement %t", err, told, again == first)
	}
	if total := query[int](h, "select total_cents::int from allowance where id = $1", first); total != 1600 {
		t.Errorf("total %d, want 4 hours at 4 euros", total)
	}
	h.entry(e, "2026-11-04", 8, 1, "COUNTED")
	again, told, err = h.compute(officer, m)
	if err != nil || again != first || told != 1 {
		t.Fatalf("changed: %v, %d events, same statement %t", err, told, again == first)
	}
	if got := query[string](h, "select concat_ws(' ', total_cents, revision) from allowance where id = $1", first); got != "2000 2" {
		t.Errorf("total and revision: %s", got)
	}
	if got := query[string](h, "select string_agg(kind || ' ' || minutes, ', ' order by position) from allowance_line where allowance_id = $1", first); got != "NOTHING 120, HOURS 300" {
		t.Errorf("lines: %s", got)
	}
}

func TestWhoMayNotComputeIsRefused(t *testing.T) {
	h := open(t)
	p := h.participation()
	m := allowance.Month{Participation: p, Month: november}
	for name, c := range map[string]struct {
		actor access.Actor
		month allowance.Month
		want  *refusal.Code
	}{
		"a case manager":       {h.actor(access.CaseManager, h.partner), m, refusal.NotAllowed},
		"another partner":      {h.actor(access.PartnerCoordinator, h.other), m, refusal.NotFound},
		"a month to come":      {h.actor(access.Coordinator, h.lead), allowance.Month{Participation: p, Month: november.Next()}, allowance.MonthNotBegun},
		"an unknown person":    {h.actor(access.Coordinator, h.lead), allowance.Month{Participation: uuid.New(), Month: november}, refusal.NotFound},
		"before the programme": {h.actor(access.Coordinator, h.lead), allowance.Month{Participation: p, Month: calendar.MustMonth("2020-01")}, nil},
	} {
		_, _, err := h.compute(c.actor, c.month)
		var list refusal.List
		if c.want == nil {
			if _, refused := refusal.As(err); !refused {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if !errors.As(err, &list) || !list.Has(c.want) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
	if n := query[int](h, "select count(*)::int from allowance"); n != 0 {
		t.Errorf("%d statements were written", n)
	}
}

func TestReactionWorksOutTheMonthsThatEntriesTouch(t *testing.T) {
	h := open(t)
	p, q := h.participation(), h.participation()
	e, f := h.enrolment(p, "INTERNSHIP"), h.enrolment(q, "COURSE")
	inOctober := h.entry(e, "2026-10-30", 8, 4, "REPLACED")
	inNovember := h.entry(e, "2026-11-02", 8, 4, "COUNTED")
	h.exec("update attendance set replaces_id = $1 where id = $2", inOctober, inNovember)
	ofQ := h.entry(f, "2026-11-05", 8, 2, "COUNTED")
	of := func(entry uuid.UUID) event.Event {
		return event.Event{News: event.News{SubjectKind: "Attendance", Subject: entry}}
	}
	told := []event.Event{of(inNovember), of(ofQ), of(ofQ)}
	for round, want := range []int{3, 0} {
		err := h.act(h.actor(access.System, h.lead), func(ctx context.Context, tx *postgres.Tx) error {
			if err := allowance.React(ctx, tx, told); err != nil {
				return err
			}
			if tx.Told() != want {
				t.Errorf("round %d tells %d events, want %d", round, tx.Told(), want)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	const statements = "select string_agg(concat_ws(' ', to_char(month, 'YYYY-MM'), total_cents), ', ' order by month) from allowance where participation_id = $1"
	if got := query[string](h, statements, p); got != "2026-10 0, 2026-11 1600" {
		t.Errorf("of the one: %s", got)
	}
	if got := query[string](h, statements, q); got != "2026-11 800" {
		t.Errorf("of the other: %s", got)
	}
}

// newRule puts a version of the policy beside the one that is there, with one rule changed.
func (h *house) newRule(number int, from, code, value string) {
	h.t.Helper()
	h.exec(`with v as (insert into policy_version (id, programme_id, number, valid_from, applied_at, rules_hash, audience)
			select gen_random_uuid(), programme_id, $1, $2::text::date, applied_at, 'test', audience from policy_version order by number desc limit 1 returning id)
		insert into policy_rule (id, version_id, position, code, value, unit, label, source, confirmed, audience)
		select gen_random_uuid(), v.id, r.position, r.code, case when r.code = $3 then $4::jsonb else r.value end, r.unit, r.label, r.source, r.confirmed, r.audience
		from policy_rule r, v where r.version_id = (select id from policy_version where number < $1 order by number desc limit 1)`, number, from, code, value)
}

func TestEachDaysHoursArePaidByThePolicyOfTheDay(t *testing.T) {
	h := open(t)
	p := h.participation()
	e := h.enrolment(p, "INTERNSHIP")
	h.entry(e, "2026-11-02", 8, 4, "COUNTED")
	h.entry(e, "2026-11-15", 8, 2, "COUNTED")
	h.entry(e, "2026-11-16", 8, 1, "COUNTED")
	h.newRule(99, "2026-11-16", "allowance.hourly_rate", "500")
	id, _, err := h.compute(h.actor(access.Coordinator, h.lead), allowance.Month{Participation: p, Month: november})
	if err != nil {
		t.Fatal(err)
	}
	if got := query[string](h, "select total_cents || ' under ' || v.number from allowance a join policy_version v on v.id = a.policy_version_id where a.id = $1", id); got != "2900 under 99" {
		t.Errorf("total %s", got)
	}
	const want = "Giorni 1–15: 6 h × 4,00 € = 24,00 €; Giorni 16–30: 1 h × 5,00 € = 5,00 €"
	if got := query[string](h, "select string_agg(text ->> 'it', '; ' order by position) from allowance_line where allowance_id = $1", id); got != want {
		t.Errorf("working %s", got)
	}
}
