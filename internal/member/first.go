package member

import (
	"context"
	"errors"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
)

// ErrAdministered is returned where a body has an administrator who can sign in: he invites.
var ErrAdministered = errors.New("somebody administers this body already and can sign in: he invites whoever else is to come")

// First invites the administrator of a body that has none who can sign in yet, as the house itself: whoever runs the installation decides who
// lets in all others. in.Organisation and in.Roles are not looked at.
func (r Room) First(ctx context.Context, tx *postgres.Tx, programme, body string, in InviteInput) error {
	var err error
	if in.Organisation, err = bodyByCode(ctx, tx, programme, body); err != nil {
		return err
	}
	if err := lock(ctx, tx); err != nil {
		return err
	}
	administered, err := isAdministered(ctx, tx, in.Organisation)
	if err != nil {
		return err
	}
	if administered {
		return ErrAdministered
	}
	in.Roles = []GrantInput{{ID: uuid.Must(uuid.NewV7()), Role: access.Administrator, Organisation: in.Organisation}}
	return r.Invite(ctx, tx, in)
}
