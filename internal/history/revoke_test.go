package history_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/allowance"
	"github.com/lavoroincorso/lavoro/internal/attendance"
	"github.com/lavoroincorso/lavoro/internal/history"
	"github.com/lavoroincorso/lavoro/internal/placement/placementtest"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// confirmed is an import that stands, and who has confirmed it.
func (a *archive) confirmed() (id uuid.UUID, by access.Actor) {
	a.T.Helper()
	id, by = a.stage(false).Import, a.approver()
	a.Must(a.decide(by, a.room.Confirm, id))
	return id, by
}

func code(err error) string {
	if list, _ := refusal.As(err); len(list) > 0 {
		return list[0].Code
	}
	return fmt.Sprint(err)
}

// TestAThirdPersonTakesBack: what stood is out of force, its money is booked back, and the same folder may come again.
func TestAThirdPersonTakesBack(t *testing.T) {
	a := newArchive(t)
	waiting := a.stage(false).Import
	if got := code(a.decide(a.approver(), a.room.Revoke, waiting)); got != "HISTORY_NOT_STANDING" {
		t.Errorf("what waits is taken back: %s", got)
	}
	by := a.approver()
	a.Must(a.decide(by, a.room.Confirm, waiting))
	before, standIn := a.earlierDays(), a.approver()
	for n := range standIn.Grants {
		standIn.Grants[n].For = by.Member
	}
	for what, c := range map[string]struct {
		who    access.Actor
		reason string
		want   string
	}{
		"who confirmed":    {by, "Totali sbagliati", "HISTORY_OWN_CONFIRMATION"},
		"who stands in":    {standIn, "Totali sbagliati", "HISTORY_OWN_CONFIRMATION"},
		"without a reason": {a.approver(), " ", "HISTORY_REASON_NEEDED"},
		"a partner":        {a.Coordinator("CARRARA"), "Totali sbagliati", "NOT_FOUND"},
		"an officer":       {a.Actor(a.Orgs["ASL"], access.PaymentsOfficer), "Totali sbagliati", "NOT_ALLOWED"},
	} {
		if got := code(a.As(c.who, func(ctx context.Context, tx *postgres.Tx) error {
			return a.room.Revoke(ctx, tx, history.Decision{Import: waiting, Reason: c.reason})
		})); got != c.want {
			t.Errorf("%s: %s, want %s", what, got, c.want)
		}
	}
	if _, err := a.Owner.Exec(t.Context(), "update history_import set state = 'REVOKED', reason = 'x', revoked_by = decided_by, revoked_at = decided_at"); !postgres.Violates(err, "history_revoked_by_another") {
		t.Errorf("the table lets one person confirm and take back: %v", err)
	}
	a.Must(a.decide(a.approver(), a.room.Revoke, waiting))
	for sql, want := range map[string]string{
		"select string_agg(x.s, ', ' order by x.s) from (select concat_ws(' ', kind, state, count(*)) as s from history_fact group by kind, state) x": "ATTENDANCE REVOKED 1, EARLIER REVOKED 1, PARTICIPATION CONFIRMED 1, PAYMENT REVOKED 2, PLACEMENT REVOKED 1, SPENDING REVOKED 1",
		"select concat_ws(' ', state, reason, revoked_by <> decided_by) from history_import":                                                          "REVOKED Totali sbagliati t",
		"select concat_ws(' ', count(*), sum(cents)) from budget_posting":                                                                             "14 0",
		"select concat_ws(' ', state, entered_on) from participation":                                                                                 "ACTIVE 2025-03-10",
	} {
		if got := placementtest.One[string](a.Office, sql); got != want {
			t.Errorf("%s: %s, want %s", sql, got, want)
		}
	}
	if less := before - a.earlierDays(); less != 91+31 {
		t.Errorf("%d days of internships count no more, want 122", less)
	}
	if got := code(a.decide(a.approver(), a.room.Revoke, waiting)); got != "HISTORY_NOT_STANDING" {
		t.Errorf("taken back twice: %s", got)
	}
	if r := a.stage(false); r.Added != 6 || r.AlreadyThere != 1 {
		t.Errorf("the same folder again: %+v", r)
	}
}

