package duty_test

import (
	"mime/quotedprintable"
	"net"
	"net/textproto"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/duty"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
)

// office is a small post office: it takes every letter but those to the address it refuses.
type office struct {
	listener net.Listener
	refuses  string

	mu      sync.Mutex
	letters []letter
}

type letter struct{ from, to, text string }

func openOffice(t *testing.T, refuses string) *office {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	o := &office{listener: listener, refuses: refuses}
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

func (o *office) port() int { return o.listener.Addr().(*net.TCPAddr).Port }

func (o *office) serve(c *textproto.Conn) {
	defer c.Close()
	var l letter
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
			l = letter{from: line}
			_ = c.PrintfLine("250 ok")
		case verb == "RCPT" && o.refuses != "" && strings.Contains(line, o.refuses):
			_ = c.PrintfLine("550 no such mailbox: %s", o.refuses)
		case verb == "RCPT":
			l.to = line
			_ = c.PrintfLine("250 ok")
		case verb == "DATA":
			_ = c.PrintfLine("354 go on")
			text, _ := c.ReadDotBytes()
			l.text = string(text)
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

func byPost(t *testing.T, port int) *duty.SMTP {
	t.Helper()
	s, err := duty.NewSMTP(duty.SMTPConfig{Host: "127.0.0.1", Port: port, From: "avvisi@example.org", Plain: true})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func notice(address string, dues int) duty.Notice {
	n := duty.Notice{Member: uuid.New(), Address: address}
	for range dues {
		n.Dues = append(n.Dues, duty.Due{ID: uuid.New(), Kind: "participant.check", SubjectKind: "Participant", Subject: uuid.New()})
	}
	return n
}

func TestALetterSaysThatSomethingIsDueAndNothingMore(t *testing.T) {
	o := openOffice(t, "")
	one, two := notice("uno@example.org", 1), notice("due@example.org", 2)
	for i, err := range byPost(t, o.port()).Send(t.Context(), []duty.Notice{one, two}) {
		if err != nil {
			t.Fatalf("notice %d: %v", i, err)
		}
	}
	if len(o.letters) != 2 || !strings.Contains(o.letters[0].to, "uno@example.org") || !strings.Contains(o.letters[1].to, "due@example.org") {
		t.Fatalf("letters: %+v", o.letters)
	}
	_, body, _ := strings.Cut(o.letters[0].text, "\n\n")
	want := "Hai una scadenza: apri Lavoro in Corso.\nSomething is due: open Lavoro in Corso.\n\n" + plan.FormatID("due", one.Dues[0].ID) + "\n"
	if got := decoded(t, body); got != want {
		t.Errorf("body %q, want %q", got, want)
	}
	if text := o.letters[1].text; !strings.Contains(text, "Hai 2 scadenze") || !strings.Contains(text, "Subject: Hai 2 scadenze: apri Lavoro in Corso") {
		t.Errorf("letter of two: %s", text)
	}
	for _, l := range o.letters {
		for _, secret := range []string{"participant", one.Dues[0].Subject.String(), two.Dues[1].Subject.String()} {
			if strings.Contains(l.text, secret) {
				t.Errorf("the letter tells %q", secret)
			}
		}
	}
}

func decoded(t *testing.T, body string) string {
	t.Helper()
	var out strings.Builder
	buffer := make([]byte, 4096)
	reader := quotedprintable.NewReader(strings.NewReader(body))
	for {
		n, err := reader.Read(buffer)
		out.Write(buffer[:n])
		if err != nil {
			return strings.ReplaceAll(out.String(), "\r\n", "\n")
		}
	}
}

func TestARefusedLetterFailsAloneAndNamesNobody(t *testing.T) {
	o := openOffice(t, "nessuno@example.org")
	outcomes := byPost(t, o.port()).Send(t.Context(), []duty.Notice{notice("nessuno@example.org", 1), notice("uno@example.org", 1), notice("not an address", 1)})
	if outcomes[0] == nil || outcomes[1] != nil || outcomes[2] == nil {
		t.Fatalf("outcomes %v", outcomes)
	}
	for _, err := range []error{outcomes[0], outcomes[2]} {
		if strings.Contains(err.Error(), "example.org") || strings.Contains(err.Error(), "not an address") {
			t.Errorf("the error names an address: %v", err)
		}
	}
	if len(o.letters) != 1 {
		t.Errorf("%d letters arrived", len(o.letters))
	}
}

func TestNoPostOffice(t *testing.T) {
	o := openOffice(t, "")
	port := o.port()
	_ = o.listener.Close()
	for _, err := range byPost(t, port).Send(t.Context(), []duty.Notice{notice("uno@example.org", 1), notice("due@example.org", 1)}) {
		if err == nil || strings.Contains(err.Error(), "example.org") {
			t.Errorf("outcome %v", err)
		}
	}
}

func TestPostIsEncryptedUnlessTheConfigurationSaysPlain(t *testing.T) {
	o := openOffice(t, "")
	s, err := duty.NewSMTP(duty.SMTPConfig{Host: "127.0.0.1", Port: o.port(), From: "avvisi@example.org"})
	if err != nil {
		t.Fatal(err)
	}
	if outcome := s.Send(t.Context(), []duty.Notice{notice("uno@example.org", 1)})[0]; outcome == nil || len(o.letters) != 0 {
		t.Error("a letter went out unencrypted")
	}
}

func TestASenderThatIsNoAddress(t *testing.T) {
	if _, err := duty.NewSMTP(duty.SMTPConfig{Host: "127.0.0.1", From: "nobody"}); err == nil {
		t.Error("accepted")
	}
}
