package main

import (
	"context"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/lavoroincorso/lavoro/cmd/lavoro/faulttest"
	"github.com/lavoroincorso/lavoro/internal/member"
	"github.com/lavoroincorso/lavoro/internal/platform/live"
	"github.com/lavoroincorso/lavoro/internal/platform/redis"
	"github.com/lavoroincorso/lavoro/internal/platform/testdb"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
)

// What may be set in the environment of the run of faults: how long it goes on at least, with the program as anybody has it and all its
// subscribers; and another program to be put to it, such as one that lacks a part, to see whether the run finds that out.
const (
	faultsFor     = "LAVORO_FAULTS"
	faultsProgram = "LAVORO_FAULTS_PROGRAM"
)

// healing bounds how long it takes after a fault until everybody who follows has everything.
const healing = time.Minute

// faultRun is a run of faults: two nodes on servers of their own, those who follow, and who writes.
type faultRun struct {
	*testing.T
	db        *testdb.DB
	config    Config
	nodes     [2]*faulttest.Node
	programme uuid.UUID
	start     string // cursor of the programme's position before the run
	head      int64  // the sequence there
	carried   *faulttest.Carried
	writer    *faulttest.Writer
	followers []*faulttest.Follower
	whole     []*faulttest.Follower // those of them who see everything, and behave

	long      bool          // the form that takes minutes
	away      time.Duration // how long what is killed stays away
	known     map[*faulttest.Node]uuid.UUID
	quiet     []time.Time // from each odd one to the next nothing is disturbed
	takeovers []time.Duration
	snapshot  *pgx.Conn // of a long reader
}

// TestFaultsLoseNothing kills, freezes and flushes each part in turn while a writer writes and everybody follows: afterwards each has seen
// every event that he may see, once and in order, and none that he may not. LAVORO_FAULTS=3m makes it long.
func TestFaultsLoseNothing(t *testing.T) {
	r := newFaultRun(t)
	span, _ := time.ParseDuration(os.Getenv(faultsFor))
	count := 40
	if r.long, r.away = span > 0, time.Second; r.long {
		count, r.away = 200, 2*time.Second
	}
	r.open(count)
	ctx, stop := context.WithCancel(context.Background())
	var services sync.WaitGroup
	defer services.Wait()
	defer stop()
	services.Go(func() { r.carried.Run(ctx) })
	for _, f := range r.followers {
		services.Go(func() { f.Run(ctx) })
	}
	began, stopping := time.Now(), make(chan struct{})
	var writing sync.WaitGroup
	writing.Go(func() { r.writer.Run(ctx, stopping) })
	r.disturb(span)
	close(stopping)
	writing.Wait()
	r.report(time.Since(began))
	r.judge()
}

func newFaultRun(t *testing.T) *faultRun {
	r := &faultRun{T: t, db: testdb.NewPrivate(t), known: map[*faulttest.Node]uuid.UUID{}}
	r.config = demonstration(t, r.db)
	return r
}

// open starts the nodes and prepares who follows and who writes.
func (r *faultRun) open(count int) {
	a := open(r.T, r.config)
	client, err := redis.Open(r.config.RedisURL)
	if err != nil {
		r.Fatal(err)
	}
	r.Cleanup(func() { _ = client.Close() })
	r.one(&r.programme, "select id from programme")
	r.one(&r.head, "select seq from news_head")
	var epoch string
	r.one(&epoch, "select lavoro_epoch()")
	r.start = epoch + "." + strconv.FormatInt(r.head, 10)
	r.carried = faulttest.NewCarried(client, live.Stream(a.Installation.ID, r.programme))
	r.startNodes()
	people := r.people(a)
	r.writer = &faulttest.Writer{Nodes: r.nodes[:], Pace: time.Second / 30, Registers: r.registers(people)}
	r.follow(people, count)
}

// startNodes starts both, the first one first, so that it is known which of them carries.
func (r *faultRun) startNodes() {
	binary, env := os.Args[0], []string{asProgram + "=1"}
	if given := os.Getenv(faultsProgram); given != "" {
		binary, env = given, nil
	} else if r.long {
		binary, env = asForAnybody(r.T), nil
	}
	env = append(env, "PATH="+os.Getenv("PATH"), "DATABASE_URL="+r.config.DatabaseURL, "LAVORO_OWNER_URL="+r.config.OwnerURL, "REDIS_URL="+r.config.RedisURL,
		"LAVORO_KEYS="+r.config.KeysText, "LAVORO_MAX_CONNECTIONS=10000", "LAVORO_MAX_SUBSCRIPTIONS=10000", "LAVORO_ADDRESS_CONNECTIONS=0",
		"LAVORO_RATE_REQUESTS=0", "LAVORO_RATE_ADDRESSES=0", "LAVORO_RATE_ACTS=0", "LAVORO_RATE_SIGN_INS=0", "GORACE=halt_on_error=1")
	for i := range r.nodes {
		n := &faulttest.Node{Binary: binary, Env: env, Arguments: []string{"--state", r.config.State}}
		r.nodes[i] = n
		r.Cleanup(func() {
			n.Kill()
			if r.Failed() {
				r.Logf("the end of a node's log:\n%s", lastLines(n.Log(), 40))
			}
		})
		r.startNode(n)
		if i == 0 {
			r.until("somebody carries", func() bool { return r.carrier() != nil })
		}
	}
}

