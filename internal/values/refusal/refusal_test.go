package refusal_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/fiscal"
	"github.com/lavoroincorso/lavoro/internal/values/money"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

var tooLong = refusal.Define(refusal.Definition{
	Code: "TEST_TOO_LONG", Kind: refusal.Rule,
	Message: refusal.Text{It: "Durata oltre {limit}.", En: "Longer than {limit}."},
	Cure:    refusal.Text{It: "Riduci a {limit}.", En: "Cut to {limit}."},
	CuredBy: refusal.Text{It: "tutor", En: "tutor"},
})

func TestLocalized(t *testing.T) {
	r := tooLong.At("input", "to").With("limit", 500)
	want := refusal.Localized{Code: "TEST_TOO_LONG", Kind: refusal.Rule, Message: "Longer than 500.",
		Path: []string{"input", "to"}, Cure: "Cut to 500.", CuredBy: "tutor"}
	if got := r.Localized("en-GB"); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := r.Localized("").Message; got != "Durata oltre 500." {
		t.Errorf("the default language gives %q", got)
	}
	if path := tooLong.At().Localized("it").Path; path == nil || len(path) != 0 {
		t.Errorf("no path must be an empty list for the API, got %#v", path)
	}
}

// TestEverybodyIsToldWhoCuresIt: a definition that names nobody means the sender, also one that was since forgotten.
func TestEverybodyIsToldWhoCuresIt(t *testing.T) {
	for _, r := range []refusal.Refusal{refusal.InvalidValue.At("x"), {Code: "NO_LONGER_DEFINED"}} {
		for lang, want := range map[string]string{"it": "chi invia la richiesta", "en": "whoever sends the request"} {
			if got := r.Localized(lang).CuredBy; got != want {
				t.Errorf("%s in %s is cured by %q", r.Code, lang, got)
			}
		}
	}
}

func TestArgumentsSpeakTheLanguage(t *testing.T) {
	for _, c := range []struct {
		arg    any
		it, en string
	}{
		{"x", "x", "x"},
		{7, "7", "7"},
		{int64(7), "7", "7"},
		{text.Text{It: "chiuso", En: "closed"}, "chiuso", "closed"},
		{money.Cents(50000), "500,00 €", "€500.00"},
		{calendar.MustDay("2025-01-31"), "31/01/2025", "31 Jan 2025"},
		{calendar.MustMonth("2025-01"), "gennaio 2025", "January 2025"},
		{calendar.Minutes(150), "2 h 30 min", "2 h 30 min"},
		{calendar.MustLocalTime("08:30"), "08:30", "08:30"},
		{"{limit}", "{limit}", "{limit}"},
	} {
		r := tooLong.At().With("limit", c.arg)
		if it, en := r.Localized("it").Message, r.Localized("en").Message; it != "Durata oltre "+c.it+"." || en != "Longer than "+c.en+"." {
			t.Errorf("%v: %q, %q", c.arg, it, en)
		}
	}
}

func TestCopiesAreIndependent(t *testing.T) {
	path := []string{"a", "b"}
	base := tooLong.At(path...).With("limit", 1)
	path[0] = "changed"
	other := base.With("limit", 2).Under("rows", "0")
	if base.Localized("en").Message != "Longer than 1." || !slices.Equal(base.Path, []string{"a", "b"}) {
		t.Errorf("the first changed: %+v", base.Localized("en"))
	}
	if other.Localized("en").Message != "Longer than 2." || !slices.Equal(other.Path, []string{"rows", "0", "a", "b"}) {
		t.Errorf("the copy: %+v", other.Localized("en"))
	}
}

func TestJSONRoundTrip(t *testing.T) {
	for _, r := range []refusal.Refusal{
		refusal.NotFound.At(),
		tooLong.At("input", "rows", "3").With("limit", money.Cents(5)).With("state", text.Text{It: "chiuso", En: "closed"}).With("n", 3),
		{Code: "NO_LONGER_DEFINED", Path: []string{"x"}},
	} {
		data, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		var again refusal.Refusal
		if err := json.Unmarshal(data, &again); err != nil || !reflect.DeepEqual(again.Localized("it"), r.Localized("it")) ||
			!reflect.DeepEqual(again.Localized("en"), r.Localized("en")) {
			t.Errorf("%s came back as %+v, %v", data, again.Localized("it"), err)
		}
		if second, err := json.Marshal(again); err != nil || !bytes.Equal(second, data) {
			t.Errorf("%s is stored again as %s, %v", data, second, err)
		}
	}
}

