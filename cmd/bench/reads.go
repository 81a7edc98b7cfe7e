package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
)

// nestedQuery is the list of architecture.md, "Reads": 50 participants with organisation, placements and company, ten
// attendances and six allowances each.
const nestedQuery = `query Nested($programme: ID!) {
  participants(programme: $programme, first: 50, orderBy: REFERRED_NEWEST) {
    pageInfo { hasNextPage endCursor }
    nodes {
      id state referredOn
      person { givenName familyName }
      organisation { id name }
      placements { id state fromDay toDay company { id name } }
      attendances(first: 10) { nodes { id day from to standing } }
      allowances { id month total }
    }
  }
}`

// listFields are those of a list as a screen shows it.
const listFields = `pageInfo { hasNextPage endCursor } nodes { id state referredOn person { givenName familyName } organisation { id name } }`

const (
	readClients = 8
	readRounds  = 5
	readStretch = 2 * time.Second
)

// crowds are how many clients ask at once.
var crowds = []int{1, readClients, 64}

// reading is one operation that is measured.
type reading struct {
	name, query string
	variables   map[string]any
	whole       func(json.RawMessage) error // whether an answer holds what it must
}

// readings are the nested list, one participant by id, the second page of a list, and a list by name.
func (s *stage) readings(ctx context.Context) ([]reading, error) {
	one, cursor, name := "", "", ""
	err := s.owner.QueryRow(ctx, `select 'prt_' || p.id, q.given_name from participation p join person q on q.id = p.person_id
		where p.organisation_id = (select g.over_id from access_grant g join member m on m.id = g.member_id where m.subject = 'partner-0') order by p.id limit 1`).Scan(&one, &name)
	if err != nil {
		return nil, err
	}
	program, err := s.serve(ctx)
	if err != nil {
		return nil, err
	}
	cursor, err = s.firstCursor(ctx, program)
	if err := errors.Join(err, program.stop()); err != nil {
		return nil, err
	}
	listed := func(n int) func(json.RawMessage) error {
		return func(answer json.RawMessage) error {
			var read struct {
				Participants struct{ Nodes []struct{ ID string } }
			}
			if err := json.Unmarshal(answer, &read); err != nil || len(read.Participants.Nodes) != n {
				return errors.Join(err, fmt.Errorf("%d participants, not %d", len(read.Participants.Nodes), n))
			}
			return nil
		}
	}
	of := func(more string, value any) map[string]any {
		v := s.variables()
		v[more] = value
		return v
	}
	return []reading{
		{"nested", nestedQuery, s.variables(), wholeNested},
		{"by_id", `query One($id: ID!) { participant(id: $id) { id state referredOn person { givenName familyName } organisation { id name }
			caseManager { id name } tutor { id name } placements { id state fromDay toDay company { id name } } } }`, map[string]any{"id": one}, func(answer json.RawMessage) error {
			if !bytes.Contains(answer, []byte(one)) {
				return errors.New("another participant, or none")
			}
			return nil
		}},
		{"page2", `query Page($programme: ID!, $after: PageCursor!) { participants(programme: $programme, first: 50, after: $after) { ` + listFields + ` } }`, of("after", cursor), listed(50)},
		{"search", `query Search($programme: ID!, $name: String!) { participants(programme: $programme, first: 20, filter: {search: $name}) { ` + listFields + ` } }`, of("name", name), listed(20)},
	}, nil
}

// firstCursor is where the first page of the lead's list ends.
func (s *stage) firstCursor(ctx context.Context, program *node) (string, error) {
	token, err := s.token("lead")
	if err != nil {
		return "", err
	}
	answer, err := newClient(program, token, 1).ask(ctx, `query($programme: ID!) { participants(programme: $programme, first: 50) { pageInfo { endCursor } } }`, s.variables())
	if err != nil {
		return "", err
	}
	var read struct {
		Participants struct{ PageInfo struct{ EndCursor string } }
	}
	return read.Participants.PageInfo.EndCursor, errors.Join(json.Unmarshal(answer, &read))
}

// contestant is one of those that take turns: the program for a viewer, the bare handler, pgbench.
type contestant struct {
	rps, cpu, pg []float64 // by round; processor time in milliseconds a request, of its process and of PostgreSQL
	turn         func(ctx context.Context, clients int) (rps, cpu float64, err error)
}

