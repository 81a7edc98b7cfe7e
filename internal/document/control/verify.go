package control

import (
	"bytes"
	"cmp"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/platform/journal"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/money"
)

// Outside is what whoever verifies has of his own.
type Outside struct {
	// Anchors by day, as they left the house; nil where he has none: the folder's own are then taken at their word.
	Anchors map[string][]byte
	// Certified is the hash of what was certified of a month, in hexadecimal digits: entries come by day, beginning and id.
	Certified func(Month, []Counted) string
	// Again works a statement out again from the inputs that the folder holds, and says in what it differs from what comes out.
	Again func(proof []byte) error
	// Sent are the files by which runs were sent, by their SHA-256 in hexadecimal digits, and in each the transfers by their end-to-end ids.
	Sent map[string]map[string]Ordered
	// Checked looks at an anchor's timestamp.
	Checked func(journal.Kept) error
}

// Ordered is a transfer as a file orders it.
type Ordered struct {
	Amount money.Cents
	Payee  string // a mark, as in Transfer
}

// Found is what a folder that holds was found to say.
type Found struct {
	Files, Months, Entries, Statements, Payments int
	Recomputed                                   int // months whose certified hash was worked out again
	Veiled                                       int // months of which it could not be: reasons of absences are hidden
	Acts                                         int // entries of the journal
	Anchored                                     int // those that lead to an anchor
	Anchors, Stamped                             int // anchors in the folder, and those with a timestamp
	Paid                                         money.Cents
	Again                                        int         // statements that were worked out again
	Ordered                                      int         // transfers that are found in the files by which they were sent
	Unseen                                       int         // those of them of which it could not be seen whom they go to: accounts are hidden
	Unsent                                       int         // transfers whose file was not laid beside the folder
	Fileless                                     int         // lines that are said to be sent, and whose file the folder does not name
	Others                                       int         // transfers of the files that the folder does not speak of
	Unapproved                                   int         // lines that were sent by runs that the folder hides: who approved them is not seen
	Repaid                                       money.Cents // was given back by people themselves, by the word of the folder
	Twice                                        money.Cents // was paid though other lines had taken the sum up
	Beyond                                       money.Cents // was taken up, and is not owed any more by the statements in force: it has to come back
}

// checking is one folder on its way.
type checking struct {
	*Opened
	Tables
	outside Outside
	months  map[uuid.UUID]Month
	journal []Entry
	anchors map[string]journal.Kept
	found   Found
}

// Verify works out everything that a folder says. The first thing that does not hold is a Fault.
func (o *Opened) Verify(outside Outside) (Found, error) {
	c := &checking{Opened: o, outside: outside, months: map[uuid.UUID]Month{}, anchors: map[string]journal.Kept{}}
	var err error
	if c.Tables, err = o.tables(); err != nil {
		return c.found, err
	}
	for _, check := range []func() error{c.drawn, c.register, c.statements, c.again, c.payments, c.sent, c.readAnchors, c.links, c.stepsKnown, c.statementsIssued, c.runsApproved, c.repaymentsConfirmed, c.paidTwice} {
		if err := check(); err != nil {
			return c.found, err
		}
	}
	c.found.Files, c.found.Months, c.found.Entries, c.found.Statements, c.found.Payments = len(o.Manifest.Files), len(c.Months), len(c.Entries), len(c.Statements), len(c.Payments)
	return c.found, nil
}

// drawn draws the sample again.
func (c *checking) drawn() error {
	s := c.Manifest.Sample
	if s == nil {
		return nil
	}
	frame, there := c.files[frameName]
	if !there {
		return fault(frameName, "is missing")
	}
	again := Draw(s.Seed, strings.Split(string(frame), "\n"), len(s.Drawn))
	switch {
	case !bytes.Equal(again.Frame, s.Frame) || again.Of != s.Of:
		return fault(frameName, "is not the frame that the sample was drawn from")
	case !slices.Equal(again.Drawn, s.Drawn):
		return fault(manifestName, "the seed does not draw these lines out of the frame")
	}
	for _, id := range s.Drawn {
		if !slices.ContainsFunc(c.Payments, func(p Payment) bool { return p.ID.String() == id }) {
			return fault("payments.csv", "lacks line %s, which was drawn", id)
		}
	}
	return nil
}

