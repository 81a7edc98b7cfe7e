package plan

import (
	"crypto/rand"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
)

// Viewer is for whom a plan reads: rights, language, and the moment that `{now}` stands for.
type Viewer struct {
	Actor access.Actor
	Lang  string
	Now   time.Time
}

func (v Viewer) self() string  { return v.Actor.Member.String() }
func (v Viewer) now() string   { return v.Now.UTC().Format(time.RFC3339Nano) }
func (v Viewer) today() string { return calendar.DayOf(v.Now).String() }

// compiler builds one statement. The first error stays.
type compiler struct {
	schema *Schema
	viewer Viewer
	keys   map[access.Class]string      // SQL of the viewer's keys of a class, once used
	held   map[access.Class][]uuid.UUID // those keys
	args   []any
	from   []source          // of the arguments
	named  map[string]string // SQL of arguments used more than once
	given  given             // of the composed root that is being compiled
	nonce  string
	holes  []holeSite
	class  access.Class // confidential class of the field that is being compiled, or of one around it on the same row
	depth  int
	err    error
}

// holeSite is where a filler's values go: its name, and the field as it is asked for. Class is that of what it shows where that is
// confidential; "" otherwise.
type holeSite struct {
	filler string
	asked  Selected
	class  access.Class
}

func newCompiler(s *Schema, v Viewer) *compiler {
	v.Lang = lang(v.Lang)
	return &compiler{schema: s, viewer: v, keys: map[access.Class]string{}, held: map[access.Class][]uuid.UUID{}, named: map[string]string{}, nonce: rand.Text()}
}

func (c *compiler) fail(err error) string {
	if c.err == nil {
		c.err = err
	}
	return "null"
}

// arg adds an argument of the statement and gives its SQL.
func (c *compiler) arg(value, sqlType string) string {
	return c.argFrom(source{}, value, sqlType)
}

// argFrom is arg of a value that is another one when the plan is used again.
func (c *compiler) argFrom(from source, value, sqlType string) string {
	c.args, c.from = append(c.args, value), append(c.from, from)
	return "$" + strconv.Itoa(len(c.args)) + "::" + sqlType
}

// idArg is the argument for the id in a field's argument `id`.
func (c *compiler) idArg(s Selected, prefix string, id uuid.UUID) string {
	return c.argFrom(source{variable: s.IDVariable, prefix: prefix}, id.String(), "uuid")
}

func (c *compiler) once(name, value, sqlType string) string {
	return c.onceFrom(source{}, name, value, sqlType)
}

func (c *compiler) onceFrom(from source, name, value, sqlType string) string {
	sql, ok := c.named[name]
	if !ok {
		sql = c.argFrom(from, value, sqlType)
		c.named[name] = sql
	}
	return sql
}

func (c *compiler) classKeys(class access.Class) string {
	sql, ok := c.keys[class]
	if !ok {
		keys := access.Array(c.keysOf(class))
		sql = c.onceFrom(source{class: class}, "keys "+keys, keys, "uuid[]") // classes with equal keys share one: see Shape
		c.keys[class] = sql
	}
	return sql
}

// keysOf are the viewer's keys of a class.
func (c *compiler) keysOf(class access.Class) []uuid.UUID {
	keys, ok := c.held[class]
	if !ok {
		keys = c.viewer.Actor.Keys(class)
		c.held[class] = keys
	}
	return keys
}

func (c *compiler) self() string {
	return c.onceFrom(source{fact: Viewer.self}, "self", c.viewer.self(), "uuid")
}

// alias gives a fresh name for a row in the statement.
func (c *compiler) alias() string {
	c.depth++
	return "r" + strconv.Itoa(c.depth)
}

// sql puts aliases and the request's facts into a declaration's SQL.
func (c *compiler) sql(template, row, other string) string {
	at := strings.IndexByte(template, '{')
	if at < 0 {
		return template
	}
	var out strings.Builder
	out.Grow(len(template) + len(template)/4)
	for ; at >= 0; at = strings.IndexByte(template, '{') {
		out.WriteString(template[:at])
		var put string
		put, template = c.place(template[at:], row, other)
		out.WriteString(put)
	}
	out.WriteString(template)
	return out.String()
}

// place gives what stands for the place that the template begins with, and the rest of the template.
func (c *compiler) place(template, row, other string) (put, rest string) {
	name, rest, _ := strings.Cut(template, "}")
	switch name {
	case "{t":
		return row, rest
	case "{o":
		return other, rest
	case "{now":
		return c.onceFrom(source{fact: Viewer.now}, "now", c.viewer.now(), "timestamptz"), rest
	case "{today":
		return c.onceFrom(source{fact: Viewer.today}, "today", c.viewer.today(), "date"), rest
	case "{self":
		return c.self(), rest
	}
	if sql, is := c.argument(name); is {
		return sql, rest
	}
	return "{", template[1:] // SQL's own
}

