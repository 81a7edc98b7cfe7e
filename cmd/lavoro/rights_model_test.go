package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/lavoroincorso/lavoro/cmd/lavoro/rightstest"
)

// depths says of each list how far below it everything is asked for.
var depths = map[string][]string{
	"participants": {"person", "tutor", "traits", "exclusionChecks.file", "verdicts.findings", "verdict", "entrySnapshot", "certificates", "dues", "proofs.file", "absencePapers.file", "housingGrants.proofs.file", "housingGrants.receipts.file", "bank.proof", "bank.recordedBy", "bank.confirmedBy", "representatives", "guests", "ownAccess", "history"},
	"companies":    {"sites", "contacts", "closures"},
	"openings":     {"hours", "traits", "site"},
	"activities":   {"enrolments"},
	"placements":   {"intern", "steps", "extensions", "enrolment"},
	"attendances":  {"registerMonth"}, "registerMonths": {"steps.file", "steps.signature", "signatures.file", "adjustments", "entries", "statements"},
	"allowances":     {"why", "statements.shares.budgetLine", "statements.policyVersions", "statements.registerMonths", "statements.payments", "statements.housingGrant", "contests"},
	"historyImports": {},
	"paymentRuns":    {"steps", "files.file", "files.payments"}, "paymentLines": {"steps.answer", "steps.line", "statement", "share.statement", "share.payments", "file.run", "paidTo"}, "paymentAnswers": {"file", "payments"},
	"matches":    {"reasons", "participant.paymentCalls"},
	"dues":       nil,
	"journal":    nil,
	"handOvers":  nil,
	"members":    {"account.grants", "account.delegationsGiven", "account.invitation", "account.devices"},
	"devices":    nil,
	"recoveries": {"plans", "discharges"},
}

// TestTheModelKnowsTheWholeContract: a type, field, filter or order that the model says nothing of has no proof.
func TestTheModelKnowsTheWholeContract(t *testing.T) {
	sdl, mapped := contract(t), schema()
	filters, orders := map[string][]string{}, map[string][]string{}
	asked, c := map[string]bool{}, promises(sdl)
	for _, f := range sdl.Query.Fields {
		target, paged := strings.CutSuffix(f.Type.Name(), "Connection")
		if !paged {
			continue
		}
		if rightstest.Roots[f.Name].Type != target && rightstest.Grow[f.Name].Type != target {
			t.Errorf("Query.%s: add Roots[%q] to package rightstest", f.Name, f.Name)
		}
		rightstest.Asked(asked, target, c.All(target, depths[f.Name]...))
		for _, arg := range f.Arguments {
			switch arg.Name {
			case "filter":
				for _, narrow := range sdl.Types[arg.Type.Name()].Fields {
					filters[target] = append(filters[target], narrow.Name)
				}
			case "orderBy":
				for _, v := range sdl.Types[arg.Type.Name()].EnumValues {
					orders[target] = append(orders[target], v.Name)
				}
			case "programme", "first", "after", "last", "before":
			default:
				filters[target] = append(filters[target], arg.Name)
			}
		}
	}
	known := func(name string) bool { _, ok := mapped.Type(name); return ok }
	for _, missing := range c.Missing(known, filters, orders) {
		t.Error(missing)
	}
	rightstest.Asked(asked, "Programme", c.All("Programme", ofProgramme...))
	rightstest.Asked(asked, "Viewer", c.All("Viewer", "grants", "delegationsGiven", "delegationsTaken", "devices"))
	for name, def := range sdl.Types {
		for _, f := range def.Fields {
			if known(name) && def.Kind == ast.Object && !asked[name+"."+f.Name] {
				t.Errorf("%s.%s is compared nowhere: lengthen depths of this test", name, f.Name)
			}
		}
	}
}

var ofProgramme = []string{"findings", "organisations", "policyVersions.rules", "codeItems", "mandates.sample", "municipalities", "holidays", "targets", "budgetLines.ledger", "budgetLines.organisation", "budgetLines.activityKind", "fundingGates.budgetLine"}

