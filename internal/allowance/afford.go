package allowance

import (
	"context"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/money"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// Bounds of what may be asked about, not of any rule.
const (
	maxAskedMonths = 60
	maxWeekMinutes = 7 * 24 * 60
)

// Plan is one more internship that somebody thinks of, or more months of one: for somebody of a partner, from a day on.
type Plan struct {
	Programme     uuid.UUID
	Organisation  uuid.UUID // the partner that follows the person
	Kind          string    // of activity
	From          calendar.Day
	Months        int
	WeeklyMinutes int
}

// To is its last day.
func (p Plan) To() calendar.Day { return p.From.Through(p.Months) }

// Affordability says whether budget lines cover a plan to its end.
type Affordability struct {
	Affordable bool
	Cost       money.Cents
	ToDay      calendar.Day
	Lines      []AffordedLine // it would be paid from; one, where the rules do not change meanwhile
}

// AffordedLine is what a plan takes from one budget line.
type AffordedLine struct {
	BudgetLine  uuid.UUID
	Code        string
	Label       text.Text
	Cost        money.Cents
	Free        money.Cents  // before it
	Left        money.Cents  // after it; negative where it is not covered
	ExhaustedOn calendar.Day // with it, at the line's pace; zero where it never is
}

// Afford works out what a plan would cost by the rules as they are known today, and whether the lines have so much left. It is nil for who may not see
// what is booked on one of the lines.
func Afford(ctx context.Context, tx *postgres.Tx, p Plan) (*Affordability, error) {
	if err := p.check(ctx, tx); err != nil {
		return nil, err
	}
	e := estimate{issuing: newIssuing(tx, nil), versions: map[programmeMonth][]Version{}}
	costs, err := e.costs(ctx, agreement{ProgrammeID: p.Programme, OrganisationID: p.Organisation, Kind: p.Kind, FromDay: p.From, ToDay: p.To(), WeeklyMinutes: p.WeeklyMinutes})
	if err != nil {
		return nil, err
	}
	byLine := map[uuid.UUID]money.Cents{}
	var lines []uuid.UUID
	for _, c := range costs {
		if _, ok := byLine[c.Line]; !ok {
			lines = append(lines, c.Line)
		}
		byLine[c.Line] += c.Cents
	}
	ledgers, err := programme.Ledgers(ctx, tx, lines)
	if err != nil || len(ledgers) < len(lines) {
		return nil, err
	}
	a := &Affordability{Affordable: true, ToDay: p.To(), Lines: []AffordedLine{}}
	for _, l := range ledgers {
		cost := byLine[l.ID]
		a.Cost += cost
		a.Affordable = a.Affordable && l.Free >= cost
		a.Lines = append(a.Lines, AffordedLine{BudgetLine: l.ID, Code: l.Code, Label: l.Label, Cost: cost, Free: l.Free, Left: l.Free - cost,
			ExhaustedOn: l.Exhausted(tx.Today(), cost, p.From, p.To())})
	}
	return a, nil
}

func (p Plan) check(ctx context.Context, tx *postgres.Tx) error {
	var list refusal.List
	if p.Months < 1 || p.Months > maxAskedMonths {
		list = append(list, PlanBounds.At("months").With("most", maxAskedMonths))
	}
	if p.WeeklyMinutes < 1 || p.WeeklyMinutes > maxWeekMinutes {
		list = append(list, PlanBounds.At("weeklyMinutes").With("most", maxWeekMinutes))
	}
	err := programme.CheckCode(ctx, tx, p.Programme, programme.ActivityKinds, p.Kind, "activityKind")
	return refusal.Join(err, list.Err())
}
