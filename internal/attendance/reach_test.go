package attendance_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/attendance"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// Rules of the register that some tests set.
const (
	adultMonth = "limits.adult.month_minutes"
	minorMonth = "limits.minor.month_minutes"
	adultWeek  = "limits.adult.week_minutes"
	lateDays   = "attendance.late_days"
)

// rules has a version hold from a day on that says of some rules otherwise than the one before it.
func (o *office) rules(from string, values map[string]any) {
	o.t.Helper()
	told, err := json.Marshal(values)
	if err != nil {
		o.t.Fatal(err)
	}
	o.exec(`with v as (insert into policy_version (id, programme_id, number, valid_from, applied_at, rules_hash, audience)
			select gen_random_uuid(), programme_id, number + 1, $1::text::date, applied_at, 'prova', audience from policy_version order by number desc limit 1 returning *)
		insert into policy_rule (id, version_id, position, code, value, unit, label, source, confirmed, audience)
		select gen_random_uuid(), v.id, r.position, r.code, coalesce($2::jsonb -> r.code, r.value), r.unit, r.label, 'Regola di prova', r.confirmed, r.audience
		from v join policy_version b on b.number = v.number - 1 join policy_rule r on r.version_id = b.id`, from, string(told))
}

// lines makes entries of somebody: course or intern, day, from and to.
func (o *office) lines(name string, lines ...string) []attendance.Entry {
	of := map[string]uuid.UUID{"course": o.course[name], "intern": o.intern[name]}
	entries := make([]attendance.Entry, len(lines))
	for i, line := range lines {
		f := strings.Fields(line)
		entries[i] = entry(of[f[0]], f[1], f[2], f[3])
	}
	return entries
}

// contested are the entries of somebody that do not count, as lines without conflicts.
func (o *office) contested(name string) string {
	o.t.Helper()
	var lines string
	o.one(`select coalesce(string_agg(to_char(day, 'MM-DD') || ' ' || array_to_string(conflicts, ','), ', ' order by day, from_minute), '')
		from attendance where enrolment_id in ($1, $2) and standing = 'CONTESTED'`, &lines, o.course[name], o.intern[name])
	return lines
}

func (o *office) contests(when, name, want string) {
	o.t.Helper()
	if got := o.contested(name); got != want {
		o.t.Errorf("%s: contested are %q, want %q", when, got, want)
	}
}

// A month's limit is of the person over all activities, for his age, and what is latest in the month goes beyond it.
func TestAMonthHoldsNoMoreThanItsLimit(t *testing.T) {
	o := newOffice(t)
	o.on("2026-03-31")
	work := func(name string) []attendance.Answer {
		return o.record(o.tutor, o.lines(name, "course 2026-03-17 08:00 12:00", "intern 2026-03-20 14:00 18:00", "course 2026-03-24 08:00 12:00", "intern 2026-03-27 14:00 18:00", "course 2026-03-30 08:00 12:00")...)
	}
	work("adult")
	o.contests("without a limit", "adult", "")
	o.rules("2026-01-01", map[string]any{adultMonth: 16 * 60, minorMonth: 12 * 60})
	o.enrol("other", "1990-05-01", o.tutor.Member)
	o.keptWith(work("other")[4], attendance.OverMonthLimit, "{OVER_LIMIT}")
	o.contests("an adult", "other", "03-30 OVER_LIMIT")
	told := work("minor")[3].Warnings[0]
	o.contests("a minor", "minor", "03-27 OVER_LIMIT, 03-30 OVER_LIMIT")
	for lang, want := range map[string]string{"it": "massimo mensile di 12 h (già registrate: 12 h). Fonte: Regola di prova", "en": "monthly limit of 12 h (already counted: 12 h). Source: Regola di prova"} {
		if message := told.Localized(lang).Message; !strings.Contains(message, want) {
			t.Errorf("told: %s", message)
		}
	}
	o.on("2026-04-01")
	o.record(o.tutor, o.lines("other", "course 2026-04-01 08:00 12:00")...)
	o.contests("the next month", "other", "03-30 OVER_LIMIT")
}

