package stock

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"sync"

	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/lru"
	"github.com/99designs/gqlgen/graphql/handler/transport"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/lavoroincorso/lavoro/cmd/bench/baseline"
)

// Verb is the argument with which the bench's own binary becomes this server.
const Verb = "serve-stock"

// Serve runs it; an event is an AttendanceUpdate in JSON, which is read once for all.
func Serve(ctx context.Context) error {
	r := &root{all: map[chan *AttendanceUpdate]struct{}{}}
	srv := handler.New(NewExecutableSchema(Config{Resolvers: r}))
	srv.AddTransport(transport.Websocket{})
	srv.SetQueryCache(lru.New[*ast.QueryDocument](1000))
	return baseline.Serve(ctx, srv, r.give)
}

// waiting is how many events a subscription may have before it: more than a bench tells at once.
const waiting = 64

type root struct {
	mu  sync.Mutex
	all map[chan *AttendanceUpdate]struct{}
}

// Query and Subscription are the same: there is nothing else to know.
func (r *root) Query() QueryResolver { return r }

// Subscription gives the feed.
func (r *root) Subscription() SubscriptionResolver { return r }

// Ready is what a schema needs beside a subscription.
func (r *root) Ready(context.Context) (bool, error) { return true, nil }

// AttendanceUpdates follows all events.
func (r *root) AttendanceUpdates(ctx context.Context, _ string) (<-chan *AttendanceUpdate, error) {
	events := make(chan *AttendanceUpdate, waiting)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all[events] = struct{}{}
	context.AfterFunc(ctx, func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		delete(r.all, events)
		close(events)
	})
	return events, nil
}

// give hands an event to all; one that is as many behind as it may be gets no more, which the bench would take for an error.
func (r *root) give(event []byte) {
	update := &AttendanceUpdate{}
	if err := json.Unmarshal(event, update); err != nil {
		fmt.Fprintln(os.Stderr, "stock:", err)
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for events := range r.all {
		select {
		case events <- update:
		default:
		}
	}
}
