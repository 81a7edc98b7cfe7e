package issuer_test

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/lavoroincorso/lavoro/internal/platform/issuer"
)

// TestOpenKey: programs that come at once share one key, which nobody but its owner reads and which stays.
func TestOpenKey(t *testing.T) {
	file := filepath.Join(t.TempDir(), "state", "issuer.json")
	ids := make([]string, 8)
	var wg sync.WaitGroup
	for n := range ids {
		wg.Go(func() {
			k, err := issuer.OpenKey(file)
			if err != nil {
				t.Error(err)
			}
			ids[n] = k.Private.KeyID + k.Secret
		})
	}
	wg.Wait()
	for _, id := range ids {
		if id != ids[0] || len(id) < 40 {
			t.Fatalf("different keys: %d characters and %d", len(id), len(ids[0]))
		}
	}
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info.Mode(), err)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(file), ".issuer-*")); len(left) > 0 {
		t.Errorf("drafts are left: %v", left)
	}
	for _, wrong := range []string{"", "{}", `{"key":{"kty":"oct","k":"AAAA"}}`} {
		if err := os.WriteFile(file, []byte(wrong), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := issuer.OpenKey(file); err == nil || !strings.Contains(err.Error(), "holds none") {
			t.Errorf("%q: %v", wrong, err)
		}
	}
}
