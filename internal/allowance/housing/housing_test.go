package housing_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/allowance"
	"github.com/lavoroincorso/lavoro/internal/allowance/housing"
	"github.com/lavoroincorso/lavoro/internal/duty"
	"github.com/lavoroincorso/lavoro/internal/placement/placementtest"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/money"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// office is where grants are asked for and given, on a Monday of March.
type office struct {
	*placementtest.Office
	room   housing.Room
	first  access.Actor // coordinates the people of CARRARA, as the second
	second access.Actor
	person uuid.UUID
}

func newOffice(t *testing.T) *office {
	o := &office{Office: placementtest.New(t)}
	o.room = housing.Room{OnState: []func(context.Context, *postgres.Tx, event.Transition) error{duty.NewClocks(housing.Clocks()).OnState, allowance.FollowCommitments}}
	o.first, o.second = o.Coordinator("CARRARA"), o.Coordinator("CARRARA")
	o.person = o.Active(placementtest.Who{})
	return o
}

// brought is a file about the person that a member has brought, whole and checked.
func (o *office) brought(by access.Actor, kind string) uuid.UUID {
	o.T.Helper()
	return placementtest.One[uuid.UUID](o.Office, `insert into file (id, programme_id, participation_id, person_id, kind, class, media_type, announced, received, bytes, sha256, state, uploaded_by, prepared_at, expires_at, audience)
		select gen_random_uuid(), programme_id, id, person_id, $2, 'restricted', 'application/pdf', 1, 1, 1, '\x00', 'COMPLETE', $3, $4, $4::timestamptz + interval '1 day', audience from participation where id = $1 returning id`,
		o.person, kind, by.Member, o.Clock())
}

func (o *office) wanted() housing.Request {
	return housing.Request{ID: uuid.Must(uuid.NewV7()), Participation: o.person, Condition: "CARE_LEAVER", From: calendar.MustMonth("2026-03"), Months: 3,
		Proofs: []housing.Proof{{Document: "HOUSING_TITLE", File: o.brought(o.first, "HOUSING_PROOF")}, {Document: "SERVICE_STATEMENT", File: o.brought(o.first, "HOUSING_PROOF")}}}
}

func (o *office) request(actor access.Actor, in housing.Request) error {
	return o.As(actor, func(ctx context.Context, tx *postgres.Tx) error { return o.room.RequestGrant(ctx, tx, in) })
}

func (o *office) answer(actor access.Actor, in housing.Answer) error {
	return o.As(actor, func(ctx context.Context, tx *postgres.Tx) error { return o.room.AnswerGrant(ctx, tx, in) })
}

func (o *office) receipt(actor access.Actor, in housing.Receipt) error {
	return o.As(actor, func(ctx context.Context, tx *postgres.Tx) error { return o.room.RecordReceipt(ctx, tx, in) })
}

func (o *office) withdraw(actor access.Actor, in housing.Withdrawal) error {
	return o.As(actor, func(ctx context.Context, tx *postgres.Tx) error { return o.room.WithdrawGrant(ctx, tx, in) })
}

// granted is a grant of March to May.
func (o *office) granted() uuid.UUID {
	o.T.Helper()
	in := o.wanted()
	o.Must(o.request(o.first, in))
	o.Must(o.answer(o.second, housing.Answer{Grant: in.ID, Accept: true}))
	return in.ID
}

func refused(t *testing.T, what string, err error, want *refusal.Code) {
	t.Helper()
	if list, _ := refusal.As(err); !list.Has(want) {
		t.Errorf("%s: %v, want %s", what, err, want)
	}
}

// committed is what the grant commits, by month and line.
func (o *office) committed(grant uuid.UUID) string {
	o.T.Helper()
	return placementtest.One[string](o.Office, `select coalesce(string_agg(concat_ws(' ', to_char(month, 'MM'), code, cents), ', ' order by month), '') from
		(select p.month, l.code, sum(p.cents) as cents from budget_posting p join budget_line l on l.id = p.budget_line_id where p.subject_id = $1 and p.kind = 'COMMITTED' group by 1, 2 having sum(p.cents) <> 0) m`, grant)
}

// due is what is due of the grant, with the day.
func (o *office) due(grant uuid.UUID) string {
	o.T.Helper()
	return placementtest.One[string](o.Office, "select coalesce(string_agg(concat_ws(' ', kind, due_at::date), ', '), '') from due where subject_id = $1 and done_at is null", grant)
}

