package member_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/member"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

const (
	someCode  = "RSSMRA85A01F023U"
	otherCode = "VRDNNA90A41F023F"
)

var room = member.Room{InvitationDays: func(context.Context, *postgres.Tx, uuid.UUID) (int, error) { return 14, nil }}

// invite asks somebody to come to a body.
func (o *office) invite(by uuid.UUID, body string, change ...func(*member.InviteInput)) (uuid.UUID, error) {
	in := member.InviteInput{ID: uuid.New(), Organisation: o.orgs[body], Name: "Rosa Bianchi", Email: uuid.NewString() + "@example.org"}
	for _, c := range change {
		c(&in)
	}
	return in.ID, o.in(by, func(ctx context.Context, tx *postgres.Tx) error { return room.Invite(ctx, tx, in) })
}

func (o *office) invited(by uuid.UUID, body string, change ...func(*member.InviteInput)) uuid.UUID {
	o.t.Helper()
	id, err := o.invite(by, body, change...)
	o.must(err)
	return id
}

func (o *office) directory() *member.Directory { return &member.Directory{DB: o.db, Clock: o.clock} }

func (o *office) invitationOf(id uuid.UUID) (invitation uuid.UUID) {
	o.t.Helper()
	o.one("select id from invitation where member_id = $1", &invitation, id)
	return invitation
}

// secretOf opens what the letter to a member brings.
func (o *office) secretOf(id uuid.UUID) member.Secret {
	o.t.Helper()
	var email string
	o.one("select email from member where id = $1", &email, id)
	link, err := member.LinkOf(o.ctx, o.db, o.house(), o.clock, "https://lavoro.example", email)
	o.must(err)
	u, err := url.Parse(link)
	o.must(err)
	return member.Secret(u.Query().Get("invitation"))
}

// house acts with every right in the programme.
func (o *office) house() access.Actor {
	return access.Actor{Member: uuid.New(), Grants: []access.Grant{{Role: access.System, Programme: o.programme, Key: o.orgs["ASL"]}}}
}

func person(subject string) member.Identity {
	return member.Identity{Issuer: "gateway", Subject: subject}
}

func TestAnInvitedMemberComesOnce(t *testing.T) {
	o := newOffice(t)
	id := o.invited(o.boss, "PEGASO", func(in *member.InviteInput) {
		in.Roles = []member.GrantInput{{ID: uuid.New(), Role: access.Tutor, Organisation: o.orgs["PEGASO"]}}
	})
	s := o.secretOf(id)
	d := o.directory()
	if _, err := d.Actor(o.ctx, "gateway", "rosa"); !errors.Is(err, member.ErrUnknown) {
		t.Fatalf("before: %v", err)
	}
	wants(t, d.Accept(o.ctx, member.Secret("guessed").Hash(), person("rosa")), member.InvitationUnknown, "secret")
	o.must(d.Accept(o.ctx, s.Hash(), person("rosa")))
	a, err := d.Actor(o.ctx, "gateway", "rosa")
	o.must(err)
	if a.Member != id || !holds(a, access.Tutor) || !holds(a, access.Staff) {
		t.Errorf("comes as %v", a)
	}
	o.must(d.Accept(o.ctx, s.Hash(), person("rosa"))) // sent again
	wants(t, d.Accept(o.ctx, s.Hash(), person("anna")), member.InvitationAccepted, "secret")
	var kept int
	o.one("select count(*) from invitation where sealed is not null", &kept)
	if kept != 0 {
		t.Error("the secret is still kept")
	}
	var acts string
	o.one("select string_agg(act || ' ' || subject_kind, ', ' order by seq) from outbox where subject_id = $1", &acts, id)
	if acts != "inviteMember Member, sendInvitation Member, acceptInvitation Member" {
		t.Errorf("news: %s", acts)
	}
}

