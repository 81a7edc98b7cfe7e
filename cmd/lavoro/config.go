package main

import (
	"cmp"
	"fmt"
	"net/url"
	"os"
	"reflect"
	"strings"
	"time"

	"github.com/spf13/pflag"
)

// Config is everything that can be set. A flag goes before its environment variable, that before the default.
type Config struct {
	Listen        string `flag:"listen" env:"LAVORO_LISTEN" default:":8080" usage:"address to serve on"`
	MetricsListen string `flag:"metrics-listen" env:"LAVORO_METRICS_LISTEN" usage:"address to serve this node's figures on for Prometheus, at /metrics (not served when empty)"`
	DatabaseURL   string `flag:"database-url" env:"DATABASE_URL" mask:"url" usage:"PostgreSQL 15 or newer, as the application; it takes the role lavoro_app"`
	RelayURL      string `flag:"relay-url" env:"LAVORO_RELAY_URL" mask:"url" usage:"the same database for a login of the role lavoro_relay, which carries news (database-url when empty)"`
	OwnerURL      string `flag:"owner-url" env:"LAVORO_OWNER_URL" mask:"url" usage:"the same database as its owner, for migrate, programme apply and, once a day, retention (database-url when empty)"`
	RedisURL      string `flag:"redis-url" env:"REDIS_URL" mask:"url" usage:"Redis 7 or newer; redis+sentinel:// and redis+cluster:// for more than one"`
	KeysFile      string `flag:"keys" env:"LAVORO_KEYS_FILE" usage:"file of the installation's keys, readable for its owner alone (keys.json under --state when empty)"`
	KeysText      string `flag:"keys-text" env:"LAVORO_KEYS" mask:"all" usage:"the same keys in base64, where there is no file"`
	SMTPURL       string `flag:"smtp-url" env:"LAVORO_SMTP_URL" mask:"url" usage:"smtp://user:password@host:port?from=address for notices; they go to the log when empty"`
	SMSURL        string `flag:"sms-url" env:"LAVORO_SMS_URL" mask:"url" usage:"https address of the operator's gateway for messages to phones, which takes {\"to\", \"text\", \"id\"} by POST (none when empty)"`
	SMSSecret     string `flag:"sms-secret" env:"LAVORO_SMS_SECRET" mask:"all" usage:"bearer secret that the gateway knows this house by"`
	Issuers       string `flag:"issuers" env:"LAVORO_ISSUERS" mask:"issuers" usage:"who signs people in: a JSON list, or @FILE that holds it; [{\"url\": …, \"audience\": …, \"clientId\": …}]"`
	PublicURL     string `flag:"public-url" env:"LAVORO_PUBLIC_URL" mask:"url" usage:"https address at which browsers find the pages (this machine's own when empty)"`
	IdleMinutes   int    `flag:"session-idle" env:"LAVORO_SESSION_IDLE" default:"30" usage:"minutes without use after which a page's session ends"`
	MaxMinutes    int    `flag:"session-max" env:"LAVORO_SESSION_MAX" default:"600" usage:"minutes after which a page's session ends in any case"`
	Anchors       string `flag:"anchors" env:"LAVORO_ANCHORS" usage:"folder that is only appended to, for the daily heads of the journals; one for all nodes"`
	AnchorMail    string `flag:"anchor-mail" env:"LAVORO_ANCHOR_MAIL" mask:"all" usage:"e-mail address outside the house that the daily heads of the journals are sent to, by smtp-url"`
	StampURL      string `flag:"timestamp-url" env:"LAVORO_TIMESTAMP_URL" mask:"url" usage:"time-stamping authority (RFC 3161) that witnesses what stands under --anchors"`
	Clamd         string `flag:"clamd" env:"LAVORO_CLAMD" usage:"virus scanner for files that people bring: the path of clamd's socket, or host:port (none when empty)"`
	State         string `flag:"state" env:"LAVORO_STATE" default:".lavoro" usage:"folder of the private servers that up starts"`
	Plans         int    `flag:"plan-connections" env:"LAVORO_PLAN_CONNECTIONS" default:"8" usage:"database connections for reads"`
	Acts          int    `flag:"act-connections" env:"LAVORO_ACT_CONNECTIONS" default:"8" usage:"database connections for acts"`

	ReplicaURLs []string      `flag:"replica-url" env:"LAVORO_REPLICA_URL" mask:"url" usage:"a server that follows the database by streaming and takes reads, as the application; once for each, in the variable with blanks between them, and the same on every node"`
	ReplicaLag  time.Duration `flag:"replica-lag" env:"LAVORO_REPLICA_LAG" default:"10s" usage:"how far behind a replica may be to be read: so old is what somebody may be shown of what others did elsewhere"`

	Bounds
}

