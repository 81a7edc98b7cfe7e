package wire

import (
	"bufio"
	"bytes"
	"net"
	"net/http"
	"sync"
)

// bufferBytes are what a websocket's reader and writer keep each: more than a usual message from a client and the head of one to it.
const bufferBytes = 1 << 10

// pipe is the TCP connection below a websocket. Between hold and release what is written is gathered; it goes out by one call.
type pipe struct {
	net.Conn
	head []byte // what was read before the connection was taken over

	mu   sync.Mutex
	held *bytes.Buffer
}

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// kept is the capacity beyond which a buffer is not used again.
const kept = 64 << 10

func giveBack(b *bytes.Buffer) {
	if b.Cap() <= kept {
		b.Reset()
		buffers.Put(b)
	}
}

// Read gives first what was read before.
func (p *pipe) Read(b []byte) (int, error) {
	if len(p.head) > 0 {
		n := copy(b, p.head)
		if p.head = p.head[n:]; len(p.head) == 0 {
			p.head = nil
		}
		return n, nil
	}
	return p.Conn.Read(b)
}

// Write writes, or gathers while the pipe is held. The websocket writes whole frames, or whole parts of its one writer.
func (p *pipe) Write(b []byte) (int, error) {
	p.mu.Lock()
	if p.held != nil {
		defer p.mu.Unlock()
		return p.held.Write(b)
	}
	p.mu.Unlock()
	return p.Conn.Write(b)
}

func (p *pipe) hold() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.held = buffers.Get().(*bytes.Buffer)
}

func (p *pipe) release() error {
	p.mu.Lock()
	held := p.held
	p.held = nil
	p.mu.Unlock()
	_, err := p.Conn.Write(held.Bytes())
	giveBack(held)
	return err
}

// narrow hands the websocket library small buffers and the pipe in the place of the connection.
type narrow struct {
	http.ResponseWriter
	pipe *pipe
}

// Hijack takes the connection over.
func (n *narrow) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, before, err := http.NewResponseController(n.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	read, _ := before.Reader.Peek(before.Reader.Buffered())
	n.pipe.Conn, n.pipe.head = conn, bytes.Clone(read)
	return n.pipe, bufio.NewReadWriter(bufio.NewReaderSize(n.pipe, bufferBytes), bufio.NewWriterSize(n.pipe, bufferBytes)), nil
}
