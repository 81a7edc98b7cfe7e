package web_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/lavoroincorso/lavoro/internal/platform/web/nodetest"
)

func TestCommittedPageEqualsAFreshBuild(t *testing.T) {
	nodetest.Install(t, "page")
	fresh := t.TempDir()
	nodetest.Run(t, "page", nil, "node", "build.mjs", fresh)
	want, have := tree(t, fresh), tree(t, "dist")
	for name, content := range want {
		if have[name] != content {
			t.Errorf("%s is not what the source builds: run npm run build in internal/platform/web/page and commit dist", name)
		}
	}
	for name := range have {
		if _, built := want[name]; !built {
			t.Errorf("%s is committed but no longer built", name)
		}
	}
}

func tree(t *testing.T, root string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := fs.WalkDir(os.DirFS(root), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(filepath.Join(root, name))
		files[name] = string(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}
