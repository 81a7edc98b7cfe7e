package attendance

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// maxDays is how many days a phone takes along at once.
const maxDays = 15

// accompanying are the viewer's keys of those whom he accompanies, as their tutor or at their company.
func accompanying(actor access.Actor, programme uuid.UUID) []uuid.UUID {
	return actor.KeysAs(programme, access.Tutor, access.HostTutor)
}

// byKey picks rows of a table that are kept by key, under the keys of whom the viewer accompanies.
func byKey(table, within string) string {
	return "{o}.id in (select k.id from " + table + "_key k where k.key = any ({keys}) and k.programme_id = {a:programme} and " + within + ")"
}

const (
	lastOfDays = "({a:from} + {a:days} - 1)"
	monthsOn   = "k.month between date_trunc('month', {a:from})::date and " + lastOfDays
)

const daysInputs = "json_build_object('programme', {a:programme}, 'from', {a:from}, 'days', {a:days})"

var enrolledOn = byKey("enrolment", "k.from_day <= "+lastOfDays) + " and {o}.to_day >= {a:from}"

// tutorDays is all that a phone needs to make entries of some days without network.
func tutorDays() plan.Root {
	return plan.ComposedIn(accompanying, map[string]plan.Arg{"from": {SQLType: "date"}, "days": {SQLType: "int", Check: checkDays}}, plan.Fields{
		"from":       plan.Expr("{a:from}"),
		"to":         plan.Expr(lastOfDays),
		"position":   plan.Expr(programme.PositionSQL("{a:programme}")),
		"enrolments": plan.ManyWhere("Enrolment", enrolledOn, "{o}.from_day, {o}.id"),
		"minors":     plan.ManyWhere("Enrolment", enrolledOn+" and enrolment_minor({o}.id, {a:from})", "{o}.from_day, {o}.id"),
		"months":     plan.ManyWhere("RegisterMonth", byKey("register_month", monthsOn), "{o}.month, {o}.id"),
		"entries": plan.ManyWhere("Attendance", byKey("attendance", "k.day between {a:from} and "+lastOfDays)+" and {o}.standing in ('COUNTED', 'CONTESTED')",
			"{o}.day, {o}.from_minute, {o}.id"),
		"closedDays": plan.Hole("attendance.closedDays", daysInputs),
		"rules":      plan.Hole("attendance.rulesOn", daysInputs),
	})
}

func checkDays(days any) error {
	if n, _ := days.(int64); n < 1 || n > maxDays {
		return DaysAtOnce.At("days").With("max", maxDays)
	}
	return nil
}

// dayRule is a rule of the register on some of the days that are asked for.
type dayRule struct {
	ValidFrom calendar.Day `json:"validFrom"`
	Code      string       `json:"code"`
	Label     text.Text    `json:"label"`
	Value     string       `json:"value"`
	Unit      string       `json:"unit"`
	Source    string       `json:"source"`
	Confirmed bool         `json:"confirmed"`
}

// askedDays are the days of one root.
type askedDays struct {
	Programme uuid.UUID
	From      calendar.Day
	Days      int
}

// shutDay is a day that is closed to some of the enrolments, for one reason.
type shutDay struct {
	Day        calendar.Day `json:"day"`
	Kind       string       `json:"kind"`
	Label      text.Text    `json:"label"`
	Source     string       `json:"source"`
	Enrolments []string     `json:"enrolments"`
}

// plannedStretch is a stretch of work in the week of an internship.
type plannedStretch struct {
	Weekday int                `json:"weekday"` // 1 is Monday
	From    calendar.LocalTime `json:"from"`
	To      calendar.LocalTime `json:"to"`
}

func timetable(_ context.Context, _ *postgres.Tx, week []plannedStretch) (any, error) {
	return week, nil
}

// shutDays gives the days that are closed to those whom the viewer accompanies, each with the reason.
func shutDays(ctx context.Context, tx *postgres.Tx, asked askedDays) (any, error) {
	ids, err := enrolledOnDays(ctx, tx, asked.Programme, accompanying(tx.Actor, asked.Programme), asked.From, asked.From.AddDays(asked.Days-1))
	if err != nil {
		return nil, err
	}
	var enrolments []uuid.UUID
	var days []calendar.Day
	for n := range asked.Days {
		for _, id := range ids {
			enrolments, days = append(enrolments, id), append(days, asked.From.AddDays(n))
		}
	}
	rows, err := closedDays(ctx, tx, enrolments, days)
	if err != nil {
		return nil, err
	}
	return gathered(rows), nil
}

// gathered puts together what is closed for the same reason, by day and kind.
func gathered(rows []closedDay) []shutDay {
	slices.SortStableFunc(rows, func(a, b closedDay) int {
		return cmp.Or(a.Day.Compare(b.Day), strings.Compare(a.Kind, b.Kind), strings.Compare(a.Label.It, b.Label.It), strings.Compare(a.Source, b.Source))
	})
	all := []shutDay{}
	for _, r := range rows {
		if n := len(all); n == 0 || all[n-1].Day != r.Day || all[n-1].Kind != r.Kind || all[n-1].Label != r.Label || all[n-1].Source != r.Source {
			all = append(all, shutDay{Day: r.Day, Kind: r.Kind, Label: r.Label, Source: r.Source})
		}
		last := &all[len(all)-1]
		last.Enrolments = append(last.Enrolments, plan.FormatID("enr", r.EnrolmentID))
	}
	return all
}

// rulesOn gives the rules of every version that is in force on one of the days.
func rulesOn(ctx context.Context, tx *postgres.Tx, asked askedDays) (any, error) {
	rules, last := []dayRule{}, uuid.Nil
	for n := range asked.Days {
		p, err := programme.PolicyOn(ctx, tx, asked.Programme, asked.From.AddDays(n))
		if list, refused := refusal.As(err); refused && list.Has(programme.NoPolicy) || err == nil && p.Version == last {
			continue
		}
		if err != nil {
			return nil, err
		}
		last = p.Version
		for _, r := range p.Under("limits", "attendance") {
			rules = append(rules, dayRule{p.ValidFrom, r.Code, r.Label, r.Text(), r.Unit, r.Source, r.Confirmed})
		}
	}
	return rules, nil
}
