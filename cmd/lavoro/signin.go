package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/lavoroincorso/lavoro/graph"
	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/member"
	"github.com/lavoroincorso/lavoro/internal/platform/issuer"
	"github.com/lavoroincorso/lavoro/internal/platform/oidc"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/platform/session"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// door is where people and programs come in: with an issuer's access token, or on a page with a session that an issuer's sign-in began.
type door struct {
	app      *App
	base     string // the address of the pages, without a slash at the end
	clock    func() time.Time
	demo     *issuer.Issuer // nil where the people exist
	issuers  []*oidc.Issuer // in the order of the settings
	labels   map[string]string
	verifier *oidc.Verifier
	sessions *session.Sessions
	origins  *http.CrossOriginProtection
}

// openDoor opens the door of a node that is found at base, once.
func (a *App) openDoor(base string) (err error) {
	if a.door != nil {
		return nil
	}
	if a.door, err = a.newDoor(base); err != nil {
		return err
	}
	letters, err := a.letters(a.door.base)
	a.runner.Routines = append(a.runner.Routines, letters...)
	return err
}

// newDoor is the door of a node that is found at base. It asks no issuer.
func (a *App) newDoor(base string) (*door, error) {
	if a.Config.PublicURL != "" {
		base = a.Config.PublicURL
	}
	secure, err := pageAddress(base)
	if err != nil {
		return nil, err
	}
	d := &door{app: a, base: base, clock: a.now, labels: map[string]string{}, origins: http.NewCrossOriginProtection()}
	all := a.issuers
	if a.Installation.Kind == postgres.Demonstration {
		if d.demo, err = demoIssuer(a.DB, a.Config.State, base, a.now); err != nil {
			return nil, err
		}
		all = append([]trusted{demoTrusted(d.demo)}, all...)
	}
	if len(all) == 0 {
		slog.Warn("nobody can sign in: no issuer is set (--issuers or LAVORO_ISSUERS)")
	}
	for _, t := range all {
		d.issuers = append(d.issuers, oidc.NewIssuer(t.Config, a.now))
		d.labels[t.Issuer] = t.label
	}
	d.verifier = oidc.NewVerifier(a.now, d.issuers...)
	d.sessions = session.New(session.Config{Redis: a.redis, Prefix: fmt.Sprintf("lavoro:%s:session:", a.Installation.ID), Secure: secure, Clock: a.now,
		Idle: time.Duration(a.Config.IdleMinutes) * time.Minute, Absolute: time.Duration(a.Config.MaxMinutes) * time.Minute})
	return d, nil
}

// pageAddress says whether pages at the address are sent in secret, and what is wrong with one to which sessions could be stolen.
func pageAddress(base string) (secure bool, err error) {
	u, err := url.Parse(base)
	if err != nil || u.Host == "" || u.Path != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return false, fmt.Errorf("--public-url (or LAVORO_PUBLIC_URL) has the form https://lavoro.example.org")
	}
	if u.Scheme == "https" {
		return true, nil
	}
	if !oidc.Private(base) {
		slog.Warn("pages cannot be signed in at this address: set --public-url (or LAVORO_PUBLIC_URL) to the https address of what stands before", "address", base)
		return true, nil
	}
	return false, nil
}

// graph is the door of the API.
func (d *door) graph() graph.Door { return graph.Door{Bearer: d.bearer, Page: d.page} }

// bearer gives who bears an access token.
func (d *door) bearer(token string) graph.Who {
	verify := d.verifier.Presented(token)
	return func(ctx context.Context, _ bool) (graph.Session, error) {
		claims, err := verify(ctx)
		if errors.Is(err, oidc.ErrUnavailable) {
			slog.WarnContext(ctx, "an issuer does not answer")
			return graph.Session{}, graph.Unavailable()
		}
		if err != nil {
			return graph.Session{}, graph.Unauthenticated()
		}
		session := graph.Session{Identity: identity(claims), ACR: claims.ACR, ExpiresAt: claims.Expires}
		session.Actor, err = d.member(ctx, session.Identity)
		session.Actor.Scopes = access.Limits(claims.Scopes, claims.ClientCredentials)
		if errors.Is(err, member.ErrUnknown) {
			return session, member.NotAMember.At()
		}
		if !claims.ClientCredentials { // a system signs in nobody, whatever its token says
			session.Actor.SignedInAt = claims.AuthTime
		}
		return session, err
	}
}

// page gives who has the page session of a request. Another site's request is refused, but for a socket: an app there may bring a token.
func (d *door) page(req *http.Request) (graph.Who, error) {
	id := d.sessions.ID(req)
	if id == "" {
		return nil, nil
	}
	if !d.ownOrigin(req) {
		if req.Header.Get("Upgrade") != "" {
			return nil, nil
		}
		return nil, graph.ForeignOrigin()
	}
	return func(ctx context.Context, used bool) (graph.Session, error) {
		find := d.sessions.Look
		if used {
			find = d.sessions.Use
		}
		held, err := find(ctx, id)
		if err != nil {
			slog.WarnContext(ctx, "page session", "error", err)
			return graph.Session{}, graph.Unavailable()
		}
		if held == nil {
			return graph.Session{}, graph.Unauthenticated()
		}
		actor, err := d.app.directory.Of(ctx, held.Member)
		if err != nil {
			return graph.Session{}, unknown(err)
		}
		actor.SignedInAt = held.SignedInAt
		return graph.Session{Actor: actor, ACR: held.ACR, ExpiresAt: d.sessions.Ends(*held)}, nil
	}, nil
}

// ownOrigin says whether a request comes from the pages themselves, or from no browser. What a browser calls safe is not here: a socket
// opens with a GET.
func (d *door) ownOrigin(req *http.Request) bool {
	unsafe := req.Clone(req.Context())
	unsafe.Method = http.MethodPost
	return d.origins.Check(unsafe) == nil
}

// member is the actor behind a proven identity: the one place where it becomes somebody. Somebody unknown is recognised by his fiscal code
// where he was invited with it.
func (d *door) member(ctx context.Context, who member.Identity) (access.Actor, error) {
	actor, err := d.app.directory.Actor(ctx, who.Issuer, who.Subject)
	if errors.Is(err, member.ErrUnknown) && who.FiscalCode != "" {
		if refused := d.app.directory.Recognise(ctx, who); refused == nil {
			actor, err = d.app.directory.Actor(ctx, who.Issuer, who.Subject)
		} else if _, is := refusal.As(refused); !is {
			return actor, refused
		}
	}
	if err == nil {
		err = d.app.directory.Mark(ctx, actor.Member, who)
	}
	return actor, err
}

func identity(c oidc.Claims) member.Identity {
	return member.Identity{Issuer: c.Issuer, Subject: c.Subject, FiscalCode: c.FiscalNumber}
}

// unknown spells the error of who proved who he is and has nothing to do here like that of who proved nothing.
func unknown(err error) error {
	if errors.Is(err, member.ErrUnknown) {
		return graph.Unauthenticated()
	}
	return err
}