// An entry of the first week of a month decides on those of its last, whatever becomes of it.
func TestALateEntryReachesThroughItsMonth(t *testing.T) {
	o := newOffice(t)
	o.rules("2026-01-01", map[string]any{adultMonth: 16 * 60, lateDays: 60})
	o.on("2026-04-10")
	o.record(o.tutor, o.lines("adult", "intern 2026-03-10 08:00 12:00", "intern 2026-03-18 08:00 12:00", "course 2026-03-25 08:00 12:00", "intern 2026-03-30 08:00 12:00")...)
	o.contests("on the phone of one", "adult", "")
	late := o.lines("adult", "course 2026-03-03 08:00 12:00")[0]
	o.record(o.tutor, late)
	o.contests("a late entry", "adult", "03-30 OVER_LIMIT")
	to, id := calendar.MustLocalTime("10:00"), uuid.Must(uuid.NewV7())
	act := func(what func(context.Context, *postgres.Tx) error) {
		t.Helper()
		if err := o.as(o.tutor, what); err != nil {
			t.Fatal(err)
		}
	}
	var last uuid.UUID
	o.one("select id from attendance where day = '2026-03-30'", &last)
	err := o.as(o.tutor, func(ctx context.Context, tx *postgres.Tx) error {
		_, err := attendance.Resolve(ctx, tx, last, true, "verificato", nil)
		return err
	})
	if list, _ := refusal.As(err); !list.Has(attendance.OverMonthLimit) {
		t.Errorf("let count beyond the month's limit: %v", err)
	}
	act(func(ctx context.Context, tx *postgres.Tx) error {
		return attendance.Correct(ctx, tx, attendance.Correction{Entry: late.ID, ID: id, To: &to, Note: "uscita anticipata"})
	})
	o.contests("corrected, and still too long", "adult", "03-30 OVER_LIMIT")
	act(func(ctx context.Context, tx *postgres.Tx) error {
		return attendance.Withdraw(ctx, tx, id, "errore", nil)
	})
	o.contests("withdrawn", "adult", "")
	two := o.lines("adult", "course 2026-03-04 08:00 12:00", "intern 2026-03-04 11:00 13:00")
	o.record(o.tutor, two...)
	o.contests("hours that two claim", "adult", "03-04 OVERLAP, 03-04 OVERLAP")
	o.resolve(two[1].ID, true)
	o.contests("one of them counts", "adult", "03-30 OVER_LIMIT")
}

// Hours past the last midnight of a month are the next one's.
func TestMidnightEndsAMonth(t *testing.T) {
	o := newOffice(t)
	o.rules("2026-01-01", map[string]any{adultMonth: 4 * 60})
	o.on("2026-04-02")
	o.record(o.tutor, o.lines("adult", "intern 2026-03-30 08:00 10:00", "course 2026-03-31 22:00 01:00", "intern 2026-04-01 08:00 11:00")...)
	o.contests("both within their limits", "adult", "")
	o.record(o.tutor, o.lines("adult", "intern 2026-03-31 08:00 09:00")...)
	o.contests("an hour more of the first", "adult", "03-31 OVER_LIMIT")
	o.record(o.tutor, o.lines("adult", "intern 2026-04-01 12:00 12:01")...)
	o.contests("a minute more of the second", "adult", "03-31 OVER_LIMIT, 04-01 OVER_LIMIT")
}

