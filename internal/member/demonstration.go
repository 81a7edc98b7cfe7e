package member

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
)

// DemonstrationIssuer is the identifier of the issuer that a demonstration runs for its own people. It is no address, since that is another
// on every machine and the people stay the same.
const DemonstrationIssuer = "urn:lavoro:demonstration"

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

// DemonstrationSubject gives the subject under which the invented person with the e-mail address signs in.
func DemonstrationSubject(ctx context.Context, db *postgres.DB, kind postgres.Kind, email string) (string, error) {
	if kind != postgres.Demonstration {
		return "", ErrNotDemonstration
	}
	people, err := DemonstrationPeople(ctx, db)
	if err != nil {
		return "", err
	}
	for _, p := range people {
		if p.Email == email {
			return p.Subject, nil
		}
	}
	return "", ErrUnknown
}
