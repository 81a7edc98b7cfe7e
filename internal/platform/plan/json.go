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
type piece struct{ text, sql string }

// maxArguments is how many arguments a function takes.
const maxArguments = 100

// says is JSON that is known before.
func says(text string) written { return written{{text: text}} }

// saysText is a JSON string of ours.
func saysText(s string) written { return says(quoted(s)) }

// shows is SQL whose text is JSON; it is never null.
func shows(sql string) written { return written{{sql: sql}} }

// value is what an SQL expression of any type is in JSON.
func value(sql string) written { return shows("coalesce(to_json(" + sql + "), 'null')") }

// plainText is an SQL expression of type text that holds nothing to be escaped.
func plainText(sql string) written { return shows(`coalesce('"' || ` + sql + ` || '"', 'null')`) }

// truth is an SQL condition that is never null.
func truth(sql string) written { return shows("case when " + sql + " then 'true' else 'false' end") }

// optional is SQL of type text that is JSON, and null where there is none.
func optional(sql string) written { return shows("coalesce(" + sql + ", 'null')") }

// list is the JSON list of the texts that string_agg puts together with commas; where there are none it gives null, which concat leaves out.
func list(sql string) written { return written{{text: "["}, {sql: sql}, {text: "]"}} }

// member is one key of an object.
type member struct {
	name  string
	value written
}

// writtenObject is a JSON object; names are those of GraphQL, which hold nothing to be escaped.
func writtenObject(members []member) written {
	w := says("{")
	for i, m := range members {
		name := `"` + m.name + `":`
		if i > 0 {
			name = "," + name
		}
		w = append(append(w, piece{text: name}), m.value...)
	}
	return append(w, piece{text: "}"})
}

// sql is one expression of type text.
func (w written) sql() string {
	var args []string
	var text strings.Builder
	flush := func() {
		if text.Len() > 0 {
			args = append(args, literal(text.String()))
			text.Reset()
		}
	}
	for _, p := range w {
		if text.WriteString(p.text); p.sql != "" {
			flush()
			args = append(args, p.sql)
		}
	}
	flush()
	for len(args) > maxArguments {
		var all []string
		for chunk := range slices.Chunk(args, maxArguments) {
			all = append(all, "concat("+strings.Join(chunk, ", ")+")")
		}
		args = all
	}
	return "concat(" + strings.Join(args, ", ") + ")"
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
