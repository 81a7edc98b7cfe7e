package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/platform/journal"
	"github.com/lavoroincorso/lavoro/internal/platform/secret"
)

// wireEntry is a journal entry as news_append takes it; what is absent is null.
type wireEntry struct {
	ID          uuid.UUID  `json:"id"`
	Programme   uuid.UUID  `json:"programme"`
	At          time.Time  `json:"at"`
	Actor       uuid.UUID  `json:"actor"`
	OnBehalfOf  *uuid.UUID `json:"onBehalfOf"`
	Act         string     `json:"act"`
	SubjectKind string     `json:"subjectKind"`
	Subject     uuid.UUID  `json:"subject"`
	Person      *uuid.UUID `json:"person"`
	Sealed      bool       `json:"sealed"`
	Detail      []byte     `json:"detail"`
	Digest      []byte     `json:"digest"`
}

// lines gives the entries with their details sealed, as JSON. Whose each is, is asked once for all.
func (tx *Tx) lines(ctx context.Context) ([]byte, error) {
	persons, err := tx.abouts(ctx)
	if err != nil {
		return nil, err
	}
	wire := make([]wireEntry, len(tx.entries))
	for i, e := range tx.entries {
		l, err := tx.line(ctx, e, persons)
		if err != nil {
			return nil, err
		}
		wire[i] = wired(e, l, tx.Actor.Member, tx.Now)
	}
	return json.Marshal(wire)
}

func wired(e journal.Entry, l journal.Line, actor uuid.UUID, at time.Time) wireEntry {
	return wireEntry{ID: l.ID, Programme: e.Programme, At: at.UTC(), Actor: actor, OnBehalfOf: orAbsent(e.OnBehalfOf), Act: e.Act,
		SubjectKind: e.SubjectKind, Subject: e.Subject, Person: orAbsent(l.Person), Sealed: l.Sealed, Detail: l.Detail, Digest: l.Digest}
}

// OpenLines gives entries whose details stand open as news_append takes them, for what the owner does without keys.
func OpenLines(entries []journal.Entry, actor uuid.UUID, at time.Time) ([]byte, error) {
	wire := make([]wireEntry, len(entries))
	for i, e := range entries {
		if e.Detail != nil && !e.Open {
			return nil, fmt.Errorf("journal detail of %s must be sealed", e.Act)
		}
		l, err := e.Line(uuid.Nil, secret.DataKey{})
		if err != nil {
			return nil, err
		}
		wire[i] = wired(e, l, actor, at)
	}
	return json.Marshal(wire)
}

// abouts says whose the participations are among all that the sealed details are about.
func (tx *Tx) abouts(ctx context.Context) (map[uuid.UUID]uuid.UUID, error) {
	var about []uuid.UUID
	for _, e := range tx.entries {
		if e.Detail != nil && !e.Open {
			about = append(about, e.About...)
		}
	}
	if len(about) == 0 {
		return nil, nil
	}
	return tx.PersonsOf(ctx, about)
}

// line seals an entry's detail under the key of whom it is about. Of somebody erased nothing is kept but that the act was done.
func (tx *Tx) line(ctx context.Context, e journal.Entry, persons map[uuid.UUID]uuid.UUID) (journal.Line, error) {
	if e.Detail == nil || e.Open {
		return e.Line(uuid.Nil, secret.DataKey{})
	}
	var of []uuid.UUID
	for _, id := range e.About {
		if person, ok := persons[id]; ok && !slices.Contains(of, person) {
			of = append(of, person)
		}
	}
	whose := uuid.Nil
	if len(of) > 1 {
		return journal.Line{}, fmt.Errorf("journal detail of %s is about several persons", e.Act)
	} else if len(of) == 1 {
		whose = of[0]
	}
	key, err := tx.DataKey(ctx, whose)
	if errors.Is(err, secret.ErrErased) {
		e.Detail = nil
	} else if err != nil {
		return journal.Line{}, err
	}
	return e.Line(whose, key)
}

func orAbsent(id uuid.UUID) *uuid.UUID {
	if id == uuid.Nil {
		return nil
	}
	return &id
}
