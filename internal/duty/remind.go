package duty

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/programme"
)

// Reminded is what one run of Remind did: the dues whose reminder was counted, and whom to tell.
type Reminded struct {
	Dues    []Due
	Notices []Notice
}

// Remind counts a reminder of each of the programme's dues whose time for one has come, at most limit, sets the next one, and hands
// what stays undone to its next owner. Notices go out after the commit: a reminder counts even where the post is away.
func Remind(ctx context.Context, tx *postgres.Tx, programmeID uuid.UUID, limit int) (Reminded, error) {
	dues, err := firing(ctx, tx, programmeID, limit)
	if err != nil {
		return Reminded{}, err
	}
	dues = slices.DeleteFunc(dues, func(d Due) bool { return !tx.Actor.May(access.RemindDue, d.Programme, d.Audience) })
	if len(dues) == 0 {
		return Reminded{}, nil
	}
	policy, err := programme.PolicyOn(ctx, tx, programmeID, tx.Today())
	if err != nil {
		return Reminded{}, err
	}
	pace := Pace{Reminder: policy.Int("duty.reminder_days"), Escalation: policy.Int("duty.escalation_days")}
	ids, escalated := make([]uuid.UUID, len(dues)), []uuid.UUID{}
	for i, d := range dues {
		ids[i] = d.ID
		if d.Escalates(tx.Now, pace) {
			escalated = append(escalated, d.ID)
			dues[i].Owner, dues[i].EscalatedAt = d.NextOwner, tx.Now
		}
		tell(tx, dues[i])
	}
	if err := reminded(ctx, tx, ids, escalated, tx.Now.AddDate(0, 0, pace.Reminder)); err != nil {
		return Reminded{}, err
	}
	notices, err := address(ctx, tx, programmeID, dues)
	return Reminded{Dues: dues, Notices: notices}, err
}

func tell(tx *postgres.Tx, d Due) {
	related := []uuid.UUID{d.Subject}
	if d.Participation != uuid.Nil && d.Participation != d.Subject {
		related = append(related, d.Participation)
	}
	tx.Tell(event.News{Programme: d.Programme, Act: string(access.RemindDue), Kind: event.Changed, SubjectKind: "Due", Subject: d.ID, Related: related, Audience: d.Audience},
		map[string]any{"kind": d.Kind, "owner": d.Owner, "escalated": d.EscalatedAt.Equal(tx.Now)})
}

// address makes one notice for each member, of all that became his to be reminded of.
func address(ctx context.Context, tx *postgres.Tx, programmeID uuid.UUID, dues []Due) ([]Notice, error) {
	owned := map[uuid.UUID][]Due{}
	var owners []uuid.UUID
	for _, d := range dues {
		if owned[d.Owner] == nil {
			owners = append(owners, d.Owner)
		}
		owned[d.Owner] = append(owned[d.Owner], d)
	}
	people, err := recipients(ctx, tx, programmeID, owners)
	if err != nil {
		return nil, err
	}
	var notices []Notice
	for _, p := range people { // sorted by member
		if n := len(notices); n == 0 || notices[n-1].Member != p.MemberID {
			notices = append(notices, Notice{Member: p.MemberID, Address: p.Email})
		}
		last := &notices[len(notices)-1]
		last.Dues = append(last.Dues, owned[p.Key]...)
	}
	return notices, nil
}
