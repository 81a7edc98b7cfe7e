package member

import (
	"context"
	"net/mail"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/fiscal"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// InviteInput says who is asked to come, into which body, and what he will hold.
type InviteInput struct {
	ID           uuid.UUID // of the member
	Organisation uuid.UUID // the home body
	Name         string
	Email        string
	FiscalCode   string // "" where it is not known; then only the letter's secret lets him in
	Roles        []GrantInput
}

// longest is how many characters a name or an address may have.
const longest = 200

var (
	causeEmpty   = text.Text{It: "non può mancare", En: "it may not be empty"}
	causeLong    = text.Text{It: "al massimo 200 caratteri", En: "at most 200 characters"}
	causeControl = text.Text{It: "contiene caratteri che non si possono scrivere su una riga", En: "it holds characters that do not go on one line"}
	causeEmail   = text.Text{It: "non è un indirizzo e-mail", En: "it is no e-mail address"}
	causeCode    = text.Text{It: "è un codice provvisorio, con cui nessuno accede", En: "it is a provisional code, with which nobody signs in"}
)

// Invite writes a member of a body that the actor administers, with STAFF and the roles that are named, and asks him to come by a letter. He signs
// in once he has proved who he is and brings the letter's secret, or the fiscal code.
func (r Room) Invite(ctx context.Context, tx *postgres.Tx, in InviteInput) error {
	body, err := bodyByID(ctx, tx, in.Organisation, "organisation")
	if err != nil {
		return err
	}
	if !tx.Actor.May(access.InviteMember, body.ProgrammeID, body.Line) {
		return refusal.NotAllowed.At("organisation")
	}
	in, err = in.clean()
	if err != nil {
		return err
	}
	m := memberRow{ID: in.ID, Name: in.Name, Email: in.Email, OrganisationID: &body.ID, Answering: append(body.Line, in.ID)}
	if err := m.mark(tx, in.FiscalCode); err != nil {
		return err
	}
	if err := enlist(ctx, tx, m, body.ProgrammeID); err != nil {
		return err
	}
	if !answersFor(tx.Actor, access.InviteMember, m.Answering) {
		return refusal.NotAllowed.At()
	}
	if same, err := oneHuman(ctx, tx, tx.Actor.Member, m.ID); err != nil {
		return err
	} else if same {
		return SelfGrant.At("member")
	}
	asked := invitationRow{MemberID: m.ID, ProgrammeID: body.ProgrammeID, OrganisationID: body.ID, Audience: m.Answering}
	if _, err := r.invite(ctx, tx, access.InviteMember, asked); err != nil {
		return err
	}
	return giveAll(ctx, tx, m, body, in.Roles)
}

// giveAll gives an invited member STAFF in his body, without which nobody finds his way, and the roles that are named.
func giveAll(ctx context.Context, tx *postgres.Tx, m memberRow, body bodyRow, roles []GrantInput) error {
	staff := GrantInput{ID: uuid.Must(uuid.NewV7()), Role: access.Staff, Organisation: body.ID}
	if err := give(ctx, tx, access.InviteMember, m, staff); err != nil {
		return err
	}
	var wrong []error
	for i, in := range roles {
		if in.Role == access.Staff && in.Organisation == body.ID {
			continue
		}
		err := give(ctx, tx, access.InviteMember, m, in)
		if list, refused := refusal.As(err); refused {
			wrong = append(wrong, list.Under("roles", strconv.Itoa(i)))
		} else if err != nil {
			return err
		}
	}
	return refusal.Join(wrong...)
}

// clean gives the input as it is kept, or says what is wrong with it.
func (in InviteInput) clean() (InviteInput, error) {
	var wrong []error
	var err error
	if in.Name, err = oneLine(in.Name, "name"); err != nil {
		wrong = append(wrong, err)
	}
	if in.Email, err = address(in.Email); err != nil {
		wrong = append(wrong, err)
	}
	if in.FiscalCode != "" {
		code, err := fiscal.ParsePersonCode(in.FiscalCode)
		switch {
		case err != nil:
			wrong = append(wrong, refusal.Invalid(err, "fiscalCode"))
		case code.Provisional():
			wrong = append(wrong, refusal.InvalidValue.At("fiscalCode").With("cause", causeCode))
		}
		in.FiscalCode = string(code)
	}
	return in, refusal.Join(wrong...)
}

// oneLine is a text of one line without blanks around it.
func oneLine(s, path string) (string, error) {
	s = strings.Join(strings.Fields(s), " ")
	switch {
	case s == "":
		return "", refusal.InvalidValue.At(path).With("cause", causeEmpty)
	case utf8.RuneCountInString(s) > longest:
		return "", refusal.InvalidValue.At(path).With("cause", causeLong)
	case !text.Line(s, longest):
		return "", refusal.InvalidValue.At(path).With("cause", causeControl)
	}
	return s, nil
}

// address is one e-mail address without a name beside it.
func address(s string) (string, error) {
	s, err := oneLine(s, "email")
	if err != nil {
		return "", err
	}
	a, err := mail.ParseAddress(s)
	if err != nil || a.Name != "" || a.Address != s {
		return "", refusal.InvalidValue.At("email").With("cause", causeEmail)
	}
	return s, nil
}
