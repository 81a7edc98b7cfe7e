package file

import (
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Bad gives the rows that something is wrong with, in the order of the file.
func (t *Table) Bad() []*Row {
	var bad []*Row
	for _, r := range t.Rows {
		if r.Bad() {
			bad = append(bad, r)
		}
	}
	return bad
}

// WriteBad writes the header and the bad rows as they were, separated as before, with their causes in the column `error`. A row that
// could not be taken apart stands in the first cell whole.
func (t *Table) WriteBad(w io.Writer, lang string) error {
	out := csv.NewWriter(w)
	out.Comma = t.comma
	columns := slices.DeleteFunc(slices.Clone(t.header), func(name string) bool { return name == ErrorColumn })
	if err := out.Write(append(columns, ErrorColumn)); err != nil {
		return fmt.Errorf("write bad rows: %w", err)
	}
	for _, r := range t.Bad() {
		if err := out.Write(append(t.kept(r), r.Why(lang))); err != nil {
			return fmt.Errorf("write bad rows: %w", err)
		}
	}
	out.Flush()
	return out.Error()
}

// kept gives a row's cells without an old `error`, as many as the header has.
func (t *Table) kept(r *Row) []string {
	source := r.cells
	if r.raw != "" {
		source = []string{strings.ReplaceAll(r.raw, "\r", "")}
	}
	var cells []string
	for i, name := range t.header {
		if name == ErrorColumn {
			continue
		}
		cell := ""
		if i < len(source) {
			cell = source[i]
		}
		cells = append(cells, cell)
	}
	return cells
}

// BadName is where the bad rows of a file go: FILE.bad.csv beside FILE.csv.
func BadName(name string) string {
	extension := filepath.Ext(name)
	return strings.TrimSuffix(name, extension) + ".bad" + extension
}

// SaveBad writes the bad rows beside the file that they came from, which stays as it is, into one that only its owner reads, whole or
// not at all; it gives the new file's name.
func (t *Table) SaveBad(source, lang string) (string, error) {
	name := BadName(source)
	f, err := os.CreateTemp(filepath.Dir(name), ".bad-*")
	if err != nil {
		return "", fmt.Errorf("file of bad rows: %w", err)
	}
	defer os.Remove(f.Name())
	if err := t.WriteBad(f, lang); err != nil {
		_ = f.Close()
		return "", err
	}
	if err := f.Close(); err != nil {
		return "", fmt.Errorf("file of bad rows: %w", err)
	}
	return name, os.Rename(f.Name(), name)
}
