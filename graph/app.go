package graph

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/99designs/gqlgen/graphql"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/lavoroincorso/lavoro/internal/platform/persisted"
)

// clientHeader is the header, or field of connection_init, in which an app says what it is: name/version, as in tutor-phone/1.4.0.
const clientHeader = "Lavoro-Client"

// app is what a client says it is. A name holds no digits, and a version nothing else: neither can be somebody's code.
var app = regexp.MustCompile(`^([a-z][a-z-]{0,30})(?:/([0-9]{1,5}(?:\.[0-9]{1,5}){0,3}))?$`)

// unnamed is the app of who does not say, or not well.
const unnamed = "other"

type appKey struct{}

// withApp keeps what a request says of its app.
func withApp(ctx context.Context, said string) context.Context {
	return context.WithValue(ctx, appKey{}, appNamed(said))
}

func appNamed(said string) string {
	if !app.MatchString(said) {
		return unnamed
	}
	return said
}

func appOf(ctx context.Context) string {
	if c, stands := connectionOf(ctx); stands {
		return c.app
	}
	if said, ok := ctx.Value(appKey{}).(string); ok {
		return said
	}
	return unnamed
}

// mostApps is how many apps and versions a node tells apart; those that come later are counted together.
const mostApps = 100

// Usage counts for Prometheus what apps use: of each manifest its operations, and of deprecated parts of the schema each use by each app.
type Usage struct {
	listed     *prometheus.CounterVec
	deprecated *prometheus.CounterVec

	mu   sync.Mutex
	apps map[string]bool

	once sync.Once
	aged bool // something in the schema is deprecated
}

// ages says whether there is anything to look for: most of the time nothing is deprecated.
func (u *Usage) ages(schema *ast.Schema) bool {
	u.once.Do(func() {
		for _, t := range schema.Types {
			for _, v := range t.EnumValues {
				u.aged = u.aged || isDeprecated(v.Directives)
			}
			for _, f := range t.Fields {
				u.aged = u.aged || isDeprecated(f.Directives)
				for _, a := range f.Arguments {
					u.aged = u.aged || isDeprecated(a.Directives)
				}
			}
		}
	})
	return u.aged
}

// NewUsage gives counters at zero.
func NewUsage() *Usage {
	return &Usage{
		listed: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "lavoro_listed_operations_total", Help: "Operations of a manifest that were asked for, by manifest."}, []string{"manifest"}),
		deprecated: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "lavoro_deprecated_uses_total",
			Help: "Operations that use a deprecated field, argument or enum value, by what it is and by the app that asks."}, []string{"part", "app"}),
		apps: map[string]bool{},
	}
}

// Describe tells which figures there are.
func (u *Usage) Describe(out chan<- *prometheus.Desc) {
	u.listed.Describe(out)
	u.deprecated.Describe(out)
}

// Collect gives the figures as they are.
func (u *Usage) Collect(out chan<- prometheus.Metric) {
	u.listed.Collect(out)
	u.deprecated.Collect(out)
}

// label is an app's name among the figures.
func (u *Usage) label(app string) string {
	u.mu.Lock()
	defer u.mu.Unlock()
	if !u.apps[app] {
		if len(u.apps) >= mostApps {
			return unnamed
		}
		u.apps[app] = true
	}
	return app
}

// listedUsed notes that a listed operation was asked for: by the version of an app that the client says it is, where that holds it, else by
// every one that does.
func (r *Resolver) listedUsed(ctx context.Context, listed *persisted.Operation) {
	manifests := listed.Manifests
	if own := strings.ReplaceAll(appOf(ctx), "/", "-"); slices.Contains(manifests, own) {
		manifests = []string{own}
	}
	r.Operations.Uses.Note(manifests...)
	if r.Usage != nil {
		for _, m := range manifests {
			r.Usage.listed.WithLabelValues(m).Inc()
		}
	}
}

// countDeprecated counts what an operation uses of what is to leave the schema, each part once.
func (r *Resolver) countDeprecated(ctx context.Context, op *graphql.OperationContext) {
	if r.Usage == nil || !r.Usage.ages(r.AST) {
		return
	}
	parts := deprecatedIn(r.AST, op)
	if len(parts) == 0 {
		return
	}
	app := r.Usage.label(appOf(ctx))
	for part := range parts {
		r.Usage.deprecated.WithLabelValues(part, app).Inc()
	}
}

// deprecations looks for what an operation uses of what is deprecated.
type deprecations struct {
	schema *ast.Schema
	found  map[string]bool // as Type.field, Type.field(argument), Input.field and Enum.VALUE
	seen   map[string]bool // fragments
}

func deprecatedIn(schema *ast.Schema, op *graphql.OperationContext) map[string]bool {
	d := &deprecations{schema: schema, found: map[string]bool{}, seen: map[string]bool{}}
	for _, v := range op.Operation.VariableDefinitions {
		d.value(op.Variables[v.Variable], v.Type)
	}
	d.walk(op.Operation.SelectionSet)
	return d.found
}

func isDeprecated(directives ast.DirectiveList) bool { return directives.ForName("deprecated") != nil }

func (d *deprecations) note(directives ast.DirectiveList, part string) {
	if isDeprecated(directives) {
		d.found[part] = true
	}
}

func (d *deprecations) walk(set ast.SelectionSet) {
	for _, sel := range set {
		switch sel := sel.(type) {
		case *ast.Field:
			d.field(sel)
		case *ast.InlineFragment:
			d.walk(sel.SelectionSet)
		case *ast.FragmentSpread:
			if !d.seen[sel.Name] {
				d.seen[sel.Name] = true
				d.walk(sel.Definition.SelectionSet)
			}
		}
	}
}

func (d *deprecations) field(f *ast.Field) {
	if f.Definition == nil || f.ObjectDefinition == nil {
		return
	}
	name := f.ObjectDefinition.Name + "." + f.Name
	d.note(f.Definition.Directives, name)
	for _, a := range f.Arguments {
		def := f.Definition.Arguments.ForName(a.Name)
		if def == nil {
			continue
		}
		d.note(def.Directives, name+"("+a.Name+")")
		if literal, err := a.Value.Value(nil); err == nil { // what stands in variables was looked at by itself
			d.value(literal, def.Type)
		}
	}
	d.walk(f.SelectionSet)
}

// value looks at what was given for an input or an enum.
func (d *deprecations) value(given any, t *ast.Type) {
	if t == nil || given == nil {
		return
	}
	if list, ok := listOf(given); ok {
		for _, v := range list {
			d.value(v, t.Elem)
		}
		return
	}
	def := d.schema.Types[t.Name()]
	if def == nil {
		return
	}
	switch given := given.(type) {
	case map[string]any:
		for _, f := range def.Fields {
			if v, ok := given[f.Name]; ok {
				d.note(f.Directives, def.Name+"."+f.Name)
				d.value(v, f.Type)
			}
		}
	case string:
		if v := def.EnumValues.ForName(given); v != nil {
			d.note(v.Directives, def.Name+"."+v.Name)
		}
	}
}
