package payment

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/money"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

const (
	secondRule    = "payment.second_approval_above"
	secondDays    = "payment.second_approval_days"
	checkDaysRule = "payment.check_days"
	restDaysRule  = "payment.details_rest_days"
	offsetRule    = "recovery.offset_percent" // what is taken off what is due, where nothing else was agreed
	leavesRule    = "recovery.leaves"         // to the person of each payment
	leastRule     = "recovery.least"          // below which nothing is taken off
)

// maxReason is the length of a reason, in characters.
const maxReason = 500

// chunk is how many participations one act gathers: what is left goes on from there, whatever has happened in between.
var chunk = 2_000

// Opening says for whom and until when a run pays.
type Opening struct {
	ID        uuid.UUID
	Programme uuid.UUID
	Payer     uuid.UUID      // an organisation
	UpTo      calendar.Month // the last month that it takes up
	Value     calendar.Day   // when the money is to be there; zero: by the policy's calendar
}

// OpenRun opens a run of a payer: a draft that computeRun gathers. It is supplementary where another run has taken up its last month before.
func OpenRun(ctx context.Context, tx *postgres.Tx, in Opening) error {
	if !tx.Actor.May(access.OpenRun, in.Programme, []uuid.UUID{in.Payer}) {
		return refusal.NotAllowed.At()
	}
	payer, err := payerOf(ctx, tx, in.Programme, in.Payer)
	if err != nil {
		return err
	}
	if !in.UpTo.Before(tx.Today().Month()) {
		return MonthAhead.At("upTo").With("month", in.UpTo)
	}
	if in.Value, err = in.value(ctx, tx); err != nil {
		return err
	}
	r := runRow{ID: in.ID, ProgrammeID: in.Programme, PayerID: in.Payer, Year: tx.Today().Month().Year(), UpTo: in.UpTo, ValueDay: in.Value, Way: payer.Way,
		State: Draft, StateSince: tx.Today(), MadeBy: tx.Actor.Member, ApprovalsNeeded: 1, Revision: 1}
	if payer.Way == programme.BankFile {
		r.Format = &payer.Format
	}
	if err := r.insert(ctx, tx); err != nil {
		return err
	}
	if err := r.step(ctx, tx, access.OpenRun, "", r.Revision); err != nil {
		return err
	}
	r.tell(tx, access.OpenRun, event.Entered, map[string]any{"number": r.Number, "upTo": r.UpTo, "valueDay": r.ValueDay})
	return nil
}

// value is the day on which the money is to be there: one on which money moves.
func (in Opening) value(ctx context.Context, tx *postgres.Tx) (calendar.Day, error) {
	if !in.Value.IsZero() && in.Value.Before(tx.Today()) {
		return in.Value, DayPast.At("valueDay").With("day", in.Value)
	}
	day := in.Value
	if day.IsZero() {
		policy, err := programme.PolicyOn(ctx, tx, in.Programme, tx.Today())
		if err != nil {
			return calendar.Day{}, err
		}
		day = in.UpTo.Last().AddDays(policy.PaymentCalendar().Value)
	}
	return moneyMoves(ctx, tx, in.Programme, day)
}

// moneyMoves is the first day on which money can move that is neither past nor before the day.
func moneyMoves(ctx context.Context, tx *postgres.Tx, of uuid.UUID, day calendar.Day) (calendar.Day, error) {
	if day.Before(tx.Today()) {
		day = tx.Today()
	}
	bank, err := programme.BankDaysOn(ctx, tx, of, tx.Today())
	return bank.From(day), err
}

// payerOf is the programme's payer that the body is.
func payerOf(ctx context.Context, tx *postgres.Tx, of, body uuid.UUID) (programme.Payer, error) {
	payers, err := programme.Payers(ctx, tx, of)
	if err != nil {
		return programme.Payer{}, err
	}
	i := slices.IndexFunc(payers, func(p programme.Payer) bool { return p.Organisation == body })
	if i < 0 {
		return programme.Payer{}, NoPayer.At("payer")
	}
	return payers[i], nil
}

// Step is what every act on a run needs.
type Step struct {
	Run      uuid.UUID
	Expected *int   // revision that the actor looked at; nil does not ask
	Reason   string // where the act needs one: of the run, and of nobody
	Workbook bool   // whether ExportRun writes a list of orders as a workbook, and not as CSV
}

