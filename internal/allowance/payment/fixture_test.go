package payment_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/allowance/payment"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/platform/testdb"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// noon is the moment at which these tests act.
var noon = time.Date(2026, time.December, 10, 11, 0, 0, 0, time.UTC)

var november = calendar.MustMonth("2026-11")

// house is a database with the programme, written to as its owner where the tested room does not write.
type house struct {
	t         testing.TB
	db        *postgres.DB
	owner     *pgxpool.Pool
	url       string // of the owner
	programme uuid.UUID
	asl       uuid.UUID // pays by order list
	pegaso    uuid.UUID // pays by bank file
	payer     uuid.UUID // of the tested runs
	version   uuid.UUID
	officer   access.Actor // of ASL, as the next two
	approver  access.Actor
	second    access.Actor
	system    access.Actor
	now       time.Time
	crashes   *crashes // nil: nothing breaks
	passes    []string // codes of warnings that answers are read with
}

func open(t testing.TB) *house {
	t.Helper()
	made := testdb.New(t)
	h := &house{t: t, now: noon, url: made.OwnerURL}
	applied, err := programme.Apply(t.Context(), made.OwnerURL, programme.LavoroInCorso3Name, programme.Demonstration(), h.clock)
	if err != nil {
		t.Fatal(err)
	}
	h.programme = applied.Programme
	if h.owner, err = pgxpool.New(t.Context(), made.OwnerURL); err != nil {
		t.Fatal(err)
	}
	if h.db, err = postgres.Open(t.Context(), postgres.Config{URL: made.AppURL, Keys: made.Keys}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		h.db.Close()
		h.owner.Close()
	})
	h.asl = query[uuid.UUID](h, "select id from organisation where code = 'ASL'")
	h.pegaso = query[uuid.UUID](h, "select id from organisation where code = 'PEGASO'")
	h.payer = h.asl
	h.version = query[uuid.UUID](h, "select id from policy_version order by number desc limit 1")
	h.officer, h.approver, h.second = h.member(access.PaymentsOfficer, h.asl), h.member(access.Approver, h.asl), h.member(access.Approver, h.asl)
	h.system = h.member(access.System, h.asl)
	return h
}

func (h *house) clock() time.Time { return h.now }

func query[T any](h *house, sql string, args ...any) (v T) {
	h.t.Helper()
	if err := h.owner.QueryRow(context.Background(), sql, args...).Scan(&v); err != nil {
		h.t.Fatalf("%s: %v", sql, err)
	}
	return v
}

func (h *house) exec(sql string, args ...any) {
	h.t.Helper()
	if _, err := h.owner.Exec(context.Background(), sql, args...); err != nil {
		h.t.Fatalf("%s: %v", sql, err)
	}
}

// breaks says that the database holds against the statement by the named constraint.
func (h *house) breaks(constraint, sql string, args ...any) {
	h.t.Helper()
	if _, err := h.owner.Exec(context.Background(), sql, args...); !postgres.Violates(err, constraint) {
		h.t.Errorf("%s: %v, want %s to hold", sql, err, constraint)
	}
}

func (h *house) member(role access.Role, body uuid.UUID) access.Actor {
	id := uuid.New()
	h.exec("insert into member (id, email, name, audience, organisation_id) values ($1, $2, 'Prova', $3, $4)", id, id.String()+"@prova.example", []uuid.UUID{body}, body)
	return access.Actor{Member: id, Purpose: access.Payment, Grants: []access.Grant{{Role: role, Programme: h.programme, Key: body}}}
}

func (h *house) act(actor access.Actor, fn func(context.Context, *postgres.Tx) error) error {
	if h.crashes != nil && h.crashes.before(h) {
		if err := h.db.InTx(h.t.Context(), actor, h.clock, fn); !h.crashes.after(h, err) {
			return err
		}
	}
	return h.db.InTx(h.t.Context(), actor, h.clock, fn)
}

// sure is act for what may be done twice, as whoever has got no answer does it: what the first time has brought about stays.
func (h *house) sure(actor access.Actor, fn func(context.Context, *postgres.Tx) error) error {
	h.t.Helper()
	err := h.act(actor, fn)
	if h.crashes == nil || err != nil || h.crashes.chance.IntN(4) > 0 {
		return err
	}
	if again := h.act(actor, fn); again != nil {
		if _, refused := refusal.As(again); !refused {
			h.t.Errorf("done again: %v", again)
		}
	}
	return nil
}

