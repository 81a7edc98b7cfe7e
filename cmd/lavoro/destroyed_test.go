package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/participant"
	"github.com/lavoroincorso/lavoro/internal/platform/secret"
	"github.com/lavoroincorso/lavoro/internal/platform/testdb"
)

// TestDestroyedKeysOnTheCommandLine writes the list, replays it twice, and is refused with one that is not whole or not this installation's.
func TestDestroyedKeysOnTheCommandLine(t *testing.T) {
	db := testdb.New(t)
	file := filepath.Join(t.TempDir(), "destroyed.txt")
	out, err := verb(t, "keys", "destroyed", "--out", file, "--database-url", db.OwnerURL)
	if err != nil || !strings.Contains(out, "0 destroyed keys") {
		t.Fatalf("%s %v", out, err)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	list, err := secret.DecodeDestroyed(data)
	if err != nil {
		t.Fatal(err)
	}
	list.Keys = append(list.Keys, secret.Destroyed{Person: uuid.New()})
	replay := func(data []byte) (string, error) {
		t.Helper()
		if err := os.WriteFile(file, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return verb(t, "keys", "replay", file, "--database-url", db.OwnerURL)
	}
	if _, err := replay(list.Encode()[:100]); !errors.Is(err, secret.ErrBadList) {
		t.Errorf("half a list: %v", err)
	}
	foreign := list
	foreign.Installation = uuid.New()
	if _, err := replay(foreign.Encode()); !errors.Is(err, participant.ErrOtherInstallation) {
		t.Errorf("another installation's list: %v", err)
	}
	for _, want := range []string{"1 of 1 people", "0 of 1 people"} {
		if out, err := replay(list.Encode()); err != nil || !strings.HasPrefix(out, want) {
			t.Errorf("%s %v, want %s", out, err, want)
		}
	}
	if out, err := verb(t, "keys", "destroyed", "--database-url", db.OwnerURL); err != nil || out != string(list.Encode()) {
		t.Errorf("the list after the replay: %s %v", out, err)
	}
}
