package placement

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/programme"
)

// tutorMax is the policy's rule on how many interns one tutor of the promoter follows at once.
const tutorMax = "placement.tutor_max_interns"

// FollowTeam is a participation's hook: living internships go over from the tutor who leaves the case to the one who takes it on, if
// anybody does, and from the organisation that hands the person over to the one that takes him on, as their promoter. A tutor who was
// named for the internship alone stays. It comes after the participation's new audience was spread.
func (r Room) FollowTeam(ctx context.Context, tx *postgres.Tx, t event.Transition) error {
	if t.SubjectKind != "Participant" || t.From != t.To || len(t.Gone) == 0 {
		return nil
	}
	if err := followPromoter(ctx, tx, t.Participation, t.Gone); err != nil {
		return err
	}
	left, tutor, err := leftBehind(ctx, tx, t.Participation, t.Gone)
	if err != nil || len(left) == 0 {
		return err
	}
	if tutor != nil {
		if err := roomFor(ctx, tx, t.Programme, *tutor, left); err != nil {
			return err
		}
	}
	if err := handOver(ctx, tx, left, tutor); err != nil {
		return err
	}
	for _, p := range left {
		former := *p.Tutor
		p.Tutor = tutor
		tellHandOver(tx, p, former)
		if err := r.tellState(ctx, tx, p, p.State, p.State); err != nil {
			return err
		}
	}
	return nil
}

// roomFor holds the tutor to the most interns of the policy: a rule that the programme has confirmed refuses, another one warns.
func roomFor(ctx context.Context, tx *postgres.Tx, programmeID, tutor uuid.UUID, left []Placement) error {
	count := 0
	for _, p := range left {
		if p.State.Followed() {
			count++
		}
	}
	if count == 0 {
		return nil
	}
	if err := hold(ctx, tx, tutor); err != nil {
		return err
	}
	already, err := internsOf(ctx, tx, tutor)
	if err != nil {
		return err
	}
	policy, err := programme.PolicyOn(ctx, tx, programmeID, tx.Today())
	if err != nil {
		return err
	}
	most := policy.Int(tutorMax)
	if already+count <= most {
		return nil
	}
	full := TutorFull.At("tutor").With("max", interns(most))
	if policy.Rule(tutorMax).Confirmed {
		return full
	}
	return tx.Warn(full)
}

// tellHandOver says CHANGED to those who go on seeing the internship, ENTERED to the tutor who comes and LEFT to the one who goes.
func tellHandOver(tx *postgres.Tx, p Placement, former uuid.UUID) {
	all, comes := p.Audience, uuid.Nil
	if p.Tutor != nil {
		comes = access.TutorKey(p.Programme, *p.Tutor)
	}
	p.Audience = slices.DeleteFunc(slices.Clone(all), func(k uuid.UUID) bool { return k == comes })
	tell(tx, access.AssignTeam, event.Changed, p, map[string]any{"formerTutor": former, "tutor": p.Tutor, "passed": tx.Passed()})
	if p.Tutor != nil {
		p.Audience = []uuid.UUID{comes}
		tell(tx, access.AssignTeam, event.Entered, p, nil)
	}
	p.Audience = []uuid.UUID{access.TutorKey(p.Programme, former)}
	tell(tx, access.AssignTeam, event.Left, p, nil)
}

// followPromoter makes the organisation that has the person now the promoter of his living internships, where it was the one that had
// him before. The host sees it, as it saw the former.
func followPromoter(ctx context.Context, tx *postgres.Tx, participation uuid.UUID, gone []uuid.UUID) error {
	changed, err := promote(ctx, tx, participation, gone)
	if err != nil {
		return err
	}
	for _, p := range changed {
		if err := showPromoter(ctx, tx, p); err != nil {
			return err
		}
		tell(tx, access.AnswerHandOver, event.Changed, p, map[string]any{"promoter": p.Organisation})
	}
	return nil
}
