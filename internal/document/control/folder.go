package control

import (
	"archive/zip"
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/csv"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/platform/journal"
)

// Format names the form of a folder, which grows by another number.
const Format = "lavoro control folder 1"

// Names of the files in a folder.
const (
	manifestName = "manifest.json"
	journalName  = "journal.json"
	frameName    = "frame.csv"
	anchorFolder = "anchors/"
	anchorEnd    = ".anchor.json"
	proofFolder  = "statements/"
	proofEnd     = ".json"
	stampEnd     = ".anchor.tsr"
)

// Manifest says what a folder is, and what is in it.
type Manifest struct {
	Format      string    `json:"format"`
	Programme   string    `json:"programme"`
	ProjectCode string    `json:"projectCode"`
	CUP         string    `json:"cup"`
	MadeAt      time.Time `json:"madeAt"`
	Purpose     string    `json:"purpose"`
	Sample      *Sample   `json:"sample,omitempty"`
	Files       []Listed  `json:"files"` // by name
}

// Listed is a file of the folder.
type Listed struct {
	Name   string       `json:"name"`
	Bytes  int          `json:"bytes"`
	SHA256 journal.Hash `json:"sha256"`
}

// Sample is how payment lines were drawn: those of the frame whose SHA-256 over seed and id comes first.
type Sample struct {
	Seed  string       `json:"seed"`
	Frame journal.Hash `json:"frame"` // over the frame's ids, sorted, one a line
	Of    int          `json:"of"`    // lines of the frame
	Drawn []string     `json:"drawn"` // ids, in the order in which they came
}

// Draw takes size lines out of a frame of ids. The same seed and frame give the same lines, whatever order the frame comes in.
func Draw(seed string, frame []string, size int) Sample {
	frame = slices.Compact(slices.Sorted(slices.Values(frame)))
	over := sha256.Sum256([]byte(strings.Join(frame, "\n")))
	rank := func(id string) string {
		sum := sha256.Sum256([]byte(seed + "|" + id))
		return string(sum[:])
	}
	drawn := slices.Clone(frame)
	slices.SortFunc(drawn, func(a, b string) int { return cmp.Or(strings.Compare(rank(a), rank(b)), strings.Compare(a, b)) })
	return Sample{Seed: seed, Frame: over[:], Of: len(frame), Drawn: drawn[:min(size, len(drawn))]}
}

// Entry is an entry of the journal as a folder holds it: what its link covers, the link before it, and how the link leads to an anchor.
type Entry struct {
	ID          uuid.UUID      `json:"id"`
	Programme   uuid.UUID      `json:"programme"`
	Seq         int64          `json:"sequence"`
	Version     int            `json:"version"`
	At          time.Time      `json:"at"`
	Actor       uuid.UUID      `json:"actor"`
	OnBehalfOf  *uuid.UUID     `json:"onBehalfOf,omitempty"`
	Act         string         `json:"act"`
	SubjectKind string         `json:"subjectKind"`
	Subject     uuid.UUID      `json:"subject"`
	Person      *uuid.UUID     `json:"person,omitempty"`
	Sealed      bool           `json:"sealed"`
	Digest      journal.Hash   `json:"digest"`
	Before      journal.Hash   `json:"before"`
	Link        journal.Hash   `json:"link"`
	Anchor      string         `json:"anchor,omitempty"` // the day of the first one that holds it; "" while none does
	Path        []journal.Hash `json:"path,omitempty"`
}

// act is the entry as the journal makes links of.
func (e Entry) act() journal.Act {
	return journal.Act{ID: e.ID, Programme: e.Programme, Seq: e.Seq, Version: e.Version, At: e.At, Actor: e.Actor, OnBehalfOf: e.OnBehalfOf, Act: e.Act, SubjectKind: e.SubjectKind,
		Subject: e.Subject, Person: e.Person, Sealed: e.Sealed, Digest: e.Digest}
}

// Folder is what goes into a ZIP.
type Folder struct {
	Manifest Manifest // without its files
	Tables   Tables
	Papers   map[string][]byte    // by name
	Proofs   map[uuid.UUID][]byte // by statement: what it is worked out again from
	Journal  []Entry
	Anchors  []journal.Kept
	Frame    []string
}

// Zip writes the folder, and gives the hash of its manifest, which stands for all of it.
func (f Folder) Zip() (content []byte, manifest journal.Hash, err error) {
	files := map[string][]byte{}
	for name, paper := range f.Papers {
		files[name] = paper
	}
	for id, proof := range f.Proofs {
		files[proofFolder+id.String()+proofEnd] = proof
	}
	for name, rows := range f.Tables.all() {
		if files[name], err = spellCSV(rows); err != nil {
			return nil, nil, err
		}
	}
	if files[journalName], err = json.MarshalIndent(f.Journal, "", " "); err != nil {
		return nil, nil, err
	}
	for _, a := range f.Anchors {
		files[anchorFolder+a.Name+anchorEnd] = a.Data
		if a.Timestamp != nil {
			files[anchorFolder+a.Name+stampEnd] = a.Timestamp
		}
	}
	if f.Manifest.Sample != nil {
		files[frameName] = []byte(strings.Join(f.Frame, "\n"))
	}
	m := f.Manifest
	m.Format = Format
	for name, data := range files {
		sum := sha256.Sum256(data)
		m.Files = append(m.Files, Listed{name, len(data), sum[:]})
	}
	slices.SortFunc(m.Files, func(a, b Listed) int { return strings.Compare(a.Name, b.Name) })
	first, err := json.MarshalIndent(m, "", " ")
	if err != nil {
		return nil, nil, err
	}
	sum := sha256.Sum256(first)
	content, err = pack(m, first, files)
	return content, sum[:], err
}

func pack(m Manifest, first []byte, files map[string][]byte) ([]byte, error) {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	put := func(name string, data []byte) error {
		w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: m.MadeAt.UTC().Truncate(2 * time.Second)})
		if err == nil {
			_, err = w.Write(data)
		}
		return err
	}
	if err := put(manifestName, first); err != nil {
		return nil, err
	}
	for _, l := range m.Files {
		if err := put(l.Name, files[l.Name]); err != nil {
			return nil, err
		}
	}
	err := z.Close()
	return out.Bytes(), err
}

func spellCSV(rows [][]string) ([]byte, error) {
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	err := w.WriteAll(rows)
	return out.Bytes(), err
}

// Said is a text for a cell of a table: a spreadsheet takes it for nothing else.
func Said(words string) string {
	if words != "" && strings.ContainsRune("=+-@\t\r", rune(words[0])) {
		return "'" + words
	}
	return words
}
