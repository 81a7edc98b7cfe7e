package activity_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/lavoroincorso/lavoro/internal/activity"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
)

func TestPlannedMinutes(t *testing.T) {
	for _, c := range []struct {
		weekly   calendar.Minutes
		from, to string
		want     calendar.Minutes
	}{
		{1200, "2026-03-02", "2026-03-08", 1200},  // one week
		{1200, "2026-03-02", "2026-03-02", 171},   // a day: 171.4
		{1207, "2026-03-02", "2026-03-02", 172},   // 172.4
		{1200, "2026-03-02", "2026-08-30", 31200}, // 26 weeks
		{1200, "2026-03-02", "2026-03-01", 0},
		{0, "2026-03-02", "2026-08-30", 0},
		{-5, "2026-03-02", "2026-08-30", 0},
	} {
		if got := activity.PlannedMinutes(c.weekly, day(c.from), day(c.to)); got != c.want {
			t.Errorf("%d a week from %s to %s: %d, want %d", c.weekly, c.from, c.to, got, c.want)
		}
	}
}

// Dividing a time in two changes the minutes owed by no more than the rounding.
func TestPlannedMinutesAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		weekly := calendar.Minutes(rapid.IntRange(0, 2400).Draw(t, "weekly"))
		from := day("2026-01-01").AddDays(rapid.IntRange(0, 400).Draw(t, "from"))
		middle := from.AddDays(rapid.IntRange(0, 200).Draw(t, "first part"))
		to := middle.AddDays(rapid.IntRange(1, 200).Draw(t, "second part"))
		whole := activity.PlannedMinutes(weekly, from, to)
		parts := activity.PlannedMinutes(weekly, from, middle) + activity.PlannedMinutes(weekly, middle.AddDays(1), to)
		if whole-parts > 1 || parts-whole > 1 {
			t.Fatalf("%d in one, %d in two", whole, parts)
		}
	})
}

func TestEveryStateOfAnEnrolmentHasAnExitOrIsFinal(t *testing.T) {
	final := map[activity.State]bool{activity.Enrolled: false, activity.Suspended: false, activity.Completed: true, activity.Withdrawn: true}
	for state, ends := range final {
		exits := slices.ContainsFunc(activity.Transitions, func(t activity.Transition) bool { return slices.Contains(t.From, state) })
		if exits == ends {
			t.Errorf("%s: exits %v, final %v", state, exits, ends)
		}
		if !slices.ContainsFunc(activity.Transitions, func(t activity.Transition) bool { return t.To == state }) {
			t.Errorf("nothing leads to %s", state)
		}
	}
}
