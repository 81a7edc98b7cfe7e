package issuer

import (
	"crypto/rand"
	_ "embed"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// question is what a program asks of the authorization endpoint.
type question struct {
	Client, Redirect, State, Nonce, Challenge, ACRValues string
	client                                               Client
}

// acr is how everybody proves himself here: as the program asked.
func (q question) acr() string {
	first, _, _ := strings.Cut(q.ACRValues, " ")
	return first
}

// read reads the question. Where program or address are not known, nobody may be sent anywhere and the answer is given here.
func (i *Issuer) read(w http.ResponseWriter, req *http.Request) (question, bool) {
	req.Body = http.MaxBytesReader(w, req.Body, maxForm)
	if err := req.ParseForm(); err != nil {
		http.Error(w, "invalid_request", http.StatusBadRequest)
		return question{}, false
	}
	form := req.Form
	q := question{Client: form.Get("client_id"), Redirect: form.Get("redirect_uri"), State: form.Get("state"), Nonce: form.Get("nonce"),
		Challenge: form.Get("code_challenge"), ACRValues: form.Get("acr_values")}
	var known bool
	if q.client, known = i.client(q.Client); !known || !q.client.mayReturn(q.Redirect) {
		http.Error(w, "unknown client_id or redirect_uri", http.StatusBadRequest)
		return q, false
	}
	switch {
	case form.Get("response_type") != "code":
		i.send(w, req, q, "error", "unsupported_response_type")
	case form.Get("code_challenge_method") != "S256" || len(q.Challenge) != 43:
		i.send(w, req, q, "error", "invalid_request")
	case form.Get("prompt") == "none":
		i.send(w, req, q, "error", "login_required")
	default:
		return q, true
	}
	return q, false
}

// send sends the browser back to the program with an answer.
func (i *Issuer) send(w http.ResponseWriter, req *http.Request, q question, name, value string) {
	to, _ := url.Parse(q.Redirect) // mayReturn has read it
	query := to.Query()
	query.Set(name, value)
	query.Set("state", q.State)
	query.Set("iss", i.Identifier)
	to.RawQuery = query.Encode()
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, req, to.String(), http.StatusSeeOther)
}

//go:embed page.html
var pageText string

var page = template.Must(template.New("page").Parse(pageText))

var pageWords = map[string]map[string]string{
	text.Italian: {"lang": "it", "title": "Chi sei?", "hint": "Questa è una dimostrazione: le persone sono inventate. Scegli con quali occhi guardare.", "ended": "Hai terminato la sessione."},
	text.English: {"lang": "en", "title": "Who are you?", "hint": "This is a demonstration: the people are invented. Choose through whose eyes to look.", "ended": "You are signed out."},
}

// house is an organisation with its people, as the page lists them.
type house struct {
	Name   string
	People []entry
}

type entry struct{ Subject, Name, Role string }

// ask shows the sign-in page: the people, by organisation.
func (i *Issuer) ask(w http.ResponseWriter, req *http.Request) {
	q, ok := i.read(w, req)
	if !ok {
		return
	}
	people, err := i.People(req.Context())
	if err != nil {
		i.send(w, req, q, "error", "temporarily_unavailable")
		return
	}
	lang := text.FromAcceptLanguage(req.Header.Get("Accept-Language"))
	show(w, lang, q.Redirect, map[string]any{"Question": q, "Houses": houses(people, lang), "Address": i.Base() + "/authorize"})
}

func houses(people []Person, lang string) []house {
	var all []house
	for _, p := range people {
		n := slices.IndexFunc(all, func(h house) bool { return h.Name == p.Organisation })
		if n < 0 {
			n, all = len(all), append(all, house{Name: p.Organisation})
		}
		all[n].People = append(all[n].People, entry{p.Subject, p.Name, p.Role.In(lang)})
	}
	return all
}

// choose sends the chosen person's code to the program.
func (i *Issuer) choose(w http.ResponseWriter, req *http.Request) {
	q, ok := i.read(w, req)
	if !ok {
		return
	}
	subject := req.PostForm.Get("subject")
	people, err := i.People(req.Context())
	if err != nil {
		i.send(w, req, q, "error", "temporarily_unavailable")
		return
	}
	if !slices.ContainsFunc(people, func(p Person) bool { return p.Subject == subject }) {
		i.send(w, req, q, "error", "access_denied")
		return
	}
	code, err := i.newCode(q, subject, rand.Text())
	if err != nil {
		i.send(w, req, q, "error", "server_error")
		return
	}
	i.send(w, req, q, "code", code)
}

// end has no session to end: it sends the browser back where a program's sign-in may return to, or says that it is done.
func (i *Issuer) end(w http.ResponseWriter, req *http.Request) {
	c, known := i.client(req.URL.Query().Get("client_id"))
	after := req.URL.Query().Get("post_logout_redirect_uri")
	if known && c.sameOrigin(after) {
		http.Redirect(w, req, after, http.StatusSeeOther)
		return
	}
	show(w, text.FromAcceptLanguage(req.Header.Get("Accept-Language")), "", map[string]any{"Ended": true})
}

func (c Client) sameOrigin(address string) bool {
	asked, err := url.Parse(address)
	return err == nil && asked.Host != "" && slices.ContainsFunc(c.Redirects, func(r string) bool {
		known, err := url.Parse(r)
		return err == nil && known.Scheme == asked.Scheme && known.Host == asked.Host
	})
}

// show writes the page. It runs no script, and its form leads to this issuer and from there to where the code goes, and nowhere else.
func show(w http.ResponseWriter, lang, redirect string, data map[string]any) {
	nonce := rand.Text()
	data["Words"], data["Nonce"] = pageWords[lang], nonce
	forms := "'self'"
	if to, err := url.Parse(redirect); err == nil && to.Host != "" {
		forms += " " + to.Scheme + "://" + to.Host
	}
	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Cache-Control", "no-store")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("Content-Security-Policy", fmt.Sprintf("default-src 'none'; style-src 'nonce-%s'; img-src data:; form-action %s; base-uri 'none'; frame-ancestors 'none'", nonce, forms))
	_ = page.Execute(w, data) // the reader may have gone
}
