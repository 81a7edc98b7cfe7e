package payment_test

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/allowance"
	"github.com/lavoroincorso/lavoro/internal/attendance"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

var years = flag.Int("years", 1, "how many years are lived through, each by its own seed")

// year is a life of some people from the first tap to the bank, by random, while connections die.
type year struct {
	walk
	tutor, promoter, host access.Actor
	studies               []study
	device                []attendance.Entry // made and not sent
	sent                  map[uuid.UUID]attendance.Entry
	rules                 []ruled
	heard                 int64 // the last of the news that reactions have had
	housed                []*housed
	most, beyond          int // minutes that a month holds by any of the rules, 0 for no limit; and how often somebody was refused more
	capped                int // months that came to more than the cap
}

// study is an enrolment.
type study struct {
	id        uuid.UUID
	person    uuid.UUID // participation
	kind      string
	placement uuid.UUID // of an internship
	steps     int       // that the placement has taken
	suspended bool
}

// In the end what was paid is what the certified registers come to, whatever happened on the way.
func TestAYearPaysWhatWasCertified(t *testing.T) {
	lived, capped := 0, 0
	for seed := range uint64(*years) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			y := live(t, seed)
			for month := calendar.MustMonth("2026-10"); month.Before(calendar.MustMonth("2027-10")); month = month.Next() {
				y.month(month)
			}
			y.end()
			y.verify()
			y.lineage()
			y.standings()
			y.guarded()
			if y.crashes.died < 50 {
				t.Errorf("only %d transactions died", y.crashes.died)
			}
			lived, capped = lived+1, capped+y.capped
		})
	}
	if capped < 3*lived {
		t.Errorf("only %d months of %d years came to more than the cap: nothing is shown by this", capped, lived)
	}
}

func live(t *testing.T, seed uint64) *year {
	y := &year{walk: walk{house: bank(t), chance: rand.New(rand.NewPCG(seed, 7))}, sent: map[uuid.UUID]attendance.Entry{}, rules: []ruled{{Rate: 400, Cap: 12_000, Tax: 1_000}}}
	y.on(calendar.MustDay("2026-10-01"))
	y.tutor, y.promoter = y.member(access.Tutor, y.pegaso), y.member(access.Coordinator, y.asl)
	y.tutor.Grants[0].Key = y.tutor.Member
	company := y.company()
	y.host = y.member(access.HostTutor, y.pegaso)
	y.host.Grants[0].Key = company
	y.exec("update budget_line set amount_cents = 100000000000")
	y.exec(`update policy_rule set value = '["INJURY"]' where code = 'allowance.paid_absences'`)
	y.exec("update policy_rule set value = to_jsonb($1::int) where code = 'allowance.monthly_cap'", y.rules[0].Cap)
	y.exec("update payer_tax set tax = 'ASSIMILATED'")
	y.exec("update policy_rule set value = $1::jsonb where code = 'allowance.withholding'", withholding(y.rules[0].Tax))
	if seed%2 == 0 {
		y.most = 40 * 60
		y.exec("update policy_rule set value = to_jsonb($1::int) where code = $2", y.most, monthLimit)
	}
	for range 3 {
		p := y.person(y.payer)
		y.people = append(y.people, p)
		y.studies = append(y.studies, y.enrol(p, "COURSE", nil), y.enrol(p, "INTERNSHIP", &company))
	}
	y.contribute()
	y.breaking(y.chance)
	return y
}

// withholding is the rule on what payers withhold, in hundredths of a percent.
func withholding(tax int) string { return fmt.Sprintf(`{"EXEMPT": 0, "ASSIMILATED": %d}`, tax) }

// monthLimit is the rule on the hours of a month.
const monthLimit = "limits.adult.month_minutes"

func (y *year) on(day calendar.Day) { y.now = day.At(calendar.MustLocalTime("18:00")) }

func (y *year) today() calendar.Day { return calendar.DayOf(y.now) }

