package clienttest_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/lavoroincorso/lavoro/internal/platform/web/nodetest"
)

func readSchema(t *testing.T) *ast.Schema {
	t.Helper()
	text, err := os.ReadFile("../../schema.graphqls")
	if err != nil {
		t.Fatal(err)
	}
	schema, err := gqlparser.LoadSchema(&ast.Source{Name: "schema.graphqls", Input: string(text)})
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// operations reads and validates every operation of the folder.
func operations(t *testing.T, schema *ast.Schema) ast.OperationList {
	t.Helper()
	files, err := filepath.Glob("operations/*.graphql")
	if err != nil {
		t.Fatal(err)
	}
	var all ast.OperationList
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		document, problems := gqlparser.LoadQuery(schema, string(text))
		if problems != nil {
			t.Fatalf("%s: %v", file, problems)
		}
		all = append(all, document.Operations...)
	}
	return all
}

func TestOperationsReachEveryQueryAndSubscription(t *testing.T) {
	schema := readSchema(t)
	all := operations(t, schema)
	if len(all) < 20 {
		t.Errorf("want twenty real operations, got %d", len(all))
	}
	reached := map[string]bool{}
	for _, operation := range all {
		for _, selection := range operation.SelectionSet {
			if field, ok := selection.(*ast.Field); ok {
				reached[string(operation.Operation)+" "+field.Name] = true
			}
		}
	}
	for kind, root := range map[string]*ast.Definition{"query": schema.Query, "subscription": schema.Subscription} {
		for _, field := range root.Fields {
			if !strings.HasPrefix(field.Name, "__") && !reached[kind+" "+field.Name] {
				t.Errorf("no operation reaches %s %s", kind, field.Name)
			}
		}
	}
	for _, act := range []string{"recordAttendance", "correctAttendance", "withdrawAttendance", "referPerson", "checkEligibility", "startPlacement"} {
		if !reached["mutation "+act] {
			t.Errorf("no operation performs %s", act)
		}
	}
}

// installing keeps two tests from installing the packages at once.
var installing sync.Mutex

func packages(t *testing.T) {
	t.Helper()
	installing.Lock()
	defer installing.Unlock()
	nodetest.Install(t, ".")
}

// TestGeneratedClients takes the steps of a client's build in their order; each needs the one before.
func TestGeneratedClients(t *testing.T) {
	t.Parallel()
	packages(t)
	if err := os.RemoveAll("build"); err != nil {
		t.Fatal(err)
	}
	for _, step := range []string{"codegen", "relay", "typecheck"} {
		good := t.Run(step, func(t *testing.T) {
			t.Log(nodetest.Run(t, ".", nil, "npm", "run", "--silent", step))
		})
		if !good {
			return
		}
	}
	t.Run("manifests", manifests)
}

// manifests has a node take nothing but what two builds have listed, as two versions of an app.
func manifests(t *testing.T) {
	environment := nodes(t)
	folder := t.TempDir()
	for name, written := range map[string]string{"clienttest-1.0": "build/gql/persisted-documents.json", "clienttest-2.0": "build/relay/persisted.json"} {
		text, err := os.ReadFile(written)
		if err == nil {
			err = os.WriteFile(filepath.Join(folder, name+".json"), text, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	i, err := installed()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	listed, err := start(ctx, `serving.*address=(http://\S+)`, i.binary(), "serve", "--state", i.state(), "--listen", "127.0.0.1:0", "--operations", folder, "--operations-only", "on")
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(listed.said.String(), "does not fit the schema") {
		t.Error(listed.said)
	}
	script(t, append(environment, "LISTED_URL="+listed.url), "manifests.mjs")
}

// TestContract compares the schema with the last released one.
func TestContract(t *testing.T) {
	t.Parallel()
	packages(t)
	t.Log(nodetest.Run(t, ".", nil, "node", "contract.mjs"))
}

// TestFeedHelper tries what the helper for apps does of what servers say rarely; live_test.go has it follow real ones.
func TestFeedHelper(t *testing.T) {
	t.Parallel()
	packages(t)
	t.Log(nodetest.Run(t, ".", nil, "node", "cases.mjs"))
}
