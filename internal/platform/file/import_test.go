package file_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/file"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/platform/testdb"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// shelf is a database with one table of names, and somebody who may fill it.
type shelf struct {
	*testing.T
	db    *postgres.DB
	owner *pgx.Conn
	actor access.Actor
	in    uuid.UUID
}

func newShelf(t *testing.T) *shelf {
	t.Helper()
	address := testdb.New(t)
	db, err := postgres.Open(t.Context(), postgres.Config{URL: address.AppURL, Keys: address.Keys})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	owner, err := pgx.Connect(t.Context(), address.OwnerURL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = owner.Close(context.Background()) })
	if _, err := owner.Exec(t.Context(), "create table shelf (name text primary key); grant select, insert on shelf to "+postgres.Role); err != nil {
		t.Fatal(err)
	}
	in := uuid.New()
	return &shelf{T: t, db: db, owner: owner, in: in, actor: access.Actor{Member: uuid.New(), Grants: []access.Grant{{Role: access.System, Programme: in, Key: uuid.New()}}}}
}

// stands are the names on the shelf.
func (s *shelf) stands() (names string) {
	s.Helper()
	if err := s.owner.QueryRow(s.Context(), "select coalesce(string_agg(name, ' ' order by name), '') from shelf").Scan(&names); err != nil {
		s.Fatal(err)
	}
	return names
}

// names is the kind of file that fills the shelf; a name in capitals is refused. Before is called for each row.
func names(before func(*postgres.Tx, *file.Row) error) file.Kind {
	return file.Kind{Right: access.ReferPerson, Columns: columns, Begin: func(_ context.Context, _ *postgres.Tx, _ uuid.UUID, table *file.Table) (file.Take, error) {
		if table.Name != "names.csv" || len(table.Hash) != 64 {
			return nil, fmt.Errorf("the table is %s %s", table.Name, table.Hash)
		}
		return func(ctx context.Context, tx *postgres.Tx, row *file.Row) (bool, error) {
			if before != nil {
				if err := before(tx, row); err != nil {
					return false, err
				}
			}
			name := row.Text("name")
			if name == strings.ToUpper(name) {
				row.Refuse(refusal.List{refusal.NotFound.At("name")}, map[string]string{"name": "name"})
				return false, nil
			}
			done, err := tx.ExecContext(ctx, "insert into shelf values (?) on conflict do nothing", name)
			if err != nil {
				return false, err
			}
			n, err := done.RowsAffected()
			return n == 0, err
		}, nil
	}}
}

func (s *shelf) bring(k file.Kind, content string, o file.Options) (file.Report, error) {
	s.Helper()
	return k.Import(s.Context(), file.Import{DB: s.db, Actor: s.actor, Clock: time.Now, Programme: s.in, Reader: strings.NewReader(content), Name: "/home/anna/names.csv", Options: o})
}

const threeNames = "name;day\nanna;2025-01-31\nBRUNO;2025-01-31\ncarla;2025-01-31\ndario\n"

func TestAFileIsWrittenWholeOrNotAtAll(t *testing.T) {
	s := newShelf(t)
	for _, c := range []struct {
		o       file.Options
		written bool
		added   int
		there   int
		stands  string
	}{
		{file.Options{}, false, 2, 0, ""},
		{file.Options{DryRun: true}, false, 2, 0, ""},
		{file.Options{DryRun: true, SkipBad: true}, false, 2, 0, ""},
		{file.Options{SkipBad: true}, true, 2, 0, "anna carla"},
		{file.Options{SkipBad: true}, true, 0, 2, "anna carla"},
	} {
		r, err := s.bring(names(nil), threeNames, c.o)
		if err != nil {
			t.Fatal(err)
		}
		if r.Written != c.written || r.Rows != 4 || r.Added != c.added || r.AlreadyThere != c.there || len(r.Bad()) != 2 || s.stands() != c.stands {
			t.Errorf("%+v: %+v, stands %q", c.o, r, s.stands())
		}
	}
	if r, err := s.bring(names(nil), "name;day\nelio;2025-01-31\n", file.Options{}); err != nil || !r.Written || s.stands() != "anna carla elio" {
		t.Errorf("a good file: %+v %v, stands %q", r, err, s.stands())
	}
}

func TestRowsThatCannotBeTakenApartAreNotAsked(t *testing.T) {
	s := newShelf(t)
	var asked []int
	_, err := s.bring(names(func(_ *postgres.Tx, row *file.Row) error { asked = append(asked, row.Number); return nil }), threeNames, file.Options{})
	if err != nil || !slices.Equal(asked, []int{2, 3, 4}) {
		t.Errorf("asked for %v %v", asked, err)
	}
}

