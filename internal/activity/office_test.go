package activity_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/activity"
	"github.com/lavoroincorso/lavoro/internal/participant"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/platform/testdb"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/fiscal"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

var day = calendar.MustDay

// office is a programme with its partners, on a database of its own, on a day that the test moves.
type office struct {
	t         testing.TB
	db        *postgres.DB
	owner     *pgx.Conn
	programme uuid.UUID
	orgs      map[string]uuid.UUID
	today     calendar.Day
	people    participant.Room
	room      activity.Room
	persons   int
}

func newOffice(t testing.TB) *office {
	t.Helper()
	urls := testdb.New(t)
	o := &office{t: t, orgs: map[string]uuid.UUID{}, today: day("2026-03-18"), people: participant.Room{Vetoes: []participant.Veto{activity.Veto}}}
	applied, err := programme.Apply(t.Context(), urls.OwnerURL, programme.LavoroInCorso3Name, programme.LavoroInCorso3, o.clock)
	o.must(err)
	o.programme = applied.Programme
	o.owner, err = pgx.Connect(t.Context(), urls.OwnerURL)
	o.must(err)
	t.Cleanup(func() { _ = o.owner.Close(context.Background()) })
	o.db, err = postgres.Open(t.Context(), postgres.Config{URL: urls.AppURL, Keys: urls.Keys})
	o.must(err)
	t.Cleanup(o.db.Close)
	rows, err := o.owner.Query(t.Context(), "select code, id from organisation")
	o.must(err)
	var code string
	var id uuid.UUID
	_, err = pgx.ForEachRow(rows, []any{&code, &id}, func() error {
		o.orgs[code] = id
		return nil
	})
	o.must(err)
	return o
}

func (o *office) clock() time.Time { return o.today.At(calendar.MustLocalTime("10:00")) }

func (o *office) must(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
}

// coordinator leads a partner's part of the programme.
func (o *office) coordinator(org string) access.Actor {
	return o.actor(o.orgs[org], access.PartnerCoordinator)
}

func (o *office) actor(key uuid.UUID, roles ...access.Role) access.Actor {
	a := access.Actor{Member: uuid.New()}
	for _, r := range roles {
		a.Grants = append(a.Grants, access.Grant{Role: r, Programme: o.programme, Key: key})
	}
	return a
}

func (o *office) as(actor access.Actor, do func(context.Context, *postgres.Tx) error) error {
	return o.db.InTx(o.t.Context(), actor, o.clock, do)
}

// one reads a value as the owner of the tables, beside all rights.
func one[T any](o *office, sql string, args ...any) (v T) {
	o.t.Helper()
	o.must(o.owner.QueryRow(o.t.Context(), sql, args...).Scan(&v))
	return v
}

func (o *office) exec(sql string, args ...any) {
	o.t.Helper()
	_, err := o.owner.Exec(o.t.Context(), sql, args...)
	o.must(err)
}

// signed brings somebody into the programme for a partner, through the acts, up to the signature of the plan.
func (o *office) signed(org string) uuid.UUID {
	o.t.Helper()
	o.persons++
	family, given, birth := strings.Repeat(string(rune('B'+o.persons%20)), 3), "Ida", day("1990-01-01").AddDays(o.persons)
	step := participant.Step{}
	o.must(o.as(o.coordinator(org), func(ctx context.Context, tx *postgres.Tx) error {
		made, err := o.people.Refer(ctx, tx, participant.ReferInput{Programme: o.programme, FiscalCode: fiscal.MakePersonCode(family, given, birth, true, "F023").String(), GivenName: given,
			FamilyName: family, BirthDay: birth, Sex: participant.Female, Municipality: "045010", Organisation: o.orgs[org], Service: "Servizio sociale", Groups: []string{"HOUSING_EMERGENCY"}})
		if err != nil {
			return err
		}
		step.Participation = made.Participation
		for _, measure := range []string{"ADI", "GOL"} {
			_, err := o.people.RecordExclusionCheck(ctx, tx, participant.CheckInput{Participation: made.Participation, Measure: measure, Outcome: participant.Clear, Evidence: "Visura"})
			if err != nil {
				return err
			}
		}
		if _, err := o.people.CheckEligibility(ctx, tx, step); err != nil {
			return err
		}
		for _, act := range []func(context.Context, *postgres.Tx, participant.Step) error{o.people.Admit, o.people.DraftPlan, o.people.SignPlan} {
			if err := act(ctx, tx, step); err != nil {
				return err
			}
		}
		return nil
	}))
	return step.Participation
}

// course is a good plan of a course with so many seats; 0 is not limited.
func (o *office) course(org string, seats int) activity.Planned {
	p := activity.Planned{ID: uuid.New(), Programme: o.programme, Organisation: o.orgs[org], Kind: "COURSE", Title: "Sicurezza", Place: "Massa", From: day("2026-03-16"),
		To: day("2026-03-27"), PlannedMinutes: 480, Certificate: "SAFETY_GENERAL"}
	if seats > 0 {
		p.Seats = &seats
	}
	return p
}

func (o *office) plan(actor access.Actor, p activity.Planned) error {
	return o.as(actor, func(ctx context.Context, tx *postgres.Tx) error { return activity.Plan(ctx, tx, p) })
}

func (o *office) planned(org string, seats int) uuid.UUID {
	o.t.Helper()
	p := o.course(org, seats)
	o.must(o.plan(o.coordinator(org), p))
	return p.ID
}

func (o *office) enrol(actor access.Actor, course, participation uuid.UUID) (uuid.UUID, error) {
	id := uuid.New()
	return id, o.as(actor, func(ctx context.Context, tx *postgres.Tx) error {
		return activity.Enrol(ctx, tx, activity.Enrolling{ID: id, Activity: course, Participation: participation})
	})
}

func (o *office) complete(actor access.Actor, e activity.Ending) error {
	return o.as(actor, func(ctx context.Context, tx *postgres.Tx) error { return o.room.Complete(ctx, tx, e) })
}

func (o *office) withdraw(actor access.Actor, e activity.Ending) error {
	return o.as(actor, func(ctx context.Context, tx *postgres.Tx) error { return o.room.Withdraw(ctx, tx, e) })
}

// seen counts the rows of a table that the actor sees.
func (o *office) seen(actor access.Actor, table string) (n int) {
	o.t.Helper()
	o.must(o.as(actor, func(ctx context.Context, tx *postgres.Tx) error {
		return tx.NewRaw("select count(*) from "+table).Scan(ctx, &n)
	}))
	return n
}

// stands spells an enrolment.
func (o *office) stands(id uuid.UUID) string {
	o.t.Helper()
	return one[string](o, "select concat_ws('|', state, from_day, to_day, planned_minutes, revision) from enrolment where id = $1", id)
}

// refused says that the error is exactly these refusals, spelled code@path.
func refused(t testing.TB, err error, want ...string) {
	t.Helper()
	list, ok := refusal.As(err)
	var got []string
	for _, r := range list {
		got = append(got, r.Code+"@"+strings.Join(r.Path, "."))
	}
	slices.Sort(got)
	slices.Sort(want)
	if !ok || !slices.Equal(got, want) {
		t.Errorf("refusals are %v (%v), want %v", got, err, fmt.Sprint(want))
	}
}
