package secret

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// Destroyed is a key that is no more. It names whose it was by id alone.
type Destroyed struct {
	Person uuid.UUID
	At     time.Time // to the microsecond
	Digest [32]byte  // SHA-256 of the wrapped key as it was last
}

// DestroyedList is every key that an installation has destroyed, and every file beside, for copies of its database that were made before.
type DestroyedList struct {
	Installation uuid.UUID
	Keys         []Destroyed // by person
	Files        []uuid.UUID // that were destroyed by themselves: their persons' keys stand, or went later
}

// ErrBadList is returned for a list that is not whole, or not as it was written.
var ErrBadList = errors.New("this is no list of what was destroyed, or it is damaged")

const (
	listTitle  = "lavoro destroyed keys and files 1"
	listFile   = "file "
	listMoment = "2006-01-02T15:04:05.000000Z"
)

// Encode spells the list: a title, the installation, a line for each key, one for each file, and a line that seals what stands before it.
func (l DestroyedList) Encode() []byte {
	var out bytes.Buffer
	fmt.Fprintf(&out, "%s\ninstallation %s\n", listTitle, l.Installation)
	keys := slices.SortedFunc(slices.Values(l.Keys), func(a, b Destroyed) int { return bytes.Compare(a.Person[:], b.Person[:]) })
	for _, k := range keys {
		fmt.Fprintf(&out, "%s %s %x\n", k.Person, k.At.UTC().Format(listMoment), k.Digest)
	}
	files := slices.SortedFunc(slices.Values(l.Files), func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) })
	for _, f := range files {
		fmt.Fprintf(&out, "%s%s\n", listFile, f)
	}
	fmt.Fprintf(&out, "end %d %x\n", len(keys)+len(files), sha256.Sum256(out.Bytes()))
	return out.Bytes()
}

// DecodeDestroyed reads what Encode spelled, whole or not at all.
func DecodeDestroyed(data []byte) (DestroyedList, error) {
	var l DestroyedList
	lines := strings.Split(string(data), "\n")
	if len(lines) < 4 || lines[0] != listTitle {
		return l, ErrBadList
	}
	var err error
	if l.Installation, err = uuid.Parse(strings.TrimPrefix(lines[1], "installation ")); err != nil {
		return DestroyedList{}, ErrBadList
	}
	for _, line := range lines[2 : len(lines)-2] {
		if id, is := strings.CutPrefix(line, listFile); is {
			f, err := uuid.Parse(id)
			if err != nil || len(l.Files) > 0 && f == l.Files[len(l.Files)-1] {
				return DestroyedList{}, ErrBadList
			}
			l.Files = append(l.Files, f)
			continue
		}
		k, err := destroyed(line)
		if err != nil || len(l.Keys) > 0 && k.Person == l.Keys[len(l.Keys)-1].Person {
			return DestroyedList{}, ErrBadList
		}
		l.Keys = append(l.Keys, k)
	}
	if !bytes.Equal(l.Encode(), data) { // another order, another spelling, a changed or missing line
		return DestroyedList{}, ErrBadList
	}
	return l, nil
}

func destroyed(line string) (k Destroyed, err error) {
	parts := strings.Split(line, " ")
	if len(parts) != 3 {
		return k, ErrBadList
	}
	if k.Person, err = uuid.Parse(parts[0]); err != nil {
		return k, err
	}
	if k.At, err = time.Parse(listMoment, parts[1]); err != nil {
		return k, err
	}
	digest, err := hex.DecodeString(parts[2])
	if err != nil || len(digest) != len(k.Digest) {
		return k, ErrBadList
	}
	copy(k.Digest[:], digest)
	return k, nil
}
