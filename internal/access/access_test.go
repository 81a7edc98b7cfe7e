package access_test

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

var update = flag.Bool("update", false, "write the tables anew")

// acts are all acts that some role may do, found by asking.
func acts(t *testing.T) []access.Act {
	t.Helper()
	source, err := os.ReadFile("tables.go")
	if err != nil {
		t.Fatal(err)
	}
	var all []access.Act
	for line := range strings.Lines(string(source)) {
		if fields := strings.Fields(line); len(fields) == 4 && fields[1] == "Act" {
			all = append(all, access.Act(strings.Trim(fields[3], `"`)))
		}
	}
	if len(all) < 40 {
		t.Fatalf("only %d acts found", len(all))
	}
	return all
}

func holds(role access.Role) (access.Actor, uuid.UUID, uuid.UUID) {
	programme, key := uuid.New(), uuid.New()
	return access.Actor{Member: uuid.New(), Grants: []access.Grant{{Role: role, Programme: programme, Key: key}}}, programme, key
}

// table prints one line a row and one column a role, with the mark of each cell.
func table[R any](rows []R, mark func(access.Role, R) string) string {
	var out strings.Builder
	width := 0
	for _, r := range rows {
		width = max(width, len(fmt.Sprint(r)))
	}
	for i, role := range access.Roles() {
		out.WriteString(strings.Repeat(" ", width+1) + strings.Repeat("| ", i) + string(role) + "\n")
	}
	for _, r := range rows {
		line := fmt.Sprintf("%-*s ", width, fmt.Sprint(r))
		for _, role := range access.Roles() {
			line += mark(role, r) + " "
		}
		out.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	return out.String()
}

// rights prints both tables, and which rows each role opens.
func rights(t *testing.T) string {
	t.Helper()
	var out strings.Builder
	out.WriteString("# Who may see and do what\n\nPrinted from the tables of this package by its test; whoever changes a right changes this print with it.\n" +
		"A right is taken from one grant at a time and never added up: role and key must come from the same grant.\n\n## Which rows a role opens\n\n" +
		"| role | granted over | opens |\n|---|---|---|\n")
	for _, role := range access.Roles() {
		out.WriteString("| " + string(role) + " | " + string(role.Scope()) + " | " + role.Rows() + " |\n")
	}
	out.WriteString("\n## Role x field class\n\nWhat a role always reads on its rows (x), and what only for a purpose (*, below).\n\n```\n")
	out.WriteString(table(access.Classes(), func(role access.Role, c access.Class) string {
		switch {
		case !role.Reads(c, ""):
			return "."
		case role == access.System || !slices.Contains(access.Confidential(), c):
			return "x"
		}
		return "*"
	}))
	out.WriteString("```\n\n## Role x purpose x confidential class\n\nConfidential data are read for a purpose, and every reading is logged. A role's own purpose (o) holds unless the request names\n" +
		"another; one that needs a reason (!) must be named, and case manager and data-protection officer are told.\n\n```\n")
	out.WriteString(table(uses(), func(role access.Role, u use) string {
		switch {
		case role == access.System || !role.Reads(u.class, u.purpose):
			return "."
		case role.Reads(u.class, ""):
			return "o"
		}
		return "!"
	}))
	out.WriteString("```\n\n## Role x act\n\n```\n")
	out.WriteString(table(acts(t), func(role access.Role, act access.Act) string {
		if a, programme, key := holds(role); a.May(act, programme, []uuid.UUID{key}) {
			return "x"
		}
		return "."
	}))
	out.WriteString("```\n\n## Token scope x act\n\nA program's token is limited to its scopes; each of them may read, too. What stands in none is for people alone.\n\n")
	for _, scope := range access.TokenScopes() {
		good := slices.DeleteFunc(acts(t), func(act access.Act) bool { return !slices.Contains(access.ScopesOf(act), scope) })
		fmt.Fprintf(&out, "- `%s`: %s\n", scope, cmp.Or(strings.Trim(fmt.Sprint(good), "[]"), "reading alone"))
	}
	out.WriteString("\nEvery member does these about himself, whatever his roles: " + list(access.OwnActs()) +
		".\n\n## Roles that may not meet in one person\n\nWithin a programme, counted by person and not by account, his own and what is delegated to him.\n\n")
	for i, a := range access.Roles() {
		for _, b := range access.Roles()[i:] {
			if slices.Contains(a.Apart(), b) {
				out.WriteString("- " + string(a) + " and " + string(b) + "\n")
			}
		}
	}
	return out.String()
}

func list[T ~string](all []T) string {
	words := make([]string, len(all))
	for i, one := range all {
		words[i] = string(one)
	}
	return strings.Join(words, ", ")
}

// use is one confidential class read for one purpose.
type use struct {
	purpose access.Purpose
	class   access.Class
}

// String names the use in the print.
func (u use) String() string { return string(u.purpose) + " " + string(u.class) }

// uses are those that some role but the house itself has.
func uses() (all []use) {
	for _, p := range access.Purposes() {
		for _, c := range access.Confidential() {
			if slices.ContainsFunc(access.Roles(), func(r access.Role) bool { return r != access.System && r.Reads(c, p) }) {
				all = append(all, use{p, c})
			}
		}
	}
	return all
}

// TestTables prints who may do and read what, for people to read. Whoever changes a right changes the print with it (-update).
func TestTables(t *testing.T) {
	got := rights(t)
	if *update {
		if err := os.WriteFile("RIGHTS.md", []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("RIGHTS.md")
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("RIGHTS.md is not what the tables say (go test -update writes it anew):\n%s", got)
	}
}

// administration is all that an administrator does: about members, and nothing about anybody who takes part.
var administration = []access.Act{access.InviteMember, access.ResendInvitation, access.WithdrawInvitation, access.GrantRole, access.EndGrant, access.EndMember, access.Delegate, access.EndDelegation}

// aboutGuests are those that who decides about a participation does for its guests: no other invitation carries his key.
var aboutGuests = []access.Act{access.ResendInvitation, access.WithdrawInvitation}

// erasure is all that a data-protection officer does.
var erasure = []access.Act{access.HoldPerson, access.ErasePerson}

// Nobody but administrators and the house itself does an administrator's acts, or reads who holds which right.
func TestAdministrationIsApart(t *testing.T) {
	for _, role := range access.Roles() {
		a, programme, key := holds(role)
		if role == access.Administrator || role == access.System {
			continue
		}
		for _, act := range administration {
			if a.May(act, programme, []uuid.UUID{key}) && !slices.Contains(aboutGuests, act) {
				t.Errorf("%s may %s", role, act)
			}
		}
		if a.Sees(access.Accounts, []uuid.UUID{key}) {
			t.Errorf("%s reads accounts", role)
		}
	}
}

// Roles that are apart are so both ways; maker and approver of money are.
func TestRolesApart(t *testing.T) {
	for _, a := range access.Roles() {
		for _, b := range a.Apart() {
			if a == b || !slices.Contains(b.Apart(), a) {
				t.Errorf("%s is apart from %s, not the other way round", a, b)
			}
		}
	}
	if !slices.Contains(access.PaymentsOfficer.Apart(), access.Approver) {
		t.Error("who makes payments may approve them")
	}
}

// What must never be granted, whatever else changes in the tables.
func TestFencesAroundTheTables(t *testing.T) {
	all := acts(t)
	reasons := []access.Class{access.Restricted, access.Health, access.Penal, access.Protection}
	for _, role := range access.Roles() {
		a, programme, key := holds(role)
		row := []uuid.UUID{key}
		for _, c := range reasons {
			if a.Sees(c, row) && role != access.CaseManager && role != access.System {
				t.Errorf("%s reads %s", role, c)
			}
		}
		for _, p := range access.Purposes() {
			for _, c := range reasons {
				if role.Reads(c, p) && !slices.Contains([]access.Role{access.Coordinator, access.PartnerCoordinator, access.CaseManager, access.System}, role) {
					t.Errorf("%s reads %s for the purpose %s", role, c, p)
				}
			}
			if outside, err := a.WithPurpose(p, ""); err == nil && outside.Sees(access.Health, row) && role != access.CaseManager && role != access.System {
				t.Errorf("%s reads health for the purpose %s without a reason", role, p)
			}
		}
		if a.Sees(access.Identity, row) && !a.Sees(access.Path, row) {
			t.Errorf("%s reads a name on rows that it does not see", role)
		}
		for _, act := range all {
			if slices.Contains(erasure, act) && role != access.DPO && role != access.System && a.May(act, programme, row) {
				t.Errorf("%s may %s", role, act)
			}
			if act == access.PrintRegister { // says on paper what its reader may read
				if a.May(act, programme, row) != a.Sees(access.Work, row) {
					t.Errorf("%s may %s, or may not", role, act)
				}
				continue
			}
			if act == access.MakeControlFolder { // proves what several people's money rests on: never for who is in it, or follows it
				may := slices.Contains([]access.Role{access.Coordinator, access.PartnerCoordinator, access.PaymentsOfficer, access.Approver, access.Auditor, access.SampleAuditor, access.System}, role)
				if a.May(act, programme, row) != may || may && (!a.Sees(access.Work, row) || !a.Sees(access.Money, row)) {
					t.Errorf("%s may %s, or may not", role, act)
				}
				continue
			}
			switch role {
			case access.Staff, access.Auditor, access.SampleAuditor:
				if a.May(act, programme, row) {
					t.Errorf("%s may %s", role, act)
				}
			case access.Approver: // says yes or no to what others have made
				if a.May(act, programme, row) != slices.Contains([]access.Act{access.ApproveRun, access.DiscardRun, access.ResolveLine, access.AnswerDischarge, access.ConfirmHistory, access.DiscardHistory, access.RevokeHistory}, act) {
					t.Errorf("%s may %s, or may not", role, act)
				}
			case access.Administrator:
				if a.May(act, programme, row) != (slices.Contains(administration, act) || act == access.RevokeDevice) {
					t.Errorf("%s may %s, or may not", role, act)
				}
			case access.Self, access.Representative: // a participant says where to be paid, and that a sum is wrong, and nothing else
				if a.May(act, programme, row) != (act == access.RecordBankDetails || act == access.ContestStatement) {
					t.Errorf("%s may %s", role, act)
				}
			case access.DPO: // ends data, and does nothing else with them
				if a.May(act, programme, row) != slices.Contains(erasure, act) {
					t.Errorf("%s may %s, or may not", role, act)
				}
			case access.HostTutor: // writes hours and certifies them, or gives them back
				if a.May(act, programme, row) != slices.Contains([]access.Act{access.RecordAttendance, access.RecordAsPlanned, access.CertifyMonthAsHost, access.ReturnMonth}, act) {
					t.Errorf("%s may %s", role, act)
				}
			case access.System:
				if !a.May(act, programme, row) {
					t.Errorf("the house itself may not %s", act)
				}
			}
		}
	}
	for _, role := range []access.Role{access.HostTutor, access.Staff, access.Auditor, access.Administrator, access.DPO} {
		a, _, key := holds(role)
		for _, c := range []access.Class{access.Path, access.Identity, access.Registry, access.Restricted, access.Contact, access.Absence, access.Eligibility} {
			if a.Sees(c, []uuid.UUID{key}) {
				t.Errorf("%s reads %s", role, c)
			}
		}
	}
}

// people draws actors over a few keys and programmes, so that they meet.
type people struct{ keys, programmes []uuid.UUID }

func some(n int) []uuid.UUID {
	ids := make([]uuid.UUID, n)
	for i := range ids {
		ids[i] = uuid.NewSHA1(uuid.NameSpaceOID, []byte{byte(n), byte(i)})
	}
	return ids
}

var crowd = people{keys: some(6), programmes: some(2)}

func (p people) grant(t *rapid.T) access.Grant {
	g := access.Grant{Role: rapid.SampledFrom(access.Roles()).Draw(t, "role"), Programme: rapid.SampledFrom(p.programmes).Draw(t, "programme"), Key: rapid.SampledFrom(p.keys).Draw(t, "key")}
	if rapid.Bool().Draw(t, "ends") {
		g.To, _ = calendar.ParseDay("2027-12-31")
	}
	return g
}

func (p people) actor(t *rapid.T) access.Actor {
	return access.Actor{Member: uuid.New(), Grants: rapid.SliceOfN(rapid.Custom(p.grant), 0, 5).Draw(t, "grants")}
}

func (p people) audience(t *rapid.T) []uuid.UUID {
	return rapid.SliceOfN(rapid.SampledFrom(p.keys), 0, 4).Draw(t, "audience")
}

// Rights are taken per grant: the whole actor sees and may exactly what one of his grants alone sees or may.
func TestRightsAreThoseOfOneGrant(t *testing.T) {
	all := acts(t)
	rapid.Check(t, func(t *rapid.T) {
		a, audience, programme := crowd.actor(t), crowd.audience(t), rapid.SampledFrom(crowd.programmes).Draw(t, "programme")
		class, act := rapid.SampledFrom(access.Classes()).Draw(t, "class"), rapid.SampledFrom(all).Draw(t, "act")
		sees, may, mayIn := false, false, false
		for _, g := range a.Grants {
			alone := access.Actor{Grants: []access.Grant{g}}
			sees = sees || alone.Sees(class, audience)
			may = may || alone.May(act, programme, audience)
			mayIn = mayIn || alone.MayIn(act, programme)
		}
		if a.Sees(class, audience) != sees || a.May(act, programme, audience) != may || a.MayIn(act, programme) != mayIn {
			t.Errorf("together %v %v %v, one alone %v %v %v", a.Sees(class, audience), a.May(act, programme, audience), a.MayIn(act, programme), sees, may, mayIn)
		}
		if shared := slices.ContainsFunc(a.KeysIn(act, programme), func(k uuid.UUID) bool { return slices.Contains(audience, k) }); shared != may {
			t.Errorf("keys of the act say %v, the act says %v", shared, may)
		}
		if len(audience) == 0 && (a.Sees(class, audience) || may) {
			t.Error("a row of nobody is somebody's")
		}
		if more := append(slices.Clone(audience), crowd.keys...); sees && !a.Sees(class, more) {
			t.Error("a wider audience hides the row")
		}
		for _, keys := range [][]uuid.UUID{a.Keys(class), a.KeysIn(act, programme)} {
			if !slices.IsSortedFunc(keys, func(a, b uuid.UUID) int { return strings.Compare(a.String(), b.String()) }) || len(slices.Compact(slices.Clone(keys))) != len(keys) {
				t.Errorf("keys %v", keys)
			}
		}
	})
}

// The settings are the keys, spelled for Postgres.
func TestSettingsAreTheKeys(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := crowd.actor(t)
		values := a.Settings()
		if len(values) != len(access.Classes())+1 {
			t.Fatalf("%d values", len(values))
		}
		arrays := strings.Split(values.String(), " ")
		for i, c := range access.Classes() {
			var texts []string
			for _, k := range a.Keys(c) {
				texts = append(texts, k.String())
			}
			if want := "{" + strings.Join(texts, ",") + "}"; values[i] != want || arrays[i] != want {
				t.Errorf("%s is %s, in %s", c, values[i], values)
			}
		}
		if last := len(values) - 1; values[last] != "{"+a.Member.String()+"}" || arrays[last] != values[last] {
			t.Errorf("his own is %s, in %s", values[last], values)
		}
	})
}

