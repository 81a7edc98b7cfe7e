package allowance

import (
	"slices"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/programme"
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
	ThresholdLine LineKind = "THRESHOLD"
	BandLine      LineKind = "BAND"
	Cut           LineKind = "CAP"
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
)

// Hours is what the register says of one enrolment in one month, all in minutes.
type Hours struct {
	Enrolment uuid.UUID
	Kind      string // code of the list activity_kinds
	Minutes   int    // of presence that count
	Contested int    // of presence that somebody contests: they count for nothing
	Planned   int    // that the month should have had
}

// Rule is the policy's rule for allowances, as in force on a month's last day; Check says whether it makes sense.
type Rule struct {
	Method     Method
	HourlyRate money.Cents
	Rounding   money.Rounding // of HOURLY, once for each enrolment
	Cap        money.Cents    // the most for a month, over all activities together
	Threshold  programme.Threshold
	Bands      []programme.Band
	PaidKinds  []string // activity kinds whose hours earn something
}

// Line is one line of the working; a zero Enrolment means all of them together.
type Line struct {
	Kind      LineKind
	Enrolment uuid.UUID
	Minutes   int
	Amount    money.Cents // negative for Cut, zero for Nothing
	Rule      string      // code of the policy's rule
	Text      text.Text
}

// Statement is what a month is worth, and why: the lines add up to the total.
type Statement struct {
	Minutes int         // of presence that earn something
	Accrued money.Cents // before the cap
	Cap     money.Cents
	Total   money.Cents
	Lines   []Line
}

// Bounds of the arithmetic, not of any rule: with them no sum can leave what Cents holds.
const (
	maxMinutes = 31 * 24 * 60 // of one enrolment in a month
	maxAmount  = money.Limit / 1_000_000
)

// Accrue works out a month from the register by a rule that Check accepts. It is pure: same hours and rule, same statement.
func Accrue(register []Hours, rule Rule) Statement {
	s := Statement{Cap: rule.Cap}
	paid := s.sort(register, rule)
	switch rule.Method {
	case Hourly:
		s.hourly(paid, rule)
	case ByThreshold:
		s.threshold(paid, rule.Threshold)
	case ByBands:
		s.bands(rule.Bands)
	}
	s.Total = min(s.Accrued, s.Cap)
	if cut := s.Accrued - s.Total; cut > 0 {
		s.add(Line{Kind: Cut, Amount: -cut, Rule: ruleCap, Text: cutText(s.Accrued, s.Cap)})
	}
	if len(s.Lines) == 0 {
		s.add(Line{Kind: Nothing, Rule: ruleMethod, Text: noHours})
	}
	return s
}

// sort keeps what may earn, counts its minutes, and says of the rest why it earns nothing.
func (s *Statement) sort(register []Hours, rule Rule) (paid []Hours) {
	for _, h := range register {
		h.Minutes, h.Contested, h.Planned = bounded(h.Minutes), bounded(h.Contested), bounded(h.Planned)
		if h.Contested > 0 {
			s.nothing(h.Enrolment, h.Contested, ruleMethod, contestedText(h.Contested))
		}
		switch {
		case slices.Contains(rule.PaidKinds, h.Kind):
			s.Minutes += h.Minutes
			paid = append(paid, h)
		case h.Minutes > 0:
			s.nothing(h.Enrolment, h.Minutes, rulePaidKinds, unpaidText(h.Minutes))
		}
	}
	return paid
}

func (s *Statement) hourly(paid []Hours, rule Rule) {
	for _, h := range paid {
		if h.Minutes == 0 {
			continue
		}
		amount := money.ForMinutes(rule.HourlyRate, h.Minutes, rule.Rounding)
		s.earn(Line{Kind: HoursLine, Enrolment: h.Enrolment, Minutes: h.Minutes, Amount: amount, Rule: ruleRate,
			Text: hoursText(h.Minutes, rule.HourlyRate, amount)})
	}
}

// threshold compares the hours of all paid activities with all that was planned, so that a short course alone pays no month.
func (s *Statement) threshold(paid []Hours, t programme.Threshold) {
	planned := 0
	for _, h := range paid {
		planned += h.Planned
	}
	if s.Minutes == 0 {
		return
	}
	amount, needed, reached := reached(t, s.Minutes, planned)
	switch {
	case planned == 0:
		s.nothing(uuid.Nil, s.Minutes, ruleThreshold, unplannedText(s.Minutes))
	case !reached:
		s.nothing(uuid.Nil, s.Minutes, ruleThreshold, belowText(s.Minutes, planned, min(t.Percent, t.ReducedPercent)))
	default:
		s.earn(Line{Kind: ThresholdLine, Minutes: s.Minutes, Amount: amount, Rule: ruleThreshold, Text: shareText(s.Minutes, planned, needed, amount)})
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

func (s *Statement) bands(bands []programme.Band) {
	if s.Minutes == 0 {
		return
	}
	at := -1
	for i, b := range bands {
		if s.Minutes >= b.FromMinutes {
			at = i
		}
	}
	if at < 0 || bands[at].Amount == 0 {
		s.nothing(uuid.Nil, s.Minutes, ruleBands, outsideBandsText(s.Minutes))
		return
	}
	s.earn(Line{Kind: BandLine, Minutes: s.Minutes, Amount: bands[at].Amount, Rule: ruleBands, Text: bandText(s.Minutes, bands[at])})
}

func (s *Statement) earn(l Line) {
	s.Accrued += l.Amount
	s.add(l)
}

func (s *Statement) nothing(enrolment uuid.UUID, minutes int, rule string, why text.Text) {
	s.add(Line{Kind: Nothing, Enrolment: enrolment, Minutes: minutes, Rule: rule, Text: why})
}

func (s *Statement) add(l Line) { s.Lines = append(s.Lines, l) }

func bounded(minutes int) int { return max(0, min(minutes, maxMinutes)) }
