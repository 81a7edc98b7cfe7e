package participant

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// TeamInput says who follows the case and who accompanies the person; nil leaves it as it is.
type TeamInput struct {
	Participation uuid.UUID
	Expected      *int
	CaseManager   *uuid.UUID
	Tutor         *uuid.UUID
}

var causeTeam = text.Text{It: "va indicato chi segue il caso, chi accompagna la persona, o entrambi", En: "who follows the case, who accompanies the person, or both must be given"}

// AssignTeam names the case manager or the tutor. The participation, its person and all that follows them take on the new keys in
// the same transaction: who no longer has a part in the case sees nothing of it from then on.
func (r Room) AssignTeam(ctx context.Context, tx *postgres.Tx, in TeamInput) error {
	row, err := load(ctx, tx, in.Participation)
	if err != nil {
		return err
	}
	if !tx.Actor.May(access.AssignTeam, row.ProgrammeID, row.Audience) {
		return refusal.NotAllowed.At()
	}
	if in.Expected != nil && *in.Expected != row.Revision {
		return refusal.RevisionConflict.At("expectedRevision")
	}
	if row.State.Standing().Final {
		return closed(row.State).At("participant")
	}
	if in.CaseManager == nil && in.Tutor == nil {
		return refusal.InvalidValue.At("tutor").With("cause", causeTeam)
	}
	err = refusal.Join(holds(ctx, tx, row.ProgrammeID, in.CaseManager, access.CaseManager, "caseManager"),
		holds(ctx, tx, row.ProgrammeID, in.Tutor, access.Tutor, "tutor"),
		stranger(ctx, tx, row, in.CaseManager, "caseManager"), stranger(ctx, tx, row, in.Tutor, "tutor"))
	if err != nil {
		return err
	}
	return r.reassign(ctx, tx, row, in)
}

// holds refuses a member whom the actor does not see, or who does not hold the role today.
func holds(ctx context.Context, tx *postgres.Tx, programme uuid.UUID, member *uuid.UUID, role access.Role, path string) error {
	if member == nil {
		return nil
	}
	seen, holds, err := seesMember(ctx, tx, *member, programme, string(role), tx.Today())
	switch {
	case err != nil:
		return err
	case !seen:
		return refusal.NotFound.At(path)
	case !holds:
		return TeamRole.At(path)
	}
	return nil
}

// stranger refuses a member who is let see the person as himself or as who represents him: nobody works on his own case, nor on that of who is
// entrusted to him by law.
func stranger(ctx context.Context, tx *postgres.Tx, row participationRow, member *uuid.UUID, path ...string) error {
	if member == nil {
		return nil
	}
	sees, err := seesPerson(ctx, tx, *member, row.ID)
	if err == nil && sees {
		return SeesPerson.At(path...)
	}
	return err
}

// reassign writes the team. What is so already is left alone: a request that comes a second time changes nothing and tells nobody.
func (r Room) reassign(ctx context.Context, tx *postgres.Tx, row participationRow, in TeamInput) error {
	s := &step{act: access.AssignTeam, row: row, was: row.State, revision: row.Revision}
	if in.CaseManager != nil {
		s.row.CaseManagerID = in.CaseManager
	}
	if in.Tutor != nil {
		s.row.TutorID = in.Tutor
	}
	s.detail = detail{CaseManager: s.row.CaseManagerID, Tutor: s.row.TutorID}
	if same(s.row.CaseManagerID, row.CaseManagerID) && same(s.row.TutorID, row.TutorID) {
		return nil
	}
	if err := r.rekey(ctx, tx, s); err != nil || !s.row.Protected {
		return err
	}
	return staysOpen(ctx, tx, row.ID, "caseManager")
}

func same(a, b *uuid.UUID) bool { return a == b || a != nil && b != nil && *a == *b }

// tell says CHANGED to those who stay, ENTERED to those who come and LEFT to those who go: to the latter as news of the body that they knew,
// which says nothing of where the person is now.
func (s *step) tell(tx *postgres.Tx, come, gone []uuid.UUID) {
	_, stay := split(s.row.Audience, come)
	s.detail.Passed = tx.Passed()
	tx.Tell(s.news(event.Changed, stay), s.detail)
	if len(come) > 0 {
		tx.Tell(s.news(event.Entered, come), nil)
	}
	if len(gone) > 0 {
		n := s.news(event.Left, gone)
		n.Related = append(n.Related, s.left...)
		tx.Tell(n, nil)
	}
}

// split parts keys into those that are in the other list and those that are not.
func split(keys, other []uuid.UUID) (in, out []uuid.UUID) {
	for _, k := range keys {
		if slices.Contains(other, k) {
			in = append(in, k)
		} else {
			out = append(out, k)
		}
	}
	return in, out
}
