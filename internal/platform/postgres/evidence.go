package postgres

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/journal"
	"github.com/lavoroincorso/lavoro/internal/platform/secret"
)

// wireEvent is an event as news_append takes it: with its number among those of its programme, and lists as Postgres writes arrays.
type wireEvent struct {
	N           int        `json:"n"`
	Act         string     `json:"act"`
	Kind        event.Kind `json:"kind"`
	SubjectKind string     `json:"subjectKind"`
	Subject     uuid.UUID  `json:"subject"`
	Related     string     `json:"related"`
	Audience    string     `json:"audience"`
}

// wireEntry is a journal entry as news_append takes it; what is absent is null.
type wireEntry struct {
	ID          uuid.UUID  `json:"id"`
	OnBehalfOf  *uuid.UUID `json:"onBehalfOf"`
	Act         string     `json:"act"`
	SubjectKind string     `json:"subjectKind"`
	Subject     uuid.UUID  `json:"subject"`
	Person      *uuid.UUID `json:"person"`
	Sealed      bool       `json:"sealed"`
	Detail      []byte     `json:"detail"`
	Digest      []byte     `json:"digest"`
}

// entry is a journal entry as news_append takes it, and its programme.
type entry struct {
	programme uuid.UUID
	wire      wireEntry
}

// lines gives the entries with their details sealed. Whose each is, is asked once for all.
func (tx *Tx) lines(ctx context.Context) ([]entry, error) {
	persons, err := tx.abouts(ctx)
	if err != nil {
		return nil, err
	}
	lines := make([]entry, len(tx.entries))
	for i, e := range tx.entries {
		l, err := tx.line(ctx, e, persons)
		if err != nil {
			return nil, err
		}
		lines[i] = wired(e, l)
	}
	return lines, nil
}

func wired(e journal.Entry, l journal.Line) entry {
	return entry{e.Programme, wireEntry{ID: l.ID, OnBehalfOf: orAbsent(e.OnBehalfOf), Act: e.Act, SubjectKind: e.SubjectKind, Subject: e.Subject,
		Person: orAbsent(l.Person), Sealed: l.Sealed, Detail: l.Detail, Digest: l.Digest}}
}

// AppendAsOwner appends news and entries whose details stand open, as the last statement of a transaction of the tables' owner, who has no keys.
func AppendAsOwner(ctx context.Context, tx bun.Tx, actor uuid.UUID, at time.Time, news []event.News, entries []journal.Entry) error {
	calls, err := OpenAppends(actor, at, news, entries)
	if err != nil {
		return err
	}
	if _, err := tx.NewRaw("select set_config(?, ?, true)", access.Setting, access.Actor{Member: actor}.Settings().String()).Exec(ctx); err != nil {
		return fmt.Errorf("append news: %w", err)
	}
	for _, args := range calls {
		if _, err := tx.NewRaw("select news_append(?::uuid, ?::uuid, ?::timestamptz, ?::jsonb, ?::jsonb)", args...).Exec(ctx); err != nil {
			return fmt.Errorf("append news: %w", err)
		}
	}
	return nil
}

// OpenAppends gives the arguments of each call of news_append by which news and entries whose details stand open are appended: what the owner does
// without keys.
func OpenAppends(actor uuid.UUID, at time.Time, news []event.News, entries []journal.Entry) (calls [][]any, err error) {
	lines := make([]entry, len(entries))
	for i, e := range entries {
		if e.Detail != nil && !e.Open {
			return nil, fmt.Errorf("journal detail of %s must be sealed", e.Act)
		}
		l, err := e.Line(uuid.Nil, secret.DataKey{})
		if err != nil {
			return nil, err
		}
		lines[i] = wired(e, l)
	}
	told := make([]event.Event, len(news))
	for i, n := range news {
		told[i] = event.Event{News: n}
	}
	return appends(actor, at, told, lines)
}

// appends gives the arguments of each call of news_append: programme by programme, in the order of their ids.
func appends(actor uuid.UUID, at time.Time, news []event.Event, entries []entry) (calls [][]any, err error) {
	type lines struct {
		news    []wireEvent
		entries []wireEntry
	}
	of := map[uuid.UUID]*lines{}
	in := func(programme uuid.UUID) *lines {
		if of[programme] == nil {
			of[programme] = &lines{[]wireEvent{}, []wireEntry{}}
		}
		return of[programme]
	}
	for _, e := range news {
		l := in(e.Programme)
		l.news = append(l.news, wireEvent{len(l.news) + 1, e.Act, e.Kind, e.SubjectKind, e.Subject, access.Array(e.Related), access.Array(e.Audience)})
	}
	for _, e := range entries {
		l := in(e.programme)
		l.entries = append(l.entries, e.wire)
	}
	for _, programme := range slices.SortedFunc(maps.Keys(of), func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) }) {
		slices.SortStableFunc(of[programme].news, func(a, b wireEvent) int { return strings.Compare(a.Related, b.Related) })
		news, err := json.Marshal(of[programme].news)
		if err != nil {
			return nil, err
		}
		entries, err := json.Marshal(of[programme].entries)
		if err != nil {
			return nil, err
		}
		calls = append(calls, []any{programme, actor, at.UTC(), string(news), string(entries)})
	}
	return calls, nil
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
