package attendance_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/attendance"
	"github.com/lavoroincorso/lavoro/internal/placement"
	"github.com/lavoroincorso/lavoro/internal/placement/placementtest"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// lengthened is an office with an internship that runs from 2 March to Tuesday 1 September, and whose register follows its extensions.
type lengthened struct {
	*placementtest.Office
	room      placement.Room
	placement uuid.UUID
	enrolment uuid.UUID
}

func newLengthened(t *testing.T) *lengthened {
	l := &lengthened{Office: placementtest.New(t), placement: uuid.Must(uuid.NewV7()),
		room: placement.Room{OnState: []func(context.Context, *postgres.Tx, event.Transition) error{attendance.FollowExtensions}}}
	person := l.Active(placementtest.Who{})
	l.Certify(person, l.Today)
	opening, _ := l.Opening(placementtest.Seats{})
	step := placement.Step{Placement: l.placement}
	for _, act := range []func(context.Context, *postgres.Tx) error{
		func(ctx context.Context, tx *postgres.Tx) error {
			return l.room.Draft(ctx, tx, placement.DraftInput{ID: l.placement, Participation: person, Opening: opening, FromDay: l.Today, HostTutor: "Capo cucina", Origin: "ENTERED"})
		},
		func(ctx context.Context, tx *postgres.Tx) error {
			return l.room.Confirm(ctx, tx, placement.ConfirmInput{Step: step, Convention: "P-1"})
		},
		func(ctx context.Context, tx *postgres.Tx) error { return l.room.SignProject(ctx, tx, step) },
		func(ctx context.Context, tx *postgres.Tx) error {
			tx.Acknowledge([]string{placement.CommunicatedLate.String()}, "prova")
			return l.room.Communicate(ctx, tx, placement.CommunicateInput{Step: step, Code: "U-1"})
		},
		func(ctx context.Context, tx *postgres.Tx) error { return l.room.Start(ctx, tx, step) },
	} {
		l.Must(l.As(l.System(), act))
	}
	l.enrolment = placementtest.One[uuid.UUID](l.Office, "select enrolment_id from placement where id = $1", l.placement)
	return l
}

// extend records an addendum of the last day so far, however late, and its communication.
func (l *lengthened) extend(until string) {
	l.T.Helper()
	signed := placementtest.One[string](l.Office, "select least(to_day, $2::text::date)::text from placement where id = $1", l.placement, l.Today.String())
	l.Must(l.As(l.Accompanying(), func(ctx context.Context, tx *postgres.Tx) error {
		tx.Acknowledge([]string{placement.ExtensionRecordedLate.String()}, "prova")
		return l.room.Extend(ctx, tx, placement.ExtendInput{Step: placement.Step{Placement: l.placement, Day: calendar.MustDay(signed)}, ToDay: calendar.MustDay(until),
			Reason: "JOB_PROSPECT", Attestation: "ATT-1"})
	}))
	l.Must(l.As(l.System(), func(ctx context.Context, tx *postgres.Tx) error {
		tx.Acknowledge([]string{placement.ExtensionCommunicatedLate.String()}, "prova")
		return l.room.CommunicateExtension(ctx, tx, placement.CommunicateInput{Step: placement.Step{Placement: l.placement}, Code: "U-2"})
	}))
}

// deliver writes presence from nine to one, each with its own answer, and gives the ids.
func (l *lengthened) deliver(days ...string) []uuid.UUID {
	l.T.Helper()
	var entries []attendance.Entry
	for _, day := range days {
		entries = append(entries, entry(l.enrolment, day, "09:00", "13:00"))
	}
	var ids []uuid.UUID
	l.Must(l.As(l.Accompanying(), func(ctx context.Context, tx *postgres.Tx) error {
		answers, err := attendance.Record(ctx, tx, attendance.Source{Origin: "ENTERED"}, entries)
		for _, a := range answers {
			if !a.Written {
				l.T.Errorf("%s: %v", a.ID, a.Refusals)
			}
			ids = append(ids, a.ID)
		}
		return err
	}))
	return ids
}

func (l *lengthened) stand(what string, id uuid.UUID, want string) {
	l.T.Helper()
	if got := placementtest.One[string](l.Office, "select standing || conflicts::text from attendance where id = $1", id); got != want {
		l.T.Errorf("%s: %s, want %s", what, got, want)
	}
}

