package file

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// Codes reads a column of codes that stand for ids, each code once for a whole file. Capitals do not matter.
type Codes struct {
	Column string
	Cause  text.Text // of a code that stands for nothing
	// Find gives the id behind a code in capitals, uuid.Nil when there is none.
	Find func(ctx context.Context, tx *postgres.Tx, code string) (uuid.UUID, error)

	known map[string]uuid.UUID
}

// Of is the id behind the row's code; uuid.Nil for an empty cell, and for a code that stands for nothing, which becomes a problem.
func (c *Codes) Of(ctx context.Context, tx *postgres.Tx, row *Row) (uuid.UUID, error) {
	code := strings.ToUpper(row.Text(c.Column))
	if code == "" {
		return uuid.Nil, nil
	}
	id, known := c.known[code]
	if !known {
		var err error
		if id, err = c.Find(ctx, tx, code); err != nil {
			return uuid.Nil, err
		}
		if c.known == nil {
			c.known = map[string]uuid.UUID{}
		}
		c.known[code] = id
	}
	if id == uuid.Nil {
		row.Fail(c.Column, c.Cause)
	}
	return id, nil
}
