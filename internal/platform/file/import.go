package file

import (
	"context"
	"errors"
	"io"
	"path/filepath"
	"slices"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// Import is one file on its way into a programme, brought by one actor.
type Import struct {
	DB        *postgres.DB
	Actor     access.Actor
	Clock     postgres.Clock
	Programme uuid.UUID
	Reader    io.Reader
	Name      string // of the file; folders before it are not kept
	Options
}

// Options says how an import treats what it finds.
type Options struct {
	DryRun  bool // nothing is written whatever the rows are
	SkipBad bool // good rows are written although others are bad
	// Acknowledge holds codes of warnings that were read for the whole file, and Reason why they are passed; a row with any other
	// warning that must be read is bad.
	Acknowledge []string
	Reason      string
}

// Report is what became of a file.
type Report struct {
	Rows         int  // below the header, blank ones not counted
	Added        int  // rows that brought something new, or would have in a dry run
	AlreadyThere int  // rows whose subject was known before, also from an earlier row
	Written      bool // false: nothing was written
	Table        *Table
}

// Bad gives the rows that cannot be taken, with every problem; Report.Table writes them into a file.
func (r Report) Bad() []*Row { return r.Table.Bad() }

// Remarked gives the good rows of which something is to be told.
func (r Report) Remarked() []*Row {
	return slices.DeleteFunc(slices.Clone(r.Table.Rows), func(row *Row) bool { return row.Bad() || len(row.Remarks) == 0 })
}

// Kind is what a concept knows of its files.
type Kind struct {
	Right   access.Act // that who brings a file must have in the programme
	Columns []Column
	// Begin reads what all rows need and gives the function that takes one row after the other.
	Begin func(ctx context.Context, tx *postgres.Tx, programme uuid.UUID, table *Table) (Take, error)
}

// Take brings one row in and says whether its subject was there already, or notes in the row why it cannot be. An error is a fault
// that ends the import. It is not asked for rows that could not be taken apart.
type Take func(ctx context.Context, tx *postgres.Tx, row *Row) (there bool, err error)

// errUndone rolls back an import that is not to be written.
var errUndone = errors.New("import undone")

// Import brings in a whole file in one transaction: nothing is written unless every row is good, or SkipBad is given. A file that
// cannot be read is a *Broken.
func (k Kind) Import(ctx context.Context, i Import) (Report, error) {
	if !i.Actor.MayIn(k.Right, i.Programme) {
		return Report{}, refusal.List{refusal.NotAllowed.At()}
	}
	table, err := Read(i.Reader, filepath.Base(i.Name), k.Columns)
	if err != nil {
		return Report{}, err
	}
	asRead := make([][]Problem, len(table.Rows))
	for n, row := range table.Rows {
		asRead[n] = row.Problems
	}
	var report Report
	err = i.DB.InTx(ctx, i.Actor, i.Clock, func(ctx context.Context, tx *postgres.Tx) error {
		for n, row := range table.Rows { // a transaction that runs again starts from the file as it was read
			row.Problems, row.Remarks = slices.Clone(asRead[n]), nil
		}
		report = Report{Rows: len(table.Rows), Table: table}
		tx.Acknowledge(i.Acknowledge, i.Reason)
		if err := k.takeAll(ctx, tx, i.Programme, &report); err != nil {
			return err
		}
		if report.Written = !i.DryRun && (i.SkipBad || len(report.Bad()) == 0); !report.Written {
			return errUndone
		}
		return nil
	})
	if errors.Is(err, errUndone) {
		err = nil
	}
	return report, err
}

func (k Kind) takeAll(ctx context.Context, tx *postgres.Tx, programme uuid.UUID, report *Report) error {
	take, err := k.Begin(ctx, tx, programme, report.Table)
	if err != nil {
		return err
	}
	for _, row := range report.Table.Rows {
		if row.shapeless() {
			continue
		}
		tx.Warnings = nil
		there, err := take(ctx, tx, row)
		switch {
		case err != nil:
			return err
		case row.Bad():
		case there:
			report.AlreadyThere++
		default:
			report.Added++
		}
	}
	return nil
}
