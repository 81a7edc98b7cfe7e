package allowance

import (
	"context"
	"errors"
	"log/slog"
	"slices"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// stuckCause is why somebody's months cannot be worked out: a state that waits for somebody.
type stuckCause string

const (
	stuckRegister stuckCause = "REGISTER" // what was certified is not what the entries come to
	stuckPayer    stuckCause = "PAYER"    // the rules name nobody who pays
	stuckProgram  stuckCause = "PROGRAM"  // anything else: the log says what
)

// What becomes of somebody's months: they are stuck, by a cause, or worked out.
const (
	stuckConcept   = "allowance"
	stuckSubject   = "Participant"
	stuckState     = "STUCK"
	unstuck        = "WORKED_OUT"
	stuckDays      = "clock." + stuckConcept + "." + stuckState
	stuckSubjectID = "prt"
)

func stuckBy(err error) stuckCause {
	list, refused := refusal.As(err)
	switch {
	case errors.Is(err, errDiffers):
		return stuckRegister
	case refused && list.Has(programme.NoRoute):
		return stuckPayer
	}
	return stuckProgram
}

// StuckClocks are the causes by which somebody's months cannot be worked out, each with what has to be done.
func StuckClocks() []event.Clock {
	clock := func(cause stuckCause, kind string, label text.Text) event.Clock {
		return event.Clock{Concept: stuckConcept, SubjectKind: stuckSubject, Prefix: stuckSubjectID, State: string(cause), Policy: stuckDays, Kind: kind, Label: label}
	}
	return []event.Clock{
		clock(stuckRegister, "allowance.register", text.Text{It: "Conteggio fermo: le ore certificate non corrispondono alle voci del registro. Segnalalo a chi gestisce il sistema",
			En: "Statement stopped: the hours that were certified are not those of the register's entries. Tell whoever runs the system"}),
		clock(stuckPayer, "allowance.payer", text.Text{It: "Conteggio fermo: le regole non dicono chi paga. Fai correggere le regole sui pagatori",
			En: "Statement stopped: the rules do not say who pays. Have the rules on payers put right"}),
		clock(stuckProgram, "allowance.program", text.Text{It: "Conteggio fermo: il sistema non riesce a rifarlo. Segnalalo a chi gestisce il sistema",
			En: "Statement stopped: the system cannot work it out. Tell whoever runs the system"}),
	}
}

// order is what is to be worked out of one participation.
type order struct {
	participation uuid.UUID
	months        []Month
	costs         bool // and what internships and grants may still cost
}

// orders puts months to their participations, in the order in which these come.
func orders(months []Month) (all []order) {
	for _, m := range months {
		i := slices.IndexFunc(all, func(o order) bool { return o.participation == m.Participation })
		if i < 0 {
			i, all = len(all), append(all, order{participation: m.Participation})
		}
		all[i].months = append(all[i].months, m)
	}
	return all
}

// withCosts orders to work out what internships and grants of participations may still cost, too.
func withCosts(all []order, participations []uuid.UUID) []order {
	for _, p := range participations {
		i := slices.IndexFunc(all, func(o order) bool { return o.participation == p })
		if i < 0 {
			i, all = len(all), append(all, order{participation: p})
		}
		all[i].costs = true
	}
	return all
}

// apart works out what is ordered, all at once, and where that fails in halves, until only those are left out who cannot be worked out: each of them is kept
// with the cause, and told of. Who waited so already is tried alone, with all that waits of him, and so are his other records. Rules that nobody can be worked out
// by are an error.
func apart(ctx context.Context, tx *postgres.Tx, all []order, certain []Month) (b batch, err error) {
	if len(all) == 0 {
		return b, nil
	}
	all, waiting, err := followed(ctx, tx, all)
	if err != nil {
		return b, err
	}
	humans, err := byHuman(ctx, tx, all)
	if err != nil {
		return b, err
	}
	w := working{tx: tx, certain: certain, waiting: waiting, batch: batch{ids: map[Month]uuid.UUID{}}}
	var together []order
	for _, records := range humans {
		if !slices.ContainsFunc(records, func(o order) bool { _, waits := waiting[o.participation]; return waits }) {
			together = append(together, records...)
			continue
		}
		for _, o := range records {
			if err := w.try(ctx, []order{o}); err != nil {
				return b, err
			}
		}
	}
	err = w.try(ctx, together)
	return w.batch, err
}

// followed adds to orders all that waits of whoever is stuck, and the same months of a human's other records that go after under his one cap: each record is an
// order of its own, so that what stops the one is not said of the other.
func followed(ctx context.Context, tx *postgres.Tx, all []order) ([]order, map[uuid.UUID]stuckRow, error) {
	waiting := map[uuid.UUID]stuckRow{}
	for added := all; len(added) > 0; {
		rows, err := stuckAmong(ctx, tx, added)
		if err != nil {
			return nil, nil, err
		}
		var months []Month
		for i, o := range all {
			if row, waits := rows[o.participation]; waits {
				waiting[o.participation] = row
				all[i].months, all[i].costs = append(o.months, row.all()...), true
			}
			months = append(months, all[i].months...)
		}
		after, err := monthsAfter(ctx, tx, months)
		if err != nil {
			return nil, nil, err
		}
		added = nil
		for _, o := range orders(after) {
			i := slices.IndexFunc(all, func(known order) bool { return known.participation == o.participation })
			if i < 0 {
				all, added = append(all, o), append(added, o)
				continue
			}
			all[i].months = append(all[i].months, o.months...) // which are worked out once
		}
	}
	return all, waiting, nil
}

// byHuman puts together the orders of each human's records, in the order in which these go.
func byHuman(ctx context.Context, tx *postgres.Tx, all []order) (humans [][]order, err error) {
	ids := make([]uuid.UUID, len(all))
	for i, o := range all {
		ids[i] = o.participation
	}
	records, err := recordsOf(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	at := map[uuid.UUID]int{} // of the human, by his first record
	for _, o := range all {
		first := o.participation
		if of := records[o.participation]; len(of) > 0 {
			first = of[0]
		}
		i, known := at[first]
		if !known {
			i, humans = len(humans), append(humans, nil)
			at[first] = i
		}
		humans[i] = append(humans[i], o)
	}
	for _, some := range humans {
		slices.SortFunc(some, func(a, b order) int {
			of := records[a.participation]
			return slices.Index(of, a.participation) - slices.Index(of, b.participation)
		})
	}
	return humans, nil
}

// working is a working out of which single ones may fail.
type working struct {
	batch
	tx      *postgres.Tx
	certain []Month
	waiting map[uuid.UUID]stuckRow
}

func (w *working) try(ctx context.Context, some []order) error {
	if len(some) == 0 {
		return nil
	}
	var done batch
	failed, err := w.tx.Attempt(ctx, func() (err error) {
		done, err = w.out(ctx, some)
		return err
	})
	switch {
	case err != nil:
		return err
	case failed == nil:
		return w.add(ctx, some, done)
	}
	if err := w.ruled(ctx, some); err != nil {
		return err
	}
	if len(some) == 1 {
		return w.stop(ctx, some[0], failed)
	}
	half := len(some) / 2
	if err := w.try(ctx, some[:half]); err != nil {
		return err
	}
	return w.try(ctx, some[half:])
}

// out works out what is ordered.
func (w *working) out(ctx context.Context, some []order) (batch, error) {
	var months []Month
	var costs []uuid.UUID
	named := map[uuid.UUID]bool{}
	for _, o := range some {
		months, named[o.participation] = append(months, o.months...), true
		if o.costs {
			costs = append(costs, o.participation)
		}
	}
	certain := slices.DeleteFunc(slices.Clone(w.certain), func(m Month) bool { return !named[m.Participation] })
	b, err := computeMany(ctx, w.tx, months, certain)
	if err != nil {
		return b, err
	}
	return b, commit(ctx, w.tx, costs, false)
}

// ruled is the error of rules by which nobody is worked out; nil where they stand in nobody's way.
func (w *working) ruled(ctx context.Context, some []order) error {
	var months []Month
	for _, o := range some {
		months = append(months, o.months...)
	}
	if len(months) == 0 {
		return nil
	}
	known, err := known(ctx, w.tx, people(months), "")
	if err != nil {
		return err
	}
	months = slices.DeleteFunc(months, func(m Month) bool { _, ok := known[m.Participation]; return !ok })
	_, err = ruled(ctx, w.tx, known, months)
	return err
}

// add counts what was worked out; who was stuck is so no longer.
func (w *working) add(ctx context.Context, some []order, b batch) error {
	w.batch = w.plus(b)
	for _, o := range some {
		row, waited := w.waiting[o.participation]
		if !waited {
			continue
		}
		if err := row.drop(ctx, w.tx); err != nil {
			return err
		}
		row.tell(w.tx, unstuck)
	}
	return nil
}

// stop keeps that somebody cannot be worked out. What says why goes into the log once, and names nobody.
func (w *working) stop(ctx context.Context, o order, failed error) error {
	known, err := known(ctx, w.tx, []uuid.UUID{o.participation}, "")
	if err != nil || len(known) == 0 {
		return err
	}
	p, cause := known[o.participation], stuckBy(failed)
	before, waited := w.waiting[o.participation]
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	w.stuck = append(w.stuck, p.ID)
	row := stuckRow{ID: id, ParticipationID: p.ID, ProgrammeID: p.ProgrammeID, Cause: cause, Since: w.tx.Now, TriedAt: w.tx.Now, Audience: p.Audience, Months: []calendar.Month{}}
	for _, m := range o.months {
		if !slices.Contains(row.Months, m.Month) {
			row.Months = append(row.Months, m.Month)
		}
	}
	same := waited && before.Cause == cause
	if same {
		row.Since = before.Since
	}
	if err := row.keep(ctx, w.tx); err != nil || same {
		return err
	}
	slog.ErrorContext(ctx, "allowance", "participation", p.ID, "stuck", cause, "error", postgres.Safe(failed))
	row.tell(w.tx, string(cause))
	return nil
}

// tell says what became of somebody's months, to those who follow him.
func (r stuckRow) tell(tx *postgres.Tx, became string) {
	tx.Tell(event.News{Programme: r.ProgrammeID, Act: string(access.ComputeAllowance), Kind: event.Changed, SubjectKind: stuckSubject, Subject: r.ParticipationID,
		Related: []uuid.UUID{r.ParticipationID}, Audience: r.Audience}, map[string]any{"became": became})
}

// WorkOutStuck is the daily round over those who could not be worked out: what stood in their way may be gone without any news.
func WorkOutStuck(ctx context.Context, tx *postgres.Tx, programmes []uuid.UUID) error {
	rows, err := stuckIn(ctx, tx, programmes)
	if err != nil {
		return err
	}
	var all []order
	for _, r := range rows {
		all = append(all, order{participation: r.ParticipationID})
	}
	_, err = apart(ctx, tx, all, nil)
	return err
}

// FollowStuck gives the reaction by which the lead body has somebody's months to see to as long as they cannot be worked out.
func FollowStuck(tell func(context.Context, *postgres.Tx, event.Transition) error) func(context.Context, *postgres.Tx, []event.Event) error {
	return func(ctx context.Context, tx *postgres.Tx, events []event.Event) error {
		var seen []uuid.UUID
		for _, e := range events {
			if e.SubjectKind != stuckSubject || e.Act != string(access.ComputeAllowance) || slices.Contains(seen, e.Subject) {
				continue
			}
			seen = append(seen, e.Subject)
			rows, err := stuckAmong(ctx, tx, []order{{participation: e.Subject}})
			if err != nil {
				return err
			}
			line, err := lineOf(ctx, tx, e.Subject)
			if err != nil {
				return err
			}
			if len(line) == 0 {
				continue
			}
			now := event.Transition{Programme: e.Programme, Concept: stuckConcept, SubjectKind: stuckSubject, Subject: e.Subject, Participation: e.Subject,
				From: stuckState, To: unstuck, Owners: line[len(line)-1:]}
			if row, stuck := rows[e.Subject]; stuck {
				now.To, now.Audience, now.Since = string(row.Cause), row.Audience, calendar.DayOf(row.Since)
			}
			if err := tell(ctx, tx, now); err != nil {
				return err
			}
		}
		return nil
	}
}
