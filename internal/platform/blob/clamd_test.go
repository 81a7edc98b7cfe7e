package blob

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"path/filepath"
	"testing"

	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// fakeClamd speaks clamd's INSTREAM as its manual describes it: it finds "EICAR", and has enough after limit bytes.
func fakeClamd(t *testing.T, network, address string, limit int) Clamd {
	t.Helper()
	l, err := net.Listen(network, address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = conn.Write([]byte(verdict(bufio.NewReader(conn), limit) + "\x00"))
			_ = conn.Close()
		}
	}()
	return Clamd(l.Addr().String())
}

func verdict(in *bufio.Reader, limit int) string {
	if command, err := in.ReadString(0); err != nil || command != "zINSTREAM\x00" {
		return "UNKNOWN COMMAND"
	}
	var file bytes.Buffer
	for {
		var length uint32
		if err := binary.Read(in, binary.BigEndian, &length); err != nil {
			return "stream: torn ERROR"
		}
		if length == 0 {
			break
		}
		if _, err := io.CopyN(&file, in, int64(length)); err != nil {
			return "stream: torn ERROR"
		}
		if file.Len() > limit {
			return "INSTREAM size limit exceeded. ERROR"
		}
	}
	if bytes.Contains(file.Bytes(), []byte("EICAR")) {
		return "stream: Eicar-Test-Signature FOUND"
	}
	return "stream: OK"
}

func TestClamd(t *testing.T) {
	tcp := fakeClamd(t, "tcp", "127.0.0.1:0", 1<<20)
	unix := fakeClamd(t, "unix", filepath.Join(t.TempDir(), "c"), 1<<20)
	clean := bytes.Repeat([]byte("paper "), 100_000) // three parts
	errOurs := errors.New("a chunk does not open")
	for name, c := range map[string]struct {
		scanner Clamd
		file    io.Reader
		want    *refusal.Code
	}{
		"clean":            {tcp, bytes.NewReader(clean), nil},
		"clean by socket":  {unix, bytes.NewReader(clean), nil},
		"empty":            {tcp, bytes.NewReader(nil), nil},
		"infected":         {tcp, bytes.NewReader(append(bytes.Clone(clean), "EICAR"...)), Infected},
		"too much for it":  {tcp, bytes.NewReader(bytes.Repeat(clean, 3)), Unchecked},
		"nobody answers":   {Clamd(filepath.Join(t.TempDir(), "none")), bytes.NewReader(clean), Unchecked},
		"no port at all":   {"127.0.0.1:1", bytes.NewReader(clean), Unchecked},
		"file that breaks": {tcp, io.MultiReader(bytes.NewReader(clean), broken{errOurs}), nil},
	} {
		err := c.scanner.scan(context.Background(), c.file)
		refused, _ := refusal.As(err)
		if name == "file that breaks" {
			if !errors.Is(err, errOurs) {
				t.Errorf("%s: %v", name, err)
			}
		} else if c.want == nil && err != nil || c.want != nil && !refused.Has(c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

type broken struct{ error }

func (b broken) Read([]byte) (int, error) { return 0, b.error }
