package graph

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/live"
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
	s := &selector{op: graphql.GetOperationContext(ctx), schema: q.r.AST}
	root := s.field(graphql.GetFieldContext(ctx).Field)
	pulse, err := q.r.pulse(ctx, session, id)
	if err != nil {
		return nil, err
	}
	data, err := plan.Renderer{Lang: session.Lang}.Value(pulse, root)
	if err != nil {
		return nil, err
	}
	keep(ctx, data)
	return pulse, nil
}

// pulses is the feed of a programme's pulse: whatever moves a number has it counted anew, once for all that happens within a second.
func (r *Resolver) pulses(ctx context.Context, session Session, field plan.Selected) (live.Feed, error) {
	programme, err := idOf("prg", fmt.Sprint(field.Args["programme"]), "programme")
	if err != nil {
		return live.Feed{}, err
	}
	if _, err := r.known(ctx, session, programme, ""); err != nil {
		return live.Feed{}, err
	}
	feed := live.Feed{Programme: programme, Kinds: map[string][]uuid.UUID{}, Gather: time.Second}
	for _, kind := range report.Moving() {
		if t, ok := r.Engine.Schema.Type(kind); ok {
			feed.Kinds[kind] = session.Actor.Keys(t.Class)
		}
	}
	feed.Execute = func(ctx context.Context, events []event.Event) (answers [][]byte, err error) {
		answers = make([][]byte, len(events))
		answers[len(events)-1], err = r.pulseAnswer(ctx, session, programme, field)
		return answers, err
	}
	day := calendar.DayOf(r.Clock())
	feed.Stale = func() bool {
		before := day
		day = calendar.DayOf(r.Clock())
		return day != before
	}
	feed.Anew = func(ctx context.Context, _ int64) ([]byte, error) {
		return r.pulseAnswer(ctx, session, programme, field)
	}
	return feed, nil
}

// firstPulse is what stands now, and the sequence after which something may have changed it.
func (r *Resolver) firstPulse(ctx context.Context, session Session, programme uuid.UUID, field plan.Selected) (after int64, first []byte, err error) {
	if after, err = live.Head(ctx, r.DB, programme); err != nil {
		return 0, nil, err
	}
	first, err = r.pulseAnswer(ctx, session, programme, field)
	return after, first, err
}

func (r *Resolver) pulseAnswer(ctx context.Context, session Session, programme uuid.UUID, field plan.Selected) ([]byte, error) {
	pulse, err := r.pulse(ctx, session, programme)
	if err != nil {
		return nil, err
	}
	return answer(plan.Renderer{Lang: session.Lang}, field, pulse)
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
