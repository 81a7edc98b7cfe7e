package history

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/participant"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/file"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/fiscal"
	"github.com/lavoroincorso/lavoro/internal/values/money"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// Room brings history in.
type Room struct{ People participant.Room }

// Folder is what is to be brought in.
type Folder struct {
	Programme uuid.UUID
	By        uuid.UUID         // the member who answers for the files
	Files     map[string][]byte // by their names; others than those of forms are passed over
	DryRun    bool
}

// Problem is what is wrong with a row, or with a file as a whole (row 0 or 1).
type Problem struct {
	File   string
	Row    int
	Column string
	refusal.Refusal
}

// Report is what became of a folder.
type Report struct {
	Import       uuid.UUID // that waits to be confirmed; nil where nothing was written
	Rows         int
	Added        int
	AlreadyThere int
	Problems     []Problem
	Totals       []Total // of what is new
}

// Wrong counts the rows that are bad, whatever is wrong with each.
func (r Report) Wrong() int {
	type row struct {
		file   string
		number int
	}
	rows := map[row]bool{}
	for _, p := range r.Problems {
		rows[row{p.File, p.Row}] = true
	}
	return len(rows)
}

// errUndone rolls back what is not to be written.
var errUndone = errors.New("not to be written")

// Stage reads a folder and keeps what it says until somebody else confirms it: all of it, or nothing where any row is bad.
func (r Room) Stage(ctx context.Context, db *postgres.DB, actor access.Actor, clock postgres.Clock, folder Folder) (report Report, err error) {
	if !actor.MayIn(access.ReferPerson, folder.Programme) {
		return Report{}, refusal.List{refusal.NotAllowed.At()}
	}
	err = db.InTx(ctx, actor, clock, func(ctx context.Context, tx *postgres.Tx) error {
		s := &staging{room: r, folder: folder, seen: map[string][]byte{}, people: map[fiscal.PersonCode]uuid.UUID{}, gross: map[humanMonth]money.Cents{}, housed: map[uuid.UUID]map[calendar.Month]money.Cents{}, most: map[calendar.Month]most{}}
		if err := s.read(ctx, tx); err != nil {
			return err
		}
		report = s.report
		if len(s.report.Problems) > 0 || len(s.facts) == 0 {
			return errUndone
		}
		if err := s.keep(ctx, tx, &report); err != nil {
			return err
		}
		if folder.DryRun {
			report.Import = uuid.Nil
			return errUndone
		}
		return nil
	})
	if errors.Is(err, errUndone) {
		err = nil
	}
	return report, err
}

type humanMonth struct {
	human uuid.UUID
	month calendar.Month
}

// most is what rules let be recognised: of the hours of a month, and towards living on one's own.
type most struct {
	hours   money.Cents
	housing programme.Housing
}

// staging is one folder while it is read.
type staging struct {
	room   Room
	folder Folder
	bounds bounds
	lines  map[string]uuid.UUID
	kinds  map[string]programme.CodeItem
	exits  map[string]programme.CodeItem
	people map[fiscal.PersonCode]uuid.UUID
	gross  map[humanMonth]money.Cents                   // recognised of hours by rows of this folder
	housed map[uuid.UUID]map[calendar.Month]money.Cents // recognised by now of humans towards living on their own
	most   map[calendar.Month]most
	seen   map[string][]byte // of a fact, the hash of the row that told of it first
	files  []File
	facts  []factRow
	report Report
}

func (s *staging) read(ctx context.Context, tx *postgres.Tx) (err error) {
	if s.bounds, s.lines, err = boundsOf(ctx, tx, s.folder.Programme); err != nil {
		return err
	}
	if s.kinds, err = programme.CodeItems(ctx, tx, s.folder.Programme, programme.ActivityKinds); err != nil {
		return err
	}
	if s.exits, err = programme.CodeItems(ctx, tx, s.folder.Programme, programme.ExitReasons); err != nil {
		return err
	}
	for _, f := range forms {
		data, given := s.folder.Files[f.name]
		if !given {
			continue
		}
		if err := s.file(ctx, tx, f, data); err != nil {
			return err
		}
	}
	if len(s.files) == 0 && len(s.report.Problems) == 0 {
		names := make([]string, len(forms))
		for i, f := range forms {
			names[i] = f.name
		}
		return refusal.List{NoFiles.At().With("names", strings.Join(names, ", "))}
	}
	return nil
}

