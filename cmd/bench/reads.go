package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"
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

const (
	readClients = 8
	readRounds  = 7
	readStretch = 3 * time.Second
)

// contestant is one of those that take turns: the program for a viewer, the bare handler, pgbench.
type contestant struct {
	rps, cpu []float64 // by round; cpu in milliseconds a request
	turn     func(context.Context) (rps, cpu float64, err error)
}

// reads measures the nested list over HTTP at the real program, with rights and row-level security on, by eight clients.
//
//	reads.nested.server_cpu_ms  processor time of the server's process a request, signed in as a partner's coordinator
//	reads.nested.vs_bare        requests a second as a partner's coordinator, over those of the bare handler on the same
//	                            final statement without rights
//	reads.nested.vs_pgbench     the same, over pgbench's transactions a second with that statement
//
// The lines that end in .lead are the same, signed in as the lead's coordinator. Contestants take turns; each figure is
// the median over the rounds.
func reads(ctx context.Context, s *stage, out *report) (err error) {
	program, err := s.serve(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, program.stop()) }()
	st, err := s.nested(ctx, program, out)
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
	all, err := s.contestants(program, bare, tool)
	if err != nil {
		return err
	}
	if err := compete(ctx, all); err != nil {
		return err
	}
	partner, lead, base, limit := all[0], all[1], all[2], all[3]
	out.note("reads.nested: requests/s partner %.0f, lead %.0f, bare %.0f, pgbench %.0f; bare's CPU %.3f ms",
		quantile(partner.rps, 0.5), quantile(lead.rps, 0.5), quantile(base.rps, 0.5), quantile(limit.rps, 0.5), quantile(base.cpu, 0.5))
	for _, who := range []struct {
		suffix string
		c      *contestant
	}{{"", partner}, {".lead", lead}} {
		out.median("reads.nested.server_cpu_ms"+who.suffix, who.c.cpu, "ms")
		out.median("reads.nested.vs_bare"+who.suffix, ratios(who.c.rps, base.rps), "ratio")
		out.median("reads.nested.vs_pgbench"+who.suffix, ratios(who.c.rps, limit.rps), "ratio")
	}
	return nil
}

// nested checks that the answers are whole, and gives the statement behind them without its rights, after comparing what
// it answers with what the program answers to the lead: byte for byte but for the spaces that PostgreSQL puts between.
func (s *stage) nested(ctx context.Context, program *node, out *report) (statement, error) {
	variables := map[string]any{"programme": "prg_" + s.programme.String()}
	answers := map[string]json.RawMessage{}
	var captured statement
	for _, who := range []string{"partner-0", "lead"} {
		token, err := s.token(who)
		if err != nil {
			return statement{}, err
		}
		captured, err = s.capture(ctx, func() (err error) {
			answers[who], err = newClient(program, token, 1).ask(ctx, nestedQuery, variables)
			return err
		})
		if err != nil {
			return statement{}, err
		}
		if err := wholeNested(answers[who]); err != nil {
			return statement{}, fmt.Errorf("answer to %s: %w", who, err)
		}
	}
	st, taken := captured.withoutRights()
	if taken == 0 {
		return statement{}, errors.New("the statement holds no predicate of rights that could be taken out")
	}
	var text []byte
	if err := s.owner.QueryRow(ctx, st.inlined()).Scan(&text); err != nil {
		return statement{}, fmt.Errorf("statement without rights: %w", err)
	}
	if !sameJSON(text, answers["lead"]) {
		return statement{}, errors.New("the statement without rights answers otherwise than the program does to the lead")
	}
	out.note("reads.nested: %d bytes, as partner %d; %d predicates of rights taken out for bare and pgbench", len(answers["lead"]), len(answers["partner-0"]), taken)
	return st, nil
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
func (s *stage) contestants(program, bare *node, tool *pgbench) ([]*contestant, error) {
	asked, err := body(nestedQuery, map[string]any{"programme": "prg_" + s.programme.String()})
	if err != nil {
		return nil, err
	}
	var all []*contestant
	for _, who := range []string{"partner-0", "lead"} {
		token, err := s.token(who)
		if err != nil {
			return nil, err
		}
		c := newClient(program, token, readClients)
		all = append(all, pressed(program, func(ctx context.Context) error {
			answer, err := c.post(ctx, asked)
			if err == nil && !bytes.HasPrefix(answer, []byte(`{"data"`)) {
				return fmt.Errorf("answered %.300s", answer)
			}
			return err
		}))
	}
	plain := newHTTP(readClients)
	all = append(all, pressed(bare, func(ctx context.Context) error {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, bare.address, nil)
		if err != nil {
			return err
		}
		_, err = fetch(plain, req)
		return err
	}))
	return append(all, &contestant{turn: func(ctx context.Context) (float64, float64, error) {
		tps, err := tool.run(ctx, readClients, readStretch)
		return tps, 0, err
	}}), nil
}

// pressed is a contestant that answers HTTP requests.
func pressed(n *node, do func(context.Context) error) *contestant {
	return &contestant{turn: func(ctx context.Context) (rps, cpu float64, err error) {
		before, err := n.cpu()
		if err != nil {
			return 0, 0, err
		}
		r, err := press(ctx, readClients, readStretch, do)
		if err != nil {
			return 0, 0, err
		}
		after, err := n.cpu()
		return r.perSecond(), milliseconds(after-before) / float64(r.requests), err
	}}
}

// compete gives everybody a turn in every round; a first round, which warms up, does not count.
func compete(ctx context.Context, all []*contestant) error {
	for i := range readRounds + 1 {
		for _, c := range all {
			rps, cpu, err := c.turn(ctx)
			if err != nil {
				return err
			}
			if i > 0 {
				c.rps, c.cpu = append(c.rps, rps), append(c.cpu, cpu)
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
