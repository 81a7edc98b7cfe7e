package internal_test

import (
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/lavoroincorso/lavoro/"

// concepts in the order of the path: each imports only what stands before it. The last three read the others and write nothing.
var concepts = []string{"member", "programme", "participant", "casework", "company", "activity", "placement", "attendance", "allowance", "history",
	"matching", "duty", "document", "report", "demo"}

// Most of our own packages that one package imports, and the longest chain of them.
const (
	fewImports     = 5 // values and platform
	conceptImports = 14
	// A transaction carries what every act needs: actor, moment, news, evidence, refusals, and the keys under which it seals.
	transactionImports = 6
	demoImports        = 22 // it plays every room's part
	longestChain       = 12
)

// support says whether a package is what only tests and the command around them import: testdb, and any whose name ends in test.
func support(pkg string) bool {
	return under(pkg, "internal/platform/testdb") || strings.HasSuffix(path.Base(pkg), "test")
}

// owner is one place that may import a library, and why it is that one.
type owner struct{ place, why string }

// owners of every library: a folder with all below it, one file, or a file name that counts in every folder. Tests are free to
// import what is listed; a library that is not listed has no owner yet.
var owners = map[string][]owner{
	"github.com/99designs/gqlgen": {
		{"graph", "spelling of GraphQL"},
		{"cmd/bench/baseline/stock", "the server that its documentation makes, to measure ours by"},
	},
	"github.com/vektah/gqlparser/v2": {
		{"graph", "the syntax tree that gqlgen gives"},
		{"cmd/bench/baseline/stock", "gqlgen's code and its query cache name it"},
	},
	"github.com/coder/websocket": {
		{"graph", "the socket's protocol is GraphQL's"},
		{"cmd/bench", "the bench is a crowd of clients, and has a server that writes frames and does nothing else"},
	},
	"github.com/redis/go-redis/v9": {
		{"internal/platform/redis", "opens the connection, with time limits"},
		{"internal/platform/live", "streams are spelled with the client's own argument types; wrapping them would only rename them"},
	},
	"github.com/go-redis/redis_rate/v10": {{"internal/platform/rate", "a bucket in Redis that gives leases"}},
	"golang.org/x/mod":                   {{"internal/platform/journal", "Merkle trees over links (RFC 6962)"}},
	"golang.org/x/time":                  {{"internal/platform/rate", "a node's own bucket while Redis is away"}},
	"github.com/uptrace/bun": {
		{"internal/platform/postgres", "transactions and migrations"},
		{"internal/platform/event", "the outbox"},
		{"internal/platform/journal", "the journal"},
		{"store.go", "a concept's queries"},
	},
	"github.com/jackc/pgx/v5": {
		{"internal/platform/postgres", "opens both pools"},
		{"internal/platform/live", "relay and hub read the outbox in batches, beside any one's rights: neither an act nor a plan"},
		{"internal/platform/testdb", "makes databases, as owner"},
		{"internal/member", "signing in precedes rights: it can go neither through an act nor through a plan"},
		{"internal/platform/evidence", "verifies every row as the tables' owner, streaming, beside anybody's rights"},
		{"internal/duty/system.go", "finds the house's own grants, before it has any"},
		{"internal/demo/large", "writes sets of rows, also by COPY, as the tables' owner: no act has a part in it"},
		{"internal/demo/store.go", "members and their grants, which no act makes, as the tables' owner"},
		{"cmd/bench", "loads its data as owner, and is the bare handler that the program is measured by"},
	},
	"github.com/google/uuid": {
		{"internal", "ids; values know none, which the arrows hold"},
		{"graph", "ids"},
		{"cmd", "ids"},
	},
	"github.com/prometheus/client_golang": {
		{"internal/platform/live", "figures of the hub and the relay, kept where they are counted"},
		{"graph", "figures of connections, and of what apps use"},
		{"cmd", "serves them"},
	},
	"github.com/klauspost/compress":  {{"graph", "answers that are compressed"}},
	"github.com/digitorus/timestamp": {{"internal/platform/evidence", "RFC 3161: a third party witnesses the heads of the journals"}},
	"github.com/digitorus/pkcs7":     {{"internal/platform/evidence", "who signed a timestamp"}},
	"github.com/go-jose/go-jose/v4": {
		{"internal/platform/oidc", "tokens and keys of issuers"},
		{"internal/platform/issuer", "signs the demonstration's tokens"},
	},
	"github.com/coreos/go-oidc/v3":       {{"internal/platform/oidc", "discovery, and what an issuer says of a user"}},
	"golang.org/x/oauth2":                {{"internal/platform/oidc", "the authorization code flow"}},
	"github.com/hashicorp/golang-lru/v2": {{"internal/platform/oidc", "a bounded memory of verified tokens"}},
	"github.com/alexedwards/scs/v2":      {{"internal/platform/session", "sessions of pages: ids, renewal, cookies"}},
	"github.com/goccy/go-yaml":           {{"internal/programme", "a programme's own file"}},
	"github.com/wneessen/go-mail":        {{"internal/duty", "notices"}},
	"codeberg.org/go-pdf/fpdf":           {{"internal/document", "papers"}},
	"github.com/go-fonts/dejavu":         {{"internal/document", "the letters of papers, those of every name among them"}},
	"rsc.io/qr":                          {{"internal/document", "codes of papers that come back signed"}},
	"github.com/spf13/cobra":             {{"cmd", "verbs and flags"}},
	"github.com/spf13/pflag":             {{"cmd", "flags"}},
	"golang.org/x/sys":                   {{"internal/platform/child", "bonds between processes"}},
	"golang.org/x/sync":                  {{"cmd", "services that start and stop together"}},
	"golang.org/x/text":                  {{"internal/allowance/payfile", "letters without their marks, and the character sets of banks"}, {"internal/document", "letters with their marks in one"}},
	"github.com/xuri/excelize/v2":        {{"internal/platform/file", "workbooks"}},
	"pgregory.net/rapid":                 {}, // properties: tests only
	"github.com/tink-crypto/tink-go/v2":  {{"internal/platform/secret", "keys and what is sealed under them"}},
	"os/exec": {
		{"cmd/bench", "starts the program that it measures, as anybody would, the servers to measure it by, its clients, and pgbench"},
		{"internal/platform/child", "private servers"},
		{"internal/platform/redis/redistest", "starts clusters and sentinels, as no installation of ours does"},
		{"internal/platform/testdb", "dumps and restores with the server's own tools"},
		{"internal/platform/testdb/testenv", "runs the tests between its servers"},
		{"internal/platform/web/nodetest", "runs node's tests"},
	},
}

// source is one Go file and what it imports.
type source struct {
	file    string // from the repository's root, with slashes
	test    bool
	imports []string
}

func (s source) pkg() string { return path.Dir(s.file) }

// TestImportGraph holds the direction of imports and the owners of libraries.
func TestImportGraph(t *testing.T) {
	sources := parse(t, "..")
	if len(sources) < 50 {
		t.Fatalf("only %d files: this is not the repository", len(sources))
	}
	for _, s := range sources {
		for _, imported := range s.imports {
			if why := wrong(s, imported); why != "" {
				t.Errorf("%s imports %s: %s", s.file, strings.TrimPrefix(imported, module), why)
			}
		}
	}
	graph := packages(sources)
	for _, name := range slices.Sorted(maps.Keys(graph)) {
		if n, most := len(graph[name]), mostImports(name); most > 0 && n > most {
			t.Errorf("%s imports %d packages of ours, at most %d is the aim: %s", name, n, most, strings.Join(graph[name], " "))
		}
		if chain := longest(graph, name, map[string][]string{}); len(chain) > longestChain {
			t.Errorf("chain of %d imports, at most %d is the aim: %s", len(chain), longestChain, strings.Join(chain, " -> "))
		}
	}
}

// TestImportGraphFindsFaults shows that each rule can fail.
func TestImportGraphFindsFaults(t *testing.T) {
	for _, c := range []struct{ file, imported, why string }{
		{"internal/values/money/x.go", "github.com/google/uuid", "standard library"},
		{"internal/values/money/x.go", module + "internal/access", "standard library"},
		{"internal/access/x.go", module + "internal/platform/plan", "access imports values"},
		{"internal/platform/plan/x.go", module + "internal/member", "knows no concept"},
		{"internal/platform/plan/x.go", module + "graph", "only cmd imports graph"},
		{"internal/platform/live/x.go", module + "internal/platform/testdb", "for tests"},
		{"internal/company/x.go", module + "internal/placement", "after it"},
		{"internal/company/x.go", module + "internal/company/other", ""},
		{"internal/company/x.go", module + "internal/participant", ""},
		{"internal/company/x.go", module + "internal/company/companytest", "for tests"},
		{"internal/company/x_test.go", module + "internal/company/companytest", ""},
		{"internal/company/companytest/x.go", module + "internal/platform/testdb", ""},
		{"internal/company/companytest/x.go", module + "internal/placement", "after it"},
		{"internal/company/companytest/x.go", "github.com/jackc/pgx/v5", ""},
		{"internal/duty/x.go", module + "internal/demo", "after it"},
		{"internal/unheard/x.go", module + "internal/values/money", "no room"},
		{"internal/company/x.go", module + "graph/scalar", "only cmd imports graph"},
		{"internal/company/x_test.go", module + "graph", "only cmd imports graph"},
		{"internal/company/x.go", module + "cmd/lavoro", "nobody imports cmd"},
		{"graph/x.go", module + "cmd/lavoro", "nobody imports cmd"},
		{"graph/x.go", module + "internal/demo", ""},
		{"cmd/lavoro/x.go", module + "graph", ""},
		{"internal/company/act.go", "github.com/uptrace/bun/dialect/pgdialect", "belongs to"},
		{"internal/company/store.go", "github.com/uptrace/bun/dialect/pgdialect", ""},
		{"internal/company/store.go", "github.com/jackc/pgx/v5/pgconn", "belongs to"},
		{"internal/company/x_test.go", "github.com/jackc/pgx/v5", ""},
		{"internal/company/x.go", "os/exec", "belongs to"},
		{"internal/company/x_test.go", "os/exec", ""},
		{"internal/company/x.go", "pgregory.net/rapid", "tests"},
		{"internal/values/money/x_test.go", "pgregory.net/rapid", ""},
		{"internal/values/money/x_test.go", module + "internal/platform/testdb", "standard library"},
		{"internal/company/x.go", "github.com/redis/go-redis/v9", "belongs to"},
		{"internal/company/x.go", "example.org/library", "no owner"},
		{"internal/company/x.go", "net/http", ""},
		{"internal/company/x.go", "C", ""},
	} {
		got := wrong(source{file: c.file, test: strings.HasSuffix(c.file, "_test.go")}, c.imported)
		if (c.why == "") != (got == "") || !strings.Contains(got, c.why) {
			t.Errorf("%s imports %s: %q, want %q", c.file, c.imported, got, c.why)
		}
	}
	chain := longest(map[string][]string{"a": {"b", "c"}, "b": {"c"}, "c": nil}, "a", map[string][]string{})
	if strings.Join(chain, "") != "abc" {
		t.Errorf("longest chain is %v", chain)
	}
}

// wrong says what is against an import; "" when nothing is.
func wrong(s source, imported string) string {
	if ours, ok := strings.CutPrefix(imported, module); ok {
		return wrongArrow(s, ours)
	}
	if strings.HasPrefix(s.file, "internal/values/") && !s.test && !standard(imported) {
		return "values import the standard library and each other only"
	}
	return wrongOwner(s, imported)
}

func wrongArrow(s source, to string) string {
	from := s.pkg()
	switch {
	case under(to, "cmd") && !under(from, "cmd"):
		return "nobody imports cmd"
	case under(to, "graph") && !under(from, "graph") && !under(from, "cmd"):
		return "only cmd imports graph"
	case under(from, "cmd"), under(from, "graph"):
		return ifSupport(s, to)
	case under(from, "internal/values"):
		return unless(under(to, "internal/values"), "values import the standard library and each other only")
	case s.test:
		return "" // a test may stand on what it needs
	case under(from, "internal/access"):
		return unless(under(to, "internal/values"), "access imports values only")
	case under(from, "internal/platform"):
		if !under(to, "internal/values") && !under(to, "internal/access") && !under(to, "internal/platform") {
			return "platform knows no concept"
		}
		return ifSupport(s, to)
	}
	return wrongOrder(s, to)
}

// wrongOrder is for imports of concepts.
func wrongOrder(s source, to string) string {
	from := slices.Index(concepts, room(s.pkg()))
	if from < 0 {
		return "no room of this name stands in the order of concepts"
	}
	if under(to, "internal/values") || under(to, "internal/access") || under(to, "internal/platform") {
		return ifSupport(s, to)
	}
	if why := ifSupport(s, to); why != "" {
		return why
	}
	at := slices.Index(concepts, room(to))
	return unless(0 <= at && at <= from, "it stands after it in the order of concepts: "+strings.Join(concepts, " "))
}

func ifSupport(s source, to string) string {
	return unless(s.test || !support(to) || support(s.pkg()), "it is for tests")
}

func wrongOwner(s source, imported string) string {
	library := libraryOf(imported)
	if library == "" {
		return unless(standard(imported), "the library has no owner: give it one in this test, with a reason")
	}
	if s.test || support(s.pkg()) {
		return ""
	}
	places := make([]string, 0, len(owners[library]))
	for _, o := range owners[library] {
		if under(s.file, o.place) || path.Base(s.file) == o.place {
			return ""
		}
		places = append(places, o.place)
	}
	if len(places) == 0 {
		return library + " is for tests"
	}
	return library + " belongs to " + strings.Join(places, ", ")
}

func libraryOf(imported string) string {
	for library := range owners {
		if under(imported, library) {
			return library
		}
	}
	return ""
}

// standard says whether the import is of the standard library: its first element is no host.
func standard(imported string) bool {
	first, _, _ := strings.Cut(imported, "/")
	return !strings.Contains(first, ".")
}

func under(name, folder string) bool { return name == folder || strings.HasPrefix(name, folder+"/") }

// room is the first folder below internal.
func room(pkg string) string {
	name, _, _ := strings.Cut(strings.TrimPrefix(pkg, "internal/"), "/")
	return name
}

func unless(good bool, why string) string {
	if good {
		return ""
	}
	return why
}

func mostImports(pkg string) int {
	switch {
	case under(pkg, "internal/platform/postgres"):
		return transactionImports
	case under(pkg, "internal/values"), under(pkg, "internal/platform"), under(pkg, "internal/access"):
		return fewImports
	case under(pkg, "internal/demo"):
		return demoImports
	case under(pkg, "internal"):
		return conceptImports
	}
	return 0
}

// packages gives what each package of ours imports of ours, tests aside.
func packages(sources []source) map[string][]string {
	graph := map[string][]string{}
	for _, s := range sources {
		if s.test {
			continue
		}
		all := graph[s.pkg()]
		for _, imported := range s.imports {
			if ours, ok := strings.CutPrefix(imported, module); ok {
				all = append(all, ours)
			}
		}
		slices.Sort(all)
		graph[s.pkg()] = slices.Compact(all)
	}
	return graph
}

// longest is the longest chain of imports that begins with the package. A circle, which the compiler refuses, ends it.
func longest(graph map[string][]string, name string, known map[string][]string) []string {
	if chain, ok := known[name]; ok {
		return chain
	}
	known[name] = nil
	var rest []string
	for _, imported := range graph[name] {
		if chain := longest(graph, imported, known); len(chain) > len(rest) {
			rest = chain
		}
	}
	known[name] = append([]string{name}, rest...)
	return known[name]
}

// parse reads the imports of every Go file, whatever it is built for.
func parse(t *testing.T, root string) []source {
	t.Helper()
	var sources []source
	err := fs.WalkDir(os.DirFS(root), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := path.Base(name)
		if entry.IsDir() && name != "." && (strings.HasPrefix(base, ".") || base == "node_modules" || base == "testdata") {
			return fs.SkipDir
		}
		if entry.IsDir() || path.Ext(name) != ".go" {
			return nil
		}
		s, err := imports(root, name)
		sources = append(sources, s)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return sources
}

func imports(root, name string) (source, error) {
	s := source{file: name, test: strings.HasSuffix(name, "_test.go")}
	parsed, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, filepath.FromSlash(name)), nil, parser.ImportsOnly)
	if err != nil {
		return s, fmt.Errorf("%s: %w", name, err)
	}
	for _, i := range parsed.Imports {
		imported, err := strconv.Unquote(i.Path.Value)
		if err != nil {
			return s, fmt.Errorf("%s: %w", name, err)
		}
		s.imports = append(s.imports, imported)
	}
	return s, nil
}
