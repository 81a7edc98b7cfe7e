package web_test

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/lavoroincorso/lavoro/internal/platform/web"
)

// through sends a request through a gate to a handler that tells the client's address.
func through(g web.Gate, request *http.Request) *http.Response {
	recorder := httptest.NewRecorder()
	g.Guard(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if req.URL.Path == "/panic" {
			panic("mario.rossi@example.org")
		}
		_, _ = io.WriteString(w, web.AddressOf(req.Context()))
	})).ServeHTTP(recorder, request)
	return recorder.Result()
}

func request(method, address string, headers ...string) *http.Request {
	r := httptest.NewRequest(method, address, nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	return r
}

func gate(t *testing.T, origins, proxies string) web.Gate {
	t.Helper()
	o, err := web.ParseOrigins(origins)
	if err != nil {
		t.Fatal(err)
	}
	p, err := web.ParseProxies(proxies)
	if err != nil {
		t.Fatal(err)
	}
	return web.Gate{Origins: o, Proxies: p}
}

func TestOtherSitesMayNotCall(t *testing.T) {
	g := gate(t, "https://app.example.org, http://localhost:3000", "")
	const listed, foreign = "https://app.example.org", "https://evil.example.org"
	for name, c := range map[string]struct {
		method  string
		headers []string
		status  int
	}{
		"a program":                   {"POST", nil, 200},
		"the page itself":             {"POST", []string{"Origin", "http://example.com", "Sec-Fetch-Site", "same-origin"}, 200},
		"the page in an old browser":  {"POST", []string{"Origin", "http://example.com"}, 200},
		"a listed page":               {"POST", []string{"Origin", listed, "Sec-Fetch-Site", "cross-site"}, 200},
		"a listed page's socket":      {"GET", []string{"Origin", listed, "Upgrade", "websocket"}, 200},
		"the page's socket":           {"GET", []string{"Origin", "http://example.com", "Upgrade", "websocket"}, 200},
		"a program's socket":          {"GET", []string{"Upgrade", "websocket"}, 200},
		"a link from elsewhere":       {"GET", []string{"Sec-Fetch-Site", "cross-site"}, 200},
		"another page":                {"POST", []string{"Origin", foreign, "Sec-Fetch-Site", "cross-site"}, 403},
		"another page, old browser":   {"POST", []string{"Origin", foreign}, 403},
		"another page's socket":       {"GET", []string{"Origin", foreign, "Upgrade", "WebSocket"}, 403},
		"a socket of nowhere":         {"GET", []string{"Origin", "null", "Upgrade", "websocket"}, 403},
		"a form of nowhere":           {"POST", []string{"Origin", "null"}, 403},
		"a host that begins the same": {"POST", []string{"Origin", "https://app.example.org.evil.org"}, 403},
		"another port":                {"POST", []string{"Origin", "https://app.example.org:8443"}, 403},
		"another scheme":              {"POST", []string{"Origin", "http://app.example.org"}, 403},
		"a sibling":                   {"POST", []string{"Sec-Fetch-Site", "same-site"}, 403},
	} {
		response := through(g, request(c.method, "http://example.com/graphql", c.headers...))
		if response.StatusCode != c.status {
			t.Errorf("%s: %d, want %d", name, response.StatusCode, c.status)
		}
		if c.status == 403 && !strings.Contains(body(t, response), "ORIGIN_NOT_ALLOWED") {
			t.Errorf("%s is refused without a code", name)
		}
		if got := response.Header.Get("Access-Control-Allow-Origin"); (got != "") != strings.Contains(strings.Join(c.headers, " ")+" ", listed+" ") {
			t.Errorf("%s: may be read by %q", name, got)
		}
	}
}

func TestAPageAsksBeforeItSends(t *testing.T) {
	g := gate(t, "https://app.example.org", "")
	response := through(g, request("OPTIONS", "http://example.com/graphql", "Origin", "https://app.example.org", "Access-Control-Request-Method", "POST"))
	if response.StatusCode != http.StatusNoContent || !strings.Contains(response.Header.Get("Access-Control-Allow-Headers"), "Authorization") ||
		response.Header.Get("Access-Control-Allow-Credentials") != "" {
		t.Errorf("%d %v", response.StatusCode, response.Header)
	}
	response = through(g, request("OPTIONS", "http://example.com/graphql", "Origin", "https://evil.example.org", "Access-Control-Request-Method", "POST"))
	if response.Header.Get("Access-Control-Allow-Origin") != "" || response.Header.Get("Access-Control-Allow-Methods") != "" {
		t.Errorf("another site may: %v", response.Header)
	}
	if !strings.Contains(response.Header.Get("Vary"), "Origin") {
		t.Error("what one origin is told could be kept for another")
	}
}

func TestEveryAnswerIsHardened(t *testing.T) {
	g := gate(t, "", "10.0.0.0/8")
	for _, path := range []string{"/", "/panic"} {
		header := through(g, request("GET", path)).Header
		for name, want := range map[string]string{
			"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "same-origin", "Cross-Origin-Opener-Policy": "same-origin",
			"Cross-Origin-Resource-Policy": "same-origin", "Strict-Transport-Security": "",
		} {
			if got := header.Get(name); got != want {
				t.Errorf("%s: %s is %q", path, name, got)
			}
		}
		if policy := header.Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'") || !strings.Contains(policy, "frame-ancestors 'none'") {
			t.Errorf("%s: %s", path, policy)
		}
	}
	secure := request("GET", "/", "X-Forwarded-Proto", "https")
	if through(g, secure).Header.Get("Strict-Transport-Security") != "" {
		t.Error("anybody can say that he came by https")
	}
	secure.RemoteAddr = "10.1.2.3:4567"
	if through(g, secure).Header.Get("Strict-Transport-Security") == "" {
		t.Error("a proxy's word is not taken")
	}
}

