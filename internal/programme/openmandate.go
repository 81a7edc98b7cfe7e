package programme

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// OpenMandate gives an auditor what the mandate opens, from today to its last day. The auditor holds no other role in the programme.
func OpenMandate(ctx context.Context, tx *postgres.Tx, in MandateInput) (uuid.UUID, error) {
	in.Document = strings.TrimSpace(in.Document)
	f, err := mandateFrame(ctx, tx, in)
	if err != nil {
		return uuid.Nil, err
	}
	if !tx.Actor.May(access.OpenMandate, in.Programme, []uuid.UUID{f.Root}) {
		return uuid.Nil, refusal.NotAllowed.At()
	}
	list := in.problems(f.FromDay, f.ToDay, tx.Today())
	switch {
	case !f.Organisation:
		list = append(list, refusal.NotFound.At("organisation"))
	case !f.Member:
		list = append(list, refusal.NotFound.At("member"))
	case f.Involved || in.Member == tx.Actor.Member:
		list = append(list, MandateInvolved.At("member"))
	}
	if err := list.Err(); err != nil {
		return uuid.Nil, err
	}
	m := mandateRow{ID: in.ID, ProgrammeID: in.Programme, OrganisationID: in.Organisation, MemberID: in.Member, PeriodFrom: in.From, PeriodTo: in.To,
		EndsOn: in.EndsOn, Document: in.Document, State: MandateOpen, OpenedOn: tx.Today(), Revision: 1}
	if m.ID == uuid.Nil {
		if m.ID, err = uuid.NewV7(); err != nil {
			return uuid.Nil, err
		}
	}
	m.Audience = []uuid.UUID{f.Root, access.MandateKey(in.Programme, m.ID)}
	if err := insertMandate(ctx, tx, m); err != nil {
		return uuid.Nil, err
	}
	if len(in.Sample) > 0 {
		if err := draw(ctx, tx, m, in.Sample); err != nil {
			return uuid.Nil, err
		}
	}
	m.tell(tx, access.OpenMandate, event.Entered, map[string]any{"organisation": m.OrganisationID, "member": m.MemberID, "from": m.PeriodFrom, "to": m.PeriodTo,
		"ends": m.EndsOn, "document": m.Document, "sample": in.Sample})
	return m.ID, applyMandate(ctx, tx, m.ID)
}

// openMandate loads a mandate that may still be changed, as one who may.
func openMandate(ctx context.Context, tx *postgres.Tx, act access.Act, id uuid.UUID, expected *int) (m mandateRow, err error) {
	if m, err = loadMandate(ctx, tx, id); err != nil {
		return m, err
	}
	switch {
	case !tx.Actor.May(act, m.ProgrammeID, m.Audience):
		return m, refusal.NotAllowed.At()
	case expected != nil && *expected != m.Revision:
		return m, refusal.RevisionConflict.At("expectedRevision")
	case m.State == MandateClosed:
		return m, MandateIsClosed.At("mandate")
	}
	return m, nil
}

func (m mandateRow) tell(tx *postgres.Tx, act access.Act, kind event.Kind, detail any) {
	tx.Tell(event.News{Programme: m.ProgrammeID, Act: string(act), Kind: kind, SubjectKind: "Mandate", Subject: m.ID, Audience: m.Audience}, detail)
}
