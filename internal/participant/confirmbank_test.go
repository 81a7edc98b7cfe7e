package participant_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/participant"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

func (o *office) confirm(actor access.Actor, participation, details uuid.UUID, calledBack bool, acknowledge ...string) error {
	return o.in(actor, func(ctx context.Context, tx *postgres.Tx) error {
		tx.Acknowledge(acknowledge, "visto il contratto del conto")
		return o.room.ConfirmBankDetails(ctx, tx, participant.ConfirmInput{Participation: participation, Details: details, CalledBack: calledBack})
	})
}

func (o *office) payeeCheck(actor access.Actor, participation, details uuid.UUID, outcome participant.PayeeOutcome) error {
	return o.in(actor, func(ctx context.Context, tx *postgres.Tx) error {
		return o.room.RecordPayeeCheck(ctx, tx, participant.PayeeInput{Participation: participation, Details: details, Outcome: outcome})
	})
}

// restDays is for how many days new details rest by the rules.
const restDays = 7

// blocks says what stands against paying somebody by the details of a day, "" for nothing; "-" for somebody who is left out. It is what runs are gathered by.
func (o *office) blocks(actor access.Actor, day string, participations ...uuid.UUID) (said []string) {
	o.t.Helper()
	o.must(actor, func(ctx context.Context, tx *postgres.Tx) error {
		for _, p := range participations {
			said = append(said, "-")
			err := tx.Ask(ctx, &said[len(said)-1], "select coalesce((select coalesce(d.cause, '') from payment_details(array[$1::uuid], $2, $3) d), '-')", p, day, restDays)
			if err != nil {
				return err
			}
		}
		return nil
	})
	return said
}

// inAbsence is somebody else who does what the actor may, and nothing of his own.
func inAbsence(of access.Actor) access.Actor {
	stands := access.Actor{Member: uuid.New(), Purpose: of.Purpose}
	for _, g := range of.Grants {
		g.For = of.Member
		stands.Grants = append(stands.Grants, g)
	}
	return stands
}

// TestASecondPersonConfirms: never the one who recorded, whatever account he uses or whoever stands in for him, nor does he say what the bank answered; and only details that hold; then they rest unless the person was called back.
func TestASecondPersonConfirms(t *testing.T) {
	o := newOffice(t)
	made := o.active()
	manager, office, other := o.as(o.manager, access.CaseManager), o.payments(), o.payments()
	stands := func(day, want string) {
		t.Helper()
		if got := o.blocks(other, day, made.Participation)[0]; got != want {
			t.Errorf("%s: %q, want %q", day, got, want)
		}
	}
	stands("2026-03-18", "MISSING")
	first := o.paid(office, participant.BankInput{Participation: made.Participation, IBAN: iban, Holder: "Mario Rossi"})
	stands("2026-03-18", "UNCONFIRMED")
	stands("2026-03-17", "MISSING")
	wants(t, o.confirm(office, made.Participation, first, true), participant.SecondPersonNeeded, "details")
	wants(t, o.confirm(o.lead, made.Participation, first, true), refusal.NotAllowed)
	o.exec("insert into member (id, email, name, audience) select $1, upper(email), name, '{}' from member where id = $2", office.Member, o.manager)
	wants(t, o.confirm(manager, made.Participation, first, true), participant.SecondPersonNeeded, "details")
	o.exec("delete from member where id = $1", office.Member)
	wants(t, o.confirm(inAbsence(office), made.Participation, first, true), participant.SecondPersonNeeded, "details")
	for _, actor := range []access.Actor{office, inAbsence(office)} {
		wants(t, o.payeeCheck(actor, made.Participation, first, participant.PayeeMatch), participant.SecondPersonNeeded, "details")
	}
	if err := o.confirm(manager, made.Participation, first, false); err != nil {
		t.Fatal(err)
	}
	wants(t, o.confirm(other, made.Participation, first, true), participant.DetailsConfirmed, "details")
	stands("2026-03-24", "RESTING")
	stands("2026-03-25", "")

	second := o.paid(manager, participant.BankInput{Participation: made.Participation, IBAN: otherIBAN, Holder: "Mario Rossi"})
	stands("2026-03-25", "UNCONFIRMED")
	wants(t, o.confirm(office, made.Participation, first, true), participant.DetailsSuperseded, "details")
	wants(t, o.payeeCheck(office, made.Participation, first, participant.PayeeMatch), participant.DetailsSuperseded, "details")
	if err := o.confirm(office, made.Participation, second, true); err != nil {
		t.Fatal(err)
	}
	stands("2026-03-18", "")
	stranger := o.referred(o.aias, "AIAS", clara)
	wants(t, o.confirm(office, stranger.Participation, second, true), refusal.NotFound, "details")
	wants(t, o.confirm(office, made.Participation, uuid.New(), true), refusal.NotFound, "details")
	if got := o.text("select string_agg(act, ' ' order by seq) from outbox where act = 'confirmBankDetails'"); got != "confirmBankDetails confirmBankDetails" {
		t.Errorf("news: %s", got)
	}
}

