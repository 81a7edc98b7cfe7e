package plan

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// Field is how one field of a type is read; made by the functions below.
type Field struct {
	kind   fieldKind
	expr   string            // SQL of a scalar, or of a hole's inputs
	prefix string            // of an id
	words  map[string]string // by language: SQL of the label of a code as JSON; null for no code
	target string
	where  string // how a relation's target row, `{o}`, belongs to this row, `{t}`
	order  string
	fields Fields // of a nested object that is no row of its own
	filler string
	class  access.Class
	apart  bool // the row that it leads to may be hidden where this row is not
	grows  bool // see Growing
	about  int  // see About

	personal bool // a hole whose filler looks at who asks
}

type fieldKind int

const (
	scalar    fieldKind = iota
	unescaped           // text that holds nothing to be escaped
	own                 // the row's own id
	instant
	label
	localized
	one
	many
	connection
	object
	hole
	hidden // the fields that the viewer may not see on this row: those of a class that he does not read here, and those that lead to rows of a class that he reads nowhere
)

// Column is a column of the row's table, written as Postgres writes it in JSON: days, texts, numbers.
func Column(name string) Field { return Expr("{t}." + name) }

var capital = regexp.MustCompile("[A-Z]")

// columnOf is the column that a field is named after.
func columnOf(field string) Field {
	column := capital.ReplaceAllStringFunc(field, func(c string) string { return "_" + strings.ToLower(c) })
	if column == "at" || strings.HasSuffix(column, "_at") {
		return Instant(column)
	}
	return Column(column)
}

// Expr is an SQL expression over the row `{t}`, of a type that can be seen from it: a bare literal wants a cast. `{now}` is the moment of the
// request, `{today}` its civil day.
func Expr(sql string) Field { return Field{kind: scalar, expr: sql} }

// Moment is how every instant is spelled for a client: RFC 3339 in UTC with milliseconds, so that equal moments are equal texts and
// texts sort like moments. It is a layout of package time.
const Moment = "2006-01-02T15:04:05.000Z"

// Instant is a column of type timestamptz, spelled like Moment.
func Instant(column string) Field { return Field{kind: instant, expr: "{t}." + column} }

// Text is a jsonb column {it, en}, given in the viewer's language.
func Text(column string) Field { return Field{kind: localized, expr: "{t}." + column} }

// Clock is a column of minutes since midnight, given as HH:MM.
func Clock(column string) Field {
	return plainExpr(fmt.Sprintf("(lpad(({t}.%[1]s / 60)::text, 2, '0') || ':' || lpad(({t}.%[1]s %% 60)::text, 2, '0'))", column))
}

// Month is a date column that holds the first day of a month, given as YYYY-MM.
func Month(column string) Field { return plainExpr("to_char({t}." + column + ", 'YYYY-MM')") }

// ID is a column that holds the id of a row of the type with this prefix.
func ID(prefix, column string) Field {
	if column == "id" {
		return Field{kind: own, expr: "{t}.id", prefix: prefix}
	}
	return plainExpr("'" + prefix + "_' || {t}." + column)
}

// plainExpr is SQL of a text that holds nothing to be escaped in JSON.
func plainExpr(sql string) Field { return Field{kind: unescaped, expr: sql} }

// Label gives the words of a column's code in the viewer's language.
func Label(column string, words map[string]text.Text) Field { return LabelOf("{t}."+column, words) }

// LabelOf gives the words of the code that an SQL expression over the row comes to.
func LabelOf(sql string, words map[string]text.Text) Field {
	f := Field{kind: label, expr: sql, words: map[string]string{}}
	for _, lang := range []string{text.Italian, text.English} {
		f.words[lang] = wordsSQL(f.expr, words, lang)
	}
	return f
}

// One is the row of another type whose id the column holds.
func One(target, column string) Field {
	return Field{kind: one, target: target, where: "{o}.id = {t}." + column, expr: "{t}." + column}
}

// OneWhere is the one row `{o}` of another type for which the condition holds; null where there is none that the viewer sees.
func OneWhere(target, condition string) Field {
	return Field{kind: one, target: target, where: condition}
}

