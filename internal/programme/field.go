package programme

import (
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"

	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/money"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// document gathers what is wrong while a file is read, so that all of it is told at once.
type document struct {
	name      string
	problems  Problems
	lists     map[string]map[string]bool // codes by list, for rules that name codes
	lineKinds map[string]string          // of budget lines that are for one kind of activity
}

// names makes codes known to what names them.
func (d *document) names(list, code string) {
	if d.lists[list] == nil {
		d.lists[list] = map[string]bool{}
	}
	d.lists[list][code] = true
}

// field is one value of the file, with where it stands. A field without a node was reported already, or is left out: reading it
// gives zero and adds no problem.
type field struct {
	doc  *document
	node ast.Node
	line int
	path string
}

func (f field) given() bool { return f.node != nil }

func (f field) wrong(cause text.Text) { f.report(f.path, cause) }

func (f field) report(path string, cause text.Text) {
	f.doc.problems = append(f.doc.problems, Problem{File: f.doc.name, Line: f.line, Field: path, Cause: cause})
}

func (f field) under(key string, node ast.Node, line int) field {
	path := key
	if f.path != "" {
		path = f.path + "." + key
	}
	if node != nil && node.Type() == ast.NullType {
		node = nil
	}
	return field{doc: f.doc, node: node, line: line, path: path}
}

// record reads a mapping that has all required keys, and no others than those and the optional ones.
func (f field) record(required, optional string) map[string]field {
	parts := map[string]field{}
	allowed := slices.Concat(strings.Fields(required), strings.Fields(optional))
	for _, part := range f.entries() {
		key := strings.TrimPrefix(strings.TrimPrefix(part.path, f.path), ".")
		if !slices.Contains(allowed, key) {
			part.wrong(unknownField)
			continue
		}
		parts[key] = part
	}
	if _, ok := f.node.(ast.MapNode); !ok {
		return parts
	}
	for _, key := range strings.Fields(required) {
		part, found := parts[key]
		if !found {
			part = f.under(key, nil, f.line)
		}
		if !part.given() {
			part.wrong(missing)
		}
		parts[key] = part
	}
	return parts
}

// entries reads a mapping in the order of the file; a repeated key is told, and the first one counts.
func (f field) entries() []field {
	if !f.given() {
		return nil
	}
	node, ok := f.node.(ast.MapNode)
	if !ok {
		f.wrong(wantRecord)
		return nil
	}
	var all []field
	seen := map[string]bool{}
	for pairs := node.MapRange(); pairs.Next(); {
		at := pairs.Key().GetToken()
		part := f.under(at.Value, pairs.Value(), at.Position.Line)
		if seen[at.Value] {
			part.wrong(repeated)
			continue
		}
		seen[at.Value] = true
		all = append(all, part)
	}
	return all
}

// list reads a sequence; entries are counted from 1, as people do.
func (f field) list() []field {
	if !f.given() {
		return nil
	}
	node, ok := f.node.(*ast.SequenceNode)
	if !ok {
		f.wrong(wantList)
		return nil
	}
	all := make([]field, len(node.Values))
	for i, value := range node.Values {
		line := f.line
		if value != nil && value.GetToken() != nil {
			line = value.GetToken().Position.Line
		}
		all[i] = f.under(strconv.Itoa(i+1), value, line)
		if !all[i].given() {
			all[i].wrong(missing)
		}
	}
	return all
}

// scalar is the token of a plain value, and nil when the field holds none.
func (f field) scalar() *token.Token {
	if !f.given() {
		return nil
	}
	switch node := f.node.(type) {
	case *ast.StringNode, *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		return node.GetToken()
	}
	f.wrong(wantValue)
	return nil
}

// words reads a text that is not blank. Digits need quotes: without them YAML drops leading zeros.
func (f field) words() string {
	if literal, ok := f.node.(*ast.LiteralNode); ok {
		return f.printable(strings.Join(strings.Fields(literal.Value.Value), " "))
	}
	if at := f.scalar(); at == nil {
		return ""
	}
	node, ok := f.node.(*ast.StringNode)
	if !ok {
		f.wrong(wantQuotes)
		return ""
	}
	return f.printable(strings.TrimSpace(node.Value))
}

func (f field) printable(s string) string {
	switch {
	case s == "":
		f.wrong(missing)
	case strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f || r == '\uFFFD' }):
		f.wrong(unprintable)
		return ""
	}
	return s
}

func (f field) day() calendar.Day {
	at := f.scalar()
	if at == nil {
		return calendar.Day{}
	}
	day, err := calendar.ParseDay(at.Value)
	if err != nil {
		f.wrong(causeOf(err))
	}
	return day
}

func (f field) euros() money.Cents {
	at := f.scalar()
	if at == nil {
		return 0
	}
	cents, err := money.ParseEUR(at.Value)
	switch {
	case err != nil:
		f.wrong(causeOf(err))
	case cents < 0:
		f.wrong(negative)
	}
	return cents
}

func (f field) whole(least, most int) int {
	at := f.scalar()
	if at == nil {
		return 0
	}
	n, err := strconv.Atoi(at.Value)
	if _, ok := f.node.(*ast.IntegerNode); !ok || err != nil || n < least || n > most {
		f.wrong(wantWhole.Fill(args("least", strconv.Itoa(least), "most", strconv.Itoa(most))))
		return 0
	}
	return n
}

func (f field) truth() bool {
	if !f.given() {
		return false
	}
	node, ok := f.node.(*ast.BoolNode)
	if !ok {
		f.wrong(wantTruth)
		return false
	}
	return node.Value
}

// one reads a word out of a closed set.
func (f field) one(of ...string) string {
	if !f.given() {
		return ""
	}
	s := f.words()
	if s != "" && !slices.Contains(of, s) {
		f.wrong(wantOneOf.Fill(args("words", strings.Join(of, ", "))))
		return ""
	}
	return s
}
