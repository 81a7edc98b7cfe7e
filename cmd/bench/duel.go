package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/lavoroincorso/lavoro/graph"
	"github.com/lavoroincorso/lavoro/internal/activity"
	"github.com/lavoroincorso/lavoro/internal/allowance"
	"github.com/lavoroincorso/lavoro/internal/attendance"
	"github.com/lavoroincorso/lavoro/internal/company"
	"github.com/lavoroincorso/lavoro/internal/member"
	"github.com/lavoroincorso/lavoro/internal/participant"
	"github.com/lavoroincorso/lavoro/internal/placement"
	"github.com/lavoroincorso/lavoro/internal/platform/evidence"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/platform/secret"
	"github.com/lavoroincorso/lavoro/internal/programme"
)

// duel is one list read with rights and without, in this process, on connections that nobody else uses.
type duel struct {
	db       *postgres.DB
	owner    *pgx.Conn
	engine   *plan.Engine // reads as the program does, but for the journal of reads
	subject  string       // who reads
	viewer   plan.Viewer
	selected []plan.Selected
	planned  plan.Planned // for both
	bare     statement    // the planned one without rights
	taken    int          // predicates that it lacks
	backends []int        // processes of PostgreSQL that work for either
}

// listed are the rooms whose fields the list shows.
func listed() *plan.Schema {
	return plan.NewSchema(member.Reading(), programme.Reading(), participant.Reading(), company.Reading(), activity.Reading(), placement.Reading(placement.Room{}),
		attendance.Reading(), allowance.Reading())
}

// duel plans the onlooker's list and strips it of rights.
func (s *stage) duel(ctx context.Context, who onlooker, query string) (d *duel, err error) {
	keys, err := secret.Read(s.keysFile())
	if err != nil {
		return nil, err
	}
	d = &duel{}
	if d.db, err = postgres.Open(ctx, postgres.Config{URL: s.url(), Plans: 1, Acts: 1, Keys: keys}); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, d.close(ctx))
		}
	}()
	d.engine = &plan.Engine{Schema: listed(), DB: d.db}
	if d.selected, err = graph.Selection(query, s.variables()); err != nil {
		return nil, err
	}
	id, err := d.enter(ctx, s.owner, who)
	if err != nil {
		return nil, err
	}
	if d.planned, err = d.engine.Plan(d.viewer, d.selected); err != nil {
		return nil, err
	}
	st := statement{SQL: d.planned.SQL}
	for _, arg := range d.planned.Args {
		st.Args = append(st.Args, fmt.Sprint(arg))
	}
	if who.column != "" {
		st = st.narrowed(who.column, id)
	}
	if d.bare, d.taken = st.withoutRights(); d.taken == 0 {
		return nil, errors.New("the statement holds no predicate of rights that could be taken out")
	}
	d.bare = d.bare.sized()
	return d, d.connect(ctx, s.url())
}

// enter signs the onlooker in as the program does, and gives the id by which the rows are his.
func (d *duel) enter(ctx context.Context, owner *pgx.Conn, who onlooker) (id string, err error) {
	if err := owner.QueryRow(ctx, who.find).Scan(&d.subject, &id); err != nil {
		return "", err
	}
	directory := member.Directory{DB: d.db, Clock: time.Now}
	actor, err := directory.Actor(ctx, member.DemonstrationIssuer, d.subject)
	if err == nil {
		actor, err = actor.WithPurpose(who.purpose, benchReason)
	}
	d.viewer = plan.Viewer{Actor: actor, Now: time.Now()}
	return id, err
}

