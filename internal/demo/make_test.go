package demo_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/lavoroincorso/lavoro/internal/allowance"
	"github.com/lavoroincorso/lavoro/internal/demo"
	"github.com/lavoroincorso/lavoro/internal/member"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
)

// TestWhole makes the demonstration as a new user gets it, and looks at everything that it promises.
func TestWhole(t *testing.T) {
	s := newSite(t, 1)
	s.make(until)
	s.countsHold(t)
	s.oddCasesExist(t)
	s.registerHolds(t)
	s.rowsByKeyHold(t)
	s.monthsHold(t)
	s.contributionsHold(t)
	s.paymentsHold(t)
	s.everyTutorHasSomethingToRecord(t)
	s.peopleMaySignIn(t)
	again, err := demo.Make(context.Background(), s.deps, until.AddDays(30), func(string) { t.Error("the second making did something") })
	must(t, err)
	if again.Made {
		t.Error("the second making made it again")
	}
}

func (s *site) countsHold(t *testing.T) {
	for _, c := range []struct {
		want int
		what string
	}{
		{285, "from participation"},
		{285, "from person"},
		{196, "from placement"},
		{120, "from company"},
		{11, "(distinct state) from placement"},
		{2, "(distinct quota_exempt) from participation_fact"},
		{285 * 4, "from participation_group"},
		{9, "(distinct organisation_id) from participation"},
		{3, "(distinct outcome) from verdict"},
		{3, "(distinct state) from opening"},
		{4, "(distinct standing) from attendance"},
		{0, "from attendance where origin not in ('DEMO', 'ENTERED')"},
		{0, "from person where origin <> 'DEMO'"},
		{0, "from participation p where entered_on is not null and not exists (select from person_bank b where b.person_id = p.person_id)"},
		{0, "from placement where state = 'RUNNING' and (started_on is null or to_day < '2026-11-20')"},
		{0, "from enrolment where state = 'ENROLLED' and to_day < '2026-11-01'"},
	} {
		query := "select count(*) " + c.what
		if strings.HasPrefix(c.what, "(") {
			query = "select count" + c.what
		}
		if n := s.count(query); n != c.want {
			t.Errorf("%s: %d, want %d", c.what, n, c.want)
		}
	}
	if n := s.groups(t); n != 12 {
		t.Errorf("%d groups, want 12", n)
	}
	for _, state := range []string{"REFERRED", "ELIGIBILITY_CHECK", "REJECTED", "EVALUATION", "PAP_DRAFT", "PAP_SIGNED", "ACTIVE", "WITHDRAWN", "COMPLETED", "FOLLOWUP_28D", "CLOSED"} {
		s.atLeast(t, 1, "from participation where state = '"+state+"'")
	}
	s.atLeast(t, 50, "from placement where state = 'RUNNING'")
	s.atLeast(t, 10_000, "from attendance where standing = 'COUNTED'")
}

// groups counts the different groups that are sealed.
func (s *site) groups(t *testing.T) int {
	t.Helper()
	rows, err := s.conn.Query(context.Background(), `select k.person_id, k.wrapped, g.id, g.sealed from participation_group g
		join participation a on a.id = g.participation_id join person_key k on k.person_id = a.person_id`)
	must(t, err)
	var person, id uuid.UUID
	var wrapped, sealed []byte
	known := map[string]bool{}
	_, err = pgx.ForEachRow(rows, []any{&person, &wrapped, &id, &sealed}, func() error {
		key, err := s.deps.DB.Keys.Unwrap(person, wrapped)
		if err != nil {
			return err
		}
		list, err := key.Open(sealed, postgres.Place{Table: "participation_group", Column: "sealed", Row: id})
		if err != nil {
			return err
		}
		var codes []string
		err = json.Unmarshal(list, &codes)
		for _, code := range codes {
			known[code] = true
		}
		return err
	})
	must(t, err)
	return len(known)
}

