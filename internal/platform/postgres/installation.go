package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// Kind says what a database is for; it is written when the database is made and never changes.
type Kind string

// The kinds of a database. Invented people may sign in only on a demonstration.
const (
	Demonstration Kind = "DEMONSTRATION"
	Real          Kind = "REAL"
)

// Installation is who a database is.
type Installation struct {
	ID   uuid.UUID
	Kind Kind
}

// ErrNoInstallation is returned for a database that was never made ready.
var ErrNoInstallation = errors.New("the database holds no installation: run `lavoro migrate --kind …` once")

// Installation reads who the database is.
func (db *DB) Installation(ctx context.Context) (i Installation, err error) {
	err = db.Plans.QueryRow(ctx, "select id, kind from installation").Scan(&i.ID, &i.Kind)
	if errors.Is(err, pgx.ErrNoRows) {
		return i, ErrNoInstallation
	}
	return i, err
}

// Install makes the migrated database at the owner's url an installation of the kind; one that is one already must be of that kind.
func Install(ctx context.Context, ownerURL string, kind Kind) error {
	conn, err := pgx.Connect(ctx, ownerURL)
	if err != nil {
		return fmt.Errorf("install: %w", err)
	}
	defer func() { _ = conn.Close(ctx) }()
	var is Kind
	err = conn.QueryRow(ctx, "select kind from installation").Scan(&is)
	if errors.Is(err, pgx.ErrNoRows) {
		_, err = conn.Exec(ctx, "select lavoro_new_installation($1)", kind)
		return err
	}
	if err == nil && is != kind {
		return fmt.Errorf("the database is of kind %s and stays so; it cannot become %s", is, kind)
	}
	return err
}
