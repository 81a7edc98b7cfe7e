package calendar

import (
	"time"
	_ "time/tzdata" // the machine may have no zone files, and a wrong zone would move days
)

var rome = mustRome()

func mustRome() *time.Location {
	location, err := time.LoadLocation("Europe/Rome")
	if err != nil {
		panic(err)
	}
	return location
}

// Rome is the zone of every day and local time of the programme, Europe/Rome.
func Rome() *time.Location { return rome }

// DayOf is the day that it is in Rome at an instant; no day for the zero time or outside the years 1 to 9999.
func DayOf(t time.Time) Day {
	if t.IsZero() {
		return Day{}
	}
	year, month, day := t.In(rome).Date()
	d, _ := NewDay(year, month, day)
	return d
}

// LocalTimeOf is the time of day that it is in Rome at an instant, seconds cut off.
func LocalTimeOf(t time.Time) LocalTime {
	hour, minute, _ := t.In(rome).Clock()
	return LocalTime{minutes: int16(hour*60 + minute)}
}

// At is the instant of a time of day in Rome; the zero time for no day. When clocks go forward, a time that does not
// exist moves on by the same hour (02:30 is 03:30); when they go back, the first of the two is meant. 24:00 is the
// start of the next day.
func (d Day) At(t LocalTime) time.Time {
	if d.IsZero() {
		return time.Time{}
	}
	wall := d.utc().Add(time.Duration(t.minutes) * time.Minute)
	before := wall.Add(-offset(wall.Add(-24 * time.Hour))).In(rome)
	after := wall.Add(-offset(wall.Add(24 * time.Hour))).In(rome)
	if !reads(before, wall) && reads(after, wall) {
		return after
	}
	return before
}

// Shows says whether clocks in Rome show a time on the day: on that on which they go forward an hour is left out. 24:00 is the start of the next day;
// no day shows any.
func (d Day) Shows(t LocalTime) bool {
	return !d.IsZero() && reads(d.At(t), d.utc().Add(time.Duration(t.minutes)*time.Minute))
}

// Start is the first instant of the day in Rome; the zero time for no day.
func (d Day) Start() time.Time { return d.At(LocalTime{}) }

// Elapsed is the time that passes in Rome from one time of the day to another: an hour less than they show where clocks go forward between them,
// an hour more where they go back. It may be nothing, or negative where to comes first.
func (d Day) Elapsed(from, to LocalTime) Minutes {
	return Minutes(d.At(to).Sub(d.At(from)) / time.Minute)
}

func offset(t time.Time) time.Duration {
	_, seconds := t.In(rome).Zone()
	return time.Duration(seconds) * time.Second
}

func reads(t, wall time.Time) bool {
	return t.Hour() == wall.Hour() && t.Minute() == wall.Minute() && t.YearDay() == wall.YearDay()
}
