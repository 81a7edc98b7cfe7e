package attendance_test

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/attendance"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

const signerAddress = "firma@example.org"

// signs has a gateway.
var signs = attendance.Room{Texts: true}

// desk is where somebody without an account signs the adult's month, which was submitted.
type desk struct {
	*office
	month   uuid.UUID
	signing attendance.Signing
	letters []string // what the post took
}

func newDesk(t *testing.T) *desk {
	o := newOffice(t)
	d := &desk{office: o, month: o.ledger(), signing: attendance.Signing{DB: o.db, Clock: o.clock}}
	if code := o.does(o.tutor, attendance.SubmitMonth, attendance.MonthStep{Month: d.month}); code != "" {
		t.Fatal(code)
	}
	return d
}

// code is that of a refusal, "" for none.
func (o *office) code(err error) string {
	o.t.Helper()
	list, refused := refusal.As(err)
	switch {
	case err == nil:
		return ""
	case !refused:
		o.t.Fatal(err)
	}
	return list[0].Code
}

func (d *desk) ask(actor access.Actor, party attendance.Party, email string) (id uuid.UUID, code string) {
	d.t.Helper()
	id = uuid.Must(uuid.NewV7())
	return id, d.code(d.as(actor, func(ctx context.Context, tx *postgres.Tx) error {
		return signs.AskSignature(ctx, tx, attendance.Asked{ID: id, Month: d.month, Party: party, To: attendance.Destination{Email: email}})
	}))
}

func (d *desk) asked(party attendance.Party, email string) uuid.UUID {
	d.t.Helper()
	id, code := d.ask(d.tutor, party, email)
	if code != "" {
		d.t.Fatal(code)
	}
	return id
}

func (d *desk) step(signature uuid.UUID, act func(context.Context, *postgres.Tx, attendance.SignatureStep) error) string {
	d.t.Helper()
	return d.code(d.as(d.tutor, func(ctx context.Context, tx *postgres.Tx) error {
		return act(ctx, tx, attendance.SignatureStep{Signature: signature})
	}))
}

func (d *desk) show(signature uuid.UUID) (secret attendance.Secret) {
	d.t.Helper()
	if code := d.step(signature, func(ctx context.Context, tx *postgres.Tx, in attendance.SignatureStep) (err error) {
		secret, _, err = attendance.ShowSigningCode(ctx, tx, in)
		return err
	}); code != "" {
		d.t.Fatal(code)
	}
	return secret
}

// post sends the letters that wait, and gives the link of the last.
func (d *desk) post() (link attendance.Secret) {
	d.t.Helper()
	l := attendance.Letters{DB: d.db, Base: "https://lavoro.example", Post: func(_ context.Context, to, subject, body string) error {
		d.letters = append(d.letters, to+"\n"+subject+"\n"+body)
		return nil
	}}
	if err := l.Send(d.ctx, d.actor(uuid.New(), access.System, d.lead), d.now); err != nil {
		d.t.Fatal(err)
	}
	if len(d.letters) == 0 {
		d.t.Fatal("no letter went")
	}
	for line := range strings.SplitSeq(d.letters[len(d.letters)-1], "\n") {
		if u, err := url.Parse(line); err == nil && u.Host == "lavoro.example" {
			return attendance.ParseSecret(u.Query().Get("link"))
		}
	}
	d.t.Fatalf("no link in %s", d.letters[len(d.letters)-1])
	return ""
}

func (d *desk) sign(secret, browser attendance.Secret) string {
	d.t.Helper()
	return d.code(d.signing.Sign(d.ctx, secret, browser, " Rosa  Bianchi "))
}

func (d *desk) open(secret, browser attendance.Secret) string {
	d.t.Helper()
	_, err := d.signing.Open(d.ctx, secret, browser)
	return d.code(err)
}

