package payfile_test

import (
	"bytes"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"

	"github.com/lavoroincorso/lavoro/internal/allowance/payfile"
	"github.com/lavoroincorso/lavoro/internal/platform/file"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/money"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

func list(rows int) payfile.List {
	var l payfile.List
	for i := range rows {
		l.Rows = append(l.Rows, payfile.ListRow{Key: fmt.Sprintf("K%03d", i), Beneficiary: "Niccolò D’Angelo", Means: payfile.MeansIBAN, IBAN: line(i).IBAN,
			Gross: 50000, Withheld: money.Cents(i), Net: money.Cents(50000 - i), CUP: cup, BudgetLine: "2.1 indennità", Wording: "Indennità ottobre 2026"})
	}
	return l
}

// forms are both ways to write a list, with the reader of each.
var forms = map[string]struct {
	write func(payfile.List) ([]byte, payfile.ListControl, error)
	read  func(io.Reader, string, []file.Column) (*file.Table, error)
}{
	"CSV": {payfile.List.CSV, file.Read}, "XLSX": {payfile.List.Workbook, file.ReadWorkbook},
}

var listColumns = []file.Column{{Name: "order_key"}, {Name: "beneficiary"}, {Name: "means"}, {Name: "iban"}, {Name: "gross"}, {Name: "withheld"}, {Name: "recovered"}, {Name: "net"},
	{Name: "cup"}, {Name: "budget_line"}, {Name: "wording"}}

func TestListAsCSV(t *testing.T) {
	l := list(2)
	l.Rows[1].Means, l.Rows[1].IBAN, l.Rows[1].Beneficiary = payfile.MeansPostal, "", "=HYPERLINK(\"http://x\")"
	l.Rows[1].Recovered, l.Rows[1].Net = 3, 49996
	data, control, err := l.CSV()
	if err != nil {
		t.Fatal(err)
	}
	want := "\ufefforder_key;beneficiary;means;iban;gross;withheld;recovered;net;cup;budget_line;wording\r\n" +
		"K000;Niccolò D’Angelo;IBAN;" + string(l.Rows[0].IBAN) + ";500,00;0,00;0,00;500,00;C11G06000000001;2.1 indennità;Indennità ottobre 2026\r\n" +
		"K001;\"'=HYPERLINK(\"\"http://x\"\")\";POSTAL;;500,00;0,01;0,03;499,96;C11G06000000001;2.1 indennità;Indennità ottobre 2026\r\n" +
		"TOTAL;2;;;1000,00;0,01;0,03;999,96;;;\r\n"
	if string(data) != want {
		t.Errorf("got %s", data)
	}
	if control.Lines != 2 || control.Gross != 100000 || control.Held != 1 || control.Back != 3 || control.Total != 99996 || len(control.Hash) != 64 {
		t.Errorf("%+v", control)
	}
}

func TestSameListGivesSameBytes(t *testing.T) {
	for name, form := range forms {
		first, control, err := form.write(list(20))
		if err != nil {
			t.Fatal(err)
		}
		for range 5 {
			if again, same, err := form.write(list(20)); err != nil || !bytes.Equal(again, first) || same != control {
				t.Errorf("%s: other bytes, %v", name, err)
			}
		}
	}
}

// TestListReadsBack: in both forms every cell reads back as it was, and the totals are the sums.
func TestListReadsBack(t *testing.T) {
	texts := rapid.OneOf(rapid.StringMatching(`[=+@'-]{0,3}[A-Za-zàèé ;"'=]{0,20}[a-z]`), rapid.SampledFrom([]string{"=1+1", "'=1", "''-x", "-5", "+39 333", "@SUM(A1)", "a;b", `"`, "Анна", "😀", "1e3", "00012", "2026-01-01"}))
	rapid.Check(t, func(t *rapid.T) {
		l := list(rapid.IntRange(1, 5).Draw(t, "rows"))
		var net money.Cents
		for i := range l.Rows {
			r := &l.Rows[i]
			r.Beneficiary, r.BudgetLine, r.Wording = texts.Draw(t, "beneficiary"), texts.Draw(t, "budget"), texts.Draw(t, "wording")
			r.Net = money.Cents(rapid.Int64Range(1, int64(payfile.MaxAmount)/2).Draw(t, "net"))
			r.Withheld = money.Cents(rapid.Int64Range(-int64(payfile.MaxAmount)/4, int64(payfile.MaxAmount)/4).Draw(t, "withheld"))
			r.Recovered = money.Cents(rapid.Int64Range(0, int64(payfile.MaxAmount)/4).Draw(t, "recovered"))
			r.Gross = r.Net + r.Withheld + r.Recovered
			net += r.Net
		}
		for name, form := range forms {
			data, control, err := form.write(l)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			table, err := form.read(bytes.NewReader(data), name, listColumns)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			readsBack(t, l, table)
			total, err := money.ParseEUR(table.Rows[len(l.Rows)].Text("net"))
			if err != nil || total != net || control.Total != net || table.Hash != control.Hash {
				t.Fatalf("%s: total %s, %+v, want %s", name, total, control, net)
			}
		}
	})
}

func readsBack(t *rapid.T, l payfile.List, table *file.Table) {
	for i, want := range l.Rows {
		row := table.Rows[i]
		for column, text := range map[string]string{"order_key": want.Key, "beneficiary": want.Beneficiary, "budget_line": want.BudgetLine, "wording": want.Wording, "iban": string(want.IBAN)} {
			if got := row.Text(column); strings.TrimSpace(file.Unguarded(got)) != strings.TrimSpace(text) && got != strings.TrimSpace(text) {
				t.Fatalf("row %d, %s: %q, want %q", i, column, got, text)
			}
		}
		for column, amount := range map[string]money.Cents{"gross": want.Gross, "withheld": want.Withheld, "recovered": want.Recovered, "net": want.Net} {
			if got, err := money.ParseEUR(row.Text(column)); err != nil || got != amount {
				t.Fatalf("row %d, %s: %q, want %s, %v", i, column, row.Text(column), amount, err)
			}
		}
	}
}

func TestListRefusals(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*payfile.List)
		code   *refusal.Code
		path   []string
	}{
		"no rows":              {func(l *payfile.List) { l.Rows = nil }, payfile.OrderEmpty, []string{"lines"}},
		"no key":               {func(l *payfile.List) { l.Rows[1].Key = "" }, payfile.IDInvalid, []string{"lines", "1", "key"}},
		"key of the total":     {func(l *payfile.List) { l.Rows[1].Key = "TOTAL" }, payfile.IDInvalid, []string{"lines", "1", "key"}},
		"key that computes":    {func(l *payfile.List) { l.Rows[1].Key = "+1" }, payfile.IDInvalid, []string{"lines", "1", "key"}},
		"key twice":            {func(l *payfile.List) { l.Rows[1].Key = "K000" }, payfile.IDTwice, []string{"lines", "1", "key"}},
		"no beneficiary":       {func(l *payfile.List) { l.Rows[0].Beneficiary = " " }, payfile.TextEmpty, []string{"lines", "0", "beneficiary"}},
		"break in a cell":      {func(l *payfile.List) { l.Rows[0].Beneficiary = "a\nb" }, payfile.TextCharacter, []string{"lines", "0", "beneficiary"}},
		"nothing in a cell":    {func(l *payfile.List) { l.Rows[0].Wording = "a\x00" }, payfile.TextCharacter, []string{"lines", "0", "wording"}},
		"turned about":         {func(l *payfile.List) { l.Rows[0].Beneficiary = "a\u202eb" }, payfile.TextCharacter, []string{"lines", "0", "beneficiary"}},
		"broken letters":       {func(l *payfile.List) { l.Rows[0].Beneficiary = "a\xff" }, payfile.TextCharacter, []string{"lines", "0", "beneficiary"}},
		"long":                 {func(l *payfile.List) { l.Rows[0].BudgetLine = strings.Repeat("è", 71) }, payfile.TextLong, []string{"lines", "0", "budgetLine"}},
		"IBAN":                 {func(l *payfile.List) { l.Rows[0].IBAN = "IT60" }, payfile.AccountInvalid, []string{"lines", "0", "iban"}},
		"no IBAN":              {func(l *payfile.List) { l.Rows[0].IBAN = "" }, payfile.MeansInvalid, []string{"lines", "0", "means"}},
		"counter with IBAN":    {func(l *payfile.List) { l.Rows[0].Means = payfile.MeansCounter }, payfile.MeansInvalid, []string{"lines", "0", "means"}},
		"unknown means":        {func(l *payfile.List) { l.Rows[0].Means = "CASH" }, payfile.MeansInvalid, []string{"lines", "0", "means"}},
		"net that is no net":   {func(l *payfile.List) { l.Rows[0].Net-- }, payfile.NetDiffers, []string{"lines", "0", "net"}},
		"recovered below zero": {func(l *payfile.List) { l.Rows[0].Recovered, l.Rows[0].Net = -1, 50001 }, payfile.AmountInvalid, []string{"lines", "0", "recovered"}},
		"too much given back":  {func(l *payfile.List) { l.Rows[0].Withheld = -payfile.MaxAmount - 1 }, payfile.AmountInvalid, []string{"lines", "0", "withheld"}},
		"CUP":                  {func(l *payfile.List) { l.Rows[0].CUP = "J89G24000300006R" }, payfile.CUPInvalid, []string{"lines", "0", "cup"}},
	} {
		t.Run(name, func(t *testing.T) {
			for _, form := range forms {
				l := list(2)
				c.change(&l)
				_, _, err := form.write(l)
				refused(t, err, c.code, c.path...)
			}
		})
	}
}

