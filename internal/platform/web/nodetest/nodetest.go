// Package nodetest runs node tools in tests: it installs a folder's locked packages once and runs commands in it.
// Where node or a browser is missing the test is skipped with the reason, but fails under CI, which must have them.
package nodetest

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// Install makes folder's node_modules equal its package-lock.json with "npm ci", running no package's own scripts.
// It does nothing when the last installation was made from the same lock.
func Install(t testing.TB, folder string) {
	t.Helper()
	need(t, "node", "npm")
	lock, err := os.ReadFile(filepath.Join(folder, "package-lock.json"))
	if err != nil {
		t.Fatalf("read the lock: %v", err)
	}
	digest := sha256.Sum256(lock)
	want := []byte(hex.EncodeToString(digest[:]))
	stamp := filepath.Join(folder, "node_modules", ".installed-from")
	if have, err := os.ReadFile(stamp); err == nil && bytes.Equal(have, want) {
		return
	}
	Run(t, folder, nil, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
	if err := os.WriteFile(stamp, want, 0o644); err != nil {
		t.Fatalf("note the installation: %v", err)
	}
}

// Run executes a command in folder with extra environment entries and returns its output; a failure ends the test
// and shows everything the command said.
func Run(t testing.TB, folder string, environment []string, name string, arguments ...string) string {
	t.Helper()
	command := exec.CommandContext(t.Context(), name, arguments...)
	command.Dir = folder
	command.Env = append(os.Environ(), environment...)
	output, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %v: %v\n%s", name, arguments, err, output)
	}
	return string(output)
}

// Chromium finds an installed browser, or ends the test: CHROMIUM names one, else the usual names are looked up.
func Chromium(t testing.TB) string {
	t.Helper()
	if named := os.Getenv("CHROMIUM"); named != "" {
		return named
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable",
		"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome", "/Applications/Chromium.app/Contents/MacOS/Chromium"} {
		if found, err := exec.LookPath(name); err == nil {
			return found
		}
	}
	missing(t, "chromium is not installed (apt-get install chromium, or name a browser in CHROMIUM)")
	return ""
}

func need(t testing.TB, programs ...string) {
	t.Helper()
	for _, program := range programs {
		if _, err := exec.LookPath(program); errors.Is(err, exec.ErrNotFound) {
			missing(t, program+" is not installed (node 20 or newer, with npm)")
		}
	}
}

func missing(t testing.TB, reason string) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatal(reason)
	}
	t.Skip(reason)
}
