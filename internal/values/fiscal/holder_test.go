package fiscal_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/lavoroincorso/lavoro/internal/values/fiscal"
)

func TestSameName(t *testing.T) {
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{"Mario Rossi", "ROSSI MARIO", true},
		{"Niccolò D’Angelo", "DANGELO NICCOLO'", true},
		{"Nicolo\u0300 Rossi", "Nicolò Rossi", true},
		{"Anna-Maria  De Santis", "de santis anna maria", true},
		{"Łukasz Żak", "ZAK LUKASZ", true},
		{"Олена Шевченко", "ШЕВЧЕНКО ОЛЕНА", true},
		{"Mario Rossi", "Maria Rossi", false},
		{"Mario Rossi", "Mario Rossi e Anna Verdi", false},
		{"Mario Rossi", "Mario", false},
		{"Mario Rossi", "", false},
		{"Mario Mario Rossi", "Mario Rossi Rossi", false},
	} {
		if got := fiscal.SameName(c.a, c.b); got != c.same {
			t.Errorf("%q and %q: %v", c.a, c.b, got)
		}
	}
}

// Everybody has his own name, and two have one of each other.
func TestSameNameIsFair(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.String().Draw(t, "a"), rapid.String().Draw(t, "b")
		if !fiscal.SameName(a, a) || fiscal.SameName(a, b) != fiscal.SameName(b, a) {
			t.Errorf("%q and %q", a, b)
		}
	})
}
