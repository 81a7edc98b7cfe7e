package member_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/member"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/platform/testdb"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

var today = calendar.MustDay("2026-03-18")

// office is the programme with its bodies, and members who sign in.
type office struct {
	t         testing.TB
	ctx       context.Context
	db        *postgres.DB
	owner     *pgx.Conn
	now       time.Time
	programme uuid.UUID
	orgs      map[string]uuid.UUID // by code

	chief, boss uuid.UUID // administrators of ASL, above all, and of PEGASO, with UISP below
}

func newOffice(t testing.TB) *office {
	t.Helper()
	urls := testdb.New(t)
	o := &office{t: t, ctx: t.Context(), now: today.At(calendar.MustLocalTime("10:00")), orgs: map[string]uuid.UUID{}}
	if _, err := programme.Apply(o.ctx, urls.OwnerURL, programme.LavoroInCorso3Name, programme.LavoroInCorso3, o.clock); err != nil {
		t.Fatal(err)
	}
	var err error
	if o.owner, err = pgx.Connect(o.ctx, urls.OwnerURL); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = o.owner.Close(context.Background()) })
	if o.db, err = postgres.Open(o.ctx, postgres.Config{URL: urls.AppURL, Keys: urls.Keys}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(o.db.Close)
	o.one("select id from programme", &o.programme)
	rows, err := o.owner.Query(o.ctx, "select code, id from organisation")
	if err != nil {
		t.Fatal(err)
	}
	var code string
	var id uuid.UUID
	if _, err := pgx.ForEachRow(rows, []any{&code, &id}, func() error { o.orgs[code] = id; return nil }); err != nil {
		t.Fatal(err)
	}
	o.chief, o.boss = o.hire("ASL"), o.hire("PEGASO")
	o.bestow(o.chief, access.Administrator, "ASL")
	o.bestow(o.boss, access.Administrator, "PEGASO")
	return o
}

func (o *office) clock() time.Time { return o.now }

// at moves the clock to a day.
func (o *office) at(day string) { o.now = calendar.MustDay(day).At(calendar.MustLocalTime("10:00")) }

func (o *office) one(sql string, into any, args ...any) {
	o.t.Helper()
	if err := o.owner.QueryRow(o.ctx, sql, args...).Scan(into); err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) exec(sql string, args ...any) {
	o.t.Helper()
	if _, err := o.owner.Exec(o.ctx, sql, args...); err != nil {
		o.t.Fatal(err)
	}
}

// hire makes a member of a body who signs in as his id, and holds nothing but STAFF.
func (o *office) hire(body string) uuid.UUID {
	o.t.Helper()
	id := uuid.New()
	o.exec(`insert into member (id, issuer, subject, email, name, organisation_id, audience, answering)
		select $1::uuid, 'test', $1::uuid::text, $1::uuid::text || '@example.org', 'Membro', $2, array(select id from organisation) || $1::uuid, organisation_line($2) || $1::uuid`, id, o.orgs[body])
	o.bestow(id, access.Staff, body)
	return id
}

// bestow grants as the owner of the tables.
func (o *office) bestow(id uuid.UUID, role access.Role, body string) uuid.UUID {
	o.t.Helper()
	grant, over := uuid.New(), o.orgs[body]
	if role.Scope() != access.OverOrganisation {
		over = id
	}
	o.exec(`insert into access_grant (id, member_id, programme_id, role, scope, over_id, from_day, organisation_id, audience)
		values ($1, $2, $3, $4, $5, $6, '2025-01-01', $7, organisation_line($7) || $2::uuid)`, grant, id, o.programme, string(role), string(role.Scope()), over, o.orgs[body])
	return grant
}

// as signs a member in.
func (o *office) as(id uuid.UUID) access.Actor {
	o.t.Helper()
	a, err := (&member.Directory{DB: o.db, Clock: o.clock}).Actor(o.ctx, "test", id.String())
	if err != nil {
		o.t.Fatal(err)
	}
	return a
}

func (o *office) in(as uuid.UUID, fn func(context.Context, *postgres.Tx) error) error {
	return o.db.InTx(o.ctx, o.as(as), o.clock, fn)
}

// grant has a member granted a role over a body without end.
func (o *office) grant(by, to uuid.UUID, role access.Role, body string, change ...func(*member.GrantInput)) error {
	in := member.GrantInput{ID: uuid.New(), Member: to, Role: role, Organisation: o.orgs[body]}
	for _, c := range change {
		c(&in)
	}
	return o.in(by, func(ctx context.Context, tx *postgres.Tx) error { return member.Grant(ctx, tx, in) })
}

func (o *office) delegate(by, absent, to uuid.UUID, first, last string, grants ...uuid.UUID) error {
	in := member.DelegationInput{ID: uuid.New(), Member: absent, To: to, Grants: grants, Days: member.Days{From: day(first), To: day(last)}}
	return o.in(by, func(ctx context.Context, tx *postgres.Tx) error { return member.Delegate(ctx, tx, in) })
}

func (o *office) endGrant(by, grant uuid.UUID, last string) error {
	return o.in(by, func(ctx context.Context, tx *postgres.Tx) error {
		return member.EndGrant(ctx, tx, member.EndInput{ID: grant, Last: day(last)})
	})
}

func (o *office) end(by, id uuid.UUID, last string) error {
	return o.in(by, func(ctx context.Context, tx *postgres.Tx) error {
		return member.End(ctx, tx, member.EndInput{ID: id, Last: day(last)})
	})
}

func (o *office) endDelegation(by, id uuid.UUID, last string) error {
	return o.in(by, func(ctx context.Context, tx *postgres.Tx) error {
		return member.EndDelegation(ctx, tx, member.EndInput{ID: id, Last: day(last)})
	})
}

// day reads a day; "" is none.
func day(s string) calendar.Day {
	if s == "" {
		return calendar.Day{}
	}
	return calendar.MustDay(s)
}

func (o *office) must(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatalf("refused: %v", err)
	}
}

func wants(t testing.TB, err error, code *refusal.Code, path ...string) {
	t.Helper()
	list, ok := refusal.As(err)
	if !ok {
		t.Fatalf("want %s, got %v", code, err)
	}
	for _, r := range list {
		if r.Has(code) && fmt.Sprint(r.Path) == fmt.Sprint(path) {
			return
		}
	}
	t.Fatalf("want %s at %v, got %v at %v", code, path, list, list[0].Path)
}
