package graph

import (
	"context"
	"sync"

	"github.com/99designs/gqlgen/graphql"
	"github.com/google/uuid"
	"github.com/vektah/gqlparser/v2/ast"
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

// asked is what a subscription asks for, and all that is kept of its operation: what an executor adds is many times that. The document is shared
// by all who ask in the same words.
type asked struct {
	doc       *ast.QueryDocument
	operation *ast.OperationDefinition
	variables map[string]any
}

func (a asked) text() string { return a.operation.Position.Src.Input }

func (a asked) context() *graphql.OperationContext {
	return &graphql.OperationContext{Doc: a.doc, Operation: a.operation, Variables: a.variables}
}

// field is the one field that a subscription asks for.
func (a asked) field(schema *ast.Schema) (plan.Selected, error) {
	s := &selector{op: a.context(), schema: schema}
	fields := s.fields(a.operation.SelectionSet, "Subscription")
	if len(fields) != 1 {
		return plan.Selected{}, noFeed.At()
	}
	if _, known := feeds[fields[0].Name]; !known {
		return plan.Selected{}, noFeed.At()
	}
	return fields[0], s.err
}

// following is one subscription. When the rights of its connection change it goes on where it stood under the new ones, after telling
// whom it gains and loses by them. There are as many as there are clients: it keeps what only it knows.
type following struct {
	r          *Resolver
	connection *connection
	asked      asked
	ctx        context.Context // ends with the subscription
	stream     *wire.Stream
	leave      func() // its place

	mu        sync.Mutex
	ended     bool
	session   Session
	programme uuid.UUID
	sub       *live.Subscriber
}

// follow begins a subscription: the hub feeds its stream from now on. The handler gives an answer only when it cannot begin.
func (r *Resolver) follow(ctx context.Context, op *graphql.OperationContext) graphql.ResponseHandler {
	session, _ := sessionOf(ctx)
	out, standing := streamOf(ctx)
	c, stands := connectionOf(ctx)
	if !standing || !stands {
		return failed(ctx, needsSocket.At())
	}
	leave, err := r.place(c, session)
	if err != nil {
		return failed(ctx, err)
	}
	f := &following{r: r, connection: c, asked: asked{op.Doc, op.Operation, op.Variables}, ctx: out.Context(), stream: out, leave: leave}
	context.AfterFunc(f.ctx, f.end)
	if err := f.begin(session); err != nil && ctx.Err() == nil {
		return failed(ctx, err)
	}
	return func(context.Context) *graphql.Response { return nil }
}

// begin follows the feed from where the subscription asks to be resumed, or from now on.
func (f *following) begin(session Session) error {
	field, err := f.asked.field(f.r.AST)
	if err != nil {
		return err
	}
	feed, personal, err := f.r.feed(f.ctx, session, field)
	if err != nil {
		return err
	}
	after, first, err := f.r.start(f.ctx, session, feed.Programme, field)
	if err != nil {
		return err
	}
	if first != nil {
		f.stream.Next(first)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.ended {
		return nil
	}
	f.stream.OnRoom(func() { go f.resume() }) // before anything is sent: room that nobody waits for is told once
	if err := f.join(session, feed, personal, after); err != nil {
		return err
	}
	if now := f.connection.enter(f); now.Actor.Fingerprint() != session.Actor.Fingerprint() {
		go f.again() // they changed while it joined
	}
	return nil
}

// join follows the feed under the session's rights from a sequence on; f.mu is held.
func (f *following) join(session Session, feed live.Feed, personal bool, after int64) error {
	if feed.Gather == 0 {
		feed.AtOnce = f.r.Limits.atOnce(f.asked.context(), f.r.Engine.Schema)
	}
	stream := f.stream // what thousands are handed is not looked for in a second place
	sub, err := f.r.Hub.Follow(f.ctx, groupKey(f.asked, session, personal), feed, after, func(frame live.Frame) bool { return stream.Take(frame.Data) })
	if err == nil {
		f.session, f.programme, f.sub = session, feed.Programme, sub
	}
	return err
}

// end ends the subscription with its stream.
func (f *following) end() {
	f.leave()
	f.mu.Lock()
	defer f.mu.Unlock()
	f.ended = true
	f.connection.leave(f)
	if f.sub != nil {
		f.sub.Close()
	}
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
	var feed live.Feed
	var personal bool
	field, err := f.asked.field(f.r.AST)
	if err == nil {
		feed, personal, err = f.r.feed(f.ctx, session, field)
	}
	if err == nil {
		at, err = f.tellChange(session, field, at)
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
func (f *following) tellChange(session Session, field plan.Selected, at int64) (after int64, err error) {
	if _, ok := wholes[field.Name]; ok {
		after, first, err := f.r.start(f.ctx, session, f.programme, field)
		if err == nil {
			f.stream.Next(first)
		}
		return after, err
	}
	moved, err := f.moved(session, field, at)
	for _, u := range moved {
		if answer := f.r.spelled(session, field, u); answer != nil {
			f.stream.Next(answer)
		}
	}
	return at, err
}

// moved are the updates that tell whom the follower loses and gains by other rights.
func (f *following) moved(session Session, field plan.Selected, at int64) ([]update, error) {
	epoch, err := f.r.Hub.Epoch(f.ctx)
	if err != nil {
		return nil, err
	}
	told := f.r.resync(epoch, at, f.session) // of the rights until now: who leaves before he has heard all is to read again
	told.Act = changedRights
	people := feeds[field.Name].people
	ahead, err := f.r.Hub.Moves(f.ctx, f.programme, at)
	if err != nil {
		return nil, err
	}
	if people[0] == "" || ahead { // who left before he has heard of it is nobody whom he loses now
		return []update{told}, nil
	}
	lost, gained, err := f.r.Engine.Moved(f.ctx, people[0], people[1], f.programme, f.session.Actor, session.Actor, mostMoved+1)
	if err != nil {
		return nil, err
	}
	if len(lost)+len(gained) > mostMoved {
		return []update{told}, nil
	}
	var updates []update
	for _, id := range lost {
		updates = append(updates, about(field, told, event.Left, id)...)
	}
	for _, id := range gained {
		updates = append(updates, about(field, told, event.Entered, id)...)
	}
	return updates, nil
}

// about is the update about one person, unless the feed is narrowed to another. To whom else the person is related is not asked: who is read, or
// forgotten, without need does no harm.
func about(field plan.Selected, u update, kind event.Kind, person uuid.UUID) []update {
	if given, ok := field.Args["participant"].(string); ok {
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
