package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lavoroincorso/lavoro/graph"
	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/demo/large"
	"github.com/lavoroincorso/lavoro/internal/member"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/platform/testdb"
)

// planSize is large enough for PostgreSQL to choose among indexes as it does among a million.
var planSize = large.Size{People: 2_000, Entries: 10, Tutored: 15}

// readWhole are tables that are read from end to end, and indexes that are walked from their beginning, and why that is well.
var readWhole = map[string]string{
	"device":           "a few for each colleague, and one programme's colleagues look at them",
	"member_colleague": "colleagues in the order of their names, as far as a page goes",
}

// TestPlansOfOperations: for what apps ask PostgreSQL reads no table whole, whoever asks; the shapes of its plans are kept.
func TestPlansOfOperations(t *testing.T) {
	s := newPlans(t)
	for _, who := range []string{"lead", "partner-0", "tutor"} {
		text := &strings.Builder{}
		fmt.Fprintf(text, "PostgreSQL %s, as %s\n", s.version, who)
		for _, name := range slices.Sorted(maps.Keys(s.asked)) {
			tree := s.explain(who, s.asked[name])
			for _, table := range tree.whole() {
				if readWhole[table] == "" {
					t.Errorf("%s as %s reads all of %s", name, who, table)
				}
			}
			fmt.Fprintf(text, "\n%s\n%s", name, tree.shape(1))
		}
		s.compare(filepath.Join("testdata", "plans", who+".golden"), text.String())
	}
}

// plans asks PostgreSQL how it would run what apps ask.
type plans struct {
	t       *testing.T
	app     *App
	version string            // of PostgreSQL, the major one
	asked   map[string]string // operations by name
	values  map[string]any    // of their variables
}

func newPlans(t *testing.T) *plans {
	t.Helper()
	db := testdb.New(t)
	c := applied(t, db)
	if err := large.Make(t.Context(), db.OwnerURL, "LACO3", db.Keys, planSize, func(string, time.Duration) {}); err != nil {
		t.Fatal(err)
	}
	conn := owner(t, db.OwnerURL)
	// The same sample, of all rows, however often it is drawn.
	if _, err := conn.Exec(t.Context(), more+"set default_statistics_target = 10000; analyze"); err != nil {
		t.Fatal(err)
	}
	s := &plans{t: t, asked: map[string]string{}}
	s.version = strings.Split(query(t, conn, "select current_setting('server_version')"), ".")[0]
	id := func(prefix, sql string) string { return prefix + "_" + query(t, conn, "select id::text from "+sql) }
	const first = " order by id limit 1"
	s.values = map[string]any{"programme": id("prg", "programme"), "from": "2026-03-02", "days": 14, "month": "2026-03", "first": 20, "code": "LACO3", "by": "STATE", "participant": id("prt", "participation"+first),
		"placement": id("plc", "placement"+first), "company": id("com", "company"+first), "organisation": id("org", "organisation where parent_id is not null order by position limit 1"),
		"tutor": "mem_" + query(t, conn, "select tutor_id::text from participation order by tutor_id limit 1")}
	s.operations()
	var err error
	if s.app, err = Open(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.app.Close)
	return s
}

// more are a match, a due and own access by an invitation for every participation, which a large demonstration has none of.
const more = `insert into match (id, programme_id, participation_id, opening_id, company_id, state, state_since, score, blocked, company_text, refreshed_at, audience)
	select gen_random_uuid(), p.programme_id, p.id, o.id, o.company_id, 'SUGGESTED', '2026-01-01', hashtext(p.id::text) & 63, false, '{}', '2026-01-01', p.audience
	from participation p join placement l on l.participation_id = p.id and l.state = 'RUNNING' join opening o on o.id = l.opening_id;
	insert into due (id, programme_id, subject_kind, subject_id, participation_id, kind, due_at, owner_key, next_owner_key, audience)
	select gen_random_uuid(), programme_id, 'Participant', id, id, 'REFERRED', referred_on, tutor_id, organisation_id, audience from participation;
	insert into member (id, issuer, subject, email, name, person_id, audience) select id, 'urn:lavoro:nobody', id, id || '@demo.lavoro', 'Ada', person_id, array[id] from participation;
	insert into access_grant (id, member_id, programme_id, role, scope, over_id, from_day, participation_id, audience)
	select gen_random_uuid(), id, programme_id, 'PARTICIPANT', 'PERSON', person_id, '2026-01-01', id, audience from participation;
	insert into invitation (id, member_id, programme_id, organisation_id, participation_id, invited_by, secret_hash, expires_at, audience)
	select gen_random_uuid(), id, programme_id, organisation_id, id, tutor_id, sha256(id::text::bytea), '2026-01-01', audience from participation;
	`

