package graph

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"unicode/utf8"

	"github.com/99designs/gqlgen/graphql"

	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// What the JSON of one request may hold, whatever it means. It is counted in its bytes, before anything is built of it.
const (
	maxNesting = 20     // objects and lists in one another; an act's input needs 6
	maxValues  = 20_000 // values of all kinds
	maxList    = 1000   // elements of one list, fields of one object; an act done in series takes 500
)

var (
	malformed = refusal.Define(refusal.Definition{
		Code: "MALFORMED_REQUEST", Kind: refusal.Input,
		Message: refusal.Text{It: "Il corpo della richiesta non è un'operazione GraphQL in JSON.", En: "The body of the request is not a GraphQL operation in JSON."},
		Cure:    refusal.Text{It: "Invia un oggetto JSON in UTF-8 con `query` (o il nome dell'operazione, `documentId`) e, se servono, `variables` e `operationName`.", En: "Send a JSON object in UTF-8 with `query` (or the operation's name, `documentId`) and, where needed, `variables` and `operationName`."},
	})
	batched = refusal.Define(refusal.Definition{
		Code: "BATCH_NOT_TAKEN", Kind: refusal.Input,
		Message: refusal.Text{It: "Una richiesta porta una sola operazione, non un elenco.", En: "A request carries one operation, not a list of them."},
		Cure:    refusal.Text{It: "Invia un'operazione per richiesta; gli atti in serie hanno una forma a elenco.", En: "Send one operation a request; acts done in series have a list form."},
	})
	tooLarge = refusal.Define(refusal.Definition{
		Code: "REQUEST_TOO_LARGE", Kind: refusal.Input,
		Message: refusal.Text{It: "Il corpo della richiesta è troppo grande.", En: "The body of the request is too large."},
		Cure:    refusal.Text{It: "Dividi la richiesta in più parti.", En: "Divide the request."},
	})
	tooSlow = refusal.Define(refusal.Definition{
		Code: "REQUEST_TOO_SLOW", Kind: refusal.Input,
		Message: refusal.Text{It: "Il corpo della richiesta non è arrivato in tempo. Nulla è stato fatto.", En: "The body of the request did not arrive in time. Nothing was done."},
		Cure:    refusal.Text{It: "Riprova, con una richiesta più piccola se la rete è lenta.", En: "Try again, with a smaller request where the network is slow."},
	})
	tooNested = refusal.Define(refusal.Definition{
		Code: "INPUT_TOO_NESTED", Kind: refusal.Input,
		Message: refusal.Text{It: "I dati inviati hanno più di {max} livelli.", En: "What was sent has more than {max} levels."},
		Cure:    refusal.Text{It: "Invia i dati come li chiede lo schema.", En: "Send what the schema asks for."},
	})
	tooManyValues = refusal.Define(refusal.Definition{
		Code: "INPUT_TOO_LARGE", Kind: refusal.Input,
		Message: refusal.Text{It: "I dati inviati hanno più di {max} valori.", En: "What was sent has more than {max} values."},
		Cure:    refusal.Text{It: "Dividi la richiesta in più parti.", En: "Divide the request."},
	})
	tooLongList = refusal.Define(refusal.Definition{
		Code: "INPUT_LIST_TOO_LONG", Kind: refusal.Input,
		Message: refusal.Text{It: "Un elenco inviato ha più di {max} elementi.", En: "A list that was sent has more than {max} elements."},
		Cure:    refusal.Text{It: "Dividi l'elenco in più richieste.", En: "Divide the list over several requests."},
	})
)

// readParams reads one operation from a body.
func readParams(body io.Reader) (*graphql.RawParams, error) {
	data, err := readBody(body)
	if err != nil {
		return nil, err
	}
	return parseParams(data)
}

func readBody(body io.Reader) ([]byte, error) {
	data, err := io.ReadAll(body)
	var over *http.MaxBytesError
	switch {
	case errors.As(err, &over):
		return nil, tooLarge.At()
	case errors.Is(err, os.ErrDeadlineExceeded):
		return nil, tooSlow.At()
	case err != nil:
		return nil, malformed.At()
	}
	return data, nil
}

// parseParams reads one operation from its JSON.
func parseParams(data []byte) (*graphql.RawParams, error) {
	switch {
	case !utf8.Valid(data):
		return nil, malformed.At()
	case bytes.HasPrefix(bytes.TrimLeft(data, " \t\r\n"), []byte("[")):
		return nil, batched.At()
	}
	if err := measure(data); err != nil {
		return nil, err
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var request struct { // of `any`, which the decoder fills without reflection
		Query, OperationName  string
		Variables, Extensions any
		DocumentID            *string
	}
	if decoder.Decode(&request) != nil {
		return nil, malformed.At()
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, malformed.At() // something follows
	}
	variables, ok := request.Variables.(map[string]any)
	extensions, okay := request.Extensions.(map[string]any)
	if !ok && request.Variables != nil || !okay && request.Extensions != nil {
		return nil, malformed.At()
	}
	if request.DocumentID != nil {
		extensions = named(extensions, *request.DocumentID)
	}
	if request.Query == "" && extensions[persistedQuery] == nil {
		return nil, malformed.At() // nothing is asked
	}
	return &graphql.RawParams{Query: request.Query, OperationName: request.OperationName, Variables: variables, Extensions: extensions}, nil
}

// named puts a documentId where the name of an operation is looked for, unless one stands there already.
func named(extensions map[string]any, id string) map[string]any {
	if extensions[persistedQuery] != nil {
		return extensions
	}
	out := map[string]any{persistedQuery: map[string]any{"version": 1, "sha256Hash": id}}
	for k, v := range extensions {
		if k != persistedQuery {
			out[k] = v
		}
	}
	return out
}

// measure refuses JSON that is nested too deeply or holds too much. What is no JSON is left to the decoder.
func measure(data []byte) error {
	var lengths [maxNesting + 1]int // of the lists and objects that the walk is inside
	depth, values := 0, 1
	for i := 0; i < len(data); i++ {
		switch data[i] {
		case '"':
			i = endOfString(data, i)
		case '[', '{':
			if depth++; depth > maxNesting {
				return tooNested.At().With("max", maxNesting)
			}
			values++
			lengths[depth] = 1
		case ']', '}':
			depth = max(depth-1, 0)
		case ',':
			values++
			if lengths[depth]++; lengths[depth] > maxList && depth > 0 {
				return tooLongList.At().With("max", maxList)
			}
		}
		if values > maxValues {
			return tooManyValues.At().With("max", maxValues)
		}
	}
	return nil
}

// endOfString is the index of the quote that ends the string begun at i, or the end of data.
func endOfString(data []byte, i int) int {
	for i++; i < len(data) && data[i] != '"'; i++ {
		if data[i] == '\\' {
			i++
		}
	}
	return i
}
