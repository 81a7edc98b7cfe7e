package evidence_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/digitorus/timestamp"
	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/platform/evidence"
	"github.com/lavoroincorso/lavoro/internal/platform/journal"
)

// authority is a small time-stamping authority with a root of its own.
type authority struct {
	t     *testing.T
	key   *ecdsa.PrivateKey
	cert  *x509.Certificate
	roots *x509.CertPool
	now   time.Time
	bend  func(*timestamp.Timestamp)
	*httptest.Server
}

func openAuthority(t *testing.T, usage x509.ExtKeyUsage) *authority {
	t.Helper()
	a := &authority{t: t, now: noon, roots: x509.NewCertPool(), bend: func(*timestamp.Timestamp) {}}
	rootKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	root := a.certify(&x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Root"}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}, nil, rootKey, rootKey)
	a.roots.AddCert(root)
	if a.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		t.Fatal(err)
	}
	a.cert = a.certify(&x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "TSA"}, KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{usage}}, root, a.key, rootKey)
	a.Server = httptest.NewServer(http.HandlerFunc(a.serve))
	t.Cleanup(a.Close)
	return a
}

func (a *authority) certify(c, parent *x509.Certificate, key, signer *ecdsa.PrivateKey) *x509.Certificate {
	a.t.Helper()
	c.NotBefore, c.NotAfter = noon.AddDate(-1, 0, 0), noon.AddDate(5, 0, 0)
	if parent == nil {
		parent = c
	}
	data, err := x509.CreateCertificate(rand.Reader, c, parent, &key.PublicKey, signer)
	if err != nil {
		a.t.Fatal(err)
	}
	made, err := x509.ParseCertificate(data)
	if err != nil {
		a.t.Fatal(err)
	}
	return made
}

func (a *authority) serve(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	asked, err := timestamp.ParseRequest(body)
	if err != nil || r.Header.Get("Content-Type") != "application/timestamp-query" {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	stamp := timestamp.Timestamp{HashAlgorithm: asked.HashAlgorithm, HashedMessage: asked.HashedMessage, Time: a.now, Nonce: asked.Nonce, Policy: asn1.ObjectIdentifier{1, 2, 3}, AddTSACertificate: true}
	a.bend(&stamp)
	answer, err := stamp.CreateResponseWithOpts(a.cert, a.key, crypto.SHA256)
	if err != nil {
		a.t.Error(err)
	}
	_, _ = w.Write(answer)
}

func TestAThirdPartyWitnessesAnAnchor(t *testing.T) {
	a := openAuthority(t, x509.ExtKeyUsageTimeStamping)
	g := written(t)
	dir := t.TempDir()
	house := evidence.Anchorage{Installation: one[uuid.UUID](g, "select id from installation"), Folder: journal.Folder(dir), Stamp: evidence.Authority(a.URL)}
	if err := house.Drop(g.ctx, g.db, noon); err != nil {
		t.Fatal(err)
	}
	verdict := func(roots *x509.CertPool) string {
		v, err := evidence.Verify(g.ctx, g.url, journal.Folder(dir), evidence.Checked(roots))
		if err != nil {
			t.Fatal(err)
		}
		return strings.Join(broken(v), "\n")
	}
	if got := verdict(a.roots) + verdict(nil); got != "" {
		t.Fatal(got)
	}
	if got := verdict(x509.NewCertPool()); !strings.Contains(got, "2027-03-01: its timestamp: ") {
		t.Errorf("signed by somebody unknown: %q", got)
	}
	file := filepath.Join(dir, "2027-03-01.anchor.json")
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	_ = os.Remove(file)
	if err := os.WriteFile(file, append(data, ' '), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := verdict(a.roots); !strings.Contains(got, "other bytes") {
		t.Errorf("another anchor: %q", got)
	}
}

func TestAStampThatDoesNotWitnessIsRefused(t *testing.T) {
	a := openAuthority(t, x509.ExtKeyUsageTimeStamping)
	for what, bend := range map[string]func(*timestamp.Timestamp){
		"other bytes":       func(s *timestamp.Timestamp) { s.HashedMessage = make([]byte, 32) },
		"another question":  func(s *timestamp.Timestamp) { s.Nonce = big.NewInt(7) },
		"who signed":        func(s *timestamp.Timestamp) { s.AddTSACertificate = false },
		"the authority's a": nil,
	} {
		url := a.URL
		if a.bend = bend; bend == nil {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "no") }))
			t.Cleanup(server.Close)
			url = server.URL
		}
		if _, err := evidence.Authority(url)(context.Background(), []byte("x")); err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("%s: %v", what, err)
		}
	}
	late, clerk := openAuthority(t, x509.ExtKeyUsageTimeStamping), openAuthority(t, x509.ExtKeyUsageEmailProtection)
	late.now = noon.AddDate(0, 0, 3)
	for what, a := range map[string]*authority{"it is of 2027-03-04": late, "no time-stamping authority": clerk} {
		token, err := evidence.Authority(a.URL)(context.Background(), []byte("x"))
		if err != nil {
			t.Fatal(err)
		}
		k := journal.Kept{Data: []byte("x"), Timestamp: token, Anchor: journal.Anchor{At: noon}}
		if err := evidence.Checked(a.roots)(k); err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("%s: %v", what, err)
		}
	}
}