func (s *site) oddCasesExist(t *testing.T) {
	for what, least := range map[string]int{
		"from person_code where provisional":                                          5,
		"from person_code where not provisional and substr(code, 15, 1) ~ '[A-Z]'":    3,
		"from participation where state = 'REJECTED'":                                 10,
		"from exclusion_check where outcome = 'FOUND'":                                5,
		"from exclusion_check where outcome = 'UNKNOWN'":                              5,
		"from verdict where outcome = 'WARN'":                                         5,
		"from due where done_at is null and due_at < '2026-11-20'":                    20,
		"from due where reminders > 0":                                                20,
		"from due where escalated_at is not null":                                     5,
		"from attendance where standing = 'CONTESTED'":                                1,
		"from register_month where state = 'LOCKED'":                                  100,
		"from register_month where state = 'SUBMITTED' and company_id is not null":    3,
		"from register_month where state = 'OPEN'":                                    20,
		"from due where kind = 'register.host' and done_at is null":                   3,
		"from attendance where kind = 'ABSENCE'":                                      500,
		"from attendance where recorded_at > (day + 8)":                               20,
		"from placement_step where act = 'resumePlacement'":                           3,
		"from placement_extension where communicated_on is not null":                  5,
		"from due where kind = 'placement.communicate_extension' and done_at is null": 1,
		"from attendance a join placement_extension x on x.placement_id = a.placement_id and a.standing = 'COUNTED' where a.day > x.previous_to_day": 20,
		"from person_bank where revision = 2":                                                 3,
		"from person_bank_check where kind = 'CONFIRMED'":                                     100,
		"from match where state = 'DECLINED'":                                                 10,
		"from match where blocked":                                                            10,
		"from company c where (select count(distinct k) from unnest(c.audience) k) >= 10":     50,
		"from (select person_id from placement group by person_id having count(*) > 1) twice": 5,
	} {
		s.atLeast(t, least, what)
	}
	if s.told("communicatePlacement", "LATE") == 0 {
		t.Error("no internship was communicated late")
	}
}

// registerHolds asks the database itself, beside its own guards.
func (s *site) registerHolds(t *testing.T) {
	if n := s.count(`select count(*) from attendance a join attendance b on a.person_id = b.person_id and a.day = b.day and a.id < b.id
		and a.standing = 'COUNTED' and b.standing = 'COUNTED' and a.from_minute < b.to_minute and b.from_minute < a.to_minute`); n != 0 {
		t.Errorf("%d counted entries overlap", n)
	}
	if n := s.count(`select count(*) from (select person_id, day from attendance where standing = 'COUNTED' and kind = 'PRESENCE'
		group by 1, 2 having sum(minutes) > 480) over`); n != 0 {
		t.Errorf("%d days are over the limit", n)
	}
	if n := s.count("select count(*) from attendance where day > $1 or day < '2024-12-19' or extract(isodow from day) = 7", until.String()); n != 0 {
		t.Errorf("%d entries lie on days that are none", n)
	}
}

// monthsHold looks for months that join course and internship beyond the cap: they are cut, and say so. What is locked has statements, out of whose
// inputs the same comes again.
func (s *site) monthsHold(t *testing.T) {
	if n := s.count("select count(*) from allowance where total_cents - housing_cents <> least(accrued_cents, cap_cents)"); n != 0 {
		t.Errorf("%d months pass the cap", n)
	}
	s.atLeast(t, 1, `from allowance a where accrued_cents > 50000 and total_cents = 50000
		and exists (select 1 from allowance_line l join enrolment e on e.id = l.enrolment_id where l.allowance_id = a.id and l.kind = 'HOURS' and e.company_id is not null)
		and exists (select 1 from allowance_line l join enrolment e on e.id = l.enrolment_id where l.allowance_id = a.id and l.kind = 'HOURS' and e.company_id is null)
		and exists (select 1 from allowance_line l where l.allowance_id = a.id and l.kind = 'CAP' and l.amount_cents = 50000 - a.accrued_cents)`)
	if n := s.count(`select count(*) from (select participation_id, date_trunc('month', day) as month from attendance where kind = 'PRESENCE' and standing = 'COUNTED'
		except select participation_id, month from allowance) lacking`); n != 0 {
		t.Errorf("%d months with hours have no allowance", n)
	}
	s.atLeast(t, 100, "from allowance_statement")
	if n := s.count(`select count(*) from allowance_statement s where total_cents - housing_cents <> least(accrued_cents, cap_cents)
		or total_cents <> (select coalesce(sum(gross_cents), 0) from allowance_share h where h.statement_id = s.id)`); n != 0 {
		t.Errorf("%d statements pass the cap, or are not what is owed of them", n)
	}
	if n := s.count(`select count(*) from (select participation_id, month from register_month group by 1, 2 having bool_and(state = 'LOCKED')
		except select participation_id, month from allowance_statement) lacking`); n != 0 {
		t.Errorf("%d locked months have no statement", n)
	}
	read, err := allowance.Replay(context.Background(), s.deps.OwnerURL, func(d allowance.Difference) error {
		t.Error(d)
		return nil
	})
	if err != nil || read < 100 {
		t.Errorf("%d statements worked out again: %v", read, err)
	}
}

