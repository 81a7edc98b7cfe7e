package allowance_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/allowance"
	"github.com/lavoroincorso/lavoro/internal/duty"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/money"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// refused gives the code of an act's refusal, "" for none.
func (h *house) refused(actor access.Actor, fn func(context.Context, *postgres.Tx) error) string {
	h.t.Helper()
	err := h.act(actor, fn)
	list, ok := refusal.As(err)
	if err != nil && !ok {
		h.t.Fatal(err)
	}
	if err == nil {
		return ""
	}
	return list[0].Code
}

// settled is a participation with a statement of November over 80 euros.
func (h *house) settled() (participation, statement uuid.UUID) {
	h.t.Helper()
	p := h.participation()
	e := h.enrolment(p, "INTERNSHIP")
	h.hours(e, "2026-11", 8, 20)
	h.told(access.LockMonth, h.register(e, "2026-11", "LOCKED"))
	return p, query[uuid.UUID](h, "select id from allowance_statement where participation_id = $1", p)
}

func (h *house) self(participation uuid.UUID) access.Actor {
	person := query[uuid.UUID](h, "select person_id from participation where id = $1", participation)
	for _, table := range []string{"participation", "allowance", "allowance_statement", "allowance_share"} {
		column := "participation_id"
		if table == "participation" {
			column = "id"
		}
		h.exec("update "+table+" set audience = array_append(audience, $2) where "+column+" = $1 and not $2 = any (audience)", participation, person)
	}
	return h.actor(access.Self, person)
}

func contest(participation uuid.UUID, cents money.Cents, reason string) (uuid.UUID, func(context.Context, *postgres.Tx) error) {
	id := uuid.Must(uuid.NewV7())
	return id, func(ctx context.Context, tx *postgres.Tx) error {
		return allowance.ContestStatement(ctx, tx, allowance.Contest{ID: id, Participation: participation, Month: november, Cents: cents, Reason: reason})
	}
}

func answer(contest uuid.UUID, uphold bool, words string) func(context.Context, *postgres.Tx) error {
	return func(ctx context.Context, tx *postgres.Tx) error {
		return allowance.AnswerContest(ctx, tx, allowance.Answer{Contest: contest, Uphold: uphold, Text: words})
	}
}

func TestAStatementIsContestedAndAnswered(t *testing.T) {
	h := open(t)
	p, statement := h.settled()
	self, officer := h.self(p), h.actor(access.PaymentsOfficer, h.partner)
	id, act := contest(p, 2_000, "Il 12 c'ero")
	if code := h.refused(self, act); code != "" {
		t.Fatal(code)
	}
	if got := query[string](h, "select concat_ws(' ', state, contested_cents, statement_id, reason is not null and position('12 c' in encode(reason, 'escape')) = 0) from allowance_contest where id = $1", id); got != "CONTESTED 2000 "+statement.String()+" t" {
		t.Errorf("contest: %s", got)
	}
	_, again := contest(p, 0, "Di nuovo")
	for name, c := range map[string]struct {
		actor access.Actor
		act   func(context.Context, *postgres.Tx) error
		want  string
	}{
		"again":                   {self, again, "STATEMENT_CONTESTED"},
		"by himself":              {self, answer(id, true, "Sì"), "NOT_ALLOWED"},
		"without a word":          {officer, answer(id, true, " "), "CONTEST_WORDS_NEEDED"},
		"too long":                {officer, answer(id, true, strings.Repeat("è", 2001)), "CONTEST_WORDS_LENGTH"},
		"by somebody who is else": {h.actor(access.PaymentsOfficer, h.other), answer(id, true, "Sì"), "NOT_FOUND"},
	} {
		if code := h.refused(c.actor, c.act); code != c.want {
			t.Errorf("%s: %q, want %s", name, code, c.want)
		}
	}
	if code := h.refused(officer, answer(id, true, "Si rettifica il 12")); code != "" {
		t.Fatal(code)
	}
	if code := h.refused(officer, answer(id, false, "No")); code != "CONTEST_ANSWERED" {
		t.Errorf("answered twice: %q", code)
	}
	if got := query[string](h, "select concat_ws(' ', state, answered_by = $2, revision) from allowance_contest where id = $1", id, officer.Member); got != "UPHELD t 2" {
		t.Errorf("answered: %s", got)
	}
	if code := h.refused(self, again); code != "" {
		t.Errorf("a second time, after the answer: %s", code)
	}
}

