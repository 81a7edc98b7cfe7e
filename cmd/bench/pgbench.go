package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// pgbench runs one statement by PostgreSQL's own load generator: what the database alone can do.
type pgbench struct {
	binary, script, socket, options string
}

func (s *stage) pgbench(st statement) (*pgbench, error) {
	binary, err := findPgbench()
	if err != nil {
		return nil, err
	}
	dir, err := filepath.Abs(s.dir)
	if err != nil {
		return nil, err
	}
	p := &pgbench{binary: binary, script: filepath.Join(dir, "statement.sql"), socket: s.owner.Config().Host, options: "-c jit=off -c plan_cache_mode=force_generic_plan"}
	for name, keys := range st.Keys {
		p.options += " -c " + name + "=" + strings.ReplaceAll(keys, " ", `\ `)
	}
	return p, os.WriteFile(p.script, []byte(st.inlined()+";\n"), 0o600)
}

// findPgbench looks on the path and where Debian and Homebrew put servers.
func findPgbench() (string, error) {
	if found, err := exec.LookPath("pgbench"); err == nil {
		return found, nil
	}
	for _, pattern := range []string{"/usr/lib/postgresql/*/bin/pgbench", "/opt/homebrew/opt/postgresql@*/bin/pgbench", "/usr/local/opt/postgresql@*/bin/pgbench"} {
		if found, _ := filepath.Glob(pattern); len(found) > 0 {
			return found[len(found)-1], nil
		}
	}
	return "", fmt.Errorf("pgbench is not installed; it comes with PostgreSQL's server")
}

var perSecond = regexp.MustCompile(`tps = ([\d.]+) \(without`)

// run gives transactions per second, the time to connect left out.
func (p *pgbench) run(ctx context.Context, clients int, d time.Duration) (float64, error) {
	//nolint:forbidigo // the limit to measure by is PostgreSQL's own tool
	cmd := exec.CommandContext(ctx, p.binary, "--no-vacuum", "--protocol=prepared", "--client="+strconv.Itoa(clients), "--jobs=2",
		"--time="+strconv.Itoa(int(d.Seconds())), "--host="+p.socket, "--username=lavoro", "--file="+p.script, "lavoro")
	cmd.Env = append(os.Environ(), "PGOPTIONS="+p.options)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return 0, fmt.Errorf("pgbench: %w: %.800s", err, out)
	}
	m := perSecond.FindSubmatch(out)
	if m == nil {
		return 0, fmt.Errorf("pgbench says no tps: %.800s", out)
	}
	return strconv.ParseFloat(string(m[1]), 64)
}
