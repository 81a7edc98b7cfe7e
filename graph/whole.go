package graph

import (
	"context"
	"fmt"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/live"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/report"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
)

// wholes are the feeds that tell what stands in a programme, whole each time: who was away has lost nothing.
var wholes = map[string]wholeFeed{
	pulseFeed: {report.Moving(), func(ctx context.Context, r *Resolver, session Session, programme uuid.UUID, _ plan.Selected) (any, error) {
		return r.pulse(ctx, session, programme)
	}},
	blockersFeed: {report.MovingMonths(), func(ctx context.Context, r *Resolver, session Session, programme uuid.UUID, field plan.Selected) (any, error) {
		first, _ := field.Args["month"].(calendar.Day)
		return r.board(ctx, session, programme, first.Month())
	}},
}

// wholeFeed is what such a feed tells: by the kinds of object whose changes move it, and what stands now.
type wholeFeed struct {
	moving []string
	now    func(ctx context.Context, r *Resolver, session Session, programme uuid.UUID, field plan.Selected) (any, error)
}

// write gives what a resolver of Query has read whole to the executor.
func (q query) write(ctx context.Context, session Session, value any) error {
	s := &selector{op: graphql.GetOperationContext(ctx), schema: q.r.AST}
	data, err := plan.Renderer{Lang: session.Lang}.Value(value, s.field(graphql.GetFieldContext(ctx).Field))
	if err == nil {
		keep(ctx, data)
	}
	return err
}

// whole is the feed of what stands in a programme: whatever moves it has it read anew, once for all that happens within a second.
func (r *Resolver) whole(ctx context.Context, session Session, field plan.Selected, w wholeFeed) (live.Feed, error) {
	programme, err := idOf("prg", fmt.Sprint(field.Args["programme"]), "programme")
	if err != nil {
		return live.Feed{}, err
	}
	if _, err := r.known(ctx, session, programme, ""); err != nil {
		return live.Feed{}, err
	}
	feed := live.Feed{Programme: programme, Kinds: map[string][]uuid.UUID{}, Gather: time.Second}
	for _, kind := range w.moving {
		if t, ok := r.Engine.Schema.Type(kind); ok {
			feed.Kinds[kind] = session.Actor.Keys(t.Class)
		}
	}
	feed.Execute = func(ctx context.Context, events []event.Event) (answers [][]byte, err error) {
		answers = make([][]byte, len(events))
		answers[len(events)-1], err = r.wholeAnswer(ctx, session, programme, field, w)
		return answers, err
	}
	day := calendar.DayOf(r.Clock())
	feed.Stale = func() bool {
		before := day
		day = calendar.DayOf(r.Clock())
		return day != before
	}
	feed.Anew = func(ctx context.Context, _ int64) ([]byte, error) {
		return r.wholeAnswer(ctx, session, programme, field, w)
	}
	return feed, nil
}

// firstWhole is what stands now, and the sequence after which something may have changed it.
func (r *Resolver) firstWhole(ctx context.Context, session Session, programme uuid.UUID, field plan.Selected, w wholeFeed) (after int64, first []byte, err error) {
	if after, err = live.Head(ctx, r.DB, programme); err != nil {
		return 0, nil, err
	}
	first, err = r.wholeAnswer(ctx, session, programme, field, w)
	return after, first, err
}

func (r *Resolver) wholeAnswer(ctx context.Context, session Session, programme uuid.UUID, field plan.Selected, w wholeFeed) ([]byte, error) {
	now, err := w.now(ctx, r, session, programme, field)
	if err != nil {
		return nil, err
	}
	return answer(plan.Renderer{Lang: session.Lang}, field, now)
}
