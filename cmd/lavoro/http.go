package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"log/slog"
	"net/http"
	"time"

	"github.com/lavoroincorso/lavoro/graph"
	"github.com/lavoroincorso/lavoro/internal/member"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/platform/web"
)

// handler lays out what is served where.
func (a *App) handler() http.Handler {
	page := web.Page()
	mux := http.NewServeMux()
	mux.Handle("/graphql", graph.NewServer(a.resolver, a.door.graph()))
	mux.Handle("GET /{$}", page)
	mux.Handle("GET /assets/", page)
	mux.Handle("GET /schema.graphqls", constant("text/plain; charset=utf-8", []byte(graph.SDL())))
	mux.Handle("GET /possibleTypes.json", constant("application/json", graph.PossibleTypes()))
	mux.Handle("GET /scalars.json", constant("application/json", graph.Scalars))
	mux.HandleFunc("GET /healthz", a.health)
	a.door.routes(mux)
	a.fileRoutes(mux)
	return a.guard(mux)
}

// constant serves what is the same for everybody as long as the program runs. Who has it already is told so.
func constant(media string, content []byte) http.Handler {
	sum := sha256.Sum256(content)
	tag := `W/"` + hex.EncodeToString(sum[:16]) + `"`
	return graph.Compressed(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		header := w.Header()
		header.Set("Content-Type", media)
		header.Set("Cache-Control", "no-cache")
		header.Set("ETag", tag)
		http.ServeContent(w, req, "", time.Time{}, bytes.NewReader(content))
	}))
}

// health says whether the node can read, and whether it stays; it names what fails, and nothing about it.
func (a *App) health(w http.ResponseWriter, req *http.Request) {
	state := map[string]string{"postgres": "ok", "redis": "ok"}
	status := http.StatusOK
	if err := a.DB.Plans.Ping(req.Context()); err != nil {
		state["postgres"], status = "unreachable", http.StatusServiceUnavailable
	}
	if err := a.redis.Ping(req.Context()).Err(); err != nil {
		state["redis"] = "unreachable" // acts and reads go on; news arrives when it is back
	}
	if a.resolver.Connections.Draining() {
		state["node"], status = "stopping", http.StatusServiceUnavailable
	}
	answer(w, status, state)
}

func (a *App) demonstrationPeople(w http.ResponseWriter, req *http.Request) {
	people, err := member.DemonstrationPeople(req.Context(), a.DB)
	if err != nil {
		slog.ErrorContext(req.Context(), "demonstration people", "error", postgres.Safe(err))
		answer(w, http.StatusServiceUnavailable, map[string]string{"error": "UNAVAILABLE"})
		return
	}
	answer(w, http.StatusOK, people)
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}
