package payfile_test

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/lavoroincorso/lavoro/internal/allowance/payfile"
	"github.com/lavoroincorso/lavoro/internal/platform/file"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// TestWhatWasSentIsReadBack: amounts, and to whom, of every form that a run is sent by; a holder's name is known however the file spells it.
func TestWhatWasSentIsReadBack(t *testing.T) {
	named := order(3)
	named.Lines[1].Holder = "Đorđe  Ćirić"
	ordered := list(3)
	ordered.Rows[1].Means, ordered.Rows[1].IBAN, ordered.Rows[1].Beneficiary = payfile.MeansCounter, "", "=Σωκράτης"
	files := map[string][]byte{}
	want := map[string][]payfile.Ordered{}
	for name, write := range formats {
		data, _, err := write(named)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = data
		for _, l := range named.Lines {
			want[name] = append(want[name], payfile.Ordered{EndToEndID: l.EndToEndID, Amount: l.Amount, Payee: payfile.PayeeMark(l.EndToEndID, l.Holder, string(l.IBAN))})
		}
	}
	for name, form := range forms {
		data, _, err := form.write(ordered)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = data
		for _, r := range ordered.Rows {
			want[name] = append(want[name], payfile.Ordered{EndToEndID: r.Key, Amount: r.Net, Payee: payfile.PayeeMark(r.Key, r.Beneficiary, string(r.IBAN))})
		}
	}
	for name, data := range files {
		hash, got, err := payfile.ReadSent(bytes.NewReader(data), name)
		if err != nil || len(hash) != 64 || len(got) != len(want[name]) {
			t.Fatalf("%s: %v, %v", name, got, err)
		}
		for i := range got {
			if got[i] != want[name][i] {
				t.Errorf("%s, line %d: %+v, want %+v", name, i, got[i], want[name][i])
			}
		}
		for n := 0; n < len(data)-3; n += 97 {
			if _, _, err := payfile.ReadSent(bytes.NewReader(data[:n]), name); err == nil {
				t.Errorf("%s, cut at %d of %d, is read", name, n, len(data))
			}
		}
	}
	if _, _, err := payfile.ReadSent(strings.NewReader(example(t, partial)), "risposta"); err == nil {
		t.Error("an answer orders payments")
	} else {
		refused(t, err, payfile.SentKindUnknown)
	}
}

// TestAFileThatPaysTwiceIsRefused: of a line twice, of a second block, of sums that are not those of the lines, the first is named, in every form.
func TestAFileThatPaysTwiceIsRefused(t *testing.T) {
	between := func(s, from, to string) string {
		a := strings.Index(s, from)
		return s[a : a+strings.Index(s[a:], to)+len(to)]
	}
	for format, write := range formats {
		data, _, err := write(order(2))
		if err != nil {
			t.Fatal(err)
		}
		whole := string(data)
		line, block := between(whole, "<CdtTrfTxInf>", "</CdtTrfTxInf>"), between(whole, "<PmtInf>", "</PmtInf>")
		account := between(line, "<CdtrAcct>", "</CdtrAcct>")
		counted := func(s string) string { // the sums of three lines
			return strings.ReplaceAll(strings.ReplaceAll(s, "<NbOfTxs>2<", "<NbOfTxs>3<"), ">1000.01<", ">1500.01<")
		}
		for what, c := range map[string]struct {
			text string
			want *refusal.Code
		}{
			"a line twice":             {counted(strings.Replace(whole, line, line+line, 1)), payfile.SentLineTwice},
			"a line more":              {strings.Replace(whole, line, line+strings.Replace(line, "<EndToEndId>L", "<EndToEndId>M", 1), 1), payfile.SentTotalsDiffer},
			"a second block":           {strings.Replace(whole, block, block+strings.ReplaceAll(block, "<EndToEndId>L", "<EndToEndId>M"), 1), payfile.SentManyParts},
			"an empty block":           {strings.Replace(whole, block, block+"<PmtInf/>", 1), payfile.SentManyParts},
			"a line beside the block":  {strings.Replace(whole, block, line+block, 1), payfile.SentManyParts},
			"two accounts of a line":   {strings.Replace(whole, account, account+account, 1), payfile.AnswerValue},
			"another sum":              {strings.Replace(whole, "<CtrlSum>1000.01<", "<CtrlSum>1000.02<", 1), payfile.SentTotalsDiffer},
			"another number of lines":  {strings.Replace(whole, "<NbOfTxs>2<", "<NbOfTxs>1<", 1), payfile.SentTotalsDiffer},
			"no number of lines":       {strings.Replace(whole, "<NbOfTxs>2</NbOfTxs>", "", 1), payfile.AnswerValue},
			"another sum of the block": {strings.Replace(whole, "<PmtMtd>TRF</PmtMtd>", "<PmtMtd>TRF</PmtMtd><CtrlSum>1.00</CtrlSum>", 1), payfile.SentTotalsDiffer},
		} {
			if c.text == whole {
				t.Fatalf("%s, %s: nothing was changed", format, what)
			}
			_, lines, err := payfile.ReadSent(strings.NewReader(c.text), format)
			if err == nil {
				t.Errorf("%s, %s: %v", format, what, lines)
				continue
			}
			refused(t, err, c.want)
		}
	}
	for name, form := range forms {
		data, _, err := form.write(list(2))
		if err != nil {
			t.Fatal(err)
		}
		rows := table(t, form.read, data, name)
		for what, c := range map[string]struct {
			change func([][]string) [][]string
			want   *refusal.Code
		}{
			"a row twice": {func(r [][]string) [][]string {
				r[2][1], r[2][7] = "3", "1499,99"
				return [][]string{r[0], r[0], r[1], r[2]}
			}, payfile.SentLineTwice},
			"another sum": {func(r [][]string) [][]string { r[2][7] = "999,98"; return r }, payfile.AnswerRow},
			"no totals":   {func(r [][]string) [][]string { return r[:2] }, payfile.AnswerCut},
		} {
			sheet := file.Sheet{Name: "orders"}
			for _, column := range listColumns {
				sheet.Columns = append(sheet.Columns, column.Name)
			}
			for _, row := range c.change(rows()) {
				cells := make([]any, len(row))
				for i := range row {
					cells[i] = row[i]
				}
				sheet.Rows = append(sheet.Rows, cells)
			}
			write := file.Sheet.CSV
			if name == "XLSX" {
				write = file.Sheet.Workbook
			}
			data, err := write(sheet)
			if err != nil {
				t.Fatal(err)
			}
			_, lines, err := payfile.ReadSent(bytes.NewReader(data), name)
			if err == nil {
				t.Errorf("%s, %s: %v", name, what, lines)
				continue
			}
			refused(t, err, c.want)
		}
	}
}