// company is one that takes interns, with its site and opening.
func (y *year) company() uuid.UUID {
	id := uuid.New()
	y.exec(`insert into company (id, name, entity_code, ateco, headcount, municipality, origin, audience) values ($1, 'Segheria Prova', '00743110157', '16.10', 30, '045010', 'ENTERED', '{}')`, id)
	y.exec(`insert into company_site (id, company_id, name, address, municipality, headcount, audience) values (gen_random_uuid(), $1, 'Sede', 'Via di Prova 1', '045010', 30, '{}')`, id)
	y.exec(`insert into opening (id, programme_id, company_id, site_id, organisation_id, title, tasks, sector, seats, from_day, to_day, weekly_minutes, state, state_since, origin, audience)
		select gen_random_uuid(), $2, $1, id, $3, 'Prova', 'Prova', 'WAREHOUSE', 9, '2026-09-01', '2027-12-31', 1200, 'OPEN', '2026-09-01', 'ENTERED', '{}' from company_site`, id, y.programme, y.payer)
	return id
}

// enrol puts somebody into an activity of his own for the year; with a company it is an internship.
func (y *year) enrol(person uuid.UUID, kind string, company *uuid.UUID) study {
	s := study{id: uuid.New(), person: person, kind: kind}
	y.exec("update participation set audience = audience || $2::uuid where id = $1 and not audience @> array[$2::uuid]", person, y.tutor.Member)
	activity := uuid.New()
	y.exec(`insert into activity (id, programme_id, organisation_id, kind, title, place, from_day, to_day, planned_minutes, audience)
		values ($1, $2, $3, $4, 'Prova', 'Massa', '2026-10-01', '2027-09-30', 60000, organisation_line($3))`, activity, y.programme, y.payer, kind)
	y.exec(`insert into enrolment (id, programme_id, activity_id, participation_id, person_id, company_id, state, from_day, to_day, planned_minutes, origin, audience)
		select $1, programme_id, $2, id, person_id, $4, 'ENROLLED', '2026-10-01', '2027-09-30', 60000, 'ENTERED', array_remove(audience || $4::uuid, null) from participation where id = $3`,
		s.id, activity, person, company)
	if company == nil {
		return s
	}
	s.placement = uuid.New()
	y.exec(`insert into placement (id, programme_id, participation_id, person_id, opening_id, company_id, site_id, organisation_id, enrolment_id, state, state_since, from_day, to_day, weekly_minutes,
			host_tutor, started_on, origin, audience)
		select $1, e.programme_id, e.participation_id, e.person_id, o.id, o.company_id, o.site_id, o.organisation_id, e.id, 'RUNNING', e.from_day, e.from_day, e.to_day, 1200, 'Tutor', e.from_day,
			'ENTERED', e.audience from enrolment e, opening o where e.id = $2`, s.placement, s.id)
	y.move(&s, "startPlacement", "RUNNING")
	return s
}

// move takes a placement on, as another room does.
func (y *year) move(s *study, act, to string) {
	s.steps++
	y.exec(`insert into placement_step (id, placement_id, participation_id, company_id, position, act, to_state, day, at, member_id, audience)
		select gen_random_uuid(), id, participation_id, company_id, $2, $3, $4, $5::text::date, $6, gen_random_uuid(), audience from placement where id = $1`,
		s.placement, s.steps, act, to, y.today().String(), y.now)
}

// month lives through one: people work, and what was before is certified and paid.
func (y *year) month(m calendar.Month) {
	for _, p := range y.people {
		y.check(p, "CLEAR", m.First().String())
	}
	for _, day := range m.Days() {
		y.on(day)
		y.write()
		if y.chance.IntN(5) == 0 || len(y.device) > 0 && day.Sub(y.device[0].Day) > 12 {
			y.send()
		}
		for what, of := range map[int]func(){0: y.amend, 1: y.pause, 2: y.rule, 3: y.adjust, 4: y.dispute, 5: y.dwell} {
			if y.chance.IntN([]int{9, 30, 40, 12, 20, 9}[what]) == 0 {
				of()
			}
		}
		y.certify()
		if y.chance.IntN(5) == 0 {
			y.hear()
		}
		y.pay()
	}
	y.holds()
}

// write makes the entries of a day on the device.
func (y *year) write() {
	if y.chance.IntN(3) > 0 {
		return
	}
	for _, s := range y.studies {
		from, to := 8*60, 9*60+15*y.chance.IntN(16)
		if s.kind == "INTERNSHIP" {
			from, to = 12*60+15*y.chance.IntN(6), 14*60+15*y.chance.IntN(22)
		}
		e := attendance.Entry{ID: uuid.New(), Enrolment: s.id, Kind: attendance.Presence, Day: y.today(), From: local(from), To: local(to)}
		switch y.chance.IntN(20) {
		case 0:
			continue
		case 1:
			e.Kind, e.AbsenceReason = attendance.Absence, []string{"INJURY", "PERSONAL"}[y.chance.IntN(2)]
		case 2: // another device has it otherwise
			other := e
			other.ID, other.To = uuid.New(), local(to+15)
			y.device = append(y.device, other)
		}
		y.device = append(y.device, e)
	}
}

