package main

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/attendance"
	"github.com/lavoroincorso/lavoro/internal/duty"
	"github.com/lavoroincorso/lavoro/internal/participant"
	"github.com/lavoroincorso/lavoro/internal/placement"
	"github.com/lavoroincorso/lavoro/internal/placement/placementtest"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// TestTheProgramHandsInternshipsOver: in the program as it is wired, who takes on a person takes on the internship and what is due on it.
func TestTheProgramHandsInternshipsOver(t *testing.T) {
	o := placementtest.New(t)
	r := newRooms()
	person := o.Active(placementtest.Who{})
	opening, _ := o.Opening(placementtest.Seats{})
	id, next := uuid.Must(uuid.NewV7()), o.Member("TUTOR", "CARRARA")
	o.Must(o.As(o.Coordinator("CARRARA"), func(ctx context.Context, tx *postgres.Tx) error {
		return r.placements.Draft(ctx, tx, placement.DraftInput{ID: id, Participation: person, Opening: opening, FromDay: o.Today, HostTutor: "Capo cucina", Origin: "ENTERED"})
	}))
	o.Must(o.As(o.Coordinator("CARRARA"), func(ctx context.Context, tx *postgres.Tx) error {
		return r.participants.AssignTeam(ctx, tx, participant.TeamInput{Participation: person, Tutor: &next})
	}))
	if tutor := placementtest.One[uuid.UUID](o, "select tutor_id from placement where id = $1", id); tutor != next {
		t.Error("the internship keeps the former tutor")
	}
	if owner := placementtest.One[uuid.UUID](o, "select owner_key from due where subject_id = $1 and done_at is null", id); owner != next {
		t.Error("what is due stays with the former tutor")
	}
}

