package control_test

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/allowance"
	"github.com/lavoroincorso/lavoro/internal/document"
	"github.com/lavoroincorso/lavoro/internal/document/control"
	"github.com/lavoroincorso/lavoro/internal/platform/journal"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/money"
)

var march = calendar.MustMonth("2026-03")

func id(n int) uuid.UUID { return uuid.MustParse(fmt.Sprintf("0193e5a8-7c4f-7000-8000-%012d", n)) }

// sound is a folder of one month, two entries, a statement paid in one transfer, and a journal whose third entry is anchored beside others.
func sound(t *testing.T) control.Folder {
	t.Helper()
	programme, month, statement, run, line := id(1), id(2), id(3), id(4), id(5)
	at := time.Date(2026, 4, 2, 8, 0, 0, 123456000, time.UTC)
	entries := []control.Counted{
		{Month: month, RecordedAt: at, ID: id(10), Kind: "PRESENCE", Day: calendar.MustDay("2026-03-02"), From: calendar.MustLocalTime("08:30"), To: calendar.MustLocalTime("12:00"), Minutes: 210},
		{Month: month, RecordedAt: at, ID: id(11), Kind: "ABSENCE", Day: calendar.MustDay("2026-03-03"), From: calendar.MustLocalTime("08:30"), To: calendar.MustLocalTime("12:00"), Minutes: 210, AbsenceReason: "ILLNESS"},
	}
	content := document.Certified(control.Month{Programme: programme, Participation: id(6), Enrolment: id(7), Month: march}, entries)
	f := control.Folder{
		Manifest: control.Manifest{Programme: "Lavoro in Corso 3", CUP: "J00J24000000000", MadeAt: time.Date(2026, 7, 1, 8, 0, 0, 0, time.UTC), Purpose: "controllo"},
		Papers:   map[string][]byte{"register-2026-03.pdf": []byte("%PDF-1.7\n%%EOF\n")},
		Tables: control.Tables{
			Months: []control.Month{{ID: month, Programme: programme, Participation: id(6), Enrolment: id(7), Participant: "=Dell'Amico", Month: march, State: "LOCKED", Minutes: 210, PresenceDays: 1,
				AdjustedMinutes: -30, ContentHash: content, Paper: "register-2026-03.pdf"}},
			Entries:     []control.Counted{entries[1], entries[0]},
			Adjustments: []control.Adjustment{{Month: month, Day: calendar.MustDay("2026-03-02"), Minutes: -30, At: at, By: "Ada"}},
			Steps: []control.Step{{Kind: "RegisterMonth", ID: month, Act: "lockMonth", At: at.Truncate(time.Millisecond), Member: id(8).String(), Name: "Ada"},
				{Kind: "PaymentRun", ID: run, Act: "checkRun", At: at.Add(time.Hour).Truncate(time.Millisecond), Member: id(8).String(), Name: "Ada"},
				{Kind: "PaymentRun", ID: run, Act: "approveRun", At: at.Add(2 * time.Hour).Truncate(time.Millisecond), Member: id(14).String(), Name: "Bea"},
				{Kind: "PaymentRun", ID: run, Act: "exportRun", At: at.Add(11 * time.Hour).Truncate(time.Millisecond)}},
			Statements: []control.Statement{{ID: statement, Allowance: id(9), Month: march, Number: 1, InForce: true, Minutes: 180, Accrued: 999, Cap: 900, Total: 900, Months: []uuid.UUID{month}, Versions: []int{1}}},
			Lines: []control.Line{{Statement: statement, Kind: "HOURS", Minutes: 180, Amount: 999, Rule: "allowance.hourly_rate", Version: 1, Text: "tre ore"},
				{Statement: statement, Kind: "CAP", Amount: -99, Rule: "allowance.monthly_cap", Version: 1}},
			Shares: []control.Share{{ID: id(12), Statement: statement, Payer: "ASL", BudgetLine: "B1", Gross: 900, Withheld: 100, Net: 800}},
			Payments: []control.Payment{{ID: line, Statement: statement, Run: run, Number: "2026/1", Payer: "ASL", BudgetLine: "B1", Kind: "STATEMENT", Gross: 900, Withheld: 100, Net: 800, EndToEnd: "e1",
				State: "PAID", Live: true, MessageID: "m1", FileSHA256: "aa", AnswerSHA256: "bb", Reference: "4711", BookedOn: calendar.MustDay("2026-04-24")}},
			Transfers: []control.Transfer{{EndToEnd: "e1", Line: line, Month: march, Net: 800, Total: 1000, Payee: "cc"}, {EndToEnd: "e1", Line: id(13), Month: march, Net: 200, Total: 1000, Payee: "cc"}},
		},
	}
	prove(t, &f, content)
	chain(t, &f, month, run, at)
	return f
}

