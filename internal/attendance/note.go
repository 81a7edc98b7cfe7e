package attendance

import (
	"context"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/platform/secret"
)

// noteStep is what remarks are filled up to: their lengths tell little.
const noteStep = 128

func notePlace(column string, entry uuid.UUID) postgres.Place {
	return postgres.Place{Table: "attendance", Column: column, Row: entry}
}

// keyOf is the key of the participation's own person: the person of an entry is another where two records were merged.
func keyOf(ctx context.Context, tx *postgres.Tx, participation uuid.UUID) (secret.DataKey, error) {
	persons, err := tx.PersonsOf(ctx, []uuid.UUID{participation})
	if err != nil {
		return secret.DataKey{}, err
	}
	return tx.DataKey(ctx, persons[participation])
}

// sealNote seals a remark on an entry of the participation; nil for none. Of somebody who was erased it refuses.
func sealNote(ctx context.Context, tx *postgres.Tx, participation, entry uuid.UUID, column, note string) ([]byte, error) {
	if note == "" {
		return nil, nil
	}
	key, err := keyOf(ctx, tx, participation)
	if err != nil {
		return nil, orErased(err)
	}
	return key.SealPadded([]byte(note), noteStep, notePlace(column, entry)), nil
}

// sealText seals what somebody says of a row that belongs to the participation; nil for nothing.
func sealText(ctx context.Context, tx *postgres.Tx, participation uuid.UUID, table, column string, row uuid.UUID, text string) ([]byte, error) {
	if text == "" {
		return nil, nil
	}
	key, err := keyOf(ctx, tx, participation)
	if err != nil {
		return nil, err
	}
	return key.SealPadded([]byte(text), noteStep, postgres.Place{Table: table, Column: column, Row: row}), nil
}

// note opens the remark of an entry; "" for none. Of somebody who was erased it refuses.
func (r row) note(ctx context.Context, tx *postgres.Tx) (string, error) {
	if r.Note == nil {
		return "", nil
	}
	key, err := keyOf(ctx, tx, r.ParticipationID)
	if err != nil {
		return "", orErased(err)
	}
	note, err := key.Open(r.Note, notePlace("note", r.ID))
	return string(note), err
}
