package allowance_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/allowance"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/programme"
)

// hears has the reaction hear once of the last version of the rules; then does what else is done in that transaction.
func (h *house) hears(then func() error) (news int, err error) {
	h.t.Helper()
	version := query[uuid.UUID](h, "select id from policy_version order by number desc limit 1")
	err = h.act(h.actor(access.System, h.lead), func(ctx context.Context, tx *postgres.Tx) error {
		defer func() { news = tx.Told() }()
		if err := allowance.FollowRules(ctx, tx, []event.Event{{News: event.News{SubjectKind: "PolicyVersion", Subject: version}}}); err != nil {
			return err
		}
		return then()
	})
	return news, err
}

func stands() error { return nil }

// follows has the rules followed to their end, and gives how many acts that took.
func (h *house) follows() (acts int) {
	h.t.Helper()
	for acts = 1; ; acts++ {
		if _, err := h.hears(stands); err != nil {
			h.t.Fatal(err)
		}
		if query[bool](h, "select done_at is not null from rules_followed f join policy_version v on v.id = f.version_id order by v.number desc limit 1") {
			return acts
		}
	}
}

// locked is somebody's locked month of so many hours, issued.
func (h *house) locked(month string, hours int) uuid.UUID {
	h.t.Helper()
	p := h.participation()
	e := h.enrolment(p, "INTERNSHIP")
	h.hours(e, month, 8, hours)
	h.told(access.LockMonth, h.register(e, month, "LOCKED"))
	return p
}

const allStatements = `select coalesce(string_agg(n, ', ' order by n), '') from (select concat_ws(' ', count(*), number, sum(total_cents)) as n from allowance_statement group by number) x`

// Months that are issued are, by rules that hold from an earlier day, issued anew where that makes another sum of them: in parts, one of which dies.
func TestRulesOfAnEarlierDayIssueStatementsAnew(t *testing.T) {
	h := open(t)
	defer allowance.AnewAtOnce(allowance.AnewAtOnce(2))
	for range 4 {
		h.locked("2026-10", 20)
	}
	untouched := h.locked("2026-10", 0) // nothing of it changes
	h.begun("2026-11", 10)
	h.newRule(99, "2026-10-01", "allowance.hourly_rate", "500")
	died := errors.New("died")
	for range 2 {
		if _, err := h.hears(func() error { return died }); !errors.Is(err, died) {
			t.Fatal(err)
		}
		if _, err := h.hears(stands); err != nil {
			t.Fatal(err)
		}
	}
	h.follows()
	if got := query[string](h, allStatements); got != "4 2 40000, 5 1 32000" {
		t.Errorf("statements: %s", got)
	}
	if got := query[int](h, "select count(*)::int from allowance_statement where participation_id = $1", untouched); got != 1 {
		t.Errorf("%d statements of who is owed nothing", got)
	}
	if got := query[string](h, "select concat_ws(' ', sums -> 'people', sums -> 'months', sums -> 'statements', sums -> 'more', sums -> 'less') from rules_followed"); got != "6 6 4 8000 0" {
		t.Errorf("followed: %s", got)
	}
	if news, err := h.hears(stands); err != nil || news != 0 {
		t.Errorf("again: %d news, %v", news, err)
	}
}

// begun is somebody's month of so many hours that nobody has certified.
func (h *house) begun(month string, hours int) uuid.UUID {
	h.t.Helper()
	p := h.participation()
	var events []event.Event
	for _, id := range h.hours(h.enrolment(p, "INTERNSHIP"), month, 8, hours) {
		events = append(events, event.Event{News: event.News{SubjectKind: "Attendance", Subject: id}})
	}
	if err := h.act(h.actor(access.System, h.lead), func(ctx context.Context, tx *postgres.Tx) error { return allowance.React(ctx, tx, events) }); err != nil {
		h.t.Fatal(err)
	}
	return p
}

// rules is the programme's file with another rate for an hour from a day on.
func rules(number int, from string, rate int) []byte {
	file := bytes.Replace(programme.LavoroInCorso3, []byte("number: 1\n  valid_from: 2024-12-19"), fmt.Appendf(nil, "number: %d\n  valid_from: %s", number, from), 1)
	return bytes.Replace(file, []byte("value: 400\n      unit: cents\n      it: \"Indennità oraria\""), fmt.Appendf(nil, "value: %d\n      unit: cents\n      it: \"Indennità oraria\"", rate), 1)
}

