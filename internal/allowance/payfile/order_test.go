package payfile_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/lavoroincorso/lavoro/internal/allowance/payfile"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/fiscal"
	"github.com/lavoroincorso/lavoro/internal/values/money"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// message is an order as anybody would read it back: by names, without the writer's own types.
type message struct {
	Header  header  `xml:"CstmrCdtTrfInitn>GrpHdr"`
	Payment payment `xml:"CstmrCdtTrfInitn>PmtInf"`
	// CBI has no envelope.
	CBIHeader  header  `xml:"GrpHdr"`
	CBIPayment payment `xml:"PmtInf"`
}

type header struct {
	MessageID string `xml:"MsgId"`
	Created   string `xml:"CreDtTm"`
	Lines     int    `xml:"NbOfTxs"`
	Sum       string `xml:"CtrlSum"`
	CUC       string `xml:"InitgPty>Id>OrgId>Othr>Id"`
}

type payment struct {
	ID        string `xml:"PmtInfId"`
	Batch     string `xml:"BtchBookg"`
	Execution string `xml:"ReqdExctnDt>Dt"`
	Debtor    string `xml:"Dbtr>Nm"`
	IBAN      string `xml:"DbtrAcct>Id>IBAN"`
	ABI       string `xml:"DbtrAgt>FinInstnId>ClrSysMmbId>MmbId"`
	BIC       string `xml:"DbtrAgt>FinInstnId>BICFI"`
	Transfers []struct {
		Number     string `xml:"PmtId>InstrId"`
		EndToEndID string `xml:"PmtId>EndToEndId"`
		Amount     struct {
			Currency string `xml:"Ccy,attr"`
			Value    string `xml:",chardata"`
		} `xml:"Amt>InstdAmt"`
		Holder string `xml:"Cdtr>Nm"`
		IBAN   string `xml:"CdtrAcct>Id>IBAN"`
		Text   string `xml:"RmtInf>Ustrd"`
	} `xml:"CdtTrfTxInf"`
}

func read(t interface{ Fatal(...any) }, data []byte) (header, payment) {
	var m message
	if err := xml.Unmarshal(data, &m); err != nil {
		t.Fatal(err)
	}
	if m.CBIHeader.MessageID != "" {
		return m.CBIHeader, m.CBIPayment
	}
	return m.Header, m.Payment
}

func TestOrderIsWrittenWhole(t *testing.T) {
	for format, write := range formats {
		t.Run(format, func(t *testing.T) {
			data, control, err := write(order(3))
			if err != nil {
				t.Fatal(err)
			}
			h, p := read(t, data)
			if want := (header{"RUN-2026-10-A", "2026-11-10T09:30:00+01:00", 3, "1500.03", "0A1B2C3D"}); h != want {
				t.Errorf("header %+v, want %+v", h, want)
			}
			if p.ID != h.MessageID || p.Batch != "false" || p.Execution != "2026-11-12" || p.Debtor != "Pegaso Societa Cooperativa" || p.IBAN != "IT60X0542811101000000123456" {
				t.Errorf("payment %+v", p)
			}
			if cbi := strings.HasPrefix(format, "CBI"); cbi != (p.ABI == "05428") {
				t.Errorf("ABI %q", p.ABI)
			}
			second := p.Transfers[1]
			if second.Number != "2" || second.EndToEndID != "L000000000001" || second.Amount.Value != "500.01" || second.Amount.Currency != "EUR" ||
				second.Holder != "Niccolo D'Angelo" || second.IBAN != string(order(2).Lines[1].IBAN) || second.Text != "CUP C11G06000000001 10/2026 Indennita di partecipazione" {
				t.Errorf("transfer %+v", second)
			}
			sum := sha256.Sum256(data)
			if want := (payfile.Control{Lines: 3, Total: 150003, Hash: hex.EncodeToString(sum[:])}); control != want {
				t.Errorf("control %+v, want %+v", control, want)
			}
			again, _, err := write(order(3))
			if err != nil || !bytes.Equal(again, data) {
				t.Errorf("the same order gives other bytes, %v", err)
			}
		})
	}
}

func TestOrderIsValid(t *testing.T) {
	for format, write := range formats {
		for name, change := range map[string]func(*payfile.Order){
			"plain": func(*payfile.Order) {}, "BIC": func(o *payfile.Order) { o.Debtor.BIC = "BPMOIT22XXX" }, "one debit": func(o *payfile.Order) { o.OneDebit = true },
			"nothing more":   func(o *payfile.Order) { o.Lines[0].Wording = "" },
			"largest amount": func(o *payfile.Order) { o.Lines[0].Amount = payfile.MaxAmount },
			"longest texts": func(o *payfile.Order) {
				o.Lines[0].Holder, o.Debtor.Name = strings.Repeat("a", 70), strings.Repeat("b", 70)
			},
			"foreign accounts": func(o *payfile.Order) { o.Lines[0].IBAN = "MT84MALT011000012345MTLCAST001S" },
		} {
			t.Run(format+"/"+name, func(t *testing.T) {
				o := order(2)
				change(&o)
				data, _, err := write(o)
				if err != nil {
					t.Fatal(err)
				}
				valid(t, format, data)
			})
		}
	}
	t.Run("pain without CUC", func(t *testing.T) {
		o := order(1)
		o.Debtor.CUC = ""
		data, _, err := o.Pain()
		if err != nil {
			t.Fatal(err)
		}
		valid(t, "pain.001.001.09", data)
	})
}

