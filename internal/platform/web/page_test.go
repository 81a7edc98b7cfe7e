package web_test

import (
	"compress/gzip"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/lavoroincorso/lavoro/internal/platform/web"
)

func get(t *testing.T, method, address string, headers ...string) *http.Response {
	t.Helper()
	request := httptest.NewRequest(method, address, nil)
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	recorder := httptest.NewRecorder()
	web.Page().ServeHTTP(recorder, request)
	return recorder.Result()
}

func body(t *testing.T, response *http.Response) string {
	t.Helper()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// assets lists the addresses of the committed files, as the page would ask for them.
func assets(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("dist/assets/*")
	if err != nil || len(files) == 0 {
		t.Fatalf("no assets: %v", err)
	}
	addresses := make([]string, len(files))
	for i, file := range files {
		addresses[i] = strings.TrimPrefix(filepath.ToSlash(file), "dist")
	}
	return addresses
}

func TestPageIsStrict(t *testing.T) {
	response := get(t, http.MethodGet, "/")
	if response.StatusCode != http.StatusOK || response.Header.Get("Content-Type") != "text/html; charset=utf-8" {
		t.Fatalf("got %d %s", response.StatusCode, response.Header.Get("Content-Type"))
	}
	if got := response.Header.Get("Cache-Control"); got != "no-cache" {
		t.Errorf("the page must be asked for again, got Cache-Control %q", got)
	}
	policy := response.Header.Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'", "frame-ancestors 'none'"} {
		if !strings.Contains(policy, want) {
			t.Errorf("the content security policy lacks %q: %s", want, policy)
		}
	}
	for _, never := range []string{"unsafe", "*", "http:", "https:", "blob:"} {
		if strings.Contains(policy, never) {
			t.Errorf("the content security policy allows %q: %s", never, policy)
		}
	}
	if got := response.Header.Get("X-Content-Type-Options"); got != "nosniff" {
		t.Errorf("X-Content-Type-Options is %q", got)
	}
}

func TestPageNamesNoOtherHostAndRunsNothingInline(t *testing.T) {
	page := body(t, get(t, http.MethodGet, "/"))
	for reason, pattern := range map[string]string{
		"another host":              `(?i)(https?:)?//[a-z0-9]`,
		"an inline script":          `(?i)<script(?:\s[^>]*)?>\s*[^<\s]`,
		"a script without a source": `(?i)<script(?:\s+(?:type|defer|async)(?:="[^"]*")?)*\s*>`,
		"an inline style":           `(?i)<style|\sstyle=`,
		"an inline handler":         `(?i)\son[a-z]+\s*=`,
	} {
		if found := regexp.MustCompile(pattern).FindString(page); found != "" {
			t.Errorf("the page holds %s: %q", reason, found)
		}
	}
	for _, address := range assets(t) {
		if !strings.HasSuffix(address, ".css") {
			continue
		}
		style := body(t, get(t, http.MethodGet, address))
		if found := regexp.MustCompile(`(?i)@import|url\(\s*['"]?(?:https?:)?//`).FindString(style); found != "" {
			t.Errorf("%s fetches from elsewhere: %q", address, found)
		}
	}
}

func TestAssetsAreNamedAfterTheirContent(t *testing.T) {
	page := body(t, get(t, http.MethodGet, "/"))
	named := regexp.MustCompile(`^/assets/[a-z]+-([0-9a-f]{16})\.(js|css|svg|txt)$`)
	types := map[string]string{
		"js": "text/javascript; charset=utf-8", "css": "text/css; charset=utf-8",
		"svg": "image/svg+xml", "txt": "text/plain; charset=utf-8",
	}
	for _, address := range assets(t) {
		response := get(t, http.MethodGet, address)
		content := body(t, response)
		parts := named.FindStringSubmatch(address)
		if parts == nil {
			t.Errorf("%s is not named after its content", address)
			continue
		}
		digest := sha256.Sum256([]byte(content))
		if got := hex.EncodeToString(digest[:8]); got != parts[1] {
			t.Errorf("%s has digest %s", address, got)
		}
		if !strings.Contains(page, address) {
			t.Errorf("the page does not use %s", address)
		}
		if got := response.Header.Get("Content-Type"); got != types[parts[2]] {
			t.Errorf("%s has type %q", address, got)
		}
		if got := response.Header.Get("Cache-Control"); !strings.Contains(got, "immutable") {
			t.Errorf("%s has Cache-Control %q", address, got)
		}
	}
}

func TestIntegrityOfScriptAndStyle(t *testing.T) {
	page := body(t, get(t, http.MethodGet, "/"))
	links := regexp.MustCompile(`(?:src|href)="([^"]+\.(?:js|css))" integrity="sha384-([^"]+)"`).FindAllStringSubmatch(page, -1)
	if len(links) != 2 {
		t.Fatalf("want one script and one stylesheet with integrity, got %d", len(links))
	}
	for _, link := range links {
		digest := sha512.Sum384([]byte(body(t, get(t, http.MethodGet, link[1]))))
		if got := base64.StdEncoding.EncodeToString(digest[:]); got != link[2] {
			t.Errorf("%s does not match its integrity", link[1])
		}
	}
}

func TestPageIsCompressedForThoseWhoAsk(t *testing.T) {
	plain := body(t, get(t, http.MethodGet, "/", "Accept-Encoding", "br, gzip;q=0"))
	response := get(t, http.MethodGet, "/", "Accept-Encoding", "deflate, gzip;q=0.8, br")
	if response.Header.Get("Content-Encoding") != "gzip" {
		t.Fatal("the page was not compressed")
	}
	reader, err := gzip.NewReader(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	unpacked, err := io.ReadAll(reader)
	if err != nil || string(unpacked) != plain {
		t.Errorf("the compressed page differs (%v)", err)
	}
}

func TestPageAnswersUnchanged(t *testing.T) {
	for _, encoding := range []string{"", "gzip"} {
		tag := get(t, http.MethodGet, "/", "Accept-Encoding", encoding).Header.Get("ETag")
		again := get(t, http.MethodGet, "/", "Accept-Encoding", encoding, "If-None-Match", tag)
		if again.StatusCode != http.StatusNotModified || body(t, again) != "" {
			t.Errorf("encoding %q: got %d", encoding, again.StatusCode)
		}
	}
}

func TestPageRefusesWhatItDoesNotServe(t *testing.T) {
	for _, c := range []struct {
		method, address string
		status          int
	}{
		{http.MethodGet, "/index.html", http.StatusNotFound},
		{http.MethodGet, "/assets/", http.StatusNotFound},
		{http.MethodGet, "/assets/../page.go", http.StatusNotFound},
		{http.MethodGet, "/dist/index.html", http.StatusNotFound},
		{http.MethodPost, "/", http.StatusMethodNotAllowed},
		{http.MethodHead, "/", http.StatusOK},
	} {
		response := get(t, c.method, c.address)
		if response.StatusCode != c.status {
			t.Errorf("%s %s: got %d, want %d", c.method, c.address, response.StatusCode, c.status)
		}
		if c.method == http.MethodHead && body(t, response) != "" {
			t.Error("HEAD carries a body")
		}
	}
}

func TestNoSourceMapOrModuleIsShipped(t *testing.T) {
	for _, address := range assets(t) {
		info, err := os.Stat("dist" + address)
		if err != nil {
			t.Fatal(err)
		}
		if info.Size() > 2<<20 || strings.HasSuffix(address, ".map") {
			t.Errorf("%s has %d bytes", address, info.Size())
		}
	}
}
