package member

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// Identity is who somebody has proved to be, at an issuer that the installation trusts.
type Identity struct {
	Issuer, Subject string
	FiscalCode      string // "" where the issuer does not say, or is not trusted for it
}

// Accept lets in who has proved an identity and brings the hash of an invitation's secret, once: his identity becomes that of the invited member,
// or, where it is a member's already, that one holds from now on what the invited one would. Sent again by the same person it changes nothing.
func (d *Directory) Accept(ctx context.Context, hash []byte, who Identity) error {
	opened, err := opens(ctx, d.DB, hash, who, calendar.DayOf(d.Clock()))
	if err != nil {
		return err
	}
	known := d.marksOf(who)
	if err := opened.refused(known, d.Clock()); err != nil || opened.Accepted {
		return err // accepted by himself: done
	}
	err = d.DB.InTx(ctx, access.Actor{Member: opened.Comes}, d.Clock, func(ctx context.Context, tx *postgres.Tx) error {
		return opened.accept(ctx, tx, who, known)
	})
	d.forget(who)
	return err
}

// MayAccept says what would stop Accept, as far as the invitation alone tells; what the human holds in all is found out when he comes.
func (d *Directory) MayAccept(ctx context.Context, hash []byte, who Identity) error {
	opened, err := opens(ctx, d.DB, hash, who, calendar.DayOf(d.Clock()))
	if err != nil {
		return err
	}
	return opened.refused(d.marksOf(who), d.Clock())
}

// Inviter is in whose name somebody is asked to come.
type Inviter struct {
	Body      string // to who takes part or represents somebody the lead body: others' names speak of reasons, and a letter is anybody's to open
	Programme string // "" to who takes part or represents somebody: he is told of the body alone
}

// InvitedBy says to the bearer of a secret in whose name it asks him to come, before he says who he is; zero where it opens nothing now.
func (d *Directory) InvitedBy(ctx context.Context, hash []byte) (Inviter, error) {
	return invitedBy(ctx, d.DB, hash, d.Clock())
}

// Recognise accepts the invitation that waits for the fiscal code that somebody has proved; without one it does nothing. Who is known here and
// works for nobody, since he takes part or represents somebody, comes by his letter alone: an administrator who knows a fiscal code would
// otherwise come to answer for that account unasked, and learn that there is one.
func (d *Directory) Recognise(ctx context.Context, who Identity) error {
	if who.FiscalCode == "" {
		return nil
	}
	hash, err := waitsFor(ctx, d.DB, d.marksOf(who), d.Clock())
	if err != nil || hash == nil {
		return err
	}
	opened, err := opens(ctx, d.DB, hash, who, calendar.DayOf(d.Clock()))
	if err != nil {
		return err
	}
	if opened.Comes != opened.Member {
		var known memberRow
		err := d.DB.InTx(ctx, access.Actor{Member: opened.Comes}, d.Clock, func(ctx context.Context, tx *postgres.Tx) (err error) {
			known, err = memberByID(ctx, tx, opened.Comes, "member")
			return err
		})
		if err != nil || known.OrganisationID == nil {
			return err
		}
	}
	return d.Accept(ctx, hash, who)
}

// Mark keeps marks of the fiscal code that a member has proved, under the keys of the index that are in use now: two members who are one human
// are known by them. It asks the database once for each member and change of keys.
func (d *Directory) Mark(ctx context.Context, member uuid.UUID, who Identity) error {
	known := d.marksOf(who)
	if known == nil || !d.unmarked(member, known[0]) {
		return nil
	}
	err := d.DB.InTx(ctx, access.Actor{Member: member}, d.Clock, func(ctx context.Context, tx *postgres.Tx) error {
		return keepMarks(ctx, tx, member, known)
	})
	if err == nil {
		d.noteMarked(member, known[0])
	}
	return err
}

// unmarked says that the member's mark under the primary key was not kept by this node yet.
func (d *Directory) unmarked(member uuid.UUID, primary []byte) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.marked[member] != string(primary)
}

func (d *Directory) noteMarked(member uuid.UUID, primary []byte) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.marked == nil || len(d.marked) > 10_000 {
		d.marked = map[uuid.UUID]string{}
	}
	d.marked[member] = string(primary)
}

