package plan

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
)

// written is JSON as the statement writes it: texts of ours and SQL whose text is JSON, in turns, put together by concat. Postgres' own
// json_build_object and json_agg look up the types of all values again for each row, which costs three times as much as the values.
type written []piece

// piece is one of the two; SQL is of any type and never null.
type piece struct {
	text string
	sql  []fragment
}

// fragment is a part of SQL: text, or an expression that gives JSON.
type fragment struct {
	sql  string
	json written
}

// maxArguments is how many arguments a function takes.
const maxArguments = 100

func raw(sql string) fragment { return fragment{sql: sql} }

func (w written) fragment() fragment { return fragment{json: w} }

// says is JSON that is known before.
func says(text string) written { return written{{text: text}} }

// saysText is a JSON string of ours.
func saysText(s string) written { return says(quoted(s)) }

// shows is SQL whose text is JSON; it is never null.
func shows(parts ...fragment) written { return written{{sql: parts}} }

// value is what an SQL expression of any type is in JSON.
func value(sql string) written { return shows(raw("coalesce(to_json(" + sql + "), 'null')")) }

// plainText is an SQL expression of type text that holds nothing to be escaped.
func plainText(sql string) written { return shows(raw(`coalesce('"' || ` + sql + ` || '"', 'null')`)) }

// truth is an SQL condition that is never null.
func truth(sql string) written {
	return shows(raw("case when " + sql + " then 'true' else 'false' end"))
}

// optional is SQL of type text that is JSON, and null where there is none.
func optional(parts ...fragment) written {
	return shows(slices.Concat([]fragment{raw("coalesce(")}, parts, []fragment{raw(", 'null')")})...)
}

// list is the JSON list of the texts that string_agg puts together with commas; where there are none it gives null, which concat leaves out.
func list(parts ...fragment) written { return written{{text: "["}, {sql: parts}, {text: "]"}} }

// member is one key of an object.
type member struct {
	name  string
	value written
}

// writtenObject is a JSON object; names are those of GraphQL, which hold nothing to be escaped.
func writtenObject(members []member) written {
	if len(members) == 0 {
		return says("{}")
	}
	w := make(written, 0, 3*len(members)+1)
	before := `{"`
	for _, m := range members {
		w = append(append(w, piece{text: before + m.name + `":`}), m.value...)
		before = `,"`
	}
	return append(w, piece{text: "}"})
}

// sql is one expression of type text.
func (w written) sql() string {
	var out strings.Builder
	out.Grow(4 << 10)
	w.write(&out)
	return out.String()
}

func (w written) write(out *strings.Builder) { concat(out, w.merged()) }

// merged has texts that follow each other in one piece.
func (w written) merged() written {
	all := make(written, 0, len(w))
	for _, p := range w {
		if last := len(all) - 1; last >= 0 && p.sql == nil && all[last].sql == nil {
			all[last].text += p.text
			continue
		}
		all = append(all, p)
	}
	return all
}

// concat calls the function of that name, and itself for parts of what are too many arguments.
func concat(out *strings.Builder, pieces written) {
	out.WriteString("concat(")
	if len(pieces) > maxArguments {
		size := (len(pieces) + maxArguments - 1) / maxArguments
		n := 0
		for part := range slices.Chunk(pieces, size) {
			comma(out, n)
			concat(out, part)
			n++
		}
	} else {
		for i, p := range pieces {
			comma(out, i)
			p.write(out)
		}
	}
	out.WriteByte(')')
}

func comma(out *strings.Builder, i int) {
	if i > 0 {
		out.WriteString(", ")
	}
}

func (p piece) write(out *strings.Builder) {
	if p.sql == nil {
		out.WriteString(literal(p.text))
		return
	}
	for _, f := range p.sql {
		out.WriteString(f.sql)
		if f.json != nil {
			f.json.write(out)
		}
	}
}

// quoted is a JSON string.
func quoted(s string) string {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		panic(err) // of a string
	}
	return strings.TrimSuffix(out.String(), "\n")
}
