package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/programme"
)

// kinds of ids, by the type that each stands for, as arguments name them. An argument that is not named here is asked about all types, the
// first of their names first.
var kinds = map[string]string{
	"participant":    "Participant",
	"placement":      "Placement",
	"programme":      "Programme",
	"match":          "Match",
	"organisation":   "Organisation",
	"enrolment":      "Enrolment",
	"attendance":     "Attendance",
	"tutor":          "Member",
	"caseManager":    "Member",
	"site":           "CompanySite",
	"opening":        "Opening",
	"activity":       "Activity",
	"company":        "Company",
	"person":         "Person",
	"member":         "Member",
	"owner":          "Member",
	"mandate":        "Mandate",
	"sample":         "MandateSample",
	"subject":        "Participant",
	"to":             "Member",
	"grant":          "Grant",
	"invitation":     "Invitation",
	"device":         "Device",
	"keep":           "Person",
	"merge":          "Person",
	"representation": "Representation",
	"ownAccess":      "OwnAccess",
	"registerMonth":  "RegisterMonth",
	"signature":      "MonthSignature",
	"paper":          "AbsencePaper",
	"contest":        "AllowanceContest",
	"import":         "HistoryImport",
	"run":            "PaymentRun",
	"payer":          "Organisation",
	"line":           "PaymentLine",
	"housingGrant":   "HousingGrant",
	"recovery":       "Recovery",
	"discharge":      "RecoveryDischarge",
	"except":         "Placement",
	"closure":        "Closure",
	"details":        "BankDetails",
	"proof":          "File",
	"allowance":      "Allowance",
}

// estate is what the actor of a test sees and does not see of each type of object, as ids of the API.
type estate struct {
	t            *testing.T
	n            *node
	sdl          *ast.Schema
	mapped       *plan.Schema
	own, foreign map[string][]string
	turn         int // of the types beside the one that is meant
}

// most is how many rows of a type are looked through for some that the actor sees and some that he does not.
const most = 90

// foreignIDs asks every act and every root of the contract, for every id that it takes, about rows of another
// programme, rows of another body, and nothing at all. The contract says what there is to ask, so that a new act cannot be forgotten.
func foreignIDs(t *testing.T, c Config) {
	owner, err := pgx.Connect(t.Context(), c.owner())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = owner.Close(context.Background()) })
	second := secondProgramme(t, c, owner)
	c.MaxCost = 1 << 30 // what is too much would be refused whatever was asked about
	n := serve(t, c)
	for name, actor := range map[string]*node{"another body's": n.as(t, pegaso), "another programme's": n.as(t, second)} {
		t.Run(name, func(t *testing.T) {
			e := &estate{t: t, n: actor, sdl: contract(t), mapped: schema()}
			e.explore(owner)
			before := kept(t, owner)
			asked := e.mutations() + e.roots()
			if after := kept(t, owner); after != before {
				t.Errorf("something was written: %s, before %s", after, before)
			}
			t.Logf("%d ids were asked about", asked)
		})
	}
}

