package participant_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/member"
	"github.com/lavoroincorso/lavoro/internal/participant"
	"github.com/lavoroincorso/lavoro/internal/platform/evidence"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/platform/secret"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/fiscal"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

const (
	iban      = "IT60X0542811101000000123456"
	otherIBAN = "DE89370400440532013000"
)

var bankFields = []plan.Selected{leaf("hidden"), node("bank", leaf("iban"), leaf("holder"), leaf("since"), leaf("revision"))}

// pay records where somebody is paid.
func (o *office) pay(actor access.Actor, in participant.BankInput, acknowledge ...string) (id uuid.UUID, err error) {
	err = o.in(actor, func(ctx context.Context, tx *postgres.Tx) (err error) {
		tx.Acknowledge(acknowledge, "conto della madre")
		id, err = o.room.RecordBankDetails(ctx, tx, in)
		return err
	})
	return id, err
}

func (o *office) paid(actor access.Actor, in participant.BankInput, acknowledge ...string) uuid.UUID {
	o.t.Helper()
	id, err := o.pay(actor, in, acknowledge...)
	if err != nil {
		o.t.Fatal(err)
	}
	return id
}

func (o *office) payments() access.Actor {
	return o.actor(uuid.New(), access.PaymentsOfficer, o.orgs["AIAS"])
}

// TestWhoRecordsAndReadsBankDetails: who records need not read, who approves payments reads and does not record.
func TestWhoRecordsAndReadsBankDetails(t *testing.T) {
	o := newOffice(t)
	made := o.active()
	supervising, err := o.lead.WithPurpose(access.Supervision, "Reclamo della persona")
	if err != nil {
		t.Fatal(err)
	}
	person := access.PersonKey(o.programme, made.Person)
	revision := 0
	for _, c := range []struct {
		actor          access.Actor
		records, reads bool
	}{
		{o.as(o.manager, access.CaseManager), true, true},
		{o.payments(), true, true},
		{o.lead, true, false},
		{supervising, true, false},
		{o.aias, true, false},
		{o.actor(uuid.New(), access.Self, person), true, true},
		{o.actor(uuid.New(), access.Representative, person), true, true},
		{o.actor(uuid.New(), access.Approver, o.orgs["ASL"]), false, true},
		{o.as(o.tutor, access.Tutor), false, false},
		{o.actor(uuid.New(), access.Scout, o.orgs["AIAS"]), false, false},
		{o.actor(uuid.New(), access.Auditor, o.orgs["AIAS"]), false, false},
	} {
		role := c.actor.Grants[0].Role
		_, err := o.pay(c.actor, participant.BankInput{Participation: made.Participation, IBAN: iban, Holder: "Rossi Mario", Expected: &revision})
		switch {
		case c.records && err != nil:
			t.Errorf("%s may not record: %v", role, err)
		case !c.records && !has(err, refusal.NotAllowed) && !isNotFound(err):
			t.Errorf("%s records: %v", role, err)
		case c.records:
			revision++
		}
		want := fmt.Sprintf("map[holder:Rossi Mario iban:%s revision:%d since:2026-03-18]", iban, revision)
		if shown, ok := o.show(c.actor, made.Participation, bankFields...); ok {
			hidden := slices.Contains(shown["hidden"].([]any), any("bank"))
			if c.reads == hidden || c.reads && fmt.Sprint(shown["bank"]) != want || !c.reads && shown["bank"] != nil {
				t.Errorf("%s is shown %v", role, shown)
			}
		}
		if n := o.count(c.actor, "person_bank"); (n == revision) != c.reads || !c.reads && n != 0 {
			t.Errorf("%s sees %d rows of %d", role, n, revision)
		}
	}
	if err := o.in(o.payments(), func(ctx context.Context, tx *postgres.Tx) error {
		_, err := tx.NewRaw("update person_bank set since = since").Exec(ctx)
		return err
	}); err == nil || !strings.Contains(err.Error(), "permission denied") {
		t.Errorf("what was recorded can be changed: %v", err)
	}
	if _, err := o.pay(o.pegaso, participant.BankInput{Participation: made.Participation, IBAN: iban, Holder: "Rossi Mario"}); !isNotFound(err) {
		t.Errorf("another partner: %v", err)
	}
}

