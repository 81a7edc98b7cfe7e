package programme_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/activity"
	"github.com/lavoroincorso/lavoro/internal/allowance"
	"github.com/lavoroincorso/lavoro/internal/attendance"
	"github.com/lavoroincorso/lavoro/internal/participant"
	"github.com/lavoroincorso/lavoro/internal/placement/placementtest"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// audit is a course of CARRARA with two people and one of MONTIGNOSO, with hours in two months, and an auditor.
type audit struct {
	*placementtest.Office
	people participant.Room
	lead   access.Actor
	member uuid.UUID
	course map[string]uuid.UUID
	// enrolled is each person's enrolment.
	enrolled map[uuid.UUID]uuid.UUID
}

func newAudit(t *testing.T) *audit {
	a := &audit{Office: placementtest.New(t), course: map[string]uuid.UUID{}, enrolled: map[uuid.UUID]uuid.UUID{}}
	a.lead = a.Actor(a.Orgs["ASL"], access.Coordinator)
	a.member = uuid.New()
	a.Exec("insert into member (id, issuer, subject, email, name, audience) values ($1, 'test', 'revisore', 'revisore@example.org', 'Prova', array[$2::uuid])", a.member, a.Orgs["ASL"])
	return a
}

// entrusted gives an active person of a partner, enrolled in its course.
func (a *audit) entrusted(org string) uuid.UUID {
	a.T.Helper()
	person := a.Active(placementtest.Who{Organisation: org})
	id := uuid.Must(uuid.NewV7())
	a.Must(a.As(a.System(), func(ctx context.Context, tx *postgres.Tx) error {
		if a.course[org] == uuid.Nil {
			a.course[org] = uuid.Must(uuid.NewV7())
			if err := activity.Plan(ctx, tx, activity.Planned{ID: a.course[org], Programme: a.Programme, Organisation: a.Orgs[org], Kind: "COURSE", Title: "Corso", Place: "Carrara",
				From: a.Today, To: a.Today.AddDays(90), PlannedMinutes: 6000}); err != nil {
				return err
			}
		}
		return activity.Enrol(ctx, tx, activity.Enrolling{ID: id, Activity: a.course[org], Participation: person, Origin: "ENTERED"})
	}))
	a.enrolled[person] = id
	return person
}

// work records four hours of a person on a day, and works the month out.
func (a *audit) work(person uuid.UUID, day calendar.Day) {
	a.T.Helper()
	a.Today = day
	a.Must(a.As(a.System(), func(ctx context.Context, tx *postgres.Tx) error {
		answers, err := attendance.Record(ctx, tx, attendance.Source{Origin: "ENTERED"}, []attendance.Entry{{ID: uuid.Must(uuid.NewV7()), Enrolment: a.enrolled[person], Kind: attendance.Presence, Day: day,
			From: calendar.MustLocalTime("09:00"), To: calendar.MustLocalTime("13:00"), Note: "annotazione"}})
		if err != nil {
			return err
		}
		if !answers[0].Written {
			return fmt.Errorf("not written: %v", answers[0].Refusals)
		}
		_, err = allowance.Compute(ctx, tx, allowance.Month{Participation: person, Month: day.Month()})
		return err
	}))
}

// auditor is what the grants of the day make of the member.
func (a *audit) auditor() access.Actor {
	a.T.Helper()
	actor := access.Actor{Member: a.member}
	rows, err := a.Owner.Query(a.T.Context(), "select role, programme_id, key from access_grant where member_id = $1 and from_day <= $2 and (to_day is null or to_day >= $2)", a.member, a.Today.String())
	a.Must(err)
	defer rows.Close()
	for rows.Next() {
		var g access.Grant
		a.Must(rows.Scan(&g.Role, &g.Programme, &g.Key))
		actor.Grants = append(actor.Grants, g)
	}
	return actor
}

// sees counts a table's rows as an actor.
func (a *audit) sees(actor access.Actor, table string) (n int) {
	a.T.Helper()
	a.Must(a.As(actor, func(ctx context.Context, tx *postgres.Tx) error {
		return tx.NewRaw("select count(*) from "+table).Scan(ctx, &n)
	}))
	return n
}

func (a *audit) open(in programme.MandateInput) (id uuid.UUID, err error) {
	err = a.As(a.lead, func(ctx context.Context, tx *postgres.Tx) error {
		id, err = programme.OpenMandate(ctx, tx, in)
		return err
	})
	return id, err
}

// wants checks what the auditor sees of each table.
func (a *audit) wants(when string, want map[string]int) {
	a.T.Helper()
	actor := a.auditor()
	for table, n := range want {
		if got := a.sees(actor, table); got != n {
			a.T.Errorf("%s: the auditor sees %d rows of %s, want %d", when, got, table, n)
		}
	}
}

