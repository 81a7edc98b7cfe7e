package matching

import (
	"slices"
	"strconv"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/company"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
)

// Person is what matching knows of somebody: no group, no partner, no service, no day of referral.
type Person struct {
	Participation uuid.UUID
	Person        uuid.UUID
	BirthDay      calendar.Day
	Municipality  string   // ISTAT code
	Brings        []string // codes of work_traits
	Needs         []string // codes of work_traits that the workplace must give
	Wishes        []string // codes of work_sectors
	Placed        bool     // has an internship that is drafted or further
	Audience      []uuid.UUID
}

// Opening is what matching knows of seats that a company offers.
type Opening struct {
	ID            uuid.UUID
	Company       uuid.UUID
	Title         string
	Sector        string   // code of work_sectors
	Requires      []string // codes of work_traits
	Offers        []string // codes of work_traits
	Municipality  string   // of the site, ISTAT code
	Hours         []company.Hours
	WeeklyMinutes int
	From, To      calendar.Day
	Open          bool
	Free          int // seats that no internship has taken
}

// Rules are the policy's values that matching follows.
type Rules struct {
	Weights             programme.Weights // points; 100 together
	Kept                int               // suggestions for each person
	AdultWeek           int               // minutes
	MinorAge            int               // years; younger is a minor
	MinorDay, MinorWeek int               // minutes
	MinorMonth          int               // minutes; 0 for no limit
	NightFrom, NightTo  calendar.LocalTime
	MinorRest           int             // days in a row without work
	Territory           map[string]bool // ISTAT codes of the programme's municipalities
}

// Kinds of reasons.
const (
	Block = "BLOCK"
	Score = "SCORE"
)

// Reason is one thing that forbids a match or that counts in its score. Codes are those that its words name.
type Reason struct {
	Kind   string
	Code   string
	Points int
	List   string // of Codes: work_traits or work_sectors
	Codes  []string
	Number string // a figure that the words name
}

// Result is the judgement of one pair: 0 to 100 points, and why.
type Result struct {
	Score   int
	Blocked bool
	Reasons []Reason // blocks first
}

// Judge weighs one pair by facts and rules alone: the same facts always give the same result.
func Judge(p Person, o Opening, r Rules, today calendar.Day) Result {
	blocks := append(closed(p, o, today), lacking(p, o)...)
	if from := later(o.From, today); calendar.Age(p.BirthDay, from) < r.MinorAge {
		blocks = append(blocks, forMinors(o, r)...)
	}
	reasons := append(blocks, sector(p, o, r.Weights.Sector), traits(p, o, r.Weights.Traits))
	reasons = append(reasons, municipality(p, o, r), timetable(p, o, r, today))
	out := Result{Blocked: len(blocks) > 0, Reasons: reasons}
	for _, reason := range reasons {
		out.Score += reason.Points
	}
	return out
}

// closed blocks pairs of which one side is not free.
func closed(p Person, o Opening, today calendar.Day) (list []Reason) {
	for _, b := range []struct {
		code string
		met  bool
	}{
		{"PERSON_PLACED", p.Placed},
		{"OPENING_CLOSED", !o.Open},
		{"OPENING_OVER", o.To.Before(today)},
		{"OPENING_FULL", o.Free <= 0},
	} {
		if b.met {
			list = append(list, Reason{Kind: Block, Code: b.code})
		}
	}
	return list
}

// lacking blocks pairs in which the person does not bring what is required, or the workplace does not give what is needed.
func lacking(p Person, o Opening) (list []Reason) {
	if missing := without(o.Requires, p.Brings); len(missing) > 0 {
		list = append(list, Reason{Kind: Block, Code: "TRAIT_REQUIRED", List: programme.WorkTraits, Codes: missing})
	}
	if missing := without(p.Needs, o.Offers); len(missing) > 0 {
		list = append(list, Reason{Kind: Block, Code: "NEED_NOT_OFFERED", List: programme.WorkTraits, Codes: missing})
	}
	return list
}

