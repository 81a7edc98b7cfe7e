package main

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lavoroincorso/lavoro/graph"
	"github.com/lavoroincorso/lavoro/internal/attendance"
	"github.com/lavoroincorso/lavoro/internal/platform/rate"
	"github.com/lavoroincorso/lavoro/internal/platform/web"
)

// signingIn are the paths under which somebody signs in, before the API knows who he is.
var signingIn = []string{issuerPath + "/", "/sign-in"}

// signings is the bucket of one client address for what it brings to sign by: nobody tries codes.
const signings = "signings"

// bucketOf is from which bucket of the client's address a request is taken that comes before anybody knows who sends it; "" for none.
func bucketOf(req *http.Request) string {
	switch path := req.URL.Path; {
	case slices.ContainsFunc(signingIn, func(under string) bool { return strings.HasPrefix(path, under) }):
		return graph.SignIns
	case strings.HasPrefix(path, attendance.SignPath+"/"):
		return signings
	}
	return ""
}

// guard is what every request passes on its way in.
func (a *App) guard(next http.Handler) http.Handler {
	return a.gate.Guard(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if bucket := bucketOf(req); bucket != "" {
			err := a.rates.Take(req.Context(), bucket, web.AddressOf(req.Context()))
			var limited *rate.Limited
			if errors.As(err, &limited) {
				w.Header().Set("Retry-After", strconv.Itoa(limited.Seconds()))
				if bucket == signings {
					a.door.signsTooOften(w, req, limited.Refusal())
				} else {
					web.Refuse(w, req, http.StatusTooManyRequests, limited.Refusal())
				}
				return
			}
		}
		next.ServeHTTP(w, req)
	}))
}

// How long a client may take for what it sends and reads. A connection that becomes a websocket leaves these behind: it has its own.
const (
	headerTime = 10 * time.Second
	bodyTime   = 60 * time.Second // a mebibyte over a slow mobile network
	answerTime = 60 * time.Second // beyond the time of the request itself
	idleTime   = 2 * time.Minute
)

// server is the HTTP server with its limits on slow clients.
func (a *App) server(services context.Context) *http.Server {
	return &http.Server{
		Handler:           a.handler(),
		ReadHeaderTimeout: headerTime,
		ReadTimeout:       bodyTime,
		WriteTimeout:      cmp.Or(a.Config.RequestTime, graph.RequestTime) + bodyTime + answerTime,
		IdleTimeout:       idleTime,
		MaxHeaderBytes:    32 << 10,
		BaseContext:       func(net.Listener) context.Context { return services },
		ErrorLog:          slog.NewLogLogger(slog.Default().Handler(), slog.LevelDebug),
	}
}
