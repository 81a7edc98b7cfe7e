package allowance

import (
	"bytes"
	"context"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/participant"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/money"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// Month is one participant's month: what an allowance is about.
type Month struct {
	Participation uuid.UUID
	Month         calendar.Month
}

// Compute works a month out from the register as it stands and gives its id; it issues a statement where the register is locked. Nothing is written when nothing changed.
func Compute(ctx context.Context, tx *postgres.Tx, m Month) (uuid.UUID, error) {
	known, err := participations(ctx, tx, []uuid.UUID{m.Participation})
	if err != nil {
		return uuid.Nil, err
	}
	p, ok := known[m.Participation]
	switch {
	case !ok:
		return uuid.Nil, refusal.List{refusal.NotFound.At("participant")}
	case !tx.Actor.May(access.ComputeAllowance, p.ProgrammeID, p.Audience):
		return uuid.Nil, refusal.List{refusal.NotAllowed.At()}
	case m.Month.After(tx.Today().Month()):
		return uuid.Nil, refusal.List{MonthNotBegun.At("month").With("month", m.Month)}
	}
	b, err := work(ctx, tx, known, []Month{m}, nil)
	return b.ids[m], err
}

// ComputeMany works out many months at once, with a handful of statements however many there are; months of participants whom the
// actor may not do it for are left out. Then it works out the same months of other records of a human that go after them under his one cap. It gives their ids.
func ComputeMany(ctx context.Context, tx *postgres.Tx, months []Month) (map[Month]uuid.UUID, error) {
	after, err := monthsAfter(ctx, tx, months)
	if err != nil {
		return nil, err
	}
	b, err := computeMany(ctx, tx, append(slices.Clone(months), after...), nil)
	return b.ids, err
}

// computeMany works out months: of a human's records those that go after others of them under his one cap after these. It tells of the months whose register was locked or put right, too, whatever they come to: so many more of their hours are certain.
func computeMany(ctx context.Context, tx *postgres.Tx, months, certain []Month) (batch, error) {
	if len(months) == 0 {
		return batch{}, nil
	}
	known, err := participations(ctx, tx, people(months))
	if err != nil {
		return batch{}, err
	}
	seen := make(map[Month]bool, len(months))
	months = slices.DeleteFunc(slices.Clone(months), func(m Month) bool {
		p, ok := known[m.Participation]
		twice := seen[m]
		seen[m] = true
		return twice || !ok || !tx.Actor.May(access.ComputeAllowance, p.ProgrammeID, p.Audience) || m.Month.After(tx.Today().Month())
	})
	after, err := monthsAfter(ctx, tx, months)
	if err != nil {
		return batch{}, err
	}
	var first, later []Month
	for _, m := range months {
		if slices.Contains(after, m) {
			later = append(later, m)
		} else {
			first = append(first, m)
		}
	}
	b, err := work(ctx, tx, known, first, certain)
	if err != nil || len(later) == 0 {
		return b, err
	}
	then, err := computeMany(ctx, tx, later, certain)
	return b.plus(then), err
}

// React works out again the months that changed entries of the register touch, those of which a month of the register was locked or put right, those of
// which an import says what was recognised before, or does so no longer, those of grants, also of whoever leaves, on whatever day, those of the last days of
// internships that are extended or broken off, and all of records that turn out to be one human's, or not to be; it is the reaction to attendance, to imports,
// to grants, to internships, to leaving and to merging. Who cannot be worked out waits by himself.
func React(ctx context.Context, tx *postgres.Tx, events []event.Event) error {
	var entries, registers, imports, placements, grants, programmes, joined []uuid.UUID
	for _, e := range events {
		switch {
		case e.SubjectKind == "RegisterMonth" && (e.Act == string(access.LockMonth) || e.Act == string(access.AdjustMonth)):
			registers = append(registers, e.Subject)
		case e.SubjectKind == "Attendance":
			entries = append(entries, e.Subject)
		case e.SubjectKind == "HistoryImport" && (e.Act == string(access.ConfirmHistory) || e.Act == string(access.RevokeHistory)):
			imports, programmes = append(imports, e.Subject), append(programmes, e.Programme)
		case e.SubjectKind == placementSubject && (e.Act == string(access.ExtendPlacement) || e.Act == string(access.InterruptPlacement)):
			placements = append(placements, e.Subject)
		case participant.Joins(e):
			joined, grants, programmes = append(joined, e.Subject), append(grants, e.Subject), append(programmes, e.Programme)
		case e.SubjectKind == grantSubject, participant.Leaves(e):
			grants, programmes = append(grants, e.Subject), append(programmes, e.Programme)
		}
	}
	if len(joined) > 0 { // who is left behind by a split has more of the cap, too
		records, err := recordsOf(ctx, tx, joined)
		if err != nil {
			return err
		}
		for _, of := range records {
			joined, grants = append(joined, of...), append(grants, of...)
		}
		slices.SortFunc(joined, func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) })
		joined = slices.Compact(joined)
	}
	var months, certain []Month
	costs := slices.Clone(joined)
	if len(entries) > 0 {
		found, err := touched(ctx, tx, entries)
		if err != nil {
			return err
		}
		months = found
	}
	if len(registers) > 0 {
		found, err := monthsOfRegister(ctx, tx, registers)
		if err != nil {
			return err
		}
		months, certain = append(months, found...), found
	}
	if len(imports) > 0 {
		found, housed, err := begunBefore(ctx, tx, imports)
		if err != nil {
			return err
		}
		months, grants, costs = append(months, found...), append(grants, housed...), append(costs, housed...)
	}
	if len(placements) > 0 {
		found, err := monthsOfLastDays(ctx, tx, placements)
		if err != nil {
			return err
		}
		months = append(months, found...)
	}
	if len(grants) > 0 {
		found, err := monthsOfGrants(ctx, tx, programmes, grants)
		if err != nil {
			return err
		}
		months = append(months, found...)
	}
	if len(joined) > 0 {
		found, err := monthsOf(ctx, tx, joined)
		if err != nil {
			return err
		}
		months = append(months, found...)
	}
	_, err := apart(ctx, tx, withCosts(orders(months), costs), certain)
	return err
}

