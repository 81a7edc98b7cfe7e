package programme

import (
	"context"
	"errors"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// Applied tells what the applying of a programme file has changed.
type Applied struct {
	Programme  uuid.UUID
	Code       string
	Changed    bool // false: the same file was applied before
	Version    int  // the number of the policy version in the file
	NewVersion bool
	Findings   []Finding
}

// Finding is what the file says that a person must clear up; it does not keep the file from being applied.
type Finding struct {
	Code string
	Text text.Text
}

// Apply brings the programme of a file into the database at ownerURL, whose login owns the tables. The same file again changes
// nothing. A wrong file is Problems, and then nothing is written. The name is the file's, for the words of problems.
func Apply(ctx context.Context, ownerURL, name string, data []byte, clock postgres.Clock) (Applied, error) {
	return Applied{}, errors.New("apply: not yet")
}
