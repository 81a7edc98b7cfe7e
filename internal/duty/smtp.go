package duty

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/wneessen/go-mail"
)

// SMTPConfig says where post is handed over. Without a user nobody signs in there.
type SMTPConfig struct {
	Host     string
	Port     int    // 0 is 587
	From     string // address of the sender
	User     string
	Password string
	// Plain lets post go unencrypted, to a server on the same machine only.
	Plain bool
}

// postTimeout bounds how long one exchange with the post server may take.
const postTimeout = 10 * time.Second

// SMTP is the notifier that sends e-mail: all notices of a batch over one connection.
type SMTP struct {
	client *mail.Client
	from   string
}

// NewSMTP makes the notifier; the server is first asked when something is sent.
func NewSMTP(c SMTPConfig) (*SMTP, error) {
	options := []mail.Option{mail.WithTimeout(postTimeout), mail.WithTLSPolicy(mail.TLSMandatory), mail.WithoutNoop()}
	if c.Plain {
		options = append(options, mail.WithTLSPolicy(mail.NoTLS))
	}
	if c.Port != 0 {
		options = append(options, mail.WithPort(c.Port))
	} else {
		options = append(options, mail.WithPort(mail.DefaultPortTLS))
	}
	if c.User != "" {
		options = append(options, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover), mail.WithUsername(c.User), mail.WithPassword(c.Password))
	}
	client, err := mail.NewClient(c.Host, options...)
	if err != nil {
		return nil, fmt.Errorf("smtp: %w", err)
	}
	if err := mail.NewMsg().From(c.From); err != nil {
		return nil, errors.New("smtp: the sender is no e-mail address")
	}
	return &SMTP{client: client, from: c.From}, nil
}

// Channel is SMTP.
func (s *SMTP) Channel() Channel { return BySMTP }

// Send hands all notices to the server. Its errors name no address: servers repeat it in their answers.
func (s *SMTP) Send(ctx context.Context, notices []Notice) []error {
	outcomes := make([]error, len(notices))
	messages := make([]*mail.Msg, len(notices))
	for i, n := range notices {
		messages[i], outcomes[i] = s.message(n)
	}
	err := s.client.DialAndSendWithContext(ctx, messages...)
	for i, m := range messages {
		if m != nil && !m.IsDelivered() {
			outcomes[i] = undelivered(m, err)
		}
	}
	return outcomes
}

func (s *SMTP) message(n Notice) (*mail.Msg, error) {
	m := mail.NewMsg()
	if err := errors.Join(m.From(s.from), m.To(n.Address)); err != nil {
		return nil, errors.New("smtp: not an e-mail address")
	}
	m.SetMessageID()
	m.SetDate()
	m.SetGenHeader("Auto-Submitted", "auto-generated")
	m.Subject(n.subject())
	m.SetBodyString(mail.TypeTextPlain, n.body())
	return m, nil
}

func undelivered(m *mail.Msg, err error) error {
	var refused *mail.SendError
	switch {
	case errors.As(m.SendError(), &refused):
		return fmt.Errorf("smtp: refused with %d", refused.ErrorCode())
	case err != nil:
		return fmt.Errorf("smtp: no connection (%T)", errors.Unwrap(err))
	}
	return errors.New("smtp: not delivered")
}
