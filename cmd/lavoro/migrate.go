package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
)

func migrateCommand(c *Config) *cobra.Command {
	kind := ""
	cmd := &cobra.Command{
		Use:   "migrate",
		Short: "Bring the database to this binary's tables; with --kind, make a new one an installation",
		Long: `migrate brings the database to the tables of this binary. It runs as the database's owner, any number of times.

A new database is made an installation once, of one kind for ever: REAL for people who exist, DEMONSTRATION for invented
ones. Demonstration sign-in works only on a DEMONSTRATION.

It makes the roles lavoro_app, lavoro_relay and lavoro_auditor, which own nothing and cannot pass row-level security. Give each login one
of them: create role NAME login password '…' in role lavoro_app (for --database-url), lavoro_relay (for --relay-url), lavoro_auditor (for
whoever looks at the journals' chains with psql).`,
		Example: "  lavoro migrate --kind REAL",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := c.needs("database-url"); err != nil {
				return err
			}
			if err := postgres.Migrate(cmd.Context(), c.owner()); err != nil {
				return err
			}
			switch postgres.Kind(kind) {
			case postgres.Demonstration, postgres.Real:
				return postgres.Install(cmd.Context(), c.owner(), postgres.Kind(kind))
			case "":
				return nil
			}
			return fmt.Errorf("--kind is REAL or DEMONSTRATION")
		},
	}
	cmd.Flags().StringVar(&kind, "kind", "", "what a new database is for: REAL or DEMONSTRATION")
	return cmd
}