// TestTheTableHasNobodyConfirmHimself: whoever writes past the acts is stopped, too, and what was done is never changed.
func TestTheTableHasNobodyConfirmHimself(t *testing.T) {
	o := newOffice(t)
	made := o.active()
	office := o.payments()
	details := o.paid(office, participant.BankInput{Participation: made.Participation, IBAN: iban, Holder: "Mario Rossi"})
	const insert = "insert into person_bank_check (id, bank_id, person_id, kind, outcome, recorded_by, member_id, day, at) values (gen_random_uuid(), $1, $2, $5, $6, $3, $4, '2026-03-18', '2026-03-18')"
	for what, by := range map[string][2]uuid.UUID{"himself": {office.Member, office.Member}, "for another who recorded": {uuid.New(), office.Member}} {
		for kind, outcome := range map[string]any{"CONFIRMED": nil, "PAYEE": "MATCH"} {
			if _, err := o.owner.Exec(o.ctx, insert, details, made.Person, by[0], by[1], kind, outcome); err == nil {
				t.Errorf("%s by %s", kind, what)
			}
		}
	}
	if err := o.confirm(o.as(o.manager, access.CaseManager), made.Participation, details, true); err != nil {
		t.Fatal(err)
	}
	for _, sql := range []string{"update person_bank_check set called_back = false", "delete from person_bank_check", "delete from person_bank", "select 1 from person_bank_mark"} {
		if err := o.in(office, func(ctx context.Context, tx *postgres.Tx) error {
			_, err := tx.NewRaw(sql).Exec(ctx)
			return err
		}); err == nil || !strings.Contains(err.Error(), "permission denied") {
			t.Errorf("%s: %v", sql, err)
		}
	}
}

// TestOneGrantIsOneHand: what somebody records in another's place neither that other confirms nor a third who stands in for him, too.
func TestOneGrantIsOneHand(t *testing.T) {
	o := newOffice(t)
	made := o.active()
	manager, office := o.as(o.manager, access.CaseManager), o.payments()
	details := o.paid(inAbsence(office), participant.BankInput{Participation: made.Participation, IBAN: iban, Holder: "Mario Rossi"})
	for _, actor := range []access.Actor{office, inAbsence(office)} {
		wants(t, o.confirm(actor, made.Participation, details, true), participant.SecondPersonNeeded, "details")
		wants(t, o.payeeCheck(actor, made.Participation, details, participant.PayeeMatch), participant.SecondPersonNeeded, "details")
	}
	_, err := o.owner.Exec(o.ctx, `insert into person_bank_check (id, bank_id, person_id, kind, recorded_by, member_id, day, at)
		select gen_random_uuid(), id, person_id, 'CONFIRMED', recorded_by, on_behalf_of, '2026-03-18', '2026-03-18' from person_bank where id = $1`, details)
	if !postgres.Violates(err, "another_confirms") {
		t.Errorf("past the acts: %v", err)
	}
	if err := o.confirm(manager, made.Participation, details, true); err != nil {
		t.Error(err)
	}
}

