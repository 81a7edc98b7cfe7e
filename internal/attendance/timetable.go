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

// plannedDay is hours of a day that is planned.
type plannedDay struct {
	Day calendar.Day
	plannedHours
}

// TimetableGate keeps internships from being drafted or extended whose hours would pass the limits of their person, by the rules of the first day: a register written
// as planned must not be contested. Where these limit a month, each is looked at as it will be, without its closed days.
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
	list := weekLimits(week, p.FromDay.Monday(), in.limits)
	if in.limits.Adult.Month.Minutes+in.limits.Minor.Month.Minutes == 0 {
		return list, nil
	}
	days, err := plannedDays(ctx, tx, p)
	if err != nil {
		return nil, err
	}
	months := slices.DeleteFunc(beyond(days, in.limits), func(why refusal.Refusal) bool { return !why.Has(OverMonthLimit) })
	return once(append(list, months...)), nil
}

// weekLimits are those that a whole week of hours passes, each once.
func weekLimits(week []plannedHours, monday calendar.Day, l Limits) refusal.List {
	days := make([]plannedDay, len(week))
	for i, h := range week {
		days[i] = plannedDay{monday.AddDays(h.Weekday - 1), h}
	}
	list := beyond(days, l)
	if rest := restDays(week); week[0].Age < l.MinorAge && rest < l.MinorRest {
		list = append(list, MinorWithoutRest.At("to").With("days", text.Days(l.MinorRest)).With("source", l.MinorRestSource))
	}
	return list
}

// beyond are the limits that planned hours pass, each once, where all of them are written as planned.
func beyond(days []plannedDay, l Limits) (list refusal.List) {
	all := make([]live, len(days))
	for i, h := range days {
		all[i] = live{ID: uuid.UUID{14: byte(i >> 8), 15: byte(i)}, Kind: Presence, Day: h.Day, From: h.From, To: h.To, Minutes: int(h.To.Sub(h.From)), Standing: Counted, Age: h.Age, limits: l}
	}
	found := settle(all, newGiven())
	for _, e := range all {
		list = append(list, found[e.ID].why...)
	}
	return once(list)
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
