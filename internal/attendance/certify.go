package attendance

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/member"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// hostSilence is the policy's rule on how long a host may be silent.
const hostSilence = "attendance.host_silence_days"

// MonthStep is what every act on a month needs.
type MonthStep struct {
	Month    uuid.UUID
	Expected *int       // revision that the actor looked at; nil does not ask
	Reason   string     // where the act needs one
	Evidence string     // which document proves it, where the act needs one: a protocol number, or the name of a file
	File     *uuid.UUID // the document itself, which the actor has brought; nil for none
}

// openedMonth is a month that an act has loaded and holds, with its entries.
type openedMonth struct {
	monthRow
	of      enrolment
	entries []row // that count or are contested, in order
	facts   monthFacts
	beyond  refusal.List // limits that entries pass by the rules as they are now, and did not when they were written
}

func (m *openedMonth) counted() []row {
	return slices.DeleteFunc(slices.Clone(m.entries), func(r row) bool { return r.Standing != Counted })
}

// The acts on one month: each is Advance of one.

// SubmitMonth closes a month for entries and sends it to be certified: all limits of its days, weeks and of the month are looked at once more.
func SubmitMonth(ctx context.Context, tx *postgres.Tx, in MonthStep) error {
	return advance(ctx, tx, access.SubmitMonth, in)
}

// ReturnMonth gives a submitted month back to the tutor, with the reason.
func ReturnMonth(ctx context.Context, tx *postgres.Tx, in MonthStep) error {
	return advance(ctx, tx, access.ReturnMonth, in)
}

// CertifyMonthAsHost certifies a submitted month for the company.
func CertifyMonthAsHost(ctx context.Context, tx *postgres.Tx, in MonthStep) error {
	return advance(ctx, tx, access.CertifyMonthAsHost, in)
}

// CertifyMonthForHost certifies a submitted month for a company that has been silent for the days of the policy, with reason and evidence: no pay
// hangs on somebody who does not answer.
func CertifyMonthForHost(ctx context.Context, tx *postgres.Tx, in MonthStep) error {
	return advance(ctx, tx, access.CertifyMonthForHost, in)
}

// CertifyMonth certifies a month for the promoter, after the host where there is one.
func CertifyMonth(ctx context.Context, tx *postgres.Tx, in MonthStep) error {
	return advance(ctx, tx, access.CertifyMonth, in)
}

// LockMonth ends what may be changed: from then on there are adjustments only.
func LockMonth(ctx context.Context, tx *postgres.Tx, in MonthStep) error {
	return advance(ctx, tx, access.LockMonth, in)
}

// ReopenMonth takes a month that is not locked back to be written, with the reason; what was certified must be certified anew.
func ReopenMonth(ctx context.Context, tx *postgres.Tx, in MonthStep) error {
	return advance(ctx, tx, access.ReopenMonth, in)
}

func advance(ctx context.Context, tx *postgres.Tx, act access.Act, in MonthStep) error {
	lists, err := Advance(ctx, tx, act, []MonthStep{in})
	if err != nil {
		return err
	}
	return lists[0].Err()
}

// Advance does one act on many months, with a handful of statements however many there are, and answers each: why it was refused, nil where it
// was done.
func Advance(ctx context.Context, tx *postgres.Tx, act access.Act, in []MonthStep) ([]refusal.List, error) {
	months, lists, err := loadMonths(ctx, tx, act, in)
	if err != nil {
		return nil, err
	}
	rules := rules{tx: tx}
	if act == access.SubmitMonth {
		if err := settleMonths(ctx, tx, months); err != nil {
			return nil, err
		}
		if err := expectMonths(ctx, &rules, months); err != nil {
			return nil, err
		}
	}
	if act == access.CertifyMonth {
		if err := ownHands(ctx, tx, months); err != nil {
			return nil, err
		}
	}
	t := monthTransitionOf(act)
	var next []monthRow
	var steps []monthStepRow
	for i := range in {
		if lists[i] != nil {
			continue
		}
		m := months[i]
		hash := content(m.monthRow, m.counted())
		if lists[i] = t.allowed(m, in[i], hash[:]); lists[i] != nil {
			lists[i] = append(lists[i], m.beyond...)
			continue
		}
		if act == access.SubmitMonth {
			if err := m.unexplained(ctx, tx, &rules); err != nil {
				list, refused := refusal.As(err)
				if !refused {
					return nil, err
				}
				lists[i] = list
				continue
			}
		}
		s, err := m.step(ctx, tx, t, in[i], hash[:])
		if err != nil {
			return nil, err
		}
		next, steps = append(next, m.moved(tx, t, hash[:])), append(steps, s)
		m.tell(tx, act, event.Changed, map[string]any{"month": m.Month, "from": m.State, "to": t.To, "content": s.ContentHash, "passed": tx.Passed()})
	}
	return lists, saveMonths(ctx, tx, next, steps)
}

