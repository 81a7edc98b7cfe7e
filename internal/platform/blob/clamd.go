package blob

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"
)

// Clamd is the address of a virus scanner that speaks clamd's INSTREAM: a socket's path, as "/run/clamav/clamd.ctl", or "host:port". "" is none.
type Clamd string

// scanTime bounds one scan of a file.
const scanTime = 30 * time.Second

// errNoScan is returned when the scanner gave no verdict.
var errNoScan = errors.New("the virus scanner gives no verdict")

// scan sends a file to the scanner and refuses it when something was found. Whatever keeps the scanner from its verdict is Unchecked: a file
// that nobody has looked at is not taken.
func (c Clamd) scan(ctx context.Context, file io.Reader) error {
	network := "tcp"
	if strings.HasPrefix(string(c), "/") {
		network = "unix"
	}
	ctx, cancel := context.WithTimeout(ctx, scanTime)
	defer cancel()
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, network, string(c))
	if err != nil {
		return errors.Join(Unchecked.At(), err)
	}
	defer func() { _ = conn.Close() }()
	if deadline, ok := ctx.Deadline(); ok {
		_ = conn.SetDeadline(deadline)
	}
	sent := send(conn, file)
	if ours := (*readError)(nil); errors.As(sent, &ours) {
		return ours.error
	}
	// A scanner that has found something, or has had enough, says so and hangs up: its word counts, whether or not all was sent.
	verdict, err := bufio.NewReader(io.LimitReader(conn, 4096)).ReadString(0)
	verdict = strings.TrimRight(verdict, "\x00\n")
	switch {
	case strings.HasSuffix(verdict, " FOUND"):
		return Infected.At()
	case sent == nil && verdict == "stream: OK":
		return nil
	}
	return errors.Join(Unchecked.At(), fmt.Errorf("%w: %w", errNoScan, errors.Join(sent, err)))
}

// readError tells a failure to read the file from one to send it.
type readError struct{ error }

// send writes the file as clamd takes it: a command, parts with their length before them, and a part without length.
func send(conn io.Writer, file io.Reader) error {
	out := bufio.NewWriterSize(conn, ChunkSize+4)
	_, _ = out.WriteString("zINSTREAM\x00")
	part := make([]byte, ChunkSize)
	for {
		n, err := io.ReadFull(file, part)
		if n > 0 {
			_, _ = out.Write(binary.BigEndian.AppendUint32(nil, uint32(n)))
			if _, err := out.Write(part[:n]); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			_, _ = out.Write(make([]byte, 4))
			return out.Flush()
		}
		if err != nil {
			return &readError{err}
		}
	}
}