func lastLines(text string, n int) string {
	lines := strings.Split(text, "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}

func (r *faultRun) startNode(n *faulttest.Node) {
	r.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), healing)
	defer cancel()
	if err := n.Start(ctx); err != nil {
		r.Fatal(err)
	}
}

// until waits until something is so; what never becomes so ends the run.
func (r *faultRun) until(what string, so func() bool) {
	r.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), healing)
	defer cancel()
	if faulttest.Until(ctx, so) != nil {
		r.Fatalf("never: %s", what)
	}
}

// owner is a connection as the tables' owner, which lives no longer than its server.
func (r *faultRun) owner() *pgx.Conn {
	r.Helper()
	conn, err := pgx.Connect(context.Background(), r.config.OwnerURL)
	if err != nil {
		r.Fatal(err)
	}
	return conn
}

func (r *faultRun) one(into any, sql string, args ...any) {
	r.Helper()
	conn := r.owner()
	defer conn.Close(context.Background())
	if err := conn.QueryRow(context.Background(), sql, args...).Scan(into); err != nil {
		r.Fatalf("%s: %v", sql, err)
	}
}

// person is one of the demonstration's people, signed in.
type person struct{ email, member, token string }

// watchers are those who follow: they see all, a part, a few, or nothing.
var watchers = []string{"coordinator.asl", "coordinator.pegaso", "tutor.asl", "casemanager.asl", "payments.asl", "tutor2.asl", "coordinator.aias", "hosttutor1.azienda",
	"tutor.pegaso", "auditor.asl", "casemanager.pegaso", "participant1.persona", "tutor.aias", "casemanager.aias", "scout.pegaso", "coordinator.carrara"}

// people signs them in for as long as any run takes.
func (r *faultRun) people(a *App) (all []person) {
	i, err := demoIssuer(a.DB, r.config.State, "", time.Now)
	if err != nil {
		r.Fatal(err)
	}
	for _, name := range watchers {
		p := person{email: name + "@demo.lavoro"}
		subject, err := member.DemonstrationSubject(r.Context(), a.DB, a.Installation.Kind, p.email)
		if err != nil {
			r.Fatalf("%s: %v", p.email, err)
		}
		r.one(&p.member, "select id::text from member where email = $1", p.email)
		if p.token, err = i.Token(subject, "test", commandLife, vars{"auth_time": time.Now().Unix()}); err != nil {
			r.Fatal(err)
		}
		all = append(all, p)
	}
	return all
}

// registers are where the tutors among the people write: on the last days of what runs.
func (r *faultRun) registers(people []person) (all []faulttest.Register) {
	today := calendar.DayOf(time.Now())
	for _, p := range people {
		if !strings.HasPrefix(p.email, "tutor") {
			continue
		}
		n := &node{t: r.T, url: "http://" + r.nodes[0].Address(), token: p.token}
		data := n.ask(`query($p: ID!) { placements(programme: $p, filter: {states: [RUNNING]}, first: 20) { nodes { enrolment { id fromDay } } } }`, vars{"p": "prg_" + r.programme.String()})
		for _, placement := range at(r.T, data, "placements.nodes").([]any) {
			register := faulttest.Register{Token: p.token, Enrolment: at(r.T, placement, "enrolment.id").(string)}
			for back := range 10 {
				if day := today.AddDays(-back - 1).String(); day >= at(r.T, placement, "enrolment.fromDay").(string) {
					register.Days = append(register.Days, day)
				}
			}
			if len(register.Days) > 0 {
				all = append(all, register)
			}
		}
	}
	if len(all) < 3 {
		r.Fatalf("only %d internships run", len(all))
	}
	return all
}

// complaints are the nodes' complaints of themselves.
func (r *faultRun) complaints() (all []string) {
	for _, n := range r.nodes {
		all = append(all, n.Complaints()...)
	}
	return all
}
