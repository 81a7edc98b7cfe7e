package wire

import (
	"bytes"
	"time"
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
	line := buffers.Get().(*bytes.Buffer)
	defer giveBack(line)
	size := 0
	for {
		var rooms []func()
		if size, rooms = s.take(line, size); size == 0 {
			for _, room := range rooms {
				room()
			}
			return
		}
		if _, err := s.pipe.Write(line.Bytes()); err != nil {
			s.settle(size)
			s.cut()
			return
		}
	}
}

// take spells the next messages into an empty line and says how much they count for, after those that have been written: zero when nothing is
// left to write. Then the writer ends, or says goodbye where the connection is to end.
func (s *socket) take(line *bytes.Buffer, written int) (size int, rooms []func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.count(-written)
	s.out.since = time.Time{}
	if s.bye != nil {
		go s.goodbye()
		return 0, nil
	}
	if len(s.out.waiting) == 0 {
		rooms = told(s.out.starved)
		s.out = queue{}
		return 0, rooms
	}
	line.Reset()
	n := 0
	for ; n < len(s.out.waiting) && size < writeBytes; n++ {
		m := s.out.waiting[n]
		size += m.size()
		if m.stream == nil || !m.stream.ended { // what its client has ended is not heard any more
			m.spell(line)
		}
	}
	s.out.waiting = s.out.waiting[n:]
	s.out.since = time.Now()
	return size, nil
}

// settle takes what was to be written off what is counted.
func (s *socket) settle(written int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.count(-written)
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