func local(minutes int) calendar.LocalTime {
	t, err := calendar.NewLocalTime(minutes)
	if err != nil {
		panic(err)
	}
	return t
}

// send brings what the device holds, in any order and any batches, some of them twice.
func (y *year) send() {
	y.chance.Shuffle(len(y.device), func(i, j int) { y.device[i], y.device[j] = y.device[j], y.device[i] })
	for left := y.device; len(left) > 0; {
		n := 1 + y.chance.IntN(len(left))
		for range 1 + y.chance.IntN(2) {
			err := y.sure(y.tutor, func(ctx context.Context, tx *postgres.Tx) error {
				_, err := attendance.Record(ctx, tx, attendance.Source{Origin: "ENTERED"}, left[:n])
				return err
			})
			if err != nil {
				y.t.Fatal(err)
			}
		}
		for _, e := range left[:n] {
			y.sent[e.ID] = e
		}
		left = left[n:]
	}
	y.device = nil
}

// try does what may be refused, and says whether it was done.
func (y *year) try(who access.Actor, act func(context.Context, *postgres.Tx) error) bool {
	y.t.Helper()
	err := y.sure(who, act)
	list, refused := refusal.As(err)
	if err != nil && !refused {
		y.t.Fatal(err)
	}
	if list.Has(attendance.OverMonthLimit) {
		y.beyond++
	}
	return err == nil
}

// amend corrects, withdraws or resolves an entry.
func (y *year) amend() {
	if id, ok := y.pick("select id from attendance where standing = 'CONTESTED'"); ok && y.chance.IntN(2) == 0 {
		y.resolve(id, y.chance.IntN(2) == 0)
		return
	}
	id, ok := y.pick("select id from attendance where standing = 'COUNTED'")
	if !ok {
		return
	}
	e := y.sent[id]
	if y.chance.IntN(3) == 0 {
		y.try(y.tutor, func(ctx context.Context, tx *postgres.Tx) error {
			return attendance.Withdraw(ctx, tx, id, "Prova", nil)
		})
		return
	}
	e.ID, e.To = uuid.New(), local(max(e.From.Minutes()+15, e.To.Minutes()-15*y.chance.IntN(6)))
	if y.try(y.tutor, func(ctx context.Context, tx *postgres.Tx) error {
		return attendance.Correct(ctx, tx, attendance.Correction{Entry: id, ID: e.ID, To: &e.To, Note: "Prova"})
	}) {
		y.sent[e.ID] = e
	}
}

func (y *year) resolve(id uuid.UUID, keep bool) bool {
	return y.try(y.tutor, func(ctx context.Context, tx *postgres.Tx) error {
		_, err := attendance.Resolve(ctx, tx, id, keep, "Prova", nil)
		return err
	})
}

// pause suspends an internship, or has it go on.
func (y *year) pause() {
	s := &y.studies[1+2*y.chance.IntN(len(y.people))]
	if s.suspended = !s.suspended; s.suspended {
		y.move(s, "suspendPlacement", "SUSPENDED")
	} else {
		y.move(s, "resumePlacement", "RUNNING")
	}
}

