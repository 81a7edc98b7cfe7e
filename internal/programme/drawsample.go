package programme

import (
	"context"
	"strconv"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// DrawSample adds people to a mandate's sample; those who are in it stay.
func DrawSample(ctx context.Context, tx *postgres.Tx, mandate uuid.UUID, people []uuid.UUID, expected *int) error {
	m, err := openMandate(ctx, tx, access.DrawSample, mandate, expected)
	if err != nil {
		return err
	}
	if len(people) == 0 || len(people) > maxSample {
		return refusal.InvalidValue.At("sample").With("cause", causeSample)
	}
	if err := draw(ctx, tx, m, people); err != nil {
		return err
	}
	if err := m.save(ctx, tx); err != nil {
		return err
	}
	m.tell(tx, access.DrawSample, event.Changed, map[string]any{"sample": people})
	return applyMandate(ctx, tx, m.ID)
}

// draw writes people into the sample. Each must be somebody the actor sees, entrusted to the mandate's body or one below it.
func draw(ctx context.Context, tx *postgres.Tx, m mandateRow, people []uuid.UUID) error {
	found, err := entrustedUnder(ctx, tx, m.ProgrammeID, m.OrganisationID, people)
	if err != nil {
		return err
	}
	var list refusal.List
	var rows []sampleRow
	for i, id := range people {
		switch p, seen := found[id]; {
		case !seen:
			list = append(list, refusal.NotFound.At("sample", strconv.Itoa(i)))
		case !p.Under:
			list = append(list, OutsideMandate.At("sample", strconv.Itoa(i)))
		default:
			row, err := uuid.NewV7()
			if err != nil {
				return err
			}
			rows = append(rows, sampleRow{ID: row, MandateID: m.ID, ProgrammeID: m.ProgrammeID, ParticipationID: id, DrawnOn: tx.Today(), Audience: p.Audience})
		}
	}
	if err := list.Err(); err != nil {
		return err
	}
	return insertSample(ctx, tx, rows)
}
