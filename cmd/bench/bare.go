package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net"
	"net/http"
	"os"
	"os/exec"

	"github.com/jackc/pgx/v5/pgxpool"
)

const (
	bareVerb        = "bare"
	bareURL         = "BENCH_DATABASE_URL"
	bareConnections = 8 // as many as the program takes for reads
)

// bare starts the handler that others are measured by, in a process of its own: net/http, pgx, one prepared statement as
// the tables' owner, its text written as the answer. No rights, no GraphQL, no authentication.
func (s *stage) bare(ctx context.Context, st statement) (*node, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	asked, err := json.Marshal(st)
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, self, bareVerb) //nolint:forbidigo // a process of its own, so that its CPU time is its own
	cmd.Env = append(os.Environ(), bareURL+"="+s.url())
	cmd.Stdin = bytes.NewReader(asked)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	return startNode(cmd, out)
}

// serveBare is the other side: it reads the statement from standard input and says on standard output where it listens.
func serveBare(ctx context.Context) error {
	var st statement
	if err := json.NewDecoder(os.Stdin).Decode(&st); err != nil {
		return err
	}
	config, err := pgxpool.ParseConfig(os.Getenv(bareURL))
	if err != nil {
		return err
	}
	config.MaxConns = bareConnections
	config.ConnConfig.RuntimeParams["jit"], config.ConnConfig.RuntimeParams["plan_cache_mode"] = "off", "force_generic_plan" // as the program sets them
	maps.Copy(config.ConnConfig.RuntimeParams, st.Keys)
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return err
	}
	defer pool.Close()
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	args := st.values()
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) { //nolint:gosec // loopback
		var text string
		if err := pool.QueryRow(req.Context(), st.SQL, args...).Scan(&text); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(text))
	})}
	context.AfterFunc(ctx, func() { _ = server.Close() })
	fmt.Println("http://" + listener.Addr().String())
	if err := server.Serve(listener); ctx.Err() == nil {
		return err
	}
	return nil
}
