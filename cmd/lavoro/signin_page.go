package main

import (
	"context"
	_ "embed"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/lavoroincorso/lavoro/internal/member"
	"github.com/lavoroincorso/lavoro/internal/platform/oidc"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/platform/session"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

const callbackPath = "/sign-in/callback"

// begun is a sign-in that has begun on a page.
type begun struct {
	oidc.Pending
	Return string `json:"return"`
	// Invitation is the hash of the secret that the link of a letter brought; nil for none.
	Invitation []byte `json:"invitation,omitempty"`
}

// routes are those of signing in and out on pages.
func (d *door) routes(mux *http.ServeMux) {
	mux.Handle("GET /sign-in", d.sessions.Handler(http.HandlerFunc(d.signIn)))
	mux.Handle("GET "+callbackPath, d.sessions.Handler(http.HandlerFunc(d.signedIn)))
	mux.Handle("POST /sign-out", d.sessions.Handler(http.HandlerFunc(d.signOut)))
	mux.Handle("GET /session", d.sessions.Handler(http.HandlerFunc(d.session)))
	d.signRoutes(mux)
	d.demoRoutes(mux)
}

// signIn sends the browser to an issuer: /sign-in?issuer=…&return=/…, with fresh=true for a new proof, acr=… for a certain sort, and
// invitation=… from a letter, which nothing uses before the issuer has said who came, or again=true for that of a sign-in that did not succeed. Whoever
// opens a letter's link sees first in whose name he is invited.
func (d *door) signIn(w http.ResponseWriter, req *http.Request) {
	if d.app.Config.PublicURL == "" && "http://"+req.Host != d.base {
		// The cookie must be there where the issuer sends the browser back to, which is one of this machine's names.
		http.Redirect(w, req, d.base+req.URL.RequestURI(), http.StatusFound)
		return
	}
	query := req.URL.Query()
	back, letter := localPath(query.Get("return")), query.Get("invitation")
	offered := d.offered()
	again := query.Get("again") == "true"
	i := d.named(offered, query.Get("issuer"))
	if i == nil || letter != "" && query.Get("issuer") == "" {
		d.tell(w, req, http.StatusOK, pageOf{Text: d.invited(req.Context(), letter), Choices: d.choices(offered, back, letter, again)})
		return
	}
	address, pending, err := i.Begin(req.Context(), d.base+callbackPath, oidc.Wish{Fresh: query.Get("fresh") == "true", ACR: strings.Fields(query.Get("acr"))})
	if err == nil {
		b := begun{Pending: pending, Return: back}
		var before begun
		switch {
		case letter != "":
			b.Invitation = member.Secret(letter).Hash()
		case again && d.sessions.Begun(req.Context(), &before):
			b.Invitation = before.Invitation
		}
		err = d.sessions.Begin(req.Context(), b)
	}
	if err != nil {
		slog.WarnContext(req.Context(), "sign-in", "error", err)
		d.tell(w, req, http.StatusServiceUnavailable, pageOf{Text: wordsUnavailable, Again: signInPath("", back, letter, again)})
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, req, address, http.StatusSeeOther)
}

// signedIn takes what the browser brings back from the issuer.
func (d *door) signedIn(w http.ResponseWriter, req *http.Request) {
	var b begun
	d.sessions.Begun(req.Context(), &b) // without one, nothing of it answers
	back := localPath(b.Return)
	held, err := d.proved(req.Context(), b, req.URL.Query())
	if err == nil {
		err = d.sessions.SignIn(req.Context(), held)
	}
	refused, isRefusal := refusal.As(err)
	again := signInPath("", back, "", err != nil && d.keepInvitation(req.Context(), b, back, refused))
	switch {
	case err == nil:
		w.Header().Set("Cache-Control", "no-store")
		http.Redirect(w, req, back, http.StatusSeeOther)
	case b.Invitation != nil && errors.Is(err, member.ErrUnknown):
		d.tell(w, req, http.StatusOK, pageOf{Text: wordsWelcome})
	case isRefusal:
		d.tell(w, req, http.StatusForbidden, pageOf{Text: wordsRefused(refused[0]), Again: again})
	case errors.Is(err, member.ErrUnknown):
		d.tell(w, req, http.StatusForbidden, pageOf{Text: wordsUnknown, Again: again})
	case errors.Is(err, oidc.ErrSignIn):
		slog.InfoContext(req.Context(), "sign-in", "error", err)
		d.tell(w, req, http.StatusBadRequest, pageOf{Text: wordsFailed, Again: again})
	default:
		slog.WarnContext(req.Context(), "sign-in", "error", postgres.Safe(err))
		d.tell(w, req, http.StatusServiceUnavailable, pageOf{Text: wordsUnavailable, Again: again})
	}
}

// keepInvitation keeps the invitation of a sign-in that did not succeed for another try in the same browser, unless it is what does not hold.
func (d *door) keepInvitation(ctx context.Context, b begun, back string, refused refusal.List) bool {
	if b.Invitation == nil || refused.Has(member.InvitationUnknown) || refused.Has(member.InvitationAccepted) || refused.Has(member.InvitationExpired) {
		return false
	}
	if err := d.sessions.Begin(ctx, begun{Return: back, Invitation: b.Invitation}); err != nil {
		slog.WarnContext(ctx, "sign-in", "error", err)
		return false
	}
	return true
}

// invited are the words over the choice of issuers: for who brings a letter's link they say in whose name he is invited.
func (d *door) invited(ctx context.Context, letter string) pageWords {
	if letter == "" {
		return wordsChoose
	}
	by, err := d.app.directory.InvitedBy(ctx, member.Secret(letter).Hash())
	if err != nil {
		slog.WarnContext(ctx, "invitation", "error", postgres.Safe(err))
	}
	if by.Body == "" {
		return wordsChoose
	}
	return wordsInvited(by)
}

// proved is the session of whoever the issuer says has signed in.
func (d *door) proved(ctx context.Context, b begun, brought url.Values) (session.Held, error) {
	i := d.named(d.offered(), b.Issuer)
	if i == nil || b.Issuer == "" {
		return session.Held{}, oidc.ErrSignIn
	}
	claims, err := i.Finish(ctx, b.Pending, brought)
	if err != nil {
		return session.Held{}, err
	}
	who := identity(claims)
	if b.Invitation != nil {
		if err := d.app.directory.Accept(ctx, b.Invitation, who); err != nil {
			return session.Held{}, err
		}
	}
	actor, err := d.member(ctx, who)
	if err == nil {
		err = d.alsoInvited(ctx, who)
	}
	return session.Held{Member: actor.Member, Issuer: claims.Issuer, SignedInAt: claims.AuthTime, ACR: claims.ACR}, err
}

// alsoInvited accepts another invitation that waits for the fiscal code of who is somebody here already. One that may not be accepted waits on: its
// letter says why.
func (d *door) alsoInvited(ctx context.Context, who member.Identity) error {
	err := d.app.directory.Recognise(ctx, who)
	if _, refused := refusal.As(err); refused {
		return nil
	}
	return err
}

// signOut ends the session, and tells the page where to end the one at the issuer.
func (d *door) signOut(w http.ResponseWriter, req *http.Request) {
	if !d.ownOrigin(req) {
		answer(w, http.StatusForbidden, map[string]string{"error": "FOREIGN_ORIGIN"})
		return
	}
	held := d.sessions.Current(req.Context())
	if err := d.sessions.SignOut(req.Context()); err != nil {
		slog.WarnContext(req.Context(), "sign-out", "error", err)
		answer(w, http.StatusServiceUnavailable, map[string]string{"error": "UNAVAILABLE"})
		return
	}
	end := ""
	if held != nil {
		if i := d.named(d.offered(), held.Issuer); i != nil {
			end = i.EndSession(req.Context(), d.base+"/")
		}
	}
	answer(w, http.StatusOK, map[string]string{"endSession": end})
}

// session tells a page whether somebody is signed in on it, until when, and with which issuers one can.
func (d *door) session(w http.ResponseWriter, req *http.Request) {
	said := map[string]any{"signedIn": false, "issuers": d.choices(d.offered(), "/", "", false)}
	if held := d.sessions.Current(req.Context()); held != nil {
		said["signedIn"], said["expiresAt"], said["acr"] = true, d.sessions.Ends(*held).UTC().Format(time.RFC3339), held.ACR
		if !held.SignedInAt.IsZero() {
			said["signedInAt"] = held.SignedInAt.UTC().Format(time.RFC3339)
		}
	}
	answer(w, http.StatusOK, said)
}

// offered are the issuers that sign people in.
func (d *door) offered() []*oidc.Issuer {
	var list []*oidc.Issuer
	for _, i := range d.issuers {
		if i.SignsIn() {
			list = append(list, i)
		}
	}
	return list
}

// named is the issuer of that name, or the only one where none is named; nil otherwise.
func (d *door) named(offered []*oidc.Issuer, name string) *oidc.Issuer {
	if name == "" && len(offered) == 1 {
		return offered[0]
	}
	for _, i := range offered {
		if i.Config.Issuer == name {
			return i
		}
	}
	return nil
}

// choice is an issuer that one can sign in with.
type choice struct {
	Label  string `json:"label"`
	SignIn string `json:"signIn"`
}

func (d *door) choices(offered []*oidc.Issuer, back, letter string, again bool) []choice {
	list := make([]choice, len(offered))
	for n, i := range offered {
		list[n] = choice{Label: d.labels[i.Config.Issuer], SignIn: signInPath(i.Config.Issuer, back, letter, again)}
	}
	return list
}

func signInPath(issuer, back, letter string, again bool) string {
	query := url.Values{}
	if issuer != "" {
		query.Set("issuer", issuer)
	}
	if back != "/" {
		query.Set("return", back)
	}
	if letter != "" {
		query.Set("invitation", letter)
	}
	if again {
		query.Set("again", "true")
	}
	return strings.TrimSuffix("/sign-in?"+query.Encode(), "?")
}

// localPath is the path if a browser takes it for one of this same host, and "/" otherwise.
func localPath(path string) string {
	u, err := url.Parse(path)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || u.Opaque != "" || !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") ||
		strings.ContainsFunc(path, func(r rune) bool { return r == '\\' || r < ' ' || r == 0x7f }) || strings.HasPrefix(u.Path, "//") {
		return "/"
	}
	return path
}

// pageOf is a page of a few words.
type pageOf struct {
	Lang    string
	Text    pageWords
	Title   string
	Body    string
	Choices []choice
	Again   string // where to try once more; "" for nowhere
	Retry   string
	Nonce   string
}

type pageWords struct{ Title, Body text.Text }

var (
	wordsChoose = pageWords{text.Text{It: "Accedi", En: "Sign in"}, text.Text{It: "Scegli con che cosa accedere.", En: "Choose what to sign in with."}}
	wordsFailed = pageWords{text.Text{It: "Accesso non riuscito", En: "The sign-in did not succeed"},
		text.Text{It: "L'accesso è stato interrotto, era già stato usato o è durato troppo.", En: "It was broken off, had been used already, or took too long."}}
	wordsUnknown = pageWords{text.Text{It: "Non sei tra chi lavora qui", En: "You are not among those who work here"},
		text.Text{It: "Hai dimostrato chi sei, ma nessun ente ti ha dato un incarico valido oggi. Rivolgiti a chi ti ha invitato, o a chi amministra gli accessi del tuo ente.",
			En: "You have proved who you are, but no body has given you a role that holds today. Ask whoever invited you, or whoever manages access in your organisation."}}
	wordsUnavailable = pageWords{text.Text{It: "Per ora non si può accedere", En: "Signing in is not possible at the moment"},
		text.Text{It: "Chi verifica l'identità non risponde. Riprova tra qualche minuto.", En: "Whoever verifies identities does not answer. Try again in a few minutes."}}
	wordsWelcome = pageWords{text.Text{It: "Invito accettato", En: "Invitation accepted"},
		text.Text{It: "Chi ti ha invitato ti dirà quando puoi accedere.", En: "Whoever invited you will tell you when you can sign in."}}
	wordsNotIn = text.Text{It: "L'invito non si può accettare", En: "The invitation cannot be accepted"}
	wordsRetry = text.Text{It: "Riprova", En: "Try again"}
)

// wordsRefused tell why an invitation was not accepted, and what helps.
func wordsRefused(r refusal.Refusal) pageWords {
	it, en := r.Localized("it"), r.Localized("en")
	return pageWords{wordsNotIn, text.Text{It: it.Message + " " + it.Cure, En: en.Message + " " + en.Cure}}
}

// wordsInvited tell the bearer of a letter's link in whose name he is invited.
func wordsInvited(by member.Inviter) pageWords {
	it, en := "Ti invita: "+by.Body+".", "You are invited by: "+by.Body+"."
	if by.Programme != "" {
		it, en = it+" Programma: "+by.Programme+".", en+" Programme: "+by.Programme+"."
	}
	return pageWords{text.Text{It: "Sei invitato", En: "You are invited"}, text.Text{It: it + " " + wordsChoose.Body.It, En: en + " " + wordsChoose.Body.En}}
}

//go:embed signin.html
var signInText string

var signInPage = newPage(signInText)

// tell shows a page of a few words, which runs nothing and sends nothing.
func (d *door) tell(w http.ResponseWriter, req *http.Request, status int, p pageOf) {
	p.Lang = text.FromAcceptLanguage(req.Header.Get("Accept-Language"))
	p.Title, p.Body, p.Retry = p.Text.Title.In(p.Lang), p.Text.Body.In(p.Lang), wordsRetry.In(p.Lang)
	w.Header().Set("Referrer-Policy", "no-referrer")
	p.Nonce = beginPage(w, status, "'none'")
	_ = signInPage.Execute(w, p) // the reader may have gone
}
