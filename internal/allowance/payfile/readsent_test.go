package payfile_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/lavoroincorso/lavoro/internal/allowance/payfile"
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
