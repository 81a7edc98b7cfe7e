package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/lavoroincorso/lavoro/cmd/lavoro/rightstest"
	"github.com/lavoroincorso/lavoro/graph"
	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/platform/secret"
	"github.com/lavoroincorso/lavoro/internal/platform/testdb"
	"github.com/lavoroincorso/lavoro/internal/programme"
)

// stage is the real program over worlds, with everybody who looks at them, and the model beside it.
type stage struct {
	db       *testdb.DB
	app      *App
	api      http.Handler
	owner    *pgx.Conn
	world    *rightstest.World
	contract rightstest.Contract
	mapped   *plan.Schema
	viewers  []viewer
	programs []string // ids of all programmes
	sealed   []rightstest.Sealed

	mu    sync.Mutex
	found []string
	cells map[bool]int
	asked map[string]bool // role and list
	taken int             // rights that were taken out so far: plans that were kept before do not answer after
}

// viewer is somebody who signs in by his token.
type viewer struct {
	rightstest.Actor
	n          int
	turn       int // among those with the same roles
	token      string
	reason     string // of a purpose that asks for one
	programmes []string
}

// moment is when the worlds are looked at.
var moment, _ = time.Parse(time.RFC3339, rightstest.Today+"T10:00:00Z")

// newStage invents worlds in a database of its own and opens the program over them.
func newStage(t *testing.T, worlds int) *stage {
	t.Helper()
	rightstest.Now = moment.Format("2006-01-02T15:04:05+00:00")
	db := testdb.New(t)
	s := &stage{db: db, cells: map[bool]int{}, asked: map[string]bool{}, contract: promises(contract(t))}
	var err error
	if s.owner, err = pgx.Connect(t.Context(), db.OwnerURL); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.owner.Close(context.Background()) })
	fiction := rightstest.Invent(7, worlds, s.rules(t, db))
	tx, err := s.owner.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	exec := func(ctx context.Context, sql string, args ...any) error {
		_, err := tx.Exec(ctx, sql, args...)
		return err
	}
	if err := fiction.Insert(t.Context(), exec); err != nil {
		t.Fatal(err)
	}
	if err := tx.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	c := settings(t, db)
	c.Bounds = Bounds{MaxCost: 1 << 30, MaxDepth: 15}
	s.serve(open(t, c), func() time.Time { return moment })
	s.seal(t, fiction.Sealed)
	s.load(t)
	s.sealed = fiction.Sealed
	s.world.Settle(s.sealed)
	turns := map[string]int{}
	for _, a := range fiction.Actors {
		v := viewer{Actor: s.world.Actor(a.Member, rightstest.Today), n: len(s.viewers), token: rightstest.Issuer + " " + a.Member, programmes: a.Programmes}
		v.Purpose = a.Purpose
		roles := ""
		for _, g := range v.Grants {
			roles += g.Role + " "
		}
		v.turn = turns[roles]
		turns[roles]++
		s.viewers = append(s.viewers, v)
	}
	return s
}

// rules applies the real programme, and gives its rules to the invented ones.
func (s *stage) rules(t *testing.T, db *testdb.DB) (rules []map[string]any) {
	t.Helper()
	if _, err := programme.Apply(t.Context(), db.OwnerURL, programme.LavoroInCorso3Name, programme.LavoroInCorso3, func() time.Time { return moment }); err != nil {
		t.Fatal(err)
	}
	if err := s.owner.QueryRow(t.Context(), "select jsonb_agg(to_jsonb(r)) from policy_rule r").Scan(&rules); err != nil {
		t.Fatal(err)
	}
	return rules
}

// serve puts the API over the program; a token names issuer and subject, as one that was verified would.
func (s *stage) serve(a *App, clock func() time.Time) {
	s.app, s.mapped, a.clock = a, a.resolver.Engine.Schema, clock
	s.api = graph.NewServer(a.resolver, graph.Door{Bearer: func(token string) graph.Who {
		return func(ctx context.Context, _ bool) (graph.Session, error) {
			issuer, subject, _ := strings.Cut(token, " ")
			actor, err := a.directory.Actor(ctx, issuer, subject)
			if err != nil {
				return graph.Session{}, graph.Unauthenticated()
			}
			return graph.Session{Actor: actor}, nil
		}
	}})
}

