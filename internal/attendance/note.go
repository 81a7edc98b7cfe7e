package attendance

import (
	"context"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
)

// noteStep is what remarks are filled up to: their lengths tell little.
const noteStep = 128

// ofEntry says whose remark a sealed one is, in SQL over the entry.
var ofEntry = plan.Owner{Person: "{t}.person_id", Participation: "{t}.participation_id"}

func notePlace(column string, entry uuid.UUID) postgres.Place {
	return postgres.Place{Table: "attendance", Column: column, Row: entry}
}

// sealNote seals a remark on an entry of the person; nil for none.
func sealNote(ctx context.Context, tx *postgres.Tx, person, entry uuid.UUID, column, note string) ([]byte, error) {
	if note == "" {
		return nil, nil
	}
	key, err := tx.DataKey(ctx, person)
	if err != nil {
		return nil, err
	}
	return key.SealPadded([]byte(note), noteStep, notePlace(column, entry)), nil
}

// note opens the remark of an entry; "" for none.
func (r row) note(ctx context.Context, tx *postgres.Tx) (string, error) {
	if r.Note == nil {
		return "", nil
	}
	key, err := tx.DataKey(ctx, r.PersonID)
	if err != nil {
		return "", err
	}
	note, err := key.Open(r.Note, notePlace("note", r.ID))
	return string(note), err
}
