package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/lavoroincorso/lavoro/internal/member"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
)

func tokenCommand(c *Config) *cobra.Command {
	var email string
	cmd := &cobra.Command{
		Use:   "token --as EMAIL",
		Short: "Print a token of one of the demonstration's people (DEMONSTRATION only)",
		Long: `token signs an access token of the demonstration's issuer, which holds for twelve hours on every node that shares the folder of its key
(--state). It is what the issuer's sign-in page would give.`,
		Example: `  curl -H "Authorization: Bearer $(lavoro token --as tutor.pegaso@demo.lavoro)" …`,
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := c.locate(); err != nil {
				return err
			}
			db, err := postgres.Open(cmd.Context(), postgres.Config{URL: c.DatabaseURL})
			if err != nil {
				return err
			}
			defer db.Close()
			installation, err := db.Installation(cmd.Context())
			if err != nil {
				return err
			}
			subject, err := member.DemonstrationSubject(cmd.Context(), db, installation.Kind, email)
			if err != nil {
				return err
			}
			i, err := demoIssuer(db, c.State, "", time.Now)
			if err != nil {
				return err
			}
			token, err := i.Token(subject, commandClient, commandLife, map[string]any{"auth_time": i.Clock().Unix()})
			if err != nil {
				return err
			}
			fmt.Fprintln(cmd.OutOrStdout(), token)
			return nil
		},
	}
	cmd.Flags().StringVar(&email, "as", "", "e-mail address of one of the demonstration's people")
	_ = cmd.MarkFlagRequired("as")
	return cmd
}
