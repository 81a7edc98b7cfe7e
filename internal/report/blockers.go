package report

import (
	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/allowance/inquiry"
	"github.com/lavoroincorso/lavoro/internal/allowance/payment"
	"github.com/lavoroincorso/lavoro/internal/attendance"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// Blocker is where some of a month's rows stand, and who takes them on. It is a list of the API under a filter, as a number of a pulse is, but with those who
// are protected: they are to be paid, too, and whoever sees them has to do it.
type Blocker struct {
	payment.Block
	Class       access.Class // of what it counts
	List, Order string       // the field of Query that opens its rows, in this order
	Filter      map[string]any
	Done        bool // nothing is to be done any more
}

// Blockers are where the rows of a month may stand, in the order in which a month goes.
func Blockers(month calendar.Month) []Blocker {
	register := func(state attendance.MonthState, more map[string]any, b payment.Block) Blocker {
		return Blocker{Block: b, Class: access.Work, List: "registerMonths", Filter: with(more, "month", month, "states", []any{string(state)})}
	}
	lines := func(b payment.Block, more map[string]any, states ...payment.LineState) Blocker {
		named := make([]any, len(states))
		for i, s := range states {
			named[i] = string(s)
		}
		return Blocker{Block: b, Class: access.Money, List: "paymentLines", Filter: with(more, "month", month, "states", named)}
	}
	latest := map[string]any{"latest": true}
	all := []Blocker{
		register(attendance.MonthOpen, nil, inquiry.BlockOf("REGISTER_OPEN")),
		{Block: inquiry.BlockOf("ENTRIES_CONTESTED"), Class: access.Work, List: "attendances", Filter: map[string]any{"month": month, "standings": []any{string(attendance.Contested)}}},
		register(attendance.MonthSubmitted, map[string]any{"hosted": true}, inquiry.BlockOf("REGISTER_SUBMITTED")),
		register(attendance.MonthSubmitted, map[string]any{"hosted": false}, inquiry.BlockOf("REGISTER_WITHOUT_HOST")),
		register(attendance.HostCertified, nil, inquiry.BlockOf("REGISTER_HOST_CERTIFIED")),
		register(attendance.PromoterCertified, nil, inquiry.BlockOf("REGISTER_PROMOTER_CERTIFIED")),
		done(register(attendance.MonthLocked, nil, locked)),
		{Block: inquiry.BlockOf("STATEMENT_CONTESTED"), Class: access.Money, List: "allowances", Order: "MONTH_NEWEST", Filter: map[string]any{"month": month, "contested": true}},
		{Block: inNoRun, Class: access.Money, List: "allowances", Order: "MONTH_NEWEST", Filter: map[string]any{"month": month, "inNoRun": true}},
	}
	for _, b := range payment.Blocks() {
		all = append(all, lines(b, with(latest, "block", b.Code), payment.LineBlocked))
	}
	return append(all,
		lines(cameBack, latest, payment.LineRejected, payment.LineReturned, payment.LineRecalled),
		lines(inquiry.BlockOf("NEXT_RUN"), latest, payment.LineLeftOut, payment.LineDiscarded),
		lines(inquiry.BlockOf("LINE_HELD"), nil, payment.LineHeld),
		lines(taken, nil, payment.LinePending),
		lines(inquiry.BlockOf("BANK_ANSWER"), nil, payment.LineExported),
		lines(inquiry.BlockOf("RECALL_ASKED"), nil, payment.LineRecallAsked),
		done(lines(paid, nil, payment.LinePaid)))
}

// Where rows stand that no block speaks of.
var (
	nothing = text.Text{It: "non serve fare nulla", En: "nothing has to be done"}
	locked  = payment.NewBlock("REGISTER_LOCKED", text.Text{It: "il registro è chiuso", En: "the register is locked"}, nothing, payment.House)
	inNoRun = payment.NewBlock("IN_NO_RUN", text.Text{It: "spetta e non è ancora in un pagamento", En: "it is due, and in no run yet"},
		text.Text{It: "apri un pagamento che comprende il mese, o ricalcola quello aperto", En: "open a run that takes the month up, or compute the open one again"}, payment.Office)
	paid     = payment.NewBlock("LINE_PAID", text.Text{It: "è pagato", En: "it is paid"}, nothing, payment.House)
	taken    = payment.NewBlock("LINE_IN_RUN", text.Text{It: "è in un pagamento da inviare", En: "it is in a run that is not sent yet"}, text.Text{It: "porta avanti il pagamento", En: "take the run on"}, payment.Office)
	cameBack = payment.NewBlock("LINE_CAME_BACK", text.Text{It: "è tornato indietro", En: "it came back"},
		text.Text{It: "guarda il motivo su ogni riga: chi lo risolve è indicato lì", En: "see the reason on each line: who cures it is said there"}, payment.Office)
)

func done(b Blocker) Blocker {
	b.Done = true
	return b
}

// with adds names and values to a filter.
func with(filter map[string]any, more ...any) map[string]any {
	all := map[string]any{}
	for name, value := range filter {
		all[name] = value
	}
	for i := 0; i < len(more); i += 2 {
		all[more[i].(string)] = more[i+1]
	}
	return all
}

// Selected asks a plan for the number under its code.
func (b Blocker) Selected(programme string) plan.Selected {
	filter := with(b.Filter, "month", b.Filter["month"].(calendar.Month).First()) // as a plan takes a month
	return counted(b.Code, b.List, map[string]any{"programme": programme, "filter": filter, "orderBy": b.Order, "first": int64(1)})
}

// counted asks a plan for how many rows a list has.
func counted(alias, list string, args map[string]any) plan.Selected {
	count := []plan.Selected{{Alias: "totalCount", Name: plan.WholeCount}}
	return plan.Selected{Alias: alias, Name: list, Args: args, Under: func(string) []plan.Selected { return count }}
}

// MovingMonths are the kinds of object whose changes may move rows of a month.
func MovingMonths() []string {
	return []string{"Participant", "HandOver", "Attendance", "RegisterMonth", "Allowance", "AllowanceContest", "PaymentRun"}
}
