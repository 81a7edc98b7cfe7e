package matching

import (
	"cmp"
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// nearMisses is how many blocked openings are kept for each person, to show what stands in the way.
const nearMisses = 3

// Scope narrows a refresh to some participations, unless All is set.
type Scope struct {
	All            bool
	Participations []uuid.UUID
}

// Changes counts the matches that a refresh made, changed and took away.
type Changes struct{ Entered, Changed, Left int }

// key names a pair: participation and opening.
type key struct{ participation, opening uuid.UUID }

// pair is one judged pair that is to be suggested.
type pair struct {
	person  Person
	opening Opening
	result  Result
}

// Refresh judges every pair in scope and brings the suggestions up to date: one event for each match that changed, none for the
// others. Matches that people have proposed, accepted or declined are never deleted; those that are no longer possible withdraw.
func (r Room) Refresh(ctx context.Context, tx *postgres.Tx, programmeID uuid.UUID, s Scope) (Changes, error) {
	if !tx.Actor.MayIn(access.RefreshMatches, programmeID) {
		return Changes{}, refusal.List{refusal.NotAllowed.At()}
	}
	if err := hold(ctx, tx, programmeID); err != nil {
		return Changes{}, err
	}
	known, err := existingOf(ctx, tx, programmeID, s)
	if err != nil {
		return Changes{}, err
	}
	run, err := suggest(ctx, tx, programmeID, s, known)
	if err != nil {
		return Changes{}, err
	}
	run.room = r
	for _, e := range known {
		if err := run.settle(ctx, e); err != nil {
			return Changes{}, err
		}
	}
	if err := run.add(); err != nil {
		return Changes{}, err
	}
	return run.count, run.write(ctx)
}

// suggest reads rules and facts, and keeps the best pairs of each person in scope.
func suggest(ctx context.Context, tx *postgres.Tx, programmeID uuid.UUID, s Scope, known []existing) (*refresh, error) {
	rules, words, err := rulesOn(ctx, tx, programmeID)
	if err != nil {
		return nil, err
	}
	openings, err := openingsOf(ctx, tx, programmeID)
	if err != nil {
		return nil, err
	}
	persons, err := personsOf(ctx, tx, programmeID, s)
	if err != nil {
		return nil, err
	}
	run := &refresh{tx: tx, programme: programmeID, words: words, wanted: map[key]pair{}, bookable: map[uuid.UUID]bool{}, waiting: map[uuid.UUID]bool{}}
	for _, o := range openings {
		run.bookable[o.ID] = true
	}
	decided := decidedPairs(known)
	for _, p := range persons {
		run.waiting[p.Participation] = true
		for _, kept := range best(p, openings, rules, tx.Today(), decided) {
			k := key{p.Participation, kept.opening.ID}
			run.wanted[k], run.order = kept, append(run.order, k)
		}
	}
	return run, nil
}

// decidedPairs are those about which people have decided: the rules suggest them no more.
func decidedPairs(known []existing) map[key]bool {
	decided := map[key]bool{}
	for _, e := range known {
		if slices.Contains([]State{Proposed, Accepted, Declined}, e.State) || e.State == Placed && e.Living {
			decided[key{e.ParticipationID, e.OpeningID}] = true
		}
	}
	return decided
}

// best judges a person against all openings and keeps the highest scores, and the near misses among the blocked.
func best(p Person, openings []Opening, r Rules, today calendar.Day, decided map[key]bool) []pair {
	var free, blocked []pair
	for _, o := range openings {
		if decided[key{p.Participation, o.ID}] {
			continue
		}
		judged := pair{p, o, Judge(p, o, r, today)}
		if judged.result.Blocked {
			blocked = append(blocked, judged)
		} else {
			free = append(free, judged)
		}
	}
	slices.SortFunc(free, higher)
	slices.SortFunc(blocked, func(a, b pair) int { return cmp.Or(cmp.Compare(a.result.stands(), b.result.stands()), higher(a, b)) })
	return append(free[:min(r.Kept, len(free))], blocked[:min(nearMisses, len(blocked))]...)
}

// higher puts the higher score first, then the older opening: ids of openings are made in the order of time.
func higher(a, b pair) int {
	return cmp.Or(cmp.Compare(b.result.Score, a.result.Score), slices.Compare(a.opening.ID[:], b.opening.ID[:]))
}

// stands counts what stands in the way.
func (r Result) stands() (n int) {
	for _, reason := range r.Reasons {
		if reason.Kind == Block {
			n += max(1, len(reason.Codes))
		}
	}
	return n
}
