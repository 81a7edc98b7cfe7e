package graph

import (
	"net/url"

	"github.com/lavoroincorso/lavoro/internal/access"
)

// The headers, or fields of connection_init, that say why confidential data are read. The reason may be percent-encoded, since headers hold
// no letters with accents.
const (
	purposeHeader = "Lavoro-Purpose"
	reasonHeader  = "Lavoro-Reason"
)

// reading is the session reading for the purpose that a request names.
func (s Session) reading(named func(string) string) (Session, error) {
	reason := named(reasonHeader)
	if plain, err := url.PathUnescape(reason); err == nil {
		reason = plain
	}
	actor, err := s.Actor.WithPurpose(access.Purpose(named(purposeHeader)), reason)
	s.Actor = actor
	return s, err
}
