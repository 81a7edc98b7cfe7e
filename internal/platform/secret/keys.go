package secret

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/prf"
	tinkpb "github.com/tink-crypto/tink-go/v2/proto/tink_go_proto"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// ErrBadKeys is returned for keys that cannot be read; it says nothing of what stands in them.
var ErrBadKeys = errors.New("these are no keys of lavoro, or they are damaged")

// Keys are an installation's keysets. Rotate gives others; Take has them take the place of those that a running node holds.
type Keys struct {
	now  atomic.Pointer[rings]
	from source
}

// Take takes over what the other keys hold, for everybody who uses these.
func (k *Keys) Take(other *Keys) { k.now.Store(other.now.Load()) }

// rings never change.
type rings struct {
	kekHandle, indexHandle, ownHandle *keyset.Handle

	kek   tink.AEAD // wraps; a key-management service could stand here
	index *prf.Set
	own   tink.AEAD
}

// templates of the three keysets. HMAC-SHA256 as a pseudo-random function, because marks must be equal where codes are.
var (
	kekTemplate   = aead.AES256GCMKeyTemplate
	indexTemplate = prf.HMACSHA256PRFKeyTemplate
	ownTemplate   = aead.XChaCha20Poly1305KeyTemplate
)

// Generate makes new keys.
func Generate() (*Keys, error) {
	handles := make([]*keyset.Handle, 3)
	for i, template := range []*tinkpb.KeyTemplate{kekTemplate(), indexTemplate(), ownTemplate()} {
		var err error
		if handles[i], err = keyset.NewHandle(template); err != nil {
			return nil, fmt.Errorf("generate keys: %w", err)
		}
	}
	return assemble(handles[0], handles[1], handles[2])
}

func assemble(kek, index, own *keyset.Handle) (_ *Keys, err error) {
	r := &rings{kekHandle: kek, indexHandle: index, ownHandle: own}
	if r.kek, err = aead.New(kek); err != nil {
		return nil, ErrBadKeys
	}
	if r.index, err = prf.NewPRFSet(index); err != nil {
		return nil, ErrBadKeys
	}
	if r.own, err = aead.New(own); err != nil {
		return nil, ErrBadKeys
	}
	for _, version := range versions(index) {
		if _, err := r.mark(version, "", nil); err != nil {
			return nil, ErrBadKeys
		}
	}
	k := &Keys{}
	k.now.Store(r)
	return k, nil
}

// Rotate gives the same keys with a new primary in each keyset; what was made under the old ones still opens and is still found.
func (k *Keys) Rotate() (*Keys, error) {
	r := k.now.Load()
	kek, err := rotated(r.kekHandle, kekTemplate())
	if err != nil {
		return nil, err
	}
	index, err := rotated(r.indexHandle, indexTemplate())
	if err != nil {
		return nil, err
	}
	own, err := rotated(r.ownHandle, ownTemplate())
	if err != nil {
		return nil, err
	}
	return assemble(kek, index, own)
}

func rotated(h *keyset.Handle, template *tinkpb.KeyTemplate) (*keyset.Handle, error) {
	m := keyset.NewManagerFromHandle(h)
	id, err := m.Add(template)
	if err == nil {
		err = m.SetPrimary(id)
	}
	if err != nil {
		return nil, fmt.Errorf("rotate keys: %w", err)
	}
	return m.Handle()
}

// file is how keys are kept: the kek as it is, the other keysets encrypted under it.
type file struct {
	Format int             `json:"lavoroKeys"`
	Kek    json.RawMessage `json:"kek"`
	Index  json.RawMessage `json:"index"`
	Own    json.RawMessage `json:"own"`
}

const format = 1

// Encode spells the keys as the file holds them.
func (k *Keys) Encode() ([]byte, error) {
	r, f := k.now.Load(), file{Format: format}
	var clear bytes.Buffer
	if err := insecurecleartextkeyset.Write(r.kekHandle, keyset.NewJSONWriter(&clear)); err != nil {
		return nil, fmt.Errorf("encode keys: %w", err)
	}
	f.Kek = clear.Bytes()
	var err error
	if f.Index, err = r.under(r.indexHandle, "index"); err != nil {
		return nil, err
	}
	if f.Own, err = r.under(r.ownHandle, "own"); err != nil {
		return nil, err
	}
	return json.MarshalIndent(f, "", "  ")
}

// under encrypts a keyset under the kek, bound to what it is for.
func (r *rings) under(h *keyset.Handle, purpose string) (json.RawMessage, error) {
	var sealed bytes.Buffer
	if err := h.WriteWithAssociatedData(keyset.NewJSONWriter(&sealed), r.kek, []byte(purpose)); err != nil {
		return nil, fmt.Errorf("encode keys: %w", err)
	}
	return sealed.Bytes(), nil
}

// Decode reads what Encode spelled. Its error never quotes the input.
func Decode(data []byte) (*Keys, error) {
	var f file
	if json.Unmarshal(data, &f) != nil || f.Format != format {
		return nil, ErrBadKeys
	}
	kek, err := insecurecleartextkeyset.Read(keyset.NewJSONReader(bytes.NewReader(f.Kek)))
	if err != nil {
		return nil, ErrBadKeys
	}
	wrapper, err := aead.New(kek)
	if err != nil {
		return nil, ErrBadKeys
	}
	index, err := keyset.ReadWithAssociatedData(keyset.NewJSONReader(bytes.NewReader(f.Index)), wrapper, []byte("index"))
	if err != nil {
		return nil, ErrBadKeys
	}
	own, err := keyset.ReadWithAssociatedData(keyset.NewJSONReader(bytes.NewReader(f.Own)), wrapper, []byte("own"))
	if err != nil {
		return nil, ErrBadKeys
	}
	return assemble(kek, index, own)
}
