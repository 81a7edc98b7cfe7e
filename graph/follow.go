package graph

import (
	"context"
	"sync"

	"github.com/99designs/gqlgen/graphql"
	"github.com/google/uuid"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/lavoroincorso/lavoro/graph/wire"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/live"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// mostMoved is how many people a follower is told of one by one when his rights change; beyond, he is told to read again.
const mostMoved = 500

// changedRights is the act that a follower is told of when people enter his sight, or leave it, because his own rights have changed.
const changedRights = "rightsChanged"

// following is one subscription. When the rights of its connection change it goes on where it stood under the new ones, after telling
// whom it gains and loses by them.
type following struct {
	r      *Resolver
	op     *graphql.OperationContext
	field  plan.Selected
	ctx    context.Context // ends with the subscription
	stream *wire.Stream

	mu      sync.Mutex
	ended   bool
	session Session
	feed    live.Feed
	sub     *live.Subscriber
}

// follow begins a subscription: the hub feeds its stream from now on. The handler gives an answer only when it cannot begin.
func (r *Resolver) follow(ctx context.Context, op *graphql.OperationContext) graphql.ResponseHandler {
	session, _ := sessionOf(ctx)
	out, standing := streamOf(ctx)
	if !standing {
		return failed(ctx, needsSocket.At())
	}
	if err := r.place(ctx, session); err != nil {
		return failed(ctx, err)
	}
	s := &selector{op: op, schema: r.AST}
	asked := s.fields(op.Operation.SelectionSet, "Subscription")
	if len(asked) != 1 {
		return failed(ctx, noFeed.At())
	}
	if _, known := feeds[asked[0].Name]; !known {
		return failed(ctx, noFeed.At())
	}
	if s.err != nil {
		return failed(ctx, s.err)
	}
	f := &following{r: r, op: op, field: asked[0], ctx: ctx, stream: out}
	if err := f.begin(session); err != nil && ctx.Err() == nil {
		return failed(ctx, err)
	}
	return func(context.Context) *graphql.Response { return nil }
}

// begin follows the feed from where the subscription asks to be resumed, or from now on.
func (f *following) begin(session Session) error {
	feed, personal, err := f.r.feed(f.ctx, session, f.field)
	if err != nil {
		return err
	}
	after, first, err := f.r.start(f.ctx, session, feed.Programme, f.field)
	if err != nil {
		return err
	}
	if first != nil {
		f.stream.Next(first)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.stream.OnRoom(func() { go f.resume() }) // before anything is sent: room that nobody waits for is told once
	if err := f.join(session, feed, personal, after); err != nil {
		return err
	}
	context.AfterFunc(f.ctx, f.end)
	if c, ok := connectionOf(f.ctx); ok {
		changed := func() { go f.again() }
		now, deaf := c.onChange(changed)
		context.AfterFunc(f.ctx, deaf)
		if now.Actor.Fingerprint() != session.Actor.Fingerprint() {
			changed() // while it joined
		}
	}
	return nil
}

// join follows the feed under the session's rights from a sequence on; f.mu is held.
func (f *following) join(session Session, feed live.Feed, personal bool, after int64) error {
	if feed.Gather == 0 {
		feed.AtOnce = f.r.Limits.atOnce(f.op)
	}
	sub, err := f.r.Hub.Follow(f.ctx, groupKey(f.op, session, personal), feed, after, func(frame live.Frame) bool { return f.stream.Take(frame.Data) })
	if err == nil {
		f.session, f.feed, f.sub = session, feed, sub
	}
	return err
}

// end ends the subscription with its stream.
func (f *following) end() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.ended = true
	f.sub.Close()
}

// resume goes on when the connection has room again.
func (f *following) resume() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.ended && f.sub != nil {
		f.sub.Resume()
	}
}

// again goes on under the rights as they are now, from where the subscription stood.
func (f *following) again() {
	f.mu.Lock()
	defer f.mu.Unlock()
	defer failing(f.ctx, f.stream)
	session, signedIn := sessionOf(f.ctx)
	if f.ended || session.Actor.Fingerprint() == f.session.Actor.Fingerprint() {
		return
	}
	at := f.sub.Close()
	if !signedIn {
		return // the connection ends, and says why
	}
	feed, personal, err := f.r.feed(f.ctx, session, f.field)
	if err == nil {
		at, err = f.tellChange(session, at)
	}
	if err == nil {
		err = f.join(session, feed, personal, at)
	}
	f.refused(err)
}

// refused ends the subscription with a refusal. A fault is none: the client comes back, and resumes where it stood.
func (f *following) refused(err error) {
	if err == nil || f.ctx.Err() != nil {
		return
	}
	e := present(f.ctx, err)
	if _, is := refusal.As(err); !is {
		f.stream.Leave(wire.Farewell{Code: wire.TryAgain, Reason: "not available"})
		return
	}
	answerOnce(f.stream, &graphql.Response{Errors: gqlerror.List{e}})
}

// tellChange says what other rights mean to this follower alone, and from which sequence on he follows under them.
func (f *following) tellChange(session Session, at int64) (after int64, err error) {
	if f.field.Name == pulseFeed {
		after, first, err := f.r.start(f.ctx, session, f.feed.Programme, f.field)
		if err == nil {
			f.stream.Next(first)
		}
		return after, err
	}
	moved, err := f.moved(session, at)
	for _, u := range moved {
		if answer := f.r.spelled(session, f.field, u); answer != nil {
			f.stream.Next(answer)
		}
	}
	return at, err
}

// moved are the updates that tell whom the follower loses and gains by other rights.
func (f *following) moved(session Session, at int64) ([]update, error) {
	epoch, err := f.r.Hub.Epoch(f.ctx)
	if err != nil {
		return nil, err
	}
	told := f.r.resync(epoch, at, f.session) // of the rights until now: who leaves before he has heard all is to read again
	told.Act = changedRights
	people := feeds[f.field.Name].people
	if people[0] == "" {
		return []update{told}, nil
	}
	lost, gained, err := f.r.Engine.Moved(f.ctx, people[0], people[1], f.feed.Programme, f.session.Actor, session.Actor, mostMoved+1)
	if err != nil {
		return nil, err
	}
	if len(lost)+len(gained) > mostMoved {
		return []update{told}, nil
	}
	var updates []update
	for _, id := range lost {
		updates = append(updates, f.about(told, event.Left, id)...)
	}
	for _, id := range gained {
		updates = append(updates, f.about(told, event.Entered, id)...)
	}
	return updates, nil
}

// about is the update about one person, unless the feed is narrowed to another. To whom else the person is related is not asked: who is read, or
// forgotten, without need does no harm.
func (f *following) about(u update, kind event.Kind, person uuid.UUID) []update {
	if given, ok := f.field.Args["participant"].(string); ok {
		if only, err := plan.ParseID("prt", given); err != nil || only != person {
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
