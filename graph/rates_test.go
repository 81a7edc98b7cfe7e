package graph

import (
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/member"
)

// Newcomers, who are all nobody here, do not draw on each other's buckets, and no bucket is named after a person.
func TestNewcomersHaveBucketsOfTheirOwn(t *testing.T) {
	of := func(s Session) string { return senderOf(WithSession(t.Context(), s), s) }
	newcomer := func(issuer, subject string) string {
		return of(Session{Identity: member.Identity{Issuer: issuer, Subject: subject, FiscalCode: "RSSMRA85A01F023U"}})
	}
	seen := map[string]bool{}
	for _, bucket := range []string{newcomer("spid", "rosa"), newcomer("spid", "anna"), newcomer("cie", "rosa"), newcomer("spidr", "osa"), of(Session{}),
		of(Session{Actor: access.Actor{Member: uuid.New()}})} {
		if seen[bucket] || bucket == "" || len(bucket) > 40 {
			t.Errorf("bucket %q", bucket)
		}
		seen[bucket] = true
	}
	if newcomer("spid", "rosa") != newcomer("spid", "rosa") {
		t.Error("a newcomer has more than one bucket")
	}
}
