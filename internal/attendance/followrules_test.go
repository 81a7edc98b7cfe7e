package attendance_test

import (
	"context"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/attendance"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
)

// follow has the house react to the last version of the rules until nothing waits, and says in how many steps.
func (o *office) follow() (steps int) {
	o.t.Helper()
	var version uuid.UUID
	o.one("select id from policy_version order by number desc limit 1", &version)
	for done := false; !done; steps++ {
		o.house(func(ctx context.Context, tx *postgres.Tx) error {
			return attendance.FollowRules(ctx, tx, []event.Event{{News: event.News{SubjectKind: "PolicyVersion", Subject: version}}})
		})
		o.one("select done_at is not null from rules_judged where version_id = $1", &done, version)
	}
	return steps
}

// TestALowerLimitIsToldAtOnce: hours that a new version of the rules does not allow are contested and told of, from its first day on and in open months alone; once
// a later one allows them they count again.
func TestALowerLimitIsToldAtOnce(t *testing.T) {
	t.Cleanup(func(before int) func() { return func() { attendance.JudgedAtOnce(before) } }(attendance.JudgedAtOnce(1)))
	o := newOffice(t)
	o.enrol("other", "1990-05-01", o.tutor.Member)
	for _, name := range []string{"adult", "other"} {
		o.record(o.tutor, o.lines(name, "intern 2026-03-04 08:00 14:00", "intern 2026-03-11 08:00 12:00", "intern 2026-03-11 13:00 15:00", "intern 2026-03-12 08:00 12:00")...)
	}
	o.exec("update register_month set state = 'SUBMITTED', minutes = 0, presence_days = 0, content_hash = sha256('') where enrolment_id = $1", o.intern["other"])
	o.rules("2026-03-10", map[string]any{"limits.adult.day_minutes": 300})
	o.contests("before anybody reacts", "adult", "")
	if steps := o.follow(); steps != 3 {
		t.Errorf("%d steps", steps)
	}
	o.contests("of days of the version", "adult", "03-11 OVER_LIMIT")
	o.contests("in a month that was submitted", "other", "")
	var told int
	o.one("select count(*) from outbox where subject_kind = 'Attendance' and kind = 'CHANGED'", &told)
	if told != 1 {
		t.Errorf("%d entries are told of", told)
	}
	o.rules("2026-03-11", map[string]any{"limits.adult.day_minutes": 400})
	o.follow()
	o.contests("allowed again", "adult", "")
}
