package attendance

import (
	"context"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/member"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// paperCodePrefix begins what the code on a printed month says: what it is, and the version of its form.
const paperCodePrefix = "lavoro:register:1:"

// PaperCode names a month and one content of it, for the code that is printed on a paper to be signed.
type PaperCode struct {
	Month uuid.UUID
	Hash  [32]byte
}

// String is what the code says: "lavoro:register:1:<month>:<SHA-256>".
func (c PaperCode) String() string {
	return paperCodePrefix + c.Month.String() + ":" + hex.EncodeToString(c.Hash[:])
}

// ParsePaperCode reads what the code on a paper says; false for any other text.
func ParsePaperCode(s string) (c PaperCode, ok bool) {
	rest, ok := strings.CutPrefix(strings.TrimSpace(s), paperCodePrefix)
	if !ok || len(rest) != 36+1+64 || rest[36] != ':' {
		return PaperCode{}, false
	}
	month, err := uuid.Parse(rest[:36])
	if err != nil {
		return PaperCode{}, false
	}
	hash, err := hex.DecodeString(rest[37:])
	if err != nil {
		return PaperCode{}, false
	}
	c.Month = month
	copy(c.Hash[:], hash)
	return c, true
}

// paperCode is SQL of what the code on a month's paper says; null while it is open.
const paperCode = `case when {t}.content_hash is not null then '` + paperCodePrefix + `' || {t}.id || ':' || encode({t}.content_hash, 'hex') end`

// SignedPaper is a month that was signed on paper, and photographed or scanned.
type SignedPaper struct {
	ID    uuid.UUID
	Month uuid.UUID
	Party Party
	Name  string    // who signed, as it stands on the paper
	Code  string    // what the code on the paper says
	File  uuid.UUID // which the actor has brought
}

// AttachSignedPaper keeps the paper that a party has signed, of the month and the content that the code on it names. It counts once somebody else has
// looked at it; a link or code by which the same party was asked is worth nothing any more.
func AttachSignedPaper(ctx context.Context, tx *postgres.Tx, in SignedPaper) error {
	months, lists, err := loadMonths(ctx, tx, access.AttachSignedPaper, []MonthStep{{Month: in.Month}})
	if err != nil || lists[0] != nil {
		return refusal.Join(err, lists[0].Err())
	}
	m := months[0]
	list, err := m.signable(ctx, tx, in.Party)
	if err != nil {
		return err
	}
	name, wrongName := signerName(in.Name)
	if list = slices.Concat(list, wrongName, m.named(in.Code)); len(list) > 0 {
		return list
	}
	before, err := signaturesOf(ctx, tx, m.ID, in.Party)
	if err != nil {
		return err
	}
	for _, s := range before {
		switch {
		case s.State == SignatureAsked || s.State == SignatureBrought && !slices.Equal(s.ContentHash, m.ContentHash):
			if err := s.revoke(ctx, tx, access.AttachSignedPaper); err != nil {
				return err
			}
		default:
			if list := s.standsAgainst(tx, m.ContentHash); list != nil {
				return list
			}
		}
	}
	sealed, err := sealText(ctx, tx, m.ParticipationID, "month_signature", "name", in.ID, name)
	if err != nil {
		return orErased(err)
	}
	way, by := ByPaper, member.HandOf(tx.Actor, access.AttachSignedPaper, m.ProgrammeID, m.Audience)
	s := signatureRow{ID: in.ID, ProgrammeID: m.ProgrammeID, ParticipationID: m.ParticipationID, RegisterMonthID: m.ID, CompanyID: m.CompanyID, Month: m.Month, Party: in.Party, Way: &way,
		State: SignatureBrought, ContentHash: m.ContentHash, AskedBy: by.Member, OnBehalfOf: by.OnBehalfOf, AskedAt: tx.Now, Name: sealed, FileID: &in.File, Audience: m.Audience, Revision: 1}
	if err := attachSigned(ctx, tx, in.File, m.ParticipationID); err != nil {
		return err
	}
	if err := insertSignature(ctx, tx, &s); err != nil {
		return err
	}
	s.tell(tx, access.AttachSignedPaper, event.Entered)
	return nil
}

// named refuses a paper whose code names something else than the month as it is.
func (m *openedMonth) named(code string) refusal.List {
	c, ok := ParsePaperCode(code)
	switch {
	case !ok:
		return refusal.List{PaperUnreadable.At("code")}
	case c.Month != m.ID:
		return refusal.List{PaperOfAnother.At("code")}
	case !slices.Equal(c.Hash[:], m.ContentHash):
		return refusal.List{PaperOfBefore.At("code")}
	}
	return nil
}

// signerName is the name of who signed as it is kept.
func signerName(name string) (string, refusal.List) {
	if name = strings.Join(strings.Fields(name), " "); name == "" || !text.Line(name, longestName) {
		return "", refusal.List{refusal.InvalidValue.At("name").With("cause", causeName)}
	}
	return name, nil
}

// ConfirmSignedPaper says that a paper is what it claims to be, by somebody else than who has brought it: then it is signed, and a host's certifies the
// month.
func ConfirmSignedPaper(ctx context.Context, tx *postgres.Tx, in SignatureStep) error {
	s, err := waitingSignature(ctx, tx, access.ConfirmSignedPaper, in, SignatureBrought)
	if err != nil {
		return err
	}
	if own, err := member.OwnHand(ctx, tx, member.Hand{Member: s.AskedBy, OnBehalfOf: s.OnBehalfOf}, access.ConfirmSignedPaper, s.ProgrammeID, s.Audience); err != nil {
		return err
	} else if own {
		return refusal.List{OwnPaper.At("signature")}
	}
	months, lists, err := loadMonths(ctx, tx, access.ConfirmSignedPaper, []MonthStep{{Month: s.RegisterMonthID}})
	if err != nil || lists[0] != nil {
		return refusal.Join(err, lists[0].Err())
	}
	m := months[0]
	list, err := m.signable(ctx, tx, s.Party)
	if err == nil && len(list) == 0 && !slices.Equal(s.ContentHash, m.ContentHash) {
		list = refusal.List{PaperOfBefore.At("signature")}
	}
	if err != nil || len(list) > 0 {
		return refusal.Join(err, list.Err())
	}
	s.State, s.SignedAt, s.ConfirmedBy = Signed, &tx.Now, &tx.Actor.Member
	if err := s.renewed(ctx, tx, access.ConfirmSignedPaper); err != nil || s.Party != HostSigns {
		return err
	}
	return m.certifiedBy(ctx, tx, s)
}

// certifiedBy takes a month on by what the host has signed on paper.
func (m *openedMonth) certifiedBy(ctx context.Context, tx *postgres.Tx, s signatureRow) error {
	t := monthTransitionOf(access.CertifyMonthAsHost)
	step, err := m.step(ctx, tx, t, MonthStep{}, m.ContentHash)
	if err != nil {
		return err
	}
	step.Act, step.SignatureID = string(access.ConfirmSignedPaper), &s.ID
	if err := saveMonths(ctx, tx, []monthRow{m.moved(tx, t, m.ContentHash)}, []monthStepRow{step}); err != nil {
		return err
	}
	m.tell(tx, access.ConfirmSignedPaper, event.Changed, map[string]any{"month": m.Month, "from": m.State, "to": t.To, "content": m.ContentHash, "signature": s.ID})
	return nil
}
