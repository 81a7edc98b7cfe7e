package allowance_test

import (
	"context"
	"sync"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/allowance"
	"github.com/lavoroincorso/lavoro/internal/placement"
	"github.com/lavoroincorso/lavoro/internal/placement/placementtest"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// till is an office whose internships commit what they cost.
type till struct {
	*placementtest.Office
	room placement.Room
}

func newTill(t *testing.T) *till {
	return &till{Office: placementtest.New(t), room: placement.Room{OnState: []func(context.Context, *postgres.Tx, event.Transition) error{allowance.FollowCommitments}}}
}

// drafted is an internship of 20 hours a week, from the first Monday of March for six months.
func (c *till) drafted() uuid.UUID {
	c.T.Helper()
	person := c.Active(placementtest.Who{})
	c.Certify(person, c.Today)
	opening, _ := c.Opening(placementtest.Seats{})
	id := uuid.Must(uuid.NewV7())
	c.Must(c.As(c.System(), func(ctx context.Context, tx *postgres.Tx) error {
		return c.room.Draft(ctx, tx, placement.DraftInput{ID: id, Participation: person, Opening: opening, FromDay: c.Today, HostTutor: "Capo cucina", Origin: "ENTERED"})
	}))
	return id
}

func (c *till) confirm(id uuid.UUID) error {
	return c.As(c.System(), func(ctx context.Context, tx *postgres.Tx) error {
		return c.room.Confirm(ctx, tx, placement.ConfirmInput{Step: placement.Step{Placement: id}, Convention: "P-1"})
	})
}

// on does an act on an internship on a day.
func (c *till) on(day string, act func(context.Context, *postgres.Tx) error) {
	c.T.Helper()
	c.Today = calendar.MustDay(day)
	c.Must(c.As(c.System(), func(ctx context.Context, tx *postgres.Tx) error {
		tx.Acknowledge([]string{placement.CommunicatedLate.String(), placement.SuspensionShort.String()}, "prova")
		return act(ctx, tx)
	}))
}

// running is an internship that was begun on its first day.
func (c *till) running() uuid.UUID {
	c.T.Helper()
	id := c.drafted()
	step := placement.Step{Placement: id}
	c.Must(c.confirm(id))
	c.on("2026-03-02", func(ctx context.Context, tx *postgres.Tx) error { return c.room.SignProject(ctx, tx, step) })
	c.on("2026-03-02", func(ctx context.Context, tx *postgres.Tx) error {
		return c.room.Communicate(ctx, tx, placement.CommunicateInput{Step: step, Code: "U-1"})
	})
	c.on("2026-03-02", func(ctx context.Context, tx *postgres.Tx) error { return c.room.Start(ctx, tx, step) })
	return id
}

// committed says what an internship commits, by month.
func (c *till) committed(id uuid.UUID) string {
	c.T.Helper()
	return placementtest.One[string](c.Office, `select coalesce(string_agg(concat_ws(' ', to_char(month, 'MM'), cents), ', ' order by month), '') from
		(select p.month, sum(p.cents) as cents from budget_posting p join budget_line l on l.id = p.budget_line_id and l.code = 'internship_allowance_asl'
		 where p.subject_id = $1 and p.kind = 'COMMITTED' group by 1 having sum(p.cents) <> 0) m`, id)
}

func (c *till) stands(what string, id uuid.UUID, want string) {
	c.T.Helper()
	if got := c.committed(id); got != want {
		c.T.Errorf("%s: %s, want %s", what, got, want)
	}
}

// whole is 20 hours a week at 4 euro from 2 March to 1 September.
const whole = "03 34287, 04 34287, 05 35433, 06 34287, 07 35433, 08 35433, 09 1147"

func TestAnAgreedInternshipCommitsItsMonths(t *testing.T) {
	c := newTill(t)
	id := c.drafted()
	c.stands("a draft", id, "")
	c.Must(c.confirm(id))
	c.stands("agreed", id, whole)
	postings := placementtest.One[int](c.Office, "select count(*) from budget_posting")
	c.on("2026-03-02", func(ctx context.Context, tx *postgres.Tx) error {
		return c.room.SignProject(ctx, tx, placement.Step{Placement: id})
	})
	if n := placementtest.One[int](c.Office, "select count(*) from budget_posting"); n != postings {
		t.Errorf("a signature has booked %d times", n-postings)
	}
	c.on("2026-03-03", func(ctx context.Context, tx *postgres.Tx) error {
		return c.room.Cancel(ctx, tx, placement.ReasonInput{Step: placement.Step{Placement: id}, Reason: "PERSONAL"})
	})
	c.stands("given up", id, "")
}

func TestASuspensionAndAnEarlyEndCommitTheDifference(t *testing.T) {
	c := newTill(t)
	id := c.running()
	c.stands("begun", id, whole)
	step := placement.Step{Placement: id}
	c.on("2026-04-01", func(ctx context.Context, tx *postgres.Tx) error {
		return c.room.Suspend(ctx, tx, placement.ReasonInput{Step: step, Reason: "ILLNESS"})
	})
	c.stands("ill for thirty days at least", id, "03 34287, 05 35433, 06 34287, 07 35433, 08 35433, 09 1147")
	c.on("2026-05-11", func(ctx context.Context, tx *postgres.Tx) error { return c.room.Resume(ctx, tx, step) })
	c.stands("back after forty days", id, "03 34287, 05 24000, 06 34287, 07 35433, 08 35433, 09 1147")
	c.on("2026-06-07", func(ctx context.Context, tx *postgres.Tx) error {
		return c.room.Interrupt(ctx, tx, placement.ReasonInput{Step: step, Reason: "PERSONAL"})
	})
	c.stands("broken off", id, "03 34287, 05 24000, 06 8000")
	if n := placementtest.One[int](c.Office, "select count(*) from budget_posting where cents > 0 and posted_at <> (select min(posted_at) from budget_posting)"); n != 0 {
		t.Errorf("%d postings have added to what was promised", n)
	}
}

// Rules that change what hours are paid change what internships may still cost, from the days on that they are of.
func TestWhatIsCommittedFollowsTheRules(t *testing.T) {
	c := newTill(t)
	id := c.running()
	version := uuid.New()
	c.Exec(`with v as (insert into policy_version (id, programme_id, number, valid_from, applied_at, rules_hash, audience)
			select $1, programme_id, number + 1, '2026-08-01', applied_at, 'test', audience from policy_version order by number desc limit 1 returning *)
		insert into policy_rule (id, version_id, position, code, value, unit, label, source, confirmed, audience)
		select gen_random_uuid(), v.id, r.position, r.code, case when r.code = 'allowance.hourly_rate' then '200'::jsonb else r.value end, r.unit, r.label, r.source, r.confirmed, r.audience
		from v join policy_version b on b.number = v.number - 1 join policy_rule r on r.version_id = b.id`, version)
	c.on("2026-03-10", func(ctx context.Context, tx *postgres.Tx) error {
		return allowance.FollowRules(ctx, tx, []event.Event{{News: event.News{SubjectKind: "PolicyVersion", Subject: version}}})
	})
	c.stands("half of it from August on", id, "03 34287, 04 34287, 05 35433, 06 34287, 07 35433, 08 17717, 09 573")
}

// TestWhatIsOwedIsNoLongerCommitted: the statement of a month takes the place of what was committed for it, and months that had no register before go.
func TestWhatIsOwedIsNoLongerCommitted(t *testing.T) {
	c := newTill(t)
	id := c.running()
	c.Today = calendar.MustDay("2026-05-10")
	c.Exec(`insert into attendance (id, programme_id, enrolment_id, activity_id, participation_id, person_id, kind, day, from_minute, to_minute, standing, recorded_by, recorded_at, origin, audience)
		select gen_random_uuid(), e.programme_id, e.id, e.activity_id, e.participation_id, e.person_id, 'PRESENCE', '2026-04-07', 540, 780, 'COUNTED', gen_random_uuid(), '2026-04-07 13:00Z', 'ENTERED', e.audience
		from enrolment e join placement p on p.enrolment_id = e.id where p.id = $1`, id)
	c.Exec(`insert into register_month (id, programme_id, enrolment_id, activity_id, participation_id, company_id, month, state, state_since, minutes, presence_days, content_hash, audience)
		select gen_random_uuid(), e.programme_id, e.id, e.activity_id, e.participation_id, e.company_id, '2026-04-01', 'LOCKED', '2026-05-02', 240, 1, sha256('x'), e.audience
		from enrolment e join placement p on p.enrolment_id = e.id where p.id = $1`, id)
	c.Must(c.As(c.System(), func(ctx context.Context, tx *postgres.Tx) error {
		_, err := allowance.Compute(ctx, tx, allowance.Month{Participation: placementtest.One[uuid.UUID](c.Office, "select participation_id from placement where id = $1", id), Month: calendar.MustMonth("2026-04")})
		return err
	}))
	c.stands("April is owed, nobody came in March", id, "05 35433, 06 34287, 07 35433, 08 35433, 09 1147")
	if got := placementtest.One[int](c.Office, "select sum(cents)::int from budget_posting where kind = 'ACCRUED'"); got != 1600 {
		t.Errorf("%d cents owed", got)
	}
}

func TestNoMoreIsCommittedThanALineHasLeft(t *testing.T) {
	c := newTill(t)
	first, second := c.drafted(), c.drafted()
	c.Exec("update budget_line set amount_cents = 300000 where code = 'internship_allowance_asl'")
	c.Must(c.confirm(first))
	short := func(err error) {
		t.Helper()
		if list, _ := refusal.As(err); !list.Has(programme.LineUncovered) {
			t.Errorf("%v, want LINE_UNCOVERED", err)
		}
	}
	short(c.confirm(second))
	c.stands("refused", second, "")
	if state := placementtest.One[string](c.Office, "select state from placement where id = $1", second); state != "DRAFT" {
		t.Errorf("the refused internship is %s", state)
	}
	c.Exec("update budget_line set amount_cents = 420614 where code = 'internship_allowance_asl'") // a cent more than twice the whole is needed
	c.Must(c.confirm(second))
	c.stands("covered to the cent", second, whole)
}

// Of internships that are agreed at the same moment only so many are as the line has money for, and none of it is taken twice.
func TestTheLastMoneyIsTakenOnce(t *testing.T) {
	const rivals, places = 6, 2
	for range 4 {
		c := newTill(t)
		var ids []uuid.UUID
		for range rivals {
			ids = append(ids, c.drafted())
		}
		c.Exec("update budget_line set amount_cents = 210307 * 3 - 1 where code = 'internship_allowance_asl'")
		var wait sync.WaitGroup
		begin, errs := make(chan struct{}), make([]error, rivals)
		for i, id := range ids {
			wait.Go(func() {
				<-begin
				errs[i] = c.confirm(id)
			})
		}
		close(begin)
		wait.Wait()
		done := 0
		for _, err := range errs {
			if list, _ := refusal.As(err); err == nil {
				done++
			} else if !list.Has(programme.LineUncovered) {
				t.Errorf("%v, want LINE_UNCOVERED", err)
			}
		}
		if cents := placementtest.One[int](c.Office, "select sum(cents)::int from budget_posting where kind = 'COMMITTED'"); done != places || cents != places*210307 {
			t.Errorf("%d were agreed, and commit %d", done, cents)
		}
	}
}

// extend gives an internship another last day.
func (c *till) extend(id uuid.UUID, until string, acknowledged ...string) error {
	return c.As(c.System(), func(ctx context.Context, tx *postgres.Tx) error {
		tx.Acknowledge(acknowledged, "Rimodulazione chiesta")
		return c.room.Extend(ctx, tx, placement.ExtendInput{Step: placement.Step{Placement: id}, ToDay: calendar.MustDay(until), Reason: "AIMS_NEED_TIME", Attestation: "ATT-1"})
	})
}

// An extension commits what its days may cost, and is refused before it stands where the line has not so much left: foreseen for a day, and held to the end.
func TestAnExtensionCommitsItsDays(t *testing.T) {
	c := newTill(t)
	id := c.running()
	c.room.ExtendGates = []placement.Gate{allowance.ExtendGate}
	foreseen := func() (refused bool) {
		c.Must(c.As(c.System(), func(ctx context.Context, tx *postgres.Tx) error {
			all, err := c.room.AllowedActs(ctx, tx, []uuid.UUID{id})
			for _, a := range all[id] {
				refused = refused || a.Act == string(access.ExtendPlacement) && refusal.List(a.Refusals).Has(programme.LineUncovered)
			}
			return err
		}))
		return refused
	}
	short := func(err error) {
		t.Helper()
		if list, _ := refusal.As(err); !list.Has(programme.LineUncovered) {
			t.Errorf("%v, want LINE_UNCOVERED", err)
		}
	}
	c.Today = calendar.MustDay("2026-08-20")
	const longer = "03 34287, 04 34287, 05 35433, 06 34287, 07 35433, 08 35433, 09 34287, 10 17147"
	c.Exec("update budget_line set amount_cents = 210307 where code = 'internship_allowance_asl'") // what it commits already, and no more
	short(c.extend(id, "2026-10-15"))
	c.stands("refused", id, whole)
	if last := placementtest.One[string](c.Office, "select to_day::text from placement where id = $1", id); last != "2026-09-01" || !foreseen() {
		t.Errorf("refused, and it lasts until %s; foreseen %v", last, foreseen())
	}
	c.Exec("update budget_line set amount_cents = 210307 + 50286 where code = 'internship_allowance_asl'") // a cent less than it needs
	if foreseen() {
		t.Error("a day more is covered, and foreseen as refused")
	}
	short(c.extend(id, "2026-10-15"))
	c.Exec("update budget_line set amount_cents = 210307 + 50287 where code = 'internship_allowance_asl'")
	c.Must(c.extend(id, "2026-10-15"))
	c.stands("extended", id, longer)
	c.on("2026-09-20", func(ctx context.Context, tx *postgres.Tx) error {
		return c.room.Interrupt(ctx, tx, placement.ReasonInput{Step: placement.Step{Placement: id}, Reason: "JOB_FOUND"})
	})
	c.stands("broken off", id, "03 34287, 04 34287, 05 35433, 06 34287, 07 35433, 08 35433, 09 22860")
}

// Where the rules let a line be passed, an extension beyond it needs to be acknowledged.
func TestAnExtensionBeyondALineIsAcknowledged(t *testing.T) {
	c := newTill(t)
	id := c.running()
	c.Exec("update budget_line set amount_cents = 100 where code = 'internship_allowance_asl'")
	(&house{t: t, owner: c.Owner}).newRule(99, "2026-03-01", "budget.beyond_line", `"ACKNOWLEDGE"`)
	c.Today = calendar.MustDay("2026-08-20")
	if list, _ := refusal.As(c.extend(id, "2026-09-30")); !list.Has(programme.LineUncovered) {
		t.Errorf("unread: %v", list)
	}
	c.Must(c.extend(id, "2026-09-30", programme.LineUncovered.String()))
}

// Of internships that are extended at the same moment only so many are as the line has money for.
func TestTheLastMoneyExtendsOnce(t *testing.T) {
	c := newTill(t)
	var ids []uuid.UUID
	for range 4 {
		ids = append(ids, c.running())
		c.Today = placementtest.Monday
	}
	c.Today = calendar.MustDay("2026-08-20")
	c.Exec("update budget_line set amount_cents = 4 * 210307 + 2 * 33140 where code = 'internship_allowance_asl'")
	var wait sync.WaitGroup
	begin, errs := make(chan struct{}), make([]error, len(ids))
	for i, id := range ids {
		wait.Go(func() {
			<-begin
			errs[i] = c.extend(id, "2026-09-30")
		})
	}
	close(begin)
	wait.Wait()
	done := 0
	for _, err := range errs {
		if list, _ := refusal.As(err); err == nil {
			done++
		} else if !list.Has(programme.LineUncovered) {
			t.Errorf("%v, want LINE_UNCOVERED", err)
		}
	}
	if cents := placementtest.One[int](c.Office, "select sum(cents)::int from budget_posting where kind = 'COMMITTED'"); done != 2 || cents != 4*210307+2*33140 {
		t.Errorf("%d were extended, and all commit %d", done, cents)
	}
}

// What no line covers is foreseen for each internship by itself, and neither booked nor held; what has to be acknowledged only is no refusal.
func TestWhatNoLineCoversIsForeseen(t *testing.T) {
	c := newTill(t)
	first, second, running := c.drafted(), c.drafted(), c.running()
	c.on("2026-04-01", func(ctx context.Context, tx *postgres.Tx) error {
		return c.room.Suspend(ctx, tx, placement.ReasonInput{Step: placement.Step{Placement: running}, Reason: "ILLNESS"})
	})
	c.room.CommitGates = []placement.Gate{allowance.CommitGate}
	foreseen := func(id uuid.UUID, act access.Act) (found bool) {
		c.Must(c.As(c.System(), func(ctx context.Context, tx *postgres.Tx) error {
			if _, err := tx.ExecContext(ctx, "set transaction read only"); err != nil {
				return err
			}
			all, err := c.room.AllowedActs(ctx, tx, []uuid.UUID{first, second, running})
			for _, a := range all[id] {
				if a.Act == string(act) {
					found = refusal.List(a.Refusals).Has(programme.LineUncovered)
				} else if refusal.List(a.Refusals).Has(programme.LineUncovered) {
					t.Errorf("%s: %v", a.Act, a.Refusals)
				}
			}
			return err
		}))
		return found
	}
	c.Today = calendar.MustDay("2026-03-02")
	c.Exec("update budget_line set amount_cents = 210307 * 2 where code = 'internship_allowance_asl'")
	for _, id := range []uuid.UUID{first, second} {
		if foreseen(id, access.ConfirmPlacement) {
			t.Error("what the line covers is refused")
		}
	}
	c.Must(c.confirm(first))
	if !foreseen(second, access.ConfirmPlacement) {
		t.Error("what the line does not cover is not foreseen")
	}
	c.Today = calendar.MustDay("2026-04-06") // thirty days were taken for ill, and it would go on after five
	if c.Exec("update budget_line set amount_cents = amount_cents - 30000 where code = 'internship_allowance_asl'"); !foreseen(running, access.ResumePlacement) {
		t.Error("that the line does not cover what goes on earlier is not foreseen")
	}
	err := c.As(c.System(), func(ctx context.Context, tx *postgres.Tx) error {
		tx.Acknowledge([]string{placement.SuspensionShort.String()}, "prova")
		return c.room.Resume(ctx, tx, placement.Step{Placement: running})
	})
	if list, _ := refusal.As(err); !list.Has(programme.LineUncovered) {
		t.Errorf("%v, want LINE_UNCOVERED", err)
	}
	(&house{t: t, owner: c.Owner}).newRule(99, "2026-03-01", "budget.beyond_line", `"ACKNOWLEDGE"`)
	if foreseen(second, access.ConfirmPlacement) {
		t.Error("what needs to be acknowledged only is refused")
	}
}

func TestBeyondALineWhatTheRulesSay(t *testing.T) {
	c := newTill(t)
	id := c.drafted()
	c.Exec("update budget_line set amount_cents = 100 where code = 'internship_allowance_asl'")
	(&house{t: t, owner: c.Owner}).newRule(99, "2026-03-01", "budget.beyond_line", `"ACKNOWLEDGE"`)
	err := c.confirm(id)
	if list, _ := refusal.As(err); !list.Has(programme.LineUncovered) {
		t.Errorf("unread: %v", err)
	}
	c.Must(c.As(c.System(), func(ctx context.Context, tx *postgres.Tx) error {
		tx.Acknowledge([]string{programme.LineUncovered.String()}, "Rimodulazione chiesta")
		return c.room.Confirm(ctx, tx, placement.ConfirmInput{Step: placement.Step{Placement: id}, Convention: "P-1"})
	}))
	c.stands("acknowledged", id, whole)
}

func TestAfford(t *testing.T) {
	c := newTill(t)
	line := placementtest.One[uuid.UUID](c.Office, "update budget_line set amount_cents = 300000 where code = 'internship_allowance_asl' returning id")
	plan := allowance.Plan{Programme: c.Programme, Organisation: c.Orgs["CARRARA"], Kind: "INTERNSHIP", From: calendar.MustDay("2026-03-02"), Months: 6, WeeklyMinutes: 1200}
	ask := func(actor access.Actor) (a *allowance.Affordability) {
		t.Helper()
		c.Must(c.As(actor, func(ctx context.Context, tx *postgres.Tx) (err error) {
			a, err = allowance.Afford(ctx, tx, plan)
			return err
		}))
		return a
	}
	officer := c.Actor(c.Orgs["ASL"], access.PaymentsOfficer)
	if a := ask(c.Coordinator("CARRARA")); a != nil {
		t.Errorf("who does not see the line was told %+v", a)
	}
	a := ask(officer)
	if a == nil || !a.Affordable || a.Cost != 210307 || a.ToDay.String() != "2026-09-01" || len(a.Lines) != 1 || a.Lines[0].BudgetLine != line || a.Lines[0].Left != 300000-210307 || !a.Lines[0].ExhaustedOn.IsZero() {
		t.Fatalf("one more: %+v", a)
	}
	c.Must(c.confirm(c.drafted()))
	if a = ask(officer); a.Affordable || a.Lines[0].Free != 300000-210307 || a.Lines[0].Left != 300000-2*210307 {
		t.Errorf("a second one: %+v", a)
	}
	plan.From, plan.Months, plan.WeeklyMinutes = calendar.MustDay("2026-09-02"), 2, 600
	if a = ask(officer); !a.Affordable {
		t.Errorf("two months more, of ten hours: %+v", a)
	}
	c.Must(c.As(c.System(), func(ctx context.Context, tx *postgres.Tx) error {
		return programme.Post(ctx, tx, c.Programme, []programme.Posting{{Line: line, Kind: programme.Accrued, Cents: 90000, SubjectKind: "AllowanceStatement", Subject: uuid.New()}})
	}))
	// 210,000 cents are left at a thousand a day: when the plan begins 184,000 are spent, and from then on it costs 571 a day more.
	if a = ask(officer); a.Lines[0].ExhaustedOn.String() != "2026-09-19" {
		t.Errorf("used up on %s", a.Lines[0].ExhaustedOn)
	}
	plan.Months, plan.WeeklyMinutes, plan.Kind = 0, 0, "NONE"
	err := c.As(officer, func(ctx context.Context, tx *postgres.Tx) error {
		_, err := allowance.Afford(ctx, tx, plan)
		return err
	})
	if list, _ := refusal.As(err); len(list) != 3 {
		t.Errorf("nonsense: %v", err)
	}
}