// reads measures one of four operations over HTTP at the real program, with rights and row-level security on.
//
//	reads.X.rps_1, .rps_8, .rps_64  requests a second of so many clients, signed in as a partner's coordinator
//	reads.X.server_cpu_ms, .pg_cpu_ms  processor time of the server's process and of PostgreSQL a request, of eight clients
//	reads.X.vs_bare                 requests a second over those of the bare handler on the same final statement without rights
//	reads.X.vs_pgbench              the same, over pgbench's transactions a second with that statement
//	reads.nested.vs_postgraphile, .vs_mercurius  the same, over those of servers that others would write, without rights
//	reads.nested.rss_mb             resident memory of the server's process at the end of its last turn with 64 clients
//
// X is nested (the list with all below it), by_id (one participant), page2 (the second page of a list), search (a list by name). The lines that
// end in .lead are the same, signed in as the lead's coordinator. Contestants take turns, for each number of clients; each figure is the median
// over the rounds. Search goes through a function that asks for keys itself: what it is compared with has the lead's.
func reads(name string) func(context.Context, *stage, *report) error {
	return func(ctx context.Context, s *stage, out *report) error {
		all, err := s.readings(ctx)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(all, func(r reading) bool { return r.name == name })
		return s.read(ctx, all[i], out)
	}
}

// read measures one operation.
func (s *stage) read(ctx context.Context, r reading, out *report) (err error) {
	program, err := s.serve(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, program.stop()) }()
	st, lead, err := s.stripped(ctx, program, r, out)
	if err != nil {
		return err
	}
	bare, err := s.bare(ctx, st.sized())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, bare.stop()) }()
	tool, err := s.pgbench(st)
	if err != nil {
		return err
	}
	for _, clients := range crowds {
		all, err := s.contestants(program, bare, tool, r, clients)
		if err != nil {
			return err
		}
		var others []string
		if r.name == "nested" && clients == readClients {
			names, nodes, peers, err := s.besides(ctx, lead, out)
			defer func() {
				for _, n := range nodes {
					_ = n.stop()
				}
			}()
			if err != nil {
				return err
			}
			others, all = names, append(all, peers...)
		}
		if err := s.compete(ctx, all, clients); err != nil {
			return err
		}
		r.report(all, others, clients, out)
	}
	if r.name == "nested" {
		kb, err := program.rss()
		if err != nil {
			return err
		}
		out.figure("reads.nested.rss_mb", kb/1024, "MB")
	}
	return nil
}

// report writes the figures of one number of clients.
func (r reading) report(all []*contestant, others []string, clients int, out *report) {
	partner, lead, base, limit := all[0], all[1], all[2], all[3]
	name := "reads." + r.name + "."
	out.note("reads.%s, %d clients: requests/s partner %.0f, lead %.0f, bare %.0f, pgbench %.0f; CPU a request of bare %.3f ms, of PostgreSQL for bare %.3f ms, for pgbench %.3f ms",
		r.name, clients, quantile(partner.rps, 0.5), quantile(lead.rps, 0.5), quantile(base.rps, 0.5), quantile(limit.rps, 0.5), quantile(base.cpu, 0.5),
		quantile(base.pg, 0.5), quantile(limit.pg, 0.5))
	out.median(fmt.Sprintf("%srps_%d", name, clients), partner.rps, "requests/s")
	if clients != readClients {
		return
	}
	for _, who := range []struct {
		suffix string
		c      *contestant
	}{{"", partner}, {".lead", lead}} {
		out.median(name+"server_cpu_ms"+who.suffix, who.c.cpu, "ms")
		out.median(name+"pg_cpu_ms"+who.suffix, who.c.pg, "ms")
		out.median(name+"vs_bare"+who.suffix, ratios(who.c.rps, base.rps), "ratio")
		out.median(name+"vs_pgbench"+who.suffix, ratios(who.c.rps, limit.rps), "ratio")
	}
	for i, other := range others {
		c := all[4+i]
		out.note("reads.%s: %s requests/s %.0f, its CPU %.3f ms, PostgreSQL's %.3f ms a request", r.name, other, quantile(c.rps, 0.5), quantile(c.cpu, 0.5), quantile(c.pg, 0.5))
		out.median(name+"vs_"+other, ratios(partner.rps, c.rps), "ratio")
	}
}

// stripped checks that the answers are whole, and gives the statement behind them without its rights, after comparing what
// it answers with what the program answers to the lead: byte for byte but for the spaces that PostgreSQL puts between.
func (s *stage) stripped(ctx context.Context, program *node, r reading, out *report) (_ statement, lead json.RawMessage, err error) {
	answers := map[string]json.RawMessage{}
	var captured statement
	for _, who := range []string{"partner-0", "lead"} {
		token, err := s.token(who)
		if err != nil {
			return statement{}, nil, err
		}
		captured, err = s.capture(ctx, func() (err error) {
			answers[who], err = newClient(program, token, 1).ask(ctx, r.query, r.variables)
			return err
		})
		if err != nil {
			return statement{}, nil, err
		}
		if err := r.whole(answers[who]); err != nil {
			return statement{}, nil, fmt.Errorf("answer to %s: %w", who, err)
		}
	}
	st, taken := captured.withoutRights()
	if taken == 0 {
		return statement{}, nil, errors.New("the statement holds no predicate of rights that could be taken out")
	}
	text, err := s.keyed(ctx, st)
	if err != nil {
		return statement{}, nil, fmt.Errorf("statement without rights: %w", err)
	}
	if !sameJSON(text, answers["lead"]) {
		return statement{}, nil, errors.New("the statement without rights answers otherwise than the program does to the lead")
	}
	out.note("reads.%s: %d bytes, as partner %d; %d predicates of rights taken out for bare and pgbench", r.name, len(answers["lead"]), len(answers["partner-0"]), taken)
	return st, answers["lead"], nil
}

