// Package oidc proves who somebody is, by OpenID Connect: as a resource server it verifies the access tokens of the issuers that are
// trusted; as a relying party it signs people in through a browser.
//
// An issuer is authoritative for its keys and for who its subjects are, and for nothing else: a token says "this issuer knows this
// subject". Two issuers may use the same subject for different people, so that only the pair names anybody.
//
// Nothing is fetched before it is needed. A document or key set that was fetched holds for some minutes and is then fetched again by the
// first who needs it, while the others go on with the old one; a key that nobody knows makes it be fetched at once, though never more
// often than once in a pause. An issuer that does not answer is ErrUnavailable where nothing of it is known, never ErrToken: a client
// that is told to sign in again while nobody can would lose what it holds.
package oidc
