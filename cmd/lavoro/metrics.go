package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metrics serves this node's figures for Prometheus at /metrics, on an address of its own: they are for those who run it, not for clients. They
// name programmes by their ids, and nobody. Where no address is set it does nothing.
func (a *App) metrics(ctx context.Context) (run func(context.Context), err error) {
	if a.Config.MetricsListen == "" {
		return func(context.Context) {}, nil
	}
	var lc net.ListenConfig
	listener, err := lc.Listen(ctx, "tcp", a.Config.MetricsListen)
	if err != nil {
		return nil, fmt.Errorf("--metrics-listen (or LAVORO_METRICS_LISTEN): %w", err)
	}
	slog.Info("metrics", "address", address(listener)+"/metrics")
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", a.figures())
	server := &http.Server{Handler: mux, ReadTimeout: headerTime, WriteTimeout: bodyTime}
	return func(ctx context.Context) {
		stop := context.AfterFunc(ctx, func() { _ = server.Close() })
		defer stop()
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			slog.ErrorContext(ctx, "metrics", "error", err)
		}
	}, nil
}

// figures tells what this node counts.
func (a *App) figures() http.Handler {
	registry := prometheus.NewRegistry()
	registry.MustRegister(a.hub, a.relay, a.resolver.Connections, a.resolver.Usage, replicaMeter{a.DB}, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return promhttp.HandlerFor(registry, promhttp.HandlerOpts{})
}
