package graph_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/graph"
	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
)

// A purpose comes by header; who may not name it, or gives no reason where one is asked for, is told so before anything is read.
func TestAPurposeComesByHeader(t *testing.T) {
	coordinator := graph.Session{Actor: access.Actor{Member: uuid.New(), Grants: []access.Grant{{Role: access.Coordinator, Key: uuid.New()}}}}
	handler := graph.NewServer(&graph.Resolver{Engine: &plan.Engine{Schema: plan.NewSchema()}, Clock: time.Now, Limits: graph.Limits{Cost: 100, Depth: 10, Introspection: true}},
		knownBy(func(string) (graph.Session, error) { return coordinator, nil }))
	server := httptest.NewServer(handler)
	defer server.Close()
	for _, c := range []struct {
		purpose, reason string
		status          int
		says            string
	}{
		{"", "", http.StatusOK, `"name":"Query"`},
		{"SUPERVISION", "Verifica a campione", http.StatusOK, `"name":"Query"`},
		{"SUPERVISION", url.PathEscape("perché la famiglia lo chiede"), http.StatusOK, `"name":"Query"`},
		{"SUPERVISION", "%zz", http.StatusOK, `"name":"Query"`},
		{"SUPERVISION", "", http.StatusBadRequest, "PURPOSE_NEEDS_REASON"},
		{"SUPERVISION", "%00", http.StatusBadRequest, "PURPOSE_NEEDS_REASON"},
		{"PAYMENT", "x", http.StatusForbidden, "PURPOSE_NOT_ALLOWED"},
		{"<script>", "x", http.StatusForbidden, "PURPOSE_NOT_ALLOWED"},
	} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL, strings.NewReader(`{"query": "{ __schema { queryType { name } } }"}`))
		if err != nil {
			t.Fatal(err)
		}
		req.Header = http.Header{"Content-Type": {"application/json"}, "Authorization": {"Bearer x"}, "Lavoro-Purpose": {c.purpose}, "Lavoro-Reason": {c.reason}}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if res.StatusCode != c.status || !strings.Contains(strings.ReplaceAll(string(body), " ", ""), c.says) || strings.Contains(string(body), "<script>") {
			t.Errorf("%q with %q: %d %s", c.purpose, c.reason, res.StatusCode, body)
		}
	}
}
