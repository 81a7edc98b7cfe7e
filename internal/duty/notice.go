package duty

import (
	"context"
	"log/slog"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// Channel is the way that notices go out.
type Channel string

// The channels.
const (
	ByLog  Channel = "LOG"
	BySMTP Channel = "SMTP"
)

// Outcome is what became of a notice.
type Outcome string

// The outcomes: handed to the channel, or not.
const (
	Sent   Outcome = "SENT"
	Failed Outcome = "FAILED"
)

// Notice tells one member that things are due. Nothing of it but ids may reach a log.
type Notice struct {
	Member  uuid.UUID
	Address string // e-mail
	Dues    []Due
}

// LogValue is ids only: an address is personal data.
func (n Notice) LogValue() slog.Value {
	return slog.GroupValue(slog.String("member", n.Member.String()), slog.String("dues", strings.Join(n.ids(), " ")))
}

func (n Notice) ids() []string {
	ids := make([]string, len(n.Dues))
	for i, d := range n.Dues {
		ids[i] = plan.FormatID(Prefix, d.ID)
	}
	return ids
}

// Notifier sends notices on one channel: an error for each that did not go out, in order, nil for each that did.
type Notifier interface {
	Channel() Channel
	Send(ctx context.Context, notices []Notice) []error
}

// Log is the notifier of installations without post: it writes ids into the log, and nothing else.
type Log struct{}

// Channel is LOG.
func (Log) Channel() Channel { return ByLog }

// Send logs each notice; it cannot fail.
func (Log) Send(ctx context.Context, notices []Notice) []error {
	for _, n := range notices {
		slog.InfoContext(ctx, "notice", "notice", n)
	}
	return make([]error, len(notices))
}

// The words of a notice name no reason, group, programme or person: whoever reads it over a shoulder learns nothing.
var (
	oneDue   = text.Text{It: "Hai una scadenza: apri Lavoro in Corso", En: "Something is due: open Lavoro in Corso"}
	manyDues = text.Text{It: "Hai {n} scadenze: apri Lavoro in Corso", En: "{n} things are due: open Lavoro in Corso"}
)

// subject is the heading of a notice, in Italian: mail has one.
func (n Notice) subject() string { return n.heading().It }

func (n Notice) heading() text.Text {
	if len(n.Dues) == 1 {
		return oneDue
	}
	return manyDues.Fill(map[string]text.Text{"n": text.Same(strconv.Itoa(len(n.Dues)))})
}

// body is the notice in both languages with the ids of what is due: the member's language is not known here.
func (n Notice) body() string {
	h := n.heading()
	return h.It + ".\n" + h.En + ".\n\n" + strings.Join(n.ids(), "\n") + "\n"
}
