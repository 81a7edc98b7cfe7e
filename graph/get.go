package graph

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"reflect"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

var (
	valueInAddress = refusal.Define(refusal.Definition{
		Code: "VALUE_IN_ADDRESS", Kind: refusal.Input,
		Message: refusal.Text{It: "Un indirizzo resta scritto in molti posti: può portare identificativi, valori di enum, numeri e sì/no, non altri dati né testi nell'operazione.", En: "An address stays written in many places: it may carry ids, enum values, numbers and yes/no, and no other data, nor strings in the operation."},
		Cure:    refusal.Text{It: "Invia l'operazione con POST.", En: "Send the operation by POST."},
	})
)

// get answers queries over HTTP GET, as GraphQL over HTTP spells them in the address. Addresses are logged by everything on the way, so that
// nothing of anybody may stand in one; and a GET may be followed and repeated by anything, so that nothing is done by it.
type get struct {
	post   post
	schema *ast.Schema
}

// Supports takes GET requests that are no websocket's.
func (get) Supports(r *http.Request) bool {
	return r.Method == http.MethodGet && r.Header.Get("Upgrade") == ""
}

// Do answers one query, with a tag of its content: a client that has the same already is told so by 304 in place of it. Somebody's answer is
// not for any cache to keep (no-store), so that the tag is for apps that keep answers by themselves; what holds nothing of a person may be kept
// by the browser and is asked for again (no-cache).
func (t get) Do(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) {
	media := wanted(r.Header.Get("Accept"))
	if media == eventStream {
		media = plainJSON
	}
	for _, name := range []string{"Accept", "Accept-Language", "Authorization", "Cookie", purposeHeader} {
		w.Header().Add("Vary", name)
	}
	tagged := &tagging{ResponseWriter: w, has: r.Header.Get("If-None-Match"), status: http.StatusOK}
	spelled := false // the text stands in the address, and not only its name
	read := func() (*graphql.RawParams, error) {
		params, err := queryParams(r.URL.RawQuery)
		spelled = err == nil && params.Query != ""
		return params, err
	}
	t.post.answer(tagged, r, exec, media, read, func(op *graphql.OperationContext) (int, error) {
		if op.Operation.Operation != ast.Query {
			w.Header().Set("Allow", http.MethodPost)
			return http.StatusMethodNotAllowed, otherMethod.At()
		}
		if _, schemaOnly := introspected(op); !schemaOnly && (spelled && !ofNobody(op.RawQuery, op.Doc) || !t.bare(op)) {
			return http.StatusUnprocessableEntity, valueInAddress.At()
		}
		if tellsOfNobody(op) {
			w.Header().Set("Cache-Control", "private, no-cache")
		}
		return 0, nil
	})
	tagged.end()
}

// queryParams reads an operation from an address. Each parameter stands there once.
func queryParams(query string) (*graphql.RawParams, error) {
	given, err := url.ParseQuery(query)
	if err != nil {
		return nil, malformed.At()
	}
	request := map[string]any{}
	for _, name := range []string{"query", "operationName", "documentId", "variables", "extensions"} {
		values := given[name]
		switch {
		case len(values) == 0:
		case len(values) > 1 || !utf8.ValidString(values[0]):
			return nil, malformed.At()
		case name == "variables" || name == "extensions":
			request[name] = json.RawMessage(values[0])
		default:
			request[name] = values[0]
		}
	}
	body, err := json.Marshal(request)
	if err != nil {
		return nil, malformed.At()
	}
	return parseParams(body)
}

// bare says whether all variables are ids, values of enums, numbers or booleans.
func (t get) bare(op *graphql.OperationContext) bool {
	for _, v := range op.Operation.VariableDefinitions {
		if given, ok := op.Variables[v.Variable]; ok && !t.bareValue(given, v.Type) {
			return false
		}
	}
	return true
}

