package postgres

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/google/uuid"
	"github.com/uptrace/bun/dialect/pgdialect"

	"github.com/lavoroincorso/lavoro/internal/platform/secret"
)

// Place is where a sealed value stands.
type Place = secret.Place

// ErrNoKeys is returned where something must be sealed, opened or found and the database was opened without keys.
var ErrNoKeys = errors.New("the database was opened without the installation's keys")

// Keys are the installation's, for marks; data keys come from DataKey.
func (tx *Tx) Keys() (*secret.Keys, error) {
	if tx.keys == nil {
		return nil, ErrNoKeys
	}
	return tx.keys, nil
}

// DataKey gives the key under which everything confidential about the person is sealed, made on first use. uuid.Nil is the
// installation's own. Of somebody erased it is secret.ErrErased.
func (tx *Tx) DataKey(ctx context.Context, person uuid.UUID) (secret.DataKey, error) {
	known, err := tx.DataKeys(ctx, []uuid.UUID{person})
	if err != nil {
		return secret.DataKey{}, err
	}
	key, there := known[person]
	if !there {
		if key, err = tx.newDataKey(ctx, person); err != nil {
			return secret.DataKey{}, err
		}
		tx.dataKeys[person] = key
	}
	if key.Erased() {
		return key, secret.ErrErased
	}
	return key, nil
}

// DataKeys gives the keys of those persons who have one, in one question. That of somebody erased is there, and Erased.
func (tx *Tx) DataKeys(ctx context.Context, persons []uuid.UUID) (map[uuid.UUID]secret.DataKey, error) {
	keys, err := tx.Keys()
	if err != nil {
		return nil, err
	}
	if tx.dataKeys == nil {
		tx.dataKeys = map[uuid.UUID]secret.DataKey{uuid.Nil: keys.Own()}
	}
	var unknown []uuid.UUID
	for _, p := range persons {
		if _, there := tx.dataKeys[p]; !there {
			unknown = append(unknown, p)
		}
	}
	if err := tx.loadKeys(ctx, keys, unknown); err != nil {
		return nil, err
	}
	found := make(map[uuid.UUID]secret.DataKey, len(persons))
	for _, p := range persons {
		if key, there := tx.dataKeys[p]; there {
			found[p] = key
		}
	}
	return found, nil
}

// loadKeys puts what the database knows of the persons' keys into the transaction.
func (tx *Tx) loadKeys(ctx context.Context, keys *secret.Keys, persons []uuid.UUID) error {
	if len(persons) == 0 {
		return nil
	}
	var rows []struct {
		PersonID uuid.UUID
		Wrapped  []byte
	}
	if err := tx.NewRaw("select person_id, wrapped from person_keys(?)", pgdialect.Array(persons)).Scan(ctx, &rows); err != nil {
		return fmt.Errorf("data keys: %w", err)
	}
	for _, r := range rows {
		if err := tx.unwrap(keys, r.PersonID, r.Wrapped); err != nil {
			return err
		}
	}
	return nil
}

// unwrap keeps a person's key for the transaction; nil is a destroyed one.
func (tx *Tx) unwrap(keys *secret.Keys, person uuid.UUID, wrapped []byte) (err error) {
	var key secret.DataKey
	if wrapped != nil {
		if key, err = keys.Unwrap(person, wrapped); err != nil {
			return err
		}
	}
	tx.dataKeys[person] = key
	return nil
}

// newDataKey makes the person's key, unless another transaction was quicker: then it is that one's.
func (tx *Tx) newDataKey(ctx context.Context, person uuid.UUID) (secret.DataKey, error) {
	made, key, err := tx.keys.NewDataKey(person)
	if err != nil {
		return key, err
	}
	var kept []byte
	err = tx.NewRaw("select person_key_add(?, ?, ?, ?)", person, made.Bytes, int64(made.Version), tx.Now).Scan(ctx, &kept)
	switch {
	case err != nil:
		return secret.DataKey{}, fmt.Errorf("data key: %w", err)
	case kept == nil:
		return secret.DataKey{}, nil
	case string(kept) == string(made.Bytes):
		return key, nil
	}
	return tx.keys.Unwrap(person, kept)
}

// PersonsOf says whose the participations are, with the persons' data keys loaded; an unknown one is left out.
func (tx *Tx) PersonsOf(ctx context.Context, participations []uuid.UUID) (map[uuid.UUID]uuid.UUID, error) {
	keys, err := tx.Keys()
	if err != nil {
		return nil, err
	}
	persons, unknown := make(map[uuid.UUID]uuid.UUID, len(participations)), map[uuid.UUID]bool{}
	for _, p := range participations {
		if whose, known := tx.persons[p]; known {
			persons[p] = whose
		} else {
			unknown[p] = true
		}
	}
	return persons, tx.loadPersons(ctx, keys, slices.Collect(maps.Keys(unknown)), persons)
}

// loadPersons adds to a map whose the participations are, and keeps it and the persons' keys for the transaction.
func (tx *Tx) loadPersons(ctx context.Context, keys *secret.Keys, participations []uuid.UUID, into map[uuid.UUID]uuid.UUID) error {
	if len(participations) == 0 {
		return nil
	}
	var rows []struct {
		ParticipationID, PersonID uuid.UUID
		Wrapped                   []byte
	}
	if err := tx.Ask(ctx, &rows, "select participation_id, person_id, wrapped from person_keys_of($1)", participations); err != nil {
		return fmt.Errorf("persons: %w", err)
	}
	if tx.dataKeys == nil {
		tx.dataKeys = map[uuid.UUID]secret.DataKey{uuid.Nil: keys.Own()}
	}
	if tx.persons == nil {
		tx.persons = map[uuid.UUID]uuid.UUID{}
	}
	for _, r := range rows {
		into[r.ParticipationID], tx.persons[r.ParticipationID] = r.PersonID, r.PersonID
		if _, known := tx.dataKeys[r.PersonID]; known || r.Wrapped == nil {
			continue // one that is not there is made on first use, unless it was destroyed
		}
		if err := tx.unwrap(keys, r.PersonID, r.Wrapped); err != nil {
			return err
		}
	}
	return nil
}

// ErrOtherKeys is returned for a database that was served under other keys: these would find nobody and read nothing.
var ErrOtherKeys = errors.New("the database belongs to other keys: name those that it was first served with")

// Recognise makes sure that the keys are the installation's own; the first to ask makes them so.
func (db *DB) Recognise(ctx context.Context, installation uuid.UUID) error {
	if db.Keys == nil {
		return ErrNoKeys
	}
	at := secret.Place{Table: "key_proof", Column: "sealed", Row: installation}
	var kept []byte
	if err := db.Plans.QueryRow(ctx, "select key_proof($1)", db.Keys.Own().Seal(nil, at)).Scan(&kept); err != nil {
		return fmt.Errorf("recognise keys: %w", err)
	}
	if _, err := db.Keys.Own().Open(kept, at); err != nil {
		return ErrOtherKeys
	}
	return nil
}
