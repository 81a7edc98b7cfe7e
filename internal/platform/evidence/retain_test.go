package evidence_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/evidence"
	"github.com/lavoroincorso/lavoro/internal/platform/journal"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
)

// house is the actor in whose name evidence is dropped.
var house = uuid.MustParse("00000000-0000-4000-8000-00000000abcd")

// monthsAgo is a moment before noon.
func monthsAgo(n int) time.Time { return noon.AddDate(0, -n, 0) }

// happened writes an act and a read of a person down as of a moment.
func (g *ground) happened(at time.Time, person uuid.UUID) {
	g.t.Helper()
	a := g.manager()
	if err := g.db.InTx(g.ctx, a, func() time.Time { return at }, func(ctx context.Context, tx *postgres.Tx) error {
		g.tell(tx, person, map[string]string{"word": "x"})
		return g.node.Disclosed(ctx, tx, plan.Viewer{Actor: a}, []plan.Disclosure{{Class: access.Health, Participation: person}})
	}); err != nil {
		g.t.Fatal(err)
	}
}

// lived lays acts and reads of 40, 30, 20 and 10 months ago.
func lived(t *testing.T) *ground {
	g := lay(t, 2)
	for i, months := range []int{40, 30, 20, 10} {
		g.happened(monthsAgo(months), g.people[i%2])
	}
	return g
}

// retain drops by terms in months.
func (g *ground) retain(acts, reads int, dry bool) []evidence.Dropped {
	g.t.Helper()
	all, err := evidence.Retain(g.ctx, g.url, house, noon, []evidence.Term{{Programme: g.programme, Acts: monthsAgo(acts), Reads: monthsAgo(reads)}}, dry)
	if err != nil {
		g.t.Fatal(err)
	}
	return all
}

// left counts what is there of both journals.
func (g *ground) left() string {
	g.t.Helper()
	return fmt.Sprintf("%d %d", one[int](g, "select count(*)::int from journal where act <> 'retainJournals'"), one[int](g, "select count(*)::int from read_journal"))
}

func TestWhatIsOldEnoughGoesAndTheRestVerifies(t *testing.T) {
	g := lived(t)
	would := g.retain(36, 24, true)
	if got := g.left(); got != "4 4" || len(would) != 2 {
		t.Fatalf("a dry run leaves %s, and would drop %+v", got, would)
	}
	dropped := g.retain(36, 24, false)
	if fmt.Sprint(would) != fmt.Sprint(dropped) {
		t.Errorf("dropped\n%+v, and said it would drop\n%+v", dropped, would)
	}
	if a, r := dropped[0], dropped[1]; a.Entries != 1 || a.Left != 3 || !a.Last.Equal(monthsAgo(40)) || r.Entries != 2 || r.Left != 2 || !r.Before.Equal(monthsAgo(24)) {
		t.Errorf("%+v", dropped)
	}
	if got := g.left(); got != "3 2" {
		t.Errorf("%s are left", got)
	}
	g.sound()
	for _, c := range g.verify("").Chains {
		want := map[journal.Kind][2]int64{journal.Acts: {1, 4}, journal.Reads: {2, 2}}[c.Kind] // the entry that says so is an act
		if [2]int64{c.Dropped, c.Entries} != want || c.Since.IsZero() {
			t.Errorf("%+v", c)
		}
	}
	if again := g.retain(36, 24, false); len(again) > 0 || one[int](g, "select count(*)::int from journal where act = 'retainJournals'") != 1 {
		t.Errorf("dropped again: %+v", again)
	}
	g.happened(noon, g.people[0])
	g.sound()
	g.retain(24, 24, false) // a shorter term takes one act more
	if got := g.left(); got != "3 3" {
		t.Errorf("%s are left", got)
	}
	g.sound()
}