func TestAGrantIsGivenByASecondPerson(t *testing.T) {
	o := newOffice(t)
	in := o.wanted()
	o.Must(o.request(o.first, in))
	if got := o.due(in.ID); got != "housing.answer 2026-03-12" {
		t.Errorf("due: %s", got)
	}
	refused(t, "who asked", o.answer(o.first, housing.Answer{Grant: in.ID, Accept: true}), housing.OwnRequest)
	other := o.Coordinator("CARRARA") // another account of who asked
	o.Exec("insert into member (id, email, name, audience) select x, x || '@example.org', 'Prova', '{}' from unnest($1::uuid[]) x on conflict do nothing", []uuid.UUID{o.first.Member, other.Member, o.second.Member})
	o.Exec("update member set fiscal_index = array['\\x0102'::bytea] where id = any ($1::uuid[])", []uuid.UUID{o.first.Member, other.Member})
	refused(t, "another account of his", o.answer(other, housing.Answer{Grant: in.ID, Accept: true}), housing.OwnRequest)
	stands := access.Actor{Member: uuid.New(), Grants: slices.Clone(o.first.Grants)}
	for i := range stands.Grants {
		stands.Grants[i].For = o.first.Member
	}
	refused(t, "one who stands in for him", o.answer(stands, housing.Answer{Grant: in.ID, Accept: true}), housing.OwnRequest)
	if _, err := o.Owner.Exec(t.Context(), "update housing_grant set state = 'GRANTED', answered_by = requested_by, answered_at = now() where id = $1", in.ID); !postgres.Violates(err, "housing_grant_apart") {
		t.Errorf("the table takes one person for two: %v", err)
	}
	refused(t, "another partner", o.answer(o.Coordinator("MONTIGNOSO"), housing.Answer{Grant: in.ID, Accept: true}), refusal.NotFound)
	refused(t, "the payments office", o.answer(o.Actor(o.Orgs["ASL"], access.PaymentsOfficer), housing.Answer{Grant: in.ID, Accept: true}), refusal.NotAllowed)
	old := 7
	refused(t, "as it was", o.answer(o.second, housing.Answer{Grant: in.ID, Accept: true, Expected: &old}), refusal.RevisionConflict)
	o.Must(o.answer(o.second, housing.Answer{Grant: in.ID, Accept: true}))
	refused(t, "twice", o.answer(o.second, housing.Answer{Grant: in.ID, Accept: true}), housing.WrongState)
	if got, want := o.committed(in.ID), "03 contributions_asl 20000, 04 contributions_asl 20000, 05 contributions_asl 20000"; got != want {
		t.Errorf("committed %s, want %s", got, want)
	}
	if got := o.due(in.ID); got != "housing.receipt 2026-04-05" {
		t.Errorf("due: %s", got)
	}
}

// TestWhoeverAsksForAnotherIsHisHand: for whom it was asked does not grant it.
func TestWhoeverAsksForAnotherIsHisHand(t *testing.T) {
	o := newOffice(t)
	in, stands := o.wanted(), access.Actor{Member: uuid.New(), Purpose: o.first.Purpose, Grants: slices.Clone(o.first.Grants)}
	for i := range stands.Grants {
		stands.Grants[i].For = o.first.Member
	}
	for i := range in.Proofs {
		in.Proofs[i].File = o.brought(stands, "HOUSING_PROOF")
	}
	o.Must(o.request(stands, in))
	refused(t, "for whom it was asked", o.answer(o.first, housing.Answer{Grant: in.ID, Accept: true}), housing.OwnRequest)
	if _, err := o.Owner.Exec(t.Context(), "update housing_grant set state = 'GRANTED', answered_by = on_behalf_of, answered_at = now() where id = $1", in.ID); !postgres.Violates(err, "housing_grant_apart") {
		t.Errorf("the table takes one grant for two: %v", err)
	}
	o.Must(o.answer(o.second, housing.Answer{Grant: in.ID, Accept: true}))
}

