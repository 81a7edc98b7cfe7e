package housing

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/member"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/money"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// Request asks for a grant.
type Request struct {
	ID            uuid.UUID
	Participation uuid.UUID
	Condition     string // code of housing_conditions; sealed, and told to nobody
	From          calendar.Month
	Months        int
	Monthly       money.Cents // at most, of each month; 0 is as much as the policy allows
	Proofs        []Proof
}

// Proof is a paper that a request is brought with.
type Proof struct {
	Document string    // code of housing_proofs; sealed
	File     uuid.UUID // which the actor has brought
}

// RequestGrant asks that somebody be given a contribution, with all papers that the policy in force today asks for. A second person answers.
func (r Room) RequestGrant(ctx context.Context, tx *postgres.Tx, in Request) error {
	of, found, err := beneficiary(ctx, tx, in.Participation)
	switch {
	case err != nil:
		return err
	case !found:
		return refusal.List{refusal.NotFound.At("participant")}
	case !tx.Actor.May(access.RequestHousingGrant, of.ProgrammeID, of.Audience):
		return refusal.List{refusal.NotAllowed.At()}
	case of.LeftOn != nil || of.EnteredOn == nil:
		return refusal.List{NotTakingPart.At("participant")}
	}
	policy, err := programme.PolicyOn(ctx, tx, of.ProgrammeID, tx.Today())
	if err != nil {
		return err
	}
	if in.Monthly == 0 {
		in.Monthly = policy.Housing().Monthly
	}
	if err := in.check(policy.Housing(), *of.EnteredOn).Err(); err != nil {
		return err
	}
	if err := in.codes(ctx, tx, of.ProgrammeID); err != nil {
		return err
	}
	by := member.HandOf(tx.Actor, access.RequestHousingGrant, of.ProgrammeID, of.Audience)
	row := grantRow{ID: in.ID, ProgrammeID: of.ProgrammeID, ParticipationID: in.Participation, FromMonth: in.From, Months: in.Months, MonthlyCents: in.Monthly,
		State: Requested, StateSince: tx.Today(), RequestedBy: by.Member, OnBehalfOf: by.OnBehalfOf, RequestedAt: tx.Now, Audience: of.Audience, Revision: 1}
	if err := row.once(ctx, tx); err != nil {
		return err
	}
	if row.Condition, err = row.seal(ctx, tx, "housing_grant", "condition", row.ID, in.Condition); err != nil {
		return err
	}
	if err := insertGrant(ctx, tx, &row); err != nil {
		return err
	}
	if err := row.prove(ctx, tx, in.Proofs); err != nil {
		return err
	}
	row.tell(tx, access.RequestHousingGrant, event.Entered, map[string]any{"fromMonth": in.From, "months": in.Months, "monthly": in.Monthly, "proofs": len(in.Proofs)})
	return r.moved(ctx, tx, "", row, of)
}

// check says what the rule does not allow; of somebody who takes part from a day on.
func (r Request) check(rule programme.Housing, entered calendar.Day) (list refusal.List) {
	if !rule.Given() {
		return refusal.List{NotGiven.At()}
	}
	if !slices.Contains(rule.Conditions, r.Condition) {
		list = append(list, NoCondition.At("condition"))
	}
	if r.From.Before(entered.Month()) {
		list = append(list, BeforeEntry.At("fromMonth").With("month", entered.Month()))
	}
	if r.Months < 1 || r.Months > rule.Months {
		list = append(list, TooLong.At("months").With("most", rule.Months))
	}
	if r.Monthly < 1 || r.Monthly > rule.Monthly {
		list = append(list, TooMuch.At("monthly").With("most", rule.Monthly))
	}
	if !slices.ContainsFunc(rule.Proofs, r.lacks) {
		return list
	}
	return append(list, ProofsMissing.At("proofs").With("count", len(rule.Proofs)))
}

func (r Request) lacks(document string) bool {
	return !slices.ContainsFunc(r.Proofs, func(p Proof) bool { return p.Document == document })
}

// codes refuses codes that the lists do not have, or not any more.
func (r Request) codes(ctx context.Context, tx *postgres.Tx, of uuid.UUID) error {
	errs := []error{programme.CheckCode(ctx, tx, of, programme.HousingConditions, r.Condition, "condition")}
	for i, p := range r.Proofs {
		errs = append(errs, programme.CheckCode(ctx, tx, of, programme.HousingProofs, p.Document, "proofs", place(i), "document"))
	}
	return refusal.Join(errs...)
}
