package evidence_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/journal"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/platform/secret"
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

// reason opens what stands in the reads' reason, by the keys of all whom the answer was about and by no fewer.
func (g *ground) reason(want string) {
	g.t.Helper()
	request, sealed := one[uuid.UUID](g, "select request_id from read_journal limit 1"), one[[]byte](g, "select reason from read_journal limit 1")
	persons := one[[]uuid.UUID](g, "select reason_persons from read_journal limit 1")
	g.must(g.manager(), func(ctx context.Context, tx *postgres.Tx) error {
		keys := []secret.DataKey{}
		for _, p := range persons {
			key, err := tx.DataKey(ctx, p)
			if err != nil {
				return err
			}
			keys = append(keys, key)
		}
		if plain, err := journal.OpenReason(sealed, request, keys); err != nil || plain != want || strings.Contains(string(sealed), want) {
			g.t.Errorf("the reason is %q (%v)", plain, err)
		}
		own := g.db.Keys.Own()
		for _, fewer := range [][]secret.DataKey{keys[:len(keys)-1], keys[1:], {own}} {
			if plain, err := journal.OpenReason(sealed, request, fewer); err == nil && plain == want {
				g.t.Error("the reason opens without all keys")
			}
		}
		return nil
	})
}

// reasons is what the journal of reads tells its data-protection officer of the reasons, sorted.
func (g *ground) reasons() string {
	dpo := access.Actor{Member: uuid.New(), Grants: []access.Grant{{Role: access.DPO, Programme: g.programme, Key: g.lead}}}
	lines := strings.Split(g.ask(dpo, "readJournal", nil, "reason"), "\n")
	slices.Sort(lines)
	return strings.Join(lines, ", ")
}

// TestAReadersReasonGoesWithWhoeverIsErased: it may name him, whoever else was read of in the same answer. The chains hold as before, those
// of rows from before reasons were anybody's, too.
func TestAReadersReasonGoesWithWhoeverIsErased(t *testing.T) {
	g := lay(t, 3)
	asks := func(reason string) access.Actor {
		a := access.Actor{Member: uuid.New(), Grants: []access.Grant{{Role: access.Coordinator, Programme: g.programme, Key: g.lead}}}
		a, err := a.WithPurpose(access.Supervision, reason)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	g.read(asks("on Anna and Bruno"), g.people[0], g.people[1])
	g.read(asks("on Carla"), g.people[2])
	g.must(asks("on nobody"), func(ctx context.Context, tx *postgres.Tx) error { return g.node.LookedUp(ctx, tx, g.programme, nil) })
	g.old("as of old")
	if got := g.reasons(); got != "<nil>, as of old, on Anna and Bruno, on Carla" {
		t.Fatalf("the journal says %s", got)
	}
	g.sound()
	g.own("select destroy_person_key(a.person_id, now(), null) from participation a where a.id = $1", g.people[1])
	if got := g.reasons(); got != "<nil>, <nil>, as of old, on Carla" {
		t.Errorf("after the erasure the journal says %s", got)
	}
	g.read(asks("on who is gone"), g.people[1])
	if one[int](g, "select count(*)::int from read_journal where participations = array[$1::uuid] and reason is null", g.people[1]) != 1 {
		t.Error("a reason was kept for somebody who has no key")
	}
	g.sound()
}

// old writes a read as versions before wrote it, with its reason under the installation's own key.
func (g *ground) old(reason string) {
	g.t.Helper()
	request := uuid.New()
	g.own(`with h as (select * from read_head limit 1), r as (select gen_random_uuid() as id, h.node, h.seq + 1 as seq, h.chain as before from h), l as (
			select r.*, read_link(r.before, $1, r.id, r.node, r.seq, $2, $3, $3, null, $4, 'SUPERVISION', 'health', array[$5::uuid], '{}') as link from r),
		i as (insert into read_journal (id, node, seq, at, request_id, actor_id, programme_id, purpose, class, reason, participations, persons, chain, audience, version)
			select id, node, seq, $2, $3, $3, $4, 'SUPERVISION', 'health', $1, array[$5::uuid], '{}', link, programme_lead($4), 1 from l)
		update read_head set seq = l.seq, chain = l.link from l where read_head.node = l.node`,
		g.db.Keys.Own().Seal([]byte(reason), journal.ReasonOf(request)), noon.Add(time.Second), request, g.programme, g.people[0])
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
