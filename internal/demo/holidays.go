package demo

import (
	"time"

	"github.com/lavoroincorso/lavoro/internal/values/calendar"
)

// open says whether offices work on the day: Monday to Friday, but for Italian holidays.
func open(d calendar.Day) bool {
	wd := d.Weekday()
	return wd != time.Saturday && wd != time.Sunday && !holiday(d)
}

// fixedHolidays are those of L. 260/1949, by month and day, with the patrons of Massa and Carrara left out, and Saint Francis, of L. 151/2025.
var fixedHolidays = map[[2]int]bool{
	{1, 1}: true, {1, 6}: true, {4, 25}: true, {5, 1}: true, {6, 2}: true, {8, 15}: true, {11, 1}: true, {12, 8}: true, {12, 25}: true, {12, 26}: true,
}

func holiday(d calendar.Day) bool {
	year, month, day := d.Date()
	return fixedHolidays[[2]int{int(month), day}] || month == time.October && day == 4 && year >= 2026 || d == easter(year).AddDays(1)
}

// easter is the Sunday, by the anonymous Gregorian computus.
func easter(year int) calendar.Day {
	a, b, c := year%19, year/100, year%100
	h := (19*a + b - b/4 - (b-(b+8)/25+1)/3 + 15) % 30
	l := (32 + 2*(b%4) + 2*(c/4) - h - c%4) % 7
	m := (a + 11*h + 22*l) / 451
	n := h + l - 7*m + 114
	d, _ := calendar.NewDay(year, time.Month(n/31), n%31+1)
	return d
}

// patron says whether a municipality celebrates its own.
func patron(d calendar.Day, municipality string) bool {
	_, month, day := d.Date()
	return municipality == "045003" && month == time.June && day == 16 || municipality == "045010" && month == time.October && day == 4
}

// shut says whether companies keep a person at home: holidays, the middle of August, the days around New Year.
func shut(d calendar.Day) bool {
	_, month, day := d.Date()
	return holiday(d) || month == time.August && day >= 10 && day <= 20 || month == time.December && day >= 24 || month == time.January && day <= 6
}
