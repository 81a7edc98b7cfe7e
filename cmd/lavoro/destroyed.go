package main

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/lavoroincorso/lavoro/internal/participant"
	"github.com/lavoroincorso/lavoro/internal/platform/secret"
)

func keysDestroyedCommand(c *Config) *cobra.Command {
	out := ""
	cmd := &cobra.Command{
		Use:   "destroyed",
		Short: "List the keys of people who were erased and the files that were destroyed, to be replayed on restored copies",
		Long: `destroyed writes, as the database's owner, whose keys were destroyed, and which files: ids, times and digests, no personal data. Write it
out after every erasure, and daily, and keep it beside the dumps, not within them: a dump that was made before holds the keys and the files
that were destroyed after.`,
		Example: "  lavoro keys destroyed --out /var/backups/lavoro/destroyed.txt",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := c.locate(); err != nil {
				return err
			}
			list, err := participant.Destroyed(cmd.Context(), c.owner())
			if err != nil {
				return err
			}
			if out == "" {
				_, err = cmd.OutOrStdout().Write(list.Encode())
				return err
			}
			if err := os.WriteFile(out, list.Encode(), 0o600); err != nil {
				return err
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s: %d destroyed keys, %d destroyed files\n", out, len(list.Keys), len(list.Files))
			return err
		},
	}
	cmd.Flags().StringVar(&out, "out", "", "the file to write (the standard output when empty)")
	return cmd
}

// maxList bounds what is read of a list: some 120 bytes a key.
const maxList = 256 << 20

func keysReplayCommand(c *Config) *cobra.Command {
	return &cobra.Command{
		Use:   "replay FILE",
		Short: "Erase again, in a restored database, everybody whose key was destroyed since, and every file that was",
		Long: `replay reads what 'keys destroyed' wrote and, as the database's owner, destroys every key on the list, blanks what stands open
about its person, and destroys every file on the list. Run it on a restored copy before anything is served from it. It does all or nothing, refuses a list that is
not whole or of another installation, and may be run again.`,
		Example: "  lavoro keys replay /var/backups/lavoro/destroyed.txt",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := c.locate(); err != nil {
				return err
			}
			list, err := readDestroyed(args[0])
			if err != nil {
				return err
			}
			people, files, err := participant.Replay(cmd.Context(), c.owner(), list)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%d of %d people erased, %d of %d files destroyed, the others were already\n", people, len(list.Keys), files, len(list.Files))
			return err
		},
	}
}

func readDestroyed(path string) (secret.DestroyedList, error) {
	f, err := os.Open(path)
	if err != nil {
		return secret.DestroyedList{}, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxList))
	if err != nil {
		return secret.DestroyedList{}, err
	}
	list, err := secret.DecodeDestroyed(data)
	if err != nil {
		return list, fmt.Errorf("%s: %w", path, err)
	}
	return list, nil
}