// What no longer counts at the end of a month makes room in its last week, and what counts for it there fills the next month.
func TestAnEntryReachesThroughTheMonthsThatFollow(t *testing.T) {
	o := newOffice(t)
	o.exec("delete from programme_holiday")
	o.rules("2026-01-01", map[string]any{adultMonth: 20 * 60, adultWeek: 12 * 60, lateDays: 90})
	o.on("2026-05-20")
	o.record(o.tutor, o.lines("adult", "intern 2026-03-10 08:00 16:00", "intern 2026-03-17 08:00 12:00", "course 2026-03-31 08:00 16:00", // 20 hours of March, 8 of them in the week that ends in April
		"intern 2026-04-01 08:00 12:00", "course 2026-04-02 08:00 12:00", // twelve hours of this week, and four more
		"intern 2026-04-08 08:00 16:00", "course 2026-04-30 08:00 16:00", // 20 hours of April
		"intern 2026-05-01 08:00 12:00", "course 2026-05-02 08:00 10:00")...) // with the last of April 14 hours of a week
	o.contests("before", "adult", "04-02 OVER_LIMIT, 05-02 OVER_LIMIT")
	late := o.lines("adult", "course 2026-03-02 08:00 09:00")[0]
	o.record(o.tutor, late)
	o.contests("a late entry", "adult", "03-31 OVER_LIMIT, 04-30 OVER_LIMIT")
	if err := o.as(o.tutor, func(ctx context.Context, tx *postgres.Tx) error {
		return attendance.Withdraw(ctx, tx, late.ID, "errore", nil)
	}); err != nil {
		t.Fatal(err)
	}
	o.contests("taken back", "adult", "04-02 OVER_LIMIT, 05-02 OVER_LIMIT")
}

// Whichever entries come first, under rules that change within a month: in the end the same count as where all came at once.
func TestTheOrderOfArrivalDoesNotMatterInAMonth(t *testing.T) {
	o := newOffice(t)
	o.exec("delete from programme_holiday")
	o.rules("2026-01-01", map[string]any{lateDays: 120, adultWeek: 20 * 60})
	o.rules("2026-02-10", map[string]any{adultMonth: 30 * 60})
	o.rules("2026-03-12", map[string]any{adultMonth: 40 * 60, adultWeek: 18 * 60})
	o.rules("2026-04-16", map[string]any{adultMonth: 28 * 60})
	o.rules("2026-05-11", map[string]any{adultMonth: "NONE", adultWeek: 20 * 60})
	o.on("2026-05-20")
	beyond := 0
	for seed := range uint64(6) {
		chance := rand.New(rand.NewPCG(23, seed))
		var all []string
		for day := calendar.MustDay("2026-02-02"); day.Before(calendar.MustDay("2026-05-20")); day = day.AddDays(1 + chance.IntN(3)) {
			from := 8*60 + 60*chance.IntN(4)
			all = append(all, fmt.Sprint([]string{"course ", "intern "}[chance.IntN(2)], day, " ", clockAt(from), " ", clockAt(from+120+60*chance.IntN(5))))
			if chance.IntN(6) == 0 {
				all = append(all, fmt.Sprint([]string{"course ", "intern "}[chance.IntN(2)], day, " ", clockAt(from+60), " ", clockAt(from+300)))
			}
		}
		once, many := fmt.Sprint("once ", seed), fmt.Sprint("many ", seed)
		o.enrol(once, "1990-05-01", o.tutor.Member)
		o.enrol(many, "1990-05-01", o.tutor.Member)
		gone := map[string]bool{}
		for _, line := range all {
			gone[line] = chance.IntN(8) == 0
		}
		entries := o.lines(many, all...)
		back := map[uuid.UUID]bool{}
		for i, line := range all {
			back[entries[i].ID] = gone[line]
		}
		chance.Shuffle(len(entries), func(i, j int) { entries[i], entries[j] = entries[j], entries[i] })
		var sent []uuid.UUID
		for left := entries; len(left) > 0; {
			n := min(len(left), 1+chance.IntN(5))
			o.record(o.tutor, left[:n]...)
			for _, e := range left[:n] {
				if back[e.ID] {
					sent = append(sent, e.ID)
				}
			}
			if left = left[n:]; len(sent) > 0 && (chance.IntN(3) == 0 || len(left) == 0) {
				for _, id := range sent {
					if err := o.as(o.tutor, func(ctx context.Context, tx *postgres.Tx) error {
						return attendance.Withdraw(ctx, tx, id, "errore", nil)
					}); err != nil {
						t.Fatal(err)
					}
				}
				sent = nil
			}
		}
		var kept []string
		for _, line := range all {
			if !gone[line] {
				kept = append(kept, line)
			}
		}
		o.record(o.tutor, o.lines(once, kept...)...)
		want, got := o.register(o.course[once], o.intern[once]), o.register(o.course[many], o.intern[many])
		maps.DeleteFunc(got, func(_, stands string) bool { return strings.HasPrefix(stands, "WITHDRAWN") })
		if !maps.Equal(want, got) {
			for line, stands := range want {
				if got[line] != stands {
					t.Errorf("seed %d: %s is %s, and %s where all came at once", seed, line, got[line], stands)
				}
			}
		}
		o.holds(once)
		beyond += strings.Count(o.contested(once), "OVER_LIMIT")
	}
	if beyond < 20 {
		t.Errorf("only %d entries went beyond a limit", beyond)
	}
}