func TestWhatIsAskedForIsChecked(t *testing.T) {
	o := newOffice(t)
	for _, c := range []struct {
		name   string
		actor  access.Actor
		change func(*housing.Request)
		want   *refusal.Code
	}{
		{"a stranger", o.Coordinator("MONTIGNOSO"), nil, refusal.NotFound},
		{"the tutor", o.Accompanying(), nil, refusal.NotAllowed},
		{"another condition", o.first, func(r *housing.Request) { r.Condition = "RICH" }, housing.NoCondition},
		{"no months", o.first, func(r *housing.Request) { r.Months = 0 }, housing.TooLong},
		{"too many months", o.first, func(r *housing.Request) { r.Months = 7 }, housing.TooLong},
		{"too much", o.first, func(r *housing.Request) { r.Monthly = 200_01 }, housing.TooMuch},
		{"less than nothing", o.first, func(r *housing.Request) { r.Monthly = -1 }, housing.TooMuch},
		{"before he came", o.first, func(r *housing.Request) { r.From = calendar.MustMonth("2025-01") }, housing.BeforeEntry},
		{"a paper too few", o.first, func(r *housing.Request) { r.Proofs = r.Proofs[:1] }, housing.ProofsMissing},
		{"a paper of no list", o.first, func(r *housing.Request) {
			r.Proofs = append(r.Proofs, housing.Proof{Document: "KEYS", File: uuid.New()})
		}, programme.CodeUnknown},
		{"somebody else's paper", o.second, nil, refusal.NotFound},
		{"a paper of something else", o.first, func(r *housing.Request) { r.Proofs[0].File = o.brought(o.first, "HOUSING_RECEIPT") }, refusal.NotFound},
	} {
		in := o.wanted()
		if c.change != nil {
			c.change(&in)
		}
		refused(t, c.name, o.request(c.actor, in), c.want)
	}
	if n := placementtest.One[int](o.Office, "select count(*) from housing_grant"); n != 0 {
		t.Errorf("%d grants of what was refused", n)
	}
	first := o.wanted()
	o.Must(o.request(o.first, first))
	refused(t, "a second while one waits", o.request(o.first, o.wanted()), housing.RequestWaits)
	refused(t, "no without a reason", o.answer(o.second, housing.Answer{Grant: first.ID}), housing.ReasonNeeded)
	o.Must(o.answer(o.second, housing.Answer{Grant: first.ID, Text: "Manca la firma"}))
	if got := o.due(first.ID); got != "" {
		t.Errorf("due of what was refused: %s", got)
	}
	o.granted()
	again := o.wanted()
	again.From = calendar.MustMonth("2026-05")
	refused(t, "a month that is given for", o.request(o.first, again), housing.GivenBefore)
	again.From = calendar.MustMonth("2026-06")
	o.Must(o.request(o.first, again))
	o.Exec("update participation set left_on = '2026-03-02' where id = $1", o.person)
	refused(t, "somebody who has left", o.request(o.first, o.wanted()), housing.NotTakingPart)
}

// TestAMonthIsGivenForOnce: of two requests of the same month that were both let in, the table lets one be granted.
func TestAMonthIsGivenForOnce(t *testing.T) {
	o := newOffice(t)
	first := o.granted()
	in := o.wanted()
	in.From = calendar.MustMonth("2026-06")
	o.Must(o.request(o.first, in))
	o.Exec("alter table housing_grant disable trigger kept")
	o.Exec("update housing_grant set from_month = '2026-05-01' where id = $1", in.ID)
	o.Exec("alter table housing_grant enable trigger kept")
	refused(t, "both", o.answer(o.second, housing.Answer{Grant: in.ID, Accept: true}), housing.GivenBefore)
	if _, err := o.Owner.Exec(t.Context(), "update housing_grant set monthly_cents = 1 where id = $1", first); !postgres.Violates(err, "housing_grant_kept") {
		t.Errorf("a grant changes: %v", err)
	}
}

