package member

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
	// longestRun is after how long a run begins no other letter: nothing else that the house does by itself is done meanwhile.
	longestRun = 10 * time.Second
)

// ErrNoLetter is returned for an invitation of which no secret is kept any more: it has gone, was used, or holds no longer.
var ErrNoLetter = errors.New("no letter waits: it has gone, was used, or holds no longer; resend the invitation")

// Letters sends the invitations that wait.
type Letters struct {
	DB   *postgres.DB
	Base string // address of the pages, without a slash at the end
	Post func(ctx context.Context, to, subject, body string) error
	Away error // that Post wraps where no post goes for now
}

// The letter names nobody, no programme and no body: whoever reads it over a shoulder learns nothing.
const (
	letterSubject = "Invito a Lavoro in Corso"
	letterBody    = `Ti aspettano su Lavoro in Corso. Apri questo collegamento e dimostra chi sei: vale una volta sola, fino al %[2]s.
You are expected on Lavoro in Corso. Open this link and prove who you are: it works once, until %[2]s.

%[1]s

Se non sai di che cosa si tratta, non aprirlo. If you do not know what this is about, do not open it.
`
)

// Link is where an invitation is accepted on the pages.
func Link(base string, s Secret) string {
	return base + "/sign-in?" + url.Values{"invitation": {string(s)}}.Encode()
}

// Send sends the letters that wait, of all programmes, and keeps of each that it has gone, or when it did not. Where no post goes, the others wait for the
// next run.
func (l Letters) Send(ctx context.Context, system access.Actor, now time.Time) error {
	began := time.Now()
	clock := func() time.Time { return now.Add(time.Since(began)) } // goes on: what is claimed late in a run is not free again early
	var waiting []letterRow
	err := l.DB.InTx(ctx, system, clock, func(ctx context.Context, tx *postgres.Tx) (err error) {
		waiting, err = letters(ctx, tx, tx.Now.Add(-tryAgain), nil, lettersAtOnce)
		return err
	})
	errs := []error{err}
	for _, w := range waiting {
		err := l.send(ctx, system, clock, w)
		if errs = append(errs, err); l.Away != nil && errors.Is(err, l.Away) || time.Since(began) > longestRun {
			break
		}
	}
	return errors.Join(errs...)
}

// send claims one letter, so that no other node sends it too, hands it over and keeps what became of it.
func (l Letters) send(ctx context.Context, system access.Actor, clock postgres.Clock, w letterRow) error {
	var mine bool
	err := l.DB.InTx(ctx, system, clock, func(ctx context.Context, tx *postgres.Tx) (err error) {
		mine, err = claimLetter(ctx, tx, w, tx.Now.Add(-tryAgain))
		return err
	})
	if err != nil || !mine {
		return err
	}
	s, err := l.DB.Keys.Own().Open(w.Sealed, w.place())
	if err == nil {
		err = l.Post(ctx, w.Email, letterSubject, fmt.Sprintf(letterBody, Link(l.Base, Secret(s)), w.lastDay()))
	}
	return errors.Join(err, l.DB.InTx(context.WithoutCancel(ctx), system, clock, func(ctx context.Context, tx *postgres.Tx) error {
		return w.keep(ctx, tx, err == nil)
	}))
}

// lastDay is the last day on which the invitation holds.
func (i invitationRow) lastDay() string {
	return i.ExpiresAt.Add(-time.Second).In(calendar.Rome()).Format("02/01/2006")
}

// keep notes that a letter has gone, after which its secret is nowhere but in it, or that it has not.
func (w letterRow) keep(ctx context.Context, tx *postgres.Tx, gone bool) error {
	changed, err := noteLetter(ctx, tx, w, gone)
	if err == nil && changed {
		tx.Tell(w.news(access.SendInvitation, event.Changed), letterSent{gone})
	}
	return err
}

type letterSent struct {
	Gone bool `json:"gone"`
}

// letterPrinted is what the journal keeps of a link that was printed.
type letterPrinted struct {
	Printed bool `json:"printed"`
}

// LinkOf gives the link of an invitation whose letter has not gone, for who hands it over himself where there is no post.
func LinkOf(ctx context.Context, db *postgres.DB, system access.Actor, clock postgres.Clock, base, email string) (link string, err error) {
	err = db.InTx(ctx, system, clock, func(ctx context.Context, tx *postgres.Tx) error {
		newest, err := letters(ctx, tx, tx.Now, &email, 1)
		if err != nil {
			return err
		}
		if len(newest) == 0 {
			return ErrNoLetter
		}
		tx.Tell(newest[0].news(access.SendInvitation, event.Changed), letterPrinted{true})
		s, err := db.Keys.Own().Open(newest[0].Sealed, newest[0].place())
		link = Link(base, Secret(s))
		return err
	})
	return link, err
}
