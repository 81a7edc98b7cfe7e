package evidence_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/evidence"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/platform/testdb"
)

var noon = time.Date(2027, 3, 1, 12, 0, 0, 0, time.UTC)

func clock() time.Time { return noon }

// ground is one test's installation: a programme, its lead body, some people, one node.
type ground struct {
	t               testing.TB
	ctx             context.Context
	url             string
	db              *postgres.DB
	owner           *pgxpool.Pool
	programme, lead uuid.UUID
	people          []uuid.UUID // participations
	node            evidence.Recorder
}

func lay(t testing.TB, people int) *ground {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	files := testdb.New(t)
	g := &ground{t: t, ctx: ctx, url: files.OwnerURL, node: evidence.NewRecorder()}
	var err error
	if g.owner, err = pgxpool.New(ctx, files.OwnerURL); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(g.owner.Close)
	if g.db, err = postgres.Open(ctx, postgres.Config{URL: files.AppURL, Keys: files.Keys}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(g.db.Close)
	g.programme, g.lead = g.found()
	for range people {
		g.people = append(g.people, g.join(g.programme, g.lead, g.person()))
	}
	return g
}

// found makes a programme with its lead body.
func (g *ground) found() (programme, lead uuid.UUID) {
	programme, lead = uuid.New(), uuid.New()
	g.own(`insert into programme (id, code, name, cup, project_code, from_day, to_day, budget_cents, file_hash, audience)
		values ($1, $2, 'P', '', '', '2026-01-01', '2028-12-31', 0, '', '{}')`, programme, programme.String())
	g.own("insert into organisation (id, programme_id, code, name, kind, position, audience) values ($1, $2, 'LEAD', 'Lead', 'LEAD', 1, '{}')", lead, programme)
	return programme, lead
}

func (g *ground) person() uuid.UUID {
	id := uuid.New()
	g.own(`insert into person (id, given_name, family_name, birth_day, sex, citizenship, municipality, origin, audience)
		values ($1, 'Anna', 'Bianchi', '1990-01-01', 'FEMALE', 'IT', '080063', 'ENTERED', '{}')`, id)
	return id
}

func (g *ground) join(programme, lead, person uuid.UUID) uuid.UUID {
	id := uuid.New()
	g.own(`insert into participation (id, programme_id, person_id, organisation_id, state, state_since, referring_service, referred_on, origin, audience)
		values ($1, $2, $3, $4, 'ACTIVE', '2027-01-01', 'x', '2027-01-01', 'ENTERED', array[$4::uuid])`, id, programme, person, lead)
	return id
}

func (g *ground) own(sql string, args ...any) {
	g.t.Helper()
	if _, err := g.owner.Exec(g.ctx, sql, args...); err != nil {
		g.t.Fatalf("%s: %v", sql, err)
	}
}

func one[T any](g *ground, sql string, args ...any) (v T) {
	g.t.Helper()
	if err := g.owner.QueryRow(g.ctx, sql, args...).Scan(&v); err != nil {
		g.t.Fatalf("%s: %v", sql, err)
	}
	return v
}

func (g *ground) manager() access.Actor {
	return access.Actor{Member: uuid.New(), Grants: []access.Grant{{Role: access.CaseManager, Programme: g.programme, Key: g.lead}}}
}

func (g *ground) in(a access.Actor, fn func(context.Context, *postgres.Tx) error) error {
	return g.db.InTx(g.ctx, a, clock, fn)
}

func (g *ground) must(a access.Actor, fn func(context.Context, *postgres.Tx) error) {
	g.t.Helper()
	if err := g.in(a, fn); err != nil {
		g.t.Fatal(err)
	}
}

// act does something about a participation, with a detail.
func (g *ground) act(participation uuid.UUID, detail any) {
	g.t.Helper()
	g.must(g.manager(), func(_ context.Context, tx *postgres.Tx) error {
		g.tell(tx, participation, detail)
		return nil
	})
}

func (g *ground) tell(tx *postgres.Tx, participation uuid.UUID, detail any) {
	tx.Tell(event.News{Programme: g.programme, Act: string(access.SignPlan), Kind: event.Changed, SubjectKind: "Participant", Subject: participation,
		Related: []uuid.UUID{participation}, Audience: []uuid.UUID{g.lead}}, detail)
}

// read has the actor see health data of people, as the engine of plans tells of it.
func (g *ground) read(a access.Actor, people ...uuid.UUID) {
	g.t.Helper()
	var shown []plan.Disclosure
	for _, p := range people {
		shown = append(shown, plan.Disclosure{Class: access.Health, Participation: p})
	}
	g.must(a, func(ctx context.Context, tx *postgres.Tx) error {
		return g.node.Disclosed(ctx, tx, plan.Viewer{Actor: a}, shown)
	})
}
