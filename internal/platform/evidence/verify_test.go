package evidence_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/evidence"
	"github.com/lavoroincorso/lavoro/internal/platform/journal"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
)

func (g *ground) verify(anchors journal.Folder) evidence.Verdict {
	g.t.Helper()
	v, err := evidence.Verify(g.ctx, g.url, anchors, nil)
	if err != nil {
		g.t.Fatal(err)
	}
	return v
}

// sound holds that all chains verify, by their rows and by the database's own functions.
func (g *ground) sound() {
	g.t.Helper()
	if v := g.verify(""); !v.Sound() || len(v.Chains) == 0 {
		g.t.Errorf("%+v", v)
	}
	broken := one[int](g, `select count(*)::int from journal_heads() h
		where case h.kind when 'ACTS' then journal_broken(h.id) else read_broken(h.id) end is not null`)
	if broken != 0 {
		g.t.Errorf("%d chains are broken to the database's functions", broken)
	}
}

// broken gives what was found, as "kind entry why".
func broken(v evidence.Verdict) (found []string) {
	for _, c := range v.Chains {
		if c.Broken != 0 {
			found = append(found, strings.Join([]string{string(c.Kind), string(rune('0' + c.Broken)), c.Why}, " "))
		}
	}
	return append(found, v.Faults...)
}

// written lays some acts and reads down, then takes a picture to go back to.
func written(t *testing.T) *ground {
	g := lay(t, 2)
	for i := range 4 {
		g.act(g.people[i%2], map[string]int{"n": i})
		g.read(g.manager(), g.people[i%2])
	}
	g.own("create table kept_journal as table journal; create table kept_reads as table read_journal; create table kept_heads as table news_head; create table kept_read_heads as table read_head; create table kept_installation as table installation")
	return g
}

func (g *ground) restore() {
	g.own(`truncate journal, read_journal, news_head, read_head; insert into journal table kept_journal; insert into read_journal table kept_reads;
		update installation i set id = k.id from kept_installation k; insert into news_head table kept_heads; insert into read_head table kept_read_heads`)
}

func TestEveryChangeOfTheRowsIsFoundAndNamed(t *testing.T) {
	g := written(t)
	g.sound()
	for change, want := range map[string]string{
		"update journal set detail = set_byte(detail, 5, get_byte(detail, 5) # 1) where seq = 2": "acts 2 its detail was changed",
		"update journal set chain = set_byte(chain, 31, get_byte(chain, 31) # 1) where seq = 3":  "acts 3 it was changed",
		"delete from journal where seq = 2":                                                      "acts 2 it is missing",
		"delete from journal where seq = 4":                                                      "acts 4 the head says 4 entries",
		"delete from journal":                                                                    "acts 1 all of it is gone",
		"update journal set seq = seq + 100; update journal set seq = case seq when 102 then 3 when 103 then 2 else seq - 100 end":           "acts 2 it was changed, or stands in another's place",
		"update read_journal set reason = '\\x00' where seq = 2":                                                                             "reads 2 it was changed",
		"update read_journal set persons = '{}' where seq = 1":                                                                               "reads 1 it was changed",
		"update read_journal set reason_persons = array[id] where seq = 2":                                                                   "reads 2 it was changed",
		"delete from read_journal where seq = 3":                                                                                             "reads 3 it is missing",
		"delete from read_journal where seq = 4":                                                                                             "reads 4 the head says 4 entries",
		"update read_journal set seq = seq + 100; update read_journal set seq = case seq when 101 then 2 when 102 then 1 else seq - 100 end": "reads 1 it was changed, or stands",
		"update read_head set seq = 0, chain = ''":                                                                                           "reads 5 the head says 0 entries",
		"update news_head set chain = sha256('x')":                                                                                           "acts 5 the head says 4 entries",
	} {
		g.own(change)
		v := g.verify("")
		if found := broken(v); v.Sound() || len(found) != 1 || !strings.HasPrefix(found[0], want) {
			t.Errorf("%s: found %q, want %q", change, found, want)
		}
		g.restore()
	}
	g.sound()
}

