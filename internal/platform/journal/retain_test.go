package journal_test

import (
	"crypto/sha256"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/lavoroincorso/lavoro/internal/platform/journal"
)

// retained appends the entry by which the first k acts went, written two years and a day after the last of them.
func retained(t *rapid.T, acts []journal.Act, k int, change func(*journal.Closing)) []journal.Act {
	last := acts[k-1]
	c := journal.Closing{Head: headOf(acts[:k]), Last: last.At, Before: last.At.Add(time.Second)}
	if change != nil {
		change(&c)
	}
	detail, err := json.Marshal(journal.Retained{Acts: []journal.Closing{c}})
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(detail)
	said := journal.Act{ID: uuid.New(), Programme: last.Programme, Seq: int64(len(acts) + 1), Version: 2, At: last.At.AddDate(2, 0, 1), Actor: uuid.New(), Act: journal.Retain,
		SubjectKind: "Programme", Subject: last.Programme, Detail: detail, Digest: sum[:]}
	said.Chain = said.Link(acts[len(acts)-1].Chain)
	return append(acts[k:len(acts):len(acts)], said)
}

// verifyCut verifies what is left of a chain, as evidence.Verify does.
func verifyCut(acts []journal.Act, head journal.Head, anchors ...journal.Kept) journal.Report {
	v := journal.NewVerifier([]journal.Head{head}, nil, anchors)
	for _, a := range acts {
		if a.Act == journal.Retain {
			v.Cut(a)
		}
	}
	for _, a := range acts {
		v.Act(a)
	}
	return v.Done()[0]
}

// However much of a chain went in its time, the rest verifies, with anchors of any age; what is wrong with its beginning is found.
func TestAChainBeginsWhereItsRetentionSays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 9).Draw(t, "entries")
		k := rapid.IntRange(1, n).Draw(t, "dropped")
		at := rapid.IntRange(1, n).Draw(t, "anchored")
		acts := chainOf(uuid.New(), n)
		anchor := journal.Kept{Name: "anchor", Anchor: journal.Anchor{At: acts[at-1].At, Acts: []journal.Head{headOf(acts[:at])}}}
		left := retained(t, acts, k, nil)
		if r := verifyCut(left, headOf(left), anchor); r.Broken != 0 || r.Dropped != int64(k) || r.Entries != int64(n-k+1) {
			t.Fatalf("%d of %d dropped, anchored at %d: %+v", k, n, at, r)
		}
		for what, change := range map[string]func(*journal.Closing){
			"another link":         func(c *journal.Closing) { c.Chain = journal.Hash(make([]byte, 32)) },
			"one entry less":       func(c *journal.Closing) { c.Entries-- },
			"one entry more":       func(c *journal.Closing) { c.Entries++ },
			"another chain":        func(c *journal.Closing) { c.ID = uuid.New() },
			"too young":            func(c *journal.Closing) { c.Before = c.Before.AddDate(0, 1, 0) },
			"younger than it says": func(c *journal.Closing) { c.Last = c.Before },
		} {
			if left := retained(t, acts, k, change); verifyCut(left, headOf(left)).Broken == 0 {
				t.Errorf("%s: not found", what)
			}
		}
		late := anchor
		late.At = acts[k-1].At.AddDate(0, 1, 0)
		r := verifyCut(left, headOf(left), late)
		if early := at < k; (r.Broken != 0) != early || early && !strings.Contains(r.Why, "before its time") {
			t.Errorf("%d dropped, and a month later an anchor knew %d: %+v", k, at, r)
		}
		late.Acts = []journal.Head{headOf(chainOf(acts[0].Programme, k))}
		if r := verifyCut(left, headOf(left), late); r.Broken != int64(k) || !strings.Contains(r.Why, "anew") {
			t.Errorf("another link at the cut: %+v", r)
		}
	})
}