// ours is the form of the ids of the API: an id of another form could be anything.
var ours = regexp.MustCompile(`^[a-z]{3}_[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

func (t get) bareValue(given any, of *ast.Type) bool {
	if given == nil {
		return true
	}
	if list, ok := listOf(given); ok {
		for _, v := range list {
			if of.Elem == nil || !t.bareValue(v, of.Elem) {
				return false
			}
		}
		return true
	}
	if of.Elem != nil {
		of = of.Elem // one element in the place of a list
	}
	def := t.schema.Types[of.Name()]
	switch given := given.(type) {
	case map[string]any:
		for name, v := range given {
			f := def.Fields.ForName(name)
			if f == nil || !t.bareValue(v, f.Type) {
				return false
			}
		}
		return true
	case string:
		return def.Kind == ast.Enum || def.Name == "ID" && ours.MatchString(given)
	}
	return def.Kind == ast.Scalar // a number, or yes or no
}

// listOf gives the elements of a coerced list, which is of whatever type its first element was.
func listOf(given any) ([]any, bool) {
	if list, ok := given.([]any); ok {
		return list, true
	}
	v := reflect.ValueOf(given)
	if v.Kind() != reflect.Slice {
		return nil, false
	}
	list := make([]any, v.Len())
	for i := range list {
		list[i] = v.Index(i).Interface()
	}
	return list, true
}

// impersonal are the types that hold nothing of any person: what a programme's file says.
var impersonal = map[string]bool{"Programme": true, "ProgrammeFinding": true, "PolicyVersion": true, "PolicyRule": true, "CodeItem": true,
	"Municipality": true, "ProgrammeTarget": true, "BudgetLine": true, "Organisation": true}

// tellsOfNobody says whether an operation asks for nothing but such types, and the schema.
func tellsOfNobody(op *graphql.OperationContext) bool {
	seen := map[string]bool{}
	var within func(set ast.SelectionSet) bool
	within = func(set ast.SelectionSet) bool {
		for _, sel := range set {
			ok := true
			switch sel := sel.(type) {
			case *ast.Field:
				if len(sel.SelectionSet) > 0 {
					name := sel.Definition.Type.Name()
					ok = strings.HasPrefix(sel.Name, "__") || impersonal[name] && within(sel.SelectionSet)
				} else {
					ok = sel.Name == "__typename" || sel.ObjectDefinition != nil && impersonal[sel.ObjectDefinition.Name]
				}
			case *ast.InlineFragment:
				ok = within(sel.SelectionSet)
			case *ast.FragmentSpread:
				if !seen[sel.Name] {
					seen[sel.Name] = true
					ok = within(sel.Definition.SelectionSet)
				}
			}
			if !ok {
				return false
			}
		}
		return true
	}
	return within(op.Operation.SelectionSet)
}

// tagging holds an answer back until it is whole, and sends it with its tag, or says that its client has it.
type tagging struct {
	http.ResponseWriter
	has    string
	status int
	body   []byte
}

// WriteHeader keeps the status.
func (t *tagging) WriteHeader(status int) { t.status = status }

// Write keeps what is written.
func (t *tagging) Write(b []byte) (int, error) {
	t.body = append(t.body, b...)
	return len(b), nil
}

// end sends the answer. The tag is a weak one: it stays the same however the answer is compressed.
func (t *tagging) end() {
	header := t.Header()
	if t.status == http.StatusOK && !strings.HasPrefix(string(t.body[:min(len(t.body), 9)]), `{"errors"`) {
		sum := sha256.Sum256(append([]byte(header.Get("Content-Type")+"\x00"), t.body...))
		tag := `"` + base64.RawURLEncoding.EncodeToString(sum[:16]) + `"`
		header.Set("ETag", "W/"+tag)
		if t.has == "*" || strings.Contains(t.has, tag) {
			header.Del("Content-Type")
			t.ResponseWriter.WriteHeader(http.StatusNotModified)
			return
		}
	}
	t.ResponseWriter.WriteHeader(t.status)
	_, _ = t.ResponseWriter.Write(t.body)
}
