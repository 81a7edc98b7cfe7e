// Command lavoro is the backend of Lavoro in Corso: one binary over PostgreSQL, the truth, and Redis, the carrier of news.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := root().ExecuteContext(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "lavoro:", err)
		os.Exit(1)
	}
}

func root() *cobra.Command {
	c := &Config{}
	cmd := &cobra.Command{
		Use:   "lavoro",
		Short: "The backend of Lavoro in Corso: funded programmes that take fragile people into work",
		Long: `lavoro serves one GraphQL API over PostgreSQL and Redis, with live updates.

To try it: lavoro up            starts a private PostgreSQL and Redis with an invented programme
To run it: lavoro migrate       makes the database ready
           lavoro programme apply FILE
           lavoro member first --organisation CODE --name NAME --email ADDRESS
           lavoro serve`,
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	c.bind(cmd.PersistentFlags())
	cmd.AddCommand(serveCommand(c), upCommand(c), migrateCommand(c), loadDemoCommand(c), programmeCommand(c), memberCommand(c), keysCommand(c), journalCommand(c), replayCommand(c), verifyCommand(), importCommand(c), operationsCommand(c), tokenCommand(c))
	return cmd
}
