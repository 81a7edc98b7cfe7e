package attendance

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// TestEveryConflictHasItsWords: cause, cure and who cures it, in both languages, in the order in which an entry has them.
func TestEveryConflictHasItsWords(t *testing.T) {
	all := []Conflict{OverlapsOther, OtherVersion, OverLimit, MonthClosed, PlacementSuspended, NotEnrolled, DeliveredLate}
	if len(all) != len(reasons) {
		t.Errorf("%d conflicts, %d in words", len(all), len(reasons))
	}
	input, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	values, err := conflictReasons(context.Background(), nil, []json.RawMessage{input, json.RawMessage("[]")})
	if err != nil || fmt.Sprint(values[1]) != fmt.Sprint(refusal.List{}) {
		t.Fatal(values, err)
	}
	for i, r := range values[0].(refusal.List) {
		it, en := r.Localized("it"), r.Localized("en")
		if r.Code != "ATTENDANCE_CONFLICT_"+string(all[i]) || it.Message == en.Message || it.Cure == en.Cure || it.CuredBy == "" || en.CuredBy == "" {
			t.Errorf("%s: %+v %+v", all[i], it, en)
		}
	}
}
