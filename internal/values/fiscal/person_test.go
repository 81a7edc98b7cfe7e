package fiscal_test

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/fiscal"
)

func code(err error) string {
	var why *fiscal.Error
	if errors.As(err, &why) {
		return why.Code
	}
	return ""
}

// refused checks the code, that it has words, and that the error keeps the value to itself.
func refused(t *testing.T, in string, err error, want string) {
	t.Helper()
	var why *fiscal.Error
	if !errors.As(err, &why) || why.Code != want {
		t.Errorf("%q: %v, want %s", in, err, want)
		return
	}
	if !why.Cause().Complete() {
		t.Errorf("%s has no cause in words", want)
	}
	if trimmed := strings.TrimSpace(in); len(trimmed) > 3 && strings.Contains(err.Error(), trimmed) {
		t.Errorf("the error %q repeats the value", err)
	}
}

func TestParsePersonCode(t *testing.T) {
	for _, c := range []struct{ in, code, canonical, birth, place, sex string }{
		{"RCCMNL83S18D969H", "RCCMNL83S18D969H", "RCCMNL83S18D969H", "1983-11-18", "D969", "M"},
		{"RCCMNL83S18D96VW", "RCCMNL83S18D96VW", "RCCMNL83S18D969H", "1983-11-18", "D969", "M"},
		{" rss mra 85a01 f023u\n", "RSSMRA85A01F023U", "RSSMRA85A01F023U", "1985-01-01", "F023", "M"},
		{"BNCLRA90H55B832R", "BNCLRA90H55B832R", "BNCLRA90H55B832R", "1990-06-15", "B832", "F"},
		{"VRDGNN08C15F679T", "VRDGNN08C15F679T", "VRDGNN08C15F679T", "2008-03-15", "F679", "M"},
		{"00743110157", "00743110157", "00743110157", "1990-01-01", "", ""},
	} {
		got, err := fiscal.ParsePersonCode(c.in)
		if err != nil || got.String() != c.code {
			t.Errorf("ParsePersonCode(%q) = %q, %v", c.in, got, err)
			continue
		}
		if got.Canonical().String() != c.canonical || got.Place() != c.place || string(got.Sex()) != c.sex ||
			!got.BirthMatches(calendar.MustDay(c.birth)) || got.Provisional() != (len(c.code) == 11) {
			t.Errorf("%s: canonical %s, place %s, sex %q", got, got.Canonical(), got.Place(), got.Sex())
		}
	}
}

func TestParsePersonCodeRefuses(t *testing.T) {
	for in, want := range map[string]string{
		"":                  fiscal.CodeFiscalLength,
		"RSSMRA85A01F023":   fiscal.CodeFiscalLength,
		"RSSMRA85A01F023UU": fiscal.CodeFiscalLength,
		"RSSMRA85A01F023V":  fiscal.CodeFiscalCheck,
		"RSSMRB85A01F023U":  fiscal.CodeFiscalCheck,
		"RSSMRA85A01F0235":  fiscal.CodeFiscalShape,
		"RSSMRA85F01F023U":  fiscal.CodeFiscalShape, // F is no month
		"RSSMRA8AA01F023U":  fiscal.CodeFiscalShape, // A is no omocodic digit
		"ÀSSMRA85A01F023U":  fiscal.CodeFiscalShape,
		"RSSMRA85A00F023U":  fiscal.CodeFiscalDate,
		"RSSMRA85A32F023U":  fiscal.CodeFiscalDate,
		"RSSMRA85A40F023U":  fiscal.CodeFiscalDate,
		"RSSMRA85A72F023U":  fiscal.CodeFiscalDate,
		"RSSMRA85B30F023U":  fiscal.CodeFiscalDate, // 30 February
		"RSSMRA85B70F023U":  fiscal.CodeFiscalDate, // the same of a woman
		"RSSMRA85B29F023U":  fiscal.CodeFiscalDate, // no year 85 is leap
		"RSSMRA85D31F023U":  fiscal.CodeFiscalDate, // 31 April
		"RSSMRA85AL0F023U":  fiscal.CodeFiscalDate, // omocodic day 00
		"00743110158":       fiscal.CodeFiscalCheck,
		"0074311015A":       fiscal.CodeFiscalShape,
		"ééééééééééé":       fiscal.CodeFiscalShape,
	} {
		got, err := fiscal.ParsePersonCode(in)
		refused(t, in, err, want)
		if got != "" {
			t.Errorf("%q came back with its error", in)
		}
	}
}

func TestLeapDayIsTakenWhereSomeCenturyHasIt(t *testing.T) {
	for _, birth := range []string{"2000-02-29", "1984-02-29"} {
		made := fiscal.MakePersonCode("Rossi", "Maria", calendar.MustDay(birth), true, "F023")
		if _, err := fiscal.ParsePersonCode(made.String()); err != nil {
			t.Errorf("born %s: %v", birth, err)
		}
	}
}

