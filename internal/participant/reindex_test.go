package participant_test

import (
	"errors"
	"path/filepath"
	"sync"
	"testing"

	"github.com/lavoroincorso/lavoro/internal/participant"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/platform/secret"
)

// TestKeysChangeUnderReferrals: two nodes, of which one still holds the old keys, refer the same people while keys are rotated; nobody is
// made twice, and everybody is found before, during and after.
func TestKeysChangeUnderReferrals(t *testing.T) {
	o := newOffice(t)
	url := o.owner.Config().ConnString()
	file := filepath.Join(t.TempDir(), "keys.json")
	if err := o.db.Keys.Create(file); err != nil {
		t.Fatal(err)
	}
	old, err := secret.Read(file) // a node that reads the file again by itself
	if err != nil {
		t.Fatal(err)
	}
	o.db.Keys = old
	for n := range 10 {
		o.referred(o.aias, "AIAS", made(n))
	}
	next, err := old.Rotate()
	if err != nil {
		t.Fatal(err)
	}
	renewed, err := postgres.Open(o.ctx, postgres.Config{URL: url, Keys: next})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(renewed.Close)
	other := *o
	other.db = renewed
	var wg sync.WaitGroup
	for _, node := range []*office{o, &other} {
		wg.Go(func() {
			for n := range 20 {
				_, _ = node.refer(o.aias, "AIAS", made(n)) // one of the two is refused
			}
		})
	}
	wg.Go(func() {
		if err := next.Write(file); err != nil {
			t.Error(err)
		}
		for range 3 {
			if _, err := participant.Reindex(o.ctx, url, next); err != nil {
				t.Error(err)
			}
		}
	})
	wg.Wait()
	if got := o.text("select count(*) || ' ' || count(distinct code) from (select distinct person_id, code from person_code) x"); got != "20 20" {
		t.Errorf("persons and codes: %s", got)
	}
	if err := participant.FinishIndex(o.ctx, url, next); !errors.Is(err, participant.ErrNotIndexed) {
		t.Errorf("finished before every data key is wrapped anew: %v", err)
	}
	if _, err := postgres.Rewrap(o.ctx, url, next); err != nil {
		t.Fatal(err)
	}
	if _, err := participant.Reindex(o.ctx, url, next); err != nil {
		t.Fatal(err)
	}
	for _, node := range []*office{o, &other} {
		for n := range 20 {
			if _, err := node.refer(o.aias, "AIAS", made(n)); !has(err, participant.AlreadyReferred) {
				t.Errorf("%d is not found: %v", n, err)
			}
		}
	}
	if err := participant.FinishIndex(o.ctx, url, next); err != nil {
		t.Fatal(err)
	}
	if got := o.text("select count(*) || ' ' || count(distinct index_version) from person_code"); got != "20 1" {
		t.Errorf("marks and keys: %s", got)
	}
	last, err := next.Finish()
	if err != nil {
		t.Fatal(err)
	}
	renewed.Keys = last
	if _, err := other.refer(o.aias, "AIAS", made(3)); !has(err, participant.AlreadyReferred) {
		t.Errorf("with the new keys alone: %v", err)
	}
	stale, err := secret.Generate() // stands for a node that never read the new keys
	if err != nil {
		t.Fatal(err)
	}
	o.exec("insert into retired_index values ($1)", int64(stale.IndexVersions()[0]))
	renewed.Keys = stale
	if _, err := other.refer(o.aias, "AIAS", made(3)); err == nil || has(err, participant.AlreadyReferred) {
		t.Errorf("a node with retired keys brought somebody in again: %v", err)
	}
}
