package baseline

import (
	"context"
	"net/http"
	"sync"

	"github.com/coder/websocket"
)

// CoderVerb is the argument with which the bench's own binary becomes the lower bound.
const CoderVerb = "serve-coder"

// ServeCoder runs the lower bound; an event is the frame to write.
func ServeCoder(ctx context.Context) error {
	b := &broadcast{all: map[chan []byte]struct{}{}}
	return Serve(ctx, http.HandlerFunc(b.follow), b.give)
}

// waiting is how many frames a connection may have before it: more than a bench tells at once.
const waiting = 64

type broadcast struct {
	mu  sync.Mutex
	all map[chan []byte]struct{}
}

func (b *broadcast) give(frame []byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for frames := range b.all {
		frames <- frame
	}
}

// follow is one connection: it acknowledges the first message, takes the second for a subscription, and writes from then on.
func (b *broadcast) follow(w http.ResponseWriter, req *http.Request) {
	conn, err := websocket.Accept(w, req, &websocket.AcceptOptions{Subprotocols: []string{"graphql-transport-ws"}})
	if err != nil {
		return
	}
	defer conn.CloseNow() //nolint:errcheck // there is nobody to tell
	ctx := context.Background()
	for _, answer := range []string{`{"type":"connection_ack"}`, ""} {
		if _, _, err := conn.Read(ctx); err != nil {
			return
		}
		if answer != "" && conn.Write(ctx, websocket.MessageText, []byte(answer)) != nil {
			return
		}
	}
	frames := make(chan []byte, waiting)
	b.mu.Lock()
	b.all[frames] = struct{}{}
	b.mu.Unlock()
	for frame := range frames {
		if err := conn.Write(ctx, websocket.MessageText, frame); err != nil {
			break
		}
	}
	go drain(frames) // so that nobody waits for it
	b.mu.Lock()
	delete(b.all, frames)
	b.mu.Unlock()
	close(frames)
}

func drain(frames chan []byte) {
	for range frames { //nolint:revive // what is left goes nowhere
	}
}
