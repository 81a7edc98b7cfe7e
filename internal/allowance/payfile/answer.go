package payfile

import (
	"slices"
	"strconv"

	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/money"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// Kind is what an answer says of a line.
type Kind string

// The kinds, in the order in which a line lives through them. Only EXECUTED, CREDITED, REJECTED and RETURNED move money or stop it.
const (
	Pending  Kind = "PENDING"  // seen, not decided
	Accepted Kind = "ACCEPTED" // will be executed
	Executed Kind = "EXECUTED" // the payer's account was debited
	Credited Kind = "CREDITED" // the beneficiary's bank says that the account was credited
	Rejected Kind = "REJECTED" // never executed
	Returned Kind = "RETURNED" // executed, and the money came back
)

// Source is the form in which an answer came.
type Source string

// The sources that are read.
const (
	SourceStatus       Source = "PAIN_002"
	SourceStatement    Source = "CAMT_053"
	SourceNotification Source = "CAMT_054"
	SourceList         Source = "ORDER_LIST"
)

// Report is one answer, read whole.
type Report struct {
	Source Source
	ID     string // of the answer, as its sender numbers it; "" where it has none
	Hash   string // SHA-256 of its bytes, to know it again
	// Original is the message that it answers as a whole; "" for a statement, which tells of many.
	Original string
	// Last is false where the sender says that more pages follow.
	Last bool
	// Whole is what is said of an order, or of one debit for all its lines, rather than of a line.
	Whole []Whole
	Lines []Outcome
	// Other counts entries of a statement that name no line: charges, other people's credits.
	Other int
}

// Whole is said of all the lines of a message that nothing else is said of.
type Whole struct {
	Kind   Kind
	Reason string // as of Outcome
	Note   string
	Day    calendar.Day
	Ref    string
	// MessageID is the message that it speaks of.
	MessageID string
	Lines     int          // how many lines it speaks of; 0 when it does not say
	Total     *money.Cents // their sum; nil when it does not say
	Foreign   string       // the currency where that is not the euro; then Total is nil
}

// Outcome is said of one line.
type Outcome struct {
	EndToEndID string
	MessageID  string // that the line stood in; "" when it does not say
	Kind       Kind
	Reason     string // code of a rejection or return, see ReasonOf; "" when there is none
	// Note is what the sender adds in words: it may name people, and stays out of logs.
	Note   string
	Amount *money.Cents // nil when it does not say
	// Foreign is the currency where it is not the euro; then Amount is nil.
	Foreign string
	// Beside are other sums that an account tells of it: what was ordered beside what was booked, or that less charges.
	Beside []money.Cents
	// Back says that an account calls it the return of a transfer, and not just money that came.
	Back bool
	Day  calendar.Day // of booking or decision; none when it does not say
	Ref  string       // the bank's reference, or the number of the order; "" when there is none
}

// Matching is a report held against what was sent.
type Matching struct {
	// Outcomes are what the report says of sent lines, in the order of the report; what is said of a whole message counts for
	// every line that the same report does not name.
	Outcomes []Outcome
	// Missing are the end-to-end ids of sent lines that the report says nothing of, in the order sent.
	Missing []string
	// Others are outcomes of other messages' lines: ordinary in a statement, which may also name our message beside what is no line of it, such as a charge.
	Others []Outcome
	// Odd are what an account says of sent lines that does not fit them: another amount, or the same twice. Nothing is taken of that, and somebody has to look at it.
	Odd []Outcome
	// Unclear is what an account says of the message that does not fit it: nothing is taken of that.
	Unclear []Unclear
}

// Unclear is what does not fit a message, with the warning of it.
type Unclear struct {
	Whole
	Warning refusal.Refusal
}

// account says whether the report is of an account, and so of much that is none of ours.
func (r Report) account() bool { return r.Source == SourceStatement || r.Source == SourceNotification }

// Match holds a report against one message. The error is a refusal.List: the answer is of another message, or a line of it has
// another amount, or is unknown though the answer is to this message alone, or is spoken of twice. Nothing of such a report should be taken.
// An account tells of much else, and is never refused for a line: by whatever order the bank has booked it, it is ours by its end-to-end id.
func (r Report) Match(sent Sent) (Matching, error) {
	m := matcher{report: r, sent: sent, at: make(map[string]int, len(sent.Lines)), told: make([]bool, len(sent.Lines)), said: map[Kind]map[int]bool{}, spread: map[Kind]bool{}}
	for i, l := range sent.Lines {
		m.at[l.EndToEndID] = i
	}
	if r.Original != "" && r.Original != sent.MessageID {
		return Matching{}, refusal.List{AnswerOtherMessage.At().With("got", r.Original).With("want", sent.MessageID)}
	}
	for i, o := range r.Lines {
		m.line(i, o)
	}
	for _, w := range r.Whole {
		m.whole(w)
	}
	for i, l := range sent.Lines {
		if !m.told[i] {
			m.out.Missing = append(m.out.Missing, l.EndToEndID)
		}
	}
	if err := m.list.Err(); err != nil {
		return Matching{}, err
	}
	return m.out, nil
}

type matcher struct {
	report Report
	sent   Sent
	at     map[string]int
	told   []bool
	said   map[Kind]map[int]bool // by phase
	spread map[Kind]bool         // phases in which something was said of the message as a whole
	out    Matching
	list   refusal.List
}

func (m *matcher) say(at int, kind Kind) {
	m.told[at] = true
	if m.said[phase(kind)] == nil {
		m.said[phase(kind)] = map[int]bool{}
	}
	m.said[phase(kind)][at] = true
}

func (m *matcher) line(i int, o Outcome) {
	at, ours := m.at[o.EndToEndID]
	path := []string{"lines", strconv.Itoa(i)}
	switch {
	case ours && m.report.account():
		m.booked(at, o)
	case ours && o.MessageID != "" && o.MessageID != m.sent.MessageID:
		m.list = append(m.list, AnswerOtherMessage.At(path...).With("got", o.MessageID).With("want", m.sent.MessageID))
	case !ours && !m.report.account():
		m.list = append(m.list, AnswerLineUnknown.At(path...).With("line", o.EndToEndID))
	case !ours:
		m.out.Others = append(m.out.Others, o)
	case o.Foreign != "" || o.Amount != nil && *o.Amount != m.sent.Lines[at].Amount:
		m.list = append(m.list, AnswerAmountDiffers.At(path...).With("line", o.EndToEndID).With("got", told(o)).With("want", m.sent.Lines[at].Amount))
	case m.said[phase(o.Kind)][at]:
		m.list = append(m.list, AnswerLineTwice.At(path...).With("line", o.EndToEndID))
	default:
		m.say(at, o.Kind)
		m.out.Outcomes = append(m.out.Outcomes, o)
	}
}

// booked takes what an account says of a line. What is not booked yet moves nothing, and is often told again once it is.
func (m *matcher) booked(at int, o Outcome) {
	switch {
	case o.Kind == Pending:
		m.told[at] = true
		m.out.Outcomes = append(m.out.Outcomes, o)
	case !o.fits(m.sent.Lines[at].Amount) || m.said[phase(o.Kind)][at]:
		m.told[at] = true
		m.out.Odd = append(m.out.Odd, o)
	default:
		m.say(at, o.Kind)
		m.out.Outcomes = append(m.out.Outcomes, o)
	}
}

// fits says whether a booking is of the whole of a transfer. Banks return transfers whole, less what they charge for it: that much is taken of what they call a return.
func (o Outcome) fits(sent money.Cents) bool {
	return o.Amount == nil && o.Foreign == "" || o.Amount != nil && (*o.Amount == sent || o.Back && 0 < *o.Amount && *o.Amount < sent) || slices.Contains(o.Beside, sent)
}

// told is the amount as the answer tells it.
func told(o Outcome) text.Text {
	if o.Foreign != "" {
		return text.Same(o.Foreign)
	}
	return text.Text{It: o.Amount.Format(text.Italian), En: o.Amount.Format(text.English)}
}

// whole spreads what is said of the message over the lines of which the like has not been said, but for those that were not executed, unless it is plain that it means these, too.
func (m *matcher) whole(w Whole) {
	if w.MessageID != m.sent.MessageID {
		return
	}
	all, rest := w.fits(m.sent.Lines), m.report.account() && w.fits(slices.DeleteFunc(slices.Clone(m.sent.Lines), func(l SentLine) bool { return l.Out }))
	if !all && !rest || w.Foreign != "" || w.Kind == Returned && w.Lines == 0 && w.Total == nil {
		m.differs(w)
		return
	}
	if w.Kind == "" {
		return // the lines speak for themselves
	}
	again := m.report.account() && m.spread[phase(w.Kind)] // the whole was debited twice
	m.spread[phase(w.Kind)] = true
	for i, l := range m.sent.Lines {
		if m.said[phase(w.Kind)][i] && !again || l.Out && (rest || !m.report.account()) {
			continue
		}
		amount := l.Amount
		o := Outcome{EndToEndID: l.EndToEndID, MessageID: w.MessageID, Kind: w.Kind, Reason: w.Reason, Note: w.Note, Amount: &amount, Day: w.Day, Ref: w.Ref}
		if again {
			m.out.Odd = append(m.out.Odd, o)
			continue
		}
		m.say(i, w.Kind)
		m.out.Outcomes = append(m.out.Outcomes, o)
	}
}

// fits says whether the control totals are those of the lines.
func (w Whole) fits(lines []SentLine) bool {
	return (w.Lines == 0 || w.Lines == len(lines)) && (w.Total == nil || *w.Total == sentSum(lines))
}

// sentSum adds up what was written, and so is within the limit.
func sentSum(lines []SentLine) (sum money.Cents) {
	for _, l := range lines {
		sum += l.Amount
	}
	return sum
}

// differs refuses totals that are not the message's; those of one entry of an account are no reason to lose all others.
func (m *matcher) differs(w Whole) {
	sum := sentSum(m.sent.Lines)
	got, want := totals(w.Lines, w.Total, w.Foreign), totals(len(m.sent.Lines), &sum, "")
	if m.report.account() {
		m.out.Unclear = append(m.out.Unclear, Unclear{w, AnswerDebitDiffers.At().With("got", got).With("want", want)})
		return
	}
	m.list = append(m.list, AnswerTotalsDiffer.At().With("got", got).With("want", want))
}

// totals writes control totals, leaving out what is not told.
func totals(lines int, total *money.Cents, foreign string) text.Text {
	sum := text.Same(foreign)
	if total != nil {
		sum = text.Text{It: total.Format(text.Italian), En: total.Format(text.English)}
	}
	if lines == 0 {
		return sum
	}
	out := text.Count(lines, text.Text{It: "riga", En: "line"}, text.Text{It: "righe", En: "lines"})
	if sum.It == "" {
		return out
	}
	return text.Text{It: out.It + ", " + sum.It, En: out.En + ", " + sum.En}
}

// twice finds the lines of which the same is said twice in one report; an execution and its return are two things.
func twice(lines []Outcome) refusal.List {
	type key struct {
		id   string
		kind Kind
	}
	var list refusal.List
	seen := make(map[key]bool, len(lines))
	for i, o := range lines {
		k := key{o.EndToEndID, phase(o.Kind)}
		if seen[k] {
			list = append(list, AnswerLineTwice.At("lines", strconv.Itoa(i)).With("line", o.EndToEndID))
		}
		seen[k] = true
	}
	return list
}

// phase joins the kinds of which one report says only one: a line is not both accepted and rejected.
func phase(k Kind) Kind {
	if k == Returned {
		return Returned
	}
	return Pending
}
