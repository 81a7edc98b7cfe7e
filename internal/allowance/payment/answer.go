package payment

import (
	"bytes"
	"context"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/allowance/payfile"
	"github.com/lavoroincorso/lavoro/internal/platform/blob"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/money"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// Answer is a file that came back to a payer: pain.002, camt.053, camt.054, or the list of orders.
type Answer struct {
	ID        uuid.UUID
	Programme uuid.UUID
	Payer     uuid.UUID // an organisation
	File      uuid.UUID // which the actor has brought
}

// names of files, by which the reader tells tables apart.
var names = map[string]string{blob.XML: "answer.xml", blob.CSV: "answer.csv", blob.Workbook: "answer.xlsx"}

// ReadAnswer takes what a bank or an office says of lines that were sent, whole or not at all. A line advances by this alone. An answer that was read before
// changes nothing; what it says of a line whose state does not allow it any more is counted, and changes nothing either; what it tells of a booking beyond
// what is known stays with the line.
func ReadAnswer(ctx context.Context, tx *postgres.Tx, in Answer) error {
	if !tx.Actor.May(access.ReadAnswer, in.Programme, []uuid.UUID{in.Payer}) {
		return refusal.NotAllowed.At()
	}
	if _, err := payerOf(ctx, tx, in.Programme, in.Payer); err != nil {
		return err
	}
	if _, err := number(ctx, tx, in.Payer, 0); err != nil { // answers of a payer wait for each other
		return err
	}
	line, err := lineOf(ctx, tx, in.Payer)
	if err != nil {
		return err
	}
	f, content, err := blob.Take(ctx, tx, in.File, in.Programme, AnswerFile, line)
	if err != nil {
		return err
	}
	report, err := payfile.ReadAnswer(bytes.NewReader(content), names[f.MediaType], tx.Today())
	if err != nil {
		return refusal.Join(err)
	}
	known, err := answered(ctx, tx, in.Payer, report.Hash)
	if err != nil {
		return err
	}
	if known {
		return AnswerKnown.At("file")
	}
	a := reading{Answer: in, report: report, audience: line, named: []string{}, unclear: []whole{}}
	return a.apply(ctx, tx)
}

// reading is one answer on its way into the lines.
type reading struct {
	Answer
	report   payfile.Report
	audience []uuid.UUID
	any      uuid.UUID // one of the runs that it speaks of
	counts   answerCounts
	named    []string // transfers of ours
	said     []said
	unclear  []whole // messages of which an account tells as a whole what fits nothing
	beside   []said  // what moves nothing: it tells more of what is known, or contradicts it
}

// said is one thing that an answer says of a transfer.
type said struct {
	transfer sentTransfer
	to       LineState
	code     string // of the step that is kept
	outcome  payfile.Outcome
}

// told is what is kept of it with the lines.
func (s said) told() evidence {
	e := evidence{note: s.outcome.Note, cause: s.cause(), ref: s.outcome.Ref, bookedOn: s.outcome.Day}
	if s.outcome.Amount != nil && *s.outcome.Amount != s.transfer.NetCents {
		e.booked = s.outcome.Amount
	}
	if s.outcome.Foreign != "" {
		e.note = strings.TrimSpace(e.note + " " + s.outcome.Foreign)
	}
	return e
}

// cause is the bank's code of why, where the step's code is what it says.
func (s said) cause() string {
	if s.code == s.outcome.Reason {
		return ""
	}
	return s.outcome.Reason
}

func (a *reading) apply(ctx context.Context, tx *postgres.Tx) error {
	parts, err := a.parts(ctx, tx)
	if err != nil {
		return err
	}
	a.any = parts[0].RunID
	others, partOf := -1, map[string]int{}
	for n, p := range parts {
		for _, t := range p.transfers {
			partOf[t.EndToEndID] = n
		}
	}
	for n, p := range parts {
		sent := payfile.Sent{MessageID: p.MessageID, Lines: make([]payfile.SentLine, len(p.transfers))}
		if a.report.Source == payfile.SourceList {
			sent.MessageID = ""
		}
		for i, t := range p.transfers {
			sent.Lines[i] = payfile.SentLine{EndToEndID: t.EndToEndID, Amount: t.NetCents, Out: t.State == LineRejected || t.State == LineRecalled}
		}
		about := a.report
		about.Lines = slices.DeleteFunc(slices.Clone(about.Lines), func(o payfile.Outcome) bool {
			in, ours := partOf[o.EndToEndID]
			return ours && in != n // of another message of ours, which is matched by itself
		})
		m, err := about.Match(sent)
		if err != nil {
			return err
		}
		for _, w := range m.Unclear {
			if err := tx.Warn(w.Warning); err != nil {
				return err
			}
			a.unclear = append(a.unclear, whole{Run: p.RunID, Part: p.Part, Kind: w.Kind, Cents: w.Total})
		}
		a.take(p, m)
		others = foreign(others, m.Others, parts)
	}
	a.counts.ForeignLines = max(others, 0)
	return a.write(ctx, tx)
}

// parts are the messages that the answer speaks of, as they stand once nobody else acts on their runs.
func (a *reading) parts(ctx context.Context, tx *postgres.Tx) ([]sentPart, error) {
	parts, err := partsOf(ctx, tx, a.Payer, a.ids(), a.messages())
	if err != nil || len(parts) == 0 {
		return nil, refusal.Join(err, refusedIf(err == nil, AnswerOfNothing))
	}
	for _, p := range parts { // in the order of the runs' ids
		if _, _, err := hold(ctx, tx, p.RunID); err != nil {
			return nil, err
		}
	}
	return partsOf(ctx, tx, a.Payer, a.ids(), a.messages())
}

// foreign counts what no part of ours was told of.
func foreign(before int, others []payfile.Outcome, parts []sentPart) (n int) {
	if before >= 0 {
		return before
	}
	for _, o := range others {
		if !slices.ContainsFunc(parts, func(p sentPart) bool { return p.has(o.EndToEndID) }) {
			n++
		}
	}
	return n
}

// ids are the transfers that the report names, and messages those that it answers as a whole.
func (a *reading) ids() (ids []string) {
	for _, o := range a.report.Lines {
		ids = append(ids, o.EndToEndID)
	}
	return ids
}

func (a *reading) messages() (messages []string) {
	messages = append(messages, a.report.Original)
	for _, w := range a.report.Whole {
		messages = append(messages, w.MessageID)
	}
	return messages
}

// take works out what the outcomes of a part's transfers bring about, in the order in which a transfer lives through them.
func (a *reading) take(p sentPart, m payfile.Matching) {
	a.counts.Waiting += len(m.Missing)
	state := make(map[string]sentTransfer, len(p.transfers))
	for _, t := range p.transfers {
		state[t.EndToEndID] = t
	}
	outcomes := slices.Clone(m.Outcomes)
	slices.SortStableFunc(outcomes, func(x, y payfile.Outcome) int { return order[x.Kind] - order[y.Kind] })
	for _, o := range outcomes {
		a.named = append(a.named, o.EndToEndID)
		t := state[o.EndToEndID]
		to, final := next(t.State, o.Kind)
		if a.again(t, o) {
			to = ""
		}
		switch {
		case !final:
			a.counts.Waiting++
			continue
		case t.State == LinePaid && o.Kind == payfile.Returned && t.cameBack(o):
			a.counts.Ignored++ // before it was paid for good
			continue
		case to == t.State:
			state[o.EndToEndID] = a.more(t, o)
			continue
		case to == "":
			a.counts.Ignored++
			a.beside = append(a.beside, said{transfer: t, to: t.State, code: string(o.Kind), outcome: o})
			state[o.EndToEndID] = a.booked(t, o)
			continue
		case to == LinePaid:
			a.counts.Paid++
		case to == LineRejected:
			a.counts.Rejected++
		default:
			a.counts.Returned++
		}
		a.said = append(a.said, said{transfer: t, to: to, code: o.Reason, outcome: o})
		if to == LineRecalled && o.Kind == payfile.Returned { // which its state does not tell
			a.beside = append(a.beside, said{transfer: t, to: to, code: string(o.Kind), outcome: o})
		}
		t.Code, t.State = o.Reason, to
		state[o.EndToEndID] = a.booked(t, o)
	}
	for _, o := range m.Odd {
		a.named = append(a.named, o.EndToEndID)
		a.counts.Ignored++
		t := state[o.EndToEndID]
		a.beside = append(a.beside, said{transfer: t, to: t.State, code: unclear, outcome: o})
	}
}

// booked is a transfer of which a booking is told.
func (a *reading) booked(t sentTransfer, o payfile.Outcome) sentTransfer {
	if o.Kind != payfile.Rejected {
		t.Bookings = append(slices.Clone(t.Bookings), booking{a.report.Source, o.Kind != payfile.Returned, o.Ref, o.Day})
	}
	return t
}

// more keeps what is told anew of a transfer whose state is known: why it came back, how it was booked, and that it was paid or came back once more.
func (a *reading) more(t sentTransfer, o payfile.Outcome) sentTransfer {
	anew := a.report.Source != payfile.SourceStatus && o.Kind != payfile.Rejected && !t.knows(a.report.Source, o) // the account tells the booking of what the bank has said before
	learnt := t.State != LinePaid && o.Reason != "" && (t.Code == "" || refuses(o.Reason) && !refuses(t.Code))
	if learnt {
		a.said = append(a.said, said{transfer: t, to: t.State, code: o.Reason, outcome: o})
		t.Code = o.Reason
	}
	switch {
	case anew && t.State == LinePaid:
		a.beside = append(a.beside, said{transfer: t, to: t.State, outcome: o})
	case anew:
		a.beside = append(a.beside, said{transfer: t, to: t.State, code: string(o.Kind), outcome: o})
	case !learnt && o.Reason != "" && o.Reason != t.Code: // a word, and no booking
		a.beside = append(a.beside, said{transfer: t, to: t.State, code: o.Reason, outcome: o})
		return t
	}
	return a.booked(t, o)
}

// refuses says whether a code says that the account takes no money: nothing is paid to it until its details are recorded anew.
func refuses(code string) bool { return payfile.ReasonOf(code).Owner == payfile.OwnerDetails }

// unclear is the code of what an account says of a transfer that does not fit it.
const unclear = "UNCLEAR"

// again says whether money has left once more of what is paid: by another booking than those that the account itself has told, which shows each once, or by
// another order of the office.
func (a *reading) again(t sentTransfer, o payfile.Outcome) bool {
	if o.Kind != payfile.Executed || t.State != LinePaid || a.report.Source != payfile.SourceStatement && a.report.Source != payfile.SourceList {
		return false
	}
	known := 0
	for _, b := range t.Bookings {
		if day := a.report.Source == payfile.SourceStatement && !b.Day.IsZero(); !b.of(a.report.Source, o) || b.Reference == "" && !day {
			continue // it tells nothing by which another could differ
		}
		known++
		ref, day := o.Ref != "" && b.Reference != "" && o.Ref != b.Reference, !o.Day.IsZero() && !b.Day.IsZero() && o.Day != b.Day
		if !ref && (!day || a.report.Source == payfile.SourceList) {
			return false
		}
	}
	return known > 0
}

var order = map[payfile.Kind]int{payfile.Pending: 0, payfile.Accepted: 1, payfile.Executed: 2, payfile.Credited: 3, payfile.Rejected: 4, payfile.Returned: 5}

// next is the state that a transfer reaches by what is said of it; "" where its state does not allow it. final is false for what decides nothing.
func next(from LineState, kind payfile.Kind) (to LineState, final bool) {
	sent := from == LineExported || from == LineRecallAsked
	switch kind {
	case payfile.Executed, payfile.Credited:
		switch {
		case sent || from == LinePaid:
			return LinePaid, true
		case from == LineReturned:
			return LineReturned, true // what came back was paid before
		}
	case payfile.Rejected:
		switch {
		case from == LineRecallAsked || from == LineRecalled:
			return LineRecalled, true
		case from == LineExported || from == LineRejected:
			return LineRejected, true
		case from == LineReturned:
			return LineReturned, true // it tells why
		}
	case payfile.Returned:
		switch {
		case from == LineRecallAsked || from == LineRecalled:
			return LineRecalled, true
		case sent || from == LinePaid || from == LineReturned:
			return LineReturned, true
		case from == LineRejected:
			return LineRejected, true // it ends that it was said to be paid
		}
	default:
		return from, false
	}
	return "", true
}

// write keeps the answer and what it brought about, books it, and takes the runs on.
func (a *reading) write(ctx context.Context, tx *postgres.Tx) error {
	if err := insertAnswer(ctx, tx, a); err != nil {
		return err
	}
	slices.SortStableFunc(a.said, func(x, y said) int { return order[x.outcome.Kind] - order[y.outcome.Kind] }) // of several messages: what comes back was paid before
	if err := a.move(ctx, tx); err != nil {
		return err
	}
	if err := a.remark(ctx, tx); err != nil {
		return err
	}
	touched := map[uuid.UUID]bool{}
	for _, s := range slices.Concat(a.said, a.beside) {
		touched[s.transfer.RunID] = true
	}
	for _, w := range a.unclear {
		touched[w.Run] = true
	}
	for run := range touched {
		if err := a.settle(ctx, tx, run); err != nil {
			return err
		}
	}
	if len(touched) == 0 {
		tx.Tell(event.News{Programme: a.Programme, Act: string(access.ReadAnswer), Kind: event.Changed, SubjectKind: subject, Subject: a.any, Related: []uuid.UUID{a.Payer}, Audience: a.audience}, map[string]any{"answer": a.ID})
	}
	return nil
}

// settle books what an answer brought about in a run, and takes the run on.
func (a *reading) settle(ctx context.Context, tx *postgres.Tx, id uuid.UUID) error {
	r, ok, err := hold(ctx, tx, id)
	if err != nil || !ok {
		return refusal.Join(err, refusedIf(!ok, refusal.NotFound))
	}
	booked, err := movedSums(ctx, tx, a.ID, id)
	if err != nil {
		return err
	}
	if err := r.book(ctx, tx, booked); err != nil {
		return err
	}
	to, err := stateOf(ctx, tx, r)
	if err != nil {
		return err
	}
	return r.advance(ctx, tx, access.ReadAnswer, to, map[string]any{"answer": a.ID, "paid": a.counts.Paid, "rejected": a.counts.Rejected, "returned": a.counts.Returned})
}

// book posts what lines that were sent came to: what is paid, and of what was approved that which is not to be paid any more.
func (r *runRow) book(ctx context.Context, tx *postgres.Tx, lines []moved) error {
	paid, approved := map[uuid.UUID]money.Cents{}, map[uuid.UUID]money.Cents{}
	for _, l := range lines {
		if l.ToState == LinePaid {
			paid[l.BudgetLineID] += l.Cents
		} else if l.FromState == LinePaid {
			paid[l.BudgetLineID] -= l.Cents
		}
		if !l.ToState.live() {
			approved[l.BudgetLineID] -= l.Cents
		} else if !l.FromState.live() {
			approved[l.BudgetLineID] += l.Cents
		}
	}
	if err := r.post(ctx, tx, programme.Paid, paid, 1); err != nil {
		return err
	}
	return r.post(ctx, tx, programme.Approved, approved, 1)
}

// move takes the lines of which something is said to their next states, those that are said the same of at once.
func (a *reading) move(ctx context.Context, tx *postgres.Tx) error {
	type same struct {
		from, to LineState
		code     string
	}
	var keys []same
	groups := map[same][]said{}
	for _, s := range a.said {
		k := same{s.transfer.State, s.to, s.code}
		if groups[k] == nil {
			keys = append(keys, k)
		}
		groups[k] = append(groups[k], s)
	}
	for _, k := range keys {
		ids, told := make([]string, len(groups[k])), make(map[string]evidence, len(groups[k]))
		for i, s := range groups[k] {
			ids[i], told[s.outcome.EndToEndID] = s.outcome.EndToEndID, s.told()
		}
		lines, err := moveTransfers(ctx, tx, ids, k.from, k.to, k.code)
		if err != nil {
			return err
		}
		if err := keepSteps(ctx, tx, access.ReadAnswer, lines, k.from, lineStep{code: k.code, answer: &a.ID, told: told}, k.to); err != nil {
			return err
		}
	}
	return nil
}

// remark keeps with the lines what an answer says of them without moving them, as a step that leads nowhere.
func (a *reading) remark(ctx context.Context, tx *postgres.Tx) error {
	for _, s := range a.beside {
		lines, err := linesOf(ctx, tx, s.outcome.EndToEndID)
		if err != nil {
			return err
		}
		why := lineStep{code: s.code, answer: &a.ID, told: map[string]evidence{s.outcome.EndToEndID: s.told()}}
		if err := keepSteps(ctx, tx, access.ReadAnswer, lines, s.to, why, s.to); err != nil {
			return err
		}
	}
	return nil
}