func TestInviteIsRefused(t *testing.T) {
	o := newOffice(t)
	staff := o.hire("PEGASO")
	var mine string
	o.one("select email from member where id = $1", &mine, o.boss)
	role := func(r access.Role, body string) func(*member.InviteInput) {
		return func(in *member.InviteInput) {
			in.Roles = []member.GrantInput{{ID: uuid.New(), Role: r, Organisation: o.orgs[body]}}
		}
	}
	for name, c := range map[string]struct {
		by     uuid.UUID
		body   string
		change func(*member.InviteInput)
		code   *refusal.Code
		path   []string
	}{
		"by who is no administrator":       {staff, "PEGASO", nil, refusal.NotAllowed, []string{"organisation"}},
		"into another body":                {o.boss, "AIAS", nil, refusal.NotAllowed, []string{"organisation"}},
		"into the body above":              {o.boss, "ASL", nil, refusal.NotAllowed, []string{"organisation"}},
		"into no body":                     {o.boss, "NONE", nil, refusal.NotFound, []string{"organisation"}},
		"of himself":                       {o.boss, "PEGASO", func(in *member.InviteInput) { in.Email = strings.ToUpper(mine) }, member.SelfGrant, []string{"member"}},
		"without name":                     {o.boss, "PEGASO", func(in *member.InviteInput) { in.Name = " \t" }, refusal.InvalidValue, []string{"name"}},
		"with a name too long":             {o.boss, "PEGASO", func(in *member.InviteInput) { in.Name = strings.Repeat("à", 201) }, refusal.InvalidValue, []string{"name"}},
		"with control characters":          {o.boss, "PEGASO", func(in *member.InviteInput) { in.Name = "Rosa\x00" }, refusal.InvalidValue, []string{"name"}},
		"without address":                  {o.boss, "PEGASO", func(in *member.InviteInput) { in.Email = "" }, refusal.InvalidValue, []string{"email"}},
		"with an address and a name":       {o.boss, "PEGASO", func(in *member.InviteInput) { in.Email = "Rosa <rosa@example.org>" }, refusal.InvalidValue, []string{"email"}},
		"with two addresses":               {o.boss, "PEGASO", func(in *member.InviteInput) { in.Email = "a@example.org,b@example.org" }, refusal.InvalidValue, []string{"email"}},
		"with a header in it":              {o.boss, "PEGASO", func(in *member.InviteInput) { in.Email = "a@example.org\r\nBcc: b@example.org" }, refusal.InvalidValue, []string{"email"}},
		"with a provisional code":          {o.boss, "PEGASO", func(in *member.InviteInput) { in.FiscalCode = "12345678903" }, refusal.InvalidValue, []string{"fiscalCode"}},
		"as an auditor":                    {o.boss, "PEGASO", role(access.Auditor, "PEGASO"), member.RoleNotGranted, []string{"roles", "0", "role"}},
		"as coordinator of the body above": {o.boss, "PEGASO", role(access.Coordinator, "ASL"), refusal.NotAllowed, []string{"roles", "0", "organisation"}},
	} {
		t.Run(name, func(t *testing.T) {
			change := []func(*member.InviteInput){}
			if c.change != nil {
				change = append(change, c.change)
			}
			_, err := o.invite(c.by, c.body, change...)
			wants(t, err, c.code, c.path...)
		})
	}
	var written int
	o.one("select count(*) from invitation", &written)
	if written != 0 {
		t.Errorf("%d invitations were written", written)
	}
}

