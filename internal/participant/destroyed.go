package participant

import (
	"context"
	"errors"

	"github.com/lavoroincorso/lavoro/internal/platform/secret"
)

// ErrOtherInstallation is returned for a list of destroyed keys that another installation wrote.
var ErrOtherInstallation = errors.New("the list of destroyed keys is another installation's")

// Destroyed lists every key that the database at the owner's url has destroyed, and every file.
func Destroyed(ctx context.Context, ownerURL string) (list secret.DestroyedList, err error) {
	err = asOwner(ctx, ownerURL, func(ctx context.Context, tx owner) (err error) {
		if list.Installation, err = installationOf(ctx, tx); err != nil {
			return err
		}
		if list.Keys, err = destroyedKeys(ctx, tx); err != nil {
			return err
		}
		list.Files, err = destroyedFiles(ctx, tx)
		return err
	})
	return list, err
}

// Replay erases everybody on the list again, and destroys its files, in a copy of the installation's database that was made before: all or nothing. It
// gives how many people and files were not gone there. People whom the copy does not know yet are remembered as well.
func Replay(ctx context.Context, ownerURL string, list secret.DestroyedList) (people, files int, err error) {
	err = asOwner(ctx, ownerURL, func(ctx context.Context, tx owner) error {
		people = 0
		here, err := installationOf(ctx, tx)
		if err != nil {
			return err
		}
		if here != list.Installation {
			return ErrOtherInstallation
		}
		for _, k := range list.Keys {
			fresh, err := destroyAgain(ctx, tx, k)
			if err != nil {
				return err
			}
			if fresh {
				people++
			}
		}
		files, err = destroyFilesAgain(ctx, tx, list.Files)
		return err
	})
	return people, files, err
}