// seal puts texts under the keys of their persons, as the rooms do.
func (s *stage) seal(t *testing.T, sealed []rightstest.Sealed) {
	t.Helper()
	var batch pgx.Batch
	batch.Queue("set local session_replication_role = replica") // a snapshot is never overwritten
	keys := map[string]secret.DataKey{}
	if err := s.app.DB.InTx(t.Context(), access.Actor{Member: uuid.New()}, s.app.resolver.Clock, func(ctx context.Context, tx *postgres.Tx) error {
		for _, one := range sealed {
			key, known := keys[one.Person]
			if !known {
				var err error
				if key, err = tx.DataKey(ctx, uuid.MustParse(one.Person)); err != nil {
					return err
				}
				keys[one.Person] = key
			}
			text := key.SealPadded([]byte(one.Plain), 64, postgres.Place{Table: one.Table, Column: one.Column, Row: uuid.MustParse(one.Row)})
			batch.Queue(fmt.Sprintf("update %s set %s = $1 where id = $2", one.Table, one.Column), text, one.Row)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if err := pgx.BeginFunc(t.Context(), s.owner, func(tx pgx.Tx) error { return tx.SendBatch(t.Context(), &batch).Close() }); err != nil {
		t.Fatal(err)
	}
}

// load reads the database as its owner.
func (s *stage) load(t *testing.T) {
	t.Helper()
	var err error
	if s.world, err = rightstest.Load(t.Context(), func(ctx context.Context, sql string) ([]string, error) {
		rows, err := s.owner.Query(ctx, sql)
		if err != nil {
			return nil, err
		}
		return pgx.CollectRows(rows, pgx.RowTo[string])
	}); err != nil {
		t.Fatal(err)
	}
	s.programs = nil
	for _, p := range s.world.Tables["programme"] {
		s.programs = append(s.programs, p.ID)
	}
}

// promises reads the contract's object types.
func promises(sdl *ast.Schema) rightstest.Contract {
	c := rightstest.Contract{}
	for name, def := range sdl.Types {
		if def.Kind != ast.Object {
			continue
		}
		for _, f := range def.Fields {
			of := sdl.Types[f.Type.Name()]
			c[name] = append(c[name], rightstest.Promise{Name: f.Name, Type: f.Type.Name(), Object: of.Kind == ast.Object})
		}
	}
	return c
}

// post sends an operation as a viewer, and gives its data and the code of its first error.
func (s *stage) post(v viewer, query string, variables vars) (map[string]any, string) {
	return answerOf(s.send(v, query, variables))
}

func (s *stage) send(v viewer, query string, variables vars) *httptest.ResponseRecorder {
	if s.taken > 0 {
		query += fmt.Sprintf(" # %d", s.taken)
	}
	req := httptest.NewRequest(http.MethodPost, "/graphql", strings.NewReader(spelledRequest(query, variables)))
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept-Language", "it")
	req.Header.Set("Authorization", "Bearer "+v.token)
	if v.Purpose != "" {
		req.Header.Set("Lavoro-Purpose", v.Purpose)
		req.Header.Set("Lavoro-Reason", cmp.Or(v.reason, "Verifica"))
	}
	rec := httptest.NewRecorder()
	s.api.ServeHTTP(rec, req)
	return rec
}

func answerOf(rec *httptest.ResponseRecorder) (map[string]any, string) {
	var out response
	if err := json.Unmarshal(rec.Body.Bytes(), &out); err != nil {
		return nil, fmt.Sprintf("%v: %s", err, rec.Body)
	}
	if len(out.Errors) > 0 {
		code, _ := out.Errors[0].Extensions["code"].(string)
		if code == "" || code == "INTERNAL_ERROR" || code == "OPERATION_INVALID" {
			code += " " + out.Errors[0].Message
		}
		return out.Data, code
	}
	return out.Data, ""
}

func spelledRequest(query string, variables vars) string {
	data, _ := json.Marshal(vars{"query": query, "variables": variables})
	return string(data)
}

// differ keeps what a comparison found.
func (s *stage) differ(v viewer, found []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range found {
		s.found = append(s.found, v.Name+" "+v.Purpose+": "+f)
	}
}

// count adds up the cells of one viewer.
func (s *stage) count(m *rightstest.Model) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, shown := range m.Cells {
		s.cells[shown]++
	}
}

// everybody lets each viewer look, as many at a time as there are processors: each further connection plans all statements once more.
func (s *stage) everybody(look func(v viewer, m *rightstest.Model)) {
	var wg sync.WaitGroup
	next := make(chan viewer)
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for v := range next {
				m := &rightstest.Model{World: s.world, Actor: v.Actor, Cells: map[rightstest.Cell]bool{}}
				look(v, m)
				s.count(m)
			}
		})
	}
	for _, v := range s.viewers {
		next <- v
	}
	close(next)
	wg.Wait()
}

// report fails the test with what differs.
func (s *stage) report(t *testing.T) {
	t.Helper()
	defer func() { s.found = nil }()
	for i, f := range s.found {
		if i == 40 {
			t.Errorf("… and %d more", len(s.found)-i)
			return
		}
		t.Error(f)
	}
}
