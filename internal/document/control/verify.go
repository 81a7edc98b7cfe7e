package control

import (
	"bytes"
	"cmp"
	"encoding/hex"
	"maps"
	"slices"
	"strings"
	"time"

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
	Beyond                                       money.Cents // was taken up, and is not owed any more by the statements in force: it has to come back
}

// checking is one folder on its way.
type checking struct {
	*Opened
	Tables
	outside Outside
	journal []Entry
	anchors map[string]journal.Kept
	found   Found
}

// Verify works out everything that a folder says. The first thing that does not hold is a Fault.
func (o *Opened) Verify(outside Outside) (Found, error) {
	c := &checking{Opened: o, outside: outside, anchors: map[string]journal.Kept{}}
	var err error
	if c.Tables, err = o.tables(); err != nil {
		return c.found, err
	}
	for _, check := range []func() error{c.drawn, c.register, c.statements, c.again, c.payments, c.sent, c.readAnchors, c.links, c.stepsKnown} {
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

// besideCap is the kind of lines that no cap is on: contributions to living on one's own.
const besideCap = "HOUSING"

// statements holds the working and the shares against the totals.
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
	for _, s := range c.Statements {
		where := "statement " + s.ID.String()
		switch {
		case lines[s.ID] != s.Total:
			return fault(where, "its lines come to %s, and it says %s", lines[s.ID], s.Total)
		case shares[s.ID] != s.Total:
			return fault(where, "its shares come to %s, and it says %s", shares[s.ID], s.Total)
		case s.Total-beside[s.ID] > s.Cap:
			return fault(where, "it is above its cap of %s", s.Cap)
		}
		for _, id := range s.Months {
			if !slices.ContainsFunc(c.Months, func(m Month) bool { return m.ID == id }) {
				return fault(where, "it was made of month %s, which is not in the folder", id)
			}
		}
	}
	return nil
}

// owed is what a payer owes of a month from a budget line.
type owed struct {
	allowance         uuid.UUID
	payer, budgetLine string
}

// payments holds what was paid against the statements, and each transfer against its lines. Nobody is paid more than a statement said; what the one
// in force says no more has to come back.
func (c *checking) payments() error {
	type saying struct {
		statement uuid.UUID
		owed
	}
	statements, said := map[uuid.UUID]Statement{}, map[saying]money.Cents{}
	due, most, taken := map[owed]money.Cents{}, map[owed]money.Cents{}, map[owed]money.Cents{}
	for _, s := range c.Statements {
		statements[s.ID] = s
	}
	for _, s := range c.Shares {
		of := statements[s.Statement]
		at := owed{of.Allowance, s.Payer, s.BudgetLine}
		one := saying{s.Statement, at}
		said[one] += s.Gross
		most[at] = max(most[at], said[one])
		if of.InForce {
			due[at] += s.Gross
		}
	}
	sums, totals := map[string]money.Cents{}, map[string]money.Cents{}
	for _, x := range c.Transfers {
		if before, known := totals[x.EndToEnd]; known && before != x.Total {
			return fault("transfer "+x.EndToEnd, "it is said to be of two sums")
		}
		sums[x.EndToEnd], totals[x.EndToEnd] = sums[x.EndToEnd]+x.Net, x.Total
	}
	for _, p := range c.Payments {
		where := "payment line " + p.ID.String()
		of, known := statements[p.Statement]
		switch {
		case !known:
			return fault(where, "it is of statement %s, which is not in the folder", p.Statement)
		case p.Gross-p.Withheld != p.Net:
			return fault(where, "gross less withheld is not net")
		case p.EndToEnd != "" && !slices.ContainsFunc(c.Transfers, func(x Transfer) bool { return x.Line == p.ID && x.EndToEnd == p.EndToEnd && x.Net == p.Net }):
			return fault(where, "it is not in its transfer %s", p.EndToEnd)
		case (p.MessageID == "") != (p.FileSHA256 == ""):
			return fault(where, "it names a file without its hash, or a hash without its file")
		}
		if p.Live {
			taken[owed{of.Allowance, p.Payer, p.BudgetLine}] += p.Gross
		}
		if p.State == "PAID" {
			c.found.Paid += p.Net
		}
	}
	for _, id := range slices.Sorted(maps.Keys(sums)) {
		if sums[id] != totals[id] {
			return fault("transfer "+id, "its lines come to %s, and the bank was told %s", sums[id], totals[id])
		}
	}
	for at, sum := range taken {
		if sum > most[at] {
			return fault("payments.csv", "lines of month %s take %s up, of %s that are owed", at.allowance, sum, most[at])
		}
		c.found.Beyond += max(0, sum-due[at])
	}
	return nil
}

// readAnchors reads the anchors of the folder, and holds them against those that are known from elsewhere.
func (c *checking) readAnchors() error {
	for name, data := range c.files {
		day, ok := strings.CutSuffix(strings.TrimPrefix(name, anchorFolder), anchorEnd)
		if !ok || !strings.HasPrefix(name, anchorFolder) {
			continue
		}
		k := journal.Kept{Name: day, Data: data, Timestamp: c.files[anchorFolder+day+stampEnd]}
		var err error
		if k.Anchor, err = journal.ParseAnchor(data); err != nil {
			return fault(name, "%v", err)
		}
		if k.Day() != day {
			return fault(name, "it is of %s", k.Day())
		}
		if c.outside.Anchors != nil && !bytes.Equal(c.outside.Anchors[day], data) {
			return fault(name, "it is not the anchor of that day that left the house")
		}
		if k.Timestamp != nil && c.outside.Checked != nil {
			if err := c.outside.Checked(k); err != nil {
				return fault(name, "its timestamp: %v", err)
			}
			c.found.Stamped++
		}
		c.anchors[day] = k
	}
	c.found.Anchors = len(c.anchors)
	return nil
}

// links works out the link of every entry of the journal, and follows it to its anchor.
func (c *checking) links() error {
	data, there := c.files[journalName]
	if !there {
		return fault(journalName, "is missing")
	}
	if err := strictly(data, &c.journal); err != nil {
		return fault(journalName, "cannot be read (%v)", err)
	}
	for _, e := range c.journal {
		where := "entry " + e.ID.String()
		if !bytes.Equal(e.act().Link(e.Before), e.Link) {
			return fault(where, "it is not what was written: its link is another")
		}
		if e.Anchor == "" {
			continue
		}
		kept, there := c.anchors[e.Anchor]
		if !there {
			return fault(where, "the anchor of %.20q is missing", e.Anchor)
		}
		at := slices.IndexFunc(kept.Acts, func(h journal.Head) bool { return h.ID == e.Programme })
		if at < 0 {
			return fault(where, "the anchor of %s knows nothing of its programme", e.Anchor)
		}
		if err := kept.Acts[at].Proves(e.Seq, e.Link, e.Path); err != nil {
			return fault(where, "it does not lead to the anchor of %s (%v)", e.Anchor, err)
		}
		c.found.Anchored++
	}
	c.found.Acts = len(c.journal)
	return nil
}

// stepsKnown finds each act that the folder tells of in the journal: same object, act, moment and member.
func (c *checking) stepsKnown() error {
	type said struct {
		kind, act string
		id        uuid.UUID
		at        time.Time
	}
	known := map[said][]string{}
	for _, e := range c.journal {
		at := said{e.SubjectKind, e.Act, e.Subject, e.At.UTC().Truncate(time.Millisecond)}
		known[at] = append(known[at], e.Actor.String())
	}
	for _, s := range c.Steps {
		actors := known[said{s.Kind, s.Act, s.ID, s.At.UTC().Truncate(time.Millisecond)}]
		if len(actors) == 0 || s.Member != "" && !slices.Contains(actors, s.Member) {
			return fault("steps.csv", "the journal does not know that %s of %s %s was done so", s.Act, s.Kind, s.ID)
		}
	}
	for _, s := range c.Statements {
		if _, err := hex.DecodeString(s.ContentHash); err != nil {
			return fault("statement "+s.ID.String(), "its hash is none")
		}
	}
	return nil
}
