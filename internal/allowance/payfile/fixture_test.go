package payfile_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lavoroincorso/lavoro/internal/allowance/payfile"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/fiscal"
	"github.com/lavoroincorso/lavoro/internal/values/money"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

const cup = fiscal.CUP("C11G06000000001")

// order is a good order of so many lines.
func order(lines int) payfile.Order {
	o := payfile.Order{MessageID: "RUN-2026-10-A", Created: time.Date(2026, 11, 10, 8, 30, 0, 0, time.UTC), Execution: calendar.MustDay("2026-11-12"),
		Debtor: payfile.Debtor{Name: "Pegaso Società Cooperativa", IBAN: "IT60X0542811101000000123456", CUC: "0A1B2C3D"}}
	for i := range lines {
		o.Lines = append(o.Lines, line(i))
	}
	return o
}

func line(i int) payfile.Line {
	account := strings.Repeat("0", 9) + string(rune('0'+i/100%10)) + string(rune('0'+i/10%10)) + string(rune('0'+i%10))
	return payfile.Line{EndToEndID: "L" + account, Holder: "Niccolò D’Angelo", IBAN: fiscal.IBAN(fiscal.MakeItalianIBAN("05428", "11101", account)),
		Amount: money.Cents(50000 + i), CUP: cup, Month: calendar.MustMonth("2026-10"), Wording: "Indennità di partecipazione"}
}

// formats are both ways to write an order, with the schema of each.
var formats = map[string]func(payfile.Order) ([]byte, payfile.Control, error){
	"pain.001.001.09": payfile.Order.Pain, "CBIPaymentRequest.00.04.01": payfile.Order.CBI,
}

// valid holds a message against its published schema. Without $PAYMENT_SCHEMAS it skips, and so belongs into a subtest of its own.
func valid(t *testing.T, schema string, message []byte) {
	t.Helper()
	dir := os.Getenv("PAYMENT_SCHEMAS")
	if dir == "" {
		t.Skip("PAYMENT_SCHEMAS is not set: the message is not held against " + schema + ".xsd")
	}
	cmd := exec.CommandContext(t.Context(), "xmllint", "--noout", "--nonet", "--schema", filepath.Join(dir, schema+".xsd"), "-")
	cmd.Stdin = bytes.NewReader(message)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// codes are the codes of a refusal, in order.
func codes(t *testing.T, err error) []string {
	t.Helper()
	if err == nil {
		return nil
	}
	list, ok := refusal.As(err)
	if !ok {
		t.Fatalf("a fault, not a refusal: %v", err)
	}
	var out []string
	for _, r := range list {
		out = append(out, r.Code)
	}
	return out
}

// refused checks that the first refusal is the code at the path, and that it speaks both languages without leaving a placeholder.
func refused(t *testing.T, err error, code *refusal.Code, path ...string) {
	t.Helper()
	var list refusal.List
	if !errors.As(err, &list) || len(list) == 0 || !list[0].Has(code) || len(path) > 0 && !slices.Equal(list[0].Path, path) {
		t.Errorf("got %v, want %s at %v", err, code, path)
		return
	}
	for _, lang := range []string{"it", "en"} {
		said := list[0].Localized(lang)
		if strings.Contains(said.Message+said.Cure+said.CuredBy, "{") {
			t.Errorf("%s leaves a placeholder: %q", code, said.Message)
		}
	}
}

func cents(c money.Cents) *money.Cents { return &c }
