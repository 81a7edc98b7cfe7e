package attendance_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/attendance"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
)

// TestOnlyHoursThatAreToldOfGiveWay: what somebody recorded as planned from 8 to 12 and from 13 to 15 gives way where he tells of it or a correction covers it, and
// stands against whatever only reaches into it until an act resolves them: no hour goes without a word, whichever comes first.
func TestOnlyHoursThatAreToldOfGiveWay(t *testing.T) {
	const reached = "08:00–13:30 CONTESTED{OTHER_VERSION}, 13:00–15:00 CONTESTED{OTHER_VERSION}"
	o := timetabled(t)
	o.now = today.AddDays(1).At(calendar.MustLocalTime("18:00"))
	tap := func() {
		o.tapped(o.tutor, attendance.Planned{Programme: o.programme, Day: today, MadeAt: today.At(calendar.MustLocalTime("16:00")), Except: []uuid.UUID{o.placement("minor")}})
	}
	for name, c := range map[string]struct {
		told        string // by the tutor who taps; nothing where the morning that he tapped is corrected
		absence     string // the reason of what he tells, which was presence without one
		tutor, lead string // corrections
		want        string
	}{
		"told into the next hours":               {told: "08:00–13:30", want: reached},
		"corrected into them":                    {told: "08:00–12:00", tutor: "08:00–13:30", want: reached},
		"by somebody else":                       {told: "08:00–12:00", lead: "08:00–13:30", want: reached},
		"the tapped morning":                     {tutor: "08:00–13:30", want: reached},
		"the tapped morning, by somebody else":   {lead: "08:00–13:30", want: reached},
		"the tapped morning moved":               {tutor: "13:00–14:00", want: "13:00–14:00 CONTESTED{OTHER_VERSION}, 13:00–15:00 CONTESTED{OTHER_VERSION}"},
		"the tapped morning put off":             {tutor: "09:00–12:30", want: "09:00–12:30 COUNTED{}, 13:00–15:00 COUNTED{}"},
		"told later than planned":                {told: "09:00–12:30", want: "09:00–12:30 COUNTED{}, 13:00–15:00 COUNTED{}"},
		"that put right by somebody else":        {told: "09:00–12:30", lead: "09:00–11:00", want: "09:00–11:00 COUNTED{}, 13:00–15:00 COUNTED{}"},
		"an hour missed":                         {told: "09:00–10:00", absence: "ILLNESS", want: "08:00–12:00 CONTESTED{OTHER_VERSION}, 09:00–10:00 CONTESTED{OTHER_VERSION}, 13:00–15:00 COUNTED{}"},
		"the morning missed":                     {told: "08:00–12:00", absence: "ILLNESS", want: "08:00–12:00 COUNTED{}, 13:00–15:00 COUNTED{}"},
		"told across both":                       {told: "11:00–14:00", want: "08:00–12:00 CONTESTED{OTHER_VERSION}, 11:00–14:00 CONTESTED{OTHER_VERSION}, 13:00–15:00 CONTESTED{OTHER_VERSION}"},
		"told of the whole day":                  {told: "08:00–15:00", want: "08:00–15:00 COUNTED{}"},
		"corrected to it":                        {told: "08:00–12:00", tutor: "08:00–15:00", want: "08:00–15:00 COUNTED{}"},
		"corrected to it by somebody else":       {told: "08:00–12:00", lead: "08:00–15:00", want: "08:00–15:00 CONTESTED{OTHER_VERSION}, 13:00–15:00 CONTESTED{OTHER_VERSION}"},
		"corrected to it, and that put right":    {told: "08:00–12:00", tutor: "08:00–15:00", lead: "08:00–14:00", want: "08:00–14:00 COUNTED{}"},
		"corrected into the morning's own hours": {told: "11:00–14:00", tutor: "08:00–12:00", want: "08:00–12:00 COUNTED{}, 13:00–15:00 COUNTED{}"},
	} {
		var steps []func()
		last := uuid.Must(uuid.NewV7())
		if c.told != "" {
			from, to, _ := strings.Cut(c.told, "–")
			e := entry(o.intern["adult"], today.String(), from, to)
			if e.ID = last; c.absence != "" {
				e.Kind, e.AbsenceReason = attendance.Absence, c.absence
			}
			steps = append(steps, func() { o.explained(outside, e) })
		}
		for _, by := range []struct {
			hours string
			actor access.Actor
		}{{c.tutor, o.tutor}, {c.lead, o.promoter()}} {
			if by.hours == "" {
				continue
			}
			told, to, _ := strings.Cut(by.hours, "–")
			from, until, of, id := calendar.MustLocalTime(told), calendar.MustLocalTime(to), last, uuid.Must(uuid.NewV7())
			steps, last = append(steps, func() {
				if c.told == "" {
					o.one("select id from attendance where from_minute = 480", &of)
				}
				if err := o.passing(by.actor, outside, func(ctx context.Context, tx *postgres.Tx) error {
					return attendance.Correct(ctx, tx, attendance.Correction{Entry: of, ID: id, From: &from, To: &until, Note: "un'altra ora"})
				}); err != nil {
					t.Fatal(name, err)
				}
			}), id
		}
		for first := range len(steps) + 1 {
			o.exec("update attendance set replaces_id = null")
			o.exec("delete from attendance")
			for n := range len(steps) + 1 {
				if n == first {
					tap()
				}
				if n < len(steps) {
					o.now = o.now.Add(time.Second)
					steps[n]()
				}
			}
			if got := o.stands(); got != c.want {
				t.Errorf("%s, tapped after %d: %s", name, first, got)
			}
			if c.told == "" {
				break // what is corrected was tapped
			}
		}
	}
}

// stands are the hours that count or might, in their order.
func (o *office) stands() (all string) {
	o.t.Helper()
	o.one(`select coalesce(string_agg(to_char(make_interval(mins => from_minute), 'HH24:MI') || '–' || to_char(make_interval(mins => to_minute), 'HH24:MI') || ' ' || standing || conflicts::text, ', '
		order by from_minute, to_minute), '') from attendance where standing in ('COUNTED', 'CONTESTED')`, &all)
	return all
}