const answerHeader = "order_key;order_number;date;outcome;reason;net\n"

// TestListAnswer: one row paid, one refused, one missing.
func TestListAnswer(t *testing.T) {
	report, err := answer(answerHeader + "K000;2026/118;12/11/2026;PAGATO;;500,00\nK001;;;Respinto;AC04;\nK003;2026/119;2026-11-13;in lavorazione;manca la firma;499,97\n")
	if err != nil {
		t.Fatal(err)
	}
	want := []payfile.Outcome{
		{EndToEndID: "K000", Kind: payfile.Executed, Amount: cents(50000), Day: calendar.MustDay("2026-11-12"), Ref: "2026/118"},
		{EndToEndID: "K001", Kind: payfile.Rejected, Reason: "AC04"},
		{EndToEndID: "K003", Kind: payfile.Pending, Amount: cents(49997), Day: calendar.MustDay("2026-11-13"), Ref: "2026/119", Note: "manca la firma"},
	}
	if !reflect.DeepEqual(report.Lines, want) {
		t.Errorf("got %+v", report.Lines)
	}
	m, err := report.Match(list(4).Sent())
	if err != nil || len(m.Outcomes) != 3 || !slices.Equal(m.Missing, []string{"K002"}) {
		t.Errorf("%+v, %v", m, err)
	}
}

