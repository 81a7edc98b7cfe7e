package main

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/lavoroincorso/lavoro/internal/programme"
)

func programmeCommand(c *Config) *cobra.Command {
	cmd := &cobra.Command{Use: "programme", Short: "The programme's file: partners, rules, code lists, targets"}
	cmd.AddCommand(&cobra.Command{
		Use:   "apply FILE",
		Short: "Apply a programme's file; the same file twice changes nothing, a changed rule makes a new version",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := c.needs("database-url"); err != nil {
				return err
			}
			data, err := os.ReadFile(args[0])
			if err != nil {
				return err
			}
			applied, err := programme.Apply(cmd.Context(), c.owner(), filepath.Base(args[0]), data, time.Now)
			if err != nil {
				return err
			}
			fmt.Fprintln(cmd.OutOrStdout(), applied)
			return nil
		},
	})
	return cmd
}
