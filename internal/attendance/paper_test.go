package attendance_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"slices"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/attendance"
	"github.com/lavoroincorso/lavoro/internal/participant"
	"github.com/lavoroincorso/lavoro/internal/platform/blob"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// brought is a file about the participant of an enrolment that a member has brought, whole and checked.
func (o *office) brought(enrolment, member uuid.UUID, kind, class string) (id uuid.UUID) {
	o.t.Helper()
	o.one(`insert into file (id, programme_id, participation_id, person_id, kind, class, media_type, announced, received, bytes, sha256, state, uploaded_by, prepared_at, expires_at, audience)
		select gen_random_uuid(), e.programme_id, e.participation_id, e.person_id, $3, $4, 'application/pdf', 1, 1, 1, '\x00', 'COMPLETE', $2, $5, $5::timestamptz + interval '1 day', a.audience
		from enrolment e join participation a on a.id = e.participation_id where e.id = $1 returning id`, &id, enrolment, member, kind, class, o.now)
	o.exec("insert into file_chunk (file_id, kept, n, sealed) values ($1, true, 0, '\\x00')", id)
	return id
}

func (o *office) participationOf(enrolment uuid.UUID) (id uuid.UUID) {
	o.t.Helper()
	o.one("select participation_id from enrolment where id = $1", &id, enrolment)
	return id
}

// sees is how many papers and files an actor sees.
func (o *office) sees(actor access.Actor) string {
	o.t.Helper()
	var papers, files int
	if err := o.as(actor, func(ctx context.Context, tx *postgres.Tx) error {
		if err := tx.NewRaw("select count(*) from absence_paper").Scan(ctx, &papers); err != nil {
			return err
		}
		return tx.NewRaw("select count(*) from file").Scan(ctx, &files)
	}); err != nil {
		o.t.Fatal(err)
	}
	return fmt.Sprint(papers, files)
}

