package payment

import (
	"context"
	"errors"
	"slices"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/platform/secret"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/money"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// lineTransition is one row of the table of acts on lines: the states of a line that it leaves, by those of its run, and what it reaches.
type lineTransition struct {
	act   access.Act
	label text.Text
	from  LineState
	runs  map[State]LineState
}

var (
	toSend = []State{Checked, Approved}
	sent   = []State{Exported, Paid, PartlyReturned}
)

var lineTransitions = []lineTransition{
	{access.HoldLine, text.Text{It: "Trattieni", En: "Hold"}, LinePending, reaching(LineHeld, toSend)},
	{access.ReleaseLine, text.Text{It: "Sblocca", En: "Release"}, LineHeld, releasing()},
	{access.RecallLine, text.Text{It: "Chiedi il richiamo", En: "Ask for the recall"}, LineExported, reaching(LineRecallAsked, sent)},
}

func reaching(to LineState, runs []State) map[State]LineState {
	all := map[State]LineState{}
	for _, s := range runs {
		all[s] = to
	}
	return all
}

// releasing lets a line go with its run, or with the next one where its own was sent without it or given up.
func releasing() map[State]LineState {
	all := reaching(LinePending, toSend)
	for _, s := range append(sent, Discarded) {
		all[s] = LineLeftOut
	}
	return all
}

// check says why the act cannot be done on a line now; nil where it can.
func (t lineTransition) check(line LineState, run State) refusal.List {
	if line == t.from && t.runs[run] != "" {
		return nil
	}
	return refusal.List{WrongLineState.At("line").With("state", lineWords[string(line)])}
}

// LineStep is what every act on a line needs. It is done to the whole transfer that the line is part of.
type LineStep struct {
	Line     uuid.UUID
	Expected *int   // revision that the actor looked at; nil does not ask
	Reason   string // sealed under the person's key
}

// HoldLine keeps a transfer back that was checked and not sent: it stays where it is until it is released, also when its run is sent or given up.
func HoldLine(ctx context.Context, tx *postgres.Tx, in LineStep) error {
	return step(ctx, tx, lineTransitions[0], in)
}

// ReleaseLine lets a transfer go that was held back: with its run, or with the next one where its own was sent without it or given up.
func ReleaseLine(ctx context.Context, tx *postgres.Tx, in LineStep) error {
	return step(ctx, tx, lineTransitions[1], in)
}

// RecallLine says that the payer's bank or office is asked to stop a transfer that was sent. It is owed again once the answer says that it was stopped.
func RecallLine(ctx context.Context, tx *postgres.Tx, in LineStep) error {
	return step(ctx, tx, lineTransitions[2], in)
}

func step(ctx context.Context, tx *postgres.Tx, t lineTransition, in LineStep) error {
	r, l, err := loadLine(ctx, tx, t.act, in)
	if err != nil {
		return err
	}
	if list := t.check(l.State, r.State); list != nil {
		return list
	}
	return r.moveLine(ctx, tx, t.act, l, t.runs[r.State], in.Reason)
}

// loadLine holds the run of a line for an act that the actor may do on it.
func loadLine(ctx context.Context, tx *postgres.Tx, act access.Act, in LineStep) (*runRow, lineRow, error) {
	run, err := lineByID(ctx, tx, in.Line)
	if err != nil {
		return nil, run, err
	}
	r, ok, err := hold(ctx, tx, run.RunID)
	switch {
	case err != nil:
		return nil, run, err
	case !ok || run.ID == uuid.Nil:
		return nil, run, refusal.NotFound.At("line")
	case !tx.Actor.May(act, r.ProgrammeID, []uuid.UUID{r.PayerID}):
		return nil, run, refusal.NotAllowed.At()
	}
	l, err := lineByID(ctx, tx, in.Line) // as it stands once nobody else acts on its run
	switch {
	case err != nil:
		return nil, l, err
	case in.Expected != nil && *in.Expected != l.Revision:
		return nil, l, refusal.RevisionConflict.At("expectedRevision")
	case in.Reason == "" || !text.Line(in.Reason, maxReason):
		return nil, l, ReasonNeeded.At("reason").With("max", maxReason)
	}
	return r, l, nil
}

// moveLine takes the transfer of a line to another state, books back what is not to be paid by its run any more, and tells of it.
func (r *runRow) moveLine(ctx context.Context, tx *postgres.Tx, act access.Act, l lineRow, to LineState, reason string) error {
	lines, err := moveTransfers(ctx, tx, []string{l.EndToEndID}, l.State, to, "")
	if err != nil {
		return err
	}
	if err := keepSteps(ctx, tx, act, lines, l.State, lineStep{told: map[string]evidence{l.EndToEndID: {note: reason}}}, to); err != nil {
		return err
	}
	if to == LineLeftOut && r.State != Discarded { // which has booked all back
		sums := map[uuid.UUID]money.Cents{}
		for _, one := range lines {
			sums[one.BudgetLineID] += one.GrossCents
		}
		if err := r.post(ctx, tx, programme.Approved, sums, -1); err != nil {
			return err
		}
	}
	if err := r.save(ctx, tx); err != nil {
		return err
	}
	r.tell(tx, act, event.Changed, map[string]any{"lines": idsOf(lines), "from": l.State, "to": to})
	return nil
}

func idsOf(lines []lineRow) []uuid.UUID {
	ids := make([]uuid.UUID, len(lines))
	for i, l := range lines {
		ids[i] = l.ID
	}
	return ids
}

// lineStep is what is kept of why lines changed their state.
type lineStep struct {
	code   string // of the bank; of what contradicts what is known, what it says
	answer *uuid.UUID
	told   map[string]evidence // by end-to-end id
}

// evidence is what is kept of one transfer alone.
type evidence struct {
	note     string       // sealed under the person's key
	cause    string       // the bank's code of why it says what it says; "" for none
	ref      string       // the number of the order, or the bank's own; "" for none
	bookedOn calendar.Day // none where it is not told
	booked   *money.Cents // of the whole transfer, where that is another sum; nil otherwise
}

// noteStep is what reasons are filled up to: their lengths tell little.
const noteStep = 128

// keepSteps writes down that lines changed their state. Of somebody erased no words are kept.
func keepSteps(ctx context.Context, tx *postgres.Tx, act access.Act, lines []lineRow, from LineState, why lineStep, to LineState) error {
	var participations []uuid.UUID
	for _, l := range lines {
		if why.told[l.EndToEndID].note != "" && !slices.Contains(participations, l.ParticipationID) {
			participations = append(participations, l.ParticipationID)
		}
	}
	persons, err := tx.PersonsOf(ctx, participations)
	if err != nil {
		return err
	}
	steps := make([]lineStepRow, len(lines))
	for i, l := range lines {
		id, err := uuid.NewV7()
		if err != nil {
			return err
		}
		steps[i] = lineStepRow{ID: id, LineID: l.ID, RunID: l.RunID, ParticipationID: l.ParticipationID, Month: l.Month, Act: string(act), FromState: from, ToState: to, At: tx.Now,
			MemberID: tx.Actor.Member, AnswerID: why.answer, Audience: l.Audience}
		if why.code != "" {
			steps[i].Code = &why.code
		}
		told := why.told[l.EndToEndID]
		if told.ref != "" {
			steps[i].Reference = &told.ref
		}
		if told.cause != "" {
			steps[i].Cause = &told.cause
		}
		steps[i].BookedOn, steps[i].BookedCents = told.bookedOn, told.booked
		if told.note != "" {
			key, err := tx.DataKey(ctx, persons[l.ParticipationID])
			if errors.Is(err, secret.ErrErased) {
				continue
			}
			if err != nil {
				return err
			}
			steps[i].Reason = key.SealPadded([]byte(told.note), noteStep, postgres.Place{Table: "payment_line_step", Column: "reason", Row: id})
		}
	}
	return insertLineSteps(ctx, tx, steps)
}