// bind puts every setting on a command's flags. Environment variables become their defaults.
func (c *Config) bind(flags *pflag.FlagSet) {
	each(c, func(field reflect.StructField, v reflect.Value) {
		tag := field.Tag
		value := tag.Get("default")
		if set, ok := os.LookupEnv(tag.Get("env")); ok {
			value = set
		}
		usage := tag.Get("usage") + " [" + tag.Get("env") + "]"
		switch p := v.Addr().Interface().(type) {
		case *string:
			*p = value
			flags.StringVar(p, tag.Get("flag"), value, usage)
			flags.Lookup(tag.Get("flag")).DefValue = tag.Get("default") // help must not show a secret of the environment
		case *[]string:
			*p = strings.Fields(value)
			flags.StringArrayVar(p, tag.Get("flag"), *p, usage)
			flags.Lookup(tag.Get("flag")).DefValue = "[]" // as pflag spells nothing
		case *int:
			_, _ = fmt.Sscan(value, p)
			flags.IntVar(p, tag.Get("flag"), *p, usage)
		case *time.Duration:
			*p, _ = time.ParseDuration(value)
			flags.DurationVar(p, tag.Get("flag"), *p, usage)
		}
	})
}

// masked spells the settings for the log, secrets left out.
func (c *Config) masked() []any {
	var out []any
	each(c, func(field reflect.StructField, v reflect.Value) {
		text := fmt.Sprint(v.Interface())
		if urls, ok := v.Interface().([]string); ok {
			masked := make([]string, len(urls))
			for i, u := range urls {
				masked[i] = maskURL(u)
			}
			text = strings.Join(masked, " ")
		}
		switch mask := field.Tag.Get("mask"); {
		case text == "":
			text = "-"
		case mask == "all":
			text = "***"
		case mask == "url":
			if v.Kind() == reflect.String {
				text = maskURL(text)
			}
		case mask == "issuers":
			text = maskIssuers(text)
		}
		out = append(out, field.Tag.Get("flag"), text)
	})
	return out
}

// changed spells the settings that are not as they are by themselves, for who reads the log.
func (c *Config) changed() (out []any) {
	defaults, all := map[string]string{}, c.masked()
	each(c, func(field reflect.StructField, v reflect.Value) {
		value := field.Tag.Get("default")
		if _, is := v.Interface().(time.Duration); is {
			d, _ := time.ParseDuration(value)
			value = d.String()
		}
		defaults[field.Tag.Get("flag")] = cmp.Or(value, "-")
	})
	for i := 0; i < len(all); i += 2 {
		if name := all[i].(string); all[i+1] != defaults[name] {
			out = append(out, name, all[i+1])
		}
	}
	return out
}

// maskURL hides all that may be secret: user, password and parameters stay out.
func maskURL(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.Scheme == "" {
		return "***"
	}
	return u.Scheme + "://" + u.Host + u.Path
}

func each(c *Config, fn func(reflect.StructField, reflect.Value)) {
	v := reflect.ValueOf(c).Elem()
	for _, field := range reflect.VisibleFields(v.Type()) {
		if !field.Anonymous {
			fn(field, v.FieldByIndex(field.Index))
		}
	}
}

// owner is the database as its owner.
func (c *Config) owner() string {
	if c.OwnerURL != "" {
		return c.OwnerURL
	}
	return c.DatabaseURL
}

// needs complains of settings that a verb cannot do without.
func (c *Config) needs(names ...string) error {
	var missing []string
	each(c, func(field reflect.StructField, v reflect.Value) {
		for _, name := range names {
			if field.Tag.Get("flag") == name && v.IsZero() {
				missing = append(missing, "--"+name+" (or "+field.Tag.Get("env")+")")
			}
		}
	})
	if missing != nil {
		return fmt.Errorf("set %s", strings.Join(missing, " and "))
	}
	return nil
}
