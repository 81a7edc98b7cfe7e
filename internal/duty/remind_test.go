package duty_test

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/duty"
)

// post collects notices instead of sending them; Fail makes the next ones fail.
type post struct {
	sent []duty.Notice
	fail error
}

func (p *post) Channel() duty.Channel { return duty.ByLog }

func (p *post) Send(_ context.Context, notices []duty.Notice) []error {
	outcomes := make([]error, len(notices))
	for i := range outcomes {
		outcomes[i] = p.fail
	}
	p.sent = append(p.sent, notices...)
	return outcomes
}

func (h *house) runner(n duty.Notifier, reactions ...duty.Reaction) *duty.Runner {
	return duty.NewRunner(h.db, h.clock, n, reactions...)
}

func (h *house) drain(r *duty.Runner) {
	h.t.Helper()
	if err := r.Drain(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
}

const standing = `select concat_ws(' ', reminders, case owner_key when $2 then 'manager' when $3 then 'partner' end, case when escalated_at is null then 'waiting' else 'escalated' end,
	to_char(next_reminder_at at time zone 'Europe/Rome', 'MM-DD')) from due where subject_id = $1`

func TestRemindersCountAndThenTheNextOwnerTakesOver(t *testing.T) {
	h := open(t)
	p := h.participation()
	h.goes(p, "", "REFERRED") // due on the 9th
	letters := &post{}
	r := h.runner(letters)
	for _, step := range []struct {
		days int
		want string
	}{
		{7, "0 manager waiting 11-09"},    // the 9th, not yet over
		{1, "1 manager waiting 11-13"},    // the 10th
		{2, "1 manager waiting 11-13"},    // the 12th: nothing to say
		{1, "2 manager waiting 11-16"},    // the 13th
		{3, "3 manager waiting 11-19"},    // the 16th, a week after less some hours
		{3, "4 partner escalated 11-22"},  // the 19th
		{30, "5 partner escalated 12-22"}, // a month of silence makes one reminder, not ten
	} {
		h.sleep(step.days)
		h.drain(r)
		if got := query[string](h, standing, p, h.manager, h.partner); got != step.want {
			t.Errorf("on %s: %s, want %s", h.clock().Format("01-02"), got, step.want)
		}
	}
	var to []uuid.UUID
	for _, n := range letters.sent {
		to = append(to, n.Member)
	}
	if len(to) != 5 || to[2] != h.manager || to[3] != h.coordinator || to[4] != h.coordinator {
		t.Errorf("notices went to %v; the manager is %v, the coordinator %v", to, h.manager, h.coordinator)
	}
	if got := query[int](h, "select count(*)::int from notice where outcome = 'SENT' and channel = 'LOG'"); got != 5 {
		t.Errorf("%d notices are kept", got)
	}
	if got := query[int](h, "select count(*)::int from outbox where act = 'remindDue' and subject_kind = 'Due' and actor_id = $1", access.SystemMember); got != 5 {
		t.Errorf("%d events tell of reminders", got)
	}
}

func TestADoneDueIsNotRemindedOf(t *testing.T) {
	h := open(t)
	p := h.participation()
	h.goes(p, "", "REFERRED")
	h.goes(p, "REFERRED", "REJECTED")
	h.sleep(30)
	letters := &post{}
	h.drain(h.runner(letters))
	if len(letters.sent) != 0 {
		t.Errorf("%d notices of what is done", len(letters.sent))
	}
}

func TestManyDuesOfOneMemberMakeOneNotice(t *testing.T) {
	h := open(t)
	for range 3 {
		h.goes(h.participation(), "", "REFERRED")
	}
	h.sleep(8)
	letters := &post{}
	h.drain(h.runner(letters))
	if len(letters.sent) != 1 || len(letters.sent[0].Dues) != 3 || letters.sent[0].Address != "segue@example.org" {
		t.Errorf("notices: %d", len(letters.sent))
	}
	if got := query[int](h, "select count(*)::int from notice"); got != 3 {
		t.Errorf("%d notices are kept, want one for each due", got)
	}
}

func TestAFailedNoticeIsKeptAndTheNextReminderStands(t *testing.T) {
	h := open(t)
	p := h.participation()
	h.goes(p, "", "REFERRED")
	h.sleep(8)
	letters := &post{fail: context.DeadlineExceeded}
	if _, err := h.runner(letters).Once(t.Context()); err == nil {
		t.Error("the failure is not told")
	}
	if got := query[string](h, "select outcome from notice"); got != "FAILED" {
		t.Errorf("outcome %s", got)
	}
	if got := query[string](h, standing, p, h.manager, h.partner); got != "1 manager waiting 11-13" {
		t.Errorf("the due: %s", got)
	}
}

func TestTheLogHoldsIdsAndNoAddress(t *testing.T) {
	var out bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewJSONHandler(&out, nil)))
	defer slog.SetDefault(before)
	n := duty.Notice{Member: uuid.New(), Address: "segue@example.org", Dues: []duty.Due{{ID: uuid.New(), Kind: "participant.check"}}}
	if errs := (duty.Log{}).Send(t.Context(), []duty.Notice{n}); errs[0] != nil {
		t.Fatal(errs[0])
	}
	if line := out.String(); strings.Contains(line, "example.org") || !strings.Contains(line, n.Member.String()) || !strings.Contains(line, n.Dues[0].ID.String()) {
		t.Errorf("log: %s", line)
	}
}
