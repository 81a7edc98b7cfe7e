package participant

import (
	"context"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/journal"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// ErasureReason is why somebody is erased. It is a word and no text, since it outlives the person's key and must name nobody.
type ErasureReason string

// The reasons: the time has passed, the person asked for it (GDPR art. 17), a court or the authority ordered it.
const (
	RetentionEnded ErasureReason = "RETENTION_ENDED"
	PersonAsked    ErasureReason = "PERSON_ASKED"
	Ordered        ErasureReason = "ORDERED"
)

// EraseInput says who is erased, and why.
type EraseInput struct {
	Person uuid.UUID
	Reason ErasureReason
}

// HoldInput says that somebody's data must stay, or need not any more, and why: the reason is sealed under the person's key.
type HoldInput struct {
	Person uuid.UUID
	Hold   bool
	Reason string
}

// The two rules of a policy that say how long somebody's data are kept after the case has ended.
const (
	keptAfterEntry = "retention.participant_days_after_close"
	keptUnentered  = "retention.rejected_days"
)

const personKind = "Person"

var causeErasure = text.Text{It: "il motivo non è tra quelli previsti", En: "the reason is none of those that exist"}

// erased and held are what the journal keeps.
type erased struct {
	Reason ErasureReason `json:"reason"`
	Key    string        `json:"destroyedKey"` // SHA-256 of the wrapped key
}

type held struct {
	Hold   bool   `json:"hold"`
	Reason string `json:"reason"`
}

// ended says whether the case is over in the state, so that the time for which it is kept runs.
func (s State) ended() bool { return s == Rejected || s.Standing().Final }

// Erase destroys the person's key and blanks what stands open, in every programme at once; of somebody with merged records the keys of all of
// them. Money, the register and the journals stay.
func (r Room) Erase(ctx context.Context, tx *postgres.Tx, in EraseInput) error {
	kept, err := keptOf(ctx, tx, access.ErasePerson, in.Person)
	if err != nil {
		return err
	}
	list, err := kept.obstacles(ctx, tx)
	if err != nil {
		return err
	}
	if !slices.Contains([]ErasureReason{RetentionEnded, PersonAsked, Ordered}, in.Reason) {
		list = append(list, refusal.InvalidValue.At("reason").With("cause", causeErasure))
	}
	if err := list.Err(); err != nil {
		return err
	}
	digests := map[uuid.UUID][]byte{}
	for _, k := range kept {
		if digests[k.PersonID] != nil {
			continue
		}
		if digests[k.PersonID], err = erase(ctx, tx, k.PersonID); err != nil {
			return err
		}
	}
	for _, k := range kept {
		tx.Tell(k.news(access.ErasePerson), nil)
		tx.Enter(journal.Entry{Programme: k.ProgrammeID, Act: string(access.ErasePerson), SubjectKind: personKind, Subject: k.PersonID,
			OnBehalfOf: tx.Actor.ActsFor(access.ErasePerson, k.ProgrammeID, k.Lead), Open: true, Detail: erased{Reason: in.Reason, Key: hex.EncodeToString(digests[k.PersonID])}})
	}
	return nil
}

// Hold keeps somebody's data whatever the retention says, or no longer.
func (r Room) Hold(ctx context.Context, tx *postgres.Tx, in HoldInput) error {
	kept, err := keptOf(ctx, tx, access.HoldPerson, in.Person)
	if err != nil {
		return err
	}
	in.Reason = strings.TrimSpace(in.Reason)
	switch {
	case in.Reason == "":
		return refusal.InvalidValue.At("reason").With("cause", causeEmpty)
	case !printable(in.Reason):
		return refusal.InvalidValue.At("reason").With("cause", causeText)
	case kept[0].Held == in.Hold:
		return nil
	}
	if err := setHold(ctx, tx, in.Person, in.Hold); err != nil {
		return err
	}
	for _, k := range kept {
		tx.Tell(k.news(access.HoldPerson), held{Hold: in.Hold, Reason: in.Reason})
	}
	return nil
}

// keptRows are the participations of one person, of all records that were merged into one, at least one, all in programmes whose
// data-protection officer the actor is.
type keptRows []keptRow

// keptOf gives what decides whether the actor may end the keeping of somebody's data; nobody else learns whether there is such a person.
func keptOf(ctx context.Context, tx *postgres.Tx, act access.Act, person uuid.UUID) (keptRows, error) {
	if !slices.ContainsFunc(tx.Actor.Grants, func(g access.Grant) bool { return tx.Actor.MayIn(act, g.Programme) }) {
		return nil, refusal.NotAllowed.At()
	}
	kept, err := loadKept(ctx, tx, person)
	switch {
	case err != nil:
		return nil, err
	case len(kept) == 0:
		return nil, refusal.NotFound.At("person")
	case slices.ContainsFunc(kept, func(k keptRow) bool { return !k.Keyed }):
		return nil, InOtherProgrammes.At("person")
	case slices.ContainsFunc(kept, func(k keptRow) bool { return !tx.Actor.May(act, k.ProgrammeID, k.Lead) }):
		return nil, refusal.NotAllowed.At()
	case kept[0].Erased:
		return nil, AlreadyErased.At("person")
	}
	return kept, nil
}

// obstacles are why the person cannot be erased today.
func (k keptRows) obstacles(ctx context.Context, tx *postgres.Tx) (list refusal.List, err error) {
	if k[0].Held {
		list = append(list, OnHold.At("person"))
	}
	for _, row := range k {
		if !row.State.ended() {
			list = append(list, CaseOpen.At("person").With("state", row.State.Standing().Label))
			continue
		}
		policy, err := programme.PolicyOn(ctx, tx, row.ProgrammeID, tx.Today())
		if err != nil {
			return nil, err
		}
		rule := keptUnentered
		if row.Entered {
			rule = keptAfterEntry
		}
		if until := row.Since.AddDays(policy.Int(rule)); !until.Before(tx.Today()) {
			list = append(list, RetentionRuns.At("person").With("until", until))
		}
	}
	return list, nil
}

func (k keptRow) news(act access.Act) event.News {
	return event.News{Programme: k.ProgrammeID, Act: string(act), Kind: event.Changed, SubjectKind: subjectKind, Subject: k.ParticipationID,
		Related: []uuid.UUID{k.ParticipationID}, Audience: k.Audience}
}

// keptRow is one participation as far as erasing needs to know it; of one that is not keyed nothing else is told.
type keptRow struct {
	PersonID        uuid.UUID
	ProgrammeID     uuid.UUID
	ParticipationID uuid.UUID
	State           State
	Since           calendar.Day
	Entered         bool
	Audience        []uuid.UUID `bun:",array"`
	Lead            []uuid.UUID `bun:",array"`
	Keyed           bool
	Held            bool
	Erased          bool
}
