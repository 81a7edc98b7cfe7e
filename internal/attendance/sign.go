package attendance

import (
	"context"
	"errors"
	"net/mail"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/member"
	"github.com/lavoroincorso/lavoro/internal/participant"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/platform/secret"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/phone"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// SignaturePrefix stands before the ids of signatures in the API.
const SignaturePrefix = "sgn"

// Party is who signs a month without an account.
type Party string

// The parties.
const (
	HostSigns           Party = "HOST"
	ParticipantSigns    Party = "PARTICIPANT"
	RepresentativeSigns Party = "REPRESENTATIVE"
)

var partyWords = map[string]text.Text{
	string(HostSigns):           {It: "Soggetto ospitante", En: "Host"},
	string(ParticipantSigns):    {It: "Partecipante", En: "Participant"},
	string(RepresentativeSigns): {It: "Rappresentante", En: "Representative"},
}

// Label is who that is, in words.
func (p Party) Label() text.Text { return partyWords[string(p)] }

// SignatureState is how far a signature is. That its secret has run out is no state: another is sent.
type SignatureState string

// The states of a signature.
const (
	SignatureAsked   SignatureState = "ASKED"
	SignatureBrought SignatureState = "BROUGHT" // on paper, and not confirmed yet
	Signed           SignatureState = "SIGNED"
	SignatureRevoked SignatureState = "REVOKED"
)

var signatureWords = map[string]text.Text{
	string(SignatureAsked):   {It: "Richiesta", En: "Asked for"},
	string(SignatureBrought): {It: "Portata su carta, da confermare", En: "Brought on paper, to be confirmed"},
	string(Signed):           {It: "Firmato", En: "Signed"},
	string(SignatureRevoked): {It: "Revocata", En: "Revoked"},
}

const (
	signatureSubject = "MonthSignature"
	signingDays      = "attendance.signing_days"
	codeMinutes      = "attendance.signing_code_minutes"
	signingMessages  = "attendance.signing_messages" // in a day: for one party to a month, and to one number over all
	phoneKind        = "phone"
	// longestAddress is how many characters an address of a letter may have.
	longestAddress = 200
)

// messagePause lies between two messages for one party to a month.
const messagePause = time.Minute

var (
	causeAddress = text.Text{It: "non è un indirizzo e-mail", En: "it is no e-mail address"}
	causePhone   = text.Text{It: "non è il numero di un cellulare: +39 333 1234567, oppure + e il prefisso di un altro paese", En: "it is no number of a mobile phone: +39 333 1234567, or + and another country's code"}
	causeEither  = text.Text{It: "indica un indirizzo e-mail o un numero, non tutti e due", En: "give an e-mail address or a number, not both"}
	causeCode    = text.Text{It: "un codice si invia soltanto a un telefono", En: "a code is sent to a phone only"}
)

// Channel is by which a link or a code goes to who signs.
type Channel string

// The channels.
const (
	ByEmail Channel = "EMAIL"
	BySMS   Channel = "SMS"
)

// Destination is where a link goes, or to a phone a code; the zero is nowhere.
type Destination struct {
	Email string
	Phone string // as written, E.164 once checked
	Code  bool   // that is good for some minutes, in the place of a link
}

// Asked says who is to sign which month.
type Asked struct {
	ID    uuid.UUID
	Month uuid.UUID
	Party Party
	To    Destination // zero for one that signs by a code that is shown
}

// Room holds what asking for signatures needs beside its transaction.
type Room struct {
	Texts bool // whether there is a gateway for messages to phones
}

// AskSignature asks who has no account to sign what a month certifies: by a link or code where an address or a number is given, otherwise by a code that is
// shown later.
func (r Room) AskSignature(ctx context.Context, tx *postgres.Tx, in Asked) error {
	months, lists, err := loadMonths(ctx, tx, access.AskSignature, []MonthStep{{Month: in.Month}})
	if err != nil || lists[0] != nil {
		return refusal.Join(err, lists[0].Err())
	}
	m := months[0]
	list, err := m.signable(ctx, tx, in.Party)
	if err != nil {
		return err
	}
	if list = append(list, r.check(&in.To)...); in.To.Code && in.To.Phone == "" {
		list = append(list, refusal.InvalidValue.At("code").With("cause", causeCode))
	}
	if len(list) > 0 {
		return list
	}
	if _, err := keyOf(ctx, tx, m.ParticipationID); err != nil {
		return orErased(err) // nothing of a signature could be kept
	}
	before, err := signaturesOf(ctx, tx, m.ID, in.Party)
	if err != nil {
		return err
	}
	for _, s := range before {
		if list := s.standsAgainst(tx, m.ContentHash); list != nil {
			return list
		}
		if s.State != Signed {
			if err := s.revoke(ctx, tx, access.AskSignature); err != nil {
				return err
			}
		}
	}
	s := signatureRow{ID: in.ID, ProgrammeID: m.ProgrammeID, ParticipationID: m.ParticipationID, RegisterMonthID: m.ID, CompanyID: m.CompanyID, Month: m.Month, Party: in.Party,
		State: SignatureAsked, ContentHash: m.ContentHash, AskedBy: tx.Actor.Member, AskedAt: tx.Now, Audience: m.Audience, Revision: 1}
	if in.To.Email+in.To.Phone != "" {
		if err := s.sends(ctx, tx, access.AskSignature, in.To); err != nil {
			return err
		}
	}
	if err := insertSignature(ctx, tx, &s); err != nil {
		return err
	}
	s.tell(tx, access.AskSignature, event.Entered)
	return nil
}

// signable says why a party cannot sign the month as it is; nil where it can.
func (m *openedMonth) signable(ctx context.Context, tx *postgres.Tx, party Party) (list refusal.List, err error) {
	if party == HostSigns {
		list = monthTransitionOf(access.CertifyMonthAsHost).check(m.facts)
	} else if m.State == MonthOpen {
		list = refusal.List{MonthWrongState.At("registerMonth").With("state", monthWords[string(m.State)])}
	}
	if len(list) > 0 {
		return list, nil
	}
	if hash := content(m.monthRow, m.counted()); !slices.Equal(hash[:], m.ContentHash) {
		return refusal.List{MonthChanged.At("registerMonth")}, nil
	}
	if party != RepresentativeSigns {
		return nil, nil
	}
	represented, err := isRepresented(ctx, tx, m.ParticipationID)
	if err == nil && !represented {
		list = refusal.List{NobodyRepresents.At("party")}
	}
	return list, err
}

// standsAgainst says why another signature of the same party for a content is not asked for while this one is there. A host's has certified the month once:
// where the month is to be certified again, because it was reopened since, the host signs again, too, be it the same content.
func (s signatureRow) standsAgainst(tx *postgres.Tx, content []byte) refusal.List {
	switch {
	case !slices.Equal(s.ContentHash, content):
		return nil
	case s.State == Signed && s.Party != HostSigns:
		return refusal.List{SignedAlready.At("party").With("party", s.Party.Label())}
	case s.State == SignatureBrought:
		return refusal.List{PaperWaits.At("party").With("party", s.Party.Label())}
	case s.State == SignatureAsked && (s.ExpiresAt == nil || s.ExpiresAt.After(tx.Now)):
		return refusal.List{AskedAlready.At("party").With("party", s.Party.Label())}
	}
	return nil
}

// check says what is wrong with a destination, and spells its number as E.164 does.
func (r Room) check(d *Destination) (list refusal.List) {
	if a, err := mail.ParseAddress(d.Email); d.Email != "" && (err != nil || a.Name != "" || a.Address != d.Email || !text.Line(d.Email, longestAddress)) {
		list = append(list, refusal.InvalidValue.At("email").With("cause", causeAddress))
	}
	if d.Phone != "" {
		number, err := phone.Parse(d.Phone)
		if d.Phone = number.String(); err != nil {
			list = append(list, refusal.InvalidValue.At("phone").With("cause", causePhone))
		}
		list = append(list, r.reaches(*d)...)
	}
	if d.Email != "" && d.Phone != "" {
		list = append(list, refusal.InvalidValue.At("phone").With("cause", causeEither))
	}
	return list
}

// reaches says why nothing goes to a phone here.
func (r Room) reaches(d Destination) refusal.List {
	if d.Phone != "" && !r.Texts {
		return refusal.List{NoGateway.At("phone")}
	}
	return nil
}

// SignatureStep is what every act on a signature needs.
type SignatureStep struct {
	Signature uuid.UUID
	Expected  *int
	To        Destination // another one; without address and number the one that the last went to
}

// ResendSignature sends another link, or a code: what was sent or shown before is worth nothing any more.
func (r Room) ResendSignature(ctx context.Context, tx *postgres.Tx, in SignatureStep) error {
	s, err := askedSignature(ctx, tx, access.ResendSignature, in)
	if err != nil {
		return err
	}
	to := in.To
	if list := r.check(&to); list != nil {
		return list
	}
	if to.Email+to.Phone == "" {
		known, err := s.destination(ctx, tx)
		if err != nil {
			return orErased(err)
		}
		if to.Email, to.Phone = known.Email, known.Phone; to.Email+to.Phone == "" {
			return refusal.List{NoAddress.At("email")}
		}
		if list := r.reaches(to); list != nil {
			return list
		}
	}
	if to.Code && to.Phone == "" {
		return refusal.List{refusal.InvalidValue.At("code").With("cause", causeCode)}
	}
	if err := s.sends(ctx, tx, access.ResendSignature, to); err != nil {
		return err
	}
	return s.renewed(ctx, tx, access.ResendSignature)
}

// ShowSigningCode makes a code that is good for some minutes, for the actor to show to who signs. What was sent or shown before is worth nothing any more.
func ShowSigningCode(ctx context.Context, tx *postgres.Tx, in SignatureStep) (Secret, time.Time, error) {
	s, err := askedSignature(ctx, tx, access.ShowSigningCode, in)
	if err != nil {
		return "", time.Time{}, err
	}
	policy, err := programme.PolicyOn(ctx, tx, s.ProgrammeID, tx.Today())
	if err != nil {
		return "", time.Time{}, err
	}
	code := newCode()
	if err := s.asks(tx, access.ShowSigningCode, ByCode, code, tx.Now.Add(time.Duration(policy.Int(codeMinutes))*time.Minute)); err != nil {
		return "", time.Time{}, err
	}
	s.Sealed, s.Channel, s.SentAt, s.Sendings = nil, nil, &tx.Now, s.Sendings+1
	return code, *s.ExpiresAt, s.renewed(ctx, tx, access.ShowSigningCode)
}

// RevokeSignature takes back what somebody was asked to sign, with its link and code, or a paper that is not what it should be.
func RevokeSignature(ctx context.Context, tx *postgres.Tx, in SignatureStep) error {
	s, err := waitingSignature(ctx, tx, access.RevokeSignature, in, SignatureAsked, SignatureBrought)
	if err != nil {
		return err
	}
	return s.revoke(ctx, tx, access.RevokeSignature)
}

// askedSignature gives a signature that somebody is asked for, of a content that still stands, and that the actor may do the act on.
func askedSignature(ctx context.Context, tx *postgres.Tx, act access.Act, in SignatureStep) (s signatureRow, err error) {
	if s, err = waitingSignature(ctx, tx, act, in, SignatureAsked); err != nil {
		return s, err
	}
	months, err := monthsByID(ctx, tx, []uuid.UUID{s.RegisterMonthID})
	if m := months[s.RegisterMonthID]; err == nil && (!slices.Equal(m.ContentHash, s.ContentHash) || s.Party == HostSigns && m.State != MonthSubmitted) {
		return s, refusal.List{SigningChanged.At("signature")}
	}
	return s, err
}

// waitingSignature gives a signature that is in one of the states, and that the actor may do the act on.
func waitingSignature(ctx context.Context, tx *postgres.Tx, act access.Act, in SignatureStep, states ...SignatureState) (s signatureRow, err error) {
	s, found, err := signatureByID(ctx, tx, in.Signature)
	switch {
	case err != nil:
		return s, err
	case !found:
		return s, refusal.List{refusal.NotFound.At("signature")}
	case !tx.Actor.May(act, s.ProgrammeID, s.Audience):
		return s, refusal.List{refusal.NotAllowed.At()}
	case in.Expected != nil && *in.Expected != s.Revision:
		return s, refusal.List{refusal.RevisionConflict.At("expectedRevision")}
	case !slices.Contains(states, s.State):
		return s, refusal.List{SignatureOver.At("signature").With("state", signatureWords[string(s.State)])}
	}
	return s, nil
}

// sends puts another link on its way, good for the days of the policy, or a code, good for its minutes.
func (s *signatureRow) sends(ctx context.Context, tx *postgres.Tx, act access.Act, to Destination) (err error) {
	policy, err := programme.PolicyOn(ctx, tx, s.ProgrammeID, tx.Today())
	if err != nil {
		return err
	}
	own, err := tx.DataKey(ctx, uuid.Nil)
	if err != nil {
		return err
	}
	by, secret, until := ByLink, newSecret(), tx.Today().AddDays(policy.Int(signingDays)+1).Start()
	if to.Code {
		by, secret, until = ByCode, newCode(), tx.Now.Add(time.Duration(policy.Int(codeMinutes))*time.Minute)
	}
	channel := ByEmail
	if to.Phone != "" {
		channel = BySMS
		if err := s.messaged(ctx, tx, to.Phone, policy.Int(signingMessages)); err != nil {
			return err
		}
		s.Phone, err = sealText(ctx, tx, s.ParticipationID, "month_signature", "phone", s.ID, to.Phone)
	} else {
		works, err := worksHere(ctx, tx, s.ProgrammeID, to.Email)
		if err == nil && works {
			err = refusal.List{SignerWorksHere.At("email")}
		}
		if err != nil {
			return err
		}
		s.Email, err = sealText(ctx, tx, s.ParticipationID, "month_signature", "email", s.ID, to.Email)
	}
	if err != nil {
		return orErased(err)
	}
	s.Sealed, s.FailedAt, s.Channel = own.Seal([]byte(secret), s.place("sealed")), nil, &channel
	return s.asks(tx, act, by, secret, until)
}

// messaged counts a message to a phone, unless too many were asked for of late: for the party, or to the number, whatever for.
func (s *signatureRow) messaged(ctx context.Context, tx *postgres.Tx, number string, most int) error {
	n, last, err := messagesTo(ctx, tx, *s)
	if err != nil {
		return err
	}
	if n >= most || last.Add(messagePause).After(tx.Now) {
		return refusal.List{TooManyMessages.At("phone").With("most", most)}
	}
	again, err := countMessage(ctx, tx, s.ParticipationID, number, most)
	if err != nil {
		return err
	}
	if again != nil {
		return refusal.List{TooManyToPhone.At("phone").With("most", most).With("time", calendar.LocalTimeOf(*again)).With("day", calendar.DayOf(*again))}
	}
	s.Messages, s.MessagedAt = s.Messages+1, &tx.Now
	return nil
}

// asks makes the signature wait for a secret until a moment; nobody has opened it yet.
func (s *signatureRow) asks(tx *postgres.Tx, act access.Act, by Way, secret Secret, until time.Time) error {
	keys, err := tx.Keys()
	if err != nil {
		return err
	}
	hand := member.HandOf(tx.Actor, act, s.ProgrammeID, s.Audience)
	s.SentBy, s.OnBehalfOf = &hand.Member, hand.OnBehalfOf
	s.Way, s.SecretMark, s.ExpiresAt, s.BrowserMark, s.OpenedAt = &by, keys.Index(secretKind, []byte(secret)).Bytes, &until, nil, nil
	return nil
}

func (s *signatureRow) renewed(ctx context.Context, tx *postgres.Tx, act access.Act) error {
	if err := saveSignature(ctx, tx, s); err != nil {
		return err
	}
	s.tell(tx, act, event.Changed)
	return nil
}

func (s *signatureRow) revoke(ctx context.Context, tx *postgres.Tx, act access.Act) error {
	s.State, s.RevokedBy, s.RevokedAt, s.Sealed = SignatureRevoked, &tx.Actor.Member, &tx.Now, nil
	return s.renewed(ctx, tx, act)
}

// destination opens where the last link or code has gone, or was to go; of a signature with none, where it could.
func (s signatureRow) destination(ctx context.Context, tx *postgres.Tx) (to Destination, err error) {
	if s.Email == nil && s.Phone == nil {
		return to, nil
	}
	key, err := keyOf(ctx, tx, s.ParticipationID)
	if err != nil {
		return to, err
	}
	if s.Phone != nil && (s.Email == nil || s.Channel != nil && *s.Channel == BySMS) {
		number, err := key.Open(s.Phone, s.place("phone"))
		return Destination{Phone: string(number)}, err
	}
	email, err := key.Open(s.Email, s.place("email"))
	return Destination{Email: string(email)}, err
}

// orErased refuses what would need the key of somebody who was erased.
func orErased(err error) error {
	if errors.Is(err, secret.ErrErased) {
		return refusal.List{participant.AlreadyErased.At()}
	}
	return err
}

func (s signatureRow) place(column string) postgres.Place {
	return postgres.Place{Table: "month_signature", Column: column, Row: s.ID}
}

// tell makes news of a signature. Neither the address nor the name reach them.
func (s signatureRow) tell(tx *postgres.Tx, act access.Act, kind event.Kind) {
	tx.Tell(event.News{Programme: s.ProgrammeID, Act: string(act), Kind: kind, SubjectKind: signatureSubject, Subject: s.ID, Related: []uuid.UUID{s.RegisterMonthID, s.ParticipationID},
		Audience: s.Audience}, signatureDetail{Month: s.Month, Party: s.Party, State: s.State, Way: s.Way, Expires: s.ExpiresAt})
}

// signatureDetail is what the journal keeps of a signature.
type signatureDetail struct {
	Month   calendar.Month `json:"month"`
	Party   Party          `json:"party"`
	State   SignatureState `json:"state"`
	Way     *Way           `json:"way,omitempty"`
	Expires *time.Time     `json:"expires,omitempty"`
}
