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

	"github.com/lavoroincorso/lavoro/internal/allowance"
	"github.com/lavoroincorso/lavoro/internal/duty"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

func programmeCommand(c *Config) *cobra.Command {
	cmd := &cobra.Command{Use: "programme", Short: "The programme's file: partners, rules, code lists, targets"}
	lang, dry := "it", false
	apply := &cobra.Command{
		Use:   "apply FILE",
		Short: "Apply a programme's file; the same file twice changes nothing, a changed rule makes a new version",
		Long: `apply brings the programme of a file into the database. A rule that was changed comes as a new version of the rules. Every month that it
touches is then worked out again by the server, in the background: where it comes to something else its next statement is issued,
and what was paid already is made up for by arrears, or recovered.

With --dry-run nothing is applied. It says how many months would come to something else, and how much more and less each payer would
owe for them out of which budget line.`,
		Example: "  lavoro programme apply --dry-run lavoro-in-corso-3.yaml\n  lavoro programme apply lavoro-in-corso-3.yaml",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := c.needs("database-url"); err != nil {
				return err
			}
			data, err := os.ReadFile(args[0])
			if err != nil {
				return err
			}
			name, out := filepath.Base(args[0]), cmd.OutOrStdout()
			if dry {
				return worded(c.tryProgramme(cmd.Context(), out, name, data, lang), lang)
			}
			applied, err := programme.Apply(cmd.Context(), c.owner(), name, data, time.Now)
			if err != nil {
				return worded(err, lang)
			}
			tellApplied(out, applied, lang)
			return nil
		},
	}
	apply.Flags().BoolVar(&dry, "dry-run", false, "apply nothing, and say what would come of it")
	apply.Flags().StringVar(&lang, "lang", lang, "language of the problems: it or en")
	cmd.AddCommand(apply)
	return cmd
}

// worded is an error of a programme's file in the words of a language.
func worded(err error, lang string) error {
	var problems programme.Problems
	if errors.As(err, &problems) {
		return errors.New(problems.In(lang))
	}
	if list, refused := refusal.As(err); refused {
		return errors.New(list[0].Localized(lang).Message)
	}
	return err
}

// tryProgramme says what would come of applying a file.
func (c *Config) tryProgramme(ctx context.Context, out io.Writer, name string, data []byte, lang string) error {
	applied, supposition, err := programme.Try(ctx, c.owner(), name, data, time.Now)
	if err != nil {
		return err
	}
	fmt.Fprint(out, "nothing is applied\n")
	applied.NewVersion = supposition != nil
	tellApplied(out, applied, lang)
	if supposition == nil {
		return nil
	}
	db, err := postgres.Open(ctx, postgres.Config{URL: c.DatabaseURL}) // nothing of this is sealed
	if err != nil {
		return err
	}
	defer db.Close()
	house, err := duty.SystemActor(ctx, db)
	if err != nil {
		return err
	}
	foreseen, err := allowance.Foresee(ctx, supposition, func(ctx context.Context, look func(context.Context, *postgres.Tx) error) error {
		return db.InTx(ctx, house, time.Now, look)
	})
	if err != nil {
		return err
	}
	tellForeseen(out, foreseen)
	return nil
}

// tellForeseen prints what rules that are not applied would make of months.
func tellForeseen(out io.Writer, f allowance.Foreseen) {
	said := func(c allowance.Change) string {
		return fmt.Sprintf("%d months, %s more, %s less", c.Months, c.More.Format(text.English), c.Less.Format(text.English))
	}
	fmt.Fprintf(out, "issued months that would come to something else: %s\n", said(f.Issued))
	for _, o := range f.Owed {
		fmt.Fprintf(out, "  payer %s, line %s: %s\n", f.Codes[o.Payer], f.Codes[o.Line], said(o.Change))
	}
	fmt.Fprintf(out, "other months, as the register stands: %s\n", said(f.SoFar))
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
