package graph

import (
	"cmp"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// RequestTime is how long one request may take where nothing is said.
const RequestTime = 30 * time.Second

// Limits bound what one operation may ask for, and how long it may take.
type Limits struct {
	Cost          int // fields of the answer, lists counted at their page size
	Depth         int
	Body          int64         // bytes of one request or message; 0 is 1 MiB
	Time          time.Duration // of one request, whatever the database does; 0 is 30 seconds
	Connections   int           // of one member on a node; 0 is 32
	Subscriptions int           // of one member on a node; 0 is 200
	// Introspection says whether the schema may be asked for; the file of the contract is served in any case.
	Introspection bool
}

func (l Limits) body() int64 { return cmp.Or(l.Body, 1<<20) }

func (l Limits) time() time.Duration { return cmp.Or(l.Time, RequestTime) }

const (
	assumedList = 20  // what a list without pages is counted as
	countCost   = 200 // what counting all of a list is counted as
	maxSameList = 2   // how often one list may stand below itself: a third time only multiplies
)

var (
	tooCostly = refusal.Define(refusal.Definition{
		Code: "OPERATION_TOO_COSTLY", Kind: refusal.Input,
		Message: refusal.Text{It: "L'operazione chiede troppi dati in una volta (più di {max} campi).", En: "The operation asks for too much at once (more than {max} fields)."},
		Cure:    refusal.Text{It: "Chiedi pagine più piccole o meno livelli.", En: "Ask for smaller pages or fewer levels."},
	})
	tooDeep = refusal.Define(refusal.Definition{
		Code: "OPERATION_TOO_DEEP", Kind: refusal.Input,
		Message: refusal.Text{It: "L'operazione ha più di {max} livelli.", En: "The operation has more than {max} levels."},
		Cure:    refusal.Text{It: "Chiedi meno livelli, o dividi l'operazione.", En: "Ask for fewer levels, or divide the operation."},
	})
)

// meter walks an operation and stops at the first limit, so that no shape of fragments can make the walk itself long.
type meter struct {
	op     *graphql.OperationContext
	schema *plan.Schema // what lists are said to hold; nil: nothing is said
	limits Limits
	spent  int
	steps  int
	lists  map[*ast.FieldDefinition]int // that the walk is below, and how often
	err    error
}

func (l Limits) check(op *graphql.OperationContext, schema *plan.Schema) error {
	return l.measure(op, schema).err
}

func (l Limits) measure(op *graphql.OperationContext, schema *plan.Schema) meter {
	m := meter{op: op, schema: schema, limits: l, lists: map[*ast.FieldDefinition]int{}}
	m.walk(op.Operation.SelectionSet, 1, 1)
	return m
}

// atOnce is how many events of a feed are read by one statement, so that it costs no more than an operation may.
func (l Limits) atOnce(op *graphql.OperationContext, schema *plan.Schema) int {
	return max(1, l.Cost/max(1, l.measure(op, schema).spent))
}

func (m *meter) walk(set ast.SelectionSet, times, depth int) {
	if depth > m.limits.Depth && m.err == nil {
		m.err = tooDeep.At().With("max", m.limits.Depth)
	}
	for _, sel := range set {
		if m.err != nil {
			return
		}
		switch sel := sel.(type) {
		case *ast.Field:
			m.field(sel, times, depth)
		case *ast.InlineFragment:
			m.step()
			m.walk(sel.SelectionSet, times, depth)
		case *ast.FragmentSpread:
			m.step()
			m.walk(sel.Definition.SelectionSet, times, depth)
		}
	}
}

func (m *meter) step() {
	if m.steps++; m.steps > m.limits.Cost && m.err == nil {
		m.err = tooCostly.At().With("max", m.limits.Cost)
	}
}

func (m *meter) field(f *ast.Field, times, depth int) {
	m.step()
	if m.spent += times; f.Name == "totalCount" || f.Name == "totalCountIsExact" {
		m.spent += countCost
	}
	size := 1
	if f.Definition != nil {
		size = m.size(f)
	}
	if size > 1 {
		m.lists[f.Definition]++
		defer func() { m.lists[f.Definition]-- }()
	}
	if (m.spent > m.limits.Cost || m.lists[f.Definition] > maxSameList) && m.err == nil {
		m.err = tooCostly.At().With("max", m.limits.Cost)
		return
	}
	m.walk(f.SelectionSet, times*size, depth+1)
}

// size is how many objects the field is counted to give.
func (m *meter) size(f *ast.Field) int {
	paged := f.Definition.Arguments.ForName("first") != nil
	if !paged {
		if f.Definition.Type.Elem == nil || f.Name == "nodes" || f.Name == "edges" {
			return 1
		}
		return cmp.Or(m.schema.About(f.ObjectDefinition.Name, f.Name), assumedList)
	}
	args := f.ArgumentMap(m.op.Variables)
	for _, name := range []string{"first", "last"} {
		if n, err := whole(args[name], 1, plan.MaxPage); err == nil {
			return int(n)
		}
	}
	return plan.DefaultPage
}
