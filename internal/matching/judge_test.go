package matching_test

import (
	"reflect"
	"slices"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/lavoroincorso/lavoro/internal/company"
	"github.com/lavoroincorso/lavoro/internal/matching"
	"github.com/lavoroincorso/lavoro/internal/placement/placementtest"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

var today = placementtest.Monday

func rules() matching.Rules {
	return matching.Rules{Weights: programme.Weights{Sector: 40, Traits: 30, Municipality: 15, Timetable: 15}, Kept: 3, AdultWeek: 2400, MinorAge: 18, MinorDay: 480,
		MinorWeek: 2400, NightFrom: calendar.MustLocalTime("22:00"), NightTo: calendar.MustLocalTime("06:00"), MinorRest: 2,
		Territory: map[string]bool{"045003": true, "045010": true}}
}

func grown() matching.Person {
	return matching.Person{Participation: uuid.New(), BirthDay: calendar.MustDay("1990-05-17"), Municipality: "045003", Brings: []string{"STANDING"}, Wishes: []string{"KITCHEN"}}
}

func kitchen() matching.Opening {
	return matching.Opening{ID: uuid.New(), Title: "Aiuto in cucina", Sector: "KITCHEN", Municipality: "045003", Hours: placementtest.Mornings(), WeeklyMinutes: 1200,
		From: today, To: today.AddDays(200), Open: true, Free: 1}
}

func reasons(r matching.Result, kind string) (codes []string) {
	for _, reason := range r.Reasons {
		if reason.Kind == kind {
			codes = append(codes, reason.Code)
		}
	}
	return codes
}

func at(weekday int, from, to string) company.Hours {
	return company.Hours{Weekday: weekday, From: calendar.MustLocalTime(from), To: calendar.MustLocalTime(to)}
}

func TestWhatBlocks(t *testing.T) {
	week := func(days int, from, to string) (hours []company.Hours) {
		for d := 1; d <= days; d++ {
			hours = append(hours, at(d, from, to))
		}
		return hours
	}
	for name, c := range map[string]struct {
		change func(p *matching.Person, o *matching.Opening)
		want   []string
	}{
		"nothing":          {func(*matching.Person, *matching.Opening) {}, nil},
		"placed":           {func(p *matching.Person, _ *matching.Opening) { p.Placed = true }, []string{"PERSON_PLACED"}},
		"closed":           {func(_ *matching.Person, o *matching.Opening) { o.Open = false }, []string{"OPENING_CLOSED"}},
		"full":             {func(_ *matching.Person, o *matching.Opening) { o.Free = 0 }, []string{"OPENING_FULL"}},
		"over":             {func(_ *matching.Person, o *matching.Opening) { o.To = today.AddDays(-1) }, []string{"OPENING_OVER"}},
		"on its last day":  {func(_ *matching.Person, o *matching.Opening) { o.To = today }, nil},
		"trait missing":    {func(_ *matching.Person, o *matching.Opening) { o.Requires = []string{"LIFTING"} }, []string{"TRAIT_REQUIRED"}},
		"trait brought":    {func(_ *matching.Person, o *matching.Opening) { o.Requires = []string{"STANDING"} }, nil},
		"need not offered": {func(p *matching.Person, _ *matching.Opening) { p.Needs = []string{"QUIET_PLACE"} }, []string{"NEED_NOT_OFFERED"}},
		"need offered": {func(p *matching.Person, o *matching.Opening) {
			p.Needs, o.Offers = []string{"QUIET_PLACE"}, []string{"QUIET_PLACE"}
		}, nil},
		"adult at night":    {func(_ *matching.Person, o *matching.Opening) { o.Hours = week(5, "20:00", "23:00") }, nil},
		"minor in mornings": {func(p *matching.Person, _ *matching.Opening) { p.BirthDay = today.AddDays(-17 * 365) }, nil},
		"minor at night": {func(p *matching.Person, o *matching.Opening) {
			p.BirthDay, o.Hours = today.AddDays(-17*365), week(5, "20:00", "22:01")
		},
			[]string{"MINOR_NIGHT"}},
		"minor before dawn": {func(p *matching.Person, o *matching.Opening) {
			p.BirthDay, o.Hours = today.AddDays(-17*365), week(5, "05:59", "09:00")
		},
			[]string{"MINOR_NIGHT"}},
		"minor up to ten": {func(p *matching.Person, o *matching.Opening) {
			p.BirthDay, o.Hours = today.AddDays(-17*365), week(5, "20:00", "22:00")
		}, nil},
		"minor all day": {func(p *matching.Person, o *matching.Opening) {
			p.BirthDay, o.Hours = today.AddDays(-17*365), week(2, "08:00", "16:01")
		}, []string{"MINOR_DAY"}},
		"minor all week": {func(p *matching.Person, o *matching.Opening) {
			p.BirthDay, o.WeeklyMinutes = today.AddDays(-17*365), 2401
		}, []string{"MINOR_WEEK"}},
		"minor six days": {func(p *matching.Person, o *matching.Opening) {
			p.BirthDay, o.Hours = today.AddDays(-17*365), week(6, "09:00", "12:00")
		}, []string{"MINOR_REST"}},
		"grown by then": {func(p *matching.Person, o *matching.Opening) {
			p.BirthDay, o.From, o.Hours = today.AddMonths(-12*18+1), today.AddMonths(1), week(6, "20:00", "23:00")
		}, nil},
		"two things at once": {func(p *matching.Person, o *matching.Opening) {
			p.Needs, o.Requires = []string{"QUIET_PLACE"}, []string{"LIFTING"}
		},
			[]string{"TRAIT_REQUIRED", "NEED_NOT_OFFERED"}},
	} {
		t.Run(name, func(t *testing.T) {
			p, o := grown(), kitchen()
			c.change(&p, &o)
			got := matching.Judge(p, o, rules(), today)
			if blocks := reasons(got, matching.Block); !slices.Equal(blocks, c.want) || got.Blocked != (len(c.want) > 0) {
				t.Errorf("blocked %v by %v, want %v", got.Blocked, blocks, c.want)
			}
		})
	}
}

// A minor's timetable is blocked that no month is short enough for, where a rule limits months.
func TestMonthsOfMinors(t *testing.T) {
	p, o, r := grown(), kitchen(), rules()
	p.BirthDay = today.AddDays(-17 * 365)
	for limit, want := range map[int][]string{0: nil, 4 * 1200: nil, 4*1200 - 1: {"MINOR_MONTH"}} {
		r.MinorMonth = limit
		if blocks := reasons(matching.Judge(p, o, r, today), matching.Block); !slices.Equal(blocks, want) {
			t.Errorf("%d minutes a month: blocked by %v, want %v", limit, blocks, want)
		}
	}
}

func TestWhatScores(t *testing.T) {
	for name, c := range map[string]struct {
		change func(p *matching.Person, o *matching.Opening)
		want   int
	}{
		"all fits":         {func(p *matching.Person, o *matching.Opening) { o.Requires = []string{"STANDING"} }, 100},
		"another sector":   {func(p *matching.Person, o *matching.Opening) { o.Requires, o.Sector = []string{"STANDING"}, "OFFICE" }, 60},
		"no wishes":        {func(p *matching.Person, o *matching.Opening) { o.Requires, p.Wishes = []string{"STANDING"}, nil }, 80},
		"ability not used": {func(p *matching.Person, o *matching.Opening) {}, 85},
		"half of it used": {func(p *matching.Person, o *matching.Opening) {
			o.Requires, p.Brings = []string{"STANDING"}, []string{"LIFTING", "STANDING"}
		}, 92},
		"the next municipality": {func(p *matching.Person, o *matching.Opening) {
			o.Requires, o.Municipality = []string{"STANDING"}, "045010"
		}, 92},
		"far away": {func(p *matching.Person, o *matching.Opening) {
			o.Requires, o.Municipality = []string{"STANDING"}, "048017"
		}, 85},
		"three quarters": {func(p *matching.Person, o *matching.Opening) {
			o.Requires, o.WeeklyMinutes = []string{"STANDING"}, 1800
		}, 92},
		"full time": {func(p *matching.Person, o *matching.Opening) {
			o.Requires, o.WeeklyMinutes = []string{"STANDING"}, 2400
		}, 85},
	} {
		t.Run(name, func(t *testing.T) {
			p, o := grown(), kitchen()
			c.change(&p, &o)
			if got := matching.Judge(p, o, rules(), today); got.Score != c.want {
				t.Errorf("%d points, want %d: %+v", got.Score, c.want, got.Reasons)
			}
		})
	}
}

var (
	traitCodes  = []string{"CLOSE_TUTORING", "LIFTING", "OUTDOORS", "PART_TIME", "QUIET_PLACE", "STANDING", "TEAMWORK"}
	sectorCodes = []string{"KITCHEN", "OFFICE", "RETAIL"}
	places      = []string{"045003", "045010", "048017"}
)

func some(t *rapid.T, from []string, name string) []string {
	picked := rapid.SliceOfDistinct(rapid.SampledFrom(from), func(s string) string { return s }).Draw(t, name)
	slices.Sort(picked)
	return picked
}

func anyPerson(t *rapid.T) matching.Person {
	return matching.Person{Participation: uuid.New(), Person: uuid.New(), BirthDay: today.AddDays(-rapid.IntRange(15*365, 60*365).Draw(t, "age")),
		Municipality: rapid.SampledFrom(places).Draw(t, "home"), Brings: some(t, traitCodes, "brings"), Needs: some(t, traitCodes, "needs"),
		Wishes: some(t, sectorCodes, "wishes"), Placed: rapid.Bool().Draw(t, "placed")}
}

func anyOpening(t *rapid.T) matching.Opening {
	o := kitchen()
	o.Sector, o.Municipality = rapid.SampledFrom(sectorCodes).Draw(t, "sector"), rapid.SampledFrom(places).Draw(t, "place")
	o.Requires, o.Offers = some(t, traitCodes, "requires"), some(t, traitCodes, "offers")
	o.WeeklyMinutes = rapid.IntRange(60, 2400).Draw(t, "weekly")
	return o
}

// Points are of 100 and add up to the score; blocks come first; the same facts give the same result.
func TestJudgementsHoldTogether(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, o := anyPerson(t), anyOpening(t)
		r := matching.Judge(p, o, rules(), today)
		sum := 0
		for i, reason := range r.Reasons {
			sum += reason.Points
			if reason.Points < 0 || reason.Kind == matching.Block && (reason.Points != 0 || i > 0 && r.Reasons[i-1].Kind != matching.Block) {
				t.Fatalf("reasons are %+v", r.Reasons)
			}
		}
		if sum != r.Score || r.Score < 0 || r.Score > 100 {
			t.Fatalf("%d points add up to %d", r.Score, sum)
		}
		if again := matching.Judge(p, o, rules(), today); !reflect.DeepEqual(again, r) {
			t.Fatalf("judged again: %+v, then %+v", r, again)
		}
	})
}

