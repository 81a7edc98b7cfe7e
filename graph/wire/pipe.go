package wire

import (
	"bufio"
	"bytes"
	"net"
	"net/http"
	"sync"
)

// What is kept for reading and writing is as little as is needed while nothing comes.
const (
	libraryReads  = 16       // bytes, the least that bufio has
	libraryWrites = 128      // bytes: any frame of control, so that it comes to the pipe by one call
	aheadBytes    = 32       // a whole pong
	systemWrites  = 16 << 10 // bytes that the system may hold for a client; it would take megabytes for one that does not read
)

// pipe is the TCP connection below a websocket.
type pipe struct {
	net.Conn

	reading sync.Mutex // held by who reads; there may be who waits for the goodbye beside the one who awaits
	head    []byte     // what was read and is to be given first
	ahead   [aheadBytes]byte

	mu sync.Mutex // held while something is written: our frames of text and the library's of control do not come into one another
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

// await waits until something has come.
func (p *pipe) await() error {
	p.reading.Lock()
	defer p.reading.Unlock()
	return p.look()
}

// look reads ahead unless something is there; p.reading is held.
func (p *pipe) look() error {
	if len(p.head) > 0 {
		return nil
	}
	n, err := p.Conn.Read(p.ahead[:])
	if p.head = p.ahead[:n]; n > 0 {
		return nil
	}
	return err
}

// more says whether something is there that has not been read.
func (p *pipe) more() bool {
	p.reading.Lock()
	defer p.reading.Unlock()
	return len(p.head) > 0
}

// Read gives the library one byte at a time as long as it only looks at the head of a frame: what follows it stays here, where more sees it.
func (p *pipe) Read(b []byte) (int, error) {
	p.reading.Lock()
	defer p.reading.Unlock()
	if len(b) <= libraryReads {
		if err := p.look(); err != nil {
			return 0, err
		}
		b = b[:min(1, len(b))]
	}
	if len(p.head) == 0 {
		return p.Conn.Read(b)
	}
	n := copy(b, p.head)
	p.head = p.head[n:]
	return n, nil
}

// Write writes whole frames.
func (p *pipe) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.Conn.Write(b)
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
	if sized, is := conn.(interface{ SetWriteBuffer(int) error }); is {
		_ = sized.SetWriteBuffer(systemWrites) // a connection that cannot have it is bounded by the queue alone
	}
	read, _ := before.Reader.Peek(before.Reader.Buffered())
	n.pipe.Conn, n.pipe.head = conn, bytes.Clone(read)
	return n.pipe, bufio.NewReadWriter(bufio.NewReaderSize(n.pipe, libraryReads), bufio.NewWriterSize(n.pipe, libraryWrites)), nil
}