func TestOrderRefusals(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*payfile.Order)
		code   *refusal.Code
		path   []string
	}{
		"no message id":   {func(o *payfile.Order) { o.MessageID = "" }, payfile.IDInvalid, []string{"messageId"}},
		"long message id": {func(o *payfile.Order) { o.MessageID = strings.Repeat("x", 36) }, payfile.IDInvalid, []string{"messageId"}},
		"slash at end":    {func(o *payfile.Order) { o.Lines[1].EndToEndID = "A/" }, payfile.IDInvalid, []string{"lines", "1", "endToEndId"}},
		"two slashes":     {func(o *payfile.Order) { o.Lines[1].EndToEndID = "A//B" }, payfile.IDInvalid, []string{"lines", "1", "endToEndId"}},
		"blank in id":     {func(o *payfile.Order) { o.Lines[1].EndToEndID = "A B" }, payfile.IDInvalid, []string{"lines", "1", "endToEndId"}},
		"accent in id":    {func(o *payfile.Order) { o.Lines[1].EndToEndID = "è" }, payfile.IDInvalid, []string{"lines", "1", "endToEndId"}},
		"id twice":        {func(o *payfile.Order) { o.Lines[1].EndToEndID = o.Lines[0].EndToEndID }, payfile.IDTwice, []string{"lines", "1", "endToEndId"}},
		"no payer":        {func(o *payfile.Order) { o.Debtor.Name = " " }, payfile.TextEmpty, []string{"debtor", "name"}},
		"payer's account": {func(o *payfile.Order) { o.Debtor.IBAN = "IT60X0542811101000000123457" }, payfile.AccountInvalid, []string{"debtor", "iban"}},
		"BIC":             {func(o *payfile.Order) { o.Debtor.BIC = "BPMO" }, payfile.BICInvalid, []string{"debtor", "bic"}},
		"CUC":             {func(o *payfile.Order) { o.Debtor.CUC = "abc" }, payfile.CUCInvalid, []string{"debtor", "cuc"}},
		"no day":          {func(o *payfile.Order) { o.Execution = calendar.Day{} }, payfile.DayInvalid, []string{"execution"}},
		"day gone by":     {func(o *payfile.Order) { o.Execution = calendar.MustDay("2026-11-09") }, payfile.DayInvalid, []string{"execution"}},
		"no lines":        {func(o *payfile.Order) { o.Lines = nil }, payfile.OrderEmpty, []string{"lines"}},
		"too many lines":  {func(o *payfile.Order) { o.Lines = make([]payfile.Line, payfile.MaxLines+1) }, payfile.OrderTooLarge, []string{"lines"}},
		"nothing":         {func(o *payfile.Order) { o.Lines[0].Amount = 0 }, payfile.AmountInvalid, []string{"lines", "0", "amount"}},
		"less":            {func(o *payfile.Order) { o.Lines[0].Amount = -1 }, payfile.AmountInvalid, []string{"lines", "0", "amount"}},
		"too much":        {func(o *payfile.Order) { o.Lines[0].Amount = payfile.MaxAmount + 1 }, payfile.AmountInvalid, []string{"lines", "0", "amount"}},
		"16 in the CUP":   {func(o *payfile.Order) { o.Lines[0].CUP = "J89G24000300006R" }, payfile.CUPInvalid, []string{"lines", "0", "cup"}},
		"no month":        {func(o *payfile.Order) { o.Lines[0].Month = calendar.Month{} }, payfile.MonthMissing, []string{"lines", "0", "month"}},
		"long wording":    {func(o *payfile.Order) { o.Lines[0].Wording = strings.Repeat("x", 113) }, payfile.TextLong, []string{"lines", "0", "wording"}},
	} {
		t.Run(name, func(t *testing.T) {
			for _, write := range formats {
				o := order(2)
				c.change(&o)
				_, _, err := write(o)
				refused(t, err, c.code, c.path...)
				if n := len(codes(t, err)); n != 1 {
					t.Errorf("%d refusals for one fault: %v", n, err)
				}
			}
		})
	}
}

