package participant_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/member"
	"github.com/lavoroincorso/lavoro/internal/participant"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/platform/testdb"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/fiscal"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// office is the programme with its partners, and members who act for them.
type office struct {
	t         testing.TB
	ctx       context.Context
	urls      *testdb.DB
	db        *postgres.DB
	owner     *pgx.Conn
	now       time.Time
	room      participant.Room
	programme uuid.UUID
	orgs      map[string]uuid.UUID // by code

	lead, aias, pegaso, uisp access.Actor // coordinators
	manager, tutor, other    uuid.UUID    // members: case manager, two tutors
}

var today = calendar.MustDay("2026-03-18")

func newOffice(t testing.TB) *office {
	t.Helper()
	ctx := t.Context()
	urls := testdb.New(t)
	o := &office{t: t, ctx: ctx, urls: urls, now: today.At(calendar.MustLocalTime("18:00")), orgs: map[string]uuid.UUID{}}
	if _, err := programme.Apply(ctx, urls.OwnerURL, programme.LavoroInCorso3Name, programme.LavoroInCorso3, o.clock); err != nil {
		t.Fatal(err)
	}
	var err error
	if o.owner, err = pgx.Connect(ctx, urls.OwnerURL); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = o.owner.Close(context.Background()) })
	if o.db, err = postgres.Open(ctx, postgres.Config{URL: urls.AppURL, Keys: urls.Keys}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(o.db.Close)
	o.one("select id from programme", &o.programme)
	o.findPartners()
	o.lead = o.actor(uuid.New(), access.Coordinator, o.orgs["ASL"])
	o.aias = o.actor(uuid.New(), access.PartnerCoordinator, o.orgs["AIAS"])
	o.pegaso = o.actor(uuid.New(), access.PartnerCoordinator, o.orgs["PEGASO"])
	o.uisp = o.actor(uuid.New(), access.PartnerCoordinator, o.orgs["UISP"])
	o.manager = o.hire(access.CaseManager)
	o.tutor, o.other = o.hire(access.Tutor), o.hire(access.Tutor)
	return o
}

func (o *office) clock() time.Time { return o.now }

func (o *office) findPartners() {
	o.t.Helper()
	rows, err := o.owner.Query(o.ctx, "select code, id from organisation")
	if err != nil {
		o.t.Fatal(err)
	}
	var code string
	var id uuid.UUID
	if _, err := pgx.ForEachRow(rows, []any{&code, &id}, func() error { o.orgs[code] = id; return nil }); err != nil {
		o.t.Fatal(err)
	}
}

// hire makes a member of the lead body who holds the role over his own people.
func (o *office) hire(role access.Role) uuid.UUID {
	o.t.Helper()
	id := uuid.New()
	seenBy := []uuid.UUID{o.orgs["ASL"], o.orgs["AIAS"], o.orgs["PEGASO"], id}
	o.exec("insert into member (id, issuer, subject, email, name, audience) values ($1, 'test', $3, $3 || '@example.org', 'Membro', $2)", id, seenBy, id.String())
	o.exec("insert into access_grant (id, member_id, programme_id, role, scope, over_id, from_day, audience) values ($1, $2, $3, $4, $5, $2, '2025-01-01', $6)",
		uuid.New(), id, o.programme, string(role), string(scopeOf(role)), seenBy)
	return id
}

// as gives the actor of a member with a role over his own people.
func (o *office) as(member uuid.UUID, role access.Role) access.Actor {
	return o.actor(member, role, scopeOf(role).Key(o.programme, member))
}

// scopeOf is what a role of a case's team is over.
func scopeOf(role access.Role) access.Scope {
	if role == access.CaseManager {
		return access.OverCases
	}
	return access.OverTutored
}

func (o *office) actor(member uuid.UUID, role access.Role, key uuid.UUID) access.Actor {
	return access.Actor{Member: member, Grants: []access.Grant{{Role: role, Programme: o.programme, Key: key}}}
}

func (o *office) one(sql string, into any, args ...any) {
	o.t.Helper()
	if err := o.owner.QueryRow(o.ctx, sql, args...).Scan(into); err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) text(sql string, args ...any) (s string) {
	o.t.Helper()
	o.one("select coalesce(("+sql+")::text, '')", &s, args...)
	return s
}

