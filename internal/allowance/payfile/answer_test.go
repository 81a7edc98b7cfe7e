package payfile_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"

	"github.com/lavoroincorso/lavoro/internal/allowance/payfile"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/money"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

const (
	partial      = "pain002_partial.xml"
	notification = "camt054.xml"
	accountDay   = "camt053.xml"
	// accountReturn is a day on which one debit leaves out what was rejected before, and another line comes back.
	accountReturn = "camt053_return.xml"
)

// examples are one message of each kind.
var examples = []string{partial, notification, accountDay, accountReturn, accountOdd}

// today is the day on which answers are read.
var today = calendar.MustDay("2026-11-13")

func answer(content string) (payfile.Report, error) {
	return payfile.ReadAnswer(strings.NewReader(content), "risposta", today)
}

func example(t testing.TB, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestExamplesAreValid(t *testing.T) {
	t.Run("camt.054", func(t *testing.T) { valid(t, "camt.054.001.08", []byte(example(t, notification))) })
	t.Run("camt.053", func(t *testing.T) { valid(t, "camt.053.001.08", []byte(example(t, accountDay))) })
	t.Run("camt.053 with other sums", func(t *testing.T) { valid(t, "camt.053.001.08", []byte(example(t, accountOdd))) })
	t.Run("camt.053 with a return", func(t *testing.T) { valid(t, "camt.053.001.08", []byte(example(t, accountReturn))) })
}

func TestPartialStatus(t *testing.T) {
	report, err := answer(example(t, partial))
	if err != nil {
		t.Fatal(err)
	}
	day := calendar.MustDay("2026-11-11")
	want := []payfile.Outcome{
		{EndToEndID: "L000000000000", MessageID: "RUN-2026-10-A", Kind: payfile.Executed, Amount: cents(50000), Day: day, Ref: "CRO0001"},
		{EndToEndID: "L000000000001", MessageID: "RUN-2026-10-A", Kind: payfile.Rejected, Reason: "AC04", Note: "conto estinto il 3/11", Amount: cents(50001), Day: day},
		{EndToEndID: "L000000000002", MessageID: "RUN-2026-10-A", Kind: payfile.Pending, Day: day},
	}
	if !reflect.DeepEqual(report.Lines, want) {
		t.Errorf("got %+v", report.Lines)
	}
	if report.ID != "BANK-STS-77" || report.Original != "RUN-2026-10-A" || report.Source != payfile.SourceStatus || !report.Last || len(report.Hash) != 64 {
		t.Errorf("%+v", report)
	}
	m, err := report.Match(order(4).Sent())
	if err != nil || len(m.Outcomes) != 3 || !slices.Equal(m.Missing, []string{"L000000000003"}) || len(m.Others) != 0 {
		t.Errorf("%+v, %v", m, err)
	}
}

// status is a pain.002 as short as banks write it.
func status(group, rest string) string {
	return `<Document><CstmrPmtStsRpt><GrpHdr><MsgId>B</MsgId></GrpHdr><OrgnlGrpInfAndSts><OrgnlMsgId>RUN-2026-10-A</OrgnlMsgId>` + group + `</OrgnlGrpInfAndSts>` + rest + `</CstmrPmtStsRpt></Document>`
}

func TestStatusOfTheWhole(t *testing.T) {
	rejected := `<OrgnlPmtInfAndSts><OrgnlPmtInfId>RUN-2026-10-A</OrgnlPmtInfId><TxInfAndSts><OrgnlEndToEndId>L000000000001</OrgnlEndToEndId><TxSts>RJCT</TxSts></TxInfAndSts></OrgnlPmtInfAndSts>`
	for name, c := range map[string]struct {
		message string
		want    []payfile.Kind // by line; "" is missing
	}{
		"all rejected":         {status(`<GrpSts>RJCT</GrpSts><StsRsnInf><Rsn><Cd>AM04</Cd></Rsn></StsRsnInf>`, ""), []payfile.Kind{payfile.Rejected, payfile.Rejected}},
		"all accepted":         {status(`<GrpSts>ACCP</GrpSts>`, ""), []payfile.Kind{payfile.Accepted, payfile.Accepted}},
		"payment information":  {status("", `<OrgnlPmtInfAndSts><OrgnlPmtInfId>RUN-2026-10-A</OrgnlPmtInfId><PmtInfSts>ACSC</PmtInfSts></OrgnlPmtInfAndSts>`), []payfile.Kind{payfile.Executed, payfile.Executed}},
		"accepted but one":     {status(`<GrpSts>ACCP</GrpSts>`, rejected), []payfile.Kind{payfile.Accepted, payfile.Rejected}},
		"part, the bad only":   {status(`<GrpSts>PART</GrpSts>`, rejected), []payfile.Kind{"", payfile.Rejected}},
		"nothing of the whole": {status("", rejected), []payfile.Kind{"", payfile.Rejected}},
		"credited":             {status("<GrpSts>ACCC</GrpSts>", ""), []payfile.Kind{payfile.Credited, payfile.Credited}},
		"another envelope": {`<x:CBISts xmlns:x="urn:CBI"><x:GrpHdr><x:MsgId>B</x:MsgId></x:GrpHdr><x:OrgnlGrpInfAndSts><x:OrgnlMsgId>RUN-2026-10-A</x:OrgnlMsgId></x:OrgnlGrpInfAndSts>` +
			`<x:TxInfAndSts><x:OrgnlEndToEndId>L000000000001</x:OrgnlEndToEndId><x:TxSts>RJCT</x:TxSts></x:TxInfAndSts></x:CBISts>`, []payfile.Kind{"", payfile.Rejected}},
	} {
		t.Run(name, func(t *testing.T) {
			report, err := answer(c.message)
			if err != nil {
				t.Fatal(err)
			}
			m, err := report.Match(order(2).Sent())
			if err != nil {
				t.Fatal(err)
			}
			got := []payfile.Kind{"", ""}
			for _, o := range m.Outcomes {
				got[slices.IndexFunc(order(2).Lines, func(l payfile.Line) bool { return l.EndToEndID == o.EndToEndID })] = o.Kind
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
			if name == "all rejected" && (m.Outcomes[1].Reason != "AM04" || *m.Outcomes[1].Amount != 50001) {
				t.Errorf("%+v", m.Outcomes[1])
			}
		})
	}
}

func TestNotification(t *testing.T) {
	report, err := answer(example(t, notification))
	if err != nil {
		t.Fatal(err)
	}
	want := []payfile.Outcome{
		{EndToEndID: "L000000000000", MessageID: "RUN-2026-10-A", Kind: payfile.Executed, Amount: cents(50000), Day: calendar.MustDay("2026-11-12"), Ref: "B1"},
		{EndToEndID: "L000000000001", Kind: payfile.Executed, Amount: cents(50001), Day: calendar.MustDay("2026-11-13"), Ref: "B2/1"},
		{EndToEndID: "L000000000002", Kind: payfile.Executed, Amount: cents(50002), Day: calendar.MustDay("2026-11-13"), Ref: "B2"},
		{EndToEndID: "L000000000001", Kind: payfile.Returned, Reason: "MD07", Note: "deceduto", Amount: cents(50001), Back: true, Day: calendar.MustDay("2026-11-13"), Ref: "B3"},
	}
	if !reflect.DeepEqual(report.Lines, want) {
		t.Errorf("got %+v", report.Lines)
	}
	if report.Other != 1 || len(report.Whole) != 0 || report.ID != "NTF-9" {
		t.Errorf("%+v", report)
	}
	m, err := report.Match(order(4).Sent())
	if err != nil || len(m.Outcomes) != 4 || !slices.Equal(m.Missing, []string{"L000000000003"}) {
		t.Errorf("%+v, %v", m, err)
	}
}

func TestWhatIsNotBookedIsPending(t *testing.T) {
	report, err := answer(strings.Replace(example(t, notification), "<Cd>BOOK", "<Cd>PDNG", 1))
	if err != nil || report.Lines[0].Kind != payfile.Pending || report.Lines[1].Kind != payfile.Executed {
		t.Errorf("%+v, %v", report.Lines, err)
	}
}

func TestStatementWithOneDebit(t *testing.T) {
	report, err := answer(example(t, accountDay))
	if err != nil {
		t.Fatal(err)
	}
	m, err := report.Match(order(3).Sent())
	if err != nil || len(m.Outcomes) != 3 || len(m.Missing) != 0 || len(m.Others) != 1 || report.Other != 1 {
		t.Fatalf("%+v, %v", m, err)
	}
	if want := (payfile.Outcome{EndToEndID: "L000000000002", MessageID: "RUN-2026-10-A", Kind: payfile.Executed, Amount: cents(50002), Day: calendar.MustDay("2026-11-12"), Ref: "B9"}); !reflect.DeepEqual(m.Outcomes[2], want) {
		t.Errorf("%+v", m.Outcomes[2])
	}
	if m, err := report.Match(order(4).Sent()); err != nil || len(m.Outcomes) != 0 || len(m.Unclear) != 1 || !(refusal.List{m.Unclear[0].Warning}).Has(payfile.AnswerDebitDiffers) {
		t.Errorf("a debit of three lines pays four: %+v, %v", m, err)
	}
}

// A day of an account tells of one debit for what was not rejected before, of a return under the returning bank's own message, of a charge beside our message, and of others.
func TestADayOfAnAccount(t *testing.T) {
	report, err := answer(example(t, accountReturn))
	if err != nil {
		t.Fatal(err)
	}
	sent := order(3).Sent()
	sent.Lines[0].Out = true
	m, err := report.Match(sent)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, o := range m.Outcomes {
		got = append(got, fmt.Sprint(o.EndToEndID, " ", o.Kind, " ", o.Reason, " ", o.Ref))
	}
	slices.Sort(got)
	want := []string{"L000000000001 EXECUTED  2026111200417", "L000000000001 RETURNED AC04 2026111300012", "L000000000002 EXECUTED  2026111200417"}
	if !slices.Equal(got, want) || !slices.Equal(m.Missing, []string{"L000000000000"}) || len(m.Others) != 2 || m.Unclear != nil {
		t.Errorf("%q, %+v", got, m)
	}
	sent.Lines[0].Out = false
	if m, err := report.Match(sent); err != nil || len(m.Outcomes) != 1 || len(m.Unclear) != 1 || !(refusal.List{m.Unclear[0].Warning}).Has(payfile.AnswerDebitDiffers) {
		t.Errorf("a debit of two lines pays three, or loses the rest: %+v, %v", m, err)
	}
}

// What is said of a message as a whole is not said of what was rejected before.
func TestTheWholeLeavesOutWhatWasRejected(t *testing.T) {
	report, err := answer(status("<OrgnlNbOfTxs>2</OrgnlNbOfTxs><GrpSts>ACSC</GrpSts>", ""))
	if err != nil {
		t.Fatal(err)
	}
	sent := order(2).Sent()
	sent.Lines[1].Out = true
	if m, err := report.Match(sent); err != nil || len(m.Outcomes) != 1 || m.Outcomes[0].EndToEndID != sent.Lines[0].EndToEndID {
		t.Errorf("%+v, %v", m, err)
	}
}

// TestMessagesCutInHalf: wherever a message is cut, it is refused as cut off, or is no message yet.
func TestMessagesCutInHalf(t *testing.T) {
	for _, name := range examples {
		whole := strings.TrimSpace(example(t, name))
		for n := 0; n < len(whole); n += 3 {
			report, err := answer(whole[:n])
			if err == nil || !reflect.DeepEqual(report, payfile.Report{}) {
				t.Fatalf("%s: %d of %d bytes are taken", name, n, len(whole))
			}
			if list, _ := refusal.As(err); n > 60 && !list.Has(payfile.AnswerCut) {
				t.Fatalf("%s: %d of %d bytes: %v", name, n, len(whole), err)
			}
		}
	}
}

func TestAnswersThatAreRefused(t *testing.T) {
	change := func(name, old, new string) string {
		whole := example(t, name)
		if !strings.Contains(whole, old) {
			t.Fatalf("%s has no %s", name, old)
		}
		return strings.Replace(whole, old, new, 1)
	}
	for name, c := range map[string]struct {
		message string
		code    *refusal.Code
	}{
		"another kind":      {"<Document><CstmrCdtTrfInitn/></Document>", payfile.AnswerKindUnknown},
		"blanks":            {" ", payfile.AnswerUnreadable},
		"long id":           {change(partial, ">L000000000002<", ">"+strings.Repeat("x", 36)+"<"), payfile.AnswerValue},
		"long message id":   {change(partial, "<OrgnlMsgId>RUN", "<OrgnlMsgId>"+strings.Repeat("x", 30)), payfile.AnswerValue},
		"strange currency":  {change(notification, `Ccy="EUR">500.01</Amt></TxDtls>`, `Ccy="EURO">500.01</Amt></TxDtls>`), payfile.AnswerValue},
		"broken id":         {change(partial, ">L000000000002<", ">L0\n00<"), payfile.AnswerValue},
		"doctype":           {`<!DOCTYPE d [<!ENTITY e SYSTEM "file:///etc/passwd">]><Document>&e;</Document>`, payfile.AnswerUnreadable},
		"doctype, no more":  {"<!DOCTYPE Document>" + status("<GrpSts>RJCT</GrpSts>", ""), payfile.AnswerUnreadable},
		"entity":            {change(partial, "conto estinto", "&laugh;"), payfile.AnswerUnreadable},
		"two roots":         {example(t, partial) + "<Document/>", payfile.AnswerUnreadable},
		"names disagree":    {"<a></b>", payfile.AnswerUnreadable},
		"too deep":          {strings.Repeat("<a>", 41), payfile.AnswerUnreadable},
		"character set":     {`<?xml version="1.0" encoding="EBCDIC"?><a/>`, payfile.AnswerUnreadable},
		"no message":        {change(partial, "<OrgnlMsgId>RUN-2026-10-A</OrgnlMsgId>", ""), payfile.AnswerValue},
		"no line":           {change(partial, "<OrgnlEndToEndId>L000000000000</OrgnlEndToEndId>", ""), payfile.AnswerValue},
		"unknown status":    {change(partial, "<TxSts>RJCT", "<TxSts>HMMM"), payfile.AnswerValue},
		"part of a line":    {change(partial, "<TxSts>RJCT", "<TxSts>PART"), payfile.AnswerValue},
		"no status":         {change(partial, "<TxSts>RJCT</TxSts>", ""), payfile.AnswerValue},
		"thousandths":       {change(partial, ">500.01<", ">500.011<"), payfile.AnswerValue},
		"exponent":          {change(partial, ">500.01<", ">5e2<"), payfile.AnswerValue},
		"below nothing":     {change(partial, ">500.01<", ">-500.01<"), payfile.AnswerValue},
		"impossible day":    {change(notification, "<Dt>2026-11-12", "<Dt>2026-02-30"), payfile.AnswerValue},
		"line twice":        {change(partial, ">L000000000002<", ">L000000000001<"), payfile.AnswerLineTwice},
		"entries missing":   {change(notification, "<NbOfNtries>4", "<NbOfNtries>5"), payfile.AnswerTotalsDiffer},
		"neither way":       {change(notification, "<CdtDbtInd>DBIT", "<CdtDbtInd>X"), payfile.AnswerValue},
		"number of entries": {change(notification, "<NbOfNtries>4", "<NbOfNtries>four"), payfile.AnswerValue},
	} {
		t.Run(name, func(t *testing.T) {
			report, err := answer(c.message)
			refused(t, err, c.code)
			if !reflect.DeepEqual(report, payfile.Report{}) {
				t.Errorf("something is taken: %+v", report)
			}
		})
	}
}

func TestMatchRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		from   string
		change func(*payfile.Report, *payfile.Sent)
		code   *refusal.Code
	}{
		"another message":  {partial, func(_ *payfile.Report, s *payfile.Sent) { s.MessageID = "RUN-2026-10-B" }, payfile.AnswerOtherMessage},
		"another whole":    {partial, func(r *payfile.Report, s *payfile.Sent) { r.Lines, s.MessageID = nil, "RUN-2026-10-B" }, payfile.AnswerOtherMessage},
		"unknown line":     {partial, func(r *payfile.Report, _ *payfile.Sent) { r.Lines[0].EndToEndID = "X" }, payfile.AnswerLineUnknown},
		"another amount":   {partial, func(r *payfile.Report, _ *payfile.Sent) { r.Lines[0].Amount = cents(1) }, payfile.AnswerAmountDiffers},
		"another currency": {partial, func(r *payfile.Report, _ *payfile.Sent) { r.Lines[0].Amount, r.Lines[0].Foreign = nil, "USD" }, payfile.AnswerAmountDiffers},
		"line twice": {partial, func(r *payfile.Report, _ *payfile.Sent) {
			r.Lines[1].EndToEndID, r.Lines[1].Amount = r.Lines[0].EndToEndID, nil
		}, payfile.AnswerLineTwice},
		"another number":        {partial, func(r *payfile.Report, _ *payfile.Sent) { r.Whole[0].Lines = 5 }, payfile.AnswerTotalsDiffer},
		"another control total": {partial, func(r *payfile.Report, _ *payfile.Sent) { r.Whole[0].Total = cents(5) }, payfile.AnswerTotalsDiffer},
	} {
		t.Run(name, func(t *testing.T) {
			report, err := answer(example(t, c.from))
			if err != nil {
				t.Fatal(err)
			}
			sent := order(4).Sent()
			c.change(&report, &sent)
			m, err := report.Match(sent)
			refused(t, err, c.code)
			if !reflect.DeepEqual(m, payfile.Matching{}) {
				t.Errorf("something matches: %+v", m)
			}
		})
	}
}