// TestAHostWithoutAnAccountCertifiesByALink: the letter tells nothing, the document nothing but days, and the step names the signature.
func TestAHostWithoutAnAccountCertifiesByALink(t *testing.T) {
	d := newDesk(t)
	id, own := d.asked(attendance.HostSigns, signerAddress), attendance.NewBrowser()
	link := d.post()
	if len(d.letters) != 1 || !strings.HasPrefix(d.letters[0], signerAddress+"\n") {
		t.Fatalf("letters: %q", d.letters)
	}
	for _, word := range []string{"Segheria", "adult", "Prova", "2026-03", "Lavoro", "marzo"} {
		if strings.Contains(d.letters[0], word) {
			t.Errorf("the letter says %s: %s", word, d.letters[0])
		}
	}
	doc, err := d.signing.Open(d.ctx, link, own)
	if err != nil {
		t.Fatal(err)
	}
	var hash string
	d.one("select encode(content_hash, 'hex') from register_month where id = $1", &hash, d.month)
	if doc.Hash != hash || doc.Minutes != 600 || doc.Days != 2 || len(doc.Lines) != 3 || doc.Lines[0].Day != calendar.MustDay("2026-03-23") || strings.Contains(fmt.Sprint(doc), "adult") {
		t.Errorf("the document is %+v", doc)
	}
	if code := d.code(d.signing.Sign(d.ctx, link, own, " ")); code != "INVALID_VALUE" {
		t.Errorf("signed without a name: %s", code)
	}
	if code := d.sign(link, own); code != "" || d.state(d.month) != "HOST_CERTIFIED 600 2" {
		t.Fatalf("%s, %s", code, d.state(d.month))
	}
	var step, told string
	d.one("select concat_ws(' ', act, from_state, to_state, signature_id = $1, member_id = $1) from register_step where to_state = 'HOST_CERTIFIED'", &step, id)
	d.one("select string_agg(subject_kind || ' ' || act, ', ' order by seq) from outbox where actor_id = $1", &told, id)
	if step != "signMonth SUBMITTED HOST_CERTIFIED t t" || told != "MonthSignature signMonth, RegisterMonth signMonth" {
		t.Errorf("step %s, told %s", step, told)
	}
	if code := d.does(d.promoter(), attendance.CertifyMonth, attendance.MonthStep{Month: d.month}); code != "" {
		t.Error(code)
	}
	if _, code := d.ask(d.tutor, attendance.HostSigns, signerAddress); code != "REGISTER_MONTH_STATE" {
		t.Errorf("asked of a month that is certified: %s", code)
	}
	for what, word := range map[string]string{"link": string(link), "address": signerAddress, "name": "Rosa Bianchi"} {
		var rows int
		d.one("select count(*) from (select to_jsonb(s)::text from month_signature s union all select to_jsonb(o)::text from outbox o union all select to_jsonb(j)::text from journal j) x(t) where strpos(t, $1) > 0 or strpos(t, encode($1::text::bytea, 'hex')) > 0", &rows, word)
		if rows != 0 {
			t.Errorf("the %s stands in %d rows", what, rows)
		}
	}
}

