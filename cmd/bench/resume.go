package main

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/lavoroincorso/lavoro/cmd/bench/crowd"
)

const (
	resumeRounds = 3
	resumeMissed = 40
)

// withAfter adds the variable from which a feed resumes.
func withAfter(query string) string {
	query = strings.Replace(query, "($programme: ID!)", "($programme: ID!, $after: FeedCursor)", 1)
	return strings.Replace(query, "(programme: $programme)", "(programme: $programme, after: $after)", 1)
}

// resume measures the return of all clients at once, as after a network's failure.
//
//	live.resume_5000.s           from the first one's knocking until every one has all that it missed
//	live.resume_5000.statements  what PostgreSQL was asked meanwhile, by all
//	live.resume_5000.node_cpu_s  processor time of the node meanwhile
//
// 5,000 clients lose their connections without a word and miss 40 events; then all open new ones, 64 at one time, sign in and resume
// from their last cursor, with 40 fields. Every one must get each event once and in order. Times are the best of three rounds; statements
// are counted in PostgreSQL's log of a further round, which logging makes slower.
func resume(ctx context.Context, s *stage, out *report) (err error) {
	t, err := s.theatre(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, t.close()) }()
	o, err := s.followers(t.feeds, s.size.sockets, resumable, "lead", "partner-0")
	if err != nil {
		return err
	}
	o.Variables["after"], o.Cursors = "", true
	if err := t.crowd.Open(o); err != nil {
		return err
	}
	var took, spent []float64
	for range resumeRounds {
		back, err := t.comeBack(ctx, func() error { return nil })
		if err != nil {
			return err
		}
		took, spent = append(took, back.took.Seconds()), append(spent, back.cpu.Seconds())
	}
	statements, err := t.countedBack(ctx)
	if err != nil {
		return err
	}
	out.note("live.resume_5000: %d clients, %d events missed; %.3f to %.3f s", s.size.sockets, resumeMissed, quantile(took, 0), quantile(took, 1))
	out.figure("live.resume_5000.s", quantile(took, 0), "s")
	out.figure("live.resume_5000.statements", float64(statements), "statements")
	out.figure("live.resume_5000.node_cpu_s", quantile(spent, 0), "s")
	return t.crowd.Close()
}

// comingBack is what a return of all took.
type comingBack struct{ took, cpu time.Duration }

// comeBack has all clients dropped and back; ready is called when the events have been missed.
func (t *theatre) comeBack(ctx context.Context, ready func() error) (back comingBack, err error) {
	before, err := wake(ctx, t.crowd, func(ctx context.Context) (int64, error) { return t.tell(ctx, 1) })
	if err == nil {
		err = t.crowd.Drop()
	}
	if err != nil {
		return back, err
	}
	for range resumeMissed {
		if _, err := t.tell(ctx, 1); err != nil {
			return back, err
		}
	}
	told, err := t.stage.commits(ctx, before)
	if err == nil {
		err = ready()
	}
	if err != nil {
		return back, err
	}
	spent, err := t.feeds.cpu()
	if err != nil {
		return back, err
	}
	began := time.Now()
	if n, err := t.crowd.Resume(); err != nil || n != t.stage.size.sockets {
		return back, fmt.Errorf("%d clients came back: %w", n, err)
	}
	if err := arrive(t.crowd, told[len(told)-1].Sequence, 0); err != nil {
		return back, err
	}
	back.took = time.Since(began)
	if back.cpu, err = t.feeds.cpu(); err != nil {
		return back, err
	}
	back.cpu -= spent
	_, err = t.crowd.Took(crowd.Told{Commits: told})
	return back, err
}

// ran is a line of PostgreSQL's log about a statement that was executed.
var ran = regexp.MustCompile(`duration: \S+ ms  (execute [^:]*|statement): `)

// countedBack counts the statements in PostgreSQL's log.
func (t *theatre) countedBack(ctx context.Context) (n int, err error) {
	s := t.stage
	defer s.log.record(false)
	if _, err := t.comeBack(ctx, func() error {
		err := s.logStatements(ctx, "0")
		s.log.record(true)
		return err
	}); err != nil {
		return 0, err
	}
	if err := s.logged(ctx); err != nil {
		return 0, err
	}
	for line := range strings.Lines(s.log.String()) {
		if ran.MatchString(line) {
			n++
		}
	}
	return n, s.logStatements(ctx, "-1")
}
