package participant

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// ProofInput says that a document proves a requirement of a person. The document is named by its reference, never by what it says: an
// auditor reads it who may not learn the reason.
type ProofInput struct {
	Participation uuid.UUID
	ID            uuid.UUID    // made when zero
	Requirement   string       // code of requirements
	Document      string       // protocol number or file reference
	On            calendar.Day // day of the document; zero is today
	File          *uuid.UUID   // the document itself, which the actor has brought; nil for none
}

// RecordProof writes down which document proves a requirement. Proofs are added, never changed.
func (r Room) RecordProof(ctx context.Context, tx *postgres.Tx, in ProofInput) (uuid.UUID, error) {
	row, err := load(ctx, tx, in.Participation)
	if err != nil {
		return uuid.Nil, err
	}
	if !tx.Actor.May(access.RecordProof, row.ProgrammeID, row.Audience) {
		return uuid.Nil, refusal.NotAllowed.At()
	}
	in.On, in.Document = orToday(tx, in.On), strings.TrimSpace(in.Document)
	var list refusal.List
	if in.On.After(tx.Today()) {
		list = append(list, DayAhead.At("provenOn").With("day", in.On))
	}
	if in.Document == "" {
		list = append(list, refusal.InvalidValue.At("document").With("cause", causeEmpty))
	}
	if !printable(in.Document) {
		list = append(list, refusal.InvalidValue.At("document").With("cause", causeText))
	}
	err = refusal.Join(list.Err(), programme.CheckCode(ctx, tx, row.ProgrammeID, programme.Requirements, in.Requirement, "requirement"))
	if err != nil {
		return uuid.Nil, err
	}
	id := in.ID
	if id == uuid.Nil {
		if id, err = uuid.NewV7(); err != nil {
			return uuid.Nil, err
		}
	}
	if err = attach(ctx, tx, in.File, ProvesRequirement, row); err != nil {
		return uuid.Nil, err
	}
	err = insert(ctx, tx, proofRow{ID: id, ProgrammeID: row.ProgrammeID, ParticipationID: row.ID, Requirement: in.Requirement, Document: in.Document,
		ProvenOn: in.On, RecordedBy: tx.Actor.Member, FileID: in.File, Audience: row.Audience})
	if postgres.Violates(err, "requirement_proof_pkey") {
		return uuid.Nil, refusal.IDTaken.At("id")
	}
	if err != nil {
		return uuid.Nil, err
	}
	tx.Tell(event.News{Programme: row.ProgrammeID, Act: string(access.RecordProof), Kind: event.Changed, SubjectKind: subjectKind, Subject: row.ID,
		Related: []uuid.UUID{row.ID}, Audience: row.Audience}, detail{Proof: &id, Requirement: in.Requirement, Day: in.On, Passed: tx.Passed()})
	return id, nil
}
