package main

import (
	"context"
	"errors"
	"fmt"
)

// idle measures what a client costs who is told nothing: a websocket with one subscription.
//
//	live.idle.rss_kb      resident memory of the node for each connection
//	live.idle.goroutines  goroutines of the node for each connection; none where the node has no measures to tell
//	live.idle.coder_rss_kb, .stock_rss_kb  the same of what it is measured by, see baseline
//
// It is the memory with 5,000 clients less that with none, after one client was told something and left, by 5,000. Both are taken when
// they sink no more. All clients have the same rights and ask for 40 fields.
func idle(ctx context.Context, s *stage, out *report) (err error) {
	metrics, arguments, err := s.measures(ctx)
	if err != nil {
		return err
	}
	t, err := s.theatre(ctx, arguments...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, t.close()) }()
	samples, err := t.samples(ctx)
	if err != nil {
		return err
	}
	rivals, err := s.rivals(ctx, out, samples, false)
	for _, r := range rivals {
		defer func() { err = errors.Join(err, r.node.stop()) }()
	}
	if err != nil {
		return err
	}
	program := contender{node: t.feeds, members: []string{"lead"}, tell: func(ctx context.Context, _ int) (int64, error) { return t.tell(ctx, 1) }}
	if metrics == "" {
		out.note("live.idle.goroutines: left out, the program has no %s", metricsFlag)
	}
	if err := t.idle(ctx, program, metrics, out); err != nil {
		return err
	}
	for _, r := range rivals {
		if err := t.idle(ctx, r.contender(), "", out); err != nil {
			return fmt.Errorf("%s: %w", r.name, err)
		}
	}
	return nil
}

// idle compares a server with clients to itself without.
func (t *theatre) idle(ctx context.Context, c contender, metrics string, out *report) error {
	tell := func(ctx context.Context) (int64, error) { return c.tell(ctx, manyFields) }
	crowded := func(sockets int) (weight, error) {
		o, err := t.stage.followers(c.node, sockets, selections[manyFields], c.members...)
		if err == nil {
			err = t.crowd.Open(o)
		}
		if err == nil {
			_, err = wake(ctx, t.crowd, tell)
		}
		if err != nil || sockets == 1 {
			return weight{}, err
		}
		return weigh(ctx, c.node, metrics)
	}
	if _, err := crowded(1); err != nil {
		return err
	}
	if err := t.crowd.Close(); err != nil {
		return err
	}
	without, err := weigh(ctx, c.node, metrics)
	if err != nil {
		return err
	}
	with, err := crowded(t.stage.size.sockets)
	if err != nil {
		return err
	}
	n := float64(t.stage.size.sockets)
	out.note("live.idle.%s: %.0f KB with none, %.0f KB with %.0f", figureName(c.name, "rss_kb"), without.kb, with.kb, n)
	out.figure("live.idle."+figureName(c.name, "rss_kb"), (with.kb-without.kb)/n, "KB")
	if metrics != "" {
		out.figure("live.idle."+figureName(c.name, "goroutines"), (with.goroutines-without.goroutines)/n, "goroutines")
	}
	return t.crowd.Close()
}

// weight is what a server holds.
type weight struct{ kb, goroutines float64 }

func weigh(ctx context.Context, n *node, metrics string) (w weight, err error) {
	if w.kb, err = n.settled(ctx); err == nil && metrics != "" {
		w.goroutines, err = goroutines(ctx, metrics)
	}
	return w, err
}