// TestTheProgramExtendsInternships: in the program as it is wired, a tutor extends, and what hangs on the last day goes with it: what is due, what is
// committed, which mandates open the internship, and hours that came too early.
func TestTheProgramExtendsInternships(t *testing.T) {
	o := placementtest.New(t)
	r := newRooms()
	person := o.Active(placementtest.Who{})
	o.Certify(person, o.Today)
	opening, _ := o.Opening(placementtest.Seats{})
	id := uuid.Must(uuid.NewV7())
	step := placement.Step{Placement: id}
	do := func(actor access.Actor, act func(context.Context, *postgres.Tx) error) {
		t.Helper()
		o.Must(o.As(actor, func(ctx context.Context, tx *postgres.Tx) error {
			tx.Acknowledge([]string{placement.CommunicatedLate.String(), placement.ExtensionRecordedLate.String()}, "prova")
			return act(ctx, tx)
		}))
	}
	tutor, partner := o.Accompanying(), o.Coordinator("CARRARA")
	do(tutor, func(ctx context.Context, tx *postgres.Tx) error {
		return r.placements.Draft(ctx, tx, placement.DraftInput{ID: id, Participation: person, Opening: opening, FromDay: o.Today, HostTutor: "Capo cucina", Origin: "ENTERED"})
	})
	do(tutor, func(ctx context.Context, tx *postgres.Tx) error {
		return r.placements.Confirm(ctx, tx, placement.ConfirmInput{Step: step, Convention: "P-1"})
	})
	do(tutor, func(ctx context.Context, tx *postgres.Tx) error { return r.placements.SignProject(ctx, tx, step) })
	do(partner, func(ctx context.Context, tx *postgres.Tx) error {
		return r.placements.Communicate(ctx, tx, placement.CommunicateInput{Step: step, Code: "U-1"})
	})
	do(tutor, func(ctx context.Context, tx *postgres.Tx) error { return r.placements.Start(ctx, tx, step) })
	auditor := o.Member("TUTOR", "ASL")
	o.Exec(`insert into mandate (id, programme_id, organisation_id, member_id, period_from, period_to, ends_on, document, state, opened_on, audience)
		values ($1, $2, $3, $4, '2026-10-01', '2026-12-31', '2027-12-31', 'prova', 'OPEN', '2026-03-02', '{}')`, uuid.New(), o.Programme, o.Orgs["ASL"], auditor)
	stands := func() string {
		return placementtest.One[string](o, `select concat_ws(', ', p.to_day, e.to_day,
				(select sum(b.cents) from budget_posting b where b.subject_id = p.id and b.kind = 'COMMITTED'),
				(select string_agg(concat_ws(' ', d.kind, to_char(d.due_at at time zone 'Europe/Rome', 'YYYY-MM-DD HH24:MI'), o.code, case when d.done_at is not null then 'done' end), ', ' order by d.kind)
				 from due d left join organisation o on o.id = d.owner_key where d.subject_id = p.id and d.kind in ('placement.review', 'placement.communicate_extension')),
				'opened ' || (scope_key('MANDATE', m.programme_id, m.id) = any (p.audience)) || ' ' || (scope_key('MANDATE', m.programme_id, m.id) = any (e.audience)))
			from placement p join enrolment e on e.id = p.enrolment_id cross join mandate m where p.id = $1`, id)
	}
	if got := stands(); got != "2026-09-01, 2026-09-01, 210307, placement.review 2026-09-08 23:59, opened false false" {
		t.Fatalf("before: %s", got)
	}

	o.Today = calendar.MustDay("2026-09-03")
	late := attendance.Entry{ID: uuid.Must(uuid.NewV7()), Enrolment: placementtest.One[uuid.UUID](o, "select enrolment_id from placement where id = $1", id), Kind: attendance.Presence,
		Day: calendar.MustDay("2026-09-02"), From: calendar.MustLocalTime("09:00"), To: calendar.MustLocalTime("13:00")}
	do(tutor, func(ctx context.Context, tx *postgres.Tx) error {
		_, err := attendance.Record(ctx, tx, attendance.Source{Origin: "ENTERED"}, []attendance.Entry{late})
		return err
	})
	do(tutor, func(ctx context.Context, tx *postgres.Tx) error {
		signed := placement.Step{Placement: id, Day: calendar.MustDay("2026-09-01")}
		return r.placements.Extend(ctx, tx, placement.ExtendInput{Step: signed, ToDay: calendar.MustDay("2026-11-30"), Reason: "JOB_PROSPECT", Attestation: "ATT-1"})
	})
	// From 2 September to 30 November are 90 days; 20 hours a week at 4 euro are 33140 of September, 35433 of October and 34287 of November.
	if got := stands(); got != "2026-11-30, 2026-11-30, 313167, placement.communicate_extension 2026-09-06 23:59 CARRARA, placement.review 2026-12-07 23:59, opened true true" {
		t.Errorf("extended: %s", got)
	}
	if standing := placementtest.One[string](o, "select standing from attendance where id = $1", late.ID); standing != "COUNTED" {
		t.Errorf("an hour that came before it is %s", standing)
	}
	do(partner, func(ctx context.Context, tx *postgres.Tx) error {
		return r.placements.CommunicateExtension(ctx, tx, placement.CommunicateInput{Step: step, Code: "U-2"})
	})
	if got := stands(); !strings.Contains(got, "placement.communicate_extension 2026-09-06 23:59 CARRARA done") {
		t.Errorf("communicated: %s", got)
	}
	// Suspended and ended, the internship leaves what is due of an extension alone.
	o.Today = calendar.MustDay("2026-09-10")
	do(tutor, func(ctx context.Context, tx *postgres.Tx) error {
		return r.placements.Extend(ctx, tx, placement.ExtendInput{Step: step, ToDay: calendar.MustDay("2026-12-31"), Reason: "JOB_PROSPECT", Attestation: "ATT-2"})
	})
	do(tutor, func(ctx context.Context, tx *postgres.Tx) error {
		return r.placements.Suspend(ctx, tx, placement.ReasonInput{Step: step, Reason: "ILLNESS"})
	})
	open := "select count(*)::int from due where subject_id = $1 and kind = 'placement.communicate_extension' and done_at is null"
	if n := placementtest.One[int](o, open, id); n != 1 {
		t.Errorf("%d communications are due of a suspended internship", n)
	}
	do(partner, func(ctx context.Context, tx *postgres.Tx) error {
		return r.placements.Interrupt(ctx, tx, placement.ReasonInput{Step: step, Reason: "PERSONAL"})
	})
	if n := placementtest.One[int](o, open, id); n != 0 {
		t.Errorf("%d communications are due of an extension that never began", n)
	}
}

