package programme_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/money"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

func (p *place) id(sql string) uuid.UUID {
	p.t.Helper()
	return uuid.MustParse(p.text(sql))
}

func (p *place) body(code string) uuid.UUID {
	p.t.Helper()
	return p.id("select id from organisation where code = '" + code + "'")
}

func (p *place) line(code string) uuid.UUID {
	p.t.Helper()
	return p.id("select id from budget_line where code = '" + code + "'")
}

// TestRoutes: the first row that matches holds, for a body and those below it; who may see nothing of the budget is told all the same.
func TestRoutes(t *testing.T) {
	p := newPlace(t)
	id := p.apply(programme.LavoroInCorso3).Programme
	p.as(access.HostTutor, uuid.New(), id, func(ctx context.Context, tx *postgres.Tx) error {
		policy, err := programme.PolicyOn(ctx, tx, id, tx.Today())
		if err != nil {
			return err
		}
		routes, err := programme.RoutesOf(ctx, tx, id, policy)
		if err != nil {
			return err
		}
		for _, c := range []struct{ partner, kind, payer, line string }{
			{"PEGASO", "INTERNSHIP", "PEGASO", "internship_allowance_pegaso"},
			{"UISP", "INTERNSHIP", "PEGASO", "internship_allowance_pegaso"},
			{"UISP", "COURSE", "PEGASO", "training_allowance_pegaso"},
			{"CARRARA", "INTERNSHIP", "ASL", "internship_allowance_asl"},
			{"ASL", "LABORATORY", "ASL", "training_allowance_asl"},
		} {
			want := programme.Route{Payer: p.body(c.payer), Line: p.line(c.line)}
			if got, err := routes.RouteOf(p.body(c.partner), c.kind); err != nil || got != want {
				t.Errorf("%+v: %+v, %v", c, got, err)
			}
			if got, err := programme.RouteOf(ctx, tx, id, policy, p.body(c.partner), c.kind); err != nil || got != want {
				t.Errorf("%+v alone: %+v, %v", c, got, err)
			}
		}
		_, err = routes.RouteOf(uuid.New(), "INTERNSHIP")
		wantRefusal(t, err, "NO_ROUTE", "")
		return nil
	})
}

func TestPayers(t *testing.T) {
	p := newPlace(t)
	id := p.apply(programme.LavoroInCorso3).Programme
	read := func() (found []programme.Payer) {
		p.as(access.System, uuid.New(), id, func(ctx context.Context, tx *postgres.Tx) (err error) {
			found, err = programme.Payers(ctx, tx, id)
			return err
		})
		return found
	}
	payers := read()
	if len(payers) != 2 || payers[0].Organisation != p.body("ASL") || len(payers[0].Means) != 4 || payers[0].Format != "" ||
		payers[1].Code != "PEGASO" || payers[1].Format != programme.CBI || payers[1].Confirmed {
		t.Fatalf("%+v", payers)
	}
	if payers[0].Blocks() != nil {
		t.Error("an order list debits no account")
	}
	wantRefusal(t, payers[1].Blocks(), "PAYER_WITHOUT_ACCOUNT", "")
	before := p.text("select id from payer where way = 'BANK_FILE'")
	if done := p.apply(programme.Demonstration()); !done.Changed || done.NewVersion {
		t.Errorf("%+v", done)
	}
	if payers = read(); payers[1].IBAN != "IT07S9999999999PEGASOPROVA1" || payers[1].CUC != "PROVA001" || payers[1].Blocks() != nil {
		t.Errorf("%+v", payers[1])
	}
	if after := p.text("select id from payer where way = 'BANK_FILE'"); after != before {
		t.Error("the payer became another one")
	}
}

