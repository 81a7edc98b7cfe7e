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
	"github.com/lavoroincorso/lavoro/internal/values/phone"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

const signerPhone = "+393331234567"

var errBusy = errors.New("busy")

// message is one that the gateway was given.
type message struct {
	id       uuid.UUID
	to, text string
}

// texts has what waits go to a gateway that fails so many times first, and gives what it was given.
func (d *desk) texts(fails int) (all []message) {
	d.t.Helper()
	l := attendance.Letters{DB: d.db, Base: "https://lavoro.example", Text: func(_ context.Context, id uuid.UUID, to, text string) error {
		all = append(all, message{id, to, text})
		if fails--; fails >= 0 {
			return errBusy
		}
		return nil
	}}
	if err := l.Send(d.ctx, d.actor(uuid.New(), access.System, d.lead), d.now); err != nil && !errors.Is(err, errBusy) {
		d.t.Fatal(err)
	}
	return all
}

func (d *desk) askAt(party attendance.Party, to attendance.Destination) (id uuid.UUID, code string) {
	d.t.Helper()
	id = uuid.Must(uuid.NewV7())
	return id, d.code(d.as(d.tutor, func(ctx context.Context, tx *postgres.Tx) error {
		return signs.AskSignature(ctx, tx, attendance.Asked{ID: id, Month: d.month, Party: party, To: to})
	}))
}

func (d *desk) resend(id uuid.UUID, to attendance.Destination) string {
	d.t.Helper()
	return d.step(id, func(ctx context.Context, tx *postgres.Tx, in attendance.SignatureStep) error {
		in.To = to
		return signs.ResendSignature(ctx, tx, in)
	})
}

// TestALinkGoesByAMessage: one message, which tells nothing, tried again under the same id until it goes; and the link in it signs.
func TestALinkGoesByAMessage(t *testing.T) {
	d := newDesk(t)
	id, code := d.askAt(attendance.HostSigns, attendance.Destination{Phone: "333 123-4567"})
	if code != "" {
		t.Fatal(code)
	}
	first := d.texts(1)
	if again := d.texts(0); len(again) != 0 {
		t.Errorf("tried again at once: %v", again)
	}
	d.now = d.now.Add(11 * time.Minute)
	second := d.texts(0)
	if len(first) != 1 || !slices.Equal(first, second) {
		t.Fatalf("%v, then %v", first, second)
	}
	if more := d.texts(0); len(more) != 0 {
		t.Errorf("what has gone goes again: %v", more)
	}
	text := second[0].text
	if n, ok := phone.Septets(text); second[0].to != signerPhone || !ok || n > phone.OneMessage {
		t.Errorf("to %s, %d septets: %s", second[0].to, n, text)
	}
	for _, word := range []string{"Segheria", "adult", "Prova", "2026-03", "Lavoro", "marzo", "tirocinio"} {
		if strings.Contains(text, word) {
			t.Errorf("the message says %s: %s", word, text)
		}
	}
	var kept string
	d.one("select concat_ws(' ', way, channel, sendings, messages, sealed is null, failed_at is null) from month_signature where id = $1", &kept, id)
	if kept != "LINK SMS 1 1 t t" {
		t.Errorf("kept: %s", kept)
	}
	u, err := url.Parse(text[strings.Index(text, "https://"):])
	if err != nil {
		t.Fatal(err)
	}
	if code := d.sign(attendance.ParseSecret(u.Query().Get("link")), attendance.NewBrowser()); code != "" || d.state(d.month) != "HOST_CERTIFIED 600 2" {
		t.Errorf("%s, %s", code, d.state(d.month))
	}
	for what, word := range map[string]string{"link": u.Query().Get("link"), "number": "3331234567"} {
		var rows int
		d.one("select count(*) from (select to_jsonb(s)::text from month_signature s union all select to_jsonb(o)::text from outbox o union all select to_jsonb(j)::text from journal j) x(t) where strpos(t, $1) > 0 or strpos(t, encode($1::text::bytea, 'hex')) > 0", &rows, word)
		if rows != 0 {
			t.Errorf("the %s stands in %d rows", what, rows)
		}
	}
}