// holds adds up what counts of somebody by month, up to each entry, and holds it against the limit of the entry's day.
func (o *office) holds(name string) {
	o.t.Helper()
	var over int
	o.one(`select count(*) from (
			select sum(a.minutes) over (partition by date_trunc('month', a.day) order by a.day, a.from_minute) as sum,
				(select r.value from policy_rule r where r.version_id = policy_on(a.programme_id, a.day) and r.code = '`+adultMonth+`') as bound
			from attendance a where a.enrolment_id in ($1, $2) and a.standing = 'COUNTED') s
		where s.bound <> '"NONE"'::jsonb and s.sum > s.bound::int`, &over, o.course[name], o.intern[name])
	if over > 0 {
		o.t.Errorf("%s: %d entries count beyond the month's limit", name, over)
	}
}

// advance takes a month through some acts, the first of them the tutor's.
func (o *office) advance(enrolment uuid.UUID, month string, acts ...monthly) uuid.UUID {
	o.t.Helper()
	id := o.monthOf(enrolment, month)
	for i, act := range acts {
		who := o.promoter()
		if i == 0 {
			who = o.tutor
		}
		if code := o.does(who, act, attendance.MonthStep{Month: id, Reason: "prova"}); code != "" {
			o.t.Fatal(code)
		}
	}
	return id
}

// What was closed counts whatever comes, also where that is of an earlier day: another activity's hours of the month go beyond its limit instead.
func TestAClosedMonthYieldsToNothing(t *testing.T) {
	o := newOffice(t)
	o.rules("2026-01-01", map[string]any{adultMonth: 12 * 60, lateDays: 60})
	o.on("2026-04-02")
	o.record(o.tutor, o.lines("adult", "course 2026-03-17 08:00 12:00", "course 2026-03-25 08:00 12:00")...)
	o.advance(o.course["adult"], "2026-03-01", attendance.SubmitMonth)
	o.record(o.tutor, o.lines("adult", "intern 2026-03-10 08:00 12:00", "intern 2026-03-11 08:00 12:00")...)
	o.contests("after the other activity's month was closed", "adult", "03-11 OVER_LIMIT")
}