// rule changes the policy from one of the next days on, or of the last months, of which much has been issued and paid.
func (y *year) rule() {
	next := y.rules[len(y.rules)-1]
	if next.From = y.today().AddDays(9 - y.chance.IntN(90)); next.From.Before(y.rules[len(y.rules)-1].From) {
		next.From = y.rules[len(y.rules)-1].From
	}
	if next.From.IsZero() {
		return
	}
	var code, value string
	switch {
	case y.most > 0 && y.chance.IntN(3) == 0:
		code, value = monthLimit, fmt.Sprint(y.most-60*y.chance.IntN(20))
	case y.chance.IntN(3) == 0:
		next.Tax = 100 * y.chance.IntN(30)
		code, value = "allowance.withholding", withholding(next.Tax)
	case y.chance.IntN(2) == 0:
		next.Cap = 5_000 + y.chance.IntN(8_000)
		code, value = "allowance.monthly_cap", fmt.Sprint(next.Cap)
	default:
		next.Rate = 300 + y.chance.IntN(300)
		code, value = "allowance.hourly_rate", fmt.Sprint(next.Rate)
	}
	id := uuid.New()
	y.exec(`with v as (insert into policy_version (id, programme_id, number, valid_from, applied_at, rules_hash, audience)
			select $4, programme_id, number + 1, $1::text::date, applied_at, 'prova', audience from policy_version order by number desc limit 1 returning *)
		insert into policy_rule (id, version_id, position, code, value, unit, label, source, confirmed, audience)
		select gen_random_uuid(), v.id, r.position, r.code, case r.code when $2 then $3::jsonb else r.value end, r.unit, r.label, r.source, r.confirmed, r.audience
		from v join policy_version b on b.number = v.number - 1 join policy_rule r on r.version_id = b.id`, next.From.String(), code, value, id)
	y.rules = append(y.rules, next)
	y.must(y.system, func(_ context.Context, tx *postgres.Tx) error {
		tx.Tell(event.News{Programme: y.programme, Act: "applyProgramme", Kind: event.Entered, SubjectKind: "PolicyVersion", Subject: id, Audience: []uuid.UUID{y.asl}}, nil)
		return nil
	})
}

// monthly is an act on a month of the register.
type monthly func(context.Context, *postgres.Tx, attendance.MonthStep) error

func (y *year) onMonth(who access.Actor, act monthly, id uuid.UUID) bool {
	return y.try(who, func(ctx context.Context, tx *postgres.Tx) error {
		return act(ctx, tx, attendance.MonthStep{Month: id, Reason: "Prova", Evidence: "Prova"})
	})
}

// certify takes a month that is over one step on, or back.
func (y *year) certify() {
	id, ok := y.pick("select id from register_month where state <> 'LOCKED' and month < date_trunc('month', '" + y.today().String() + "'::date)")
	if !ok {
		return
	}
	back := y.chance.IntN(12) == 0
	switch state := query[string](y.house, "select state || case when company_id is null then '' else ' HOST' end from register_month where id = $1", id); {
	case back && state == "SUBMITTED HOST":
		y.onMonth(y.host, attendance.ReturnMonth, id)
	case back:
		y.onMonth(y.promoter, attendance.ReopenMonth, id)
	default:
		y.forward(id, state)
	}
}

func (y *year) forward(id uuid.UUID, state string) {
	waiting := query[[]uuid.UUID](y.house, `select coalesce(array_agg(a.id), '{}') from attendance a join register_month m on m.enrolment_id = a.enrolment_id and m.month = date_trunc('month', a.day)::date
		where a.standing = 'CONTESTED' and m.id = $1`, id)
	for _, entry := range waiting {
		_ = y.chance.IntN(2) == 0 && y.resolve(entry, true) || y.resolve(entry, false)
	}
	switch state {
	case "OPEN", "OPEN HOST":
		if beyond := y.beyond; !y.onMonth(y.tutor, attendance.SubmitMonth, id) && y.beyond > beyond {
			y.shorten(id)
		}
	case "SUBMITTED HOST":
		_ = y.onMonth(y.promoter, attendance.CertifyMonthForHost, id) || y.onMonth(y.host, attendance.CertifyMonthAsHost, id)
	case "SUBMITTED", "HOST_CERTIFIED HOST":
		y.onMonth(y.promoter, attendance.CertifyMonth, id)
	default:
		y.onMonth(y.promoter, attendance.LockMonth, id)
	}
}

// shorten takes back the last hours of a month that the rules have come to hold to less.
func (y *year) shorten(month uuid.UUID) {
	for _, last := range query[[]uuid.UUID](y.house, `select coalesce(array_agg(x.id), '{}') from (select a.id from attendance a join register_month m on m.enrolment_id = a.enrolment_id and m.month = date_trunc('month', a.day)::date
		where a.standing = 'COUNTED' and a.kind = 'PRESENCE' and m.id = $1 order by a.day desc, a.from_minute desc limit 1) x`, month) {
		y.try(y.tutor, func(ctx context.Context, tx *postgres.Tx) error {
			return attendance.Withdraw(ctx, tx, last, "Prova", nil)
		})
	}
}

