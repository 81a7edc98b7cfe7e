package main

import (
	"slices"
	"testing"
)

const serverText = "2026-11-22 12:00:00.001 UTC [7] LOG:  duration: 0.100 ms  parse stmtcache_1: select 1\n" +
	"2026-11-22 12:00:00.002 UTC [7] LOG:  duration: 0.200 ms  execute stmtcache_1: select (json_build_object('a', r1.x\n" +
	"\twhere r1.audience && $1::uuid[] and r1.n < $2::int))::text\n" +
	"2026-11-22 12:00:00.002 UTC [7] DETAIL:  parameters: $1 = '{k}', $2 = '5', $3 = 'it''s, $4 = ''no'''\n" +
	"2026-11-22 12:00:00.003 UTC [7] LOG:  duration: 0.010 ms  bind stmtcache_2: select $1\n" +
	"2026-11-22 12:00:00.003 UTC [7] DETAIL:  parameters: $1 = 'another''s'\n" +
	"2026-11-22 12:00:00.003 UTC [8] LOG:  duration: 0.010 ms  statement: select 'end'\n"

func TestTheLogGivesExecutedStatementsWithArguments(t *testing.T) {
	found := parseLog("\ta line of an entry before\n" + serverText)
	if len(found) != 1 {
		t.Fatalf("found %d statements: %q", len(found), found)
	}
	if want := "select (json_build_object('a', r1.x\nwhere r1.audience && $1::uuid[] and r1.n < $2::int))::text"; found[0].SQL != want {
		t.Errorf("statement is %q, want %q", found[0].SQL, want)
	}
	if want := []string{"{k}", "5", "it's, $4 = 'no'"}; !slices.Equal(found[0].Args, want) {
		t.Errorf("arguments are %q, want %q", found[0].Args, want)
	}
}

func TestRightsAreTakenOutAndTheRestIsNumberedAnew(t *testing.T) {
	st := statement{
		SQL:  "select $2::int from t r1 where r1.audience && $1::uuid[] and (r12.audience &&& $3::uuid[] or r1.id = $4::uuid) and r1.n < $2::int",
		Args: []string{"{a}", "50", "{b}", "it's"},
	}
	bare, n := st.withoutRights()
	if want := "select $1::int from t r1 where true and (true or r1.id = $2::uuid) and r1.n < $1::int"; bare.SQL != want || n != 2 {
		t.Errorf("%d predicates, statement %q, want %q", n, bare.SQL, want)
	}
	if want := []string{"50", "it's"}; !slices.Equal(bare.Args, want) {
		t.Errorf("arguments are %q, want %q", bare.Args, want)
	}
	if want := "select '50'::int from t r1 where true and (true or r1.id = 'it''s'::uuid) and r1.n < '50'::int"; bare.inlined() != want {
		t.Errorf("inlined %q, want %q", bare.inlined(), want)
	}
}

func TestAPredicateOfNoKeysIsFalse(t *testing.T) {
	st := statement{SQL: "select from t r1 where r1.audience && $1::uuid[] or r1.audience && $2::uuid[]", Args: []string{"{}", "{a}"}}
	if bare, n := st.withoutRights(); bare.SQL != "select from t r1 where false or true" || n != 2 || len(bare.Args) != 0 {
		t.Errorf("%d predicates, statement %q with %q", n, bare.SQL, bare.Args)
	}
}

func TestAListByKeyReadsItsTable(t *testing.T) {
	rows := func(key string) string {
		return "select r1.* from t_key r2 join t r1 on r1.id = r2.id where r2.key = " + key + " and (r2.programme_id = $2::uuid) and (r1.programme_id = $2::uuid) " +
			"and r1.audience &&& $1::uuid[] order by r2.n desc, r2.id desc limit $3::int + 1"
	}
	for name, list := range map[string]string{
		"many keys": "select distinct on (u.n, u.id) u.* from unnest($1::uuid[]) k cross join lateral (" + rows("k") + ") u order by u.n desc, u.id desc limit $3::int + 1",
		"one key":   rows("($1::uuid[])[1]"),
	} {
		st := statement{SQL: "select y.* from (" + list + ") y", Args: []string{"{a}", "b", "50"}}
		bare, n := st.withoutRights()
		if want := "select y.* from (select r1.* from t r1 where (r1.programme_id = $1::uuid) and true order by r1.n desc, r1.id desc limit $2::int + 1) y"; bare.SQL != want || n != 2 {
			t.Errorf("%s: %d taken out, statement %q, want %q", name, n, bare.SQL, want)
		}
		if want := "select y.* from (select r1.* from t r1 where (r1.programme_id = $1::uuid) and true order by r1.n desc, r1.id desc limit 51) y"; bare.sized().SQL != want {
			t.Errorf("%s: with its size %q, want %q", name, bare.sized().SQL, want)
		}
	}
}

func TestAPageTakesItsSizeIntoTheStatement(t *testing.T) {
	st := statement{SQL: "select (select r2.* from u r2 limit $1::int), r1.* from t r1 where r1.n = $2::int limit $3::int + 1", Args: []string{"10", "7", "50"}}
	got := st.sized()
	if want := "select (select r2.* from u r2 limit 10), r1.* from t r1 where r1.n = $1::int limit 51"; got.SQL != want || !slices.Equal(got.Args, []string{"7"}) {
		t.Errorf("%q with %q, want %q with 7", got.SQL, got.Args, want)
	}
}

func TestAListIsKeptToItsRowsByAnEquality(t *testing.T) {
	st := statement{SQL: "select from t r1 where r1.audience && $1::uuid[] and exists (select from t r12 where r12.audience && $1::uuid[])", Args: []string{"{a}"}}
	own := st.narrowed("tutor_id", "b")
	if want := "select from t r1 where r1.tutor_id = $2::uuid and exists (select from t r12 where r12.audience && $1::uuid[])"; own.SQL != want {
		t.Errorf("statement is %q, want %q", own.SQL, want)
	}
	if want := []string{"{a}", "b"}; !slices.Equal(own.Args, want) || len(st.Args) != 1 {
		t.Errorf("arguments are %q, want %q", own.Args, want)
	}
}

func TestAStatementWithoutItsArgumentsIsNoticed(t *testing.T) {
	if err := (statement{SQL: "select $1, $2", Args: []string{"a"}}).bound(); err == nil {
		t.Error("a missing argument went unnoticed")
	}
}

func FuzzTheLogIsReadWhateverItHolds(f *testing.F) {
	f.Add(serverText)
	f.Add("2026-11-22 12:00:00.002 UTC [7] DETAIL:  parameters: $1 = 'open")
	f.Fuzz(func(t *testing.T, text string) {
		for _, st := range parseLog(text) {
			if st.bound() != nil {
				continue
			}
			bare, _ := st.withoutRights()
			if err := bare.bound(); err != nil {
				t.Errorf("%q without rights: %v", st.SQL, err)
			}
			_ = bare.inlined()
		}
	})
}

func TestProcessorTimeIsReadPastAnyName(t *testing.T) {
	got, err := parseStat("42 (a) b (c) S 1 42 42 0 -1 4194304 100 0 0 0 250 50 0 0 20 0 8 0 1 2 3")
	if err != nil || got != 300*tick {
		t.Errorf("parseStat = %v, %v, want %v", got, err, 300*tick)
	}
	if _, err := parseStat("42 (short) S 1"); err == nil {
		t.Error("a short line was read")
	}
}
