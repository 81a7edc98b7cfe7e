package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

var update = flag.Bool("update", false, "write golden files anew")

// secrets are spread over a configuration in every place that may hold one.
var secrets = []string{"geheim1", "geheim2", "geheim3", "geheim4", "geheim5", "Z2VoZWlt"}

var secretive = Config{
	Listen:      ":8080",
	DatabaseURL: "postgres://geheim1:geheim2@db.example.org:5432/lavoro?password=geheim3&sslmode=verify-full",
	OwnerURL:    "host=db.example.org user=geheim1 password=geheim2",
	RedisURL:    "rediss://:geheim2@redis.example.org:6380/0?client_name=geheim4",
	SMTPURL:     "smtp://geheim1:geheim2@mail.example.org:587?from=geheim5",
	SMSURL:      "https://geheim1:geheim2@sms.example.org/?key=geheim3",
	SMSSecret:   "geheim4",
	KeysText:    "Z2VoZWlt",
	Issuers:     `[{"url": "https://login.example.org", "audience": "lavoro", "clientId": "geheim5", "clientSecret": "geheim3"}]`,
	RelayURL:    "postgres://geheim1:geheim2@db.example.org/lavoro",
	AnchorMail:  "geheim1@example.org",
	StampURL:    "https://geheim1:geheim2@tsa.example.org/?key=geheim3",
	ReplicaURLs: []string{"postgres://geheim1:geheim2@one.example.org:5433/lavoro?password=geheim3", "host=two.example.org user=geheim1 password=geheim2"},
}

func leaks(text string) []string {
	return slices.DeleteFunc(slices.Clone(secrets), func(s string) bool { return !strings.Contains(text, s) })
}

func TestTheLogShowsNoSecretOfTheConfiguration(t *testing.T) {
	told := fmt.Sprint(secretive.masked()...)
	if found := leaks(told); len(found) > 0 {
		t.Errorf("shows %v: %s", found, told)
	}
	for _, want := range []string{"postgres://db.example.org:5432/lavoro", "rediss://redis.example.org:6380/0", "smtp://mail.example.org:587", "postgres://one.example.org:5433/lavoro ***", "https://login.example.org", ":8080"} {
		if !strings.Contains(told, want) {
			t.Errorf("does not show %s: %s", want, told)
		}
	}
	if got := fmt.Sprint((&Config{}).masked()...); strings.Contains(got, "***") || !strings.Contains(got, "keys-text-") {
		t.Errorf("what is not set looks set: %s", got)
	}
}

func TestEverySettingWithASecretIsMasked(t *testing.T) {
	each(&Config{}, func(field reflect.StructField, _ reflect.Value) {
		name := strings.ToLower(field.Name)
		if holds := strings.Contains(name, "url") || strings.Contains(name, "keystext") || strings.Contains(name, "password") || name == "issuers"; holds && field.Tag.Get("mask") == "" {
			t.Errorf("%s is printed as it is", field.Name)
		}
		if field.Tag.Get("flag") == "" || field.Tag.Get("env") == "" || field.Tag.Get("usage") == "" {
			t.Errorf("%s lacks a flag, a variable or words about its use", field.Name)
		}
	})
}

func TestUnreadableAddressesAreNotRepeated(t *testing.T) {
	for _, args := range [][]string{
		{"serve", "--redis-url", "redis://:geheim1%zz@redis.example.org", "--database-url", "postgres://lavoro@localhost:1/lavoro"},
		{"serve", "--redis-url", "redis://localhost:1", "--database-url", "postgres://anna:geheim1 geheim2@db.example.org:port/lavoro"},
		{"serve", "--redis-url", "redis://localhost:1", "--database-url", "host=db.example.org password=geheim1 port=geheim2"},
		{"migrate", "--database-url", "postgres://anna:geheim1@db.example.org:port/lavoro"},
		{"migrate", "--database-url", "postgres://localhost:1/lavoro", "--owner-url", "postgres://anna:geheim1%zz@db.example.org/lavoro"},
		{"programme", "apply", "config_test.go", "--database-url", "postgres://anna:geheim1@db.example.org:port/lavoro"},
	} {
		out, err := verb(t, args...)
		if err == nil {
			t.Errorf("%v is taken", args)
			continue
		}
		if found := leaks(out + err.Error()); len(found) > 0 {
			t.Errorf("lavoro %s shows %v: %v", args[0], found, err)
		}
	}
}

