package evidence

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/journal"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
)

// Term says what of a programme's evidence may go by a moment: what was written before. Least is two years.
type Term struct {
	Programme   uuid.UUID
	Acts, Reads time.Time
}

// Dropped is what went of one chain, and how much of it is left.
type Dropped struct {
	Kind journal.Kind
	journal.Closing
	Entries, Left int64
}

// retentionLock is the advisory lock under which one process at a time drops evidence.
const retentionLock = 7_201_926_004

// Retain drops, as the owner, the beginnings of chains whose time is over, and has the acts' chains say so: all of it in one transaction. A
// chain loses entries from its first on, up to one that must be kept, by its term or because somebody's data are held. With dry nothing is
// dropped. The actor is the house itself.
func Retain(ctx context.Context, ownerURL string, actor uuid.UUID, now time.Time, terms []Term, dry bool) (all []Dropped, err error) {
	conn, err := pgx.Connect(ctx, ownerURL)
	if err != nil {
		return nil, fmt.Errorf("retention: %w", err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	err = pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		r := retention{tx: tx, now: now, terms: terms}
		if err := r.exec(ctx, "select pg_advisory_xact_lock($1)", retentionLock); err != nil {
			return err
		}
		if all, err = r.over(ctx); err != nil || dry || len(all) == 0 {
			return err
		}
		return r.drop(ctx, actor, all)
	})
	return all, err
}

// retention is one run.
type retention struct {
	tx    pgx.Tx
	now   time.Time
	terms []Term
}

func (r retention) exec(ctx context.Context, sql string, args ...any) error {
	if _, err := r.tx.Exec(ctx, sql, args...); err != nil {
		return fmt.Errorf("retention: %w", err)
	}
	return nil
}

// over gives the chains whose beginnings may go. An end is the last entry before the first that must be kept.
func (r retention) over(ctx context.Context) (all []Dropped, err error) {
	var programmes []uuid.UUID
	var acts, reads []time.Time
	for _, t := range r.terms {
		if least := r.now.AddDate(0, -journal.LeastMonths, 0); t.Acts.After(least) || t.Reads.After(least) {
			return nil, fmt.Errorf("retention: the journals of %s are kept for at least %d months", t.Programme, journal.LeastMonths)
		}
		programmes, acts, reads = append(programmes, t.Programme), append(acts, t.Acts), append(reads, t.Reads)
	}
	for _, one := range []struct {
		kind   journal.Kind
		sql    string
		before []time.Time
	}{{journal.Acts, actsOver, acts}, {journal.Reads, readsOver, reads}} {
		rows, err := r.tx.Query(ctx, one.sql, programmes, one.before)
		if err != nil {
			return nil, fmt.Errorf("retention: %w", err)
		}
		some, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Dropped, error) {
			d := Dropped{Kind: one.kind}
			return d, row.Scan(&d.ID, &d.Closing.Entries, (*[]byte)(&d.Chain), &d.Last, &d.Before, &d.Entries, &d.Left)
		})
		if err != nil {
			return nil, fmt.Errorf("retention: %w", err)
		}
		all = append(all, some...)
	}
	return all, nil
}

// stored says where chains of a kind lie, and by which column they are told apart.
var stored = map[journal.Kind]struct{ table, chain string }{journal.Acts: {"journal", "programme_id"}, journal.Reads: {"read_journal", "node"}}

// drop takes the entries away, and writes into the acts' chains which they were: those of nodes into every programme's. Months of which
// nothing is left go as whole partitions: those of reads before the heads of the acts' chains are taken and those of acts after, which is the
// order in which acts lock them.
func (r retention) drop(ctx context.Context, actor uuid.UUID, all []Dropped) error {
	if err := r.exec(ctx, "set local lock_timeout = '2s'"); err != nil { // who waits for a whole journal keeps everybody waiting
		return err
	}
	months := map[journal.Kind][]string{}
	for _, kind := range []journal.Kind{journal.Reads, journal.Acts} {
		var err error
		if months[kind], err = r.months(ctx, kind, all); err != nil {
			return err
		}
	}
	for _, d := range all {
		s := stored[d.Kind]
		sql := fmt.Sprintf("delete from %s where %s = $1 and seq <= $2 and tableoid <> all ($3::text[]::regclass[]::oid[])", s.table, s.chain)
		if err := r.exec(ctx, sql, d.ID, d.Closing.Entries, months[d.Kind]); err != nil {
			return err
		}
	}
	err := r.dropMonths(ctx, months[journal.Reads])
	if err == nil {
		err = r.say(ctx, actor, all)
	}
	if err == nil {
		err = r.dropMonths(ctx, months[journal.Acts])
	}
	return err
}

