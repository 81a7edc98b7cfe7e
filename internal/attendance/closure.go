package attendance

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

const (
	// ClosurePrefix stands before the ids of closures in the API.
	ClosurePrefix  = "clo"
	closureSubject = "Closure"
	// maxClosureReason is the length of a reason in characters.
	maxClosureReason = 200
)

// Closure is some days on which a host is closed.
type Closure struct {
	ID        uuid.UUID
	Programme uuid.UUID
	Company   uuid.UUID
	Site      *uuid.UUID // nil: all sites
	From, To  calendar.Day
	Reason    string // about the company, never about a person
}

func (c Closure) check() (list refusal.List) {
	if c.To.Before(c.From) {
		list = append(list, EndsBeforeStart.At("to"))
	}
	switch {
	case c.Reason == "":
		list = append(list, ReasonNeeded.At("reason"))
	case utf8.RuneCountInString(c.Reason) > maxClosureReason:
		list = append(list, NoteTooLong.At("reason").With("max", maxClosureReason))
	}
	return list
}

// RecordClosure writes down that a host is closed, for who accompanies an intern there. Nobody is expected there on these days; who was there all
// the same is entered with a word of why.
func RecordClosure(ctx context.Context, tx *postgres.Tx, c Closure) error {
	keys := tx.Actor.KeysIn(access.RecordClosure, c.Programme)
	if len(keys) == 0 {
		if slices.ContainsFunc(tx.Actor.Grants, func(g access.Grant) bool { return g.Programme == c.Programme }) {
			return refusal.List{refusal.NotAllowed.At()}
		}
		return refusal.List{refusal.NotFound.At("programme")}
	}
	c.Reason = strings.TrimSpace(c.Reason)
	if list := c.check(); list != nil {
		return list
	}
	audience, err := insertClosure(ctx, tx, c, keys)
	if err != nil {
		return err
	}
	if audience == nil {
		return refusal.List{NoInternsThere.At("company")}
	}
	tellClosure(tx, access.RecordClosure, event.Entered, closureRow{ID: c.ID, ProgrammeID: c.Programme, CompanyID: c.Company, SiteID: c.Site, Audience: audience},
		map[string]any{"from": c.From, "to": c.To, "passed": tx.Passed()})
	return nil
}

// WithdrawClosure takes a closure back that was a mistake: it stays, and no longer closes anything.
func WithdrawClosure(ctx context.Context, tx *postgres.Tx, id uuid.UUID, expected *int) error {
	c, known, err := closureOf(ctx, tx, id)
	switch {
	case err != nil:
		return err
	case !known:
		return refusal.List{refusal.NotFound.At("closure")}
	case c.Withdrawn:
		return refusal.List{ClosureWithdrawn.At("closure")}
	case expected != nil && *expected != c.Revision:
		return refusal.List{refusal.RevisionConflict.At("expectedRevision")}
	}
	keys := tx.Actor.KeysIn(access.WithdrawClosure, c.ProgrammeID)
	done, err := withdrawClosure(ctx, tx, c, keys)
	if err != nil {
		return err
	}
	if !done {
		return refusal.List{refusal.NotAllowed.At()}
	}
	tellClosure(tx, access.WithdrawClosure, event.Changed, c, map[string]any{"passed": tx.Passed()})
	return nil
}

func tellClosure(tx *postgres.Tx, act access.Act, kind event.Kind, c closureRow, detail any) {
	related := []uuid.UUID{c.CompanyID}
	if c.SiteID != nil {
		related = append(related, *c.SiteID)
	}
	tx.Tell(event.News{Programme: c.ProgrammeID, Act: string(act), Kind: kind, SubjectKind: closureSubject, Subject: c.ID, Related: related, Audience: c.Audience}, detail)
}