func (h *house) must(actor access.Actor, fn func(context.Context, *postgres.Tx) error) {
	h.t.Helper()
	if err := h.act(actor, fn); err != nil {
		h.t.Fatal(err)
	}
}

// refused says that an act was refused with a code.
func refused(t testing.TB, what string, err error, want *refusal.Code) {
	t.Helper()
	if list, _ := refusal.As(err); !list.Has(want) {
		t.Errorf("%s: %v, want %s", what, err, want)
	}
}

// person is somebody of a body who can be paid: checked, and with an account.
func (h *house) person(body uuid.UUID) uuid.UUID {
	h.t.Helper()
	id := h.stranger(body)
	h.account(id, "IT60X0542811101000000123456", "Prova Inventàta")
	h.check(id, "CLEAR", "2026-12-01")
	return id
}

// account writes down where somebody is paid from now on.
func (h *house) account(participation uuid.UUID, iban, holder string) {
	h.t.Helper()
	h.must(h.system, func(ctx context.Context, tx *postgres.Tx) error {
		persons, err := tx.PersonsOf(ctx, []uuid.UUID{participation})
		if err != nil {
			return err
		}
		person := persons[participation]
		key, err := tx.DataKey(ctx, person)
		if err != nil {
			return err
		}
		id := uuid.New()
		sealed := func(column, text string, step int) []byte {
			return key.SealPadded([]byte(text), step, postgres.Place{Table: "person_bank", Column: column, Row: id})
		}
		h.exec(`insert into person_bank (id, person_id, revision, iban, holder, since, recorded_by, audience, means)
			select $1, $2, 1 + count(*), $3, $4, '2026-09-01', gen_random_uuid(), '{}', 'IBAN' from person_bank where person_id = $2`, id, person, sealed("iban", iban, 64), sealed("holder", holder, 320))
		h.confirm(id)
		return nil
	})
}

// stranger is somebody of whom nothing is known that a payment needs.
func (h *house) stranger(body uuid.UUID) uuid.UUID {
	h.t.Helper()
	person, id := uuid.New(), uuid.New()
	h.exec(`insert into person (id, given_name, family_name, birth_day, sex, citizenship, municipality, origin, audience)
		select $1, 'Prova', 'Inventata', '1990-05-04', 'FEMALE', 'IT', '045010', 'ENTERED', organisation_line($2)`, person, body)
	h.exec(`insert into participation (id, programme_id, person_id, organisation_id, state, state_since, referred_on, origin, audience)
		select $1, $2, $3, $4, 'ACTIVE', '2026-09-01', '2026-09-01', 'ENTERED', organisation_line($4)`, id, h.programme, person, body)
	return id
}

// confirm has a second person confirm payment details.
func (h *house) confirm(details uuid.UUID) {
	h.t.Helper()
	h.exec(`insert into person_bank_check (id, bank_id, person_id, kind, recorded_by, member_id, day, at, audience)
		select gen_random_uuid(), id, person_id, 'CONFIRMED', recorded_by, gen_random_uuid(), '2026-09-02', '2026-09-02', '{}' from person_bank where id = $1`, details)
}

func (h *house) check(participation uuid.UUID, outcome, day string) {
	h.t.Helper()
	h.exec(`insert into exclusion_check (id, programme_id, participation_id, measure, checked_on, outcome, evidence, checked_by, origin, audience)
		select gen_random_uuid(), programme_id, id, m, $2::text::date, $3, 'prova', gen_random_uuid(), 'ENTERED', audience from participation, unnest('{ADI,GOL}'::text[]) m where id = $1`, participation, day, outcome)
}

// owe issues the next statement of a month: so many cents from the payer, from its line for internships.
func (h *house) owe(participation, payer uuid.UUID, month string, cents int) {
	h.t.Helper()
	h.oweTaxed(participation, payer, month, cents, 0)
}