func TestReceiptsAndWithdrawals(t *testing.T) {
	o := newOffice(t)
	id := o.granted()
	march, june := calendar.MustMonth("2026-03"), calendar.MustMonth("2026-06")
	of := func(month calendar.Month, cents money.Cents) housing.Receipt {
		file := o.brought(o.first, "HOUSING_RECEIPT")
		return housing.Receipt{ID: uuid.Must(uuid.NewV7()), Grant: id, Month: month, Cents: cents, File: &file}
	}
	refused(t, "of another month", o.receipt(o.first, of(june, 100)), housing.MonthOutside)
	refused(t, "of a month to come", o.receipt(o.first, of(calendar.MustMonth("2026-04"), 100)), housing.MonthOutside)
	refused(t, "of too much", o.receipt(o.first, of(march, 10_000_01)), housing.ReceiptAmount)
	none := of(march, 100)
	none.File = nil
	refused(t, "without its file", o.receipt(o.first, none), housing.ReceiptFileNeeded)
	refused(t, "a file of nothing", o.receipt(o.first, of(march, 0)), housing.ReceiptFileNeeded)
	o.Must(o.receipt(o.first, of(march, 180_00)))
	if got := o.due(id); got != "housing.receipt 2026-05-05" {
		t.Errorf("due after March's: %s", got)
	}
	o.Must(o.receipt(o.first, housing.Receipt{ID: uuid.Must(uuid.NewV7()), Grant: id, Month: march}))
	if got := o.due(id); got != "housing.receipt 2026-04-05" {
		t.Errorf("due after it was taken back: %s", got)
	}
	refused(t, "from another month on", o.withdraw(o.first, housing.Withdrawal{Grant: id, From: june, Reason: "Ha lasciato"}), housing.MonthOutside)
	refused(t, "without a reason", o.withdraw(o.first, housing.Withdrawal{Grant: id, From: march}), housing.ReasonNeeded)
	o.Must(o.withdraw(o.first, housing.Withdrawal{Grant: id, From: calendar.MustMonth("2026-04"), Reason: "Ha lasciato"}))
	if got := o.committed(id); got != "03 contributions_asl 20000" {
		t.Errorf("committed after: %s", got)
	}
	o.Today = calendar.MustDay("2026-04-20")
	refused(t, "of a month that is not given for any more", o.receipt(o.first, of(calendar.MustMonth("2026-04"), 100)), housing.MonthOutside)
	refused(t, "twice", o.withdraw(o.first, housing.Withdrawal{Grant: id, From: march, Reason: "Ha lasciato"}), housing.WrongState)
	o.Must(o.receipt(o.first, of(march, 150_00)))
	if got := o.due(id); got != "" {
		t.Errorf("due where all is there: %s", got)
	}
}

// nextVersion is one of the rules that no node has read yet, and which holds from today on.
func (o *office) nextVersion() uuid.UUID {
	o.T.Helper()
	return placementtest.One[uuid.UUID](o.Office, `with v as (insert into policy_version (id, programme_id, number, valid_from, applied_at, rules_hash, audience)
			select gen_random_uuid(), programme_id, 99, $1::text::date, applied_at, 'test', audience from policy_version returning id),
		r as (insert into policy_rule (id, version_id, position, code, value, unit, label, source, confirmed, audience)
			select gen_random_uuid(), v.id, r.position, r.code, r.value, r.unit, r.label, r.source, r.confirmed, r.audience from policy_rule r, v)
		select id from v`, o.Today.String())
}

// TestAProgrammeThatGivesNothing refuses a request, and a grant that was asked for before.
func TestAProgrammeThatGivesNothing(t *testing.T) {
	o := newOffice(t)
	in := o.wanted()
	o.Must(o.request(o.first, in))
	o.Exec("update policy_rule set value = '{\"monthly\": 0, \"conditions\": [], \"proofs\": []}' where code = 'allowance.housing' and version_id = $1", o.nextVersion())
	refused(t, "a grant", o.answer(o.second, housing.Answer{Grant: in.ID, Accept: true}), housing.NotGiven)
	refused(t, "a request", o.request(o.first, o.wanted()), housing.NotGiven)
}

// TestRulesFollowedByGrants: rules that hold from a later month on change what is committed for it, though no hours were ever entered.
func TestRulesFollowedByGrants(t *testing.T) {
	o := newOffice(t)
	id := o.granted()
	version := o.nextVersion()
	o.Exec("update policy_version set valid_from = '2026-04-01' where id = $1", version)
	o.Exec("update policy_rule set value = jsonb_set(value, '{monthly}', '15000') where code = 'allowance.housing' and version_id = $1", version)
	o.Must(o.As(o.System(), func(ctx context.Context, tx *postgres.Tx) error {
		return allowance.FollowRules(ctx, tx, []event.Event{{News: event.News{SubjectKind: "PolicyVersion", Subject: version}}})
	}))
	if got, want := o.committed(id), "03 contributions_asl 20000, 04 contributions_asl 15000, 05 contributions_asl 15000"; got != want {
		t.Errorf("committed %s, want %s", got, want)
	}
}

