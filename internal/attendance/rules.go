package attendance

import (
	"context"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// policy is what the register needs of the rules in force on a day.
type policy struct {
	limits       Limits
	deliveryDays int // for how long a tutor whose assignment has ended may deliver
	tolerance    int // minutes around the timetable that nobody asks about
	presence     int // least minutes of a day of presence
}

// rules reads policies, absence reasons and what is expected on days, each once in a transaction.
type rules struct {
	tx       *postgres.Tx
	policies map[uuid.UUID]map[calendar.Day]policy
	reasons  map[uuid.UUID]map[string]programme.CodeItem
	days     map[place]expected
}

// on gives the rules of a programme in force on a day.
func (r *rules) on(ctx context.Context, programmeID uuid.UUID, day calendar.Day) (policy, error) {
	if p, ok := r.policies[programmeID][day]; ok {
		return p, nil
	}
	of, err := programme.PolicyOn(ctx, r.tx, programmeID, day)
	if err != nil {
		return policy{}, err
	}
	if r.policies == nil {
		r.policies = map[uuid.UUID]map[calendar.Day]policy{}
	}
	if r.policies[programmeID] == nil {
		r.policies[programmeID] = map[calendar.Day]policy{}
	}
	p := policy{deliveryDays: of.Int("attendance.delivery_days"), limits: limitsOf(of), tolerance: of.Int("attendance.timetable_tolerance_minutes"),
		presence: of.Int("attendance.presence_day_minutes")}
	r.policies[programmeID][day] = p
	return p, nil
}

func limitsOf(of programme.Policy) Limits {
	limit := func(code string) Limit { return Limit{Minutes: of.Int(code), Source: of.Rule(code).Source} }
	return Limits{
		AdultDay: limit("limits.adult.day_minutes"), AdultWeek: limit("limits.adult.week_minutes"),
		MinorAge: of.Int("limits.minor.age"), MinorDay: limit("limits.minor.day_minutes"), MinorWeek: limit("limits.minor.week_minutes"),
		NightFrom: of.Time("limits.minor.night_from"), NightTo: of.Time("limits.minor.night_to"), NightSource: of.Rule("limits.minor.night_from").Source,
		MinorStretch: limit("limits.minor.stretch_minutes"), MinorBreak: of.Int("limits.minor.break_minutes"),
		MinorRest: of.Int("limits.minor.rest_days"), MinorRestSource: of.Rule("limits.minor.rest_days").Source,
		LateDays: of.Int("attendance.late_days"),
	}
}

// known refuses an absence reason that the programme does not have on the entry's day.
func (r *rules) known(ctx context.Context, programmeID uuid.UUID, e Entry, path string) (refusal.List, error) {
	if e.AbsenceReason == "" {
		return nil, nil
	}
	if r.reasons[programmeID] == nil {
		items, err := programme.CodeItems(ctx, r.tx, programmeID, programme.AbsenceReasons)
		if err != nil {
			return nil, err
		}
		if r.reasons == nil {
			r.reasons = map[uuid.UUID]map[string]programme.CodeItem{}
		}
		r.reasons[programmeID] = items
	}
	if item, ok := r.reasons[programmeID][e.AbsenceReason]; !ok || !item.Valid(e.Day) {
		return refusal.List{programme.CodeUnknown.At(path).With("list", "absence_reasons")}, nil
	}
	return nil, nil
}
