package participant_test

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/member"
	"github.com/lavoroincorso/lavoro/internal/participant"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

func (o *office) guest(by access.Actor, of uuid.UUID, change ...func(*participant.GuestInput)) (guest, invitation uuid.UUID, err error) {
	o.room.Members = member.Room{InvitationDays: func(context.Context, *postgres.Tx, uuid.UUID) (int, error) { return 14, nil }}
	in := participant.GuestInput{ID: uuid.New(), Participation: of, Name: "Lucia Bruni", Email: uuid.NewString() + "@example.org"}
	for _, c := range change {
		c(&in)
	}
	err = o.in(by, func(ctx context.Context, tx *postgres.Tx) (err error) {
		invitation, err = o.room.InviteGuest(ctx, tx, in)
		return err
	})
	return in.ID, invitation, err
}

func TestInviteGuestIsRefused(t *testing.T) {
	o := newOffice(t)
	id := o.active().Participation
	over := o.referred(o.aias, "AIAS", clara).Participation
	o.exec("update participation set state = 'CLOSED' where id = $1", over)
	_, _, err := o.guest(o.pegaso, id)
	wants(t, err, refusal.NotFound, "participant")
	_, _, err = o.guest(o.as(o.tutor, access.Tutor), id)
	wants(t, err, refusal.NotAllowed)
	_, _, err = o.guest(o.lead, over)
	wants(t, err, participant.WrongState, "participant")
	_, _, err = o.guest(o.lead, id, func(in *participant.GuestInput) { in.Email = "no address" })
	wants(t, err, refusal.InvalidValue, "email")
	if n := o.text("select count(*) from invitation"); n != "0" {
		t.Errorf("%s invitations were written", n)
	}
}

// A guest is known to the case team alone, comes by his letter like everybody, and sees nothing for having come.
func TestAGuestComes(t *testing.T) {
	o := newOffice(t)
	id := o.active().Participation
	manager := o.as(o.manager, access.CaseManager)
	guest, invitation, err := o.guest(manager, id)
	if err != nil {
		t.Fatal(err)
	}
	knows := func(a access.Actor) (n int) {
		t.Helper()
		if err := o.in(a, func(ctx context.Context, tx *postgres.Tx) error {
			return tx.NewRaw("select (select count(*) from member where id = ?0) + (select count(*) from invitation where member_id = ?0)", guest).Scan(ctx, &n)
		}); err != nil {
			t.Fatal(err)
		}
		return n
	}
	administrator := access.Actor{Member: o.other, Grants: []access.Grant{{Role: access.Administrator, Programme: o.programme, Key: o.orgs["ASL"]},
		{Role: access.Staff, Programme: o.programme, Key: o.orgs["AIAS"]}}}
	for who, c := range map[string]struct {
		actor access.Actor
		want  int
	}{"the case manager": {manager, 2}, "the coordinator": {o.lead, 2}, "another partner": {o.pegaso, 0}, "the administrator": {administrator, 0}} {
		if got := knows(c.actor); got != c.want {
			t.Errorf("%s knows %d of 2 rows", who, got)
		}
	}
	house := access.Actor{Member: uuid.New(), Grants: []access.Grant{{Role: access.System, Programme: o.programme, Key: o.orgs["ASL"]}}}
	link, err := member.LinkOf(o.ctx, o.db, house, o.clock, "https://lavoro.example", o.text("select email from member where id = $1", guest))
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(link)
	if err != nil {
		t.Fatal(err)
	}
	directory := &member.Directory{DB: o.db, Clock: o.clock}
	who := member.Identity{Issuer: "gateway", Subject: "lucia"}
	if err := directory.Accept(o.ctx, member.Secret(u.Query().Get("invitation")).Hash(), who); err != nil {
		t.Fatal(err)
	}
	if a, err := directory.Actor(o.ctx, who.Issuer, who.Subject); !errors.Is(err, member.ErrUnknown) {
		t.Errorf("sees something already: %v", a)
	}
	wants(t, o.in(manager, func(ctx context.Context, tx *postgres.Tx) error {
		return member.WithdrawInvitation(ctx, tx, invitation)
	}), member.InvitationAccepted, "invitation")
}

// A guest who came for a person alone goes with the person's key.
func TestAGuestGoesWithThePerson(t *testing.T) {
	o := newOffice(t)
	made := o.active()
	guest, _, err := o.guest(o.as(o.manager, access.CaseManager), made.Participation)
	if err != nil {
		t.Fatal(err)
	}
	asked, _, err := o.guest(o.as(o.manager, access.CaseManager), made.Participation)
	if err != nil {
		t.Fatal(err)
	}
	person := o.text("select person_id from participation where id = $1", made.Participation)
	o.exec(`insert into access_grant (id, member_id, programme_id, role, scope, over_id, from_day, participation_id, audience)
		select gen_random_uuid(), $1, programme_id, 'LEGAL_REPRESENTATIVE', 'PERSON', person_id, '2026-03-01', id, audience from participation where id = $2`, guest, made.Participation)
	o.exec("select destroy_person_key($1::uuid, now(), null)", person)
	if left := o.text("select concat_ws(' ', name, email, issuer, ended_on is not null) from member where id = $1", guest); strings.Contains(left, "Lucia") || strings.Contains(left, "example.org") || !strings.HasSuffix(left, " t") {
		t.Errorf("left of the guest: %s", left)
	}
	if left := o.text(`select concat_ws(' ', m.name, m.email, i.withdrawn_at is not null, i.sealed is null) from member m join invitation i on i.member_id = m.id
		where m.id = $1`, asked); left != "— "+asked.String()+"@erased.invalid t t" {
		t.Errorf("left of who was only asked to come: %s", left)
	}
}