// secondProgramme applies another programme and gives its coordinator's address; nobody else is in it.
func secondProgramme(t *testing.T, c Config, owner *pgx.Conn) string {
	t.Helper()
	file := strings.NewReplacer("code: LACO3", "code: LACO4", "name: Lavoro in Corso 3", "name: Lavoro in Corso 4").Replace(string(programme.LavoroInCorso3))
	applied, err := programme.Apply(t.Context(), c.owner(), "laco4.yaml", []byte(file), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	const name = "coordinator.second"
	if _, err := owner.Exec(t.Context(), `with m as (insert into member (id, issuer, subject, email, name, audience)
			select gen_random_uuid(), issuer, $1, $1 || '@demo.lavoro', 'Seconda', '{}' from member where email = $2 returning id),
		o as (select id from organisation where programme_id = $3 and code = 'ASL')
		insert into access_grant (id, member_id, programme_id, role, scope, over_id, from_day, audience)
		select gen_random_uuid(), m.id, $3, 'COORDINATOR', 'ORGANISATION', o.id, '2025-01-01', array[m.id] from m, o`, name, coordinator, applied.Programme); err != nil {
		t.Fatal(err)
	}
	return name + "@demo.lavoro"
}

// kept says how much news and evidence there is.
func kept(t *testing.T, owner *pgx.Conn) (state string) {
	t.Helper()
	if err := owner.QueryRow(t.Context(), `select format('%s events, heads at %s, %s entries of the journal', (select count(*) from outbox),
		(select sum(seq) from news_head), (select count(*) from journal))`).Scan(&state); err != nil {
		t.Fatal(err)
	}
	return state
}

// explore finds, for every type that has ids, rows that the actor sees and rows that he does not.
func (e *estate) explore(owner *pgx.Conn) {
	e.own, e.foreign = map[string][]string{}, map[string][]string{}
	for _, def := range e.sdl.Types {
		of, ok := e.mapped.Type(def.Name)
		if !ok || of.Prefix == "" || !slices.Contains(def.Interfaces, "Node") {
			continue
		}
		rows, err := owner.Query(e.t.Context(), fmt.Sprintf("select id from %s order by md5(id::text) limit %d", of.Table, most))
		if err != nil {
			e.t.Fatal(err)
		}
		ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
		if err != nil {
			e.t.Fatal(err)
		}
		for some := range slices.Chunk(ids, 30) {
			var query strings.Builder
			for i, id := range some {
				fmt.Fprintf(&query, "n%d: node(id: %q) { id } ", i, plan.FormatID(of.Prefix, id))
			}
			seen := e.n.ask("{ "+query.String()+"}", nil)
			for i, id := range some {
				if seen[fmt.Sprintf("n%d", i)] != nil {
					e.own[def.Name] = append(e.own[def.Name], plan.FormatID(of.Prefix, id))
				} else {
					e.foreign[def.Name] = append(e.foreign[def.Name], plan.FormatID(of.Prefix, id))
				}
			}
		}
	}
	if len(e.foreign["Participant"]) == 0 || len(e.foreign["Placement"]) == 0 || len(e.foreign["Attendance"]) == 0 {
		e.t.Fatal("nothing is foreign to the actor")
	}
}

// id is one that the actor may use in an argument of the name; of nothing where he sees none or the name says not what it stands for.
func (e *estate) id(name string) string {
	if own := e.own[kinds[name]]; len(own) > 0 {
		return own[0]
	}
	return e.unknown(kinds[name])
}

func (e *estate) unknown(typeName string) string {
	of, ok := e.mapped.Type(cmp.Or(typeName, "Member"))
	if !ok {
		e.t.Fatalf("no type %q is mapped", typeName)
	}
	return plan.FormatID(of.Prefix, uuid.New())
}

// value writes a literal of a type that the validator takes. At the path, which is taken step by step, stands the id.
func (e *estate) value(name string, of *ast.Type, at []string, id string) string {
	if of.Elem != nil {
		return "[" + e.value(name, of.Elem, at, id) + "]"
	}
	def := e.sdl.Types[of.NamedType]
	switch {
	case of.NamedType == "ID" && len(at) == 0 && id != "":
		return fmt.Sprintf("%q", id)
	case of.NamedType == "ID":
		return fmt.Sprintf("%q", e.id(name))
	case def.Kind == ast.Enum:
		return def.EnumValues[0].Name
	case def.Kind == ast.InputObject:
		return e.object(def, at, id)
	}
	if literal, ok := literals[of.NamedType]; ok {
		return literal
	}
	return `"2026-01-15T10:00:00Z"`
}

var literals = map[string]string{"Int": "2", "Float": "2.0", "Boolean": "false", "String": `"prova"`, "Day": `"2026-01-15"`, "Month": `"2026-01"`,
	"LocalTime": `"20:00"`, "Cents": "100", "Minutes": "60"}

// object writes an input object: what must be there, and what lies on the path.
func (e *estate) object(def *ast.Definition, at []string, id string) string {
	var fields []string
	for _, f := range def.Fields {
		onPath := len(at) > 0 && at[0] == f.Name
		if !onPath && (!f.Type.NonNull || f.DefaultValue != nil) {
			continue
		}
		inner, given := []string{}, ""
		if onPath {
			inner, given = at[1:], id
		}
		fields = append(fields, f.Name+": "+e.value(f.Name, f.Type, inner, given))
	}
	return "{" + strings.Join(fields, ", ") + "}"
}

// paths are the ways to every id in a type of input. The id that a client brings for what it creates names nothing yet and is left out.
func (e *estate) paths(of *ast.Type, name string) [][]string {
	def := e.sdl.Types[of.Name()]
	if def.Name == "ID" && name != "id" {
		return [][]string{{}}
	}
	var all [][]string
	if def.Kind == ast.InputObject {
		for _, f := range def.Fields {
			for _, rest := range e.paths(f.Type, f.Name) {
				all = append(all, append([]string{f.Name}, rest...))
			}
		}
	}
	return all
}

// others is how many ids of types that are not meant an argument is asked about.
const others = 4

// pairs are foreign ids and unknown ones: three of the type that is meant, and one each of some that are not.
func (e *estate) pairs(meant string) (pairs [][2]string) {
	names := []string{}
	for name := range e.foreign {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int {
		if (a == meant) != (b == meant) {
			return map[bool]int{true: -1, false: 1}[a == meant]
		}
		return strings.Compare(a, b)
	})
	for _, name := range names {
		for _, id := range e.foreign[name][:min(len(e.foreign[name]), map[bool]int{true: 3, false: 1}[name == meant])] {
			pairs = append(pairs, [2]string{id, e.unknown(name)})
		}
	}
	own := min(3, len(e.foreign[meant]))
	if rest := pairs[own:]; len(rest) > 0 { // other types take turns
		from := e.turn % len(rest)
		pairs = slices.Concat(pairs[:own], rest[from:], rest[:from])
		e.turn += others
	}
	return pairs[:min(len(pairs), own+others)]
}

// mutations asks every act.
func (e *estate) mutations() (asked int) {
	for _, act := range e.sdl.Mutation.Fields {
		input := act.Arguments.ForName("input")
		for _, path := range e.paths(input.Type, "input") {
			name := path[len(path)-1]
			asked += e.compare("mutation", act, name, func(id string) string {
				return act.Name + "(input: " + e.value("input", input.Type, path, id) + ")"
			}, strings.Join(path, "."))
		}
	}
	return asked
}

// roots asks every root of a query, by its arguments and its filters.
func (e *estate) roots() (asked int) {
	for _, root := range e.sdl.Query.Fields {
		for _, arg := range root.Arguments {
			for _, path := range e.paths(arg.Type, arg.Name+" ") { // an id of a root names something that is there
				name := arg.Name
				if len(path) > 0 {
					name = path[len(path)-1]
				}
				asked += e.compare("query", root, name, func(id string) string {
					var args []string
					for _, a := range root.Arguments {
						if a == arg {
							args = append(args, a.Name+": "+e.value(a.Name, a.Type, path, id))
						} else if a.Type.NonNull && a.DefaultValue == nil {
							args = append(args, a.Name+": "+e.value(a.Name, a.Type, nil, ""))
						}
					}
					return root.Name + "(" + strings.Join(args, ", ") + ")"
				}, arg.Name+strings.Join(path, "."))
			}
		}
	}
	return asked
}

var anyID = regexp.MustCompile(`[a-z]{2,4}_[0-9a-f]{8}-[0-9a-f-]{27}`)

// compare asks the same thing about foreign ids and unknown ones, and holds the answers equal, byte by byte but for the ids themselves. Acts
// are asked about all foreign ids in one request, and about all unknown ones in another; a root that is refused ends its whole request.
func (e *estate) compare(operation string, field *ast.FieldDefinition, name string, spell func(id string) string, where string) int {
	pairs := e.pairs(kinds[name])
	selected := "fragment S on " + field.Type.Name() + e.selection(e.sdl.Types[field.Type.Name()], 3)
	spread := " { ...S }"
	if of := e.sdl.Types[field.Type.Name()]; of.IsLeafType() {
		selected, spread = "", ""
	}
	at := 1
	if operation == "mutation" {
		at = len(pairs)
	}
	took := [2]time.Duration{}
	for some := range slices.Chunk(pairs, max(at, 1)) {
		var said [2]string
		for side := range 2 {
			var asked strings.Builder
			for i, pair := range some {
				fmt.Fprintf(&asked, "x%d: %s%s ", i, spell(pair[side]), spread)
			}
			began := time.Now()
			answer := e.n.post(operation+" { "+asked.String()+"} "+selected, nil)
			took[side] += time.Since(began)
			said[side] = e.unnamed(answer, some, side)
			e.sensible(operation, field, where, said[side], len(some))
		}
		if said[0] != said[1] {
			e.t.Errorf("%s, %s: foreign ids, the first a %s, are answered\n\t%s\nand unknown ones\n\t%s", field.Name, where, some[0][0][:3], said[0], said[1])
		}
	}
	if len(pairs) > 0 {
		e.t.Logf("%-28s %-32s foreign %6.1f ms, unknown %6.1f ms", field.Name, where, ms(took[0])/float64(len(pairs)), ms(took[1])/float64(len(pairs)))
	}
	return len(pairs)
}

// unnamed spells an answer without the ids that were asked about.
func (e *estate) unnamed(answer response, pairs [][2]string, side int) string {
	text, _ := json.Marshal(answer)
	return anyID.ReplaceAllStringFunc(string(text), func(found string) string {
		for i, pair := range pairs {
			if found == pair[side] {
				return fmt.Sprint("ID", i)
			}
		}
		return found
	})
}

// sensible holds that an answer is one: no fault of the program or of this test, and of each act a refusal.
func (e *estate) sensible(operation string, field *ast.FieldDefinition, where, said string, asked int) {
	e.t.Helper()
	if strings.Contains(said, "GRAPHQL_") || strings.Contains(said, "INTERNAL") || strings.Contains(said, "OPERATION_TOO") {
		e.t.Errorf("%s, %s: %s", field.Name, where, said)
	}
	if operation == "mutation" && strings.Count(said, `"code"`) < asked {
		e.t.Errorf("%s, %s: nobody refuses: %s", field.Name, where, said)
	}
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// selection asks for all that an answer says without arguments, down to a depth.
func (e *estate) selection(def *ast.Definition, depth int) string {
	if def.Kind == ast.Interface {
		return " { id }"
	}
	if def.Kind != ast.Object {
		return ""
	}
	var fields []string
	for _, f := range def.Fields {
		inner := e.sdl.Types[f.Type.Name()]
		switch {
		case strings.HasPrefix(f.Name, "__") || len(f.Arguments) > 0 || f.Name == "requestId":
		case inner.IsLeafType():
			fields = append(fields, f.Name)
		case depth > 1:
			fields = append(fields, f.Name+e.selection(inner, depth-1))
		}
	}
	if len(fields) == 0 {
		fields = []string{"__typename"}
	}
	return " { " + strings.Join(fields, " ") + " }"
}