func TestAnInvitationEnds(t *testing.T) {
	o := newOffice(t)
	d := o.directory()
	late, back, left, again := o.invited(o.boss, "PEGASO"), o.invited(o.boss, "PEGASO"), o.invited(o.boss, "PEGASO"), o.invited(o.boss, "PEGASO")
	secrets := map[uuid.UUID]member.Secret{}
	for _, id := range []uuid.UUID{late, back, left, again} {
		secrets[id] = o.secretOf(id)
	}
	change := func(by uuid.UUID, id uuid.UUID, act func(context.Context, *postgres.Tx, uuid.UUID) error) error {
		return o.in(by, func(ctx context.Context, tx *postgres.Tx) error { return act(ctx, tx, o.invitationOf(id)) })
	}
	elsewhere := o.hire("AIAS")
	o.bestow(elsewhere, access.Administrator, "AIAS")
	wants(t, change(elsewhere, back, member.WithdrawInvitation), refusal.NotFound, "invitation")
	wants(t, change(elsewhere, again, room.ResendInvitation), refusal.NotFound, "invitation")
	o.must(change(o.boss, back, member.WithdrawInvitation))
	o.must(o.end(o.chief, left, ""))
	o.must(change(o.chief, again, room.ResendInvitation))
	for what, id := range map[string]uuid.UUID{"withdrawn": back, "of who was ended": left, "of an older letter": again} {
		t.Run(what, func(t *testing.T) {
			wants(t, d.Accept(o.ctx, secrets[id].Hash(), person("rosa")), member.InvitationUnknown, "secret")
		})
	}
	wants(t, change(o.boss, back, room.ResendInvitation), member.InvitationWithdrawn, "invitation")
	wants(t, change(o.boss, left, member.WithdrawInvitation), member.InvitationWithdrawn, "invitation")

	o.now = calendar.MustDay("2026-04-02").Start().Add(-time.Second) // the fifteenth day begins
	o.must(d.MayAccept(o.ctx, secrets[late].Hash(), person("rosa")))
	o.now = o.now.Add(time.Second)
	wants(t, d.Accept(o.ctx, secrets[late].Hash(), person("rosa")), member.InvitationExpired, "secret")
	o.must(change(o.boss, late, room.ResendInvitation))
	o.must(d.Accept(o.ctx, o.secretOf(late).Hash(), person("rosa")))
	wants(t, change(o.boss, late, room.ResendInvitation), member.InvitationAccepted, "invitation")
	wants(t, change(o.boss, late, member.WithdrawInvitation), member.InvitationAccepted, "invitation")
}

// A gateway's word on a fiscal code lets in who was invited with it, and nobody else.
func TestAFiscalCodeOpensItsInvitation(t *testing.T) {
	o := newOffice(t)
	d := o.directory()
	named := func(in *member.InviteInput) { in.FiscalCode = someCode }
	id := o.invited(o.boss, "PEGASO", named)
	who := func(subject, code string) member.Identity {
		return member.Identity{Issuer: "gateway", Subject: subject, FiscalCode: code}
	}
	wants(t, d.Accept(o.ctx, o.secretOf(id).Hash(), who("anna", otherCode)), member.InvitationElse, "secret")
	o.must(d.Recognise(o.ctx, who("anna", otherCode)))
	o.must(d.Recognise(o.ctx, person("anna")))
	if _, err := d.Actor(o.ctx, "gateway", "anna"); !errors.Is(err, member.ErrUnknown) {
		t.Fatalf("another code comes in: %v", err)
	}
	o.must(d.Recognise(o.ctx, who("rosa", someCode)))
	a, err := d.Actor(o.ctx, "gateway", "rosa")
	o.must(err)
	if a.Member != id {
		t.Error("not as who was invited")
	}
	// No code of anybody who works here is kept, not even sealed.
	var kept string
	o.one("select coalesce(string_agg(encode(k, 'hex'), ' '), '') from member, unnest(fiscal_index) k where id = $1", &kept, id)
	if !regexp.MustCompile(`^[0-9a-f]{72}$`).MatchString(kept) {
		t.Errorf("kept of the code: %q", kept)
	}
}

