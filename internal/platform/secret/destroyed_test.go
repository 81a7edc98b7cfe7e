package secret_test

import (
	"bytes"
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/lavoroincorso/lavoro/internal/platform/secret"
)

func someDestroyed(t *rapid.T) secret.DestroyedList {
	l := secret.DestroyedList{Installation: uuid.New()}
	for range rapid.IntRange(0, 4).Draw(t, "keys") {
		k := secret.Destroyed{Person: uuid.New(), At: time.UnixMicro(rapid.Int64Range(0, 4e15).Draw(t, "at")).UTC()}
		copy(k.Digest[:], rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "digest"))
		l.Keys = append(l.Keys, k)
	}
	for range rapid.IntRange(0, 3).Draw(t, "files") {
		l.Files = append(l.Files, uuid.New())
	}
	return l
}

// TestAListOfDestroyedKeysIsReadWholeOrNotAtAll cuts it off, flips a bit of it, leaves a line out and says one twice.
func TestAListOfDestroyedKeysIsReadWholeOrNotAtAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := someDestroyed(t)
		text := list.Encode()
		got, err := secret.DecodeDestroyed(text)
		if err != nil || got.Installation != list.Installation || len(got.Keys) != len(list.Keys) || len(got.Files) != len(list.Files) || !bytes.Equal(got.Encode(), text) {
			t.Fatalf("%v %v", got, err)
		}
		lines := bytes.SplitAfter(text, []byte("\n"))
		n := rapid.IntRange(0, len(lines)-2).Draw(t, "line")
		flipped := bytes.Clone(text)
		flipped[rapid.IntRange(0, len(text)-1).Draw(t, "byte")] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		for what, bad := range map[string][]byte{
			"cut off":             text[:rapid.IntRange(0, len(text)-1).Draw(t, "cut")],
			"with a bit flipped":  flipped,
			"with a line less":    bytes.Join(append(append([][]byte{}, lines[:n]...), lines[n+1:]...), nil),
			"with a line twice":   bytes.Join(append(append([][]byte{}, lines[:n+1]...), lines[n:]...), nil),
			"with something more": append(bytes.Clone(text), '\n'),
		} {
			if got, err := secret.DecodeDestroyed(bad); !errors.Is(err, secret.ErrBadList) || !reflect.DeepEqual(got, secret.DestroyedList{}) {
				t.Fatalf("%s it is read as %v (%v)", what, got, err)
			}
		}
	})
}

func FuzzDecodeDestroyed(f *testing.F) {
	f.Add(secret.DestroyedList{Installation: uuid.New()}.Encode())
	f.Add(secret.DestroyedList{Installation: uuid.New(), Keys: []secret.Destroyed{{Person: uuid.New(), At: time.Unix(1_700_000_000, 0)}}}.Encode())
	f.Add(secret.DestroyedList{Installation: uuid.New(), Files: []uuid.UUID{uuid.New()}}.Encode())
	f.Add([]byte("lavoro destroyed keys and files 1\n\n\n\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		list, err := secret.DecodeDestroyed(data)
		if err != nil && !errors.Is(err, secret.ErrBadList) {
			t.Error(err)
		}
		if err == nil && !bytes.Equal(list.Encode(), data) {
			t.Errorf("%q is read as another list", data)
		}
	})
}
