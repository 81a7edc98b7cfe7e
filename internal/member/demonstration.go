package member

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
)

// ErrNotDemonstration is returned where somebody asks for invented people of a REAL database.
var ErrNotDemonstration = errors.New("the database is REAL: it has no demonstration people")

// DemonstrationPerson is one of the invented people who may sign in.
type DemonstrationPerson struct {
	Email        string `json:"email"`
	Name         string `json:"name"`
	Role         string `json:"role"`
	Organisation string `json:"organisation"`
	Subject      string `json:"-"`
}

// DemonstrationPeople lists the invented people, by e-mail address; none on a REAL database.
func DemonstrationPeople(ctx context.Context, db *postgres.DB) ([]DemonstrationPerson, error) {
	rows, err := db.Plans.Query(ctx, "select * from demonstration_people()")
	if err != nil {
		return nil, fmt.Errorf("demonstration people: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[DemonstrationPerson])
}

// DemonstrationToken signs a token for the invented person with the e-mail address.
func DemonstrationToken(ctx context.Context, db *postgres.DB, i postgres.Installation, email string, now time.Time) (token string, expires time.Time, err error) {
	if i.Kind != postgres.Demonstration {
		return "", time.Time{}, ErrNotDemonstration
	}
	people, err := DemonstrationPeople(ctx, db)
	if err != nil {
		return "", time.Time{}, err
	}
	for _, p := range people {
		if p.Email == email {
			return Demonstration{Secret: i.Secret}.Token(p.Subject, now)
		}
	}
	return "", time.Time{}, ErrUnknown
}
