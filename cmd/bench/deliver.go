package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/lavoroincorso/lavoro/cmd/bench/crowd"
)

const (
	deliverRounds = 3
	deliverEvents = 40
	deliverApart  = 25 * time.Millisecond // at least, from one event to the next
	deliverLong   = 20 * time.Second      // after which a run ends early
	deliverFewest = 10                    // events of such a run
	deliverBursts = 3
	fewFields     = 1
	manyFields    = 40
)

// selections are what followers ask for, by the number of fields.
var selections = map[int]string{
	fewFields:  "subscription One($programme: ID!) { attendanceUpdates(programme: $programme) { sequence } }",
	manyFields: updates(subjectFields),
}

const subjectFields = `subject {
      id hidden pseudonym kind day from to minutes standing standingLabel recordedAt revision
      enrolment { id state stateLabel fromDay toDay plannedMinutes revision }
      activity { id title place fromDay toDay }
      placement { id state weeklyMinutes }
      participant { id state stateLabel stateSince enteredOn pseudonym }
    }`

func updates(subject string) string {
	return `subscription Updates($programme: ID!) {
  attendanceUpdates(programme: $programme) {
    cursor sequence occurredAt act kind subjectId removedId
    ` + subject + `
  }
}`
}

// deliver measures what an event costs a server for each client that is given it.
//
//	live.deliver.us             the program, all followers of the same rights: one group
//	live.deliver.groups500_us   the program, followers of 500 different rights
//	live.deliver.distinct_us    the program, each follower with rights of his own
//	live.deliver.coder_us, .stock_us, .mercurius_us, .yoga_us  what it is measured by, see baseline
//	live.deliver.vs_coder, .vs_stock, .vs_mercurius, .vs_yoga  live.deliver.us by theirs
//	live.deliver.groups500_vs_stock, .distinct_vs_stock        the same of the others
//	live.deliver.burst_us, .coder_burst_us, .stock_burst_us    the same where 40 events come at once, three times
//
// The clients select 40 fields of five objects, about 1.2 KB; in the lines that end in _1field they select the event's number alone, which
// leaves little but what a frame costs by itself. It is the processor time of the server's process, in user and system mode over the
// whole run, by the number of frames that clients have received, in microseconds. 5,000 websockets follow, from a process of their own. Events come one by one: the next one at the earliest 25 ms after the
// one before, and never before every client has that, so that no server may put two into one write. A run has 40 events after some that
// are not counted; where they take longer than 20 seconds, those that came until then, at least 10. All servers take turns, in three
// rounds; a figure is each one's cheapest run.
//
// The program's events are acts of another node, which PostgreSQL keeps and which come through Redis; every frame is selected from the
// database under the rights of its followers. The others are given the program's own events, as objects in memory or as frames.
func deliver(ctx context.Context, s *stage, out *report) (err error) {
	t, err := s.theatre(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, t.close()) }()
	all := t.shapes()
	samples, err := t.samples(ctx)
	if err != nil {
		return err
	}
	rivals, err := s.rivals(ctx, out, samples, true)
	for _, r := range rivals {
		defer func() { err = errors.Join(err, r.node.stop()) }()
		all = append(all, r.contender())
	}
	if err != nil {
		return err
	}
	cost := costs{}
	for round := range deliverRounds {
		for _, c := range all {
			if err := t.turn(ctx, c, cost, out); err != nil {
				return fmt.Errorf("%s, round %d: %w", c.name, round, err)
			}
		}
	}
	for _, suffix := range []string{"", "_1field"} {
		deliveries(out, all, cost, suffix)
	}
	for _, c := range all {
		if c.burst != nil {
			name := figureName(c.name, "burst_us")
			out.figure("live.deliver."+name, cost[name], "us")
		}
	}
	return nil
}

// contender is a server, who follows it, and how it is given an event.
type contender struct {
	name    string // "" is the program as most use it
	node    *node
	members []string
	tell    func(ctx context.Context, fields int) (int64, error)
	// burst tells so many events at once and gives the number of the last one; nil where that is not measured.
	burst func(ctx context.Context, n int) (int64, error)
}

// shapes are the program's followers: as one group, as 500, and each as one.
func (t *theatre) shapes() []contender {
	tell := func(ctx context.Context, _ int) (int64, error) { return t.tell(ctx, 1) }
	onlookers := make([]string, t.stage.size.sockets)
	for i := range onlookers {
		onlookers[i] = fmt.Sprintf("onlooker-%d", i)
	}
	return []contender{
		{"", t.feeds, []string{"lead"}, tell, t.tell}, // one act of many entries
		{"groups500", t.feeds, onlookers[:min(500, len(onlookers))], tell, nil},
		{"distinct", t.feeds, onlookers, tell, nil},
	}
}