// TestWhatSomebodyElseConfirmsInHisPlaceIsHis: one grant is one hand, whoever confirms on it and whoever takes back; for whom is kept of both.
func TestWhatSomebodyElseConfirmsInHisPlaceIsHis(t *testing.T) {
	a := newArchive(t)
	absent, standIn, third := a.approver(), a.approver(), a.approver()
	for _, stands := range []access.Actor{standIn, third} {
		for n := range stands.Grants {
			stands.Grants[n].For = absent.Member
		}
	}
	id := a.stage(false).Import
	a.Must(a.decide(standIn, a.room.Confirm, id))
	for what, who := range map[string]access.Actor{"in whose place it was": absent, "another in his place": third} {
		if got := code(a.decide(who, a.room.Revoke, id)); got != "HISTORY_OWN_CONFIRMATION" {
			t.Errorf("%s: %s", what, got)
		}
	}
	other, another := a.approver(), a.approver()
	for n := range other.Grants {
		other.Grants[n].For = another.Member
	}
	a.Must(a.decide(other, a.room.Revoke, id))
	if !placementtest.One[bool](a.Office, "select (decided_by, on_behalf_of, revoked_by, revoked_on_behalf_of) = ($1, $2, $3, $4) from history_import", standIn.Member, absent.Member, other.Member, another.Member) {
		t.Error("for whom they stood in is not kept")
	}
	for _, hand := range []string{"decided_by", "on_behalf_of"} {
		for _, column := range []string{"revoked_by", "revoked_on_behalf_of"} {
			if _, err := a.Owner.Exec(t.Context(), "update history_import set "+column+" = "+hand); !postgres.Violates(err, "history_revoked_by_another") {
				t.Errorf("%s may be %s: %v", column, hand, err)
			}
		}
	}
}

// TestWhatAStatementRestsOnStays: a month that is being worked out is worked out again without what was recognised, one that was issued keeps the import.
func TestWhatAStatementRestsOnStays(t *testing.T) {
	a := newArchive(t)
	person, enrolment := a.month()
	month := allowance.Month{Participation: person, Month: calendar.MustMonth("2025-04")}
	compute := func() {
		t.Helper()
		a.Must(a.As(a.System(), func(ctx context.Context, tx *postgres.Tx) error {
			_, err := allowance.Compute(ctx, tx, month)
			return err
		}))
	}
	id, _ := a.confirmed()
	compute()
	if got := placementtest.One[int](a.Office, "select total_cents::int from allowance"); got != 18000 {
		t.Fatalf("beside what was recognised %d cents are owed", got)
	}
	a.Must(a.decide(a.approver(), a.room.Revoke, id))
	a.Must(a.As(a.System(), func(ctx context.Context, tx *postgres.Tx) error {
		return allowance.React(ctx, tx, []event.Event{{News: event.News{SubjectKind: "HistoryImport", Act: string(access.RevokeHistory), Subject: id}}})
	}))
	if got := placementtest.One[int](a.Office, "select total_cents::int from allowance"); got != 32000 {
		t.Errorf("without what was recognised %d cents are owed", got)
	}
	id, _ = a.confirmed()
	a.locked(enrolment)
	compute()
	if got := code(a.decide(a.approver(), a.room.Revoke, id)); got != "HISTORY_BUILT_ON" || placementtest.One[string](a.Office, "select state from history_import where reason is null") != "CONFIRMED" {
		t.Errorf("below a statement: %s", got)
	}
}

// attended is an internship here of April and May 2025, of which April was before the programme was kept here.
func (a *archive) attended(state string) (placement, enrolment uuid.UUID) {
	a.T.Helper()
	opening, _ := a.Opening(placementtest.Seats{})
	activity := uuid.New()
	placement, enrolment = uuid.New(), uuid.New()
	a.Exec(`insert into activity (id, programme_id, organisation_id, kind, title, place, from_day, to_day, planned_minutes, audience)
		select $1, programme_id, organisation_id, 'INTERNSHIP', 'Prova', 'Massa', '2025-04-01', '2025-05-31', 10000, audience from participation where id = $2`, activity, a.person)
	a.Exec(`insert into enrolment (id, programme_id, activity_id, participation_id, person_id, state, from_day, to_day, planned_minutes, origin, audience)
		select $1, programme_id, $2, id, person_id, 'ENROLLED', '2025-04-01', '2025-05-31', 10000, 'ENTERED', audience from participation where id = $3`, enrolment, activity, a.person)
	a.Exec(`insert into placement (id, programme_id, participation_id, person_id, opening_id, company_id, site_id, organisation_id, enrolment_id, weekly_minutes, host_tutor, state, state_since, from_day, to_day, started_on, ended_on, origin, audience)
		select $1, p.programme_id, p.id, p.person_id, o.id, o.company_id, o.site_id, p.organisation_id, $2, 1200, 'Prova', $5, '2025-05-31', '2025-04-01', '2025-05-31', '2025-04-01', '2025-05-31', 'ENTERED', p.audience
		from participation p, opening o where p.id = $3 and o.id = $4`, placement, enrolment, a.person, opening, state)
	return placement, enrolment
}