func TestAPanicTellsNothing(t *testing.T) {
	var log bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
	defer slog.SetDefault(before)
	response := through(gate(t, "", ""), request("GET", "/panic", "Accept-Language", "en"))
	said := body(t, response)
	if response.StatusCode != http.StatusInternalServerError || !strings.Contains(said, "INTERNAL") || strings.Contains(said+log.String(), "rossi") {
		t.Fatalf("%d %s\n%s", response.StatusCode, said, log.String())
	}
	_, after, _ := strings.Cut(said, "Reference: ")
	if id, _, _ := strings.Cut(after, "."); len(id) != 36 || !strings.Contains(log.String(), id) {
		t.Errorf("the reference %q does not stand in the log", id)
	}
}

func TestTheClientBehindProxies(t *testing.T) {
	g := gate(t, "", "10.0.0.0/8, 192.0.2.1, fd00::/8")
	for _, c := range []struct{ remote, forwarded, want string }{
		{"203.0.113.7:1", "", "203.0.113.7"},
		{"203.0.113.7:1", "198.51.100.1", "203.0.113.7"}, // nobody's proxy
		{"10.0.0.1:1", "198.51.100.1", "198.51.100.1"},
		{"10.0.0.1:1", "1.2.3.4, 198.51.100.1, 192.0.2.1", "198.51.100.1"}, // the client wrote the first
		{"10.0.0.1:1", "nonsense, 198.51.100.1", "198.51.100.1"},
		{"10.0.0.1:1", "198.51.100.1, nonsense", "10.0.0.1"},
		{"10.0.0.1:1", "", "10.0.0.1"},
		{"[::ffff:10.0.0.1]:1", "::ffff:198.51.100.1", "198.51.100.1"},
		{"[fd00::1]:1", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"},
		{"@", "", "invalid IP"}, // a unix socket
	} {
		r := request("GET", "/", "X-Forwarded-For", c.forwarded)
		r.RemoteAddr = c.remote
		if got := body(t, through(g, r)); got != c.want {
			t.Errorf("%s for %q: %s, want %s", c.remote, c.forwarded, got, c.want)
		}
	}
}

func TestSettingsOfTheGate(t *testing.T) {
	for _, wrong := range []string{"app.example.org", "https://app.example.org/", "https://*.example.org", "ftp://a", "https://a/b", "https://u@a", "null", "https://", "*"} {
		if got, err := web.ParseOrigins(wrong); err == nil {
			t.Errorf("origin %q is read as %v", wrong, got)
		}
	}
	for _, wrong := range []string{"proxy", "10.0.0.0/99", "10.0.0"} {
		if got, err := web.ParseProxies(wrong); err == nil {
			t.Errorf("proxy %q is read as %v", wrong, got)
		}
	}
}

func TestConnectionsOfOneAddressAreBounded(t *testing.T) {
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	limited := web.Proxies(nil).Limit(inner, 2)
	defer limited.Close()
	accepted := make(chan net.Conn)
	go func() {
		for {
			conn, err := limited.Accept()
			if err != nil {
				return
			}
			accepted <- conn
		}
	}()
	dial := func() net.Conn {
		conn, err := net.Dial("tcp", inner.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.Close() })
		return conn
	}
	dial()
	first := <-accepted
	dial()
	<-accepted
	if _, err := dial().Read(make([]byte, 1)); err == nil {
		t.Error("a third connection is served")
	}
	_, _ = first.Close(), first.Close() // the second time frees nothing
	dial()
	<-accepted
	if _, err := dial().Read(make([]byte, 1)); err == nil {
		t.Error("closing twice makes room for two")
	}
}

func FuzzForwarded(f *testing.F) {
	f.Add("10.0.0.1:1", "198.51.100.1, 10.0.0.2")
	f.Add("[::1]:80", "::ffff:1.2.3.4,,fe80::1%eth0")
	p, err := web.ParseProxies("10.0.0.0/8,::1")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, remote, forwarded string) {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr, r.Header = remote, http.Header{"X-Forwarded-For": {forwarded}, "Accept-Language": {forwarded}}
		got := body(t, through(web.Gate{Proxies: p}, r))
		if len(got) > len("ffff:ffff:ffff:ffff::/64") || strings.ContainsAny(got, "\r\n") {
			t.Fatalf("address %q", got)
		}
	})
}

func FuzzOrigins(f *testing.F) {
	f.Add("https://app.example.org, http://localhost:3000", "https://app.example.org")
	f.Add("http://[::1]:80", "null")
	f.Fuzz(func(t *testing.T, setting, origin string) {
		origins, err := web.ParseOrigins(setting)
		if err != nil {
			return
		}
		r := httptest.NewRequest("POST", "http://example.com/", nil)
		r.Header = http.Header{"Origin": {origin}}
		response := through(web.Gate{Origins: origins}, r)
		if told := response.Header.Get("Access-Control-Allow-Origin"); told != "" && !strings.Contains(strings.ToLower(setting), strings.ToLower(told)) {
			t.Fatalf("%q is told that it may, by %q", told, setting)
		}
		for _, o := range origins {
			if again, err := web.ParseOrigins(o); err != nil || fmt.Sprint(again) != "["+o+"]" {
				t.Fatalf("%q is read as %v, %v", o, again, err)
			}
		}
	})
}