// beside are operations that are not read by plans alone.
var beside = []string{"CanAfford", "ChangesPage", "MonthBlockers", "PersonLookUp", "Pulse"}

// operations are the queries of apps, and lists in other orders and with filters.
func (s *plans) operations() {
	s.t.Helper()
	files, _ := filepath.Glob("../../graph/clienttest/operations/*.graphql")
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			s.t.Fatal(err)
		}
		name := strings.TrimSuffix(filepath.Base(file), ".graphql")
		if strings.HasPrefix(string(text), "query") && !slices.Contains(beside, name) {
			s.asked[name] = string(text)
		}
	}
	if len(s.asked) < 20 {
		s.t.Fatalf("only %d operations", len(s.asked))
	}
	for name, arguments := range map[string]string{
		"participants, oldest first":       `orderBy: REFERRED_OLDEST`,
		"participants by name":             `orderBy: NAME`,
		"participants, the last page":      `orderBy: NAME, last: 20`,
		"participants of an organisation":  `filter: {organisation: "` + s.values["organisation"].(string) + `"}`,
		"participants of a tutor":          `filter: {tutor: "` + s.values["tutor"].(string) + `"}`,
		"participants found by a name":     `filter: {search: "ada"}`,
		"participants in a state, counted": `filter: {states: [ACTIVE]}`,
	} {
		s.asked[name] = "query($programme: ID!) { participants(programme: $programme, " + arguments + ") { nodes { id person { givenName } } pageInfo { hasNextPage } " +
			map[bool]string{true: "totalCount "}[strings.HasSuffix(name, "counted")] + "} }"
	}
	s.asked["the register with what lies below"] = `query($programme: ID!) { participants(programme: $programme, first: 20) { nodes { id organisation { name } placements { company { name } }
		attendances(first: 10) { nodes { day } } allowances { total } } } }`
}

// planNode is one node of a plan as PostgreSQL explains it.
type planNode struct {
	Type     string     `json:"Node Type"`
	Relation string     `json:"Relation Name"`
	Index    string     `json:"Index Name"`
	Function string     `json:"Function Name"`
	Join     string     `json:"Join Type"`
	Cond     string     `json:"Index Cond"`
	Once     string     `json:"One-Time Filter"`
	Plans    []planNode `json:"Plans"`
}

// explain has PostgreSQL plan what the member asks as it does for the program: once for all arguments, under his rights.
func (s *plans) explain(who, operation string) planNode {
	s.t.Helper()
	subject := who
	if who == "tutor" {
		subject = strings.Replace(s.values["tutor"].(string), "mem_", "tutor-", 1)
	}
	actor, err := s.app.directory.Actor(s.t.Context(), member.DemonstrationIssuer, subject)
	if err != nil {
		s.t.Fatal(err)
	}
	planned, err := s.app.resolver.Engine.Plan(plan.Viewer{Actor: actor, Now: time.Now()}, s.selected(operation))
	if err != nil {
		s.t.Fatalf("%s: %v", operation, err)
	}
	tx, err := s.app.DB.Plans.Begin(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = tx.Rollback(s.t.Context()) }()
	do := func(sql string, args ...any) {
		s.t.Helper()
		if _, err := tx.Exec(s.t.Context(), sql, args...); err != nil {
			s.t.Fatalf("%v: %s", err, sql)
		}
	}
	do("select set_config($1, $2, true)", access.Setting, actor.Settings().String())
	// Where tables are a thousand times larger, reading one whole is never the way.
	for _, setting := range []string{"enable_seqscan = off", "seq_page_cost = 100", "random_page_cost = 4", "max_parallel_workers_per_gather = 0", "effective_cache_size = '4GB'", "work_mem = '4MB'"} {
		do("set local " + setting)
	}
	do("prepare asked as " + planned.SQL)
	defer func() { _, _ = tx.Exec(s.t.Context(), "deallocate asked") }()
	values := make([]string, len(planned.Args))
	for i, a := range planned.Args {
		values[i] = "'" + strings.ReplaceAll(fmt.Sprint(a), "'", "''") + "'"
	}
	execute := "execute asked"
	if len(values) > 0 {
		execute += " (" + strings.Join(values, ", ") + ")"
	}
	var text []byte
	if err := tx.QueryRow(s.t.Context(), "explain (costs off, format json) "+execute).Scan(&text); err != nil {
		s.t.Fatalf("%s: %v", operation, err)
	}
	var explained []struct{ Plan planNode }
	if err := json.Unmarshal(text, &explained); err != nil {
		s.t.Fatal(err)
	}
	return explained[0].Plan
}

