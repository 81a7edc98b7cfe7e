package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/lavoroincorso/lavoro/internal/member"
	"github.com/lavoroincorso/lavoro/internal/programme"
)

func upCommand(c *Config) *cobra.Command {
	scale := 1
	cmd := &cobra.Command{
		Use:   "up",
		Short: "Run everything on this machine: private servers, the invented programme, the API",
		Long: `up starts a private PostgreSQL and a private Redis as child processes with their data under --state, makes the database ready,
applies the programme "Lavoro in Corso 3", makes the demonstration once, and serves. Ctrl-C stops it all; the next start keeps the data.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return up(cmd.Context(), *c, scale, cmd.OutOrStdout()) },
	}
	cmd.Flags().IntVar(&scale, "scale", scale, "make the demonstration so many times smaller, for tests")
	_ = cmd.Flags().MarkHidden("scale")
	return cmd
}

// steps tells how long each part of a start took.
type steps struct {
	out   io.Writer
	began time.Time
}

func (s *steps) run(name string, do func() error) error {
	fmt.Fprintf(s.out, "%-12s ", name)
	start := time.Now()
	err := do()
	if err != nil {
		fmt.Fprintln(s.out, "failed")
		return fmt.Errorf("%s: %w", name, err)
	}
	fmt.Fprintf(s.out, "%.1f s\n", time.Since(start).Seconds())
	return nil
}

func up(ctx context.Context, c Config, scale int, out io.Writer) (err error) {
	s := &steps{out: out, began: time.Now()}
	if err := os.MkdirAll(c.State, 0o755); err != nil {
		return err
	}
	if err := c.ensureKeys(); err != nil {
		return err
	}
	log, err := os.OpenFile(filepath.Join(c.State, "servers.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	var servers *private
	if err := s.run("servers", func() (err error) { servers, err = startPrivate(ctx, c.State, log); return err }); err != nil {
		return err
	}
	defer func() {
		_ = os.Remove(addressFile(c.State))
		err = errors.Join(err, servers.stop())
	}()
	c.DatabaseURL, c.OwnerURL, c.RedisURL, c.ReplicaURLs = servers.postgres.URL("lavoro"), "", servers.redis.URL(), nil
	return s.serve(ctx, c, scale)
}

func (s *steps) serve(ctx context.Context, c Config, scale int) error {
	if err := s.run("migrate", func() error { return ready(ctx, c.owner()) }); err != nil {
		return err
	}
	if err := s.run("programme", func() error {
		_, err := programme.Apply(ctx, c.owner(), programme.LavoroInCorso3Name, programme.Demonstration(), time.Now)
		return err
	}); err != nil {
		return err
	}
	app, err := Open(ctx, c)
	if err != nil {
		return err
	}
	defer app.Close()
	if err := s.run("demo", func() error { return app.demonstrate(ctx, scale, s.out) }); err != nil {
		return err
	}
	return app.listen(ctx, func(address string) { app.welcome(ctx, s, address) })
}

// welcome says where the API is and how to sign in as each of the invented people.
func (a *App) welcome(ctx context.Context, s *steps, address string) {
	fmt.Fprintf(s.out, "ready        %.1f s\n\n  %s           GraphiQL, signed in as whom you choose\n  %s/graphql   the API\n\n", time.Since(s.began).Seconds(), address, address)
	people, err := member.DemonstrationPeople(ctx, a.DB)
	if err != nil {
		fmt.Fprintln(s.out, err)
		return
	}
	fmt.Fprintln(s.out, "  sign in on the page, or: lavoro token --as EMAIL")
	for _, p := range people {
		fmt.Fprintf(s.out, "  %-42s %-20s %s, %s\n", p.Email, p.Role, p.Name, p.Organisation)
	}
	fmt.Fprintln(s.out, "\n  Ctrl-C ends it.")
}