// contributionsHold wants somebody who is helped to live on his own and paid, one whose last receipt is missing, and one who waits for the answer.
func (s *site) contributionsHold(t *testing.T) {
	for what, least := range map[string]int{
		"from payment_line l join budget_line b on b.id = l.budget_line_id where starts_with(b.code, 'contributions') and l.state = 'PAID'": 1,
		"from housing_grant where state = 'GRANTED'":                                                                                                   2,
		"from due where kind = 'housing.receipt' and done_at is null and subject_kind = 'HousingGrant'":                                                1,
		"from due where kind = 'housing.answer' and done_at is null":                                                                                   1,
		"from housing_grant g where state = 'GRANTED' and (select count(*) from housing_receipt r where r.grant_id = g.id and r.cents > 0) = g.months": 1,
		"from housing_proof p join file f on f.id = p.file_id and f.state = 'ATTACHED'":                                                                6,
		"from allowance_line where kind = 'NOTHING' and rule = 'allowance.housing'":                                                                    1,
	} {
		s.atLeast(t, least, what)
	}
}

// signedMonths is how many months hosts sign by a code until the last day of most demonstrations.
const signedMonths = 3

// paymentsHold wants months that were paid, most of them whole, and one whose runs wait for their approval, with reasons why some people are not in
// it. What the ledger says was paid is what the lines say, and nobody was paid more than is owed.
func (s *site) paymentsHold(t *testing.T) {
	for what, want := range map[string]int{
		"(distinct up_to) from payment_run where state in ('PAID', 'PARTLY_RETURNED')":                  3,
		"(distinct payer_id) from payment_run where state in ('PAID', 'PARTLY_RETURNED') and lines > 0": 2,
		"(*) from payment_run where state = 'CHECKED'":                                                  2,
		"(*) from payment_run where state not in ('PAID', 'PARTLY_RETURNED', 'CHECKED')":                0,
		"(*) from payment_run where approvals_needed = 2":                                               1,
		"(*) from (select sum(cents) as cents from budget_posting where kind = 'PAID') b where cents <> (select sum(gross_cents) from payment_line where state = 'PAID') - (select sum(gross_cents) from recovery_part)": 0,
		`(*) from (select allowance_id, sum(gross_cents) as gross from payment_line where live group by 1) l where gross >
			(select total_cents from allowance_statement s where s.allowance_id = l.allowance_id order by number desc limit 1)
			+ coalesce((select sum(left_cents + repaid_cents) from recovery r where r.allowance_id = l.allowance_id), 0)`: 0,
		"(*) from recovery": 4,
		"(*) from recovery where recovered_cents > 0 and repaid_cents = 0":        4 - 1,
		"(*) from recovery where repaid_cents > 0 and left_cents = 0":             1,
		"(*) from recovery_plan where cardinality(months) = 3":                    1,
		"(*) from recovery_discharge where kind = 'WAIVER' and state = 'WAITING'": 1,
		"(distinct state) from allowance_contest where state <> 'REJECTED'":       2,
		"(*) from payment_line where kind = 'ARREARS' and live":                   1,
		"(*) from payment_call": 2,
		"(*) from month_signature where state = 'SIGNED' and way = 'CODE'":   signedMonths,
		"(*) from month_signature where state = 'ASKED' and way = 'LINK'":    1,
		"(*) from month_signature where state = 'BROUGHT' and way = 'PAPER'": 1,
	} {
		if n := s.count("select count" + what); n != want {
			t.Errorf("%s: %d, want %d", what, n, want)
		}
	}
	s.atLeast(t, 5, "from payment_line l join payment_run r on r.id = l.run_id where r.state = 'CHECKED' and l.blocks <> '{}'")
	s.atLeast(t, 500, "from payment_line where state = 'PAID'")
	s.atLeast(t, 5, "from payment_line where state = 'REJECTED' and code is not null")
}