func (s *staging) file(ctx context.Context, tx *postgres.Tx, f form, data []byte) error {
	table, err := file.Read(bytes.NewReader(data), f.name, f.columns())
	var broken *file.Broken
	if errors.As(err, &broken) {
		s.report.Problems = append(s.report.Problems, Problem{f.name, broken.Row, broken.Column, Unreadable.At().With("cause", broken.Cause)})
		return nil
	}
	if err != nil {
		return err
	}
	s.files = append(s.files, File{Name: f.name, SHA256: table.Hash, Rows: len(table.Rows)})
	rows := make([]*row, len(table.Rows))
	for i, fr := range table.Rows {
		if rows[i], err = s.row(ctx, tx, f, fr); err != nil {
			return err
		}
	}
	if err := s.lookBeside(ctx, tx, rows); err != nil {
		return err
	}
	for _, r := range rows {
		if err := s.take(ctx, tx, f, r); err != nil {
			return err
		}
	}
	return nil
}

// row reads one row, and what its codes stand for.
func (s *staging) row(ctx context.Context, tx *postgres.Tx, f form, fr *file.Row) (*row, error) {
	s.report.Rows++
	r := &row{Row: fr}
	if !fr.Bad() {
		r = f.parse(fr, tx.Today())
	}
	r.hash = f.hash(fr)
	if !r.sound() {
		return r, nil
	}
	return r, s.resolve(ctx, tx, r)
}

// lookBeside reads what was brought of the same facts before, and what stands here against them, with one question each for all rows of a file.
func (s *staging) lookBeside(ctx context.Context, tx *postgres.Tx, rows []*row) error {
	sound := slices.DeleteFunc(slices.Clone(rows), func(r *row) bool { return !r.sound() })
	if err := knownHashes(ctx, tx, s.folder.Programme, sound); err != nil {
		return err
	}
	return standAgainst(ctx, tx, slices.DeleteFunc(sound, func(r *row) bool { return r.before != nil || r.Kind == Spending || r.Kind == Earlier }))
}

// take takes one row: what is wrong with it, that it is known, or a fact more.
func (s *staging) take(ctx context.Context, tx *postgres.Tx, f form, r *row) error {
	if r.sound() && s.known(r) {
		s.report.AlreadyThere++
		return nil
	}
	if r.sound() {
		if err := s.against(ctx, tx, r); err != nil {
			return err
		}
	}
	for _, p := range r.Problems {
		s.report.Problems = append(s.report.Problems, Problem{f.name, r.Number, p.Column, Unreadable.At().With("cause", p.Cause)})
	}
	for _, one := range r.wrong {
		column := ""
		if len(one.Path) > 0 {
			column = one.Path[0]
		}
		s.report.Problems = append(s.report.Problems, Problem{f.name, r.Number, column, one})
	}
	if !r.sound() {
		return nil
	}
	s.report.Added++
	made, err := r.fact(s.folder.Programme, f.name)
	s.facts = append(s.facts, made)
	return err
}

// hash is over what the columns of a row say.
func (f form) hash(r *file.Row) []byte {
	h := sha256.New()
	for _, c := range f.columns() {
		h.Write([]byte(c.Name + "=" + r.Text(c.Name) + "\n"))
	}
	return h.Sum(nil)
}

// resolve finds what a row's codes stand for.
func (s *staging) resolve(ctx context.Context, tx *postgres.Tx, r *row) error {
	if r.Kind != Spending {
		id, known := s.people[r.code]
		if !known {
			found, err := s.room.People.LookUp(ctx, tx, s.folder.Programme, r.code.String())
			if err != nil {
				return err
			}
			if found.Participation != nil {
				id = *found.Participation
			}
			s.people[r.code] = id
		}
		if r.Participant = id; id == uuid.Nil {
			r.refuse(NobodyHere.At("fiscal_code"))
		}
	}
	if r.line != "" {
		if r.Line = s.lines[r.line]; r.Line == uuid.Nil {
			r.refuse(NoSuchLine.At("budget_line"))
		}
	}
	for column, of := range map[string]struct {
		code string
		list map[string]programme.CodeItem
		name string
	}{"activity_kind": {r.ActivityKind, s.kinds, programme.ActivityKinds}, "exit_reason": {r.Detail.ExitReason, s.exits, programme.ExitReasons}} {
		if _, known := of.list[of.code]; of.code != "" && !known && !r.housing() {
			r.refuse(programme.CodeUnknown.At(column).With("list", of.name))
		}
	}
	if first, last := r.span(); r.Kind != Earlier && (last.Before(s.bounds.FromDay) || first.After(s.bounds.ToDay)) {
		r.refuse(OutsideProgramme.At())
	}
	return nil
}

// span is the days that a fact is of.
func (f Fact) span() (first, last calendar.Day) {
	switch {
	case !f.Month.IsZero():
		return f.Month.First(), f.Month.Last()
	case f.To.IsZero():
		return f.From, f.From
	}
	return f.From, f.To
}