// Who is known and works for nobody comes by his letter alone: whoever administers and knows his fiscal code does not come to answer for his account
// by it, nor learn of it. Who works here is let in by another body unasked.
func TestAFiscalCodeJoinsNoGuest(t *testing.T) {
	for home, want := range map[string]string{"": "OPEN", "AIAS": "ACCEPTED"} {
		o := newOffice(t)
		known := o.hire("AIAS")
		if home == "" {
			o.exec("update member set organisation_id = null, answering = '{}', audience = array[id] where id = $1", known)
		}
		invited := o.invited(o.boss, "PEGASO", func(in *member.InviteInput) { in.FiscalCode = someCode })
		secret := o.secretOf(invited)
		who := member.Identity{Issuer: "test", Subject: known.String(), FiscalCode: someCode}
		o.must(o.directory().Recognise(o.ctx, who))
		var state, stands string
		o.one("select case when accepted_at is null then 'OPEN' else 'ACCEPTED' end from invitation where member_id = $1", &state, invited)
		o.one("select coalesce((select b.code from organisation b where b.id = m.organisation_id), '') from member m where m.id = $1", &stands, known)
		if state != want || stands != home {
			t.Errorf("at home in %q: the invitation is %s, want %s; then at home in %q", home, state, want, stands)
		}
		if err := o.directory().Accept(o.ctx, secret.Hash(), who); err != nil {
			t.Errorf("at home in %q: not let in by the letter: %v", home, err)
		}
	}
}

// While keys of the index change, a human is known by the marks under either; once the old ones are gone, by those that a sign-in brings.
func TestMarksFollowTheIndex(t *testing.T) {
	o := newOffice(t)
	id, old := o.hire("PEGASO"), o.db.Keys
	who := member.Identity{Issuer: "test", Subject: id.String(), FiscalCode: someCode}
	count := func() (n int) {
		o.one("select coalesce(cardinality(fiscal_index), 0) from member where id = $1", &n, id)
		return n
	}
	next, err := old.Rotate()
	o.must(err)
	for i, step := range []struct {
		do   func() error
		want int
	}{
		{func() error { return o.directory().Mark(o.ctx, id, who) }, 1},
		{func() error { o.db.Keys = next; return o.directory().Mark(o.ctx, id, who) }, 2},
		{func() error { return member.FinishIndex(o.ctx, o.owner.Config().ConnString(), next) }, 1},
		{func() error { return member.FinishIndex(o.ctx, o.owner.Config().ConnString(), next) }, 1},
	} {
		o.must(step.do())
		if got := count(); got != step.want {
			t.Fatalf("step %d: %d marks, want %d", i, got, step.want)
		}
	}
	again, err := next.Rotate()
	o.must(err)
	o.must(member.FinishIndex(o.ctx, o.owner.Config().ConnString(), again))
	if got := count(); got != 0 {
		t.Errorf("%d marks under keys that are gone", got)
	}
}

// The same human under another address is found out when he comes.
func TestNobodyInvitesHimselfNorMeetsHisCounterpart(t *testing.T) {
	o := newOffice(t)
	d := o.directory()
	id := o.invited(o.boss, "PEGASO")
	wants(t, d.Accept(o.ctx, o.secretOf(id).Hash(), member.Identity{Issuer: "test", Subject: o.boss.String()}), member.SelfGrant, "secret")

	payer := o.invited(o.chief, "ASL", func(in *member.InviteInput) {
		in.Roles = []member.GrantInput{{ID: uuid.New(), Role: access.PaymentsOfficer, Organisation: o.orgs["ASL"]}}
	})
	o.must(d.Accept(o.ctx, o.secretOf(payer).Hash(), member.Identity{Issuer: "gateway", Subject: "rosa", FiscalCode: someCode}))
	approver := o.invited(o.chief, "ASL", func(in *member.InviteInput) {
		in.Roles = []member.GrantInput{{ID: uuid.New(), Role: access.Approver, Organisation: o.orgs["ASL"]}}
	})
	for what, who := range map[string]member.Identity{
		"by the same code at another issuer": {Issuer: "cie", Subject: "rosa", FiscalCode: someCode},
		"by the same identity":               {Issuer: "gateway", Subject: "rosa"},
	} {
		t.Run(what, func(t *testing.T) {
			wants(t, d.Accept(o.ctx, o.secretOf(approver).Hash(), who), member.RolesApart, "secret")
		})
	}
	var linked int
	o.one("select count(*) from member where id = $1 and issuer is not null", &linked, approver)
	if linked != 0 {
		t.Error("a refused identity was linked")
	}
	o.must(d.Accept(o.ctx, o.secretOf(approver).Hash(), member.Identity{Issuer: "cie", Subject: "anna", FiscalCode: otherCode}))
}

