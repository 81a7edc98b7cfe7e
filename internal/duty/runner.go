package duty

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
)

const (
	leaseName    = "duty"
	leaseTTL     = 5 * time.Second        // after which another node takes over from a dead one
	reactionPoll = 250 * time.Millisecond // how long an event waits for its reactions when no hint came
	remindPoll   = 30 * time.Second
	eventsAtOnce = 500 // of one reaction's transaction
	duesAtOnce   = 200
)

// Reaction is what follows from events on some kinds of subject: an act of a room, done by the house itself. React gets events in
// order and runs in the transaction that also moves the reaction's position; it must do the same however events are batched.
type Reaction struct {
	Name         string // stable: its position is kept under it
	SubjectKinds []string
	React        func(context.Context, *postgres.Tx, []event.Event) error
}

// Runner reminds of what is due, runs reactions, and does what the house does by itself at intervals.
type Runner struct {
	DB        *postgres.DB
	Clock     postgres.Clock
	Notifier  Notifier
	Reactions []Reaction
	Routines  []Routine

	holder  uuid.UUID
	lease   time.Duration // leaseTTL, but in tests
	leased  time.Time     // when the lease was last taken
	hint    chan struct{}
	failing map[string]bool
}

// NewRunner makes a runner; Run starts it, Once runs it by hand.
func NewRunner(db *postgres.DB, clock postgres.Clock, notifier Notifier, reactions ...Reaction) *Runner {
	return &Runner{DB: db, Clock: clock, Notifier: notifier, Reactions: reactions, holder: uuid.New(), lease: leaseTTL, hint: make(chan struct{}, 1), failing: map[string]bool{}}
}

// Hint wakes the runner after a commit. It never waits; the poll is what reactions rely on.
func (r *Runner) Hint() {
	select {
	case r.hint <- struct{}{}:
	default:
	}
}

// Run works until ctx ends, as long as this runner holds the lease, which it prolongs while it works. A database that is away is waited for.
func (r *Runner) Run(ctx context.Context) {
	poll, remind := time.NewTicker(reactionPoll), time.NewTicker(remindPoll)
	defer poll.Stop()
	defer remind.Stop()
	defer func() { _ = r.DB.Release(context.WithoutCancel(ctx), leaseName, r.holder) }()
	for reminding := true; ; {
		if r.mine(ctx) {
			r.leasing(ctx, func(ctx context.Context) {
				if r.turn(ctx, reminding) {
					r.Hint()
				}
			})
			reminding = false
		}
		select {
		case <-ctx.Done():
			return
		case <-remind.C:
			reminding = true
		case <-r.hint:
		case <-poll.C:
		}
	}
}

// mine takes the lease, or prolongs it once a third of its time has gone: an idle runner must not write at every poll.
func (r *Runner) mine(ctx context.Context) bool {
	now := time.Now()
	if now.Sub(r.leased) < r.lease/3 {
		return true
	}
	mine, err := r.DB.Lease(ctx, leaseName, r.holder, r.lease)
	if r.note(ctx, "lease", err) && mine {
		r.leased = now
		return true
	}
	return false
}

// leasing prolongs the lease while work goes on, however long that takes. When another holds it, or it has run out since nobody answers, the work's
// context ends: what is not committed by then is the other's to do.
func (r *Runner) leasing(ctx context.Context, work func(context.Context)) {
	ctx, lost := context.WithCancel(ctx)
	var wg sync.WaitGroup
	leased := r.leased
	out := time.AfterFunc(time.Until(leased.Add(r.lease)), lost)
	wg.Go(func() {
		tick := time.NewTicker(r.lease / 3)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			asked := time.Now()
			mine, err := r.DB.Lease(ctx, leaseName, r.holder, r.lease)
			switch {
			case err == nil && mine:
				leased = asked
				out.Reset(time.Until(leased.Add(r.lease)))
			case err == nil:
				leased = time.Time{}
				lost()
			}
		}
	})
	work(ctx)
	lost()
	wg.Wait()
	out.Stop()
	r.leased = leased
}

