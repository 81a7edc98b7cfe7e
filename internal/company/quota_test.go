package company_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/lavoroincorso/lavoro/internal/company"
	"github.com/lavoroincorso/lavoro/internal/programme"
)

var quota2017 = []programme.Quota{{UpTo: 5, Interns: 1}, {UpTo: 20, Interns: 2}, {Percent: 10}}

func TestInternLimit(t *testing.T) {
	for headcount, want := range map[int]int{0: 1, 1: 1, 5: 1, 6: 2, 20: 2, 21: 3, 30: 3, 31: 4, 100: 10, 101: 11} {
		if got := company.InternLimit(headcount, quota2017); got != want {
			t.Errorf("%d employees may host %d interns, want %d", headcount, got, want)
		}
	}
	if got := company.InternLimit(50, []programme.Quota{{UpTo: 5, Interns: 1}}); got != 0 {
		t.Errorf("beyond the last band %d interns, want none", got)
	}
	if got := company.InternLimit(50, nil); got != 0 {
		t.Errorf("without a quota %d interns, want none", got)
	}
}

func TestInternLimitNeverFallsAsAHostGrows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 1<<31-2).Draw(t, "headcount")
		small, large := company.InternLimit(n, quota2017), company.InternLimit(n+1, quota2017)
		if large < small {
			t.Fatalf("%d employees: %d interns, %d employees: %d", n, small, n+1, large)
		}
	})
}
