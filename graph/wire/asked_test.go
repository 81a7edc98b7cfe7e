package wire_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/lavoroincorso/lavoro/graph/wire"
)

type whichKey struct{}

// TestEveryConnectionIsAsked: however many there are, none is passed over while others are asked time and again.
func TestEveryConnectionIsAsked(t *testing.T) {
	const many, rounds = 800, 4
	var mu sync.Mutex
	asked, enough := make([]int, many), make(chan struct{})
	protocol := &wire.Protocol{
		Stands: func(ctx context.Context) *wire.Farewell {
			mu.Lock()
			defer mu.Unlock()
			i, _ := ctx.Value(whichKey{}).(int)
			if asked[i]++; asked[i] == rounds && slices.Max(asked) == rounds {
				once(enough)
			}
			return nil
		},
		Operate: func(context.Context, *wire.Stream, []byte) error { return nil },
	}
	connections := wire.New(wire.Limits{})
	ctx, stop := context.WithCancel(t.Context())
	var all sync.WaitGroup
	defer all.Wait()
	defer stop()
	for i := range many {
		req := httptest.NewRequestWithContext(context.WithValue(ctx, whichKey{}, i), http.MethodPost, "/", nil)
		all.Go(func() { connections.Stream(paper{httptest.NewRecorder()}, req, protocol, nil) })
	}
	for deadline := time.Now().Add(patience); connections.Open() < many; {
		if time.Now().After(deadline) {
			t.Fatal("they do not come in")
		}
	}
	all.Go(func() { connections.Run(ctx) })
	receive(t, enough)
	mu.Lock()
	defer mu.Unlock()
	if least := slices.Min(asked); least < rounds-2 {
		t.Errorf("some were asked %d times, others %d", least, slices.Max(asked))
	}
}

// once closes a channel that may be closed already.
func once(c chan struct{}) {
	select {
	case <-c:
	default:
		close(c)
	}
}

// paper takes an answer that nobody reads.
type paper struct{ *httptest.ResponseRecorder }

func (paper) SetWriteDeadline(time.Time) error { return nil }
func (paper) SetReadDeadline(time.Time) error  { return nil }