// allowed says why an act is not done on a month; nil where it is.
func (t monthTransition) allowed(m *openedMonth, in MonthStep, hash []byte) refusal.List {
	list := t.check(m.facts)
	if t.reason {
		list = append(list, checkReason(in.Reason)...)
	}
	if t.proof {
		list = append(list, checkEvidence(in.Evidence)...)
	}
	if len(list) == 0 && t.To != MonthOpen && m.ContentHash != nil && !slices.Equal(hash, m.ContentHash) {
		list = append(list, MonthChanged.At("registerMonth"))
	}
	return list
}

// moved is the month after a transition.
func (m *openedMonth) moved(tx *postgres.Tx, t monthTransition, hash []byte) monthRow {
	next := m.monthRow
	next.State, next.StateSince = t.To, tx.Today()
	switch t.To {
	case MonthOpen:
		next.Minutes, next.PresenceDays, next.ContentHash, next.ForHost = nil, nil, nil, false
	case MonthSubmitted:
		minutes, days := sums(m.counted(), m.facts.Least)
		next.Minutes, next.PresenceDays, next.ContentHash = &minutes, &days, hash
	case HostCertified:
		next.ForHost = t.Act == access.CertifyMonthForHost
	}
	return next
}

// step is what is kept of an act on a month: who did it, what was certified by it and why. The file that proves it is attached.
func (m *openedMonth) step(ctx context.Context, tx *postgres.Tx, t monthTransition, in MonthStep, hash []byte) (monthStepRow, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return monthStepRow{}, err
	}
	by := member.HandOf(tx.Actor, t.Act, m.ProgrammeID, m.Audience)
	s := monthStepRow{ID: id, RegisterMonthID: m.ID, ParticipationID: m.ParticipationID, CompanyID: m.CompanyID, Month: m.Month, Position: m.Revision, Act: string(t.Act), FromState: m.State,
		ToState: t.To, At: tx.Now, MemberID: by.Member, OnBehalfOf: by.OnBehalfOf, Audience: m.Audience}
	if t.reason {
		if s.Reason, err = sealText(ctx, tx, m.ParticipationID, "register_step", "reason", id, in.Reason); err != nil {
			return s, orErased(err)
		}
	}
	if t.To != MonthOpen {
		s.ContentHash = hash
	}
	if !t.proof {
		return s, nil
	}
	if s.Evidence, err = sealText(ctx, tx, m.ParticipationID, "register_step", "evidence", id, in.Evidence); err != nil || in.File == nil {
		return s, orErased(err)
	}
	s.FileID = in.File
	return s, attach(ctx, tx, *in.File, m.ParticipationID)
}

func (m monthRow) tell(tx *postgres.Tx, act access.Act, kind event.Kind, detail any) {
	related := []uuid.UUID{m.ParticipationID, m.EnrolmentID}
	for _, id := range []*uuid.UUID{m.PlacementID, m.CompanyID} {
		if id != nil {
			related = append(related, *id)
		}
	}
	tx.Tell(event.News{Programme: m.ProgrammeID, Act: string(act), Kind: kind, SubjectKind: monthSubject, Subject: m.ID, Related: related, Audience: m.Audience}, detail)
}

// loadMonths gives months for an act that the actor may do, held against entries that come meanwhile, and why not for the others.
func loadMonths(ctx context.Context, tx *postgres.Tx, act access.Act, in []MonthStep) ([]*openedMonth, []refusal.List, error) {
	ids, lists, months := make([]uuid.UUID, len(in)), make([]refusal.List, len(in)), make([]*openedMonth, len(in))
	for i, step := range in {
		ids[i] = step.Month
	}
	found, err := monthsByID(ctx, tx, ids)
	if err != nil {
		return nil, nil, err
	}
	var enrolled []uuid.UUID
	for i, step := range in {
		m, ok := found[step.Month]
		switch {
		case !ok:
			lists[i] = refusal.List{refusal.NotFound.At("registerMonth")}
		case !tx.Actor.May(act, m.ProgrammeID, m.Audience):
			lists[i] = refusal.List{refusal.NotAllowed.At()}
		default:
			enrolled = append(enrolled, m.EnrolmentID)
		}
	}
	of, err := enrolments(ctx, tx, enrolled)
	if err != nil {
		return nil, nil, err
	}
	var persons []uuid.UUID
	for _, e := range of {
		persons = append(persons, e.PersonID)
	}
	if err := hold(ctx, tx, persons); err != nil {
		return nil, nil, err
	}
	if found, err = monthsByID(ctx, tx, ids); err != nil { // as they stand once nobody else writes them
		return nil, nil, err
	}
	for i, step := range in {
		if lists[i] != nil {
			continue
		}
		m := found[step.Month]
		if step.Expected != nil && *step.Expected != m.Revision {
			lists[i] = refusal.List{refusal.RevisionConflict.At("expectedRevision")}
		}
		months[i] = &openedMonth{monthRow: m, of: of[m.EnrolmentID]}
	}
	return months, lists, look(ctx, tx, months)
}

