package access_test

import (
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
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

// table prints one line a row and one column a role, with a mark where the role may.
func table[R ~string](rows []R, may func(access.Role, R) bool) string {
	var out strings.Builder
	width := 0
	for _, r := range rows {
		width = max(width, len(r))
	}
	for i, role := range access.Roles() {
		out.WriteString(strings.Repeat(" ", width+1) + strings.Repeat("| ", i) + string(role) + "\n")
	}
	for _, r := range rows {
		line := string(r) + strings.Repeat(" ", width-len(r)+1)
		for _, role := range access.Roles() {
			if may(role, r) {
				line += "x "
			} else {
				line += ". "
			}
		}
		out.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	return out.String()
}

// TestTables prints who may do and read what, for people to read. Whoever changes a right changes the print with it (-update).
func TestTables(t *testing.T) {
	for name, got := range map[string]string{
		"reads.txt": table(access.Classes(), func(role access.Role, c access.Class) bool {
			a, _, key := holds(role)
			return a.Sees(c, []uuid.UUID{key})
		}),
		"acts.txt": table(acts(t), func(role access.Role, act access.Act) bool {
			a, programme, key := holds(role)
			return a.May(act, programme, []uuid.UUID{key})
		}),
	} {
		file := "testdata/" + name
		if *update {
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s is not what the tables say (go test -update writes it anew):\n%s", file, got)
		}
	}
}

// What must never be granted, whatever else changes in the tables.
func TestFencesAroundTheTables(t *testing.T) {
	all := acts(t)
	confidential := []access.Class{access.Health, access.Penal, access.Protection}
	for _, role := range access.Roles() {
		a, programme, key := holds(role)
		row := []uuid.UUID{key}
		for _, c := range confidential {
			if a.Sees(c, row) && role != access.CaseManager && role != access.System {
				t.Errorf("%s reads %s", role, c)
			}
		}
		if a.Sees(access.Identity, row) && !a.Sees(access.Path, row) {
			t.Errorf("%s reads a name on rows that it does not see", role)
		}
		for _, act := range all {
			switch role {
			case access.Staff, access.Auditor, access.Administrator, access.DPO, access.Self, access.Approver:
				if a.May(act, programme, row) {
					t.Errorf("%s may %s", role, act)
				}
			case access.HostTutor:
				if a.May(act, programme, row) != (act == access.RecordAttendance) {
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
		for _, c := range []access.Class{access.Path, access.Identity, access.Restricted, access.Money, access.Contact, access.Absence} {
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
		names, values := a.Settings()
		if len(names) != len(access.Classes())+1 || len(names) != len(values) {
			t.Fatalf("%d names, %d values", len(names), len(values))
		}
		for i, c := range access.Classes() {
			var texts []string
			for _, k := range a.Keys(c) {
				texts = append(texts, k.String())
			}
			if names[i] != "app.keys_"+string(c) || values[i] != "{"+strings.Join(texts, ",")+"}" {
				t.Errorf("%s is %s", names[i], values[i])
			}
		}
		if last := len(names) - 1; names[last] != "app.keys_self" || values[last] != "{"+a.Member.String()+"}" {
			t.Errorf("%s is %s", names[last], values[last])
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

func TestCaseKeyIsNotTheMember(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := uuid.UUID(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "member"))
		if access.CaseKey(m) == m || access.CaseKey(m) != access.CaseKey(m) || access.CaseKey(m) == access.CaseKey(uuid.New()) {
			t.Error(m)
		}
	})
}
