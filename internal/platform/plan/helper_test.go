package plan_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/platform/testdb"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

const tables = `
create table house (
  id uuid primary key, programme_id uuid not null, name text not null, secret text not null default '', kind text not null default 'BIG',
  built date not null default '2027-03-01', opens int not null default 545, seen_at timestamptz not null default '2027-03-01T10:00:00Z',
  label jsonb not null default '{"it": "casa", "en": "house"}', next_id uuid, n int, origin text not null default 'APP', origin_file text,
  origin_row int, origin_hash text, audience uuid[] not null);
create table room (id uuid primary key, house_id uuid not null, title text not null, position int not null, rent bigint, audience uuid[] not null);
create table item (id uuid primary key, programme_id uuid not null, list text not null, code text not null, label jsonb not null, audience uuid[] not null);
alter table house enable row level security; create policy seen on house using (audience &&& (select app_keys('path')));
alter table room enable row level security; create policy seen on room using (audience &&& (select app_keys('work')));
alter table item enable row level security; create policy seen on item using (audience &&& (select app_keys('directory')));
select list_by_key('house', 'path', 'built');
-- The same without the last net: here the plan's own predicate stands alone.
create table bare (like house); create table bare_room (like room);
grant select on house, room, item, bare, bare_room to lavoro_app;`

// house gives a type over a table of houses and one of rooms; houses that row-level security guards are kept by key, too.
func house(name, prefix, table, rooms string) plan.Type {
	fields := plan.Fields{
		"name":   plan.Column("name").In(access.Identity),
		"secret": plan.Column("secret").In(access.Health),
		"kind":   plan.Column("kind"),
		"kindLabel": plan.Label("kind", map[string]text.Text{
			"BIG": {It: "grande, com'è", En: "big, isn't it"}, "SMALL": {It: "piccola", En: "small"}}),
		"month":     plan.Month("built"),
		"opens":     plan.Clock("opens"),
		"label":     plan.Text("label"),
		"n":         plan.Column("n"),
		"programme": plan.ID("prg", "programme_id"),
		"moment":    plan.Expr("({now} || ' ' || {today} || ' ' || {self})"),
		"origin":    plan.Origin(),
		"side":      plan.Object(plan.Fields{"name": plan.Column("name").In(access.Identity), "kind": plan.Column("kind")}),
		"next":      plan.One(name, "next_id"),
		"best":      plan.OneWhere(rooms, "{o}.house_id = {t}.id and {o}.position = 1"),
		"item":      plan.Code("kinds", "kind"),
		"rooms":     plan.Many(rooms, "house_id", "{o}.position"),
		"payRooms":  plan.Many(rooms, "house_id", "{o}.position desc").In(access.Money).Growing(),
		"page":      plan.Connection(rooms, "house_id"),
		"moneyPage": plan.Connection(rooms, "house_id").In(access.Money),
		"shout":     plan.Hole("house.shout", "json_build_object('name', {t}.name, 'id', {t}.id)"),
		"whisper":   plan.Hole("house.whisper", "json_build_object('name', {t}.name, 'person', {t}.id)").In(access.Health),
	}
	for i := range 60 {
		fields[fmt.Sprintf("wide%02d", i)] = plan.Expr(fmt.Sprintf("'%d'::text", i))
	}
	return plan.Type{Name: name, Prefix: prefix, Table: table, Class: access.Path, Keyed: table == "house", Columns: []string{"built", "seenAt"}, Fields: fields,
		Orders: map[string]plan.Order{
			"":      {Keys: []plan.Key{{Expr: "{t}.built", SQLType: "date"}}, Keyed: true},
			"NEW":   {Keys: []plan.Key{{Expr: "{t}.seen_at", SQLType: "timestamptz"}, {Expr: "{t}.kind", SQLType: "text"}}, Desc: true},
			"NAME":  {Keys: []plan.Key{{Expr: "{t}.name", SQLType: "text"}}, Class: access.Identity},
			"CURSE": {Keys: []plan.Key{{Expr: "{t}.secret", SQLType: "text"}}, Class: access.Health},
		},
		Counts: map[string]plan.Count{
			"KIND":  plan.ByCode("kind", "kind", plan.Label("key", map[string]text.Text{"BIG": {It: "grandi"}, "SMALL": {It: "piccole"}})),
			"MONTH": plan.ByMonth("built", "from", "to"),
			"SECRET": {Key: "nullif({t}.secret, '')", Class: access.Health, Small: "select 5 where {t}.programme_id is not null",
				Opens: map[string]string{"secret": "to_json({k})"}},
		},
		Filters: plan.Filters{
			"kinds":   plan.Among("kind"),
			"kind":    plan.Equals("kind", "text"),
			"from":    plan.AtLeast("built", "date"),
			"to":      plan.AtMost("built", "date"),
			"next":    plan.RefersTo(prefix, "next_id"),
			"named":   plan.StartsWith("{t}.name").Reveals(access.Identity),
			"secret":  plan.Equals("secret", "text").Reveals(access.Health),
			"early":   plan.Whether("{t}.opens < 600", "{t}.opens >= 600"),
			"cursed":  plan.Whether("{t}.secret <> ''", "{t}.secret = ''").Reveals(access.Health),
			"numbers": plan.Where("{t}.n = any ({v})", "int[]"),
		}}
}