// TestACodeGoesByAMessage: to who was asked by a letter first; the code is good for its minutes, and the link before it for nothing.
func TestACodeGoesByAMessage(t *testing.T) {
	d := newDesk(t)
	id := d.asked(attendance.ParticipantSigns, signerAddress)
	link := d.post()
	if code := d.resend(id, attendance.Destination{Phone: "+49 1512 3456789", Code: true}); code != "" {
		t.Fatal(code)
	}
	sent := d.texts(0)
	var code string
	if _, err := fmt.Sscanf(sent[0].text, "Codice per firmare / Code to sign: %s (", &code); len(sent) != 1 || err != nil || sent[0].to != "+4915123456789" {
		t.Fatalf("%v %v", sent, err)
	}
	if got := d.open(link, attendance.NewBrowser()); got != "SIGNING_UNKNOWN" {
		t.Errorf("the letter's link: %s", got)
	}
	if got := d.sign(attendance.ParseSecret(code), attendance.NewBrowser()); got != "" {
		t.Error(got)
	}
	var kept string
	d.one("select concat_ws(' ', way, channel, sendings, messages) from month_signature where id = $1", &kept, id)
	if kept != "CODE SMS 2 1" {
		t.Errorf("kept: %s", kept)
	}
}

// TestMessagesAreNotSentWithoutEnd: a minute lies between two, a day holds ten, also of what was revoked and asked anew; letters go on.
func TestMessagesAreNotSentWithoutEnd(t *testing.T) {
	d := newDesk(t)
	id, code := d.askAt(attendance.HostSigns, attendance.Destination{Phone: signerPhone})
	if code != "" {
		t.Fatal(code)
	}
	if code := d.resend(id, attendance.Destination{}); code != "SIGNATURE_MESSAGES" {
		t.Errorf("at once: %s", code)
	}
	for n := range 8 {
		if d.now = d.now.Add(time.Minute); d.resend(id, attendance.Destination{}) != "" {
			t.Fatalf("message %d is refused", n+2)
		}
	}
	if code := d.step(id, attendance.RevokeSignature); code != "" {
		t.Fatal(code)
	}
	d.now = d.now.Add(time.Minute)
	if id, code = d.askAt(attendance.HostSigns, attendance.Destination{Phone: signerPhone}); code != "" {
		t.Fatal(code)
	}
	d.now = d.now.Add(time.Hour)
	if code := d.resend(id, attendance.Destination{Phone: "+393337654321", Code: true}); code != "SIGNATURE_MESSAGES" {
		t.Errorf("the eleventh: %s", code)
	}
	if code := d.resend(id, attendance.Destination{Email: signerAddress}); code != "" {
		t.Errorf("a letter: %s", code)
	}
	d.now = d.now.AddDate(0, 0, 1)
	if code := d.resend(id, attendance.Destination{Phone: signerPhone}); code != "" {
		t.Errorf("a day later: %s", code)
	}
}

