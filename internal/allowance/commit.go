package allowance

import (
	"context"
	"maps"
	"slices"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/participant"
	"github.com/lavoroincorso/lavoro/internal/placement"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/money"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// placementSubject is the type of internships in the API.
const placementSubject = "Placement"

// agreement is an internship that was agreed, as far as it may still cost something.
type agreement struct {
	ID              uuid.UUID
	ParticipationID uuid.UUID
	ProgrammeID     uuid.UUID
	OrganisationID  uuid.UUID // the partner that follows the person
	Kind            string
	State           placement.State
	FromDay         calendar.Day
	ToDay           calendar.Day
	WeeklyMinutes   int
	Pauses          []pause          `bun:"type:jsonb"`
	Stated          []calendar.Month `bun:"type:jsonb"` // months of the participation that have their statement
	Entered         []calendar.Month `bun:"type:jsonb"` // months of the participation of which there is a register
}

// pause is days on which an internship stood still.
type pause struct {
	From   calendar.Day
	Until  calendar.Day // it went on; zero while it stands still
	Reason string
}

// FollowCommitments is a hook of internships, of grants and of participations: what an internship that is agreed, or a grant, may cost is committed on the
// line of who pays it; a start on another day, a suspension, an extension, an end before its time and a hand-over change that by the difference. An act that would commit more
// than a line has left is refused, or needs to be acknowledged, as the programme's rules say.
func FollowCommitments(ctx context.Context, tx *postgres.Tx, t event.Transition) error {
	switch {
	case t.Concept == placement.Concept && t.To != string(placement.InDraft):
		commits := t.Longer > 0 || t.From != t.To && (t.To == string(placement.Matched) || t.To == string(placement.Running))
		return commit(ctx, tx, []uuid.UUID{t.Participation}, commits)
	case t.SubjectKind == grantSubject:
		return commitGrants(ctx, tx, []uuid.UUID{t.Participation}, t.From == grantRequested)
	case t.SubjectKind == "Participant" && t.From == t.To && len(t.Gone) > 0:
		return commit(ctx, tx, []uuid.UUID{t.Participation}, false)
	case t.SubjectKind == "Participant" && slices.Contains([]participant.State{participant.Withdrawn, participant.Excluded, participant.Completed}, participant.State(t.To)):
		return commitGrants(ctx, tx, []uuid.UUID{t.Participation}, false)
	}
	return nil
}

// commit has the internships and grants of participations commit what they may still cost: a guarded act on an internship not more than the lines
// have left.
func commit(ctx context.Context, tx *postgres.Tx, participations []uuid.UUID, guarded bool) error {
	if len(participations) == 0 {
		return nil
	}
	agreed, err := agreements(ctx, tx, participations)
	if err != nil {
		return err
	}
	e := estimating(tx)
	subjects, wanted := map[uuid.UUID][]uuid.UUID{}, map[uuid.UUID][]programme.Commitment{}
	for _, a := range agreed {
		costs, err := e.costs(ctx, a)
		if err != nil {
			return err
		}
		of := a.ProgrammeID
		subjects[of], wanted[of] = append(subjects[of], a.ID), append(wanted[of], costs...)
	}
	if err := recommit(ctx, tx, placementSubject, subjects, wanted, guarded); err != nil {
		return err
	}
	return commitGrants(ctx, tx, participations, false)
}

// recommit books what subjects of programmes commit by now; what lines do not hold is refused of a guarded act.
func recommit(ctx context.Context, tx *postgres.Tx, kind string, subjects map[uuid.UUID][]uuid.UUID, wanted map[uuid.UUID][]programme.Commitment, guarded bool) error {
	for of, some := range subjects {
		short, err := programme.Recommit(ctx, tx, of, kind, some, wanted[of], guarded)
		if err != nil {
			return err
		}
		if err := beyond(ctx, tx, of, short); err != nil {
			return err
		}
	}
	return nil
}

// CommitGate foresees which internships no act may commit to today, as their lines do not hold what they may cost: those that wait to be agreed, to start or to
// go on. What only has to be acknowledged stands in nobody's way.
func CommitGate(ctx context.Context, tx *postgres.Tx, placements []uuid.UUID) (map[uuid.UUID]refusal.List, error) {
	return foreseen(ctx, tx, placements, agreement.agreed)
}

// ExtendGate foresees which internships cannot be extended by a single day, as their lines do not hold what that may cost.
func ExtendGate(ctx context.Context, tx *postgres.Tx, placements []uuid.UUID) (map[uuid.UUID]refusal.List, error) {
	return foreseen(ctx, tx, placements, func(a agreement, _ calendar.Day) agreement {
		a.ToDay = a.ToDay.AddDays(1)
		return a
	})
}

// foreseen says which internships would commit more than their lines hold, each by itself and as it would be.
func foreseen(ctx context.Context, tx *postgres.Tx, placements []uuid.UUID, would func(agreement, calendar.Day) agreement) (map[uuid.UUID]refusal.List, error) {
	all, err := toCost(ctx, tx, placements)
	if err != nil {
		return nil, err
	}
	e := estimate{issuing: newIssuing(tx, nil), versions: map[programmeMonth][]Version{}}
	subjects, wanted := map[uuid.UUID][]uuid.UUID{}, map[uuid.UUID][]programme.Commitment{}
	for _, a := range all {
		costs, err := e.costs(ctx, would(a, tx.Today()))
		if err != nil {
			return nil, err
		}
		of := a.ProgrammeID
		subjects[of], wanted[of] = append(subjects[of], a.ID), append(wanted[of], costs...)
	}
	short := map[uuid.UUID]refusal.List{}
	for of, some := range subjects {
		policy, err := programme.PolicyOn(ctx, tx, of, tx.Today())
		if err != nil {
			return nil, err
		}
		if policy.BeyondLine() == programme.Acknowledge {
			continue
		}
		uncovered, err := programme.Uncovered(ctx, tx, of, some, wanted[of])
		if err != nil {
			return nil, err
		}
		maps.Copy(short, uncovered)
	}
	return short, nil
}

// agreed is an internship as the next act that commits would leave it today.
func (a agreement) agreed(today calendar.Day) agreement {
	switch a.State {
	case placement.InDraft:
		a.State = placement.Matched
	case placement.Communicated:
		a.State, a.FromDay = placement.Running, today
	case placement.Suspended:
		a.State = placement.Running
		for i, p := range a.Pauses {
			if p.Until.IsZero() {
				a.Pauses[i].Until = today
			}
		}
	}
	return a
}

// beyond refuses what lines do not cover, or has it acknowledged.
func beyond(ctx context.Context, tx *postgres.Tx, of uuid.UUID, short refusal.List) error {
	if len(short) == 0 {
		return nil
	}
	policy, err := programme.PolicyOn(ctx, tx, of, tx.Today())
	if err != nil {
		return err
	}
	if policy.BeyondLine() != programme.Acknowledge {
		return short
	}
	for _, s := range short {
		if err := tx.Warn(s); err != nil {
			return err
		}
	}
	return nil
}

type programmeMonth struct {
	programme uuid.UUID
	month     calendar.Month
}

// estimate works out what internships may cost by the rules that are known today.
type estimate struct {
	issuing
	versions map[programmeMonth][]Version
}

func estimating(tx *postgres.Tx) estimate {
	return estimate{issuing: newIssuing(tx, nil), versions: map[programmeMonth][]Version{}}
}

// costs is what an internship may still cost, by month and line.
func (e *estimate) costs(ctx context.Context, a agreement) (all []programme.Commitment, err error) {
	if slices.Contains([]placement.State{placement.Attested, placement.Cancelled, placement.Annulled}, a.State) {
		return nil, nil
	}
	least, err := e.suspensions(ctx, a)
	if err != nil {
		return nil, err
	}
	for month := a.FromDay.Month(); !month.After(a.ToDay.Month()); month = month.Next() {
		if a.settled(month) {
			continue
		}
		versions, err := e.versionsIn(ctx, a.ProgrammeID, month)
		if err != nil {
			return nil, err
		}
		cents := expected(versions, month, a.Kind, a.ID, a.WeeklyMinutes, func(d calendar.Day) bool { return a.goes(d, least) })
		if cents == 0 {
			continue
		}
		routes, err := e.routesOf(ctx, a.ProgrammeID, versions[len(versions)-1].ID)
		if err != nil {
			return nil, err
		}
		route, err := routes.RouteOf(a.OrganisationID, a.Kind)
		if err != nil {
			return nil, err
		}
		all = append(all, programme.Commitment{Subject: a.ID, Line: route.Line, Month: month, Cents: cents})
	}
	return all, nil
}

// settled says whether nothing more is expected of a month: it has its statement, or was left behind without any register.
func (a agreement) settled(month calendar.Month) bool {
	if slices.Contains(a.Stated, month) {
		return true
	}
	later := slices.ContainsFunc(a.Stated, func(m calendar.Month) bool { return m.After(month) })
	return later && !slices.Contains(a.Entered, month)
}

// goes says whether hours are expected on a day. A suspension that goes on is expected to last as long as one for its reason does at least.
func (a agreement) goes(day calendar.Day, least map[string]int) bool {
	if day.Before(a.FromDay) || day.After(a.ToDay) {
		return false
	}
	return !slices.ContainsFunc(a.Pauses, func(p pause) bool {
		until := p.Until
		if until.IsZero() {
			until = p.From.AddDays(max(least[p.Reason], 1))
		}
		return !day.Before(p.From) && day.Before(until)
	})
}

// suspensions are how many days suspensions last at least, by reason; nothing is read for an internship that does not stand still.
func (e *estimate) suspensions(ctx context.Context, a agreement) (least map[string]int, err error) {
	if a.State != placement.Suspended {
		return nil, nil
	}
	policy, err := programme.PolicyOn(ctx, e.tx, a.ProgrammeID, e.tx.Today())
	if err == nil {
		err = policy.Decode("placement.suspension_min_days", &least)
	}
	return least, err
}

func (e *estimate) versionsIn(ctx context.Context, of uuid.UUID, month calendar.Month) ([]Version, error) {
	key := programmeMonth{of, month}
	if known, ok := e.versions[key]; ok {
		return known, nil
	}
	policies, err := programme.PoliciesIn(ctx, e.tx, of, month.First(), month.Last())
	if err != nil {
		return nil, err
	}
	e.versions[key], err = versionsOf(policies)
	return e.versions[key], err
}

// expected is what a month of so many minutes a week comes to by the rules, on those of its days on which hours are expected.
func expected(versions []Version, month calendar.Month, kind string, enrolment uuid.UUID, weekly int, goes func(calendar.Day) bool) money.Cents {
	days := make([]int, len(versions))
	for _, d := range month.Days() {
		if goes(d) {
			at := len(versions) - 1
			for at > 0 && versions[at].From.After(d) {
				at--
			}
			days[at]++
		}
	}
	h := Hours{Enrolment: enrolment, Kind: kind}
	for version, n := range days {
		if n > 0 {
			minutes := (weekly*n + 6) / 7
			h.Portions, h.Planned = append(h.Portions, Portion{Version: version, Minutes: minutes}), h.Planned+minutes
		}
	}
	return Accrue(Inputs{Month: month, Versions: versions, Register: []Hours{h}}).Total
}