// TestWhatIsNotGoodToSignBy: each cause has a refusal of its own, and none of them opens anything.
func TestWhatIsNotGoodToSignBy(t *testing.T) {
	own, other := attendance.NewBrowser(), attendance.NewBrowser()
	for name, c := range map[string]struct {
		before func(d *desk, id uuid.UUID, link attendance.Secret) attendance.Secret // what is brought then
		want   string
	}{
		"guessed": {func(*desk, uuid.UUID, attendance.Secret) attendance.Secret { return "ABCD-EFGH" }, "SIGNING_UNKNOWN"},
		"empty":   {func(*desk, uuid.UUID, attendance.Secret) attendance.Secret { return "" }, "SIGNING_UNKNOWN"},
		"used": {func(d *desk, _ uuid.UUID, link attendance.Secret) attendance.Secret {
			if code := d.sign(link, own); code != "" {
				d.t.Fatal(code)
			}
			return link
		}, "SIGNING_USED"},
		"expired": {func(d *desk, _ uuid.UUID, link attendance.Secret) attendance.Secret {
			d.now = calendar.MustDay("2026-04-10").Start()
			return link
		}, "SIGNING_EXPIRED"},
		"in its last second": {func(d *desk, _ uuid.UUID, link attendance.Secret) attendance.Secret {
			d.now = calendar.MustDay("2026-04-10").Start().Add(-time.Second)
			return link
		}, ""},
		"revoked": {func(d *desk, id uuid.UUID, link attendance.Secret) attendance.Secret {
			if code := d.step(id, attendance.RevokeSignature); code != "" {
				d.t.Fatal(code)
			}
			return link
		}, "SIGNING_REVOKED"},
		"shared": {func(d *desk, _ uuid.UUID, link attendance.Secret) attendance.Secret {
			if code := d.open(link, other); code != "" {
				d.t.Fatal(code)
			}
			return link
		}, "SIGNING_SHARED"},
		"replaced by another letter": {func(d *desk, id uuid.UUID, link attendance.Secret) attendance.Secret {
			if code := d.step(id, signs.ResendSignature); code != "" {
				d.t.Fatal(code)
			}
			d.post()
			return link
		}, "SIGNING_UNKNOWN"},
		"replaced by a code": {func(d *desk, id uuid.UUID, link attendance.Secret) attendance.Secret {
			d.show(id)
			return link
		}, "SIGNING_UNKNOWN"},
		"of a month that was taken back": {func(d *desk, _ uuid.UUID, link attendance.Secret) attendance.Secret {
			if code := d.does(d.tutor, attendance.ReturnMonth, attendance.MonthStep{Month: d.month, Reason: "prova"}); code != "" {
				d.t.Fatal(code)
			}
			return link
		}, "SIGNING_CHANGED"},
		"of a month whose entries are others": {func(d *desk, _ uuid.UUID, link attendance.Secret) attendance.Secret {
			d.exec("update attendance set to_minute = to_minute + 60 where day = '2026-03-24'")
			return link
		}, "SIGNING_CHANGED"},
		"of a month that the host certified itself": {func(d *desk, _ uuid.UUID, link attendance.Secret) attendance.Secret {
			if code := d.does(d.host, attendance.CertifyMonthAsHost, attendance.MonthStep{Month: d.month}); code != "" {
				d.t.Fatal(code)
			}
			return link
		}, "SIGNING_CHANGED"},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			id := d.asked(attendance.HostSigns, signerAddress)
			brought := c.before(d, id, d.post())
			var before, after string
			d.one("select concat_ws(' ', m.state, (select count(*) from register_step)) from register_month m where id = $1", &before, d.month)
			if code := d.open(brought, own); code != c.want {
				t.Errorf("opened: %s", code)
			}
			if code := d.sign(brought, own); code != c.want {
				t.Errorf("signed: %s", code)
			}
			d.one("select concat_ws(' ', m.state, (select count(*) from register_step)) from register_month m where id = $1", &after, d.month)
			if (c.want != "") != (before == after) {
				t.Errorf("%s, then %s", before, after)
			}
		})
	}
}

// TestAReplacedLinkSignsNothing: also where it is replaced between the moment in which it is found and that in which it signs.
func TestAReplacedLinkSignsNothing(t *testing.T) {
	own := attendance.NewBrowser()
	for name, bring := range map[string]func(d *desk, s attendance.Signing, link attendance.Secret) error{
		"opened": func(d *desk, s attendance.Signing, link attendance.Secret) error {
			_, err := s.Open(d.ctx, link, own)
			return err
		},
		"signed": func(d *desk, s attendance.Signing, link attendance.Secret) error {
			return s.Sign(d.ctx, link, own, "Rosa Bianchi")
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			id := d.asked(attendance.HostSigns, signerAddress)
			link, asked := d.post(), 0
			late := attendance.Signing{DB: d.db, Clock: func() time.Time { // asked when the search for the secret begins, and when it was found
				if asked++; asked == 2 {
					if code := d.step(id, signs.ResendSignature); code != "" {
						t.Error(code)
					}
				}
				return d.clock()
			}}
			if code := d.code(bring(d, late, link)); code != "SIGNING_SHARED" || d.state(d.month) != "SUBMITTED 600 2" {
				t.Errorf("%q, and the month is %s", code, d.state(d.month))
			}
			if code := d.sign(d.post(), attendance.NewBrowser()); code != "" || d.state(d.month) != "HOST_CERTIFIED 600 2" {
				t.Errorf("the link that took its place: %q, and the month is %s", code, d.state(d.month))
			}
		})
	}
}

