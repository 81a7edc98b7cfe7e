package allowance

import (
	"cmp"
	"slices"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/money"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// Method is how hours become money; the programme's policy chooses one.
type Method string

// The methods: a rate for each hour, a monthly sum by share of the planned hours, a monthly sum by band of hours.
const (
	Hourly      Method = "HOURLY"
	ByThreshold Method = "THRESHOLD"
	ByBands     Method = "BANDS"
)

// LineKind is what sort of line of the working it is.
type LineKind string

// The sorts of lines; Cut takes away what is beyond the cap.
const (
	HoursLine     LineKind = "HOURS"
	AbsenceLine   LineKind = "ABSENCE" // that the policy pays
	ThresholdLine LineKind = "THRESHOLD"
	BandLine      LineKind = "BAND"
	Cut           LineKind = "CAP"
	HousingLine   LineKind = "HOUSING" // beside the cap
	Nothing       LineKind = "NOTHING"
)

// Codes of the policy's rules that lines name.
const (
	ruleMethod    = "allowance.method"
	ruleRate      = "allowance.hourly_rate"
	ruleThreshold = "allowance.threshold"
	ruleBands     = "allowance.bands"
	ruleCap       = "allowance.monthly_cap"
	rulePaidKinds = "allowance.paid_kinds"
	ruleAbsences  = "allowance.paid_absences"
	ruleFirst     = "allowance.absorption"
	ruleWithheld  = "allowance.withholding"
	ruleHousing   = programme.HousingRule
)

// Inputs is all that a month is worked out from. It is kept with a statement, so that the same comes out of it for ever.
type Inputs struct {
	Month    calendar.Month `json:"month"`
	Versions []Version      `json:"versions"`         // of the policy, in the order in which they follow each other within the month
	Register []Hours        `json:"register"`         // by enrolment, in the order of their first days
	Before   money.Cents    `json:"before,omitempty"` // of the month that was recognised before the programme was kept here
	Joint    money.Cents    `json:"joint,omitempty"`  // of the month's cap, by other records of the person
	Housing  *Housing       `json:"housing,omitempty"`
}

// last is the version in force on the month's last day.
func (in Inputs) last() Version { return in.Versions[len(in.Versions)-1] }

// span is the days of the month in which a version is in force.
func (in Inputs) span(version int) (from, to calendar.Day) {
	from, to = in.Month.First(), in.Month.Last()
	if version > 0 {
		from = in.Versions[version].From
	}
	if version+1 < len(in.Versions) {
		to = in.Versions[version+1].From.AddDays(-1)
	}
	return from, to
}

// Version is a version of the policy with what it says of allowances.
type Version struct {
	ID     uuid.UUID    `json:"id"`
	Number int          `json:"number"`
	From   calendar.Day `json:"from"`
	Rule   Rule         `json:"rule"`
}

// Hours is what the register says of one enrolment in one month, all in minutes.
type Hours struct {
	Enrolment uuid.UUID  `json:"enrolment"`
	Kind      string     `json:"kind"`                // code of the list activity_kinds
	Portions  []Portion  `json:"portions,omitempty"`  // of presence that counts, by version of the policy
	Contested int        `json:"contested,omitempty"` // of presence that somebody contests: they count for nothing
	Planned   int        `json:"planned,omitempty"`   // that the month should have had
	Certified *Certified `json:"certified,omitempty"` // what they are taken from; nil of a month that is not locked
	Route     *Route     `json:"route,omitempty"`     // who pays them; nil where nothing is issued
}

// Portion is the minutes of the days on which one version of the policy was in force.
type Portion struct {
	Version int `json:"version"`           // place among the versions
	Minutes int `json:"minutes"`           // adjustments included
	Absence int `json:"absence,omitempty"` // of absences that the version pays; why somebody was absent is nobody's business here
}

// Certified is a locked month of the register, with what was put right in it since.
type Certified struct {
	RegisterMonth uuid.UUID    `json:"registerMonth"`
	Hash          string       `json:"hash"` // of what was certified, in hexadecimal digits
	Minutes       int          `json:"minutes"`
	PresenceDays  int          `json:"presenceDays"`
	Adjustments   []Adjustment `json:"adjustments,omitempty"`
}

// Adjustment is one that was made of a locked month.
type Adjustment struct {
	ID           uuid.UUID    `json:"id"`
	Day          calendar.Day `json:"day"`
	Minutes      int          `json:"minutes"`
	PresenceDays int          `json:"presenceDays"`
}

// Route says who pays hours, out of which budget line, and how it is taxed.
type Route struct {
	Payer uuid.UUID     `json:"payer"`
	Line  uuid.UUID     `json:"line"`
	Tax   programme.Tax `json:"tax"`
}

// Rule is the policy's rule for allowances; Check says whether it makes sense.
type Rule struct {
	Method     Method              `json:"method"`
	HourlyRate money.Cents         `json:"hourlyRate"`
	Rounding   money.Rounding      `json:"rounding"` // of HOURLY, once for each enrolment and rate
	Cap        money.Cents         `json:"cap"`      // the most for a month, over all activities together
	Threshold  programme.Threshold `json:"threshold"`
	Bands      []programme.Band    `json:"bands"`
	PaidKinds  []string            `json:"paidKinds"` // activity kinds whose hours earn something
	// PaidAbsences are the reasons of absences that are paid as if the person had been there.
	PaidAbsences []string `json:"paidAbsences"`
	// Absorption says which activity kinds are served first where the cap cuts; the others come after them, in the order of their first days.
	Absorption []string `json:"absorption"`
	// Withholding is what a payer withholds of a share, in hundredths of a percent of it, rounded half up.
	Withholding map[programme.Tax]int `json:"withholding"`
	Housing     HousingRule           `json:"housing,omitzero"`
}

// Line is one line of the working; a zero Enrolment means all of them together.
type Line struct {
	Kind      LineKind    `json:"kind"`
	Enrolment uuid.UUID   `json:"enrolment"`
	Minutes   int         `json:"minutes"`
	Amount    money.Cents `json:"amount"`  // negative for Cut, zero for Nothing
	Rule      string      `json:"rule"`    // code of the policy's rule
	Version   int         `json:"version"` // number of the policy's version
	Text      text.Text   `json:"text"`
}

// Working is what a month is worth, and why: the lines add up to the total.
type Working struct {
	Minutes int         // that earn something
	Accrued money.Cents // by the hours, before the cap
	Cap     money.Cents
	Housing money.Cents // beside the cap
	Total   money.Cents
	Lines   []Line

	in Inputs
}

// Bounds of the arithmetic, not of any rule: with them no sum can leave what Cents holds.
const (
	maxMinutes = 31 * 24 * 60 // of one enrolment in a month
	maxAmount  = money.Limit / 1_000_000
)

// paid is what of an enrolment's hours may earn, by version of the policy.
type paid struct {
	Hours
	minutes []int // of presence
	absence []int // of absences that are paid
}

func (p paid) sum() (all int) {
	for i := range p.minutes {
		all += p.minutes[i] + p.absence[i]
	}
	return all
}

// Accrue works out a month by rules that Check accepts. It is pure: same inputs, same working. Hours are paid by the version in force on their
// day. What is of the whole month follows the version in force on its last day: the method, a monthly sum, the cap and who is served first.
func Accrue(in Inputs) Working {
	w := Working{Cap: max(in.last().Rule.Cap-max(in.Before, 0), 0), in: in}
	if in.Before > 0 {
		w.nothing(uuid.Nil, 0, ruleCap, beforeText(in.Before, w.Cap))
	}
	if in.Joint > 0 {
		w.Cap = max(w.Cap-in.Joint, 0)
		w.nothing(uuid.Nil, 0, ruleCap, jointText(w.Cap))
	}
	earning := w.sort()
	switch in.last().Rule.Method {
	case Hourly:
		w.hourly(earning)
	case ByThreshold:
		w.threshold(earning, in.last().Rule.Threshold)
	case ByBands:
		w.bands(earning, in.last().Rule.Bands)
	}
	w.Total = min(w.Accrued, w.Cap)
	w.absorb(earning)
	if len(w.Lines) == 0 {
		w.add(Line{Kind: Nothing, Rule: ruleMethod, Text: noHours})
	}
	w.house()
	return w
}

// cut is what the cap takes off.
func (w Working) cut() money.Cents { return w.Accrued + w.Housing - w.Total }

// sort keeps what may earn, counts its minutes, and says of the rest why it earns nothing.
func (w *Working) sort() (earning []paid) {
	for _, h := range w.in.Register {
		h.Contested, h.Planned = bounded(h.Contested), bounded(h.Planned)
		if h.Contested > 0 {
			w.nothing(h.Enrolment, h.Contested, ruleMethod, contestedText(h.Contested))
		}
		p := paid{Hours: h, minutes: make([]int, len(w.in.Versions)), absence: make([]int, len(w.in.Versions))}
		unpaid := 0
		for _, portion := range h.Portions {
			if minutes := bounded(portion.Minutes); slices.Contains(w.in.Versions[portion.Version].Rule.PaidKinds, h.Kind) {
				p.minutes[portion.Version] += minutes
				p.absence[portion.Version] += bounded(portion.Absence)
			} else {
				unpaid += minutes
			}
		}
		if unpaid > 0 {
			w.nothing(h.Enrolment, unpaid, rulePaidKinds, unpaidText(unpaid))
		}
		if p.sum() > 0 || slices.Contains(w.in.last().Rule.PaidKinds, h.Kind) {
			w.Minutes += p.sum()
			earning = append(earning, p)
		}
	}
	return earning
}

// hourly pays each enrolment's hours and paid absences, each rounded once for each rate that they have within the month.
func (w *Working) hourly(earning []paid) {
	for _, p := range earning {
		for first := 0; first < len(p.minutes); {
			next, minutes, absence := first, 0, 0
			for next < len(p.minutes) && w.sameRate(first, next) {
				minutes, absence = minutes+p.minutes[next], absence+p.absence[next]
				next++
			}
			w.atRate(Line{Kind: HoursLine, Enrolment: p.Enrolment, Minutes: minutes, Rule: ruleRate}, first, next-1, hoursText)
			w.atRate(Line{Kind: AbsenceLine, Enrolment: p.Enrolment, Minutes: absence, Rule: ruleAbsences}, first, next-1, absenceText)
			first = next
		}
	}
}

func (w *Working) sameRate(a, b int) bool {
	x, y := w.in.Versions[a].Rule, w.in.Versions[b].Rule
	return x.HourlyRate == y.HourlyRate && x.Rounding == y.Rounding
}

// atRate pays the minutes of a line at the one rate of some versions of the policy.
func (w *Working) atRate(l Line, first, last int, words func(minutes int, rate, amount money.Cents) text.Text) {
	if l.Minutes == 0 {
		return
	}
	by := w.in.Versions[last]
	l.Version, l.Amount = by.Number, money.ForMinutes(by.Rule.HourlyRate, l.Minutes, by.Rule.Rounding)
	l.Text = words(l.Minutes, by.Rule.HourlyRate, l.Amount)
	if first > 0 || last < len(w.in.Versions)-1 {
		from, _ := w.in.span(first)
		_, to := w.in.span(last)
		l.Text = spanText(from, to, l.Text)
	}
	w.earn(l)
}

// threshold compares the hours of all paid activities with all that was planned, so that a short course alone pays no month.
func (w *Working) threshold(earning []paid, t programme.Threshold) {
	planned := 0
	for _, p := range earning {
		planned += p.Planned
	}
	if w.Minutes == 0 {
		return
	}
	amount, needed, reached := reached(t, w.Minutes, planned)
	switch {
	case planned == 0:
		w.nothing(uuid.Nil, w.Minutes, ruleThreshold, unplannedText(w.Minutes))
	case !reached:
		w.nothing(uuid.Nil, w.Minutes, ruleThreshold, belowText(w.Minutes, planned, min(t.Percent, t.ReducedPercent)))
	default:
		w.split(earning, ThresholdLine, ruleThreshold, amount, shareText(w.Minutes, planned, needed, amount))
	}
}

// reached gives the sum for a share, and the percentage that it rests on. The share is compared without division.
func reached(t programme.Threshold, minutes, planned int) (amount money.Cents, percent int, ok bool) {
	switch {
	case planned == 0:
		return 0, 0, false
	case minutes*100 >= planned*t.Percent:
		return t.Amount, t.Percent, true
	case minutes*100 >= planned*t.ReducedPercent:
		return t.ReducedAmount, t.ReducedPercent, true
	}
	return 0, 0, false
}

func (w *Working) bands(earning []paid, bands []programme.Band) {
	if w.Minutes == 0 {
		return
	}
	at := -1
	for i, b := range bands {
		if w.Minutes >= b.FromMinutes {
			at = i
		}
	}
	if at < 0 || bands[at].Amount == 0 {
		w.nothing(uuid.Nil, w.Minutes, ruleBands, outsideBandsText(w.Minutes))
		return
	}
	w.split(earning, BandLine, ruleBands, bands[at].Amount, bandText(w.Minutes, bands[at]))
}

// split gives a monthly sum to the enrolments by their minutes, to the cent: each euro belongs to one, and so to who pays it.
func (w *Working) split(earning []paid, kind LineKind, rule string, amount money.Cents, why text.Text) {
	minutes, given := 0, money.Cents(0)
	for _, p := range earning {
		if p.sum() == 0 {
			continue
		}
		minutes += p.sum()
		part := amount*money.Cents(minutes)/money.Cents(w.Minutes) - given
		given += part
		words := why
		if p.sum() < w.Minutes {
			words = partText(why, p.sum(), part)
		}
		w.earn(Line{Kind: kind, Enrolment: p.Enrolment, Minutes: p.sum(), Amount: part, Rule: rule, Text: words})
	}
}

// absorb takes what is beyond the cap off the enrolments that are served last, a line for each.
func (w *Working) absorb(earning []paid) {
	if w.Accrued <= w.Total {
		return
	}
	earned := map[uuid.UUID]money.Cents{}
	for _, l := range w.Lines {
		earned[l.Enrolment] += l.Amount
	}
	first := w.in.last().Rule.Absorption
	served := slices.Clone(earning)
	slices.SortStableFunc(served, func(a, b paid) int { return cmp.Compare(rank(first, a.Kind), rank(first, b.Kind)) })
	left := w.Total
	for _, p := range served {
		amount := earned[p.Enrolment]
		gets := min(amount, left)
		left -= gets
		if cut := amount - gets; cut > 0 {
			w.add(Line{Kind: Cut, Enrolment: p.Enrolment, Amount: -cut, Rule: ruleCap, Text: cutText(w.Accrued, w.Cap, amount, cut)})
		}
		earned[p.Enrolment] = 0 // an enrolment is served once
	}
}

// rank is the place of a kind in an order; those that it does not name come last.
func rank(order []string, kind string) int {
	if i := slices.Index(order, kind); i >= 0 {
		return i
	}
	return len(order)
}

func (w *Working) earn(l Line) {
	w.Accrued += l.Amount
	w.add(l)
}

func (w *Working) nothing(enrolment uuid.UUID, minutes int, rule string, why text.Text) {
	w.add(Line{Kind: Nothing, Enrolment: enrolment, Minutes: minutes, Rule: rule, Text: why})
}

// add puts a line under the version in force on the month's last day where it names none.
func (w *Working) add(l Line) {
	if l.Version == 0 {
		l.Version = w.in.last().Number
	}
	w.Lines = append(w.Lines, l)
}

func bounded(minutes int) int { return max(0, min(minutes, maxMinutes)) }
