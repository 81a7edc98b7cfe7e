package journal

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// Kind says which sort a chain is of.
type Kind string

// The kinds of chains.
const (
	Acts  Kind = "acts"
	Reads Kind = "reads"
)

// Report is what verification found of one chain. Broken is the first entry that is not what was written, counted from the first that ever
// was, 1; 0 when all hold.
type Report struct {
	Kind    Kind
	ID      uuid.UUID // of the programme, or of the node
	Dropped int64     // before its beginning, when their time was over
	Since   time.Time // what was written from here on is there; zero where nothing was dropped
	Entries int64     // that are there
	Head    Hash
	Broken  int64
	Why     string
}

// point is an anchored head, where it is anchored, and when that was done.
type point struct {
	chain Hash
	where string
	at    time.Time
	from  int64
	tree  Hash // over the links after from, up to here; empty for none
}

type chainID struct {
	kind Kind
	id   uuid.UUID
}

// Verifier takes chains row by row, acts before reads, and says what became of each.
type Verifier struct {
	points  map[chainID]map[int64][]point
	heads   map[chainID]Head
	begins  map[chainID]beginning
	reports []*Report
	current *Report
	// links are those of the current chain since the last tree, which ended with the entry before them.
	links [][]byte
	last  int64
}

// NewVerifier knows the heads that the database holds, and the anchors that left the house: none where there are none.
func NewVerifier(acts, reads []Head, anchors []Kept) *Verifier {
	v := &Verifier{points: map[chainID]map[int64][]point{}, heads: map[chainID]Head{}, begins: map[chainID]beginning{}}
	for _, h := range acts {
		v.heads[chainID{Acts, h.ID}] = h
	}
	for _, h := range reads {
		v.heads[chainID{Reads, h.ID}] = h
	}
	for _, a := range anchors {
		v.anchored(Acts, a.Acts, "the anchor of "+a.Name, a.At)
		v.anchored(Reads, a.Reads, "the anchor of "+a.Name, a.At)
	}
	return v
}

func (v *Verifier) anchored(kind Kind, heads []Head, where string, at time.Time) {
	for _, h := range heads {
		id := chainID{kind, h.ID}
		if v.points[id] == nil {
			v.points[id] = map[int64][]point{}
		}
		v.points[id][h.Entries] = append(v.points[id][h.Entries], point{h.Chain, where, at, h.From, h.Tree})
	}
}

// Act takes the next row of the acts' chains, which come one after the other in the order of their sequence.
func (v *Verifier) Act(a Act) {
	intact := v.next(Acts, a.Programme, a.Seq, a.Link, a.Chain)
	if intact && !a.Whole() {
		v.broken(a.Seq, "its detail was changed")
		return
	}
	heads, err := a.Anchored()
	if err != nil && intact {
		v.broken(a.Seq, "its heads of reads cannot be read")
	}
	if _, err := a.Retained(); err != nil && intact {
		v.broken(a.Seq, err.Error())
	}
	if intact {
		v.anchored(Reads, heads, fmt.Sprintf("entry %d of the acts of %s", a.Seq, a.Programme), a.At)
	}
}

// Read takes the next row of the reads' chains.
func (v *Verifier) Read(r Read) { v.next(Reads, r.Node, r.Seq, r.Link, r.Chain) }

// next follows one row; it says whether the chain holds up to here.
func (v *Verifier) next(kind Kind, id uuid.UUID, seq int64, link func([]byte) []byte, chain []byte) bool {
	if v.current == nil || v.current.Kind != kind || v.current.ID != id {
		v.end()
		v.current = v.begin(chainID{kind, id})
		v.links, v.last = nil, v.current.Dropped
	}
	r := v.current
	r.Entries++
	if r.Broken != 0 {
		return false
	}
	switch want, nth := link(r.Head), r.Dropped+r.Entries; {
	case seq > nth:
		v.broken(nth, "it is missing")
	case seq < nth:
		v.broken(nth, "its number is taken")
	case !bytes.Equal(want, chain):
		v.broken(seq, "it was changed, or stands in another's place")
	default:
		r.Head = want
		if kind == Acts {
			v.links = append(v.links, want)
		}
		for _, p := range v.points[chainID{kind, id}][seq] {
			if !bytes.Equal(p.chain, want) {
				v.broken(seq, "the chain up to it was written anew: "+p.where+" holds another head")
				break
			}
			if !v.grown(p, seq) {
				v.broken(seq, "the tree that "+p.where+" holds is of other entries")
				break
			}
		}
	}
	return r.Broken == 0
}

// grown says whether the tree of an anchored head is that of the entries that it is over. One that began before what is left, or was looked at, is passed over.
func (v *Verifier) grown(p point, seq int64) bool {
	if len(p.tree) == 0 || p.from < v.last || p.from >= seq {
		return true
	}
	tree, err := Grow(v.links[p.from-v.last:])
	if err != nil {
		return false
	}
	root, err := tree.Root()
	v.links, v.last = nil, seq
	return err == nil && bytes.Equal(root, p.tree)
}

func (v *Verifier) broken(at int64, why string) { v.current.Broken, v.current.Why = at, why }

// end closes the current chain: its last row must be the head that the database holds, and no anchor may know a later one.
func (v *Verifier) end() {
	r := v.current
	if r == nil {
		return
	}
	v.reports, v.current = append(v.reports, r), nil
	id := chainID{r.Kind, r.ID}
	head, points := v.heads[id], v.points[id]
	delete(v.heads, id)
	delete(v.points, id)
	delete(v.begins, id)
	if r.Broken != 0 {
		return
	}
	last := r.Dropped + r.Entries
	if head.Entries != last || !bytes.Equal(head.Chain, r.Head) {
		r.Broken, r.Why = last+1, fmt.Sprintf("the head says %d entries", head.Entries)
	}
	for _, entries := range slices.Sorted(maps.Keys(points)) {
		if entries > last {
			r.Broken, r.Why = last+1, fmt.Sprintf("the end was cut off: %s knows %d entries", points[entries][0].where, entries)
			return
		}
	}
}

// Done gives a report of every chain, those too of which only a head or an anchor is left, or nothing but that all was dropped.
func (v *Verifier) Done() []Report {
	v.end()
	for id := range maps.Clone(v.begins) {
		v.current = v.begin(id)
		v.end()
	}
	gone := map[chainID]string{}
	for id, h := range v.heads {
		if h.Entries > 0 {
			gone[id] = fmt.Sprintf("all of it is gone: the head says %d entries", h.Entries)
		}
	}
	for id, points := range v.points {
		last := slices.Max(slices.Collect(maps.Keys(points)))
		gone[id] = fmt.Sprintf("all of it is gone: %s knows %d entries", points[last][0].where, last)
	}
	for id, why := range gone {
		v.reports = append(v.reports, &Report{Kind: id.kind, ID: id.id, Broken: 1, Why: why})
	}
	out := make([]Report, len(v.reports))
	for i, r := range v.reports {
		out[i] = *r
	}
	slices.SortFunc(out, func(a, b Report) int {
		return strings.Compare(string(a.Kind)+a.ID.String(), string(b.Kind)+b.ID.String())
	})
	return out
}
