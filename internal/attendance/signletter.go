package attendance

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
)

const (
	// lettersAtOnce is how many letters one run sends.
	lettersAtOnce = 50
	// tryAgain is how long a letter that did not go waits.
	tryAgain = 10 * time.Minute
)

// Letters sends the links to sign by that wait.
type Letters struct {
	DB   *postgres.DB
	Base string // address of the pages, without a slash at the end
	Post func(ctx context.Context, to, subject, body string) error
}

// The letter names nobody, no programme, no body and no month: whoever reads it over a shoulder learns nothing.
const (
	letterSubject = "Un documento da firmare"
	letterBody    = `Ti è chiesto di firmare un documento. Apri questo collegamento sul dispositivo con cui firmi: vale soltanto per te, fino al %[2]s.
You are asked to sign a document. Open this link on the device that you sign with: it is for you alone, until %[2]s.

%[1]s

Se non sai di che cosa si tratta, non aprirlo. If you do not know what this is about, do not open it.
`
)

// SignPath is where pages of signing are.
const SignPath = "/sign"

// Path is where a secret is opened on the pages.
func (s Secret) Path() string { return SignPath + "?" + url.Values{"link": {string(s)}}.Encode() }

// letter is one that waits, with where it goes.
type letter struct {
	signatureRow
	to   string
	link Secret
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
		err := l.Post(ctx, w.to, letterSubject, fmt.Sprintf(letterBody, l.Base+w.link.Path(), w.lastDay()))
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
		to, err := s.address(ctx, tx)
		if err != nil {
			return nil, err
		}
		link, err := own.Own().Open(s.Sealed, s.place("sealed"))
		if err != nil {
			return nil, err
		}
		list = append(list, letter{s, to, Secret(link)})
	}
	return list, nil
}

// lastDay is the last day on which a link holds.
func (s signatureRow) lastDay() string {
	return s.ExpiresAt.Add(-time.Second).In(calendar.Rome()).Format("02/01/2006")
}
