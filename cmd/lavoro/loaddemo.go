package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/lavoroincorso/lavoro/internal/demo/large"
	"github.com/lavoroincorso/lavoro/internal/programme"
)

func loadDemoCommand(c *Config) *cobra.Command {
	size := large.DefaultSize
	size.People = 0
	cmd := &cobra.Command{
		Use:   "load-demo",
		Short: "Fill an empty demonstration with as many invented people as wanted, to see what long lists cost",
		Long: `load-demo writes, as the database's owner, so many people as --scale says into an empty installation of kind DEMONSTRATION: with a body for
each 2,500 of them, colleagues, companies, internships, courses, allowances, and --entries of the register each. It applies the programme
"Lavoro in Corso 3" unless it is there. It writes all or nothing, set by set, past acts, journal and news; end the nodes that
serve from the database meanwhile. A REAL database, and one that holds people already, it refuses.

A person takes about 12 kB on disk, an entry 2 kB, an allowance (one for ten entries, six at most) as much, with their indexes. Sign in as lead, partner-0, partner-1 … at demo.lavoro.`,
		Example: "  lavoro migrate --kind DEMONSTRATION\n  lavoro load-demo --scale 20000 --entries 60\n  lavoro token --as partner-0@demo.lavoro",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := c.needs("database-url"); err != nil {
				return err
			}
			keys, err := c.keys()
			if err == nil {
				err = large.Check(cmd.Context(), c.owner())
			}
			if err != nil {
				return err
			}
			if _, err := programme.Apply(cmd.Context(), c.owner(), programme.LavoroInCorso3Name, programme.Demonstration(), time.Now); err != nil {
				return err
			}
			return large.Make(cmd.Context(), c.owner(), "LACO3", keys, size, func(step string, took time.Duration) {
				fmt.Fprintf(cmd.OutOrStdout(), "%-26s %6.1f s\n", step, took.Seconds())
			})
		},
	}
	cmd.Flags().IntVar(&size.People, "scale", 0, "how many people")
	cmd.Flags().IntVar(&size.Entries, "entries", size.Entries, "entries of the register for each of them")
	_ = cmd.MarkFlagRequired("scale")
	return cmd
}
