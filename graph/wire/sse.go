package wire

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"sync"
	"time"
)

// events is one operation over server-sent events, on a request of its own.
type events struct {
	protocol *Protocol
	limits   *Limits
	meter    *meter
	ctx      context.Context
	cancel   context.CancelFunc
	stream   *Stream
	wake     chan struct{}

	mu      sync.Mutex
	pinged  time.Time
	waiting []message
	bytes   int
	starved bool
	gone    bool
}

// ErrRestart says that the node goes: another or the next one serves. Nothing was answered yet.
var ErrRestart = errors.New("the node restarts")

// Stream answers a request by server-sent events, until the operation or the connection ends. Its answers may be resumed as on a websocket;
// a connection that ends without `complete` is to be opened again. The only error is ErrRestart.
func (c *Connections) Stream(w http.ResponseWriter, req *http.Request, protocol *Protocol, operation []byte) error {
	e := &events{protocol: protocol, limits: &c.limits, meter: c.meter, wake: make(chan struct{}, 1), pinged: time.Now()}
	e.ctx, e.cancel = context.WithCancel(req.Context())
	defer e.cancel()
	leave, ok := c.enter(e)
	if !ok {
		return ErrRestart
	}
	defer leave()
	defer e.drop()
	e.stream = newStream(e.ctx, e, "")
	out := http.NewResponseController(w)
	_ = out.SetReadDeadline(time.Time{})
	w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
	w.Header().Set("X-Accel-Buffering", "no")
	w.WriteHeader(http.StatusOK)
	if e.flush(w, out, []byte(":\n\n")) != nil {
		return nil
	}
	go func() {
		if protocol.Operate(e.stream.ctx, e.stream, operation) != nil {
			e.cancel()
		}
	}()
	e.write(w, out)
	return nil
}

// write writes what waits until the operation, the connection or its client ends.
func (e *events) write(w http.ResponseWriter, out *http.ResponseController) {
	for {
		select {
		case <-e.ctx.Done():
			return
		case <-e.wake:
		}
		batch := e.take()
		var text bytes.Buffer
		last := false
		for _, m := range batch {
			last = spellEvent(&text, m) || last
		}
		if e.flush(w, out, text.Bytes()) != nil || last {
			return
		}
		e.written(batch)
	}
}

// flush sends bytes; a client that does not take them in time is cut.
func (e *events) flush(w http.ResponseWriter, out *http.ResponseController, text []byte) error {
	if err := out.SetWriteDeadline(time.Now().Add(e.limits.Patience)); err != nil {
		return err
	}
	if _, err := w.Write(text); err != nil {
		return err
	}
	return out.Flush()
}

func (e *events) take() []message {
	e.mu.Lock()
	defer e.mu.Unlock()
	batch := e.waiting
	e.waiting = nil
	return batch
}

func (e *events) written(batch []message) {
	e.mu.Lock()
	for _, m := range batch {
		e.count(-m.size())
	}
	var room func()
	if e.starved && len(e.waiting) == 0 {
		e.starved, room = false, e.stream.room
	}
	e.mu.Unlock()
	if room != nil {
		room()
	}
}

// spellEvent writes a message as an event; last is the one with which the stream ends.
func spellEvent(text *bytes.Buffer, m message) (last bool) {
	switch m.kind {
	case next:
		text.WriteString("event: next\ndata: ")
		writeData(text, m.payload)
	case failure:
		text.WriteString("event: next\ndata: {\"errors\":")
		writeData(text, m.payload)
		text.WriteString("}")
	case ping:
		text.WriteString(":\n\n")
		return false
	}
	if m.kind != complete {
		text.WriteString("\n\n")
	}
	if m.kind != next {
		text.WriteString("event: complete\ndata:\n\n")
	}
	return m.kind != next
}

// writeData writes JSON; each of its lines is a line of data, whichever way it ends.
func writeData(text *bytes.Buffer, payload []byte) {
	for i := 0; ; i++ {
		end := bytes.IndexAny(payload, "\r\n")
		if i > 0 {
			text.WriteString("\ndata: ")
		}
		if end < 0 {
			text.Write(payload)
			return
		}
		text.Write(payload[:end])
		payload = payload[end+1:]
	}
}

// put queues a message.
func (e *events) put(s *Stream, m message, mayWait bool) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if s.done || s.ended || e.gone {
		return true
	}
	if mayWait && e.bytes > 0 && e.bytes+m.size() > e.limits.Queue {
		e.starved = true
		return false
	}
	s.done = m.kind == failure || m.kind == complete
	e.queue(m)
	return true
}

// queue adds a message and has it written; e.mu is held.
func (e *events) queue(m message) {
	e.waiting = append(e.waiting, m)
	e.count(m.size())
	select {
	case e.wake <- struct{}{}:
	default:
	}
}

// count keeps the sum of what waits; e.mu is held.
func (e *events) count(bytes int) {
	e.bytes += bytes
	e.meter.queued.Add(int64(bytes))
}

// drop forgets what waits behind a connection that has ended.
func (e *events) drop() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.gone, e.waiting = true, nil
	e.count(-e.bytes)
}

func (e *events) heed(s *Stream, room func()) {
	e.mu.Lock()
	defer e.mu.Unlock()
	s.room = room
}

func (e *events) look(now time.Time) {
	if e.protocol.over(e.ctx) != nil {
		e.cancel()
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.gone && now.Sub(e.pinged) > e.limits.Ping {
		e.pinged = now
		e.queue(message{kind: ping})
	}
}

func (e *events) stands() {
	if e.protocol.Stands(e.ctx) != nil {
		e.cancel()
	}
}

// end ends the connection: without `complete` its client comes back.
func (e *events) end(Farewell) { e.cancel() }