// TestThePaperOfAnAbsence may be a doctor's: who brought it sees that it is there, and what it says is for who reads health data on purpose.
func TestThePaperOfAnAbsence(t *testing.T) {
	o := newOffice(t)
	of := o.participationOf(o.intern["adult"])
	file := o.brought(o.intern["adult"], o.tutor.Member, "ABSENCE_PAPER", "health")
	proof := o.brought(o.intern["adult"], o.tutor.Member, "REGISTER", "work")
	day := calendar.MustDay("2026-03-16")
	paper := attendance.AbsencePaper{ID: uuid.Must(uuid.NewV7()), Participation: of, From: day, To: day.AddDays(4), File: file}
	attach := func(actor access.Actor, change func(*attendance.AbsencePaper)) string {
		t.Helper()
		in := paper
		if change != nil {
			change(&in)
		}
		list, _ := refusal.As(o.as(actor, func(ctx context.Context, tx *postgres.Tx) error { return attendance.AttachAbsencePaper(ctx, tx, in) }))
		if len(list) > 0 {
			return list[0].Code
		}
		return ""
	}
	for _, c := range []struct {
		name   string
		actor  access.Actor
		change func(*attendance.AbsencePaper)
		want   string
	}{
		{"a stranger", o.stranger, nil, "NOT_FOUND"},
		{"the host", o.host, nil, "NOT_FOUND"},
		{"backwards", o.tutor, func(p *attendance.AbsencePaper) { p.To = p.From.AddDays(-1) }, "ABSENCE_PAPER_DAYS"},
		{"for ever", o.tutor, func(p *attendance.AbsencePaper) { p.To = p.From.AddDays(400) }, "ABSENCE_PAPER_DAYS"},
		{"a file that proves something else", o.tutor, func(p *attendance.AbsencePaper) { p.File = proof }, "NOT_FOUND"},
		{"somebody else's file", o.promoter(), nil, "NOT_FOUND"},
		{"of another person", o.tutor, func(p *attendance.AbsencePaper) { p.Participation = o.participationOf(o.intern["minor"]) }, "NOT_FOUND"},
		{"the tutor", o.tutor, nil, ""},
		{"the same file twice", o.tutor, func(p *attendance.AbsencePaper) { p.ID = uuid.New() }, "FILE_ATTACHED"},
	} {
		if got := attach(c.actor, c.change); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	manager := o.actor(uuid.New(), access.CaseManager, o.lead)
	for name, c := range map[string]struct {
		actor access.Actor
		want  string
	}{"the tutor": {o.tutor, "1 1"}, "the host": {o.host, "0 0"}, "the promoter": {o.promoter(), "1 0"}, "a case manager": {manager, "1 1"}, "a stranger": {o.stranger, "0 0"}} {
		if got := o.sees(c.actor); got != c.want { // the tutor's one file is what he brought beside it
			t.Errorf("%s sees %s, want %s", name, got, c.want)
		}
	}
	withdraw := func(mistake attendance.PaperMistake) string {
		return o.code(o.as(o.tutor, func(ctx context.Context, tx *postgres.Tx) error {
			return attendance.WithdrawAbsencePaper(ctx, tx, attendance.Withdrawal{Paper: paper.ID, Mistake: mistake})
		}))
	}
	for _, c := range []struct {
		mistake attendance.PaperMistake
		want    string
	}{{"SOMETHING", "INVALID_VALUE"}, {attendance.WrongDays, ""}, {attendance.WrongDays, "ABSENCE_PAPER_WITHDRAWN"}} {
		if got := withdraw(c.mistake); got != c.want {
			t.Errorf("withdrawn for %s: %q, want %q", c.mistake, got, c.want)
		}
	}
}

// certificate is a doctor's word, which the tutor brings for a participation.
func (o *office) certificate(store blob.Store, of uuid.UUID) (file uuid.UUID) {
	o.t.Helper()
	content := []byte("%PDF-1.7\nprognosi di cinque giorni\n%%EOF\n")
	sum := sha256.Sum256(content)
	var ticket blob.Ticket
	file = uuid.Must(uuid.NewV7())
	err := o.as(o.tutor, func(ctx context.Context, tx *postgres.Tx) (err error) {
		ticket, err = participant.Room{}.PrepareUpload(ctx, tx, participant.FileInput{Participation: of, ID: file, Kind: participant.ProvesAbsence, MediaType: blob.PDF, Bytes: len(content),
			SHA256: hex.EncodeToString(sum[:])})
		return err
	})
	if err == nil {
		_, err = store.Take(o.ctx, o.tutor, ticket.Token, blob.Range{Last: len(content) - 1, Total: len(content)}, bytes.NewReader(content))
	}
	if err != nil {
		o.t.Fatal(err)
	}
	return file
}

// everybody is an actor of each role over each key that there is around a participation.
func (o *office) everybody(of uuid.UUID) map[string]access.Actor {
	o.t.Helper()
	var person uuid.UUID
	o.one("select person_id from participation where id = $1", &person, of)
	all := map[string]access.Actor{}
	for _, role := range access.Roles() {
		for name, key := range map[string]uuid.UUID{"the lead body": o.lead, "the company": o.company, "the person": person, "himself as tutor": o.tutor.Member, "the participation": of, "the programme": o.programme} {
			all[string(role)+" over "+name] = o.actor(uuid.New(), role, key)
		}
	}
	all["who brought it"] = o.tutor
	return all
}

// TestAPaperThatWasAMistake: its file may be somebody else's, and nobody reads it once it is taken back, not with a ticket that he has, nor to the end what
// he has begun. What it was, who took it back and why stay.
func TestAPaperThatWasAMistake(t *testing.T) {
	o := newOffice(t)
	of := o.participationOf(o.intern["adult"])
	store := blob.Store{DB: o.db, Clock: o.clock}
	paper := attendance.AbsencePaper{ID: uuid.Must(uuid.NewV7()), Participation: of, From: calendar.MustDay("2026-03-16"), To: calendar.MustDay("2026-03-20"), File: o.certificate(store, of)}
	if err := o.as(o.tutor, func(ctx context.Context, tx *postgres.Tx) error { return attendance.AttachAbsencePaper(ctx, tx, paper) }); err != nil {
		t.Fatal(err)
	}
	ticket := func(actor access.Actor) (made blob.Ticket, refused string) {
		return made, o.code(o.as(actor, func(ctx context.Context, tx *postgres.Tx) (err error) {
			made, err = participant.Room{}.PrepareDownload(ctx, tx, paper.File)
			return err
		}))
	}
	held, begun := map[string]string{}, map[string]io.Reader{}
	for name, actor := range o.everybody(of) {
		read, refused := ticket(actor)
		if refused != "" {
			continue
		}
		if _, content, err := store.Open(o.ctx, actor, read.Token); err != nil {
			t.Fatal(name, err)
		} else if whole, err := io.ReadAll(content); err != nil || !bytes.Contains(whole, []byte("prognosi")) {
			t.Errorf("%s reads %q, %v", name, whole, err)
		}
		again, _ := ticket(actor)
		held[name] = again.Token
		third, _ := ticket(actor)
		if _, content, err := store.Open(o.ctx, actor, third.Token); err != nil {
			t.Fatal(name, err)
		} else {
			begun[name] = content
		}
	}
	if held["CASE_MANAGER over the lead body"] == "" || held["who brought it"] != "" {
		t.Fatalf("before it was taken back it is read by %v", slices.Sorted(maps.Keys(held)))
	}
	if err := o.as(o.tutor, func(ctx context.Context, tx *postgres.Tx) error {
		return attendance.WithdrawAbsencePaper(ctx, tx, attendance.Withdrawal{Paper: paper.ID, Mistake: attendance.WrongPerson})
	}); err != nil {
		t.Fatal(err)
	}
	for name, actor := range o.everybody(of) {
		_, refused := ticket(actor)
		switch token, could := held[name]; {
		case !could && refused == "":
			t.Errorf("%s gets a ticket of what he could not read before", name)
		case could && refused != "FILE_DESTROYED":
			t.Errorf("%s gets a ticket: %q", name, refused)
		case could:
			if _, _, err := store.Open(o.ctx, actor, token); err == nil {
				t.Errorf("%s reads by the ticket that he had", name)
			}
			if rest, err := io.ReadAll(begun[name]); err == nil || len(rest) > 0 {
				t.Errorf("%s reads on: %q", name, rest)
			}
		}
	}
	var left string
	o.one(`select concat_ws(' ', f.state, octet_length(f.sha256) > 32, (select count(*) from file_chunk c where c.file_id = f.id), p.mistake, p.withdrawn_by = $2, p.withdrawn_at = $3)
		from absence_paper p join file f on f.id = p.file_id where p.id = $1`, &left, paper.ID, o.tutor.Member, o.now)
	if left != "DESTROYED t 0 WRONG_PERSON t t" {
		t.Errorf("left is %s", left)
	}
	o.now = o.now.AddDate(0, 0, 30)
	if err := o.as(o.tutor, func(ctx context.Context, tx *postgres.Tx) error { return blob.Expire(ctx, tx, nil) }); err != nil {
		t.Errorf("tidied up: %v", err)
	}
	o.one("select count(*)::text from file where id = $1", &left, paper.File)
	if left != "1" {
		t.Errorf("%s rows of the file are left after a month", left)
	}
}

// absence attaches a paper of days from February to March.
func (d *desk) absence() attendance.AbsencePaper {
	d.t.Helper()
	paper := attendance.AbsencePaper{ID: uuid.Must(uuid.NewV7()), Participation: d.participationOf(d.intern["adult"]), From: calendar.MustDay("2026-02-25"), To: calendar.MustDay("2026-03-02"),
		File: d.brought(d.intern["adult"], d.tutor.Member, "ABSENCE_PAPER", "health")}
	if err := d.as(d.tutor, func(ctx context.Context, tx *postgres.Tx) error { return attendance.AttachAbsencePaper(ctx, tx, paper) }); err != nil {
		d.t.Fatal(err)
	}
	return paper
}

func (d *desk) withdraw(paper attendance.AbsencePaper) error {
	return d.as(d.tutor, func(ctx context.Context, tx *postgres.Tx) error {
		return attendance.WithdrawAbsencePaper(ctx, tx, attendance.Withdrawal{Paper: paper.ID, Mistake: attendance.WrongFile})
	})
}

// left is the state of a paper's file, how many of its bytes' chunks are there, and whether the paper is withdrawn.
func (d *desk) left(paper attendance.AbsencePaper) (s string) {
	d.t.Helper()
	d.one(`select concat_ws(' ', f.state, (select count(*) from file_chunk c where c.file_id = f.id), p.withdrawn_at is not null) from absence_paper p join file f on f.id = p.file_id
		where p.id = $1`, &s, paper.ID)
	return s
}

const (
	setHold   = "update person set legal_hold = $2 where id = (select person_id from participation where id = $1)"
	lockMonth = "update register_month set state = 'LOCKED' where id = $1"
)

// TestAPaperThatHasToStay is withdrawn at once; its file stays as long as the person is held, and once a month of its days is locked, which was certified by it.
func TestAPaperThatHasToStay(t *testing.T) {
	d := newDesk(t)
	of := d.participationOf(d.intern["adult"])
	withdrawn := func(when, want string) attendance.AbsencePaper {
		t.Helper()
		paper := d.absence()
		if err := d.withdraw(paper); err != nil {
			t.Fatalf("%s: %v", when, err)
		}
		if got := d.left(paper); got != want {
			t.Errorf("%s: %s", when, got)
		}
		return paper
	}
	withdrawn("free", "DESTROYED 0 t")
	d.exec(setHold, of, true)
	held, stands := withdrawn("held", "ATTACHED 1 t"), d.absence()
	d.exec(setHold, of, false)
	if got, other := d.left(held), d.left(stands); got != "DESTROYED 0 t" || other != "ATTACHED 1 f" {
		t.Errorf("held no more: %s, and of one that was not withdrawn %s", got, other)
	}

	const merge = "update person set merged_into = (select person_id from participation where id = $2) where id = (select person_id from participation where id = $1)"
	other := d.participationOf(d.intern["minor"])
	d.exec(setHold, other, true)
	d.exec(merge, of, other)
	held = withdrawn("held as the record it was merged into", "ATTACHED 1 t")
	d.exec(merge, of, nil)
	if got := d.left(held); got != "DESTROYED 0 t" {
		t.Errorf("split off: %s", got)
	}
	d.exec(merge, other, of)
	held = withdrawn("held as a record merged into it", "ATTACHED 1 t")
	d.exec(merge, other, nil)
	if got := d.left(held); got != "DESTROYED 0 t" {
		t.Errorf("the other is split off: %s", got)
	}

	d.exec(setHold, of, true)
	d.exec(lockMonth, d.month)
	locked := withdrawn("held and locked", "ATTACHED 1 t")
	d.exec(setHold, of, false)
	if got := d.left(locked); got != "ATTACHED 1 t" {
		t.Errorf("held no more, but locked: %s", got)
	}
	withdrawn("locked", "ATTACHED 1 t")
}

// TestAPaperStaysForWhatIsUnderWay: who is about to hold or lock is waited for, and what he does counts.
func TestAPaperStaysForWhatIsUnderWay(t *testing.T) {
	d := newDesk(t)
	watch, err := pgx.ConnectConfig(d.ctx, d.owner.Config())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = watch.Close(context.Background()) })
	beside := func(what, sql string, args ...any) {
		t.Helper()
		paper := d.absence()
		d.exec("begin")
		d.exec(sql, args...)
		done := make(chan error, 1)
		go func() { done <- d.withdraw(paper) }()
		for waits := false; !waits && len(done) == 0; {
			if err := watch.QueryRow(d.ctx, "select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock')").Scan(&waits); err != nil {
				t.Fatal(err)
			}
		}
		d.exec("commit")
		if err := <-done; err != nil {
			t.Fatal(what, err)
		}
		if got := d.left(paper); got != "ATTACHED 1 t" {
			t.Errorf("beside %s: %s", what, got)
		}
	}
	of := d.participationOf(d.intern["adult"])
	beside("a hold", setHold, of, true)
	d.exec(setHold, of, false)
	beside("a lock", lockMonth, d.month)
}

