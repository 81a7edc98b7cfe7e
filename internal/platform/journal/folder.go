package journal

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Folder keeps anchors as files that are made once and never written again. Its safety is the place's: a volume that administrators of
// the database can only append to, or one that is copied away.
type Folder string

// anchorSuffix is that of an anchor's file; a timestamp of it lies beside it.
const (
	anchorSuffix    = ".anchor.json"
	timestampSuffix = ".anchor.tsr"
)

// Kept is an anchor as a folder holds it.
type Kept struct {
	Name string // of its file, without suffix: its day
	Anchor
	Data      []byte // of the file
	Timestamp []byte // RFC 3161, nil for none
}

// Keep writes the day's anchor, linked to the one before it, and gives what stands there: an anchor that the day has already stays.
func (f Folder) Keep(a Anchor) (data []byte, err error) {
	names, err := f.names()
	if err != nil {
		return nil, err
	}
	name := a.Day()
	if n := len(names); n > 0 && names[n-1] > name {
		return nil, fmt.Errorf("anchor: the folder has one of %s, and today is %s", names[n-1], name)
	} else if n > 0 && names[n-1] < name {
		last, err := f.read(names[n-1])
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256(last.Data)
		a.Previous = sum[:]
	}
	if data, err = a.Spell(); err != nil {
		return nil, err
	}
	if err := f.once(name, anchorSuffix, data); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	k, err := f.read(name)
	return k.Data, err
}

// Before gives the last anchor of a day before the one named; false where there is none.
func (f Folder) Before(day string) (Kept, bool, error) {
	names, err := f.names()
	if err != nil {
		return Kept{}, false, err
	}
	for _, name := range slices.Backward(names) {
		if name >= day {
			continue
		}
		k, err := f.read(name)
		if err != nil {
			return Kept{}, false, err
		}
		k.Anchor, err = ParseAnchor(k.Data)
		return k, err == nil, err
	}
	return Kept{}, false, nil
}

// Stamped says whether the day's anchor has a timestamp.
func (f Folder) Stamped(day string) bool {
	_, err := os.Stat(f.file(day, timestampSuffix))
	return err == nil
}

// KeepTimestamp lays the timestamp of the day's anchor beside it.
func (f Folder) KeepTimestamp(day string, token []byte) error {
	if err := f.once(day, timestampSuffix, token); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

// once makes a file that is whole or not there, and that nobody writes again.
func (f Folder) once(name, suffix string, data []byte) error {
	file, err := os.CreateTemp(string(f), ".anchor-*")
	if err != nil {
		return fmt.Errorf("anchor: %w", err)
	}
	defer os.Remove(file.Name())
	_, err = file.Write(data)
	if err = errors.Join(err, file.Chmod(0o444), file.Sync(), file.Close()); err != nil {
		return fmt.Errorf("anchor: %w", err)
	}
	if err := os.Link(file.Name(), f.file(name, suffix)); err != nil { // unlike a rename it takes nobody's place
		return fmt.Errorf("anchor: %w", err)
	}
	return nil
}

func (f Folder) file(name, suffix string) string { return filepath.Join(string(f), name+suffix) }

// names are those of the anchors, the oldest first.
func (f Folder) names() ([]string, error) {
	files, err := os.ReadDir(string(f))
	if err != nil {
		return nil, fmt.Errorf("anchors: %w", err)
	}
	var names []string
	for _, file := range files {
		if name, ok := strings.CutSuffix(file.Name(), anchorSuffix); ok && !strings.HasPrefix(name, ".") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names, nil
}

// Read gives all anchors, the oldest first. Faults are what is wrong among themselves: a file that cannot be read, one that was taken out
// or changed, one of another installation.
func (f Folder) Read() (all []Kept, faults []string, err error) {
	names, err := f.names()
	if err != nil {
		return nil, nil, err
	}
	var before []byte
	for _, name := range names {
		k, err := f.read(name)
		if err != nil {
			return nil, nil, err
		}
		sum := sha256.Sum256(before)
		switch a, err := ParseAnchor(k.Data); {
		case err != nil:
			faults = append(faults, fmt.Sprintf("%s: %v", name, err))
		case before == nil && len(a.Previous) > 0:
			faults = append(faults, name+": anchors before it were taken out")
		case before != nil && string(a.Previous) != string(sum[:]):
			faults = append(faults, name+": the anchor before it was changed or taken out")
		case len(all) > 0 && a.Installation != all[0].Installation:
			faults = append(faults, name+": is another installation's")
		default:
			k.Anchor = a
			all = append(all, k)
		}
		before = k.Data
	}
	return all, faults, nil
}

func (f Folder) read(name string) (Kept, error) {
	data, err := os.ReadFile(f.file(name, anchorSuffix))
	if err != nil {
		return Kept{}, fmt.Errorf("anchor: %w", err)
	}
	token, err := os.ReadFile(f.file(name, timestampSuffix))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return Kept{}, fmt.Errorf("anchor: %w", err)
	}
	return Kept{Name: name, Data: data, Timestamp: token}, nil
}