// What an act let count yields to nothing: hours of days before it wait for it, in its month and in its week, until it is taken back.
func TestWhatWasSettledReachesBack(t *testing.T) {
	o := newOffice(t)
	o.exec("delete from programme_holiday")
	o.rules("2026-01-01", map[string]any{adultMonth: 12 * 60, adultWeek: 12 * 60, lateDays: 60})
	o.on("2026-04-20")
	for _, c := range []struct{ name, settled, before, after string }{
		{"month", "2026-03-25", "course 2026-03-10 08:00 16:00", "03-10"},
		{"week", "2026-04-01", "course 2026-03-30 08:00 16:00", "03-30"},
	} {
		o.enrol(c.name, "1990-05-01", o.tutor.Member)
		two := o.lines(c.name, "course "+c.settled+" 08:00 12:00", "intern "+c.settled+" 09:00 14:00")
		o.record(o.tutor, two...)
		o.resolve(two[1].ID, true)
		o.record(o.tutor, o.lines(c.name, c.before)...)
		o.contests(c.name+", settled", c.name, c.after+" OVER_LIMIT")
		if err := o.as(o.tutor, func(ctx context.Context, tx *postgres.Tx) error {
			return attendance.Withdraw(ctx, tx, two[1].ID, "errore", nil)
		}); err != nil {
			t.Fatal(err)
		}
		o.contests(c.name+", taken back", c.name, "")
	}
}

// Hours are settled under rules that change within the month: that they are makes no difference to what counts before them.
func TestWhatIsClosedMakesNoDifference(t *testing.T) {
	o := newOffice(t)
	o.rules("2026-01-01", map[string]any{adultMonth: 8 * 60, lateDays: 60})
	o.rules("2026-03-16", map[string]any{adultMonth: 16 * 60})
	o.on("2026-04-02")
	o.record(o.tutor, o.lines("adult", "course 2026-03-10 08:00 12:00", "intern 2026-03-11 08:00 12:00", "intern 2026-03-12 08:00 12:00", "course 2026-03-25 08:00 12:00", "intern 2026-03-26 08:00 12:00")...)
	o.contests("while all is open", "adult", "03-12 OVER_LIMIT")
	o.advance(o.course["adult"], "2026-03-01", attendance.SubmitMonth)
	o.record(o.tutor, o.lines("adult", "intern 2026-03-27 08:00 12:00")...)
	o.contests("after one was closed", "adult", "03-12 OVER_LIMIT, 03-27 OVER_LIMIT")
}

// A rule that came later is looked at when the month is closed.
func TestAMonthIsNotClosedBeyondItsLimit(t *testing.T) {
	o := newOffice(t)
	o.rules("2026-01-01", map[string]any{lateDays: 60})
	o.on("2026-04-02")
	o.record(o.tutor, o.lines("adult", "course 2026-03-10 08:00 12:00", "course 2026-03-17 08:00 12:00", "course 2026-03-25 08:00 12:00")...)
	o.rules("2026-03-01", map[string]any{adultMonth: 10 * 60})
	err := o.as(o.tutor, func(ctx context.Context, tx *postgres.Tx) error {
		return attendance.SubmitMonth(ctx, tx, attendance.MonthStep{Month: o.monthOf(o.course["adult"], "2026-03-01")})
	})
	list, _ := refusal.As(err)
	if !list.Has(attendance.StillContested) || !list.Has(attendance.OverMonthLimit) {
		t.Fatalf("submitted: %v", err)
	}
	if told := list[len(list)-1].Localized("en").Message; told != "The hours of 25 Mar 2026 pass the monthly limit of 10 h (already counted: 8 h). Source: Regola di prova." {
		t.Errorf("told: %s", told)
	}
}

