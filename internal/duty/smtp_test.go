package duty_test

import (
	"errors"
	"mime/quotedprintable"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/duty"
	"github.com/lavoroincorso/lavoro/internal/duty/dutytest"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
)

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
	o := dutytest.OpenOffice(t, "")
	one, two := notice("uno@example.org", 1), notice("due@example.org", 2)
	for i, err := range byPost(t, o.Port()).Send(t.Context(), []duty.Notice{one, two}) {
		if err != nil {
			t.Fatalf("notice %d: %v", i, err)
		}
	}
	if len(o.Letters()) != 2 || !strings.Contains(o.Letters()[0].To, "uno@example.org") || !strings.Contains(o.Letters()[1].To, "due@example.org") {
		t.Fatalf("letters: %+v", o.Letters())
	}
	_, body, _ := strings.Cut(o.Letters()[0].Text, "\n\n")
	want := "Hai una scadenza: apri Lavoro in Corso.\nSomething is due: open Lavoro in Corso.\n\n" + plan.FormatID("due", one.Dues[0].ID) + "\n"
	if got := decoded(t, body); got != want {
		t.Errorf("body %q, want %q", got, want)
	}
	if text := o.Letters()[1].Text; !strings.Contains(text, "Hai 2 scadenze") || !strings.Contains(text, "Subject: Hai 2 scadenze: apri Lavoro in Corso") {
		t.Errorf("letter of two: %s", text)
	}
	for _, l := range o.Letters() {
		for _, secret := range []string{"participant", one.Dues[0].Subject.String(), two.Dues[1].Subject.String()} {
			if strings.Contains(l.Text, secret) {
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
	o := dutytest.OpenOffice(t, "nessuno@example.org")
	outcomes := byPost(t, o.Port()).Send(t.Context(), []duty.Notice{notice("nessuno@example.org", 1), notice("uno@example.org", 1), notice("not an address", 1)})
	if outcomes[0] == nil || outcomes[1] != nil || outcomes[2] == nil {
		t.Fatalf("outcomes %v", outcomes)
	}
	for _, err := range []error{outcomes[0], outcomes[2]} {
		if strings.Contains(err.Error(), "example.org") || strings.Contains(err.Error(), "not an address") {
			t.Errorf("the error names an address: %v", err)
		}
	}
	if len(o.Letters()) != 1 {
		t.Errorf("%d letters arrived", len(o.Letters()))
	}
}

func TestNoPostOffice(t *testing.T) {
	o := dutytest.OpenOffice(t, "")
	port := o.Port()
	o.Close()
	for _, err := range byPost(t, port).Send(t.Context(), []duty.Notice{notice("uno@example.org", 1), notice("due@example.org", 1)}) {
		if !errors.Is(err, duty.ErrAway) || strings.Contains(err.Error(), "example.org") {
			t.Errorf("outcome %v", err)
		}
	}
}

func TestPostIsEncryptedUnlessTheConfigurationSaysPlain(t *testing.T) {
	o := dutytest.OpenOffice(t, "")
	s, err := duty.NewSMTP(duty.SMTPConfig{Host: "127.0.0.1", Port: o.Port(), From: "avvisi@example.org"})
	if err != nil {
		t.Fatal(err)
	}
	if outcome := s.Send(t.Context(), []duty.Notice{notice("uno@example.org", 1)})[0]; outcome == nil || len(o.Letters()) != 0 {
		t.Error("a letter went out unencrypted")
	}
}

func TestASenderThatIsNoAddress(t *testing.T) {
	if _, err := duty.NewSMTP(duty.SMTPConfig{Host: "127.0.0.1", From: "nobody"}); err == nil {
		t.Error("accepted")
	}
}
