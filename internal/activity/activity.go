package activity

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// Internship is the code of activity_kinds that placements fill; every other kind is enrolled in by the act here.
const Internship = "INTERNSHIP"

// maxLine is the length of what people write, in characters.
const maxLine = 200

// Planned is an activity as its organiser plans it.
type Planned struct {
	ID             uuid.UUID
	Programme      uuid.UUID
	Organisation   uuid.UUID // who runs it
	Kind           string    // code of activity_kinds
	Title, Place   string
	From, To       calendar.Day
	PlannedMinutes calendar.Minutes // owed by each participant; 0 only for internships, which have their own
	Seats          *int             // nil: not limited
	Certificate    string           // code of certificates that completing it gives; "" for none
}

// normal brings texts into shape and refuses what the plan alone makes wrong; first and last are the programme's days.
func (p *Planned) normal(first, last calendar.Day) (list refusal.List) {
	p.Title, p.Place = strings.TrimSpace(p.Title), strings.TrimSpace(p.Place)
	list = append(said(p.Title, "title"), said(p.Place, "place")...)
	switch {
	case p.To.Before(p.From):
		list = append(list, EndsBeforeStart.At("toDay"))
	case p.From.Before(first) || p.To.After(last):
		list = append(list, OutsideProgramme.At("fromDay").With("from", first).With("to", last))
	}
	if most := (p.To.Sub(p.From) + 1) * 24 * 60; p.PlannedMinutes < 0 || p.PlannedMinutes == 0 && p.Kind != Internship || !p.To.Before(p.From) && int(p.PlannedMinutes) > most {
		list = append(list, invalid("le ore previste devono stare nel periodo dell'attività", "the planned hours must fit into the activity's period", "plannedMinutes"))
	}
	if p.Seats != nil && *p.Seats < 1 {
		list = append(list, invalid("i posti sono almeno 1", "there is at least 1 seat", "seats"))
	}
	return list
}

// Activity is what decides about enrolments in it.
type Activity struct {
	ID             uuid.UUID
	ProgrammeID    uuid.UUID
	OrganisationID uuid.UUID
	Kind           string
	Title          string
	Place          string
	FromDay        calendar.Day
	ToDay          calendar.Day
	PlannedMinutes calendar.Minutes
	Seats          *int
	Certificate    *string
	Audience       []uuid.UUID `bun:",array"`
	Revision       int
}

// Person is what decides about a participation that is to be enrolled.
type Person struct {
	ID             uuid.UUID // of the participation
	ProgrammeID    uuid.UUID
	PersonID       uuid.UUID
	OrganisationID uuid.UUID
	State          string
	EnteredOn      calendar.Day
	Audience       []uuid.UUID `bun:",array"`
}

// takingPart are the states of a participation that may begin an activity: the plan is signed, which is where activities begin.
var takingPart = []string{"PAP_SIGNED", "ACTIVE"}

// admits refuses what the activity, the person and the seats taken make impossible: all at once.
func (a Activity) admits(p Person, taken int, twice bool, today calendar.Day) (list refusal.List) {
	if a.Kind == Internship {
		list = append(list, ByPlacement.At("activity"))
	}
	if a.ToDay.Before(today) {
		list = append(list, Over.At("activity").With("to", a.ToDay))
	}
	if !slices.Contains(takingPart, p.State) {
		list = append(list, NotTakingPart.At("participant"))
	}
	if twice {
		list = append(list, AlreadyEnrolled.At("participant"))
	}
	if a.Seats != nil && taken >= *a.Seats && !twice {
		list = append(list, Full.At("activity").With("seats", *a.Seats))
	}
	return list
}

// firstDay is when a person's hours in the activity may begin: with the activity, but not before the person entered the programme,
// nor before today for somebody who is just about to.
func (a Activity) firstDay(p Person, today calendar.Day) calendar.Day {
	entered := p.EnteredOn
	if entered.IsZero() {
		entered = today
	}
	if entered.After(a.FromDay) {
		return entered
	}
	return a.FromDay
}

// PlannedMinutes is what an internship owes: its weekly minutes over its days, both ends included, rounded to the nearest minute.
func PlannedMinutes(weekly calendar.Minutes, from, to calendar.Day) calendar.Minutes {
	days := to.Sub(from) + 1
	if days < 1 || weekly < 0 {
		return 0
	}
	return calendar.Minutes((int(weekly)*days*2 + 7) / 14)
}

// validTo is the last day of a certificate given on a day: as the item's attribute validMonths says, for ever without it.
func validTo(attributes json.RawMessage, given calendar.Day) calendar.Day {
	var says struct {
		ValidMonths int `json:"validMonths"`
	}
	if json.Unmarshal(attributes, &says) != nil || says.ValidMonths < 1 {
		return calendar.Day{}
	}
	return given.Through(says.ValidMonths)
}

// said refuses a text that is blank, too long, or holds characters that nobody can read.
func said(s string, path ...string) refusal.List {
	switch {
	case s == "":
		return refusal.List{invalid("il testo manca", "the text is missing", path...)}
	case utf8.RuneCountInString(s) > maxLine:
		most := strconv.Itoa(maxLine)
		return refusal.List{invalid("può avere al massimo "+most+" caratteri", "it may have at most "+most+" characters", path...)}
	case !utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsControl):
		return refusal.List{invalid("contiene caratteri non leggibili", "it holds characters that cannot be read", path...)}
	}
	return nil
}

func invalid(it, en string, path ...string) refusal.Refusal {
	return refusal.InvalidValue.At(path...).With("cause", text.Text{It: it, En: en})
}
