package participant

import (
	"context"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// AnswerInput is what the organisation that follows a person says to a request for him.
type AnswerInput struct {
	HandOver uuid.UUID // the holder's side
	Expected *int
	Accept   bool
	KeepTeam bool   // case manager and tutor go over with the person
	Reason   string // code of hand_over_declines; only where it declines
}

var causeAccepted = text.Text{It: "chi accoglie la richiesta non indica un motivo", En: "whoever accepts gives no reason"}

// AnswerHandOver hands the person over, with all that follows the participation, or declines with a reason that names nobody. It gives
// the participation that it is about.
func (r Room) AnswerHandOver(ctx context.Context, tx *postgres.Tx, in AnswerInput) (uuid.UUID, error) {
	h, err := openHandOver(ctx, tx, access.AnswerHandOver, holding, in.HandOver, in.Expected)
	if err != nil {
		return uuid.Nil, err
	}
	var about uuid.UUID
	if h.ParticipationID != nil {
		about = *h.ParticipationID
	}
	if !in.Accept {
		if err := programme.CheckCode(ctx, tx, h.ProgrammeID, programme.HandOverDeclines, in.Reason, "reason"); err != nil {
			return about, err
		}
		return about, r.settle(ctx, tx, h, HandOverDeclined, in.Reason)
	}
	if in.Reason != "" {
		return about, refusal.InvalidValue.At("reason").With("cause", causeAccepted)
	}
	return about, r.accept(ctx, tx, h, in.KeepTeam)
}

// accept entrusts the person to the asker. A protected one whom the team alone could open keeps the team. The holder's own rows are done with first: it sees the person no more afterwards.
func (r Room) accept(ctx context.Context, tx *postgres.Tx, h handOverRow, keepTeam bool) error {
	if h.ParticipationID == nil {
		return HandOverNobody.At("accept")
	}
	row, err := load(ctx, tx, *h.ParticipationID)
	if err != nil {
		return err
	}
	if row.State.Standing().Final {
		return closed(row.State).At("handOver")
	}
	if err := r.settle(ctx, tx, h, HandOverAccepted, ""); err != nil {
		return err
	}
	s := &step{act: access.AnswerHandOver, row: row, was: row.State, revision: row.Revision}
	s.row.OrganisationID, s.left = h.OtherID, []uuid.UUID{row.OrganisationID}
	if !keepTeam {
		s.row.CaseManagerID, s.row.TutorID = nil, nil
	}
	s.detail = detail{Organisation: &h.OtherID, CaseManager: s.row.CaseManagerID, Tutor: s.row.TutorID}
	if err := r.rekey(ctx, tx, s); err != nil || !s.row.Protected {
		return err
	}
	return staysOpen(ctx, tx, row.ID, "keepTeam")
}

// settle writes an answer on both sides, and tells both: each in news of its own, about its own side.
func (r Room) settle(ctx context.Context, tx *postgres.Tx, h handOverRow, to HandOverState, reason string) error {
	keys, err := line(ctx, tx, h.OtherID)
	if err != nil {
		return err
	}
	h.State = to
	if err := r.tellHandOver(ctx, tx, h, HandOverRequested); err != nil {
		return err
	}
	if err := settleHandOver(ctx, tx, h.ID, to, reason); err != nil {
		return err
	}
	tx.Tell(h.news(access.AnswerHandOver, event.Changed), detail{Reason: reason, Passed: tx.Passed()})
	tx.Tell(handOverRow{ID: h.RequestID, ProgrammeID: h.ProgrammeID, Audience: keys}.news(access.AnswerHandOver, event.Changed), nil)
	return nil
}
