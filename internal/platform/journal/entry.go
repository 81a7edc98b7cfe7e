// Package journal is evidence: who did what to which object and when, chained so that a change of the past shows.
package journal

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"
)

// Entry is one line of evidence. Detail is what an auditor needs to understand the act; nil where ids say enough.
type Entry struct {
	Programme   uuid.UUID
	Act         string
	SubjectKind string
	Subject     uuid.UUID
	Detail      any
}

// Seal gives the stored form of the detail and the digest that the chain covers.
func (e Entry) Seal() (detail, digest []byte, err error) {
	if e.Detail != nil {
		if detail, err = json.Marshal(e.Detail); err != nil {
			return nil, nil, fmt.Errorf("journal detail of %s: %w", e.Act, err)
		}
	}
	sum := sha256.Sum256(detail)
	return detail, sum[:], nil
}
