package graph

import (
	"context"
	"encoding/json"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/report"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/money"
)

// ProgrammePulse gives what stands in a programme at this moment.
func (q query) ProgrammePulse(ctx context.Context, programme string) (*ProgrammePulse, error) {
	session, ok := sessionOf(ctx)
	if !ok {
		return nil, unauthenticated.At()
	}
	id, err := idOf("prg", programme, "programme")
	if err != nil {
		return nil, err
	}
	if _, err := q.r.known(ctx, session, id, ""); err != nil {
		return nil, err
	}
	pulse, err := q.r.pulse(ctx, session, id)
	if err != nil {
		return nil, err
	}
	return pulse, q.write(ctx, session, pulse)
}

// pulse counts with one statement what the viewer's roles read in the programme.
func (r *Resolver) pulse(ctx context.Context, session Session, programme uuid.UUID) (*ProgrammePulse, error) {
	viewer, id := session.viewer(r.Clock()), plan.FormatID("prg", programme)
	counters := report.Counters(calendar.DayOf(viewer.Now))
	asked := []plan.Selected{{Alias: report.MoneyLeft, Name: report.MoneyLeft, Args: map[string]any{"programme": id}}}
	for _, c := range counters {
		if readsIn(session.Actor, c.Class, programme) {
			asked = append(asked, c.Selected(id))
		}
	}
	data, err := r.Engine.Query(ctx, viewer, asked)
	if err != nil {
		return nil, err
	}
	var read map[string]json.RawMessage
	if err := json.Unmarshal(data, &read); err != nil {
		return nil, err
	}
	p := &ProgrammePulse{At: viewer.Now, Hidden: []string{}}
	for _, c := range counters {
		if err := p.count(c, read[c.Code], session.Lang); err != nil {
			return nil, err
		}
	}
	var left *money.Cents
	if err := json.Unmarshal(read[report.MoneyLeft], &left); err != nil {
		return nil, err
	}
	if left == nil {
		p.Hidden = append(p.Hidden, report.MoneyLeft)
		return p, nil
	}
	p.MoneyLeft = &MoneyCounter{Code: report.MoneyLeft, Label: report.MoneyLeftLabel.In(session.Lang), Amount: *left, Filter: &AllowanceFilterValues{}}
	return p, nil
}

// readsIn says whether a grant in the programme opens the class.
func readsIn(a access.Actor, class access.Class, programme uuid.UUID) bool {
	for _, g := range a.Grants {
		if g.Programme == programme && g.Role.Reads(class, a.Purpose) {
			return true
		}
	}
	return false
}

// count puts a number where it belongs; one that was not asked for is hidden.
func (p *ProgrammePulse) count(c report.Counter, read json.RawMessage, lang string) error {
	if read == nil {
		p.Hidden = append(p.Hidden, c.Code)
		return nil
	}
	values := map[string]any{}
	for _, some := range []map[string]any{c.Filter, c.Args} {
		for name, value := range some {
			values[name] = value
		}
	}
	var list struct{ TotalCount int32 }
	filter, err := json.Marshal(values)
	if err == nil {
		err = json.Unmarshal(read, &list)
	}
	if err != nil {
		return err
	}
	label := c.Label.In(lang)
	switch c.Code {
	case "presentToday":
		p.PresentToday = &RegisterCounter{Code: c.Code, Label: label, Count: list.TotalCount, Filter: &AttendanceFilterValues{}}
		return json.Unmarshal(filter, p.PresentToday.Filter)
	case "late":
		p.Late = &DueCounter{Code: c.Code, Label: label, Count: list.TotalCount, Filter: &DueFilterValues{}}
		return json.Unmarshal(filter, p.Late.Filter)
	case "blockedMatches":
		p.BlockedMatches = &MatchCounter{Code: c.Code, Label: label, Count: list.TotalCount, Filter: &MatchFilterValues{}}
		return json.Unmarshal(filter, p.BlockedMatches.Filter)
	case "suspendedPlacements":
		p.SuspendedPlacements = &PlacementCounter{Code: c.Code, Label: label, Count: list.TotalCount, Filter: &PlacementFilterValues{}}
		return json.Unmarshal(filter, p.SuspendedPlacements.Filter)
	}
	return nil
}