func (d *Directory) marksOf(who Identity) [][]byte {
	if who.FiscalCode == "" || d.DB.Keys == nil {
		return nil
	}
	return marks(d.DB.Keys, who.FiscalCode)
}

// openedInvitation is what a secret opens, and who would come.
type openedInvitation struct {
	ID            uuid.UUID
	Member        uuid.UUID
	Programme     uuid.UUID
	Audience      []uuid.UUID
	InvitedBy     uuid.UUID
	ExpiresAt     time.Time
	Accepted      bool
	Gone          bool
	FiscalIndex   [][]byte
	Comes         uuid.UUID  // the member of the identity, if it has one, otherwise the invited one
	Known         bool       // the identity is the invited member's, or his who holds it in his place
	Participation *uuid.UUID // of whom, for a guest
}

func (i openedInvitation) refused(marks [][]byte, now time.Time) error {
	switch {
	case i.Accepted && i.Known:
		return nil
	case i.Accepted:
		return InvitationAccepted.At("secret")
	case i.Gone:
		return InvitationUnknown.At("secret")
	case !now.Before(i.ExpiresAt):
		return InvitationExpired.At("secret")
	case len(i.FiscalIndex) > 0 && marks != nil && !meetsAny(i.FiscalIndex, marks):
		return InvitationElse.At("secret")
	}
	return nil
}

func meetsAny(one, other [][]byte) bool {
	return slices.ContainsFunc(one, func(a []byte) bool {
		return slices.ContainsFunc(other, func(b []byte) bool { return slices.Equal(a, b) })
	})
}

// accept links the identity and looks at what this human now holds in all: never what he gave himself, nor two roles that may not meet.
func (i openedInvitation) accept(ctx context.Context, tx *postgres.Tx, who Identity, known [][]byte) error {
	if err := lock(ctx, tx); err != nil {
		return err
	}
	if err := i.givesNoneToGiver(ctx, tx, i.Member); err != nil { // as whoever he is known now
		return err
	}
	outcome, err := link(ctx, tx, i.ID, who, known)
	if err != nil {
		return err
	}
	if err := refusedLink[outcome]; err != nil {
		return err.At("secret")
	}
	if err := i.givesNoneToGiver(ctx, tx, i.Comes); err != nil { // by what was learned of him
		return err
	}
	if err := staysApart(ctx, tx, i.Comes); err != nil {
		return err
	}
	related := []uuid.UUID{}
	if i.Comes != i.Member {
		related = append(related, i.Comes)
	}
	if i.Participation != nil {
		related = append(related, *i.Participation)
	}
	tx.Tell(event.News{Programme: i.Programme, Act: string(access.AcceptInvitation), Kind: event.Changed, SubjectKind: "Member", Subject: i.Member,
		Related: related, Audience: i.Audience}, accepted{who.Issuer, who.FiscalCode != ""})
	return nil
}

// refusedLink says why an identity was not let in.
var refusedLink = map[string]*refusal.Code{"LOST": InvitationUnknown, "ENDING": AccountEnds, "NAMED": InvitedIsNamed}

// givesNoneToGiver refuses who invited, and whoever administers a body that answers for the invitation, by any account but the one that is
// named: what an invited member holds may be another's to change until he comes.
func (i openedInvitation) givesNoneToGiver(ctx context.Context, tx *postgres.Tx, but uuid.UUID) error {
	same, err := oneHuman(ctx, tx, i.InvitedBy, i.Comes)
	if err != nil {
		return err
	}
	gives, err := administers(ctx, tx, i.Comes, but, i.Audience)
	if err != nil {
		return err
	}
	if same || gives {
		return SelfGrant.At("secret")
	}
	return nil
}

// accepted is what the journal keeps of who came: where he proved who he is, and whether by a fiscal code.
type accepted struct {
	Issuer     string `json:"issuer"`
	FiscalCode bool   `json:"fiscalCode"`
}

// staysApart refuses a member of whom some roles may not meet, now that more is known of who he is: whoever invited him was not told.
func staysApart(ctx context.Context, tx *postgres.Tx, member uuid.UUID) error {
	own, err := grantsOf(ctx, tx, member)
	if err != nil {
		return err
	}
	for _, g := range own {
		if err := bearable(ctx, tx, g, Days{g.FromDay, g.ToDay}, true, "secret"); err != nil {
			return err
		}
	}
	return nil
}