// Who works for two bodies is one member: he holds what both gave, and each ends what it gave.
func TestAMemberIsInvitedByAnotherBody(t *testing.T) {
	o := newOffice(t)
	d := o.directory()
	tutor := o.hire("AIAS")
	o.bestow(tutor, access.Tutor, "AIAS")
	id := o.invited(o.boss, "PEGASO", func(in *member.InviteInput) {
		in.Roles = []member.GrantInput{{ID: uuid.New(), Role: access.Scout, Organisation: o.orgs["PEGASO"]}, {ID: uuid.New(), Role: access.CaseManager, Organisation: o.orgs["PEGASO"]},
			{ID: uuid.New(), Role: access.Tutor, Organisation: o.orgs["PEGASO"]}}
	})
	s := o.secretOf(id)
	o.must(d.Accept(o.ctx, s.Hash(), member.Identity{Issuer: "test", Subject: tutor.String()}))
	o.must(d.Accept(o.ctx, s.Hash(), member.Identity{Issuer: "test", Subject: tutor.String()}))
	a, err := d.Actor(o.ctx, "test", tutor.String())
	o.must(err)
	var got []string
	for _, g := range a.Grants {
		switch g.Key {
		case access.TutorKey(o.programme, tutor), access.CaseKey(o.programme, tutor):
			got = append(got, string(g.Role)+" own")
		case o.orgs["PEGASO"], o.orgs["AIAS"]:
			got = append(got, string(g.Role))
		default:
			t.Errorf("%s over somebody else", g.Role)
		}
	}
	if want := "[CASE_MANAGER own SCOUT STAFF STAFF TUTOR own]"; a.Member != tutor || fmt.Sprint(got) != want {
		t.Errorf("holds %v, want %s", got, want)
	}
	var scout uuid.UUID
	o.one("select id from access_grant where role = 'SCOUT'", &scout)
	o.must(o.endGrant(o.boss, scout, ""))
	if holds(o.as(tutor), access.Scout) {
		t.Error("the body that gave it cannot end it")
	}
}

// A member who left and is invited again comes as a new member; his identity goes with him.
func TestAMemberComesBack(t *testing.T) {
	o := newOffice(t)
	old := o.hire("PEGASO")
	o.must(o.end(o.boss, old, ""))
	id := o.invited(o.boss, "PEGASO")
	o.must(o.directory().Accept(o.ctx, o.secretOf(id).Hash(), member.Identity{Issuer: "test", Subject: old.String()}))
	a, err := o.directory().Actor(o.ctx, "test", old.String())
	if err != nil || a.Member != id {
		t.Errorf("comes as %v (%v)", a.Member, err)
	}
}

// A letter is tried again until it has gone; then its secret is nowhere but in it.
func TestLetters(t *testing.T) {
	o := newOffice(t)
	var posted []string
	var failing error
	var ours func(context.Context, string, string, string) error
	letters := member.Letters{DB: o.db, Base: "https://lavoro.example", Post: func(_ context.Context, to, subject, body string) error {
		posted = append(posted, to+"|"+subject+"|"+body)
		return failing
	}}
	id, gone := o.invited(o.boss, "PEGASO"), o.invited(o.boss, "PEGASO")
	o.must(o.end(o.boss, gone, ""))
	s := o.secretOf(id)
	failing = errors.New("no post")
	if err := letters.Send(o.ctx, o.house(), o.now); !errors.Is(err, failing) {
		t.Errorf("a letter that did not go is said to have: %v", err)
	}
	failing = nil
	o.must(letters.Send(o.ctx, o.house(), o.now.Add(9*time.Minute)))
	if len(posted) != 1 {
		t.Fatalf("%d letters before its time", len(posted))
	}
	letters.Post, ours = func(ctx context.Context, to, subject, body string) error {
		o.must(member.Letters{DB: o.db, Base: "https://lavoro.example", Post: ours}.Send(o.ctx, o.house(), o.now.Add(11*time.Minute+9*time.Second))) // another node
		return ours(ctx, to, subject, body)
	}, letters.Post
	o.must(letters.Send(o.ctx, o.house(), o.now.Add(11*time.Minute)))
	o.must(letters.Send(o.ctx, o.house(), o.now.Add(time.Hour)))
	if len(posted) != 2 || !strings.Contains(posted[1], "https://lavoro.example/sign-in?invitation="+string(s)) || !strings.Contains(posted[1], "01/04/2026") {
		t.Fatalf("letters: %q", posted)
	}
	for _, told := range []string{"Rosa", "PEGASO", "Pegaso", "Lavoro in Corso 3"} {
		if strings.Contains(posted[1], told) {
			t.Errorf("the letter says %s", told)
		}
	}
	var left int
	o.one("select count(*) from invitation where member_id = $1 and (sealed is not null or sent_at is null)", &left, id)
	if left != 0 {
		t.Error("the secret is kept although the letter has gone")
	}
	o.must(o.directory().Accept(o.ctx, s.Hash(), person("rosa")))
}