// turn says whether reactions had something to do: they may have more.
func (r *Runner) turn(ctx context.Context, reminding bool) bool {
	if reminding {
		_, err := r.remind(ctx)
		r.note(ctx, "reminders", err)
		r.note(ctx, "routines", r.routines(ctx))
	}
	worked, err := r.react(ctx)
	r.note(ctx, "reactions", err)
	return worked
}

// note logs when a part begins to fail and when it works again, and says whether it works.
func (r *Runner) note(ctx context.Context, part string, err error) bool {
	if bad := err != nil; bad != r.failing[part] && ctx.Err() == nil {
		r.failing[part] = bad
		if bad {
			slog.ErrorContext(ctx, "duty", "part", part, "failing", true, "error", postgres.Safe(err))
		} else {
			slog.InfoContext(ctx, "duty", "part", part, "failing", false)
		}
	}
	return err == nil
}

// Once sends the reminders and runs the reactions that wait now, without regard to the lease, which only saves work. It says whether
// there was anything to do: reactions may have made new events, so "until it says no" is "to the end".
func (r *Runner) Once(ctx context.Context) (worked bool, err error) {
	reminded, err := r.remind(ctx)
	reacted, reactErr := r.react(ctx)
	return reminded || reacted, errors.Join(err, reactErr)
}

// Drain runs Once until nothing waits any more.
func (r *Runner) Drain(ctx context.Context) error {
	for {
		if worked, err := r.Once(ctx); err != nil || !worked {
			return err
		}
	}
}

// remind goes through every programme; one that fails does not keep the others.
func (r *Runner) remind(ctx context.Context) (worked bool, err error) {
	system, err := SystemActor(ctx, r.DB)
	if err != nil {
		return false, err
	}
	var errs []error
	for _, p := range programmes(system) {
		n, err := r.remindIn(ctx, within(system, p), p)
		worked = worked || n > 0
		errs = append(errs, err)
	}
	return worked, errors.Join(errs...)
}

func (r *Runner) remindIn(ctx context.Context, actor access.Actor, programme uuid.UUID) (all int, err error) {
	for {
		var done Reminded
		err := r.DB.InTx(ctx, actor, r.Clock, func(ctx context.Context, tx *postgres.Tx) (err error) {
			done, err = Remind(ctx, tx, programme, duesAtOnce)
			return err
		})
		if err != nil {
			return all, fmt.Errorf("remind: %w", err)
		}
		all += len(done.Dues)
		if err := r.send(ctx, actor, programme, done.Notices); err != nil {
			return all, err
		}
		if len(done.Dues) < duesAtOnce {
			return all, nil
		}
	}
}

// send hands notices to their channel and keeps what became of each.
func (r *Runner) send(ctx context.Context, actor access.Actor, programme uuid.UUID, notices []Notice) error {
	if len(notices) == 0 {
		return nil
	}
	outcomes := r.Notifier.Send(ctx, notices)
	err := r.DB.InTx(ctx, actor, r.Clock, func(ctx context.Context, tx *postgres.Tx) error {
		return keepNotices(ctx, tx, kept(tx, programme, r.Notifier.Channel(), notices, outcomes))
	})
	return errors.Join(append(outcomes, err)...)
}

func kept(tx *postgres.Tx, programme uuid.UUID, channel Channel, notices []Notice, outcomes []error) []noticeRow {
	var rows []noticeRow
	for i, n := range notices {
		outcome := Sent
		if outcomes[i] != nil {
			outcome = Failed
		}
		for _, d := range n.Dues {
			rows = append(rows, noticeRow{ID: uuid.Must(uuid.NewV7()), DueID: d.ID, ProgrammeID: programme, MemberID: n.Member, Channel: channel,
				At: tx.Now, Outcome: outcome, Audience: d.Audience})
		}
	}
	return rows
}
