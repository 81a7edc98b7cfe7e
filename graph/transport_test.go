package graph

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func posted(accept, contentType, body string) *http.Request {
	req := httptest.NewRequest(http.MethodPost, "/graphql", strings.NewReader(body))
	req.Header.Set("Accept", accept)
	req.Header.Set("Content-Type", contentType)
	return req
}

// TestWhoIsAnsweredByEvents: the first of our media types that a client names is the one it gets. The headers are those of clients: the
// first that of graphql-sse, then urql's for what goes on and for what is answered once, and Apollo's.
func TestWhoIsAnsweredByEvents(t *testing.T) {
	for _, c := range []struct {
		accept, contentType string
		events              bool
	}{
		{"text/event-stream", "application/json; charset=utf-8", true},
		{"text/event-stream, multipart/mixed", "application/json", true},
		{"application/graphql-response+json, application/graphql+json, application/json, text/event-stream, multipart/mixed", "application/json", false},
		{"application/graphql-response+json,application/json;q=0.9", "application/json", false},
		{"*/*", "application/json", false},
		{"", "application/json", false},
		{"text/event-streams", "application/json", false},
		{"text/event-stream", "text/plain", false},
		{"text/event-stream", "application/x-www-form-urlencoded", false},
		{"text/event-stream", "", false},
	} {
		if got := (&stream{}).Supports(posted(c.accept, c.contentType, "")); got != c.events {
			t.Errorf("Accept %q, Content-Type %q: %t", c.accept, c.contentType, got)
		}
	}
	get := httptest.NewRequest(http.MethodGet, "/graphql?query={viewer{id}}", nil)
	get.Header.Set("Accept", "text/event-stream")
	if (&stream{}).Supports(get) {
		t.Error("an operation by GET is taken")
	}
}

// TestStreamsThatDoNotBegin: what keeps a stream from beginning is said as JSON, with a status.
func TestStreamsThatDoNotBegin(t *testing.T) {
	for name, c := range map[string]struct {
		body   string
		status int
		code   string
	}{
		"no token":     {`{"query":"subscription { attendanceUpdates }"}`, http.StatusUnauthorized, "UNAUTHENTICATED"},
		"no JSON":      {`{`, http.StatusBadRequest, "MALFORMED_REQUEST"},
		"no operation": {`{"variables":{}}`, http.StatusBadRequest, "MALFORMED_REQUEST"},
		"a batch":      {`[{"query":"{ viewer { id } }"}]`, http.StatusBadRequest, "BATCH_NOT_TAKEN"},
	} {
		w := httptest.NewRecorder()
		(&stream{r: &Resolver{}}).Do(w, posted(eventStream, plainJSON, c.body), nil)
		var answer struct {
			Errors []struct{ Extensions struct{ Code, Cure string } }
		}
		if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || len(answer.Errors) != 1 {
			t.Fatalf("%s: %v in %s", name, err, w.Body)
		}
		said := answer.Errors[0].Extensions
		if w.Code != c.status || w.Header().Get("Content-Type") != plainJSON || said.Code != c.code || said.Cure == "" {
			t.Errorf("%s: %d %s %s", name, w.Code, w.Header().Get("Content-Type"), w.Body)
		}
	}
}