// TestANumberIsSentNoMoreThanTheRulesSay over all documents, and hears when it may again; another number goes on. Of the number a keyed mark is kept, which is
// no plain hash, for a day, and not longer than the person is known.
func TestANumberIsSentNoMoreThanTheRulesSay(t *testing.T) {
	d := newDesk(t)
	first := d.now
	host, code := d.askAt(attendance.HostSigns, attendance.Destination{Phone: signerPhone})
	if code != "" {
		t.Fatal(code)
	}
	d.now = d.now.Add(time.Hour)
	other, code := d.askAt(attendance.ParticipantSigns, attendance.Destination{Phone: signerPhone})
	if code != "" {
		t.Fatal(code)
	}
	for n := range 8 { // the rules say ten
		d.now = d.now.Add(time.Hour)
		if code := d.resend([]uuid.UUID{host, other}[n%2], attendance.Destination{Phone: "333 123 4567"}); code != "" { // the same, as it is written elsewhere
			t.Fatal(code)
		}
	}
	d.now = d.now.Add(time.Hour)
	err := d.as(d.tutor, func(ctx context.Context, tx *postgres.Tx) error {
		return signs.ResendSignature(ctx, tx, attendance.SignatureStep{Signature: other, To: attendance.Destination{Phone: signerPhone, Code: true}})
	})
	list, _ := refusal.As(err)
	again := first.AddDate(0, 0, 1).In(calendar.Rome())
	if it, en := again.Format("dalle 15:04 del 02/01/2006"), again.Format("from 15:04 on 2 Jan 2006"); len(list) != 1 || list[0].Code != "SIGNATURE_PHONE_MESSAGES" ||
		!strings.Contains(list[0].Localized("it").Cure, it) || !strings.Contains(list[0].Localized("en").Cure, en) {
		t.Fatalf("the eleventh: %v, want %s", err, it)
	}
	if code := d.resend(other, attendance.Destination{Phone: "+393337654321"}); code != "" {
		t.Errorf("to another number: %s", code)
	}
	var marks int
	d.one("select count(distinct mark) from phone_message where length(mark) = 32 and mark not in (sha256($1::text::bytea), sha256(ltrim($1, '+')::bytea), sha256(substr($1, 4)::bytea))", &marks, signerPhone)
	if marks != 2 {
		t.Errorf("%d marks", marks)
	}
	d.now = first.AddDate(0, 0, 1)
	if code := d.resend(other, attendance.Destination{Phone: signerPhone}); code != "" {
		t.Errorf("when it may again: %s", code)
	}
	var kept int
	if d.one("select count(*) from phone_message", &kept); kept != 11 {
		t.Errorf("%d are kept", kept)
	}
	d.exec("insert into destroyed_key (person_id, digest, destroyed_at) select person_id, sha256(''), now() from participation where id = (select participation_id from register_month where id = $1)", d.month)
	if d.one("select count(*) from phone_message", &kept); kept != 0 {
		t.Errorf("%d are left of who was erased", kept)
	}
}

func TestWhereNoMessageGoes(t *testing.T) {
	d := newDesk(t)
	for name, to := range map[string]attendance.Destination{
		"a landline": {Phone: "0585 123456"}, "words": {Phone: "chiamami"}, "two ways": {Email: signerAddress, Phone: signerPhone}, "a code by letter": {Email: signerAddress, Code: true},
		"a code to nowhere": {Code: true},
	} {
		if _, code := d.askAt(attendance.HostSigns, to); code != "INVALID_VALUE" {
			t.Errorf("%s: %s", name, code)
		}
	}
	id := d.asked(attendance.HostSigns, signerAddress)
	if code := d.resend(id, attendance.Destination{Code: true}); code != "INVALID_VALUE" {
		t.Errorf("a code to an address: %s", code)
	}
	if attendance.Fits("https://" + strings.Repeat("x", 90) + ".example") {
		t.Error("a link of 200 characters fits into a message")
	}
}

// TestALetterGoesOnce: what another node takes up while this one sends is not sent again, and what is revoked meanwhile is not sent at all.
func TestALetterGoesOnce(t *testing.T) {
	d := newDesk(t)
	host, _ := d.askAt(attendance.HostSigns, attendance.Destination{Phone: signerPhone})
	participant := d.asked(attendance.ParticipantSigns, signerAddress)
	system, sent := d.actor(uuid.New(), access.System, d.lead), 0
	var other attendance.Letters
	slow := func() error {
		if sent++; sent > 1 {
			return nil
		}
		if err := other.Send(d.ctx, system, d.now.Add(9*time.Second)); err != nil {
			t.Error(err)
		}
		return nil
	}
	other = attendance.Letters{DB: d.db, Base: "https://lavoro.example", Post: func(context.Context, string, string, string) error { return slow() },
		Text: func(context.Context, uuid.UUID, string, string) error { return slow() }}
	if err := other.Send(d.ctx, system, d.now); err != nil || sent != 2 {
		t.Errorf("a message and a letter were sent %d times (%v)", sent, err)
	}
	d.now = d.now.Add(time.Hour)
	for _, id := range []uuid.UUID{host, participant} {
		if code := d.resend(id, attendance.Destination{}); code != "" {
			t.Fatal(code)
		}
	}
	sent = 0
	revoking := func() error {
		for _, id := range []uuid.UUID{host, participant} {
			if code := d.step(id, attendance.RevokeSignature); sent == 0 && code != "" {
				t.Error(code)
			}
		}
		sent++
		return nil
	}
	if err := (attendance.Letters{DB: d.db, Base: "https://lavoro.example", Post: func(context.Context, string, string, string) error { return revoking() },
		Text: func(context.Context, uuid.UUID, string, string) error { return revoking() }}).Send(d.ctx, system, d.now); err != nil || sent != 1 {
		t.Errorf("of two that were revoked as the first went %d went (%v)", sent, err)
	}
}