// TestPostAndCheckFunds: what was approved stands against the line, what was taken back does not; a posting is seen by the line's body and the lead.
func TestPostAndCheckFunds(t *testing.T) {
	p := newPlace(t)
	id := p.apply(programme.LavoroInCorso3).Programme
	line, other, subject := p.line("internship_allowance_pegaso"), p.line("training_allowance_asl"), uuid.New()
	check := func(amount, more money.Cents, want string) {
		t.Helper()
		p.as(access.PaymentsOfficer, p.body("PEGASO"), id, func(ctx context.Context, tx *postgres.Tx) error {
			list, err := programme.CheckFunds(ctx, tx, id, map[uuid.UUID]money.Cents{line: amount, other: more})
			if err != nil {
				return err
			}
			if got := list.Error(); got != want {
				t.Errorf("%v and %v: %q, want %q", amount, more, got, want)
			}
			return nil
		})
	}
	post := func(postings ...programme.Posting) {
		t.Helper()
		p.as(access.HostTutor, uuid.New(), id, func(ctx context.Context, tx *postgres.Tx) error { return programme.Post(ctx, tx, id, postings) })
	}
	of := func(line uuid.UUID, kind programme.PostingKind, cents money.Cents) programme.Posting {
		return programme.Posting{Line: line, Kind: kind, Cents: cents, SubjectKind: "PaymentRun", Subject: subject}
	}
	check(294_000_00, 57_000_00, "")
	check(294_000_01, 57_000_00, "FUNDS_SHORT")
	post(of(line, programme.Approved, 100_000_00), of(line, programme.Accrued, 500_000_00), of(line, programme.Paid, 100_000_00), of(other, programme.Committed, 0))
	check(194_000_00, 57_000_00, "")
	check(194_000_01, 57_000_01, "FUNDS_SHORT, FUNDS_SHORT")
	post(of(line, programme.Approved, -100_00))
	check(194_100_00, 0, "")
	for sql, want := range map[string]string{
		"select count(*) || ' ' || sum(cents) filter (where kind = 'APPROVED') from budget_posting":                                                           "4 9990000",
		"select count(*) from budget_posting where day <> '2025-03-03' or subject_kind <> 'PaymentRun' or audience[1] <> '" + p.body("PEGASO").String() + "'": "0",
		"select min(cardinality(audience)) from budget_posting":                                                                                               "2",
	} {
		if got := p.text(sql); got != want {
			t.Errorf("%s: %s, want %s", sql, got, want)
		}
	}
	p.as(access.System, uuid.New(), id, func(ctx context.Context, tx *postgres.Tx) error {
		if err := programme.Post(ctx, tx, uuid.New(), []programme.Posting{of(line, programme.Paid, 1)}); err == nil {
			t.Error("booked in another programme")
		}
		if _, err := programme.CheckFunds(ctx, tx, id, map[uuid.UUID]money.Cents{uuid.New(): 1}); err == nil {
			t.Error("an unknown line has funds")
		}
		return nil
	})
	post(of(line, programme.Approved, 300_000_00)) // beyond the line, as when its amount was lowered: less is always welcome
	check(-1, 0, "")
}

// TestGates: a gate shuts its line between its days, one without a line shuts all, and its reason is told.
func TestGates(t *testing.T) {
	p := newPlace(t)
	id := p.apply(with(t, programme.LavoroInCorso3, "funding_gates: []", `funding_gates:
  - {from: 2025-03-01, to: 2025-03-31, line: training_allowance_asl, it: "Rimodulazione in corso", en: "The plan is being changed"}
  - {from: 2025-05-01, it: "Saldo in attesa", en: "The balance is awaited"}`)).Programme
	ask := func(day string) (list refusal.List) {
		p.today = day
		p.as(access.Approver, p.body("ASL"), id, func(ctx context.Context, tx *postgres.Tx) (err error) {
			list, err = programme.CheckFunds(ctx, tx, id, map[uuid.UUID]money.Cents{p.line("training_allowance_asl"): 1, p.line("all_the_rest"): 1})
			return err
		})
		return list
	}
	for day, want := range map[string]string{"2025-02-28": "", "2025-03-01": "FUNDS_CLOSED", "2025-03-31": "FUNDS_CLOSED", "2025-04-01": "", "2026-01-01": "FUNDS_CLOSED, FUNDS_CLOSED"} {
		if got := ask(day).Error(); got != want {
			t.Errorf("%s: %q, want %q", day, got, want)
		}
	}
	told := ask("2025-03-05")
	if got, want := told[0].Localized("it").Message, "La voce di spesa «Indennità di corso e laboratorio, persone della ASL e degli altri partner» non è disponibile fino al 31/03/2025: Rimodulazione in corso."; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	p.today = "2025-04-01"
	p.apply(programme.LavoroInCorso3)
	if got := ask("2026-01-01"); len(got) != 0 || p.text("select count(*) from funding_gate") != "0" {
		t.Errorf("gates that the file holds no longer shut: %v", got)
	}
}

