package journal_test

import (
	"crypto/sha256"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/platform/journal"
)

func anchorOn(installation uuid.UUID, day string, entries int64) journal.Anchor {
	at, _ := time.Parse(time.DateOnly, day)
	sum := sha256.Sum256([]byte(day))
	return journal.Anchor{Installation: installation, At: at, Acts: []journal.Head{{ID: uuid.New(), Entries: entries, Chain: sum[:]}}, Reads: []journal.Head{}}
}

func TestAFolderKeepsAnAnchorADayForGood(t *testing.T) {
	dir, ours := t.TempDir(), uuid.New()
	f := journal.Folder(dir)
	for i, day := range []string{"2027-03-01", "2027-03-02", "2027-03-02", "2027-03-05"} {
		if _, err := f.Keep(anchorOn(ours, day, int64(i+1))); err != nil {
			t.Fatal(err)
		}
	}
	all, faults, err := f.Read()
	if err != nil || len(faults) != 0 || len(all) != 3 || all[1].Acts[0].Entries != 2 {
		t.Fatalf("%d anchors, faults %v (%v)", len(all), faults, err)
	}
	info, err := os.Stat(filepath.Join(dir, "2027-03-02.anchor.json"))
	if err != nil || info.Mode().Perm() != 0o444 {
		t.Errorf("%v (%v)", info.Mode(), err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".*")); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
	if _, err := f.Keep(anchorOn(ours, "2027-03-04", 9)); err == nil {
		t.Error("a day before the last was anchored")
	}
	if err := f.KeepTimestamp("2027-03-05", []byte("token")); err != nil || !f.Stamped("2027-03-05") || f.Stamped("2027-03-02") {
		t.Error(err)
	}
}

func TestAnchorsThatWereTakenOutOrChangedShow(t *testing.T) {
	for what, harm := range map[string]func(dir string) error{
		"changed or taken out": func(dir string) error { return os.Remove(filepath.Join(dir, "2027-03-02.anchor.json")) },
		"before it were taken": func(dir string) error { return os.Remove(filepath.Join(dir, "2027-03-01.anchor.json")) },
		"cannot be":            nil,
		"another":              nil,
	} {
		dir, ours := t.TempDir(), uuid.New()
		f := journal.Folder(dir)
		for _, day := range []string{"2027-03-01", "2027-03-02", "2027-03-03"} {
			if what == "another" && day == "2027-03-03" {
				ours = uuid.New()
			}
			if _, err := f.Keep(anchorOn(ours, day, 1)); err != nil {
				t.Fatal(err)
			}
		}
		if what == "cannot be" {
			harm = func(dir string) error {
				file := filepath.Join(dir, "2027-03-02.anchor.json")
				_ = os.Remove(file)
				return os.WriteFile(file, []byte("{"), 0o600)
			}
			what = "anchor: unexpected EOF"
		}
		if harm != nil {
			if err := harm(dir); err != nil {
				t.Fatal(err)
			}
		}
		if _, faults, err := f.Read(); err != nil || !strings.Contains(strings.Join(faults, "\n"), what) {
			t.Errorf("%s: faults %v (%v)", what, faults, err)
		}
	}
}

func FuzzParseAnchor(f *testing.F) {
	data, err := anchorOn(uuid.New(), "2027-03-01", 3).Spell()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte(`{"installation":"x"}`))
	f.Add([]byte("{} {}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		a, err := journal.ParseAnchor(data)
		if err != nil {
			return
		}
		again, err := a.Spell()
		if err != nil {
			t.Fatal(err)
		}
		b, err := journal.ParseAnchor(again)
		if err != nil || b.Installation != a.Installation || !b.At.Equal(a.At) || len(b.Acts) != len(a.Acts) || len(b.Reads) != len(a.Reads) {
			t.Errorf("%s is read as %+v (%v)", again, b, err)
		}
	})
}
