package graph

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/google/uuid"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/live"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
)

// mostMoved is how many people a follower is told of one by one when his rights change; beyond, he is told to read again.
const mostMoved = 500

// changedRights is the act that a follower is told of when people enter his sight, or leave it, because his own rights have changed.
const changedRights = "rightsChanged"

// following is one subscription. When the rights of its connection change it goes on where it stood under the new ones, after telling
// whom it gains and loses by them.
type following struct {
	r       *Resolver
	op      *graphql.OperationContext
	field   plan.Selected
	session Session
	feed    live.Feed
	sub     *live.Subscriber
	stop    func() // listening for changes of rights
	first   []update
}

// follow answers a subscription from the hub.
func (r *Resolver) follow(ctx context.Context, op *graphql.OperationContext) graphql.ResponseHandler {
	session, _ := sessionOf(ctx)
	if err := r.place(ctx, session); err != nil {
		return ended(ctx, err)
	}
	s := &selector{op: op, schema: r.AST}
	asked := s.fields(op.Operation.SelectionSet, "Subscription")
	if len(asked) != 1 || feeds[asked[0].Name].subject == "" {
		return failed(ctx, noFeed.At())
	}
	if s.err != nil {
		return failed(ctx, s.err)
	}
	f := &following{r: r, op: op, field: asked[0], stop: func() {}}
	feed, alone, err := r.feed(ctx, session, f.field)
	if err != nil {
		return ended(ctx, err)
	}
	after, resync, err := r.start(ctx, feed.Programme, f.field)
	if err != nil {
		return ended(ctx, err)
	}
	if resync != nil {
		f.first = append(f.first, *resync)
	}
	if err := f.join(ctx, session, feed, alone, after); err != nil {
		return ended(ctx, err)
	}
	return f.next
}

// ended answers a subscription that cannot begin: with the reason, or with nothing where its client has ended it meanwhile.
func ended(ctx context.Context, err error) graphql.ResponseHandler {
	if ctx.Err() != nil {
		return func(context.Context) *graphql.Response { return nil }
	}
	return failed(ctx, err)
}

// join follows the feed under the session's rights from a sequence on.
func (f *following) join(ctx context.Context, session Session, feed live.Feed, alone bool, after int64) error {
	sub, err := f.r.Hub.Follow(ctx, groupKey(f.op, session, alone), feed, after)
	if err != nil {
		return err
	}
	f.session, f.feed, f.sub = session, feed, sub
	end := context.AfterFunc(ctx, sub.Close)
	f.stop = func() { end() }
	if connection, stands := standingOf(ctx); stands {
		now, deaf := connection.onChange(sub.Close)
		f.stop = func() { end(); deaf() }
		if now.Actor.Fingerprint() != session.Actor.Fingerprint() {
			sub.Close() // they changed while it joined
		}
	}
	return nil
}

// next waits for the next answer; nil when the subscription has ended.
func (f *following) next(ctx context.Context) *graphql.Response {
	for {
		if len(f.first) > 0 {
			u := f.first[0]
			f.first = f.first[1:]
			return f.r.answer(f.session, f.field, u)
		}
		if data := f.sub.Next(ctx); data != nil {
			return &graphql.Response{Data: data}
		}
		f.stop()
		session, signedIn := sessionOf(ctx)
		if ctx.Err() != nil || !signedIn || session.Actor.Fingerprint() == f.session.Actor.Fingerprint() {
			f.sub.Close()
			return nil
		}
		if err := f.again(ctx, session); err != nil {
			return &graphql.Response{Errors: gqlerror.List{present(ctx, err)}}
		}
	}
}

// again goes on under other rights from where the subscription stood.
func (f *following) again(ctx context.Context, session Session) error {
	feed, alone, err := f.r.feed(ctx, session, f.field)
	if err != nil {
		return err
	}
	at := f.sub.At()
	if f.first, err = f.moved(ctx, session, at); err != nil {
		return err
	}
	return f.join(ctx, session, feed, alone, at)
}

// moved are the updates that tell whom the follower loses and gains by other rights.
func (f *following) moved(ctx context.Context, session Session, at int64) ([]update, error) {
	people := feeds[f.field.Name].people
	lost, gained, err := f.r.Engine.Moved(ctx, people[0], people[1], f.feed.Programme, f.session.Actor, session.Actor, mostMoved+1)
	if err != nil {
		return nil, err
	}
	epoch, err := f.r.epoch(ctx)
	if err != nil {
		return nil, err
	}
	told := update{Cursor: cursor(epoch, at), Sequence: at, OccurredAt: f.r.Clock().UTC(), Act: changedRights}
	if len(lost)+len(gained) > mostMoved {
		told.Kind = event.Resync
		return []update{told}, nil
	}
	var updates []update
	for _, id := range lost {
		updates = append(updates, f.tell(told, event.Left, id)...)
	}
	for _, id := range gained {
		updates = append(updates, f.tell(told, event.Entered, id)...)
	}
	return updates, nil
}

// tell is the update about one person, unless the feed is narrowed to others.
func (f *following) tell(u update, kind event.Kind, person uuid.UUID) []update {
	for _, id := range f.feed.Narrow {
		if id != person {
			return nil
		}
	}
	id := plan.FormatID("prt", person)
	u.Kind, u.SubjectID = kind, &id
	if kind == event.Left {
		u.RemovedID = &id
	}
	return []update{u}
}