// Hours of days after the last one are nobody's until an extension covers them: then they count, and who follows the register is told. What is later still waits.
func TestHoursAfterTheLastDayCountOnceItIsExtended(t *testing.T) {
	l := newLengthened(t)
	l.Today = calendar.MustDay("2026-09-04")
	ids := l.deliver("2026-09-01", "2026-09-02", "2026-09-03", "2026-09-04")
	l.stand("the last day", ids[0], "COUNTED{}")
	for _, id := range ids[1:] {
		l.stand("after the last day", id, "CONTESTED{NOT_ENROLLED}")
	}
	l.extend("2026-09-03")
	for _, id := range ids[:3] {
		l.stand("within the extension", id, "COUNTED{}")
	}
	l.stand("after the extension", ids[3], "CONTESTED{NOT_ENROLLED}")
	if n := placementtest.One[int](l.Office, "select count(*) from outbox where subject_kind = 'Attendance' and act = 'extendPlacement' and kind = 'CHANGED' and subject_id = any ($1)", ids[1:3]); n != 2 {
		t.Errorf("%d of two entries that count now were told", n)
	}
	l.extend("2026-09-30")
	l.stand("within the next one", ids[3], "COUNTED{}")
	l.Today = calendar.MustDay("2026-09-07")
	l.stand("delivered after it", l.deliver("2026-09-07")[0], "COUNTED{}")
	l.Today = calendar.MustDay("2026-09-08")
	var planned []attendance.Answer
	l.Must(l.As(l.Accompanying(), func(ctx context.Context, tx *postgres.Tx) (err error) {
		planned, err = attendance.RecordAsPlanned(ctx, tx, attendance.Source{Origin: "ENTERED"}, attendance.Planned{Programme: l.Programme, Day: l.Today})
		return err
	}))
	if len(planned) != 1 || !planned[0].Written {
		t.Errorf("the timetable of a day that was added gives %+v", planned)
	}
}

// What else stands against an entry goes on standing: another version of the same hours, and a month that was closed meanwhile.
func TestAnExtensionTakesAwayOneConflictOnly(t *testing.T) {
	l := newLengthened(t)
	l.Today = calendar.MustDay("2026-09-04")
	twice := append(l.deliver("2026-09-02"), l.deliver("2026-09-02")...)
	alone := l.deliver("2026-09-03")
	l.extend("2026-09-30")
	for _, id := range twice {
		l.stand("two versions", id, "CONTESTED{OTHER_VERSION}")
	}
	l.stand("one version", alone[0], "COUNTED{}")

	l = newLengthened(t)
	l.Today = calendar.MustDay("2026-09-04")
	closed := l.deliver("2026-09-03")[0]
	l.Today = calendar.MustDay("2026-10-02")
	open := l.deliver("2026-10-01")[0]
	l.Exec("update register_month set state = 'SUBMITTED', minutes = 0, presence_days = 0, content_hash = sha256('x') where enrolment_id = $1 and month = '2026-09-01'", l.enrolment)
	l.extend("2026-10-31")
	l.stand("of a month that was submitted", closed, "CONTESTED{MONTH_CLOSED}")
	l.stand("of the open month", open, "COUNTED{}")
}

// An extension of a suspended internship does not make hours count of days on which it stands still.
func TestAnExtensionDoesNotEndASuspension(t *testing.T) {
	l := newLengthened(t)
	l.Today = calendar.MustDay("2026-08-20")
	l.Must(l.As(l.System(), func(ctx context.Context, tx *postgres.Tx) error {
		return l.room.Suspend(ctx, tx, placement.ReasonInput{Step: placement.Step{Placement: l.placement}, Reason: "ILLNESS"})
	}))
	l.Today = calendar.MustDay("2026-09-04")
	id := l.deliver("2026-09-03")[0]
	l.stand("suspended and after the last day", id, "CONTESTED{NOT_ENROLLED,PLACEMENT_SUSPENDED}")
	l.extend("2026-09-30")
	l.stand("suspended", id, "CONTESTED{PLACEMENT_SUSPENDED}")
	var kept []string
	l.Must(l.As(l.System(), func(ctx context.Context, tx *postgres.Tx) error {
		tx.Acknowledge([]string{placement.SuspensionShort.String()}, "prova")
		return l.room.Resume(ctx, tx, placement.Step{Placement: l.placement})
	}))
	l.Must(l.As(l.System(), func(ctx context.Context, tx *postgres.Tx) error {
		return tx.NewRaw("select concat_ws(' ', from_day, until_day) from placement_pauses(array[?::uuid])", l.placement).Scan(ctx, &kept)
	}))
	if len(kept) != 1 || kept[0] != "2026-08-20 2026-09-04" {
		t.Errorf("it stood still %q", kept)
	}
}