// An adjustment is held against the month's limit, too, and what it takes away another activity may count.
func TestAdjustmentsKeepTheMonthsLimit(t *testing.T) {
	o := newOffice(t)
	o.rules("2026-01-01", map[string]any{adultMonth: 8 * 60, lateDays: 60})
	o.on("2026-04-02")
	o.record(o.tutor, o.lines("adult", "course 2026-03-10 08:00 12:00", "intern 2026-03-11 08:00 11:00", "intern 2026-03-27 08:00 10:00")...)
	o.contests("before", "adult", "03-27 OVER_LIMIT")
	month := o.advance(o.course["adult"], "2026-03-01", attendance.SubmitMonth, attendance.CertifyMonth, attendance.LockMonth)
	adjust := func(minutes int) string {
		return o.refusal(o.as(o.promoter(), func(ctx context.Context, tx *postgres.Tx) error {
			return attendance.AdjustMonth(ctx, tx, attendance.Adjustment{MonthStep: attendance.MonthStep{Month: month, Reason: "prova"}, ID: uuid.New(), Day: calendar.MustDay("2026-03-10"), Minutes: minutes})
		}))
	}
	for _, step := range []struct {
		minutes         int
		code, contested string
	}{
		{61, "ATTENDANCE_OVER_MONTH_LIMIT", "03-27 OVER_LIMIT"},
		{60, "", "03-27 OVER_LIMIT"},
		{1, "ATTENDANCE_OVER_MONTH_LIMIT", "03-27 OVER_LIMIT"},
		{-119, "", "03-27 OVER_LIMIT"},
		{-1, "", ""},
		{1, "ATTENDANCE_OVER_MONTH_LIMIT", ""},
	} {
		if code := adjust(step.minutes); code != step.code {
			t.Errorf("%d minutes: %q, want %q", step.minutes, code, step.code)
		}
		o.contests(fmt.Sprint(step.minutes, " minutes"), "adult", step.contested)
	}
}

// An adjustment is held against the day and the week of the person, over all activities, and so are the hours that come after it.
func TestAdjustmentsKeepThePersonsDayAndWeek(t *testing.T) {
	o := newOffice(t)
	o.rules("2026-01-01", map[string]any{lateDays: 60})
	o.on("2026-04-02")
	adjust := func(month uuid.UUID, day string, minutes, days int) string {
		return o.refusal(o.as(o.promoter(), func(ctx context.Context, tx *postgres.Tx) error {
			return attendance.AdjustMonth(ctx, tx, attendance.Adjustment{MonthStep: attendance.MonthStep{Month: month, Reason: "prova"}, ID: uuid.New(), Day: calendar.MustDay(day), Minutes: minutes, Days: days})
		}))
	}
	o.record(o.tutor, o.lines("minor", "course 2026-03-16 08:00 12:00", "course 2026-03-16 13:00 17:00", "course 2026-03-17 08:00 12:00", "course 2026-03-17 13:00 17:00", "intern 2026-03-23 08:00 12:00")...)
	course := o.advance(o.course["minor"], "2026-03-01", attendance.SubmitMonth, attendance.CertifyMonth, attendance.LockMonth)
	if code := adjust(course, "2026-03-18", 6*60, 1); code != "" {
		t.Fatal(code)
	}
	o.record(o.tutor, o.lines("minor", "intern 2026-03-18 08:00 10:00", "intern 2026-03-18 10:00 11:00")...)
	o.contests("beside an adjustment", "minor", "03-18 OVER_LIMIT")
	o.resolve(placeAt(o, "2026-03-18", "10:00"), false)
	intern := o.internLocked("minor")
	for _, step := range []struct {
		day     string
		minutes int
		code    string
	}{
		{"2026-03-16", 1, "ATTENDANCE_OVER_DAY_LIMIT"},
		{"2026-03-19", 8 * 60, ""},
		{"2026-03-19", 1, "ATTENDANCE_OVER_DAY_LIMIT"},
		{"2026-03-20", 8 * 60, ""},
		{"2026-03-21", 1, "ATTENDANCE_OVER_WEEK_LIMIT"},
		{"2026-03-24", 8 * 60, ""},
	} {
		if code := adjust(intern, step.day, step.minutes, 0); code != step.code {
			t.Errorf("%d minutes on %s: %q, want %q", step.minutes, step.day, code, step.code)
		}
	}
}