func room(name, prefix, table string) plan.Type {
	return plan.Type{Name: name, Prefix: prefix, Table: table, Class: access.Work,
		Columns: []string{"title", "position"}, Fields: plan.Fields{"rent": plan.Column("rent").In(access.Money)},
		Orders: map[string]plan.Order{"": {Keys: []plan.Key{{Expr: "{t}.position", SQLType: "int"}}}},
		Filters: plan.Filters{"titled": plan.Equals("title", "text"), "rentFrom": plan.AtLeast("rent", "bigint").Reveals(access.Money),
			"house": plan.RefersTo("hou", "house_id")}}
}

func schema(fillers map[string]plan.Filler, more ...plan.Reading) *plan.Schema {
	return plan.NewSchema(append(more,
		plan.Reading{Types: []plan.Type{house("House", "hou", "house", "Room"), house("Bare", "bar", "bare", "BareRoom"), {
			Name: "CodeItem", Prefix: "cod", Table: "item", Class: access.Directory, Fields: plan.Fields{"label": plan.Text("label")},
		}}, Fillers: fillers},
		plan.Reading{
			Types:   []plan.Type{room("Room", "roo", "room"), room("BareRoom", "bro", "bare_room")},
			Extends: map[string]plan.Fields{"House": {"added": plan.Expr("'later'::text")}, "Room": {"house": plan.One("House", "house_id")}},
			Filters: map[string]plan.Filters{"House": {"roomy": plan.Where("exists (select from room q where q.house_id = {t}.id and q.title = {v})", "text")}},
			Roots: plan.Roots{
				"house":       plan.ByID("House"),
				"houses":      plan.ListIn("House", plan.OfProgramme, plan.Filters{"only": plan.Equals("kind", "text")}),
				"houseCounts": plan.CountsIn("House", plan.OfProgramme),
				"bareCounts":  plan.CountsIn("Bare", plan.OfProgramme),
				"bares":       plan.ListIn("Bare", plan.OfProgramme, nil),
				"named":       plan.OneRoot("House", "{o}.name = {a:name} and {o}.kind = {a:kind}", "name", "kind"),
				"position":    plan.ExprIn("House", "{o}.programme_id = {a:programme}", "'at ' || {a:programme} || ' ' || {o}.kind"),
				"node":        plan.AnyNode(),
				"street": plan.ComposedIn(func(a access.Actor, programme uuid.UUID) []uuid.UUID { return a.KeysAs(programme, access.Tutor) },
					map[string]plan.Arg{"from": {SQLType: "date"}, "n": {SQLType: "int", Check: atMostNine}}, plan.Fields{
						"from":   plan.Expr("{a:from}"),
						"next":   plan.Expr("{a:n} + 1"),
						"houses": plan.ManyWhere("House", "{o}.programme_id = {a:programme} and {o}.built >= {a:from} and {o}.audience && {keys}", "{o}.built, {o}.id"),
						"shout":  plan.Hole("house.shout", "json_build_object('name', {a:from}, 'id', {a:programme})"),
					}),
			},
		})...)
}

