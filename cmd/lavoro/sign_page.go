package main

import (
	_ "embed"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/lavoroincorso/lavoro/internal/attendance"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

const (
	// browserCookie tells the browser that first opened a link or code from all others.
	browserCookie = "lavoro_signing"
	// browserTime is how long it is known: longer than any link holds.
	browserTime = 90 * 24 * time.Hour
	// longestForm is how many bytes of a form are read.
	longestForm = 4 << 10
)

// signRoutes are the pages on which who has no account signs one document. Reading a link shows nothing yet, so that what looks into letters on their
// way opens nothing; what opens and what signs is sent from a form.
func (d *door) signRoutes(mux *http.ServeMux) {
	mux.HandleFunc("GET "+attendance.SignPath, d.signBegin)
	mux.HandleFunc("POST "+attendance.SignPath+"/open", d.signing(d.signOpen))
	mux.HandleFunc("POST "+attendance.SignPath+"/confirm", d.signing(d.signConfirm))
}

// signBegin asks for the code, or offers to open the link that was followed.
func (d *door) signBegin(w http.ResponseWriter, req *http.Request) {
	d.showSign(w, req, http.StatusOK, signView{Text: wordsSignBegin, Link: string(attendance.ParseSecret(req.URL.Query().Get("link"))), Ask: true})
}

func (d *door) signOpen(w http.ResponseWriter, req *http.Request, brought, browser attendance.Secret) error {
	doc, err := d.signatures().Open(req.Context(), brought, browser)
	if err == nil {
		d.showSign(w, req, http.StatusOK, signView{Text: wordsSignDocument, Link: string(brought), Document: &doc})
	}
	return err
}

func (d *door) signConfirm(w http.ResponseWriter, req *http.Request, brought, browser attendance.Secret) error {
	err := d.signatures().Sign(req.Context(), brought, browser, req.PostForm.Get("name"))
	if refused, is := refusal.As(err); is && refused.Has(refusal.InvalidValue) { // he has not written his name
		doc, again := d.signatures().Open(req.Context(), brought, browser)
		if again == nil {
			d.showSign(w, req, http.StatusUnprocessableEntity, signView{Text: wordsSignDocument, Link: string(brought), Document: &doc, Name: req.PostForm.Get("name"), Nameless: true})
		}
		return again
	}
	if err == nil {
		d.showSign(w, req, http.StatusOK, signView{Text: wordsSigned})
	}
	return err
}

func (d *door) signatures() attendance.Signing {
	return attendance.Signing{DB: d.app.DB, Clock: d.clock}
}

// signing reads what a form brings, and tells why it opens nothing.
func (d *door) signing(serve func(http.ResponseWriter, *http.Request, attendance.Secret, attendance.Secret) error) http.HandlerFunc {
	return func(w http.ResponseWriter, req *http.Request) {
		req.Body = http.MaxBytesReader(w, req.Body, longestForm)
		if !d.ownOrigin(req) || req.ParseForm() != nil {
			d.showSign(w, req, http.StatusForbidden, signView{Text: wordsSignForeign})
			return
		}
		err := serve(w, req, attendance.ParseSecret(req.PostForm.Get("link")), d.browser(w, req))
		if refused, is := refusal.As(err); is && err != nil {
			d.showSign(w, req, http.StatusForbidden, signView{Text: pageWords{wordsNotSigned, wordsOf(refused[0])}, Again: true})
		} else if err != nil {
			slog.WarnContext(req.Context(), "signing", "error", postgres.Safe(err))
			d.showSign(w, req, http.StatusServiceUnavailable, signView{Text: wordsSignLater})
		}
	}
}

// signsTooOften tells who brings links and codes too fast that he has to wait.
func (d *door) signsTooOften(w http.ResponseWriter, req *http.Request, r refusal.Refusal) {
	d.showSign(w, req, http.StatusTooManyRequests, signView{Text: pageWords{wordsSignLater.Title, wordsOf(r)}, Again: true})
}

// browser is what tells this browser from others, given to it where it has nothing yet.
func (d *door) browser(w http.ResponseWriter, req *http.Request) attendance.Secret {
	if c, err := req.Cookie(browserCookie); err == nil && c.Value != "" {
		return attendance.Secret(c.Value)
	}
	fresh := attendance.NewBrowser()
	http.SetCookie(w, &http.Cookie{Name: browserCookie, Value: string(fresh), Path: attendance.SignPath, MaxAge: int(browserTime.Seconds()), HttpOnly: true,
		Secure: strings.HasPrefix(d.base, "https://"), SameSite: http.SameSiteStrictMode})
	return fresh
}

var (
	wordsSignBegin = pageWords{text.Text{It: "Firma di un documento", En: "Signing a document"},
		text.Text{It: "Apri il documento sul dispositivo con cui firmi: da quel momento il collegamento o il codice vale soltanto lì.",
			En: "Open the document on the device that you sign with: from then on the link or code works there only."}}
	wordsSignDocument = pageWords{text.Text{It: "Documento da firmare", En: "Document to sign"},
		text.Text{It: "Controlla giorni e ore. Se è tutto giusto scrivi il tuo nome e firma; se qualcosa non torna non firmare e avvisa il tutor.",
			En: "Check days and hours. If all is right write your name and sign; if something is wrong do not sign, and tell the tutor."}}
	wordsSigned    = pageWords{text.Text{It: "Firmato", En: "Signed"}, text.Text{It: "Grazie: la firma è registrata. Puoi chiudere questa pagina.", En: "Thank you: the signature is recorded. You can close this page."}}
	wordsSignLater = pageWords{text.Text{It: "Per ora non si può firmare", En: "Signing is not possible at the moment"},
		text.Text{It: "Nulla è stato firmato. Riprova tra qualche minuto.", En: "Nothing was signed. Try again in a few minutes."}}
	wordsSignForeign = pageWords{text.Text{It: "Non si può firmare", En: "This cannot be signed"},
		text.Text{It: "Nulla è stato firmato: la richiesta non viene da questa pagina. Apri di nuovo il collegamento che hai ricevuto.",
			En: "Nothing was signed: the request does not come from this page. Open the link that you got once more."}}
	wordsNotSigned = text.Text{It: "Non si può firmare", En: "This cannot be signed"}
)

// wordsOf tell why something was refused, and what helps.
func wordsOf(r refusal.Refusal) text.Text {
	it, en := r.Localized("it"), r.Localized("en")
	return text.Text{It: it.Message + " " + it.Cure, En: en.Message + " " + en.Cure}
}

// signView is what a page of signing shows.
type signView struct {
	Text     pageWords
	Link     string // brought, or to be brought
	Ask      bool   // for the link or code
	Again    bool   // whether another code may be written
	Document *attendance.Document
	Name     string // that was written
	Nameless bool   // because that is none

	Lang, Title, Body, Nonce string
}

// In puts a word of the page into its reader's language.
func (v signView) In(it, en string) string { return text.Text{It: it, En: en}.In(v.Lang) }

// DayOf is the day within its month.
func (v signView) DayOf(d calendar.Day) int {
	_, _, day := d.Date()
	return day
}

// Days puts a number of days into words.
func (v signView) Days(n int) string { return text.Days(n).In(v.Lang) }

//go:embed sign.html
var signText string

var signPage = newPage(signText)

// showSign shows a page that runs nothing, and sends its form to this house alone.
func (d *door) showSign(w http.ResponseWriter, req *http.Request, status int, v signView) {
	v.Lang = text.FromAcceptLanguage(req.Header.Get("Accept-Language"))
	v.Title, v.Body = v.Text.Title.In(v.Lang), v.Text.Body.In(v.Lang)
	v.Nonce = beginPage(w, status, "'self'")
	_ = signPage.Execute(w, v) // the reader may have gone
}