// connect opens the owner's connection and finds out which processes of PostgreSQL serve all three.
func (d *duel) connect(ctx context.Context, url string) error {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return err
	}
	for _, setting := range []string{"jit", "plan_cache_mode", "timezone"} { // what bears on the cost is as the program has it
		config.RuntimeParams[setting] = d.db.Plans.Config().ConnConfig.RuntimeParams[setting]
	}
	if d.owner, err = pgx.ConnectConfig(ctx, config); err != nil {
		return err
	}
	const own = "select pg_backend_pid()::text"
	reads, err := d.db.ReadText(ctx, d.viewer.Actor, own)
	if err != nil {
		return err
	}
	var acts []byte
	err = d.db.InTx(ctx, d.viewer.Actor, time.Now, func(ctx context.Context, tx *postgres.Tx) (err error) {
		acts, err = tx.ReadText(ctx, own)
		return err
	})
	d.backends = []int{int(d.owner.PgConn().PID())}
	for _, text := range [][]byte{reads, acts} {
		pid, failed := strconv.Atoi(string(text))
		err = errors.Join(err, failed)
		d.backends = append(d.backends, pid)
	}
	return err
}

// with runs the statement under rights, and leaves sealed what is.
func (d *duel) with(ctx context.Context) ([]byte, error) {
	return d.db.ReadText(ctx, d.viewer.Actor, d.planned.SQL, d.planned.Args...)
}

// without runs it without.
func (d *duel) without(ctx context.Context) (text []byte, err error) {
	err = d.owner.QueryRow(ctx, d.bare.SQL, d.bare.values()...).Scan(&text)
	return text, err
}

// planning has a side plan the list first.
func (d *duel) planning(run func(context.Context) ([]byte, error)) func(context.Context) ([]byte, error) {
	return func(ctx context.Context) ([]byte, error) {
		if _, err := d.engine.Plan(d.viewer, d.selected); err != nil {
			return nil, err
		}
		return run(ctx)
	}
}

// opening has a side open what is sealed.
func (d *duel) opening(run func(context.Context) ([]byte, error)) func(context.Context) ([]byte, error) {
	return func(ctx context.Context) ([]byte, error) {
		text, err := run(ctx)
		if err != nil {
			return nil, err
		}
		return d.engine.Finish(ctx, d.planned, text)
	}
}

// query has an engine answer the list.
func (d *duel) query(e *plan.Engine) func(context.Context) ([]byte, error) {
	return func(ctx context.Context) ([]byte, error) { return e.Query(ctx, d.viewer, d.selected) }
}

// sides are those that take turns, how often, and in whose processor time.
func (d *duel) sides(confidential bool) ([]side, meter, int) {
	if !confidential {
		return []side{{"with", d.with}, {"without", d.without}}, meter{backends: d.backends}, turns
	}
	both := meter{backends: d.backends, self: true}
	opened, bare := side{"opened", d.query(d.engine)}, side{"bare", d.planning(d.opening(d.without))}
	if d.viewer.Actor.Purpose == "" {
		return []side{opened, bare}, both, turns
	}
	logging := *d.engine
	logging.OnDisclosed = evidence.NewRecorder().Disclosed
	return []side{{"read", d.query(&logging)}, opened, {"sealed", d.planning(d.with)}, bare}, both, sealedTurns
}

// alike checks that the statement answers the same with rights and without, and the engine what the served program does.
func (d *duel) alike(ctx context.Context, served []byte) error {
	with, err := d.with(ctx)
	if err != nil {
		return fmt.Errorf("with rights: %w", err)
	}
	without, err := d.without(ctx)
	if err != nil {
		return fmt.Errorf("without rights: %w", err)
	}
	if !bytes.Equal(with, without) {
		return fmt.Errorf("the statement answers otherwise without rights: %d bytes, not %d", len(without), len(with))
	}
	answer, err := d.query(d.engine)(ctx)
	if err != nil {
		return fmt.Errorf("engine: %w", err)
	}
	if !sameJSON(answer, served) {
		return fmt.Errorf("the engine answers otherwise than the served program: %d bytes, not %d", len(answer), len(served))
	}
	return nil
}

// close ends the connections.
func (d *duel) close(ctx context.Context) error {
	d.db.Close()
	if d.owner == nil {
		return nil
	}
	return d.owner.Close(ctx)
}
