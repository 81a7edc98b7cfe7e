package main

import (
	"errors"
	"strings"
	"testing"

	"github.com/lavoroincorso/lavoro/internal/platform/testdb"
)

// TestReplayOnTheCommandLine: an empty programme has nothing that differs, invented statements are not what comes out of anything.
func TestReplayOnTheCommandLine(t *testing.T) {
	db := testdb.New(t)
	applied(t, db)
	if out, err := verb(t, "replay", "--all", "--database-url", db.OwnerURL); err != nil || out != "0 statements worked out again, payments of 0 added up, 0 differences\n" {
		t.Errorf("%q %v", out, err)
	}
	if _, err := verb(t, "replay", "--database-url", db.OwnerURL); err == nil || !strings.Contains(err.Error(), "--all") {
		t.Errorf("replay of nothing: %v", err)
	}
	s := newStage(t, 1)
	out, err := verb(t, "replay", "--all", "--database-url", s.db.OwnerURL)
	if !errors.Is(err, errReplay) || !strings.Contains(out, "DIFFERS statement ") || !strings.Contains(out, "total: kept") {
		t.Errorf("%q %v", out, err)
	}
}
