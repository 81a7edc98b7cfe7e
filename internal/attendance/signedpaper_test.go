package attendance_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/attendance"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
)

// printed is what the code on the paper of the desk's month says now.
func (d *desk) printed() string {
	d.t.Helper()
	c := attendance.PaperCode{Month: d.month}
	var hash []byte
	d.one("select content_hash from register_month where id = $1", &hash, d.month)
	copy(c.Hash[:], hash)
	return c.String()
}

func (d *desk) bring(party attendance.Party, code string) (id uuid.UUID, refused string) {
	d.t.Helper()
	id = uuid.Must(uuid.NewV7())
	file := d.brought(d.intern["adult"], d.tutor.Member, "SIGNED_PAPER", "work")
	return id, d.code(d.as(d.tutor, func(ctx context.Context, tx *postgres.Tx) error {
		return attendance.AttachSignedPaper(ctx, tx, attendance.SignedPaper{ID: id, Month: d.month, Party: party, Name: "Rosa Bianchi", Code: code, File: file})
	}))
}

func (d *desk) confirm(actor access.Actor, id uuid.UUID) string {
	d.t.Helper()
	return d.code(d.as(actor, func(ctx context.Context, tx *postgres.Tx) error {
		return attendance.ConfirmSignedPaper(ctx, tx, attendance.SignatureStep{Signature: id})
	}))
}

// TestAMonthIsSignedOnPaper: of the month and content that its code names, and by the eyes of two.
func TestAMonthIsSignedOnPaper(t *testing.T) {
	d := newDesk(t)
	link := d.asked(attendance.HostSigns, signerAddress)
	secret := d.post()
	code := d.printed()
	for name, c := range map[string]struct{ code, want string }{
		"another text":       {"https://example.org", "SIGNED_PAPER_CODE"},
		"another month's":    {strings.Replace(code, d.month.String(), uuid.NewString(), 1), "SIGNED_PAPER_OTHER_MONTH"},
		"an older version's": {code[:len(code)-64] + strings.Repeat("0", 64), "SIGNED_PAPER_OLD_VERSION"},
	} {
		if _, refused := d.bring(attendance.HostSigns, c.code); refused != c.want {
			t.Errorf("%s: %q, want %q", name, refused, c.want)
		}
	}
	paper, refused := d.bring(attendance.HostSigns, " "+code+"\n")
	if refused != "" {
		t.Fatal(refused)
	}
	if got := d.open(secret, attendance.NewBrowser()); got != "SIGNING_REVOKED" {
		t.Errorf("the link of %s opens although a paper came: %q", link, got)
	}
	if _, refused := d.bring(attendance.HostSigns, code); refused != "SIGNED_PAPER_WAITS" {
		t.Errorf("a second paper: %q", refused)
	}
	if _, refused := d.ask(d.tutor, attendance.HostSigns, signerAddress); refused != "SIGNED_PAPER_WAITS" {
		t.Errorf("asked although a paper waits: %q", refused)
	}
	own := d.tutor
	own.Grants = append(own.Grants, d.promoter().Grants...)
	for _, c := range []struct {
		name  string
		actor access.Actor
		want  string
	}{{"the tutor", d.tutor, "NOT_ALLOWED"}, {"the tutor who coordinates", own, "SIGNED_PAPER_OWN"}, {"a stranger", d.stranger, "NOT_FOUND"}, {"the host", d.host, "NOT_ALLOWED"}} {
		if got := d.confirm(c.actor, paper); got != c.want || d.state(d.month) != "SUBMITTED 600 2" {
			t.Errorf("%s confirms: %q, want %q; the month is %s", c.name, got, c.want, d.state(d.month))
		}
	}
	promoter := d.promoter()
	promoter.Member = uuid.New()
	stands := promoter
	stands.Grants = slices.Clone(promoter.Grants)
	for i := range stands.Grants {
		stands.Grants[i].For = d.tutor.Member
	}
	if got := d.confirm(stands, paper); got != "SIGNED_PAPER_OWN" {
		t.Errorf("one who stands in for who brought it confirms: %q", got)
	}
	if got := d.confirm(promoter, paper); got != "" || d.state(d.month) != "HOST_CERTIFIED 600 2" {
		t.Fatalf("%q, %s", got, d.state(d.month))
	}
	if got := d.confirm(promoter, paper); got != "SIGNATURE_OVER" {
		t.Errorf("confirmed twice: %q", got)
	}
	var step, seen string
	d.one("select concat_ws(' ', act, signature_id = $1, member_id = $2) from register_step where to_state = 'HOST_CERTIFIED'", &step, paper, promoter.Member)
	d.one("select concat_ws(' ', f.state, f.class, f.audience && array[scope_key('COMPANY', f.programme_id, $2)]) from month_signature s join file f on f.id = s.file_id where s.id = $1", &seen, paper, d.company)
	if step != "confirmSignedPaper t t" || seen != "ATTACHED work f" {
		t.Errorf("step %s, file %s", step, seen)
	}
}