// accountOdd is a day on which much is booked otherwise than it was ordered.
const accountOdd = "camt053_odd.xml"

// What an account says of our lines in other sums is taken where it is plain: whole returns less what the bank charges, and sums as they were ordered beside those that were booked.
// All else of them is odd, and loses nothing of the rest.
func TestABookingInAnotherSum(t *testing.T) {
	report, err := answer(example(t, accountOdd))
	if err != nil {
		t.Fatal(err)
	}
	sent := order(9).Sent()
	m, err := report.Match(sent)
	if err != nil {
		t.Fatal(err)
	}
	say := func(outcomes []payfile.Outcome) (all []string) {
		for _, o := range outcomes {
			amount := o.Foreign
			if o.Amount != nil {
				amount = o.Amount.String()
			}
			all = append(all, fmt.Sprint(o.EndToEndID[11:], " ", o.Kind, " ", amount))
		}
		return all
	}
	want := []string{"00 RETURNED 498.50", "01 RETURNED 499.01", "02 RETURNED 495.02", "03 EXECUTED 501.53", "04 EXECUTED 501.54", "05 EXECUTED USD", "08 EXECUTED 500.08"}
	if got := say(m.Outcomes); !slices.Equal(got, want) {
		t.Errorf("taken: %q, want %q", got, want)
	}
	if got := say(m.Odd); !slices.Equal(got, []string{"06 EXECUTED 480.00", "07 RETURNED 900.00", "08 EXECUTED 500.08", "03 RETURNED 0.01"}) {
		t.Errorf("odd: %q", got)
	}
	if len(m.Missing) != 0 || len(m.Others) != 1 || m.Unclear != nil {
		t.Errorf("%+v", m)
	}
}

