package text_test

import (
	"slices"
	"testing"

	"github.com/lavoroincorso/lavoro/internal/values/text"
)

func TestInFallsBackToItalian(t *testing.T) {
	both := text.Text{It: "presenza", En: "attendance"}
	for lang, want := range map[string]string{
		"it": "presenza", "en": "attendance", "en-GB": "attendance", "EN": "attendance", "fr": "presenza", "": "presenza",
	} {
		if got := both.In(lang); got != want {
			t.Errorf("In(%q) = %q, want %q", lang, got, want)
		}
	}
	if got := (text.Text{It: "presenza"}).In("en"); got != "presenza" {
		t.Errorf("missing English gives %q, want the Italian", got)
	}
}

func TestComplete(t *testing.T) {
	for _, c := range []struct {
		in             text.Text
		zero, complete bool
	}{
		{text.Text{}, true, false},
		{text.Text{It: "a"}, false, false},
		{text.Text{It: "a", En: " "}, false, false},
		{text.Same("a"), false, true},
	} {
		if c.in.IsZero() != c.zero || c.in.Complete() != c.complete {
			t.Errorf("%+v: IsZero %v, Complete %v", c.in, c.in.IsZero(), c.in.Complete())
		}
	}
}

func TestFill(t *testing.T) {
	args := map[string]string{"limit": "500", "name": "{limit}", "empty": ""}
	for template, want := range map[string]string{
		"":                      "",
		"no placeholder":        "no placeholder",
		"al più {limit}":        "al più 500",
		"{limit}{limit}":        "500500",
		"{name}":                "{limit}",
		"[{empty}]":             "[]",
		"{unknown} stays":       "{unknown} stays",
		"{not a name} {limit}":  "{not a name} 500",
		"{} {limit":             "{} {limit",
		"{{limit}}":             "{500}",
		"unclosed { then {name": "unclosed { then {name",
	} {
		if got := text.Fill(template, args); got != want {
			t.Errorf("Fill(%q) = %q, want %q", template, got, want)
		}
	}
}

func TestTextFillUsesEachLanguage(t *testing.T) {
	filled := text.Text{It: "stato: {state}", En: "state: {state}"}.Fill(map[string]text.Text{
		"state": {It: "chiuso", En: "closed"},
	})
	if want := (text.Text{It: "stato: chiuso", En: "state: closed"}); filled != want {
		t.Errorf("got %+v, want %+v", filled, want)
	}
}

func TestPlaceholders(t *testing.T) {
	got := text.Placeholders("{b} {a} {b} {not one} {")
	if want := []string{"a", "b"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func FuzzFill(f *testing.F) {
	for _, s := range []string{"{a}", "{{a}}", "{", "}{", "{a", "è {a} ù"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, template string) {
		if got := text.Fill(template, nil); got != template {
			t.Errorf("no arguments changed %q into %q", template, got)
		}
		args := map[string]string{}
		for _, name := range text.Placeholders(template) {
			args[name] = ""
		}
		if len(text.Fill(template, args)) > len(template) {
			t.Errorf("empty arguments made %q longer", template)
		}
	})
}