func TestTheFirstAdministrator(t *testing.T) {
	o := newOffice(t)
	first := func(programme, body, email string) error {
		in := member.InviteInput{ID: uuid.New(), Name: "Rosa Bianchi", Email: email}
		return o.db.InTx(o.ctx, o.house(), o.clock, func(ctx context.Context, tx *postgres.Tx) error { return room.First(ctx, tx, programme, body, in) })
	}
	if err := first("", "ASL", "rosa@example.org"); !errors.Is(err, member.ErrAdministered) {
		t.Errorf("a body that has one: %v", err)
	}
	for _, c := range [][2]string{{"", "NONE"}, {"NONE", "AIAS"}} {
		if err := first(c[0], c[1], "rosa@example.org"); !errors.Is(err, member.ErrNoBody) {
			t.Errorf("%v: %v", c, err)
		}
	}
	o.must(first("", "AIAS", "rosa@example.org"))
	o.must(first("", "AIAS", "anna@example.org")) // the first has not come yet
	var id uuid.UUID
	o.one("select id from member where email = 'rosa@example.org'", &id)
	o.must(o.directory().Accept(o.ctx, o.secretOf(id).Hash(), person("rosa")))
	if err := first("", "AIAS", "maria@example.org"); !errors.Is(err, member.ErrAdministered) {
		t.Errorf("once he has come: %v", err)
	}
	_, err := o.directory().Actor(o.ctx, "gateway", "rosa")
	o.must(err)
}

// What another body gave a member is that one's to hand on: whoever administers his home body gives it to nobody.
func TestADelegationHandsOnWhatTheHomeBodyGave(t *testing.T) {
	o := newOffice(t)
	worker, colleague := o.hire("AIAS"), o.hire("AIAS")
	admin := o.hire("AIAS")
	o.bestow(admin, access.Administrator, "AIAS")
	o.bestow(worker, access.Scout, "AIAS")
	lead := o.bestow(worker, access.Coordinator, "ASL")
	o.must(o.delegate(admin, worker, colleague, "", "2026-04-01"))
	if a := o.as(colleague); holds(a, access.Coordinator) || !holds(a, access.Scout) {
		t.Errorf("stands in with %v", a.Grants)
	}
	wants(t, o.delegate(worker, worker, colleague, "", "2026-04-01", lead), member.NotDelegable, "grants", "0")
}