// Who sees an internship and entries of it, but keeps no register of the person, has no hours judged again: neither by the hook, nor by asking the database.
func TestOnlyWhoKeepsTheRegisterHasItJudgedAgain(t *testing.T) {
	l := newLengthened(t)
	l.Today = calendar.MustDay("2026-09-04")
	id := l.deliver("2026-09-03")[0]
	stranger, key := l.Coordinator("MONTIGNOSO"), l.Orgs["MONTIGNOSO"]
	l.Exec("update placement set audience = audience || $2::uuid where id = $1", l.placement, key)
	l.Exec("update attendance set audience = audience || $2::uuid where id = $1", id, key)
	l.Exec("update enrolment set to_day = '2026-09-30' where id = $1", l.enrolment)
	judged := func(actor access.Actor) (n int) {
		l.Must(l.As(actor, func(ctx context.Context, tx *postgres.Tx) error {
			return tx.NewRaw("select count(*) from settle_entries(array[?::uuid], array['COUNTED'], array[''])", id).Scan(ctx, &n)
		}))
		return n
	}
	l.Must(l.As(stranger, func(ctx context.Context, tx *postgres.Tx) error {
		var seen int
		err := tx.NewRaw("select count(*) from placement p join attendance a on a.placement_id = p.id where a.id = ?", id).Scan(ctx, &seen)
		if err != nil || seen != 1 {
			t.Errorf("the stranger sees %d entries: %v", seen, err)
		}
		return attendance.FollowExtensions(ctx, tx, event.Transition{Programme: l.Programme, Concept: placement.Concept, Subject: l.placement, From: "RUNNING", To: "RUNNING", Longer: 30})
	}))
	if n := judged(stranger); n != 0 {
		t.Errorf("the database has judged %d entries for a stranger", n)
	}
	l.stand("asked by a stranger", id, "CONTESTED{NOT_ENROLLED}")
	if n := judged(l.Accompanying()); n != 1 {
		t.Errorf("the database has judged %d entries for the tutor", n)
	}
}

// meanwhile does one act, and another one that begins before the first is committed and waits for it, if it does.
func (l *lengthened) meanwhile(first, second func(context.Context, *postgres.Tx) error) error {
	l.T.Helper()
	var err error
	done := make(chan struct{})
	l.Must(l.As(l.System(), func(ctx context.Context, tx *postgres.Tx) error {
		if err := first(ctx, tx); err != nil {
			return err
		}
		go func() {
			defer close(done)
			err = l.As(l.System(), second)
		}()
		for placementtest.One[int](l.Office, "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()") == 0 {
			select {
			case <-done:
				return nil
			default:
			}
		}
		return nil
	}))
	<-done
	return err
}

// Hours that are delivered while an extension over their day is recorded count, whichever of the two comes first.
func TestHoursDeliveredWhileTheInternshipIsExtendedCount(t *testing.T) {
	extend := func(l *lengthened) func(context.Context, *postgres.Tx) error {
		return func(ctx context.Context, tx *postgres.Tx) error {
			tx.Acknowledge([]string{placement.ExtensionRecordedLate.String()}, "prova")
			return l.room.Extend(ctx, tx, placement.ExtendInput{Step: placement.Step{Placement: l.placement, Day: calendar.MustDay("2026-09-01")}, ToDay: calendar.MustDay("2026-09-30"),
				Reason: "JOB_PROSPECT", Attestation: "ATT-1"})
		}
	}
	deliver := func(l *lengthened, id *uuid.UUID) func(context.Context, *postgres.Tx) error {
		return func(ctx context.Context, tx *postgres.Tx) error {
			answers, err := attendance.Record(ctx, tx, attendance.Source{Origin: "ENTERED"}, []attendance.Entry{entry(l.enrolment, "2026-09-03", "09:00", "13:00")})
			if err == nil {
				*id = answers[0].ID
			}
			return err
		}
	}
	for _, c := range []struct {
		what         string
		extendsFirst bool
	}{{"the extension comes first", true}, {"the hours come first", false}} {
		l := newLengthened(t)
		l.Today = calendar.MustDay("2026-09-04")
		var id uuid.UUID
		first, second := extend(l), deliver(l, &id)
		if !c.extendsFirst {
			first, second = second, first
		}
		l.Must(l.meanwhile(first, second))
		l.stand(c.what, id, "COUNTED{}")
	}
}

