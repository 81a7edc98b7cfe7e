package child

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

const (
	minPostgres = 15 // the first with security_invoker views and MERGE
	minRedis    = 7
)

// The same folders as .ci/install looks through.
var postgresFolders = []string{
	"/usr/lib/postgresql/*/bin",
	"/usr/pgsql-*/bin",
	"/usr/local/pgsql/bin",
	"/opt/homebrew/opt/postgresql@*/bin",
	"/usr/local/opt/postgresql@*/bin",
	"/home/linuxbrew/.linuxbrew/opt/postgresql@*/bin",
}

var redisFolders = []string{"/usr/bin", "/usr/local/bin", "/opt/homebrew/opt/redis/bin", "/usr/local/opt/redis/bin"}

// ErrNotInstalled is returned when no usable server program is found; its text says what to install.
var ErrNotInstalled = errors.New("not installed")

var (
	postgresVersion = regexp.MustCompile(`\(PostgreSQL\) (\d+)`)
	redisVersion    = regexp.MustCompile(`v=(\d+)`)
)

// postgresBinaries is a folder that holds postgres and initdb of one major version.
type postgresBinaries struct {
	dir   string
	major int
}

// findPostgres returns the newest installed version, or exactly `want` when it is not zero (data knows one version only).
func findPostgres(ctx context.Context, want int) (postgresBinaries, error) {
	folders := filepath.SplitList(os.Getenv("PATH"))
	for _, pattern := range postgresFolders {
		found, _ := filepath.Glob(pattern)
		folders = append(folders, found...)
	}
	var best postgresBinaries
	for _, dir := range folders {
		if !executable(filepath.Join(dir, "initdb")) {
			continue
		}
		major := majorVersion(ctx, filepath.Join(dir, "postgres"), postgresVersion)
		if major > best.major && (want == 0 || major == want) {
			best = postgresBinaries{dir, major}
		}
	}
	switch {
	case best.major >= minPostgres:
		return best, nil
	case want != 0:
		return best, fmt.Errorf("PostgreSQL %d, which wrote the data, is %w: %s", want, ErrNotInstalled, installHint("postgresql-"+strconv.Itoa(want), "postgresql@"+strconv.Itoa(want)))
	}
	return best, fmt.Errorf("PostgreSQL %d or newer is %w: %s", minPostgres, ErrNotInstalled, installHint("postgresql", "postgresql@17"))
}

func findRedis(ctx context.Context) (string, error) {
	for _, dir := range append(filepath.SplitList(os.Getenv("PATH")), redisFolders...) {
		path := filepath.Join(dir, "redis-server")
		if majorVersion(ctx, path, redisVersion) >= minRedis {
			return path, nil
		}
	}
	return "", fmt.Errorf("redis-server %d or newer is %w: %s", minRedis, ErrNotInstalled, installHint("redis-server", "redis"))
}

func installHint(debian, homebrew string) string {
	return fmt.Sprintf("run `.ci/install run`, or install the package %s (Debian, Ubuntu) or %s (Homebrew)", debian, homebrew)
}

func executable(path string) bool {
	info, err := os.Stat(path)
	return err == nil && !info.IsDir() && info.Mode()&0o111 != 0
}

// majorVersion asks a program for its version; zero when there is no such program or no number in its answer.
func majorVersion(ctx context.Context, path string, pattern *regexp.Regexp) int {
	if !executable(path) {
		return 0
	}
	out, err := exec.CommandContext(ctx, path, "--version").Output()
	if err != nil {
		return 0
	}
	match := pattern.FindStringSubmatch(strings.TrimSpace(string(out)))
	if match == nil {
		return 0
	}
	major, _ := strconv.Atoi(match[1])
	return major
}
