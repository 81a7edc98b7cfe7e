package attendance

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/platform/secret"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// Way is how somebody without an account comes to sign.
type Way string

// The ways.
const (
	ByLink Way = "LINK" // in a letter, or a message
	ByCode Way = "CODE" // shown on a phone, or in a message
	// ByPaper needs nobody's coming: it is brought.
	ByPaper Way = "PAPER"
)

// Secret lets its bearer sign one document: 32 random bytes in base64 in a link, eight letters and digits in a code.
type Secret string

// LogValue hides the secret.
func (Secret) LogValue() slog.Value { return slog.StringValue("[secret]") }

// secretKind keeps marks of these secrets apart from others.
const secretKind = "signature"

func newSecret() Secret {
	raw := make([]byte, 32)
	_, _ = rand.Read(raw) // never fails
	return Secret(base64.RawURLEncoding.EncodeToString(raw))
}

// crockford writes codes without letters that look like digits, or like each other (Crockford's base 32): of 40 bits, which nobody guesses in the minutes
// for which a code is good.
var crockford = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)

func newCode() Secret {
	raw := make([]byte, 5)
	_, _ = rand.Read(raw) // never fails
	return Secret(crockford.EncodeToString(raw))
}

// Shown writes a code in two halves, as it is read aloud.
func (s Secret) Shown() string { return string(s[:len(s)/2] + "-" + s[len(s)/2:]) }

// longestSecret is how many characters of what somebody brings are looked at.
const longestSecret = 100

// ParseSecret reads what a link brings, or what somebody has typed from a screen.
func ParseSecret(s string) Secret {
	s = strings.TrimSpace(s)
	if len(s) > longestSecret {
		return ""
	}
	typed := strings.NewReplacer("-", "", " ", "", "O", "0", "I", "1", "L", "1").Replace(strings.ToUpper(s))
	if raw, err := crockford.DecodeString(typed); err == nil && len(raw) == 5 {
		return Secret(typed)
	}
	return Secret(s)
}

// Signing is where who has no account signs. Whoever brings a secret acts as the signature that it asks for: an actor who holds no grant, sees no row,
// and of whom the database knows one document.
type Signing struct {
	DB    *postgres.DB
	Clock postgres.Clock
}

// bearer is who brought a secret, as the signature that it asks for, in a browser. A secret may be replaced at any moment: what is done by it asks for its
// marks once more.
type bearer struct {
	signature uuid.UUID
	marks     [][]byte // of the secret, by each key of the installation
	browser   []byte   // mark of it
}

// Document is what somebody signs: of the person it tells nothing but the days.
type Document struct {
	Party     Party
	Month     calendar.Month
	Pseudonym string
	Lines     []DocumentLine
	Minutes   calendar.Minutes
	Days      int
	Hash      string // in hexadecimal digits
}

// DocumentLine is one entry of a document.
type DocumentLine struct {
	Kind     Kind
	Day      calendar.Day
	From, To calendar.LocalTime
	Minutes  calendar.Minutes
}

// Open shows the document to who brings the secret, in the browser in which it is first opened: in another the secret opens nothing any more.
func (s Signing) Open(ctx context.Context, brought, browser Secret) (doc Document, err error) {
	b, err := s.find(ctx, brought, browser)
	if err != nil {
		return doc, err
	}
	err = s.DB.InTx(ctx, access.Actor{Member: b.signature}, s.Clock, func(ctx context.Context, tx *postgres.Tx) error {
		m, entries, err := b.opens(ctx, tx)
		if err == nil {
			doc = m.document(entries)
		}
		return err
	})
	return doc, err
}

// Sign signs the document in the name that the signer writes. Sent again it is refused as used.
func (s Signing) Sign(ctx context.Context, brought, browser Secret, name string) error {
	b, err := s.find(ctx, brought, browser)
	if err != nil {
		return err
	}
	name, wrong := signerName(name)
	if wrong != nil {
		return wrong
	}
	return s.DB.InTx(ctx, access.Actor{Member: b.signature}, s.Clock, func(ctx context.Context, tx *postgres.Tx) error {
		m, _, err := b.opens(ctx, tx)
		if err != nil {
			return err
		}
		sealed, err := sealText(ctx, tx, m.ParticipationID, "month_signature", "name", b.signature, name)
		if errors.Is(err, secret.ErrErased) {
			return SigningChanged.At() // there is nobody any more whose month it is
		}
		if err != nil {
			return err
		}
		signed, err := signSignature(ctx, tx, b, sealed)
		if err == nil && !signed {
			err = SigningChanged.At()
		}
		if err != nil {
			return err
		}
		m.tell(tx, b.signature)
		return nil
	})
}

// opens gives the document, and keeps in which browser it was opened.
func (b bearer) opens(ctx context.Context, tx *postgres.Tx) (m monthToSign, entries []row, err error) {
	if m, entries, err = toSign(ctx, tx, b.signature); err != nil {
		return m, nil, err
	}
	opened, err := openSignature(ctx, tx, b)
	if err == nil && !opened {
		err = SigningShared.At()
	}
	return m, entries, err
}

