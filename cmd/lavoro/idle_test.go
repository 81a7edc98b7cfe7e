package main

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/lavoroincorso/lavoro/internal/platform/testdb"
)

// TestAQuietFollowerTakesLittle: what a node keeps for a websocket with one subscription that is told nothing. An operation's context with the
// selection of as many fields would double it, and the library's usual buffers take half as much again.
func TestAQuietFollowerTakesLittle(t *testing.T) {
	const groups, many, most = 5, 200, 10 << 10 // about 1 KiB of it is the client's end, which is in this process, too
	c := demonstration(t, testdb.New(t))
	c.MaxConnections, c.MaxSubscriptions, c.AddressConnections = 2*groups*many, 2*groups*many, 2*groups*many
	n := serve(t, c).as(t, coordinator)
	p := vars{"programme": n.ask(`{ programme(code: "LACO3") { id } }`, nil)["programme"].(map[string]any)["id"], "after": "gone.0"}
	var fields strings.Builder
	for i := range 90 {
		fmt.Fprintf(&fields, " m%d: minutes", i)
	}
	query := strings.Replace(updates, " minutes ", fields.String()+" ", 1)
	for range 10 {
		n.quiet(query, p) // what all of them share
	}
	taken := make([]int, groups)
	for i := range taken {
		before := liveHeap()
		for range many {
			n.quiet(query, p)
		}
		taken[i] = (liveHeap() - before) / many
	}
	slices.Sort(taken) // what the node does by itself meanwhile is in some of them
	if each := taken[groups/2]; each > most {
		t.Errorf("%d bytes for each, more than %d: %d", each, most, taken)
	} else {
		t.Logf("%d bytes for each: %d", each, taken)
	}
}

func liveHeap() int {
	runtime.GC()
	runtime.GC() // what finalizers held
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}

// quiet follows a feed by hand, for a library would keep more for its end than the node does for the other, and reads until it is told where the feed begins.
func (n *node) quiet(query string, variables vars) {
	n.t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(n.url, "http://"))
	if err != nil {
		n.t.Fatal(err)
	}
	n.t.Cleanup(func() { _ = conn.Close() })
	_, _ = io.WriteString(conn, "GET /graphql HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"+
		"Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n")
	n.readTo(conn, "\r\n\r\n")
	say(conn, vars{"type": "connection_init", "payload": vars{"Authorization": "Bearer " + n.token}})
	n.readTo(conn, `"connection_ack"}`)
	say(conn, vars{"id": "1", "type": "subscribe", "payload": vars{"query": query, "variables": variables}})
	n.readTo(conn, `}}}}`)
}

// say writes a message of less than 64 KiB as one masked frame, under a key of zeros.
func say(conn net.Conn, message vars) {
	text, _ := json.Marshal(message)
	frame := binary.BigEndian.AppendUint16([]byte{0x81, 0x80 | 126}, uint16(len(text)))
	_, _ = conn.Write(append(append(frame, 0, 0, 0, 0), text...))
}

// readTo reads up to the end of what is awaited.
func (n *node) readTo(conn net.Conn, end string) {
	n.t.Helper()
	var read []byte
	for one := make([]byte, 1); !strings.HasSuffix(string(read), end); read = append(read, one[0]) {
		if _, err := io.ReadFull(conn, one); err != nil {
			n.t.Fatalf("%v after %q", err, read)
		}
	}
}
