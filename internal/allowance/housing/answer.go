package housing

import (
	"context"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/member"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// Answer grants what was asked for, or refuses it.
type Answer struct {
	Grant    uuid.UUID
	Accept   bool
	Text     string // sealed: why it is refused
	Expected *int
}

// AnswerGrant has a second person grant a contribution, never the one who asked for it, by whatever account of his, nor one of the two where one of them only
// stands in for the other. Its months are then committed on their budget line: what the line does not hold is refused, or needs to be acknowledged, as the
// programme's rules say.
func (r Room) AnswerGrant(ctx context.Context, tx *postgres.Tx, in Answer) error {
	row, of, err := load(ctx, tx, access.AnswerHousingGrant, in.Grant, in.Expected)
	if err != nil {
		return err
	}
	one, err := member.OwnHand(ctx, tx, member.Hand{Member: row.RequestedBy, OnBehalfOf: row.OnBehalfOf}, access.AnswerHousingGrant, row.ProgrammeID, row.Audience)
	switch {
	case err != nil:
		return err
	case one:
		return refusal.List{OwnRequest.At("housingGrant")}
	}
	row.StateSince, row.AnsweredBy, row.AnsweredAt = tx.Today(), &tx.Actor.Member, &tx.Now
	if !in.Accept {
		if row, err = row.refuse(ctx, tx, in.Text); err != nil {
			return err
		}
		return r.moved(ctx, tx, Requested, row, of)
	}
	policy, err := programme.PolicyOn(ctx, tx, row.ProgrammeID, tx.Today())
	if err != nil {
		return err
	}
	if !policy.Housing().Given() {
		return refusal.List{NotGiven.At("housingGrant")}
	}
	row.State = Granted
	if err := saveGrant(ctx, tx, row, "state", "state_since", "answered_by", "answered_at"); err != nil {
		return err
	}
	row.tell(tx, access.AnswerHousingGrant, event.Changed, map[string]any{"from": Requested, "to": Granted, "passed": tx.Passed()})
	return r.moved(ctx, tx, Requested, row, of)
}

func (r grantRow) refuse(ctx context.Context, tx *postgres.Tx, why string) (grantRow, error) {
	if list := reasoned(why, "reason"); list != nil {
		return r, list
	}
	var err error
	if r.Answer, err = r.seal(ctx, tx, "housing_grant", "answer", r.ID, why); err != nil {
		return r, err
	}
	r.State = Refused
	if err := saveGrant(ctx, tx, r, "state", "state_since", "answered_by", "answered_at", "answer"); err != nil {
		return r, err
	}
	r.tell(tx, access.AnswerHousingGrant, event.Changed, map[string]any{"from": Requested, "to": Refused})
	return r, nil
}

// Withdrawal ends a grant before its time.
type Withdrawal struct {
	Grant    uuid.UUID
	From     calendar.Month // the first one that it is not given for any more
	Reason   string         // sealed
	Expected *int
}

// WithdrawGrant takes a grant back from a month on, also from one that was paid: what was then paid too much comes back.
func (r Room) WithdrawGrant(ctx context.Context, tx *postgres.Tx, in Withdrawal) error {
	row, of, err := load(ctx, tx, access.WithdrawHousingGrant, in.Grant, in.Expected)
	if err != nil {
		return err
	}
	list := reasoned(in.Reason, "reason")
	if !row.gives(in.From) {
		list = append(list, MonthOutside.At("fromMonth").With("first", row.FromMonth).With("last", row.until()))
	}
	if len(list) > 0 {
		return list
	}
	if row.Withdrawal, err = row.seal(ctx, tx, "housing_grant", "withdrawal", row.ID, in.Reason); err != nil {
		return err
	}
	row.State, row.StateSince, row.WithdrawnFrom, row.WithdrawnBy, row.WithdrawnAt = Withdrawn, tx.Today(), &in.From, &tx.Actor.Member, &tx.Now
	if err := saveGrant(ctx, tx, row, "state", "state_since", "withdrawn_from", "withdrawal", "withdrawn_by", "withdrawn_at"); err != nil {
		return err
	}
	row.tell(tx, access.WithdrawHousingGrant, event.Changed, map[string]any{"from": Granted, "to": Withdrawn, "fromMonth": in.From})
	return r.moved(ctx, tx, Ended, row, of)
}