// The text for a company depends on the opening and on which of its requirements and offers are met or used, on nothing else.
func TestTheCompanyLearnsNothingOfThePerson(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, o := anyPerson(t), anyOpening(t)
		other := anyPerson(t)
		met := func(x matching.Person) ([]string, []string) {
			keep := func(codes, of []string) []string {
				return slices.DeleteFunc(slices.Clone(codes), func(c string) bool { return !slices.Contains(of, c) })
			}
			return keep(x.Brings, o.Requires), keep(x.Needs, o.Offers)
		}
		// The other person differs in all, but meets and uses the same.
		other.Brings, other.Needs = met(p)
		if a, b := matching.CompanyText(o, p.Brings, p.Needs, words), matching.CompanyText(o, other.Brings, other.Needs, words); a != b {
			t.Fatalf("texts differ: %q and %q", a.It, b.It)
		}
	})
}

var words = matching.Words{"work_traits": {"STANDING": {It: "Stare in piedi a lungo", En: "Standing for long"}, "CLOSE_TUTORING": {It: "Affiancamento costante", En: "Close tutoring"}},
	"work_sectors": {"KITCHEN": {It: "Cucina e mensa", En: "Kitchen and canteen"}}}

func TestCompanyTextReadsWell(t *testing.T) {
	o := kitchen()
	o.Requires, o.Offers = []string{"STANDING"}, []string{"CLOSE_TUTORING"}
	got := matching.CompanyText(o, []string{"STANDING"}, []string{"CLOSE_TUTORING"}, words)
	want := text.Text{
		It: "Per il posto «Aiuto in cucina» (Cucina e mensa) proponiamo una persona che porta quanto richiesto: Stare in piedi a lungo. Sarà utile quanto offrite: Affiancamento costante.",
		En: "For the seat “Aiuto in cucina” (Kitchen and canteen) we propose a person who brings what you require: Standing for long. What you offer will help: Close tutoring."}
	if got != want {
		t.Errorf("got %q\nand %q", got.It, got.En)
	}
	o.Requires = nil
	if got := matching.CompanyText(o, nil, nil, words); got.It != "Per il posto «Aiuto in cucina» (Cucina e mensa) proponiamo una persona interessata a svolgere le mansioni indicate." {
		t.Errorf("got %q", got.It)
	}
}

// Every reason that can be given has words in both languages, without a placeholder left.
func TestEveryReasonHasWords(t *testing.T) {
	seen := map[string]bool{}
	rapid.Check(t, func(t *rapid.T) {
		p, o := anyPerson(t), anyOpening(t)
		for _, reason := range matching.Judge(p, o, rules(), today).Reasons {
			said := words.Text(reason)
			if !said.Complete() || len(text.Placeholders(said.It)) > 0 || len(text.Placeholders(said.En)) > 0 {
				t.Fatalf("%s says %q, %q", reason.Code, said.It, said.En)
			}
			seen[reason.Code] = true
		}
	})
	if len(seen) < 8 {
		t.Errorf("only %d reasons were met", len(seen))
	}
}

func TestNoStateIsADeadEnd(t *testing.T) {
	for _, s := range matching.States() {
		var out, in bool
		for _, way := range matching.Transitions {
			out, in = out || slices.Contains(way.From, s), in || way.To == s
		}
		if !out && !s.Final() || !in {
			t.Errorf("%s: a way in %v, a way out %v, final %v", s, in, out, s.Final())
		}
		if !matching.Labels[string(s)].Complete() || !matching.Hints[string(s)].Complete() {
			t.Errorf("%s has no words", s)
		}
	}
}