// What is foreseen of a file is what comes of it, and foreseeing leaves nothing behind.
func TestWhatRulesComeToIsForeseen(t *testing.T) {
	h := open(t)
	defer allowance.AnewAtOnce(allowance.AnewAtOnce(3))
	for n := range 7 {
		h.locked("2026-10", 20+10*n)
	}
	h.locked("2026-09", 20)
	h.begun("2026-11", 10)
	h.begun("2026-11", 30)
	file := rules(2, "2026-10-01", 300)
	_, supposition, err := programme.Try(t.Context(), h.ownerURL, programme.LavoroInCorso3Name, file, clock)
	if err != nil || supposition == nil {
		t.Fatal(supposition, err)
	}
	f, err := allowance.Foresee(t.Context(), supposition, func(ctx context.Context, look func(context.Context, *postgres.Tx) error) error {
		return h.db.InTx(ctx, h.actor(access.System, h.lead), clock, func(ctx context.Context, tx *postgres.Tx) error {
			if _, err := tx.ExecContext(ctx, "set transaction read only"); err != nil {
				return err
			}
			return look(ctx, tx)
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Owed) != 1 || f.Owed[0].Change != f.Issued || f.Codes[f.Owed[0].Payer] == "" || f.Codes[f.Owed[0].Line] == "" {
		t.Errorf("by payer and line: %v of %v", f.Owed, f.Issued)
	}
	if got := fmt.Sprint(f.Issued, f.SoFar); got != "{7 0.00 350.00} {2 0.00 40.00}" {
		t.Errorf("foreseen: %s", got)
	}
	if n := query[int](h, "select count(*)::int from policy_version") + query[int](h, "select count(*)::int from allowance_statement"); n != 1+8 {
		t.Errorf("foreseeing has left something: %d", n)
	}
	if _, err := programme.Apply(t.Context(), h.ownerURL, programme.LavoroInCorso3Name, file, clock); err != nil {
		t.Fatal(err)
	}
	before := query[int](h, "select sum(total_cents)::int from allowance where month = '2026-11-01'")
	h.follows()
	if got := query[string](h, "select concat_ws(' ', sums -> 'statements', sums -> 'more', sums -> 'less') from rules_followed"); got != "7 0 35000" {
		t.Errorf("came of it: %s", got)
	}
	if less := before - query[int](h, "select sum(total_cents)::int from allowance where month = '2026-11-01'"); less != 4_000 {
		t.Errorf("of what is not issued: %d less", less)
	}
}

// Rules that change nothing of a month leave it as it stands, and tell nobody.
func TestRulesThatChangeNothingLeaveMonthsAlone(t *testing.T) {
	h := open(t)
	h.locked("2026-10", 20)
	h.begun("2026-11", 10)
	h.newRule(99, "2026-10-01", "attendance.offline_days", "15")
	news, err := h.hears(stands)
	if err != nil {
		t.Fatal(err)
	}
	if news != 1 || h.follows() != 1 || query[string](h, allStatements) != "1 1 8000" {
		t.Errorf("%d news, want the one that it is done", news)
	}
}

// tells has the reaction to who is stuck hear of somebody, and gives what it tells: from where to where, and whose turn it is.
func (h *house) tells(participation uuid.UUID) (told []event.Transition) {
	h.t.Helper()
	var heard []event.Event
	for _, p := range []uuid.UUID{uuid.New(), participation} { // the first of whom nothing is known any more
		heard = append(heard, event.Event{News: event.News{Programme: h.programme, SubjectKind: "Participant", Act: string(access.ComputeAllowance), Subject: p}})
	}
	if err := h.act(h.actor(access.System, h.lead), func(ctx context.Context, tx *postgres.Tx) error {
		return allowance.FollowStuck(func(_ context.Context, _ *postgres.Tx, t event.Transition) error { told = append(told, t); return nil })(ctx, tx, heard)
	}); err != nil {
		h.t.Fatal(err)
	}
	return told
}

const stuckNow = `select coalesce(string_agg(concat_ws(' ', cause, cardinality(months)), ', '), '') from allowance_stuck`

// Somebody who cannot be worked out keeps nobody else waiting; it is the lead body's to see to, and he gets what is his when nothing stands in his way any more.
func TestOnePersonsFailureStaysHis(t *testing.T) {
	for name, c := range map[string]struct{ breaks, mends, cause string }{
		"the register": {"update register_month set minutes = minutes + 60 where participation_id = $1", "update register_month set minutes = minutes - 60 where participation_id = $1", "REGISTER"},
		"the ledger":   {"alter table allowance_statement add constraint broken check (participation_id <> '$1' or number = 1) not valid", "alter table allowance_statement drop constraint broken", "PROGRAM"},
	} {
		t.Run(name, func(t *testing.T) {
			h := open(t)
			defer allowance.AnewAtOnce(allowance.AnewAtOnce(5))
			var all []uuid.UUID
			for range 7 {
				all = append(all, h.locked("2026-10", 20))
			}
			slices.SortFunc(all, func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) })
			him := all[2]
			h.newRule(99, "2026-10-02", "allowance.hourly_rate", "500") // the first day is paid as it was: 32 + 12 × 5 EUR
			h.breaks(c.breaks, him)
			h.follows()
			if got := query[string](h, allStatements); got != "6 2 55200, 7 1 56000" {
				t.Errorf("statements: %s", got)
			}
			if got := query[string](h, stuckNow); got != c.cause+" 1" {
				t.Errorf("stuck: %s", got)
			}
			if got := query[string](h, "select concat_ws(' ', sums -> 'people', sums -> 'months', sums -> 'statements', sums -> 'more', sums -> 'less') from rules_followed"); got != "6 6 6 7200 0" {
				t.Errorf("followed: %s", got)
			}
			if told := h.tells(him); len(told) != 1 || told[0].To != c.cause || told[0].Owners[0] != h.lead || told[0].Participation != him {
				t.Errorf("told %+v", told)
			}
			news := h.retries()
			if news != 0 {
				t.Errorf("%d news of what has not changed", news)
			}
			h.breaks(c.mends, him)
			h.retries()
			if got := query[string](h, allStatements); got != "7 1 56000, 7 2 64400" {
				t.Errorf("when mended: %s", got)
			}
			if told := h.tells(him); query[string](h, stuckNow) != "" || len(told) != 1 || told[0].From != "STUCK" || told[0].To != "WORKED_OUT" {
				t.Errorf("when mended: %+v", told)
			}
		})
	}
}

// breaks does to somebody what keeps him from being worked out, or mends it.
func (h *house) breaks(sql string, him uuid.UUID) {
	h.t.Helper()
	if strings.HasPrefix(sql, "alter") {
		h.exec(strings.ReplaceAll(sql, "$1", him.String()))
		return
	}
	h.exec(sql, him)
}

// retries is the daily round over who is stuck.
func (h *house) retries() (news int) {
	h.t.Helper()
	if err := h.act(h.actor(access.System, h.lead), func(ctx context.Context, tx *postgres.Tx) error {
		defer func() { news = tx.Told() }()
		return allowance.WorkOutStuck(ctx, tx, []uuid.UUID{h.programme})
	}); err != nil {
		h.t.Fatal(err)
	}
	return news
}

// What has somebody worked out tries all that waits of him, too.
func TestWhoIsStuckIsTriedWithAllThatWaits(t *testing.T) {
	h := open(t)
	him, other := h.locked("2026-10", 20), h.locked("2026-10", 20)
	h.newRule(99, "2026-10-02", "allowance.hourly_rate", "500") // the first day is paid as it was: 32 + 12 × 5 EUR
	h.exec("update register_month set minutes = minutes + 60 where participation_id = $1", him)
	h.follows()
	h.exec("update register_month set minutes = minutes - 60 where participation_id = $1", him)
	e := query[uuid.UUID](h, "select id from enrolment where participation_id = $1", him)
	entry := h.entry(e, "2026-11-03", 8, 4, "COUNTED")
	if err := h.act(h.actor(access.System, h.lead), func(ctx context.Context, tx *postgres.Tx) error {
		return allowance.React(ctx, tx, []event.Event{{News: event.News{SubjectKind: "Attendance", Subject: entry}}})
	}); err != nil {
		t.Fatal(err)
	}
	if got := query[string](h, allStatements); got != "2 1 16000, 2 2 18400" || query[string](h, stuckNow) != "" {
		t.Errorf("statements of him and %s: %s", other, got)
	}
}

// A month that is locked is issued also where another one, locked at the same moment, has nobody who pays it; and that one when somebody does.
func TestLockedMonthsWaitForNobodyElse(t *testing.T) {
	h := open(t)
	var registers, people []uuid.UUID
	for range 3 {
		p := h.participation()
		e := h.enrolment(p, "INTERNSHIP")
		h.hours(e, "2026-10", 8, 20)
		people, registers = append(people, p), append(registers, h.register(e, "2026-10", "LOCKED"))
	}
	h.exec("update participation set organisation_id = $2 where id = $1", people[1], h.elsewhere())
	h.told(access.LockMonth, registers...)
	if got := query[string](h, allStatements) + "; " + query[string](h, stuckNow); got != "2 1 16000; PAYER 1" {
		t.Error(got)
	}
	h.exec("update participation set organisation_id = $2 where id = $1", people[1], h.partner)
	h.told(access.LockMonth, registers[1])
	if got := query[string](h, allStatements) + "; " + query[string](h, stuckNow); got != "3 1 24000; " {
		t.Error(got)
	}
}

// elsewhere is a body of another programme.
func (h *house) elsewhere() uuid.UUID {
	programme, body := uuid.New(), uuid.New()
	h.exec(`insert into programme select (jsonb_populate_record(p, jsonb_build_object('id', $1::uuid, 'code', 'OTHER'))).* from programme p`, programme)
	h.exec(`insert into organisation select (jsonb_populate_record(o, jsonb_build_object('id', $1::uuid, 'programme_id', $2::uuid))).* from organisation o where o.code = 'ASL'`, body, programme)
	return body
}

// joins has the reaction hear that records were merged, or split again.
func (h *house) joins(act access.Act, participations ...uuid.UUID) {
	h.t.Helper()
	var events []event.Event
	for _, p := range participations {
		events = append(events, event.Event{News: event.News{Programme: h.programme, Act: string(act), SubjectKind: "Participant", Subject: p}})
	}
	if err := h.act(h.actor(access.System, h.lead), func(ctx context.Context, tx *postgres.Tx) error { return allowance.React(ctx, tx, events) }); err != nil {
		h.t.Fatal(err)
	}
}

const (
	mergeInto = "update person set merged_into = (select person_id from participation where id = $1) where id = (select person_id from participation where id = $2)"
	splitOff  = "update person set merged_into = null where id = (select person_id from participation where id = $1)"
	monthNow  = "select total_cents::int from allowance where participation_id = $1 and month = '2026-11-01'"
)

// Two records that turn out to be one human have one cap: of a month that is locked on both the record that came first keeps what it has, and of the other the
// next statement gives back what is beyond; of one that goes on, too. When they turn out to be two, after all, each has its own again.
func TestOneHumanHasOneCap(t *testing.T) {
	h := open(t)
	a, b := h.locked("2026-10", 80), h.locked("2026-10", 80)
	first, then := a, b
	if bytes.Compare(a[:], b[:]) > 0 { // referred on one day
		first, then = b, a
	}
	var entries []event.Event
	add := func(p uuid.UUID, hours int) {
		for _, id := range h.hours(query[uuid.UUID](h, "select id from enrolment where participation_id = $1", p), "2026-11", 8, hours) {
			entries = append(entries, event.Event{News: event.News{SubjectKind: "Attendance", Subject: id}})
		}
		if err := h.act(h.actor(access.System, h.lead), func(ctx context.Context, tx *postgres.Tx) error { return allowance.React(ctx, tx, entries) }); err != nil {
			t.Fatal(err)
		}
	}
	add(first, 40)
	add(then, 110)
	is := func(what, ofFirst, ofThen string, soFar int) {
		t.Helper()
		if got := query[string](h, statements, first); got != ofFirst {
			t.Errorf("%s, the first: %s", what, got)
		}
		if got := query[string](h, statements, then); got != ofThen {
			t.Errorf("%s, the other: %s", what, got)
		}
		if got := query[int](h, monthNow, then); got != soFar {
			t.Errorf("%s, so far: %d", what, got)
		}
	}
	is("apart", "1 4800 32000 32000", "1 4800 32000 32000", 44_000)
	h.exec(mergeInto, then, first) // which record stands for the human does not matter
	h.joins(access.MergePersons, a, b)
	is("merged", "1 4800 32000 32000", "1 4800 32000 32000, 2 4800 32000 18000", 34_000)
	if got := query[string](h, "select string_agg(text ->> 'en', '|') from allowance_line where rule = 'allowance.monthly_cap' and kind = 'NOTHING' and participation_id = $1 and allowance_id in (select id from allowance where month = '2026-10-01')", then); got !=
		"Part of the monthly cap is recognised under another record of the same person: €180.00 of it are left" {
		t.Errorf("words: %s", got)
	}
	h.joins(access.MergePersons, b, a)
	is("heard twice", "1 4800 32000 32000", "1 4800 32000 32000, 2 4800 32000 18000", 34_000)
	h.adjust(query[uuid.UUID](h, "select id from register_month where participation_id = $1", first), "2026-10-01", -20*60, 0)
	h.told(access.AdjustMonth, query[uuid.UUID](h, "select id from register_month where participation_id = $1", first))
	is("the first put right", "1 4800 32000 32000, 2 3600 24000 24000", "1 4800 32000 32000, 2 4800 32000 18000, 3 4800 32000 26000", 34_000)
	h.exec(splitOff, first)
	h.joins(access.SplitPersons, a, b)
	is("split", "1 4800 32000 32000, 2 3600 24000 24000", "1 4800 32000 32000, 2 4800 32000 18000, 3 4800 32000 26000, 4 4800 32000 32000", 44_000)
}

// Of whom no month has begun may be stuck, too, with what a grant may still cost: he keeps nobody else waiting.
func TestWhoIsStuckWithCostsAloneStopsNobody(t *testing.T) {
	h := open(t)
	him := h.participation()
	h.grant(him, "2026-12", 3)
	h.exec("update participation set organisation_id = $2 where id = $1", him, h.elsewhere())
	h.locked("2026-10", 20)
	h.newRule(99, "2026-10-02", "allowance.hourly_rate", "500") // the first day is paid as it was: 32 + 12 × 5 EUR
	h.follows()
	if got := query[string](h, allStatements) + "; " + query[string](h, stuckNow); got != "1 1 8000, 1 2 9200; PAYER 0" {
		t.Error(got)
	}
	if got := query[uuid.UUID](h, "select participation_id from allowance_stuck"); got != him {
		t.Errorf("stuck is %s", got)
	}
	h.exec("update participation set organisation_id = $2 where id = $1", him, h.partner)
	h.retries()
	if got := query[string](h, stuckNow); got != "" {
		t.Errorf("when mended: %s", got)
	}
}

// records are locked months of so many records, in the order in which they go under one cap.
func (h *house) records(n, hours int) (all []uuid.UUID) {
	h.t.Helper()
	for range n {
		all = append(all, h.locked("2026-10", hours))
	}
	slices.SortFunc(all, func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) }) // referred on one day
	return all
}

