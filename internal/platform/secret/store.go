package secret

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// ErrOpenFile is returned for a file of keys that others may read.
var ErrOpenFile = errors.New("others may read the file of keys: chmod 600")

// Read reads the file of keys, which nobody but its owner may read.
func Read(path string) (*Keys, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("keys: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("%s: %w", path, ErrOpenFile)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("keys: %w", err)
	}
	k, err := Decode(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	k.from.path, k.from.read = path, info
	return k, nil
}

// Create writes the keys into a file that is not there yet, for its owner alone: losing keys is losing all that is sealed.
func (k *Keys) Create(path string) error {
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("keys: %s: %w", path, fs.ErrExist)
	}
	return k.Write(path)
}

// Write puts the keys into the place of the file at once: whoever reads finds the old keys or the new ones, whole.
func (k *Keys) Write(path string) (err error) {
	data, err := k.Encode()
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".keys-*") // for its owner alone: 0600
	if err != nil {
		return fmt.Errorf("keys: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	if _, err := f.Write(append(data, '\n')); err != nil {
		return errors.Join(err, f.Close())
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// FromText reads keys as an environment variable holds them: the file's bytes in base64.
func FromText(text string) (*Keys, error) {
	data, err := base64.StdEncoding.DecodeString(strings.TrimSpace(text))
	if err != nil {
		return nil, ErrBadKeys
	}
	return Decode(data)
}

// Text spells keys for an environment variable.
func (k *Keys) Text() (string, error) {
	data, err := k.Encode()
	return base64.StdEncoding.EncodeToString(data), err
}
