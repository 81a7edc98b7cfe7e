package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/member"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
)

// confidentialFields are asked for beside those of nestedQuery: why a person is in the programme, and what excludes.
const confidentialFields = `
      health { groups { code label } } penal { groups { code label } } protection { groups { code label } } restricted { groups { code label } }
      exclusionChecks { checkedOn outcome evidence }`

const (
	rightsRounds = 80 // of rightsBatch executions each way
	rightsBatch  = 5
	rightsWarmUp = 10
	benchReason  = "Verifica a campione"
)

// onlooker is for whom the list is read, and the plain condition that keeps his rows where no rights do: an equality on
// the list's own table, as anybody would write it who knew whose rows he wants. find gives his subject and the id.
type onlooker struct {
	name, find, column string
	people             int            // in his list
	purpose            access.Purpose // for which he may read confidential fields, "" where he may for none
}

var onlookers = []onlooker{
	{"lead", "select subject, id from member where subject = 'lead'", "", 50, access.Supervision},
	{"partner", "select m.subject, g.key from member m join access_grant g on g.member_id = m.id where m.subject = 'partner-0'", "organisation_id", 50, access.Supervision},
	{"tutor", "select subject, id from member where subject like 'tutor-%' order by id limit 1", "tutor_id", 20, ""},
}

// rights measures what rights and row-level security cost on the nested list of reads.go.
//
//	access.nested.cost_lead     (with - without) / without, for the coordinator of the lead body: 20,000 people
//	access.nested.cost_partner  the same for a partner's coordinator, who sees an eighth of them
//	access.nested.cost_tutor    the same for a tutor, who sees 20
//
// The lines that end in _confidential ask for groups and exclusion checks, too, both coordinators for SUPERVISION with a reason.
//
// "With" is what the program sends for that member, taken from PostgreSQL's log: the settings that name his keys and the
// plan's statement, in one batch, as the application's role, under row-level security. "Without" is the same statement as
// the tables' owner, whom no policy binds, with every predicate on an audience taken out: true, or false where the member
// has no key of the class. The list itself, which goes through the table of rows by key, reads its own table, kept to the
// partner or the tutor by an equality. Both must answer with the same bytes.
//
// What is compared is processor time of the two PostgreSQL backends alone (/proc/<pid>/schedstat, in nanoseconds), which
// other work on the machine hardly touches. Both take turns in short batches; a figure is the ratio of the cheapest batch
// of each, since all that disturbs only adds. It needs Linux.
func rights(ctx context.Context, s *stage, out *report) (err error) {
	program, err := s.serve(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, program.stop()) }()
	confidential := strings.Replace(nestedQuery, "id state referredOn", "id state referredOn"+confidentialFields, 1)
	for _, variant := range []struct{ suffix, query string }{{"", nestedQuery}, {"_confidential", confidential}} {
		for _, who := range onlookers {
			d, err := s.duel(ctx, program, who, variant.query)
			if err == nil {
				err = errors.Join(d.fight(ctx, out, "access.nested.cost_"+who.name+variant.suffix), d.close(ctx))
			}
			if err != nil {
				return fmt.Errorf("%s%s: %w", who.name, variant.suffix, err)
			}
		}
	}
	return nil
}

// duel is one statement with rights and without, each on a connection of its own.
type duel struct {
	with, without side
	db            *postgres.DB
	owner         *pgx.Conn
	taken         int // predicates that "without" lacks
}

// side runs its statement once and says which process of PostgreSQL works for it.
type side struct {
	pid int
	run func(context.Context) (string, error)
}

// duel takes the statement that the program runs for the onlooker, and checks that both ways answer alike.
func (s *stage) duel(ctx context.Context, program *node, who onlooker, query string) (*duel, error) {
	var subject, id string
	if err := s.owner.QueryRow(ctx, who.find).Scan(&subject, &id); err != nil {
		return nil, err
	}
	token, err := s.token(subject)
	if err != nil {
		return nil, err
	}
	asker := newClient(program, token, 1)
	if who.purpose != "" {
		asker.why = http.Header{"Lavoro-Purpose": {string(who.purpose)}, "Lavoro-Reason": {benchReason}}
	}
	st, err := s.capture(ctx, func() error {
		answer, err := asker.ask(ctx, query, map[string]any{"programme": "prg_" + s.programme.String()})
		return errors.Join(err, wholeList(answer, who.people))
	})
	if err != nil {
		return nil, err
	}
	d := &duel{}
	if d.db, err = postgres.Open(ctx, postgres.Config{URL: s.url(), Plans: 1, Acts: 1}); err != nil {
		return nil, err
	}
	directory := member.Directory{DB: d.db, Clock: time.Now}
	actor, err := directory.Actor(ctx, member.DemonstrationIssuer, subject)
	if err == nil {
		actor, err = actor.WithPurpose(who.purpose, benchReason)
	}
	if err != nil {
		return nil, errors.Join(err, d.close(ctx))
	}
	if err = d.secure(ctx, actor, st); err == nil {
		err = d.bare(ctx, s.url(), st, who.column, id)
	}
	if err == nil {
		err = d.alike(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, d.close(ctx))
	}
	return d, nil
}

