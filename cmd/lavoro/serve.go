package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"

	"github.com/spf13/cobra"
)

func serveCommand(c *Config) *cobra.Command {
	return &cobra.Command{
		Use:   "serve",
		Short: "Serve the API on the database and Redis that are named, or on those that up runs",
		Long: `serve answers GraphQL at /graphql (POST, GET, graphql-transport-ws and graphql-sse), with GraphiQL at /. Any number of nodes may serve the same
database and Redis: events reach every one of them. Without addresses it joins the private servers of a running lavoro up.`,
		Example: `  DATABASE_URL=postgres://… REDIS_URL=redis://… lavoro serve --listen :8081
  lavoro serve --listen :8081     a second node beside lavoro up`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := c.locate("redis-url"); err != nil {
				return err
			}
			app, err := Open(cmd.Context(), *c)
			if err != nil {
				return err
			}
			defer app.Close()
			return app.listen(cmd.Context(), func(address string) {
				slog.Info("serving", "address", address, "kind", app.Installation.Kind)
			})
		},
	}
}

// listen serves on the configured address and says so once it is taken.
func (a *App) listen(ctx context.Context, ready func(address string)) error {
	slog.Info("configuration", a.Config.changed()...)
	var lc net.ListenConfig
	listener, err := lc.Listen(ctx, "tcp", a.Config.Listen)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	collectSeldom()
	ready(address(listener))
	return a.Serve(ctx, listener)
}

// address is where a browser on this machine finds a listener.
func address(l net.Listener) string {
	tcp := l.Addr().(*net.TCPAddr)
	if tcp.IP.IsUnspecified() {
		return fmt.Sprintf("http://localhost:%d", tcp.Port)
	}
	return "http://" + tcp.String()
}