// TestAnAuditorReadsByMandate: register and money of the body within the period, people of the sample only, what is written later too, and
// nothing once the mandate is closed.
func TestAnAuditorReadsByMandate(t *testing.T) {
	a := newAudit(t)
	first := a.Today
	drawn, other, elsewhere := a.entrusted("CARRARA"), a.entrusted("CARRARA"), a.entrusted("MONTIGNOSO")
	for _, p := range []uuid.UUID{drawn, other, elsewhere} {
		a.work(p, first)
		a.work(p, first.AddDays(40))
	}
	a.wants("before", map[string]int{"attendance": 0, "allowance": 0, "participation": 0, "person": 0})
	period := first.Month()
	a.Must(a.As(a.lead, func(ctx context.Context, tx *postgres.Tx) error {
		_, err := a.people.RecordProof(ctx, tx, participant.ProofInput{Participation: drawn, Requirement: "IN_CHARGE", Document: "prot. 2026/1187"})
		return err
	}))
	id, err := a.open(programme.MandateInput{Programme: a.Programme, Organisation: a.Orgs["CARRARA"], Member: a.member, From: period.First(), To: period.Last(),
		EndsOn: a.Today.AddDays(30), Document: "Incarico 12/2026", Sample: []uuid.UUID{drawn, drawn}})
	a.Must(err)
	a.wants("open", map[string]int{"attendance": 2, "allowance": 2, "enrolment": 2, "participation": 1, "person": 1, "person_code": 1, "verdict": 1, "requirement_proof": 1,
		"participation_group": 0, "intern_card": 0, "match": 0, "mandate": 1, "mandate_sample": 1})
	// What is written later is opened too, when it falls into the period.
	a.work(other, first.AddDays(1))
	a.work(other, first.AddDays(41))
	a.wants("written later", map[string]int{"attendance": 3, "allowance": 2})
	// A new team's keys do not take the auditor's away, and a hand-over does not show him more.
	tutor := a.Member("TUTOR", "CARRARA")
	a.Must(a.As(a.System(), func(ctx context.Context, tx *postgres.Tx) error {
		return a.people.AssignTeam(ctx, tx, participant.TeamInput{Participation: drawn, Tutor: &tutor})
	}))
	a.wants("another team", map[string]int{"attendance": 3, "participation": 1, "person": 1})
	a.Must(a.As(a.lead, func(ctx context.Context, tx *postgres.Tx) error {
		return programme.DrawSample(ctx, tx, id, []uuid.UUID{other}, nil)
	}))
	a.wants("one more drawn", map[string]int{"participation": 2, "person": 2, "mandate_sample": 2})
	keys := placementtest.One[int](a.Office, "select count(*)::int from attendance where scope_key('MANDATE', programme_id, $1) = any (audience)", id)
	if keys != 3 {
		t.Errorf("%d entries carry the mandate's key, want 3", keys)
	}
	a.Must(a.As(a.lead, func(ctx context.Context, tx *postgres.Tx) error { return programme.CloseMandate(ctx, tx, id, nil) }))
	a.wants("closed", map[string]int{"attendance": 0, "allowance": 0, "participation": 0, "person": 0, "mandate": 0})
	if left := placementtest.One[int](a.Office, `select (select count(*) from attendance where scope_key('MANDATE', programme_id, $1) = any (audience))::int
		+ (select count(*) from person where audience && array[scope_key('SAMPLE', $2, $1)])::int`, id, a.Programme); left != 0 {
		t.Errorf("%d rows carry the closed mandate's keys", left)
	}
	wantsCodes(t, a.As(a.lead, func(ctx context.Context, tx *postgres.Tx) error { return programme.CloseMandate(ctx, tx, id, nil) }), programme.MandateIsClosed)
}

