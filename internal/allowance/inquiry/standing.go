package inquiry

import (
	"slices"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/allowance/payment"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/money"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// Stage is how far a month's money is.
type Stage string

// The stages; see the package comment.
const (
	Register  Stage = "REGISTER"
	Due       Stage = "DUE"
	Blocked   Stage = "BLOCKED"
	Returned  Stage = "RETURNED"
	Contested Stage = "CONTESTED"
	Held      Stage = "HELD"
	InRun     Stage = "IN_RUN"
	Sent      Stage = "SENT"
	Paid      Stage = "PAID"
	Overpaid  Stage = "OVERPAID"
	Nothing   Stage = "NOTHING"
)

// Facts are what is known of a month, as payment_standing of the database gives it.
type Facts struct {
	Programme        uuid.UUID
	Month            calendar.Month
	SoFar            money.Cents // by the register as it stands
	Issued           bool        // a statement is
	Owed, OwedNet    money.Cents // by the statement in force
	Register         []string    // states of its months that are not locked
	ContestedEntries int
	Contested        *money.Cents // nil: nobody contests the statement
	ReceiptMissing   bool         // by which the month pays what was granted towards living on one's own
	Settled          bool         // too much was paid, and nothing of that is left to come back
	Live, LiveNet    money.Cents  // that runs have taken up
	Paid             money.Cents  // net
	PaidOn           *calendar.Day
	Lines            []Line
}

// Line is the last word of runs on one share of the month.
type Line struct {
	State    payment.LineState
	Blocks   []string
	Code     *string // the bank's
	Run      payment.State
	ValueDay calendar.Day
}

// Standing is where a month's money stands.
type Standing struct {
	Month      calendar.Month  `json:"month"`
	Stage      Stage           `json:"stage"`
	Words      text.Text       `json:"words"`
	Amount     money.Cents     `json:"amount"` // net by the statement in force; before there is one, so far
	Paid       money.Cents     `json:"paid"`   // net
	ExpectedOn *calendar.Day   `json:"expectedOn"`
	Missing    []payment.Block `json:"missing"`
}

// Standing works out from the facts where the month stands on a day, by the programme's calendar and the days on which money moves.
func (f Facts) Standing(today calendar.Day, c programme.PaymentCalendar, bank programme.BankDays) Standing {
	s := Standing{Month: f.Month, Stage: f.stage(), Amount: f.OwedNet, Paid: f.Paid}
	if !f.Issued {
		s.Amount = f.SoFar
	}
	s.Missing = f.missing(s.Stage, today)
	if s.Stage != Register || !f.receiptAlone() {
		s.ExpectedOn = f.expected(s.Stage, today, c, bank)
	}
	s.Words = s.words(f)
	return s
}

// waits is how much of what no run has taken up is contested, and stays until there is an answer; of that alone the stage speaks.
func (f Facts) waits() money.Cents {
	if f.Contested == nil || f.Owed-f.Live <= *f.Contested {
		return 0
	}
	return *f.Contested
}

// receiptAlone says whether a month without a statement waits for nothing but its receipt: nobody knows when that comes.
func (f Facts) receiptAlone() bool {
	return f.ReceiptMissing && f.SoFar == 0 && f.ContestedEntries == 0 && len(f.Register) == 0
}

// has says whether the last word on some share is one of the states.
func (f Facts) has(states ...payment.LineState) bool {
	return slices.ContainsFunc(f.Lines, func(l Line) bool { return slices.Contains(states, l.State) })
}

func (f Facts) stage() Stage {
	open := f.OwedNet - f.LiveNet // that no run has taken up; a contest is over the gross
	switch {
	case !f.Issued:
		return Register
	case open > 0 && f.has(payment.LineBlocked):
		return Blocked
	case open > 0 && f.has(payment.LineRejected, payment.LineReturned, payment.LineRecalled):
		return Returned
	case open > 0 && f.Contested != nil && f.Owed > f.Live && *f.Contested >= f.Owed-f.Live:
		return Contested
	case open > 0:
		return Due
	case f.has(payment.LineHeld):
		return Held
	case f.has(payment.LinePending):
		return InRun
	case f.has(payment.LineExported, payment.LineRecallAsked):
		return Sent
	case open < 0 && !f.Settled:
		return Overpaid
	case f.Owed == 0:
		return Nothing
	}
	return Paid
}

// expected is the day on which the money is to be there, or was; nil where nobody can say.
func (f Facts) expected(s Stage, today calendar.Day, c programme.PaymentCalendar, bank programme.BankDays) *calendar.Day {
	switch s {
	case Paid:
		return f.PaidOn
	case InRun, Sent:
		var last calendar.Day
		for _, l := range f.Lines {
			if l.ValueDay.After(last) && slices.Contains([]payment.LineState{payment.LinePending, payment.LineExported, payment.LineRecallAsked}, l.State) {
				last = l.ValueDay
			}
		}
		if s == InRun && last.Before(today) {
			last = today
		}
		last = bank.From(last)
		return &last
	case Register, Due, Blocked, Returned:
		month := f.Month
		for today.After(month.Last().AddDays(c.CutOff)) { // what is not ready by then waits for the next month's run
			month = month.Next()
		}
		day := bank.From(month.Last().AddDays(c.Value))
		return &day
	}
	return nil
}

// missing is what keeps the money back, and with whom.
func (f Facts) missing(s Stage, today calendar.Day) []payment.Block {
	missing := []payment.Block{}
	once := func(b payment.Block) {
		if !slices.Contains(missing, b) {
			missing = append(missing, b)
		}
	}
	add := func(codes ...string) {
		for _, code := range codes {
			once(BlockOf(code))
		}
	}
	if s == Register {
		f.uncertified(today, add)
	}
	if f.ReceiptMissing {
		add("HOUSING_RECEIPT")
	}
	if f.Contested != nil {
		add("STATEMENT_CONTESTED")
	}
	if s == Due {
		add("NEXT_RUN")
	}
	if s == Overpaid {
		add("OWES_MORE")
	}
	for _, l := range f.Lines {
		switch l.State {
		case payment.LineBlocked:
			if s == Blocked {
				add(l.Blocks...)
			}
		case payment.LineRejected, payment.LineReturned, payment.LineRecalled:
			if s == Returned && len(l.Blocks) > 0 { // the bank says by now what does not fit
				add(l.Blocks...)
			} else if s == Returned && l.Code != nil {
				once(payment.ReasonOf(*l.Code))
			} else if s == Returned {
				add("NEXT_RUN")
			}
		case payment.LineHeld:
			add("LINE_HELD")
		case payment.LinePending:
			add("RUN_" + string(l.Run))
		case payment.LineExported:
			add("BANK_ANSWER")
			add(l.Blocks...)
		case payment.LinePaid:
			add(l.Blocks...)
		case payment.LineRecallAsked:
			add("RECALL_ASKED")
		}
	}
	return missing
}

// uncertified says what the register waits for.
func (f Facts) uncertified(today calendar.Day, add func(...string)) {
	if f.ContestedEntries > 0 {
		add("ENTRIES_CONTESTED")
	}
	for _, state := range f.Register {
		if state == "OPEN" && !today.After(f.Month.Last()) {
			add("MONTH_RUNNING")
		} else {
			add("REGISTER_" + state)
		}
	}
	if len(f.Register) == 0 && !(f.ReceiptMissing && f.SoFar == 0) {
		add("STATEMENT_WAITS")
	}
}
