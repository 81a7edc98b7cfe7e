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
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/phone"
)

const (
	// lettersAtOnce is how many letters one run sends.
	lettersAtOnce = 50
	// tryAgain is how long a letter that did not go waits.
	tryAgain = 10 * time.Minute
)

// Letters sends the links and codes to sign by that wait. What has no way to go is tried again, as what did not go is.
type Letters struct {
	DB   *postgres.DB
	Base string                                                            // address of the pages, without a slash at the end
	Post func(ctx context.Context, to, subject, body string) error         // nil: there is no post
	Text func(ctx context.Context, id uuid.UUID, to, message string) error // to a phone; the same id for the same message. nil: there is no gateway
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
	if *w.Way == byCode {
		return fmt.Sprintf(codeMessage, w.secret.Shown(), w.ExpiresAt.In(calendar.Rome()).Format("15:04"))
	}
	return fmt.Sprintf(linkMessage, w.lastDay(), base+w.secret.Path())
}

// Send sends the letters that wait, of all programmes, and keeps of each that it has gone, or when it did not.
func (l Letters) Send(ctx context.Context, system access.Actor, now time.Time) error {
	clock := func() time.Time { return now }
	var waiting []letter
	err := l.DB.InTx(ctx, system, clock, func(ctx context.Context, tx *postgres.Tx) (err error) {
		waiting, err = lettersToSign(ctx, tx, now.Add(-tryAgain))
		return err
	})
	errs := []error{err}
	for _, w := range waiting {
		err := l.hand(ctx, w)
		errs = append(errs, err, l.DB.InTx(ctx, system, clock, func(ctx context.Context, tx *postgres.Tx) error {
			kept, failed := keepSending(ctx, tx, w.signatureRow, err == nil)
			if failed == nil && kept {
				w.tell(tx, access.SendSignature, event.Changed)
			}
			return failed
		}))
	}
	return errors.Join(errs...)
}

func lettersToSign(ctx context.Context, tx *postgres.Tx, since time.Time) (list []letter, err error) {
	rows, err := unsent(ctx, tx, since, lettersAtOnce)
	if err != nil {
		return nil, err
	}
	own, err := tx.Keys()
	if err != nil {
		return nil, err
	}
	for _, s := range rows {
		to, err := s.destination(ctx, tx)
		if err != nil {
			return nil, err
		}
		secret, err := own.Own().Open(s.Sealed, s.place("sealed"))
		if err != nil {
			return nil, err
		}
		list = append(list, letter{s, to, Secret(secret)})
	}
	return list, nil
}

// lastDay is the last day on which a link holds.
func (s signatureRow) lastDay() string {
	return s.ExpiresAt.Add(-time.Second).In(calendar.Rome()).Format("02/01/2006")
}
