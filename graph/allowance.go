package graph

import (
	"context"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/allowance"
	"github.com/lavoroincorso/lavoro/internal/allowance/inquiry"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// ComputeAllowance works a participant's month out from the register as it stands.
func (m mutation) ComputeAllowance(ctx context.Context, input ComputeAllowanceInput) (*ComputeAllowancePayload, error) {
	return perform(ctx, m.Resolver, access.ComputeAllowance, input, func(ctx context.Context, tx *postgres.Tx, out *ComputeAllowancePayload) error {
		participation, err := idOf("prt", input.Participant, "participant")
		if err != nil {
			return err
		}
		id, err := allowance.Compute(ctx, tx, allowance.Month{Participation: participation, Month: input.Month})
		if err != nil {
			return err
		}
		out.Allowance = &Allowance{ID: plan.FormatID(allowance.Prefix, id)}
		return nil
	})
}

// ContestStatement says that a month's statement is wrong.
func (m mutation) ContestStatement(ctx context.Context, input ContestStatementInput) (*ContestStatementPayload, error) {
	return perform(ctx, m.Resolver, access.ContestStatement, input, func(ctx context.Context, tx *postgres.Tx, out *ContestStatementPayload) error {
		participation, wrongParticipant := idOf("prt", input.Participant, "participant")
		id, wrongID := newID(allowance.ContestPrefix, input.ID, "id")
		if err := refusal.Join(wrongParticipant, wrongID); err != nil {
			return err
		}
		err := allowance.ContestStatement(ctx, tx, allowance.Contest{ID: id, Participation: participation, Month: input.Month, Cents: input.Contested, Reason: input.Reason})
		if err == nil {
			out.Contest = &AllowanceContest{ID: plan.FormatID(allowance.ContestPrefix, id)}
		}
		return err
	})
}

// AnswerContest upholds a contest or rejects it.
func (m mutation) AnswerContest(ctx context.Context, input AnswerContestInput) (*AnswerContestPayload, error) {
	return perform(ctx, m.Resolver, access.AnswerContest, input, func(ctx context.Context, tx *postgres.Tx, out *AnswerContestPayload) error {
		id, err := idOf(allowance.ContestPrefix, input.Contest, "contest")
		if err != nil {
			return err
		}
		out.Contest = &AllowanceContest{ID: input.Contest}
		return allowance.AnswerContest(ctx, tx, allowance.Answer{Contest: id, Uphold: input.Uphold, Text: input.Answer, Expected: revision(input.ExpectedRevision)})
	})
}

// CanAfford says whether the budget has enough left for one more internship, or for more months of one.
func (q query) CanAfford(ctx context.Context, programme, organisation, activityKind string, fromDay calendar.Day, months int32, weeklyMinutes calendar.Minutes) (*Affordability, error) {
	session, ok := sessionOf(ctx)
	if !ok {
		return nil, unauthenticated.At()
	}
	of, wrongProgramme := idOf("prg", programme, "programme")
	partner, wrongPartner := idOf("org", organisation, "organisation")
	if err := refusal.Join(wrongProgramme, wrongPartner); err != nil {
		return nil, err
	}
	if _, err := q.r.known(ctx, session, of, organisation); err != nil {
		return nil, err
	}
	var found *allowance.Affordability
	err := q.r.DB.InTx(ctx, session.Actor, q.r.Clock, func(ctx context.Context, tx *postgres.Tx) (err error) {
		found, err = allowance.Afford(ctx, tx, allowance.Plan{Programme: of, Organisation: partner, Kind: activityKind, From: fromDay, Months: int(months), WeeklyMinutes: int(weeklyMinutes)})
		return err
	})
	if err != nil || found == nil {
		return nil, err
	}
	out := &Affordability{Affordable: found.Affordable, Cost: found.Cost, ToDay: found.ToDay}
	for _, l := range found.Lines {
		line := &AffordedLine{BudgetLine: plan.FormatID("bud", l.BudgetLine), Code: l.Code, Label: l.Label.In(session.Lang), Cost: l.Cost, Free: l.Free, Left: l.Left}
		if !l.ExhaustedOn.IsZero() {
			line.ExhaustedOn = &l.ExhaustedOn
		}
		out.Lines = append(out.Lines, line)
	}
	return out, q.write(ctx, session, out)
}

// NoteCall writes down who called about somebody's money, and what was said.
func (m mutation) NoteCall(ctx context.Context, input NoteCallInput) (*NoteCallPayload, error) {
	return perform(ctx, m.Resolver, access.NoteCall, input, func(ctx context.Context, tx *postgres.Tx, out *NoteCallPayload) error {
		participation, wrongParticipant := idOf("prt", input.Participant, "participant")
		id, wrongID := newID(inquiry.CallPrefix, input.ID, "id")
		if err := refusal.Join(wrongParticipant, wrongID); err != nil {
			return err
		}
		call := inquiry.Call{ID: id, Participation: participation, Caller: inquiry.Caller(input.Caller), Said: input.Said}
		if input.Month != nil {
			call.Month = *input.Month
		}
		err := inquiry.NoteCall(ctx, tx, call)
		if err == nil {
			out.Call = &PaymentCall{ID: plan.FormatID(inquiry.CallPrefix, id)}
		}
		return err
	})
}