func TestBirthMatches(t *testing.T) {
	woman := fiscal.PersonCode("BNCLRA90H55B832R")
	for birth, want := range map[string]bool{
		"1990-06-15": true, "1890-06-15": true, "1991-06-15": false, "1990-07-15": false, "1990-06-16": false,
	} {
		if woman.BirthMatches(calendar.MustDay(birth)) != want {
			t.Errorf("%s: want %v", birth, want)
		}
	}
	if woman.BirthMatches(calendar.Day{}) {
		t.Error("no day matches a definitive code")
	}
	if !fiscal.PersonCode("00743110157").BirthMatches(calendar.Day{}) {
		t.Error("a provisional code contradicts nothing")
	}
}

func TestUnreadCodesDoNotPanic(t *testing.T) {
	var none fiscal.PersonCode
	if none.Canonical() != "" || none.Sex() != fiscal.SexUnknown || none.Place() != "" || none.Provisional() {
		t.Error("the empty code tells nothing")
	}
}

func TestCodesHideFromLogs(t *testing.T) {
	var out bytes.Buffer
	log := slog.New(slog.NewJSONHandler(&out, nil))
	log.Info("x", "person", fiscal.PersonCode("RSSMRA85A01F023U"), "iban", fiscal.IBAN("IT60X0542811101000000123456"))
	if strings.Contains(out.String(), "RSSMRA") || strings.Contains(out.String(), "123456") {
		t.Errorf("logged %s", out.String())
	}
}

func TestMakePersonCode(t *testing.T) {
	for _, c := range []struct {
		surname, given, birth string
		female                bool
		belfiore, want        string
	}{
		{"Rossi", "Mario", "1985-01-01", false, "F023", "RSSMRA85A01F023U"},
		{"Bianchi", "Laura", "1990-06-15", true, "b832", "BNCLRA90H55B832R"},
		{"Verdi", "Gianni", "2008-03-15", false, "F679", "VRDGNN08C15F679T"},
	} {
		got := fiscal.MakePersonCode(c.surname, c.given, calendar.MustDay(c.birth), c.female, c.belfiore)
		if got.String() != c.want {
			t.Errorf("%s %s: %s, want %s", c.given, c.surname, got, c.want)
		}
	}
}

func TestNameLetters(t *testing.T) {
	for _, c := range []struct{ surname, given, want string }{
		{"Fo", "Al", "FOXLAX"},
		{"Aia", "Eu", "AIAEUX"},
		{"Ré", "Noè", "REXNOE"},
		{"D'Angelo", "Gianfranco", "DNGGFR"}, // the second of more than three consonants is skipped
		{"De Luca", "Anna Maria", "DLCNMR"},
		{"Dell'Òrto", "Bruna", "DLLBRN"},
		{"Çelik", "Şükran", "CLKSRN"},
		{"李", "王", "XXXXXX"},
	} {
		got := fiscal.MakePersonCode(c.surname, c.given, calendar.MustDay("1980-01-01"), false, "Z210")
		if got.String()[:6] != c.want {
			t.Errorf("%s %s: %s, want %s", c.given, c.surname, got[:6], c.want)
		}
		if _, err := fiscal.ParsePersonCode(got.String()); err != nil {
			t.Errorf("%s %s: %v", c.given, c.surname, err)
		}
	}
}

func TestMakePersonCodeNeedsBirthAndPlace(t *testing.T) {
	born := calendar.MustDay("1980-01-01")
	for _, place := range []string{"", "F02", "F0233", "0233", "FF23", "È23"} {
		if got := fiscal.MakePersonCode("Rossi", "Mario", born, false, place); got != "" {
			t.Errorf("place %q gives %s", place, got)
		}
	}
	if got := fiscal.MakePersonCode("Rossi", "Mario", calendar.Day{}, false, "F023"); got != "" {
		t.Errorf("no birth gives %s", got)
	}
}

func FuzzParsePersonCode(f *testing.F) {
	for _, s := range []string{"RCCMNL83S18D969H", "RCCMNL83S18D96VW", "rssmra85a01f023u", "00743110157", "ÀÀÀÀÀÀÀÀÀÀÀÀÀÀÀÀ"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := fiscal.ParsePersonCode(s)
		if err != nil {
			if code(err) == "" {
				t.Fatalf("%q: an error without code: %v", s, err)
			}
			return
		}
		again, err := fiscal.ParsePersonCode(got.String())
		if err != nil || again != got {
			t.Fatalf("%q reads %s, which reads %s, %v", s, got, again, err)
		}
		canonical, err := fiscal.ParsePersonCode(got.Canonical().String())
		if err != nil || canonical.Canonical() != canonical || canonical.Sex() != got.Sex() || canonical.Place() != got.Place() {
			t.Fatalf("%s has canonical form %s, %v", got, got.Canonical(), err)
		}
	})
}
