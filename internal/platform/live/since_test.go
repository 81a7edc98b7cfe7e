package live_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/platform/live"
)

// TestSince finds where a moment stands in a programme's sequence, and whether anything that came after it is gone.
func TestSince(t *testing.T) {
	n := open(t)
	n.tell(6)
	start := time.Now().UTC().Truncate(time.Hour)
	for seq := 1; seq <= 6; seq++ {
		if _, err := n.owner.Exec(n.ctx, "update outbox set at = $1 where programme_id = $2 and seq = $3", start.Add(time.Duration(seq)*time.Minute), n.programme, seq); err != nil {
			t.Fatal(err)
		}
	}
	at := func(minutes int) time.Time { return start.Add(time.Duration(minutes) * time.Minute) }
	check := func(programme uuid.UUID, moment time.Time, after int64, kept bool) {
		t.Helper()
		gotAfter, gotKept, err := live.Since(n.ctx, n.db, programme, moment)
		if err != nil || gotAfter != after || gotKept != kept {
			t.Errorf("since %s: after %d, kept %v (%v)", moment.Sub(start), gotAfter, gotKept, err)
		}
	}
	check(n.programme, at(0), 0, true)
	check(n.programme, at(1), 0, true)
	check(n.programme, at(3), 2, true)
	check(n.programme, at(9), 6, true)
	check(uuid.New(), at(0), 0, true)
	if _, err := n.owner.Exec(n.ctx, "delete from outbox where programme_id = $1 and seq <= 3", n.programme); err != nil {
		t.Fatal(err)
	}
	check(n.programme, at(2), 3, false)
	check(n.programme, at(4), 3, false) // what happened at the same moment may be among what is gone
	check(n.programme, at(5), 4, true)
	if _, err := n.owner.Exec(n.ctx, "delete from outbox where programme_id = $1", n.programme); err != nil {
		t.Fatal(err)
	}
	check(n.programme, at(5), 6, false)
}
