package participant

import (
	"crypto/hmac"
	"crypto/sha256"

	"github.com/lavoroincorso/lavoro/internal/values/fiscal"
)

// Fingerprint is HMAC-SHA256 of the code as written, normalised. Equal fingerprints are equal codes, and nothing else can be learned
// from one without the secret.
func Fingerprint(secret []byte, code fiscal.PersonCode) []byte {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(code))
	return mac.Sum(nil)
}

// alike is equal for codes that say the same once omocodia is undone: a hint that two persons may be one.
func alike(secret []byte, code fiscal.PersonCode) []byte {
	return Fingerprint(secret, code.Canonical())
}
