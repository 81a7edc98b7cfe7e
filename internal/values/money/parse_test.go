package money_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/lavoroincorso/lavoro/internal/values/money"
)

func TestParseEUR(t *testing.T) {
	for in, want := range map[string]money.Cents{
		"1513758.58":            151375858,
		"1.513.758,58":          151375858,
		"1,513,758.58":          151375858,
		"1.513.758":             151375800,
		"1,513,758":             151375800,
		"1.513,58":              151358,
		"500":                   50000,
		"€ 500,00":              50000,
		"500,00 €":              50000,
		"500.00 EUR":            50000,
		"EUR 500":               50000,
		"500,00\u00a0€":         50000,
		"500,00\u202f€":         50000,
		"0,5":                   50,
		"0.05":                  5,
		"-12,30":                -1230,
		"-€12.30":               -1230,
		"€ -12.30":              -1230,
		"-0":                    0,
		" 7 ":                   700,
		"90071992547409.91":     money.Limit,
		"-90071992547409,91":    -money.Limit,
		"90.071.992.547.409,91": money.Limit,
	} {
		if got, err := money.ParseEUR(in); err != nil || got != want {
			t.Errorf("ParseEUR(%q) = %d, %v; want %d", in, got, err, want)
		}
	}
}

func TestParseEURRefuses(t *testing.T) {
	for in, want := range map[string]string{
		"1.513":                            "AMOUNT_AMBIGUOUS",
		"1,513":                            "AMOUNT_AMBIGUOUS",
		"€ 1.513":                          "AMOUNT_AMBIGUOUS",
		"":                                 "AMOUNT_FORMAT",
		"€":                                "AMOUNT_FORMAT",
		"abc":                              "AMOUNT_FORMAT",
		"12.":                              "AMOUNT_FORMAT",
		",50":                              "AMOUNT_FORMAT",
		"1.2345":                           "AMOUNT_FORMAT",
		"1.513,585":                        "AMOUNT_FORMAT",
		"1.51.758,58":                      "AMOUNT_FORMAT",
		"1513.758,58":                      "AMOUNT_FORMAT",
		"0.513.758,58":                     "AMOUNT_FORMAT",
		"1.513,758.58":                     "AMOUNT_FORMAT",
		"1.513.758.58":                     "AMOUNT_FORMAT",
		"1,5.3,400":                        "AMOUNT_FORMAT",
		"--5":                              "AMOUNT_FORMAT",
		"-€-5":                             "AMOUNT_FORMAT",
		"+5":                               "AMOUNT_FORMAT",
		"€5€":                              "AMOUNT_FORMAT",
		"5 00":                             "AMOUNT_FORMAT",
		"1e5":                              "AMOUNT_FORMAT",
		"$5":                               "AMOUNT_FORMAT",
		"٥":                                "AMOUNT_FORMAT",
		"90071992547409.92":                outOfRange,
		"99999999999999999999999999999999": outOfRange,
	} {
		got, err := money.ParseEUR(in)
		var why *money.Error
		if !errors.As(err, &why) || why.Code != want || got != 0 {
			t.Errorf("ParseEUR(%q) = %d, %v; want %s", in, got, err, want)
			continue
		}
		if !why.Cause().Complete() || in != "" && strings.Contains(why.Error(), in) {
			t.Errorf("%q: poor cause, or the error repeats the value", in)
		}
	}
}

func FuzzParseEUR(f *testing.F) {
	for _, s := range []string{"1513758.58", "1.513.758,58", "€ 500,00", "1.513", "-5", "1,513,758.58"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := money.ParseEUR(s)
		if err != nil {
			return
		}
		if !got.Valid() {
			t.Fatalf("%q gives %d, beyond the limit", s, got)
		}
		for _, written := range []string{got.String(), got.Format("it"), got.Format("en")} {
			if again, err := money.ParseEUR(written); err != nil || again != got {
				t.Fatalf("%q gives %d, whose form %q gives %d, %v", s, got, written, again, err)
			}
		}
	})
}

func FuzzParseCents(f *testing.F) {
	for _, s := range []string{"0", "-1", "9007199254740991", "9007199254740992", "+1", "1_000"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := money.ParseCents(s)
		if err == nil && !got.Valid() {
			t.Fatalf("%q gives %d", s, got)
		}
	})
}
