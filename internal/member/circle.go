package member

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
)

// lifting are the roles that may lift the protection of somebody.
func lifting() []access.Role {
	return slices.DeleteFunc(access.Roles(), func(r access.Role) bool {
		return !access.Actor{Grants: []access.Grant{{Role: r}}}.MayIn(access.UnprotectParticipant, uuid.Nil)
	})
}

// keepingCircles takes roles away from a member after a day by what end does, and refuses where a protection would be left that nobody could
// ever lift: until somebody else is named, the member stays.
func keepingCircles(ctx context.Context, tx *postgres.Tx, member uuid.UUID, last calendar.Day, end func() error) error {
	before, err := circlesOpen(ctx, tx, member, last.AddDays(1))
	if err != nil {
		return err
	}
	if err := end(); err != nil {
		return err
	}
	after, err := circlesOpen(ctx, tx, member, last.AddDays(1))
	if err == nil && after < before {
		return LastOfCircle.At()
	}
	return err
}
