package company_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/lavoroincorso/lavoro/internal/company"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
)

var eightByForty = company.Limits{Day: 8 * 60, Week: 40 * 60}

func TestTimetable(t *testing.T) {
	full := []company.Hours{at(1, "08:00", "16:00"), at(2, "08:00", "16:00"), at(3, "08:00", "16:00"), at(4, "08:00", "16:00"), at(5, "08:00", "16:00")}
	cases := map[string]struct {
		week []company.Hours
		want []string
	}{
		"forty hours":             {full, nil},
		"touching stretches":      {[]company.Hours{at(1, "10:00", "12:00"), at(1, "08:00", "10:00")}, nil},
		"the end of the day":      {[]company.Hours{at(7, "20:00", "24:00")}, nil},
		"nothing":                 {nil, []string{"OPENING_NO_TIMETABLE@hours"}},
		"no such weekday":         {[]company.Hours{at(0, "08:00", "09:00"), at(8, "08:00", "09:00")}, []string{"INVALID_VALUE@hours.0.weekday", "INVALID_VALUE@hours.1.weekday"}},
		"no length":               {[]company.Hours{at(1, "08:00", "08:00")}, []string{"OPENING_HOURS_END_BEFORE_START@hours.0.to"}},
		"past midnight":           {[]company.Hours{at(1, "22:00", "02:00")}, []string{"OPENING_HOURS_END_BEFORE_START@hours.0.to"}},
		"overlap, later first":    {[]company.Hours{at(1, "09:00", "11:00"), at(1, "08:00", "10:00")}, []string{"OPENING_HOURS_OVERLAP@hours.0.from"}},
		"one within another":      {[]company.Hours{at(1, "08:00", "14:00"), at(1, "09:00", "10:00"), at(1, "12:00", "15:00")}, []string{"OPENING_HOURS_OVERLAP@hours.1.from", "OPENING_HOURS_OVERLAP@hours.2.from"}},
		"same hours, other days":  {[]company.Hours{at(1, "08:00", "10:00"), at(2, "08:00", "10:00")}, nil},
		"a day too long":          {[]company.Hours{at(3, "08:00", "12:00"), at(3, "13:00", "17:01")}, []string{"OPENING_OVER_DAY_LIMIT@hours"}},
		"a week too long":         {append(slices.Clone(full), at(6, "08:00", "08:01")), []string{"OPENING_OVER_WEEK_LIMIT@hours"}},
		"more stretches than any": {make([]company.Hours, 101), []string{"INVALID_VALUE@hours"}},
	}
	for name, c := range cases {
		if got := places(eightByForty.Timetable(c.week)); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
	month := eightByForty
	for month.Month = range map[int]bool{4*40*60 - 1: true, 4 * 40 * 60: false, 0: false} {
		want := []string(nil)
		if month.Month == 4*40*60-1 {
			want = []string{"OPENING_OVER_MONTH_LIMIT@hours"}
		}
		if got := places(month.Timetable(full)); !slices.Equal(got, want) {
			t.Errorf("four weeks in a month of %d minutes: %v, want %v", month.Month, got, want)
		}
	}
}

// minute by minute, a week that is not refused never has anybody in two stretches at once, nor beyond the limits.
func TestTimetableHoldsEveryMinuteOnce(t *testing.T) {
	stretch := rapid.Custom(func(t *rapid.T) company.Hours {
		from := rapid.IntRange(0, 1439).Draw(t, "from")
		to := rapid.IntRange(from, min(from+300, 1440)).Draw(t, "to")
		return company.Hours{Weekday: rapid.IntRange(1, 7).Draw(t, "weekday"), From: minute(from), To: minute(to)}
	})
	rapid.Check(t, func(t *rapid.T) {
		week := rapid.SliceOfN(stretch, 1, 8).Draw(t, "week")
		free := len(eightByForty.Timetable(week)) == 0
		if free != possible(week) {
			t.Fatalf("accepted: %v, possible: %v", free, possible(week))
		}
	})
}

func possible(week []company.Hours) bool {
	var total int
	for day := 1; day <= 7; day++ {
		var there [1440]bool
		var sum int
		for _, h := range week {
			if h.Weekday != day {
				continue
			}
			if !h.From.Before(h.To) {
				return false
			}
			for m := h.From.Minutes(); m < h.To.Minutes(); m++ {
				if there[m] {
					return false
				}
				there[m] = true
				sum++
			}
		}
		if total += sum; sum > eightByForty.Day {
			return false
		}
	}
	return total <= eightByForty.Week && calendar.Minutes(total) == company.WeeklyMinutes(week)
}

func minute(n int) calendar.LocalTime {
	t, err := calendar.NewLocalTime(n)
	if err != nil {
		panic(err)
	}
	return t
}

func TestEveryStateOfAnOpeningHasWordsAndAnExitOrIsFinal(t *testing.T) {
	for state, s := range company.Standings {
		if !s.Label.Complete() || !s.Hint.Complete() {
			t.Errorf("%s lacks words", state)
		}
		exits := slices.ContainsFunc(company.Transitions, func(t company.Transition) bool { return slices.Contains(t.From, state) })
		if final := s.Clock == ""; final == exits {
			t.Errorf("%s: clock %q, exits %v", state, s.Clock, exits)
		}
		if !slices.ContainsFunc(company.Transitions, func(t company.Transition) bool { return t.To == state }) {
			t.Errorf("nothing leads to %s", state)
		}
	}
}
