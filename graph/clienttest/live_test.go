package clienttest_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/lavoroincorso/lavoro/internal/platform/web/nodetest"
)

// nodes answers the environment of a node check: the addresses of two nodes of one installation, and where it is.
func nodes(t *testing.T) []string {
	t.Helper()
	i, err := installed()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the first node said:\n%s\nthe second node said:\n%s", i.first.said, i.second.said)
		}
	})
	return []string{"BASE_URL=" + i.first.url, "SECOND_URL=" + i.second.url, "LAVORO=" + i.binary(), "STATE=" + i.state()}
}

// TestClientsAtTwoNodes takes one check after the other: they write into the same registers.
func TestClientsAtTwoNodes(t *testing.T) {
	t.Parallel()
	environment := nodes(t)
	t.Run("a subscription resumes where it stopped", func(t *testing.T) { script(t, environment, "interop.mjs") })
	t.Run("operations and feeds come by server-sent events", func(t *testing.T) { script(t, environment, "sse.mjs") })
	t.Run("the helper neither loses nor repeats", func(t *testing.T) { script(t, environment, "feed.mjs") })
	t.Run("GraphQL over HTTP is spoken", func(t *testing.T) { script(t, environment, "http.mjs") })
	t.Run("the page shows the event of its mutation", func(t *testing.T) { page(t, environment) })
	t.Run("an Apollo cache follows every act", func(t *testing.T) { script(t, environment, "apollo.mjs") })
}

func script(t *testing.T, environment []string, name string) {
	t.Helper()
	packages(t)
	t.Log(nodetest.Run(t, ".", environment, "node", name))
}

func page(t *testing.T, environment []string) {
	picture := filepath.Join(t.ArtifactDir(), "page.png")
	script(t, append(environment, "CHROMIUM="+nodetest.Chromium(t), "SCREENSHOT="+picture), "browser.mjs")
	if info, err := os.Stat(picture); err != nil || info.Size() == 0 {
		t.Errorf("there is no screenshot at %s: %v", picture, err)
	}
}