// TestHoursFromBeforeCount for the share that an attestation needs, in the register's numbers, and among who was there in a month; for the first internship of a
// month alone, and no longer once they are taken back, which nobody does below an attestation.
func TestHoursFromBeforeCount(t *testing.T) {
	a := newArchive(t)
	delete(a.files, "placements.csv")
	delete(a.files, "payments.csv")
	placement, enrolment := a.attended("ENDED")
	id, _ := a.confirmed()
	gate := func() (percent string) {
		t.Helper()
		a.Must(a.As(a.approver(), func(ctx context.Context, tx *postgres.Tx) error {
			refused, err := attendance.AttestGate(ctx, tx, []uuid.UUID{placement})
			percent = ""
			for _, r := range refused[placement] {
				percent = r.Localized("en").Message
			}
			return err
		}))
		return percent
	}
	there := func() (s string) {
		t.Helper()
		a.Must(a.As(a.approver(), func(ctx context.Context, tx *postgres.Tx) error {
			return tx.NewRaw("select concat_ws(' ', coalesce(sum(minutes), 0), coalesce(sum(days), 0)) from presence_of(array[?::uuid], '2025-04-01', 1)", a.person).Scan(ctx, &s)
		}))
		return s
	}
	if got := gate(); got != "48 % of the planned hours count; at least 70 % are needed." {
		t.Errorf("4,800 of 10,000 minutes: %q", got)
	}
	if got := there(); got != "4800 20" {
		t.Errorf("there in April: %s", got)
	}
	a.Exec("update enrolment set planned_minutes = 6000 where id = $1", enrolment)
	if got := gate(); got != "" {
		t.Errorf("4,800 of 6,000 minutes: %q", got)
	}
	a.Exec("update placement set state = 'ATTESTED' where id = $1", placement)
	if got := code(a.decide(a.approver(), a.room.Revoke, id)); got != "HISTORY_BUILT_ON" {
		t.Errorf("below an attestation: %s", got)
	}
	a.Exec("update placement set state = 'ENDED' where id = $1", placement)
	a.Must(a.decide(a.approver(), a.room.Revoke, id))
	if got := gate(); got != "0 % of the planned hours count; at least 70 % are needed." || there() != "0 0" {
		t.Errorf("taken back: %q, there %s", got, there())
	}
}

// TestDecisionsWaitForWhoHoldsThePerson: to confirm, for who writes hours; to take back, for who attests.
func TestDecisionsWaitForWhoHoldsThePerson(t *testing.T) {
	a := newArchive(t)
	delete(a.files, "placements.csv")
	delete(a.files, "payments.csv")
	a.attended("ENDED")
	id := a.stage(false).Import
	beside := func(seed int, act func(context.Context, *postgres.Tx, history.Decision) error) {
		t.Helper()
		err := a.As(a.System(), func(ctx context.Context, tx *postgres.Tx) error {
			if _, err := tx.NewRaw("select pg_advisory_xact_lock(hashtextextended(person_id::text, ?)) from participation where id = ?", seed, a.person).Exec(ctx); err != nil {
				return err
			}
			err := a.As(a.approver(), func(ctx context.Context, tx *postgres.Tx) error {
				if _, err := tx.NewRaw("set local lock_timeout = '50ms'").Exec(ctx); err != nil {
					return err
				}
				return act(ctx, tx, history.Decision{Import: id, Reason: "Totali sbagliati"})
			})
			if err == nil || !strings.Contains(err.Error(), "lock timeout") {
				t.Errorf("beside who holds the person: %v", err)
			}
			return nil
		})
		a.Must(err)
	}
	beside(0, a.room.Confirm)
	a.Must(a.decide(a.approver(), a.room.Confirm, id))
	beside(7, a.room.Revoke)
	a.Must(a.decide(a.approver(), a.room.Revoke, id))
}

// TestRevokingBesideAStatement: whichever comes first, no statement stands that counts what was taken back.
func TestRevokingBesideAStatement(t *testing.T) {
	a := newArchive(t)
	person, enrolment := a.month()
	id, _ := a.confirmed()
	a.locked(enrolment)
	revoker, done := a.approver(), make(chan error, 2)
	go func() {
		done <- a.As(a.System(), func(ctx context.Context, tx *postgres.Tx) error {
			_, err := allowance.Compute(ctx, tx, allowance.Month{Participation: person, Month: calendar.MustMonth("2025-04")})
			return err
		})
	}()
	go func() { done <- a.decide(revoker, a.room.Revoke, id) }()
	for range 2 {
		if err := <-done; err != nil && code(err) != "HISTORY_BUILT_ON" && !postgres.Violates(err, "allowance_statement_history") {
			t.Error(err)
		}
	}
	if wrong := placementtest.One[int](a.Office, `select count(*) from allowance_statement s where coalesce((s.inputs ->> 'before')::bigint, 0) <>
		(select coalesce(sum(f.gross_cents), 0) from history_fact f where f.participation_id = s.participation_id and f.month = s.month and f.kind = 'PAYMENT' and f.state = 'CONFIRMED')`); wrong != 0 {
		t.Error("a statement counts what was taken back")
	}
}
