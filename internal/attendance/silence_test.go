package attendance_test

import (
	"context"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/attendance"
	"github.com/lavoroincorso/lavoro/internal/duty"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
)

// round has the house look for silent phones, and gives what is due then.
func (o *office) round() (due string) {
	o.t.Helper()
	clocks := duty.NewClocks(attendance.SilenceClocks())
	o.house(func(ctx context.Context, tx *postgres.Tx) error {
		return attendance.TellSilence(clocks.OnState)(ctx, tx, []uuid.UUID{o.programme})
	})
	return o.waited()
}

func (o *office) house(fn func(context.Context, *postgres.Tx) error) {
	o.t.Helper()
	if err := o.as(o.actor(uuid.New(), access.System, o.lead), fn); err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) waited() (due string) {
	o.one(`select coalesce(string_agg(concat_ws(' ', kind, (due_at at time zone 'Europe/Rome')::date, case when subject_id = $1 then 'about the tutor' end, case when owner_key = $2 then 'of the body' end), ', '), '')
		from due where done_at is null`, &due, o.tutor.Member, o.lead)
	return due
}

func TestASilentPhoneIsDue(t *testing.T) {
	o := timetabled(t) // on Wednesdays and Thursdays
	o.record(o.tutor, entry(o.intern["adult"], "2026-03-18", "08:00", "12:00"))
	o.on("2026-03-23")
	if due := o.round(); due != "" {
		t.Errorf("something came five days ago: %s", due)
	}
	o.on("2026-03-24")
	const silent = "register.silent 2026-03-24 about the tutor of the body"
	for range 2 { // again changes nothing
		if due := o.round(); due != silent {
			t.Errorf("nothing came for five days: %s", due)
		}
	}
	clocks := duty.NewClocks(attendance.SilenceClocks())
	comes := func(member uuid.UUID, kind event.Kind) string {
		o.house(func(ctx context.Context, tx *postgres.Tx) error {
			return attendance.Heard(clocks.OnState)(ctx, tx, []event.Event{{News: event.News{Programme: o.programme, Kind: kind}, Actor: member}})
		})
		return o.waited()
	}
	if due := comes(o.host.Member, event.Entered); due != silent {
		t.Errorf("after somebody else's entry: %q", due)
	}
	if due := comes(o.tutor.Member, event.Entered); due != "" {
		t.Errorf("after something came: %s", due)
	}
	if due := o.round(); due != silent {
		t.Errorf("nothing had come: %q", due)
	}
	o.exec("update placement set state = 'ENDED', ended_on = '2026-03-17'")
	if due := o.round(); due != "" {
		t.Errorf("nothing is expected any more: %s", due)
	}
}

// Where nothing is missing nobody is asked; entries by browser do not speak for a phone.
func TestOnlyWhatIsMissingMakesAPhoneSilent(t *testing.T) {
	o := timetabled(t)
	phone := uuid.New()
	o.exec("insert into device (id, member_id, name, platform, registered_at, audience) values ($1, $2, 'Telefono', 'ANDROID', '2026-01-01', '{}')", phone, o.tutor.Member)
	o.exec("update device set audience = $1", []uuid.UUID{o.lead})
	o.on("2026-03-20")
	o.record(o.tutor, entry(o.intern["adult"], "2026-03-18", "08:00", "12:00"), entry(o.intern["minor"], "2026-03-18", "08:00", "12:00"), entry(o.intern["adult"], "2026-03-19", "08:00", "12:00"))
	if due := o.round(); due == "" {
		t.Error("entries by browser speak for the phone, though hours are missing")
	}
	o.record(o.host, entry(o.intern["minor"], "2026-03-19", "08:00", "12:00"))
	if due := o.round(); due != "" {
		t.Errorf("all is written: %s", due)
	}
	o.exec("delete from attendance where day = '2026-03-19'")
	o.exec("update attendance set device_id = $1 where enrolment_id = $2", phone, o.intern["adult"])
	if due := o.round(); due != "" {
		t.Errorf("the phone has delivered: %s", due)
	}
	o.exec("update attendance set device_id = null")
	o.exec("update device set revoked_at = '2026-03-02', revoked_by = $1", o.bringer)
	if due := o.round(); due != "" {
		t.Errorf("a phone that was revoked is waited for: %s", due)
	}
}

// Who stands still, or has begun only now, is not missing.
func TestSuspensionsAreNoSilence(t *testing.T) {
	o := timetabled(t)
	o.on("2026-03-24")
	o.exec("update placement set state = 'SUSPENDED', state_since = '2026-03-12' where enrolment_id = $1", o.intern["adult"])
	o.exec("update placement set state_since = '2026-03-20' where enrolment_id = $1", o.intern["minor"])
	if due := o.round(); due != "" {
		t.Errorf("due: %s", due)
	}
}
