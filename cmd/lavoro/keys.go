package main

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/lavoroincorso/lavoro/internal/platform/secret"
)

func keysCommand(c *Config) *cobra.Command {
	cmd := &cobra.Command{Use: "keys", Short: "The installation's keys: what is confidential is sealed under them"}
	cmd.AddCommand(keysGenerateCommand(c), keysRotateCommand(c), keysDestroyedCommand(c), keysReplayCommand(c))
	return cmd
}

func keysGenerateCommand(c *Config) *cobra.Command {
	out := ""
	cmd := &cobra.Command{
		Use:   "generate",
		Short: "Make the keys of a new installation, once",
		Long: `generate writes new keys into a file that is not there yet, for its owner alone. Every node of an installation needs the same
keys. Keep a copy away from the database and its dumps: without the keys nothing that is confidential can be read again, and
with a dump and the keys all of it.`,
		Example: "  lavoro keys generate --out /etc/lavoro/keys.json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if out == "" {
				out = c.keysFile()
			}
			if err := newKeys(out); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s: keep a copy where the database and its dumps are not\n", out)
			return nil
		},
	}
	cmd.Flags().StringVar(&out, "out", "", "the file to write (the one that --keys names when empty)")
	return cmd
}

func newKeys(path string) error {
	keys, err := secret.Generate()
	if err != nil {
		return err
	}
	return keys.Create(path)
}

// keysFile is where the keys are when no text holds them.
func (c *Config) keysFile() string {
	if c.KeysFile != "" {
		return c.KeysFile
	}
	return filepath.Join(c.State, "keys.json")
}

// keys reads the installation's keys from the one place that is named, or says how to come by them.
func (c *Config) keys() (*secret.Keys, error) {
	switch {
	case c.KeysText != "" && c.KeysFile != "":
		return nil, errors.New("the keys come from one place: set --keys (or LAVORO_KEYS_FILE) or LAVORO_KEYS, not both")
	case c.KeysText != "":
		keys, err := secret.FromText(c.KeysText)
		if err != nil {
			return nil, fmt.Errorf("LAVORO_KEYS: %w", err)
		}
		return keys, nil
	}
	keys, err := secret.Read(c.keysFile())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s is not there: name the installation's keys with --keys (or LAVORO_KEYS_FILE, or LAVORO_KEYS), or make those of a new one with `lavoro keys generate --out FILE`", c.keysFile())
	}
	return keys, err
}

// ensureKeys makes the keys of a private installation at its first start.
func (c *Config) ensureKeys() error {
	if c.KeysText != "" || c.KeysFile != "" {
		return nil
	}
	if err := newKeys(c.keysFile()); !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}
