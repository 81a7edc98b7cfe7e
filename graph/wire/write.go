package wire

import (
	"bytes"
	"context"
	"time"

	"github.com/coder/websocket"
)

const (
	writeBytes = 32 << 10 // about how much goes out by one call
	overhead   = 64       // bytes that a waiting message costs beside its payload
)

func (m message) size() int { return len(m.payload) + overhead }

// queue is what waits to be written on a socket; the socket's lock guards it.
type queue struct {
	waiting []message
	bytes   int // of the messages that wait or are being written
	writing bool
	since   time.Time     // when the present write began
	starved []*Stream     // to whom put has said no
	freed   chan struct{} // for the reader who waits for room; nil when it does not
}

// stuck says whether a client has not taken what is being written for too long.
func (q *queue) stuck(now time.Time, patience time.Duration) bool {
	return q.writing && !q.since.IsZero() && now.Sub(q.since) > patience
}

// drop forgets what waits; s.mu is held. What is being written is still counted.
func (s *socket) drop() {
	for _, m := range s.out.waiting {
		s.count(-m.size())
	}
	s.out.waiting, s.out.starved = nil, nil
	s.free()
}

// count keeps the sum of what waits; s.mu is held.
func (s *socket) count(bytes int) {
	s.out.bytes += bytes
	s.meter.queued.Add(int64(bytes))
	if s.out.bytes <= s.limits.Queue {
		s.free()
	}
}

// free has the reader go on; s.mu is held.
func (s *socket) free() {
	if s.out.freed != nil {
		s.heard.Store(time.Now().UnixNano()) // what was said meanwhile is heard now
		close(s.out.freed)
		s.out.freed = nil
	}
}

// awaitRoom waits while more than the bound waits for the client, unless the connection is to end: what a client asks for is not refused, but
// who does not take it is not read from.
func (s *socket) awaitRoom() {
	s.mu.Lock()
	if s.bye != nil || s.out.bytes <= s.limits.Queue {
		s.mu.Unlock()
		return
	}
	freed := make(chan struct{})
	s.out.freed = freed
	s.mu.Unlock()
	<-freed
}

// Messages that are always the same.
var (
	ackLine   = []byte(`{"type":"connection_ack"}`)
	pingLine  = []byte(`{"type":"ping"}`)
	pongLine  = []byte(`{"type":"pong"}`)
	kindWords = [...]string{next: "next", failure: "error", complete: "complete", pong: "pong"}
)

// put queues a message of a stream.
func (s *socket) put(of *Stream, m message, mayWait bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.bye != nil || of.ended || of.done {
		return true // nobody waits for it
	}
	if mayWait && s.out.bytes > 0 && s.out.bytes+m.size() > s.limits.Queue {
		if !of.away {
			of.away = true
			s.out.starved = append(s.out.starved, of)
		}
		return false
	}
	if m.kind != next {
		of.done = true
		s.forget(of)
	}
	s.queue(m)
	return true
}

// forget frees the id of a stream.
func (s *socket) forget(of *Stream) {
	for id, stream := range s.streams {
		if stream == of {
			delete(s.streams, id)
			return
		}
	}
}

func (s *socket) heed(of *Stream, room func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	of.room = room
}

func (s *socket) send(m message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.queue(m)
}

// queue adds a message and has it written; s.mu is held.
func (s *socket) queue(m message) {
	if s.bye != nil {
		return
	}
	s.out.waiting = append(s.out.waiting, m)
	s.count(m.size())
	if !s.out.writing {
		s.out.writing = true
		go s.write()
	}
}

// write writes what waits until nothing does. Then those who found no room are told.
func (s *socket) write() {
	for {
		batch, rooms := s.take()
		for _, room := range rooms {
			room()
		}
		if batch == nil {
			return
		}
		if s.writeAll(batch) != nil {
			s.cut()
			return
		}
	}
}

// take gives the next messages. With none left the writer ends, or says goodbye where the connection is to end.
func (s *socket) take() (batch []message, rooms []func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.out.since = time.Time{}
	if s.bye != nil {
		go s.goodbye()
		return nil, nil
	}
	if len(s.out.waiting) == 0 {
		rooms = told(s.out.starved)
		s.out = queue{}
		return nil, rooms
	}
	n, size := 0, 0
	for n < len(s.out.waiting) && size < writeBytes {
		size += s.out.waiting[n].size()
		n++
	}
	batch = s.out.waiting[:n:n]
	s.out.waiting = s.out.waiting[n:]
	s.out.since = time.Now()
	return batch, nil
}

// told gives what those streams are to be told by that there is room again.
func told(starved []*Stream) (rooms []func()) {
	for _, of := range starved {
		if of.away = false; of.room != nil && !of.ended {
			rooms = append(rooms, of.room)
		}
	}
	return rooms
}

// writeAll writes messages by one call.
func (s *socket) writeAll(batch []message) error {
	s.pipe.hold()
	line := buffers.Get().(*bytes.Buffer)
	defer giveBack(line)
	var failed error
	for _, m := range batch {
		whole := s.spell(line, m)
		if whole == nil || failed != nil {
			continue
		}
		failed = s.ws.Write(context.Background(), websocket.MessageText, whole)
	}
	if err := s.pipe.release(); failed == nil {
		failed = err
	}
	s.mu.Lock()
	for _, m := range batch {
		s.count(-m.size())
	}
	s.mu.Unlock()
	return failed
}

// spell writes a message as the protocol has it; nil for one of a stream that its client has ended.
func (s *socket) spell(line *bytes.Buffer, m message) []byte {
	switch {
	case m.kind == acknowledged:
		return ackLine
	case m.kind == ping:
		return pingLine
	case m.kind == pong && m.payload == nil:
		return pongLine
	case m.stream != nil && s.hasEnded(m.stream):
		return nil
	}
	line.Reset()
	line.WriteByte('{')
	if m.stream != nil {
		line.WriteString(`"id":`)
		line.Write(m.stream.id)
		line.WriteByte(',')
	}
	line.WriteString(`"type":"`)
	line.WriteString(kindWords[m.kind])
	line.WriteByte('"')
	if m.payload != nil {
		line.WriteString(`,"payload":`)
		line.Write(m.payload)
	}
	line.WriteByte('}')
	return line.Bytes()
}

func (s *socket) hasEnded(of *Stream) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return of.ended
}