// TestNobodyAnswersHisOwn, by another account or by who stands in for him.
func TestNobodyAnswersHisOwn(t *testing.T) {
	h := open(t)
	p, _ := h.settled()
	self := h.self(p)
	twin, other := h.actor(access.PaymentsOfficer, h.partner), h.actor(access.PaymentsOfficer, h.partner)
	for _, of := range []access.Actor{self, twin} {
		h.exec("insert into member (id, email, name, audience) values ($1, $2, 'Prova', '{}')", of.Member, of.Member.String()+"@prova.example")
	}
	h.exec("update member set fiscal_index = array['\\x0102'::bytea] where id = any ($1)", []uuid.UUID{self.Member, twin.Member})
	stands := h.actor(access.PaymentsOfficer, h.partner)
	stands.Grants[0].For = self.Member
	id, act := contest(p, 2_000, "Il 12 c'ero")
	if code := h.refused(self, act); code != "" {
		t.Fatal(code)
	}
	for name, c := range map[string]struct {
		actor access.Actor
		want  string
	}{"another account of his": {twin, "CONTEST_OWN"}, "one who stands in for him": {stands, "CONTEST_OWN"}} {
		if code := h.refused(c.actor, answer(id, true, "Sì")); code != c.want {
			t.Errorf("%s: %q, want %s", name, code, c.want)
		}
	}
	if code := h.refused(other, answer(id, true, "Sì")); code != "" {
		t.Error(code)
	}
}

func TestWhoMayContest(t *testing.T) {
	h := open(t)
	p, _ := h.settled()
	_, act := contest(p, 0, "Manca un giorno")
	_, much := contest(p, 8_001, "Tutto")
	_, nothing := contest(h.participation(), 0, "Non so")
	tutor := h.actor(access.Tutor, h.partner)
	own := h.actor(access.CaseManager, h.partner)
	own.Grants = append(own.Grants, access.Grant{Role: access.PaymentsOfficer, Programme: h.programme, Key: h.partner})
	ownID, byOwn := contest(p, 8_000, "Tutto")
	for _, c := range []struct {
		name  string
		actor access.Actor
		act   func(context.Context, *postgres.Tx) error
		want  string
	}{
		{"an approver", h.actor(access.Approver, h.partner), act, "NOT_ALLOWED"},
		{"another partner's tutor", h.actor(access.Tutor, h.other), act, "ALLOWANCE_NO_STATEMENT"},
		{"more than there is", own, much, "STATEMENT_CONTESTED_AMOUNT"},
		{"a month without a statement", tutor, nothing, "ALLOWANCE_NO_STATEMENT"},
		{"the case manager, who also pays", own, byOwn, ""},
		{"answered by the same", own, answer(ownID, false, "No"), "CONTEST_OWN"},
		{"answered by another", h.actor(access.Coordinator, h.lead), answer(ownID, false, "No"), ""},
		{"more than there is by the tutor, who does not see the sum", tutor, much, ""},
	} {
		if code := h.refused(c.actor, c.act); code != c.want {
			t.Errorf("%s: %q, want %q", c.name, code, c.want)
		}
	}
	if all := query[int](h, "select contested_cents::int from allowance_contest where state = 'CONTESTED'"); all != 8_000 {
		t.Errorf("%d cents wait, want all of the sum", all)
	}
}

