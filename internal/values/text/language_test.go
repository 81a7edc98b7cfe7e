package text_test

import (
	"testing"

	"github.com/lavoroincorso/lavoro/internal/values/text"
)

func TestFromAcceptLanguage(t *testing.T) {
	for header, want := range map[string]string{
		"":                                    "it",
		"it":                                  "it",
		"en":                                  "en",
		"EN-gb":                               "en",
		"fr, de":                              "it",
		"fr, en;q=0.3":                        "en",
		"it;q=0.5, en;q=0.8":                  "en",
		"en;q=0.5, it;q=0.5":                  "en",
		"it;q=0.5, en;q=0.5":                  "it",
		"en-US,en;q=0.9,it;q=0.8":             "en",
		"it-IT,it;q=0.9,en-US;q=0.8,en;q=0.7": "it",
		"en;q=0.2, en-GB;q=0.9, it;q=0.5":     "en",
		"*":                                   "it",
		"*, en;q=0.5":                         "it",
		"en, *;q=0.5":                         "en",
		"it;q=0":                              "en",
		"it;q=0, *":                           "en",
		"it;q=0, en;q=0":                      "it",
		"en;q=0":                              "it",
		"en;q=2, it;q=0.1":                    "it",
		"en;q=x":                              "it",
		"en;q=-1, it":                         "it",
		"en;q=NaN":                            "it",
		"en;q=1e9":                            "it",
		"en;level=1":                          "it",
		" en ; q=0.9 , it ; Q=0.1":            "en",
		"english":                             "it",
		",,,;;;=":                             "it",
	} {
		if got := text.FromAcceptLanguage(header); got != want {
			t.Errorf("FromAcceptLanguage(%q) = %q, want %q", header, got, want)
		}
	}
}

func FuzzFromAcceptLanguage(f *testing.F) {
	for _, s := range []string{"en", "it;q=0.5,en", "*;q=0", "en;q=0.1234", ";;,,"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, header string) {
		if got := text.FromAcceptLanguage(header); got != text.Italian && got != text.English {
			t.Errorf("FromAcceptLanguage(%q) = %q", header, got)
		}
	})
}

func FuzzLang(f *testing.F) {
	f.Add("en-GB")
	f.Add("it")
	f.Fuzz(func(t *testing.T, tag string) {
		if got := text.Lang(tag); got != text.Italian && got != text.English {
			t.Errorf("Lang(%q) = %q", tag, got)
		}
	})
}