func TestWrongBankDetailsAreRefused(t *testing.T) {
	o := newOffice(t)
	made := o.referred(o.aias, "AIAS", mario)
	for given, code := range map[string]string{
		"":                            fiscal.CodeIBANShape,
		"IT60X05428-1101000000123456": fiscal.CodeIBANShape,
		"IT60X054281110100000012345":  fiscal.CodeIBANLength,
		"IT60X0542811101000000123457": fiscal.CodeIBANCheck,
		"IT55Y0542811101000000123456": fiscal.CodeIBANCheck,
		"US64SVBKUS6S3300958879":      fiscal.CodeIBANCountry,
	} {
		_, err := o.pay(o.aias, participant.BankInput{Participation: made.Participation, IBAN: given, Holder: "Mario Rossi"})
		wants(t, err, refusal.InvalidValue, "iban")
		list, _ := refusal.As(err)
		told, _ := json.Marshal(list)
		if cause := (&fiscal.Error{Code: code}).Cause(); !strings.Contains(list[0].Localized("it").Message, cause.It) {
			t.Errorf("%s: %s", code, told)
		}
		if given != "" && (strings.Contains(string(told), given) || strings.Contains(err.Error(), given)) {
			t.Errorf("the refusal repeats what was given: %s", told)
		}
	}
	for _, holder := range []string{"", "  ", strings.Repeat("à", 71), "Mario\nRossi", "\xff"} {
		_, err := o.pay(o.aias, participant.BankInput{Participation: made.Participation, IBAN: "x", Holder: holder})
		wants(t, err, refusal.InvalidValue, "holder")
		wants(t, err, refusal.InvalidValue, "iban")
	}
	old := 1
	_, err := o.pay(o.aias, participant.BankInput{Participation: made.Participation, IBAN: iban, Holder: "Mario Rossi", Expected: &old})
	wants(t, err, refusal.RevisionConflict, "expectedRevision")
	if n := o.text("select count(*) from person_bank"); n != "0" {
		t.Errorf("%s accounts were recorded by acts that were refused", n)
	}
	in := participant.BankInput{Participation: made.Participation, ID: uuid.New(), IBAN: iban, Holder: "Mario Rossi"}
	o.paid(o.aias, in)
	_, err = o.pay(o.aias, in)
	wants(t, err, refusal.IDTaken, "id")
}

func TestAnothersAccountNeedsAReason(t *testing.T) {
	o := newOffice(t)
	made := o.referred(o.aias, "AIAS", mario)
	in := participant.BankInput{Participation: made.Participation, IBAN: iban, Holder: "Mario Rossi e Anna Verdi"}
	_, err := o.pay(o.aias, in)
	wants(t, err, participant.HolderDiffers, "holder")
	o.paid(o.aias, in, "ACCOUNT_HOLDER_DIFFERS")
	in.Holder = "ROSSI MARIO"
	o.paid(o.aias, in)
	if got := o.text("select string_agg(act, ' ' order by seq) from outbox where act = 'recordBankDetails'"); got != "recordBankDetails recordBankDetails" {
		t.Errorf("news of %s", got)
	}
}

// readBank reads the account as the payments office does, writing down that it was read.
func (o *office) readBank(participation uuid.UUID) (string, error) {
	o.t.Helper()
	engine := &plan.Engine{Schema: plan.NewSchema(programme.Reading(), member.Reading(), participant.Reading()), DB: o.db, OnDisclosed: evidence.NewRecorder().Disclosed}
	rows, err := engine.Objects(o.ctx, plan.Viewer{Actor: o.payments(), Lang: "it", Now: o.now}, nil,
		[]plan.Group{{Type: "Participant", IDs: []uuid.UUID{participation}, Selected: bankFields[1:]}})
	if err != nil {
		return "", err
	}
	return string(rows[0][0]), nil
}

func TestReadingAnAccountIsWrittenDown(t *testing.T) {
	o := newOffice(t)
	made := o.referred(o.aias, "AIAS", mario)
	reads := func() string {
		return o.text("select string_agg(concat_ws(' ', class, purpose, participations = array[$1::uuid], persons = array[$2::uuid]), ', ') from read_journal", made.Participation, made.Person)
	}
	if got, err := o.readBank(made.Participation); err != nil || strings.ReplaceAll(got, " ", "") != `{"bank":null}` || reads() != "" {
		t.Errorf("nothing to read: %s %v %s", got, err, reads())
	}
	o.paid(o.aias, participant.BankInput{Participation: made.Participation, IBAN: iban, Holder: "Mario Rossi"})
	if got, err := o.readBank(made.Participation); err != nil || !strings.Contains(got, iban) || reads() != "bank PAYMENT t t" {
		t.Errorf("%s %v %s", got, err, reads())
	}
}

