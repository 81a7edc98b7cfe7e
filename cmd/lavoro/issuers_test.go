package main

import (
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const goodIssuers = `[{"url":"https://login.example.org/realms/lavoro","audience":"lavoro","clientId":"pages","clientSecret":"geheim1","label":"Login"},
	{"url":"https://spid.example.org","audience":"lavoro","clientId":"p2","kind":"spid","scopes":["profile"],"algorithms":["RS256"],"systems":["payroll"]}]`

func TestParseIssuers(t *testing.T) {
	list, err := parseIssuers(goodIssuers)
	if err != nil || len(list) != 2 {
		t.Fatalf("%v %v", list, err)
	}
	if a, b := list[0], list[1]; a.FiscalNumber || !b.FiscalNumber || a.label != "Login" || b.label != "https://spid.example.org" || a.ClientSecret != "geheim1" || b.Systems[0] != "payroll" {
		t.Errorf("%+v", list)
	}
	file := filepath.Join(t.TempDir(), "issuers.json")
	if err := os.WriteFile(file, []byte(goodIssuers), 0o600); err != nil {
		t.Fatal(err)
	}
	if list, err := parseIssuers("@" + file); err != nil || len(list) != 2 {
		t.Errorf("from a file: %v %v", list, err)
	}
	if shown := maskIssuers(goodIssuers); shown != "https://login.example.org/realms/lavoro https://spid.example.org" {
		t.Errorf("the log shows %s", shown)
	}
	for what, setting := range map[string]string{
		"must be a JSON list": `{"url":"https://geheim1.example.org"}`,
		"not readable":        `[{"url":"https://x.example.org","audience":"a","clientSecrets":"geheim1"}]`,
		"byte 0":              `geheim1`,
		"@FILE":               `@/nowhere/issuers.json`,
		"audience":            `[{"url":"https://x.example.org","clientSecret":"geheim1"}]`,
		"kind is plain":       `[{"url":"https://x.example.org","audience":"a","kind":"geheim1"}]`,
		"must be https":       `[{"url":"http://x.example.org","audience":"a"}]`,
		"HS256":               `[{"url":"https://x.example.org","audience":"a","algorithms":["HS256"]}]`,
		"twice":               `[{"url":"https://x.example.org","audience":"a"},{"url":"https://x.example.org","audience":"b"}]`,
		"up to":               `[{"url":"https://x.example.org","audience":"a"}] geheim1`,
	} {
		if list, err := parseIssuers(setting); err == nil || !strings.Contains(err.Error(), what) || len(leaks(err.Error()+maskIssuers(setting))) > 0 {
			t.Errorf("want %s: %v %v", what, list, err)
		}
	}
	if list, err := parseIssuers(" "); err != nil || len(list) > 0 {
		t.Errorf("nothing is %v %v", list, err)
	}
}

// FuzzParseIssuers: no setting gives an issuer that anybody on the way could speak for, and no error repeats what was set.
func FuzzParseIssuers(f *testing.F) {
	f.Add(goodIssuers)
	f.Add(`[{"url":"http://localhost:1","audience":"a"}]`)
	f.Add(`[{"url":"urn:x","discovery":"https://x.example.org","audience":"a","clientSecret":"b"}]`)
	f.Fuzz(func(t *testing.T, setting string) {
		if strings.HasPrefix(setting, "@") {
			return
		}
		list, err := parseIssuers(setting)
		if err != nil && len(list) > 0 {
			t.Fatal("an error and a list")
		}
		for _, i := range list {
			address := i.Discovery
			if address == "" {
				address = i.Issuer
			}
			if u, err := url.Parse(address); err != nil || u.Host == "" || i.Audience == "" || i.Audience == i.ClientID || i.Check() != nil {
				t.Fatalf("taken: %+v", i.Config)
			}
		}
		maskIssuers(setting)
	})
}

func TestLocalPath(t *testing.T) {
	for path, want := range map[string]string{
		"/": "/", "/a/b?c=d&e=%2F#f": "/a/b?c=d&e=%2F#f", "": "/", "a": "/", "//evil.example.org": "/", "///evil.example.org": "/", "/\\evil.example.org": "/",
		"\\\\evil.example.org": "/", "https://evil.example.org": "/", "https:evil.example.org": "/", "javascript:alert(1)": "/", "/%2f/evil.example.org": "/",
		"/\t/evil.example.org": "/", "/\n//evil.example.org": "/", " //evil.example.org": "/", "http:///evil.example.org": "/", "/%zz": "/", "/.//evil": "/.//evil",
	} {
		if got := localPath(path); got != want {
			t.Errorf("%q leads to %q, want %q", path, got, want)
		}
	}
}

// FuzzLocalPath: a browser that is here stays here.
func FuzzLocalPath(f *testing.F) {
	here, _ := url.Parse("https://lavoro.example.org/sign-in")
	for _, seed := range []string{"/a", "//x", "/\\x", "/%2f/x", "?x", "#x", "..//x"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, path string) {
		got := localPath(path)
		to, err := here.Parse(got)
		if err != nil || to.Host != here.Host || to.Scheme != here.Scheme || !strings.HasPrefix(got, "/") || strings.HasPrefix(got, "//") || strings.ContainsAny(got, "\\\r\n\t") {
			t.Fatalf("%q leads to %q: %v", path, got, to)
		}
	})
}
