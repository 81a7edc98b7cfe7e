package attendance

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/placement"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// daysOfWeek is the length of a week.
const daysOfWeek = 7

// plannedHours is a stretch of hours of a week that is planned, with how old the person is when it begins.
type plannedHours struct {
	Weekday int                // 1 is Monday
	From    calendar.LocalTime `bun:"from_minute"`
	To      calendar.LocalTime `bun:"to_minute"`
	Age     int                // in years
}

// TimetableGate keeps internships from being drafted whose hours would pass the limits of their person, by the rules of the first day: a register written
// as planned must not be contested.
func TimetableGate(ctx context.Context, tx *postgres.Tx, p placement.Placement) (refusal.List, error) {
	week, err := plannedWeek(ctx, tx, p)
	if err != nil || len(week) == 0 {
		return nil, err
	}
	r := rules{tx: tx}
	in, err := r.on(ctx, p.Programme, p.FromDay)
	if err != nil {
		return nil, err
	}
	return weekLimits(week, p.FromDay.Monday(), in.limits), nil
}

// weekLimits are those that a whole week of hours passes, each once.
func weekLimits(week []plannedHours, monday calendar.Day, l Limits) (list refusal.List) {
	all := make([]live, len(week))
	for i, h := range week {
		all[i] = live{ID: uuid.UUID{15: byte(i)}, Kind: Presence, Day: monday.AddDays(h.Weekday - 1), From: h.From, To: h.To, Minutes: int(h.To.Sub(h.From)), Standing: Counted, Age: h.Age, limits: l}
	}
	found := settle(all)
	for _, e := range all {
		for _, why := range found[e.ID].why {
			if !slices.ContainsFunc(list, func(r refusal.Refusal) bool { return r.Code == why.Code }) {
				list = append(list, why)
			}
		}
	}
	if rest := restDays(week); week[0].Age < l.MinorAge && rest < l.MinorRest {
		list = append(list, MinorWithoutRest.At("to").With("days", text.Days(l.MinorRest)).With("source", l.MinorRestSource))
	}
	return list.Under("opening")
}

// restDays are the most days in a row without hours, in weeks that follow each other alike.
func restDays(week []plannedHours) (most int) {
	works := map[int]bool{}
	for _, h := range week {
		works[h.Weekday-1] = true
	}
	for first := range daysOfWeek {
		n := 0
		for n < daysOfWeek && !works[(first+n)%daysOfWeek] {
			n++
		}
		most = max(most, n)
	}
	return most
}
