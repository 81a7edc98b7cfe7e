package demo

import (
	"container/heap"
	"context"
	"fmt"
	"time"

	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// Hours of the day at which the office does what it does: what follows another thing on the same day comes later.
const (
	early     = 8*60 + 30 // what must be in the register before something changes
	morning   = 9*60 + 30
	noon      = 11*60 + 30
	afternoon = 15 * 60
	late      = 17*60 + 45 // the register of the day
	night     = 21 * 60    // the house's own services
)

// crowd is how many acts one transaction takes.
const crowd = 120

// act is something that somebody does at a simulated time.
type act struct {
	at    time.Time
	order int // of planning, among acts of the same time
	who   *worker
	what  string
	pass  []string // codes of warnings that the actor has read; such an act has a transaction of its own
	why   string
	idle  func() bool // when not nil: there may be nothing to do
	do    func(context.Context, *postgres.Tx) error
	then  func() // once the transaction has committed
}

type agenda []*act

func (a agenda) Len() int { return len(a) }
func (a agenda) Less(i, j int) bool {
	x, y := a[i], a[j]
	switch {
	case !x.at.Equal(y.at):
		return x.at.Before(y.at)
	case x.who != y.who:
		return x.who.address < y.who.address
	}
	return x.order < y.order
}
func (a agenda) Swap(i, j int) { a[i], a[j] = a[j], a[i] }
func (a *agenda) Push(x any)   { *a = append(*a, x.(*act)) }
func (a *agenda) Pop() any {
	old := *a
	last := old[len(old)-1]
	*a = old[:len(old)-1]
	return last
}

// plan puts an act on the agenda of a day, unless the demonstration ends before.
func (o *office) plan(day calendar.Day, minute int, who *worker, what string, do func(context.Context, *postgres.Tx) error) *act {
	a := &act{at: clockTime(day, minute), order: o.planned, who: who, what: what, do: do, then: func() {}}
	o.planned++
	if !day.After(o.until) {
		heap.Push(&o.agenda, a)
	}
	return a
}

func clockTime(day calendar.Day, minute int) time.Time {
	t, _ := calendar.NewLocalTime(minute)
	return day.At(t)
}

// work does everything on the agenda, in order of time. Acts of one worker at one time share a transaction.
func (o *office) work(ctx context.Context) error {
	heap.Init(&o.agenda)
	for len(o.agenda) > 0 {
		group := o.next()
		if idle := group[0].idle; idle != nil && idle() {
			continue
		}
		if err := o.tick(ctx, group[0].at); err != nil {
			return err
		}
		if err := o.perform(ctx, group); err != nil {
			return err
		}
	}
	return nil
}

func (o *office) next() []*act {
	first := heap.Pop(&o.agenda).(*act)
	group := []*act{first}
	for len(o.agenda) > 0 && len(group) < crowd && first.pass == nil {
		a := o.agenda[0]
		if a.who != first.who || !a.at.Equal(first.at) || a.pass != nil {
			break
		}
		group = append(group, heap.Pop(&o.agenda).(*act))
	}
	return group
}

// perform does a group in one transaction. What is refused is left out and told in the report; the rest is done without it.
func (o *office) perform(ctx context.Context, group []*act) error {
	for len(group) > 0 {
		failed := -1
		err := o.deps.DB.InTx(ctx, group[0].who.actor, still(group[0].at), func(ctx context.Context, tx *postgres.Tx) error {
			tx.Acknowledge(group[0].pass, group[0].why)
			for i, a := range group {
				if err := a.do(ctx, tx); err != nil {
					failed = i
					return err
				}
			}
			failed = -1
			return nil
		})
		if err == nil {
			break
		}
		list, refused := refusal.As(err)
		if !refused || failed < 0 {
			return fmt.Errorf("%s, %s: %w", o.label(group, failed), group[0].at.Format(time.DateOnly), err)
		}
		o.refused = append(o.refused, fmt.Sprintf("%s %s %s: %s", group[failed].at.Format(time.DateOnly), group[failed].who.address, group[failed].what, list.Error()))
		group = append(group[:failed:failed], group[failed+1:]...)
	}
	for _, a := range group {
		a.then()
	}
	o.done += len(group)
	return nil
}

func (o *office) label(group []*act, failed int) string {
	if failed < 0 {
		return group[0].what
	}
	return group[failed].what
}

// tick does what is done once a month: progress is told, the house settles its news, and the database's planner hears of tables
// that have grown.
func (o *office) tick(ctx context.Context, now time.Time) error {
	month := calendar.DayOf(now).Month()
	if month == o.told {
		return nil
	}
	o.told = month
	if month.Name()%3 == 1 {
		o.progress(month.String())
	}
	if err := o.settleNews(ctx, now); err != nil {
		return err
	}
	if month.Name()%6 != 3 { // every half year, and soon after the first people
		return nil
	}
	return analyze(ctx, o.deps.OwnerURL)
}