// longestName is how many characters a signer's name may have.
const longestName = 100

var causeName = text.Text{It: "scrivi nome e cognome, al massimo 100 caratteri", En: "write given name and family name, at most 100 characters"}

// find gives the signature that a secret asks for, or says why it opens nothing. Whether the secret still does, and no other browser has opened it, is asked
// once more where that counts.
func (s Signing) find(ctx context.Context, brought, browser Secret) (bearer, error) {
	b := bearer{marks: secret.Bytes(s.DB.Keys.Indexes(secretKind, []byte(brought))), browser: s.mark(browser)}
	found, known, err := signatureOf(ctx, s.DB, s.Clock, b.marks)
	switch {
	case err != nil:
		return b, err
	case !known || brought == "":
		return b, SigningUnknown.At()
	case found.State == Signed:
		return b, SigningUsed.At()
	case found.State == SignatureRevoked:
		return b, SigningRevoked.At()
	case !s.Clock().Before(found.ExpiresAt):
		return b, SigningExpired.At()
	case found.BrowserMark != nil && !slices.Equal(found.BrowserMark, b.browser):
		return b, SigningShared.At()
	}
	b.signature = found.ID
	return b, nil
}

// mark is what is kept of a browser: the hash of what its cookie holds.
func (Signing) mark(browser Secret) []byte {
	sum := sha256.Sum256([]byte(browser))
	return sum[:]
}

// NewBrowser is what the cookie of a browser holds that opens a secret for the first time.
func NewBrowser() Secret { return newSecret() }

// monthToSign is the one month that a bearer knows.
type monthToSign struct {
	ProgrammeID     uuid.UUID
	ParticipationID uuid.UUID
	PersonID        uuid.UUID
	RegisterMonthID uuid.UUID
	EnrolmentID     uuid.UUID
	PlacementID     *uuid.UUID
	CompanyID       *uuid.UUID
	Pseudonym       string
	Party           Party
	Month           calendar.Month
	MonthState      MonthState
	Minutes         int
	PresenceDays    int
	ContentHash     []byte
	MonthHash       []byte
	Audience        []uuid.UUID `bun:",array"`
}

// toSign gives the document of a signature, held against entries that come meanwhile, as long as it is what was to be signed.
func toSign(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (m monthToSign, entries []row, err error) {
	m, found, err := monthOfSignature(ctx, tx, id)
	if err != nil {
		return m, nil, err
	}
	if !found {
		return m, nil, SigningUnknown.At()
	}
	if err := hold(ctx, tx, []uuid.UUID{m.PersonID}); err != nil {
		return m, nil, err
	}
	if entries, err = entriesToSign(ctx, tx, id); err != nil {
		return m, nil, err
	}
	hash := content(monthRow{ProgrammeID: m.ProgrammeID, ParticipationID: m.ParticipationID, EnrolmentID: m.EnrolmentID, Month: m.Month}, entries)
	if !slices.Equal(hash[:], m.ContentHash) || !slices.Equal(m.MonthHash, m.ContentHash) || m.Party == HostSigns && m.MonthState != MonthSubmitted {
		return m, nil, SigningChanged.At()
	}
	return m, entries, nil
}

func (m monthToSign) document(entries []row) Document {
	doc := Document{Party: m.Party, Month: m.Month, Pseudonym: m.Pseudonym, Minutes: calendar.Minutes(m.Minutes), Days: m.PresenceDays, Hash: hex.EncodeToString(m.ContentHash)}
	for _, r := range entries {
		doc.Lines = append(doc.Lines, DocumentLine{Kind: r.Kind, Day: r.Day, From: r.From, To: r.To, Minutes: calendar.Minutes(r.Minutes)})
	}
	return doc
}

// tell makes news of a signature that was made, and of the month that it certifies.
func (m monthToSign) tell(tx *postgres.Tx, signature uuid.UUID) {
	s := signatureRow{ID: signature, ProgrammeID: m.ProgrammeID, ParticipationID: m.ParticipationID, RegisterMonthID: m.RegisterMonthID, Month: m.Month, Party: m.Party, State: Signed, Audience: m.Audience}
	s.tell(tx, access.SignMonth, event.Changed)
	if m.Party == HostSigns {
		monthRow{ID: m.RegisterMonthID, ProgrammeID: m.ProgrammeID, ParticipationID: m.ParticipationID, EnrolmentID: m.EnrolmentID, PlacementID: m.PlacementID, CompanyID: m.CompanyID, Audience: m.Audience}.
			tell(tx, access.SignMonth, event.Changed, map[string]any{"month": m.Month, "from": m.MonthState, "to": HostCertified, "content": m.ContentHash, "signature": signature})
	}
}

// foundSignature is what a secret asks for.
type foundSignature struct {
	ID          uuid.UUID
	State       SignatureState
	ExpiresAt   time.Time
	BrowserMark []byte
}
