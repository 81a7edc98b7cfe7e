package activity_test

import (
	"context"
	"slices"
	"sync"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/activity"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

func TestEnrolGivesASeatWithTheAudienceOfThePerson(t *testing.T) {
	o := newOffice(t)
	course, ida := o.planned("UISP", 12), o.signed("AIAS")
	id, err := o.enrol(o.coordinator("AIAS"), course, ida)
	o.must(err)
	if got := o.stands(id); got != "ENROLLED|2026-03-18|2026-03-27|480|1" {
		t.Errorf("the enrolment is %s", got)
	}
	if !one[bool](o, "select e.audience = p.audience from enrolment e join participation p on p.id = e.participation_id") {
		t.Error("the audience is not the participation's")
	}
	for name, c := range map[string]struct {
		actor access.Actor
		want  int
	}{
		"the person's partner":   {o.coordinator("AIAS"), 1},
		"the lead":               {o.actor(o.orgs["ASL"], access.Coordinator), 1},
		"who runs the course":    {o.coordinator("UISP"), 0},
		"the partner's staff":    {o.actor(o.orgs["AIAS"], access.Staff), 0},
		"a host":                 {o.actor(uuid.New(), access.HostTutor), 0},
		"another partner's case": {o.actor(uuid.New(), access.CaseManager), 0},
	} {
		if got := o.seen(c.actor, "enrolment"); got != c.want {
			t.Errorf("%s sees %d enrolments, want %d", name, got, c.want)
		}
	}
	if n := one[int](o, "select count(*)::int from enrolment where activity_id = $1 and state = 'ENROLLED'", course); n != 1 {
		t.Errorf("%d seats taken", n)
	}
	if got := one[string](o, "select concat_ws('|', act, kind, array_length(related, 1)) from outbox where subject_kind = 'Enrolment'"); got != "enrol|ENTERED|4" {
		t.Errorf("news %s", got)
	}
}

func TestEnrolRefuses(t *testing.T) {
	o := newOffice(t)
	course, ida, pia := o.planned("AIAS", 1), o.signed("AIAS"), o.signed("AIAS")
	aias := o.coordinator("AIAS")
	id, err := o.enrol(aias, course, ida)
	o.must(err)
	_, err = o.enrol(aias, course, ida)
	refused(t, err, "ENROLMENT_TWICE@participant")
	_, err = o.enrol(aias, course, pia)
	refused(t, err, "ACTIVITY_FULL@activity")
	_, err = o.enrol(o.coordinator("UISP"), course, pia)
	refused(t, err, "NOT_FOUND@participant")
	_, err = o.enrol(o.actor(o.orgs["AIAS"], access.Scout), course, pia)
	refused(t, err, "NOT_ALLOWED@")
	_, err = o.enrol(aias, uuid.New(), pia)
	refused(t, err, "NOT_FOUND@activity")
	_, err = o.enrol(aias, course, uuid.New())
	refused(t, err, "NOT_FOUND@participant")
	open := o.planned("AIAS", 0)
	refused(t, o.as(aias, func(ctx context.Context, tx *postgres.Tx) error {
		return activity.Enrol(ctx, tx, activity.Enrolling{ID: id, Activity: open, Participation: pia})
	}), "ID_TAKEN@id")
	internships := o.course("AIAS", 0)
	internships.Kind, internships.Certificate = activity.Internship, ""
	o.must(o.plan(aias, internships))
	_, err = o.enrol(aias, internships.ID, pia)
	refused(t, err, "ENROLMENT_BY_PLACEMENT@activity")
	o.exec("update participation set state = 'EVALUATION' where id = $1", pia)
	o.today = day("2026-03-28")
	_, err = o.enrol(aias, course, pia)
	refused(t, err, "ACTIVITY_FULL@activity", "ACTIVITY_OVER@activity", "ENROLMENT_NOT_TAKING_PART@participant")
	if n := one[int](o, "select count(*) from enrolment"); n != 1 {
		t.Errorf("%d enrolments stand", n)
	}
}

func TestEnrolKeepsToTheProgrammeOfThePerson(t *testing.T) {
	o := newOffice(t)
	course, ida := o.planned("AIAS", 0), o.signed("AIAS")
	other := uuid.New()
	o.exec(`insert into programme (id, code, name, cup, project_code, from_day, to_day, budget_cents, file_hash, audience)
		select $1, 'OTHER', name, cup, project_code, from_day, to_day, 0, '', audience from programme`, other)
	o.exec("update activity set programme_id = $1 where id = $2", other, course)
	_, err := o.enrol(o.coordinator("AIAS"), course, ida)
	refused(t, err, "NOT_FOUND@activity")
}

// TestTheLastSeatIsTakenOnce: many enrolments at once, each by its own person, on fewer seats.
func TestTheLastSeatIsTakenOnce(t *testing.T) {
	o := newOffice(t)
	const people, seats = 6, 2
	course := o.planned("AIAS", seats)
	var all []uuid.UUID
	for range people {
		all = append(all, o.signed("AIAS"))
	}
	full := o.race(course, all)
	if full != people-seats || one[int](o, "select count(*)::int from enrolment where activity_id = $1 and state = 'ENROLLED'", course) != seats {
		t.Errorf("%d of %d were refused, %d seats are taken", full, people, one[int](o, "select count(*)::int from enrolment where activity_id = $1 and state = 'ENROLLED'", course))
	}
	ida := o.signed("AIAS")
	if twice := o.race(o.planned("AIAS", 0), []uuid.UUID{ida, ida, ida, ida}); twice != 3 {
		t.Errorf("one person was refused %d times of 4 in one activity", twice)
	}
}

// race enrols all at once, each in a transaction that is open before any begins to enrol, and counts the refused.
func (o *office) race(course uuid.UUID, people []uuid.UUID) (no int) {
	o.t.Helper()
	errs := make([]error, len(people))
	var ready, done sync.WaitGroup
	ready.Add(len(people))
	aias := o.coordinator("AIAS")
	for i, p := range people {
		done.Go(func() {
			arrived := sync.OnceFunc(ready.Done)
			errs[i] = o.as(aias, func(ctx context.Context, tx *postgres.Tx) error {
				arrived()
				ready.Wait()
				return activity.Enrol(ctx, tx, activity.Enrolling{ID: uuid.New(), Activity: course, Participation: p})
			})
		})
	}
	done.Wait()
	for _, err := range errs {
		list, ok := refusal.As(err)
		switch {
		case list.Has(activity.Full) || list.Has(activity.AlreadyEnrolled):
			no++
		case err != nil || ok:
			o.t.Error(err)
		}
	}
	return no
}

func TestWhoEnteredBeforeTheCourseBeginsWithIt(t *testing.T) {
	o := newOffice(t)
	course, ida := o.planned("AIAS", 0), o.signed("AIAS")
	for entered, want := range map[string]string{"2026-01-10": "2026-03-16", "2026-03-17": "2026-03-17"} {
		o.exec("delete from enrolment")
		o.exec("update participation set state = 'ACTIVE', entered_on = $1 where id = $2", entered, ida)
		_, err := o.enrol(o.coordinator("AIAS"), course, ida)
		o.must(err)
		if got := one[string](o, "select from_day::text from enrolment"); got != want {
			t.Errorf("entered on %s, enrolled from %s, want %s", entered, got, want)
		}
	}
}

func TestCompletingGivesTheCertificate(t *testing.T) {
	o := newOffice(t)
	aias := o.coordinator("AIAS")
	o.exec(`update code_item set attributes = '{"validMonths": 60}' where code = 'SAFETY_GENERAL'`)
	course, ida := o.planned("AIAS", 0), o.signed("AIAS")
	id, err := o.enrol(aias, course, ida)
	o.must(err)
	two, one0 := 2, 1
	o.today = day("2026-03-20")
	refused(t, o.complete(o.coordinator("UISP"), activity.Ending{Enrolment: id}), "NOT_FOUND@enrolment")
	refused(t, o.complete(o.actor(o.orgs["AIAS"], access.PaymentsOfficer), activity.Ending{Enrolment: id}), "NOT_ALLOWED@")
	refused(t, o.complete(aias, activity.Ending{Enrolment: id, ExpectedRevision: &two}), "CONFLICT_REVISION@expectedRevision")
	refused(t, o.complete(aias, activity.Ending{Enrolment: id, Day: day("2026-03-21")}), "ENROLMENT_FUTURE@day")
	refused(t, o.complete(aias, activity.Ending{Enrolment: id, Day: day("2026-03-17")}), "ENROLMENT_BEFORE_START@day")
	o.must(o.complete(aias, activity.Ending{Enrolment: id, Day: day("2026-03-19"), ExpectedRevision: &one0}))
	if got := o.stands(id); got != "COMPLETED|2026-03-18|2026-03-19|480|2" {
		t.Errorf("the enrolment is %s", got)
	}
	if got := one[string](o, "select concat_ws('|', kind, given_on, valid_to) from certificate where enrolment_id = $1", id); got != "SAFETY_GENERAL|2026-03-19|2031-03-18" {
		t.Errorf("the certificate is %s", got)
	}
	refused(t, o.complete(aias, activity.Ending{Enrolment: id}), "ENROLMENT_STATE@enrolment")
	refused(t, o.withdraw(aias, activity.Ending{Enrolment: id}), "ENROLMENT_STATE@enrolment")
	_, err = o.enrol(aias, course, ida)
	refused(t, err, "ENROLMENT_TWICE@participant")
	if n := o.seen(o.coordinator("UISP"), "certificate"); n != 0 {
		t.Errorf("another partner sees %d certificates", n)
	}
}

func TestLeavingFreesTheSeat(t *testing.T) {
	o := newOffice(t)
	aias := o.coordinator("AIAS")
	course, ida, pia := o.planned("AIAS", 1), o.signed("AIAS"), o.signed("AIAS")
	id, err := o.enrol(aias, course, ida)
	o.must(err)
	refused(t, o.leave(ida), "ENROLMENT_STILL_OPEN@participant")
	o.must(o.withdraw(aias, activity.Ending{Enrolment: id, Day: day("2026-03-16")}))
	if got := o.stands(id); got != "WITHDRAWN|2026-03-18|2026-03-18|480|2" {
		t.Errorf("the enrolment is %s", got)
	}
	if n := one[int](o, "select count(*) from certificate"); n != 0 {
		t.Errorf("%d certificates for leaving", n)
	}
	_, err = o.enrol(aias, course, pia)
	o.must(err)
	o.must(o.leave(ida))
}

// leave asks what keeps a person in the programme, as withdrawing does.
func (o *office) leave(participation uuid.UUID) error {
	return o.as(o.coordinator("AIAS"), func(ctx context.Context, tx *postgres.Tx) error {
		said, err := activity.Veto(ctx, tx, []uuid.UUID{participation})
		if err != nil {
			return err
		}
		return said[participation].Err()
	})
}

func TestAnInternshipsEnrolmentFollowsItsPlacement(t *testing.T) {
	o := newOffice(t)
	aias, ida, host := o.coordinator("AIAS"), o.signed("AIAS"), uuid.New()
	o.exec(`insert into company (id, name, entity_code, ateco, headcount, municipality, origin, audience) values ($1, 'Ditta', '00743110157', '56', 3, '045010', 'ENTERED', '{}')`, host)
	var id uuid.UUID
	o.must(o.as(aias, func(ctx context.Context, tx *postgres.Tx) error {
		internships, err := activity.InternshipActivity(ctx, tx, o.programme, o.orgs["AIAS"])
		if err != nil {
			return err
		}
		id, err = activity.EnrolIntern(ctx, tx, activity.Intern{Activity: internships, Participation: ida, Company: host, From: day("2026-04-01"), To: day("2026-09-30"), Weekly: 1500})
		return err
	}))
	if got := o.stands(id); got != "ENROLLED|2026-04-01|2026-09-30|39214|1" {
		t.Errorf("the enrolment is %s", got)
	}
	if n := o.seen(o.actor(access.CompanyKey(o.programme, host), access.HostTutor), "enrolment"); n != 1 {
		t.Errorf("the host's tutor sees %d enrolments", n)
	}
	if n := o.seen(o.actor(access.CompanyKey(o.programme, host), access.HostTutor), "participation"); n != 0 {
		t.Errorf("the host's tutor sees %d participations", n)
	}
	refused(t, o.complete(aias, activity.Ending{Enrolment: id}), "ENROLMENT_BY_PLACEMENT@enrolment", "ENROLMENT_BEFORE_START@day")
	refused(t, o.withdraw(aias, activity.Ending{Enrolment: id}), "ENROLMENT_BY_PLACEMENT@enrolment")
	set := func(to activity.State) error {
		return o.as(aias, func(ctx context.Context, tx *postgres.Tx) error { return activity.SetState(ctx, tx, id, to) })
	}
	for _, to := range []activity.State{activity.Suspended, activity.Suspended, activity.Enrolled, activity.Suspended, activity.Completed} {
		o.must(set(to))
	}
	refused(t, set(activity.Enrolled), "ENROLMENT_STATE@enrolment")
	o.must(o.as(aias, func(ctx context.Context, tx *postgres.Tx) error {
		return activity.Reschedule(ctx, tx, id, day("2026-04-01"), day("2026-04-07"), calendar.Minutes(1500))
	}))
	if got := o.stands(id); got != "COMPLETED|2026-04-01|2026-04-07|1500|6" {
		t.Errorf("the enrolment is %s", got)
	}
	if got := one[[]string](o, "select array_agg(act || ':' || kind order by seq) from outbox where subject_kind = 'Enrolment'"); len(got) != 6 ||
		!slices.Equal(got[:2], []string{"followPlacement:ENTERED", "followPlacement:CHANGED"}) {
		t.Errorf("news %v", got)
	}
	if vetoed := o.leave(ida); vetoed != nil {
		t.Errorf("an internship is the placement's to veto: %v", vetoed)
	}
}
