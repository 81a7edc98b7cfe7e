package attendance_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/attendance"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
)

// arrival is something that comes from a phone, or is done at a desk: after what it needs to be there.
type arrival struct {
	what  string
	after int // place of what comes before it, -1 for nothing
	do    func() string
}

// hoursOf are those of the day's stretches that people tell of.
var hoursOf = [][2]string{{"08:00", "12:00"}, {"13:00", "15:00"}, {"08:00", "09:30"}, {"11:00", "14:00"}, {"09:00", "12:00"}, {"15:00", "16:00"}}

// TestOrderOfArrivalChangesNothing: taps, hours and absences that several people tell of a day, and what is taken back or corrected, leave the same register, in whichever order
// they come, each as often as it likes.
func TestOrderOfArrivalChangesNothing(t *testing.T) {
	o := timetabled(t)
	o.now = today.AddDays(1).At(calendar.MustLocalTime("18:00")) // later than whatever the phones tell of
	rapid.Check(t, func(r *rapid.T) {
		people := []access.Actor{o.tutor, o.host}
		day := today
		var all []arrival
		made := func(i int) time.Time {
			return day.At(calendar.MustLocalTime("16:00")).Add(time.Duration(i) * time.Minute)
		}
		for i := range rapid.IntRange(2, 5).Draw(r, "arrivals") {
			who := rapid.IntRange(0, 1).Draw(r, "who")
			actor := people[who]
			if rapid.Bool().Draw(r, "tap") {
				tap := attendance.Planned{Programme: o.programme, Day: day, MadeAt: made(i), Except: []uuid.UUID{o.placement("minor")}}
				all = append(all, arrival{fmt.Sprintf("%d taps", who), -1, func() string { _, code := o.tapped(actor, tap); return code }})
				continue
			}
			hours := rapid.SampledFrom(hoursOf).Draw(r, "hours")
			e := entry(o.intern["adult"], day.String(), hours[0], hours[1])
			e.MadeAt = made(i)
			if rapid.IntRange(0, 3).Draw(r, "absence") == 0 {
				e.Kind, e.AbsenceReason = attendance.Absence, "ILLNESS"
			}
			all = append(all, arrival{fmt.Sprintf("%d tells %s %s–%s", who, e.Kind, hours[0], hours[1]), -1, func() string { o.record(actor, e); return "" }})
			switch rapid.IntRange(0, 3).Draw(r, "then") {
			case 0:
				all = append(all, arrival{"takes it back", len(all) - 1, func() string {
					return o.code(o.as(actor, func(ctx context.Context, tx *postgres.Tx) error {
						return attendance.Withdraw(ctx, tx, e.ID, "per errore", nil)
					}))
				}})
			case 1:
				other, id := rapid.SampledFrom(append(slices.Clone(hoursOf), [2]string{"16:00", "17:00"})).Draw(r, "other hours"), uuid.Must(uuid.NewV7())
				from, to := calendar.MustLocalTime(other[0]), calendar.MustLocalTime(other[1])
				by := rapid.IntRange(0, 1).Draw(r, "by")
				all = append(all, arrival{fmt.Sprintf("corrected by %s to %s–%s", []string{"the tutor", "the office"}[by], from, to), len(all) - 1, func() string {
					return o.code(o.passing([]access.Actor{o.tutor, o.promoter()}[by], outside, func(ctx context.Context, tx *postgres.Tx) error {
						return attendance.Correct(ctx, tx, attendance.Correction{Entry: e.ID, ID: id, From: &from, To: &to, Note: "un'altra ora"})
					}))
				}})
			}
		}
		var first string
		for round := range 3 {
			o.exec("update attendance set replaces_id = null")
			o.exec("delete from attendance")
			order := make([]int, len(all))
			for i := range order {
				order[i] = i
			}
			if round > 0 {
				order = rapid.Permutation(order).Draw(r, "order")
			}
			var told string
			done := make([]bool, len(all))
			for len(order) > 0 {
				n := slices.IndexFunc(order, func(i int) bool { return all[i].after < 0 || done[all[i].after] })
				i := order[n]
				order = slices.Delete(order, n, n+1)
				told += fmt.Sprintf("%s %s; ", all[i].what, all[i].do())
				done[i] = true
			}
			var got string
			o.one(`select coalesce(string_agg(concat_ws(' ', kind, from_minute, to_minute, standing, array(select unnest(conflicts) order by 1)), ', ' order by from_minute, to_minute, kind, standing), '')
				from attendance where standing in ('COUNTED', 'CONTESTED')`, &got)
			if round == 0 {
				first = got
			} else if got != first {
				r.Fatalf("%s\nleft %s\ninstead of %s", told, got, first)
			}
		}
	})
}
