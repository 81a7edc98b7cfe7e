package payment

import (
	"context"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/allowance/payfile"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

var resolveLabel = text.Text{It: "Di' se è stato pagato", En: "Say whether it was paid"}

// Truth says of a transfer, of which the account says what does not fit, whether it was paid.
type Truth struct {
	LineStep
	Paid bool
}

// ResolveLine ends that an account says of a transfer what does not fit what is known of it: until then nobody is paid by that payer for whom it was.
// It was paid, and is so from here on, by the reference of who said so: not while other lines that have taken the sum up since are under way; where these were paid,
// too, it is too much, and has to come back. Or it was not: what counted as paid is due again, and all else stays as it was. Who has read an answer to the run says
// neither. It gives the run.
func ResolveLine(ctx context.Context, tx *postgres.Tx, in Truth) (run uuid.UUID, err error) {
	l, err := lineByID(ctx, tx, in.Line)
	switch {
	case err != nil:
		return l.RunID, err
	case l.ID == uuid.Nil:
		return l.RunID, refusal.NotFound.At("line")
	case !tx.Actor.May(access.ResolveLine, l.ProgrammeID, []uuid.UUID{l.PayerID}): // whoever may not keeps nobody waiting
		return l.RunID, refusal.NotAllowed.At()
	}
	if _, err := number(ctx, tx, l.PayerID, 0); err != nil { // before its run, as answers do
		return l.RunID, err
	}
	r, l, err := loadLine(ctx, tx, access.ResolveLine, in.LineStep)
	if err != nil {
		return l.RunID, err
	}
	return r.ID, r.resolve(ctx, tx, l, in)
}

func (r *runRow) resolve(ctx context.Context, tx *postgres.Tx, l lineRow, in Truth) error {
	d, err := disputeOf(ctx, tx, l.HeadID)
	switch {
	case err != nil:
		return err
	case d.AnswerID == uuid.Nil:
		return NotContradicted.At("line")
	case in.Paid && d.UnderWay:
		return PaidAgain.At("line")
	}
	own, err := readIt(ctx, tx, r.ProgrammeID, r.PayerID, r.ID)
	if err != nil || own != nil {
		return refusal.Join(err, own.Err())
	}
	if in.Paid && len(d.Again) > 0 {
		if err := tx.Warn(PaidTwice.At("line")); err != nil {
			return err
		}
	}
	lines, err := linesOf(ctx, tx, l.EndToEndID)
	if err != nil {
		return err
	}
	to, told, code := l.State, evidence{note: in.Reason}, ""
	switch {
	case in.Paid && to != LinePaid:
		to = LinePaid
	case !in.Paid && to == LinePaid:
		to, code = LineReturned, d.Cause
	}
	if to != l.State && (d.Code == unclear || in.Paid == (d.Code != string(payfile.Rejected))) { // what was said is how it came to this
		told.ref, told.bookedOn = d.Reference, d.BookedOn
	}
	// What was said must stand before the state that rests on it.
	why := lineStep{code: code, answer: &d.AnswerID, told: map[string]evidence{l.EndToEndID: told}}
	if err := keepSteps(ctx, tx, access.ResolveLine, lines, l.State, why, to); err != nil {
		return err
	}
	if to != l.State {
		if err := r.turn(ctx, tx, lines, l.State, to, code, d.Again); err != nil {
			return err
		}
	}
	state, err := stateOf(ctx, tx, r)
	if err != nil {
		return err
	}
	detail := map[string]any{"lines": idsOf(lines), "lineFrom": l.State, "lineTo": to, "answer": d.AnswerID}
	if to == LinePaid && to != l.State {
		detail["twice"] = d.Again
	}
	return r.advance(ctx, tx, access.ResolveLine, state, detail)
}

// turn takes the lines of a transfer to the state that is true, and books that.
func (r *runRow) turn(ctx context.Context, tx *postgres.Tx, lines []lineRow, from, to LineState, code string, twice []uuid.UUID) error {
	if to != LinePaid {
		twice = nil
	}
	if _, err := moveTransfers(ctx, tx, []string{lines[0].EndToEndID}, from, to, code, twice...); err != nil {
		return err
	}
	sums := make([]moved, len(lines))
	for i, one := range lines {
		sums[i] = moved{FromState: from, ToState: to, BudgetLineID: one.BudgetLineID, Cents: one.GrossCents}
	}
	return r.book(ctx, tx, sums)
}

// readIt refuses who has read an answer to a run, or stands in for who has.
func readIt(ctx context.Context, tx *postgres.Tx, of, payer, run uuid.UUID) (refusal.List, error) {
	known, err := hadAHand(ctx, tx, run, tx.Actor.ActsFor(access.ResolveLine, of, []uuid.UUID{payer}), access.ReadAnswer)
	if err != nil || !known {
		return nil, err
	}
	return refusal.List{OwnAnswer.At()}, nil
}
