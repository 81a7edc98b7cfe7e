package wire_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/lavoroincorso/lavoro/graph/wire"
)

// BenchmarkDeliver is what one event costs for each of a thousand websockets, in processor time of this process: the clients are in it, too, and
// do nothing but count bytes. "coder" is the library as its documentation shows it: a goroutine and a channel for each connection.
func BenchmarkDeliver(b *testing.B) {
	payload := []byte(`{"data":{"attendanceUpdates":{"x":"` + strings.Repeat("x", 900) + `"}}}`)
	b.Run("wire", func(b *testing.B) { deliver(b, ours(b, payload)) })
	b.Run("coder", func(b *testing.B) { deliver(b, theirs(b, payload)) })
}

const many = 1000

// source tells all its connections of one event; each client must get the number of bytes.
type source struct {
	url   string
	tell  func()
	bytes int
	open  func(*testing.B, net.Conn)
}

func deliver(b *testing.B, s source) {
	arrived := make(chan int, 4*many)
	var reading sync.WaitGroup
	conns := make([]net.Conn, many)
	for i := range conns {
		conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
		if err != nil {
			b.Fatal(err)
		}
		conns[i] = conn
		fmt.Fprintf(conn, "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n")
		head := make([]byte, 0, 512)
		for one := make([]byte, 1); !bytes.HasSuffix(head, []byte("\r\n\r\n")); head = append(head, one[0]) {
			if _, err := io.ReadFull(conn, one); err != nil {
				b.Fatal(err)
			}
		}
		s.open(b, conn)
		reading.Go(func() {
			buf := make([]byte, 4096)
			for {
				n, err := conn.Read(buf)
				if err != nil {
					return
				}
				arrived <- n
			}
		})
	}
	round := func() {
		s.tell()
		for left := many * s.bytes; left > 0; left -= <-arrived {
		}
	}
	round()
	before := cpu()
	b.ResetTimer()
	for b.Loop() {
		round()
	}
	b.ReportMetric(float64((cpu()-before).Nanoseconds())/float64(b.N)/many/1000, "us/event")
	for _, c := range conns {
		_ = c.Close()
	}
	reading.Wait()
}

func cpu() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// masked writes a short text frame as a client does, under a key of zeros.
func masked(conn net.Conn, text string) {
	_, _ = conn.Write(append([]byte{0x81, 0x80 | byte(len(text)), 0, 0, 0, 0}, text...))
}

func ours(b *testing.B, payload []byte) source {
	connections := wire.New(wire.Limits{})
	var mu sync.Mutex
	var feeds []*wire.Stream
	opened := make(chan struct{}, many)
	protocol := &wire.Protocol{Measure: measure, Open: admit, Stands: func(context.Context) *wire.Farewell { return nil },
		Operate: func(_ context.Context, s *wire.Stream, _ []byte) error {
			mu.Lock()
			feeds = append(feeds, s)
			mu.Unlock()
			opened <- struct{}{}
			return nil
		}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		connections.Accept(context.Background(), w, req, protocol)
	}))
	b.Cleanup(server.Close)
	return source{url: server.URL, bytes: len(`{"id":"1","type":"next","payload":`) + len(payload) + 1 + 4,
		open: func(b *testing.B, conn net.Conn) {
			masked(conn, `{"type":"connection_init"}`)
			ack := make([]byte, 2+len(`{"type":"connection_ack"}`))
			if _, err := io.ReadFull(conn, ack); err != nil {
				b.Fatal(err)
			}
			masked(conn, `{"type":"subscribe","id":"1","payload":{"query":"x"}}`)
			<-opened
		},
		tell: func() {
			for _, s := range feeds {
				s.Take(payload)
			}
		}}
}

func theirs(b *testing.B, payload []byte) source {
	var mu sync.Mutex
	var channels []chan []byte
	opened := make(chan struct{}, many)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		conn, err := websocket.Accept(w, req, nil)
		if err != nil {
			return
		}
		frames := make(chan []byte, 64)
		mu.Lock()
		channels = append(channels, frames)
		mu.Unlock()
		opened <- struct{}{}
		go func() {
			for frame := range frames {
				if conn.Write(context.Background(), websocket.MessageText, frame) != nil {
					return
				}
			}
		}()
		_, _, _ = conn.Read(context.Background())
		_ = conn.CloseNow()
	}))
	b.Cleanup(server.Close)
	frame := []byte(`{"id":"1","type":"next","payload":` + string(payload) + `}`)
	return source{url: server.URL, bytes: len(frame) + 4, open: func(*testing.B, net.Conn) { <-opened },
		tell: func() {
			for _, c := range channels {
				c <- frame
			}
		}}
}
