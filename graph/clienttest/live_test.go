package clienttest_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/lavoroincorso/lavoro/internal/platform/web/nodetest"
)

// liveServer answers the environment of a node check: the address of a server with the demonstration, and of a second
// node of the same installation. LAVORO_TEST_URL and LAVORO_TEST_SECOND_URL name them.
func liveServer(t *testing.T) []string {
	t.Helper()
	base := os.Getenv("LAVORO_TEST_URL")
	if base == "" {
		t.Skip("no server with the demonstration: name one in LAVORO_TEST_URL")
	}
	environment := []string{"BASE_URL=" + base}
	if second := os.Getenv("LAVORO_TEST_SECOND_URL"); second != "" {
		environment = append(environment, "SECOND_URL="+second)
	}
	return environment
}

func TestApolloCacheFollowsEveryAct(t *testing.T) {
	environment := liveServer(t)
	nodetest.Install(t, ".")
	t.Log(nodetest.Run(t, ".", environment, "node", "apollo.mjs"))
}

func TestSubscriptionResumesWhereItStopped(t *testing.T) {
	environment := liveServer(t)
	nodetest.Install(t, ".")
	t.Log(nodetest.Run(t, ".", environment, "node", "interop.mjs"))
}

func TestPageShowsTheEventOfItsMutation(t *testing.T) {
	environment := append(liveServer(t), "CHROMIUM="+nodetest.Chromium(t))
	nodetest.Install(t, ".")
	picture := filepath.Join(os.TempDir(), "lavoro-page.png")
	t.Log(nodetest.Run(t, ".", append(environment, "SCREENSHOT="+picture), "node", "browser.mjs"))
	if info, err := os.Stat(picture); err != nil || info.Size() == 0 {
		t.Errorf("there is no screenshot at %s: %v", picture, err)
	}
}
