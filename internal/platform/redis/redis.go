// Package redis opens the carrier of news. Redis holds no truth: whatever it loses is read from Postgres again.
package redis

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// The client would write to standard error by itself; whoever uses it tells what fails.
func init() { redis.SetLogger(quiet{}) }

type quiet struct{}

// Printf drops the line.
func (quiet) Printf(context.Context, string, ...any) {}

// Client is one connection pool to Redis.
type Client = redis.UniversalClient

// Open connects to the Redis at url (redis://, rediss:// or unix://). A Redis that does not answer is an error of the first command.
func Open(url string) (Client, error) {
	o, err := redis.ParseURL(url)
	if err != nil {
		return nil, fmt.Errorf("redis url cannot be read")
	}
	o.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	o.ReadTimeout, o.WriteTimeout, o.DialTimeout = 3*time.Second, 3*time.Second, 2*time.Second
	return redis.NewClient(o), nil
}

// Absent says whether an error only means that nothing is kept under the name.
func Absent(err error) bool { return errors.Is(err, redis.Nil) }
