package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/company"
	"github.com/lavoroincorso/lavoro/internal/duty"
	"github.com/lavoroincorso/lavoro/internal/platform/file"
)

// importing is what both kinds of import are given on the command line.
type importing struct {
	file.Options
	config    *Config
	programme string
	lang      string
}

func importCommand(c *Config) *cobra.Command {
	i := &importing{config: c}
	cmd := &cobra.Command{
		Use:   "import",
		Short: "Bring in a CSV file: nothing is written unless every row is good",
		Long: `import reads a CSV file with a header line, separated by ; or , in UTF-8. Every problem is told with row, column and cause.
Nothing is written unless every row is good; with --skip-bad the good rows are written, and the bad ones are left in a file
beside the first (FILE.bad.csv) with what is wrong. The same file twice changes nothing.`,
	}
	flags := cmd.PersistentFlags()
	flags.StringVar(&i.programme, "programme", "", "code of the programme; may be left out where there is only one")
	flags.StringVar(&i.lang, "lang", "it", "language of the problems: it or en")
	flags.BoolVar(&i.DryRun, "dry-run", false, "say what would happen, write nothing")
	flags.BoolVar(&i.SkipBad, "skip-bad", false, "write the good rows although others are bad")
	flags.StringSliceVar(&i.Acknowledge, "acknowledge", nil, "codes of warnings that you have read for the whole file")
	flags.StringVar(&i.Reason, "reason", "", "why you pass the warnings")
	cmd.AddCommand(
		&cobra.Command{Use: "participants FILE.csv", Short: "Refer the people of a file", Args: cobra.ExactArgs(1), RunE: i.verb(importParticipants),
			Example: "  lavoro import participants segnalazioni.csv --dry-run\n  lavoro import participants segnalazioni.csv --skip-bad"},
		&cobra.Command{Use: "companies FILE.csv", Short: "Register the companies of a file", Args: cobra.ExactArgs(1), RunE: i.verb(importCompanies),
			Example: "  lavoro import companies aziende.csv --dry-run"},
		i.historyCommand(),
	)
	return cmd
}

// importOf chooses the import of one kind of file among those of the rooms.
type importOf func(*App) func(context.Context, file.Import) (file.Report, error)

func (i *importing) verb(kind importOf) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		if err := i.config.locate("redis-url"); err != nil {
			return err
		}
		in, err := os.Open(args[0])
		if err != nil {
			return err
		}
		defer in.Close()
		app, err := Open(cmd.Context(), *i.config)
		if err != nil {
			return err
		}
		defer app.Close()
		actor, programme, err := app.house(cmd.Context(), i.programme)
		if err != nil {
			return err
		}
		report, err := kind(app)(cmd.Context(), file.Import{DB: app.DB, Actor: actor, Clock: time.Now, Programme: programme, Reader: in, Name: args[0], Options: i.Options})
		var broken *file.Broken
		if errors.As(err, &broken) {
			return errors.New(broken.In(i.lang))
		}
		if err != nil {
			return err
		}
		return i.tell(cmd.OutOrStdout(), args[0], report)
	}
}

// house is the installation's own actor, and the programme that is meant.
func (a *App) house(ctx context.Context, code string) (access.Actor, uuid.UUID, error) {
	actor, err := duty.SystemActor(ctx, a.DB)
	if err != nil {
		return actor, uuid.Nil, err
	}
	// What is imported is compared with what the lead organisation sees: of somebody who is protected the file's owner learns only that
	// he is known.
	actor.Grants = slices.DeleteFunc(actor.Grants, func(g access.Grant) bool { return g.Key == access.HouseKey(g.Programme) })
	var programmes []uuid.UUID
	for _, g := range actor.Grants {
		is, err := a.programmeCode(ctx, actor, g.Programme)
		if err != nil {
			return actor, uuid.Nil, err
		}
		if code == "" || is == code {
			programmes = append(programmes, g.Programme)
		}
	}
	if len(programmes) != 1 {
		return actor, uuid.Nil, fmt.Errorf("%d programmes fit: name one with --programme CODE", len(programmes))
	}
	return actor, programmes[0], nil
}

func (a *App) programmeCode(ctx context.Context, actor access.Actor, id uuid.UUID) (string, error) {
	code, err := a.DB.ReadText(ctx, actor, "select coalesce((select code from programme where id = $1::uuid), '')", id.String())
	return string(code), err
}

// tell prints what became of the file. A file of which nothing was written although it should have been is an error.
func (i *importing) tell(out io.Writer, name string, r file.Report) error {
	bad := r.Bad()
	for _, row := range bad {
		i.list(out, name, row.Number, row.Problems)
	}
	for _, row := range r.Remarked() {
		i.list(out, name, row.Number, row.Remarks)
	}
	fmt.Fprintf(out, "%d rows: %d added, %d already there, %d bad\n", r.Rows, r.Added, r.AlreadyThere, len(bad))
	switch {
	case i.DryRun:
		fmt.Fprintln(out, "dry run: nothing was written")
	case !r.Written:
		return fmt.Errorf("nothing was written: correct the %d bad rows, or write the others with --skip-bad", len(bad))
	case len(bad) > 0:
		kept, err := r.Table.SaveBad(name, i.lang)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "the bad rows stand in %s\n", kept)
	}
	return nil
}

func (i *importing) list(out io.Writer, name string, row int, problems []file.Problem) {
	for _, p := range problems {
		fmt.Fprintf(out, "%s:%d  %-14s %s\n", name, row, p.Column, p.Cause.In(i.lang))
	}
}

func importParticipants(a *App) func(context.Context, file.Import) (file.Report, error) {
	return a.rooms.participants.Import
}

func importCompanies(*App) func(context.Context, file.Import) (file.Report, error) {
	return company.Import
}