// A node that ended long ago loses its whole chain; what it was is known all the same.
func TestAWholeChainMayGo(t *testing.T) {
	g := lay(t, 1)
	g.happened(monthsAgo(40), g.people[0])
	g.happened(monthsAgo(30), g.people[0])
	system := access.Actor{Member: house, Grants: []access.Grant{{Role: access.System, Programme: g.programme, Key: g.lead}}}
	if err := g.db.InTx(g.ctx, system, func() time.Time { return monthsAgo(30) }, func(ctx context.Context, tx *postgres.Tx) error {
		return evidence.AnchorReads(ctx, tx, []uuid.UUID{g.programme})
	}); err != nil {
		t.Fatal(err)
	}
	g.retain(36, 24, false)
	if got := g.left(); got != "2 0" {
		t.Fatalf("%s are left", got)
	}
	g.sound()
	if chains := g.verify("").Chains; len(chains) != 2 || chains[1].Dropped != 2 || chains[1].Entries != 0 {
		t.Errorf("%+v", chains)
	}
	g.own("update read_head set seq = 3")
	if found := broken(g.verify("")); len(found) != 1 || !strings.HasPrefix(found[0], "reads 3 the head says 3 entries") {
		t.Errorf("%q", found)
	}
}

func TestSomebodyWhoIsHeldKeepsTheChain(t *testing.T) {
	g := lived(t)
	g.own("update person set legal_hold = true where id = (select person_id from participation where id = $1)", g.people[1])
	g.retain(24, 24, false)
	if got := g.left(); got != "3 3" { // the second entry of each is about somebody who is held
		t.Errorf("%s are left", got)
	}
	g.sound()
}

func TestNothingGoesBeforeTwoYears(t *testing.T) {
	g := lived(t)
	for _, term := range []evidence.Term{{Acts: monthsAgo(23), Reads: monthsAgo(24)}, {Acts: monthsAgo(24), Reads: monthsAgo(1)}} {
		term.Programme = g.programme
		if _, err := evidence.Retain(g.ctx, g.url, house, noon, []evidence.Term{term}, false); err == nil || !strings.Contains(err.Error(), "at least 24 months") {
			t.Errorf("%+v: %v", term, err)
		}
	}
	if got := g.left(); got != "4 4" {
		t.Errorf("%s are left", got)
	}
}

// Nobody drops by hand what retention would not have.
func TestABeginningThatIsCutOffByHandShows(t *testing.T) {
	for change, want := range map[string]string{
		"delete from journal where seq <= 2":               "acts 2 it is missing",
		"delete from read_journal where seq <= 3":          "reads 3 it is missing",
		"delete from journal where act = 'retainJournals'": "acts 1 it is missing",
		`update journal set detail = convert_to(replace(convert_from(detail, 'UTF8'), '"before":"2024-03', '"before":"2024-02'), 'UTF8') where act = 'retainJournals'`: "acts 5 its detail was changed",
		"update journal set detail = null where act = 'retainJournals'": "acts 1 it is missing",
		"update news_head set entries = entries + 1":                    "acts 6 the head says 6",
		"update journal set chain = sha256('x') where seq = 2":          "acts 2 it was changed",
	} {
		g := lived(t)
		g.retain(36, 24, false)
		g.own(change)
		found := broken(g.verify(""))
		if len(found) == 0 || !strings.HasPrefix(found[0], want) {
			t.Errorf("%s: found %q, want %q", change, found, want)
		}
	}
}

