package persisted_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/lavoroincorso/lavoro/internal/platform/persisted"
)

const (
	plain  = `{"0f1e2d": "query A { viewer { id } }", "sha256:aa": "query B { viewer { name } }"}`
	apollo = `{"format": "apollo-persisted-query-manifest", "version": 1, "operations": [{"id": "aa", "name": "B", "type": "query", "body": "query B { viewer { name } }"},
		{"id": "bb", "name": "C", "type": "query", "body": "query C { viewer { hidden } }"}]}`
)

func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestListHoldsAllManifests: both forms at once; an operation of two versions is one, and each id leads to it.
func TestListHoldsAllManifests(t *testing.T) {
	l, err := persisted.ReadList(folder(t, map[string]string{"web-1.json": plain, "web-2.json": apollo, "notes.txt": "none"}))
	if err != nil {
		t.Fatal(err)
	}
	names, sizes := l.Manifests()
	if !slices.Equal(names, []string{"web-1", "web-2"}) || sizes["web-1"] != 2 || sizes["web-2"] != 2 || len(l.All()) != 3 {
		t.Errorf("%v %v, %d operations", names, sizes, len(l.All()))
	}
	for id, in := range map[string][]string{"0f1e2d": {"web-1"}, "aa": {"web-1", "web-2"}, "bb": {"web-2"}} {
		o, ok := l.Find(id)
		if !ok || !slices.Equal(o.Manifests, in) {
			t.Errorf("%s: %v", id, o)
			continue
		}
		if same, ok := l.Holding(o.Text); !ok || same != o {
			t.Errorf("%s is not found by its text", id)
		}
	}
	for _, id := range []string{"", "cc", "sha256:aa"} {
		if o, ok := l.Find(id); ok {
			t.Errorf("%q is %v", id, o)
		}
	}
}

func TestManifestsThatAreRefused(t *testing.T) {
	for name, files := range map[string]map[string]string{
		"none":                 {},
		"no JSON":              {"a.json": "query A { viewer { id } }"},
		"empty":                {"a.json": "{}"},
		"a list":               {"a.json": `["query"]`},
		"no text":              {"a.json": `{"aa": ""}`},
		"an id with a space":   {"a.json": `{"a a": "query A { viewer { id } }"}`},
		"a newer Apollo":       {"a.json": strings.Replace(apollo, `"version": 1`, `"version": 2`, 1)},
		"one id, two meanings": {"a.json": plain, "b.json": `{"aa": "query Other { viewer { id } }"}`},
		"twice in one":         {"a.json": strings.Replace(apollo, `"bb"`, `"aa"`, 1)},
	} {
		if l, err := persisted.ReadList(folder(t, files)); err == nil {
			t.Errorf("%s: %v", name, l)
		}
	}
	if _, err := persisted.ReadList(filepath.Join(t.TempDir(), "absent")); err == nil {
		t.Error("a folder that is not there")
	}
}

// FuzzParseManifest: whatever is read holds a text for every id, and is read the same when it is written plainly.
func FuzzParseManifest(f *testing.F) {
	for _, seed := range []string{plain, apollo, "{}", "[]", `{"a": 1}`, `{"format": "x"}`, "\xff"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		texts, err := persisted.ParseManifest(data)
		if err != nil {
			return
		}
		again, _ := json.Marshal(texts)
		same, err := persisted.ParseManifest(again)
		if err != nil || len(same) != len(texts) {
			t.Fatalf("%v: %q is read again as %q", err, texts, same)
		}
		for id, text := range texts {
			if text == "" || same[id] != text {
				t.Fatalf("%q is %q, then %q", id, text, same[id])
			}
		}
	})
}
