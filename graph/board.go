package graph

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/allowance/payment"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/report"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
)

// MonthBlockers gives the board of a month as it stands.
func (q query) MonthBlockers(ctx context.Context, programme string, month calendar.Month) (*MonthBoard, error) {
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
	board, err := q.r.board(ctx, session, id, month)
	if err != nil {
		return nil, err
	}
	return board, q.write(ctx, session, board)
}

// board counts with one statement what the viewer's roles read of a month.
func (r *Resolver) board(ctx context.Context, session Session, programme uuid.UUID, month calendar.Month) (*MonthBoard, error) {
	viewer, id := session.viewer(r.Clock()), plan.FormatID("prg", programme)
	blockers := report.Blockers(month)
	board := &MonthBoard{At: viewer.Now, Month: month, Rows: []*MonthRows{}, Owners: []*MonthOwner{}, Hidden: []string{}}
	var asked []plan.Selected
	for _, b := range blockers {
		switch {
		case readsIn(session.Actor, b.Class, programme):
			asked = append(asked, b.Selected(id))
		case !slices.Contains(board.Hidden, b.List):
			board.Hidden = append(board.Hidden, b.List)
		}
	}
	if len(asked) == 0 {
		return board, nil
	}
	data, err := r.Engine.Query(ctx, viewer, asked)
	if err != nil {
		return nil, err
	}
	var read map[string]struct{ TotalCount int32 }
	if err := json.Unmarshal(data, &read); err != nil {
		return nil, err
	}
	for _, b := range blockers {
		if n := read[b.Code].TotalCount; n > 0 {
			if err := board.add(b, n, session.Lang); err != nil {
				return nil, err
			}
		}
	}
	slices.SortStableFunc(board.Owners, func(x, y *MonthOwner) int { return cmp.Compare(y.Count, x.Count) })
	return board, nil
}

// add puts rows on the board, and counts them for who takes them on.
func (b *MonthBoard) add(at report.Blocker, n int32, lang string) error {
	rows := &MonthRows{Code: at.Code, Cause: at.Cause.In(lang), Cure: at.Cure.In(lang), CuredBy: at.CuredBy.In(lang), Owner: PaymentOwner(at.Owner), Done: at.Done, Count: n}
	filter, err := json.Marshal(at.Filter)
	if err != nil {
		return err
	}
	switch at.List {
	case "registerMonths":
		rows.RegisterMonths = &RegisterMonthFilterValues{}
		err = json.Unmarshal(filter, rows.RegisterMonths)
	case "attendances":
		rows.Attendances = &AttendanceFilterValues{}
		err = json.Unmarshal(filter, rows.Attendances)
	case "allowances":
		rows.Allowances = &AllowanceFilterValues{}
		err = json.Unmarshal(filter, rows.Allowances)
	case "paymentLines":
		rows.PaymentLines = &PaymentLineFilterValues{}
		err = json.Unmarshal(filter, rows.PaymentLines)
	}
	if b.Rows = append(b.Rows, rows); err != nil || at.Done || at.Owner == payment.House {
		return err
	}
	i := slices.IndexFunc(b.Owners, func(o *MonthOwner) bool { return o.Owner == rows.Owner })
	if i < 0 {
		i, b.Owners = len(b.Owners), append(b.Owners, &MonthOwner{Owner: rows.Owner, Label: rows.CuredBy})
	}
	b.Owners[i].Count += n
	return nil
}
