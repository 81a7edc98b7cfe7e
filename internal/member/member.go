package member

import (
	"slices"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// Days are a time from a day to a day, both within; a zero To is open.
type Days struct{ From, To calendar.Day }

// meet says whether the two times have a day in common.
func (d Days) meet(o Days) bool {
	return (d.To.IsZero() || !d.To.Before(o.From)) && (o.To.IsZero() || !o.To.Before(d.From))
}

var (
	causeBefore = text.Text{It: "non può precedere oggi: un diritto non vale per il passato", En: "it may not be before today: a right does not hold for the past"}
	causeOrder  = text.Text{It: "non può precedere il primo giorno", En: "it may not be before the first day"}
	causeEnd    = text.Text{It: "può essere al più presto ieri, e non dopo la fine già prevista", En: "it may be yesterday at the earliest, and not after the end that is set already"}
)

// coming gives the days with today in the place of no first day; days that would begin in the past, or end before they begin, are refused.
func coming(d Days, today calendar.Day) (Days, error) {
	if d.From.IsZero() {
		d.From = today
	}
	if d.From.Before(today) {
		return d, refusal.InvalidValue.At("fromDay").With("cause", causeBefore)
	}
	if !d.To.IsZero() && d.To.Before(d.From) {
		return d, refusal.InvalidValue.At("toDay").With("cause", causeOrder)
	}
	return d, nil
}

// ending gives the last day of what is to end: yesterday when none is given, which ends it at once. What is past stays as it was, and an end that
// is set already is not put off.
func ending(last, set, today calendar.Day) (calendar.Day, error) {
	if last.IsZero() {
		last = today.AddDays(-1)
	}
	if last.Before(today.AddDays(-1)) || !set.IsZero() && last.After(set) {
		return last, refusal.InvalidValue.At("lastDay").With("cause", causeEnd)
	}
	return last, nil
}

// until is the last day of something with a first day that ends on a day: the day before the first where it had not begun.
func until(last, first calendar.Day) calendar.Day {
	if before := first.AddDays(-1); last.Before(before) {
		return before
	}
	return last
}

// answersFor says whether some grant of the actor allows the act on a member or a body with these keys, in whichever programme.
func answersFor(a access.Actor, act access.Act, keys []uuid.UUID) bool {
	return slices.ContainsFunc(a.Grants, func(g access.Grant) bool { return a.May(act, g.Programme, keys) })
}

// near says whether two home bodies stand in one line of the tree: the same one, or one above the other.
func near(one, other memberRow) bool {
	if one.OrganisationID == nil || other.OrganisationID == nil {
		return false
	}
	return slices.Contains(one.Answering, *other.OrganisationID) || slices.Contains(other.Answering, *one.OrganisationID)
}

// overOf is what a role of an administrator's gift is over, for a member within a body: his own people, the body's, or the company's.
func overOf(role access.Role, member, organisation uuid.UUID, company *uuid.UUID) uuid.UUID {
	switch role.Scope() {
	case access.OverTutored, access.OverCases:
		return member
	case access.OverCompany:
		return *company
	}
	return organisation
}
