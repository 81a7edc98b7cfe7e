package journal_test

import (
	"crypto/sha256"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/lavoroincorso/lavoro/internal/platform/journal"
)

// chainOf writes a chain of acts, one of each version in turn, each with a detail.
func chainOf(programme uuid.UUID, n int) []journal.Act {
	var before []byte
	acts := make([]journal.Act, n)
	for i := range acts {
		detail := []byte{byte(i)}
		sum := sha256.Sum256(detail)
		a := journal.Act{ID: uuid.New(), Programme: programme, Seq: int64(i + 1), Version: 1 + i%2, At: time.Date(2027, 3, 1, 9, 0, i, 1000, time.UTC), Actor: uuid.New(),
			Act: "recordAttendance", SubjectKind: "Attendance", Subject: uuid.New(), Sealed: i%2 == 1, Detail: detail, Digest: sum[:]}
		if a.Version == 2 {
			person, absent := uuid.New(), uuid.New()
			a.Person, a.OnBehalfOf = &person, &absent
		}
		a.Chain = a.Link(before)
		before, acts[i] = a.Chain, a
	}
	return acts
}

func headOf(acts []journal.Act) journal.Head {
	last := acts[len(acts)-1]
	return journal.Head{ID: last.Programme, Entries: last.Seq, Chain: last.Chain}
}

func verify(acts []journal.Act, head journal.Head, anchors ...journal.Kept) journal.Report {
	v := journal.NewVerifier([]journal.Head{head}, nil, anchors)
	for _, a := range acts {
		v.Act(a)
	}
	return v.Done()[0]
}

// Whatever is done to one row of a chain is found, at that row.
func TestAnyChangeOfARowIsFoundThere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		acts := chainOf(uuid.New(), rapid.IntRange(2, 9).Draw(t, "entries"))
		head := headOf(acts)
		if r := verify(acts, head); r.Broken != 0 || r.Entries != int64(len(acts)) || string(r.Head) != string(head.Chain) {
			t.Fatalf("untouched: %+v", r)
		}
		at := rapid.IntRange(0, len(acts)-1).Draw(t, "at")
		a := &acts[at]
		change := rapid.SampledFrom([]string{"act", "kind", "actor", "subject", "moment", "detail", "digest", "both", "chain", "delete", "swap", "double", "id", "person", "behalf", "unseal", "forget", "version"}).Draw(t, "change")
		if a.Version == 1 && slices.Contains([]string{"id", "person", "behalf", "unseal", "forget"}, change) {
			return // what version 1 does not cover
		}
		other := uuid.New()
		switch change {
		case "act":
			a.Act = "closeParticipant"
		case "kind":
			a.SubjectKind = "Person"
		case "actor":
			a.Actor = other
		case "subject":
			a.Subject = other
		case "moment":
			a.At = a.At.Add(time.Microsecond)
		case "detail":
			a.Detail = []byte("x")
		case "digest":
			a.Digest = slices.Clone(a.Digest)
			a.Digest[rapid.IntRange(0, 31).Draw(t, "byte")] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		case "both":
			sum := sha256.Sum256([]byte("x"))
			a.Detail, a.Digest = []byte("x"), sum[:]
		case "chain":
			a.Chain = slices.Clone(a.Chain)
			a.Chain[rapid.IntRange(0, 31).Draw(t, "byte")] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		case "delete":
			acts = slices.Delete(acts, at, at+1)
		case "swap":
			to := (at + 1) % len(acts)
			acts[at], acts[to] = acts[to], acts[at]
			acts[at].Seq, acts[to].Seq = acts[to].Seq, acts[at].Seq
			at = min(at, to)
		case "double":
			acts = slices.Insert(acts, at+1, *a)
			at++
		case "id":
			a.ID = other
		case "person":
			a.Person = &other
		case "behalf":
			a.OnBehalfOf = &other
		case "unseal":
			a.Sealed = !a.Sealed
		case "forget":
			a.OnBehalfOf = nil
		case "version":
			a.Version = 3 - a.Version
		}
		if r := verify(acts, head); r.Broken != int64(at+1) || r.Why == "" {
			t.Errorf("%s at %d: %+v", change, at+1, r)
		}
	})
}

