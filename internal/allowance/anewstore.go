package allowance

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/programme"
)

// touchedFrom reads the next participations after one, in the order of their ids, of which rules from a day on touch anything: months that were worked
// out, internships that were agreed, and grants.
func touchedFrom(ctx context.Context, tx *postgres.Tx, of programme.NewRules, after *uuid.UUID, most int) (some touchedPeople, err error) {
	err = tx.Ask(ctx, &some, `select p.id, (select coalesce(jsonb_agg(to_char(w.month, 'YYYY-MM') order by w.month), '[]') from allowance w where w.participation_id = p.id and w.month >= date_trunc('month', $2::date)) as begun
		from participation p where p.programme_id = $1 and ($3::uuid is null or p.id > $3) and (
			exists (select from allowance w where w.participation_id = p.id and w.month >= date_trunc('month', $2::date))
			or exists (select from placement l where l.participation_id = p.id and l.to_day >= $2 and l.state in ('MATCHED', 'PFI_SIGNED', 'COMMUNICATED', 'RUNNING', 'SUSPENDED'))
			or exists (select from housing_grant g where g.participation_id = p.id and g.state = 'GRANTED' and g.from_month + make_interval(months => g.months) > $2::date))
		order by p.id limit $4`, of.ProgrammeID, of.ValidFrom, after, most)
	if err != nil {
		return nil, fmt.Errorf("what rules touch: %w", err)
	}
	return some, nil
}