// Who administers a body does not come by an invitation into it, whoever sent it: what it gives was his to change.
func TestAnAdministratorComesByNobodysInvitation(t *testing.T) {
	o := newOffice(t)
	d := o.directory()
	id := o.invited(o.chief, "PEGASO")
	o.must(o.grant(o.boss, id, access.Coordinator, "PEGASO"))
	wants(t, d.Accept(o.ctx, o.secretOf(id).Hash(), member.Identity{Issuer: "test", Subject: o.boss.String()}), member.SelfGrant, "secret")
	// Nor by another account of his, once it is known as his.
	o.must(d.Mark(o.ctx, o.boss, member.Identity{Issuer: "test", Subject: o.boss.String(), FiscalCode: someCode}))
	wants(t, d.Accept(o.ctx, o.secretOf(id).Hash(), member.Identity{Issuer: "cie", Subject: "boss", FiscalCode: someCode}), member.SelfGrant, "secret")
	// An administrator who is invited as one comes.
	second := o.invited(o.boss, "PEGASO", func(in *member.InviteInput) {
		in.Roles = []member.GrantInput{{ID: uuid.New(), Role: access.Administrator, Organisation: o.orgs["PEGASO"]}}
	})
	o.must(d.Accept(o.ctx, o.secretOf(second).Hash(), person("second")))
}

func TestJoiningAnAccount(t *testing.T) {
	o := newOffice(t)
	d := o.directory()
	as := func(subject string) member.Identity { return member.Identity{Issuer: "test", Subject: subject} }
	t.Run("that ends", func(t *testing.T) {
		old, id := o.hire("AIAS"), o.invited(o.boss, "PEGASO")
		o.must(o.end(o.chief, old, "2026-03-20"))
		wants(t, d.Accept(o.ctx, o.secretOf(id).Hash(), as(old.String())), member.AccountEnds, "secret")
	})
	t.Run("of a guest", func(t *testing.T) {
		guest, id := o.hire("PEGASO"), o.invited(o.boss, "PEGASO")
		o.exec("update access_grant set to_day = '2026-03-01' where member_id = $1", guest)
		o.exec("update member set organisation_id = null, answering = '{}', audience = array[id] where id = $1", guest)
		o.must(d.Accept(o.ctx, o.secretOf(id).Hash(), as(guest.String())))
		o.must(o.grant(o.boss, guest, access.Scout, "PEGASO"))
		o.must(o.end(o.boss, guest, ""))
	})
	t.Run("by a code that nobody knew of it", func(t *testing.T) {
		rosa, approver := o.hire("ASL"), o.hire("ASL")
		o.bestow(rosa, access.PaymentsOfficer, "ASL")
		o.must(d.Mark(o.ctx, rosa, member.Identity{Issuer: "test", Subject: rosa.String(), FiscalCode: otherCode}))
		id := o.invited(o.chief, "ASL", func(in *member.InviteInput) {
			in.Roles = []member.GrantInput{{ID: uuid.New(), Role: access.Approver, Organisation: o.orgs["ASL"]}}
		})
		wants(t, d.Accept(o.ctx, o.secretOf(id).Hash(), member.Identity{Issuer: "test", Subject: approver.String(), FiscalCode: otherCode}), member.RolesApart, "secret")
	})
	t.Run("of whom people were given to already", func(t *testing.T) {
		old, id := o.hire("AIAS"), o.invited(o.boss, "PEGASO")
		o.exec("alter table access_grant disable trigger user")
		o.exec(`insert into access_grant (id, member_id, programme_id, role, scope, over_id, from_day, audience) values (gen_random_uuid(), $1, $2, 'TUTOR', 'CIRCLE', gen_random_uuid(), '2026-01-01', '{}')`, id, o.programme)
		o.exec("alter table access_grant enable trigger user")
		wants(t, d.Accept(o.ctx, o.secretOf(id).Hash(), as(old.String())), member.InvitedIsNamed, "secret")
	})
}

// An end that is to come leaves the invitation as it is until then.
func TestAnEndToComeLeavesTheInvitation(t *testing.T) {
	o := newOffice(t)
	id := o.invited(o.boss, "PEGASO")
	s := o.secretOf(id)
	o.must(o.end(o.boss, id, "2026-04-30"))
	o.must(o.directory().Accept(o.ctx, s.Hash(), person("rosa")))
}

func TestASecretIsNotLogged(t *testing.T) {
	var said strings.Builder
	slog.New(slog.NewTextHandler(&said, nil)).Info("letter", "secret", member.Secret("canary"))
	if strings.Contains(said.String(), "canary") {
		t.Error(said.String())
	}
}

