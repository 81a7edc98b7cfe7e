package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
)

// mostMemory is what the program may take during the bombs, in bytes.
const mostMemory = 300 << 20

// thrownBombs throws what costs its reader more than its writer at the program as it is started by anybody, several at a time, and
// looks how much memory that took.
func thrownBombs(t *testing.T, c Config) {
	serving := serve(t, c).as(t, coordinator)
	program := startServing(t, c)
	n := &node{t: t, app: serving.app, url: program.url, token: serving.token}
	p := n.ask(`{ programme(code: "LACO3") { id } }`, nil)["programme"].(map[string]any)["id"].(string)
	before := program.memory()
	var wg sync.WaitGroup
	for name, bomb := range bombsOf(p) {
		for range 4 {
			wg.Go(func() {
				res, code := n.send("POST", "application/json", bomb.body)
				if code != bomb.code || res.StatusCode >= 500 {
					t.Errorf("%s: %d %q, want %s", name, res.StatusCode, code, bomb.code)
				}
			})
		}
	}
	wg.Wait()
	for range 2 { // distinct documents, which must not pile up
		for i := range 30 {
			wg.Go(func() {
				text := fmt.Sprintf("query Q%s { viewer { %s } } # %s", strings.ReplaceAll(uuid.NewString(), "-", ""), strings.Repeat("id ", 100+i%20), strings.Repeat("x", 500_000))
				if _, code := n.send("POST", "application/json", body(text, "")); code != "" {
					t.Errorf("a long comment: %s", code)
				}
			})
		}
		wg.Wait()
	}
	n.ask(`{ viewer { id } }`, nil)
	after := program.memory()
	t.Logf("peak before %d MB, after %d MB", before>>20, after>>20)
	if after > mostMemory {
		t.Errorf("the program took %d MB", after>>20)
	}
}

// startServing starts the program as another process on the servers of a configuration.
func startServing(t *testing.T, c Config) *started {
	t.Helper()
	s := site{T: t, state: c.State, binary: asForAnybody(t)} // whose issuer both trust
	keys, err := c.keys()
	if err == nil {
		err = keys.Create(filepath.Join(s.state, "keys.json"))
	}
	if err != nil {
		t.Fatal(err)
	}
	u := s.start("serve", "--database-url", c.DatabaseURL, "--redis-url", c.RedisURL)
	u.url = u.until(servingLine)[1]
	go func() { // or it would wait for somebody who reads
		for {
			if _, err := u.out.ReadString('\n'); err != nil {
				return
			}
		}
	}()
	return u
}

// asForAnybody builds the program without what watches tests, such as the race detector, which takes several times the memory.
func asForAnybody(t *testing.T) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "lavoro")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return binary
}

var peak = regexp.MustCompile(`VmHWM:\s+(\d+) kB`)

// memory is the most that the process has had in memory so far, in bytes; the test is left out where the system does not tell.
func (u *started) memory() int {
	u.Helper()
	status, err := os.ReadFile("/proc/" + strconv.Itoa(u.cmd.Process.Pid) + "/status")
	if err != nil {
		u.Skip("only Linux says how much memory a process has had")
	}
	found := peak.FindSubmatch(status)
	if found == nil {
		u.Fatal("no peak in the status")
	}
	kilobytes, _ := strconv.Atoi(string(found[1]))
	return kilobytes << 10
}

type bomb struct{ body, code string }

// body is a request; variables are JSON.
func body(query, variables string) string {
	if variables == "" {
		variables = "null"
	}
	return fmt.Sprintf(`{"query": %s, "variables": %s}`, strconv.QuoteToASCII(query), variables)
}

