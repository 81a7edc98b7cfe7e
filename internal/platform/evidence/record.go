package evidence

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/journal"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/platform/secret"
)

// Recorder writes down what one node's answers show of the confidential.
type Recorder struct{ node uuid.UUID }

// NewRecorder begins a chain of reads: one for each run of a process.
func NewRecorder() Recorder { return Recorder{node: uuid.New()} }

// read is one row to be, as read_append takes it. It names participations or persons, or where nobody is named the programme.
type read struct {
	Class          access.Class   `json:"class"`
	Purpose        access.Purpose `json:"purpose"` // "" for the house itself
	OnBehalfOf     *uuid.UUID     `json:"on_behalf_of"`
	Programme      *uuid.UUID     `json:"programme"`
	Participations []uuid.UUID    `json:"participations"`
	Persons        []uuid.UUID    `json:"persons"`
}

// Disclosed writes a row for each class and purpose under which an answer shows something, and for each programme.
func (r Recorder) Disclosed(ctx context.Context, tx *postgres.Tx, v plan.Viewer, shown []plan.Disclosure) error {
	type kind struct {
		class  access.Class
		absent uuid.UUID
	}
	var reads []read
	at := map[kind]int{}
	for _, d := range shown {
		k := kind{d.Class, d.OnBehalfOf}
		i, known := at[k]
		if !known {
			purpose, _ := v.Actor.PurposeOf(d.Class)
			i, at[k] = len(reads), len(reads)
			reads = append(reads, read{Class: d.Class, Purpose: purpose, OnBehalfOf: orAbsent(d.OnBehalfOf)})
		}
		if d.Participation != uuid.Nil {
			reads[i].Participations = append(reads[i].Participations, d.Participation)
		} else {
			reads[i].Persons = append(reads[i].Persons, d.Person)
		}
	}
	return r.write(ctx, tx, reads)
}

// LookUp is the purpose of asking who a fiscal code belongs to.
const LookUp access.Purpose = "LOOK_UP"

// LookUps has look-ups written down when their transaction has ended: being questions, they are rolled back.
func (r Recorder) LookUps(db *postgres.DB) func(context.Context, *postgres.Tx, uuid.UUID, *uuid.UUID) error {
	return func(_ context.Context, asking *postgres.Tx, programme uuid.UUID, participation *uuid.UUID) error {
		actor, at := asking.Actor, asking.Now
		asking.After(func(ctx context.Context) error {
			return db.InTx(ctx, actor, func() time.Time { return at }, func(ctx context.Context, tx *postgres.Tx) error {
				return r.LookedUp(ctx, tx, programme, participation)
			})
		})
		return nil
	}
}

// LookedUp writes down that somebody asked in a programme who a fiscal code belongs to, and about whom he was told: nobody where the person
// is not his.
func (r Recorder) LookedUp(ctx context.Context, tx *postgres.Tx, programme uuid.UUID, participation *uuid.UUID) error {
	asked := read{Class: access.Registry, Purpose: LookUp, Programme: &programme}
	if participation != nil {
		asked.Programme, asked.Participations = nil, []uuid.UUID{*participation}
	}
	return r.write(ctx, tx, []read{asked})
}

// Download is the purpose of fetching a file.
const Download access.Purpose = "DOWNLOAD"

// Downloaded writes down that a file about participations, which holds something of the class, is read.
func (r Recorder) Downloaded(ctx context.Context, tx *postgres.Tx, class access.Class, participations ...uuid.UUID) error {
	return r.write(ctx, tx, []read{{Class: class, Purpose: Download, Participations: participations}})
}

// write appends the reads of one answer; each must leave a row.
func (r Recorder) write(ctx context.Context, tx *postgres.Tx, reads []read) error {
	request := uuid.New()
	reason, persons, err := sealReason(ctx, tx, request, reads)
	if err != nil {
		return err
	}
	data, wrongReads := json.Marshal(reads)
	whose, wrongPersons := json.Marshal(persons)
	if err := errors.Join(wrongReads, wrongPersons); err != nil {
		return err
	}
	var written int
	err = tx.NewRaw("select read_append(?, ?, ?, ?, array(select p::uuid from jsonb_array_elements_text(?::jsonb) p), ?::jsonb)", r.node, request, tx.Now, reason, string(whose), string(data)).Scan(ctx, &written)
	if err == nil && written < len(reads) {
		err = fmt.Errorf("%d of %d rows: a participation is unknown", written, len(reads))
	}
	if err != nil {
		return fmt.Errorf("journal of reads: %w", err)
	}
	return nil
}

// sealReason seals why the actor reads under the keys of all whom the answer is about, and says whose they are, sorted. Where nobody is named,
// or nobody has a key any more, no reason is kept: nothing would take it away again.
func sealReason(ctx context.Context, tx *postgres.Tx, request uuid.UUID, reads []read) ([]byte, []uuid.UUID, error) {
	persons := []uuid.UUID{}
	if tx.Actor.Reason == "" {
		return nil, persons, nil
	}
	var participations []uuid.UUID
	for _, r := range reads {
		participations, persons = append(participations, r.Participations...), append(persons, r.Persons...)
	}
	of, err := tx.PersonsOf(ctx, participations)
	if err != nil {
		return nil, nil, err
	}
	persons = slices.AppendSeq(persons, maps.Values(of))
	slices.SortFunc(persons, func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) })
	return sealUnder(ctx, tx, request, slices.Compact(persons))
}

// sealUnder seals the actor's reason under the keys of those persons who have not been erased, and says whose.
func sealUnder(ctx context.Context, tx *postgres.Tx, request uuid.UUID, persons []uuid.UUID) ([]byte, []uuid.UUID, error) {
	if _, err := tx.DataKeys(ctx, persons); err != nil { // all in one question
		return nil, nil, err
	}
	keys, whose := make([]secret.DataKey, 0, len(persons)), make([]uuid.UUID, 0, len(persons))
	for _, p := range persons {
		key, err := tx.DataKey(ctx, p)
		switch {
		case errors.Is(err, secret.ErrErased):
			continue
		case err != nil:
			return nil, nil, err
		}
		keys, whose = append(keys, key), append(whose, p)
	}
	return journal.SealReason(tx.Actor.Reason, request, keys), whose, nil
}

func orAbsent(id uuid.UUID) *uuid.UUID {
	if id == uuid.Nil {
		return nil
	}
	return &id
}