// TestEverybodySeesWhatTheModelSays compares, cell by cell, what the program shows with the model.
func TestEverybodySeesWhatTheModelSays(t *testing.T) {
	s := newStage(t, 20)
	if len(s.viewers) < 200 {
		t.Fatalf("only %d look", len(s.viewers))
	}
	s.everybody(s.look)
	s.report(t)
	shown, denied := s.cells[true], s.cells[false]
	t.Logf("%d actors over 20 worlds: %d cells, %d shown, %d not", len(s.viewers), shown+denied, shown, denied)
	if all := shown + denied; all < 10_000 || shown*10 < all*3 || denied*10 < all*3 {
		t.Errorf("%d cells shown, %d not: too few of one or both to prove anything", shown, denied)
	}
	s.everyRoleAsked(t)
	t.Run("in numbers", s.pulses)
	t.Run("whatever is asked", s.operations)
	t.Run("when something is done", s.payloads)
	t.Run("in plain SQL", s.plainSQL)
}

// look compares what one viewer may ask for. Viewers take turns at what there is to ask: of each role some ask each thing, in some world.
func (s *stage) look(v viewer, m *rightstest.Model) {
	programmes := v.programmes
	if v.n%10 == 0 {
		programmes = append(slices.Clone(programmes), s.programs[v.n*7%len(s.programs)]) // most likely none of his
	}
	if v.turn%3 == 0 {
		s.programme(v, m, programmes[len(programmes)-1])
	}
	for _, p := range programmes {
		s.lists(v, m, p)
		s.narrowed(v, m, p)
		s.paths(v, m, p)
		s.nodes(v, m, p)
	}
	s.self(v, m)
}

// lists compares every third list of a programme in turn, with all fields of what it holds.
func (s *stage) lists(v viewer, m *rightstest.Model, programme string) {
	var query strings.Builder
	want := map[string]any{}
	for i, name := range slices.Sorted(maps.Keys(rightstest.Roots)) {
		if (v.turn+i)%3 != 0 {
			continue
		}
		s.ask(v, name)
		root := rightstest.Roots[name]
		asks := s.contract.All(root.Type, depths[name]...)
		fmt.Fprintf(&query, "%s(programme: $p, first: 200) { totalCount nodes { %s } } ", name, rightstest.Text(asks))
		want[name] = s.page(m, root, programme, rightstest.Narrowed{Order: root.Usual()}, asks)
	}
	s.compare(v, "", "query($p: ID!) { "+query.String()+"}", vars{"p": "prg_" + programme}, want)
}

// ask keeps that each of the viewer's roles looked at a list.
func (s *stage) ask(v viewer, list string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, g := range v.Grants {
		s.asked[g.Role+" "+list] = true
	}
}

// everyRoleAsked holds that taking turns leaves no role and no list out.
func (s *stage) everyRoleAsked(t *testing.T) {
	t.Helper()
	for _, v := range s.viewers {
		for _, g := range v.Grants {
			for list := range rightstest.Roots {
				if !s.asked[g.Role+" "+list] {
					t.Errorf("no %s looks at the %s", g.Role, list)
					s.asked[g.Role+" "+list] = true
				}
			}
		}
	}
}

func (s *stage) page(m *rightstest.Model, root rightstest.Root, programme string, n rightstest.Narrowed, asks []rightstest.Ask) map[string]any {
	nodes := []any{}
	rows := m.Root(root, programme, n)
	for _, r := range rows[:min(200, len(rows))] {
		nodes = append(nodes, m.Object(rightstest.Types[root.Type], r, asks))
	}
	return map[string]any{"totalCount": float64(len(rows)), "nodes": nodes}
}

// compare asks and compares; nothing is to be refused.
func (s *stage) compare(v viewer, at, query string, variables vars, want map[string]any) {
	got, code := s.post(v, query, variables)
	if code != "" {
		s.differ(v, []string{at + " is refused: " + code + " " + query[:min(len(query), 200)]})
		return
	}
	var found []string
	for _, name := range slices.Sorted(maps.Keys(want)) {
		w, page := want[name].(map[string]any)
		if g, ok := got[name].(map[string]any); page && ok && w["nodes"] != nil {
			found = rightstest.Compare(at+name+".totalCount", w["totalCount"], g["totalCount"], found)
			found = rightstest.Compare(at+name+"!", w["nodes"], g["nodes"], found)
			continue
		}
		found = rightstest.Compare(at+name, want[name], got[name], found)
	}
	s.differ(v, found)
}

