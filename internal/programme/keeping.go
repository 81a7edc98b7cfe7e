package programme

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/values/calendar"
)

// The two rules of a policy that say how long evidence is kept.
const (
	actMonths  = "retention.journal_months"
	readMonths = "retention.read_journal_months"
)

// Keeping says for how many months a programme's journals are kept.
type Keeping struct {
	Programme             uuid.UUID
	ActMonths, ReadMonths int
}

// Keepings gives, as the owner, how long the journals of each programme are kept by the policy of the day of the moment. A programme that
// has none yet is not among them.
func Keepings(ctx context.Context, ownerURL string, now time.Time) (all []Keeping, err error) {
	err = asOwner(ctx, ownerURL, now, func(ctx context.Context, o owner) error {
		all, err = o.keepings(ctx, calendar.DayOf(now))
		return err
	})
	return all, err
}