func TestMissingSettingsAreNamed(t *testing.T) {
	for want, args := range map[string][]string{
		"set --database-url (or DATABASE_URL) and --redis-url (or REDIS_URL), or start `lavoro up` first": {"serve"},
		"set --redis-url (or REDIS_URL)":                                                {"serve", "--database-url", "postgres://localhost:1/lavoro"},
		"set --database-url (or DATABASE_URL)":                                          {"migrate"},
		"set --database-url (or DATABASE_URL), or start `lavoro up` first":              {"token", "--as", coordinator},
		"set --database-url (or DATABASE_URL) and --redis-url (or REDIS_URL), or start": {"import", "companies", "config_test.go"},
		"set --redis-url":       {"import", "companies", "config_test.go", "--database-url", "postgres://localhost:1/lavoro"},
		`required flag(s) "as"`: {"token"},
		"accepts 1 arg(s)":      {"import", "participants"},
		"unknown command":       {"swerve"},
	} {
		if _, err := verb(t, args...); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("lavoro %s: %v, want %s", strings.Join(args, " "), err, want)
		}
	}
}

// TestFlagsGoBeforeTheEnvironment: a flag, then the variable, then the default.
func TestFlagsGoBeforeTheEnvironment(t *testing.T) {
	t.Setenv("LAVORO_LISTEN", ":1")
	t.Setenv("LAVORO_MAX_DEPTH", "3")
	t.Setenv("LAVORO_REPLICA_URL", "postgres://one postgres://two")
	c := &Config{}
	cmd := &cobra.Command{}
	c.bind(cmd.PersistentFlags())
	if fmt.Sprint(c.ReplicaURLs) != "[postgres://one postgres://two]" {
		t.Errorf("replicas of the environment: %q", c.ReplicaURLs)
	}
	if err := cmd.ParseFlags([]string{"--listen", ":2", "--replica-url", "postgres://three", "--replica-url", "postgres://four"}); err != nil {
		t.Fatal(err)
	}
	if c.Listen != ":2" || c.MaxDepth != 3 || c.MaxCost != 50_000 || fmt.Sprint(c.ReplicaURLs) != "[postgres://three postgres://four]" {
		t.Errorf("listen %s, depth %d, cost %d, replicas %q", c.Listen, c.MaxDepth, c.MaxCost, c.ReplicaURLs)
	}
}

// TestEveryCommandExplainsItself, and none of them shows what the environment holds.
func TestEveryCommandExplainsItself(t *testing.T) {
	each(&secretive, func(field reflect.StructField, v reflect.Value) {
		switch given := v.Interface().(type) {
		case string:
			if given != "" {
				t.Setenv(field.Tag.Get("env"), given)
			}
		case []string:
			t.Setenv(field.Tag.Get("env"), strings.Join(given, " "))
		}
	})
	commands := 0
	var walk func(cmd *cobra.Command, path []string)
	walk = func(cmd *cobra.Command, path []string) {
		commands++
		if cmd.Short == "" || cmd.Runnable() && cmd.Long == "" && cmd.Example == "" {
			t.Errorf("lavoro %s has no short help, or neither a long one nor an example", strings.Join(path, " "))
		}
		out, err := command(t, append(path, "--help")...)
		if err != nil || !strings.Contains(out, "Usage:") {
			t.Errorf("lavoro %s --help: %v\n%s", strings.Join(path, " "), err, out)
		}
		if found := leaks(out); len(found) > 0 {
			t.Errorf("lavoro %s --help shows %v", strings.Join(path, " "), found)
		}
		for _, sub := range cmd.Commands() {
			walk(sub, append(slices.Clone(path), sub.Name()))
		}
	}
	walk(root(), nil)
	if commands < 10 {
		t.Errorf("%d commands", commands)
	}
}

func TestHelp(t *testing.T) {
	unset(t)
	out, err := command(t, "--help")
	if err != nil {
		t.Fatal(err)
	}
	golden := filepath.Join("testdata", "help.golden")
	if *update {
		if err := os.WriteFile(golden, []byte(out), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if out != string(want) {
		t.Errorf("lavoro --help is not as in %s; see what changed, then go test -update\n%s", golden, out)
	}
}

// TestTheLogTellsWhatIsNotAsByItself: and nothing of what nobody has set.
func TestTheLogTellsWhatIsNotAsByItself(t *testing.T) {
	var c Config
	c.bind(pflag.NewFlagSet("test", pflag.ContinueOnError))
	if got := fmt.Sprint(c.changed()...); got != "" {
		t.Errorf("nothing is set: %s", got)
	}
	c.Listen, c.RequestTime, c.DatabaseURL, c.KeysText = ":9090", time.Minute, "postgres://geheim1:geheim2@db.example.org/lavoro", "geheim4"
	if got := fmt.Sprint(c.changed()...); got != fmt.Sprint("listen", ":9090", "database-url", "postgres://db.example.org/lavoro", "keys-text", "***", "request-time", "1m0s") {
		t.Errorf("told: %s", got)
	}
}
