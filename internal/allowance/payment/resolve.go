package payment

import (
	"context"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/money"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

var resolveLabel = text.Text{It: "Di' se è stato pagato", En: "Say whether it was paid"}

// Truth says of a transfer of which the bank says two things which one is true.
type Truth struct {
	LineStep
	Paid bool
}

// ResolveLine ends that a transfer, which was rejected or recalled, is said to be paid as well: until then nobody is paid by that payer for whom it was.
// It was paid, and is so from here on, by the reference of who said so, unless a later run has taken the sum up; or it was not, and is due again. Who has
// read an answer to the run says neither. It gives the run.
func ResolveLine(ctx context.Context, tx *postgres.Tx, in Truth) (run uuid.UUID, err error) {
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
	case in.Paid && d.Again:
		return PaidAgain.At("line")
	}
	own, err := readIt(ctx, tx, r.ProgrammeID, r.PayerID, r.ID)
	if err != nil || own != nil {
		return refusal.Join(err, own.Err())
	}
	lines, err := linesOf(ctx, tx, l.EndToEndID)
	if err != nil {
		return err
	}
	to, told := l.State, evidence{note: in.Reason}
	if in.Paid {
		to, told.ref, told.bookedOn = LinePaid, d.Reference, d.BookedOn
	}
	// What was said must stand before the state that rests on it.
	why := lineStep{answer: &d.AnswerID, told: map[string]evidence{l.EndToEndID: told}}
	if err := keepSteps(ctx, tx, access.ResolveLine, lines, l.State, why, to); err != nil {
		return err
	}
	if in.Paid {
		if err := r.paidAfterAll(ctx, tx, l, lines); err != nil {
			return err
		}
	}
	state, err := stateOf(ctx, tx, r)
	if err != nil {
		return err
	}
	return r.advance(ctx, tx, access.ResolveLine, state, map[string]any{"lines": idsOf(lines), "lineFrom": l.State, "lineTo": to, "answer": d.AnswerID})
}

// paidAfterAll moves the lines of a transfer that was paid, and books what was booked back when it was not.
func (r *runRow) paidAfterAll(ctx context.Context, tx *postgres.Tx, l lineRow, lines []lineRow) error {
	if _, err := moveTransfers(ctx, tx, []string{l.EndToEndID}, l.State, LinePaid, ""); err != nil {
		return err
	}
	sums := map[uuid.UUID]money.Cents{}
	for _, one := range lines {
		sums[one.BudgetLineID] += one.GrossCents
	}
	for _, kind := range []programme.PostingKind{programme.Approved, programme.Paid} {
		if err := r.post(ctx, tx, kind, sums, 1); err != nil {
			return err
		}
	}
	return nil
}

// readIt refuses who has read an answer to a run, or stands in for who has.
func readIt(ctx context.Context, tx *postgres.Tx, of, payer, run uuid.UUID) (refusal.List, error) {
	known, err := hadAHand(ctx, tx, run, tx.Actor.ActsFor(access.ResolveLine, of, []uuid.UUID{payer}), access.ReadAnswer)
	if err != nil || !known {
		return nil, err
	}
	return refusal.List{OwnAnswer.At()}, nil
}
