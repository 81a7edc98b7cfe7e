// Package issuer is a small OpenID Connect issuer for demonstrations: anybody may sign in as any of its people, by choosing a name.
//
// It speaks what real issuers speak (discovery, keys, authorization code with PKCE, client credentials, end of session), so that what
// relies on it takes the same path as with a real one. It keeps no session: whoever comes is asked who he is. All that it must remember
// it signs: a code is a token of its own that holds for a minute, so that nodes that share the key answer for each other's codes; that a
// code is used once is remembered by the node that redeems it. The key lies in a file that only its owner reads.
package issuer
