package access_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
)

// TestLimits: a system is limited whatever its token says, a person only where the token speaks of ours.
func TestLimits(t *testing.T) {
	for _, c := range []struct {
		granted string
		system  bool
		want    []string
	}{
		{"", false, nil},
		{"openid profile email", false, nil},
		{"openid lavoro.read", false, []string{"lavoro.read"}},
		{"lavoro.register lavoro.read lavoro.register", false, []string{"lavoro.read", "lavoro.register"}},
		{"", true, []string{}},
		{"openid LAVORO.READ lavoro.all lavoro.", true, []string{}},
		{"lavoro.money openid", true, []string{"lavoro.money"}},
	} {
		if got := access.Limits(strings.Fields(c.granted), c.system); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%q, system %v: %#v, want %#v", c.granted, c.system, got, c.want)
		}
	}
}

// TestAScopeTakesAwayAndNeverGives: of what a grant allows, a limited token is good for the acts of its scopes.
func TestAScopeTakesAwayAndNeverGives(t *testing.T) {
	for _, role := range access.Roles() {
		free, programme, key := holds(role)
		row := []uuid.UUID{key}
		for _, scope := range append(access.TokenScopes(), "lavoro.unheard") {
			limited := free
			limited.Scopes = []string{scope}
			for _, act := range access.Acts() {
				want := free.May(act, programme, row) && limited.InScope(act)
				if limited.May(act, programme, row) != want || limited.MayIn(act, programme) != want {
					t.Errorf("%s with %s: %s is %v", role, scope, act, !want)
				}
				if scope == access.ReadAll && want {
					t.Errorf("%s may %s with a token that only reads", role, act)
				}
			}
		}
		nothing := free
		nothing.Scopes = []string{}
		if !free.MayRead() || nothing.MayRead() || nothing.Fingerprint() == free.Fingerprint() {
			t.Errorf("%s: a token without scopes reads", role)
		}
	}
}

// TestEveryActOfPeopleHasOneScope, so that what a partner system can be allowed stands in one line.
func TestEveryActOfPeopleHasOneScope(t *testing.T) {
	for _, act := range access.Acts() {
		if of := access.ScopesOf(act); len(of) > 1 {
			t.Errorf("%s is in %v", act, of)
		}
	}
	if got := access.ScopesOf(access.RecordAttendance); len(got) != 1 || got[0] != "lavoro.register" {
		t.Errorf("recordAttendance is in %v", got)
	}
	if got := access.ScopesOf(access.RemindDue); len(got) != 0 {
		t.Errorf("a reminder is in %v", got)
	}
}