// Code is the item of a list of codes that the column names; the row must have a programme_id.
func Code(list, column string) Field {
	return OneWhere("CodeItem", fmt.Sprintf("{o}.programme_id = {t}.programme_id and {o}.list = '%s' and {o}.code = {t}.%s", list, column))
}

// Many is every row of another type whose column holds this row's id, in the SQL order given over `{o}`.
func Many(target, column, order string) Field {
	return ManyWhere(target, "{o}."+column+" = {t}.id", order)
}

// ManyWhere is every row `{o}` of another type for which the condition holds.
func ManyWhere(target, condition, order string) Field {
	return Field{kind: many, target: target, where: condition, order: order}
}

// MostOfMany is how many rows a list without pages gives at most where it grows.
const MostOfMany = 1000

// Growing says of a list by Many that nothing but time bounds it: it gives the first MostOfMany rows of its order, and a list of a root with a
// filter pages through all.
func (f Field) Growing() Field {
	f.grows = true
	return f
}

// About says of a list by Many that it holds so many rows, or nearly always does: what it costs is counted by that.
func (f Field) About(rows int) Field {
	f.about = rows
	return f
}

// Connection pages through the rows of another type whose column holds this row's id, with the target's filters and orders.
func Connection(target, column string) Field {
	return Field{kind: connection, target: target, where: "{o}." + column + " = {t}.id"}
}

// Object is a nested object over the same row.
func Object(fields Fields) Field { return Field{kind: object, fields: fields} }

// Hole is a leaf that the named filler finishes from the inputs, an SQL expression of type json over `{t}`.
func Hole(filler, inputs string) Field { return Field{kind: hole, filler: filler, expr: inputs} }

// In puts the field into a class of its own: shown only where the row carries a key under which the viewer reads that class.
func (f Field) In(class access.Class) Field {
	f.class = class
	return f
}

// Apart says of a relation by One that its row may be hidden where this row is seen, among rows of a class that the viewer reads: the
// field is then named in hidden.
func (f Field) Apart() Field {
	f.apart = true
	return f
}

// Origin is the field every imported fact has: who brought it in, and from which file and row.
func Origin() Field {
	return Object(Fields{"kind": Column("origin"), "file": Column("origin_file"), "row": Column("origin_row"), "hash": Column("origin_hash")})
}

// OriginKind is the origin of facts that are never imported from a file.
func OriginKind() Field {
	return Object(Fields{"kind": Column("origin"), "file": Expr("null::text"), "row": Expr("null::int"), "hash": Expr("null::text")})
}

// wordsSQL gives SQL that picks the label of a code in a language, as JSON; null for no code.
func wordsSQL(code string, words map[string]text.Text, lang string) string {
	var sql strings.Builder
	sql.WriteString("case " + code)
	for _, c := range slices.Sorted(maps.Keys(words)) {
		fmt.Fprintf(&sql, " when %s then %s", literal(c), literal(quoted(words[c].In(lang))))
	}
	sql.WriteString(" else to_json(" + code + ")::text end")
	return sql.String()
}

// literal quotes a constant of ours for SQL; a value of a user is always an argument instead.
func literal(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// ClassOf is the class the field was put in; "" for the row's own.
func (f Field) ClassOf() access.Class { return f.class }

// Targets are the types of the rows that the field leads to, itself or in its nested fields; none for a plain value.
func (f Field) Targets() []string {
	var targets []string
	if f.target != "" {
		targets = append(targets, f.target)
	}
	for _, nested := range f.fields {
		targets = append(targets, nested.Targets()...)
	}
	slices.Sort(targets)
	return slices.Compact(targets)
}

// IsInstant says whether the field is spelled like Moment.
func (f Field) IsInstant() bool { return f.kind == instant }

// byID says whether the row that the field leads to is found by its id: there is one at most.
func (f Field) byID() bool { return f.kind == one && f.expr != "" && f.where == "{o}.id = "+f.expr }

// LeadsToOne says whether the field is the one row of another type.
func (f Field) LeadsToOne() bool { return f.kind == one }
