package graph

import (
	"cmp"
	"context"
	"sync"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// perConnection is how many subscriptions one connection may have: beyond it a page has forgotten to end them.
const perConnection = 50

var tooManySubscriptions = refusal.Define(refusal.Definition{
	Code: "TOO_MANY_SUBSCRIPTIONS", Kind: refusal.State,
	Message: refusal.Text{It: "Hai già {max} sottoscrizioni aperte.", En: "You have {max} subscriptions open already."},
	Cure:    refusal.Text{It: "Chiudi quelle che non servono più e riprova.", En: "End those that you no longer need, and try again."},
})

var tooManyConnections = refusal.Define(refusal.Definition{
	Code: "TOO_MANY_CONNECTIONS", Kind: refusal.State,
	Message: refusal.Text{It: "Hai già {max} connessioni aperte.", En: "You have {max} connections open already."},
	Cure:    refusal.Text{It: "Chiudi quelle che non servono più e riprova.", En: "Close those that you no longer need, and try again."},
})

// places counts what each member has open on this node. Each node counts for itself: the limits guard its memory.
type places struct {
	mu            sync.Mutex
	connections   map[uuid.UUID]int
	subscriptions map[uuid.UUID]int
}

// enter takes a place in counts and gives what frees it; false when all are taken.
func (s *places) enter(counts *map[uuid.UUID]int, member uuid.UUID, most int) (leave func(), ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if *counts == nil {
		*counts = map[uuid.UUID]int{}
	}
	if (*counts)[member] >= most {
		return nil, false
	}
	(*counts)[member]++
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if (*counts)[member]--; (*counts)[member] == 0 {
			delete(*counts, member)
		}
	}, true
}

// seat takes a place for a connection until its context ends.
func (r *Resolver) seat(ctx context.Context, session Session) error {
	leave, ok := r.places.enter(&r.places.connections, session.Actor.Member, r.Limits.connections())
	if !ok {
		return tooManyConnections.At().With("max", r.Limits.connections())
	}
	context.AfterFunc(ctx, leave)
	return nil
}

// place takes a place for a subscription of a connection, until it is left.
func (r *Resolver) place(c *connection, session Session) (leave func(), err error) {
	if c.subscriptions.Add(1) > perConnection {
		c.subscriptions.Add(-1)
		return nil, tooManySubscriptions.At().With("max", perConnection)
	}
	free, ok := r.places.enter(&r.places.subscriptions, session.Actor.Member, r.Limits.subscriptions())
	if !ok {
		c.subscriptions.Add(-1)
		return nil, tooManySubscriptions.At().With("max", r.Limits.subscriptions())
	}
	return func() { free(); c.subscriptions.Add(-1) }, nil
}

func (l Limits) connections() int { return cmp.Or(l.Connections, 32) }

func (l Limits) subscriptions() int { return cmp.Or(l.Subscriptions, 200) }