// sent is the file by which the fixture's transfer was sent.
func sent() map[string]map[string]control.Ordered {
	return map[string]map[string]control.Ordered{"aa": {"e1": {Amount: 1000, Payee: "cc"}, "e2": {Amount: 1, Payee: "dd"}}}
}

// prove gives the folder the inputs of its statement: three hours at 3.33 EUR, under a cap of 9 EUR.
func prove(t *testing.T, f *control.Folder, certified string) {
	t.Helper()
	s, m := f.Tables.Statements[0], f.Tables.Months[0]
	p := allowance.Proof{ID: s.ID, Programme: m.Programme, Participation: m.Participation, Month: s.Month, Number: s.Number, Minutes: s.Minutes, Accrued: s.Accrued, Cap: s.Cap, Total: s.Total,
		Versions: []uuid.UUID{id(30)}, Engine: allowance.Engine, IssuedAt: f.Manifest.MadeAt, Shares: []allowance.ProofShare{{Payer: id(31), Line: id(32), Tax: programme.Assimilated, Gross: 900, Withheld: 100, Net: 800}},
		Inputs: allowance.Inputs{Month: march,
			Versions: []allowance.Version{{ID: id(30), Number: 1, From: calendar.MustDay("2026-01-01"), Rule: allowance.Rule{Method: allowance.Hourly, HourlyRate: 333, Rounding: money.HalfUp, Cap: 900,
				PaidKinds: []string{"INTERNSHIP"}, Withholding: map[programme.Tax]int{programme.Assimilated: 1111}}}},
			Register: []allowance.Hours{{Enrolment: m.Enrolment, Kind: "INTERNSHIP", Portions: []allowance.Portion{{Minutes: 180}}, Route: &allowance.Route{Payer: id(31), Line: id(32), Tax: programme.Assimilated},
				Certified: &allowance.Certified{RegisterMonth: m.ID, Hash: certified, Minutes: m.Minutes, PresenceDays: m.PresenceDays}}}}}
	w, err := allowance.Again(p.Engine, p.Inputs)
	if err != nil {
		t.Fatal(err)
	}
	p.Lines = w.Lines
	f.Proofs = map[uuid.UUID][]byte{s.ID: spelled(t, p)}
}

// proven is the folder's proof with a change.
func proven(t *testing.T, f *control.Folder, change func(*allowance.Proof)) {
	t.Helper()
	var p allowance.Proof
	of := f.Tables.Statements[0].ID
	if err := json.Unmarshal(f.Proofs[of], &p); err != nil {
		t.Fatal(err)
	}
	change(&p)
	f.Proofs[of] = spelled(t, p)
}

