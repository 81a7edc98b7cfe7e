package journal

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/platform/secret"
)

// Entry is one line of evidence as an act tells it. Detail is what an auditor needs to understand the act; nil where ids say enough.
type Entry struct {
	Programme   uuid.UUID
	Act         string
	SubjectKind string
	Subject     uuid.UUID
	OnBehalfOf  uuid.UUID // whose delegation alone allowed the act; zero: the actor's own right
	// About are objects that the act is about; the detail is sealed under the key of the person whose participation is among them.
	About  []uuid.UUID
	Detail any
	// Open says that the detail holds no personal data and must be read without keys, e.g. the heads of other chains.
	Open bool
}

// Line is an entry as it is stored, before it has its place in the chain. Digest is SHA-256 of Detail as it stands there.
type Line struct {
	ID             uuid.UUID
	Person         uuid.UUID // under whose key the detail is sealed; zero: the installation's, or nobody's
	Sealed         bool
	Detail, Digest []byte
}

// Line gives the stored form of the entry, its detail under the key: the person's, or for uuid.Nil the installation's.
func (e Entry) Line(person uuid.UUID, key secret.DataKey) (Line, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return Line{}, err
	}
	l := Line{ID: id}
	if e.Detail != nil {
		if l.Detail, err = json.Marshal(e.Detail); err != nil {
			return Line{}, fmt.Errorf("journal detail of %s: %w", e.Act, err)
		}
		if !e.Open {
			l.Person, l.Sealed = person, true
			l.Detail = key.Seal(l.Detail, DetailOf(id))
		}
	}
	sum := sha256.Sum256(l.Detail)
	l.Digest = sum[:]
	return l, nil
}

// DetailOf is the place that an entry's detail is bound to.
func DetailOf(entry uuid.UUID) secret.Place {
	return secret.Place{Table: "journal", Column: "detail", Row: entry}
}

// ReasonOf is the place that the reason of a request's reads is bound to.
func ReasonOf(request uuid.UUID) secret.Place {
	return secret.Place{Table: "read_journal", Column: "reason", Row: request}
}

// SealReason seals why somebody reads under the keys of all persons whom he reads of, one over the other: whoever may be named in it takes
// it along when his key is destroyed. Without keys nothing is kept.
func SealReason(reason string, request uuid.UUID, keys []secret.DataKey) []byte {
	if reason == "" || len(keys) == 0 {
		return nil
	}
	sealed := []byte(reason)
	for _, key := range keys {
		sealed = key.Seal(sealed, ReasonOf(request))
	}
	return sealed
}

// OpenReason gives back what SealReason took, by the same keys; secret.ErrErased where one of them was destroyed.
func OpenReason(sealed []byte, request uuid.UUID, keys []secret.DataKey) (string, error) {
	for i := len(keys) - 1; i >= 0; i-- {
		var err error
		if sealed, err = keys[i].Open(sealed, ReasonOf(request)); err != nil {
			return "", err
		}
	}
	return string(sealed), nil
}
