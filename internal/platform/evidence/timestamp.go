package evidence

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"slices"
	"time"

	"github.com/digitorus/pkcs7"
	"github.com/digitorus/timestamp"

	"github.com/lavoroincorso/lavoro/internal/platform/journal"
)

const (
	stampPatience = 20 * time.Second
	maxToken      = 1 << 20 // bytes of an answer
)

// Authority asks the time-stamping authority at the url (RFC 3161 over HTTP) to witness that bytes existed; it learns their digest alone.
func Authority(url string) func(ctx context.Context, data []byte) ([]byte, error) {
	return func(ctx context.Context, data []byte) ([]byte, error) {
		ctx, cancel := context.WithTimeout(ctx, stampPatience)
		defer cancel()
		nonce, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 128))
		if err != nil {
			return nil, err
		}
		query, err := timestamp.CreateRequest(bytes.NewReader(data), &timestamp.RequestOptions{Hash: crypto.SHA256, Certificates: true, Nonce: nonce})
		if err != nil {
			return nil, err
		}
		answer, err := ask(ctx, url, query)
		if err != nil {
			return nil, err
		}
		token, err := timestamp.ParseResponse(answer)
		if err != nil {
			return nil, fmt.Errorf("the authority's answer: %w", err)
		}
		if token.Nonce == nil || token.Nonce.Cmp(nonce) != 0 {
			return nil, errors.New("the authority answered another question")
		}
		return token.RawToken, witnesses(token, data)
	}
}

func ask(ctx context.Context, url string, query []byte) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(query))
	if err != nil {
		return nil, errors.New("the authority's address cannot be read")
	}
	req.Header.Set("Content-Type", "application/timestamp-query")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, fmt.Errorf("the authority does not answer (%T)", errors.Unwrap(err))
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the authority answered %d", res.StatusCode)
	}
	return io.ReadAll(io.LimitReader(res.Body, maxToken))
}

// witnesses says whether a token that carries its signer, whose signature holds, is about the bytes.
func witnesses(token *timestamp.Timestamp, data []byte) error {
	sum := sha256.Sum256(data)
	switch {
	case len(token.Certificates) == 0:
		return errors.New("it does not say who signed it")
	case token.HashAlgorithm != crypto.SHA256 || !bytes.Equal(token.HashedMessage, sum[:]):
		return errors.New("it witnesses other bytes")
	}
	return nil
}

// slack is how far a timestamp may lie from the moment that its anchor names: it may have been asked for again within the day.
const slack = 25 * time.Hour

// Checked looks whether an anchor's timestamp is about it and of its day, signed by somebody that the roots vouch for as a time-stamping
// authority. Without roots it only holds that the signature is that of the certificate inside.
func Checked(roots *x509.CertPool) func(journal.Kept) error {
	return func(k journal.Kept) error {
		token, err := timestamp.Parse(k.Timestamp)
		if err != nil {
			return err
		}
		if err := witnesses(token, k.Data); err != nil {
			return err
		}
		if d := token.Time.Sub(k.At); d < -slack || d > slack {
			return fmt.Errorf("it is of %s", token.Time.UTC().Format(time.RFC3339))
		}
		if roots == nil {
			return nil
		}
		return vouched(k.Timestamp, roots, token.Time)
	}
}

func vouched(token []byte, roots *x509.CertPool, at time.Time) error {
	signed, err := pkcs7.Parse(token)
	if err != nil {
		return err
	}
	if err := signed.VerifyWithChainAtTime(roots, at); err != nil {
		return err
	}
	signer := signed.GetOnlySigner()
	if signer == nil || !slices.Contains(signer.ExtKeyUsage, x509.ExtKeyUsageTimeStamping) {
		return errors.New("its signer is no time-stamping authority")
	}
	return nil
}