// keyed runs a statement as the owner, by its keys: a function that asks for them itself finds them.
func (s *stage) keyed(ctx context.Context, st statement) (text []byte, err error) {
	config := s.owner.Config().Copy()
	maps.Copy(config.RuntimeParams, st.Keys)
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, conn.Close(ctx)) }()
	err = conn.QueryRow(ctx, st.inlined()).Scan(&text)
	return text, err
}

func sameJSON(a, b []byte) bool {
	var x, y bytes.Buffer
	return json.Compact(&x, a) == nil && json.Compact(&y, b) == nil && bytes.Equal(x.Bytes(), y.Bytes())
}

// wholeNested counts what the answer must hold.
func wholeNested(answer json.RawMessage) error {
	var read struct {
		Participants struct {
			Nodes []struct {
				Person       *struct{ GivenName *string }
				Organisation *struct{ Name string }
				Placements   []struct{ Company *struct{ Name string } }
				Attendances  struct{ Nodes []struct{ Day string } }
				Allowances   []struct{ Total *int }
			}
		}
	}
	if err := json.Unmarshal(answer, &read); err != nil {
		return err
	}
	if n := len(read.Participants.Nodes); n != 50 {
		return fmt.Errorf("%d participants, not 50", n)
	}
	for i, p := range read.Participants.Nodes {
		if p.Person == nil || p.Person.GivenName == nil || p.Organisation == nil {
			return fmt.Errorf("participant %d has no name or organisation", i)
		}
		if len(p.Placements) == 0 || p.Placements[0].Company == nil || len(p.Attendances.Nodes) != 10 || len(p.Allowances) != 6 {
			return fmt.Errorf("participant %d: %d placements, %d attendances, %d allowances", i, len(p.Placements), len(p.Attendances.Nodes), len(p.Allowances))
		}
	}
	return nil
}

// contestants are the program as partner and as lead, the bare handler, and pgbench.
func (s *stage) contestants(program, bare *node, tool *pgbench, r reading, clients int) ([]*contestant, error) {
	asked, err := body(r.query, r.variables)
	if err != nil {
		return nil, err
	}
	var all []*contestant
	for _, who := range []string{"partner-0", "lead"} {
		token, err := s.token(who)
		if err != nil {
			return nil, err
		}
		c := newClient(program, token, clients)
		all = append(all, pressed(program, func(ctx context.Context) error {
			answer, err := c.post(ctx, asked)
			if err == nil && !bytes.HasPrefix(answer, []byte(`{"data"`)) {
				return fmt.Errorf("answered %.300s", answer)
			}
			return err
		}))
	}
	plain := newHTTP(clients)
	all = append(all, pressed(bare, func(ctx context.Context) error {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, bare.address, nil)
		if err != nil {
			return err
		}
		_, err = fetch(plain, req)
		return err
	}))
	return append(all, &contestant{turn: func(ctx context.Context, clients int) (float64, float64, error) {
		tps, err := tool.run(ctx, clients, readStretch)
		return tps, 0, err
	}}), nil
}

// pressed is a contestant that answers HTTP requests.
func pressed(n *node, do func(context.Context) error) *contestant {
	return &contestant{turn: func(ctx context.Context, clients int) (rps, cpu float64, err error) {
		before, err := n.cpu()
		if err != nil {
			return 0, 0, err
		}
		r, err := press(ctx, clients, readStretch, do)
		if err != nil {
			return 0, 0, err
		}
		after, err := n.cpu()
		return r.perSecond(), milliseconds(after-before) / float64(r.requests), err
	}}
}

// compete gives everybody a turn in every round; a first round, which warms up, does not count.
func (s *stage) compete(ctx context.Context, all []*contestant, clients int) error {
	for i := range readRounds + 1 {
		for _, c := range all {
			before, err := s.databaseCPU()
			if err != nil {
				return err
			}
			began := time.Now()
			rps, cpu, err := c.turn(ctx, clients)
			if err != nil {
				return err
			}
			took := time.Since(began)
			after, err := s.databaseCPU()
			if err != nil {
				return err
			}
			if i > 0 {
				c.rps, c.cpu, c.pg = append(c.rps, rps), append(c.cpu, cpu), append(c.pg, milliseconds(after-before)/(rps*took.Seconds()))
			}
		}
	}
	return nil
}

// ratios divides round by round, so that what slows a whole round falls out.
func ratios(of, by []float64) []float64 {
	all := make([]float64, len(of))
	for i := range of {
		all[i] = of[i] / by[i]
	}
	return all
}
