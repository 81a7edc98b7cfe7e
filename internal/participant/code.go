package participant

import (
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/platform/secret"
	"github.com/lavoroincorso/lavoro/internal/values/fiscal"
)

// marks are what a fiscal code is found by: one under each key of the installation's index, the primary first. Equal marks are equal
// codes, and nothing else can be learned from one without the keys.
type marks struct {
	codes  []secret.Mark // of the code as written, normalised
	alikes []secret.Mark // of the code with omocodia undone: a hint that two persons may be one
}

// marksOf marks a code.
func marksOf(tx *postgres.Tx, code fiscal.PersonCode) (marks, error) {
	keys, err := tx.Keys()
	if err != nil {
		return marks{}, err
	}
	return marks{codes: keys.Indexes("code", []byte(code)), alikes: keys.Indexes("alike", []byte(code.Canonical()))}, nil
}