// Two of the same fingerprint see the same of every class; the order and repetition of grants, and who holds them, do not matter.
func TestFingerprint(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := crowd.actor(t), crowd.actor(t)
		if rapid.Bool().Draw(t, "alike") {
			b.Grants = append(rapid.Permutation(a.Grants).Draw(t, "order"), a.Grants...)
			if a.Fingerprint() != b.Fingerprint() {
				t.Error("the same grants in another order, some twice")
			}
		}
		same := true
		for _, c := range access.Classes() {
			same = same && slices.Equal(a.Keys(c), b.Keys(c))
		}
		if a.Fingerprint() == b.Fingerprint() && !same {
			t.Error("one fingerprint, other rights")
		}
		if len(a.Grants) > 0 {
			other := access.Actor{Member: a.Member, Grants: slices.Clone(a.Grants)}
			g := &other.Grants[0]
			switch rapid.IntRange(0, 3).Draw(t, "what") {
			case 0:
				g.Key = uuid.New()
			case 1:
				g.Programme = uuid.New()
			case 2:
				g.To, _ = calendar.ParseDay("2028-01-01")
			case 3:
				g.Role = "OTHER"
			}
			if other.Fingerprint() == a.Fingerprint() {
				t.Error("another grant, the same fingerprint")
			}
		}
	})
}

