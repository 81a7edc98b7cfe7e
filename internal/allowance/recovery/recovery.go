package recovery

import (
	"context"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/member"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/money"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// maxReason is the length of a reason, in characters.
const maxReason = 500

// Prefixes of ids in the API.
const (
	Prefix          = "rcv"
	PlanPrefix      = "rcp"
	DischargePrefix = "rcd"
)

const (
	subject          = "Recovery"
	dischargeSubject = "RecoveryDischarge"
	concept          = "recovery"
	dischargeConcept = "discharge"
)

// Rules of the policy on what is recovered.
const (
	offsetRule = "recovery.offset_percent" // of what is due, where nothing else was agreed
	leavesRule = "recovery.leaves"         // to the person of each payment, whatever was agreed
	leastRule  = "recovery.least"          // below which nothing is recovered
)

// State is how what was paid too much comes back.
type State string

// The states: by the policy, by what was agreed with the person, or nothing is left.
const (
	Open    State = "OPEN"
	Agreed  State = "AGREED"
	Settled State = "SETTLED"
)

var stateWords = map[string]text.Text{
	string(Open):    {It: "Da restituire", En: "To be given back"},
	string(Agreed):  {It: "A rate", En: "By instalments"},
	string(Settled): {It: "Chiuso", En: "Settled"},
}

// DischargeKind is what ends a debt but for later payments.
type DischargeKind string

// The kinds of discharges.
const (
	Waiver    DischargeKind = "WAIVER"
	Repayment DischargeKind = "REPAYMENT"
)

// DischargeState is how far a discharge is.
type DischargeState string

// The states of a discharge: it counts once another person has confirmed it.
const (
	DischargeWaiting   DischargeState = "WAITING"
	DischargeConfirmed DischargeState = "CONFIRMED"
	DischargeRejected  DischargeState = "REJECTED"
)

var dischargeWords = map[string]text.Text{
	string(DischargeWaiting):   {It: "Da confermare", En: "To be confirmed"},
	string(DischargeConfirmed): {It: "Confermato", En: "Confirmed"},
	string(DischargeRejected):  {It: "Respinto", En: "Rejected"},
}

// maxInstalments is how many instalments a plan may have.
const maxInstalments = 60

// Instalment is what is to come back with the payment of a month.
type Instalment struct {
	Month calendar.Month
	Cents money.Cents // net
}

// Plan is what was agreed with the person of a recovery.
type Plan struct {
	ID          uuid.UUID
	Recovery    uuid.UUID
	AgreedOn    calendar.Day
	Instalments []Instalment // by month
	Expected    *int         // revision of the recovery that the actor looked at; nil does not ask
}

// AgreeInstalments keeps what was agreed with the person: what is taken off which month's payment, instead of the policy's share. Together it is what
// is left. Of each payment so much is left to the person as the policy says, whatever was agreed; what could not be taken off then follows the
// next months, and once the last one has gone by, the policy.
func AgreeInstalments(ctx context.Context, tx *postgres.Tx, in Plan) error {
	r, err := load(ctx, tx, access.AgreeInstalments, in.Recovery, in.Expected)
	if err != nil {
		return err
	}
	if err := in.check(r, tx.Today()).Err(); err != nil {
		return err
	}
	if err := insertPlan(ctx, tx, r, in); err != nil {
		return err
	}
	if err := r.touch(ctx, tx); err != nil {
		return err
	}
	r.tell(tx, access.AgreeInstalments, map[string]any{"plan": in.ID, "instalments": len(in.Instalments), "left": r.LeftCents, "last": in.Instalments[len(in.Instalments)-1].Month})
	return nil
}

func (p Plan) check(r row, today calendar.Day) (list refusal.List) {
	if r.LeftCents == 0 {
		return refusal.List{NothingLeft.At("recovery")}
	}
	if p.AgreedOn.After(today) {
		list = append(list, AgreedAhead.At("agreedOn"))
	}
	sum := money.Cents(0)
	for i, one := range p.Instalments {
		if sum += one.Cents; one.Cents <= 0 || one.Cents > r.LeftCents {
			return append(list, InstalmentsSum.At("instalments").With("left", r.LeftCents))
		}
		if i == 0 && one.Month.Before(today.Month().Add(-1)) || i > 0 && !p.Instalments[i-1].Month.Before(one.Month) {
			return append(list, InstalmentsOrder.At("instalments"))
		}
	}
	if sum != r.LeftCents || len(p.Instalments) > maxInstalments {
		list = append(list, InstalmentsSum.At("instalments").With("left", r.LeftCents))
	}
	return list
}

// Discharge is what ends a recovery, or a part of it, but for later payments.
type Discharge struct {
	ID       uuid.UUID
	Recovery uuid.UUID
	Cents    money.Cents   // net
	Day      *calendar.Day // of a repayment
	Reason   string        // sealed; of a repayment by what it is known
	Expected *int          // revision of the recovery that the actor looked at; nil does not ask
}

// Waive asks that what is left of a recovery, or a part of it, be given up. A second person answers.
func Waive(ctx context.Context, tx *postgres.Tx, in Discharge) error {
	in.Day = nil
	return discharge(ctx, tx, access.WaiveRecovery, Waiver, in)
}

// RecordRepayment says that the person has given money back himself: also what a run takes off that was not sent, and is computed anew then. A second
// person, who sees it on the account, answers.
func RecordRepayment(ctx context.Context, tx *postgres.Tx, in Discharge) error {
	if in.Day == nil || in.Day.After(tx.Today()) {
		return RepaidAhead.At("day")
	}
	return discharge(ctx, tx, access.RecordRepayment, Repayment, in)
}

func discharge(ctx context.Context, tx *postgres.Tx, act access.Act, kind DischargeKind, in Discharge) error {
	r, err := load(ctx, tx, act, in.Recovery, in.Expected)
	switch {
	case err != nil:
		return err
	case in.Cents <= 0 || in.Cents > r.most(kind):
		return MoreThanLeft.At("amount").With("left", r.most(kind))
	case in.Reason == "" || !text.Line(in.Reason, maxReason):
		return ReasonNeeded.At("reason").With("max", maxReason)
	}
	by := member.HandOf(tx.Actor, act, r.ProgrammeID, []uuid.UUID{r.PayerID})
	d := dischargeRow{ID: in.ID, RecoveryID: r.ID, ProgrammeID: r.ProgrammeID, ParticipationID: r.ParticipationID, Month: r.Month, Kind: kind, Cents: in.Cents, Day: in.Day,
		State: DischargeWaiting, StateSince: tx.Today(), AskedBy: by.Member, OnBehalfOf: by.OnBehalfOf, AskedAt: tx.Now, Audience: r.Audience, Revision: 1}
	if d.Reason, err = d.seal(ctx, tx, "reason", in.Reason); err != nil {
		return err
	}
	if err := d.insert(ctx, tx); err != nil {
		return err
	}
	if err := r.touch(ctx, tx); err != nil {
		return err
	}
	r.tell(tx, act, map[string]any{"discharge": d.ID, "cents": d.Cents})
	d.tell(tx, act, event.Entered, nil)
	return nil
}

// most is how much may be discharged: of what runs take off that were not sent, only what the person has given back.
func (r row) most(kind DischargeKind) money.Cents {
	if kind == Repayment {
		return r.LeftCents + r.Unsent
	}
	return r.LeftCents
}

// DischargeAnswer confirms a discharge that waits, or rejects it.
type DischargeAnswer struct {
	Discharge uuid.UUID
	Confirm   bool
	Text      string // sealed; needed where it is rejected
	Expected  *int
}

// AnswerDischarge has a second person confirm that money came back, or that it is given up, or say no. What came back is booked back on the budget
// lines that it was paid from; what is given up stays spent, and is booked as accrued. It gives the recovery.
func AnswerDischarge(ctx context.Context, tx *postgres.Tx, in DischargeAnswer) (recovery uuid.UUID, err error) {
	d, err := dischargeByID(ctx, tx, in.Discharge)
	if err != nil {
		return recovery, err
	}
	if d.ID == uuid.Nil {
		return recovery, refusal.NotFound.At("discharge")
	}
	r, err := load(ctx, tx, access.AnswerDischarge, d.RecoveryID, nil)
	if err != nil {
		return d.RecoveryID, err
	}
	if d, err = dischargeByID(ctx, tx, in.Discharge); err != nil { // as it stands once nobody else acts on its recovery
		return r.ID, err
	}
	if err := in.check(ctx, tx, r, d); err != nil {
		return r.ID, err
	}
	d.State, d.StateSince, d.AnsweredBy, d.AnsweredAt = DischargeRejected, tx.Today(), &tx.Actor.Member, &tx.Now
	if in.Text != "" {
		if d.Answer, err = d.seal(ctx, tx, "answer", in.Text); err != nil {
			return r.ID, err
		}
	}
	if in.Confirm {
		d.State = DischargeConfirmed
		if err := r.takeBack(ctx, tx, d); err != nil {
			return r.ID, err
		}
	}
	if err := d.save(ctx, tx); err != nil {
		return r.ID, err
	}
	if err := bookGivenUp(ctx, tx, []uuid.UUID{r.ID}); err != nil {
		return r.ID, err
	}
	if err := r.touch(ctx, tx); err != nil {
		return r.ID, err
	}
	r.tell(tx, access.AnswerDischarge, map[string]any{"discharge": d.ID, "cents": d.Cents, "to": d.State})
	d.tell(tx, access.AnswerDischarge, event.Changed, map[string]any{"from": DischargeWaiting, "to": d.State})
	return r.ID, nil
}

func (a DischargeAnswer) check(ctx context.Context, tx *postgres.Tx, r row, d dischargeRow) error {
	one, err := member.OwnHand(ctx, tx, member.Hand{Member: d.AskedBy, OnBehalfOf: d.OnBehalfOf}, access.AnswerDischarge, r.ProgrammeID, []uuid.UUID{r.PayerID})
	switch {
	case err != nil:
		return err
	case a.Expected != nil && *a.Expected != d.Revision:
		return refusal.RevisionConflict.At("expectedRevision")
	case d.State != DischargeWaiting:
		return DischargeAnswered.At("discharge").With("state", dischargeWords[string(d.State)])
	case one:
		return OwnDischarge.At("discharge")
	case a.Confirm && d.Cents > r.LeftCents && d.Cents <= r.LeftCents+r.Unsent:
		return TakenOff.At("discharge").With("left", r.LeftCents)
	case a.Confirm && d.Cents > r.LeftCents:
		return MoreThanLeft.At("discharge").With("left", r.LeftCents)
	case !a.Confirm && a.Text == "" || !text.Line(a.Text, maxReason) && a.Text != "":
		return ReasonNeeded.At("answer").With("max", maxReason)
	}
	return nil
}

// takeBack writes down where money goes that the person has given back, and books it back.
func (r row) takeBack(ctx context.Context, tx *postgres.Tx, d dischargeRow) error {
	if d.Kind != Repayment {
		return nil
	}
	parts, err := partsBack(ctx, tx, r, d)
	if err != nil {
		return err
	}
	var postings []programme.Posting
	for _, p := range parts {
		for _, kind := range []programme.PostingKind{programme.Approved, programme.Paid} {
			postings = append(postings, programme.Posting{Line: p.BudgetLineID, Kind: kind, Cents: -p.GrossCents, SubjectKind: dischargeSubject, Subject: d.ID})
		}
	}
	return programme.Post(ctx, tx, r.ProgrammeID, postings)
}

// bookGivenUp books on the budget lines as accrued what recoveries have given up by now, or books back what is owed again of it.
func bookGivenUp(ctx context.Context, tx *postgres.Tx, recoveries []uuid.UUID) error {
	rows, err := givenUp(ctx, tx, recoveries)
	if err != nil {
		return err
	}
	for _, g := range rows {
		posting := programme.Posting{Line: g.BudgetLineID, Kind: programme.Accrued, Cents: g.Cents, SubjectKind: subject, Subject: g.RecoveryID}
		if err := programme.Post(ctx, tx, g.ProgrammeID, []programme.Posting{posting}); err != nil {
			return err
		}
	}
	return nil
}

// load holds a recovery for an act that the actor may do on it.
func load(ctx context.Context, tx *postgres.Tx, act access.Act, id uuid.UUID, expected *int) (row, error) {
	r, err := hold(ctx, tx, id)
	switch {
	case err != nil:
		return r, err
	case r.ID == uuid.Nil:
		return r, refusal.NotFound.At("recovery")
	case !tx.Actor.May(act, r.ProgrammeID, []uuid.UUID{r.PayerID}):
		return r, refusal.NotAllowed.At()
	case expected != nil && *expected != r.Revision:
		return r, refusal.RevisionConflict.At("expectedRevision")
	}
	return r, nil
}

func (r row) tell(tx *postgres.Tx, act access.Act, detail map[string]any) {
	r.told(tx, act, event.Changed, detail)
}

func (r row) told(tx *postgres.Tx, act access.Act, kind event.Kind, detail map[string]any) {
	tx.Tell(event.News{Programme: r.ProgrammeID, Act: string(act), Kind: kind, SubjectKind: subject, Subject: r.ID, About: []uuid.UUID{r.ParticipationID}, Audience: r.Audience}, detail)
}

func (d dischargeRow) tell(tx *postgres.Tx, act access.Act, kind event.Kind, detail map[string]any) {
	tx.Tell(event.News{Programme: d.ProgrammeID, Act: string(act), Kind: kind, SubjectKind: dischargeSubject, Subject: d.ID, About: []uuid.UUID{d.ParticipationID}, Audience: d.Audience}, detail)
}

// Clocks are the waiting states of recoveries as data for whoever keeps clocks.
func Clocks() []event.Clock {
	return []event.Clock{
		{Concept: concept, SubjectKind: subject, Prefix: Prefix, State: string(Open), Policy: "clock." + concept + "." + string(Open),
			Kind: "recovery.agree", Label: text.Text{It: "Concordare come restituire quanto pagato in più", En: "Agree how what was paid too much is given back"}},
		{Concept: dischargeConcept, SubjectKind: dischargeSubject, Prefix: DischargePrefix, State: string(DischargeWaiting), Policy: "clock." + dischargeConcept + "." + string(DischargeWaiting),
			Kind: "recovery.confirm", Label: text.Text{It: "Confermare una restituzione o una rinuncia", En: "Confirm what was given back, or given up"}},
	}
}

// Follow gives the reaction to news of statements, runs and recoveries that tells of what was paid too much, and keeps the clocks of how it
// comes back: of the payer's body, then the lead. What is too little to be recovered is nobody's turn. What was given up is booked as far as it still is.
func Follow(tell func(context.Context, *postgres.Tx, event.Transition) error) func(context.Context, *postgres.Tx, []event.Event) error {
	return func(ctx context.Context, tx *postgres.Tx, events []event.Event) error {
		for _, e := range events {
			if e.SubjectKind == dischargeSubject {
				if err := followDischarge(ctx, tx, e.Subject, tell); err != nil {
					return err
				}
				continue
			}
			waived, err := waivedBy(ctx, tx, e.SubjectKind, e.Subject)
			if err != nil {
				return err
			}
			if err := bookGivenUp(ctx, tx, waived); err != nil {
				return err
			}
			rows, err := about(ctx, tx, e.SubjectKind, e.Subject)
			if err != nil {
				return err
			}
			for _, r := range rows {
				if err := followOne(ctx, tx, r, e, tell); err != nil {
					return err
				}
			}
		}
		return nil
	}
}

func followOne(ctx context.Context, tx *postgres.Tx, r row, e event.Event, tell func(context.Context, *postgres.Tx, event.Transition) error) error {
	if e.SubjectKind != subject {
		kind := event.Changed
		if r.StatementID == e.Subject {
			kind = event.Entered
		}
		r.told(tx, access.Act(e.Act), kind, map[string]any{"left": r.LeftCents, "recovered": r.RecoveredCents})
	}
	state, err := r.state(ctx, tx)
	if err != nil {
		return err
	}
	line, err := above(ctx, tx, r.PayerID)
	if err != nil {
		return err
	}
	now := event.Transition{Programme: r.ProgrammeID, Concept: concept, SubjectKind: subject, Subject: r.ID,
		From: string(Open), To: string(state), Owners: []uuid.UUID{line[0], line[len(line)-1]}, Audience: line}
	if e.SubjectKind == "AllowanceStatement" {
		now.From = string(Settled) // its clock begins anew with what is too much since
	}
	return tell(ctx, tx, now)
}

func followDischarge(ctx context.Context, tx *postgres.Tx, id uuid.UUID, tell func(context.Context, *postgres.Tx, event.Transition) error) error {
	d, err := dischargeByID(ctx, tx, id)
	if err != nil || d.ID == uuid.Nil {
		return err
	}
	r, err := hold(ctx, tx, d.RecoveryID)
	if err != nil || r.ID == uuid.Nil {
		return err
	}
	line, err := above(ctx, tx, r.PayerID)
	if err != nil {
		return err
	}
	now := event.Transition{Programme: d.ProgrammeID, Concept: dischargeConcept, SubjectKind: dischargeSubject, Subject: d.ID, From: string(DischargeWaiting),
		To: string(d.State), Owners: []uuid.UUID{line[0], line[len(line)-1]}, Audience: line, Since: d.StateSince}
	if d.State == DischargeWaiting {
		now.From = ""
	}
	return tell(ctx, tx, now)
}

// state is how a recovery comes back now; what is too little to be recovered counts as settled.
func (r row) state(ctx context.Context, tx *postgres.Tx) (State, error) {
	policy, err := programme.PolicyOn(ctx, tx, r.ProgrammeID, tx.Today())
	switch {
	case err != nil:
		return "", err
	case r.LeftCents == 0:
		return Settled, nil
	case r.Planned:
		return Agreed, nil
	case r.Together < policy.Cents(leastRule):
		return Settled, nil
	}
	return Open, nil
}

// acts are what can be done with a recovery, and what stands against each now.
func (r row) acts() []actOn {
	against := func(left money.Cents, waits bool) refusal.List {
		switch {
		case left == 0:
			return refusal.List{NothingLeft.At("recovery")}
		case waits:
			return refusal.List{DischargeWaits.At("recovery")}
		}
		return nil
	}
	return []actOn{
		{access.AgreeInstalments, text.Text{It: "Concorda le rate", En: "Agree instalments"}, against(r.LeftCents, false)},
		{access.WaiveRecovery, text.Text{It: "Chiedi di rinunciare", En: "Ask to give it up"}, against(r.most(Waiver), r.Waits)},
		{access.RecordRepayment, text.Text{It: "Registra una restituzione", En: "Record a repayment"}, against(r.most(Repayment), r.Waits)},
	}
}

// actOn is an act with what stands against it now.
type actOn struct {
	act      access.Act
	label    text.Text
	refusals refusal.List
}
