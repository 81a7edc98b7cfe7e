package programme

import (
	"context"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/values/calendar"
)

// Supposition is a version of the rules that was not applied: what it would make of something can be worked out beforehand.
type Supposition struct {
	Programme uuid.UUID
	ValidFrom calendar.Day
	version   Policy
	taxes     map[string]Tax // how what payers pay is taxed, by code
}

// suppose makes a supposition of what a file says of the rules.
func suppose(programme uuid.UUID, f File) *Supposition {
	d := f.Policy
	s := Supposition{Programme: programme, ValidFrom: d.ValidFrom, taxes: make(map[string]Tax, len(f.Payers)), version: Policy{Version: newID(), Number: d.Number, ValidFrom: d.ValidFrom, rules: make(map[string]Rule, len(d.Rules))}}
	for _, r := range d.Rules {
		s.version.rules[r.Code] = r
	}
	for _, p := range f.Payers {
		s.taxes[p.Organisation] = p.Tax
	}
	return &s
}

type supposing struct{}

// Suppose has all that asks for the programme's rules by this context find the version among them, in the place where it would stand once applied.
func Suppose(ctx context.Context, s *Supposition) context.Context {
	return context.WithValue(ctx, supposing{}, s)
}

// supposed is the version that is supposed, nil for none.
func supposed(ctx context.Context) *Supposition {
	s, _ := ctx.Value(supposing{}).(*Supposition)
	return s
}

// holdsOn says whether the version that is supposed is the one in force on a day.
func (s *Supposition) holdsOn(programme uuid.UUID, day calendar.Day) bool {
	return s != nil && s.Programme == programme && !day.Before(s.ValidFrom)
}