func TestAContestHasItsClock(t *testing.T) {
	h := open(t)
	p, _ := h.settled()
	id, act := contest(p, 0, "Manca un giorno")
	if code := h.refused(h.self(p), act); code != "" {
		t.Fatal(code)
	}
	var told []event.Transition
	follow := allowance.FollowContests(func(_ context.Context, _ *postgres.Tx, t event.Transition) error {
		told = append(told, t)
		return nil
	})
	hear := func() {
		t.Helper()
		if err := h.act(h.actor(access.System, h.lead), func(ctx context.Context, tx *postgres.Tx) error {
			return follow(ctx, tx, []event.Event{{News: event.News{SubjectKind: "AllowanceContest", Subject: id}}, {News: event.News{SubjectKind: "Allowance", Subject: id}}})
		}); err != nil {
			t.Fatal(err)
		}
	}
	hear()
	if code := h.refused(h.actor(access.Coordinator, h.lead), answer(id, false, "C'è già")); code != "" {
		t.Fatal(code)
	}
	hear()
	if len(told) != 2 || told[0].From != "" || told[0].To != "CONTESTED" || told[1].From != "CONTESTED" || told[1].To != "REJECTED" || told[0].Owners[0] != h.partner || told[0].Owners[1] != h.lead {
		t.Errorf("%+v", told)
	}
	if clocks := allowance.ContestClocks(); clocks[0].Policy != "clock.statement.CONTESTED" || !clocks[0].Label.Complete() {
		t.Errorf("%+v", clocks)
	}
}

// What a contest was upheld for is due of the partner, then of the lead, until the next statement of the month is issued, or the month is contested again; where the month
// was put right before the answer nothing is.
func TestWhatIsUpheldIsDueUntilItIsPutRight(t *testing.T) {
	h := open(t)
	onState := duty.NewClocks(allowance.ContestClocks()).OnState
	hears := func(subject string, id uuid.UUID) string {
		t.Helper()
		if err := h.act(h.actor(access.System, h.lead), func(ctx context.Context, tx *postgres.Tx) error {
			return allowance.FollowContests(onState)(ctx, tx, []event.Event{{News: event.News{SubjectKind: subject, Subject: id}}})
		}); err != nil {
			t.Fatal(err)
		}
		return query[string](h, `select coalesce(string_agg(concat_ws(' ', kind, (due_at at time zone 'Europe/Rome')::date, owner_key = $1, next_owner_key = $2), ', '), '')
			from due where kind like 'statement.%' and done_at is null`, h.partner, h.lead)
	}
	wants := func(what, got, want string) {
		t.Helper()
		if got != want {
			t.Errorf("%s: %q, want %q", what, got, want)
		}
	}
	contested := func(p uuid.UUID) uuid.UUID {
		t.Helper()
		id, act := contest(p, 2_000, "Il 12 c'ero")
		if code := h.refused(h.self(p), act); code != "" {
			t.Fatal(code)
		}
		return id
	}
	answered := func(id uuid.UUID, uphold bool) {
		t.Helper()
		if code := h.refused(h.actor(access.PaymentsOfficer, h.partner), answer(id, uphold, "Il 12 si rettifica")); code != "" {
			t.Fatal(code)
		}
	}
	next := func(p uuid.UUID) uuid.UUID { // the register is put right
		t.Helper()
		register := query[uuid.UUID](h, "select id from register_month where participation_id = $1", p)
		h.adjust(register, "2026-11-12", 60, 0)
		h.told(access.AdjustMonth, register)
		return query[uuid.UUID](h, "select id from allowance_statement where participation_id = $1 order by number desc limit 1", p)
	}
	const due = "statement.adjust 2026-11-30 t t"
	p, statement := h.settled()
	id := contested(p)
	wants("contested", hears("AllowanceContest", id), "statement.contest 2026-12-05 t t")
	answered(id, true)
	wants("upheld", hears("AllowanceContest", id), due)
	wants("told again", hears("AllowanceContest", id), due)
	wants("the statement that was contested", hears("AllowanceStatement", statement), due)
	wants("put right", hears("AllowanceStatement", next(p)), "")
	wants("and told again", hears("AllowanceContest", id), "")

	id = contested(p)
	next(p)
	answered(id, true)
	wants("put right before the answer", hears("AllowanceContest", id), "")

	id = contested(p)
	answered(id, true)
	wants("upheld once more", hears("AllowanceContest", id), due)
	again := contested(p)
	wants("contested again", hears("AllowanceContest", again), "statement.contest 2026-12-05 t t")
	answered(again, false)
	wants("and rejected", hears("AllowanceContest", again), "")
}