// An internship stands still from no day on that is not after the last of its presence that counts, and that is its last day at the earliest; whatever does
// not count is in nobody's way.
func TestAnInternshipDoesNotStopBeforeItsLastPresence(t *testing.T) {
	l := newLengthened(t)
	l.room.StopGates = []placement.StopGate{attendance.StopGate}
	l.Today = calendar.MustDay("2026-08-07")
	last := l.deliver("2026-08-03", "2026-08-05", "2026-08-06")[2]
	l.Must(l.As(l.Accompanying(), func(ctx context.Context, tx *postgres.Tx) error {
		return attendance.Withdraw(ctx, tx, last, "prova", nil)
	}))
	stop := func(day string) map[string]func(context.Context, *postgres.Tx) error {
		step := placement.Step{Placement: l.placement, Day: calendar.MustDay(day)}
		return map[string]func(context.Context, *postgres.Tx) error{
			"suspended": func(ctx context.Context, tx *postgres.Tx) error {
				return l.room.Suspend(ctx, tx, placement.ReasonInput{Step: step, Reason: "ILLNESS"})
			},
			"broken off": func(ctx context.Context, tx *postgres.Tx) error {
				return l.room.Interrupt(ctx, tx, placement.ReasonInput{Step: step, Reason: "PERSONAL"})
			},
		}
	}
	for what, act := range stop("2026-08-04") {
		list, _ := refusal.As(l.As(l.System(), act))
		i := slices.IndexFunc(list, func(r refusal.Refusal) bool { return r.Code == attendance.CountsLater.String() })
		if i < 0 || !strings.Contains(list[i].Localized("it").Message, "05/08/2026") {
			t.Errorf("%s before the last presence: %v", what, list)
		}
	}
	tried := errors.New("only tried")
	if list, _ := refusal.As(l.As(l.System(), stop("2026-08-05")["suspended"])); !list.Has(attendance.CountsLater) {
		t.Errorf("suspended on the day of the last presence: %v", list)
	}
	for what, day := range map[string]string{"suspended": "2026-08-06", "broken off": "2026-08-05"} {
		act := stop(day)[what]
		err := l.As(l.System(), func(ctx context.Context, tx *postgres.Tx) error {
			if err := act(ctx, tx); err != nil {
				return err
			}
			return tried
		})
		if !errors.Is(err, tried) {
			t.Errorf("%s on %s: %v", what, day, err)
		}
	}
}

// Hours that are delivered while an internship is broken off before them are kept as nobody's, or keep it from being broken off.
func TestHoursDeliveredWhileTheInternshipIsBrokenOffAreNotPaid(t *testing.T) {
	l := newLengthened(t)
	l.room.StopGates = []placement.StopGate{attendance.StopGate}
	l.Today = calendar.MustDay("2026-08-07")
	interrupt := func(ctx context.Context, tx *postgres.Tx) error {
		return l.room.Interrupt(ctx, tx, placement.ReasonInput{Step: placement.Step{Placement: l.placement, Day: calendar.MustDay("2026-08-03")}, Reason: "PERSONAL"})
	}
	var id uuid.UUID
	deliver := func(ctx context.Context, tx *postgres.Tx) error {
		answers, err := attendance.Record(ctx, tx, attendance.Source{Origin: "ENTERED"}, []attendance.Entry{entry(l.enrolment, "2026-08-05", "09:00", "13:00")})
		if err == nil {
			id = answers[0].ID
		}
		return err
	}
	if list, _ := refusal.As(l.meanwhile(deliver, interrupt)); !list.Has(attendance.CountsLater) {
		t.Fatalf("broken off before hours that were just written: %v", list)
	}
	l.Must(l.As(l.Accompanying(), func(ctx context.Context, tx *postgres.Tx) error {
		return attendance.Withdraw(ctx, tx, id, "prova", nil)
	}))
	l.Must(l.meanwhile(interrupt, deliver))
	l.stand("after the internship was broken off", id, "CONTESTED{NOT_ENROLLED}")
}