func TestJSONForm(t *testing.T) {
	data, err := json.Marshal(refusal.List{tooLong.At("to").With("n", 3).With("state", text.Text{It: "a", En: "b"})})
	want := `[{"code":"TEST_TOO_LONG","path":["to"],"args":{"n":"3","state":{"it":"a","en":"b"}}}]`
	if err != nil || string(data) != want {
		t.Errorf("got %s, %v; want %s", data, err, want)
	}
}

func TestUnknownCodeStillSpeaks(t *testing.T) {
	got := refusal.Refusal{Code: "NO_LONGER_DEFINED"}
	if l := got.Localized("it"); l.Message != "NO_LONGER_DEFINED" || l.Kind != refusal.Rule || got.Kind() != refusal.Rule {
		t.Errorf("got %+v", l)
	}
}

func TestErrorsTellCodesOnly(t *testing.T) {
	list := refusal.List{tooLong.At("secret").With("limit", "secret"), refusal.NotFound.At("secret")}
	var logged bytes.Buffer
	for _, handler := range []slog.Handler{slog.NewJSONHandler(&logged, nil), slog.NewTextHandler(&logged, nil)} {
		slog.New(handler).Error("x", "list", list, "one", list[0], "wrapped", fmt.Errorf("act: %w", list))
	}
	for _, s := range []string{list.Error(), list[0].Error(), fmt.Sprintf("%v %+v %s", list, list[0], list[:1]), logged.String()} {
		if strings.Contains(s, "secret") || !strings.Contains(s, "TEST_TOO_LONG") {
			t.Errorf("got %q", s)
		}
	}
	if list.Error() != "TEST_TOO_LONG, NOT_FOUND" {
		t.Errorf("got %q", list.Error())
	}
}

func TestAs(t *testing.T) {
	one, list := tooLong.At(), refusal.List{tooLong.At(), refusal.NotFound.At()}
	for name, c := range map[string]struct {
		err  error
		want int
		ok   bool
	}{
		"nil":          {nil, 0, false},
		"fault":        {io.EOF, 0, false},
		"one":          {one, 1, true},
		"list":         {list, 2, true},
		"wrapped one":  {fmt.Errorf("act: %w", one), 1, true},
		"wrapped list": {fmt.Errorf("act: %w", list), 2, true},
	} {
		if got, ok := refusal.As(c.err); ok != c.ok || len(got) != c.want {
			t.Errorf("%s: %v, %v", name, got, ok)
		}
	}
}

func TestJoin(t *testing.T) {
	var none refusal.List
	if err := refusal.Join(nil, none, none.Err()); err != nil {
		t.Errorf("nothing refused gives %v", err)
	}
	err := refusal.Join(tooLong.At("a"), nil, refusal.List{refusal.NotFound.At("b"), tooLong.At("c")})
	if list, ok := refusal.As(err); !ok || list.Error() != "TEST_TOO_LONG, NOT_FOUND, TEST_TOO_LONG" {
		t.Errorf("got %v", err)
	}
	if err := refusal.Join(tooLong.At(), io.EOF); !errors.Is(err, io.EOF) {
		t.Errorf("a fault must win, got %v", err)
	}
}

func TestListUnderAndHas(t *testing.T) {
	list := refusal.List{tooLong.At("to")}
	moved := list.Under("rows", "2")
	if !slices.Equal(moved[0].Path, []string{"rows", "2", "to"}) || !slices.Equal(list[0].Path, []string{"to"}) {
		t.Errorf("moved %v, list %v", moved[0].Path, list[0].Path)
	}
	if !list.Has(tooLong) || list.Has(refusal.NotFound) {
		t.Error("Has looks at codes")
	}
}

func TestInvalidTellsTheParsersCause(t *testing.T) {
	_, err := fiscal.ParseCUP("C11G060000000011")
	got := refusal.Invalid(fmt.Errorf("cup: %w", err), "input", "cup").Localized("it")
	want := "Il valore non è valido: il CUP indicato ha 16 caratteri invece di 15: va verificato con chi lo ha comunicato."
	if got.Code != "INVALID_VALUE" || got.Message != want || !slices.Equal(got.Path, []string{"input", "cup"}) {
		t.Errorf("got %+v", got)
	}
	if got := refusal.Invalid(io.EOF).Localized("en").Message; got != "The value is not valid: the format is not recognised." {
		t.Errorf("got %q", got)
	}
}