func atMostNine(n any) error {
	if n.(int64) > 9 {
		return plan.PageSize.At("n").With("max", 9)
	}
	return nil
}

// shout gives names in capitals: what stands under the field is rendered from a struct.
func shout(calls *[]int) plan.Filler {
	return func(ctx context.Context, tx *postgres.Tx, inputs []json.RawMessage) ([]any, error) {
		*calls = append(*calls, len(inputs))
		var n int
		if err := tx.NewRaw("select count(*) from house").Scan(ctx, &n); err != nil {
			return nil, err
		}
		values := make([]any, len(inputs))
		for i, input := range inputs {
			var in struct {
				Name string    `json:"name"`
				ID   uuid.UUID `json:"id"`
			}
			if err := json.Unmarshal(input, &in); err != nil {
				return nil, err
			}
			values[i] = []plan.AllowedAct{{Act: in.Name, Label: text.Text{It: "sì", En: "yes"}, Refusals: []refusal.Refusal{refusal.NotFound.At("id")}}}
		}
		return values, nil
	}
}

func whisper(_ context.Context, _ *postgres.Tx, inputs []json.RawMessage) ([]any, error) {
	values := make([]any, len(inputs))
	for i, input := range inputs {
		var in struct{ Name *string }
		if err := json.Unmarshal(input, &in); err != nil {
			return nil, err
		}
		if *in.Name != silent {
			values[i] = strings.ToLower(*in.Name)
		}
	}
	return values, nil
}

// silent is the name of a house that has nothing to whisper.
const silent = "Silent"

// street is one test's database with an engine over the tables above.
type street struct {
	t         testing.TB
	ctx       context.Context
	owner     *pgxpool.Pool
	engine    *plan.Engine
	trace     *tracer
	programme uuid.UUID
	calls     []int
}

func open(t testing.TB) *street {
	t.Helper()
	files := testdb.New(t)
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	t.Cleanup(cancel)
	s := &street{t: t, ctx: ctx, trace: &tracer{}, programme: uuid.New()}
	var err error
	if s.owner, err = pgxpool.New(ctx, files.OwnerURL); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.owner.Close)
	s.own(tables)
	db, err := postgres.Open(ctx, postgres.Config{URL: files.AppURL, Keys: files.Keys})
	if err != nil {
		t.Fatal(err)
	}
	config := db.Plans.Config()
	config.ConnConfig.Tracer = s.trace
	db.Plans.Close()
	if db.Plans, err = pgxpool.NewWithConfig(ctx, config); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	s.engine = &plan.Engine{Schema: schema(map[string]plan.Filler{"house.shout": shout(&s.calls), "house.whisper": whisper}), DB: db}
	return s
}

func (s *street) own(sql string, args ...any) {
	s.t.Helper()
	if _, err := s.owner.Exec(s.ctx, sql, args...); err != nil {
		s.t.Fatal(err)
	}
}

// build adds a house; columns are names and values.
func (s *street) build(name string, audience []uuid.UUID, columns ...any) uuid.UUID {
	s.t.Helper()
	id := uuid.New()
	s.own("insert into house (id, programme_id, name, audience) values ($1, $2, $3, $4::uuid[])", id, s.programme, name, keys(audience...))
	for i := 0; i < len(columns); i += 2 {
		s.own(fmt.Sprintf("update house set %s = $1 where id = $2", columns[i]), columns[i+1], id)
	}
	return id
}

func (s *street) furnish(houseID uuid.UUID, title string, position, rent int, audience ...uuid.UUID) uuid.UUID {
	s.t.Helper()
	id := uuid.New()
	s.own("insert into room (id, house_id, title, position, rent, audience) values ($1, $2, $3, $4, $5, $6::uuid[])", id, houseID, title, position, rent, keys(audience...))
	return id
}

