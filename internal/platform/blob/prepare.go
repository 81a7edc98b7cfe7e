package blob

import (
	"bytes"
	"context"
	"errors"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/platform/secret"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// Prepare announces a file and lets the actor bring its bytes. Announced again with the same words, one that is still to come keeps what has
// come of it, and gets another ticket.
func Prepare(ctx context.Context, tx *postgres.Tx, a Announced) (Ticket, error) {
	sum, problems := a.problems()
	if err := problems.Err(); err != nil {
		return Ticket{}, err
	}
	if err := Expire(ctx, tx, nil); err != nil {
		return Ticket{}, err
	}
	key, err := tx.DataKey(ctx, a.Person)
	if errors.Is(err, secret.ErrErased) {
		return Ticket{}, refusal.NotFound.At("participant")
	}
	if err != nil {
		return Ticket{}, err
	}
	known, err := find(ctx, tx, "where f.id = ? and f.uploaded_by = ? and f.state = ?", a.ID, tx.Actor.Member, string(Prepared))
	switch refused, _ := refusal.As(err); {
	case err == nil:
		was, err := key.Open(known.Sha256, hashPlace(a.ID))
		if err != nil || !bytes.Equal(was, sum) || !a.says(known) {
			return Ticket{}, refusal.IDTaken.At("id")
		}
	case refused.Has(refusal.NotFound):
		err = a.insert(ctx, tx, key.Seal(sum, hashPlace(a.ID)))
		if err != nil {
			return Ticket{}, err
		}
	default:
		return Ticket{}, err
	}
	ticket, hash := newTicket(tx.Now.Add(uploadFor))
	return ticket, insertTicket(ctx, tx, a.ID, hash, true, ticket)
}

// says whether the announcement says of a file what is known of it.
func (a Announced) says(f File) bool {
	return a.Participation == f.ParticipationID && a.Kind == f.Kind && a.MediaType == f.MediaType && a.Bytes == f.Announced
}

// PrepareDownload lets the actor fetch a file once, soon. allowed says of a file that he sees whether he may.
func PrepareDownload(ctx context.Context, tx *postgres.Tx, id uuid.UUID, allowed func(File) error) (File, Ticket, error) {
	f, err := find(ctx, tx, "where f.id = ? and f.state in (?, ?)", id, string(Attached), string(Destroyed))
	if err != nil {
		return f, Ticket{}, err
	}
	if err := allowed(f); err != nil {
		return f, Ticket{}, err
	}
	if f.State == Destroyed {
		return f, Ticket{}, TakenBack.At("file")
	}
	ticket, hash := newTicket(tx.Now.Add(downloadFor))
	return f, ticket, insertTicket(ctx, tx, id, hash, false, ticket)
}
