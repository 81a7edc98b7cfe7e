package document

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
)

// headingOf is what the programme's papers say first.
func headingOf(ctx context.Context, tx *postgres.Tx, programme uuid.UUID) (h Heading, err error) {
	if err = tx.Ask(ctx, &h, "select name, project_code, cup, funding, logos, lead from programme_papers($1)", programme); err != nil {
		return h, fmt.Errorf("heading of papers: %w", err)
	}
	return h, nil
}

// monthRow is whose a month of the register is, and who may see it.
type monthRow struct {
	ProgrammeID     uuid.UUID
	ParticipationID uuid.UUID
	Audience        []uuid.UUID `bun:",array"`
}

// monthOf gives a month that the actor sees; the zero row for any other.
func monthOf(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (m monthRow, err error) {
	if err = tx.Ask(ctx, &m, "select programme_id, participation_id, audience from register_month where id = $1", id); err != nil {
		return m, fmt.Errorf("month of the register: %w", err)
	}
	return m, nil
}
