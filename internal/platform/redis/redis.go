// Package redis opens the carrier of news. Redis holds no truth: whatever it loses is read from Postgres again.
package redis

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// The client would write to standard error by itself; whoever uses it tells what fails.
func init() { redis.SetLogger(quiet{}) }

type quiet struct{}

// Printf drops the line.
func (quiet) Printf(context.Context, string, ...any) {}

// Client is the connections to one Redis, to the primary that sentinels name, or to a cluster.
type Client = redis.UniversalClient

const (
	readTime = 3 * time.Second
	dialTime = 2 * time.Second
)

var plain = maintnotifications.Config{Mode: maintnotifications.ModeDisabled}

var errURL = errors.New("redis url cannot be read")

// Open connects to the Redis at url: redis://, rediss:// or unix:// for one; redis+sentinel://host:port?master_name=name&addr=other:port for the
// primary that sentinels name; redis+cluster://host:port?addr=other:port for a cluster; with rediss+ over TLS. A Redis that does not
// answer is an error of the first command.
func Open(url string) (Client, error) {
	scheme, rest, _ := strings.Cut(url, "://")
	scheme, kind, _ := strings.Cut(scheme, "+")
	switch kind {
	case "":
		return one(url)
	case "sentinel":
		return sentinel(scheme + "://" + rest)
	case "cluster":
		return cluster(scheme + "://" + rest)
	}
	return nil, errURL
}

func one(url string) (Client, error) {
	o, err := redis.ParseURL(url)
	if err != nil {
		return nil, errURL
	}
	o.MaintNotificationsConfig = &plain
	o.ReadTimeout, o.WriteTimeout, o.DialTimeout, o.ContextTimeoutEnabled = readTime, readTime, dialTime, true
	return redis.NewClient(o), nil
}

func sentinel(url string) (Client, error) {
	o, err := redis.ParseFailoverURL(url)
	if err != nil || o.MasterName == "" {
		return nil, errURL
	}
	o.ReadTimeout, o.WriteTimeout, o.DialTimeout, o.ContextTimeoutEnabled = readTime, readTime, dialTime, true
	return redis.NewFailoverClient(o), nil
}

func cluster(url string) (Client, error) {
	o, err := redis.ParseClusterURL(url)
	if err != nil {
		return nil, errURL
	}
	o.MaintNotificationsConfig = &plain
	o.ReadTimeout, o.WriteTimeout, o.DialTimeout, o.ContextTimeoutEnabled = readTime, readTime, dialTime, true
	return redis.NewClusterClient(o), nil
}

// Absent says whether an error only means that nothing is kept under the name.
func Absent(err error) bool { return errors.Is(err, redis.Nil) }