// everyTutorHasSomethingToRecord wants, for each, a running internship with hours on a day of the last week that nobody has written.
func (s *site) everyTutorHasSomethingToRecord(t *testing.T) {
	rows, err := s.conn.Query(context.Background(), `select m.email from member m join access_grant g on g.member_id = m.id and g.role = 'TUTOR'
		where exists (select 1 from placement p where p.tutor_id = m.id and p.state = 'RUNNING')
		and not exists (select 1 from placement p join opening_hours h on h.opening_id = p.opening_id
			join generate_series($1::date - 6, $1::date, interval '1 day') d on extract(isodow from d) = h.weekday
			where p.tutor_id = m.id and p.state = 'RUNNING' and p.started_on <= d and p.to_day >= d
			and not exists (select 1 from attendance a where a.placement_id = p.id and a.day = d))`, until.String())
	must(t, err)
	idle, err := pgx.CollectRows(rows, pgx.RowTo[string])
	must(t, err)
	if len(idle) > 0 {
		t.Errorf("nothing is left to record for %v", idle)
	}
}

func (s *site) peopleMaySignIn(t *testing.T) {
	people, err := member.DemonstrationPeople(context.Background(), s.deps.DB)
	must(t, err)
	roles := map[string]string{}
	for _, p := range people {
		roles[strings.TrimSuffix(p.Email, "@"+demo.Domain)] = p.Role
		if p.Organisation == "" || p.Name == "" {
			t.Errorf("%s has no name or works nowhere", p.Email)
		}
	}
	for address, role := range map[string]string{
		"coordinator.asl": "COORDINATOR", "coordinator.pegaso": "PARTNER_COORDINATOR", "casemanager.carrara": "CASE_MANAGER", "tutor.pegaso": "TUTOR", "scout.gigroup": "SCOUT",
		"payments.asl": "PAYMENTS_OFFICER", "approver.asl": "APPROVER", "auditor.asl": "AUDITOR", "administrator.asl": "ADMINISTRATOR", "dpo.asl": "DPO",
		"trainer.serindform": "STAFF", "hosttutor1.azienda": "HOST_TUTOR", "participant1.persona": "PARTICIPANT", "participant2.persona": "PARTICIPANT",
	} {
		if roles[address] != role {
			t.Errorf("%s signs in as %q, want %s", address, roles[address], role)
		}
	}
}

func (s *site) atLeast(t *testing.T, least int, what string) {
	t.Helper()
	if n := s.count("select count(*) " + what); n < least {
		t.Errorf("%s: %d, want at least %d", what, n, least)
	}
}

// TestSame makes a small demonstration twice, the second time after an interruption: all tables come out the same but for ids that
// acts make themselves.
func TestSame(t *testing.T) {
	first, second := newSite(t, 20), newSite(t, 20)
	until := calendar.MustDay("2027-12-18") // the programme's last day
	first.make(until)
	ctx, cancel := context.WithCancel(context.Background())
	_, err := demo.Make(ctx, second.deps, until, func(step string) {
		if step == "2025-07" {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("interrupted: %v", err)
	}
	second.make(until)
	compare(t, first.content(), second.content())
	first.holds(t)
}

// TestOtherDays makes small demonstrations that end at odd days: early in the programme, and in the August break.
func TestOtherDays(t *testing.T) {
	for _, day := range []string{"2025-10-19", "2026-08-16"} {
		t.Run(day, func(t *testing.T) {
			s := newSite(t, 20)
			s.make(calendar.MustDay(day))
			s.holds(t)
		})
	}
}

// holds is what every demonstration promises, whatever its last day.
func (s *site) holds(t *testing.T) {
	t.Helper()
	if n := s.count("select count(distinct state) from placement"); n != 11 {
		t.Errorf("internships are in %d states, want all 11", n)
	}
	s.evidenceHolds(t)
}

func TestTooEarly(t *testing.T) {
	if _, err := demo.Make(context.Background(), newSite(t, 20).deps, calendar.MustDay("2025-02-01"), func(string) {}); err == nil {
		t.Error("a demonstration of six weeks was made")
	}
}

// make makes the demonstration, in which no act may be refused.
func (s *site) make(last calendar.Day) {
	s.t.Helper()
	start := time.Now()
	report, err := demo.Make(context.Background(), s.deps, last, func(string) {})
	must(s.t, err)
	s.t.Logf("%d acts, %.1f s", report.Acts, time.Since(start).Seconds())
	for _, r := range report.Refused {
		s.t.Errorf("refused: %s", r)
	}
	if !report.Made {
		s.t.Error("nothing was made")
	}
}