// secure runs the statement as the application does.
func (d *duel) secure(ctx context.Context, actor access.Actor, st statement) error {
	pid, err := d.db.ReadText(ctx, actor, "select pg_backend_pid()::text")
	if err != nil {
		return err
	}
	d.with.run = func(ctx context.Context) (string, error) { return d.db.ReadText(ctx, actor, st.SQL, st.values()...) }
	d.with.pid, err = strconv.Atoi(pid)
	return err
}

// bare runs it as the owner without its rights, the list kept to the rows whose column holds the id.
func (d *duel) bare(ctx context.Context, url string, st statement, column, id string) error {
	if column != "" {
		st = st.narrowed(column, id)
	}
	st, d.taken = st.withoutRights()
	if d.taken == 0 {
		return errors.New("the statement holds no predicate of rights that could be taken out")
	}
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
	d.without = side{int(d.owner.PgConn().PID()), func(ctx context.Context) (text string, err error) {
		err = d.owner.QueryRow(ctx, st.SQL, st.values()...).Scan(&text)
		return text, err
	}}
	return nil
}

func (d *duel) alike(ctx context.Context) error {
	with, err := d.with.run(ctx)
	if err != nil {
		return fmt.Errorf("with rights: %w", err)
	}
	without, err := d.without.run(ctx)
	if err != nil {
		return fmt.Errorf("without rights: %w", err)
	}
	if with != without {
		return fmt.Errorf("the statement answers otherwise without rights: %d bytes, not %d", len(without), len(with))
	}
	return nil
}

// fight lets both take turns and writes the figure.
func (d *duel) fight(ctx context.Context, out *report, name string) error {
	var with, without []float64
	for i := range rightsRounds + 1 {
		n := rightsBatch
		if i == 0 {
			n = rightsWarmUp
		}
		for _, turn := range []struct {
			side  side
			spent *[]float64
		}{{d.with, &with}, {d.without, &without}} {
			ms, err := turn.side.cost(ctx, n)
			if err != nil {
				return err
			}
			if i > 0 {
				*turn.spent = append(*turn.spent, ms)
			}
		}
	}
	out.note("%s: %d predicates; PostgreSQL's CPU with %.3f ms (median %.3f), without %.3f ms (median %.3f)", name, d.taken,
		slices.Min(with), quantile(with, 0.5), slices.Min(without), quantile(without, 0.5))
	out.figure(name, slices.Min(with)/slices.Min(without)-1, "ratio")
	return nil
}

// cost is the processor time, in milliseconds, that one of n executions took.
func (s side) cost(ctx context.Context, n int) (float64, error) {
	before, err := spent(s.pid)
	if err != nil {
		return 0, err
	}
	for range n {
		if _, err := s.run(ctx); err != nil {
			return 0, err
		}
	}
	after, err := spent(s.pid)
	return milliseconds(after-before) / float64(n), err
}

// spent is the processor time of a process that waits: the kernel counts it when the process leaves the processor.
func spent(pid int) (time.Duration, error) {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/schedstat")
	if err != nil {
		return 0, fmt.Errorf("CPU time is read from Linux's /proc: %w", err)
	}
	first, _, _ := strings.Cut(string(text), " ")
	ns, err := strconv.ParseInt(first, 10, 64)
	return time.Duration(ns), err
}

// close ends both connections.
func (d *duel) close(ctx context.Context) error {
	d.db.Close()
	if d.owner == nil {
		return nil
	}
	return d.owner.Close(ctx)
}

// wholeList says whether the answer holds as many participants as it must, each with a name and ten attendances.
func wholeList(answer json.RawMessage, people int) error {
	var read struct {
		Participants struct {
			Nodes []struct {
				Person      *struct{ GivenName *string }
				Attendances struct{ Nodes []struct{ Day string } }
			}
		}
	}
	if err := json.Unmarshal(answer, &read); err != nil {
		return err
	}
	if n := len(read.Participants.Nodes); n != people {
		return fmt.Errorf("%d participants, not %d", n, people)
	}
	for i, p := range read.Participants.Nodes {
		if p.Person == nil || p.Person.GivenName == nil || len(p.Attendances.Nodes) != 10 {
			return fmt.Errorf("participant %d has no name, or %d attendances", i, len(p.Attendances.Nodes))
		}
	}
	return nil
}
