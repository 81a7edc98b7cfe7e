package graph

import (
	"context"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/matching"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
)

// ProposeMatch puts a suggestion to person, tutor and company.
func (m mutation) ProposeMatch(ctx context.Context, input ProposeMatchInput) (*ProposeMatchPayload, error) {
	return perform(ctx, m.Resolver, access.ProposeMatch, input, func(ctx context.Context, tx *postgres.Tx, out *ProposeMatchPayload) error {
		decision, err := decisionOf(input.Match, input.ExpectedRevision, &out.Match)
		if err != nil {
			return err
		}
		return m.Matches.Propose(ctx, tx, decision)
	})
}

// AcceptMatch records that person, tutor and company agree.
func (m mutation) AcceptMatch(ctx context.Context, input AcceptMatchInput) (*AcceptMatchPayload, error) {
	return perform(ctx, m.Resolver, access.AcceptMatch, input, func(ctx context.Context, tx *postgres.Tx, out *AcceptMatchPayload) error {
		decision, err := decisionOf(input.Match, input.ExpectedRevision, &out.Match)
		if err != nil {
			return err
		}
		return m.Matches.Accept(ctx, tx, decision)
	})
}

// DeclineMatch records that somebody declines.
func (m mutation) DeclineMatch(ctx context.Context, input DeclineMatchInput) (*DeclineMatchPayload, error) {
	return perform(ctx, m.Resolver, access.DeclineMatch, input, func(ctx context.Context, tx *postgres.Tx, out *DeclineMatchPayload) error {
		decision, err := decisionOf(input.Match, input.ExpectedRevision, &out.Match)
		if err != nil {
			return err
		}
		return m.Matches.Decline(ctx, tx, matching.DeclineInput{Decision: decision, Reason: input.Reason})
	})
}

// decisionOf reads what every act on a match has; the match is shown in the payload whatever becomes of the act.
func decisionOf(id string, expected *int32, shown **Match) (matching.Decision, error) {
	u, err := idOf("mat", id, "match")
	if err != nil {
		return matching.Decision{}, err
	}
	*shown = &Match{ID: id}
	return matching.Decision{Match: u, Expected: revision(expected)}, nil
}