func spelled(t *testing.T, v any) []byte {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// chain gives the folder a journal of seven entries, of which it holds the last five, and an anchor over the second to the sixth.
func chain(t *testing.T, f *control.Folder, month, run uuid.UUID, at time.Time) {
	t.Helper()
	statement := f.Tables.Statements[0].ID
	var before []byte
	var links [][]byte
	for n, e := range []control.Entry{
		{At: at, Act: "openMonth", SubjectKind: "RegisterMonth", Subject: month}, {At: at, Act: "submitMonth", SubjectKind: "RegisterMonth", Subject: month},
		{At: at, Act: "lockMonth", SubjectKind: "RegisterMonth", Subject: month}, {At: at, Act: "computeAllowance", SubjectKind: "AllowanceStatement", Subject: statement},
		{At: at.Add(time.Hour), Act: "checkRun", SubjectKind: "PaymentRun", Subject: run}, {At: at.Add(2 * time.Hour), Act: "approveRun", SubjectKind: "PaymentRun", Subject: run, Actor: id(14)},
		{At: at.Add(11 * time.Hour), Act: "exportRun", SubjectKind: "PaymentRun", Subject: run},
	} {
		e = linked(e, int64(n+1), before)
		if n >= 2 {
			f.Journal = append(f.Journal, e)
		}
		before, links = e.Link, append(links, e.Link)
	}
	tree, err := journal.Grow(links[1:6])
	if err != nil {
		t.Fatal(err)
	}
	root, err := tree.Root()
	if err != nil {
		t.Fatal(err)
	}
	anchor := journal.Anchor{Installation: id(20), At: at.Add(10 * time.Hour).Truncate(time.Second), Acts: []journal.Head{{ID: id(1), Entries: 6, Chain: links[5], From: 1, Tree: root}}}
	data, err := anchor.Spell()
	if err != nil {
		t.Fatal(err)
	}
	f.Anchors = []journal.Kept{{Name: anchor.Day(), Anchor: anchor, Data: data}}
	for n := range f.Journal[:4] {
		if f.Journal[n].Path, err = tree.Proof(int64(n + 1)); err != nil {
			t.Fatal(err)
		}
		f.Journal[n].Anchor = anchor.Day()
	}
}

// linked is an entry of the fixture's programme at its place in the journal.
func linked(e control.Entry, seq int64, before []byte) control.Entry {
	sum := sha256.Sum256([]byte{byte(seq)})
	if e.Actor == uuid.Nil {
		e.Actor = id(8)
	}
	e.ID, e.Programme, e.Seq, e.Version, e.Sealed, e.Digest, e.Before = id(100+int(seq)), id(1), seq, 2, true, sum[:], before
	e.Link = journal.Act{ID: e.ID, Programme: e.Programme, Seq: seq, Version: 2, At: e.At, Actor: e.Actor, Act: e.Act, SubjectKind: e.SubjectKind, Subject: e.Subject, Sealed: true, Digest: e.Digest}.Link(before)
	return e
}

// told adds entries to the folder's journal.
func told(f *control.Folder, entries ...control.Entry) {
	for _, e := range entries {
		last := f.Journal[len(f.Journal)-1]
		f.Journal = append(f.Journal, linked(e, last.Seq+1, last.Link))
	}
}

// repaid has so much of the folder's statement given back, as one has recorded and another has confirmed.
func repaid(f *control.Folder, cents money.Cents) {
	f.Tables.Repayments = []control.Repayment{{Discharge: id(60), Allowance: f.Tables.Statements[0].Allowance, Payer: "ASL", BudgetLine: "B1", Gross: cents, Net: cents}}
	at := f.Journal[len(f.Journal)-1].At
	told(f, control.Entry{At: at.Add(time.Hour), Act: "recordRepayment", SubjectKind: "RecoveryDischarge", Subject: id(60)},
		control.Entry{At: at.Add(2 * time.Hour), Act: "answerDischarge", SubjectKind: "RecoveryDischarge", Subject: id(60), Actor: id(14)})
}

// paidTwice has the folder's line paid once more by another transfer, as somebody has said.
func paidTwice(f *control.Folder) {
	more, at := f.Tables.Payments[0], f.Journal[len(f.Journal)-1].At.Add(time.Hour)
	more.ID, more.EndToEnd, more.MessageID, more.FileSHA256, more.Twice, more.SaidAt = id(98), "", "", "", true, at.Truncate(time.Millisecond)
	f.Tables.Payments = append(f.Tables.Payments, more)
	f.Tables.Steps = append(f.Tables.Steps, control.Step{Kind: "PaymentRun", ID: more.Run, Act: "resolveLine", At: at.Truncate(time.Millisecond), Member: id(14).String(), Name: "Bea"})
	told(f, control.Entry{At: at, Act: "resolveLine", SubjectKind: "PaymentRun", Subject: more.Run, Actor: id(14)})
}

// rewritten is the folder's journal written anew as it stands, without its anchors.
func rewritten(f *control.Folder) {
	f.Anchors = nil
	before := []byte(f.Journal[0].Before)
	for n, e := range f.Journal {
		e.Anchor, e.Path = "", nil
		f.Journal[n] = linked(e, e.Seq, before)
		before = f.Journal[n].Link
	}
}

// oneMore issues a second statement of the folder's month, as the first.
func oneMore(t *testing.T, f *control.Folder) *control.Statement {
	t.Helper()
	first := &f.Tables.Statements[0]
	s := *first
	first.InForce = false
	s.ID, s.Number = id(60), 2
	var p allowance.Proof
	if err := json.Unmarshal(f.Proofs[first.ID], &p); err != nil {
		t.Fatal(err)
	}
	p.ID, p.Number = s.ID, s.Number
	f.Proofs[s.ID] = spelled(t, p)
	for _, l := range f.Tables.Lines {
		l.Statement = s.ID
		f.Tables.Lines = append(f.Tables.Lines, l)
	}
	for _, h := range f.Tables.Shares {
		h.ID, h.Statement = id(61), s.ID
		f.Tables.Shares = append(f.Tables.Shares, h)
	}
	last := f.Journal[len(f.Journal)-1]
	f.Journal = append(f.Journal, linked(control.Entry{At: last.At, Act: "computeAllowance", SubjectKind: "AllowanceStatement", Subject: s.ID}, last.Seq+1, last.Link))
	f.Tables.Statements = append(f.Tables.Statements, s)
	return &f.Tables.Statements[1]
}

func zipped(t *testing.T, f control.Folder) []byte {
	t.Helper()
	content, _, err := f.Zip()
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func verified(content []byte, outside control.Outside) (control.Found, error) {
	o, err := control.Open(content)
	if err != nil {
		return control.Found{}, err
	}
	outside.Certified, outside.Again = document.Certified, allowance.CheckProof
	return o.Verify(outside)
}

// relisted is a manifest that lists another content of a file.
func relisted(t *testing.T, manifest []byte, name, text string) []byte {
	t.Helper()
	var m control.Manifest
	if err := json.Unmarshal(manifest, &m); err != nil {
		t.Fatal(err)
	}
	for i, l := range m.Files {
		if l.Name == name {
			sum := sha256.Sum256([]byte(text))
			m.Files[i].Bytes, m.Files[i].SHA256 = len(text), sum[:]
		}
	}
	data, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
