package graph

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/persisted"
)

// TestWhatIsOfNobody: what could stand for a person keeps a text out of Redis, wherever it is written.
func TestWhatIsOfNobody(t *testing.T) {
	for query, want := range map[string]bool{
		`{ viewer { id } }`: true,
		`query($p: ID!, $n: Int) { participants(programme: $p, first: 20, filter: {states: [ACTIVE]}) { nodes { id attendances(last: 3, first: $n) { nodes { day } } } } }`:        true,
		`query($p: ID!, $with: Boolean! = false) { participants(programme: $p) { nodes { id person @include(if: $with) { familyName } ...A } } } fragment A on Participant { id }`: true,
		`query($p: ID!) { participants(programme: $p, filter: {nameStartsWith: "Rossi"}) { totalCount } }`:                                                                         false,
		`query($p: ID!) { lookUpPerson(programme: $p, fiscalCode: """RSSMRA85A01F023U""") { answer } }`:                                                                            false,
		`query($p: ID!, $code: String! = "RSSMRA85A01F023U") { lookUpPerson(programme: $p, fiscalCode: $code) { answer } }`:                                                        false,
		"{ viewer { id } } # Mario Rossi":                                                                        false,
		`query($p: ID!) { lookUpPerson(programme: $p, fiscalCode: 850101) { answer } }`:                          false,
		`mutation($e: ID!) { recordAttendance(input: {entries: [{enrolment: $e, minutes: 90}]}) { requestId } }`: false,
		`query($n: Int = 7) { viewer { id } }`:                                                                   false,
		`{ viewer { id @include(if: 5) } }`:                                                                      false,
		`{ viewer { ...A } } fragment A on Viewer { id(x: [{y: 1.5}]) }`:                                         false,
		`{ viewer { ... on Viewer @skip(if: 1) { id } } }`:                                                       false,
		`query Page12($p1: ID!) { year2026: viewer { ...V2 } } fragment V2 on Viewer { id }`:                     true,
		`{ RSSMRA85A01F023U: viewer { id } }`:                                                                    false,
		`query RSSMRA85A01F023U { viewer { id } }`:                                                               false,
		`query($RSSMRA85A01F023U: ID!) { viewer { id } }`:                                                        false,
		`{ viewer { ...RSSMRA85A01F023U } } fragment RSSMRA85A01F023U on Viewer { id }`:                          false,
		`query($n: [Int!] = [1]) @x(y: 1) { viewer { ...A @skip(if: 1) } } fragment A on Viewer { id }`:          false,
	} {
		doc, err := parser.ParseQuery(&ast.Source{Input: query})
		if err != nil {
			t.Fatalf("%s: %v", query, err)
		}
		if got := ofNobody(query, doc); got != want {
			t.Errorf("%s: %v", query, got)
		}
	}
}

func TestNamesOfOperations(t *testing.T) {
	hash := strings.Repeat("ab", 32)
	for body, want := range map[string]struct{ name, code string }{
		`{"query": "{ a }"}`: {},
		`{"query": "{ a }", "extensions": {"persistedQuery": null}}`:                                              {},
		`{"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "` + hash + `"}}}`:                        {name: hash},
		`{"documentId": "sha256:` + hash + `"}`:                                                                   {name: hash},
		`{"documentId": "` + hash + `", "extensions": {"x": 1}}`:                                                  {name: hash},
		`{"documentId": "other", "extensions": {"persistedQuery": {"version": 1, "sha256Hash": "` + hash + `"}}}`: {name: hash},
		`{"extensions": {"persistedQuery": {"version": 2, "sha256Hash": "` + hash + `"}}}`:                        {code: "PERSISTED_QUERY_INVALID"},
		`{"extensions": {"persistedQuery": {"sha256Hash": "` + hash + `"}}}`:                                      {code: "PERSISTED_QUERY_INVALID"},
		`{"extensions": {"persistedQuery": {"version": 1}}}`:                                                      {code: "PERSISTED_QUERY_INVALID"},
		`{"extensions": {"persistedQuery": {"version": 1, "sha256Hash": 7}}}`:                                     {code: "PERSISTED_QUERY_INVALID"},
		`{"extensions": {"persistedQuery": "` + hash + `"}}`:                                                      {code: "PERSISTED_QUERY_INVALID"},
		`{"extensions": {"persistedQuery": [1]}}`:                                                                 {code: "PERSISTED_QUERY_INVALID"},
		`{"documentId": "a b"}`:                              {code: "PERSISTED_QUERY_INVALID"},
		`{"documentId": ""}`:                                 {code: "PERSISTED_QUERY_INVALID"},
		`{"documentId": "` + strings.Repeat("a", 129) + `"}`: {code: "PERSISTED_QUERY_INVALID"},
		`{"documentId": 7}`:                                  {code: "MALFORMED_REQUEST"},
		`{"documentId": null}`:                               {code: "MALFORMED_REQUEST"},
		`{"extensions": {"other": 1}}`:                       {code: "MALFORMED_REQUEST"},
	} {
		params, err := parseParams([]byte(body))
		name := ""
		if err == nil {
			name, err = nameOf(params.Extensions)
		}
		if name != want.name || codeOf(err) != want.code {
			t.Errorf("%s: %q %v", body, name, err)
		}
	}
}

// TestWhoIsNotSignedInUsesNothing: a manifest that nobody's app uses any more is not kept in use by whoever names its operations.
func TestWhoIsNotSignedInUsesNothing(t *testing.T) {
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "app-1.json"), []byte(`{"who": "{ viewer { id } }"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	list, err := persisted.ReadList(folder)
	if err != nil {
		t.Fatal(err)
	}
	n := naming{&Resolver{Operations: Operations{List: list}, Usage: NewUsage()}}
	member := WithSession(t.Context(), Session{Actor: access.Actor{Grants: []access.Grant{{}}}})
	for used, ctx := range []context.Context{t.Context(), member} {
		request := graphql.RawParams{}
		if err := n.find(ctx, "who", &request); err != nil || request.Query == "" {
			t.Fatalf("found %q: %v", request.Query, err)
		}
		figures := make(chan prometheus.Metric, 10)
		if n.r.Usage.Collect(figures); len(figures) != used {
			t.Errorf("%d manifests are in use, want %d", len(figures), used)
		}
	}
}

// FuzzNames: no name that is taken could be more than a name, whatever a client sends.
func FuzzNames(f *testing.F) {
	for _, seed := range []string{`{"version": 1, "sha256Hash": "ab"}`, `null`, `[]`, `{"version": "1", "sha256Hash": "sha256:ab"}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, given string) {
		var extension any
		if json.Unmarshal([]byte(given), &extension) != nil {
			return
		}
		name, err := nameOf(map[string]any{persistedQuery: extension})
		if err != nil && codeOf(err) != "PERSISTED_QUERY_INVALID" || len(name) > 128 || strings.ContainsAny(name, " \x00\r\n\"{}") {
			t.Fatalf("%q %v", name, err)
		}
	})
}