// A booking of the whole order: one not booked yet does not hide the one that is, a second is odd, and a credit that does not say whose it is warns.
func TestBookingsOfTheWhole(t *testing.T) {
	whole := func(way, status, sum string) string {
		return `<Ntry><Amt Ccy="EUR">` + sum + `</Amt><CdtDbtInd>` + way + `</CdtDbtInd><Sts><Cd>` + status + `</Cd></Sts><BkTxCd/><NtryDtls><Btch><PmtInfId>RUN-2026-10-A</PmtInfId></Btch></NtryDtls></Ntry>`
	}
	for name, c := range map[string]struct {
		entries            string
		taken, odd, warned int
	}{
		"not booked yet":      {whole("DBIT", "PDNG", "1000.01") + whole("DBIT", "BOOK", "1000.01"), 2, 0, 0},
		"twice":               {whole("DBIT", "BOOK", "1000.01") + whole("DBIT", "BOOK", "1000.01"), 2, 2, 0},
		"all came back":       {whole("DBIT", "BOOK", "1000.01") + whole("CRDT", "BOOK", "1000.01"), 4, 0, 0},
		"some of it did":      {whole("DBIT", "BOOK", "1000.01") + whole("CRDT", "BOOK", "500.00"), 2, 0, 1},
		"in another currency": {strings.Replace(whole("DBIT", "BOOK", "1000.01"), "EUR", "USD", 1), 0, 0, 1},
	} {
		t.Run(name, func(t *testing.T) {
			report, err := answer(`<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><GrpHdr><MsgId>S</MsgId></GrpHdr><Stmt><Id>S</Id>` + c.entries + `</Stmt></BkToCstmrStmt></Document>`)
			if err != nil {
				t.Fatal(err)
			}
			m, err := report.Match(order(2).Sent())
			if err != nil || len(m.Outcomes) != c.taken || len(m.Odd) != c.odd || len(m.Unclear) != c.warned {
				t.Errorf("%+v, %v", m, err)
			}
		})
	}
}

