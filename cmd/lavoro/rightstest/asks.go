package rightstest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Promise is one field as the contract promises it; the test that reads the contract fills it.
type Promise struct {
	Name, Type string // the named type
	Object     bool   // of an object type
}

// Contract gives the fields of each object type of the contract, sorted by name.
type Contract map[string][]Promise

// Missing names what the contract has and this package says nothing of: each needs a row in its tables.
func (c Contract) Missing(mapped func(typeName string) bool, filters, orders map[string][]string) (missing []string) {
	for name, fields := range c {
		if !mapped(name) {
			continue
		}
		t := Types[name]
		if t == nil {
			missing = append(missing, fmt.Sprintf("type %s: add Types[%q] to package rightstest, with its table, its class, what its rows belong to, and its fields", name, name))
			continue
		}
		for _, f := range fields {
			if _, known := t.Fields[f.Name]; !known {
				missing = append(missing, fmt.Sprintf("%s.%s: add %q to the fields of Types[%q] in package rightstest, with its class and what is shown", name, f.Name, f.Name, name))
			}
		}
		for _, f := range filters[name] {
			if _, known := t.Filters[f]; !known {
				missing = append(missing, fmt.Sprintf("filter %s of %s: add it to the filters of Types[%q] in package rightstest, with the class that it tells of", f, name, name))
			}
		}
		for _, o := range orders[name] {
			if _, known := t.Orders[o]; !known {
				missing = append(missing, fmt.Sprintf("order %s of %s: add it to the orders of Types[%q] in package rightstest, with the class that it tells of", o, name, name))
			}
		}
	}
	slices.Sort(missing)
	return missing
}

// All asks for every field of a type: of what it leads to the id, and every field where the path is one of deep, such as
// "verdicts.findings" below a participant.
func (c Contract) All(typeName string, deep ...string) []Ask {
	return c.all(typeName, "", deep)
}

func (c Contract) all(typeName, path string, deep []string) (asks []Ask) {
	for _, f := range c[typeName] {
		ask := Ask{Name: f.Name}
		below := strings.TrimPrefix(path+"."+f.Name, ".")
		object, paged := strings.CutSuffix(f.Type, "Connection")
		switch {
		case paged:
			ask.Type, ask.Page, ask.Under = f.Type, true, []Ask{{Name: "nodes", Type: object, Under: c.under(object, below, deep)}, {Name: "totalCount"}}
		case f.Object:
			ask.Type, ask.Under = f.Type, c.under(f.Type, below, deep)
		}
		asks = append(asks, ask)
	}
	return asks
}

func (c Contract) under(object, path string, deep []string) []Ask {
	identified := slices.ContainsFunc(c[object], func(p Promise) bool { return p.Name == "id" })
	if !identified || slices.ContainsFunc(deep, func(d string) bool { return d == path || strings.HasPrefix(d, path+".") }) {
		return c.all(object, path, deep)
	}
	return []Ask{{Name: "id"}}
}

// Text spells asks as a selection of GraphQL.
func Text(asks []Ask) string {
	var out strings.Builder
	for _, a := range asks {
		out.WriteString(a.Name)
		if a.Page {
			out.WriteString("(first:200)")
		}
		if a.Under != nil {
			out.WriteString("{" + Text(a.Under) + "}")
		}
		out.WriteString(" ")
	}
	return out.String()
}

// Asked collects which fields of which types are asked for, beyond ids.
func Asked(into map[string]bool, typeName string, asks []Ask) {
	for _, a := range asks {
		into[typeName+"."+a.Name] = true
		if a.Under != nil {
			Asked(into, a.Type, a.Under)
		}
	}
}

// Compare names where what is shown is not what the model says, at most ten of a comparison. Lists of objects that have no order of their
// own are compared by what they hold.
func Compare(path string, want, got any, found []string) []string {
	differs := func() []string {
		if len(found) < 10 {
			found = append(found, fmt.Sprintf("%s: shown is %s, the model says %s", path, short(got), short(want)))
		}
		return found
	}
	switch w := want.(type) {
	case Something:
		if got == nil {
			return differs()
		}
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok || len(g) != len(w) {
			return differs()
		}
		for _, name := range slices.Sorted(maps.Keys(w)) {
			found = Compare(path+"."+name, w[name], g[name], found)
		}
	case []any:
		g, ok := got.([]any)
		if !ok || len(g) != len(w) {
			return differs()
		}
		w, g = slices.Clone(w), slices.Clone(g)
		if !strings.HasSuffix(path, "!") {
			slices.SortFunc(w, byName)
			slices.SortFunc(g, byName)
		}
		for i := range w {
			found = Compare(fmt.Sprintf("%s[%d]", path, i), w[i], g[i], found)
		}
	default:
		if want != got {
			return differs()
		}
	}
	return found
}

// byName orders objects by id, or by code where they have none, and texts by themselves.
func byName(a, b any) int { return strings.Compare(nameOf(a), nameOf(b)) }

func nameOf(v any) string {
	if object, ok := v.(map[string]any); ok {
		for _, key := range []string{"id", "code", "rule"} {
			if object[key] != nil {
				return fmt.Sprint(object[key])
			}
		}
	}
	return fmt.Sprint(v)
}

func short(v any) string {
	if _, any := v.(Something); any {
		return "something"
	}
	text := []rune(fmt.Sprint(v))
	if len(text) > 120 {
		return string(text[:120]) + "…"
	}
	return string(text)
}
