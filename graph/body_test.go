package graph

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

func codeOf(err error) string {
	if list, ok := refusal.As(err); ok && len(list) > 0 {
		return list[0].Code
	}
	return ""
}

func TestBodiesAreRefusedByTheirShape(t *testing.T) {
	list := func(n int) string { return "[" + strings.TrimSuffix(strings.Repeat("1,", n), ",") + "]" }
	with := func(variables string) string {
		return `{"query": "{ viewer { id } }", "variables": {"v": ` + variables + `}}`
	}
	for name, c := range map[string]struct{ body, code string }{
		"good":                    {with(list(1000)), ""},
		"text like brackets":      {with(`"` + strings.Repeat(`[{\"\\`, 500) + `"`), ""},
		"nested as an input":      {with(strings.Repeat("[", 17) + strings.Repeat("]", 17)), ""},
		"batch":                   {`[{"query": "{ viewer { id } }"}]`, "BATCH_NOT_TAKEN"},
		"batch behind space":      {" \r\n\t[]", "BATCH_NOT_TAKEN"},
		"long list":               {with(list(1001)), "INPUT_LIST_TOO_LONG"},
		"many lists":              {with("[" + strings.TrimSuffix(strings.Repeat(list(999)+",", 21), ",") + "]"), "INPUT_TOO_LARGE"},
		"many empty lists":        {with("[" + strings.Repeat("[],", 400_000) + "1]"), "INPUT_LIST_TOO_LONG"},
		"many fields":             {with("{" + strings.TrimSuffix(strings.Repeat(`"a":1,`, 1001), ",") + "}"), "INPUT_LIST_TOO_LONG"},
		"nested":                  {with(strings.Repeat("[", 500_000)), "INPUT_TOO_NESTED"},
		"nested objects":          {with(strings.Repeat(`{"a":`, 30) + "1" + strings.Repeat("}", 30)), "INPUT_TOO_NESTED"},
		"no JSON":                 {"query { viewer { id } }", "MALFORMED_REQUEST"},
		"nothing":                 {"", "MALFORMED_REQUEST"},
		"a word":                  {`"{ viewer { id } }"`, "MALFORMED_REQUEST"},
		"no operation":            {`{"qeury": "{ viewer { id } }"}`, "MALFORMED_REQUEST"},
		"null":                    {"null", "MALFORMED_REQUEST"},
		"null for all":            {`{"query": "{ viewer { id } }", "variables": null, "extensions": null, "operationName": null, "documentId": null}`, ""},
		"a list of variables":     {`{"query": "{ viewer { id } }", "variables": []}`, "MALFORMED_REQUEST"},
		"a word for extensions":   {`{"query": "{ viewer { id } }", "extensions": "x"}`, "MALFORMED_REQUEST"},
		"not UTF-8":               {with("\"\xff\xfe\""), "MALFORMED_REQUEST"},
		"something behind":        {with("1") + `{"query": "{ viewer { name } }"}`, "MALFORMED_REQUEST"},
		"brackets that never end": {"]]]]}}}}", "MALFORMED_REQUEST"},
		"commas":                  {strings.Repeat(",", 20_001), "INPUT_TOO_LARGE"},
	} {
		if _, err := readParams(strings.NewReader(c.body)); codeOf(err) != c.code || (c.code == "") != (err == nil) {
			t.Errorf("%s: %v, want %q", name, err, c.code)
		}
	}
}

// FuzzReadParams holds the counting of bytes to what a decoder makes of them.
func FuzzReadParams(f *testing.F) {
	for _, seed := range []string{`{"query":"{a}","variables":{"x":[1,{"y":"\"]"}]},"operationName":null}`, `[]`, `{"query":1}`, `{"a":"\\","b":[[]]}`, "\xff", `{}{}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		params, err := readParams(strings.NewReader(string(body)))
		if (params == nil) == (err == nil) {
			t.Fatalf("%v and %v", params, err)
		}
		if err != nil && codeOf(err) == "" {
			t.Fatalf("no refusal: %v", err)
		}
		var v any
		if json.Unmarshal(body, &v) == nil && err == nil {
			if values, depth := size(v); values > maxValues || depth > maxNesting {
				t.Fatalf("%d values in %d levels are taken", values, depth)
			}
		}
	})
}

func size(v any) (values, depth int) {
	values = 1
	each := func(e any) {
		n, d := size(e)
		values, depth = values+n, max(depth, d)
	}
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			each(e)
		}
		return values, depth + 1
	case map[string]any:
		for _, e := range v {
			each(e)
		}
		return values, depth + 1
	}
	return values, depth
}