func TestCurrenciesAndPages(t *testing.T) {
	foreign := strings.Replace(example(t, notification), `<Amt Ccy="EUR">500.01</Amt></TxDtls>`, `<Amt Ccy="CHF">500.01</Amt></TxDtls>`, 1)
	report, err := answer(foreign)
	if err != nil || report.Lines[1].Foreign != "CHF" || report.Lines[1].Amount != nil {
		t.Errorf("%+v, %v", report, err)
	}
	more := strings.Replace(example(t, accountDay), "<LastPgInd>true", "<LastPgInd>false", 1)
	if report, err := answer(more); err != nil || report.Last {
		t.Errorf("%+v, %v", report, err)
	}
}

func TestCharacterSets(t *testing.T) {
	latin := strings.Replace(example(t, partial), `encoding="UTF-8"`, `encoding="ISO-8859-1"`, 1)
	latin = strings.Replace(latin, "conto estinto", "gi\xe0 estinto", 1)
	report, err := answer(latin)
	if err != nil || report.Lines[1].Note != "già estinto il 3/11" {
		t.Errorf("%+v, %v", report.Lines, err)
	}
	if _, err := answer("\ufeff" + example(t, partial)); err != nil {
		t.Errorf("byte order mark: %v", err)
	}
}

func TestTooLargeAnAnswerIsNotUnderstood(t *testing.T) {
	_, err := payfile.ReadAnswer(io.LimitReader(blanks{}, payfile.MaxAnswerBytes+1), "risposta", today)
	refused(t, err, payfile.AnswerUnreadable)
	if _, err := payfile.ReadAnswer(iotest.ErrReader(io.ErrClosedPipe), "risposta", today); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("got %v", err)
	}
}