func TestEveryLineAtFaultIsNamed(t *testing.T) {
	o := order(3)
	o.Lines[0].Holder, o.Lines[2].IBAN, o.Lines[2].Amount = "Анна", "IT00", 0
	_, _, err := o.Pain()
	if got, want := codes(t, err), []string{"PAYMENT_TEXT_CHARACTER", "PAYMENT_ACCOUNT_INVALID", "PAYMENT_AMOUNT_INVALID"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	list, _ := refusal.As(err)
	if said := list[0].Localized("it").Message; said != "Riga 1: il nome dell'intestatario contiene U+0410 (cirillico), che le banche non accettano." {
		t.Errorf("%q", said)
	}
	if said := list[1].Localized("en"); said.Message != "Line 3: the IBAN does not have the length of its country (27 characters for Italy)." || said.CuredBy != "whoever records payment details" {
		t.Errorf("%+v", said)
	}
}

func TestCBINeedsAnItalianPayer(t *testing.T) {
	o := order(1)
	o.Debtor.CUC, o.Debtor.IBAN = "", "DE89370400440532013000"
	_, _, err := o.CBI()
	if got, want := codes(t, err), []string{"PAYMENT_CUC_INVALID", "PAYMENT_ACCOUNT_NOT_ITALIAN"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if _, _, err := o.Pain(); err != nil {
		t.Errorf("pain.001 needs neither: %v", err)
	}
}

// called is what people are called; anything is also what they are not.
var (
	called = rapid.OneOf(rapid.StringMatching(`[A-Z][A-Za-zàèéìòùçñšł'’. -]{1,60}`),
		rapid.SampledFrom([]string{"Đỗ Thị Hòa", "Þórdís Sævarsdóttir", "João", "O’Neill & C.", "Straße", "ﬁlippo", "Ｍａｒｉｏ"}))
	anything = rapid.OneOf(called, rapid.StringN(1, 80, 200))
)

// TestEveryOrderIsWrittenOrRefused: what is written adds up and reads back, and holds no character that banks refuse; what is refused
// names lines.
func TestEveryOrderIsWrittenOrRefused(t *testing.T) {
	wrote := 0
	rapid.Check(t, func(t *rapid.T) {
		o := order(rapid.IntRange(1, 8).Draw(t, "lines"))
		names := rapid.SampledFrom([]*rapid.Generator[string]{called, anything}).Draw(t, "names")
		for i := range o.Lines {
			l := &o.Lines[i]
			l.Holder, l.Wording = names.Draw(t, "holder"), names.Draw(t, "wording")
			l.Amount = money.Cents(rapid.Int64Range(1, int64(payfile.MaxAmount)).Draw(t, "amount"))
		}
		for format, write := range formats {
			data, control, err := write(o)
			if err != nil {
				list, ok := refusal.As(err)
				if !ok || len(list) == 0 || len(list[0].Path) == 0 || data != nil {
					t.Fatalf("%s: %v", format, err)
				}
				continue
			}
			agrees(t, o, data, control)
			wrote++
		}
	})
	if wrote == 0 {
		t.Error("nothing was written")
	}
	t.Logf("%d orders were written", wrote)
}

func agrees(t *rapid.T, o payfile.Order, data []byte, control payfile.Control) {
	h, p := read(t, data)
	var sum money.Cents
	for i, l := range o.Lines {
		got := p.Transfers[i]
		sum += l.Amount
		if got.EndToEndID != l.EndToEndID || got.IBAN != string(l.IBAN) || got.Amount.Value != l.Amount.String() || got.Number != fmt.Sprint(i+1) {
			t.Fatalf("line %d: %+v is not %+v", i, got, l)
		}
		if bad := strings.Trim(got.Holder+got.Text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/-?:().,'+ "); bad != "" ||
			len(got.Holder) > 70 || got.Holder == "" || len(got.Text) > 140 || !strings.HasPrefix(got.Text, "CUP "+string(l.CUP)+" 10/2026") {
			t.Fatalf("line %d: %q, %q", i, got.Holder, got.Text)
		}
		if strings.EqualFold(l.Holder, got.Holder) != (l.Holder == got.Holder) {
			t.Fatalf("capitals changed: %q, %q", l.Holder, got.Holder)
		}
	}
	if sum != control.Total || h.Sum != sum.String() || h.Lines != len(o.Lines) || control.Lines != len(o.Lines) {
		t.Fatalf("totals: %+v, %+v, want %s", h, control, sum)
	}
}

func TestSentNamesEveryLine(t *testing.T) {
	sent := order(2).Sent()
	if sent.MessageID != "RUN-2026-10-A" || len(sent.Lines) != 2 || sent.Lines[1] != (payfile.SentLine{EndToEndID: "L000000000001", Amount: 50001}) {
		t.Errorf("%+v", sent)
	}
}

func FuzzOrder(f *testing.F) {
	f.Add("Niccolò D’Angelo", "Indennità", "IT60X0542811101000000123456", "L1", int64(100))
	f.Add("\x00", "\u202e", "de89 3704", "//", int64(-1))
	f.Fuzz(func(t *testing.T, holder, wording, iban, id string, amount int64) {
		o := order(1)
		o.Lines[0] = payfile.Line{EndToEndID: id, Holder: holder, IBAN: fiscal.IBAN(iban), Amount: money.Cents(amount), CUP: cup, Month: calendar.MustMonth("2026-10"), Wording: wording}
		for _, write := range formats {
			data, _, err := write(o)
			if err != nil {
				codes(t, err)
				continue
			}
			if _, p := read(t, data); p.Transfers[0].EndToEndID != id || p.Transfers[0].Amount.Value != money.Cents(amount).String() {
				t.Fatalf("%+v", p.Transfers[0])
			}
		}
	})
}
