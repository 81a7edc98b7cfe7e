package issuer

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// Client asks the issuer without a network: the program that runs it reaches it whatever stands between the two addresses, and before it
// listens. What is asked and answered is the same.
func (i *Issuer) Client() *http.Client { return &http.Client{Transport: inside{i}} }

type inside struct{ issuer *Issuer }

// RoundTrip answers a request below the issuer's address, and no other.
func (t inside) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		defer req.Body.Close()
	}
	base, err := url.Parse(t.issuer.Base())
	if err != nil {
		return nil, err
	}
	path, below := strings.CutPrefix(req.URL.Path, base.Path)
	if !below || req.URL.Host != base.Host {
		return nil, &url.Error{Op: req.Method, URL: req.URL.Redacted(), Err: http.ErrNotSupported}
	}
	inner := req.Clone(req.Context())
	inner.URL.Path, inner.RequestURI = path, path
	if inner.Body == nil {
		inner.Body = http.NoBody
	}
	w := &written{header: http.Header{}, status: http.StatusOK}
	t.issuer.Handler().ServeHTTP(w, inner)
	return &http.Response{Status: http.StatusText(w.status), StatusCode: w.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: w.header,
		Body: io.NopCloser(&w.body), ContentLength: int64(w.body.Len()), Request: req}, nil
}

// written keeps an answer.
type written struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (w *written) Header() http.Header         { return w.header }
func (w *written) WriteHeader(status int)      { w.status = status }
func (w *written) Write(p []byte) (int, error) { return w.body.Write(p) }
