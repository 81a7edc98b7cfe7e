package company

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// concept and subjectKind name an opening in clocks and news.
const (
	concept     = "opening"
	subjectKind = "Opening"
)

// State is where an opening stands; see the package comment.
type State string

// The states of an opening.
const (
	Open   State = "OPEN"
	Filled State = "FILLED"
	Closed State = "CLOSED"
)

// CountSeats names, in news and journal, the change that follows from internships: no person decides it by itself.
const CountSeats access.Act = "countSeats"

// Transition is one way from state to state.
type Transition struct {
	Act   access.Act
	From  []State // none: the opening is new
	To    State
	Label text.Text
}

// Transitions are all ways of an opening.
var Transitions = []Transition{
	{Act: access.OfferOpening, To: Open, Label: text.Text{It: "Offri i posti", En: "Offer the seats"}},
	{Act: CountSeats, From: []State{Open}, To: Filled, Label: text.Text{It: "Posti esauriti", En: "Seats taken"}},
	{Act: CountSeats, From: []State{Filled}, To: Open, Label: text.Text{It: "Posti di nuovo liberi", En: "Seats free again"}},
	{Act: access.CloseOpening, From: []State{Open, Filled}, To: Closed, Label: text.Text{It: "Chiudi l'offerta", En: "Close the opening"}},
}

// Standing is what a state means, in words, and for a state that waits the clock that measures it.
type Standing struct {
	Label, Hint text.Text
	Clock       string // code of the policy's rule, in days; "" for a final state
}

// Standings describe every state.
var Standings = map[State]Standing{
	Open: {
		Label: text.Text{It: "Aperta", En: "Open"},
		Hint:  text.Text{It: "Proponi una persona per i posti liberi.", En: "Propose somebody for the free seats."},
		Clock: "clock.opening.OPEN",
	},
	Filled: {
		Label: text.Text{It: "Completa", En: "Filled"},
		Hint:  text.Text{It: "Tutti i posti sono occupati: verifica con l'azienda se chiuderla.", En: "All seats are taken: ask the company whether to close it."},
		Clock: "clock.opening.FILLED",
	},
	Closed: {
		Label: text.Text{It: "Chiusa", En: "Closed"},
		Hint:  text.Text{It: "Non è più offerta: per nuovi posti serve una nuova offerta.", En: "No longer offered: new seats need a new opening."},
	},
}

// Clocks hands over what is due in the states that wait, for whoever keeps dues.
func Clocks() []event.Clock {
	var clocks []event.Clock
	for _, s := range []State{Open, Filled} {
		w := Standings[s]
		clocks = append(clocks, event.Clock{Concept: concept, SubjectKind: subjectKind, Prefix: "opn", State: string(s), Policy: w.Clock,
			Kind: concept + "." + strings.ToLower(string(s)), Label: w.Hint})
	}
	return clocks
}

var stateLabels, stateHints = words(Standings)

func words(standings map[State]Standing) (labels, hints map[string]text.Text) {
	labels, hints = map[string]text.Text{}, map[string]text.Text{}
	for s, w := range standings {
		labels[string(s)], hints[string(s)] = w.Label, w.Hint
	}
	return labels, hints
}

// Opening is the seats that a company offers at one site.
type Opening struct {
	ID             uuid.UUID
	ProgrammeID    uuid.UUID
	CompanyID      uuid.UUID
	SiteID         uuid.UUID
	OrganisationID uuid.UUID // the partner whose scout found it
	Title          string
	Tasks          string
	Sector         string // code of work_sectors
	Seats          int
	FromDay        calendar.Day
	ToDay          calendar.Day
	WeeklyMinutes  calendar.Minutes
	State          State
	StateSince     calendar.Day
	Origin         string
	Audience       []uuid.UUID `bun:",array"`
	Revision       int
}

// by gives the state to which the act leads from the opening's own, or the refusal that it leads nowhere from there.
func (o Opening) by(act access.Act) (State, refusal.List) {
	for _, t := range Transitions {
		if t.Act == act && slices.Contains(t.From, o.State) {
			return t.To, nil
		}
	}
	return o.State, refusal.List{WrongState.At("opening").With("state", Standings[o.State].Label)}
}

// seated is the state that an opening which is not closed has when so many seats are taken.
func seated(seats, taken int) State {
	if taken >= seats {
		return Filled
	}
	return Open
}

// Hours is a stretch of work in the week.
type Hours struct {
	Weekday  int // ISO: 1 is Monday
	From, To calendar.LocalTime
}

// Limits are the policy's bounds on a timetable, in minutes; 0 for a month that has none. Tighter ones for minors, and how long the months of an
// internship are, are checked with the person.
type Limits struct{ Day, Week, Month int }

// WeeklyMinutes is the length of a week's timetable.
func WeeklyMinutes(week []Hours) (sum calendar.Minutes) {
	for _, h := range week {
		sum += h.To.Sub(h.From)
	}
	return sum
}