// people are the participations whose months they are.
func people(months []Month) []uuid.UUID {
	ids := make([]uuid.UUID, len(months))
	for i, m := range months {
		ids[i] = m.Participation
	}
	return ids
}

// batch is one working out: what it writes.
type batch struct {
	ids        map[Month]uuid.UUID
	rows       []monthRow
	lines      []lineRow
	told       []uuid.UUID // allowances of which something was told
	statements int         // that it issued
	more, less money.Cents // what they come to more, or less, than those before
	stuck      []uuid.UUID // participations that could not be worked out
}

// plus is what two workings out write.
func (b batch) plus(then batch) batch {
	if b.ids == nil {
		b.ids = map[Month]uuid.UUID{}
	}
	maps.Copy(b.ids, then.ids)
	b.statements, b.more, b.less = b.statements+then.statements, b.more+then.more, b.less+then.less
	return b
}

// versionsBy are the versions of the policy in force within each month.
type versionsBy map[Month][]Version

// given is what months are worked out from.
type given struct {
	known    map[uuid.UUID]participation
	months   []Month
	versions versionsBy
	beside
	before map[Month]monthRow // what they come to as yet
}

// give reads what the months of known participations are worked out from.
func give(ctx context.Context, tx *postgres.Tx, known map[uuid.UUID]participation, months []Month) (in given, lines map[uuid.UUID][]lineRow, err error) {
	in = given{known: known, months: months}
	if in.versions, err = ruled(ctx, tx, known, months); err != nil {
		return in, nil, err
	}
	if in.beside, err = lookBeside(ctx, tx, months); err != nil {
		return in, nil, err
	}
	in.before, lines, err = standing(ctx, tx, months)
	return in, lines, err
}

// soFar works the months out as the register stands. They share the ceilings of their grants as they would if each were issued now.
func (in given) soFar(ctx context.Context, tx *postgres.Tx) (map[Month]Working, error) {
	hours, err := register(ctx, tx, in.months, in.versions)
	if err != nil {
		return nil, err
	}
	begun := make(map[Month][]Hours, len(in.months))
	for _, m := range in.months {
		begun[m] = hours[m]
	}
	in.beside = in.supposed()
	in.share(begun, nil)
	all := make(map[Month]Working, len(in.months))
	for _, m := range in.months {
		all[m] = Accrue(in.inputs(m, hours[m]))
	}
	return all, nil
}

func work(ctx context.Context, tx *postgres.Tx, known map[uuid.UUID]participation, months, certain []Month) (b batch, err error) {
	if len(months) == 0 {
		return b, nil
	}
	in, linesBefore, err := give(ctx, tx, known, months)
	if err != nil {
		return b, err
	}
	workings, err := in.soFar(ctx, tx)
	if err != nil {
		return b, err
	}
	b.ids = make(map[Month]uuid.UUID, len(months))
	for _, m := range months {
		old := in.before[m]
		b.ids[m] = old.ID
		next, lines := rows(known[m.Participation], m, workings[m], tx.Now)
		if old.ID != uuid.Nil && same(old, next, linesBefore[old.ID], lines) {
			continue
		}
		if b.ids[m], err = b.put(tx, known[m.Participation], old, next, lines); err != nil {
			return b, err
		}
	}
	if err := write(ctx, tx, b.rows, b.lines); err != nil {
		return b, err
	}
	for _, m := range certain {
		if _, ok := b.ids[m]; ok {
			b.changed(tx, known[m.Participation], b.ids[m], map[string]any{"month": m.Month, "certain": true})
		}
	}
	return b, issue(ctx, tx, in, &b)
}

