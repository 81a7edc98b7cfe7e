package clienttest_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/lavoroincorso/lavoro/internal/platform/web/nodetest"
)

// nodes answers the environment of a node check: the addresses of two nodes of one installation.
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
	return []string{"BASE_URL=" + i.first.url, "SECOND_URL=" + i.second.url}
}

func TestApolloCacheFollowsEveryAct(t *testing.T) {
	nodetest.Install(t, ".")
	t.Log(nodetest.Run(t, ".", nodes(t), "node", "apollo.mjs"))
}

func TestSubscriptionResumesWhereItStopped(t *testing.T) {
	nodetest.Install(t, ".")
	t.Log(nodetest.Run(t, ".", nodes(t), "node", "interop.mjs"))
}

func TestPageShowsTheEventOfItsMutation(t *testing.T) {
	environment := []string{"CHROMIUM=" + nodetest.Chromium(t)}
	nodetest.Install(t, ".")
	picture := filepath.Join(os.TempDir(), "lavoro-page.png")
	environment = append(environment, "SCREENSHOT="+picture)
	t.Log(nodetest.Run(t, ".", append(environment, nodes(t)...), "node", "browser.mjs"))
	if info, err := os.Stat(picture); err != nil || info.Size() == 0 {
		t.Errorf("there is no screenshot at %s: %v", picture, err)
	}
}