// presentIn is what an actor counts of March, "people minutes days".
func (o *office) presentIn(actor access.Actor) (s string) {
	o.t.Helper()
	if err := o.as(actor, func(ctx context.Context, tx *postgres.Tx) error {
		return tx.NewRaw(`select concat_ws(' ', count(*) filter (where days > 0), sum(minutes), sum(days))
			from presence_of(array(select participation_id from register_month), '2026-03-01', presence_day_minutes(?, '2026-03-01'))`, o.programme).Scan(ctx, &s)
	}); err != nil {
		o.t.Fatal(err)
	}
	return s
}

// TestDaysOfPresenceAreCountedByTheRule: a day of less than the minutes of the policy counts minutes alone, and a person's day counts once whatever he was
// there for.
func TestDaysOfPresenceAreCountedByTheRule(t *testing.T) {
	o := newOffice(t)
	o.exec("update policy_rule set value = '300' where code = 'attendance.presence_day_minutes'")
	month, promoter := o.ledger(), o.promoter() // 360 minutes on the 23rd, 240 on the 24th
	if code := o.does(o.tutor, attendance.SubmitMonth, attendance.MonthStep{Month: month}); code != "" || o.state(month) != "SUBMITTED 600 1" {
		t.Fatalf("%s, %s", code, o.state(month))
	}
	if got := o.presentIn(promoter); got != "1 600 1" {
		t.Errorf("of the internship: %s", got)
	}
	o.record(o.tutor, entry(o.course["adult"], "2026-03-24", "14:00", "15:30"), entry(o.course["minor"], "2026-03-25", "14:00", "15:30"))
	if got := o.presentIn(promoter); got != "1 780 2" {
		t.Errorf("with the course: %s", got)
	}
	if got := o.presentIn(o.host); got != "1 600 1" {
		t.Errorf("to the host: %s", got)
	}
	for _, step := range []struct {
		actor access.Actor
		act   monthly
	}{{o.host, attendance.CertifyMonthAsHost}, {promoter, attendance.CertifyMonth}, {promoter, attendance.LockMonth}} {
		if code := o.does(step.actor, step.act, attendance.MonthStep{Month: month}); code != "" {
			t.Fatal(code)
		}
	}
	if code := o.does(promoter, func(ctx context.Context, tx *postgres.Tx, in attendance.MonthStep) error {
		return attendance.AdjustMonth(ctx, tx, attendance.Adjustment{MonthStep: in, ID: uuid.New(), Day: calendar.MustDay("2026-03-26"), Minutes: 120, Days: 1})
	}, attendance.MonthStep{Month: month, Reason: "foglio firme ritrovato"}); code != "" {
		t.Fatal(code)
	}
	if got := o.presentIn(promoter); got != "1 900 3" {
		t.Errorf("put right: %s", got)
	}
}
