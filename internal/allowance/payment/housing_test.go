package payment_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/allowance"
	"github.com/lavoroincorso/lavoro/internal/allowance/housing"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/money"
)

// TestAWithdrawnGrantThatWasPaidComesBack: October and November are paid by their receipts, without any hours and with a tax of a tenth; withdrawn from
// November on, what was paid of it is to be given back, and the bank has read of none of it.
func TestAWithdrawnGrantThatWasPaidComesBack(t *testing.T) {
	h, answers := bank(t), new(int)
	h.exec("update payer_tax set tax = 'ASSIMILATED'")
	h.exec(`update policy_rule set value = '{"EXEMPT": 0, "ASSIMILATED": 1000}' where code = 'allowance.withholding'`)
	h.exec("update policy_rule set value = $1::jsonb where code = 'allowance.housing'", housedRule)
	person, first, second := h.person(h.payer), h.member(access.Coordinator, h.asl), h.member(access.Coordinator, h.asl)
	h.exec("update participation set entered_on = '2026-09-01'")
	grant := uuid.New()
	h.must(first, func(ctx context.Context, tx *postgres.Tx) error {
		return housingRoom.RequestGrant(ctx, tx, housing.Request{ID: grant, Participation: person, Condition: "CARE_LEAVER", From: calendar.MustMonth("2026-10"), Months: 3})
	})
	h.must(second, func(ctx context.Context, tx *postgres.Tx) error {
		return housingRoom.AnswerGrant(ctx, tx, housing.Answer{Grant: grant, Accept: true})
	})
	react := func() {
		h.must(h.system, func(ctx context.Context, tx *postgres.Tx) error {
			return allowance.React(ctx, tx, []event.Event{{News: event.News{SubjectKind: "HousingGrant", Subject: grant, Programme: h.programme}}})
		})
	}
	receipt := func(month string, cents money.Cents) {
		file := h.rent(person, first)
		h.must(first, func(ctx context.Context, tx *postgres.Tx) error {
			return housingRoom.RecordReceipt(ctx, tx, housing.Receipt{ID: uuid.New(), Grant: grant, Month: calendar.MustMonth(month), Cents: cents, File: &file})
		})
		react()
	}
	h.now = noon.AddDate(0, 0, 2) // the register of November should be certified
	receipt("2026-10", 250_00)
	receipt("2026-11", 180_00)
	run := h.paid(answers)
	want(t, "paid", h.lines(run), "10 STATEMENT 20000 PAID, 11 STATEMENT 18000 PAID")
	want(t, "net", query[string](h, "select string_agg(concat_ws(' ', l.code, p.net_cents), ', ' order by p.month) from payment_line p join budget_line l on l.id = p.budget_line_id"),
		"contributions_pegaso 18000, contributions_pegaso 16200")
	for _, file := range h.files(run) {
		if low := strings.ToLower(file); strings.Contains(low, "abitativ") || strings.Contains(low, "housing") || !strings.Contains(low, "342.00") {
			t.Errorf("the bank reads\n%s", file)
		}
	}
	h.must(first, func(ctx context.Context, tx *postgres.Tx) error {
		return housingRoom.WithdrawGrant(ctx, tx, housing.Withdrawal{Grant: grant, From: calendar.MustMonth("2026-11"), Reason: "Ha lasciato la casa"})
	})
	react()
	want(t, "withdrawn", h.back(), "11 16200 0 0 0 16200")
	h.owe(person, h.payer, "2026-12", 40_000)
	h.now = noon.AddDate(0, 1, 5)
	next := h.paid(answers)
	want(t, "a fifth of the next payment", h.lines(next)+"; "+h.back(), "11 OFFSET -8888 PAID, 12 STATEMENT 40000 PAID; 11 16200 8000 0 0 8200")
	if n := query[int](h, books); n != 0 {
		t.Errorf("%d budget lines disagree", n)
	}
}

// rent is a receipt that somebody has brought, whole and checked.
func (h *house) rent(person uuid.UUID, by access.Actor) uuid.UUID {
	h.t.Helper()
	return query[uuid.UUID](h, `insert into file (id, programme_id, participation_id, person_id, kind, class, media_type, announced, received, bytes, sha256, state, uploaded_by, prepared_at, expires_at, audience)
		select gen_random_uuid(), programme_id, id, person_id, 'HOUSING_RECEIPT', 'restricted', 'application/pdf', 1, 1, 1, '\x00', 'COMPLETE', $2, $3, $3::timestamptz + interval '1 day', audience from participation where id = $1 returning id`,
		person, by.Member, h.now)
}

