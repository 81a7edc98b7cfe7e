package baseline

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"

	"github.com/lavoroincorso/lavoro/internal/platform/redis"
)

// The environment variables that say where a baseline's Redis is, as a URL and as the path of its socket, and by which channel of it the
// baseline sends its events to itself.
const (
	RedisURL    = "BENCH_REDIS_URL"
	RedisSocket = "BENCH_REDIS_SOCKET"
	Channel     = "BENCH_CHANNEL"
)

// Serve answers at /graphql by the handler and takes events at /event until ctx ends. It says on standard output where it listens.
func Serve(ctx context.Context, graphql http.Handler, give func(event []byte)) error {
	client, err := redis.Open(os.Getenv(RedisURL))
	if err != nil {
		return err
	}
	defer client.Close()
	channel := os.Getenv(Channel)
	events := client.Subscribe(ctx, channel)
	defer events.Close()
	if _, err := events.Receive(ctx); err != nil { // it listens
		return err
	}
	go func() {
		for message := range events.Channel() {
			give([]byte(message.Payload))
		}
	}()
	mux := http.NewServeMux()
	mux.Handle("/graphql", graphql)
	mux.HandleFunc("POST /event", func(w http.ResponseWriter, req *http.Request) {
		event, err := io.ReadAll(req.Body)
		if err == nil {
			err = client.Publish(req.Context(), channel, event).Err()
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
	})
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{Handler: mux} //nolint:gosec // loopback
	context.AfterFunc(ctx, func() { _ = server.Close() })
	fmt.Println("http://" + listener.Addr().String())
	if err := server.Serve(listener); ctx.Err() == nil {
		return err
	}
	return nil
}