// changed tells that a month is another one now, once.
func (b *batch) changed(tx *postgres.Tx, p participation, allowance uuid.UUID, detail map[string]any) {
	if slices.Contains(b.told, allowance) {
		return
	}
	b.told = append(b.told, allowance)
	tx.Tell(event.News{Programme: p.ProgrammeID, Act: string(access.ComputeAllowance), Kind: event.Changed, SubjectKind: "Allowance", Subject: allowance, Related: p.related(), About: []uuid.UUID{p.ID}, Audience: p.Money}, detail)
}

// ruled reads the rules in force within each month, once for each programme and month.
func ruled(ctx context.Context, tx *postgres.Tx, known map[uuid.UUID]participation, months []Month) (versionsBy, error) {
	type ruleOf struct {
		programme uuid.UUID
		month     calendar.Month
	}
	read, versions := map[ruleOf][]Version{}, make(versionsBy, len(months))
	for _, m := range months {
		of := ruleOf{known[m.Participation].ProgrammeID, m.Month}
		if read[of] == nil {
			policies, err := programme.PoliciesIn(ctx, tx, of.programme, m.Month.First(), m.Month.Last())
			if err != nil {
				return nil, err
			}
			if read[of], err = versionsOf(policies); err != nil {
				return nil, err
			}
		}
		versions[m] = read[of]
	}
	return versions, nil
}

// rows spells a month as it is stored, ids aside.
func rows(p participation, m Month, w Working, now time.Time) (monthRow, []lineRow) {
	row := monthRow{ProgrammeID: p.ProgrammeID, ParticipationID: p.ID, Month: m.Month, PolicyVersionID: w.in.last().ID, Minutes: w.Minutes,
		AccruedCents: w.Accrued, CapCents: w.Cap, HousingCents: w.Housing, TotalCents: w.Total, ComputedAt: now, Audience: p.Money}
	lines := make([]lineRow, len(w.Lines))
	for i, l := range w.Lines {
		lines[i] = lineRow{ParticipationID: p.ID, Position: i + 1, Kind: l.Kind, AmountCents: l.Amount, Rule: l.Rule, Text: l.Text, Audience: p.Money}
		if l.Enrolment != uuid.Nil {
			lines[i].EnrolmentID = &l.Enrolment
		}
		if l.Kind != Cut {
			lines[i].Minutes = &l.Minutes
		}
	}
	return row, lines
}

// put readies a month for writing under its id, and tells of it.
func (b *batch) put(tx *postgres.Tx, p participation, old, next monthRow, lines []lineRow) (uuid.UUID, error) {
	kind := event.Changed
	next.ID, next.Revision = old.ID, old.Revision+1
	if old.ID == uuid.Nil {
		id, err := uuid.NewV7()
		if err != nil {
			return uuid.Nil, err
		}
		next.ID, kind = id, event.Entered
	}
	for i := range lines {
		id, err := uuid.NewV7()
		if err != nil {
			return uuid.Nil, err
		}
		lines[i].ID, lines[i].AllowanceID = id, next.ID
	}
	b.rows, b.lines, b.told = append(b.rows, next), append(b.lines, lines...), append(b.told, next.ID)
	tx.Tell(event.News{Programme: next.ProgrammeID, Act: string(access.ComputeAllowance), Kind: kind, SubjectKind: "Allowance", Subject: next.ID,
		Related: p.related(), About: []uuid.UUID{p.ID}, Audience: next.Audience},
		map[string]any{"month": next.Month, "policyVersion": next.PolicyVersionID, "minutes": next.Minutes, "before": old.TotalCents, "after": next.TotalCents})
	return next.ID, nil
}

// same says whether a working out comes to what stands there already, its time and ids aside. A version of the rules that makes nothing else of a
// month leaves it the one that it was worked out by.
func same(old, next monthRow, oldLines, lines []lineRow) bool {
	return old.Minutes == next.Minutes && old.AccruedCents == next.AccruedCents && old.CapCents == next.CapCents && old.HousingCents == next.HousingCents && old.TotalCents == next.TotalCents &&
		slices.EqualFunc(oldLines, lines, sameLine)
}

func sameLine(a, b lineRow) bool {
	return a.Kind == b.Kind && a.AmountCents == b.AmountCents && a.Rule == b.Rule && a.Text == b.Text &&
		equal(a.EnrolmentID, b.EnrolmentID) && equal(a.Minutes, b.Minutes)
}

func equal[T comparable](a, b *T) bool { return a == b || a != nil && b != nil && *a == *b }