// TestATransactionThatRunsAgainStartsFromTheFile: PostgreSQL may ask for it at any row.
func TestATransactionThatRunsAgainStartsFromTheFile(t *testing.T) {
	s := newShelf(t)
	runs := 0
	r, err := s.bring(names(func(tx *postgres.Tx, row *file.Row) error {
		if row.Number != 4 {
			return nil
		}
		if runs++; runs > 1 {
			return nil
		}
		row.Remark(refusal.List{refusal.NotFound.At("name")}, nil)
		_, err := tx.ExecContext(s.Context(), "do $$ begin raise exception using errcode = '40001'; end $$")
		return err
	}), threeNames, file.Options{SkipBad: true})
	if err != nil || runs != 2 {
		t.Fatalf("%d runs: %v", runs, err)
	}
	if r.Added != 2 || len(r.Bad()) != 2 || len(r.Bad()[0].Problems) != 1 || len(r.Remarked()) != 0 || s.stands() != "anna carla" {
		t.Errorf("%+v: %s, stands %q", r, r.Bad()[0].Why("en"), s.stands())
	}
}

func TestAFaultEndsAnImport(t *testing.T) {
	s := newShelf(t)
	broken := errors.New("broken")
	_, err := s.bring(names(func(_ *postgres.Tx, row *file.Row) error {
		if row.Number == 4 {
			return broken
		}
		return nil
	}), threeNames, file.Options{SkipBad: true})
	if !errors.Is(err, broken) || s.stands() != "" {
		t.Errorf("%v, stands %q", err, s.stands())
	}
}

// unread fails the test when somebody reads it.
type unread struct{ *testing.T }

func (u unread) Read([]byte) (int, error) {
	u.Error("the file was read")
	return 0, errors.New("read")
}

func TestWhoMayNotImportIsRefusedBeforeTheFileIsRead(t *testing.T) {
	_, err := names(nil).Import(t.Context(), file.Import{Programme: uuid.New(), Reader: unread{t}, Name: "names.csv"})
	if list, ok := refusal.As(err); !ok || !list.Has(refusal.NotAllowed) {
		t.Error(err)
	}
}

func TestRefusalsBecomeProblemsOfColumns(t *testing.T) {
	row := read(t, "name;day;hours\nA;2025-01-31;4\n").Rows[0]
	fields := map[string]string{"person": "name", "person.birthDay": "day", "sites.0.hours": "hours"}
	row.Fail("day", text.Same("first"))
	row.Refuse(refusal.List{refusal.NotFound.At("person", "birthDay"), refusal.NotFound.At("person", "name", "0"), refusal.NotFound.At("sites", "1"), refusal.NotAllowed.At()}, fields)
	var got []string
	for _, p := range row.Problems {
		got = append(got, p.Column)
		if p.Cause.IsZero() || p.Cause.It == "" {
			t.Errorf("%s without a cause", p.Column)
		}
	}
	if !slices.Equal(got, []string{"day", "name", "", ""}) || row.Problems[0].Cause.En != "first" {
		t.Errorf("problems of %q: %s", got, row.Why("en"))
	}
	good := read(t, "name;day\nA;2025-01-31\n").Rows[0]
	good.Remark(refusal.List{refusal.NotFound.At("person")}, fields)
	if good.Bad() || len(good.Remarks) != 1 || good.Remarks[0].Column != "name" {
		t.Errorf("remarks %+v, problems %+v", good.Remarks, good.Problems)
	}
}

func TestCodesAreLookedUpOnce(t *testing.T) {
	table := read(t, "name;day\naias;2025-01-31\nAIAS;2025-01-31\nx;2025-01-31\nX;2025-01-31\n")
	id, asked := uuid.New(), []string{}
	codes := file.Codes{Column: "name", Cause: text.Text{It: "codice sconosciuto", En: "unknown code"}, Find: func(_ context.Context, _ *postgres.Tx, code string) (uuid.UUID, error) {
		asked = append(asked, code)
		if code == "AIAS" {
			return id, nil
		}
		return uuid.Nil, nil
	}}
	for n, want := range []uuid.UUID{id, id, uuid.Nil, uuid.Nil} {
		got, err := codes.Of(t.Context(), nil, table.Rows[n])
		if err != nil || got != want || table.Rows[n].Bad() != (want == uuid.Nil) {
			t.Errorf("row %d: %s %v %s", n, got, err, table.Rows[n].Why("en"))
		}
	}
	if !slices.Equal(asked, []string{"AIAS", "X"}) {
		t.Errorf("asked for %q", asked)
	}
	codes.Find = func(context.Context, *postgres.Tx, string) (uuid.UUID, error) { return uuid.Nil, context.Canceled }
	other := read(t, "name;day\nnew;2025-01-31\n").Rows[0]
	if _, err := codes.Of(t.Context(), nil, other); !errors.Is(err, context.Canceled) || other.Bad() {
		t.Errorf("a fault became %v and %s", err, other.Why("en"))
	}
}
