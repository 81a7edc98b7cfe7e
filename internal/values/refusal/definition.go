// Package refusal is the one way to say no: a documented code with its cause and its cure in both languages.
//
// Each concept defines its codes as package variables with Define, and answers with code.At(path).With(argument).
// A refusal carries code, path and arguments only; the words are looked up when it is shown, so a stored outcome
// can be told again later in any language. Warnings are the same thing, handed back beside a done act.
package refusal

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// Kind tells a client what a refusal is about, and so what may be done next.
type Kind string

// The kinds: a rule of the programme, a missing right, a wrong state, a clash with another act, an unreadable input.
const (
	Rule     Kind = "RULE"
	Right    Kind = "RIGHT"
	State    Kind = "STATE"
	Conflict Kind = "CONFLICT"
	Input    Kind = "INPUT"
)

var kinds = []Kind{Rule, Right, State, Conflict, Input}

// Definition documents one code. Message says the cause and Cure what to do, both required in both languages;
// CuredBy says who can do it, and may be empty when it is whoever sends the request. All may hold {name} placeholders.
type Definition struct {
	Code    string
	Kind    Kind
	Message Text
	Cure    Text
	CuredBy Text
}

// Code is a defined refusal, ready to be raised; made only by Define.
type Code struct{ definition Definition }

var registry = struct {
	sync.RWMutex
	byCode map[string]Definition
}{byCode: map[string]Definition{}}

var shape = regexp.MustCompile(`^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$`)

// Define registers a code at start-up. It panics on a duplicate or ill-shaped code, an unknown kind, a missing text,
// or placeholders that differ between the languages.
func Define(d Definition) *Code {
	if err := d.check(); err != nil {
		panic("refusal: " + d.Code + ": " + err.Error())
	}
	registry.Lock()
	defer registry.Unlock()
	if _, taken := registry.byCode[d.Code]; taken {
		panic("refusal: " + d.Code + ": defined twice")
	}
	registry.byCode[d.Code] = d
	return &Code{definition: d}
}

// All returns every definition, sorted by code, for the documentation.
func All() []Definition {
	registry.RLock()
	defer registry.RUnlock()
	all := make([]Definition, 0, len(registry.byCode))
	for _, d := range registry.byCode {
		all = append(all, d)
	}
	slices.SortFunc(all, func(a, b Definition) int { return strings.Compare(a.Code, b.Code) })
	return all
}

// At raises the code at a path of the act's input; no path means the act as a whole.
func (c *Code) At(path ...string) Refusal {
	return Refusal{Code: c.definition.Code, Path: slices.Clone(path)}
}

// String is the code itself, as clients see it.
func (c *Code) String() string { return c.definition.Code }

// Definition returns the documented words of the code.
func (c *Code) Definition() Definition { return c.definition }

func lookup(code string) (Definition, bool) {
	registry.RLock()
	defer registry.RUnlock()
	d, ok := registry.byCode[code]
	return d, ok
}

func (d Definition) check() error {
	switch {
	case !shape.MatchString(d.Code):
		return fmt.Errorf("the code must be UPPER_SNAKE_CASE")
	case !slices.Contains(kinds, d.Kind):
		return fmt.Errorf("unknown kind %q", d.Kind)
	case !d.Message.Complete() || !d.Cure.Complete():
		return fmt.Errorf("message and cure are required in both languages")
	case !d.CuredBy.IsZero() && !d.CuredBy.Complete():
		return fmt.Errorf("curedBy is in one language only")
	}
	for _, t := range []Text{d.Message, d.Cure, d.CuredBy} {
		if !slices.Equal(text.Placeholders(t.It), text.Placeholders(t.En)) {
			return fmt.Errorf("placeholders differ between the languages")
		}
	}
	return nil
}
