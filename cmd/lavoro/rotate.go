package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/lavoroincorso/lavoro/internal/member"
	"github.com/lavoroincorso/lavoro/internal/participant"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/platform/secret"
)

func keysRotateCommand(c *Config) *cobra.Command {
	finish, resume := false, false
	cmd := &cobra.Command{
		Use:   "rotate",
		Short: "Put new keys into use while nodes serve; with --finish, take the old ones away",
		Long: `rotate writes new primary keys into the file of keys beside the old ones, wraps every data key anew, and marks every fiscal code
anew, in batches, as the database's owner. Nodes that share the file read it again by themselves; copy it to the others before
anything else, or they find nobody whose key was wrapped anew. Old and new keys hold until --finish, which refuses while
anything still stands under an old key. A request that is repeated after --finish is not known again: wait 60 days for that.
With --resume nothing new is made, and what an interrupted run has left is done.`,
		Example: "  lavoro keys rotate\n  lavoro keys rotate --finish",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := c.locate(); err != nil {
				return err
			}
			if c.KeysText != "" {
				return errors.New("keys rotate needs the keys in a file: write them into one, name it with --keys, and give the nodes the rotated text at their next start")
			}
			keys, err := c.keys()
			if err != nil {
				return err
			}
			if finish {
				return c.finishKeys(cmd.Context(), keys)
			}
			return c.rotateKeys(cmd.Context(), keys, resume, cmd.OutOrStdout())
		},
	}
	cmd.Flags().BoolVar(&finish, "finish", false, "take the old keys away, once nothing stands under them")
	cmd.Flags().BoolVar(&resume, "resume", false, "go on with an interrupted rotation")
	return cmd
}

// rotateKeys writes the new keys first: from then on whatever is made is found by both.
func (c *Config) rotateKeys(ctx context.Context, keys *secret.Keys, resume bool, out io.Writer) error {
	if !resume {
		next, err := keys.Rotate()
		if err != nil {
			return err
		}
		if err := next.Write(c.keysFile()); err != nil {
			return err
		}
		keys = next
	}
	wrapped, err := postgres.Rewrap(ctx, c.owner(), keys)
	if err != nil {
		return err
	}
	marked, err := participant.Reindex(ctx, c.owner(), keys)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%d data keys wrapped anew, %d fiscal codes marked anew\n", wrapped, marked)
	return err
}

// finishKeys forgets the old marks before the old keys: what stops in between is done again.
func (c *Config) finishKeys(ctx context.Context, keys *secret.Keys) error {
	if err := participant.FinishIndex(ctx, c.owner(), keys); err != nil {
		return err
	}
	if err := member.FinishIndex(ctx, c.owner(), keys); err != nil {
		return err
	}
	last, err := keys.Finish()
	if err != nil {
		return err
	}
	return last.Write(c.keysFile())
}
