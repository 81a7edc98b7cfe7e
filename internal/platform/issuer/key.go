package issuer

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/go-jose/go-jose/v4"
)

// Key is what an issuer signs with, and the secret of its systems.
type Key struct {
	Private jose.JSONWebKey `json:"key"`
	// Secret is what a system proves itself with at the token endpoint.
	Secret string `json:"clientSecret"`
}

// NewKey makes a key for ES256, named by its thumbprint.
func NewKey() (Key, error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return Key{}, fmt.Errorf("issuer key: %w", err)
	}
	k := Key{Private: jose.JSONWebKey{Key: private, Algorithm: string(jose.ES256), Use: "sig"}, Secret: rand.Text()}
	print, err := k.Private.Thumbprint(crypto.SHA256)
	if err != nil {
		return Key{}, fmt.Errorf("issuer key: %w", err)
	}
	k.Private.KeyID = base64.RawURLEncoding.EncodeToString(print)
	return k, nil
}

// ReadKey reads the key in a file.
func ReadKey(file string) (Key, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return Key{}, fmt.Errorf("issuer key: %w", err)
	}
	var k Key
	if err := json.Unmarshal(data, &k); err != nil || !k.Private.Valid() || k.Private.IsPublic() {
		return Key{}, fmt.Errorf("issuer key: %s holds none; without the file a new one is made", file)
	}
	return k, nil
}

// OpenKey reads the key in a file, or makes one where there is no file. Of programs that come at once all get the same.
func OpenKey(file string) (Key, error) {
	k, err := ReadKey(file)
	if !errors.Is(err, fs.ErrNotExist) {
		return k, err
	}
	if k, err = NewKey(); err != nil {
		return Key{}, err
	}
	data, err := json.Marshal(k)
	if err != nil {
		return Key{}, fmt.Errorf("issuer key: %w", err)
	}
	if err := place(file, data); err != nil && !errors.Is(err, fs.ErrExist) {
		return Key{}, fmt.Errorf("issuer key: %w", err)
	}
	return ReadKey(file)
}

// place writes a file whole, readable for its owner alone, unless it is there.
func place(file string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	draft, err := os.CreateTemp(filepath.Dir(file), ".issuer-*") // 0600
	if err != nil {
		return err
	}
	defer os.Remove(draft.Name())
	_, err = draft.Write(data)
	if err = errors.Join(err, draft.Close()); err != nil {
		return err
	}
	return os.Link(draft.Name(), file)
}