// cut takes the last act away and lets the head say so; anew writes all acts again from the beginning, with another actor.
const (
	cut  = `delete from journal where seq = 4; update news_head h set entries = 3, chain = (select j.chain from journal j where j.seq = 3)`
	anew = `do $$ declare j journal; c bytea := ''; begin
		for j in select * from journal order by seq loop
			j.actor_id := '00000000-0000-4000-8000-000000000001';
			c := journal_link(c, j.detail_digest, j.id, j.programme_id, j.seq, j.at, j.actor_id, j.on_behalf_of, j.act, j.subject_kind, j.subject_id, j.person_id, j.sealed);
			update journal set actor_id = j.actor_id, chain = c where seq = j.seq;
		end loop;
		update news_head set chain = c;
		end $$`
	cutReads  = `delete from read_journal where seq = 4; update read_head h set seq = 3, chain = (select r.chain from read_journal r where r.seq = 3)`
	anewReads = `do $$ declare r read_journal; c bytea := ''; begin
		for r in select * from read_journal order by seq loop
			r.persons := '{}';
			c := read_link(c, r.reason, r.id, r.node, r.seq, r.at, r.request_id, r.actor_id, r.on_behalf_of, r.programme_id, r.purpose, r.class, r.participations, r.persons, r.reason_persons);
			update read_journal set persons = r.persons, chain = c where seq = r.seq;
		end loop;
		update read_head set chain = c;
		end $$`
)

// A superuser may make the database agree with itself; the anchors that left the house do not.
func TestAnchorsFindWhatTheDatabaseAgreesOn(t *testing.T) {
	g := written(t)
	folder := journal.Folder(t.TempDir())
	house := evidence.Anchorage{Installation: one[uuid.UUID](g, "select id from installation"), Folder: folder}
	if err := house.Drop(g.ctx, g.db, noon); err != nil {
		t.Fatal(err)
	}
	if v := g.verify(folder); !v.Sound() || v.Anchors != 1 || len(v.Chains) != 2 {
		t.Fatalf("%+v", v)
	}
	for change, want := range map[string]string{
		cut:                           "acts 4 the end was cut off: the anchor of 2027-03-01 knows 4 entries",
		anew:                          "acts 4 the chain up to it was written anew: the anchor of 2027-03-01",
		cutReads:                      "reads 4 the end was cut off: the anchor of 2027-03-01 knows 4 entries",
		anewReads:                     "reads 4 the chain up to it was written anew: the anchor of 2027-03-01",
		"truncate journal, news_head": "acts 1 all of it is gone: the anchor of 2027-03-01",
		"update installation set id = gen_random_uuid()": "2027-03-01: is of installation",
	} {
		g.own(change)
		if !strings.HasPrefix(change, "update installation") && !strings.HasPrefix(change, "truncate") {
			g.sound() // nothing inside the house tells
		}
		v := g.verify(folder)
		if found := broken(v); v.Sound() || len(found) != 1 || !strings.HasPrefix(found[0], want) {
			t.Errorf("found %q, want %q", found, want)
		}
		g.restore()
	}
}

// Heads of reads stand in the acts' chain: a cut end of reads shows without any anchor outside, if the acts are whole.
func TestReadsAreAnchoredInTheActs(t *testing.T) {
	g := written(t)
	system := access.Actor{Member: uuid.New(), Grants: []access.Grant{{Role: access.System, Programme: g.programme, Key: g.lead}}}
	anchor := func() {
		g.must(system, func(ctx context.Context, tx *postgres.Tx) error {
			return evidence.AnchorReads(ctx, tx, []uuid.UUID{g.programme})
		})
	}
	anchor()
	anchor() // nothing was read since: nothing to say
	if n := one[int](g, "select count(*)::int from journal where act = 'anchorReads' and not sealed and audience = array[$1::uuid]", g.lead); n != 1 {
		t.Fatalf("%d anchors", n)
	}
	g.sound()
	g.own(cutReads)
	if found := broken(g.verify("")); len(found) != 1 || !strings.HasPrefix(found[0], "reads 4 the end was cut off: entry 5 of the acts") {
		t.Errorf("found %q", found)
	}
}

// What could not leave is tried again on the same day, and a day's anchor is written once.
func TestAnchorsAreDroppedUntilAllWentOut(t *testing.T) {
	g := written(t)
	folder := journal.Folder(t.TempDir())
	var mailed []string
	fail := true
	house := evidence.Anchorage{Installation: one[uuid.UUID](g, "select id from installation"), Folder: folder,
		Mail: func(_ context.Context, day string, anchor []byte) error {
			if fail {
				return errStop
			}
			mailed = append(mailed, day+string(anchor))
			return nil
		}}
	if err := house.Drop(g.ctx, g.db, noon); err == nil {
		t.Error("no mail, and all is well")
	}
	fail = false
	g.act(g.people[0], nil)
	for _, at := range []time.Time{noon.Add(time.Hour), noon.AddDate(0, 0, 1)} {
		if err := house.Drop(g.ctx, g.db, at); err != nil {
			t.Fatal(err)
		}
	}
	all, faults, err := folder.Read()
	if err != nil || len(faults) > 0 || len(all) != 2 || all[0].Acts[0].Entries != 4 || all[1].Acts[0].Entries != 5 {
		t.Errorf("%+v %v (%v)", all, faults, err)
	}
	if len(mailed) != 2 || mailed[0] != "2027-03-01"+string(all[0].Data) || mailed[1] != "2027-03-02"+string(all[1].Data) {
		t.Errorf("mailed %q", mailed)
	}
}

