package fiscal_test

import (
	"errors"
	"testing"

	"github.com/lavoroincorso/lavoro/internal/values/fiscal"
)

func TestParseEntityCode(t *testing.T) {
	for in, want := range map[string]string{
		"00743110157": "00743110157", "80005050507": "80005050507", "IT00743110157": "00743110157", " it 0074311 0157": "00743110157",
	} {
		if got, err := fiscal.ParseEntityCode(in); err != nil || got.String() != want {
			t.Errorf("ParseEntityCode(%q) = %q, %v", in, got, err)
		}
	}
	for in, want := range map[string]string{
		"":                 fiscal.CodeEntityLength,
		"00743110158":      fiscal.CodeEntityCheck,
		"0074311015":       fiscal.CodeEntityLength,
		"007431101570":     fiscal.CodeEntityLength,
		"0074311015X":      fiscal.CodeEntityShape,
		"RSSMRA85A01F023U": fiscal.CodeEntityShape,
	} {
		_, err := fiscal.ParseEntityCode(in)
		refused(t, in, err, want)
	}
}

func TestMakeEntityCode(t *testing.T) {
	seen := map[string]bool{}
	for _, serial := range []int{0, 1, 2, 9_999_999, -2} {
		made := fiscal.MakeEntityCode(serial)
		if _, err := fiscal.ParseEntityCode(made); err != nil || seen[made] {
			t.Errorf("serial %d gives %s, %v", serial, made, err)
		}
		seen[made] = true
	}
}

func TestParseIBAN(t *testing.T) {
	for in, want := range map[string]string{
		"IT60X0542811101000000123456":            "IT60X0542811101000000123456",
		"it60 x054 2811 1010 0000 0123 456":      "IT60X0542811101000000123456",
		"DE89 3704 0044 0532 0130 00":            "DE89370400440532013000",
		"LT12 1000 0111 0100 1000":               "LT121000011101001000",
		"BE68 5390 0754 7034":                    "BE68539007547034",
		"FR14 2004 1010 0505 0001 3M02 606":      "FR1420041010050500013M02606",
		"MT84 MALT 0110 0001 2345 MTLC AST0 01S": "MT84MALT011000012345MTLCAST001S",
	} {
		got, err := fiscal.ParseIBAN(in)
		if err != nil || got.String() != want || got.Country() != want[:2] {
			t.Errorf("ParseIBAN(%q) = %q, %v", in, got, err)
		}
	}
	for in, want := range map[string]string{
		"":                            fiscal.CodeIBANShape,
		"IT":                          fiscal.CodeIBANShape,
		"1T60X0542811101000000123456": fiscal.CodeIBANShape,
		"IT60X05428-1101000000123456": fiscal.CodeIBANShape,
		"IT61X0542811101000000123456": fiscal.CodeIBANCheck,
		"IT60X0542811101000000123457": fiscal.CodeIBANCheck,
		"IT60X054281110100000012345":  fiscal.CodeIBANLength,
		"DE8937040044053201300":       fiscal.CodeIBANLength,
		"US64SVBKUS6S3300958879":      fiscal.CodeIBANCountry,
		"IT55Y0542811101000000123456": fiscal.CodeIBANCheck,
	} {
		_, err := fiscal.ParseIBAN(in)
		refused(t, in, err, want)
	}
}

// TestCINIsCheckedApart finds the one check-digit pair under which a wrong CIN passes mod 97.
func TestCINIsCheckedApart(t *testing.T) {
	for tens := range 10 {
		for units := range 10 {
			in := "IT" + string(rune('0'+tens)) + string(rune('0'+units)) + "Y0542811101000000123456"
			if _, err := fiscal.ParseIBAN(in); code(err) == fiscal.CodeIBANCIN {
				return
			} else if err == nil {
				t.Fatalf("%s taken", in)
			}
		}
	}
	t.Error("no check digits led to the CIN")
}

