package demo

import (
	"context"
	"slices"
	"time"

	"github.com/lavoroincorso/lavoro/internal/allowance"
	"github.com/lavoroincorso/lavoro/internal/duty"
	"github.com/lavoroincorso/lavoro/internal/matching"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
)

// pay plans that the payments officer works out each month at the beginning of the next, and again once its register is locked.
func (o *office) pay() {
	officer := o.at("payments", lead)
	for month := o.from.Month(); !month.First().After(o.until); month = month.Next() {
		o.plan(workday(month.Next().First().AddDays(3)), afternoon, officer, "computeAllowance", func(ctx context.Context, tx *postgres.Tx) error {
			return o.compute(ctx, tx, month.First(), month.Last())
		})
		if issued := workday(month.Last().AddDays(afterLock)); !issued.After(o.until) {
			o.plan(issued, afternoon, officer, "computeAllowance", func(ctx context.Context, tx *postgres.Tx) error {
				return o.compute(ctx, tx, month.First(), month.Last())
			})
		}
	}
}

// afterLock is how many days after a month its statements are issued: the register is locked the day before.
const afterLock = 33

// compute works out all months that have hours between two days.
func (o *office) compute(ctx context.Context, tx *postgres.Tx, from, to calendar.Day) error {
	rows, err := monthsWithHours(ctx, tx, o.programme, from, to)
	if err != nil {
		return err
	}
	months := make([]allowance.Month, len(rows))
	for i, r := range rows {
		months[i] = allowance.Month{Participation: r.ParticipationID, Month: r.Month}
	}
	for chunk := range slices.Chunk(months, 500) {
		if _, err := allowance.ComputeMany(ctx, tx, chunk); err != nil {
			return err
		}
	}
	return nil
}

// catchUp does at the end what the house's reactions would have done event by event: every month and every suggestion stands as the
// register and the people stand. What follows is the runner's.
func (o *office) catchUp() {
	o.plan(o.until, night, o.system, "catchUp", func(ctx context.Context, tx *postgres.Tx) error {
		if _, err := o.deps.Matches.Refresh(ctx, tx, o.programme, matching.Scope{All: true}); err != nil {
			return err
		}
		return o.compute(ctx, tx, o.from, o.until)
	})
}

// computed are the reactions whose effect the office works out by itself, with a handful of statements instead of event by event.
var computed = map[string]bool{"allowance": true, "matching": true}

// settleNews does what the house does by itself with the news so far: reactions, reminders of what is due, and takeovers.
func (o *office) settleNews(ctx context.Context, now time.Time) error {
	err := o.deps.DB.InTx(ctx, o.system.actor, still(now), func(ctx context.Context, tx *postgres.Tx) error {
		for _, r := range o.deps.Reactions {
			if !computed[r.Name] {
				continue
			}
			if err := caughtUp(ctx, tx, r.Name, o.programme); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return duty.NewRunner(o.deps.DB, still(now), quiet{}, o.deps.Reactions...).Drain(ctx)
}

// quiet is the notifier of the simulated time: reminders count, and nobody is written to.
type quiet struct{}

// Channel is that of installations without post.
func (quiet) Channel() duty.Channel { return duty.ByLog }

// Send says that each notice went out.
func (quiet) Send(_ context.Context, notices []duty.Notice) []error {
	return make([]error, len(notices))
}
