package participant

import (
	"context"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// ExitInput is a step off the path, with its reason.
type ExitInput struct {
	Step
	Reason string // code of exit_reasons
}

// Admit lets a person into the evaluation by the team, on a last verdict that does not block.
func (r Room) Admit(ctx context.Context, tx *postgres.Tx, in Step) error {
	s, err := begin(ctx, tx, access.AdmitParticipant, in)
	if err != nil {
		return err
	}
	last, err := lastOutcome(ctx, tx, s.row.ID)
	if err != nil {
		return err
	}
	if c, no := unfit(last); no {
		return c.At("participant")
	}
	return r.finish(ctx, tx, s)
}

// unfit says why a last verdict does not admit; "" is none.
func unfit(last Outcome) (*refusal.Code, bool) {
	switch last {
	case "":
		return VerdictMissing, true
	case Block:
		return VerdictBlocks, true
	}
	return nil, false
}

// Reject does not admit a person. A later check of eligibility opens the case again.
func (r Room) Reject(ctx context.Context, tx *postgres.Tx, in ExitInput) error {
	return r.leave(ctx, tx, access.RejectParticipant, in)
}

// DraftPlan begins the personalised plan (PAP).
func (r Room) DraftPlan(ctx context.Context, tx *postgres.Tx, in Step) error {
	return r.plain(ctx, tx, access.DraftPlan, in)
}

// SignPlan records that the personalised plan (PAP) is signed.
func (r Room) SignPlan(ctx context.Context, tx *postgres.Tx, in Step) error {
	return r.plain(ctx, tx, access.SignPlan, in)
}

// Withdraw records that the person leaves by own will, unless a later room has something that must be ended before.
func (r Room) Withdraw(ctx context.Context, tx *postgres.Tx, in ExitInput) error {
	return r.leave(ctx, tx, access.WithdrawParticipant, in)
}

// Exclude records that the programme excludes the person, unless a later room has something that must be ended before.
func (r Room) Exclude(ctx context.Context, tx *postgres.Tx, in ExitInput) error {
	return r.leave(ctx, tx, access.ExcludeParticipant, in)
}

// Complete records that the path is completed, unless a later room has something that must be ended before.
func (r Room) Complete(ctx context.Context, tx *postgres.Tx, in Step) error {
	return r.leave(ctx, tx, access.CompleteParticipant, ExitInput{Step: in})
}

// AskFirstResult begins to ask for the result within 28 days of leaving (FSE+ immediate results).
func (r Room) AskFirstResult(ctx context.Context, tx *postgres.Tx, in Step) error {
	return r.plain(ctx, tx, access.AskFirstResult, in)
}

// AskSecondResult begins to ask for the result six months after leaving.
func (r Room) AskSecondResult(ctx context.Context, tx *postgres.Tx, in Step) error {
	return r.plain(ctx, tx, access.AskSecondResult, in)
}

// Close ends the case: after the second result, or at once for somebody who never entered.
func (r Room) Close(ctx context.Context, tx *postgres.Tx, in Step) error {
	return r.plain(ctx, tx, access.CloseParticipant, in)
}

func (r Room) leave(ctx context.Context, tx *postgres.Tx, act access.Act, in ExitInput) error {
	s, err := begin(ctx, tx, act, in.Step)
	if err != nil {
		return err
	}
	var wrong error
	if act != access.CompleteParticipant {
		wrong = programme.CheckCode(ctx, tx, s.row.ProgrammeID, programme.ExitReasons, in.Reason, "reason")
		s.row.ExitReason = in.Reason
	}
	said := map[uuid.UUID]refusal.List{}
	if s.to.Leaving {
		if said, err = vetoed(ctx, tx, r.Vetoes, []uuid.UUID{s.row.ID}); err != nil {
			return err
		}
	}
	if err := refusal.Join(wrong, said[s.row.ID].Err()); err != nil {
		return err
	}
	return r.finish(ctx, tx, s)
}
