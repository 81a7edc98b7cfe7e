package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/evidence"
	"github.com/lavoroincorso/lavoro/internal/programme"
)

func journalRetainCommand(c *Config) *cobra.Command {
	dry := false
	cmd := &cobra.Command{
		Use:   "retain",
		Short: "Drop the entries of the journals whose time is over",
		Long: `retain reads, as the database's owner, how long each programme's policy in force today keeps its journals, never less than 24 months,
and drops what is older: the beginning of each chain, up to the first entry that must be kept, by its age or because the data of
whom it is about are held. The link of the last entry that went is written into the acts' chains, so that 'journal verify' goes on
from there. A node that is told --owner-url does this by itself, once a day.`,
		Example: "  lavoro journal retain --dry-run",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := c.locate(); err != nil {
				return err
			}
			all, err := dropEvidence(cmd.Context(), c.owner(), time.Now(), dry)
			if err != nil {
				return err
			}
			done := "dropped"
			if dry {
				done = "would be dropped"
			}
			for _, d := range all {
				fmt.Fprintf(cmd.OutOrStdout(), "%-5s %s  %7d entries %s, written up to %s; %d stay\n", d.Kind, d.ID, d.Entries, done, d.Last.UTC().Format(time.DateOnly), d.Left)
			}
			if len(all) == 0 {
				fmt.Fprintln(cmd.OutOrStdout(), "nothing is old enough")
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&dry, "dry-run", false, "only say what would be dropped")
	return cmd
}

// dropEvidence drops, as the owner, what the policies of the day keep no longer.
func dropEvidence(ctx context.Context, ownerURL string, now time.Time, dry bool) ([]evidence.Dropped, error) {
	keepings, err := programme.Keepings(ctx, ownerURL, now)
	if err != nil {
		return nil, err
	}
	terms := make([]evidence.Term, len(keepings))
	for i, k := range keepings {
		terms[i] = evidence.Term{Programme: k.Programme, Acts: now.AddDate(0, -k.ActMonths, 0), Reads: now.AddDate(0, -k.ReadMonths, 0)}
	}
	return evidence.Retain(ctx, ownerURL, access.SystemMember, now, terms, dry)
}
