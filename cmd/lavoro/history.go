package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/history"
	"github.com/lavoroincorso/lavoro/internal/platform/file"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

func (i *importing) historyCommand() *cobra.Command {
	by := ""
	cmd := &cobra.Command{
		Use:   "history DIR --by EMAIL",
		Short: "Bring in what was before, for somebody else to confirm",
		Long: `import history reads a folder of CSV files, each of which may be missing:

  participations.csv  fiscal_code;entered_on;employment;isced;left_on;exit_reason
  placements.csv      fiscal_code;host;from;to;weekly_minutes
  attendance.csv      fiscal_code;month;activity_kind;minutes;presence_days
  payments.csv        fiscal_code;month;budget_line;gross;withheld;paid_on;reference;activity_kind
  earlier.csv         fiscal_code;promoter;host;from;to
  spending.csv        budget_line;month;amount;reference

People must take part in the programme already. Months are written 2025-04, amounts in euro. Nothing is kept unless every row is good; each bad one is
told with file, row, code, cause and cure. What was brought in before is passed over, so the same folder twice changes nothing. What is kept counts for
nothing until somebody else confirms its totals (confirmHistory), and is never payable here.`,
		Example: "  lavoro import history storico/ --by maria@asl.example --dry-run\n  lavoro import history storico/ --by maria@asl.example",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if i.SkipBad {
				return errors.New("history comes whole or not at all: --skip-bad is for people and companies")
			}
			return i.history(cmd, args[0], by)
		},
	}
	cmd.Flags().StringVar(&by, "by", "", "e-mail of the member who answers for the files, and will not confirm them")
	_ = cmd.MarkFlagRequired("by")
	return cmd
}

func (i *importing) history(cmd *cobra.Command, dir, by string) error {
	if err := i.config.locate("redis-url"); err != nil {
		return err
	}
	files, err := filesIn(dir)
	if err != nil {
		return err
	}
	app, err := Open(cmd.Context(), *i.config)
	if err != nil {
		return err
	}
	defer app.Close()
	actor, programme, err := app.house(cmd.Context(), i.programme)
	if err != nil {
		return err
	}
	who, err := app.answering(cmd.Context(), actor, programme, by)
	if err != nil {
		return err
	}
	room := history.Room{People: app.rooms.participants}
	report, err := room.Stage(cmd.Context(), app.DB, actor, time.Now, history.Folder{Programme: programme, By: who, Files: files, DryRun: i.DryRun})
	if list, refused := refusal.As(err); refused {
		return errors.New(list[0].Localized(i.lang).Message + " " + list[0].Localized(i.lang).Cure)
	}
	if err != nil {
		return err
	}
	return i.tellHistory(cmd.OutOrStdout(), dir, report)
}

// filesIn reads the CSV files of a folder, none of them larger than an import takes.
func filesIn(dir string) (map[string][]byte, error) {
	names, err := filepath.Glob(filepath.Join(dir, "*.csv"))
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(dir); err != nil {
		return nil, err
	}
	files := make(map[string][]byte, len(names))
	for _, name := range names {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		data, err := io.ReadAll(io.LimitReader(f, file.MaxBytes+1))
		_ = f.Close()
		if err != nil {
			return nil, err
		}
		files[filepath.Base(name)] = data
	}
	return files, nil
}

// answering is the member with the address, who must have a grant of the lead body in the programme.
func (a *App) answering(ctx context.Context, actor access.Actor, programme uuid.UUID, email string) (uuid.UUID, error) {
	id, err := a.DB.ReadText(ctx, actor, `select coalesce((select m.id::text from member m where lower(m.email) = lower($1)
		and exists (select from access_grant g where g.member_id = m.id and g.programme_id = $2::uuid) order by m.id limit 1), '')`, email, programme.String())
	if err != nil {
		return uuid.Nil, err
	}
	if len(id) == 0 {
		return uuid.Nil, errors.New("no member of the programme has the address of --by")
	}
	return uuid.ParseBytes(id)
}

// tellHistory prints what is wrong, or what the folder comes to by month and budget line. A folder of which nothing was kept although it should have
// been is an error.
func (i *importing) tellHistory(out io.Writer, dir string, r history.Report) error {
	for _, p := range r.Problems {
		said := p.Localized(i.lang)
		fmt.Fprintf(out, "%s:%d  %-14s %-24s %s %s\n", filepath.Join(dir, p.File), p.Row, p.Column, p.Code, said.Message, said.Cure)
	}
	for _, t := range r.Totals {
		month, line := "", ""
		if t.Month != nil {
			month = t.Month.String()
		}
		if t.Code != nil {
			line = *t.Code
		}
		fmt.Fprintf(out, "%s\n", strings.TrimSpace(fmt.Sprintf("%-13s %-7s %-32s %5d %8d min  %s  %s", t.Kind, month, line, t.Rows, t.Minutes, t.Gross.Format(text.Italian), t.Paid.Format(text.Italian))))
	}
	fmt.Fprintf(out, "%d rows: %d new, %d already there, %d wrong\n", r.Rows, r.Added, r.AlreadyThere, r.Wrong())
	switch {
	case len(r.Problems) > 0:
		return errors.New("nothing was kept: correct what is wrong, and repeat the import")
	case i.DryRun:
		fmt.Fprintln(out, "dry run: nothing was kept")
	case r.Import != uuid.Nil:
		fmt.Fprintf(out, "%s_%s waits for somebody else to confirm it\n", history.Prefix, r.Import)
	}
	return nil
}
