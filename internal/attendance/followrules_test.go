package attendance_test

import (
	"context"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/attendance"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
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
		o.one("select done_at is not null from rules_followed where name = 'hours' and version_id = $1", &done, version)
	}
	return steps
}

// TestAnAbsenceThatIsPaidByNowIsToldAtOnce: what goes beyond what was planned is contested, in open months alone, until it is put right or not paid any more.
func TestAnAbsenceThatIsPaidByNowIsToldAtOnce(t *testing.T) {
	o := timetabled(t)
	o.enrol("other", "1990-05-01", o.tutor.Member)
	absences := map[string][]attendance.Entry{}
	for _, name := range []string{"adult", "other"} {
		absences[name] = o.lines(name, "intern 2026-03-04 08:00 12:30", "intern 2026-03-11 08:00 12:00", "intern 2026-03-12 08:00 12:30", "intern 2026-03-13 08:00 12:00")
		for i := range absences[name] {
			absences[name][i].Kind, absences[name][i].AbsenceReason = attendance.Absence, "ILLNESS"
		}
		o.record(o.tutor, absences[name]...)
	}
	o.exec("update register_month set state = 'SUBMITTED', minutes = 0, presence_days = 0, content_hash = sha256('') where enrolment_id = $1", o.intern["other"])
	o.rules("2026-03-10", map[string]any{"allowance.paid_absences": []string{"ILLNESS"}})
	for range 2 { // another version that says so, too, changes nothing
		o.follow()
		o.contests("paid by now", "adult", "03-12 UNPLANNED, 03-13 UNPLANNED")
		o.contests("in a month that was submitted", "other", "")
		o.rules("2026-03-10", nil)
	}
	keep := func() string {
		return o.code(o.as(o.tutor, func(ctx context.Context, tx *postgres.Tx) error {
			_, err := attendance.Resolve(ctx, tx, absences["adult"][2].ID, true, "certificato", nil)
			return err
		}))
	}
	if code := keep(); code != "ATTENDANCE_PAID_ABSENCE_TIMETABLE" {
		t.Errorf("let count as it stands: %q", code)
	}
	noon := calendar.MustLocalTime("12:00")
	if code := o.code(o.as(o.tutor, func(ctx context.Context, tx *postgres.Tx) error {
		return attendance.Correct(ctx, tx, attendance.Correction{Entry: absences["adult"][2].ID, ID: uuid.Must(uuid.NewV7()), To: &noon, Note: "fine dell'orario"})
	})); code != "" {
		t.Errorf("put right: %q", code)
	}
	o.contests("one is put right", "adult", "03-13 UNPLANNED")
	o.rules("2026-03-10", map[string]any{"allowance.paid_absences": []string{}})
	o.follow()
	o.contests("not paid any more", "adult", "")
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

// TestNewRulesReachWhoWasMerged: whose hours are another record's by now is found by the record that takes part.
func TestNewRulesReachWhoWasMerged(t *testing.T) {
	t.Cleanup(func(before int) func() { return func() { attendance.JudgedAtOnce(before) } }(attendance.JudgedAtOnce(1)))
	o := newOffice(t)
	o.enrol("other", "1990-05-01", o.tutor.Member)
	for _, name := range []string{"adult", "other"} {
		o.record(o.tutor, o.lines(name, "intern 2026-03-11 08:00 12:00", "intern 2026-03-11 13:00 15:00")...)
	}
	o.exec(`with kept as (insert into person (id, given_name, family_name, birth_day, sex, citizenship, municipality, origin, audience)
			select gen_random_uuid(), 'Altra', 'Scheda', birth_day, sex, citizenship, municipality, origin, '{}' from person where given_name = 'adult' returning id)
		update person p set merged_into = kept.id from kept where given_name = 'adult'`)
	o.exec("select hand_work(id, merged_into) from person where merged_into is not null")
	o.rules("2026-03-10", map[string]any{"limits.adult.day_minutes": 300})
	if steps := o.follow(); steps != 3 {
		t.Errorf("%d steps", steps)
	}
	o.contests("merged", "adult", "03-11 OVER_LIMIT")
	o.contests("not merged", "other", "03-11 OVER_LIMIT")
}