// oweTaxed is owe with so much of it withheld.
func (h *house) oweTaxed(participation, payer uuid.UUID, month string, cents, withheld int) {
	h.t.Helper()
	h.oweBy(participation, []uuid.UUID{payer}, month, cents, withheld)
}

// oweBy is oweTaxed with so much from each of several payers.
func (h *house) oweBy(participation uuid.UUID, payers []uuid.UUID, month string, cents, withheld int) {
	h.t.Helper()
	h.exec(`insert into allowance (id, programme_id, participation_id, month, policy_version_id, minutes, accrued_cents, cap_cents, total_cents, computed_at, audience)
		select gen_random_uuid(), programme_id, id, $2::text::date, $3, 0, $4, 50000, $4, $5, audience from participation where id = $1
		on conflict (participation_id, month) do update set total_cents = excluded.total_cents`, participation, month+"-01", h.version, cents*len(payers), noon)
	statement := uuid.New()
	h.exec(`with s as (insert into allowance_statement (id, programme_id, participation_id, allowance_id, month, number, minutes, accrued_cents, cap_cents, total_cents, policy_versions,
			engine, inputs, lines, issued_at, audience)
		select $1, a.programme_id, a.participation_id, a.id, a.month, 1 + (select count(*) from allowance_statement o where o.allowance_id = a.id), 0, sums.total, 50000, sums.total, array[$5::uuid], '1', '{}', '[]', $6, a.audience
		from allowance a, (select $4::bigint * cardinality($7::uuid[]) as total) sums where a.participation_id = $2 and a.month = $3::text::date returning *)
		insert into allowance_share (id, statement_id, allowance_id, participation_id, programme_id, month, payer_id, budget_line_id, tax, gross_cents, withheld_cents, net_cents, audience)
		select gen_random_uuid(), s.id, s.allowance_id, s.participation_id, s.programme_id, s.month, b.organisation_id, b.id, case $8::bigint when 0 then 'EXEMPT' else 'ASSIMILATED' end, $4, $8, $4 - $8, s.audience
		from s join budget_line b on b.organisation_id = any ($7) and b.activity_kind = 'INTERNSHIP'`, statement, participation, month+"-01", cents, h.version, noon, payers, withheld)
}

// run opens a run of the payer up to the last month, by the clock of the test.
func (h *house) run() uuid.UUID {
	h.t.Helper()
	id := uuid.New()
	err := h.sure(h.officer, func(ctx context.Context, tx *postgres.Tx) error {
		return payment.OpenRun(ctx, tx, payment.Opening{ID: id, Programme: h.programme, Payer: h.payer, UpTo: tx.Today().Month().Prev()})
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return id
}

// step does one act on a run.
func (h *house) step(who access.Actor, act func(context.Context, *postgres.Tx, payment.Step) error, run uuid.UUID) error {
	return h.sure(who, func(ctx context.Context, tx *postgres.Tx) error {
		return act(ctx, tx, payment.Step{Run: run, Reason: "Prova"})
	})
}

func (h *house) steps(who access.Actor, run uuid.UUID, acts ...func(context.Context, *postgres.Tx, payment.Step) error) {
	h.t.Helper()
	for _, act := range acts {
		if err := h.step(who, act, run); err != nil {
			h.t.Fatal(err)
		}
	}
}

// approved is a run of the payer that was approved.
func (h *house) approved() uuid.UUID {
	h.t.Helper()
	id := h.run()
	h.steps(h.officer, id, payment.ComputeRun, payment.CheckRun)
	h.steps(h.approver, id, payment.ApproveRun)
	return id
}

// lines says what a run's lines are: kind, gross cents and state, by month and amount.
func (h *house) lines(run uuid.UUID) string {
	h.t.Helper()
	return query[string](h, `select coalesce(string_agg(concat_ws(' ', to_char(month, 'MM'), kind, gross_cents, state, nullif(array_to_string(blocks, '+'), '')), ', ' order by month, gross_cents desc, blocks, state), '')
		from payment_line where run_id = $1`, run)
}

func (h *house) state(run uuid.UUID) string {
	h.t.Helper()
	return query[string](h, "select concat_ws(' ', kind, state, people, lines, blocked, net_cents) from payment_run where id = $1", run)
}
