package programme

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
)

// Stale is the refusal SIGN_IN_AGAIN with the minutes for which a sign-in is recent enough.
type Stale struct{ Minutes int }

// Error is the code alone.
func (s *Stale) Error() string { return SignInAgain.String() }

// Unwrap gives the refusal.
func (s *Stale) Unwrap() error { return SignInAgain.At().With("minutes", s.Minutes) }

// Fresh refuses what the transaction has done, with *Stale, where the rules of a programme in which it was done ask for a more recent sign-in
// than the actor's. It is asked before anything stands: the journal entries that wait to be written are the one place where every act says
// which programme it belongs to, also an act within another. What changed nothing asks for nothing.
func Fresh(ctx context.Context, tx *postgres.Tx) error {
	acts := map[uuid.UUID][]string{}
	for _, e := range tx.Entries() {
		if !slices.Contains(acts[e.Programme], e.Act) {
			acts[e.Programme] = append(acts[e.Programme], e.Act)
		}
	}
	minutes := 0
	for id, done := range acts {
		asked, err := freshMinutes(ctx, tx, id, done)
		if err != nil {
			return err
		}
		if asked > 0 && !recent(tx, asked) && (minutes == 0 || asked < minutes) {
			minutes = asked
		}
	}
	if minutes == 0 {
		return nil
	}
	return &Stale{Minutes: minutes}
}

// recent says whether the actor proved who he is within the last minutes. A sign-in of which nobody knows the time is not, nor is a system's.
func recent(tx *postgres.Tx, minutes int) bool {
	return !tx.Actor.SignedInAt.IsZero() && !tx.Actor.SignedInAt.Add(time.Duration(minutes)*time.Minute).Before(tx.Now)
}

// freshMinutes is how old the sign-in may be for the strictest of the acts in a programme today; 0 where it does not matter.
func freshMinutes(ctx context.Context, tx *postgres.Tx, id uuid.UUID, acts []string) (int, error) {
	version, err := versionOn(ctx, tx, id, tx.Today())
	if err != nil || version == uuid.Nil {
		return 0, err
	}
	policy, err := PolicyOf(ctx, tx, version)
	if err != nil {
		return 0, err
	}
	for _, act := range policy.Strings("access.fresh_acts") {
		if slices.Contains(acts, act) {
			return policy.Int("access.fresh_minutes"), nil
		}
	}
	return 0, nil
}
