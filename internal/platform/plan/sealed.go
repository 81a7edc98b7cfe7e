package plan

import (
	"cmp"
	"context"
	"encoding/hex"
	"fmt"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
)

// openText is the filler of Sealed.
const openText = "plan.sealed"

// Owner is SQL over the row `{t}` of whose a sealed value is. Participation is "" where the value hangs on the person alone.
type Owner struct{ Person, Participation string }

// OfParticipation is the owner of what is sealed in rows that hang on a participation.
var OfParticipation = Owner{Person: "(select a.person_id from participation a where a.id = {t}.participation_id)", Participation: "{t}.participation_id"}

// Sealed is a text that is sealed in a column of the row, in the table of the type; the row's id is its place. null stays null, and what
// belonged to somebody erased is null.
func Sealed(table, column string, of Owner) Field {
	return Hole(openText, "case when {t}."+column+" is not null then "+SealedInput(table, column, "{t}", of)+" end")
}

// SealedInput is SQL of what a filler needs to open a sealed column of a row: SealedValue reads it. More pairs of json_build_object follow.
func SealedInput(table, column, row string, of Owner, more ...string) string {
	sql := fmt.Sprintf("json_build_object('person', %s, 'table', '%s', 'column', '%s', 'row', %s.id, 'sealed', encode(%s.%s, 'hex')", of.Person, table, column, row, row, column)
	if of.Participation != "" {
		sql += ", 'participation', " + of.Participation
	}
	for _, pair := range more {
		sql += ", " + pair
	}
	return sql + ")"
}

// SealedValue is one sealed value among a hole's inputs. Person is zero where the viewer reads the value and does not see whose it is: of somebody
// protected. It is found by the participation then.
type SealedValue struct {
	Person, Participation, Row uuid.UUID
	Table, Column              string
	Sealed                     string // hexadecimal
}

// Open opens the values, in order; nil where the person was erased.
func Open(ctx context.Context, tx *postgres.Tx, values []SealedValue) ([][]byte, error) {
	var hidden []uuid.UUID
	for _, v := range values {
		if v.Person == uuid.Nil {
			hidden = append(hidden, v.Participation)
		}
	}
	whose, err := tx.PersonsOf(ctx, hidden)
	if err != nil {
		return nil, err
	}
	persons := make([]uuid.UUID, len(values))
	for i, v := range values {
		persons[i] = cmp.Or(v.Person, whose[v.Participation])
	}
	keys, err := tx.DataKeys(ctx, persons)
	if err != nil {
		return nil, err
	}
	opened := make([][]byte, len(values))
	for i, v := range values {
		sealed, err := hex.DecodeString(v.Sealed)
		if err != nil {
			return nil, fmt.Errorf("sealed %s.%s: %w", v.Table, v.Column, err)
		}
		key, known := keys[persons[i]]
		if known && key.Erased() {
			continue
		}
		if opened[i], err = key.Open(sealed, postgres.Place{Table: v.Table, Column: v.Column, Row: v.Row}); err != nil {
			return nil, err
		}
	}
	return opened, nil
}

// openTexts fills the holes of Sealed.
func openTexts(ctx context.Context, tx *postgres.Tx, values []SealedValue) ([]any, error) {
	opened, err := Open(ctx, tx, values)
	if err != nil {
		return nil, err
	}
	texts := make([]any, len(opened))
	for i, o := range opened {
		if o != nil {
			texts[i] = string(o)
		}
	}
	return texts, nil
}