// adjust puts a locked month right.
func (y *year) adjust() {
	id, ok := y.pick("select id from register_month where state = 'LOCKED'")
	if !ok {
		return
	}
	day := query[calendar.Day](y.house, "select month from register_month where id = $1", id).AddDays(y.chance.IntN(28))
	in := attendance.Adjustment{MonthStep: attendance.MonthStep{Month: id, Reason: "Prova"}, ID: uuid.New(), Day: day, Minutes: 15 * (1 + y.chance.IntN(8)) * (1 - 2*y.chance.IntN(2))}
	y.try(y.promoter, func(ctx context.Context, tx *postgres.Tx) error { return attendance.AdjustMonth(ctx, tx, in) })
}

// dispute contests a statement, or answers who has done so.
func (y *year) dispute() {
	if id, ok := y.pick("select id from allowance_contest where state = 'CONTESTED'"); ok {
		y.answerTo(id)
		return
	}
	s, ok := y.pick("select id from allowance_statement where total_cents > 0")
	if !ok {
		return
	}
	in := allowance.Contest{ID: uuid.New(), Participation: query[uuid.UUID](y.house, "select participation_id from allowance_statement where id = $1", s),
		Month: query[calendar.Day](y.house, "select month from allowance_statement where id = $1", s).Month(), Cents: 100, Reason: "Prova"}
	y.try(y.tutor, func(ctx context.Context, tx *postgres.Tx) error { return allowance.ContestStatement(ctx, tx, in) })
}

func (y *year) answerTo(contest uuid.UUID) {
	uphold := y.chance.IntN(2) == 0
	y.try(y.officer, func(ctx context.Context, tx *postgres.Tx) error {
		return allowance.AnswerContest(ctx, tx, allowance.Answer{Contest: contest, Uphold: uphold, Text: "Prova"})
	})
}

// hear has the reactions to attendance and to rules hear the news, in any order and parts, some of it twice.
func (y *year) hear() {
	rows, err := y.owner.Query(y.t.Context(), "select seq, act, subject_kind, subject_id from outbox where programme_id = $1 and seq > $2", y.programme, y.heard-int64(y.chance.IntN(2)*y.chance.IntN(50)))
	if err != nil {
		y.t.Fatal(err)
	}
	var news []event.Event
	for rows.Next() {
		var seq int64
		var e event.Event
		if err := rows.Scan(&seq, &e.Act, &e.SubjectKind, &e.Subject); err != nil {
			y.t.Fatal(err)
		}
		e.Programme = y.programme
		news, y.heard = append(news, e), max(y.heard, seq)
	}
	if err := rows.Err(); err != nil {
		y.t.Fatal(err)
	}
	y.chance.Shuffle(len(news), func(i, j int) { news[i], news[j] = news[j], news[i] })
	for len(news) > 0 {
		n := 1 + y.chance.IntN(len(news))
		if err := y.sure(y.system, func(ctx context.Context, tx *postgres.Tx) error { return allowance.React(ctx, tx, news[:n]) }); err != nil {
			y.t.Fatal(err)
		}
		if err := y.sure(y.system, func(ctx context.Context, tx *postgres.Tx) error { return allowance.FollowRules(ctx, tx, news[:n]) }); err != nil {
			y.t.Fatal(err)
		}
		news = news[n:]
	}
	if err := y.sure(y.system, func(ctx context.Context, tx *postgres.Tx) error {
		return allowance.PayGrants(ctx, tx, []uuid.UUID{y.programme})
	}); err != nil {
		y.t.Fatal(err)
	}
}

// end brings all to its end that has begun: every month is locked, every contest answered, everything paid.
func (y *year) end() {
	y.on(calendar.MustDay("2027-10-20"))
	y.send()
	for _, s := range slices.DeleteFunc(slices.Clone(y.studies), func(s study) bool { return !s.suspended }) {
		y.move(&s, "resumePlacement", "RUNNING")
	}
	for range 20 * 12 * len(y.studies) { // each takes five steps, and some of them die
		id, ok := y.pick("select id from register_month where state <> 'LOCKED'")
		if !ok {
			break
		}
		y.forward(id, query[string](y.house, "select state || case when company_id is null then '' else ' HOST' end from register_month where id = $1", id))
	}
	for _, contest := range query[[]uuid.UUID](y.house, "select coalesce(array_agg(id), '{}') from allowance_contest where state = 'CONTESTED'") {
		y.answerTo(contest)
	}
	y.hear()
	for _, p := range y.people {
		y.check(p, "CLEAR", "2027-10-20")
	}
	y.settle()
}