// Keys of one id differ from scope to scope and from programme to programme, and from the id itself.
func TestKeysDiffer(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		id := uuid.UUID(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "id"))
		seen := map[uuid.UUID]string{}
		for _, programme := range crowd.programmes {
			for _, s := range access.Scopes() {
				key := s.Key(programme, id)
				if key != s.Key(programme, id) {
					t.Errorf("%s gives two keys", s)
				}
				if s == access.OverOrganisation {
					if key != id {
						t.Error("an organisation's key is not its id")
					}
					continue
				}
				what := string(s) + " in " + programme.String()
				if before, twice := seen[key]; twice || key == id || key.Version() != 8 {
					t.Errorf("%s: %s, as %s", what, key, before)
				}
				seen[key] = what
			}
		}
	})
}

// A purpose is refused to whom none of his roles gives it, and one that needs a reason without any.
func TestWithPurpose(t *testing.T) {
	for _, c := range []struct {
		roles   []access.Role
		purpose access.Purpose
		reason  string
		code    string // "" is allowed
	}{
		{[]access.Role{access.Coordinator}, "", "", ""},
		{[]access.Role{access.Coordinator}, access.Supervision, "Verifica a campione", ""},
		{[]access.Role{access.Coordinator}, access.Supervision, "", "PURPOSE_NEEDS_REASON"},
		{[]access.Role{access.Coordinator}, access.Supervision, "  \t ", "PURPOSE_NEEDS_REASON"},
		{[]access.Role{access.Coordinator}, access.Supervision, "a\x00b", "PURPOSE_NEEDS_REASON"},
		{[]access.Role{access.Coordinator}, access.Supervision, "\xff", "PURPOSE_NEEDS_REASON"},
		{[]access.Role{access.Coordinator}, access.Supervision, strings.Repeat("à", 501), "PURPOSE_NEEDS_REASON"},
		{[]access.Role{access.Coordinator}, access.Supervision, strings.Repeat("à", 500), ""},
		{[]access.Role{access.Coordinator}, access.Coordination, "", ""},
		{[]access.Role{access.Coordinator}, access.Payment, "x", "PURPOSE_NOT_ALLOWED"},
		{[]access.Role{access.Coordinator}, "supervision", "x", "PURPOSE_NOT_ALLOWED"},
		{[]access.Role{access.Tutor, access.PaymentsOfficer}, access.Payment, "", ""},
		{[]access.Role{access.Tutor}, access.Supervision, "x", "PURPOSE_NOT_ALLOWED"},
		{[]access.Role{access.Administrator, access.DPO, access.HostTutor}, access.Care, "x", "PURPOSE_NOT_ALLOWED"},
		{nil, access.Own, "", "PURPOSE_NOT_ALLOWED"},
	} {
		var a access.Actor
		for _, r := range c.roles {
			a.Grants = append(a.Grants, access.Grant{Role: r, Key: uuid.New()})
		}
		got, err := a.WithPurpose(c.purpose, c.reason)
		list, _ := refusal.As(err)
		if code := list.Error(); code != c.code {
			t.Errorf("%v for %q with %q: %s, want %s", c.roles, c.purpose, c.reason, code, c.code)
		}
		if c.code == "" && got.Purpose != c.purpose {
			t.Errorf("reads for %q, not %q", got.Purpose, c.purpose)
		}
	}
}

