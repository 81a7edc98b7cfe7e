package allowance

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/money"
)

// followedRow is how far months have been worked out again by a version of the rules.
type followedRow struct {
	VersionID  uuid.UUID
	Reached    *uuid.UUID
	People     int
	Months     int
	Statements int
	MoreCents  money.Cents
	LessCents  money.Cents
	DoneAt     *time.Time
}

// holdFollowed holds how far a version has come against another act that would go on from there, too.
func holdFollowed(ctx context.Context, tx *postgres.Tx, version uuid.UUID) (followedRow, error) {
	row := followedRow{VersionID: version}
	if _, err := tx.NewRaw("insert into rules_followed (version_id) values (?) on conflict do nothing", version).Exec(ctx); err != nil {
		return row, fmt.Errorf("rules followed: %w", err)
	}
	if err := tx.NewRaw("select * from rules_followed where version_id = ? for update", version).Scan(ctx, &row); err != nil {
		return row, fmt.Errorf("rules followed: %w", err)
	}
	return row, nil
}

func (r *followedRow) save(ctx context.Context, tx *postgres.Tx) error {
	if _, err := tx.NewUpdate().Model(r).ModelTableExpr("rules_followed").Where("version_id = ?", r.VersionID).Exec(ctx); err != nil {
		return fmt.Errorf("rules followed: %w", err)
	}
	return nil
}

func versionTouching(ctx context.Context, tx *postgres.Tx, version uuid.UUID) (touching, bool, error) {
	var rows []touching
	if err := tx.NewRaw("select programme_id, valid_from, audience from policy_version where id = ?", version).Scan(ctx, &rows); err != nil || len(rows) == 0 {
		return touching{}, false, err
	}
	return rows[0], true, nil
}

// touchedFrom reads the next participations after one, in the order of their ids, of which rules from a day on touch anything: months that were worked
// out, internships that were agreed, and grants.
func touchedFrom(ctx context.Context, tx *postgres.Tx, of touching, after *uuid.UUID, most int) (some touchedPeople, err error) {
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