type blanks struct{}

func (blanks) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

// TestAnswersToWhatWasWritten: whatever the bank says of each line of an order that was written comes back by its line, and what it does
// not mention is missing.
func TestAnswersToWhatWasWritten(t *testing.T) {
	codes := map[payfile.Kind]string{payfile.Pending: "PDNG", payfile.Accepted: "ACSP", payfile.Executed: "ACSC", payfile.Credited: "ACCC", payfile.Rejected: "RJCT", "": ""}
	kinds := []payfile.Kind{payfile.Pending, payfile.Accepted, payfile.Executed, payfile.Credited, payfile.Rejected, ""}
	rapid.Check(t, func(t *rapid.T) {
		o := order(rapid.IntRange(1, 30).Draw(t, "lines"))
		want := map[string]payfile.Kind{}
		var b strings.Builder
		for _, l := range o.Lines {
			l.Amount = money.Cents(rapid.Int64Range(1, int64(payfile.MaxAmount)).Draw(t, "amount"))
			o.Lines[len(want)] = l
			kind := rapid.SampledFrom(kinds).Draw(t, "kind")
			if want[l.EndToEndID] = kind; kind != "" {
				fmt.Fprintf(&b, `<TxInfAndSts><OrgnlEndToEndId>%s</OrgnlEndToEndId><TxSts>%s</TxSts><OrgnlTxRef><Amt><InstdAmt Ccy="EUR">%s</InstdAmt></Amt></OrgnlTxRef></TxInfAndSts>`,
					l.EndToEndID, codes[kind], l.Amount)
			}
		}
		report, err := answer(status("<GrpSts>PART</GrpSts>", "<OrgnlPmtInfAndSts>"+b.String()+"</OrgnlPmtInfAndSts>"))
		if err != nil {
			t.Fatal(err)
		}
		m, err := report.Match(o.Sent())
		if err != nil {
			t.Fatal(err)
		}
		for _, out := range m.Outcomes {
			if want[out.EndToEndID] != out.Kind {
				t.Fatalf("%s is %s, want %s", out.EndToEndID, out.Kind, want[out.EndToEndID])
			}
			delete(want, out.EndToEndID)
		}
		for _, id := range m.Missing {
			if want[id] != "" {
				t.Fatalf("%s is missing, want %s", id, want[id])
			}
			delete(want, id)
		}
		if len(want) > 0 {
			t.Fatalf("neither answered nor missing: %v", want)
		}
	})
}