// TestADumpTellsNoAccount: no table holds an account or its holder in clear, and everybody's have one length.
func TestADumpTellsNoAccount(t *testing.T) {
	o := newOffice(t)
	made, other := o.referred(o.aias, "AIAS", mario), o.referred(o.aias, "AIAS", clara)
	o.paid(o.aias, participant.BankInput{Participation: made.Participation, IBAN: iban, Holder: "Zenobia Quarto"}, "ACCOUNT_HOLDER_DIFFERS")
	o.paid(o.aias, participant.BankInput{Participation: other.Participation, IBAN: otherIBAN, Holder: strings.Repeat("𐐀", 70)}, "ACCOUNT_HOLDER_DIFFERS")
	rows, err := o.owner.Query(o.ctx, "select relname::text from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace")
	if err != nil {
		t.Fatal(err)
	}
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || !slices.Contains(tables, "person_bank") {
		t.Fatal(tables, err)
	}
	for _, table := range tables {
		dump := o.text("select string_agg(x::text, ' ') from " + table + " x")
		for _, word := range []string{iban, otherIBAN, "000000123456", "Zenobia"} {
			if strings.Contains(dump, word) || strings.Contains(dump, fmt.Sprintf("%x", word)) {
				t.Errorf("%s holds %s", table, word)
			}
		}
	}
	if got := o.text("select count(*) || ' ' || count(distinct length(iban)) || ' ' || count(distinct length(holder)) from person_bank"); got != "2 1 1" {
		t.Errorf("accounts and lengths: %s", got)
	}
}

// TestAccountsAreReadInTheirPlaceAlone moves ciphertexts about, as somebody could who writes into the database and holds no keys.
func TestAccountsAreReadInTheirPlaceAlone(t *testing.T) {
	o := newOffice(t)
	made, other := o.referred(o.aias, "AIAS", mario), o.referred(o.aias, "AIAS", clara)
	o.paid(o.aias, participant.BankInput{Participation: made.Participation, IBAN: otherIBAN, Holder: "Mario Rossi"})
	last := o.paid(o.aias, participant.BankInput{Participation: made.Participation, IBAN: iban, Holder: "Mario Rossi"})
	o.paid(o.aias, participant.BankInput{Participation: other.Participation, IBAN: otherIBAN, Holder: "Clara Bianchi"})
	before, err := o.readBank(made.Participation)
	if err != nil || !strings.Contains(before, iban) {
		t.Fatal(before, err)
	}
	keep := o.text("select encode(iban, 'hex') from person_bank where id = $1", last)
	for what, from := range map[string]string{
		"another person's account": "select b.iban from person_bank b join person_bank t on t.id = $1 where b.person_id <> t.person_id",
		"the account before":       "select b.iban from person_bank b join person_bank t on t.id = $1 where b.person_id = t.person_id and b.revision = 1",
		"its holder":               "select b.holder from person_bank b where b.id = $1",
		"one bit":                  "select set_bit(b.iban, 300, 1 - get_bit(b.iban, 300)) from person_bank b where b.id = $1",
	} {
		o.exec("update person_bank set iban = ("+from+") where id = $1", last)
		if shown, err := o.readBank(made.Participation); !errors.Is(err, secret.ErrUnreadable) || shown != "" {
			t.Errorf("%s: %s %v", what, shown, err)
		}
		o.exec("update person_bank set iban = decode($2, 'hex') where id = $1", last, keep)
	}
	if after, err := o.readBank(made.Participation); err != nil || after != before {
		t.Errorf("put back: %s %v", after, err)
	}
}

// An account is seen by those who see the person, whoever that comes to be.
func TestAccountsFollowThePerson(t *testing.T) {
	o := newOffice(t)
	made := o.active()
	manager, next, person := o.as(o.manager, access.CaseManager), o.hire(access.CaseManager), o.actor(uuid.New(), access.Self, access.PersonKey(o.programme, made.Person))
	o.paid(manager, participant.BankInput{Participation: made.Participation, IBAN: otherIBAN, Holder: "Mario Rossi"})
	o.paid(manager, participant.BankInput{Participation: made.Participation, IBAN: iban, Holder: "Mario Rossi"})
	sees := func(when string, want map[string]int) {
		t.Helper()
		got := map[string]int{"manager": o.count(manager, "person_bank"), "next": o.count(o.as(next, access.CaseManager), "person_bank"),
			"payments": o.count(o.payments(), "person_bank"), "person": o.count(person, "person_bank")}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: rows seen %v, want %v", when, got, want)
		}
	}
	sees("recorded", map[string]int{"manager": 2, "next": 0, "payments": 2, "person": 2})
	o.assign(o.aias, made.Participation, &next, nil)
	sees("handed over", map[string]int{"manager": 0, "next": 2, "payments": 2, "person": 2})
	if err := o.protect(o.lead, made.Participation); err != nil {
		t.Fatal(err)
	}
	sees("protected", map[string]int{"manager": 0, "next": 2, "payments": 0, "person": 2})
	if _, err := o.pay(o.payments(), participant.BankInput{Participation: made.Participation, IBAN: iban, Holder: "Mario Rossi"}); !isNotFound(err) {
		t.Errorf("the payments office records an account of somebody protected: %v", err)
	}
	o.paid(person, participant.BankInput{Participation: made.Participation, IBAN: otherIBAN, Holder: "Mario Rossi"})
	if got := o.text("select count(*) from person_bank b join person p on p.id = b.person_id where b.audience <> p.audience"); got != "0" {
		t.Errorf("%s accounts are seen by others than the person", got)
	}
}
