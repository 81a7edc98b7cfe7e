package duty

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/google/uuid"
)

// GatewayConfig says where messages to phones are handed over.
type GatewayConfig struct {
	URL    string // https; http to this machine only
	Secret string // that the gateway knows the house by
}

// Gateway hands messages to phones over to the operator's own gateway: a POST of {"to": "+39…", "text": …, "id": …} for each, with the secret as
// bearer. Any 2xx is taken for gone. The same message tried again comes with the same id, by which the gateway knows it.
type Gateway struct {
	config GatewayConfig
	client *http.Client
}

// gatewayTimeout bounds one exchange with the gateway.
const gatewayTimeout = 10 * time.Second

// ErrAway is wrapped where a gateway or a post server cannot be reached or does not answer in time: nothing goes that way for now.
var ErrAway = errors.New("no connection")

var (
	errGatewayURL    = errors.New("sms-url is no https address")
	errGatewaySecret = errors.New("sms-url needs sms-secret")
)

// NewGateway makes the sender; the gateway is first asked when something is sent. Its errors tell neither address nor secret.
func NewGateway(c GatewayConfig) (*Gateway, error) {
	u, err := url.Parse(c.URL)
	if err != nil || u.Host == "" || u.Scheme != "https" && !(u.Scheme == "http" && ownMachine(u.Hostname())) {
		return nil, errGatewayURL
	}
	if c.Secret == "" {
		return nil, errGatewaySecret
	}
	return &Gateway{config: c, client: &http.Client{
		Timeout:       gatewayTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, // the secret goes nowhere else
	}}, nil
}

func ownMachine(host string) bool {
	return host == "localhost" || net.ParseIP(host).IsLoopback()
}

// Send hands one message over. Its errors name no number and no secret: gateways repeat them in their answers.
func (g *Gateway) Send(ctx context.Context, id uuid.UUID, to, text string) error {
	body, err := json.Marshal(struct {
		To   string `json:"to"`
		Text string `json:"text"`
		ID   string `json:"id"`
	}{to, text, id.String()})
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, g.config.URL, bytes.NewReader(body))
	if err != nil {
		return errGatewayURL
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+g.config.Secret)
	answer, err := g.client.Do(req)
	if err != nil {
		return fmt.Errorf("sms: %w (%T)", ErrAway, errors.Unwrap(err))
	}
	defer func() { _ = answer.Body.Close() }()
	_, _ = io.CopyN(io.Discard, answer.Body, 4<<10) // so that the connection can be used again
	if answer.StatusCode/100 != 2 {
		return fmt.Errorf("sms: refused with %d", answer.StatusCode)
	}
	return nil
}
