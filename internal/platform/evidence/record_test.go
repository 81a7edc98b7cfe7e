package evidence_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/journal"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
)

// One answer leaves one row for each programme, class, and member in whose name it is read, with all whom it is about.
func TestARowForEachProgrammeClassAndPurpose(t *testing.T) {
	g := lay(t, 2)
	other, otherLead := g.found()
	person := one[uuid.UUID](g, "select person_id from participation where id = $1", g.people[0])
	elsewhere := g.join(other, otherLead, person)
	a, absent := g.manager(), uuid.New()
	a, err := a.WithPurpose(access.Care, "  handing over  ")
	if err != nil {
		t.Fatal(err)
	}
	g.must(a, func(ctx context.Context, tx *postgres.Tx) error {
		return g.node.Disclosed(ctx, tx, plan.Viewer{Actor: a}, []plan.Disclosure{
			{Class: access.Health, Participation: g.people[0]}, {Class: access.Health, Participation: g.people[1]}, {Class: access.Bank, Person: person},
			{Class: access.Health, Participation: g.people[1], OnBehalfOf: absent}})
	})
	got := one[[]string](g, `select array_agg(concat_ws(' ', class, purpose, programme_id = $1, cardinality(participations), cardinality(persons), on_behalf_of = $2, actor_id = $3,
		audience = programme_lead(programme_id)) order by seq) from read_journal`, g.programme, absent, a.Member)
	slices.Sort(got)
	if want := []string{"bank CARE f 1 1 t t", "bank CARE t 1 1 t t", "health CARE t 1 1 t t t", "health CARE t 2 2 t t"}; !slices.Equal(got, want) {
		t.Errorf("rows %q, want %q", got, want)
	}
	if n := one[int](g, "select count(distinct request_id)::int from read_journal where $1 = any (participations) or programme_id = $2", g.people[0], g.programme); n != 1 {
		t.Errorf("%d requests", n)
	}
	if n := one[int](g, "select count(*)::int from read_journal where participations = array[$1::uuid] and class = 'bank' and persons = array[$2::uuid]", elsewhere, person); n != 1 {
		t.Errorf("%d rows of the other programme", n)
	}
	g.reason("handing over")
}

// reason opens what stands in the reads' reason.
func (g *ground) reason(want string) {
	g.t.Helper()
	request, sealed := one[uuid.UUID](g, "select request_id from read_journal limit 1"), one[[]byte](g, "select reason from read_journal limit 1")
	g.must(g.manager(), func(ctx context.Context, tx *postgres.Tx) error {
		key, err := tx.DataKey(ctx, uuid.Nil)
		if err != nil {
			return err
		}
		if plain, err := key.Open(sealed, journal.ReasonOf(request)); err != nil || string(plain) != want || strings.Contains(string(sealed), want) {
			g.t.Errorf("the reason is %q (%v)", plain, err)
		}
		return nil
	})
}

// What cannot be written down fails, and with it the transaction of the answer.
func TestAReadOfNobodyFails(t *testing.T) {
	g := lay(t, 1)
	a := g.manager()
	err := g.in(a, func(ctx context.Context, tx *postgres.Tx) error {
		return g.node.Disclosed(ctx, tx, plan.Viewer{Actor: a}, []plan.Disclosure{{Class: access.Health, Participation: g.people[0]}, {Class: access.Penal, Participation: uuid.New()}})
	})
	if err == nil || one[int](g, "select count(*)::int from read_journal") != 0 {
		t.Errorf("%v", err)
	}
	for _, sql := range []string{"insert into read_journal select * from read_journal", "delete from read_journal", "update read_head set seq = 9"} {
		if err := g.in(a, func(ctx context.Context, tx *postgres.Tx) error { _, err := tx.NewRaw(sql).Exec(ctx); return err }); err == nil {
			t.Errorf("the application may %s", sql)
		}
	}
	if err := g.in(access.Actor{}, func(ctx context.Context, tx *postgres.Tx) error {
		return g.node.LookedUp(ctx, tx, g.programme, nil)
	}); err == nil {
		t.Error("nobody reads")
	}
}

func TestALookUpIsARead(t *testing.T) {
	g := lay(t, 1)
	a := g.manager()
	for _, found := range []*uuid.UUID{nil, &g.people[0]} {
		err := g.in(a, func(ctx context.Context, tx *postgres.Tx) error {
			return errors.Join(g.node.LookUps(g.db)(ctx, tx, g.programme, found), errStop)
		})
		if !errors.Is(err, errStop) {
			t.Fatal(err)
		}
	}
	got := one[[]string](g, "select array_agg(concat_ws(' ', class, purpose, programme_id = $1, cardinality(participations), cardinality(persons), reason is null) order by seq) from read_journal", g.programme)
	if want := []string{"registry LOOK_UP t 0 0 t", "registry LOOK_UP t 1 1 t"}; !slices.Equal(got, want) {
		t.Errorf("rows %q, want %q", got, want)
	}
}

// Who reads evidence sees it, and nobody else.
func TestEvidenceIsForWhoMayReadIt(t *testing.T) {
	g := lay(t, 1)
	g.act(g.people[0], map[string]int{"n": 1})
	g.read(g.manager(), g.people...)
	for _, role := range access.Roles() {
		a := access.Actor{Member: uuid.New(), Grants: []access.Grant{{Role: role, Programme: g.programme, Key: g.lead}}}
		var n int
		g.must(a, func(ctx context.Context, tx *postgres.Tx) error {
			return tx.NewRaw("select (select count(*) from journal) + (select count(*) from read_journal)").Scan(ctx, &n)
		})
		if want := map[bool]int{true: 2}[role.Reads(access.Evidence, "")]; n != want {
			t.Errorf("%s sees %d rows, want %d", role, n, want)
		}
	}
}

// Many read at once on one node, and one node's readers do not wait for another's.
func TestReadersAtOnceLeaveOneChain(t *testing.T) {
	g := lay(t, 3)
	const readers, each = 8, 10
	var all sync.WaitGroup
	for range readers {
		all.Go(func() {
			a := g.manager()
			for range each {
				if err := g.in(a, func(ctx context.Context, tx *postgres.Tx) error {
					return g.node.Disclosed(ctx, tx, plan.Viewer{Actor: a}, []plan.Disclosure{{Class: access.Health, Participation: g.people[0]}})
				}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if n := one[int](g, "select max(seq)::int from read_journal"); n != readers*each {
		t.Errorf("%d rows", n)
	}
	g.sound()
}

var errStop = errors.New("stop")

// What is rolled back was not read, and leaves no gap.
func TestARolledBackReadLeavesNothing(t *testing.T) {
	g := lay(t, 1)
	a := g.manager()
	g.read(a, g.people[0])
	err := g.in(a, func(ctx context.Context, tx *postgres.Tx) error {
		if err := g.node.LookedUp(ctx, tx, g.programme, nil); err != nil {
			return err
		}
		return errStop
	})
	if !errors.Is(err, errStop) {
		t.Fatal(err)
	}
	g.read(a, g.people[0])
	if n := one[int](g, "select max(seq)::int from read_journal"); n != 2 {
		t.Errorf("%d rows", n)
	}
	g.sound()
}
