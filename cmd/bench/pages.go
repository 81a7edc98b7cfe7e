package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"

	"github.com/jackc/pgx/v5"

	"github.com/lavoroincorso/lavoro/internal/demo/large"
	"github.com/lavoroincorso/lavoro/internal/platform/secret"
)

const (
	pagesName    = "reads.page_1m"
	pageRows     = 20
	pageViewers  = 8 // of each role, who take turns
	fewDatabase  = "few"
	pagesEntries = 1 // of the register for each person: the page does not show them, but their tables lie beside
)

// Both worlds have the same shape, but for how many they are: partners of 2,500 people, or of 35; tutors of 15 in both.
var (
	many = large.Size{People: 1_000_000, Entries: pagesEntries, Tutored: 15}
	few  = large.Size{People: 285, Entries: pagesEntries, Tutored: 15}
)

// million is a cluster with two databases: a million people, and as many as the programme has.
var million = world{dir: filepath.Join(state, "page_1m"), way: fmt.Sprint(many, few), load: func(ctx context.Context, s *stage, keys *secret.Keys) error {
	conn, err := pgx.Connect(ctx, s.url())
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, "create database "+fewDatabase)
	if err := errors.Join(err, conn.Close(ctx)); err != nil {
		return err
	}
	if err := loadLarge(ctx, s.fewURL(), keys, few); err != nil {
		return err
	}
	return loadLarge(ctx, s.url(), keys, many)
}}

// fewURL is the database with few people, beside the stage's own.
func (s *stage) fewURL() string {
	u, _ := url.Parse(s.url()) // the stage's own spelling
	u.Path = "/" + fewDatabase
	return u.String()
}

// pages measures what a page of the list of participants costs among a million, over what it costs among 285.
//
//	reads.page_1m.lead, .partner, .tutor  processor time of server and PostgreSQL a request, among a million over among 285
//	reads.page_1m.X_ms                    the same among a million, in milliseconds
//
// Both are served by the real program, each from its own database of one PostgreSQL, to the coordinator of the lead, to those of eight partners
// (2,500 people each among a million), and to eight tutors (15 people each). The page holds twenty, or all fifteen. The two take turns;
// each figure is the median over the rounds.
func pages(ctx context.Context, s *stage, out *report) (err error) {
	var sides [2]*node
	for i, url := range []string{s.url(), s.fewURL()} {
		if sides[i], err = s.serveFrom(ctx, url); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, sides[i].stop()) }()
	}
	for _, who := range []struct {
		name, find string
		rows       int
	}{
		{"lead", "select subject from member where subject = 'lead'", pageRows},
		{"partner", "select subject from member where subject like 'partner-%' order by id limit $1", pageRows},
		{"tutor", "select subject from member where subject like 'tutor-%' order by id limit $1", many.Tutored},
	} {
		var both []*contestant
		for i, url := range []string{s.url(), s.fewURL()} {
			c, err := s.paging(ctx, sides[i], url, who.find, who.rows)
			if err != nil {
				return fmt.Errorf("%s: %w", who.name, err)
			}
			both = append(both, c)
		}
		if err := s.compete(ctx, both, 1); err != nil {
			return fmt.Errorf("%s: %w", who.name, err)
		}
		a, b := both[0].cost(), both[1].cost()
		out.note("%s.%s: server %.3f ms and PostgreSQL %.3f ms, among %d %.3f ms and %.3f ms", pagesName, who.name, quantile(both[0].cpu, 0.5), quantile(both[0].pg, 0.5),
			few.People, quantile(both[1].cpu, 0.5), quantile(both[1].pg, 0.5))
		out.median(pagesName+"."+who.name, ratios(a, b), "ratio")
		out.median(pagesName+"."+who.name+"_ms", a, "ms")
	}
	return nil
}

// cost is the processor time of both processes, by round.
func (c *contestant) cost() []float64 {
	all := make([]float64, len(c.cpu))
	for i := range all {
		all[i] = c.cpu[i] + c.pg[i]
	}
	return all
}

// paging is the first page of the list, asked for by several viewers of one role in turn.
func (s *stage) paging(ctx context.Context, program *node, url, find string, rows int) (*contestant, error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close(ctx) }()
	var programme string
	if err := conn.QueryRow(ctx, "select 'prg_' || id from programme").Scan(&programme); err != nil {
		return nil, err
	}
	found, err := conn.Query(ctx, "select subject from ("+find+") m limit $1", pageViewers)
	if err != nil {
		return nil, err
	}
	subjects, err := pgx.CollectRows(found, pgx.RowTo[string])
	if err != nil {
		return nil, err
	}
	asked, err := body(`query Page($programme: ID!) { participants(programme: $programme, first: `+fmt.Sprint(pageRows)+`) { `+listFields+` } }`, map[string]any{"programme": programme})
	if err != nil {
		return nil, err
	}
	var clients []*client
	for _, subject := range subjects {
		token, err := s.token(subject)
		if err != nil {
			return nil, err
		}
		c := newClient(program, token, 1)
		answer, err := c.post(ctx, asked)
		if err == nil {
			err = wholePage(answer, rows)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", subject, err)
		}
		clients = append(clients, c)
	}
	next := 0
	return pressed(program, func(ctx context.Context) error {
		next++
		answer, err := clients[next%len(clients)].post(ctx, asked)
		if err == nil && !bytes.HasPrefix(answer, []byte(`{"data"`)) {
			err = fmt.Errorf("answered %.300s", answer)
		}
		return err
	}), nil
}

// wholePage says whether the answer holds so many participants, each with a name and an organisation.
func wholePage(answer []byte, rows int) error {
	text, err := data(answer)
	if err != nil {
		return err
	}
	var read struct {
		Participants struct {
			Nodes []struct {
				Person       *struct{ GivenName *string }
				Organisation *struct{ Name string }
			}
		}
	}
	if err := json.Unmarshal(text, &read); err != nil {
		return err
	}
	whole := 0
	for _, p := range read.Participants.Nodes {
		if p.Person != nil && p.Person.GivenName != nil && p.Organisation != nil {
			whole++
		}
	}
	if whole != rows || len(read.Participants.Nodes) != rows {
		return fmt.Errorf("%d participants, %d of them whole, not %d", len(read.Participants.Nodes), whole, rows)
	}
	return nil
}
