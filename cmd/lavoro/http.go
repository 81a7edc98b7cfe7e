package main

import (
	"encoding/json"
	"errors"
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
	mux.Handle("/graphql", graph.NewServer(a.resolver, a.authenticate))
	mux.Handle("GET /{$}", page)
	mux.Handle("GET /assets/", page)
	mux.HandleFunc("GET /schema.graphqls", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = w.Write([]byte(graph.SDL()))
	})
	mux.HandleFunc("GET /healthz", a.health)
	if a.Installation.Kind == postgres.Demonstration {
		mux.HandleFunc("GET /demo/people", a.demonstrationPeople)
		mux.HandleFunc("POST /demo/token", a.demonstrationToken)
	}
	return mux
}

// health says whether the node can read; it names what fails, and nothing about it.
func (a *App) health(w http.ResponseWriter, req *http.Request) {
	state := map[string]string{"postgres": "ok", "redis": "ok"}
	status := http.StatusOK
	if err := a.DB.Plans.Ping(req.Context()); err != nil {
		state["postgres"], status = "unreachable", http.StatusServiceUnavailable
	}
	if err := a.redis.Ping(req.Context()).Err(); err != nil {
		state["redis"] = "unreachable" // acts and reads go on; news arrives when it is back
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

func (a *App) demonstrationToken(w http.ResponseWriter, req *http.Request) {
	var asked struct {
		Email string `json:"email"`
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, req.Body, 4096)).Decode(&asked); err != nil {
		answer(w, http.StatusBadRequest, map[string]string{"error": "MALFORMED"})
		return
	}
	token, expires, err := member.DemonstrationToken(req.Context(), a.DB, a.Installation, asked.Email, time.Now())
	switch {
	case errors.Is(err, member.ErrUnknown):
		answer(w, http.StatusNotFound, map[string]string{"error": "NOT_FOUND"})
	case err != nil:
		slog.ErrorContext(req.Context(), "demonstration token", "error", postgres.Safe(err))
		answer(w, http.StatusServiceUnavailable, map[string]string{"error": "UNAVAILABLE"})
	default:
		answer(w, http.StatusOK, map[string]any{"token": token, "expiresAt": expires.UTC()})
	}
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}