// TestNoMoreIsGrantedThanItsLineHolds: what the line lacks is refused, and nothing of the grant is done.
func TestNoMoreIsGrantedThanItsLineHolds(t *testing.T) {
	o := newOffice(t)
	o.Exec("update budget_line set amount_cents = 59999 where code = 'contributions_asl'")
	in := o.wanted()
	o.Must(o.request(o.first, in))
	refused(t, "a cent too much", o.answer(o.second, housing.Answer{Grant: in.ID, Accept: true}), programme.LineUncovered)
	if state := placementtest.One[string](o.Office, "select state from housing_grant where id = $1", in.ID); state != "REQUESTED" || o.committed(in.ID) != "" {
		t.Errorf("%s, %s", state, o.committed(in.ID))
	}
	o.Exec("update budget_line set amount_cents = 60000 where code = 'contributions_asl'")
	o.Must(o.answer(o.second, housing.Answer{Grant: in.ID, Accept: true}))
}

// TestWhyNobodyIsTold: the condition, the papers and the reasons stand sealed, and nowhere else: neither in news nor in what is due.
func TestWhyNobodyIsTold(t *testing.T) {
	o := newOffice(t)
	id := o.granted()
	o.Must(o.withdraw(o.first, housing.Withdrawal{Grant: id, From: calendar.MustMonth("2026-04"), Reason: "Ha lasciato la comunità"}))
	for _, table := range []string{"housing_grant", "housing_proof", "outbox", "due", "budget_posting"} {
		all := placementtest.One[string](o.Office, "select coalesce(string_agg(t::text, ' '), '') from "+table+" t")
		for _, word := range []string{"CARE_LEAVER", "HOUSING_TITLE", "comunit"} {
			if strings.Contains(all, word) {
				t.Errorf("%s stands in %s", word, table)
			}
		}
	}
}

// TestNoReceiptIsDueOfMonthsAfterLeaving: what is due follows whoever leaves, without an act on the grant.
func TestNoReceiptIsDueOfMonthsAfterLeaving(t *testing.T) {
	o := newOffice(t)
	id := o.granted()
	file := o.brought(o.first, "HOUSING_RECEIPT")
	o.Must(o.receipt(o.first, housing.Receipt{ID: uuid.Must(uuid.NewV7()), Grant: id, Month: calendar.MustMonth("2026-03"), Cents: 180_00, File: &file}))
	leaves := func(day string, act access.Act) {
		o.Exec("update participation set left_on = $2::text::date where id = $1", o.person, day)
		o.Must(o.As(o.System(), func(ctx context.Context, tx *postgres.Tx) error {
			return o.room.FollowLeaving(ctx, tx, []event.Event{{News: event.News{SubjectKind: "Participant", Act: string(act), Subject: o.person}}})
		}))
	}
	leaves("2026-03-31", access.SignPlan)
	if got := o.due(id); got == "" {
		t.Error("another step than leaving ends what is due")
	}
	leaves("2026-04-01", access.WithdrawParticipant)
	if got := o.due(id); got != "housing.receipt 2026-05-05" {
		t.Errorf("due of the month of leaving: %s", got)
	}
	leaves("2026-03-31", access.WithdrawParticipant)
	if got := o.due(id); got != "" {
		t.Errorf("due after leaving: %s", got)
	}
}

// TestAGrantThatGaveNothingStandsInNobodysWay: one that was withdrawn from its first month on is followed by a longer one around it.
func TestAGrantThatGaveNothingStandsInNobodysWay(t *testing.T) {
	o := newOffice(t)
	in := o.wanted()
	in.From, in.Months = calendar.MustMonth("2026-04"), 1
	o.Must(o.request(o.first, in))
	o.Must(o.answer(o.second, housing.Answer{Grant: in.ID, Accept: true}))
	o.Must(o.withdraw(o.first, housing.Withdrawal{Grant: in.ID, From: in.From, Reason: "Mai iniziato"}))
	next := o.wanted()
	o.Must(o.request(o.first, next))
	o.Must(o.answer(o.second, housing.Answer{Grant: next.ID, Accept: true}))
}
