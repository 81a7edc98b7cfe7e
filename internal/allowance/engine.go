package allowance

import (
	"fmt"
	"maps"
	"slices"
)

// Engine is the version of the working out that statements are issued by. It gets a successor whenever the same inputs would come to anything
// else, be it a word; the older ones stay, since statements keep which one made them.
const Engine = "1"

// engines are all that there ever were.
var engines = map[string]func(Inputs) Working{
	"1": Accrue,
}

// Engines lists the versions of the working out, in order.
func Engines() []string { return slices.Sorted(maps.Keys(engines)) }

// Again works out a month as an engine of the version did.
func Again(engine string, in Inputs) (Working, error) {
	work, ok := engines[engine]
	if !ok {
		return Working{}, fmt.Errorf("there is no engine %q", engine)
	}
	if len(in.Versions) == 0 {
		return Working{}, fmt.Errorf("inputs without rules")
	}
	for _, h := range in.Register {
		for _, p := range h.Portions {
			if p.Version < 0 || p.Version >= len(in.Versions) {
				return Working{}, fmt.Errorf("hours of a version of the rules that is not there")
			}
		}
	}
	return work(in), nil
}