func TestAPayeeCheckThatDiffersBlocks(t *testing.T) {
	o := newOffice(t)
	made := o.active()
	manager, office := o.as(o.manager, access.CaseManager), o.payments()
	details := o.paid(manager, participant.BankInput{Participation: made.Participation, IBAN: iban, Holder: "Mario Rossi"})
	if err := o.confirm(office, made.Participation, details, true); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		outcome participant.PayeeOutcome
		want    string
	}{{participant.PayeeNotPossible, ""}, {participant.PayeeNoMatch, "NO_MATCH"}, {participant.PayeeCloseMatch, ""}, {participant.PayeeNoMatch, "NO_MATCH"}, {participant.PayeeMatch, ""}} {
		if err := o.payeeCheck(office, made.Participation, details, c.outcome); err != nil {
			t.Fatal(err)
		}
		if got := o.blocks(office, "2026-03-18", made.Participation)[0]; got != c.want {
			t.Errorf("%s: %q, want %q", c.outcome, got, c.want)
		}
	}
	counter := o.paid(manager, participant.BankInput{Participation: made.Participation, Holder: "Mario Rossi", Means: programme.ByTeller})
	wants(t, o.payeeCheck(office, made.Participation, counter, participant.PayeeMatch), participant.NoAccountToCheck, "details")
}

// TestOneAccountOfTwo: it is warned of where it is recorded and where it is confirmed, and blocks until who confirms has said that it is a common one; who says
// where he is paid himself learns nothing.
func TestOneAccountOfTwo(t *testing.T) {
	o := newOffice(t)
	one, two := o.active(), o.referred(o.aias, "AIAS", clara)
	office := o.payments()
	himself := o.actor(uuid.New(), access.Self, access.PersonKey(o.programme, two.Person))
	stand := func(what string, want ...string) {
		t.Helper()
		if got := o.blocks(office, "2026-03-18", one.Participation, two.Participation); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: %q, want %q", what, got, want)
		}
	}
	first := participant.BankInput{Participation: one.Participation, IBAN: iban, Holder: "Mario Rossi"}
	for range 2 { // again, of the same person
		if err := o.confirm(office, one.Participation, o.paid(o.aias, first), true); err != nil {
			t.Fatal(err)
		}
	}
	for _, relation := range []participant.Relation{participant.OwnAccount, participant.JointAccount, participant.ParentAccount, participant.CommunityAccount} {
		second := participant.BankInput{Participation: two.Participation, IBAN: "it60 x0542811101000000123456", Holder: "Clara Bianchi", Relation: relation}
		_, err := o.pay(o.aias, second)
		wants(t, err, participant.AccountShared, "iban")
		if list, _ := refusal.As(err); len(list) != 1 {
			t.Errorf("%s: %v", relation, err)
		}
		for _, by := range []access.Actor{o.aias, himself} {
			details := o.paid(by, second, "ACCOUNT_SHARED")
			stand(string(relation), "SHARED", "UNCONFIRMED")
			wants(t, o.confirm(office, two.Participation, details, true), participant.AccountShared, "details")
			stand(string(relation)+", not confirmed", "SHARED", "UNCONFIRMED")
			if err := o.confirm(office, two.Participation, details, true, "ACCOUNT_SHARED"); err != nil {
				t.Fatal(err)
			}
			stand(string(relation)+", confirmed", "SHARED", "")
		}
	}
	if err := o.confirm(office, one.Participation, o.paid(o.aias, first, "ACCOUNT_SHARED"), true, "ACCOUNT_SHARED"); err != nil {
		t.Fatal(err)
	}
	stand("both", "", "")
}

