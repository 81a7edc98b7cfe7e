package member_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/member"
)

// later moves the clock past the time for which grants are used without asking whether any have changed.
func (o *office) later() { o.now = o.now.Add(2 * time.Second) }

// TestGrantsAreReadAgainWhenTheyHaveChanged, and only then: while they stay the same the database is not asked for anybody's, and a change of any
// table that they depend on is noticed.
func TestGrantsAreReadAgainWhenTheyHaveChanged(t *testing.T) {
	o := newOffice(t)
	tutor := o.hire("PEGASO")
	d := o.directory()
	holds := func() int {
		t.Helper()
		a, err := d.Actor(o.ctx, "test", tutor.String())
		if err != nil && !errors.Is(err, member.ErrUnknown) {
			t.Fatal(err)
		}
		return len(a.Grants)
	}
	becomes := func(grants int) {
		t.Helper()
		o.later()
		if got := holds(); got != grants {
			t.Fatalf("%d grants, not %d", got, grants)
		}
	}
	becomes(1)
	grant := o.bestow(tutor, access.CaseManager, "PEGASO")
	becomes(2)
	o.exec("update access_grant set to_day = '2026-01-01' where id = $1", grant)
	becomes(1)
	o.at("2026-03-19")
	becomes(1)
	o.exec("update member set ended_on = '2026-03-18' where id = $1", tutor)
	becomes(0)
	o.exec("update member set ended_on = null where id = $1", tutor)
	becomes(1)

	becomes(1) // in the newest version
	o.exec("alter function sign_in(text, text, date) rename to sign_in_away")
	becomes(1)
	o.bestow(o.chief, access.Coordinator, "ASL")
	o.later()
	if _, err := d.Actor(o.ctx, "test", tutor.String()); err == nil {
		t.Fatal("a change is not noticed")
	}
}

// TestAnIdentityIsReadAgainWhenItHasChanged, and only then.
func TestAnIdentityIsReadAgainWhenItHasChanged(t *testing.T) {
	o := newOffice(t)
	tutor, d := o.hire("PEGASO"), o.directory()
	of := func() error {
		o.later()
		_, err := d.Of(o.ctx, tutor)
		return err
	}
	o.must(of())
	o.exec("update member set issuer = null, subject = null where id = $1", tutor)
	if err := of(); !errors.Is(err, member.ErrUnknown) {
		t.Fatalf("without an identity: %v", err)
	}
	o.exec("update member set issuer = 'test', subject = 'another' where id = $1", tutor)
	o.must(of())
	o.exec("alter function member_identity(uuid) rename to member_identity_away")
	o.must(of())
	o.bestow(o.chief, access.Coordinator, "ASL")
	if of() == nil {
		t.Error("a change is not noticed")
	}
}

// TestAVersionThatComesBackIsAnother: a database that was restored counts on from where its dump was taken.
func TestAVersionThatComesBackIsAnother(t *testing.T) {
	o := newOffice(t)
	tutor, d := o.hire("PEGASO"), o.directory()
	asks := func(who uuid.UUID) error {
		_, err := d.Actor(o.ctx, "test", who.String())
		return err
	}
	o.must(asks(tutor))
	o.exec("update access_grant set to_day = '2026-01-01' where member_id = $1", tutor)
	o.later()
	o.must(asks(o.boss)) // who has the node notice
	o.exec("update sign_in_version set n = n - 1")
	o.later()
	if err := asks(tutor); !errors.Is(err, member.ErrUnknown) {
		t.Fatalf("holds what he held in the version of the same number: %v", err)
	}
}

// TestEveryTableBehindASignInIsWatched: a change of each, by whatever way, makes another version; a transaction makes one.
func TestEveryTableBehindASignInIsWatched(t *testing.T) {
	o := newOffice(t)
	grant := o.bestow(o.boss, access.Coordinator, "PEGASO")
	o.must(o.delegate(o.boss, o.boss, o.hire("PEGASO"), "2026-03-18", "2026-03-20", grant))
	version := func() (n int64) {
		o.one("select n from sign_in_version", &n)
		return n
	}
	for _, change := range []string{
		"update member set revision = revision",
		"update access_grant set to_day = to_day",
		"update delegation set to_day = to_day",
		"delete from delegation_grant",
		"update organisation set name = name",
	} {
		before := version()
		o.exec(change)
		if got := version(); got != before+1 {
			t.Errorf("%s: %d versions more", change, got-before)
		}
	}
}