// TestACodeIsShownAndTyped: in any spelling, for minutes, and once.
func TestACodeIsShownAndTyped(t *testing.T) {
	d := newDesk(t)
	id, own := d.asked(attendance.ParticipantSigns, ""), attendance.NewBrowser()
	if code := d.step(id, signs.ResendSignature); code != "SIGNATURE_NO_ADDRESS" {
		t.Errorf("a letter to nowhere: %s", code)
	}
	late := d.show(id)
	d.now = d.now.Add(11 * time.Minute)
	if code := d.open(late, own); code != "SIGNING_EXPIRED" {
		t.Errorf("after eleven minutes: %s", code)
	}
	shown := d.show(id).Shown()
	typed := strings.ToLower(strings.NewReplacer("0", "O", "1", "l", "-", " ").Replace(shown))
	if code := d.sign(attendance.ParseSecret(typed), own); code != "" {
		t.Errorf("%s typed as %s: %s", shown, typed, code)
	}
	if d.state(d.month) != "SUBMITTED 600 2" {
		t.Errorf("a participant certifies: %s", d.state(d.month))
	}
	var kept string
	d.one("select concat_ws(' ', state, way, sendings, signed_at is not null, name is not null) from month_signature where id = $1", &kept, id)
	if kept != "SIGNED CODE 2 t t" {
		t.Error(kept)
	}
	if _, code := d.ask(d.tutor, attendance.ParticipantSigns, ""); code != "SIGNATURE_SIGNED" {
		t.Errorf("asked twice: %s", code)
	}
}

// TestAReopenedMonthIsSignedAgain: what the host has signed certified the month once. Submitted again with the same content it is signed anew, by whatever
// way; the participant's signature stands for the content.
func TestAReopenedMonthIsSignedAgain(t *testing.T) {
	d := newDesk(t)
	again := func() {
		t.Helper()
		if d.state(d.month) != "HOST_CERTIFIED 600 2" {
			t.Fatalf("the host signed, and the month is %s", d.state(d.month))
		}
		for _, c := range []string{
			d.does(d.promoter(), attendance.ReopenMonth, attendance.MonthStep{Month: d.month, Reason: "da controllare"}),
			d.does(d.tutor, attendance.SubmitMonth, attendance.MonthStep{Month: d.month}),
		} {
			if c != "" {
				t.Fatal(c)
			}
		}
	}
	d.asked(attendance.HostSigns, signerAddress)
	if code := d.sign(d.post(), attendance.NewBrowser()); code != "" {
		t.Fatal(code)
	}
	if code := d.sign(d.show(d.asked(attendance.ParticipantSigns, "")), attendance.NewBrowser()); code != "" {
		t.Fatal(code)
	}
	again()
	if _, code := d.ask(d.tutor, attendance.ParticipantSigns, ""); code != "SIGNATURE_SIGNED" {
		t.Errorf("the participant is asked for the same content again: %q", code)
	}
	if code := d.sign(d.show(d.asked(attendance.HostSigns, "")), attendance.NewBrowser()); code != "" {
		t.Fatal(code)
	}
	again()
	paper, refused := d.bring(attendance.HostSigns, d.printed())
	if refused != "" {
		t.Fatal(refused)
	}
	promoter := d.promoter()
	promoter.Member = uuid.New()
	if refused := d.confirm(promoter, paper); refused != "" {
		t.Fatal(refused)
	}
	again()
	if code := d.does(d.host, attendance.CertifyMonthAsHost, attendance.MonthStep{Month: d.month}); code != "" || d.state(d.month) != "HOST_CERTIFIED 600 2" {
		t.Errorf("%q, %s", code, d.state(d.month))
	}
	var signed, steps int
	d.one("select count(*) from month_signature where state = 'SIGNED' and party = 'HOST'", &signed)
	d.one("select count(*) from register_step where to_state = 'HOST_CERTIFIED'", &steps)
	if signed != 3 || steps != 4 {
		t.Errorf("%d signatures of the host in %d steps", signed, steps)
	}
}