func TestReasonsSpeak(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range payfile.Reasons() {
		if seen[r.Code] || len(r.Code) != 4 || !r.Cause.Complete() || !r.Cure.Complete() || !r.Owner.Name().Complete() {
			t.Errorf("%+v", r)
		}
		seen[r.Code] = true
	}
	for _, code := range []string{"AC01", "AC04", "AC06", "AG01", "AM04", "BE05", "MD07", "MS02", "MS03", "RR04"} {
		if !seen[code] || payfile.ReasonOf(code).Code != code {
			t.Errorf("%s is not known", code)
		}
	}
	if r := payfile.ReasonOf("ZZ99"); r.Code != "ZZ99" || r.Owner != payfile.OwnerPayer || !r.Cause.Complete() {
		t.Errorf("%+v", r)
	}
	if got := payfile.ReasonOf("AM04").Owner; got != payfile.OwnerPayer {
		t.Errorf("AM04 is cured by %s", got)
	}
}

// TestStatementsRepeatOthersIDs: what other people call their lines is nobody's mistake.
func TestStatementsRepeatOthersIDs(t *testing.T) {
	twice := strings.Replace(example(t, accountDay), "<EndToEndId>NOTPROVIDED<", "<EndToEndId>RENT<", 1)
	twice = strings.Replace(twice, "<CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>PDNG", "<CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK", 1)
	report, err := answer(twice)
	if err != nil {
		t.Fatal(err)
	}
	if m, err := report.Match(order(3).Sent()); err != nil || len(m.Others) != 2 || len(m.Outcomes) != 3 {
		t.Errorf("%+v, %v", m, err)
	}
}

// TestManyElementsAreRefused: a small file of many elements would fill the memory.
func TestManyElementsAreRefused(t *testing.T) {
	_, err := answer("<a>" + strings.Repeat("<b/>", 1_000_000) + "</a>")
	refused(t, err, payfile.AnswerUnreadable)
}

// FuzzReadAnswer: whatever comes gives a report that matches without panic, or a refusal, never a fault.
func FuzzReadAnswer(f *testing.F) {
	for _, name := range examples {
		f.Add([]byte(example(f, name)))
	}
	for _, s := range []string{status("<GrpSts>RJCT</GrpSts>", ""), "<Document/>", answerHeader + "K000;2026/118;12/11/2026;PAGATO;;500,00\n", "order_key,outcome\nK,\"REJECTED\"\n", "PK\x03\x04"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		report, err := payfile.ReadAnswer(bytes.NewReader(data), "f", today)
		if err != nil {
			codes(t, err)
			return
		}
		for _, sent := range []payfile.Sent{order(4).Sent(), list(2).Sent()} {
			m, err := report.Match(sent)
			if codes(t, err); len(m.Missing) > len(sent.Lines) {
				t.Fatalf("%+v", m)
			}
		}
	})
}
