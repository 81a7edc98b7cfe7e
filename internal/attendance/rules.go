package attendance

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// paidAbsences are the reasons of absences that are paid as if the person had been there.
const paidAbsences = "allowance.paid_absences"

// policy is what the register needs of the rules in force on a day.
type policy struct {
	limits       Limits
	deliveryDays int      // for how long a tutor whose assignment has ended may deliver
	tolerance    int      // minutes around the timetable that nobody asks about
	presence     int      // least minutes of a day of presence
	paid         []string // reasons of absences that are paid
	paidSource   string
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
	p := policyOf(of)
	r.keep(programmeID, day, p)
	return p, nil
}

func policyOf(of programme.Policy) policy {
	return policy{deliveryDays: of.Int("attendance.delivery_days"), limits: limitsOf(of), tolerance: of.Int("attendance.timetable_tolerance_minutes"),
		presence: of.Int("attendance.presence_day_minutes"), paid: of.Strings(paidAbsences), paidSource: of.Rule(paidAbsences).Source}
}

// read takes in the rules of the days of entries that are not known yet, with one question for each version and not for each day.
func (r *rules) read(ctx context.Context, entries []reachRow) error {
	unknown := map[uuid.UUID][]calendar.Day{}
	for _, e := range entries {
		if _, known := r.policies[e.ProgrammeID][e.Day]; !known && e.ID != nil {
			unknown[e.ProgrammeID] = append(unknown[e.ProgrammeID], e.Day)
		}
	}
	for programmeID, days := range unknown {
		slices.SortFunc(days, calendar.Day.Compare)
		versions, err := programme.PoliciesIn(ctx, r.tx, programmeID, days[0], days[len(days)-1])
		if err != nil {
			return err
		}
		n, p := 0, policyOf(versions[0])
		for _, day := range days {
			for n+1 < len(versions) && !day.Before(versions[n+1].ValidFrom) {
				n++
				p = policyOf(versions[n])
			}
			r.keep(programmeID, day, p)
		}
	}
	return nil
}

func (r *rules) keep(programmeID uuid.UUID, day calendar.Day, p policy) {
	if r.policies == nil {
		r.policies = map[uuid.UUID]map[calendar.Day]policy{}
	}
	if r.policies[programmeID] == nil {
		r.policies[programmeID] = map[calendar.Day]policy{}
	}
	r.policies[programmeID][day] = p
}

func limitsOf(of programme.Policy) Limits {
	limit := func(code string) Limit {
		minutes, _ := of.IntOrNone(code)
		return Limit{Minutes: minutes, Source: of.Rule(code).Source}
	}
	return Limits{
		Adult:     Bounds{Day: limit("limits.adult.day_minutes"), Week: limit("limits.adult.week_minutes"), Month: limit("limits.adult.month_minutes")},
		Minor:     Bounds{Day: limit("limits.minor.day_minutes"), Week: limit("limits.minor.week_minutes"), Month: limit("limits.minor.month_minutes")},
		MinorAge:  of.Int("limits.minor.age"),
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
