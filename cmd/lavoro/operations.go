package main

import (
	"cmp"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/lavoroincorso/lavoro/graph"
	"github.com/lavoroincorso/lavoro/internal/platform/persisted"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
)

// operations are those that clients may name in this installation.
func (a *App) operations() (graph.Operations, error) {
	c := a.Config
	ops := graph.Operations{Store: persisted.NewStore(a.redis, a.Installation.ID.String(), a.now), Uses: persisted.NewUses(a.DB, a.now)}
	only, known := map[string]bool{"on": true, "off": false, "": c.Operations != "" && a.Installation.Kind != postgres.Demonstration}[c.OperationsOnly]
	if !known {
		return ops, fmt.Errorf("--operations-only (or LAVORO_OPERATIONS_ONLY) is on or off")
	}
	if only && c.Operations == "" {
		return ops, fmt.Errorf("--operations-only needs the operations: set --operations (or LAVORO_OPERATIONS)")
	}
	ops.Only = only
	if c.Operations == "" {
		return ops, nil
	}
	list, err := persisted.ReadList(c.Operations)
	if err != nil {
		return ops, fmt.Errorf("--operations (or LAVORO_OPERATIONS): %w", err)
	}
	ops.List = list
	for _, o := range list.All() {
		if err := graph.Valid(o.Text); err != nil { // an app that is gone may have asked for what is gone
			slog.Warn("a listed operation does not fit the schema", "manifests", o.Manifests, "error", err)
		}
	}
	return ops, nil
}

func operationsCommand(c *Config) *cobra.Command {
	return &cobra.Command{
		Use:   "operations",
		Short: "List the manifests of apps' operations, and the day on which each was last used",
		Long: `operations prints each manifest under --operations, and each that was ever used, with the number of its operations and the day (UTC) of its last
use at any node. A use counts for the manifest that the header Lavoro-Client names (tutor-phone/1.4.0 is tutor-phone-1.4.0.json); of
who names none, for every manifest that holds the operation. A node writes uses down once a minute.`,
		Example: "  lavoro operations --operations /etc/lavoro/operations",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := c.locate(); err != nil {
				return err
			}
			var list *persisted.List
			if c.Operations != "" {
				var err error
				if list, err = persisted.ReadList(c.Operations); err != nil {
					return err
				}
			}
			db, err := postgres.Open(cmd.Context(), postgres.Config{URL: c.DatabaseURL, RelayURL: c.RelayURL, Plans: 1, Acts: 1})
			if err != nil {
				return err
			}
			defer db.Close()
			days, err := persisted.LastUsed(cmd.Context(), db)
			if err != nil {
				return err
			}
			out := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			_, _ = fmt.Fprintln(out, "MANIFEST\tOPERATIONS\tLAST USED")
			names, sizes := list.Manifests()
			for _, name := range names {
				_, _ = fmt.Fprintf(out, "%s\t%d\t%s\n", name, sizes[name], cmp.Or(days[name], "-"))
				delete(days, name)
			}
			for _, name := range slices.Sorted(maps.Keys(days)) {
				_, _ = fmt.Fprintf(out, "%s\t-\t%s\n", name, days[name])
			}
			return out.Flush()
		},
	}
}