// ComputeRun gathers what is due into a draft. One that is too large for one act stays a draft, told of with how far it is, and goes on by itself;
// asked again it goes on at once. One that is computed is gathered anew.
func ComputeRun(ctx context.Context, tx *postgres.Tx, in Step) error {
	r, err := load(ctx, tx, access.ComputeRun, in)
	if err != nil {
		return err
	}
	from := r.State
	if r.GatheredTo == nil && (from == Computed || r.Gathered > 0) {
		if err := r.ungather(ctx, tx); err != nil {
			return err
		}
	}
	if err := r.gather(ctx, tx); err != nil {
		return err
	}
	if err := r.step(ctx, tx, access.ComputeRun, from, r.Revision); err != nil {
		return err
	}
	r.tellGathered(tx)
	return nil
}

// Continue is the reaction to drafts that were gathered in part: the house gathers the next chunk, until none is left.
func Continue(ctx context.Context, tx *postgres.Tx, events []event.Event) error {
	var told []uuid.UUID
	for _, e := range events {
		if e.SubjectKind != subject || e.Act != string(access.ComputeRun) || slices.Contains(told, e.Subject) {
			continue
		}
		told = append(told, e.Subject)
		r, ok, err := hold(ctx, tx, e.Subject)
		if err != nil {
			return err
		}
		if !ok || r.State != Draft || r.GatheredTo == nil {
			continue
		}
		if err := r.gather(ctx, tx); err != nil {
			return err
		}
		r.tellGathered(tx)
	}
	return nil
}

// gather takes up the next participations, and works out the totals once there are none left.
func (r *runRow) gather(ctx context.Context, tx *postgres.Tx) error {
	policy, err := programme.PolicyOn(ctx, tx, r.ProgrammeID, tx.Today())
	if err != nil {
		return err
	}
	looked, last, err := r.gatherNext(ctx, tx, policy)
	if err != nil {
		return err
	}
	r.Gathered += looked
	if r.GatheredTo = last; looked == chunk {
		return r.save(ctx, tx)
	}
	if r.totals, err = totalsOf(ctx, tx, r.ID); err != nil {
		return err
	}
	r.GatheredTo, r.State, r.StateSince = nil, Computed, tx.Today()
	return r.save(ctx, tx)
}

// ungather empties a run that nobody has checked.
func (r *runRow) ungather(ctx context.Context, tx *postgres.Tx) error {
	r.State, r.StateSince, r.Gathered, r.totals = Draft, tx.Today(), 0, totals{}
	if err := r.save(ctx, tx); err != nil {
		return err
	}
	return dropLines(ctx, tx, r.ID)
}

func (r *runRow) tellGathered(tx *postgres.Tx) {
	r.tell(tx, access.ComputeRun, event.Changed, map[string]any{"state": r.State, "gathered": r.Gathered, "lines": r.Lines, "blocked": r.Blocked, "net": r.NetCents})
}

// stands refuses to go on with a run whose lines came to something else since it was computed.
func (r *runRow) stands(ctx context.Context, tx *postgres.Tx) error {
	lines, err := changed(ctx, tx, r.ID)
	if err != nil || lines == 0 {
		return err
	}
	return Changed.At("run").With("lines", lines)
}

// CheckRun has its maker stand by a run: from here on its lines stay. It needs two approvals where it, with what the payer sent by runs of one
// approval shortly before, comes to more than one may approve: a sum is not made smaller by dividing it.
func CheckRun(ctx context.Context, tx *postgres.Tx, in Step) error {
	r, err := load(ctx, tx, access.CheckRun, in)
	if err != nil {
		return err
	}
	if err := r.stands(ctx, tx); err != nil {
		return err
	}
	policy, err := programme.PolicyOn(ctx, tx, r.ProgrammeID, tx.Today())
	if err != nil {
		return err
	}
	before, err := singlyApproved(ctx, tx, r, policy.Int(secondDays))
	if err != nil {
		return err
	}
	if r.NetCents+before > policy.Cents(secondRule) {
		r.ApprovalsNeeded = 2
	}
	return r.advance(ctx, tx, access.CheckRun, Checked, map[string]any{"blocked": r.Blocked, "net": r.NetCents, "approvalsNeeded": r.ApprovalsNeeded})
}

// ApproveRun approves a checked run: the last approval that it needs books its sums on the budget lines. Who had a hand in it does not.
func ApproveRun(ctx context.Context, tx *postgres.Tx, in Step) error {
	r, err := load(ctx, tx, access.ApproveRun, in)
	if err != nil {
		return err
	}
	absent := tx.Actor.ActsFor(access.ApproveRun, r.ProgrammeID, []uuid.UUID{r.PayerID})
	if known, err := hadAHand(ctx, tx, r.ID, absent); err != nil || known {
		return refusal.Join(err, refusedIf(known, OwnRun))
	}
	if err := r.stands(ctx, tx); err != nil {
		return err
	}
	sums, err := sumsOf(ctx, tx, r.ID)
	if err != nil {
		return err
	}
	short, err := programme.CheckFunds(ctx, tx, r.ProgrammeID, sums)
	if err != nil || len(short) > 0 {
		return refusal.Join(err, short.Err())
	}
	to := Checked
	if r.Approvals++; r.Approvals == r.ApprovalsNeeded {
		to = Approved
		if err := r.post(ctx, tx, programme.Approved, sums, 1); err != nil {
			return err
		}
	}
	return r.advance(ctx, tx, access.ApproveRun, to, map[string]any{"approvals": r.Approvals, "approvalsNeeded": r.ApprovalsNeeded, "net": r.NetCents})
}

