package participant

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/fiscal"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// HandOverInput asks for a person whom another organisation follows.
type HandOverInput struct {
	Programme    uuid.UUID
	FiscalCode   string    // as written by whoever asks
	Organisation uuid.UUID // that would follow the person
	Reason       string    // code of hand_over_reasons
}

// RequestHandOver asks the organisation that follows a person to hand him over, and gives the asker's side of the request. Who it is
// the asker learns when it says yes. What is due for it follows by ReactHandOver: the asker may not write where he may not read.
func (r Room) RequestHandOver(ctx context.Context, tx *postgres.Tx, in HandOverInput) (uuid.UUID, error) {
	if !tx.Actor.MayIn(access.RequestHandOver, in.Programme) {
		return uuid.Nil, refusal.NotAllowed.At()
	}
	keys, wrong := mayFor(ctx, tx, access.RequestHandOver, in.Programme, in.Organisation)
	code, unreadable := fiscal.ParsePersonCode(in.FiscalCode)
	if unreadable != nil {
		unreadable = refusal.Invalid(unreadable, "fiscalCode")
	}
	unknown := programme.CheckCode(ctx, tx, in.Programme, programme.HandOverReasons, in.Reason, "reason")
	if err := refusal.Join(wrong, unreadable, unknown); err != nil {
		return uuid.Nil, err
	}
	m, err := marksOf(tx, code)
	if err != nil {
		return uuid.Nil, err
	}
	if err := hold(ctx, tx, m); err != nil {
		return uuid.Nil, err
	}
	if err := r.asks(ctx, tx, in.Programme, m); err != nil {
		return uuid.Nil, err
	}
	id, answer, err := requestHandOver(ctx, tx, m, in)
	switch {
	case err != nil:
		return uuid.Nil, err
	case answer == string(Free):
		return uuid.Nil, PersonFree.At("fiscalCode")
	case answer == string(Yours):
		return uuid.Nil, PersonYours.At("fiscalCode")
	case answer != string(Known):
		return uuid.Nil, HandOverWaits.At("fiscalCode")
	}
	h := handOverRow{ID: id, ProgrammeID: in.Programme, Audience: keys}
	tx.Tell(h.news(access.RequestHandOver, event.Entered), detail{Organisation: &in.Organisation, Reason: in.Reason, Passed: tx.Passed()})
	return id, nil
}

// asks notes the look-up that a request is: whatever it answers tells what the code is to the actor.
func (r Room) asks(ctx context.Context, tx *postgres.Tx, programme uuid.UUID, m marks) error {
	found, err := lookUp(ctx, tx, m, programme)
	if err != nil {
		return err
	}
	return r.noteLookUp(ctx, tx, programme, found)
}

// mayFor refuses an organisation that the actor does not see in the programme, or may not do the act for, and gives it with all bodies
// above.
func mayFor(ctx context.Context, tx *postgres.Tx, act access.Act, programme, organisation uuid.UUID) ([]uuid.UUID, error) {
	_, found, err := partner(ctx, tx, programme, "id", organisation)
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, refusal.NotFound.At("organisation")
	}
	keys, err := line(ctx, tx, organisation)
	if err != nil {
		return nil, err
	}
	may := tx.Actor.KeysIn(act, programme)
	if !slices.ContainsFunc(keys, func(k uuid.UUID) bool { return slices.Contains(may, k) }) {
		return nil, refusal.NotAllowed.At("organisation")
	}
	return keys, nil
}

// WithdrawHandOver takes a request back that has not been answered.
func (r Room) WithdrawHandOver(ctx context.Context, tx *postgres.Tx, id uuid.UUID, expected *int) error {
	h, err := openHandOver(ctx, tx, access.WithdrawHandOver, asking, id, expected)
	if err != nil {
		return err
	}
	if err := settleHandOver(ctx, tx, h.ID, HandOverWithdrawn, ""); err != nil {
		return err
	}
	tx.Tell(h.news(access.WithdrawHandOver, event.Changed), detail{Passed: tx.Passed()})
	return nil
}

// openHandOver loads the side of a request that the act is for, and says whether actor, revision and state allow it.
func openHandOver(ctx context.Context, tx *postgres.Tx, act access.Act, side string, id uuid.UUID, expected *int) (handOverRow, error) {
	h, err := loadHandOver(ctx, tx, id)
	switch {
	case err != nil:
		return h, err
	case h.Side != side || !tx.Actor.May(act, h.ProgrammeID, h.Audience):
		return h, refusal.NotAllowed.At()
	case expected != nil && *expected != h.Revision:
		return h, refusal.RevisionConflict.At("expectedRevision")
	case h.State != HandOverRequested:
		return h, settled(h.State).At("handOver")
	}
	return h, nil
}

// ReactHandOver is the reaction to what an asker does: it tells the holder, and has the answer become due or be waited for no more. An
// answer has told everybody itself.
func (r Room) ReactHandOver(ctx context.Context, tx *postgres.Tx, events []event.Event) error {
	for _, e := range events {
		if e.Act != string(access.RequestHandOver) && e.Act != string(access.WithdrawHandOver) {
			continue
		}
		h, found, err := holdingSide(ctx, tx, e.Subject)
		if err != nil {
			return err
		}
		if !found {
			continue // the news of the holder's own side
		}
		if err := r.follow(ctx, tx, h, access.Act(e.Act)); err != nil {
			return err
		}
	}
	return nil
}

// follow does for the holder's side what the asker's act means there. A request that was taken back meanwhile is not due.
func (r Room) follow(ctx context.Context, tx *postgres.Tx, h handOverRow, act access.Act) error {
	kind, from := event.Changed, HandOverRequested
	if act == access.RequestHandOver {
		if h.State != HandOverRequested {
			return nil
		}
		kind, from = event.Entered, ""
	}
	tx.Tell(h.news(act, kind), nil)
	return r.tellHandOver(ctx, tx, h, from)
}

func (r Room) tellHandOver(ctx context.Context, tx *postgres.Tx, h handOverRow, from HandOverState) error {
	keys, err := line(ctx, tx, h.OrganisationID)
	if err != nil {
		return err
	}
	for _, hook := range r.OnState {
		if err := hook(ctx, tx, h.transition(from, keys)); err != nil {
			return err
		}
	}
	return nil
}