func TestListAnswerRefusals(t *testing.T) {
	for name, c := range map[string]struct {
		content string
		code    *refusal.Code
		path    []string
	}{
		"empty":             {"", payfile.AnswerUnreadable, nil},
		"header only":       {answerHeader, payfile.AnswerUnreadable, nil},
		"no key":            {"order_number;outcome\n1;PAID\n", payfile.AnswerUnreadable, nil},
		"unknown column":    {"order_key;nome\nK000;x\n", payfile.AnswerUnreadable, nil},
		"no workbook":       {"PK\x03\x04zip", payfile.AnswerUnreadable, nil},
		"unknown outcome":   {answerHeader + "K000;1;2026-11-12;boh;;\n", payfile.AnswerRow, []string{"rows", "2"}},
		"paid, no number":   {answerHeader + "K000;;2026-11-12;PAID;;\n", payfile.AnswerRow, []string{"rows", "2"}},
		"paid, no day":      {answerHeader + "K000;1;;PAID;;\n", payfile.AnswerRow, []string{"rows", "2"}},
		"impossible day":    {answerHeader + "K000;1;2026-02-30;PAID;;\n", payfile.AnswerRow, []string{"rows", "2"}},
		"paid tomorrow":     {answerHeader + "K000;1;2026-11-14;PAID;;\n", payfile.AnswerRow, []string{"rows", "2"}},
		"back tomorrow":     {answerHeader + "K000;1;14/11/2026;STORNATO;;\n", payfile.AnswerRow, []string{"rows", "2"}},
		"ambiguous amount":  {answerHeader + "K000;1;2026-11-12;PAID;;1.513\n", payfile.AnswerRow, []string{"rows", "2"}},
		"row of three":      {answerHeader + "K000;1;2026-11-12\n", payfile.AnswerRow, []string{"rows", "2"}},
		"row twice":         {answerHeader + "K000;1;2026-11-12;PAID;;\nK000;1;2026-11-12;PAID;;\n", payfile.AnswerLineTwice, []string{"lines", "1"}},
		"rows are missing":  {"order_key;beneficiary;outcome\nK000;x;REJECTED\nTOTAL;2;\n", payfile.AnswerRow, []string{"rows", "3"}},
		"rows after totals": {"order_key;beneficiary;outcome\nK000;x;REJECTED\nTOTAL;1;\nK001;x;REJECTED\n", payfile.AnswerRow, []string{"rows", "3"}},
	} {
		t.Run(name, func(t *testing.T) {
			report, err := answer(c.content)
			refused(t, err, c.code, c.path...)
			if !reflect.DeepEqual(report, payfile.Report{}) {
				t.Errorf("something is taken: %+v", report)
			}
		})
	}
	report, err := answer(answerHeader + "K009;1;2026-11-12;PAID;;\n")
	if err != nil {
		t.Fatal(err)
	}
	_, err = report.Match(list(2).Sent())
	refused(t, err, payfile.AnswerLineUnknown)
	report, err = answer(answerHeader + "K000;1;2026-11-12;PAID;;1,00\n")
	if err != nil {
		t.Fatal(err)
	}
	_, err = report.Match(list(2).Sent())
	refused(t, err, payfile.AnswerAmountDiffers)
}

