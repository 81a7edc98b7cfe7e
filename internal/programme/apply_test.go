package programme_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/platform/testdb"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// place is a database with a programme in it, and a clock that stands still.
type place struct {
	t     *testing.T
	ctx   context.Context
	url   string
	today string
	conn  *pgx.Conn
}

func newPlace(t *testing.T) *place {
	t.Helper()
	p := &place{t: t, ctx: context.Background(), url: testdb.New(t).OwnerURL, today: "2025-03-03"}
	conn, err := pgx.Connect(p.ctx, p.url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	p.conn = conn
	return p
}

func (p *place) clock() time.Time {
	return calendar.MustDay(p.today).At(calendar.MustLocalTime("09:00"))
}

func (p *place) try(data []byte) (programme.Applied, error) {
	return programme.Apply(p.ctx, p.url, "laco3.yaml", data, p.clock)
}

func (p *place) apply(data []byte) programme.Applied {
	p.t.Helper()
	done, err := p.try(data)
	if err != nil {
		p.t.Fatal(err)
	}
	return done
}

// refused applies a file that must be refused in these words, and leaves nothing behind.
func (p *place) refused(data []byte, words string) {
	p.t.Helper()
	before := p.dump()
	_, err := p.try(data)
	var problems programme.Problems
	if !errors.As(err, &problems) || err.Error() != words {
		p.t.Errorf("got  %v\nwant %s", err, words)
	}
	if after := p.dump(); after != before {
		p.t.Error("a refused file changed the database")
	}
}

func (p *place) text(sql string, args ...any) string {
	p.t.Helper()
	var s string
	if err := p.conn.QueryRow(p.ctx, "select coalesce(("+sql+")::text, 'null')", args...).Scan(&s); err != nil {
		p.t.Fatal(err)
	}
	return s
}

// dump is every row of the room's tables, with their ids.
func (p *place) dump() string {
	var all []string
	for _, table := range []string{"programme", "organisation", "policy_version", "policy_rule", "code_item", "programme_finding", "municipality",
		"programme_holiday", "programme_target", "budget_line", "payer", "funding_gate"} {
		all = append(all, p.text("select string_agg(t::text, E'\n' order by t.id) from "+table+" t"))
	}
	return strings.Join(all, "\n")
}

// as runs fn in a transaction of an actor with one grant.
func (p *place) as(role access.Role, key uuid.UUID, id uuid.UUID, fn func(context.Context, *postgres.Tx) error) {
	p.t.Helper()
	db, err := postgres.Open(p.ctx, postgres.Config{URL: p.url, Plans: 1, Acts: 1})
	if err != nil {
		p.t.Fatal(err)
	}
	defer db.Close()
	actor := access.Actor{Member: uuid.New(), Grants: []access.Grant{{Role: role, Programme: id, Key: key}}}
	if err := db.InTx(p.ctx, actor, p.clock, fn); err != nil {
		p.t.Fatal(err)
	}
}

// with is the embedded file with words replaced; a word that is not there fails the test.
func with(t *testing.T, data []byte, oldNew ...string) []byte {
	t.Helper()
	for i := 0; i < len(oldNew); i += 2 {
		if !bytes.Contains(data, []byte(oldNew[i])) {
			t.Fatalf("the file does not hold %q", oldNew[i])
		}
		data = bytes.Replace(data, []byte(oldNew[i]), []byte(oldNew[i+1]), 1)
	}
	return data
}

const (
	number1   = "number: 1\n  valid_from: 2024-12-19"
	number2   = "number: 2\n  valid_from: 2025-06-01"
	cap500    = "value: 50000"
	cap450    = "value: 45000"
	officeRow = `    - {code: OFFICE, it: "Ufficio", en: "Office"}` + "\n"
)

func TestApplyTwiceChangesNothing(t *testing.T) {
	p := newPlace(t)
	first := p.apply(programme.LavoroInCorso3)
	if !first.Changed || !first.NewVersion || first.Version != 1 || first.Code != "LACO3" || first.Programme == uuid.Nil {
		t.Errorf("first: %+v", first)
	}
	before := p.dump()
	p.today = "2026-01-01"
	again := p.apply(programme.LavoroInCorso3)
	if again.Changed || again.NewVersion || again.Programme != first.Programme || again.Version != 1 {
		t.Errorf("again: %+v", again)
	}
	if p.dump() != before {
		t.Error("the same file changed the database")
	}
}

func TestApplyAtOnceMakesOneProgramme(t *testing.T) {
	p := newPlace(t)
	outcome := make(chan error)
	for range 4 {
		go func() {
			_, err := p.try(programme.LavoroInCorso3)
			outcome <- err
		}()
	}
	for range 4 {
		if err := <-outcome; err != nil {
			t.Error(err)
		}
	}
	if got := p.text("select count(*) || '/' || (select count(*) from policy_version) from programme"); got != "1/1" {
		t.Errorf("programmes/versions: %s", got)
	}
}

func TestWhatStandsAfterApply(t *testing.T) {
	p := newPlace(t)
	p.apply(programme.LavoroInCorso3)
	for sql, want := range map[string]string{
		"select cup from programme": "J89G24000300006R",
		"select budget_cents || ' ' || from_day || ' ' || to_day || ' ' || project_code from programme":                                          "151375858 2024-12-19 2027-12-18 317981",
		"select string_agg(code, ' ' order by position) from organisation where parent_id = (select id from organisation where code = 'PEGASO')": "GI_GROUP SERINDFORM UISP",
		"select string_agg(code, ' ' order by position) from organisation where parent_id is null":                                               "ASL",
		"select count(*) from organisation": "9",
		"select string_agg(istat || belfiore || postcode, ' ' order by istat) from municipality":                     "045003B83254033 045010F02354100 045011F67954038",
		"select count(*) from code_item where list = 'priority_groups' and class <> 'directory'":                     "12",
		"select string_agg(code, ' ' order by position) from code_item where list = 'exclusions'":                    "ADI GOL",
		"select attributes ->> 'responsible' from code_item where code = 'HOST_CLOSED' and list = 'absence_reasons'": "HOST",
		"select sum(amount_cents) from budget_line":                                                                  "151375858",
		"select sum(amount_cents) from budget_line where activity_kind = 'INTERNSHIP'":                               "58800000",
		"select string_agg(o.code || ' ' || p.way || coalesce(p.format, '') || ' ' || t.since || t.tax || ' ' || cardinality(p.means), ', ' order by p.position) from payer p join organisation o on o.id = p.organisation_id join payer_tax t on t.organisation_id = o.id": "ASL ORDER_LIST 1EXEMPT 4, PEGASO BANK_FILECBI 1ASSIMILATED 2",
		"select string_agg(cardinality(p.audience)::text, ' ' order by p.position) from payer p":                            "1 2",
		"select string_agg(o.code, ' ' order by l.code) from budget_line l join organisation o on o.id = l.organisation_id": "ASL PEGASO ASL PEGASO ASL PEGASO",
		"select code || ' ' || (text ->> 'it' like '%16 caratteri%') from programme_finding":                                "CUP_LENGTH true",
		"select (value #>> '{}') || ' ' || confirmed from policy_rule where code = 'allowance.monthly_cap'":                 "50000 true",
		"select count(*) from policy_rule where source = '' or label ->> 'it' = '' or label ->> 'en' = ''":                  "0",
		"select min(cardinality(audience)) || ' ' || max(cardinality(audience)) from policy_rule":                           "9 9",
		"select revision from programme": "1",
	} {
		if got := p.text(sql); got != want {
			t.Errorf("%s: %s, want %s", sql, got, want)
		}
	}
	if got := p.text("select count(*) from policy_rule"); got != p.text("select $1::int", len(programme.Rules())) {
		t.Errorf("%s rules of %d", got, len(programme.Rules()))
	}
}

func TestChangedRuleMakesAVersion(t *testing.T) {
	p := newPlace(t)
	p.apply(programme.LavoroInCorso3)
	rules := "select string_agg(r::text, E'\n' order by r.position) from policy_rule r join policy_version v on v.id = r.version_id where v.number = 1"
	version := "select v::text from policy_version v where number = 1"
	before := p.text(rules) + p.text(version)

	p.refused(with(t, programme.LavoroInCorso3, cap500, cap450),
		"laco3.yaml:256: policy.number: version 1 of the rules stands already with other content and is never rewritten: raise the number to 2")
	p.refused(with(t, programme.LavoroInCorso3, number1, "number: 3\n  valid_from: 2025-06-01"),
		"laco3.yaml:256: policy.number: the next version of the rules is 2")

	done := p.apply(with(t, programme.LavoroInCorso3, cap500, cap450, number1, number2))
	if !done.Changed || !done.NewVersion || done.Version != 2 {
		t.Errorf("second version: %+v", done)
	}
	if p.text(rules)+p.text(version) != before {
		t.Error("the first version was touched")
	}
	if got := p.text("select revision from programme"); got != "2" {
		t.Errorf("revision %s, want 2", got)
	}
	const told = "select string_agg(concat_ws(' ', o.act, o.kind, o.subject_kind, v.number, o.audience = v.audience), ', ') from outbox o left join policy_version v on v.id = o.subject_id"
	if got := p.text(told); got != "applyProgramme ENTERED PolicyVersion 2 t" {
		t.Errorf("told: %s", got)
	}
	if got := p.text("select string_agg(concat_ws(' ', act, sealed, convert_from(detail, 'UTF8')::jsonb ->> 'validFrom'), ', ') from journal"); got != "applyProgramme f 2025-06-01" {
		t.Errorf("in the journal: %s", got)
	}
	p.refused(programme.LavoroInCorso3, "laco3.yaml:256: policy.number: the database has version 2 of the rules already")
	p.refused(with(t, programme.LavoroInCorso3, number1, "number: 3\n  valid_from: 2025-05-31"),
		"laco3.yaml:256: policy.valid_from: the new version cannot hold from before the one that stands (1 Jun 2025)")
}

func TestWordsChangeInPlace(t *testing.T) {
	p := newPlace(t)
	p.apply(programme.LavoroInCorso3)
	office := p.text("select id from code_item where code = 'OFFICE'")
	done := p.apply(with(t, programme.LavoroInCorso3, "name: AIAS,", "name: AIAS Massa,", `it: "Ufficio", en: "Office"`, `it: "Segreteria", en: "Office"`,
		"value: 285", "value: 290", `    - {code: RETAIL,`, `    - {code: BAKERY, it: Forno, en: Bakery}`+"\n"+`    - {code: RETAIL,`))
	if !done.Changed || done.NewVersion {
		t.Errorf("%+v", done)
	}
	for sql, want := range map[string]string{
		"select name from organisation where code = 'AIAS'":              "AIAS Massa",
		"select id from code_item where code = 'OFFICE'":                 office,
		"select label ->> 'it' from code_item where code = 'OFFICE'":     "Segreteria",
		"select label ->> 'en' from code_item where code = 'BAKERY'":     "Bakery",
		"select value from programme_target where code = 'participants'": "290",
		"select count(*) from policy_version":                            "1",
	} {
		if got := p.text(sql); got != want {
			t.Errorf("%s: %s, want %s", sql, got, want)
		}
	}
}

func TestRightCUPTakesTheFindingAway(t *testing.T) {
	p := newPlace(t)
	p.apply(programme.LavoroInCorso3)
	done := p.apply(with(t, programme.LavoroInCorso3, "cup: J89G24000300006R", "cup: J89G24000300006"))
	if len(done.Findings) != 0 || p.text("select count(*) from programme_finding") != "0" {
		t.Errorf("findings stay: %v", done.Findings)
	}
}

func TestRemovedCodeExpires(t *testing.T) {
	p := newPlace(t)
	without := with(t, programme.LavoroInCorso3, officeRow, "")
	id := p.apply(programme.LavoroInCorso3).Programme
	p.apply(without)
	if got := p.text("select valid_to from code_item where code = 'OFFICE'"); got != "2025-03-02" {
		t.Errorf("OFFICE holds to %s, want the day before it was taken out", got)
	}
	p.today = "2025-04-01"
	p.apply(with(t, without, "value: 285", "value: 286"))
	if got := p.text("select valid_to from code_item where code = 'OFFICE'"); got != "2025-03-02" {
		t.Errorf("OFFICE holds to %s after another file", got)
	}
	p.as(access.System, uuid.New(), id, func(ctx context.Context, tx *postgres.Tx) error {
		items, err := programme.CodeItems(ctx, tx, id, programme.WorkSectors)
		if item := items["OFFICE"]; err != nil || item.Label.En != "Office" || item.Valid(tx.Today()) || !item.Valid(calendar.MustDay("2025-03-02")) {
			t.Errorf("OFFICE is %+v, %v", item, err)
		}
		wantRefusal(t, programme.CheckCode(ctx, tx, id, programme.WorkSectors, "OFFICE", "sectors", "1"), "CODE_EXPIRED", "sectors.1")
		wantRefusal(t, programme.CheckCode(ctx, tx, id, programme.WorkSectors, "ASTRONAUT", "sectors", "2"), "CODE_UNKNOWN", "sectors.2")
		wantRefusal(t, programme.CheckCode(ctx, tx, uuid.New(), programme.WorkSectors, "KITCHEN"), "CODE_UNKNOWN", "")
		return programme.CheckCode(ctx, tx, id, programme.WorkSectors, "KITCHEN")
	})
	p.apply(with(t, programme.LavoroInCorso3, "value: 285", "value: 287"))
	if got := p.text("select valid_to from code_item where code = 'OFFICE'"); got != "null" {
		t.Errorf("OFFICE came back and holds to %s", got)
	}
}

// TestLines: a body's line is itself and all above it, whatever order bodies come in and wherever they are moved.
func TestLines(t *testing.T) {
	p := newPlace(t)
	p.apply(programme.LavoroInCorso3)
	straight := func(when string) {
		t.Helper()
		if got := p.text(`with recursive up as (select id, id as at, parent_id, 1 as n from organisation
			union all select up.id, o.id, o.parent_id, n + 1 from up join organisation o on o.id = up.parent_id)
			select count(*) from organisation o where line <> (select array_agg(at order by n) from up where up.id = o.id)`); got != "0" {
			t.Errorf("%s %s lines are wrong", when, got)
		}
	}
	write := func(sql string) {
		if _, err := p.conn.Exec(p.ctx, sql); err != nil {
			t.Fatal(err)
		}
	}
	straight("applied:")
	write("update organisation set parent_id = (select id from organisation where code = 'AIAS') where code = 'PEGASO'")
	straight("a body with others below it has moved:")
	write(`insert into organisation select n.* from organisation o, jsonb_array_elements('[{"id": "00000000-0000-0000-0000-000000000002", "parent_id":
		"00000000-0000-0000-0000-000000000001", "code": "B", "position": 91}, {"id": "00000000-0000-0000-0000-000000000001", "code": "A", "position": 90}]') given,
		jsonb_populate_record(o, given) n where o.code = 'UISP'`)
	straight("a body came before the one above it:")
}

// Each year's holidays stand by themselves: what the file says no longer is none any more.
func TestHolidaysAreThoseOfTheFile(t *testing.T) {
	p := newPlace(t)
	p.apply(programme.LavoroInCorso3)
	all := "select string_agg(to_char(day, 'YYYY-MM-DD') || coalesce(' ' || municipality, ''), ', ' order by day) from programme_holiday where label ->> 'it' ~ 'Angelo|Ceccardo'"
	if got := p.text(all); got != "2025-04-21, 2025-06-16 045003, 2026-04-06, 2026-06-16 045003, 2027-03-29, 2027-06-16 045003" {
		t.Errorf("holidays: %s", got)
	}
	p.apply(with(t, programme.LavoroInCorso3, "day: 2027-03-29", "day: 2027-03-28"))
	if got := p.text("select string_agg(day::text, ', ') from programme_holiday where day between '2027-03-01' and '2027-03-31'"); got != "2027-03-28" {
		t.Errorf("holidays: %s", got)
	}
	if _, err := programme.Parse("p.yaml", with(t, programme.LavoroInCorso3, "day: 2025-04-25", "day: 2025-04-21")); err == nil || !strings.Contains(err.Error(), "holidays.6.day") {
		t.Errorf("one day twice: %v", err)
	}
}

func TestPartnersStayWhereTheyAre(t *testing.T) {
	p := newPlace(t)
	p.apply(programme.LavoroInCorso3)
	aias := "  - {code: AIAS, name: AIAS, kind: ASSOCIATION, parent: ASL}\n"
	p.refused(with(t, programme.LavoroInCorso3, aias, ""), "laco3.yaml: organisations: the partner AIAS is in the database and cannot be taken out")
	p.refused(with(t, programme.LavoroInCorso3, aias, strings.Replace(aias, "parent: ASL", "parent: PEGASO", 1)),
		"laco3.yaml:21: organisations.AIAS: the partner cannot be moved in the tree: who sees the people entrusted to it depends on that")

	p.apply(with(t, programme.LavoroInCorso3, aias, aias+"  - {code: CARITAS, name: Caritas, kind: ASSOCIATION, parent: ASL}\n"))
	for _, table := range []string{"programme", "organisation", "policy_version", "policy_rule", "code_item", "programme_finding", "municipality",
		"programme_holiday", "programme_target", "budget_line"} {
		if got := p.text("select min(cardinality(audience)) from " + table); got != "10" {
			t.Errorf("%s: the new partner does not see all rows: %s keys of 10", table, got)
		}
	}
}

func TestPolicyByDay(t *testing.T) {
	p := newPlace(t)
	id := p.apply(programme.LavoroInCorso3).Programme
	p.apply(with(t, programme.LavoroInCorso3, cap500, cap450, number1, number2))
	host := uuid.New() // a host's tutor may not browse the programme, and yet decides by its rules
	p.as(access.HostTutor, host, id, func(ctx context.Context, tx *postgres.Tx) error {
		for day, want := range map[string][2]int{
			"2024-12-19": {1, 50000}, "2025-05-31": {1, 50000}, "2025-06-01": {2, 45000}, "2029-01-01": {2, 45000},
		} {
			policy, err := programme.PolicyOn(ctx, tx, id, calendar.MustDay(day))
			if err != nil || policy.Number != want[0] || int(policy.Cents("allowance.monthly_cap")) != want[1] {
				t.Errorf("%s: version %d, %v; want %v", day, policy.Number, err, want)
			}
			again, err := programme.PolicyOf(ctx, tx, policy.Version)
			if err != nil || again.Number != policy.Number || again.ValidFrom != policy.ValidFrom {
				t.Errorf("by id: %+v, %v", again, err)
			}
		}
		_, err := programme.PolicyOn(ctx, tx, id, calendar.MustDay("2024-12-18"))
		wantRefusal(t, err, "NO_POLICY", "")
		_, err = programme.PolicyOn(ctx, tx, uuid.New(), calendar.MustDay("2025-01-01"))
		wantRefusal(t, err, "NO_POLICY", "")
		return nil
	})
}

func TestRulesAsTheyAreRead(t *testing.T) {
	p := newPlace(t)
	id := p.apply(programme.LavoroInCorso3).Programme
	p.as(access.System, uuid.New(), id, func(ctx context.Context, tx *postgres.Tx) error {
		policy, err := programme.PolicyOn(ctx, tx, id, calendar.MustDay("2025-01-01"))
		if err != nil {
			return err
		}
		if policy.Int("eligibility.minimum_age") != 16 || policy.Text("allowance.method") != "HOURLY" ||
			strings.Join(policy.Strings("eligibility.excluding_measures"), " ") != "ADI GOL" || policy.Time("limits.minor.night_from").String() != "22:00" {
			t.Error("a rule reads otherwise than in the file")
		}
		var quota []programme.Quota
		var days map[string]int
		var weights programme.Weights
		if err := errors.Join(policy.Decode("placement.host_quota", &quota), policy.Decode("placement.suspension_min_days", &days),
			policy.Decode("matching.weights", &weights)); err != nil {
			return err
		}
		if len(quota) != 3 || quota[1] != (programme.Quota{UpTo: 20, Interns: 2}) || quota[2] != (programme.Quota{Percent: 10}) ||
			days["HOST_CLOSURE"] != 15 || weights.Sector != 40 {
			t.Errorf("%v %v %v", quota, days, weights)
		}
		if r := policy.Rule("allowance.hourly_rate"); r.Confirmed || r.Source == "" || r.Unit != "cents" || !r.Label.Complete() {
			t.Errorf("%+v", r)
		}
		if policy.Decode("matching.weights", &quota) == nil {
			t.Error("weights were read as a quota")
		}
		defer func() {
			if recover() == nil {
				t.Error("a rule that does not exist was read")
			}
		}()
		policy.Int("allowance.lottery")
		return nil
	})
}

func wantRefusal(t *testing.T, err error, code, path string) {
	t.Helper()
	list, ok := refusal.As(err)
	if !ok || len(list) != 1 || list[0].Code != code || strings.Join(list[0].Path, ".") != path {
		t.Errorf("got %v, want %s at %q", err, code, path)
	}
	for _, lang := range []string{"it", "en"} {
		if ok && strings.Contains(list[0].Localized(lang).Message, "{") {
			t.Errorf("open placeholder: %s", list[0].Localized(lang).Message)
		}
	}
}
