package text_test

import (
	"testing"

	"github.com/lavoroincorso/lavoro/internal/values/text"
)

func TestCountsAgreeWithTheirWord(t *testing.T) {
	for _, c := range []struct{ got, want text.Text }{
		{text.Days(0), text.Text{It: "0 giorni", En: "0 days"}}, {text.Days(1), text.Text{It: "1 giorno", En: "1 day"}},
		{text.Days(21), text.Text{It: "21 giorni", En: "21 days"}}, {text.Months(1), text.Text{It: "1 mese", En: "1 month"}},
		{text.Months(24), text.Text{It: "24 mesi", En: "24 months"}}, {text.Days(-1), text.Text{It: "-1 giorni", En: "-1 days"}},
	} {
		if c.got != c.want {
			t.Errorf("got %v, want %v", c.got, c.want)
		}
	}
}
