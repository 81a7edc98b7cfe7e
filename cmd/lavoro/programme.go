package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/lavoroincorso/lavoro/internal/programme"
)

func programmeCommand(c *Config) *cobra.Command {
	cmd := &cobra.Command{Use: "programme", Short: "The programme's file: partners, rules, code lists, targets"}
	lang := "it"
	apply := &cobra.Command{
		Use:     "apply FILE",
		Short:   "Apply a programme's file; the same file twice changes nothing, a changed rule makes a new version",
		Example: "  lavoro programme apply lavoro-in-corso-3.yaml",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := c.needs("database-url"); err != nil {
				return err
			}
			data, err := os.ReadFile(args[0])
			if err != nil {
				return err
			}
			applied, err := programme.Apply(cmd.Context(), c.owner(), filepath.Base(args[0]), data, time.Now)
			var problems programme.Problems
			if errors.As(err, &problems) {
				return errors.New(problems.In(lang))
			}
			if err != nil {
				return err
			}
			tellApplied(cmd.OutOrStdout(), applied, lang)
			return nil
		},
	}
	apply.Flags().StringVar(&lang, "lang", lang, "language of the problems: it or en")
	cmd.AddCommand(apply)
	return cmd
}

// tellApplied prints what became of a programme's file, and what a person must clear up in it.
func tellApplied(out io.Writer, a programme.Applied, lang string) {
	became := "unchanged"
	switch {
	case a.NewVersion:
		became = "applied, with a new version of the rules"
	case a.Changed:
		became = "applied"
	}
	fmt.Fprintf(out, "%s: %s; rules of version %d\n", a.Code, became, a.Version)
	for _, f := range a.Findings {
		fmt.Fprintf(out, "%s: %s\n", f.Code, f.Text.In(lang))
	}
}