// What the chain cannot show, an anchor shows: an end cut off and a chain written anew, although the head was made to fit.
func TestAnchorsShowWhatTheChainCannot(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		programme := uuid.New()
		acts := chainOf(programme, rapid.IntRange(3, 9).Draw(t, "entries"))
		at := rapid.IntRange(2, len(acts)).Draw(t, "anchored")
		anchor := journal.Kept{Name: "2027-03-01", Anchor: journal.Anchor{Acts: []journal.Head{headOf(acts[:at])}}}
		if r := verify(acts, headOf(acts), anchor); r.Broken != 0 {
			t.Fatalf("untouched: %+v", r)
		}
		left := rapid.IntRange(1, at-1).Draw(t, "left")
		if r := verify(acts[:left], headOf(acts[:left])); r.Broken != 0 {
			t.Fatalf("without anchors a cut end shows: %+v", r)
		}
		if r := verify(acts[:left], headOf(acts[:left]), anchor); r.Broken != int64(left+1) || !strings.Contains(r.Why, "cut off") || !strings.Contains(r.Why, "2027-03-01") {
			t.Errorf("cut after %d: %+v", left, r)
		}
		anew := chainOf(programme, len(acts))
		if r := verify(anew, headOf(anew), anchor); r.Broken != int64(at) || !strings.Contains(r.Why, "anew") {
			t.Errorf("written anew: %+v", r)
		}
		if r := verify(nil, journal.Head{ID: programme}, anchor); r.Broken != 1 || !strings.Contains(r.Why, "gone") {
			t.Errorf("all gone: %+v", r)
		}
	})
}

// The acts' chain holds heads of reads: a node's end that is cut off shows without any anchor outside.
func TestActsAnchorReads(t *testing.T) {
	node, programme := uuid.New(), uuid.New()
	var reads []journal.Read
	var before []byte
	for i := range 4 {
		r := journal.Read{ID: uuid.New(), Node: node, Request: uuid.New(), Actor: uuid.New(), Seq: int64(i + 1), At: time.Date(2027, 3, 1, 9, 0, i, 0, time.UTC), Programme: programme,
			Purpose: "CARE", Class: "health", Participations: []uuid.UUID{uuid.New(), uuid.New()}, Persons: []uuid.UUID{uuid.New()}}
		r.Chain = r.Link(before)
		before = r.Chain
		reads = append(reads, r)
	}
	detail, err := json.Marshal(journal.ReadHeads{Reads: []journal.Head{{ID: node, Entries: 3, Chain: reads[2].Chain}}})
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(detail)
	anchor := journal.Act{ID: uuid.New(), Programme: programme, Seq: 1, Version: 2, At: time.Date(2027, 3, 1, 10, 0, 0, 0, time.UTC), Actor: uuid.New(), Act: journal.AnchorReads,
		SubjectKind: "Programme", Subject: programme, Detail: detail, Digest: sum[:]}
	anchor.Chain = anchor.Link(nil)
	check := func(left int) journal.Report {
		v := journal.NewVerifier([]journal.Head{headOf([]journal.Act{anchor})}, []journal.Head{{ID: node, Entries: int64(left), Chain: reads[left-1].Chain}}, nil)
		v.Act(anchor)
		for _, r := range reads[:left] {
			v.Read(r)
		}
		return v.Done()[1]
	}
	if r := check(4); r.Broken != 0 || r.Kind != journal.Reads {
		t.Errorf("untouched: %+v", r)
	}
	if r := check(2); r.Broken != 3 || !strings.Contains(r.Why, "entry 1 of the acts") {
		t.Errorf("cut: %+v", r)
	}
}
