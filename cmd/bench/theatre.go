package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/lavoroincorso/lavoro/cmd/bench/crowd"
)

const (
	atOnce   = 64               // connections that are being opened at one time
	arriveIn = 60 * time.Second // however slow the server, each event arrives within
	wakeIn   = 10 * time.Second // so long one event is waited for before the next one is tried
	wakeUps  = 12
)

// theatre is what live updates are measured on: two nodes of the program over the same PostgreSQL and Redis, acts on the first one,
// which holds the relay's lease, and followers on the second one; and the crowd.
type theatre struct {
	stage       *stage
	acts, feeds *node
	register    *register
	crowd       *crowd.Process
}

// theatre starts both nodes, the second one with further arguments, and the crowd.
func (s *stage) theatre(ctx context.Context, arguments ...string) (_ *theatre, err error) {
	t := &theatre{stage: s}
	defer func() {
		if err != nil {
			err = errors.Join(err, t.close())
		}
	}()
	if t.acts, err = s.serve(ctx); err != nil {
		return nil, err
	}
	if t.feeds, err = s.serve(ctx, arguments...); err != nil {
		return nil, err
	}
	if t.register, err = s.registerOfBody(ctx, t.acts, "partner-0"); err != nil {
		return nil, err
	}
	t.crowd, err = crowd.Start(ctx)
	return t, err
}

func (t *theatre) close() error {
	var errs []error
	if t.crowd != nil {
		errs = append(errs, t.crowd.Stop())
	}
	for _, n := range []*node{t.feeds, t.acts} {
		if n != nil {
			errs = append(errs, n.stop())
		}
	}
	return errors.Join(errs...)
}

// followers are sockets of the members at a node, who follow the programme's register.
func (s *stage) followers(n *node, sockets int, query string, members ...string) (crowd.Opening, error) {
	o := crowd.Opening{URL: n.socket(), Sockets: sockets, AtOnce: atOnce, Query: query, Variables: map[string]string{"programme": "prg_" + s.programme.String()}}
	for _, subject := range members {
		token, err := s.token(subject)
		if err != nil {
			return o, err
		}
		o.Tokens = append(o.Tokens, token)
	}
	return o, nil
}

// tell records so many entries by one act and gives the sequence of the last one's event.
func (t *theatre) tell(ctx context.Context, entries int) (last int64, err error) {
	act, err := t.register.entry(entries)
	if err != nil {
		return 0, err
	}
	if err := t.register.record(ctx, act); err != nil {
		return 0, err
	}
	err = t.stage.owner.QueryRow(ctx, "select max(seq) from outbox where programme_id = $1 and subject_kind = 'Attendance'", t.stage.programme).Scan(&last)
	return last, err
}

// wake tells events until every client has been given one: only then all feeds are known to run. It gives the sequence of the last of
// them; all that came until then is forgotten.
func wake(ctx context.Context, c *crowd.Process, tell func(context.Context) (int64, error)) (last int64, err error) {
	var lack int
	for range wakeUps {
		if last, err = tell(ctx); err != nil {
			return 0, err
		}
		if lack, err = c.Await(crowd.Awaited{Sequence: last, Patience: wakeIn}); err != nil {
			return 0, err
		}
		if lack == 0 {
			return last, c.Forget()
		}
	}
	return 0, fmt.Errorf("%d clients get no event", lack)
}

// arrive waits until all have the event.
func arrive(c *crowd.Process, sequence int64, except int) error {
	lack, err := c.Await(crowd.Awaited{Sequence: sequence, Except: except, Patience: arriveIn})
	if err == nil && lack > 0 {
		err = fmt.Errorf("%d clients lack event %d after %v", lack, sequence, arriveIn)
	}
	return err
}
