package duty_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/duty"
)

const gatewaySecret = "geheim-gateway"

// gateway is an operator's gateway that answers as it is told to.
func gateway(t *testing.T, answer http.HandlerFunc) *duty.Gateway {
	t.Helper()
	server := httptest.NewServer(answer)
	t.Cleanup(server.Close)
	g, err := duty.NewGateway(duty.GatewayConfig{URL: server.URL + "/send", Secret: gatewaySecret})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestAMessageIsHandedOver(t *testing.T) {
	id := uuid.New()
	g := gateway(t, func(w http.ResponseWriter, req *http.Request) {
		body, _ := io.ReadAll(req.Body)
		var got map[string]string
		err := json.Unmarshal(body, &got)
		if err != nil || len(got) != 3 || got["to"] != "+393331234567" || got["text"] != "Perché no?" || got["id"] != id.String() ||
			req.Method != http.MethodPost || req.URL.Path != "/send" || req.Header.Get("Content-Type") != "application/json" || req.Header.Get("Authorization") != "Bearer "+gatewaySecret {
			t.Errorf("%s %s %v: %s", req.Method, req.URL, req.Header, body)
		}
		w.WriteHeader(http.StatusAccepted)
	})
	if err := g.Send(t.Context(), id, "+393331234567", "Perché no?"); err != nil {
		t.Error(err)
	}
}

// What the gateway does not take is an error that tells neither number, words nor secret, and the secret follows no redirection.
func TestAMessageThatIsNotTaken(t *testing.T) {
	var elsewhere *httptest.Server
	elsewhere = httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the secret was carried elsewhere") }))
	t.Cleanup(elsewhere.Close)
	for name, answer := range map[string]http.HandlerFunc{
		"refused": func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "no +393331234567 Perché "+gatewaySecret, http.StatusBadRequest)
		},
		"broken": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) },
		"sent on": func(w http.ResponseWriter, req *http.Request) {
			http.Redirect(w, req, elsewhere.URL, http.StatusTemporaryRedirect)
		},
		"hung up": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
	} {
		err := gateway(t, answer).Send(t.Context(), uuid.New(), "+393331234567", "Perché no?")
		if err == nil {
			t.Errorf("%s: taken for gone", name)
			continue
		}
		if errors.Is(err, duty.ErrAway) != (name == "hung up") {
			t.Errorf("%s: %v", name, err)
		}
		for _, word := range []string{"333", "Perch", gatewaySecret, "127.0.0.1"} {
			if strings.Contains(err.Error(), word) {
				t.Errorf("%s: tells %s: %v", name, word, err)
			}
		}
	}
}

func TestGatewaysThatAreNone(t *testing.T) {
	for _, c := range []duty.GatewayConfig{{"http://sms.example.org", "x"}, {"https://", "x"}, {"sms.example.org", "x"}, {"https://anna:geheim@sms.example.org:port", "x"}, {"https://sms.example.org", ""}} {
		if _, err := duty.NewGateway(c); err == nil || strings.Contains(err.Error(), "geheim") {
			t.Errorf("%v: %v", c, err)
		}
	}
	for _, url := range []string{"https://sms.example.org/send", "http://localhost:1", "http://127.0.0.1:1", "http://[::1]:1"} {
		if _, err := duty.NewGateway(duty.GatewayConfig{URL: url, Secret: "x"}); err != nil {
			t.Errorf("%s: %v", url, err)
		}
	}
}
