package allowance

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// Month is one participant's month: what a statement is about.
type Month struct {
	Participation uuid.UUID
	Month         calendar.Month
}

// Compute works a month out from the register as it stands and gives the statement's id. Nothing is written when nothing changed.
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
	ids, err := work(ctx, tx, known, []Month{m})
	return ids[m], err
}

// ComputeMany works out many months at once, with a handful of statements however many there are; months of participants whom the
// actor may not do it for are left out. It gives the ids of the statements.
func ComputeMany(ctx context.Context, tx *postgres.Tx, months []Month) (map[Month]uuid.UUID, error) {
	if len(months) == 0 {
		return nil, nil
	}
	ids := make([]uuid.UUID, len(months))
	for i, m := range months {
		ids[i] = m.Participation
	}
	known, err := participations(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	seen := make(map[Month]bool, len(months))
	months = slices.DeleteFunc(slices.Clone(months), func(m Month) bool {
		p, ok := known[m.Participation]
		twice := seen[m]
		seen[m] = true
		return twice || !ok || !tx.Actor.May(access.ComputeAllowance, p.ProgrammeID, p.Audience) || m.Month.After(tx.Today().Month())
	})
	return work(ctx, tx, known, months)
}

// React works out again the months that changed entries of the register touch; it is the reaction to attendance.
func React(ctx context.Context, tx *postgres.Tx, events []event.Event) error {
	entries := make([]uuid.UUID, len(events))
	for i, e := range events {
		entries[i] = e.Subject
	}
	if len(entries) == 0 {
		return nil
	}
	months, err := touched(ctx, tx, entries)
	if err != nil {
		return err
	}
	_, err = ComputeMany(ctx, tx, months)
	return err
}

// batch is one working out: the rules it has read, and what it writes.
type batch struct {
	rules map[ruleOf]inForce
	rows  []statementRow
	lines []lineRow
}

type ruleOf struct {
	programme uuid.UUID
	month     calendar.Month
}

// inForce is the rule of a policy version, which is stored beside what was decided by it.
type inForce struct {
	version uuid.UUID
	rule    Rule
}

func work(ctx context.Context, tx *postgres.Tx, known map[uuid.UUID]participation, months []Month) (map[Month]uuid.UUID, error) {
	if len(months) == 0 {
		return nil, nil
	}
	hours, err := register(ctx, tx, months)
	if err != nil {
		return nil, err
	}
	before, linesBefore, err := standing(ctx, tx, months)
	if err != nil {
		return nil, err
	}
	ids := make(map[Month]uuid.UUID, len(months))
	b := batch{rules: map[ruleOf]inForce{}}
	for _, m := range months {
		p := known[m.Participation]
		by, err := b.inForce(ctx, tx, ruleOf{p.ProgrammeID, m.Month})
		if err != nil {
			return nil, err
		}
		old := before[m]
		ids[m] = old.ID
		next, lines := rows(p, m, by, Accrue(hours[m], by.rule), tx.Now)
		if old.ID != uuid.Nil && same(old, next, linesBefore[old.ID], lines) {
			continue
		}
		if ids[m], err = b.put(tx, known[m.Participation], old, next, lines); err != nil {
			return nil, err
		}
	}
	return ids, write(ctx, tx, b.rows, b.lines)
}

// inForce reads the rule in force on a month's last day, once for each programme and month.
func (b *batch) inForce(ctx context.Context, tx *postgres.Tx, of ruleOf) (inForce, error) {
	if known, ok := b.rules[of]; ok {
		return known, nil
	}
	policy, err := programme.PolicyOn(ctx, tx, of.programme, of.month.Last())
	if err != nil {
		return inForce{}, err
	}
	rule, err := RuleOf(policy)
	if err != nil {
		return inForce{}, err
	}
	b.rules[of] = inForce{version: policy.Version, rule: rule}
	return b.rules[of], nil
}

// rows spells a statement as it is stored, ids aside.
func rows(p participation, m Month, by inForce, s Statement, now time.Time) (statementRow, []lineRow) {
	row := statementRow{ProgrammeID: p.ProgrammeID, ParticipationID: p.ID, Month: m.Month, PolicyVersionID: by.version, Minutes: s.Minutes,
		AccruedCents: s.Accrued, CapCents: s.Cap, TotalCents: s.Total, ComputedAt: now, Audience: p.Money}
	lines := make([]lineRow, len(s.Lines))
	for i, l := range s.Lines {
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

// put readies a statement for writing under its id, and tells of it.
func (b *batch) put(tx *postgres.Tx, p participation, old, next statementRow, lines []lineRow) (uuid.UUID, error) {
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
	b.rows, b.lines = append(b.rows, next), append(b.lines, lines...)
	tx.Tell(event.News{Programme: next.ProgrammeID, Act: string(access.ComputeAllowance), Kind: kind, SubjectKind: "Allowance", Subject: next.ID,
		Related: p.related(), Audience: next.Audience},
		map[string]any{"month": next.Month, "policyVersion": next.PolicyVersionID, "minutes": next.Minutes, "before": old.TotalCents, "after": next.TotalCents})
	return next.ID, nil
}

// same says whether a working out comes to what stands there already, its time and ids aside.
func same(old, next statementRow, oldLines, lines []lineRow) bool {
	return old.PolicyVersionID == next.PolicyVersionID && old.Minutes == next.Minutes && old.AccruedCents == next.AccruedCents &&
		old.CapCents == next.CapCents && old.TotalCents == next.TotalCents && slices.EqualFunc(oldLines, lines, sameLine)
}

func sameLine(a, b lineRow) bool {
	return a.Kind == b.Kind && a.AmountCents == b.AmountCents && a.Rule == b.Rule && a.Text == b.Text &&
		equal(a.EnrolmentID, b.EnrolmentID) && equal(a.Minutes, b.Minutes)
}

func equal[T comparable](a, b *T) bool { return a == b || a != nil && b != nil && *a == *b }