// TestAMissingReceiptIsToldOnTheTelephone: a month without any hours that pays a grant by its receipt alone says so, and names no day, until the receipt has come.
func TestAMissingReceiptIsToldOnTheTelephone(t *testing.T) {
	h := bank(t)
	h.exec("update policy_rule set value = $1::jsonb where code = 'allowance.housing'", housedRule)
	person, first, second := h.person(h.payer), h.member(access.Coordinator, h.asl), h.member(access.Coordinator, h.asl)
	h.exec("update participation set entered_on = '2026-09-01'")
	grant := uuid.New()
	h.must(first, func(ctx context.Context, tx *postgres.Tx) error {
		return housingRoom.RequestGrant(ctx, tx, housing.Request{ID: grant, Participation: person, Condition: "CARE_LEAVER", From: calendar.MustMonth("2026-10"), Months: 2})
	})
	react := func() {
		h.must(h.system, func(ctx context.Context, tx *postgres.Tx) error {
			return allowance.React(ctx, tx, []event.Event{{News: event.News{SubjectKind: "HousingGrant", Subject: grant, Programme: h.programme}}})
		})
	}
	told := func(what, want string) {
		t.Helper()
		got := ""
		for _, month := range query[[]uuid.UUID](h, "select array_agg(id order by month) from allowance") {
			s, _ := h.standing(h.officer, month)
			got += s.Month.String() + " " + string(s.Stage)
			for _, m := range s.Missing {
				got += " " + m.Code
			}
			if s.ExpectedOn != nil {
				got += " " + s.ExpectedOn.String()
			}
			got += "; "
		}
		if got != want {
			t.Errorf("%s:\n got %s\nwant %s", what, got, want)
		}
	}
	h.now = noon.AddDate(0, 0, 2) // the register of November should be certified
	h.must(second, func(ctx context.Context, tx *postgres.Tx) error {
		return housingRoom.AnswerGrant(ctx, tx, housing.Answer{Grant: grant, Accept: true})
	})
	react()
	told("granted", "2026-10 REGISTER HOUSING_RECEIPT; 2026-11 REGISTER HOUSING_RECEIPT; ")
	h.owe(person, h.payer, "2026-10", 40_000)
	told("owed for hours", "2026-10 DUE HOUSING_RECEIPT NEXT_RUN 2026-12-28; 2026-11 REGISTER HOUSING_RECEIPT; ")
	h.exec("update policy_rule set value = value || '{\"minimumMinutes\": 60}' where code = 'allowance.housing'")
	told("nobody was there for so long", "2026-10 DUE NEXT_RUN 2026-12-28; 2026-11 REGISTER HOUSING_RECEIPT; ")
	h.exec("update policy_rule set value = $1::jsonb where code = 'allowance.housing'", housedRule)
	receipt := func(month string, cents money.Cents) {
		in := housing.Receipt{ID: uuid.New(), Grant: grant, Month: calendar.MustMonth(month), Cents: cents}
		if cents > 0 {
			file := h.rent(person, first)
			in.File = &file
		}
		h.must(first, func(ctx context.Context, tx *postgres.Tx) error { return housingRoom.RecordReceipt(ctx, tx, in) })
	}
	receipt("2026-11", 180_00)
	receipt("2026-11", 0)
	receipt("2026-10", 250_00)
	told("that of November was a mistake", "2026-10 DUE NEXT_RUN 2026-12-28; 2026-11 REGISTER HOUSING_RECEIPT; ")
	receipt("2026-11", 180_00)
	react()
	told("brought", "2026-10 DUE NEXT_RUN 2026-12-28; 2026-11 DUE NEXT_RUN 2026-12-28; ")
	receipt("2026-11", 0)
	h.must(first, func(ctx context.Context, tx *postgres.Tx) error {
		return housingRoom.WithdrawGrant(ctx, tx, housing.Withdrawal{Grant: grant, From: calendar.MustMonth("2026-11"), Reason: "Ha lasciato la casa"})
	})
	told("withdrawn", "2026-10 DUE NEXT_RUN 2026-12-28; 2026-11 DUE NEXT_RUN 2026-12-28; ")
}
