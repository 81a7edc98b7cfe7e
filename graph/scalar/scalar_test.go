package scalar_test

import (
	"strings"
	"testing"
	"time"

	"github.com/lavoroincorso/lavoro/graph/scalar"
)

func TestInstantsAreSpelledLikePlansSpellThem(t *testing.T) {
	for at, want := range map[string]string{
		"2026-11-02T07:30:00Z":             `"2026-11-02T07:30:00.000Z"`,
		"2026-11-02T08:30:00.123999+01:00": `"2026-11-02T07:30:00.123Z"`,
	} {
		moment, err := scalar.UnmarshalInstant(at)
		if err != nil {
			t.Fatal(err)
		}
		for _, zone := range []*time.Location{time.UTC, time.FixedZone("", 3600)} {
			var out strings.Builder
			scalar.MarshalInstant(moment.In(zone)).MarshalGQL(&out)
			if out.String() != want {
				t.Errorf("%s is spelled %s", at, out.String())
			}
		}
	}
}