func (o *office) exec(sql string, args ...any) {
	o.t.Helper()
	if _, err := o.owner.Exec(o.ctx, sql, args...); err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) in(actor access.Actor, fn func(context.Context, *postgres.Tx) error) error {
	return o.db.InTx(o.ctx, actor, o.clock, fn)
}

// must fails the test on a refusal.
func (o *office) must(actor access.Actor, fn func(context.Context, *postgres.Tx) error) {
	o.t.Helper()
	if err := o.in(actor, fn); err != nil {
		o.t.Fatalf("refused: %v", err)
	}
}

var (
	mario = referral("RSSMRA85A01F023U", "Mario", "Rossi", "1985-01-01", participant.Male)
	clara = referral("BNCLRA90H55B832R", "Clara", "Bianchi", "1990-06-15", participant.Female)
)

func referral(code, given, family, birth string, sex participant.Sex) participant.ReferInput {
	return participant.ReferInput{FiscalCode: code, GivenName: given, FamilyName: family, BirthDay: calendar.MustDay(birth), Sex: sex, Citizenship: "IT",
		Municipality: "045010", Service: "Centro di salute mentale, Massa", ReferredOn: calendar.MustDay("2026-03-02"),
		Groups: []string{"DISABILITY", "HOUSING_EMERGENCY"}, Brings: []string{"TEAMWORK"}, Needs: []string{"PART_TIME"}, Wishes: []string{"KITCHEN"}}
}

// refer refers somebody to a partner; further changes to the input are made by change.
func (o *office) refer(actor access.Actor, partner string, in participant.ReferInput, acknowledge ...string) (made participant.Referral, err error) {
	in.Programme, in.Organisation = o.programme, o.orgs[partner]
	err = o.in(actor, func(ctx context.Context, tx *postgres.Tx) (err error) {
		tx.Acknowledge(acknowledge, "carte viste")
		made, err = o.room.Refer(ctx, tx, in)
		return err
	})
	return made, err
}

func (o *office) referred(actor access.Actor, partner string, in participant.ReferInput) participant.Referral {
	o.t.Helper()
	made, err := o.refer(actor, partner, in)
	if err != nil {
		o.t.Fatalf("refused: %v", err)
	}
	return made
}

// made is somebody invented whose code agrees with the rest.
func made(n int) participant.ReferInput {
	birth := calendar.MustDay("1970-01-01").AddDays(n * 17)
	family := fmt.Sprintf("%c%c%cini", 'B'+n%5, 'a'+n/5%20, 'c'+n/100%10)
	return referral(fiscal.MakePersonCode(family, "Anna", birth, true, "F023").String(), "Anna", family, birth.String(), participant.Female)
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
	t.Fatalf("want %s at %v, got %v", code, path, list)
}

// state is a participation as the database holds it.
func (o *office) state(id uuid.UUID) string {
	o.t.Helper()
	return o.text("select state from participation where id = $1", id)
}

// show reads a participation through a plan as the actor; false where he sees none.
func (o *office) show(actor access.Actor, id uuid.UUID, fields ...plan.Selected) (map[string]any, bool) {
	o.t.Helper()
	engine := &plan.Engine{Schema: plan.NewSchema(programme.Reading(), member.Reading(), participant.Reading(o.room.Vetoes...)), DB: o.db}
	rows, err := engine.Objects(o.ctx, plan.Viewer{Actor: actor, Lang: "it", Now: o.now}, nil, []plan.Group{{Type: "Participant", IDs: []uuid.UUID{id}, Selected: fields}})
	if err != nil {
		o.t.Fatal(err)
	}
	if len(rows[0]) == 0 {
		return nil, false
	}
	var shown map[string]any
	if err := json.Unmarshal(rows[0][0], &shown); err != nil {
		o.t.Fatal(err)
	}
	return shown, shown != nil
}

func leaf(name string) plan.Selected { return plan.Selected{Alias: name, Name: name} }

func node(name string, under ...plan.Selected) plan.Selected {
	return plan.Selected{Alias: name, Name: name, Under: func(string) []plan.Selected { return under }}
}

func has(err error, code *refusal.Code) bool {
	list, ok := refusal.As(err)
	return ok && list.Has(code)
}

func isNotFound(err error) bool {
	list, ok := refusal.As(err)
	return ok && list.Has(refusal.NotFound)
}

var errHook = errors.New("hook")
