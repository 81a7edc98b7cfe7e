package access

import (
	"maps"
	"slices"
)

// ReadAll is the scope of a token that may read what its holder sees, and change nothing.
const ReadAll = "lavoro.read"

// tokenScopes is the table scope x act: what a token that is limited to the scope may do of what its holder may. Each of them may read,
// too: an act answers with what it has changed. An act in no scope is for people alone.
var tokenScopes = map[string][]Act{
	ReadAll:             nil,
	"lavoro.people":     pathActs,
	"lavoro.companies":  companyActs,
	"lavoro.activities": activityActs,
	"lavoro.placements": placementActs,
	"lavoro.register":   registerActs,
	"lavoro.matches":    matchActs,
	"lavoro.money":      {ComputeAllowance},
}

// TokenScopes lists the scopes that tokens may be limited to, sorted.
func TokenScopes() []string { return slices.Sorted(maps.Keys(tokenScopes)) }

// Limits gives what a token with these scopes is limited to, for Actor.Scopes. A system's token is limited always, to nothing where none
// of its scopes is known; a person's only by a scope of ours, since issuers put their own into every token.
func Limits(granted []string, system bool) []string {
	known := []string{}
	for _, s := range granted {
		if _, ours := tokenScopes[s]; ours {
			known = append(known, s)
		}
	}
	slices.Sort(known)
	if known = slices.Compact(known); len(known) == 0 && !system {
		return nil
	}
	return known
}

// MayRead says whether the token may read at all.
func (a Actor) MayRead() bool { return a.Scopes == nil || len(a.Scopes) > 0 }

// InScope says whether the token is good for the act, before anybody asks whether its holder may do it.
func (a Actor) InScope(act Act) bool {
	return a.Scopes == nil || slices.ContainsFunc(a.Scopes, func(s string) bool { return slices.Contains(tokenScopes[s], act) })
}

// ScopesOf lists the scopes that are good for the act, sorted; none for an act that is for people alone.
func ScopesOf(act Act) []string {
	return slices.DeleteFunc(TokenScopes(), func(s string) bool { return !slices.Contains(tokenScopes[s], act) })
}