// table gives the rows of a list as cells, anew each time.
func table(t *testing.T, read func(io.Reader, string, []file.Column) (*file.Table, error), data []byte, name string) func() [][]string {
	t.Helper()
	return func() (rows [][]string) {
		read, err := read(bytes.NewReader(data), name, listColumns)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range read.Rows {
			cells := make([]string, len(listColumns))
			for i, column := range listColumns {
				cells[i] = row.Text(column.Name)
			}
			rows = append(rows, cells)
		}
		return rows
	}
}

// TestThePayeesMark: it is of this transfer, this name and this account.
func TestThePayeesMark(t *testing.T) {
	of := payfile.PayeeMark("L1", "Niccolò D’Angelo", "IT60X0542811101000000123456")
	if same := payfile.PayeeMark("L1", " Niccolo  D'Angelo", "it60 x054 2811 1010 0000 0123 456"); same != of {
		t.Error("the same payee spelled otherwise has another mark")
	}
	for what, other := range map[string]string{"transfer": payfile.PayeeMark("L2", "Niccolò D’Angelo", "IT60X0542811101000000123456"), "name": payfile.PayeeMark("L1", "Niccola D’Angelo", "IT60X0542811101000000123456"),
		"account": payfile.PayeeMark("L1", "Niccolò D’Angelo", "IT60X0542811101000000123457"), "way": payfile.PayeeMark("L1", "Niccolò D’Angelo", "")} {
		if other == of {
			t.Errorf("another %s has the same mark", what)
		}
	}
}

// FuzzReadSent takes whatever comes: it is read, or refused.
func FuzzReadSent(f *testing.F) {
	for _, write := range formats {
		data, _, err := write(order(2))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	data, _, err := list(2).CSV()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte("<PmtInf><CdtTrfTxInf><Amt><InstdAmt Ccy=\"USD\">1</InstdAmt></Amt></CdtTrfTxInf></PmtInf>"))
	f.Fuzz(func(t *testing.T, data []byte) {
		_, lines, err := payfile.ReadSent(bytes.NewReader(data), "inviato")
		if _, known := refusal.As(err); err != nil && !known {
			t.Fatalf("no refusal: %v", err)
		}
		for _, l := range lines {
			if err == nil && (l.EndToEndID == "" || !l.Amount.Valid()) {
				t.Fatalf("%+v", l)
			}
		}
	})
}