// TestTheProgramWorksTheLastMonthOutAgain: a statement of the last month by a share of what is planned is issued anew once the internship is extended, when more
// hours of that month are planned, and again once it is broken off.
func TestTheProgramWorksTheLastMonthOutAgain(t *testing.T) {
	o := placementtest.New(t)
	r := newRooms()
	i := slices.IndexFunc(r.reactions(), func(r duty.Reaction) bool { return r.Name == "allowance" })
	reaction, heard := r.reactions()[i], int64(0)
	o.Exec(`update policy_rule set value = '"THRESHOLD"' where code = 'allowance.method'`)
	person := o.Active(placementtest.Who{})
	o.Certify(person, o.Today)
	opening, _ := o.Opening(placementtest.Seats{})
	id := uuid.Must(uuid.NewV7())
	step := placement.Step{Placement: id}
	do := func(act func(context.Context, *postgres.Tx) error) {
		t.Helper()
		o.Must(o.As(o.System(), func(ctx context.Context, tx *postgres.Tx) error {
			tx.Acknowledge([]string{placement.CommunicatedLate.String(), placement.ExtensionRecordedLate.String()}, "prova")
			return act(ctx, tx)
		}))
	}
	hear := func(more ...event.Event) {
		t.Helper()
		rows, err := o.Owner.Query(t.Context(), "select seq, subject_kind, subject_id, act, programme_id from outbox where seq > $1 and subject_kind = any ($2) order by seq", heard, reaction.SubjectKinds)
		o.Must(err)
		news, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (e event.Event, err error) {
			err = row.Scan(&e.Seq, &e.SubjectKind, &e.Subject, &e.Act, &e.Programme)
			return e, err
		})
		o.Must(err)
		for _, e := range news {
			heard = e.Seq
		}
		do(func(ctx context.Context, tx *postgres.Tx) error {
			return reaction.React(ctx, tx, append(news, more...))
		})
	}
	issued := func(want string) {
		t.Helper()
		if got := placementtest.One[string](o, "select coalesce(string_agg(concat_ws(' ', number, total_cents), ', ' order by number), '') from allowance_statement where participation_id = $1", person); got != want {
			t.Errorf("statements: %s, want %s", got, want)
		}
	}
	do(func(ctx context.Context, tx *postgres.Tx) error {
		return r.placements.Draft(ctx, tx, placement.DraftInput{ID: id, Participation: person, Opening: opening, FromDay: o.Today, HostTutor: "Capo cucina", Origin: "ENTERED"})
	})
	do(func(ctx context.Context, tx *postgres.Tx) error {
		return r.placements.Confirm(ctx, tx, placement.ConfirmInput{Step: step, Convention: "P-1"})
	})
	do(func(ctx context.Context, tx *postgres.Tx) error { return r.placements.SignProject(ctx, tx, step) })
	do(func(ctx context.Context, tx *postgres.Tx) error {
		return r.placements.Communicate(ctx, tx, placement.CommunicateInput{Step: step, Code: "U-1"})
	})
	do(func(ctx context.Context, tx *postgres.Tx) error { return r.placements.Start(ctx, tx, step) })

	// Four hours of the one day that is planned in September, the first, are all of its share.
	o.Today = calendar.MustDay("2026-09-01")
	last := attendance.Entry{ID: uuid.Must(uuid.NewV7()), Enrolment: placementtest.One[uuid.UUID](o, "select enrolment_id from placement where id = $1", id), Kind: attendance.Presence,
		Day: o.Today, From: calendar.MustLocalTime("09:00"), To: calendar.MustLocalTime("13:00")}
	do(func(ctx context.Context, tx *postgres.Tx) error {
		_, err := attendance.Record(ctx, tx, attendance.Source{Origin: "ENTERED"}, []attendance.Entry{last})
		return err
	})
	o.Exec("update register_month set state = 'LOCKED', minutes = 240, presence_days = 1, content_hash = sha256('x') where enrolment_id = $1", last.Enrolment)
	hear(event.Event{News: event.News{SubjectKind: "RegisterMonth", Act: string(access.LockMonth), Programme: o.Programme,
		Subject: placementtest.One[uuid.UUID](o, "select id from register_month where enrolment_id = $1", last.Enrolment)}})
	issued("1 50000")

	o.Today = calendar.MustDay("2026-10-03")
	signed := placement.Step{Placement: id, Day: calendar.MustDay("2026-09-01")}
	do(func(ctx context.Context, tx *postgres.Tx) error {
		return r.placements.Extend(ctx, tx, placement.ExtendInput{Step: signed, ToDay: calendar.MustDay("2026-11-30"), Reason: "JOB_PROSPECT", Attestation: "ATT-1"})
	})
	hear()
	issued("1 50000, 2 0")
	do(func(ctx context.Context, tx *postgres.Tx) error {
		early := placement.Step{Placement: id, Day: calendar.MustDay("2026-08-31")}
		err := r.placements.Interrupt(ctx, tx, placement.ReasonInput{Step: early, Reason: "PERSONAL"})
		if list, _ := refusal.As(err); !list.Has(attendance.CountsLater) {
			t.Errorf("broken off before the last presence: %v", err)
		}
		return nil
	})
	do(func(ctx context.Context, tx *postgres.Tx) error {
		return r.placements.Interrupt(ctx, tx, placement.ReasonInput{Step: signed, Reason: "PERSONAL"})
	})
	hear()
	issued("1 50000, 2 0, 3 50000")
}
