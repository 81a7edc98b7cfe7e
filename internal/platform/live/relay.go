package live

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	goredis "github.com/redis/go-redis/v9"

	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/platform/redis"
)

const (
	partitions  = 16                      // streams over which programmes are spread
	streamLen   = 10_000                  // entries a stream keeps, about; the rest is in Postgres
	relayPoll   = 75 * time.Millisecond   // how long news waits when no hint came
	leaseTTL    = 1500 * time.Millisecond // after which another node takes over from a dead one
	carryAtOnce = 1000
	daysAhead   = 8  // for which the outbox has partitions
	monthsAhead = 3  // for which the journals have, this month among them
	daysKept    = 35 // of news: who was away longer starts anew
	daysAsked   = 60 // for which a repeated request is known
)

// Stream is the Redis key of the partition that a programme's news travels in.
func Stream(installation, programme uuid.UUID) string {
	h := fnv.New32a()
	_, _ = h.Write(programme[:])
	return stream(installation, int(h.Sum32()%partitions))
}

func stream(installation uuid.UUID, partition int) string {
	return fmt.Sprintf("lavoro:%s:news:{%d}", installation, partition)
}

// Relay carries the outbox to Redis as long as it holds the lease.
type Relay struct {
	DB           *postgres.DB
	Redis        redis.Client
	Installation uuid.UUID
	hint         chan struct{}
	holder       uuid.UUID
	meter        relayMeter
	prepared     string // UTC day for which partitions were last made
}

// NewRelay makes a relay; Run starts it.
func NewRelay(db *postgres.DB, client redis.Client, installation uuid.UUID) *Relay {
	return &Relay{DB: db, Redis: client, Installation: installation, hint: make(chan struct{}, 1), meter: newRelayMeter(), holder: uuid.New()}
}

// Hint wakes the relay after a commit. It never waits; the poll is what news relies on.
func (r *Relay) Hint() {
	select {
	case r.hint <- struct{}{}:
	default:
	}
}

// Run carries news until ctx ends. A database or Redis that is away is waited for.
func (r *Relay) Run(ctx context.Context) {
	tick := time.NewTicker(relayPoll)
	defer tick.Stop()
	defer func() { _ = r.DB.Release(context.WithoutCancel(ctx), "relay", r.holder) }()
	for failing := false; ; {
		err := r.turn(ctx)
		if (err != nil) != failing && ctx.Err() == nil {
			failing = err != nil
			slog.InfoContext(ctx, "relay", "failing", failing, "error", safe(err))
		}
		select {
		case <-ctx.Done():
			return
		case <-r.hint:
		case <-tick.C:
		}
	}
}

func safe(err error) string {
	if err == nil {
		return ""
	}
	return postgres.Safe(err)
}

// turn carries whatever waits, in steps, if this relay holds the lease.
func (r *Relay) turn(ctx context.Context) error {
	for {
		mine, err := r.DB.Lease(ctx, "relay", r.holder, leaseTTL)
		if err != nil || !mine {
			r.meter.holds.Set(0)
			return err
		}
		r.meter.holds.Set(1)
		if err := r.prepare(ctx); err != nil {
			return err
		}
		n, err := r.carry(ctx)
		if err != nil || n < carryAtOnce {
			return err
		}
	}
}

// prepare makes the partitions of the outbox for the coming days and those of the journals for the coming months, and drops what is kept no longer, once a day. What could not be dropped goes
// the next day: no news wait for it.
func (r *Relay) prepare(ctx context.Context) error {
	today := time.Now().UTC().Format(time.DateOnly)
	if r.prepared == today {
		return nil
	}
	if _, err := r.DB.Relay.Exec(ctx, "select outbox_prepare($1::date, $2), journal_prepare($1::date, $3)", today, daysAhead, monthsAhead); err != nil {
		return fmt.Errorf("partitions: %w", err)
	}
	r.prepared = today
	if _, err := r.DB.Relay.Exec(ctx, "select outbox_expire($1::date - $2::int), request_expire($1::date - $3::int)", today, daysKept, daysAsked); err != nil {
		return fmt.Errorf("old news: %w", err)
	}
	return nil
}

// carry copies the next events of every programme and then moves the positions: at least once, in order.
func (r *Relay) carry(ctx context.Context) (int, error) {
	rows, err := r.DB.Relay.Query(ctx, `select `+columns+` from news_head h left join relay_position p using (programme_id)
		cross join lateral (select * from outbox x where x.programme_id = h.programme_id and x.seq > coalesce(p.seq, 0) order by x.seq limit $1) o
		where h.seq > coalesce(p.seq, 0) order by o.programme_id, o.seq limit $1`, carryAtOnce)
	if err != nil {
		return 0, fmt.Errorf("outbox: %w", err)
	}
	events, err := pgx.CollectRows(rows, scan)
	if err != nil || len(events) == 0 {
		return 0, err
	}
	reached := map[uuid.UUID]int64{}
	_, err = r.Redis.Pipelined(ctx, func(p goredis.Pipeliner) error {
		for _, e := range events {
			data, err := json.Marshal(e)
			if err != nil {
				return err
			}
			p.XAdd(ctx, &goredis.XAddArgs{Stream: Stream(r.Installation, e.Programme), MaxLen: streamLen, Approx: true, Values: []any{"e", data}})
			reached[e.Programme] = e.Seq
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("redis: %w", err)
	}
	r.meter.carried.Add(float64(len(events)))
	r.meter.moved(reached)
	return len(events), r.moved(ctx, reached)
}

func (r *Relay) moved(ctx context.Context, reached map[uuid.UUID]int64) error {
	var batch pgx.Batch
	for programme, seq := range reached {
		batch.Queue(`insert into relay_position (programme_id, seq) values ($1, $2)
			on conflict (programme_id) do update set seq = greatest(relay_position.seq, excluded.seq)`, programme, seq)
	}
	return r.DB.Relay.SendBatch(ctx, &batch).Close()
}

func decode(message goredis.XMessage) (event.Event, error) {
	var e event.Event
	text, _ := message.Values["e"].(string)
	err := json.Unmarshal([]byte(text), &e)
	return e, err
}