// months gives the partitions of which nothing must be kept. Nobody writes into them until the end of the transaction.
func (r retention) months(ctx context.Context, kind journal.Kind, all []Dropped) (whole []string, err error) {
	ids, ends, before := []uuid.UUID{}, []int64{}, time.Time{}
	for _, d := range all {
		if d.Kind == kind {
			ids, ends = append(ids, d.ID), append(ends, d.Closing.Entries)
			if d.Before.After(before) {
				before = d.Before
			}
		}
	}
	s := stored[kind]
	rows, err := r.tx.Query(ctx, `select i.inhrelid::regclass::text from pg_inherits i join pg_class c on c.oid = i.inhrelid
		where i.inhparent = $1::text::regclass and c.relname ~ '_[0-9]{6}$' and (to_date(right(c.relname, 6), 'YYYYMM') + interval '1 month') at time zone 'UTC' <= $2 order by 1`, s.table, before)
	if err != nil {
		return nil, fmt.Errorf("retention: %w", err)
	}
	old, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("retention: %w", err)
	}
	whole = []string{}
	for _, month := range old {
		if err := r.exec(ctx, "lock table "+month+" in share mode"); err != nil {
			return nil, err
		}
		var kept bool
		sql := fmt.Sprintf("select exists (select from %s e left join unnest($1::uuid[], $2::bigint[]) c(id, entries) on c.id = e.%s where c.id is null or e.seq > c.entries)", month, s.chain)
		if err := r.tx.QueryRow(ctx, sql, ids, ends).Scan(&kept); err != nil {
			return nil, fmt.Errorf("retention: %w", err)
		}
		if !kept {
			whole = append(whole, month)
		}
	}
	return whole, nil
}

func (r retention) dropMonths(ctx context.Context, months []string) error {
	for _, month := range months {
		if err := r.exec(ctx, "drop table "+month); err != nil {
			return err
		}
	}
	return nil
}

// say writes into the acts' chains what goes, and forgets what was told of reads that are gone.
func (r retention) say(ctx context.Context, actor uuid.UUID, all []Dropped) error {
	var reads []journal.Closing
	acts := map[uuid.UUID][]journal.Closing{}
	for _, d := range all {
		if d.Kind == journal.Reads {
			reads = append(reads, d.Closing)
		} else {
			acts[d.ID] = []journal.Closing{d.Closing}
		}
	}
	entries := make([]journal.Entry, 0, len(r.terms))
	for _, t := range r.terms {
		if detail := (journal.Retained{Acts: acts[t.Programme], Reads: reads}); len(detail.Acts)+len(reads) > 0 {
			entries = append(entries, journal.Entry{Programme: t.Programme, Act: journal.Retain, SubjectKind: "Programme", Subject: t.Programme, Open: true, Detail: detail})
		}
	}
	calls, err := postgres.OpenAppends(actor, r.now, nil, entries)
	if err != nil {
		return err
	}
	if err := r.exec(ctx, "select set_config($1, $2, true)", access.Setting, access.Actor{Member: actor}.Settings().String()); err != nil {
		return err
	}
	for _, args := range calls {
		if err := r.exec(ctx, "select news_append($1, $2, $3, $4, $5)", args...); err != nil {
			return err
		}
	}
	earliest := slices.MinFunc(r.terms, func(a, b Term) int { return a.Reads.Compare(b.Reads) })
	return r.exec(ctx, "delete from read_told where day < $1::timestamptz::date", earliest.Reads)
}

// actsOver and readsOver take programmes and, for each, before when an entry may go. They give of each chain that loses something its id,
// the last entry that goes with its link and moment, the term, and how many go and stay.
const (
	actsOver = `select j.programme_id, j.seq, j.chain, j.at, t.before, j.seq - f.seq + 1, h.entries - j.seq
	from unnest($1::uuid[], $2::timestamptz[]) t(programme_id, before)
	join news_head h using (programme_id)
	cross join lateral (select seq from journal where programme_id = t.programme_id order by seq limit 1) f
	cross join lateral (select coalesce((
		select k.seq from journal k where k.programme_id = t.programme_id and (k.at >= t.before or exists (select from person p where p.id = k.person_id and p.legal_hold))
		order by k.seq limit 1), h.entries + 1) as seq) kept
	join journal j on j.programme_id = t.programme_id and j.seq = kept.seq - 1
	order by 1`

	readsOver = `select j.node, j.seq, j.chain, j.at, kept.before, j.seq - f.seq + 1, h.seq - j.seq
	from read_head h
	cross join lateral (select seq from read_journal where node = h.node order by seq limit 1) f
	cross join lateral (select coalesce((
		select k.seq from read_journal k left join unnest($1::uuid[], $2::timestamptz[]) t(programme_id, before) using (programme_id)
		where k.node = h.node and (t.before is null or k.at >= t.before or exists (select from person p where p.id = any (k.persons) and p.legal_hold))
		order by k.seq limit 1), h.seq + 1) as seq, (select max(b) from unnest($2::timestamptz[]) b) as before) kept
	join read_journal j on j.node = h.node and j.seq = kept.seq - 1
	order by 1`
)
