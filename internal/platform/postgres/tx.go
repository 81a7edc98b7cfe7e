package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/uptrace/bun"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/journal"
	"github.com/lavoroincorso/lavoro/internal/platform/secret"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// Clock gives the time that a transaction takes for now; a simulated year runs on another clock than time.Now.
type Clock func() time.Time

// attempts is how often InTx tries a transaction that Postgres asks to run again.
const attempts = 5

// Tx is one transaction of one actor at one moment, with what it has to tell.
type Tx struct {
	bun.Tx
	Actor access.Actor
	Now   time.Time
	// Warnings are those that were acknowledged, for the outcome.
	Warnings refusal.List
	// Unread are those that were not: each of them refuses its act.
	Unread refusal.List

	acts       *bun.DB
	news       []event.Event
	entries    []journal.Entry
	after      []func(context.Context) error
	stands     bool // what it wrote, or an earlier one with the same request id; or it may, as nobody knows how its commit ended
	passes     []string
	passReason string
	keys       *secret.Keys
	dataKeys   map[uuid.UUID]secret.DataKey // of the persons that the transaction has met
	persons    map[uuid.UUID]uuid.UUID      // by participation
}

// Today is the civil day of the transaction in Europe/Rome.
func (tx *Tx) Today() calendar.Day { return calendar.DayOf(tx.Now) }

// Tell buffers an event and the journal entry beside it; both are written when the transaction commits. Detail goes into the
// journal only, sealed under the key of the person whose participation is the subject, is related to it, or what it is about.
func (tx *Tx) Tell(n event.News, detail any) {
	tx.Announce(n)
	tx.Enter(journal.Entry{Programme: n.Programme, Act: n.Act, SubjectKind: n.SubjectKind, Subject: n.Subject,
		About: slices.Concat([]uuid.UUID{n.Subject}, n.Related, n.About), OnBehalfOf: tx.Actor.ActsFor(access.Act(n.Act), n.Programme, n.Audience), Detail: detail})
}

// Announce buffers an event whose journal entry is entered by itself.
func (tx *Tx) Announce(n event.News) {
	tx.news = append(tx.news, event.Event{News: n, At: tx.Now, Actor: tx.Actor.Member})
}

// Enter buffers a journal entry that no event goes with.
func (tx *Tx) Enter(e journal.Entry) { tx.entries = append(tx.entries, e) }

// After has fn run when the transaction has ended, however it ended, and before InTx returns: what is true of a preview, too, cannot be
// written in what a preview rolls back. Its error becomes that of InTx.
func (tx *Tx) After(fn func(context.Context) error) { tx.after = append(tx.after, fn) }

// Entered is how many journal entries the transaction has to write: one for each event, and those that no event goes with.
func (tx *Tx) Entered() int { return len(tx.entries) }

// Entries are the journal entries that the transaction has to write: what was done, and in which programme.
func (tx *Tx) Entries() []journal.Entry { return slices.Clone(tx.entries) }

// Told is how many events the transaction has to tell.
func (tx *Tx) Told() int { return len(tx.news) }

// InTx runs fn in one transaction as the actor. When fn fails nothing is written and its error is returned as it is. A commit that
// Postgres refuses is an error and nothing is written; when the connection breaks while it commits nobody can know, and the same
// request id tells.
func (db *DB) InTx(ctx context.Context, actor access.Actor, clock Clock, fn func(context.Context, *Tx) error) error {
	var err error
	for n := range attempts {
		var tx *Tx
		if tx, err = db.once(ctx, actor, clock(), fn); !again(err) {
			return db.ended(ctx, tx, err)
		}
		pause := time.Duration(rand.Int64N(int64(10*time.Millisecond))) << n
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
	}
	return err
}

func (db *DB) once(ctx context.Context, actor access.Actor, now time.Time, fn func(context.Context, *Tx) error) (*Tx, error) {
	tx, err := db.begin(ctx, actor, now)
	if err != nil {
		return nil, err
	}
	defer func() { _ = tx.Rollback() }()
	if err := fn(ctx, tx); err != nil {
		return tx, err
	}
	if err := tx.flush(ctx); err != nil {
		return tx, err
	}
	tx.stands = tx.stands || len(tx.news)+len(tx.entries) > 0
	if err := tx.Commit(); err != nil {
		if errors.Is(err, sql.ErrTxDone) && ctx.Err() != nil {
			err = ctx.Err() // whoever asked has gone, and his transaction with him
		}
		return tx, fmt.Errorf("commit: %w", err)
	}
	return tx, nil
}

// ended runs what was to come after the transaction, none for one that never began.
func (db *DB) ended(ctx context.Context, tx *Tx, err error) error {
	if tx == nil {
		return err
	}
	db.written(ctx, tx)
	if err == nil && db.OnNews != nil && tx.Told() > 0 {
		db.OnNews()
	}
	for _, fn := range tx.after {
		if failed := fn(ctx); failed != nil {
			return failed
		}
	}
	return err
}

// begin opens a transaction with the actor's keys. Connections that a restarted server has left dead in the pool are found out here,
// one after the other, before anything was done.
func (db *DB) begin(ctx context.Context, actor access.Actor, now time.Time) (*Tx, error) {
	for left := db.acts.Stats().Idle; ; left-- {
		inner, err := db.acts.BeginTx(ctx, &sql.TxOptions{})
		if err == nil {
			tx := &Tx{Tx: inner, acts: db.acts, Actor: actor, Now: now.Truncate(time.Microsecond), keys: db.Keys} // what Postgres keeps of it
			if err = tx.as(ctx, actor); err == nil {
				return tx, nil
			}
			_ = inner.Rollback()
		}
		if left <= 0 || !dead(err) {
			return nil, fmt.Errorf("begin: %w", err)
		}
	}
}

// Ask reads into dest, as bun's Scan does, what a statement of constant text with $1, $2… gives. Each connection plans it once, while bun
// writes values into the text of its statements, which Postgres then plans anew each time: what acts read all day long, they ask for.
func (tx *Tx) Ask(ctx context.Context, dest any, statement string, args ...any) error {
	rows, err := tx.Tx.Tx.QueryContext(ctx, statement, append([]any{pgx.QueryExecModeCacheStatement}, args...)...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	return tx.acts.ScanRows(ctx, rows, dest)
}

// as puts the actor's keys under the transaction; Postgres forgets them with it.
func (tx *Tx) as(ctx context.Context, actor access.Actor) error {
	if _, err := tx.ExecContext(ctx, "select set_config(?, ?, true)", access.Setting, actor.Settings().String()); err != nil {
		return fmt.Errorf("actor's keys: %w", err)
	}
	return nil
}

// flush writes news and journal as the transaction's last statement. Deferred constraints are forced before, so that nothing but
// the commit itself follows the moment the programmes' head rows are locked.
func (tx *Tx) flush(ctx context.Context) error {
	if len(tx.news) == 0 && len(tx.entries) == 0 {
		return nil
	}
	entries, err := tx.lines(ctx)
	if err != nil {
		return err
	}
	calls, err := appends(tx.Actor.Member, tx.Now, tx.news, entries)
	if err != nil {
		return err
	}
	const call = "; select news_append(?::uuid, ?::uuid, ?::timestamptz, ?::jsonb, ?::jsonb)"
	statement := "set constraints all immediate" + strings.Repeat(call, len(calls))
	if _, err := tx.ExecContext(ctx, statement, slices.Concat(calls...)...); err != nil {
		return fmt.Errorf("append news: %w", err)
	}
	return nil
}
