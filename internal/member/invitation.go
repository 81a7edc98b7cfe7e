package member

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/platform/secret"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// Secret is what the letter of an invitation brings: 32 random bytes, in base64 for addresses.
type Secret string

// newSecret makes one that nobody can guess.
func newSecret() Secret {
	raw := make([]byte, 32)
	_, _ = rand.Read(raw) // never fails
	return Secret(base64.RawURLEncoding.EncodeToString(raw))
}

// Hash is what is kept of the secret.
func (s Secret) Hash() []byte {
	sum := sha256.Sum256([]byte(s))
	return sum[:]
}

// LogValue hides the secret.
func (Secret) LogValue() slog.Value { return slog.StringValue("[secret]") }

func (i invitationRow) place() secret.Place {
	return secret.Place{Table: "invitation", Column: "sealed", Row: i.ID}
}

// freshly gives the invitation with a new secret, which holds for the days that the programme says; what the last letter brought is worth
// nothing any more.
func (r Room) freshly(ctx context.Context, tx *postgres.Tx, i invitationRow) (invitationRow, error) {
	days, err := r.InvitationDays(ctx, tx, i.ProgrammeID)
	if err != nil {
		return i, err
	}
	key, err := tx.DataKey(ctx, uuid.Nil)
	if err != nil {
		return i, err
	}
	s := newSecret()
	i.SecretHash, i.Sealed = s.Hash(), key.Seal([]byte(s), i.place())
	i.ExpiresAt = tx.Today().AddDays(days + 1).Start()
	return i, nil
}

// invite asks a member who was enlisted to come; what is not said of the invitation yet is filled in. It gives the id.
func (r Room) invite(ctx context.Context, tx *postgres.Tx, act access.Act, i invitationRow) (uuid.UUID, error) {
	i.ID, i.InvitedBy = uuid.Must(uuid.NewV7()), tx.Actor.Member
	i, err := r.freshly(ctx, tx, i)
	if err != nil {
		return uuid.Nil, err
	}
	if err := insert(ctx, tx, &i, "invitation_pkey"); err != nil {
		return uuid.Nil, err
	}
	tx.Tell(i.news(act, event.Entered), i.kept())
	return i.ID, nil
}

// ResendInvitation sends another letter, with another secret, to who has not come yet.
func (r Room) ResendInvitation(ctx context.Context, tx *postgres.Tx, id uuid.UUID) error {
	i, err := open(ctx, tx, access.ResendInvitation, id)
	if err != nil {
		return err
	}
	if i, err = r.freshly(ctx, tx, i); err != nil {
		return err
	}
	if err := i.renew(ctx, tx); err != nil {
		return err
	}
	tx.Tell(i.news(access.ResendInvitation, event.Changed), i.kept())
	return nil
}

// WithdrawInvitation ends a member who has not come yet, with all that he would have held.
func WithdrawInvitation(ctx context.Context, tx *postgres.Tx, id uuid.UUID) error {
	i, err := open(ctx, tx, access.WithdrawInvitation, id)
	if err != nil {
		return err
	}
	if err := lock(ctx, tx); err != nil {
		return err
	}
	if i.ParticipationID != nil {
		err = dismiss(ctx, tx, i)
	} else {
		last := tx.Today().AddDays(-1)
		err = keepingCircles(ctx, tx, i.MemberID, last, func() error { return endEverything(ctx, tx, i.MemberID, last) })
	}
	if err != nil {
		return err
	}
	tx.Tell(i.news(access.WithdrawInvitation, event.Left), nil)
	return nil
}

// open gives an invitation that waits and that the actor answers for.
func open(ctx context.Context, tx *postgres.Tx, act access.Act, id uuid.UUID) (invitationRow, error) {
	i, err := invitationByID(ctx, tx, id, "invitation")
	if err != nil {
		return i, err
	}
	switch {
	case !answersFor(tx.Actor, act, i.Audience):
		return i, refusal.NotAllowed.At()
	case !i.AcceptedAt.IsZero():
		return i, InvitationAccepted.At("invitation")
	case !i.WithdrawnAt.IsZero():
		return i, InvitationWithdrawn.At("invitation")
	}
	return i, nil
}

// letterUntil is what the journal keeps of an invitation: whom it names stands in the member's row alone.
type letterUntil struct {
	Until time.Time `json:"until"`
}

func (i invitationRow) kept() letterUntil { return letterUntil{i.ExpiresAt} }

func (i invitationRow) news(act access.Act, kind event.Kind) event.News {
	n := event.News{Programme: i.ProgrammeID, Act: string(act), Kind: kind, SubjectKind: "Member", Subject: i.MemberID, Audience: i.Audience}
	if i.ParticipationID != nil {
		n.Related = []uuid.UUID{*i.ParticipationID}
	}
	return n
}

// mark keeps marks of a fiscal code of the member, "" for none.
func (m *memberRow) mark(tx *postgres.Tx, code string) error {
	if code == "" {
		return nil
	}
	keys, err := tx.Keys()
	if err == nil {
		m.FiscalIndex = marks(keys, code)
	}
	return err
}

// marks tell a fiscal code without saying it, one under each key of the index: the key's number in four bytes, then the mark.
func marks(keys *secret.Keys, code string) [][]byte {
	var all [][]byte
	for _, m := range keys.Indexes("member", []byte(code)) {
		all = append(all, append(prefix(m.Version), m.Bytes...))
	}
	return all
}

func prefix(version uint32) []byte { return binary.BigEndian.AppendUint32(nil, version) }