// TestAGatewayThatIsAwayIsAskedOnce in a run, and letters go on by the other way; of a refusal of one message the next goes.
func TestAGatewayThatIsAwayIsAskedOnce(t *testing.T) {
	d := newDesk(t)
	for _, party := range []attendance.Party{attendance.HostSigns, attendance.ParticipantSigns} {
		if _, code := d.askAt(party, attendance.Destination{Phone: signerPhone}); code != "" {
			t.Fatal(code)
		}
	}
	var person uuid.UUID
	d.one("select participation_id from month_signature limit 1", &person)
	d.exec("insert into month_signature select (jsonb_populate_record(s, jsonb_build_object('id', gen_random_uuid(), 'party', 'REPRESENTATIVE', 'secret_mark', null, 'sent_by', null, 'sealed', null, 'way', null, 'channel', null, 'expires_at', null))).* from month_signature s where party = 'HOST'")
	var third uuid.UUID
	d.one("select id from month_signature where party = 'REPRESENTATIVE'", &third)
	if code := d.resend(third, attendance.Destination{Email: signerAddress}); code != "" {
		t.Fatal(code)
	}
	texts, posts, away := 0, 0, errors.New("away")
	l := attendance.Letters{DB: d.db, Base: "https://lavoro.example", Away: away, Post: func(context.Context, string, string, string) error { posts++; return nil },
		Text: func(context.Context, uuid.UUID, string, string) error { texts++; return fmt.Errorf("sms: %w", away) }}
	system := d.actor(uuid.New(), access.System, d.lead)
	if err := l.Send(d.ctx, system, d.now); !errors.Is(err, away) || texts != 1 || posts != 1 {
		t.Errorf("%d messages were tried, %d letters went (%v)", texts, posts, err)
	}
	l.Text = func(context.Context, uuid.UUID, string, string) error { texts++; return errBusy }
	d.now = d.now.Add(11 * time.Minute)
	if err := l.Send(d.ctx, system, d.now); !errors.Is(err, errBusy) || texts != 3 {
		t.Errorf("%d messages were tried (%v)", texts, err)
	}
	var told int
	d.one("select count(*) from outbox where act = 'sendSignature'", &told)
	if told != 3 {
		t.Errorf("told %d times: one letter has gone, and of two messages the first failure is news", told)
	}
}

// TestACodeIsTriedAgainAfterAMinute: it is good for some minutes only.
func TestACodeIsTriedAgainAfterAMinute(t *testing.T) {
	d := newDesk(t)
	if _, code := d.askAt(attendance.HostSigns, attendance.Destination{Phone: signerPhone, Code: true}); code != "" {
		t.Fatal(code)
	}
	d.texts(1)
	d.now = d.now.Add(30 * time.Second)
	if again := d.texts(0); len(again) != 0 {
		t.Errorf("tried again at once: %v", again)
	}
	d.now = d.now.Add(45 * time.Second)
	if again := d.texts(0); len(again) != 1 {
		t.Errorf("tried again after a minute: %v", again)
	}
}

