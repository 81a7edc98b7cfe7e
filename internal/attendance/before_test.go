package attendance_test

import (
	"context"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/attendance"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
)

// before is a month of an enrolment that was brought in and confirmed, with twenty days of presence.
func (o *office) before(enrolment uuid.UUID, month string) {
	o.t.Helper()
	o.exec(`with i as (insert into history_import (id, programme_id, content_hash, files, state, state_since, staged_by, staged_at, decided_by, decided_at, audience)
			select gen_random_uuid(), $1, sha256('x'), '[]', 'CONFIRMED', '2026-03-01', (select id from member order by id limit 1), now(), (select id from member order by id desc limit 1), now(), '{}' returning id)
		insert into history_fact (id, import_id, programme_id, participation_id, kind, fact_key, month, activity_kind, minutes, presence_days, detail, file, line, row_hash, state, audience)
		select gen_random_uuid(), i.id, $1, e.participation_id, 'ATTENDANCE', e.id || $3, $3::text::date, c.kind, 4800, 20, '{}', 'attendance.csv', 2, sha256('x'), 'CONFIRMED', e.audience
		from i, enrolment e join activity c on c.id = e.activity_id where e.id = $2`, o.programme, enrolment, month)
}

// TestHoursThatWereBroughtInAreNotRecordedAgain: not of the same kind of activity and month, nor let count where they were contested before.
func TestHoursThatWereBroughtInAreNotRecordedAgain(t *testing.T) {
	o := newOffice(t)
	for range 2 {
		id := uuid.New()
		o.exec("insert into member (id, issuer, subject, email, name, audience) values ($1, 'test', $2, $2 || '@example.org', 'Prova', '{}')", id, id.String())
	}
	o.exec(`insert into attendance (id, programme_id, enrolment_id, activity_id, participation_id, person_id, kind, day, from_minute, to_minute, standing, conflicts, recorded_by, recorded_at, origin, audience)
		select gen_random_uuid(), programme_id, id, activity_id, participation_id, person_id, 'PRESENCE', '2026-02-10', 480, 540, 'CONTESTED', '{LATE}', gen_random_uuid(), now(), 'ENTERED', audience
		from enrolment where id = $1`, o.course["adult"])
	o.before(o.course["adult"], "2026-02-01")
	same, next, other := entry(o.course["adult"], "2026-02-27", "08:00", "10:00"), entry(o.course["adult"], "2026-03-02", "08:00", "10:00"), entry(o.intern["adult"], "2026-02-27", "12:00", "14:00")
	o.on("2026-03-03")
	answers := o.record(o.tutor, same, next, other)
	refusedWith(t, answers[0], attendance.MonthBefore)
	if !answers[1].Written || !answers[2].Written {
		t.Errorf("another month, and another kind of activity: %+v", answers[1:])
	}
	var late uuid.UUID
	o.one("select id from attendance where conflicts = '{LATE}'", &late)
	resolve := func(keep bool) string {
		err := o.as(o.tutor, func(ctx context.Context, tx *postgres.Tx) error {
			_, err := attendance.Resolve(ctx, tx, late, keep, "verificato", nil)
			return err
		})
		return o.refusal(err)
	}
	if code := resolve(true); code != "REGISTER_MONTH_BEFORE" {
		t.Errorf("let count: %s", code)
	}
	if code := resolve(false); code != "" {
		t.Errorf("withdrawn: %s", code)
	}
	if _, err := o.owner.Exec(o.ctx, `insert into register_month (id, programme_id, enrolment_id, activity_id, participation_id, month, state, state_since, audience)
		select gen_random_uuid(), programme_id, id, activity_id, participation_id, '2026-02-01', 'OPEN', '2026-03-03', audience from enrolment where id = $1`, o.course["adult"]); !postgres.Violates(err, "register_month_history") {
		t.Errorf("the table opens a month of hours that were brought in: %v", err)
	}
}

// TestNobodyIsThereMoreDaysThanAMonthHas, whatever was brought in of it.
func TestNobodyIsThereMoreDaysThanAMonthHas(t *testing.T) {
	o := newOffice(t)
	for range 2 {
		id := uuid.New()
		o.exec("insert into member (id, issuer, subject, email, name, audience) values ($1, 'test', $2, $2 || '@example.org', 'Prova', '{}')", id, id.String())
	}
	o.before(o.course["adult"], "2026-02-01")
	o.before(o.intern["adult"], "2026-02-01")
	var there string
	o.one("select minutes || ' ' || days from presence_of(array(select participation_id from enrolment where id = $1), '2026-02-01', 1)", &there, o.course["adult"])
	if there != "9600 28" {
		t.Errorf("there in February: %s", there)
	}
}
