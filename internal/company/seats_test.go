package company_test

import (
	"context"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/company"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
)

// intern puts an internship on an opening, beside all acts.
func (o *office) intern(opening uuid.UUID, state string) uuid.UUID {
	o.t.Helper()
	person, participation, activity, enrolment, id := uuid.New(), uuid.New(), uuid.New(), uuid.New(), uuid.New()
	lead := o.orgs["ASL"]
	o.exec(`insert into person (id, given_name, family_name, birth_day, sex, citizenship, municipality, origin, audience)
		values ($1, 'Ida', 'Prova', '1990-01-01', 'FEMALE', 'IT', '045003', 'ENTERED', '{}')`, person)
	o.exec(`insert into participation (id, programme_id, person_id, organisation_id, state, state_since, referring_service, referred_on, origin, audience)
		values ($1, $2, $3, $4, 'ACTIVE', '2026-01-01', null, '2026-01-01', 'ENTERED', '{}')`, participation, o.programme, person, lead)
	o.exec(`insert into activity (id, programme_id, organisation_id, kind, title, place, from_day, to_day, planned_minutes, audience)
		values ($1, $2, $3, 'INTERNSHIP', 'T', 'P', '2026-01-01', '2026-12-31', 0, '{}')`, activity, o.programme, lead)
	o.exec(`insert into enrolment (id, programme_id, activity_id, participation_id, person_id, state, from_day, to_day, planned_minutes, origin, audience)
		values ($1, $2, $3, $4, $5, 'ENROLLED', '2026-04-01', '2026-09-30', 0, 'ENTERED', '{}')`, enrolment, o.programme, activity, participation, person)
	o.exec(`insert into placement (id, programme_id, participation_id, person_id, opening_id, company_id, site_id, organisation_id, enrolment_id, state, state_since,
			from_day, to_day, weekly_minutes, host_tutor, origin, audience)
		select $1, o.programme_id, $2, $3, o.id, o.company_id, o.site_id, o.organisation_id, $4, $5, '2026-03-18', o.from_day, o.to_day, 510, 'T', 'ENTERED', '{}'
		from opening o where o.id = $6`, id, participation, person, enrolment, state, opening)
	return id
}

func TestSeatsFollowTheInternships(t *testing.T) {
	o := newOffice(t)
	_, site := o.registered("AIAS", 1)
	in := o.seats("AIAS", site)
	_, err := o.offer(o.scout("AIAS"), in)
	o.must(err)
	tutor := o.actor(o.orgs["UISP"], access.Staff) // whoever drafts an internship sees the opening, and needs no right over it
	count := func(want string) {
		t.Helper()
		o.must(o.as(tutor, func(ctx context.Context, tx *postgres.Tx) error { return company.Seats(ctx, tx, in.ID) }))
		if got := one[string](o, "select concat_ws('|', state, revision) from opening"); got != want {
			t.Errorf("the opening is %s, want %s", got, want)
		}
	}
	count("OPEN|1")
	first := o.intern(in.ID, "DRAFT")
	count("OPEN|1")
	o.intern(in.ID, "RUNNING")
	count("FILLED|2")
	count("FILLED|2")
	o.exec("update placement set state = 'CANCELLED' where id = $1", first)
	count("OPEN|3")
	o.must(o.close(o.scout("AIAS"), in.ID, nil))
	o.intern(in.ID, "RUNNING")
	count("CLOSED|4")
	if got := one[int](o, "select count(*) from outbox where act = 'countSeats' and subject_id = $1", in.ID); got != 2 {
		t.Errorf("%d news of seats, want one for each change", got)
	}
}