// selected is what the operation asks of plans, with those of the values that it has variables for.
func (s *plans) selected(operation string) []plan.Selected {
	s.t.Helper()
	values := map[string]any{}
	for name, value := range s.values {
		if strings.Contains(operation, "$"+name+":") {
			values[name] = value
		}
	}
	if strings.Contains(operation, "$id:") {
		values["id"] = s.values["participant"]
		for _, kind := range []string{"placement", "company"} {
			if strings.Contains(operation, kind+"(id: $id)") {
				values["id"] = s.values[kind]
			}
		}
	}
	selected, err := graph.Selection(operation, values)
	if err != nil {
		s.t.Fatalf("%s: %v", operation, err)
	}
	return selected
}

// whole gives the tables that are read from end to end, or the indexes in whose order they are.
func (n planNode) whole() (tables []string) {
	if n.never() {
		return nil
	}
	if n.Type == "Seq Scan" || strings.HasPrefix(n.Type, "Index") && n.Cond == "" {
		tables = append(tables, cmp.Or(n.Index, n.Relation))
	}
	for _, below := range n.Plans {
		tables = append(tables, below.whole()...)
	}
	return tables
}

// never says that what lies below is not run: the viewer reads the class nowhere.
func (n planNode) never() bool { return n.Once == "false" }

// passing are nodes that take rows as they come from below.
var passing = []string{"Result", "Subquery Scan", "Aggregate", "WindowAgg", "Limit"}

// shape is the tree in words, one node a line: how rows are found, joined and sorted, without costs and conditions.
func (n planNode) shape(depth int) (text string) {
	if n.never() {
		return strings.Repeat("  ", depth) + "Nothing\n"
	}
	if slices.Contains(passing, n.Type) {
		for _, below := range n.Plans {
			text += below.shape(depth)
		}
		return text
	}
	line := n.Type
	for _, more := range []string{n.Relation, n.Index, n.Function} {
		if more != "" {
			line += " " + more
		}
	}
	if n.Join != "" && n.Join != "Inner" {
		line += " " + strings.ToLower(n.Join)
	}
	text = strings.Repeat("  ", depth) + line + "\n"
	for _, below := range n.Plans {
		text += below.shape(depth + 1)
	}
	return text
}

// compare holds the shapes against those that are kept, of the same PostgreSQL; another one may choose otherwise.
func (s *plans) compare(file, text string) {
	s.t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			s.t.Fatal(err)
		}
	}
	kept, err := os.ReadFile(file)
	if err != nil {
		s.t.Fatal(err)
	}
	want, _, _ := strings.Cut(string(kept), "\n")
	if is, _, _ := strings.Cut(text, "\n"); is != want {
		s.t.Logf("the shapes that are kept are of %s", want)
		return
	}
	was, is := strings.Split(string(kept), "\n"), strings.Split(text, "\n")
	for i := range min(len(was), len(is)) {
		if was[i] != is[i] {
			s.t.Errorf("plans are not as in %s, from line %d on: %q, not %q; see what changed, then go test -run TestPlansOfOperations -update", file, i+1, is[i], was[i])
			return
		}
	}
	if len(was) != len(is) {
		s.t.Errorf("%s has %d lines, not %d", file, len(was), len(is))
	}
}