func TestWhoseAccountAndByWhichMeans(t *testing.T) {
	o := newOffice(t)
	made := o.active()
	manager := o.as(o.manager, access.CaseManager)
	for name, c := range map[string]struct {
		in   participant.BankInput
		code *refusal.Code
		path string
	}{
		"a guardian without a decree": {participant.BankInput{IBAN: iban, Holder: "Anna Verdi", Relation: participant.GuardianAccount}, participant.TitleMissing, "title"},
		"a mandate that is not named": {participant.BankInput{IBAN: iban, Holder: "Anna Verdi", Relation: participant.MandateAccount, Title: " "}, participant.TitleMissing, "title"},
		"a long title":                {participant.BankInput{IBAN: iban, Holder: "Anna Verdi", Relation: participant.GuardianAccount, Title: strings.Repeat("x", 101)}, refusal.InvalidValue, "title"},
		"an account at the counter":   {participant.BankInput{IBAN: iban, Holder: "Mario Rossi", Means: programme.ByTeller}, refusal.InvalidValue, "iban"},
		"a card without an account":   {participant.BankInput{Holder: "Mario Rossi", Means: programme.ByCard}, refusal.InvalidValue, "iban"},
	} {
		c.in.Participation = made.Participation
		if _, err := o.pay(manager, c.in); !has(err, c.code) {
			t.Errorf("%s: %v", name, err)
		} else {
			wants(t, err, c.code, c.path)
		}
	}
	o.paid(manager, participant.BankInput{Participation: made.Participation, IBAN: iban, Holder: "Anna Verdi", Relation: participant.GuardianAccount, Title: "Decreto 12/2026"})
	last := o.paid(manager, participant.BankInput{Participation: made.Participation, Holder: "Mario Rossi", Means: programme.ByPost})
	if got := o.text("select string_agg(concat_ws(' ', means, iban is null, length(relation), length(title)), ', ' order by revision) from person_bank"); got != strings.ReplaceAll("IBAN f N M, POSTAL t N M", "N M",
		o.text("select length(relation) || ' ' || length(title) from person_bank limit 1")) {
		t.Errorf("recorded: %s", got)
	}
	if err := o.confirm(o.payments(), made.Participation, last, true); err != nil {
		t.Fatal(err)
	}
	o.exec("update payer set means = '{IBAN}'")
	_, err := o.pay(manager, participant.BankInput{Participation: made.Participation, Holder: "Mario Rossi", Means: programme.ByPost})
	wants(t, err, participant.MeansNotOffered, "means")
}

// TestWhoPaysKnowsByWhat also people who are protected are paid, and nobody of another body does; somebody erased is not.
func TestWhoPaysKnowsByWhat(t *testing.T) {
	o := newOffice(t)
	made := o.active()
	manager, office := o.as(o.manager, access.CaseManager), o.payments()
	details := o.paid(manager, participant.BankInput{Participation: made.Participation, IBAN: iban, Holder: "Mario Rossi"})
	if err := o.confirm(office, made.Participation, details, true); err != nil {
		t.Fatal(err)
	}
	if err := o.protect(o.lead, made.Participation); err != nil {
		t.Fatal(err)
	}
	if got := o.blocks(office, "2026-03-18", made.Participation)[0]; got != "" {
		t.Errorf("somebody protected is not paid: %s", got)
	}
	elsewhere := o.actor(uuid.New(), access.PaymentsOfficer, o.orgs["PEGASO"])
	if got := o.blocks(elsewhere, "2026-03-18", made.Participation)[0]; got != "-" {
		t.Errorf("another body looks at them: %s", got)
	}
	o.exec("select destroy_person_key($1, now(), null)", made.Person)
	if got := o.blocks(office, "2026-03-18", made.Participation)[0]; got != "ERASED" || o.text("select count(*) from person_bank_mark") != "0" {
		t.Errorf("somebody erased: %s", got)
	}
}

// TestAccountsAreMarkedAnew when the keys of the index change, and those that were recorded before there were marks.
func TestAccountsAreMarkedAnew(t *testing.T) {
	o := newOffice(t)
	made := o.active()
	o.paid(o.aias, participant.BankInput{Participation: made.Participation, IBAN: iban, Holder: "Mario Rossi"})
	o.exec("delete from person_bank_mark")
	keys, err := o.db.Keys.Rotate()
	if err != nil {
		t.Fatal(err)
	}
	if err := participant.FinishIndex(o.ctx, o.urls.OwnerURL, keys); !errors.Is(err, participant.ErrNotIndexed) {
		t.Errorf("an account without a mark: %v", err)
	}
	if _, err := participant.Reindex(o.ctx, o.urls.OwnerURL, keys); err != nil {
		t.Fatal(err)
	}
	mark := keys.Index("iban", []byte(iban))
	if got := o.text("select count(*) from person_bank_mark where mark = $1 and index_version = $2", mark.Bytes, int64(mark.Version)); got != "1" {
		t.Errorf("%s marks under the new key", got)
	}
}
