package control

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/lavoroincorso/lavoro/internal/platform/journal"
)

// Bounds of what is read: more is no folder of ours.
const (
	MaxZip   = 64 << 20  // bytes of the ZIP
	maxFile  = 32 << 20  // bytes of one file, unpacked
	maxWhole = 256 << 20 // bytes of all files, unpacked
	maxFiles = 5_000
)

// Opened is a folder that was taken apart: each file is there, of the length and hash that the manifest says.
type Opened struct {
	Manifest Manifest
	Hash     journal.Hash // of the manifest
	files    map[string][]byte
}

// Fault is the first thing that does not hold, and where.
type Fault struct{ Where, Why string }

// Error is the fault in words.
func (f *Fault) Error() string { return Printable(f.Where + ": " + f.Why) }

// Printable is a text of a folder for a terminal, which takes it for nothing else.
func Printable(words string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return utf8.RuneError
		}
		return r
	}, words)
}

func fault(where, why string, args ...any) error { return &Fault{where, fmt.Sprintf(why, args...)} }

// shape of a name: plain letters, folders at most one deep, nothing that leads out.
var shape = regexp.MustCompile(`^([a-z0-9-]{1,60}/)?[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}$`)

// Open takes a ZIP apart. What it refuses is a Fault.
func Open(content []byte) (*Opened, error) {
	if len(content) > MaxZip {
		return nil, fault("the folder", "has more than %d bytes", MaxZip)
	}
	z, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return nil, fault("the folder", "is no whole ZIP (%v)", err)
	}
	files, err := unpack(z)
	if err != nil {
		return nil, err
	}
	first, ok := files[manifestName]
	if !ok {
		return nil, fault(manifestName, "is missing")
	}
	delete(files, manifestName)
	o := &Opened{files: files}
	sum := sha256.Sum256(first)
	o.Hash = sum[:]
	if err := strictly(first, &o.Manifest); err != nil {
		return nil, fault(manifestName, "cannot be read (%v)", err)
	}
	if o.Manifest.Format != Format {
		return nil, fault(manifestName, "is of another form (%.60q)", o.Manifest.Format)
	}
	return o, o.whole()
}

// unpack reads every file, within the bounds.
func unpack(z *zip.Reader) (map[string][]byte, error) {
	if len(z.File) > maxFiles {
		return nil, fault("the folder", "has more than %d files", maxFiles)
	}
	files, known, left := map[string][]byte{}, map[string]bool{}, int64(maxWhole)
	for _, f := range z.File {
		switch lower := strings.ToLower(f.Name); {
		case !shape.MatchString(f.Name) || strings.Contains(f.Name, ".."):
			return nil, fault(fmt.Sprintf("%.120q", f.Name), "is no name of a file in a folder")
		case known[lower]:
			return nil, fault(f.Name, "stands in the folder twice")
		case !f.Mode().IsRegular() || f.Flags&1 != 0 || f.Method != zip.Deflate && f.Method != zip.Store:
			return nil, fault(f.Name, "is no plain file")
		default:
			known[lower] = true
		}
		data, err := unpackOne(f, min(left, maxFile))
		if err != nil {
			return nil, err
		}
		left -= int64(len(data))
		files[f.Name] = data
	}
	return files, nil
}

func unpackOne(f *zip.File, most int64) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, fault(f.Name, "cannot be unpacked (%v)", err)
	}
	defer func() { _ = r.Close() }()
	data, err := io.ReadAll(io.LimitReader(r, most+1))
	switch {
	case err != nil:
		return nil, fault(f.Name, "cannot be unpacked (%v)", err)
	case int64(len(data)) > most:
		return nil, fault(f.Name, "is too large: a folder unpacks to %d bytes at most, a file of it to %d", maxWhole, maxFile)
	}
	return data, nil
}

// whole holds the files against the manifest.
func (o *Opened) whole() error {
	listed := map[string]bool{}
	for _, l := range o.Manifest.Files {
		data, there := o.files[l.Name]
		sum := sha256.Sum256(data)
		switch {
		case listed[l.Name]:
			return fault(l.Name, "is listed twice")
		case !there:
			return fault(l.Name, "is missing")
		case len(data) != l.Bytes || !bytes.Equal(sum[:], l.SHA256):
			return fault(l.Name, "is not what the manifest says: its SHA-256 is %x", sum)
		}
		listed[l.Name] = true
	}
	for name := range o.files {
		if !listed[name] {
			return fault(name, "is not in the manifest")
		}
	}
	return nil
}

// strictly reads one JSON value of known fields, and nothing beside it.
func strictly(data []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something stands after it")
	}
	return nil
}
