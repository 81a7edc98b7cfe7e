package secret

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/tink-crypto/tink-go/v2/aead/subtle"
	"github.com/tink-crypto/tink-go/v2/tink"
)

var (
	// ErrErased is returned where the key of a person was destroyed: what was sealed under it is gone.
	ErrErased = errors.New("the person's key was destroyed")
	// ErrUnreadable is returned for what was not sealed in this place under this key, or was changed since.
	ErrUnreadable = errors.New("sealed value does not open")
	// ErrForeignKey is returned for a data key that these keys did not wrap for this person.
	ErrForeignKey = errors.New("data key was wrapped under other keys, or for somebody else")
)

// Place is where a sealed value stands. It opens nowhere else.
type Place struct {
	Table, Column string
	Row           uuid.UUID
}

// DataKey seals what is about one person. The zero DataKey is that of somebody erased.
type DataKey struct{ aead tink.AEAD }

// Wrapped is a person's data key as it is stored: nobody reads it without the key-encryption key.
type Wrapped struct {
	Bytes   []byte
	Version uint32 // the key-encryption key that wraps it
}

const keyLength = 32

// NewDataKey makes a person's data key.
func (k *Keys) NewDataKey(person uuid.UUID) (Wrapped, DataKey, error) {
	raw := make([]byte, keyLength)
	_, _ = rand.Read(raw) // never fails
	wrapped, err := k.now.Load().wrap(person, raw)
	if err != nil {
		return Wrapped{}, DataKey{}, err
	}
	key, err := newDataKey(raw)
	return wrapped, key, err
}

// Unwrap gives the person's data key. One that these keys did not wrap may have been wrapped anew since: then the file is read again.
func (k *Keys) Unwrap(person uuid.UUID, wrapped []byte) (DataKey, error) {
	raw, err := k.now.Load().kek.Decrypt(wrapped, whose(person))
	if err != nil && k.renew() {
		raw, err = k.now.Load().kek.Decrypt(wrapped, whose(person))
	}
	if err != nil {
		return DataKey{}, ErrForeignKey
	}
	return newDataKey(raw)
}

// Rewrap wraps the person's data key under the primary key-encryption key; what is sealed under it stays as it is.
func (k *Keys) Rewrap(person uuid.UUID, wrapped []byte) (Wrapped, error) {
	r := k.now.Load()
	raw, err := r.kek.Decrypt(wrapped, whose(person))
	if err != nil {
		return Wrapped{}, ErrForeignKey
	}
	return r.wrap(person, raw)
}

// Own is the installation's key, for what is about nobody.
func (k *Keys) Own() DataKey { return DataKey{aead: k.now.Load().own} }

func (r *rings) wrap(person uuid.UUID, raw []byte) (Wrapped, error) {
	sealed, err := r.kek.Encrypt(raw, whose(person))
	if err != nil {
		return Wrapped{}, fmt.Errorf("wrap data key: %w", err)
	}
	return Wrapped{Bytes: sealed, Version: versions(r.kekHandle)[0]}, nil
}

// KekVersions are the key-encryption keys, the primary first, then in ascending order.
func (k *Keys) KekVersions() []uint32 { return versions(k.now.Load().kekHandle) }

func newDataKey(raw []byte) (DataKey, error) {
	sealer, err := subtle.NewXChaCha20Poly1305(raw)
	if err != nil {
		return DataKey{}, ErrForeignKey
	}
	return DataKey{aead: sealer}, nil
}

// whose binds a wrapped key to its person.
func whose(person uuid.UUID) []byte { return append([]byte("person_key|"), person[:]...) }

// The shapes of what is sealed; the first byte says which, and is authenticated with the rest.
const (
	asIs   byte = 1
	padded byte = 2 // length in four bytes, the value, zeros
)

// Erased says whether nothing can be sealed or opened with this key any more.
func (d DataKey) Erased() bool { return d.aead == nil }

// Seal seals a value in its place: its length plus 41 bytes, or 46 under the installation's key. Sealing under the key of somebody
// erased is a fault of the caller and panics.
func (d DataKey) Seal(plain []byte, at Place) []byte { return d.seal(asIs, plain, at) }

// SealPadded seals a value so that its length tells nothing but how many times step bytes it fills, the first four being its length.
func (d DataKey) SealPadded(plain []byte, step int, at Place) []byte {
	filled := make([]byte, (len(plain)+4+step-1)/step*step)
	binary.BigEndian.PutUint32(filled, uint32(len(plain)))
	copy(filled[4:], plain)
	return d.seal(padded, filled, at)
}

func (d DataKey) seal(shape byte, plain []byte, at Place) []byte {
	if d.Erased() {
		panic("secret: sealed under a destroyed key")
	}
	sealed, err := d.aead.Encrypt(plain, at.bound(shape))
	if err != nil {
		panic("secret: " + err.Error()) // only of values beyond 256 GB
	}
	return append([]byte{shape}, sealed...)
}

// Open gives back what Seal or SealPadded took, where it stands in the same place. Its error names table and column, never the value.
func (d DataKey) Open(sealed []byte, at Place) ([]byte, error) {
	if d.Erased() {
		return nil, ErrErased
	}
	unreadable := fmt.Errorf("%w: %s.%s", ErrUnreadable, at.Table, at.Column)
	if len(sealed) == 0 {
		return nil, unreadable
	}
	plain, err := d.aead.Decrypt(sealed[1:], at.bound(sealed[0]))
	if err != nil {
		return nil, unreadable
	}
	if sealed[0] == asIs {
		return plain, nil
	}
	if len(plain) < 4 || int(binary.BigEndian.Uint32(plain)) > len(plain)-4 {
		return nil, unreadable
	}
	return plain[4 : 4+binary.BigEndian.Uint32(plain)], nil
}

// bound is what is authenticated with a value: its shape and place. Names of tables and columns hold no '|'.
func (p Place) bound(shape byte) []byte {
	return append([]byte{shape}, p.Table+"|"+p.Column+"|"+p.Row.String()...)
}
