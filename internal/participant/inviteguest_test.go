package participant_test

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
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

// secretOf opens what the letter to a guest brings.
func (o *office) secretOf(guest uuid.UUID) member.Secret {
	o.t.Helper()
	house := access.Actor{Member: uuid.New(), Grants: []access.Grant{{Role: access.System, Programme: o.programme, Key: o.orgs["ASL"]}}}
	link, err := member.LinkOf(o.ctx, o.db, house, o.clock, "https://lavoro.example", o.text("select email from member where id = $1", guest))
	if err != nil {
		o.t.Fatal(err)
	}
	u, err := url.Parse(link)
	if err != nil {
		o.t.Fatal(err)
	}
	return member.Secret(u.Query().Get("invitation"))
}

// Who decides about a participation sees who was asked to come, and takes it back: then neither name nor address is left, unless the guest was let
// see something. Whoever opens the letter's link is told of the lead body alone: who follows the person may speak of a reason.
func TestGuestsWait(t *testing.T) {
	o := newOffice(t)
	made := o.active()
	manager := o.as(o.manager, access.CaseManager)
	for who, a := range map[string]access.Actor{"the case manager": manager, "the coordinator": o.lead, "the tutor": o.as(o.tutor, access.Tutor)} { // nobody was asked yet
		shown, _ := o.show(a, made.Participation, leaf("hidden"))
		hidden, _ := shown["hidden"].([]any)
		if got := slices.Contains(hidden, any("guests")); got != (who == "the tutor") {
			t.Errorf("%s is told that guests are hidden: %v", who, got)
		}
	}
	guest, invitation, err := o.guest(manager, made.Participation)
	if err != nil {
		t.Fatal(err)
	}
	waiting := func(a access.Actor) []any {
		t.Helper()
		shown, _ := o.show(a, made.Participation, node("guests", leaf("state"), node("member", leaf("name"))))
		list, _ := shown["guests"].([]any)
		return list
	}
	for who, a := range map[string]access.Actor{"the case manager": manager, "the coordinator": o.lead} {
		if got := fmt.Sprint(waiting(a)); got != "[map[member:map[name:Lucia Bruni] state:OPEN]]" {
			t.Errorf("%s sees %s", who, got)
		}
	}
	if got := waiting(o.as(o.tutor, access.Tutor)); len(got) != 0 {
		t.Errorf("the tutor sees %v", got)
	}
	directory := &member.Directory{DB: o.db, Clock: o.clock}
	by, err := directory.InvitedBy(o.ctx, o.secretOf(guest).Hash())
	if want := (member.Inviter{Body: o.text("select name from organisation where code = 'ASL'")}); err != nil || by != want {
		t.Errorf("invited by %v, want %v (%v)", by, want, err)
	}
	withdraw := func(id uuid.UUID) error {
		return o.in(manager, func(ctx context.Context, tx *postgres.Tx) error { return member.WithdrawInvitation(ctx, tx, id) })
	}
	if err := withdraw(invitation); err != nil {
		t.Fatal(err)
	}
	if left := o.text("select concat_ws(' ', name, email, fiscal_index is null, ended_on is not null) from member where id = $1", guest); left != "— "+guest.String()+"@erased.invalid t t" {
		t.Errorf("left of the guest: %s", left)
	}
	let, invitation, err := o.guest(o.keeper(), made.Participation)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.appoint(o.keeper(), made.Participation, let); err != nil {
		t.Fatal(err)
	}
	o.now = o.now.AddDate(0, 0, 2)
	if err := withdraw(invitation); err != nil {
		t.Fatal(err)
	}
	if name := o.text("select name from member where id = $1", let); name != "Lucia Bruni" {
		t.Errorf("who was appointed is named %q: the paper of the appointment stays", name)
	}
}
