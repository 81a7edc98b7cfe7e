package member

import (
	"context"

	"github.com/lavoroincorso/lavoro/internal/platform/secret"
)

// FinishIndex takes away the marks of fiscal codes under all keys of the index but the primary, as the tables' owner. No code is kept from which
// they could be made anew: whoever signs in with one is marked again then, and who was invited with one comes by his letter.
func FinishIndex(ctx context.Context, ownerURL string, keys *secret.Keys) error {
	return dropMarks(ctx, ownerURL, prefix(keys.IndexVersions()[0]))
}