// register works out the hash of what was certified of each month, and its sums.
func (c *checking) register() error {
	entries, adjusted := map[uuid.UUID][]Counted{}, map[uuid.UUID][2]int{}
	for _, e := range c.Entries {
		entries[e.Month] = append(entries[e.Month], e)
	}
	for _, a := range c.Adjustments {
		sum := adjusted[a.Month]
		adjusted[a.Month] = [2]int{sum[0] + a.Minutes, sum[1] + a.PresenceDays}
	}
	for _, m := range c.Months {
		if _, known := c.months[m.ID]; known {
			return fault("months.csv", "has month %s twice", m.ID)
		}
		c.months[m.ID] = m
		if err := c.month(m, entries[m.ID], adjusted[m.ID]); err != nil {
			return err
		}
		delete(entries, m.ID)
		delete(adjusted, m.ID)
	}
	for id := range entries {
		return fault("entries.csv", "has entries of month %s, which is not in months.csv", id)
	}
	for id := range adjusted {
		return fault("adjustments.csv", "has some of month %s, which is not in months.csv", id)
	}
	return nil
}

func (c *checking) month(m Month, entries []Counted, adjusted [2]int) error {
	where := "month " + m.ID.String()
	slices.SortFunc(entries, func(a, b Counted) int {
		return cmp.Or(a.Day.Compare(b.Day), a.From.Compare(b.From), bytes.Compare(a.ID[:], b.ID[:]))
	})
	minutes, days, veiled := 0, map[calendar.Day]bool{}, false
	for _, e := range entries {
		if e.Day.Month() != m.Month {
			return fault(where, "entry %s is of another month", e.ID)
		}
		if e.Kind == presence {
			minutes, days[e.Day] = minutes+e.Minutes, true
		}
		veiled = veiled || e.AbsenceReason == Hidden
	}
	if _, there := c.files[m.Paper]; !there {
		return fault(where, "its paper %.60q is missing", m.Paper)
	}
	switch sum := c.outside.Certified(m, entries); {
	case minutes != m.Minutes || m.PresenceDays > len(days): // days of less presence than the rules ask for count for none
		return fault(where, "its entries come to %d minutes on %d days, and it says %d on %d", minutes, len(days), m.Minutes, m.PresenceDays)
	case adjusted != [2]int{m.AdjustedMinutes, m.AdjustedDays}:
		return fault(where, "its adjustments come to %d minutes and %d days, and it says %d and %d", adjusted[0], adjusted[1], m.AdjustedMinutes, m.AdjustedDays)
	case m.ContentHash == "" && m.State != openMonth:
		return fault(where, "it is %s, and has no hash of what was certified", m.State)
	case m.ContentHash == "":
	case veiled:
		c.found.Veiled++
	case sum != m.ContentHash:
		return fault(where, "its entries are not those that were certified: their SHA-256 is %s", sum)
	default:
		c.found.Recomputed++
	}
	return nil
}

// The first and the last state of a month of the register.
const (
	openMonth   = "OPEN"
	lockedMonth = "LOCKED"
)

// besideCap is the kind of lines that no cap is on: contributions to living on one's own.
const besideCap = "HOUSING"

// statements holds the working and the shares against the totals. The last statement of a month's allowance is in force, and no other.
func (c *checking) statements() error {
	lines, shares, beside := map[uuid.UUID]money.Cents{}, map[uuid.UUID]money.Cents{}, map[uuid.UUID]money.Cents{}
	for _, l := range c.Lines {
		if lines[l.Statement] += l.Amount; l.Kind == besideCap {
			beside[l.Statement] += l.Amount
		}
	}
	for _, s := range c.Shares {
		if s.Gross-s.Withheld != s.Net {
			return fault("share "+s.ID.String(), "gross less withheld is not net")
		}
		shares[s.Statement] += s.Gross
	}
	last, numbers := map[uuid.UUID]int{}, map[uuid.UUID]map[int]bool{}
	for _, s := range c.Statements {
		if numbers[s.Allowance] == nil {
			numbers[s.Allowance] = map[int]bool{}
		}
		if numbers[s.Allowance][s.Number] {
			return fault("statement "+s.ID.String(), "another of its month is number %d, too", s.Number)
		}
		numbers[s.Allowance][s.Number] = true
		last[s.Allowance] = max(last[s.Allowance], s.Number)
	}
	for _, s := range c.Statements {
		where := "statement " + s.ID.String()
		switch {
		case s.InForce != (s.Number == last[s.Allowance]):
			return fault(where, "of its month number %d is in force, and it is number %d", last[s.Allowance], s.Number)
		case lines[s.ID] != s.Total:
			return fault(where, "its lines come to %s, and it says %s", lines[s.ID], s.Total)
		case shares[s.ID] != s.Total:
			return fault(where, "its shares come to %s, and it says %s", shares[s.ID], s.Total)
		case s.Total-beside[s.ID] > s.Cap:
			return fault(where, "it is above its cap of %s", s.Cap)
		}
		for _, id := range s.Months {
			if _, known := c.months[id]; !known {
				return fault(where, "it was made of month %s, which is not in the folder", id)
			}
		}
	}
	return nil
}
