package duty

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
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
	config  SMTPConfig
	options []mail.Option
}

// NewSMTP makes the notifier; the server is first asked when something is sent.
func NewSMTP(c SMTPConfig) (*SMTP, error) {
	if c.Port == 0 {
		c.Port = mail.DefaultPortTLS
	}
	s := &SMTP{config: c, options: []mail.Option{mail.WithPort(c.Port), mail.WithTimeout(postTimeout), mail.WithTLSPolicy(mail.TLSMandatory), mail.WithoutNoop()}}
	if c.Plain {
		s.options = append(s.options, mail.WithTLSPolicy(mail.NoTLS))
	}
	if c.User != "" {
		s.options = append(s.options, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover), mail.WithUsername(c.User), mail.WithPassword(c.Password))
	}
	if _, err := mail.NewClient(c.Host, s.options...); err != nil {
		return nil, fmt.Errorf("smtp: %w", err)
	}
	if err := mail.NewMsg().From(c.From); err != nil {
		return nil, errors.New("smtp: the sender is no e-mail address")
	}
	return s, nil
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
	err := s.deliver(ctx, messages)
	for i, m := range messages {
		if m != nil && !m.IsDelivered() {
			outcomes[i] = undelivered(m, err)
		}
	}
	return outcomes
}

// deliver sends over a connection of its own, and closes it also where the library leaves it open: when TLS is not to be had.
func (s *SMTP) deliver(ctx context.Context, messages []*mail.Msg) error {
	var opened net.Conn
	dial := func(ctx context.Context, network, address string) (_ net.Conn, err error) {
		opened, err = (&net.Dialer{}).DialContext(ctx, network, address)
		return opened, err
	}
	defer func() {
		if opened != nil {
			_ = opened.Close()
		}
	}()
	client, err := mail.NewClient(s.config.Host, append(slices.Clone(s.options), mail.WithDialContextFunc(dial))...)
	if err != nil {
		return err
	}
	return client.DialAndSendWithContext(ctx, messages...)
}

// Post sends one letter.
func (s *SMTP) Post(ctx context.Context, to, subject, body string) error {
	m, err := s.letter(to, subject, body)
	if err != nil {
		return err
	}
	if err = s.deliver(ctx, []*mail.Msg{m}); !m.IsDelivered() {
		return undelivered(m, err)
	}
	return nil
}

func (s *SMTP) message(n Notice) (*mail.Msg, error) {
	return s.letter(n.Address, n.subject(), n.body())
}

func (s *SMTP) letter(to, subject, body string) (*mail.Msg, error) {
	m := mail.NewMsg()
	if err := errors.Join(m.From(s.config.From), m.To(to)); err != nil {
		return nil, errors.New("smtp: not an e-mail address")
	}
	m.SetMessageID()
	m.SetDate()
	m.SetGenHeader("Auto-Submitted", "auto-generated")
	m.Subject(subject)
	m.SetBodyString(mail.TypeTextPlain, body)
	return m, nil
}

func undelivered(m *mail.Msg, err error) error {
	var refused *mail.SendError
	switch {
	case errors.As(m.SendError(), &refused):
		return fmt.Errorf("smtp: refused with %d", refused.ErrorCode())
	case err != nil:
		return fmt.Errorf("smtp: %w (%T)", ErrAway, errors.Unwrap(err))
	}
	return errors.New("smtp: not delivered")
}