// samples are what one client is given.
func (t *theatre) samples(ctx context.Context) (map[int]sample, error) {
	samples := map[int]sample{}
	for fields, query := range selections {
		o, err := t.stage.followers(t.feeds, 1, query, "lead")
		if err != nil {
			return nil, err
		}
		if err := t.crowd.Open(o); err != nil {
			return nil, err
		}
		if _, err := wake(ctx, t.crowd, func(ctx context.Context) (int64, error) { return t.tell(ctx, 1) }); err != nil {
			return nil, err
		}
		message, err := t.crowd.Seen()
		if err == nil {
			samples[fields], err = sampleOf(message)
		}
		if err := errors.Join(err, t.crowd.Close()); err != nil {
			return nil, err
		}
	}
	return samples, nil
}

// turn is one round of a contender, with few fields and with many.
func (t *theatre) turn(ctx context.Context, c contender, cost costs, out *report) error {
	o, err := t.stage.followers(c.node, t.stage.size.sockets, selections[fewFields], c.members...)
	if err != nil {
		return err
	}
	began := time.Now()
	if err := t.crowd.Open(o); err != nil {
		return err
	}
	opened := time.Since(began)
	for _, kind := range []struct {
		fields int
		suffix string
	}{{fewFields, "_1field"}, {manyFields, ""}} {
		if kind.fields != fewFields {
			if err := t.crowd.Ask(selections[kind.fields]); err != nil {
				return err
			}
		}
		us, took, err := t.deliver(ctx, c, kind.fields)
		if err != nil {
			return err
		}
		out.note("live.deliver.%s%s: %.3f us, %d deliveries, p50 %.1f ms, opened in %.1f s", figureName(c.name, "us"), kind.suffix, us, len(took), quantile(took, 0.5), opened.Seconds())
		cost.keep(c.name+kind.suffix, us)
	}
	if c.burst != nil {
		us, err := t.burst(ctx, c)
		if err != nil {
			return err
		}
		out.note("live.deliver.%s: %.3f us", figureName(c.name, "burst_us"), us)
		cost.keep(figureName(c.name, "burst_us"), us)
	}
	return t.crowd.Close()
}

// costs are microseconds of the cheapest run by its name.
type costs map[string]float64

func (c costs) keep(name string, us float64) {
	if known, ok := c[name]; !ok || us < known {
		c[name] = us
	}
}

// burst tells events at once, and gives the microseconds for each that was delivered.
func (t *theatre) burst(ctx context.Context, c contender) (us float64, err error) {
	if err := t.crowd.Forget(); err != nil {
		return 0, err
	}
	before, err := c.node.cpu()
	if err != nil {
		return 0, err
	}
	var told []crowd.Commit
	for range deliverBursts {
		last, err := c.burst(ctx, deliverEvents)
		if err != nil {
			return 0, err
		}
		for i := range int64(deliverEvents) {
			told = append(told, crowd.Commit{Sequence: last - deliverEvents + 1 + i})
		}
		if err := arrive(t.crowd, last, 0); err != nil {
			return 0, err
		}
	}
	after, err := c.node.cpu()
	if err != nil {
		return 0, err
	}
	took, err := t.crowd.Took(crowd.Told{Commits: told})
	return float64((after-before)/time.Microsecond) / float64(len(took)), err
}

// deliver tells events one by one, and gives the microseconds for each that was delivered, and how long each took.
func (t *theatre) deliver(ctx context.Context, c contender, fields int) (us float64, took []float64, err error) {
	tell := func(ctx context.Context) (int64, error) { return c.tell(ctx, fields) }
	if _, err := wake(ctx, t.crowd, tell); err != nil {
		return 0, nil, err
	}
	before, err := c.node.cpu()
	if err != nil {
		return 0, nil, err
	}
	var told []crowd.Commit
	began, apart := time.Now(), time.NewTicker(deliverApart)
	defer apart.Stop()
	for len(told) < deliverEvents && (len(told) < deliverFewest || time.Since(began) < deliverLong) {
		<-apart.C
		at := time.Now()
		sequence, err := tell(ctx)
		if err != nil {
			return 0, nil, err
		}
		told = append(told, crowd.Commit{Sequence: sequence, At: at})
		if err := arrive(t.crowd, sequence, 0); err != nil {
			return 0, nil, err
		}
	}
	after, err := c.node.cpu()
	if err != nil {
		return 0, nil, err
	}
	if took, err = t.crowd.Took(crowd.Told{Commits: told}); err != nil {
		return 0, nil, err
	}
	return float64((after-before)/time.Microsecond) / float64(len(took)), took, nil
}

// deliveries writes the figures of one selection.
func deliveries(out *report, all []contender, cost costs, suffix string) {
	for _, c := range all {
		out.figure("live.deliver."+figureName(c.name, "us")+suffix, cost[c.name+suffix], "us")
	}
	for _, c := range all {
		if !slices.Contains([]string{"", "groups500", "distinct"}, c.name) {
			out.figure("live.deliver.vs_"+c.name+suffix, cost[suffix]/cost[c.name+suffix], "ratio")
		}
	}
	for _, shape := range []string{"groups500", "distinct"} {
		out.figure("live.deliver."+shape+"_vs_stock"+suffix, cost[shape+suffix]/cost["stock"+suffix], "ratio")
	}
}

func figureName(who, what string) string {
	if who == "" {
		return what
	}
	return who + "_" + what
}
