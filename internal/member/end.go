package member

import (
	"context"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// End ends a member after a day with every grant and delegation, whichever body gave it. The last administrator of a body stays, and
// so does the last one who could lift somebody's protection.
func End(ctx context.Context, tx *postgres.Tx, in EndInput) error {
	m, err := memberByID(ctx, tx, in.ID, "member")
	if err != nil {
		return err
	}
	if !answersFor(tx.Actor, access.EndMember, m.Answering) {
		return refusal.NotAllowed.At()
	}
	day, err := ending(in.Last, m.EndedOn, tx.Today())
	if err != nil {
		return err
	}
	if day == m.EndedOn {
		return nil
	}
	if err := lock(ctx, tx); err != nil {
		return err
	}
	if err := notLast(ctx, tx, m.ID, nil, day); err != nil {
		return err
	}
	home, err := bodyByID(ctx, tx, *m.OrganisationID, "member")
	if err != nil {
		return err
	}
	if err := keepingCircles(ctx, tx, m.ID, day, func() error { return endEverything(ctx, tx, m.ID, day) }); err != nil {
		return err
	}
	tx.Tell(m.news(access.EndMember, event.Left, home.ProgrammeID), ended{Last: day})
	return nil
}

// ended is what the journal keeps of an end.
type ended struct {
	Last calendar.Day `json:"last"`
}

func (m memberRow) news(act access.Act, kind event.Kind, programme uuid.UUID) event.News {
	return event.News{Programme: programme, Act: string(act), Kind: kind, SubjectKind: "Member", Subject: m.ID, Audience: m.Answering}
}
