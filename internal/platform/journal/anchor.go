package journal

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/google/uuid"
)

// Hash is a link or a digest, spelled in hexadecimal.
type Hash []byte

// MarshalText spells the hash.
func (h Hash) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// UnmarshalText reads 32 bytes in hexadecimal, or none.
func (h *Hash) UnmarshalText(text []byte) error {
	data, err := hex.DecodeString(string(text))
	if err != nil || len(data) != 0 && len(data) != sha256.Size {
		return errors.New("a hash has 64 hexadecimal digits")
	}
	*h = data
	return nil
}

// String is the hash in hexadecimal.
func (h Hash) String() string { return hex.EncodeToString(h) }

// Anchor is where all chains of an installation stood at a moment, as it leaves the house. Previous is SHA-256 of the anchor before it in
// the same place, empty in the first: none can be taken out of the middle.
type Anchor struct {
	Installation uuid.UUID `json:"installation"`
	At           time.Time `json:"at"`
	Previous     Hash      `json:"previous"`
	Acts         []Head    `json:"acts"`
	Reads        []Head    `json:"reads"`
}

// Spell is the anchor as it is kept: JSON over several lines, so that it can be read and printed.
func (a Anchor) Spell() ([]byte, error) {
	data, err := json.MarshalIndent(a, "", "  ")
	return append(data, '\n'), err
}

// Day names the anchor: one a day, in UTC.
func (a Anchor) Day() string { return a.At.UTC().Format(time.DateOnly) }

// maxAnchor bounds what is read as an anchor: some hundred thousand heads.
const maxAnchor = 64 << 20

// ParseAnchor reads what Spell wrote, and nothing beside it.
func ParseAnchor(data []byte) (Anchor, error) {
	if len(data) > maxAnchor {
		return Anchor{}, errors.New("anchor: too large")
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	var a Anchor
	if err := decoder.Decode(&a); err != nil {
		return Anchor{}, fmt.Errorf("anchor: %w", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return Anchor{}, errors.New("anchor: something stands after it")
	}
	for _, h := range append(append([]Head(nil), a.Acts...), a.Reads...) {
		if h.Entries < 1 || len(h.Chain) != sha256.Size {
			return Anchor{}, fmt.Errorf("anchor: the head of %s is none", h.ID)
		}
	}
	if a.Installation == uuid.Nil || a.At.IsZero() {
		return Anchor{}, errors.New("anchor: says neither whose nor when")
	}
	return a, nil
}