// TestAPaperOfAContentThatChanged is not confirmed, and another takes its place.
func TestAPaperOfAContentThatChanged(t *testing.T) {
	d := newDesk(t)
	promoter := d.promoter()
	promoter.Member = uuid.New()
	paper, refused := d.bring(attendance.ParticipantSigns, d.printed())
	if refused != "" {
		t.Fatal(refused)
	}
	before := d.printed()
	d.on("2026-04-03")
	if code := d.does(promoter, attendance.ReopenMonth, attendance.MonthStep{Month: d.month, Reason: "manca un giorno"}); code != "" {
		t.Fatal(code)
	}
	if got := d.confirm(promoter, paper); got != "REGISTER_MONTH_STATE" {
		t.Errorf("of an open month: %q", got)
	}
	d.record(d.tutor, entry(d.intern["adult"], "2026-03-26", "08:00", "12:00"))
	if code := d.does(d.tutor, attendance.SubmitMonth, attendance.MonthStep{Month: d.month}); code != "" {
		t.Fatal(code)
	}
	if got := d.confirm(promoter, paper); got != "SIGNED_PAPER_OLD_VERSION" {
		t.Errorf("of another content: %q", got)
	}
	if _, refused := d.bring(attendance.ParticipantSigns, before); refused != "SIGNED_PAPER_OLD_VERSION" {
		t.Errorf("brought again: %q", refused)
	}
	fresh, refused := d.bring(attendance.ParticipantSigns, d.printed())
	if refused != "" {
		t.Fatal(refused)
	}
	if got := d.confirm(promoter, fresh); got != "" || d.state(d.month) != "SUBMITTED 840 3" {
		t.Errorf("%q, %s", got, d.state(d.month))
	}
	if got := d.confirm(promoter, paper); got != "SIGNATURE_OVER" {
		t.Errorf("the old one: %q", got)
	}
	if old, signed := d.fileOf(paper), d.fileOf(fresh); old != "DESTROYED 0" || signed != "ATTACHED 1" {
		t.Errorf("the old one's file is %s, the signed one's %s", old, signed)
	}
}

// TestAHeldPersonsMonthIsSignedAgain: what was brought before gives way, on paper or by asking, and its file stays until the hold ends.
func TestAHeldPersonsMonthIsSignedAgain(t *testing.T) {
	d := newDesk(t)
	promoter := d.promoter()
	promoter.Member = uuid.New()
	old := map[attendance.Party]uuid.UUID{}
	for _, party := range []attendance.Party{attendance.ParticipantSigns, attendance.HostSigns} {
		paper, refused := d.bring(party, d.printed())
		if refused != "" {
			t.Fatal(refused)
		}
		old[party] = paper
	}
	of := d.participationOf(d.intern["adult"])
	d.exec(setHold, of, true)
	d.on("2026-04-03")
	if code := d.does(promoter, attendance.ReopenMonth, attendance.MonthStep{Month: d.month, Reason: "manca un giorno"}); code != "" {
		t.Fatal(code)
	}
	d.record(d.tutor, entry(d.intern["adult"], "2026-03-26", "08:00", "12:00"))
	if code := d.does(d.tutor, attendance.SubmitMonth, attendance.MonthStep{Month: d.month}); code != "" {
		t.Fatal(code)
	}
	fresh, refused := d.bring(attendance.ParticipantSigns, d.printed())
	if refused != "" {
		t.Errorf("brought again: %s", refused)
	}
	d.asked(attendance.HostSigns, signerAddress)
	for party, paper := range old {
		var state string
		d.one("select state from month_signature where id = $1", &state, paper)
		if got := d.fileOf(paper); state != "REVOKED" || got != "ATTACHED 1" {
			t.Errorf("%s: the old one is %s, its file %s", party, state, got)
		}
	}
	d.exec(setHold, of, false)
	for party, paper := range old {
		if got := d.fileOf(paper); got != "DESTROYED 0" {
			t.Errorf("%s, held no more: %s", party, got)
		}
	}
	if got := d.fileOf(fresh); got != "ATTACHED 1" {
		t.Errorf("the one that stands: %s", got)
	}
}

// fileOf is the state of a signature's paper, and how many of its bytes' chunks are there.
func (d *desk) fileOf(signature uuid.UUID) (s string) {
	d.t.Helper()
	d.one(`select concat_ws(' ', f.state, (select count(*) from file_chunk c where c.file_id = f.id)) from month_signature s join file f on f.id = s.file_id where s.id = $1`, &s, signature)
	return s
}

// TestAPaperOfSomebodyElse is taken back, and its file with it.
func TestAPaperOfSomebodyElse(t *testing.T) {
	d := newDesk(t)
	paper, refused := d.bring(attendance.HostSigns, d.printed())
	if refused != "" {
		t.Fatal(refused)
	}
	if got := d.fileOf(paper); got != "ATTACHED 1" {
		t.Fatal(got)
	}
	if code := d.step(paper, attendance.RevokeSignature); code != "" {
		t.Fatal(code)
	}
	if got := d.fileOf(paper); got != "DESTROYED 0" {
		t.Errorf("its file is %s", got)
	}
}

func FuzzParsePaperCode(f *testing.F) {
	f.Add(attendance.PaperCode{Month: uuid.New()}.String())
	f.Add("lavoro:register:1:")
	f.Add("")
	f.Fuzz(func(t *testing.T, s string) {
		c, ok := attendance.ParsePaperCode(s)
		if again, still := attendance.ParsePaperCode(c.String()); ok && (!still || again != c) {
			t.Errorf("%q is read as %v, and that as %v", s, c, again)
		}
	})
}