// TestWhatIsPaidByStays: a payer or a line that some version of the rules pays by is never taken out, nor a line that something is booked on.
func TestWhatIsPaidByStays(t *testing.T) {
	p := newPlace(t)
	done := p.apply(programme.LavoroInCorso3)
	oneRoute := []string{`        - {partner: PEGASO, kind: INTERNSHIP, payer: PEGASO, line: internship_allowance_pegaso}
        - {partner: PEGASO, kind: HOUSING, payer: PEGASO, line: contributions_pegaso}
        - {partner: PEGASO, kind: "*", payer: PEGASO, line: training_allowance_pegaso}
`, "", number1, number2}
	without := with(t, with(t, programme.LavoroInCorso3, oneRoute...), "code: training_allowance_pegaso", "code: other_allowance_pegaso")
	p.refused(without, "laco3.yaml: budget_lines: the line training_allowance_pegaso has been paid from or booked on: it cannot be taken out")
	p.as(access.System, uuid.New(), done.Programme, func(ctx context.Context, tx *postgres.Tx) error {
		return programme.Post(ctx, tx, done.Programme, []programme.Posting{{Line: p.line("all_the_rest"), Kind: programme.Committed, Cents: 1, SubjectKind: "Placement", Subject: uuid.New()}})
	})
	p.refused(with(t, programme.LavoroInCorso3, "code: all_the_rest", "code: the_rest"),
		"laco3.yaml: budget_lines: the line all_the_rest has been paid from or booked on: it cannot be taken out")
	file := string(with(t, programme.LavoroInCorso3, oneRoute...))
	before, rest, _ := strings.Cut(file, "  - organisation: PEGASO\n    name")
	_, after, _ := strings.Cut(rest, "# Euro.")
	p.refused([]byte(before+"# Euro."+after), "laco3.yaml: payers: the programme's rules pay through PEGASO: it cannot be taken out")
}

// ledger reads what is booked on a line as one with a role at a body: what is shown, or "hidden".
func (p *place) ledger(role access.Role, body, line string, id uuid.UUID) string {
	p.t.Helper()
	db, err := postgres.Open(p.ctx, postgres.Config{URL: p.url, Plans: 1, Acts: 1})
	if err != nil {
		p.t.Fatal(err)
	}
	defer db.Close()
	leaves := []plan.Selected{}
	for _, name := range strings.Fields("planned committed accrued approved paid free affordableMonths exhaustedOn") {
		leaves = append(leaves, plan.Selected{Alias: name, Name: name})
	}
	actor := access.Actor{Member: uuid.New(), Grants: []access.Grant{{Role: role, Programme: id, Key: p.body(body)}}}
	engine := &plan.Engine{Schema: plan.NewSchema(programme.Reading(), plan.Reading{Types: []plan.Type{{Name: "Member", Prefix: "mem", Table: "member", Class: access.Directory}}}), DB: db}
	rows, err := engine.Objects(p.ctx, plan.Viewer{Actor: actor, Lang: "it", Now: p.clock()}, nil, []plan.Group{{Type: "BudgetLine", IDs: []uuid.UUID{p.line(line)},
		Selected: []plan.Selected{{Alias: "hidden", Name: "hidden"}, {Alias: "ledger", Name: "ledger", Under: func(string) []plan.Selected { return leaves }}}}})
	if err != nil {
		p.t.Fatal(err)
	}
	var shown struct {
		Hidden []string
		Ledger *struct {
			Planned, Committed, Accrued, Approved, Paid, Free, AffordableMonths int
			ExhaustedOn                                                         *string
		}
	}
	if err := json.Unmarshal(rows[0][0], &shown); err != nil {
		p.t.Fatal(err)
	}
	if shown.Ledger == nil {
		return strings.Join(shown.Hidden, " ") + " hidden"
	}
	l, day := shown.Ledger, "never"
	if l.ExhaustedOn != nil {
		day = *l.ExhaustedOn
	}
	return fmt.Sprint(l.Planned, l.Committed, l.Accrued, l.Approved, l.Paid, l.Free, l.AffordableMonths, " ", day)
}

