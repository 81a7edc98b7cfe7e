package secret_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/lavoroincorso/lavoro/internal/platform/secret"
)

func generate(t testing.TB) *secret.Keys {
	t.Helper()
	keys, err := secret.Generate()
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

func rotate(t testing.TB, keys *secret.Keys) *secret.Keys {
	t.Helper()
	next, err := keys.Rotate()
	if err != nil {
		t.Fatal(err)
	}
	return next
}

func dataKey(t testing.TB, keys *secret.Keys, person uuid.UUID) (secret.Wrapped, secret.DataKey) {
	t.Helper()
	wrapped, key, err := keys.NewDataKey(person)
	if err != nil {
		t.Fatal(err)
	}
	return wrapped, key
}

var (
	anna, bruno = uuid.MustParse("6b1f0a54-3b6e-4c8a-9a53-000000000001"), uuid.MustParse("6b1f0a54-3b6e-4c8a-9a53-000000000002")
	note        = secret.Place{Table: "attendance", Column: "note", Row: uuid.MustParse("6b1f0a54-3b6e-4c8a-9a53-000000000003")}
)

// TestWhatIsSealedOpensInItsPlaceAlone draws values and places.
func TestWhatIsSealedOpensInItsPlaceAlone(t *testing.T) {
	keys := generate(t)
	_, key := dataKey(t, keys, anna)
	_, other := dataKey(t, keys, anna)
	name := rapid.StringMatching(`[a-z_]{1,12}`)
	rapid.Check(t, func(r *rapid.T) {
		plain := rapid.SliceOf(rapid.Byte()).Draw(r, "plain")
		at := secret.Place{Table: name.Draw(r, "table"), Column: name.Draw(r, "column"), Row: uuid.UUID(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(r, "row"))}
		step := rapid.IntRange(1, 300).Draw(r, "step")
		whole := bytes.Clone(plain)
		for _, k := range []secret.DataKey{key, keys.Own()} {
			for _, sealed := range [][]byte{k.Seal(plain, at), k.SealPadded(plain, step, at)} {
				if got, err := k.Open(sealed, at); err != nil || !bytes.Equal(got, whole) {
					r.Fatalf("opened as %x (%v), sealed was %x", got, err, whole)
				}
				if len(plain) > 7 && bytes.Contains(sealed, plain) {
					r.Fatal("the value stands in what is sealed")
				}
				bad := bytes.Clone(sealed)
				bad[rapid.IntRange(0, len(bad)-1).Draw(r, "byte")] ^= 1 << rapid.IntRange(0, 7).Draw(r, "bit")
				unreadable(r, k, bad, at, "one bit flipped")
				unreadable(r, k, sealed[:rapid.IntRange(0, len(sealed)-1).Draw(r, "cut")], at, "cut off")
				unreadable(r, other, sealed, at, "another's key")
				for _, place := range []secret.Place{{at.Table + "x", at.Column, at.Row}, {at.Table, at.Column + "x", at.Row}, {at.Table, at.Column, uuid.New()}} {
					unreadable(r, k, sealed, place, "another place")
				}
			}
		}
	})
}

// unreadable wants the one error that says where, and nothing of what.
func unreadable(t rapid.TB, key secret.DataKey, sealed []byte, at secret.Place, what string) {
	t.Helper()
	plain, err := key.Open(sealed, at)
	if !errors.Is(err, secret.ErrUnreadable) || plain != nil || err.Error() != "sealed value does not open: "+at.Table+"."+at.Column {
		t.Fatalf("%s: %q %v", what, plain, err)
	}
}

func TestPaddedValuesAreOfOneLength(t *testing.T) {
	_, key := dataKey(t, generate(t), anna)
	lengths := map[int]bool{}
	for n := range 125 {
		lengths[len(key.SealPadded(make([]byte, n), 128, note))] = true
	}
	if len(lengths) != 1 {
		t.Errorf("lengths %v", lengths)
	}
	if long := len(key.SealPadded(make([]byte, 125), 128, note)); lengths[long] {
		t.Error("what does not fit into one step is not longer")
	}
}

func TestADataKeyIsItsPersonsAlone(t *testing.T) {
	keys := generate(t)
	wrapped, key := dataKey(t, keys, anna)
	sealed := key.Seal([]byte("nota"), note)
	again, err := keys.Unwrap(anna, wrapped.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := again.Open(sealed, note); err != nil || string(got) != "nota" {
		t.Errorf("%q %v", got, err)
	}
	flipped := bytes.Clone(wrapped.Bytes)
	flipped[len(flipped)-1] ^= 1
	for what, try := range map[string]func() (secret.DataKey, error){
		"for somebody else":    func() (secret.DataKey, error) { return keys.Unwrap(bruno, wrapped.Bytes) },
		"under other keys":     func() (secret.DataKey, error) { return generate(t).Unwrap(anna, wrapped.Bytes) },
		"with one bit flipped": func() (secret.DataKey, error) { return keys.Unwrap(anna, flipped) },
		"of nothing":           func() (secret.DataKey, error) { return keys.Unwrap(anna, nil) },
		"re-wrapped for others": func() (secret.DataKey, error) {
			_, err := keys.Rewrap(bruno, wrapped.Bytes)
			return secret.DataKey{}, err
		},
	} {
		if got, err := try(); !errors.Is(err, secret.ErrForeignKey) || !got.Erased() {
			t.Errorf("%s: %v", what, err)
		}
	}
	_, brunos := dataKey(t, keys, bruno)
	unreadable(t, brunos, sealed, note, "another person's value")
}

func TestTheKeyOfSomebodyErased(t *testing.T) {
	var gone secret.DataKey
	if _, err := gone.Open([]byte("anything"), note); !errors.Is(err, secret.ErrErased) {
		t.Errorf("opens: %v", err)
	}
	defer func() {
		if recover() == nil {
			t.Error("seals under no key")
		}
	}()
	gone.Seal([]byte("nota"), note)
}

func TestRotationKeepsWhatWasMade(t *testing.T) {
	old := generate(t)
	wrapped, key := dataKey(t, old, anna)
	sealed, own := key.Seal([]byte("nota"), note), old.Own().Seal([]byte("di nessuno"), note)
	marked := old.Index("code", []byte("RSSMRA85A01F023U"))
	next := rotate(t, rotate(t, old))
	if next.KekVersions()[0] == old.KekVersions()[0] || len(next.KekVersions()) != 3 || !slices.Contains(next.KekVersions(), wrapped.Version) {
		t.Errorf("key-encryption keys %v after %v", next.KekVersions(), old.KekVersions())
	}
	if got, err := next.Own().Open(own, note); err != nil || string(got) != "di nessuno" {
		t.Errorf("the installation's own: %q %v", got, err)
	}
	again, err := next.Rewrap(anna, wrapped.Bytes)
	if err != nil || again.Version != next.KekVersions()[0] || bytes.Equal(again.Bytes, wrapped.Bytes) {
		t.Fatalf("re-wrapped under %d (%v)", again.Version, err)
	}
	for _, w := range [][]byte{wrapped.Bytes, again.Bytes} {
		k, err := next.Unwrap(anna, w)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := k.Open(sealed, note); err != nil || string(got) != "nota" {
			t.Errorf("%q %v", got, err)
		}
	}
	if _, err := old.Unwrap(anna, again.Bytes); !errors.Is(err, secret.ErrForeignKey) {
		t.Errorf("the old keys alone unwrap what is wrapped under the new: %v", err)
	}
	marks := next.Indexes("code", []byte("RSSMRA85A01F023U"))
	if len(marks) != 3 || marks[0].Version != next.IndexVersions()[0] || !bytes.Equal(marks[0].Bytes, next.Index("code", []byte("RSSMRA85A01F023U")).Bytes) ||
		!slices.ContainsFunc(marks, func(m secret.Mark) bool { return m.Version == marked.Version && bytes.Equal(m.Bytes, marked.Bytes) }) {
		t.Errorf("marks %v, before %v", marks, marked)
	}
	old.Take(next)
	if _, err := old.Unwrap(anna, again.Bytes); err != nil {
		t.Errorf("keys that took over the new ones: %v", err)
	}
}

func TestMarks(t *testing.T) {
	keys := generate(t)
	mark := func(k *secret.Keys, kind, value string) string { return string(k.Index(kind, []byte(value)).Bytes) }
	is := mark(keys, "code", "A")
	if len(is) != 32 || mark(keys, "code", "A") != is {
		t.Error("equal values have not one mark of 32 bytes")
	}
	for what, other := range map[string]string{"another value": mark(keys, "code", "B"), "another kind": mark(keys, "request", "A"),
		"a kind that runs on": mark(keys, "codeA", ""), "other keys": mark(generate(t), "code", "A")} {
		if other == is {
			t.Errorf("%s has the same mark", what)
		}
	}
}

func TestTheFileOfKeys(t *testing.T) {
	keys := generate(t)
	wrapped, _ := dataKey(t, keys, anna)
	path := filepath.Join(t.TempDir(), "keys.json")
	if err := keys.Create(path); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v (%v)", info.Mode(), err)
	}
	if err := generate(t).Create(path); !errors.Is(err, fs.ErrExist) {
		t.Errorf("keys were written over: %v", err)
	}
	read, err := secret.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := read.Unwrap(anna, wrapped.Bytes); err != nil {
		t.Error(err)
	}
	text, err := read.Text()
	if err != nil {
		t.Fatal(err)
	}
	if same, err := secret.FromText(" " + text + "\n"); err != nil || !slices.Equal(same.IndexVersions(), keys.IndexVersions()) {
		t.Errorf("as text: %v", err)
	}
	next := rotate(t, read)
	if err := next.Write(path); err != nil {
		t.Fatal(err)
	}
	if read, err = secret.Read(path); err != nil || !slices.Equal(read.KekVersions(), next.KekVersions()) {
		t.Errorf("rotated: %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".keys-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	for _, mode := range []os.FileMode{0o640, 0o604, 0o660} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		if _, err := secret.Read(path); !errors.Is(err, secret.ErrOpenFile) {
			t.Errorf("mode %o: %v", mode, err)
		}
	}
	if _, err := secret.Read(path + ".no"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
}

func TestWhatIsNoKeys(t *testing.T) {
	good, err := generate(t).Encode()
	if err != nil {
		t.Fatal(err)
	}
	other, err := generate(t).Encode()
	if err != nil {
		t.Fatal(err)
	}
	cut := func(data []byte, from, to string) []byte {
		a := bytes.Index(data, []byte(from))
		return data[a : a+bytes.Index(data[a:], []byte(to))]
	}
	swapped := bytes.Replace(good, cut(good, `"index"`, `"own"`), cut(other, `"index"`, `"own"`), 1)
	if bytes.Equal(swapped, good) {
		t.Fatal("nothing was swapped")
	}
	for what, data := range map[string][]byte{"nothing": nil, "an object": []byte("{}"), "another format": bytes.Replace(good, []byte(`"lavoroKeys": 1`), []byte(`"lavoroKeys": 2`), 1),
		"an index of other keys": swapped, "no kek": []byte(`{"lavoroKeys":1,"kek":{},"index":{},"own":{}}`), "half": good[:len(good)/2]} {
		if _, err := secret.Decode(data); !errors.Is(err, secret.ErrBadKeys) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := secret.FromText("%"); !errors.Is(err, secret.ErrBadKeys) {
		t.Errorf("no base64: %v", err)
	}
}

// FuzzDecode: whatever a file holds is read or refused; what is read works and is spelled so that it reads again.
func FuzzDecode(f *testing.F) {
	good, err := generate(f).Encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte(`{"lavoroKeys":1,"kek":{"primaryKeyId":1,"key":[]},"index":{},"own":{}}`))
	f.Add([]byte(`{"lavoroKeys":1,"kek":null}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		keys, err := secret.Decode(data)
		if err != nil {
			if !errors.Is(err, secret.ErrBadKeys) || err.Error() != secret.ErrBadKeys.Error() {
				t.Errorf("says %v", err)
			}
			return
		}
		if _, _, err := keys.NewDataKey(anna); err != nil {
			t.Errorf("read, and wraps nothing: %v", err)
		}
		keys.Indexes("code", data)
		again, err := keys.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := secret.Decode(again); err != nil {
			t.Error(err)
		}
	})
}

// TestANodeReadsItsKeysAgain: what was wrapped anew while it runs, and only if the file has changed.
func TestANodeReadsItsKeysAgain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys.json")
	if err := generate(t).Create(path); err != nil {
		t.Fatal(err)
	}
	node, err := secret.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	next := rotate(t, node)
	wrapped, _ := dataKey(t, next, anna)
	if _, err := node.Unwrap(anna, wrapped.Bytes); !errors.Is(err, secret.ErrForeignKey) {
		t.Errorf("before the file is written: %v", err)
	}
	if err := next.Write(path); err != nil {
		t.Fatal(err)
	}
	if _, err := node.Unwrap(anna, wrapped.Bytes); err != nil {
		t.Errorf("after it is written: %v", err)
	}
	last, err := next.Finish()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := last.Unwrap(anna, wrapped.Bytes); err != nil || len(last.KekVersions()) != 1 || len(last.IndexVersions()) != 1 || last.IndexVersions()[0] != next.IndexVersions()[0] {
		t.Errorf("finished: %v %v (%v)", last.KekVersions(), last.IndexVersions(), err)
	}
}
