package history

import (
	"context"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/member"
	"github.com/lavoroincorso/lavoro/internal/participant"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// maxReason is how many characters a reason may have.
const maxReason = 500

// Decision is what an act on an import needs.
type Decision struct {
	Import   uuid.UUID
	Expected *int   // revision that the actor looked at; nil does not ask
	Reason   string // of Discard and Revoke
}

// Confirm lets what an import brought stand, by a person other than who answers for the files.
func (r Room) Confirm(ctx context.Context, tx *postgres.Tx, in Decision) error {
	i, err := found(ctx, tx, access.ConfirmHistory, in, Staged)
	if err != nil {
		return err
	}
	if own, err := member.OwnHand(ctx, tx, member.Hand{Member: i.StagedBy}, access.ConfirmHistory, i.ProgrammeID, i.Audience); err != nil {
		return err
	} else if own {
		return refusal.List{OwnImport.At("import")}
	}
	people, err := entries(ctx, tx, i.ID)
	if err != nil {
		return err
	}
	for _, f := range people {
		err := r.People.Enter(ctx, tx, participant.EntryBefore{Participation: *f.ParticipationID, EnteredOn: f.FromDay, LeftOn: f.ToDay, ExitReason: f.Detail.ExitReason,
			Facts: participant.EntryFacts{Employment: participant.Employment(f.Detail.Employment), ISCED: f.Detail.ISCED}})
		if err != nil {
			return err
		}
	}
	late, err := decide(ctx, tx, i.ID, Confirmed, i.hand(tx, access.ConfirmHistory), nil)
	if err != nil {
		return err
	}
	if late > 0 {
		return refusal.List{Overtaken.At("import").With("rows", late)}
	}
	i.tell(tx, access.ConfirmHistory, event.Changed, map[string]any{"from": Staged, "to": Confirmed, "for": i.StagedBy})
	return nil
}

// Discard gives an import up that waits, with the reason.
func (r Room) Discard(ctx context.Context, tx *postgres.Tx, in Decision) error {
	i, err := found(ctx, tx, access.DiscardHistory, in, Staged)
	if err != nil {
		return err
	}
	reason, err := in.why()
	if err != nil {
		return err
	}
	if _, err := decide(ctx, tx, i.ID, Discarded, i.hand(tx, access.DiscardHistory), &reason); err != nil {
		return err
	}
	i.tell(tx, access.DiscardHistory, event.Changed, map[string]any{"from": Staged, "to": Discarded})
	return nil
}

// Revoke takes back what stands, with the reason, by a person other than who confirmed it, as long as nothing here was built on it.
func (r Room) Revoke(ctx context.Context, tx *postgres.Tx, in Decision) error {
	i, err := found(ctx, tx, access.RevokeHistory, in, Confirmed)
	if err != nil {
		return err
	}
	reason, err := in.why()
	if err != nil {
		return err
	}
	if own, err := member.OwnHand(ctx, tx, member.Hand{Member: *i.DecidedBy, OnBehalfOf: i.OnBehalfOf}, access.RevokeHistory, i.ProgrammeID, i.Audience); err != nil {
		return err
	} else if own {
		return refusal.List{OwnConfirmation.At("import")}
	}
	built, err := revoke(ctx, tx, i.ID, i.hand(tx, access.RevokeHistory), reason)
	if err != nil {
		return err
	}
	if built > 0 {
		return refusal.List{BuiltOn.At("import").With("rows", built)}
	}
	i.tell(tx, access.RevokeHistory, event.Changed, map[string]any{"from": Confirmed, "to": Revoked, "for": i.DecidedBy})
	return nil
}

// hand is as which one the actor decides on an import.
func (r importRow) hand(tx *postgres.Tx, act access.Act) member.Hand {
	return member.HandOf(tx.Actor, act, r.ProgrammeID, r.Audience)
}

// why is the reason of a decision.
func (in Decision) why() (string, error) {
	reason := strings.TrimSpace(in.Reason)
	if n := utf8.RuneCountInString(reason); n == 0 || n > maxReason || !utf8.ValidString(reason) || strings.ContainsRune(reason, 0) {
		return "", refusal.List{ReasonNeeded.At("reason").With("most", maxReason)}
	}
	return reason, nil
}

// found gives an import in a state, on which the actor may decide.
func found(ctx context.Context, tx *postgres.Tx, act access.Act, in Decision, state State) (importRow, error) {
	i, known, err := importByID(ctx, tx, in.Import)
	switch {
	case err != nil:
		return i, err
	case !known:
		return i, refusal.List{refusal.NotFound.At("import")}
	case !tx.Actor.May(act, i.ProgrammeID, i.Audience):
		return i, refusal.List{refusal.NotAllowed.At()}
	case in.Expected != nil && *in.Expected != i.Revision:
		return i, refusal.List{refusal.RevisionConflict.At("expectedRevision")}
	case i.State != state && state == Confirmed:
		return i, refusal.List{NotStanding.At("import").With("state", stateWords[string(i.State)])}
	case i.State != state:
		return i, refusal.List{Decided.At("import").With("state", stateWords[string(i.State)])}
	}
	return i, nil
}
