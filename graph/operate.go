package graph

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"runtime/debug"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/lavoroincorso/lavoro/graph/wire"
)

type streamKey struct{}

// streamOf gives the stream on which an operation's answers go; false for a request that is answered once.
func streamOf(ctx context.Context) (*wire.Stream, bool) {
	s, ok := ctx.Value(streamKey{}).(*wire.Stream)
	return s, ok
}

// operate executes an operation that came over a connection. Queries and acts are answered once; a subscription goes on by itself.
func (r *Resolver) operate(ctx context.Context, exec graphql.GraphExecutor, s *wire.Stream, operation []byte) error {
	defer failing(ctx, s)
	ctx = graphql.StartOperationTrace(context.WithValue(ctx, streamKey{}, s))
	params, err := parseParams(operation)
	if err != nil {
		return wire.ErrMalformed
	}
	if _, open := connectionOf(ctx); open {
		if err := r.request(ctx); err != nil { // whatever is sent is counted: to find that it is no operation costs, too
			answerOnce(s, &graphql.Response{Errors: gqlerror.List{present(ctx, err)}})
			return nil
		}
	}
	op, errs := exec.CreateOperationContext(ctx, params)
	if errs != nil {
		s.Fail(spellErrors(exec.DispatchError(graphql.WithOperationContext(ctx, op), errs).Errors...))
		return nil
	}
	subscribes := op.Operation.Operation == ast.Subscription
	if !subscribes {
		bounded, cancel := context.WithTimeout(ctx, r.Limits.time())
		defer cancel()
		ctx = bounded
	}
	responses, ctx := exec.DispatchOperation(ctx, op)
	response := responses(ctx)
	switch {
	case response != nil: // of a subscription only what keeps it from beginning
		answerOnce(s, response)
	case !subscribes:
		s.Complete()
	}
	return nil
}

// failing, deferred, ends a stream whose operation panics; everything else goes on.
func failing(ctx context.Context, s *wire.Stream) {
	if panicked := recover(); panicked != nil {
		s.Fail(spellErrors(present(ctx, fmt.Errorf("panic of type %T at %s", panicked, debug.Stack())))) // its value may hold anybody's data
	}
}

// answerOnce ends a stream with one answer. What was executed and refused is an answer; an `error` is for what could not be executed.
func answerOnce(s *wire.Stream, response *graphql.Response) {
	var answer bytes.Buffer
	writeResponse(&answer, response)
	s.Next(answer.Bytes())
	s.Complete()
}

// spellErrors writes errors as a JSON list.
func spellErrors(errs ...*gqlerror.Error) []byte {
	list, err := json.Marshal(errs)
	if err != nil {
		return []byte("[]")
	}
	return list
}