func TestMakeItalianIBAN(t *testing.T) {
	if got := fiscal.MakeItalianIBAN("5428", "11101", "123456"); got != "IT60X0542811101000000123456" {
		t.Errorf("got %s", got)
	}
	for _, c := range [][3]string{{"054281", "11101", "1"}, {"0542A", "11101", "1"}, {"05428", "11101", "1234567890123"}, {"05428", "11101", "12-4"}} {
		if got := fiscal.MakeItalianIBAN(c[0], c[1], c[2]); got != "" {
			t.Errorf("%v gives %s", c, got)
		}
	}
}

func TestMasked(t *testing.T) {
	if got := fiscal.IBAN("IT60X0542811101000000123456").Masked(); got != "IT•••3456" {
		t.Errorf("got %s", got)
	}
	if fiscal.IBAN("").Masked() != "" || fiscal.IBAN("").Country() != "" {
		t.Error("no IBAN shows nothing")
	}
}

func TestParseCUP(t *testing.T) {
	if got, err := fiscal.ParseCUP(" c11g 0600 0000 001 "); err != nil || got.String() != "C11G06000000001" {
		t.Errorf("got %q, %v", got, err)
	}
	for in, want := range map[string]string{
		"":                 fiscal.CodeCUPLength,
		"C11G0600000000":   fiscal.CodeCUPLength,
		"C11G060000000011": fiscal.CodeCUPSixteen,
		"C11G06000000001A": fiscal.CodeCUPSixteen,
		"111G06000000001":  fiscal.CodeCUPShape,
		"C11G0600000000A":  fiscal.CodeCUPShape,
		"ÈÈÈÈÈÈÈÈÈÈÈÈÈÈÈ":  fiscal.CodeCUPShape,
	} {
		_, err := fiscal.ParseCUP(in)
		refused(t, in, err, want)
	}
}

func TestParseATECO(t *testing.T) {
	for _, in := range []string{"88", "88.1", "88.10", "88.10.0", "88.10.00"} {
		if got, err := fiscal.ParseATECO(" " + in + " "); err != nil || got.String() != in {
			t.Errorf("ParseATECO(%q) = %q, %v", in, got, err)
		}
	}
	for _, in := range []string{"", "8", "881", "88.", "88.100", "88.10.000", "88.10.00.1", "Q88", "88,10", "88.10\n.00"} {
		_, err := fiscal.ParseATECO(in)
		refused(t, in, err, fiscal.CodeATECOShape)
	}
}

func TestErrorsMatchByCode(t *testing.T) {
	_, err := fiscal.ParseCUP("")
	if !errors.Is(err, &fiscal.Error{Code: fiscal.CodeCUPLength}) || errors.Is(err, &fiscal.Error{Code: fiscal.CodeCUPShape}) {
		t.Errorf("%v", err)
	}
}

func FuzzParseEntityCode(f *testing.F) {
	fuzz(f, fiscal.ParseEntityCode, "00743110157", "IT00743110157", "ITIT", "80005050507")
}

func FuzzParseIBAN(f *testing.F) {
	fuzz(f, fiscal.ParseIBAN, "IT60X0542811101000000123456", "DE89 3704 0044 0532 0130 00", "IT", "ÈÈ60")
}

func FuzzParseCUP(f *testing.F) {
	fuzz(f, fiscal.ParseCUP, "C11G06000000001", "C11G060000000011", "c11")
}

func FuzzParseATECO(f *testing.F) {
	fuzz(f, fiscal.ParseATECO, "88", "88.10.00", "88..")
}

// fuzz wants every parser to answer a coded error, or a value that reads back as itself.
func fuzz[T ~string](f *testing.F, parse func(string) (T, error), seeds ...string) {
	for _, seed := range seeds {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := parse(s)
		if err != nil {
			if code(err) == "" || got != "" {
				t.Fatalf("%q: %q with %v", s, got, err)
			}
			return
		}
		if again, err := parse(string(got)); err != nil || again != got {
			t.Fatalf("%q reads %q, which reads %q, %v", s, got, again, err)
		}
	})
}

func TestABI(t *testing.T) {
	for in, want := range map[fiscal.IBAN]string{"IT60X0542811101000000123456": "05428", "DE89370400440532013000": "", "IT60X05428": "", "": ""} {
		if got := in.ABI(); got != want {
			t.Errorf("ABI of %q is %q, want %q", string(in), got, want)
		}
	}
}