const lastTotals = `select string_agg(s.total_cents::text, ' ' order by s.participation_id) from allowance_statement s
	where not exists (select from allowance_statement n where n.allowance_id = s.allowance_id and n.number > s.number)`

// Of three records that were merged one is split off: what is left of the cap is for both of the others, also for the one that nobody names.
func TestASplitLeavesTheOthersTheirWholeCap(t *testing.T) {
	h := open(t)
	all := h.records(3, 80)
	b, c, a := all[0], all[1], all[2]
	h.exec(mergeInto, a, c)
	h.exec(mergeInto, a, b)
	h.joins(access.MergePersons, a, b)
	h.is("merged", lastTotals, "32000 18000 0")
	h.exec(splitOff, b)
	h.joins(access.SplitPersons, b, a)
	h.is("split", lastTotals, "32000 32000 18000")
}

// Of two records of a human it is the one that cannot be worked out that is stuck; the other gets what is his.
func TestTheRecordThatCannotBeWorkedOutIsStuck(t *testing.T) {
	for broken, want := range []string{"32000 18000", "39200 18000"} {
		t.Run(fmt.Sprint(broken), func(t *testing.T) {
			h := open(t)
			all := h.records(2, 80)
			h.exec(mergeInto, all[1], all[0])
			h.joins(access.MergePersons, all...)
			h.is("merged", lastTotals, "32000 18000")
			h.newRule(99, "2026-10-02", "allowance.hourly_rate", "500") // the first day is paid as it was: 32 + 72 × 5 EUR
			h.exec("update register_month set minutes = minutes + 60 where participation_id = $1", all[broken])
			h.follows()
			h.is("one broken", lastTotals, want)
			h.is("stuck", "select string_agg(participation_id::text || ' ' || cause, ', ') from allowance_stuck", all[broken].String()+" REGISTER")
			h.exec("update register_month set minutes = minutes - 60 where participation_id = $1", all[broken])
			h.retries()
			h.is("mended", lastTotals, "39200 10800")
		})
	}
}

// Rules by which nobody can be worked out are nobody's failure: all wait, and nobody is stuck.
func TestRulesThatNobodyIsWorkedOutByStopAll(t *testing.T) {
	h := open(t)
	h.locked("2026-10", 20)
	h.newRule(99, "2026-10-01", "allowance.method", `"NONE"`)
	if _, err := h.hears(stands); err == nil || query[string](h, stuckNow) != "" {
		t.Errorf("%v", err)
	}
}
