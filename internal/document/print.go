package document

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/attendance"
	"github.com/lavoroincorso/lavoro/internal/platform/blob"
	"github.com/lavoroincorso/lavoro/internal/platform/journal"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// RegisterPrint is the kind of file that a printed month is.
const RegisterPrint = "REGISTER_PRINT"

// Room is what papers are made with.
type Room struct {
	Engine *plan.Engine
	// Select turns what a paper asks of an object of a type, in the words of the API, into a plan's selection.
	Select func(typeName, fields string) ([]plan.Selected, error)
	// Proofs gives what the statements of a month's allowance are worked out again from, as JSON by their ids, of those that the actor sees.
	Proofs func(ctx context.Context, tx *postgres.Tx, allowance uuid.UUID) (map[uuid.UUID][]byte, error)
	// Anchors is where the heads of the journals leave to; "" where they leave to no folder.
	Anchors journal.Folder
}

// reader reads for one paper, inside its transaction, what the actor sees in his language.
type reader struct {
	Room
	ctx  context.Context
	tx   *postgres.Tx
	lang string
}

// object reads one object by its id; false where the actor sees none.
func (r reader) object(typeName, fields string, id uuid.UUID, into any) (bool, error) {
	selected, err := r.Select(typeName, fields)
	if err != nil {
		return false, fmt.Errorf("%s for a paper: %w", typeName, err)
	}
	v := plan.Viewer{Actor: r.tx.Actor, Lang: r.lang, Now: r.tx.Now}
	objects, err := r.Engine.Objects(r.ctx, v, r.tx, []plan.Group{{Type: typeName, IDs: []uuid.UUID{id}, Selected: selected}})
	if err != nil {
		return false, err
	}
	if string(objects[0][0]) == "null" {
		return false, nil
	}
	return true, json.Unmarshal(objects[0][0], into)
}

// PrintRegister makes a month of the register as a PDF for whoever may read it, with what he may read of it, and lets him fetch it once.
func (r Room) PrintRegister(ctx context.Context, tx *postgres.Tx, month, file uuid.UUID, lang string) (blob.Ticket, error) {
	of, err := monthOf(ctx, tx, month)
	switch {
	case err != nil:
		return blob.Ticket{}, err
	case of.ProgrammeID == uuid.Nil:
		return blob.Ticket{}, refusal.NotFound.At("registerMonth")
	case !tx.Actor.May(access.PrintRegister, of.ProgrammeID, of.Audience):
		return blob.Ticket{}, refusal.NotAllowed.At()
	}
	register, err := reader{r, ctx, tx, lang}.register(month)
	if err != nil {
		return blob.Ticket{}, err
	}
	heading, err := headingOf(ctx, tx, of.ProgrammeID)
	if err != nil {
		return blob.Ticket{}, err
	}
	content, err := RegisterPDF(heading, register, lang)
	if err != nil {
		return blob.Ticket{}, err
	}
	persons, err := tx.PersonsOf(ctx, []uuid.UUID{of.ParticipationID})
	if err != nil {
		return blob.Ticket{}, err
	}
	ticket, err := blob.Make(ctx, tx, blob.Announced{ID: file, Programme: of.ProgrammeID, Participation: of.ParticipationID, Person: persons[of.ParticipationID], Kind: RegisterPrint,
		Class: access.Work, MediaType: blob.PDF}, content)
	if err == nil {
		tx.Enter(journal.Entry{Programme: of.ProgrammeID, Act: string(access.PrintRegister), SubjectKind: "RegisterMonth", Subject: month,
			OnBehalfOf: tx.Actor.ActsFor(access.PrintRegister, of.ProgrammeID, of.Audience), About: []uuid.UUID{of.ParticipationID}})
	}
	return ticket, err
}

// register reads a month with all of its entries that count.
func (r reader) register(id uuid.UUID) (m Register, err error) {
	found, err := r.object("RegisterMonth", asked, id, &m)
	if err != nil || !found || m.Enrolment == nil {
		return m, errors.Join(err, refusalUnless(found && m.Enrolment != nil))
	}
	enrolment, err := plan.ParseID("enr", m.Enrolment.ID)
	if err != nil {
		return m, err
	}
	for after := ""; ; {
		var page struct {
			Attendances struct {
				Nodes    []Entry
				PageInfo struct {
					HasNextPage bool
					EndCursor   string
				}
			}
		}
		fields := fmt.Sprintf(`attendances(first: 200, filter: {month: %q, standings: [%s]}%s) { nodes { %s } pageInfo { hasNextPage endCursor } }`, m.Month, attendance.Counted, after, askedEntries)
		if _, err := r.object("Enrolment", fields, enrolment, &page); err != nil {
			return m, err
		}
		m.Entries = append(m.Entries, page.Attendances.Nodes...)
		if !page.Attendances.PageInfo.HasNextPage {
			return m, nil
		}
		after = fmt.Sprintf(", after: %q", page.Attendances.PageInfo.EndCursor)
	}
}

func refusalUnless(found bool) error {
	if found {
		return nil
	}
	return refusal.NotFound.At("registerMonth")
}