// Nobody is absent, and may be paid for it, for longer than he could have been there on the day: absences yield to presence, whichever came first.
func TestAnAbsenceIsNoLongerThanADay(t *testing.T) {
	o := newOffice(t)
	o.rules("2026-01-01", map[string]any{lateDays: 60})
	o.on("2026-04-02")
	absent := func(line string) attendance.Entry {
		e := o.lines("minor", line)[0]
		e.Kind, e.AbsenceReason = attendance.Absence, "ILLNESS"
		return e
	}
	o.record(o.tutor, absent("course 2026-03-15 00:00 24:00"))
	o.contests("a whole day", "minor", "03-15 OVER_LIMIT")
	o.record(o.tutor, absent("course 2026-03-16 08:00 16:00"))
	o.contests("a day's hours", "minor", "03-15 OVER_LIMIT")
	o.record(o.tutor, o.lines("minor", "intern 2026-03-16 16:00 18:00")...)
	o.contests("beside presence", "minor", "03-15 OVER_LIMIT, 03-16 OVER_LIMIT")
}

// internLocked takes the internship's month of March through all its acts.
func (o *office) internLocked(name string) uuid.UUID {
	o.t.Helper()
	id := o.monthOf(o.intern[name], "2026-03-01")
	for _, step := range []struct {
		who access.Actor
		act monthly
	}{{o.tutor, attendance.SubmitMonth}, {o.host, attendance.CertifyMonthAsHost}, {o.promoter(), attendance.CertifyMonth}, {o.promoter(), attendance.LockMonth}} {
		if code := o.does(step.who, step.act, attendance.MonthStep{Month: id}); code != "" {
			o.t.Fatal(code)
		}
	}
	return id
}

// placeAt is the entry that begins at an hour of a day.
func placeAt(o *office, day, from string) (id uuid.UUID) {
	o.t.Helper()
	o.one("select id from attendance where day = $1::text::date and from_minute = $2", &id, day, calendar.MustLocalTime(from).Minutes())
	return id
}

// Of a day of somebody there is one for the insurance, whatever he was there for and whatever was put right; a day that was taken away from one activity
// leaves that of another.
func TestADayThatIsPutRightIsOneDay(t *testing.T) {
	o := newOffice(t)
	o.rules("2026-01-01", map[string]any{lateDays: 60})
	o.on("2026-04-02")
	o.record(o.tutor, o.lines("adult", "course 2026-03-17 08:00 12:00", "intern 2026-03-17 13:00 15:00", "intern 2026-03-18 08:00 12:00")...)
	month := o.internLocked("adult")
	for _, step := range []struct {
		day           string
		minutes, days int
		want          string
	}{
		{"2026-03-19", 120, 1, "720 3"},
		{"2026-03-17", -120, -1, "600 3"},
		{"2026-03-17", 60, 1, "660 3"},
		{"2026-03-18", -240, -1, "420 2"},
	} {
		if err := o.as(o.promoter(), func(ctx context.Context, tx *postgres.Tx) error {
			return attendance.AdjustMonth(ctx, tx, attendance.Adjustment{MonthStep: attendance.MonthStep{Month: month, Reason: "prova"}, ID: uuid.New(), Day: calendar.MustDay(step.day), Minutes: step.minutes, Days: step.days})
		}); err != nil {
			t.Fatal(err)
		}
		var there string
		o.one("select minutes || ' ' || days from presence_of(array(select participation_id from enrolment where id = $1), '2026-03-01', 1)", &there, o.course["adult"])
		if there != step.want {
			t.Errorf("%+v: %s", step, there)
		}
	}
}

// Hours that were brought in are part of their month.
func TestHoursBroughtInCountInTheirMonth(t *testing.T) {
	o := newOffice(t)
	for range 2 {
		id := uuid.New()
		o.exec("insert into member (id, issuer, subject, email, name, audience) values ($1, 'test', $2, $2 || '@example.org', 'Prova', '{}')", id, id.String())
	}
	o.rules("2026-01-01", map[string]any{adultMonth: 84 * 60, lateDays: 90})
	o.before(o.course["adult"], "2026-02-01") // 80 hours
	o.record(o.tutor, o.lines("adult", "intern 2026-02-10 08:00 12:00", "intern 2026-02-27 08:00 10:00", "intern 2026-03-02 08:00 12:00")...)
	o.contests("beside hours that were brought in", "adult", "02-27 OVER_LIMIT")
}
