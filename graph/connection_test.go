package graph

import (
	"context"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
)

// TestWhoStandsInNoMore acts in his own name on a connection that stands, though he reads the same as before.
func TestWhoStandsInNoMore(t *testing.T) {
	own := access.Grant{Role: access.Tutor, Programme: uuid.New(), Key: uuid.New()}
	absent := own
	absent.For = uuid.New()
	before := access.Actor{Member: uuid.New(), Grants: []access.Grant{absent}, Reason: "why"}
	c := &connection{session: Session{Actor: before}, who: func(context.Context, bool) (Session, error) {
		return Session{Actor: access.Actor{Member: before.Member, Grants: []access.Grant{own}}}, nil
	}}
	if bye := (&Resolver{}).stands(context.WithValue(t.Context(), connectionKey{}, c)); bye != nil {
		t.Fatalf("ends with %v", bye)
	}
	now := c.now().Actor
	if now.Fingerprint() != before.Fingerprint() {
		t.Fatal("he reads something else: this test shows nothing")
	}
	if now.Grants[0].For != uuid.Nil || now.Reason != before.Reason {
		t.Errorf("goes on as %+v", now)
	}
}