// TestAMandateOverTheLeadBodyOpensTheJournals, those written before and after, until it is closed; one over a partner does not.
func TestAMandateOverTheLeadBodyOpensTheJournals(t *testing.T) {
	a := newAudit(t)
	person := a.Referred(placementtest.Who{})
	in := programme.MandateInput{Programme: a.Programme, Organisation: a.Orgs["CARRARA"], Member: a.member, From: a.Today, To: a.Today, EndsOn: a.Today, Document: "Incarico 12/2026"}
	partner, err := a.open(in)
	a.Must(err)
	a.wants("over a partner", map[string]int{"journal": 0})
	a.Must(a.As(a.lead, func(ctx context.Context, tx *postgres.Tx) error { return programme.CloseMandate(ctx, tx, partner, nil) }))
	in.Organisation = a.Orgs["ASL"]
	whole, err := a.open(in)
	a.Must(err)
	all := func() int { return placementtest.One[int](a.Office, "select count(*)::int from journal") }
	a.wants("over the lead body", map[string]int{"journal": all()})
	a.Must(a.As(a.lead, func(ctx context.Context, tx *postgres.Tx) error {
		_, err := a.people.RecordProof(ctx, tx, participant.ProofInput{Participation: person, Requirement: "IN_CHARGE", Document: "prot. 1"})
		return err
	}))
	a.wants("written later", map[string]int{"journal": all()})
	a.Must(a.As(a.lead, func(ctx context.Context, tx *postgres.Tx) error { return programme.CloseMandate(ctx, tx, whole, nil) }))
	a.wants("closed", map[string]int{"journal": 0})
}

func wantsCodes(t *testing.T, err error, want ...*refusal.Code) {
	t.Helper()
	list, _ := refusal.As(err)
	for _, c := range want {
		if !list.Has(c) {
			t.Errorf("got %v, want %s", err, c)
		}
	}
	if len(list) != len(want) {
		t.Errorf("got %v, want %d refusals", err, len(want))
	}
}

// TestAMandateIsRefused where it would open what it should not, or to somebody who works on what he would check.
func TestAMandateIsRefused(t *testing.T) {
	a := newAudit(t)
	mine, elsewhere := a.Referred(placementtest.Who{}), a.Referred(placementtest.Who{Organisation: "MONTIGNOSO"})
	good := func() programme.MandateInput {
		return programme.MandateInput{Programme: a.Programme, Organisation: a.Orgs["CARRARA"], Member: a.member, From: a.Today, To: a.Today.AddDays(10), EndsOn: a.Today, Document: "x"}
	}
	for name, c := range map[string]struct {
		change func(*programme.MandateInput)
		want   []*refusal.Code
	}{
		"backwards":        {func(in *programme.MandateInput) { in.From = in.To.AddDays(1) }, []*refusal.Code{refusal.InvalidValue}},
		"past":             {func(in *programme.MandateInput) { in.EndsOn = a.Today.AddDays(-1) }, []*refusal.Code{refusal.InvalidValue}},
		"no paper":         {func(in *programme.MandateInput) { in.Document = " " }, []*refusal.Code{refusal.InvalidValue}},
		"another body":     {func(in *programme.MandateInput) { in.Organisation = uuid.New() }, []*refusal.Code{refusal.NotFound}},
		"nobody":           {func(in *programme.MandateInput) { in.Member = uuid.New() }, []*refusal.Code{refusal.NotFound}},
		"a tutor":          {func(in *programme.MandateInput) { in.Member = a.Tutor }, []*refusal.Code{programme.MandateInvolved}},
		"a stranger drawn": {func(in *programme.MandateInput) { in.Sample = []uuid.UUID{mine, uuid.New()} }, []*refusal.Code{refusal.NotFound}},
		"outside drawn":    {func(in *programme.MandateInput) { in.Sample = []uuid.UUID{elsewhere, mine} }, []*refusal.Code{programme.OutsideMandate}},
		"the programme":    {func(in *programme.MandateInput) { in.Programme = uuid.New() }, []*refusal.Code{refusal.NotFound}},
		"everything": {func(in *programme.MandateInput) { *in = programme.MandateInput{Programme: a.Programme} },
			[]*refusal.Code{refusal.InvalidValue, refusal.InvalidValue, refusal.InvalidValue, refusal.NotFound}},
	} {
		in := good()
		c.change(&in)
		_, err := a.open(in)
		t.Run(name, func(t *testing.T) { wantsCodes(t, err, c.want...) })
	}
	if n := placementtest.One[int](a.Office, "select (select count(*) from mandate)::int + (select count(*) from mandate_sample)::int"); n != 0 {
		t.Errorf("%d rows of refused mandates", n)
	}
	for _, actor := range []access.Actor{a.Coordinator("CARRARA"), a.Actor(a.Orgs["ASL"], access.DPO, access.Administrator), a.Actor(a.Orgs["CARRARA"], access.Coordinator)} {
		err := a.As(actor, func(ctx context.Context, tx *postgres.Tx) error {
			_, err := programme.OpenMandate(ctx, tx, good())
			return err
		})
		if list, _ := refusal.As(err); !list.Has(refusal.NotAllowed) {
			t.Errorf("%v opens a mandate: %v", actor.Grants, err)
		}
	}
	if !slices.Contains(access.Acts(), access.OpenMandate) {
		t.Error("no role opens mandates")
	}
}