// TestWhatIsBookedIsRead by the line's body and the lead; free is what is neither promised nor owed, and the day on which the
// line is used up follows from the last ninety days.
func TestWhatIsBookedIsRead(t *testing.T) {
	p := newPlace(t)
	id := p.apply(programme.LavoroInCorso3).Programme
	line := p.line("internship_allowance_pegaso")
	book := func(day string, kind programme.PostingKind, cents money.Cents) {
		p.today = day
		p.as(access.System, uuid.New(), id, func(ctx context.Context, tx *postgres.Tx) error {
			return programme.Post(ctx, tx, id, []programme.Posting{{Line: line, Kind: kind, Cents: cents, SubjectKind: "Placement", Subject: uuid.New()}})
		})
	}
	if got := p.ledger(access.PaymentsOfficer, "PEGASO", "internship_allowance_pegaso", id); got != "29400000 0 0 0 0 29400000 588 never" {
		t.Errorf("before anything is booked: %s", got)
	}
	book("2025-03-03", programme.Committed, 100_000_00)
	book("2025-03-03", programme.Accrued, 90_000_00)
	book("2025-06-01", programme.Accrued, 30_000_00) // the ninetieth day after
	book("2025-06-01", programme.Approved, 50_000_00)
	book("2025-06-01", programme.Paid, 40_000_00)
	for who, want := range map[access.Role]string{access.PaymentsOfficer: "29400000 10000000 12000000 5000000 4000000 7400000 148 2026-11-05", access.Coordinator: "29400000 10000000 12000000 5000000 4000000 7400000 148 2026-11-05",
		access.Staff: "ledger hidden"} {
		if got := p.ledger(who, "ASL", "internship_allowance_pegaso", id); got != want {
			t.Errorf("%s of the lead: %s, want %s", who, got, want)
		}
	}
	for line, want := range map[string]string{"internship_allowance_asl": "ledger hidden", "all_the_rest": "ledger hidden"} {
		if got := p.ledger(access.PaymentsOfficer, "PEGASO", line, id); got != want {
			t.Errorf("the partner sees %s: %s", line, got)
		}
	}
	p.apply(with(t, programme.LavoroInCorso3, "    organisation: PEGASO\n    kind: INTERNSHIP\n", "    organisation: AIAS\n    kind: INTERNSHIP\n"))
	if got := p.ledger(access.PaymentsOfficer, "AIAS", "internship_allowance_pegaso", id); !strings.HasPrefix(got, "29400000 10000000") {
		t.Errorf("the line is another body's: %s", got)
	}
	if got := p.ledger(access.PaymentsOfficer, "PEGASO", "internship_allowance_pegaso", id); got != "ledger hidden" {
		t.Errorf("the line is no longer the body's: %s", got)
	}
}

// TestATaxChangesWithTheRulesAlone: months are worked out again by a new version, and by nothing else that a file says.
func TestATaxChangesWithTheRulesAlone(t *testing.T) {
	p := newPlace(t)
	p.apply(programme.LavoroInCorso3)
	taxed := with(t, programme.LavoroInCorso3, "tax: ASSIMILATED", "tax: EXEMPT")
	p.refused(taxed, "laco3.yaml: payers.PEGASO.tax: how a payer's allowances are taxed changes only with a new version of the rules, from its day on")
	p.apply(with(t, taxed, number1, number2))
	p.refused(with(t, programme.LavoroInCorso3, number1, number2), "laco3.yaml: payers.PEGASO.tax: how a payer's allowances are taxed changes only with a new version of the rules, from its day on")
	third := with(t, programme.LavoroInCorso3, number1, "number: 3\n  valid_from: 2025-07-01")
	_, supposed, err := programme.Try(t.Context(), p.url, "laco3.yaml", third, p.clock)
	if err != nil {
		t.Fatal(err)
	}
	if got := p.text("select string_agg(o.code || ' ' || t.since || ' ' || t.tax, ', ' order by o.code, t.since) from payer_tax t join organisation o on o.id = t.organisation_id"); got !=
		"ASL 1 EXEMPT, PEGASO 1 ASSIMILATED, PEGASO 2 EXEMPT" {
		t.Errorf("taxes: %s", got)
	}
	id := p.id("select id from programme")
	p.as(access.HostTutor, uuid.New(), id, func(ctx context.Context, tx *postgres.Tx) error {
		taxed := func(ctx context.Context, day string, want programme.Tax) error {
			policy, err := programme.PolicyOn(ctx, tx, id, calendar.MustDay(day))
			if err != nil {
				return err
			}
			routes, err := programme.RoutesOf(ctx, tx, id, policy)
			if got := routes.TaxOf(p.body("PEGASO")); got != want {
				t.Errorf("version %d, on %s: %s, want %s", policy.Number, day, got, want)
			}
			return err
		}
		return errors.Join(taxed(ctx, "2025-05-31", programme.Assimilated), taxed(ctx, "2025-06-01", programme.Exempt), taxed(ctx, "2025-07-01", programme.Exempt),
			taxed(programme.Suppose(ctx, supposed), "2025-06-30", programme.Exempt), taxed(programme.Suppose(ctx, supposed), "2025-07-01", programme.Assimilated))
	})
}