// Nobody finds out by an invitation, or by what he gives to who has not come, what somebody else holds: it is asked when he comes.
func TestAnInvitationTellsNothingOfOthers(t *testing.T) {
	o := newOffice(t)
	payer, mate := o.hire("ASL"), o.hire("ASL")
	o.bestow(payer, access.PaymentsOfficer, "ASL")
	o.bestow(mate, access.Administrator, "ASL")
	o.must(o.directory().Mark(o.ctx, payer, member.Identity{Issuer: "test", Subject: payer.String(), FiscalCode: someCode}))
	coded := func(in *member.InviteInput) { in.FiscalCode = someCode }
	roles := func(list ...access.Role) func(*member.InviteInput) {
		return func(in *member.InviteInput) {
			for _, r := range list {
				in.Roles = append(in.Roles, member.GrantInput{ID: uuid.New(), Role: r, Organisation: o.orgs["ASL"]})
			}
		}
	}
	id := o.invited(o.chief, "ASL", coded, roles(access.Approver))
	later := o.invited(o.chief, "ASL", coded)
	o.must(o.grant(o.chief, later, access.Approver, "ASL"))
	wants(t, o.grant(o.chief, later, access.PaymentsOfficer, "ASL"), member.RolesApart, "role")
	wants(t, o.delegate(payer, payer, later, "2026-03-20", "2026-03-25"), member.NotCome, "to")
	_, err := o.invite(o.chief, "ASL", roles(access.Approver, access.PaymentsOfficer))
	wants(t, err, member.RolesApart, "roles", "1", "role")
	for _, who := range []uuid.UUID{id, later} {
		wants(t, o.directory().Accept(o.ctx, o.secretOf(who).Hash(), member.Identity{Issuer: "test", Subject: payer.String(), FiscalCode: someCode}), member.RolesApart, "secret")
	}

	// Nor who it is for whom one stands in.
	stand := o.hire("ASL")
	o.must(o.delegate(mate, mate, stand, "", "2026-04-01"))
	var address string
	o.one("select email from member where id = $1", &address, mate)
	his := o.invited(stand, "ASL", func(in *member.InviteInput) { in.Email = address })
	wants(t, o.directory().Accept(o.ctx, o.secretOf(his).Hash(), member.Identity{Issuer: "test", Subject: mate.String()}), member.SelfGrant, "secret")
}

// Who bears the secret learns in whose name he is invited, and nobody learns it by anything else, nor once it opens nothing.
func TestTheBearerLearnsWhoInvites(t *testing.T) {
	o := newOffice(t)
	d := o.directory()
	by := func(s member.Secret) member.Inviter {
		t.Helper()
		got, err := d.InvitedBy(o.ctx, s.Hash())
		o.must(err)
		return got
	}
	var pegaso string
	o.one("select name from organisation where code = 'PEGASO'", &pegaso)
	come, back, late := o.invited(o.boss, "PEGASO"), o.invited(o.boss, "PEGASO"), o.invited(o.boss, "PEGASO")
	s, withdrawn, expired := o.secretOf(come), o.secretOf(back), o.secretOf(late)
	if got, want := by(s), (member.Inviter{Body: pegaso, Programme: "Lavoro in Corso 3"}); got != want {
		t.Errorf("invited by %v, want %v", got, want)
	}
	o.must(d.Accept(o.ctx, s.Hash(), person("rosa")))
	o.must(o.in(o.boss, func(ctx context.Context, tx *postgres.Tx) error {
		return member.WithdrawInvitation(ctx, tx, o.invitationOf(back))
	}))
	o.exec("update invitation set expires_at = '2026-03-01' where member_id = $1", late)
	for what, s := range map[string]member.Secret{"accepted": s, "withdrawn": withdrawn, "expired": expired, "guessed": "guessed", "none": ""} {
		if got := by(s); got != (member.Inviter{}) {
			t.Errorf("%s: invited by %v", what, got)
		}
	}
}
