package matching

import (
	"slices"

	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// Facts are all that decides whether somebody may decide about a match now.
type Facts struct {
	Match
	ParticipationState string
	PersonPlaced       bool // has an internship that is drafted or further
	OpeningState       string
	OpeningTo          calendar.Day
	Free               int // seats
	Today              calendar.Day
}

// gate is one condition of a transition: the refusal, and whether it holds.
type gate func(f Facts) (refusal.Refusal, bool)

func notBlocked(f Facts) (refusal.Refusal, bool) { return Blocked.At(), !f.Blocked }

func waiting(f Facts) (refusal.Refusal, bool) {
	return NotWaiting.At(), slices.Contains(waitingStates, f.ParticipationState)
}

func notPlaced(f Facts) (refusal.Refusal, bool) { return PersonPlaced.At(), !f.PersonPlaced }

func openingOpen(f Facts) (refusal.Refusal, bool) {
	return OpeningClosed.At(), f.OpeningState != "CLOSED" && !f.OpeningTo.Before(f.Today)
}

func seatFree(f Facts) (refusal.Refusal, bool) { return NoSeat.At(), f.Free > 0 }

// waitingStates are the participations for which an internship is sought.
var waitingStates = []string{"PAP_SIGNED", "ACTIVE"}

// Check gives every refusal of a transition at once: the wrong state alone, or all gates that are shut.
func (t Transition) Check(f Facts) refusal.List {
	if !slices.Contains(t.From, f.State) {
		return refusal.List{WrongState.At("match").With("state", Labels[string(f.State)])}
	}
	var list refusal.List
	for _, g := range t.gates {
		if r, holds := g(f); !holds {
			list = append(list, r)
		}
	}
	return list
}
