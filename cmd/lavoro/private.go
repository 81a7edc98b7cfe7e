package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/lavoroincorso/lavoro/internal/platform/child"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
)

// private is the pair of servers that up keeps under its state folder.
type private struct {
	postgres *child.Postgres
	redis    *child.Redis
}

// addresses is what up leaves in the state folder while it runs, so that other verbs find its servers.
type addresses struct {
	DatabaseURL string `json:"databaseUrl"`
	RedisURL    string `json:"redisUrl"`
}

func addressFile(state string) string { return filepath.Join(state, "addresses.json") }

// startPrivate starts both servers with their data under the state folder.
func startPrivate(ctx context.Context, state string, log io.Writer) (*private, error) {
	if err := os.MkdirAll(state, 0o755); err != nil {
		return nil, err
	}
	pg, err := child.StartPostgres(ctx, child.PostgresOptions{Dir: filepath.Join(state, "postgres"), Durable: true, Log: log})
	if err != nil {
		return nil, err
	}
	rd, err := child.StartRedis(ctx, child.RedisOptions{Dir: filepath.Join(state, "redis"), Durable: true, Log: log})
	if err != nil {
		return nil, errors.Join(err, pg.Stop(ctx))
	}
	p := &private{postgres: pg, redis: rd}
	data, err := json.Marshal(addresses{DatabaseURL: pg.URL("lavoro"), RedisURL: rd.URL()})
	if err == nil {
		err = os.WriteFile(addressFile(state), data, 0o600)
	}
	if err != nil {
		return nil, errors.Join(err, p.stop())
	}
	return p, nil
}

// stop ends both servers in order, whatever became of the caller's context.
func (p *private) stop() error {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	return errors.Join(p.redis.Stop(ctx), p.postgres.Stop(ctx))
}

// locate finds the database that a verb works on: the one that is named, or the one that up runs. What else the verb needs must then
// be set too.
func (c *Config) locate(needed ...string) error {
	if c.DatabaseURL != "" {
		return c.needs(needed...)
	}
	data, err := os.ReadFile(addressFile(c.State))
	if err != nil {
		return fmt.Errorf("%w, or start `lavoro up` first", c.needs(append(needed, "database-url")...))
	}
	var at addresses
	if err := json.Unmarshal(data, &at); err != nil {
		return fmt.Errorf("%s: %w", addressFile(c.State), err)
	}
	c.DatabaseURL = at.DatabaseURL
	if c.RedisURL == "" {
		c.RedisURL = at.RedisURL
	}
	return nil
}

// ready migrates a private database and makes it a demonstration.
func ready(ctx context.Context, ownerURL string) error {
	if err := postgres.Migrate(ctx, ownerURL); err != nil {
		return err
	}
	return postgres.Install(ctx, ownerURL, postgres.Demonstration)
}