// TestWhoShowsACodeDoesNotCertify: a host's signature by a code that was shown counts for the host, and the month is the promoter's by somebody else alone.
func TestWhoShowsACodeDoesNotCertify(t *testing.T) {
	d := newDesk(t)
	promoter := d.promoter()
	d.exec("insert into member (id, issuer, subject, email, name, audience) values ($1, 'test', 'uno', 'uno@example.org', 'Prova', '{}'), ($2, 'test', 'due', 'Uno@example.org', 'Prova', '{}'), ($3, 'test', 'tre', 'tre@example.org', 'Prova', '{}')",
		uuid.New(), uuid.New(), uuid.New())
	var twins []uuid.UUID
	d.one("select array_agg(id order by subject desc) from member where subject in ('uno', 'due')", &twins)
	shower, twin, other, absent := promoter, promoter, promoter, promoter
	shower.Member, twin.Member, other.Member = twins[0], twins[1], uuid.New()
	absent.Member, absent.Grants = uuid.New(), slices.Clone(promoter.Grants)
	for i := range absent.Grants {
		absent.Grants[i].For = shower.Member
	}
	id, code := d.ask(d.tutor, attendance.HostSigns, "")
	if code != "" {
		t.Fatal(code)
	}
	var secret attendance.Secret
	if err := d.as(shower, func(ctx context.Context, tx *postgres.Tx) (err error) {
		secret, _, err = attendance.ShowSigningCode(ctx, tx, attendance.SignatureStep{Signature: id})
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if code := d.sign(secret, attendance.NewBrowser()); code != "" || d.state(d.month) != "HOST_CERTIFIED 600 2" {
		t.Fatalf("%q, %s", code, d.state(d.month))
	}
	var kept string
	d.one("select concat_ws(' ', asked_by = $1, sent_by = $2) from month_signature where id = $3", &kept, d.tutor.Member, shower.Member, id)
	if kept != "t t" {
		t.Errorf("who asked and who showed the code: %s", kept)
	}
	for _, c := range []struct {
		who   string
		actor access.Actor
		want  string
	}{{"who has shown it", shower, "REGISTER_MONTH_OWN_HAND"}, {"by another account", twin, "REGISTER_MONTH_OWN_HAND"}, {"in his absence", absent, "REGISTER_MONTH_OWN_HAND"}, {"somebody else", other, ""}} {
		if code := d.does(c.actor, attendance.CertifyMonth, attendance.MonthStep{Month: d.month}); code != c.want {
			t.Errorf("%s certifies: %q, want %q", c.who, code, c.want)
		}
	}
}

// TestWhoseCodeIsShownInHisPlaceDoesNotCertify: one grant is one hand, whoever shows the code on it.
func TestWhoseCodeIsShownInHisPlaceDoesNotCertify(t *testing.T) {
	d := newDesk(t)
	promoter := d.promoter()
	stands := access.Actor{Member: uuid.New(), Grants: slices.Clone(promoter.Grants)}
	for i := range stands.Grants {
		stands.Grants[i].For = promoter.Member
	}
	id, _ := d.ask(d.tutor, attendance.HostSigns, "")
	var secret attendance.Secret
	if err := d.as(stands, func(ctx context.Context, tx *postgres.Tx) (err error) {
		secret, _, err = attendance.ShowSigningCode(ctx, tx, attendance.SignatureStep{Signature: id})
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if code := d.sign(secret, attendance.NewBrowser()); code != "" {
		t.Fatal(code)
	}
	if code := d.does(promoter, attendance.CertifyMonth, attendance.MonthStep{Month: d.month}); code != "REGISTER_MONTH_OWN_HAND" {
		t.Fatalf("in whose place it was shown: %q", code)
	}
	promoter.Member = uuid.New()
	if code := d.does(promoter, attendance.CertifyMonth, attendance.MonthStep{Month: d.month}); code != "" {
		t.Errorf("another promoter: %q", code)
	}
}

// TestNoLinkGoesToWhoWorksHere: whoever has what he writes himself certified does not sign it.
func TestNoLinkGoesToWhoWorksHere(t *testing.T) {
	d := newDesk(t)
	d.exec("update company set audience = audience || $1::uuid", d.lead)
	for _, c := range []struct {
		role, scope string
		from, to    any
		want        string
	}{
		{"TUTOR", "TUTORED", "2026-01-01", nil, "SIGNATURE_OF_OUR_OWN"}, {"COORDINATOR", "ORGANISATION", "2026-01-01", nil, "SIGNATURE_OF_OUR_OWN"}, {"HOST_TUTOR", "COMPANY", "2026-01-01", nil, ""},
		{"TUTOR", "TUTORED", "2026-01-01", "2026-03-31", ""},
	} {
		id := uuid.New()
		address := strings.ToLower(c.role) + "." + id.String() + "@example.org"
		d.exec("insert into member (id, issuer, subject, email, name, audience) values ($1, 'test', $2, $2, 'Prova', '{}')", id, address)
		d.exec("insert into access_grant (id, member_id, programme_id, role, scope, over_id, from_day, to_day, audience) values (gen_random_uuid(), $1, $2, $3, $4, $5, $6, $7, '{}')",
			id, d.programme, c.role, c.scope, map[string]uuid.UUID{"TUTORED": id, "ORGANISATION": d.lead, "COMPANY": d.company}[c.scope], c.from, c.to)
		for _, party := range []attendance.Party{attendance.HostSigns, attendance.ParticipantSigns} {
			signature, code := d.ask(d.tutor, party, strings.ToUpper(address))
			if code != c.want {
				t.Errorf("%s of %s: a link for %s: %q, want %q", c.role, c.scope, party, code, c.want)
			}
			if code == "" {
				d.step(signature, attendance.RevokeSignature)
			}
		}
	}
	resent := d.asked(attendance.HostSigns, signerAddress)
	d.exec("update member set email = $1", signerAddress)
	if code := d.step(resent, signs.ResendSignature); code != "SIGNATURE_OF_OUR_OWN" {
		t.Errorf("sent again: %q", code)
	}
}

func TestWhoMayAskForSignatures(t *testing.T) {
	d := newDesk(t)
	for _, c := range []struct {
		name  string
		actor access.Actor
		party attendance.Party
		email string
		want  string
	}{
		{"a stranger", d.stranger, attendance.HostSigns, "", "NOT_FOUND"},
		{"the host itself", d.host, attendance.HostSigns, "", "NOT_ALLOWED"},
		{"without a representative", d.tutor, attendance.RepresentativeSigns, "", "SIGNATURE_NOBODY_REPRESENTS"},
		{"no address", d.tutor, attendance.HostSigns, "Rosa <rosa@example.org>", "INVALID_VALUE"},
		{"the tutor", d.tutor, attendance.HostSigns, signerAddress, ""},
		{"twice", d.tutor, attendance.HostSigns, signerAddress, "SIGNATURE_ASKED"},
		{"another party", d.promoter(), attendance.ParticipantSigns, signerAddress, ""},
	} {
		if _, code := d.ask(c.actor, c.party, c.email); code != c.want {
			t.Errorf("%s: %q, want %q", c.name, code, c.want)
		}
	}
	d.on("2026-04-12")
	if _, code := d.ask(d.tutor, attendance.HostSigns, ""); code != "" {
		t.Errorf("asked again once the link has run out: %s", code)
	}
	open := newOffice(t)
	month := open.ledger()
	list, _ := refusal.As(open.as(open.tutor, func(ctx context.Context, tx *postgres.Tx) error {
		return signs.AskSignature(ctx, tx, attendance.Asked{ID: uuid.New(), Month: month, Party: attendance.ParticipantSigns})
	}))
	if !list.Has(attendance.MonthWrongState) {
		t.Errorf("asked of an open month: %v", list)
	}
}

// TestABearerKnowsOneDocument asks the database itself, as who brings a secret: no row is his to see, and the functions know no other signature.
func TestABearerKnowsOneDocument(t *testing.T) {
	d := newDesk(t)
	mine, other := d.asked(attendance.HostSigns, signerAddress), d.asked(attendance.ParticipantSigns, signerAddress)
	marks := map[uuid.UUID][][]byte{}
	for _, id := range []uuid.UUID{mine, other} {
		var mark []byte
		d.one("select secret_mark from month_signature where id = $1", &mark, id)
		marks[id] = [][]byte{mark}
	}
	err := d.as(access.Actor{Member: mine}, func(ctx context.Context, tx *postgres.Tx) error {
		for _, table := range []string{"register_month", "register_step", "month_signature", "attendance", "participation", "person", "enrolment", "placement", "company", "file"} {
			var rows int
			if err := tx.NewRaw("select count(*) from "+table).Scan(ctx, &rows); err != nil || rows != 0 {
				t.Errorf("he sees %d rows of %s (%v)", rows, table, err)
			}
		}
		for _, c := range []struct {
			of   uuid.UUID
			want string
		}{{mine, "1 3 true true"}, {other, "0 0 false false"}} {
			var months, entries int
			var opened, signed bool
			if err := errors.Join(tx.NewRaw("select count(*) from month_to_sign(?)", c.of).Scan(ctx, &months), tx.NewRaw("select count(*) from entries_to_sign(?)", c.of).Scan(ctx, &entries),
				tx.Ask(ctx, &opened, "select signature_open($1, $2, $3, $4)", c.of, marks[c.of], make([]byte, 32), tx.Now),
				tx.Ask(ctx, &signed, "select signature_sign($1, $2, $3, $4, $5, $6, $7, 'signMonth')", c.of, marks[c.of], make([]byte, 32), []byte{1}, tx.Now, tx.Today(), uuid.New())); err != nil {
				return err
			}
			if got := fmt.Sprint(months, entries, opened, signed); got != c.want {
				t.Errorf("of %s he knows %s, want %s", c.of, got, c.want)
			}
		}
		return errors.New("rolled back")
	})
	if err == nil || err.Error() != "rolled back" {
		t.Fatal(err)
	}
}

// TestALetterThatDoesNotGoWaits, and is tried again.
func TestALetterThatDoesNotGoWaits(t *testing.T) {
	d := newDesk(t)
	id := d.asked(attendance.HostSigns, signerAddress)
	system := d.actor(uuid.New(), access.System, d.lead)
	broken := attendance.Letters{DB: d.db, Post: func(context.Context, string, string, string) error { return errors.New("away") }}
	if err := broken.Send(d.ctx, system, d.now); err == nil {
		t.Fatal("a letter that did not go is no error")
	}
	if err := broken.Send(d.ctx, system, d.now.Add(time.Minute)); err != nil {
		t.Errorf("tried again after a minute: %v", err)
	}
	var kept string
	d.one("select concat_ws(' ', sendings, failed_at is not null, sent_at is null, sealed is not null) from month_signature where id = $1", &kept, id)
	if kept != "0 t t t" {
		t.Error(kept)
	}
	d.now = d.now.Add(11 * time.Minute)
	d.post()
	d.one("select concat_ws(' ', sendings, failed_at is null, sent_at is not null, sealed is null) from month_signature where id = $1", &kept, id)
	if kept != "1 t t t" {
		t.Error(kept)
	}
}

func FuzzParseSecret(f *testing.F) {
	for _, s := range []string{"ABCD-EFGH", "o0il-1LIO", "", "x", strings.Repeat("A", 101), "abcdefgh ", "ABCDEFGU"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		once := attendance.ParseSecret(s)
		if again := attendance.ParseSecret(string(once)); again != once {
			t.Errorf("%q reads as %q, and that as %q", s, once, again)
		}
		if code := string(once); len(code) == 8 && !slices.ContainsFunc([]rune(code), func(r rune) bool { return !strings.ContainsRune("0123456789ABCDEFGHJKMNPQRSTVWXYZ", r) }) {
			if attendance.ParseSecret(strings.ToLower(once.Shown())) != once {
				t.Errorf("%q is not read as it is shown", once)
			}
		}
	})
}
