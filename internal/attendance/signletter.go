package attendance

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/platform/secret"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/phone"
)

const (
	// lettersAtOnce is how many letters one run sends.
	lettersAtOnce = 50
	// tryAgain is how long a letter that did not go waits, or that somebody began to send and never came back; codeAgain of a code, which is good for minutes.
	tryAgain  = 10 * time.Minute
	codeAgain = time.Minute
	// longestRun is after how long a run begins no other letter: nothing else that the house does by itself is done meanwhile.
	longestRun = 10 * time.Second
)

// Letters sends the links and codes to sign by that wait. What has no way to go is tried again, as what did not go is.
type Letters struct {
	DB   *postgres.DB
	Base string                                                            // address of the pages, without a slash at the end
	Post func(ctx context.Context, to, subject, body string) error         // nil: there is no post
	Text func(ctx context.Context, id uuid.UUID, to, message string) error // to a phone; the same id for the same message. nil: there is no gateway
	Away error                                                             // that Post and Text wrap where nothing goes that way for now
}

var (
	errNoPost    = errors.New("a link to sign by waits, and there is no post")
	errNoGateway = errors.New("a message to sign by waits, and there is no gateway for it")
)

// Neither the letter nor the message names anybody, a programme, a body or a month: whoever reads it over a shoulder learns nothing.
const (
	letterSubject = "Un documento da firmare"
	letterBody    = `Ti è chiesto di firmare un documento. Apri questo collegamento sul dispositivo con cui firmi: vale soltanto per te, fino al %[2]s.
You are asked to sign a document. Open this link on the device that you sign with: it is for you alone, until %[2]s.

%[1]s

Se non sai di che cosa si tratta, non aprirlo. If you do not know what this is about, do not open it.
`
	linkMessage = "Da firmare / To sign, %s: %s"
	codeMessage = "Codice per firmare / Code to sign: %s (%s)"
)

// Fits says whether links to pages at an address go into one message.
func Fits(base string) bool {
	n, ok := phone.Septets(fmt.Sprintf(linkMessage, "31/12/2099", base+newSecret().Path()))
	return ok && n <= phone.OneMessage
}

// SignPath is where pages of signing are.
const SignPath = "/sign"

// Path is where a secret is opened on the pages.
func (s Secret) Path() string { return SignPath + "?" + url.Values{"link": {string(s)}}.Encode() }

// letter is one that waits, with where it goes.
type letter struct {
	signatureRow
	to     Destination
	secret Secret
}

// hand gives a letter to the post, or a message to the gateway.
func (l Letters) hand(ctx context.Context, w letter) error {
	switch {
	case *w.Channel == ByEmail && l.Post == nil:
		return errNoPost
	case *w.Channel == ByEmail:
		return l.Post(ctx, w.to.Email, letterSubject, fmt.Sprintf(letterBody, l.Base+w.secret.Path(), w.lastDay()))
	case l.Text == nil:
		return errNoGateway
	}
	return l.Text(ctx, uuid.NewSHA1(w.ID, w.SecretMark), w.to.Phone, w.message(l.Base))
}

func (w letter) message(base string) string {
	if *w.Way == ByCode {
		return fmt.Sprintf(codeMessage, w.secret.Shown(), w.ExpiresAt.In(calendar.Rome()).Format("15:04"))
	}
	return fmt.Sprintf(linkMessage, w.lastDay(), base+w.secret.Path())
}

// Send sends the letters that wait, of all programmes, and keeps of each that it has gone, or when it did not. Where nothing goes one way, the others of
// that way wait for the next run.
func (l Letters) Send(ctx context.Context, system access.Actor, now time.Time) error {
	began := time.Now()
	clock := func() time.Time { return now.Add(time.Since(began)) } // goes on: what is claimed late in a run is not free again early
	var waiting []signatureRow
	err := l.DB.InTx(ctx, system, clock, func(ctx context.Context, tx *postgres.Tx) (err error) {
		waiting, err = unsent(ctx, tx, lettersAtOnce)
		return err
	})
	errs, away := []error{err}, map[Channel]bool{}
	for _, s := range waiting {
		if away[*s.Channel] || time.Since(began) > longestRun {
			continue
		}
		err := l.send(ctx, system, clock, s)
		away[*s.Channel] = l.isAway(err)
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

func (l Letters) isAway(err error) bool {
	return errors.Is(err, errNoPost) || errors.Is(err, errNoGateway) || l.Away != nil && errors.Is(err, l.Away)
}

// send claims one letter, so that no other node sends it too, hands it over and keeps what became of it. Nothing is sent that was revoked, replaced, has run
// out or was claimed since it was looked for. The journal is told that it has gone, and of several failures the first.
func (l Letters) send(ctx context.Context, system access.Actor, clock postgres.Clock, s signatureRow) error {
	var w letter
	var mine bool
	var outcome error
	err := l.DB.InTx(ctx, system, clock, func(ctx context.Context, tx *postgres.Tx) (err error) {
		if mine, err = claimSending(ctx, tx, s); err == nil && mine {
			w, outcome = s.letter(ctx, tx)
		}
		return err
	})
	if err != nil || !mine {
		return err
	}
	if outcome == nil {
		outcome = l.hand(ctx, w)
	}
	err = l.DB.InTx(context.WithoutCancel(ctx), system, clock, func(ctx context.Context, tx *postgres.Tx) error {
		kept, err := keepSending(ctx, tx, s, outcome == nil)
		if kept && (outcome == nil || s.FailedAt == nil) {
			s.tell(tx, access.SendSignature, event.Changed)
		}
		return err
	})
	if errors.Is(outcome, secret.ErrErased) {
		outcome = nil // nobody can mend that
	}
	return errors.Join(outcome, err)
}

// letter opens what goes, and where to; secret.ErrErased where the person was erased.
func (s signatureRow) letter(ctx context.Context, tx *postgres.Tx) (w letter, err error) {
	keys, err := tx.Keys()
	if err != nil {
		return w, err
	}
	to, err := s.destination(ctx, tx)
	if err != nil {
		return w, err
	}
	opened, err := keys.Own().Open(s.Sealed, s.place("sealed"))
	return letter{s, to, Secret(opened)}, err
}

// lastDay is the last day on which a link holds.
func (s signatureRow) lastDay() string {
	return s.ExpiresAt.Add(-time.Second).In(calendar.Rome()).Format("02/01/2006")
}
