package attendance_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/activity"
	"github.com/lavoroincorso/lavoro/internal/attendance"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// Nobody leaves or completes a course before the last of his presence that counts; hours that come later than that are kept, and count for nothing. So
// what is paid does not hang on which comes first.
func TestACourseIsNotOverBeforeItsLastPresence(t *testing.T) {
	o := newOffice(t)
	room := activity.Room{StopGates: []activity.StopGate{attendance.LeaveGate}}
	coordinator := o.actor(o.bringer, access.Coordinator, o.lead)
	o.exec("update activity set audience = array[$1::uuid]", o.lead)
	leave := func(enrolment uuid.UUID, day string) refusal.List {
		list, _ := refusal.As(o.as(coordinator, func(ctx context.Context, tx *postgres.Tx) error {
			return room.Withdraw(ctx, tx, activity.Ending{Enrolment: enrolment, Day: calendar.MustDay(day)})
		}))
		return list
	}
	o.record(o.tutor, entry(o.course["adult"], "2026-03-12", "09:00", "13:00"), entry(o.course["adult"], "2026-03-17", "09:00", "13:00"))
	list := leave(o.course["adult"], "2026-03-16")
	i := slices.IndexFunc(list, func(r refusal.Refusal) bool { return r.Code == attendance.CountsLater.String() })
	if i < 0 || !strings.Contains(list[i].Localized("it").Message, "17/03/2026") {
		t.Errorf("left before the last presence: %v", list)
	}
	if list := leave(o.course["adult"], "2026-03-17"); list != nil {
		t.Errorf("left on the day of the last presence: %v", list)
	}
	if list := leave(o.course["minor"], "2026-03-16"); list != nil {
		t.Fatal(list)
	}
	o.keptWith(o.record(o.tutor, entry(o.course["minor"], "2026-03-17", "09:00", "13:00"))[0], attendance.OutsideEnrolment, "{NOT_ENROLLED}")
}

// An absence that is paid counts like presence; one that is not keeps nobody.
func TestACourseIsNotOverBeforeAnAbsenceThatIsPaid(t *testing.T) {
	o := newOffice(t)
	o.exec(`update policy_rule set value = '["INJURY"]' where code = 'allowance.paid_absences'`)
	coordinator := o.actor(o.bringer, access.Coordinator, o.lead)
	for _, c := range []struct {
		name, reason string
		keeps        bool
	}{{"adult", "INJURY", true}, {"minor", "ILLNESS", false}} {
		absent := entry(o.course[c.name], "2026-03-17", "09:00", "13:00")
		absent.Kind, absent.AbsenceReason = attendance.Absence, c.reason
		o.record(o.tutor, absent)
		var list refusal.List
		if err := o.as(coordinator, func(ctx context.Context, tx *postgres.Tx) (err error) {
			list, err = attendance.LeaveGate(ctx, tx, o.course[c.name], calendar.MustDay("2026-03-17"))
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if list.Has(attendance.CountsLater) != c.keeps {
			t.Errorf("%s: %v", c.reason, list)
		}
	}
}
