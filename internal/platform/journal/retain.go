package journal

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// LeastMonths is how long evidence is kept at least, whatever a policy says: two years.
const LeastMonths = 24

// Retain is the act by which the house drops the oldest entries of chains when their time is over; Retained is its detail.
const Retain = "retainJournals"

// Retained are the chains that were cut at their beginnings, as an entry of the acts' chain keeps them: those of its own programme, and of
// nodes. What was dropped is told by nothing else, so a beginning that is cut off without such an entry shows.
type Retained struct {
	Acts  []Closing `json:"acts"`
	Reads []Closing `json:"reads"`
}

// Closing is the head of what was dropped: the chain goes on after it.
type Closing struct {
	Head
	Last   time.Time `json:"last"`   // when the last entry that was dropped was written
	Before time.Time `json:"before"` // what was written from here on had to be kept
}

// Retained gives the chains that an entry says were cut; none where it is another act.
func (a Act) Retained() (Retained, error) {
	var r Retained
	if a.Act != Retain || a.Sealed {
		return r, nil
	}
	if err := json.Unmarshal(a.Detail, &r); err != nil {
		return Retained{}, fmt.Errorf("what was dropped: %w", err)
	}
	for _, c := range r.Acts {
		if c.ID != a.Programme {
			return Retained{}, errors.New("what was dropped: another programme's acts")
		}
	}
	return r, nil
}

// slack is far more than lies between the moment that an act bears and its end.
const slack = time.Hour

// beginning is where a chain begins, and when that was written down.
type beginning struct {
	Closing
	said time.Time
}

// early says what is wrong with a closing by itself: no policy lets evidence go before two years.
func (b beginning) early() string {
	if least := b.said.AddDate(0, -LeastMonths, 0); b.Before.After(least) || !b.Last.Before(b.Before) {
		return fmt.Sprintf("entries up to %d were dropped before their time", b.Entries)
	}
	return ""
}

// Cut takes, before any row, the entries by which chains were cut: each chain begins where the last of them says.
func (v *Verifier) Cut(a Act) {
	r, err := a.Retained()
	if err != nil {
		return // found again, and named, when the row has its turn
	}
	for kind, all := range map[Kind][]Closing{Acts: r.Acts, Reads: r.Reads} {
		for _, c := range all {
			id := chainID{kind, c.ID}
			if c.Entries > v.begins[id].Entries {
				v.begins[id] = beginning{c, a.At}
			}
		}
	}
}

// begin opens a chain's report where the chain begins, and holds what is known of its dropped part against it.
func (v *Verifier) begin(id chainID) *Report {
	r := &Report{Kind: id.kind, ID: id.id}
	b, cut := v.begins[id]
	if !cut {
		return r
	}
	r.Dropped, r.Since, r.Head = b.Entries, b.Before, b.Chain
	if why := b.early(); why != "" {
		r.Broken, r.Why = 1, why
		return r
	}
	for entries, points := range v.points[id] {
		for _, p := range points {
			switch {
			case entries == b.Entries && string(p.chain) != string(b.Chain):
				r.Broken, r.Why = entries, "the chain up to it was written anew: "+p.where+" holds another head"
			case entries < b.Entries && p.at.Add(-slack).After(b.Before):
				r.Broken, r.Why = entries+1, "it was dropped before its time: "+p.where+" does not know it yet"
			}
		}
	}
	return r
}
