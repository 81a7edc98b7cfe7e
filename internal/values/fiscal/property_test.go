package fiscal_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/fiscal"
)

func TestMadePersonCodesReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		birth := calendar.MustDay("1901-01-01").AddDays(rapid.IntRange(0, 50_000).Draw(t, "birth"))
		female := rapid.Bool().Draw(t, "female")
		place := rapid.StringMatching(`[A-Z][0-9]{3}`).Draw(t, "place")
		made := fiscal.MakePersonCode(rapid.String().Draw(t, "surname"), rapid.String().Draw(t, "given"), birth, female, place)
		got, err := fiscal.ParsePersonCode(made.String())
		if err != nil || got != made || got.Canonical() != made {
			t.Fatalf("%s: %v", made, err)
		}
		if !got.BirthMatches(birth) || got.BirthMatches(birth.AddDays(1)) || got.Place() != place || (got.Sex() == fiscal.Female) != female {
			t.Fatalf("%s tells birth, place or sex wrongly", made)
		}
	})
}

func TestOneWrongCharacterIsSeen(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		code := []byte(fiscal.MakeEntityCode(rapid.IntRange(0, 9_999_999).Draw(t, "serial")))
		at := rapid.IntRange(0, 10).Draw(t, "at")
		code[at] = '0' + (code[at]-'0'+byte(rapid.IntRange(1, 9).Draw(t, "shift")))%10
		if got, err := fiscal.ParseEntityCode(string(code)); err == nil {
			t.Fatalf("%s taken", got)
		}
	})
}

func TestMadeIBANsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		made := fiscal.MakeItalianIBAN(
			rapid.StringMatching(`[0-9]{1,5}`).Draw(t, "abi"),
			rapid.StringMatching(`[0-9]{5}`).Draw(t, "cab"),
			rapid.StringMatching(`[0-9A-Z]{1,12}`).Draw(t, "account"))
		if got, err := fiscal.ParseIBAN(made); err != nil || got.String() != made {
			t.Fatalf("%s: %v", made, err)
		}
		at := rapid.IntRange(5, 14).Draw(t, "at")
		wrong := []byte(made)
		wrong[at] = '0' + (wrong[at]-'0'+byte(rapid.IntRange(1, 9).Draw(t, "shift")))%10
		if _, err := fiscal.ParseIBAN(string(wrong)); err == nil {
			t.Fatalf("%s taken", wrong)
		}
	})
}