// bombsOf are requests about a programme, each with the code that refuses it.
func bombsOf(programme string) map[string]bomb {
	lines := func(n int, line string) string {
		var s strings.Builder
		for i := range n {
			fmt.Fprintf(&s, line, i, i+1)
		}
		return s.String()
	}
	list := func(n int, element string) string { return "[" + strings.Repeat(element+",", n-1) + element + "]" }
	entry := `{"enrolment": "enr_00000000-0000-4000-8000-000000000000", "day": "2026-01-15", "from": "08:00", "to": "09:00"}`
	const record = `mutation($e: [AttendanceEntryInput!]!) { recordAttendance(input: {entries: $e}) { requestId } }`
	const find = `query($f: ParticipantFilter) { participants(programme: "%s", filter: $f) { totalCount } }`
	const page = `query($c: PageCursor) { participants(programme: "%s", after: $c) { totalCount } }`
	found := fmt.Sprintf(find, programme)
	paged := fmt.Sprintf(page, programme)
	double := lines(40, "fragment F%[1]d on Participant { a%[1]d: id ...F%[2]d ... on Participant { ...F%[2]d } } ") + "fragment F40 on Participant { id }"
	return map[string]bomb{
		"aliases":               {body("{ "+lines(5000, "a%[1]d: viewer { id } # %[2]d\n")+"}", ""), "OPERATION_TOO_LARGE"},
		"fragments that double": {body(`{ participant(id: "x") { ...F0 } } `+double, ""), "OPERATION_TOO_LARGE"},
		"circular fragments":    {body("{ viewer { ...A } } fragment A on Viewer { ...B } fragment B on Viewer { ...A }", ""), "FRAGMENT_CIRCULAR"},
		"depth":                 {body("{ "+strings.Repeat("viewer { ", 3000)+"id"+strings.Repeat("}", 3001), ""), "OPERATION_TOO_DEEP"},
		"tokens":                {body("{ viewer { "+strings.Repeat("id ", 200_000)+"} }", ""), "OPERATION_TOO_LARGE"},
		"one name":              {body("{ viewer { "+strings.Repeat("id ", 7000)+"} }", ""), "OPERATION_TOO_LARGE"},
		"directives":            {body("{ viewer { id "+strings.Repeat("@skip(if: false) ", 2000)+"} }", ""), "OPERATION_TOO_LARGE"},
		"pages of pages":        {body(fmt.Sprintf(`{ participants(programme: "%s", first: 200) { nodes { attendances(first: 200) { nodes { id day } } } } }`, programme), ""), "OPERATION_TOO_COSTLY"},
		"a batch":               {list(1000, body("{ viewer { id } }", "")), "BATCH_NOT_TAKEN"},
		"a long list":           {body(record, `{"e": `+list(5000, entry)+`}`), "INPUT_LIST_TOO_LONG"},
		"many values":           {body(record, `{"e": [], "x": `+list(900, list(100, "0"))+`}`), "INPUT_TOO_LARGE"},
		"deep values":           {body(record, `{"e": `+strings.Repeat("[", 400_000)+`}`), "INPUT_TOO_NESTED"},
		"a large body":          {body("{ viewer { id } }", `"`+strings.Repeat("x", 2<<20)+`"`), "REQUEST_TOO_LARGE"},
		"not UTF-8":             {body(found, "{\"f\": {\"nameStartsWith\": \"\xc3\x28\xff\"}}"), "MALFORMED_REQUEST"},
		"a NUL":                 {body(found, `{"f": {"nameStartsWith": "a\u0000b"}}`), "INVALID_VALUE"},
		"a NUL to search":       {body(found, `{"f": {"search": "a\u0000b"}}`), "INVALID_VALUE"},
		"half a surrogate":      {body(found, `{"f": {"nameStartsWith": "\ud800"}}`), ""},
		"a giant string":        {body(found, `{"f": {"nameStartsWith": "`+strings.Repeat("x", 900_000)+`"}}`), "INVALID_VALUE"},
		"a giant id":            {body(`query($id: ID!) { node(id: $id) { id } }`, `{"id": "`+strings.Repeat("prt_", 200_000)+`"}`), "INVALID_VALUE"},
		"a forged cursor":       {body(paged, `{"c": "eyJrIjpbIngiXX0"}`), "CURSOR_INVALID"},
		"a cursor of others":    {body(paged, `{"c": "AAAA\"; drop table person; --"}`), "CURSOR_INVALID"},
		"a giant cursor":        {body(paged, `{"c": "`+strings.Repeat("A", 900_000)+`"}`), "INVALID_VALUE"},
		"a forged id":           {body(`{ node(id: "prt_' or 1=1 --") { id } x: node(id: "sec_00000000-0000-4000-8000-000000000000") { id } }`, ""), ""},
		"no JSON":               {strings.Repeat("{", 1000), "INPUT_TOO_NESTED"},
	}
}

// conditions asks one operation in very many shapes: each of its fields is left out by a variable of its own. The
// work of an answer may not grow with the number of shapes that were asked before: what it allocates is counted.
func conditions(t *testing.T, c Config) {
	n := serve(t, c).as(t, coordinator)
	p := n.ask(`{ programme(code: "LACO3") { id } }`, nil)["programme"].(map[string]any)["id"]
	const fields = 12
	names := []string{"id", "state", "stateLabel", "revision", "hidden"}
	var declared, selected strings.Builder
	for i := range fields {
		fmt.Fprintf(&declared, ", $v%d: Boolean!", i)
		fmt.Fprintf(&selected, "f%d: %s @include(if: $v%d) ", i, names[i%len(names)], i)
	}
	query := "query($p: ID!" + declared.String() + ") { participants(programme: $p, first: 5) { nodes { __typename " + selected.String() + "} } }"
	asked := func(from, to int) uint64 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for shape := from; shape < to; shape++ {
			v := vars{"p": p}
			for i := range fields {
				v[fmt.Sprintf("v%d", i)] = shape>>i&1 == 1
			}
			n.ask(query, v)
		}
		runtime.ReadMemStats(&after)
		return (after.Mallocs - before.Mallocs) / uint64(to-from)
	}
	first, rest := asked(0, 60), asked(60, 240)
	t.Logf("allocations of an answer: %d in the first 60 shapes, %d in the next 180", first, rest)
	if rest > 2*first {
		t.Errorf("shapes multiply work: %d allocations, then %d", first, rest)
	}
}