func keys(ids ...uuid.UUID) string {
	texts := make([]string, len(ids))
	for i, id := range ids {
		texts[i] = id.String()
	}
	return "{" + strings.Join(texts, ",") + "}"
}

// actor holds one grant for each role, all on the key.
func (s *street) actor(key uuid.UUID, roles ...access.Role) access.Actor {
	a := access.Actor{Member: uuid.New()}
	for _, r := range roles {
		a.Grants = append(a.Grants, access.Grant{Role: r, Programme: s.programme, Key: key})
	}
	return a
}

var noon = time.Date(2027, 3, 1, 23, 30, 0, 0, time.UTC)

func nowFixed() time.Time { return noon }

func (s *street) query(a access.Actor, selected ...plan.Selected) (string, error) {
	data, err := s.engine.Query(s.ctx, plan.Viewer{Actor: a, Lang: "it", Now: noon}, selected)
	return string(data), err
}

// answer is the answer as a value.
func (s *street) answer(a access.Actor, selected ...plan.Selected) map[string]any {
	s.t.Helper()
	data, err := s.query(a, selected...)
	if err != nil {
		s.t.Fatalf("%v", err)
	}
	var v map[string]any
	if err := json.Unmarshal([]byte(data), &v); err != nil {
		s.t.Fatalf("%v: %s", err, data)
	}
	return v
}

// says compares an answer, but for its spaces, with JSON.
func (s *street) says(a access.Actor, want string, selected ...plan.Selected) {
	s.t.Helper()
	data, err := s.query(a, selected...)
	if err != nil {
		s.t.Fatalf("%v", err)
	}
	if got, wanted := compact(s.t, data), compact(s.t, want); got != wanted {
		s.t.Errorf("answer\n%s, want\n%s", got, wanted)
	}
}

func (s *street) refused(a access.Actor, code *refusal.Code, path string, selected ...plan.Selected) {
	s.t.Helper()
	data, err := s.query(a, selected...)
	list, ok := refusal.As(err)
	if !ok || !list.Has(code) || strings.Join(list[0].Path, ".") != path {
		s.t.Errorf("%s (%v %+v), want %s at %s", data, err, list, code, path)
	}
}

func compact(t testing.TB, data string) string {
	t.Helper()
	var out strings.Builder
	decoder := json.NewDecoder(strings.NewReader(data))
	decoder.UseNumber()
	var v any
	if err := decoder.Decode(&v); err != nil {
		t.Fatalf("%v: %s", err, data)
	}
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// f is a selected field, with what is asked below it.
func f(name string, under ...plan.Selected) plan.Selected {
	s := plan.Selected{Alias: name, Name: name}
	if len(under) > 0 {
		s.Under = func(string) []plan.Selected { return under }
	}
	return s
}

func as(alias string, s plan.Selected) plan.Selected {
	s.Alias = alias
	return s
}

func typed(name string, s plan.Selected) plan.Selected {
	s.TypeName = name
	return s
}

// with adds arguments: names and values.
func with(s plan.Selected, args ...any) plan.Selected {
	given := map[string]any{}
	for k, v := range s.Args {
		given[k] = v
	}
	for i := 0; i < len(args); i += 2 {
		given[args[i].(string)] = args[i+1]
	}
	s.Args = given
	return s
}

func (s *street) houses(under ...plan.Selected) plan.Selected {
	return with(f("houses", under...), "programme", "prg_"+s.programme.String())
}

func houseID(id uuid.UUID) string { return "hou_" + id.String() }

// tracer keeps the statements that plans send.
type tracer struct {
	mu         sync.Mutex
	statements []string
}

func (tr *tracer) taken() []string {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	taken := tr.statements
	tr.statements = nil
	return taken
}

func (tr *tracer) TraceQueryStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	tr.statements = append(tr.statements, data.SQL)
	return ctx
}

func (tr *tracer) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}