// programme compares a programme's own page.
func (s *stage) programme(v viewer, m *rightstest.Model, programme string) {
	row := s.world.One("programme", programme)
	asks := s.contract.All("Programme", ofProgramme...)
	want := m.Object(rightstest.Types["Programme"], row, asks)
	s.compare(v, "", "query($c: String!) { programme(code: $c) { "+rightstest.Text(asks)+" } }", vars{"c": row.Text("code")}, map[string]any{"programme": want})
}

// self compares the viewer's own page.
func (s *stage) self(v viewer, m *rightstest.Model) {
	asks := s.contract.All("Viewer", "grants", "delegationsGiven", "delegationsTaken")
	want := m.Object(rightstest.Types["Viewer"], s.world.One("member", v.Member), asks)
	s.compare(v, "", "{ viewer { "+rightstest.Text(asks)+" } }", nil, map[string]any{"viewer": want})
}

// narrowed compares some lists under each filter and order in turn: which rows come back, and what is refused.
func (s *stage) narrowed(v viewer, m *rightstest.Model, programme string) {
	turn := v.turn
	for _, name := range slices.Sorted(maps.Keys(rightstest.Roots)) {
		t := rightstest.Types[rightstest.Roots[name].Type]
		for _, filter := range slices.Sorted(maps.Keys(t.Filters)) {
			if turn++; turn%9 == 0 {
				s.filtered(v, m, name, programme, filter, turn/9)
			}
		}
		for _, order := range slices.Sorted(maps.Keys(t.Orders)) {
			if turn++; turn%9 == 0 && order != "" {
				s.narrow(v, m, name, programme, "orderBy: "+order, rightstest.Narrowed{Order: order})
			}
		}
	}
}

// filtered takes the filter's value from the nth row of the programme.
func (s *stage) filtered(v viewer, m *rightstest.Model, name, programme, filter string, nth int) {
	root := rightstest.Roots[name]
	t := rightstest.Types[root.Type]
	rows := s.rowsIn(t, programme)
	if len(rows) == 0 {
		return
	}
	value, literal := t.Filters[filter].From(s.world, rows[nth%len(rows)])
	if literal == "" {
		return
	}
	argument := fmt.Sprintf("filter: {%s: %s}", filter, literal)
	if name == "dues" && slices.Contains([]string{"owner", "subject", "overdue"}, filter) {
		argument = filter + ": " + literal
	}
	s.narrow(v, m, name, programme, argument, rightstest.Narrowed{Filter: filter, Value: value, Order: root.Usual()})
}

// rowsIn are the rows of a type in a programme; all of them where their table knows no programme.
func (s *stage) rowsIn(t *rightstest.Type, programme string) []*rightstest.Row {
	if rows := s.world.Tables[t.Table]; len(rows) > 0 && rows[0].Columns["programme_id"] == nil {
		return rows
	}
	return s.world.By(t.Table, "programme_id", programme)
}

func (s *stage) narrow(v viewer, m *rightstest.Model, name, programme, argument string, n rightstest.Narrowed) {
	root := rightstest.Roots[name]
	query := fmt.Sprintf("query($p: ID!) { %s(programme: $p, first: 200, %s) { totalCount nodes { id } } }", name, argument)
	if !m.Refused(rightstest.Types[root.Type], n) {
		uncounted := &rightstest.Model{World: m.World, Actor: m.Actor, Cells: map[rightstest.Cell]bool{}} // ids alone prove nothing of other fields
		want := s.page(uncounted, root, programme, n, []rightstest.Ask{{Name: "id"}})
		s.compare(v, argument+" ", query, vars{"p": "prg_" + programme}, map[string]any{name: want})
		return
	}
	if _, code := s.post(v, query, vars{"p": "prg_" + programme}); code != "FILTER_NOT_READABLE" {
		s.differ(v, []string{fmt.Sprintf("%s by %s tells of what he may not read, and is answered %q", name, argument, code)})
	}
}

