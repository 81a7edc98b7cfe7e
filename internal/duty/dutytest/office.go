// Package dutytest stands in for what notices are handed to.
package dutytest

import (
	"net"
	"net/textproto"
	"slices"
	"strings"
	"sync"
	"testing"
)

// Office is a small post office: it takes every letter but those to the address it refuses.
type Office struct {
	listener net.Listener
	refuses  string

	mu      sync.Mutex
	letters []Letter
}

// Letter is what came: the two lines of its envelope, and all of its text.
type Letter struct{ From, To, Text string }

// OpenOffice opens one on a free port of this machine; it closes with the test.
func OpenOffice(t testing.TB, refuses string) *Office {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	o := &Office{listener: listener, refuses: refuses}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			wg.Go(func() { o.serve(textproto.NewConn(conn)) })
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		wg.Wait()
	})
	return o
}

// Port is where it listens.
func (o *Office) Port() int { return o.listener.Addr().(*net.TCPAddr).Port }

// Letters are those that came until now.
func (o *Office) Letters() []Letter {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.letters)
}

// Close takes nothing any more.
func (o *Office) Close() { _ = o.listener.Close() }

func (o *Office) serve(c *textproto.Conn) {
	defer c.Close()
	var l Letter
	_ = c.PrintfLine("220 office.test ESMTP")
	for {
		line, err := c.ReadLine()
		if err != nil {
			return
		}
		switch verb := strings.ToUpper(strings.SplitN(line, " ", 2)[0]); {
		case verb == "EHLO" || verb == "HELO":
			_ = c.PrintfLine("250 office.test")
		case verb == "MAIL":
			l = Letter{From: line}
			_ = c.PrintfLine("250 ok")
		case verb == "RCPT" && o.refuses != "" && strings.Contains(line, o.refuses):
			_ = c.PrintfLine("550 no such mailbox: %s", o.refuses)
		case verb == "RCPT":
			l.To = line
			_ = c.PrintfLine("250 ok")
		case verb == "DATA":
			_ = c.PrintfLine("354 go on")
			text, _ := c.ReadDotBytes()
			l.Text = string(text)
			o.mu.Lock()
			o.letters = append(o.letters, l)
			o.mu.Unlock()
			_ = c.PrintfLine("250 ok")
		case verb == "QUIT":
			_ = c.PrintfLine("221 bye")
			return
		default:
			_ = c.PrintfLine("250 ok")
		}
	}
}