// Whoever writes an entry of retention himself, so that all fits, is found by an anchor that is younger than what may be dropped.
func TestAnchorsShowWhatWasDroppedTooEarly(t *testing.T) {
	g := lay(t, 1)
	folder := journal.Folder(t.TempDir())
	leaves := evidence.Anchorage{Installation: one[uuid.UUID](g, "select id from installation"), Folder: folder}
	for _, months := range []int{40, 30, 20} {
		g.happened(monthsAgo(months), g.people[0])
		if err := leaves.Drop(g.ctx, g.db, monthsAgo(months).Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	g.happened(monthsAgo(19), g.people[0])
	// The clock is set forward for the time of the deed, and back again in the entry that tells of it.
	late := noon.AddDate(0, 12, 0)
	if _, err := evidence.Retain(g.ctx, g.url, house, late, []evidence.Term{{Programme: g.programme, Acts: late.AddDate(0, -24, 0), Reads: late.AddDate(0, -40, 0)}}, false); err != nil {
		t.Fatal(err)
	}
	if v := g.verify(folder); !v.Sound() {
		t.Fatalf("what was dropped in its time: %v", broken(v))
	}
	g.own(`do $$ declare j journal; c bytea; begin
		select * into j from journal where act = 'retainJournals';
		j.detail := convert_to(regexp_replace(convert_from(j.detail, 'UTF8'), '"before":"[^"]*"', '"before":"2025-02-01T00:00:00Z"'), 'UTF8');
		j.detail := convert_to(regexp_replace(convert_from(j.detail, 'UTF8'), '"last":"[^"]*"', '"last":"2025-01-01T00:00:00Z"'), 'UTF8');
		j.at := '2027-03-01T12:00:00Z';
		select chain into c from journal where seq = j.seq - 1;
		if c is null then c := decode(convert_from(j.detail, 'UTF8')::jsonb -> 'acts' -> 0 ->> 'chain', 'hex'); end if;
		j.detail_digest := sha256(j.detail);
		c := journal_link(c, j.detail_digest, j.id, j.programme_id, j.seq, j.at, j.actor_id, j.on_behalf_of, j.act, j.subject_kind, j.subject_id, j.person_id, j.sealed);
		update journal set detail = j.detail, detail_digest = j.detail_digest, chain = c, at = j.at where seq = j.seq;
		update news_head set chain = c;
		end $$`)
	g.sound() // nothing inside the house tells
	if found := broken(g.verify(folder)); len(found) != 1 || !strings.HasPrefix(found[0], "acts 4 it was dropped before its time: the anchor of 2025-07-01") {
		t.Errorf("%q", found)
	}
}

// Whole months go as tables, but for those with an entry that must be kept.
func TestWholeMonthsGoAsTables(t *testing.T) {
	g := lay(t, 1)
	g.own("select journal_prepare($1::date, 40)", monthsAgo(39).Format(time.DateOnly))
	for _, months := range []int{40, 39, 38, 26, 25, 10, 0} { // the first lies in the rest
		g.happened(monthsAgo(months), g.people[0])
	}
	other := *g
	other.programme, other.lead = g.found() // a programme without a term: what it did stays
	other.people = []uuid.UUID{g.join(other.programme, other.lead, g.person())}
	other.happened(monthsAgo(26), other.people[0])
	if n := one[int](g, "select count(*)::int from journal_rest") + one[int](g, "select count(*)::int from read_journal_rest"); n != 2 {
		t.Fatalf("%d entries lie in the rest", n)
	}
	there := func(at time.Time) string {
		month := at.UTC().Format("200601")
		return one[string](g, "select concat_ws(' ', to_regclass('journal_' || $1), to_regclass('read_journal_' || $1))", month)
	}
	g.retain(24, 24, false)
	for _, c := range []struct {
		months int
		stays  bool
	}{{39, false}, {38, false}, {30, false}, {26, true}, {25, false}, {24, true}, {10, true}} {
		at, want := monthsAgo(c.months), ""
		if month := at.Format("200601"); c.stays {
			want = "journal_" + month + " read_journal_" + month
		}
		if got := there(at); got != want {
			t.Errorf("of %s there is %q, not %q", at.Format("2006-01"), got, want)
		}
	}
	if got := one[string](g, "select string_agg(seq::text, ' ' order by seq) from journal where programme_id = $1", g.programme); got != "6 7 8" {
		t.Errorf("entries %s are left", got)
	}
	g.sound()
	g.happened(noon, g.people[0])
	g.sound()
}

// Who writes meanwhile waits for a moment at most, whether he reads something confidential before he acts or not.
func TestActsGoOnWhileMonthsGo(t *testing.T) {
	g := lay(t, 2)
	g.own("select journal_prepare($1::date, 40)", monthsAgo(40).Format(time.DateOnly))
	for months := 40; months > 25; months-- {
		g.happened(monthsAgo(months), g.people[0])
	}
	var writing sync.WaitGroup
	began := make(chan struct{}, 4)
	for w := range 4 {
		writing.Go(func() {
			for i := range 15 {
				a := g.manager()
				if err := g.db.InTx(g.ctx, a, clock, func(ctx context.Context, tx *postgres.Tx) error {
					g.tell(tx, g.people[w%2], map[string]string{"word": "x"})
					return g.node.Disclosed(ctx, tx, plan.Viewer{Actor: a}, []plan.Disclosure{{Class: access.Health, Participation: g.people[0]}})
				}); err != nil {
					t.Error(err)
				}
				if i == 0 {
					began <- struct{}{}
				}
			}
		})
	}
	for range 4 {
		<-began
	}
	if dropped := g.retain(24, 24, false); len(dropped) != 2 || dropped[0].Entries != 15 {
		t.Errorf("dropped %+v", dropped)
	}
	writing.Wait()
	if got := g.left(); got != "60 60" {
		t.Errorf("%s are left", got)
	}
	g.sound()
}