// look reads the months' entries, and what their gates look at.
func look(ctx context.Context, tx *postgres.Tx, months []*openedMonth) error {
	entries, err := entriesOf(ctx, tx, months)
	if err != nil {
		return err
	}
	silence, rules := map[uuid.UUID]int{}, rules{tx: tx}
	for _, m := range months {
		if m == nil {
			continue
		}
		first, err := rules.on(ctx, m.ProgrammeID, m.Month.First())
		if err != nil {
			return err
		}
		if _, known := silence[m.ProgrammeID]; !known {
			policy, err := programme.PolicyOn(ctx, tx, m.ProgrammeID, tx.Today())
			if err != nil {
				return err
			}
			silence[m.ProgrammeID] = policy.Int(hostSilence)
		}
		m.entries = entries[placeOf{m.EnrolmentID, m.Month}]
		m.facts = monthFacts{State: m.State, Month: m.Month, Since: m.StateSince, Ends: m.of.ToDay, Host: m.CompanyID != nil, Contested: len(m.entries) - len(m.counted()),
			Today: tx.Today(), Silence: silence[m.ProgrammeID], Least: first.presence}
	}
	return nil
}

// ownHands looks whether months were certified for hosts by the actor's hand.
func ownHands(ctx context.Context, tx *postgres.Tx, months []*openedMonth) error {
	var certified []uuid.UUID
	for _, m := range months {
		if m != nil && m.State == HostCertified {
			certified = append(certified, m.ID)
		}
	}
	if len(certified) == 0 {
		return nil
	}
	hands, err := hostHands(ctx, tx, certified)
	if err != nil {
		return err
	}
	for _, m := range months {
		if m == nil {
			continue
		}
		by, is := hands[m.ID]
		if !is {
			continue
		}
		if m.facts.OwnHand, err = member.OwnHand(ctx, tx, by, access.CertifyMonth, m.ProgrammeID, m.Audience); err != nil {
			return err
		}
	}
	return nil
}

// settleMonths works out anew which of the months' entries count, by the rules as they are now. Of those that no longer do the months keep why: an act that
// is refused for it leaves them as they were.
func settleMonths(ctx context.Context, tx *postgres.Tx, months []*openedMonth) error {
	var entries []row
	for _, m := range months {
		if m != nil {
			entries = append(entries, m.entries...)
		}
	}
	if len(entries) == 0 {
		return nil
	}
	changed, found, err := resettle(ctx, tx, &rules{tx: tx}, entries...)
	if err != nil || len(changed) == 0 {
		return err
	}
	tellAll(tx, access.SubmitMonth, changed)
	for _, m := range months {
		for i := 0; m != nil && i < len(changed); i++ {
			if c := changed[i]; c.EnrolmentID == m.EnrolmentID && c.Day.Month() == m.Month {
				m.beyond = append(m.beyond, found[c.ID].why.Under("registerMonth")...)
			}
		}
	}
	return look(ctx, tx, months)
}

// expectMonths reads what was expected on the days of months, with one question for all.
func expectMonths(ctx context.Context, rules *rules, months []*openedMonth) error {
	var entries []Entry
	for _, m := range months {
		if m != nil {
			for _, r := range m.counted() {
				entries = append(entries, r.entry())
			}
		}
	}
	return rules.expect(ctx, entries)
}

// openMonths makes the months of entries that are written and stand in none yet, and says so to those who see them.
func openMonths(ctx context.Context, tx *postgres.Tx, known map[placeOf]MonthState, written []row) error {
	var rows []monthRow
	for _, r := range written {
		at := placeOf{r.EnrolmentID, r.Day.Month()}
		if _, is := known[at]; is || r.delivered {
			continue
		}
		known[at] = MonthOpen
		id, err := uuid.NewV7()
		if err != nil {
			return err
		}
		rows = append(rows, monthRow{ID: id, ProgrammeID: r.ProgrammeID, EnrolmentID: r.EnrolmentID, ActivityID: r.ActivityID, ParticipationID: r.ParticipationID,
			PlacementID: r.PlacementID, CompanyID: r.CompanyID, Month: at.month, State: MonthOpen, StateSince: tx.Today(), Audience: r.Audience, Revision: 1})
	}
	if len(rows) == 0 {
		return nil
	}
	if err := insertMonths(ctx, tx, rows); err != nil {
		return err
	}
	for _, m := range rows {
		m.tell(tx, access.RecordAttendance, event.Entered, map[string]any{"month": m.Month})
	}
	return nil
}

