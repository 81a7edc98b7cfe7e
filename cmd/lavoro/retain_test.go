package main

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lavoroincorso/lavoro/internal/duty"
	"github.com/lavoroincorso/lavoro/internal/platform/evidence"
	"github.com/lavoroincorso/lavoro/internal/platform/journal"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/platform/testdb"
)

// TestOldEvidenceGoesByPolicy: the programme's file says ten years; the verb drops what is older, as does a node that may, and the journals
// verify from where they begin.
func TestOldEvidenceGoesByPolicy(t *testing.T) {
	db := testdb.New(t)
	c := applied(t, db)
	a := open(t, c)
	system, err := duty.SystemActor(t.Context(), a.DB)
	if err != nil {
		t.Fatal(err)
	}
	programme := system.Grants[0].Programme
	enter := func(years int) {
		t.Helper()
		if err := a.DB.InTx(t.Context(), system, func() time.Time { return time.Now().AddDate(-years, 0, 0) }, func(_ context.Context, tx *postgres.Tx) error {
			tx.Enter(journal.Entry{Programme: programme, Act: "checkEligibility", SubjectKind: "Programme", Subject: programme})
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	for _, years := range []int{13, 12, 11, 9} {
		enter(years)
	}
	retain := func(want string, args ...string) {
		t.Helper()
		out, err := verb(t, append(args, "--database-url", db.OwnerURL)...)
		if err != nil || !strings.Contains(out, want) {
			t.Errorf("%v: %v\n%s, want %s", args, err, out, want)
		}
	}
	retain("      3 entries would be dropped, written up to "+time.Now().AddDate(-11, 0, 0).UTC().Format(time.DateOnly)+"; 1 stay", "journal", "retain", "--dry-run")
	retain("      4 entries  head", "journal", "verify")
	retain("      3 entries dropped", "journal", "retain")
	retain("nothing is old enough", "journal", "retain")
	retain("ok, from entry 4: what was written before "+time.Now().AddDate(-10, 0, 0).UTC().Format(time.DateOnly), "journal", "verify")

	if names := routineNames(a, c, ""); slices.Contains(names, "drop old evidence") {
		t.Error("a node that does not know the owner drops evidence")
	}
	for _, r := range a.routines(evidence.Anchorage{}) {
		if r.Name == "drop old evidence" {
			if err := r.Run(t.Context(), system, time.Now().AddDate(2, 0, 0)); err != nil {
				t.Error(err)
			}
		}
	}
	retain("ok, from entry 5: ", "journal", "verify")
}

// routineNames are those of a node that is told so of the database's owner.
func routineNames(a *App, c Config, owner string) (names []string) {
	b := *a
	b.Config = c
	b.Config.OwnerURL = owner
	for _, r := range b.routines(evidence.Anchorage{}) {
		names = append(names, r.Name)
	}
	return names
}
