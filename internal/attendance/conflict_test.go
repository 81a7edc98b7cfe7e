package attendance

import (
	"testing"

	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// TestEveryConflictHasItsWords: cause, cure and who cures it, in both languages, in the order in which an entry has them.
func TestEveryConflictHasItsWords(t *testing.T) {
	all := []Conflict{OverlapsOther, OtherVersion, OverLimit, MonthClosed, PlacementSuspended, NotEnrolled, DeliveredLate, Unplanned}
	if len(all) != len(reasons) {
		t.Errorf("%d conflicts, %d in words", len(all), len(reasons))
	}
	said, err := conflictReasons(t.Context(), nil, all)
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range said.(refusal.List) {
		it, en := r.Localized("it"), r.Localized("en")
		if r.Code != "ATTENDANCE_CONFLICT_"+string(all[i]) || it.Message == en.Message || it.Cure == en.Cure || it.CuredBy == "" || en.CuredBy == "" {
			t.Errorf("%s: %+v %+v", all[i], it, en)
		}
	}
}