// A detail opens under its person's key alone, in its place alone; what is about nobody under the installation's.
func TestDetailsAreSealedUnderThePersonsKey(t *testing.T) {
	g := lay(t, 2)
	g.act(g.people[0], map[string]string{"word": "canary"})
	g.act(uuid.New(), map[string]string{"word": "canary"})
	person := one[uuid.UUID](g, "select person_id from participation where id = $1", g.people[0])
	if n := one[int](g, "select count(*)::int from journal where sealed and position('canary'::bytea in detail) = 0 and (seq = 1) = (person_id is not null) and (seq = 2 or person_id = $1)", person); n != 2 {
		t.Errorf("%d details are sealed as they should be", n)
	}
	for seq, whose := range map[int]uuid.UUID{1: person, 2: uuid.Nil} {
		id, detail := one[uuid.UUID](g, "select id from journal where seq = $1", seq), one[[]byte](g, "select detail from journal where seq = $1", seq)
		g.must(g.manager(), func(ctx context.Context, tx *postgres.Tx) error {
			key, err := tx.DataKey(ctx, whose)
			if err != nil {
				return err
			}
			if plain, err := key.Open(detail, journal.DetailOf(id)); err != nil || string(plain) != `{"word":"canary"}` {
				t.Errorf("%q (%v)", plain, err)
			}
			if _, err := key.Open(detail, journal.DetailOf(uuid.New())); err == nil {
				t.Error("it opens in another place")
			}
			return nil
		})
	}
	err := g.in(g.manager(), func(_ context.Context, tx *postgres.Tx) error {
		tx.Enter(journal.Entry{Programme: g.programme, Act: "x", SubjectKind: "x", Subject: uuid.New(), About: g.people, Detail: 1})
		return nil
	})
	if err == nil || !strings.Contains(err.Error(), "several persons") {
		t.Errorf("a detail about two: %v", err)
	}
}

// Both names stand where a delegation alone allowed an act.
func TestADelegatedActShowsBothNames(t *testing.T) {
	g := lay(t, 1)
	absent := uuid.New()
	a := access.Actor{Member: uuid.New(), Grants: []access.Grant{{Role: access.Coordinator, Programme: g.programme, Key: g.lead, For: absent}}}
	g.must(a, func(_ context.Context, tx *postgres.Tx) error {
		g.tell(tx, g.people[0], nil)
		return nil
	})
	a.Grants = append(a.Grants, access.Grant{Role: access.Coordinator, Programme: g.programme, Key: g.lead})
	g.must(a, func(_ context.Context, tx *postgres.Tx) error {
		g.tell(tx, g.people[0], nil)
		return nil
	})
	if got := one[string](g, "select string_agg(concat_ws('/', actor_id = $1, on_behalf_of = $2), ' ' order by seq) from journal", a.Member, absent); got != "t/t t" {
		t.Errorf("%q", got)
	}
	g.sound()
}

// When a person's key is destroyed the chains still verify, what was told of him is unreadable, and what is done later keeps no detail.
func TestAfterAnErasureTheChainsStillVerify(t *testing.T) {
	g := lay(t, 2)
	for _, p := range g.people {
		g.act(p, map[string]string{"word": "canary"})
		g.read(g.manager(), p)
	}
	g.own(`insert into destroyed_key select k.person_id, now(), sha256(k.wrapped) from person_key k join participation p on p.person_id = k.person_id where p.id = $1`, g.people[0])
	g.own("delete from person_key k using destroyed_key d where d.person_id = k.person_id")
	g.act(g.people[0], map[string]string{"word": "canary"})
	g.sound()
	if got := one[string](g, "select string_agg((detail is null)::text, ' ' order by seq) from journal"); got != "false false true" {
		t.Errorf("details are absent: %s", got)
	}
	person, id, detail := one[uuid.UUID](g, "select person_id from journal where seq = 1"), one[uuid.UUID](g, "select id from journal where seq = 1"), one[[]byte](g, "select detail from journal where seq = 1")
	g.must(g.manager(), func(ctx context.Context, tx *postgres.Tx) error {
		keys, err := tx.DataKeys(ctx, []uuid.UUID{person, uuid.Nil})
		if err != nil {
			return err
		}
		for whose, key := range keys {
			if key.Erased() {
				continue
			}
			if plain, err := key.Open(detail, journal.DetailOf(id)); err == nil {
				t.Errorf("the key of %s opens %q", whose, plain)
			}
		}
		if !keys[person].Erased() {
			t.Error("the key is there")
		}
		return nil
	})
}