// seen is the predicate of rights on a row of the type.
func (c *compiler) seen(t *Type, row string) string {
	if t.Rows != nil {
		return "(" + c.sql(t.Rows(c.classKeys, "{self}"), row, "") + ")"
	}
	if len(c.keysOf(t.Class)) == 0 {
		return "false" // so that Postgres looks at no row
	}
	return c.carries(row, t.Class)
}

// mask is the condition under which a class is shown on a visible row of the type: "" always, "false" never.
func (c *compiler) mask(t *Type, class access.Class, row string) string {
	if class == "" || class == t.Class {
		return ""
	}
	keys := c.keysOf(class)
	if len(keys) == 0 {
		return "false"
	}
	if t.Rows == nil && slices.Equal(keys, c.keysOf(t.Class)) {
		return ""
	}
	return c.carries(row, class)
}

// carries is the condition that the row's audience holds one of the viewer's keys of the class; &&& is && to Postgres but for its
// guess of how many rows pass.
func (c *compiler) carries(row string, class access.Class) string {
	return row + ".audience &&& " + c.classKeys(class)
}

// object is a row's JSON.
func (c *compiler) object(t *Type, fields Fields, typeName, row string, selected []Selected) written {
	members := make([]member, 0, len(selected))
	for _, s := range selected {
		if s.Name == "__typename" {
			members = append(members, member{s.Alias, saysText(typeName)})
			continue
		}
		f, ok := t.field(fields, s.Name)
		if !ok {
			c.fail(fmt.Errorf("plan: %s.%s is not mapped", typeName, s.Name))
			return says("null")
		}
		members = append(members, member{s.Alias, c.masked(t, f, row, s)})
	}
	return writtenObject(members)
}

func (c *compiler) masked(t *Type, f Field, row string, s Selected) written {
	mask := c.mask(t, f.class, row)
	if f.kind == connection && mask != "" {
		f.where, mask = "("+f.where+") and "+mask, "" // a page without items, since a list is never null
	}
	masked := "null"
	if f.kind == many {
		masked = "[]"
	}
	if mask == "false" {
		return says(masked)
	}
	around := c.class
	c.class = c.shows(t, f)
	w := c.field(t, f, row, s)
	c.class = around
	if mask == "" {
		return w
	}
	return shows(raw("case when "+mask+" then "), w.fragment(), raw(" else "+literal(masked)+" end"))
}

func (c *compiler) field(t *Type, f Field, row string, s Selected) written {
	switch f.kind {
	case scalar:
		return value(c.sql(f.expr, row, ""))
	case unescaped:
		return plainText(c.sql(f.expr, row, ""))
	case own:
		return written{{text: `"` + f.prefix + "_"}, {sql: []fragment{raw(c.sql(f.expr, row, ""))}}, {text: `"`}}
	case instant:
		return plainText("to_char(" + c.sql(f.expr, row, "") + ` at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`)
	case localized:
		return shows(raw("coalesce(" + c.sql(f.expr, row, "") + " -> " + literal(c.viewer.Lang) + ", 'null')"))
	case label:
		return optional(raw(c.sql(f.words[c.viewer.Lang], row, "")))
	case object:
		return c.object(t, f.fields, s.TypeName, row, s.Under(s.TypeName))
	case hole:
		return c.hole(t, f, row, s)
	case hidden:
		return c.hidden(t, row)
	case one:
		return c.one(f, row, s)
	case many:
		return c.many(f, row, s)
	}
	l := listing{t: c.schema.types[f.target], table: c.schema.types[f.target].Table, o: c.alias()}
	l.where = c.sql(f.where, row, l.o)
	return c.connection(l, s, nil)
}

// hole marks a place that a filler finishes: nonce, site, on whose behalf it is read, inputs.
func (c *compiler) hole(t *Type, f Field, row string, s Selected) written {
	c.holes = append(c.holes, holeSite{filler: f.filler, asked: s, class: c.class})
	return value(fmt.Sprintf("%s || ':%d:' || %s || ':' || (%s)::text", c.once("nonce", c.nonce, "text"), len(c.holes)-1, c.onBehalf(row), c.sql(f.expr, row, "")))
}

// shows is the confidential class of what a field shows: its own, that of a field around it on the same row, or the row's; "" for none,
// and for what leads to other rows, which say themselves.
func (c *compiler) shows(t *Type, f Field) access.Class {
	if f.target != "" {
		return ""
	}
	for _, class := range []access.Class{f.class, c.class, t.Class} {
		if slices.Contains(access.Confidential(), class) {
			return class
		}
	}
	return ""
}

