package participant

import (
	"context"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/fiscal"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// Answered is what a fiscal code is to the actor.
type Answered string

// The answers. Of somebody known elsewhere nothing more is said.
const (
	Free  Answered = "FREE"
	Yours Answered = "YOURS"
	Known Answered = "KNOWN"
)

// LookUp is the answer to a fiscal code.
type LookUp struct {
	Answer        Answered
	Participation *uuid.UUID // in this programme, where the person is the actor's; nil for none
	Code          fiscal.PersonCode

	person *uuid.UUID
}

// LookUp says what a fiscal code, as written by anybody, is to the actor. Only those may ask who may refer people: the answer alone
// tells that somebody is followed.
func (r Room) LookUp(ctx context.Context, tx *postgres.Tx, programme uuid.UUID, written string) (LookUp, error) {
	if !tx.Actor.MayIn(access.ReferPerson, programme) {
		return LookUp{}, refusal.NotAllowed.At()
	}
	code, err := fiscal.ParsePersonCode(written)
	if err != nil {
		return LookUp{}, refusal.Invalid(err, "fiscalCode")
	}
	m, err := marksOf(tx, code)
	if err != nil {
		return LookUp{}, err
	}
	found, err := lookUp(ctx, tx, m, programme)
	found.Code = code
	if err == nil {
		err = r.noteLookUp(ctx, tx, programme, found)
	}
	return found, err
}

// noteLookUp has it written down that somebody asked about a code, by whatever act: also one that refuses has answered.
func (r Room) noteLookUp(ctx context.Context, tx *postgres.Tx, programme uuid.UUID, found LookUp) error {
	if r.OnLookUp == nil {
		return nil
	}
	return r.OnLookUp(ctx, tx, programme, found.Participation)
}
