package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/lavoroincorso/lavoro/internal/allowance"
	"github.com/lavoroincorso/lavoro/internal/allowance/recovery"
)

var errReplay = errors.New("statements are not what comes out of their inputs, or payments not what they owe")

func replayCommand(c *Config) *cobra.Command {
	all := false
	cmd := &cobra.Command{
		Use:   "replay",
		Short: "Work every statement of allowances out again, and compare it with what was issued",
		Long: `replay reads the statements as the database's owner, works each out again from the inputs that it keeps, by the version of the
working out that made it, and compares: minutes, sums, the working line by line, what each payer owes, and the hash over all of
it. It compares the inputs with the locked months of the register and their adjustments, too.

And it adds up anew what was paid of every month by each payer and what came back: less each other they are what the last
statement owes, but for what is still due, what is known to be too much, and what was given up.

It needs no keys, and names nobody. It ends with an error when anything differs.`,
		Example: "  lavoro replay --all",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !all {
				return errors.New("replay needs --all: every statement is worked out again")
			}
			if err := c.locate(); err != nil {
				return err
			}
			differences := 0
			read, err := allowance.Replay(cmd.Context(), c.owner(), func(d allowance.Difference) error {
				differences++
				_, err := fmt.Fprintln(cmd.OutOrStdout(), "DIFFERS", d)
				return err
			})
			if err != nil {
				return err
			}
			months, err := recovery.Replay(cmd.Context(), c.owner(), func(d recovery.Difference) error {
				differences++
				_, err := fmt.Fprintln(cmd.OutOrStdout(), "DIFFERS", d)
				return err
			})
			if err != nil {
				return err
			}
			if _, err := fmt.Fprintf(cmd.OutOrStdout(), "%d statements worked out again, payments of %d added up, %d differences\n", read, months, differences); err != nil {
				return err
			}
			if differences > 0 {
				return errReplay
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&all, "all", false, "every statement of every programme")
	return cmd
}
