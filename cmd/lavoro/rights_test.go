package main

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/platform/testdb"
)

// TestPlansAndRowLevelSecurityNameTheSameClass: a room's reading and its table's policy are written apart, and must say one thing.
func TestPlansAndRowLevelSecurityNameTheSameClass(t *testing.T) {
	text, err := os.ReadFile("../../internal/platform/postgres/testdata/rows.txt")
	if err != nil {
		t.Fatal(err)
	}
	opens := map[string]string{}
	for line := range strings.Lines(string(text)) {
		if words := strings.Fields(line); len(words) > 0 {
			opens[words[0]] = strings.Join(words[1:], " ")
		}
	}
	mapped := schema()
	for name := range contract(t).Types {
		reading, ok := mapped.Type(name)
		if !ok || reading.Rows != nil {
			continue
		}
		if class := opens[reading.Table]; class != string(reading.Class) {
			t.Errorf("%s reads table %s as class %q, whose rows open to %q", name, reading.Table, reading.Class, class)
		}
	}
}

// TestEveryMappedFieldIsRead: each field of each type is SQL that Postgres takes, with and without rights.
func TestEveryMappedFieldIsRead(t *testing.T) {
	db, err := postgres.Open(t.Context(), postgres.Config{URL: testdb.New(t).AppURL})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	sdl, mapped := contract(t), schema()
	engine := &plan.Engine{Schema: mapped, DB: db}
	var every access.Actor
	for _, role := range access.Roles() {
		every.Grants = append(every.Grants, access.Grant{Role: role, Key: uuid.New()})
	}
	for name, def := range sdl.Types {
		if _, ok := mapped.Type(name); !ok || def.Kind != ast.Object {
			continue
		}
		for _, f := range def.Fields {
			for _, actor := range []access.Actor{{}, every} {
				read(t, engine, actor, name, shallow(sdl, f))
			}
		}
	}
}

func read(t *testing.T, engine *plan.Engine, actor access.Actor, name string, field plan.Selected) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	v := plan.Viewer{Actor: actor, Lang: "it", Now: time.Date(2027, 3, 1, 12, 0, 0, 0, time.UTC)}
	if _, err := engine.Objects(ctx, v, nil, []plan.Group{{Type: name, IDs: []uuid.UUID{uuid.New()}, Selected: []plan.Selected{field}}}); err != nil {
		t.Errorf("%s.%s: %v", name, field.Name, err)
	}
}

// shallow selects a field, and below it what needs no further selection: through pages as far as their objects' names.
func shallow(sdl *ast.Schema, f *ast.FieldDefinition) plan.Selected {
	of := f.Type.Name()
	s := plan.Selected{Alias: f.Name, Name: f.Name, TypeName: of}
	if below := sdl.Types[of]; below != nil && below.Kind == ast.Object {
		s.Under = func(typeName string) []plan.Selected {
			selected := []plan.Selected{{Alias: "__typename", Name: "__typename"}}
			for _, f := range sdl.Types[typeName].Fields {
				deeper := sdl.Types[f.Type.Name()]
				if leaf := deeper.Kind != ast.Object; leaf || f.Name == "pageInfo" || f.Name == "nodes" {
					selected = append(selected, shallow(sdl, f))
				}
			}
			return selected
		}
	}
	return s
}