// DiscardRun gives a run up before it is sent, with the reason: what it had taken up is due again, but for what is held back.
func DiscardRun(ctx context.Context, tx *postgres.Tx, in Step) error {
	r, err := load(ctx, tx, access.DiscardRun, in)
	if err != nil {
		return err
	}
	if r.State == Approved {
		sums, err := sumsOf(ctx, tx, r.ID)
		if err != nil {
			return err
		}
		if err := r.post(ctx, tx, programme.Approved, sums, -1); err != nil {
			return err
		}
	}
	if err := moveLines(ctx, tx, r.ID, LineDiscarded, LinePending, LineBlocked); err != nil {
		return err
	}
	r.Reason = &in.Reason
	return r.advance(ctx, tx, access.DiscardRun, Discarded, nil)
}

// advance writes a run in its next state with the act that brought it there, and tells of it.
func (r *runRow) advance(ctx context.Context, tx *postgres.Tx, act access.Act, to State, detail map[string]any) error {
	from := r.State
	if r.State = to; from != to {
		r.StateSince = tx.Today()
	}
	if err := r.step(ctx, tx, act, from, r.Revision+1); err != nil {
		return err
	}
	if err := r.save(ctx, tx); err != nil {
		return err
	}
	if detail == nil {
		detail = map[string]any{}
	}
	detail["from"], detail["to"], detail["passed"] = from, to, tx.Passed()
	r.tell(tx, act, event.Changed, detail)
	return nil
}

// post books the sums of budget lines, or books them back.
func (r *runRow) post(ctx context.Context, tx *postgres.Tx, kind programme.PostingKind, sums map[uuid.UUID]money.Cents, sign money.Cents) error {
	postings := make([]programme.Posting, 0, len(sums))
	for line, cents := range sums {
		postings = append(postings, programme.Posting{Line: line, Kind: kind, Cents: sign * cents, SubjectKind: subject, Subject: r.ID})
	}
	slices.SortFunc(postings, func(a, b programme.Posting) int { return slices.Compare(a.Line[:], b.Line[:]) })
	return programme.Post(ctx, tx, r.ProgrammeID, postings)
}

func (r *runRow) tell(tx *postgres.Tx, act access.Act, kind event.Kind, detail map[string]any) {
	tx.Tell(event.News{Programme: r.ProgrammeID, Act: string(act), Kind: kind, SubjectKind: subject, Subject: r.ID, Related: []uuid.UUID{r.PayerID}, Audience: r.Audience}, detail)
}

// load holds a run for an act that the actor may do on it now.
func load(ctx context.Context, tx *postgres.Tx, act access.Act, in Step) (*runRow, error) {
	r, ok, err := hold(ctx, tx, in.Run)
	switch {
	case err != nil:
		return nil, err
	case !ok:
		return nil, refusal.NotFound.At("run")
	case !tx.Actor.May(act, r.ProgrammeID, []uuid.UUID{r.PayerID}):
		why, err := notHis(ctx, tx, act, r.ID)
		return nil, refusal.Join(err, why.Err())
	case in.Expected != nil && *in.Expected != r.Revision:
		return nil, refusal.RevisionConflict.At("expectedRevision")
	}
	t := transitionOf(act)
	list := t.check(facts{State: r.State, Lines: r.Lines})
	if t.reason && (!text.Line(in.Reason, maxReason) || in.Reason == "") {
		list = append(list, ReasonNeeded.At("reason").With("max", maxReason))
	}
	return r, list.Err()
}

// notHis says why an act on a run is not the actor's: who had a hand in it hears that another person must approve, and anybody else that it is not allowed him.
func notHis(ctx context.Context, tx *postgres.Tx, act access.Act, run uuid.UUID) (refusal.List, error) {
	if act == access.ApproveRun {
		if known, err := hadAHand(ctx, tx, run, uuid.Nil); err != nil || known {
			return refusal.List{OwnRun.At()}, err
		}
	}
	return refusal.List{refusal.NotAllowed.At()}, nil
}

func refusedIf(yes bool, code *refusal.Code) error {
	if !yes {
		return nil
	}
	return code.At()
}
