package main

import (
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lavoroincorso/lavoro/internal/platform/secret"
	"github.com/lavoroincorso/lavoro/internal/platform/testdb"
)

// TestKeysOnTheCommandLine makes keys, rotates them under a node that serves, and takes the old ones away.
func TestKeysOnTheCommandLine(t *testing.T) {
	db := testdb.New(t)
	file := filepath.Join(t.TempDir(), "keys.json")
	out, err := verb(t, "keys", "generate", "--out", file)
	if err != nil || !strings.Contains(out, file) {
		t.Fatalf("%s %v", out, err)
	}
	if _, err := verb(t, "keys", "generate", "--out", file); err == nil || !strings.Contains(err.Error(), fs.ErrExist.Error()) {
		t.Errorf("keys were made over others: %v", err)
	}
	first, err := secret.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	c := applied(t, db)
	c.KeysText, c.KeysFile = "", file
	open(t, c)
	if out, err = verb(t, "keys", "rotate", "--keys", file, "--database-url", db.OwnerURL); err != nil || out != "0 data keys wrapped anew, 0 fiscal codes marked anew\n" {
		t.Fatalf("%s %v", out, err)
	}
	both, err := secret.Read(file)
	if err != nil || len(both.KekVersions()) != 2 || both.KekVersions()[1] != first.KekVersions()[0] {
		t.Errorf("rotated: %v %v", both.KekVersions(), err)
	}
	if _, err = verb(t, "keys", "rotate", "--finish", "--keys", file, "--database-url", db.OwnerURL); err != nil {
		t.Fatal(err)
	}
	last, err := secret.Read(file)
	if err != nil || len(last.KekVersions()) != 1 || last.KekVersions()[0] != both.KekVersions()[0] {
		t.Errorf("finished: %v %v", last.KekVersions(), err)
	}
	open(t, c) // the installation is still recognised
	text, err := last.Text()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := verb(t, "keys", "rotate", "--keys-text", text, "--database-url", db.OwnerURL); err == nil || !strings.Contains(err.Error(), "in a file") {
		t.Errorf("keys that stand in no file were rotated: %v", err)
	}
	c.KeysFile, c.KeysText = "", text
	c.DatabaseURL = db.AppURL
	open(t, c)
	if c.KeysText, err = db.Keys.Text(); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), c); err == nil || !strings.Contains(err.Error(), "other keys") {
		t.Errorf("served with keys of another installation: %v", err)
	}
	c.KeysFile = file
	if _, err := Open(t.Context(), c); err == nil || !strings.Contains(err.Error(), "one place") {
		t.Errorf("keys from two places: %v", err)
	}
}