// TestNobodyIsAskedByAPhoneWithoutAGateway, nor is a number of before used.
func TestNobodyIsAskedByAPhoneWithoutAGateway(t *testing.T) {
	d := newDesk(t)
	id, code := d.askAt(attendance.HostSigns, attendance.Destination{Phone: signerPhone})
	if code != "" {
		t.Fatal(code)
	}
	d.now = d.now.Add(time.Hour)
	for what, to := range map[string]attendance.Destination{"to the number of before": {}, "to another": {Phone: signerPhone}, "a code": {Phone: signerPhone, Code: true}} {
		if code := d.step(id, func(ctx context.Context, tx *postgres.Tx, in attendance.SignatureStep) error {
			in.To = to
			return attendance.Room{}.ResendSignature(ctx, tx, in)
		}); code != "SIGNATURE_NO_GATEWAY" {
			t.Errorf("%s: %s", what, code)
		}
	}
	if code := d.code(d.as(d.tutor, func(ctx context.Context, tx *postgres.Tx) error {
		return attendance.Room{}.AskSignature(ctx, tx, attendance.Asked{ID: uuid.New(), Month: d.month, Party: attendance.ParticipantSigns, To: attendance.Destination{Phone: signerPhone}})
	})); code != "SIGNATURE_NO_GATEWAY" {
		t.Errorf("asked: %s", code)
	}
}

// TestWhoWasErasedKeepsNothingUp: what waited for him counts as not gone, the rest goes, and nothing more is asked.
func TestWhoWasErasedKeepsNothingUp(t *testing.T) {
	d := newDesk(t)
	gone := d.asked(attendance.HostSigns, signerAddress)
	d.exec("with k as (delete from person_key where person_id = (select person_id from enrolment where id = $1) returning *) insert into destroyed_key select person_id, now(), sha256(wrapped) from k", d.intern["adult"])
	d.on("2026-03-27")
	d.record(d.tutor, entry(d.intern["minor"], "2026-03-23", "08:00", "12:00"))
	d.on("2026-04-02")
	d.month = d.monthOf(d.intern["minor"], "2026-03-01")
	if code := d.does(d.tutor, attendance.SubmitMonth, attendance.MonthStep{Month: d.month}); code != "" {
		t.Fatal(code)
	}
	if _, code := d.askAt(attendance.HostSigns, attendance.Destination{Phone: signerPhone}); code != "" {
		t.Fatal(code)
	}
	l := attendance.Letters{DB: d.db, Base: "https://lavoro.example", Post: func(context.Context, string, string, string) error { return errBusy }}
	sent := 0
	l.Text = func(context.Context, uuid.UUID, string, string) error { sent++; return nil }
	if err := l.Send(d.ctx, d.actor(uuid.New(), access.System, d.lead), d.now); err != nil || sent != 1 {
		t.Errorf("%d went (%v)", sent, err)
	}
	var kept string
	d.one("select concat_ws(' ', failed_at is not null, sendings) from month_signature where id = $1", &kept, gone)
	if kept != "t 0" {
		t.Errorf("kept: %s", kept)
	}
	if code := d.resend(gone, attendance.Destination{}); code != "PERSON_ERASED" {
		t.Errorf("sent again: %s", code)
	}
	d.month = d.monthOf(d.intern["adult"], "2026-03-01")
	for _, to := range []attendance.Destination{{}, {Email: signerAddress}} {
		if _, code := d.askAt(attendance.ParticipantSigns, to); code != "PERSON_ERASED" {
			t.Errorf("asked at %v: %s", to, code)
		}
	}
}

// TestWithoutAWayNothingIsLost: what waits is noted as not gone, and goes once there is a gateway.
func TestWithoutAWayNothingIsLost(t *testing.T) {
	d := newDesk(t)
	id, code := d.askAt(attendance.HostSigns, attendance.Destination{Phone: signerPhone})
	if code != "" {
		t.Fatal(code)
	}
	if err := (attendance.Letters{DB: d.db, Base: "https://lavoro.example"}).Send(d.ctx, d.actor(uuid.New(), access.System, d.lead), d.now); err == nil {
		t.Error("there is no gateway, and nobody says so")
	}
	var kept string
	d.one("select concat_ws(' ', failed_at is not null, sendings) from month_signature where id = $1", &kept, id)
	if kept != "t 0" {
		t.Errorf("kept: %s", kept)
	}
	d.now = d.now.Add(11 * time.Minute)
	if sent := d.texts(0); len(sent) != 1 {
		t.Errorf("sent: %v", sent)
	}
}