// TestListComesBackFilledIn: the office adds its columns to the workbook that it got, and types days as days.
func TestListComesBackFilledIn(t *testing.T) {
	data, _, err := list(3).Workbook()
	if err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	day, err := f.NewStyle(&excelize.Style{NumFmt: 14})
	if err != nil {
		t.Fatal(err)
	}
	for cell, value := range map[string]any{"L1": "order_number", "M1": "date", "N1": "outcome", "L2": 118, "M2": 46338, "N2": "PAGATO", "N3": "RESPINTO", "L4": 119, "M4": "12/11/2026", "N4": "PAGATO"} {
		if err := f.SetCellValue("orders", cell, value); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.SetCellStyle("orders", "M2", "M2", day); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		t.Fatal(err)
	}
	report, err := payfile.ReadAnswer(&out, "risposta.xlsx", today)
	if err != nil {
		t.Fatal(err)
	}
	want := []payfile.Outcome{
		{EndToEndID: "K000", Kind: payfile.Executed, Amount: cents(50000), Day: calendar.MustDay("2026-11-12"), Ref: "118"},
		{EndToEndID: "K001", Kind: payfile.Rejected, Amount: cents(49999)},
		{EndToEndID: "K002", Kind: payfile.Executed, Amount: cents(49998), Day: calendar.MustDay("2026-11-12"), Ref: "119"},
	}
	if !reflect.DeepEqual(report.Lines, want) {
		t.Errorf("got %+v", report.Lines)
	}
	if m, err := report.Match(list(3).Sent()); err != nil || len(m.Missing) != 0 {
		t.Errorf("%+v, %v", m, err)
	}
}
