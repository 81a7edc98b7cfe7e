package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"sync"
	"time"
)

// client speaks GraphQL over HTTP to one node, signed in as one member.
type client struct {
	http  *http.Client
	url   string
	token string
	// why are the headers that say why confidential data are read; none by default.
	why http.Header
}

func newClient(n *node, token string, connections int) *client {
	return &client{http: newHTTP(connections), url: n.address + "/graphql", token: token}
}

// newHTTP keeps as many connections open as there are clients at once.
func newHTTP(connections int) *http.Client {
	return &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: connections, MaxConnsPerHost: connections, DisableCompression: true}}
}

// body spells an operation once, so that repeating it costs the load generator nothing.
func body(query string, variables map[string]any) ([]byte, error) {
	return json.Marshal(map[string]any{"query": query, "variables": variables})
}

// post sends an operation and reads the whole answer.
func (c *client) post(ctx context.Context, body []byte) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	maps.Copy(req.Header, c.why)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+c.token)
	return fetch(c.http, req)
}

func fetch(client *http.Client, req *http.Request) ([]byte, error) {
	resp, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %.500s", resp.Status, data)
	}
	return data, err
}

// ask sends an operation and gives its data; a GraphQL error is an error.
func (c *client) ask(ctx context.Context, query string, variables map[string]any) (json.RawMessage, error) {
	sent, err := body(query, variables)
	if err != nil {
		return nil, err
	}
	answer, err := c.post(ctx, sent)
	if err != nil {
		return nil, err
	}
	return data(answer)
}

// data takes the data out of an answer without errors, byte for byte.
func data(answer []byte) (json.RawMessage, error) {
	var read struct {
		Data   json.RawMessage
		Errors json.RawMessage
	}
	if err := json.Unmarshal(answer, &read); err != nil {
		return nil, err
	}
	if read.Errors != nil {
		return nil, fmt.Errorf("answered with errors: %.800s", read.Errors)
	}
	return read.Data, nil
}

// round is what one stretch of load did.
type round struct {
	requests int
	took     time.Duration
}

func (r round) perSecond() float64 { return float64(r.requests) / r.took.Seconds() }

// press has a number of clients repeat do, each without a pause, for about the given time.
func press(ctx context.Context, clients int, d time.Duration, do func(context.Context) error) (round, error) {
	var (
		wg   sync.WaitGroup
		mu   sync.Mutex
		all  round
		errs []error
	)
	began := time.Now()
	for range clients {
		wg.Go(func() {
			n, err := repeat(ctx, began.Add(d), do)
			mu.Lock()
			defer mu.Unlock()
			all.requests += n
			if err != nil {
				errs = append(errs, err)
			}
		})
	}
	wg.Wait()
	all.took = time.Since(began)
	return all, errors.Join(errs...)
}

func repeat(ctx context.Context, until time.Time, do func(context.Context) error) (n int, err error) {
	for time.Now().Before(until) {
		if err := do(ctx); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}