// longPaths are ways that lead over many objects.
var longPaths = map[string]string{
	"participants": "id placements{id company{id name openings{id organisation{id name} matches{id participant{id hidden person{id hidden familyName}}} } placements{id intern{familyName} participant{id}}}}",
	"companies":    "id openings{id matches{id participant{id caseManager{id name} person{id givenName phone}}} site{id company{id contacts{id name}}}}",
	"activities":   "id enrolments{id participant{id person{id fiscalCode} allowances{id total}} placement{id company{id name} endReason{id}}}",
	"attendances":  "id hidden placement{id organisation{id name parent{id children{id name}}} steps{id member{id name} reason{id}}} recordedBy{id} enrolment{id participant{id tutor{id}}}",
}

// paths compares what is reached on one of the long ways in turn.
func (s *stage) paths(v viewer, m *rightstest.Model, programme string) {
	var query strings.Builder
	want := map[string]any{}
	for i, name := range slices.Sorted(maps.Keys(longPaths)) {
		if (v.turn+i)%len(longPaths) != 0 {
			continue
		}
		root, path := rightstest.Roots[name], longPaths[name]
		fmt.Fprintf(&query, "%s(programme: $p, first: 200) { totalCount nodes { %s } } ", name, path)
		want[name] = s.page(m, root, programme, rightstest.Narrowed{Order: root.Usual()}, s.parse(root.Type, path))
	}
	s.compare(v, "path ", "query($p: ID!) { "+query.String()+"}", vars{"p": "prg_" + programme}, want)
}

// parse reads a selection as asks.
func (s *stage) parse(of, text string) []rightstest.Ask {
	text = strings.NewReplacer("{", " { ", "}", " } ").Replace(text)
	asks, _ := s.parsed(of, strings.Fields(text))
	return asks
}

func (s *stage) parsed(of string, tokens []string) (asks []rightstest.Ask, rest []string) {
	for len(tokens) > 0 {
		token := tokens[0]
		tokens = tokens[1:]
		switch token {
		case "}":
			return asks, tokens
		case "{":
			last := &asks[len(asks)-1]
			last.Under, tokens = s.parsed(last.Type, tokens)
		default:
			ask := rightstest.Ask{Name: token}
			for _, f := range s.contract[of] {
				if f.Name == token && f.Object {
					ask.Type = f.Type
				}
			}
			asks = append(asks, ask)
		}
	}
	return asks, nil
}

// nodes compares objects by their ids, of a few types in turn.
func (s *stage) nodes(v viewer, m *rightstest.Model, programme string) {
	turn := v.turn
	for _, name := range slices.Sorted(maps.Keys(rightstest.Types)) {
		if turn++; turn%11 == 0 {
			s.nodesOf(v, m, name, programme, turn/11)
		}
	}
}

// nodesOf compares four objects of a type, from the nth on. What has no id of its own is shown on the viewer's or programme's page.
func (s *stage) nodesOf(v viewer, m *rightstest.Model, name, programme string, nth int) {
	switch name {
	case "Viewer":
		s.self(v, m)
		return
	case "ProgrammeFinding":
		s.programme(v, m, programme)
		return
	}
	t := rightstest.Types[name]
	rows := s.rowsIn(t, programme)
	if len(rows) == 0 {
		return
	}
	asks := s.contract.All(name)
	var parts []string
	variables, want, declared := vars{}, map[string]any{}, ""
	for i := range 4 {
		r := rows[(nth+i)%len(rows)]
		alias := fmt.Sprintf("n%d", i)
		declared += fmt.Sprintf("$%s: ID! ", alias)
		parts = append(parts, fmt.Sprintf("%s: node(id: $%s) { ... on %s { %s } }", alias, alias, name, rightstest.Text(asks)))
		variables[alias], want[alias] = t.Prefix+"_"+r.ID, m.Object(t, r, asks)
	}
	s.compare(v, name+" ", "query("+declared+") { "+strings.Join(parts, " ")+" }", variables, want)
}