// A named purpose closes what another one opened: nobody reads for two purposes at once.
func TestAPurposeOpensItsOwnOnly(t *testing.T) {
	key, other := uuid.New(), uuid.New()
	a := access.Actor{Grants: []access.Grant{{Role: access.CaseManager, Key: key}, {Role: access.Coordinator, Key: other}}}
	if !a.Sees(access.Health, []uuid.UUID{key}) || a.Sees(access.Health, []uuid.UUID{other}) {
		t.Error("without a purpose the case team alone reads reasons")
	}
	a, err := a.WithPurpose(access.Supervision, "Reclamo")
	if err != nil {
		t.Fatal(err)
	}
	if a.Sees(access.Health, []uuid.UUID{key}) || !a.Sees(access.Health, []uuid.UUID{other}) || !a.Sees(access.Identity, []uuid.UUID{key}) {
		t.Error("supervision opens what care does, or closes what needs no purpose")
	}
	if p, reason := a.PurposeOf(access.Health); p != access.Supervision || !reason {
		t.Error(p, reason)
	}
}

// Who acts under an absent colleague's grant acts for him; who may by himself does not.
func TestActsFor(t *testing.T) {
	programme, mine, theirs, absent := uuid.New(), uuid.New(), uuid.New(), uuid.New()
	a := access.Actor{Grants: []access.Grant{{Role: access.Tutor, Programme: programme, Key: mine}, {Role: access.Tutor, Programme: programme, Key: theirs, For: absent}}}
	for _, c := range []struct {
		act      access.Act
		audience []uuid.UUID
		want     uuid.UUID
	}{
		{access.RecordAttendance, []uuid.UUID{theirs}, absent},
		{access.RecordAttendance, []uuid.UUID{theirs, mine}, uuid.Nil},
		{access.RecordAttendance, []uuid.UUID{mine}, uuid.Nil},
		{access.AssignTeam, []uuid.UUID{theirs}, uuid.Nil},
	} {
		if got := a.ActsFor(c.act, programme, c.audience); got != c.want {
			t.Errorf("%s on %v: %s", c.act, c.audience, got)
		}
	}
}