// timetable refuses stretches that cannot be, that overlap within a day, or that pass the limits.
func (l Limits) timetable(week []Hours) (list refusal.List) {
	switch {
	case len(week) == 0:
		return refusal.List{NoTimetable.At("hours")}
	case len(week) > maxList:
		return refusal.List{tooMany("hours")}
	}
	for i, h := range week {
		if h.Weekday < 1 || h.Weekday > 7 {
			list = append(list, invalid("il giorno va da 1 (lunedì) a 7 (domenica)", "the weekday goes from 1 (Monday) to 7 (Sunday)", "hours", strconv.Itoa(i), "weekday"))
		}
		if !h.From.Before(h.To) {
			list = append(list, HoursEndBeforeStart.At("hours", strconv.Itoa(i), "to"))
		}
	}
	if len(list) == 0 {
		list = overlaps(week)
	}
	if len(list) == 0 {
		list = l.pass(week)
	}
	return list
}

// overlaps names every stretch that begins before an earlier one of its day has ended.
func overlaps(week []Hours) (list refusal.List) {
	order := make([]int, len(week))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		if week[a].Weekday != week[b].Weekday {
			return week[a].Weekday - week[b].Weekday
		}
		return week[a].From.Compare(week[b].From)
	})
	last := order[0]
	for _, i := range order[1:] {
		if week[i].Weekday == week[last].Weekday && week[i].From.Before(week[last].To) {
			list = append(list, HoursOverlap.At("hours", strconv.Itoa(i), "from"))
			if !week[i].To.After(week[last].To) {
				continue
			}
		}
		last = i
	}
	return list
}

func (l Limits) pass(week []Hours) (list refusal.List) {
	days := map[int]calendar.Minutes{}
	for _, h := range week {
		days[h.Weekday] += h.To.Sub(h.From)
	}
	for day := 1; day <= 7; day++ {
		if days[day] > calendar.Minutes(l.Day) {
			list = append(list, OverDayLimit.At("hours").With("weekday", weekdays[day]).With("minutes", days[day]).With("limit", calendar.Minutes(l.Day)))
		}
	}
	sum := WeeklyMinutes(week)
	if sum > calendar.Minutes(l.Week) {
		list = append(list, OverWeekLimit.At("hours").With("minutes", sum).With("limit", calendar.Minutes(l.Week)))
	}
	if least := calendar.WeeksInAnyMonth * sum; l.Month > 0 && least > calendar.Minutes(l.Month) {
		list = append(list, OverMonthLimit.At("hours").With("minutes", least).With("limit", calendar.Minutes(l.Month)))
	}
	return list
}

var weekdays = map[int]text.Text{
	1: {It: "lunedì", En: "Monday"}, 2: {It: "martedì", En: "Tuesday"}, 3: {It: "mercoledì", En: "Wednesday"}, 4: {It: "giovedì", En: "Thursday"},
	5: {It: "venerdì", En: "Friday"}, 6: {It: "sabato", En: "Saturday"}, 7: {It: "domenica", En: "Sunday"},
}

// Offer is what a scout writes down of seats that a company offers.
type Offer struct {
	ID           uuid.UUID
	Programme    uuid.UUID
	Site         uuid.UUID
	Organisation uuid.UUID // the partner whose scout found it
	Title, Tasks string
	Sector       string // code of work_sectors
	Seats        int
	From, To     calendar.Day
	Hours        []Hours
	Requires     []string // codes of work_traits that the person must bring
	Offers       []string // codes of work_traits that the workplace gives
	Origin       string   // ENTERED, IMPORTED or DEMO; "" is ENTERED
}

// normal brings codes into order, each once, and refuses what the offer alone makes wrong; first and last are the programme's days.
func (o *Offer) normal(first, last, today calendar.Day) (list refusal.List) {
	o.Title, o.Tasks, o.Origin = strings.TrimSpace(o.Title), strings.TrimSpace(o.Tasks), cmp.Or(o.Origin, "ENTERED")
	list = append(said(o.Title, maxLine, "title"), said(o.Tasks, maxProse, "tasks")...)
	for _, codes := range []*[]string{&o.Requires, &o.Offers} {
		*codes = slices.Clone(*codes)
		slices.Sort(*codes)
		*codes = slices.Compact(*codes)
	}
	if o.Seats < 1 {
		list = append(list, invalid("i posti sono almeno 1", "there is at least 1 seat", "seats"))
	}
	switch {
	case o.To.Before(o.From):
		list = append(list, EndsBeforeStart.At("toDay"))
	case o.To.Before(today):
		list = append(list, Past.At("toDay"))
	case o.From.Before(first) || o.To.After(last):
		list = append(list, OutsideProgramme.At("fromDay").With("from", first).With("to", last))
	}
	return list
}