// known says whether a fact was brought in before, by this folder or another, with the same content; with other content it is refused.
func (s *staging) known(r *row) bool {
	before, again := s.seen[r.place()]
	if !again {
		s.seen[r.place()], before = r.hash, r.before
	}
	if before != nil && !bytes.Equal(before, r.hash) {
		r.refuse(KnownOtherwise.At())
	}
	return bytes.Equal(before, r.hash)
}

// against refuses what is recorded here already, and what exceeds what rules let be recognised.
func (s *staging) against(ctx context.Context, tx *postgres.Tx, r *row) error {
	a := r.against
	switch {
	case r.Kind == Participation && (!a.EnteredOn.IsZero() || r.From.Before(a.ReferredOn)):
		r.refuse(EnteredHere.At("entered_on"))
	case r.Kind == Placement && a.Placed:
		r.refuse(PlacedHere.At("from"))
	case r.Kind == Attendance && a.Registered, r.Kind == Payment && a.Stated:
		r.refuse(MonthHere.At("month"))
	}
	if r.Kind != Payment {
		return nil
	}
	if r.housing() {
		return s.house(ctx, tx, r, a)
	}
	limit, err := s.mostIn(ctx, tx, r.Month)
	if err != nil {
		return err
	}
	at := humanMonth{a.Human, r.Month}
	if s.gross[at] += r.Gross; a.Gross+s.gross[at] > limit.hours {
		r.refuse(OverCap.At("gross").With("cap", limit.hours))
	}
	return nil
}

// house refuses what exceeds, towards living on one's own, what a month may have, or the ceiling of all months: of those up to each one that it is counted in,
// that in force then.
func (s *staging) house(ctx context.Context, tx *postgres.Tx, r *row, a against) error {
	given := s.housed[a.Human]
	if given == nil {
		given = map[calendar.Month]money.Cents{}
		for _, h := range a.Housing {
			given[h.Month] += h.Cents
		}
		s.housed[a.Human] = given
	}
	given[r.Month] += r.Gross
	limit, err := s.mostIn(ctx, tx, r.Month)
	if err != nil {
		return err
	}
	if given[r.Month] > limit.housing.Monthly {
		r.refuse(OverCap.At("gross").With("cap", limit.housing.Monthly))
		return nil
	}
	for month := range given {
		if month.Before(r.Month) {
			continue
		}
		if limit, err = s.mostIn(ctx, tx, month); err != nil {
			return err
		}
		var upTo money.Cents
		for of, cents := range given {
			if !of.After(month) {
				upTo += cents
			}
		}
		if upTo > limit.housing.Ceiling {
			r.refuse(OverCeiling.At("gross").With("ceiling", limit.housing.Ceiling))
			return nil
		}
	}
	return nil
}

// mostIn is what the rules in force on a month's last day let be recognised.
func (s *staging) mostIn(ctx context.Context, tx *postgres.Tx, month calendar.Month) (most, error) {
	if known, ok := s.most[month]; ok {
		return known, nil
	}
	policy, err := programme.PolicyOn(ctx, tx, s.folder.Programme, month.Last())
	if err != nil {
		return most{}, err
	}
	s.most[month] = most{hours: policy.Cents("allowance.monthly_cap"), housing: policy.Housing()}
	return s.most[month], nil
}

// keep writes the import with its facts, and says what it comes to.
func (s *staging) keep(ctx context.Context, tx *postgres.Tx, report *Report) error {
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	whole := sha256.New()
	for _, f := range s.files {
		whole.Write([]byte(f.Name + " " + f.SHA256 + "\n"))
	}
	row := importRow{ID: id, ProgrammeID: s.folder.Programme, ContentHash: whole.Sum(nil), Files: s.files, State: Staged, StateSince: tx.Today(), StagedBy: s.folder.By, StagedAt: tx.Now,
		Audience: []uuid.UUID{s.bounds.Lead}, Revision: 1}
	if err := insertImport(ctx, tx, &row, s.facts); err != nil {
		return err
	}
	report.Import = id
	if report.Totals, err = totalsOf(ctx, tx, id); err != nil {
		return err
	}
	row.tell(tx, access.ConfirmHistory, event.Entered, map[string]any{"content": hex.EncodeToString(row.ContentHash), "rows": len(s.facts), "for": s.folder.By})
	return nil
}

func (r importRow) tell(tx *postgres.Tx, act access.Act, kind event.Kind, detail map[string]any) {
	tx.Tell(event.News{Programme: r.ProgrammeID, Act: string(act), Kind: kind, SubjectKind: subject, Subject: r.ID, Audience: slices.Clone(r.Audience)}, detail)
}