// onBehalf is SQL of the member on whose behalf the viewer reads the row's confidential class: nothing where a grant of his own opens it.
func (c *compiler) onBehalf(row string) string {
	if c.class == "" {
		return "''"
	}
	var cases []string
	own, absent := c.viewer.Actor.KeysFor(c.class)
	for _, member := range slices.SortedFunc(maps.Keys(absent), func(a, b uuid.UUID) int { return strings.Compare(a.String(), b.String()) }) {
		cases = append(cases, fmt.Sprintf("when %s.audience && %s then %s::text", row, c.arg(access.Array(absent[member]), "uuid[]"), c.arg(member.String(), "uuid")))
	}
	if len(cases) == 0 {
		return "''"
	}
	return fmt.Sprintf("case when %s.audience && %s then '' %s else '' end", row, c.arg(access.Array(own), "uuid[]"), strings.Join(cases, " "))
}

// hidden names the fields that the viewer does not read on this row.
func (c *compiler) hidden(t *Type, row string) written {
	byCondition := map[string][]string{}
	for _, name := range slices.Sorted(maps.Keys(t.Fields)) {
		if shown := c.shown(t, t.Fields[name], row); shown != "" {
			byCondition[shown] = append(byCondition[shown], literal(name))
		}
	}
	parts := []string{"'{}'::text[]"}
	for _, shown := range slices.Sorted(maps.Keys(byCondition)) {
		list := "array[" + strings.Join(byCondition[shown], ", ") + "]"
		if shown != "false" {
			list = "case when " + shown + " then '{}' else " + list + " end"
		}
		parts = append(parts, list)
	}
	return shows(raw("to_json(" + strings.Join(parts, " || ") + ")"))
}

// shown is the condition under which a field is not hidden on a visible row: "" always, "false" never.
func (c *compiler) shown(t *Type, f Field, row string) string {
	if c.never(t, f) {
		return "false" // before a condition takes an argument that would then stand nowhere, which Postgres refuses
	}
	conditions := []string{}
	for _, name := range f.Targets() {
		if f.kind == many && f.class != "" {
			break // a list in a class of its own is shown by that class, also where nothing is in it
		}
		if led := c.leads(f, c.schema.types[name], row); led != "" {
			conditions = append(conditions, led)
		}
	}
	if mask := c.mask(t, f.class, row); mask != "" {
		conditions = append(conditions, mask)
	}
	return strings.Join(conditions, " and ")
}

// never says whether a field is hidden on every row: the viewer reads nowhere its class, or that of the rows it leads to.
func (c *compiler) never(t *Type, f Field) bool {
	reads := func(class access.Class) bool { return len(c.keysOf(class)) > 0 }
	return f.class != "" && f.class != t.Class && !reads(f.class) || slices.ContainsFunc(f.Targets(), func(name string) bool {
		target := c.schema.types[name]
		return !reads(target.Class) && (target.Rows == nil || f.where == "")
	})
}

// leads is the condition under which a relation is not empty for want of a right. Most rows open by their class alone; where they open
// by themselves, too, as colleagues' names do, or apart from this one, the row itself must be seen, or the column name none.
func (c *compiler) leads(f Field, target *Type, row string) string {
	reads := len(c.keysOf(target.Class)) > 0
	if target.Rows == nil && !(f.apart && reads) || f.expr == "" && reads {
		return ""
	}
	o := c.alias()
	found := fmt.Sprintf("exists (select from %s %s where (%s) and %s)", target.Table, o, c.sql(f.where, row, o), c.seen(target, o))
	if f.expr == "" {
		return found
	}
	return "(" + c.sql(f.expr, row, "") + " is null or " + found + ")"
}

func (c *compiler) one(f Field, row string, s Selected) written {
	t, o := c.schema.types[f.target], c.alias()
	object := c.object(t, t.Fields, t.Name, o, s.Under(t.Name))
	from := " from " + t.Table + " " + o + " where (" + c.sql(f.where, row, o) + ") and " + c.seen(t, o)
	if f.order != "" {
		from += " order by " + c.sql(f.order, row, o)
	}
	if !f.byID() {
		from += " limit 1"
	}
	return optional(raw("(select "), object.fragment(), raw(from+")"))
}

func (c *compiler) many(f Field, row string, s Selected) written {
	t, o := c.schema.types[f.target], c.alias()
	where := "(" + c.sql(f.where, row, o) + ") and " + c.seen(t, o)
	for _, name := range slices.Sorted(maps.Keys(s.Args)) {
		if s.Args[name] != nil {
			where += " and " + c.filter(t, t.Filters[name], o, name, s.Args[name])
		}
	}
	from := " as j from " + t.Table + " " + o + " where " + where + " order by " + c.sql(f.order, row, o)
	if f.grows {
		from += " limit " + strconv.Itoa(MostOfMany)
	}
	return list(raw("(select string_agg(j, ',') from (select "), c.object(t, t.Fields, t.Name, o, s.Under(t.Name)).fragment(), raw(from+") x)"))
}
