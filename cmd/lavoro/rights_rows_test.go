package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/lavoroincorso/lavoro/cmd/lavoro/rightstest"
	"github.com/lavoroincorso/lavoro/internal/access"
)

// tables gives each table with the rows that the model shows to an actor.
func (s *stage) tables(a rightstest.Actor) map[string]map[string]bool {
	m := &rightstest.Model{World: s.world, Actor: a, Cells: map[rightstest.Cell]bool{}}
	seen := map[string]map[string]bool{}
	for name, t := range rightstest.Types {
		if name == "Viewer" || name == "MemberAccount" || name == "OwnAccess" {
			continue // the same rows as members and grants
		}
		seen[t.Table] = map[string]bool{}
		for _, r := range s.world.Tables[t.Table] {
			if m.Sees(t, r) {
				seen[t.Table][r.ID] = true
			}
		}
	}
	for table, rows := range m.Followers() {
		seen[table] = rows
	}
	return seen
}

// raw gives the rows that plain SQL shows to lavoro_app with an actor's settings, or with none.
func (s *stage) raw(ctx context.Context, a *access.Actor, tables []string) (map[string]map[string]bool, error) {
	seen := map[string]map[string]bool{}
	tx, err := s.app.DB.Plans.Begin(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { _ = tx.Rollback(ctx) }()
	if a != nil {
		if _, err := tx.Exec(ctx, "select set_config($1, $2, true)", access.Setting, a.Settings().String()); err != nil {
			return nil, err
		}
	}
	parts := make([]string, len(tables))
	for i, table := range tables {
		parts[i] = fmt.Sprintf("select '%[1]s', %[2]s::text from %[1]s", table, rightstest.Key(table))
		seen[table] = map[string]bool{}
	}
	rows, err := tx.Query(ctx, strings.Join(parts, " union all "))
	if err != nil {
		return nil, err
	}
	var table, id string
	_, err = pgx.ForEachRow(rows, []any{&table, &id}, func() error {
		seen[table][id] = true
		return nil
	})
	return seen, err
}

// plainSQL compares the last net alone, for every fifth viewer and every table, and for nobody.
func (s *stage) plainSQL(t *testing.T) {
	tables := slices.Sorted(maps.Keys(s.tables(rightstest.Actor{})))
	for _, nobody := range []*access.Actor{nil, {}} {
		seen, err := s.raw(t.Context(), nobody, tables)
		if err != nil {
			t.Fatal(err)
		}
		for table, rows := range seen {
			if len(rows) > 0 {
				t.Errorf("%s shows %d rows to nobody", table, len(rows))
			}
		}
	}
	s.load(t) // what was read until now stands in the journal of reads
	s.world.Settle(s.sealed)
	s.cells = map[bool]int{}
	s.plainly(t, tables)
	s.report(t)
	t.Logf("%d tables: %d rows shown, %d not", len(tables), s.cells[true], s.cells[false])
	if s.cells[true] < 5_000 || s.cells[false] < 5_000 {
		t.Error("too few rows to prove anything")
	}
	s.policies(t, tables)
}

// plainly compares the rows of all tables for everybody.
func (s *stage) plainly(t *testing.T, tables []string) {
	t.Helper()
	s.everybody(func(v viewer, _ *rightstest.Model) {
		if v.n%5 != 0 {
			return
		}
		got, err := s.raw(t.Context(), s.actor(t, v), tables)
		if err != nil {
			s.differ(v, []string{err.Error()})
			return
		}
		s.rows(v, s.tables(v.Actor), got)
	})
}

func (s *stage) actor(t *testing.T, v viewer) *access.Actor {
	issuer, subject, _ := strings.Cut(v.token, " ")
	a, err := s.app.directory.Actor(t.Context(), issuer, subject)
	if err == nil {
		a, err = a.WithPurpose(access.Purpose(v.Purpose), "Verifica")
	}
	if err != nil {
		t.Errorf("%s: %v", v.Name, err)
	}
	return &a
}

func (s *stage) rows(v viewer, want, got map[string]map[string]bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for table, rows := range got {
		for id := range rows {
			if !want[table][id] {
				s.found = append(s.found, fmt.Sprintf("%s: %s shows %s, and the model does not", v.Name, table, id))
			}
		}
		for id := range want[table] {
			if !rows[id] {
				s.found = append(s.found, fmt.Sprintf("%s: %s does not show %s, and the model does", v.Name, table, id))
			}
		}
		s.cells[true] += len(rows)
		s.cells[false] += len(s.world.Tables[table]) - len(rows)
	}
}

// policies takes row-level security off one table after the other, and each time the comparison must find it.
func (s *stage) policies(t *testing.T, tables []string) {
	t.Helper()
	for _, table := range tables {
		if _, err := s.owner.Exec(t.Context(), "alter table "+table+" disable row level security"); err != nil {
			t.Fatal(err)
		}
		v := s.viewers[0]
		s.found = nil
		got, err := s.raw(t.Context(), s.actor(t, v), []string{table})
		if err != nil {
			t.Fatal(err)
		}
		if s.rows(v, s.tables(v.Actor), got); len(s.found) == 0 {
			t.Errorf("nobody notices that the policy of %s is taken out", table)
		}
		if _, err := s.owner.Exec(t.Context(), "alter table "+table+" enable row level security"); err != nil {
			t.Fatal(err)
		}
	}
}