// Adjustment puts a locked month right: minutes and days of presence more or less.
type Adjustment struct {
	MonthStep
	ID      uuid.UUID
	Day     calendar.Day
	Minutes int
	Days    int // -1, 0 or 1
}

// AdjustMonth adds an adjustment to a locked month, with its reason. No day of the enrolment comes to less than nothing, and no day, week or month of the
// person, over all activities, to more than its limit by the person's age. The hours that it takes away leave room for others of the person, of any activity.
func AdjustMonth(ctx context.Context, tx *postgres.Tx, in Adjustment) error {
	months, lists, err := loadMonths(ctx, tx, access.AdjustMonth, []MonthStep{in.MonthStep})
	if err != nil || lists[0] != nil {
		return refusal.Join(err, lists[0].Err())
	}
	m := months[0]
	t := monthTransitionOf(access.AdjustMonth)
	list := slices.Concat(t.check(m.facts), checkReason(in.Reason))
	before, err := adjusted(ctx, tx, m.ID, in.Day)
	if err != nil {
		return err
	}
	rules := rules{tx: tx}
	if in.Day.Month() != m.Month {
		list = append(list, AdjustmentOutside.At("day").With("month", m.Month))
	} else {
		impossible, err := m.adjustable(ctx, tx, &rules, in, before)
		if err != nil {
			return err
		}
		list = append(list, impossible...)
	}
	if len(list) > 0 {
		return list
	}
	reason, err := sealText(ctx, tx, m.ParticipationID, "register_adjustment", "reason", in.ID, in.Reason)
	if err != nil {
		return orErased(err)
	}
	a := adjustmentRow{ID: in.ID, RegisterMonthID: m.ID, ParticipationID: m.ParticipationID, CompanyID: m.CompanyID, Month: m.Month, Day: in.Day, Minutes: in.Minutes, PresenceDays: in.Days,
		Reason: reason, MemberID: tx.Actor.Member, At: tx.Now, Audience: m.Audience}
	if err := insertAdjustment(ctx, tx, &a); err != nil {
		return err
	}
	if err := saveMonths(ctx, tx, []monthRow{m.monthRow}, nil); err != nil {
		return err
	}
	m.tell(tx, access.AdjustMonth, event.Changed, map[string]any{"month": m.Month, "day": in.Day, "minutes": in.Minutes, "presenceDays": in.Days, "passed": tx.Passed()})
	return follow(ctx, tx, row{EnrolmentID: m.EnrolmentID, Day: in.Day}, access.AdjustMonth)
}

// adjustable refuses an adjustment that changes nothing, or by which its day comes to less than nothing, or a day, week or month of the person to more than
// its limit by the age on that day, or that adds to a day on which no hours could have been written.
func (m *openedMonth) adjustable(ctx context.Context, tx *postgres.Tx, rules *rules, in Adjustment, before adjustedDay) (list refusal.List, err error) {
	p, err := rules.on(ctx, m.ProgrammeID, in.Day)
	if err != nil {
		return nil, err
	}
	minutes, days := sums(slices.DeleteFunc(m.counted(), func(r row) bool { return r.Day != in.Day }), m.facts.Least)
	minutes, days = minutes+before.Minutes, days+before.Days
	if in.Minutes == 0 && in.Days == 0 || minutes+in.Minutes < 0 || days+in.Days < 0 || days+in.Days > 1 {
		list = append(list, AdjustmentImpossible.At("minutes").With("minutes", calendar.Minutes(minutes)).With("days", days))
	}
	if in.Day.After(tx.Today()) {
		list = append(list, Future.At("day"))
	}
	if in.Minutes > 0 || in.Days > 0 { // taken away is of any day
		of := m.of.running()
		of.Closed = false
		_, why := of.conflicts(Entry{Day: in.Day})
		for _, w := range why {
			w.Path = []string{"day"}
			list = append(list, w)
		}
	}
	if in.Minutes <= 0 {
		return list, nil
	}
	all, err := reachOf(ctx, tx, rules, []row{{EnrolmentID: m.EnrolmentID, Day: in.Day}})
	if err != nil {
		return nil, err
	}
	more := live{Kind: Presence, Day: in.Day, Minutes: in.Minutes, Age: all.ages[place{m.EnrolmentID, in.Day}], limits: p.limits}
	return append(list, all.beyond(m.of.PersonID, more)...), nil
}