// forMinors blocks timetables that minors may not work (L. 977/1967, domain 1.7).
func forMinors(o Opening, r Rules) (list []Reason) {
	days, night := map[int]int{}, false
	for _, h := range o.Hours {
		days[h.Weekday] += int(h.To.Sub(h.From))
		night = night || h.From.Before(r.NightTo) || h.To.After(r.NightFrom)
	}
	if night {
		list = append(list, Reason{Kind: Block, Code: "MINOR_NIGHT"})
	}
	for _, minutes := range days {
		if minutes > r.MinorDay {
			list = append(list, Reason{Kind: Block, Code: "MINOR_DAY", Number: hours(r.MinorDay)})
			break
		}
	}
	if o.WeeklyMinutes > r.MinorWeek {
		list = append(list, Reason{Kind: Block, Code: "MINOR_WEEK", Number: hours(r.MinorWeek)})
	}
	if r.MinorMonth > 0 && calendar.WeeksInAnyMonth*o.WeeklyMinutes > r.MinorMonth {
		list = append(list, Reason{Kind: Block, Code: "MINOR_MONTH", Number: hours(r.MinorMonth)})
	}
	if rest(days) < r.MinorRest {
		list = append(list, Reason{Kind: Block, Code: "MINOR_REST", Number: strconv.Itoa(r.MinorRest)})
	}
	return list
}

// rest is the longest row of days without work in a week that repeats itself.
func rest(days map[int]int) int {
	longest, row := 0, 0
	for i := range 14 {
		if days[i%7+1] > 0 {
			row = 0
			continue
		}
		row++
		longest = max(longest, row)
	}
	return min(longest, 7)
}

func sector(p Person, o Opening, weight int) Reason {
	r := Reason{Kind: Score, Code: "SECTOR_OTHER", List: programme.WorkSectors, Codes: []string{o.Sector}}
	switch {
	case slices.Contains(p.Wishes, o.Sector):
		r.Code, r.Points = "SECTOR_WISHED", weight
	case len(p.Wishes) == 0:
		r.Code, r.Points = "SECTOR_ANY", weight/2
	}
	return r
}

// traits gives half of its weight for what is asked on either side and met, half for what the person brings and the work uses.
func traits(p Person, o Opening, weight int) Reason {
	used, given := shared(o.Requires, p.Brings), shared(p.Needs, o.Offers)
	asked := len(o.Requires) + len(p.Needs)
	points := share(weight-weight/2, len(used)+len(given), asked) + share(weight/2, len(used), len(p.Brings))
	r := Reason{Kind: Score, Code: "TRAITS_FIT", Points: points, List: programme.WorkTraits, Codes: append(used, given...)}
	slices.Sort(r.Codes)
	r.Codes = slices.Compact(r.Codes)
	if len(r.Codes) == 0 {
		r.Code = "TRAITS_NONE"
	}
	return r
}

func municipality(p Person, o Opening, r Rules) Reason {
	switch {
	case p.Municipality == o.Municipality:
		return Reason{Kind: Score, Code: "MUNICIPALITY_SAME", Points: r.Weights.Municipality}
	case r.Territory[p.Municipality] && r.Territory[o.Municipality]:
		return Reason{Kind: Score, Code: "MUNICIPALITY_NEAR", Points: r.Weights.Municipality / 2}
	}
	return Reason{Kind: Score, Code: "MUNICIPALITY_FAR"}
}

// timetable gives all its weight up to half of the weekly limit that holds for the person, and nothing at the limit.
func timetable(p Person, o Opening, r Rules, today calendar.Day) Reason {
	limit := r.AdultWeek
	if calendar.Age(p.BirthDay, later(o.From, today)) < r.MinorAge {
		limit = r.MinorWeek
	}
	points := share(r.Weights.Timetable, limit-o.WeeklyMinutes, limit/2)
	return Reason{Kind: Score, Code: "TIMETABLE", Points: max(points, 0), Number: hours(o.WeeklyMinutes)}
}

// share is weight times part of whole, at most the weight; all of it where nothing is asked.
func share(weight, part, whole int) int {
	if whole <= 0 || part >= whole {
		return weight
	}
	return weight * part / whole
}

// without gives the codes of a that are not in b, in order.
func without(a, b []string) (list []string) {
	for _, code := range a {
		if !slices.Contains(b, code) {
			list = append(list, code)
		}
	}
	return list
}

// shared gives the codes of a that are in b, in order.
func shared(a, b []string) (list []string) {
	for _, code := range a {
		if slices.Contains(b, code) {
			list = append(list, code)
		}
	}
	return list
}

func later(a, b calendar.Day) calendar.Day {
	if a.Before(b) {
		return b
	}
	return a
}

// hours spells minutes as hours and minutes, 20:00.
func hours(minutes int) string { return calendar.Minutes(minutes).String() }
