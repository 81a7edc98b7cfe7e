package history

import (
	"slices"

	"github.com/lavoroincorso/lavoro/internal/participant"
	"github.com/lavoroincorso/lavoro/internal/platform/file"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/fiscal"
	"github.com/lavoroincorso/lavoro/internal/values/money"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// form is one sort of file: its columns, and what a row of it says.
type form struct {
	name    string
	kind    Kind
	needed  []string
	others  []string
	read    func(*row)
	onMonth bool // its facts are of a month
}

// row is one row while it is read: what it says, and what is wrong with it.
type row struct {
	*file.Row
	Fact
	code    fiscal.PersonCode
	line    string // code of the budget line
	hash    []byte // over what it says
	before  []byte // the hash of the row that brought the fact before; nil where none did
	against against
	wrong   refusal.List
}

// sound says whether nothing is wrong with it so far.
func (r *row) sound() bool { return !r.Bad() && len(r.wrong) == 0 }

// place is where a fact stands among all.
func (r *row) place() string { return string(r.Kind) + " " + r.key() }

// forms are the files of a folder, in the order in which they are read.
var forms = []form{
	{name: "participations.csv", kind: Participation, needed: []string{"fiscal_code", "entered_on", "employment", "isced"}, others: []string{"left_on", "exit_reason"}, read: (*row).participation},
	{name: "placements.csv", kind: Placement, needed: []string{"fiscal_code", "host", "from", "to", "weekly_minutes"}, read: (*row).placement},
	{name: "attendance.csv", kind: Attendance, needed: []string{"fiscal_code", "month", "activity_kind", "minutes", "presence_days"}, read: (*row).attendance, onMonth: true},
	{name: "payments.csv", kind: Payment, needed: []string{"fiscal_code", "month", "budget_line", "gross"}, others: []string{"withheld", "paid_on", "reference", "activity_kind"}, read: (*row).payment, onMonth: true},
	{name: "earlier.csv", kind: Earlier, needed: []string{"fiscal_code", "promoter", "host", "from", "to"}, read: (*row).earlier},
	{name: "spending.csv", kind: Spending, needed: []string{"budget_line", "month", "amount", "reference"}, read: (*row).spending, onMonth: true},
}

func (f form) columns() (all []file.Column) {
	for _, name := range f.needed {
		all = append(all, file.Column{Name: name, Needed: true})
	}
	for _, name := range f.others {
		all = append(all, file.Column{Name: name})
	}
	return all
}

// Bounds of what a row may say, of arithmetic and not of any rule.
const (
	maxWords       = 200
	maxWeekMinutes = 7 * 24 * 60
	dayMinutes     = 24 * 60
)

// parse reads what a row says by itself, on a day.
func (f form) parse(r *file.Row, today calendar.Day) *row {
	out := &row{Row: r, Fact: Fact{Kind: f.kind}}
	if f.kind != Spending {
		out.code = out.person()
	}
	f.read(out)
	for column, day := range map[string]calendar.Day{"entered_on": out.From, "from": out.From, "to": out.To, "left_on": out.To, "paid_on": out.PaidOn} {
		if day.After(today) && slices.ContainsFunc(f.columns(), func(c file.Column) bool { return c.Name == column }) {
			out.refuse(InFuture.At(column))
		}
	}
	if f.onMonth && out.Month.After(today.Month()) {
		out.refuse(InFuture.At("month"))
	}
	return out
}

func (r *row) refuse(one refusal.Refusal) { r.wrong = append(r.wrong, one) }

func (r *row) person() fiscal.PersonCode {
	code, err := fiscal.ParsePersonCode(r.Text("fiscal_code"))
	if err != nil {
		r.refuse(refusal.Invalid(err, "fiscal_code"))
	}
	return code
}

func (r *row) month() {
	m, err := calendar.ParseMonth(r.Text("month"))
	if err != nil {
		r.refuse(refusal.Invalid(err, "month"))
		return
	}
	r.Month = m
}

func (r *row) euro(column string) money.Cents {
	cell := r.Text(column)
	if cell == "" {
		return 0
	}
	c, err := money.ParseEUR(cell)
	switch {
	case err != nil:
		r.refuse(refusal.Invalid(err, column))
	case c < 0:
		r.refuse(OutOfBounds.At(column))
	}
	return max(c, 0)
}

func (r *row) number(column string, most int) int {
	n := r.Int(column)
	if n < 0 || n > most {
		r.refuse(OutOfBounds.At(column))
		return 0
	}
	return n
}

func (r *row) words(column string) string {
	s := []rune(r.Text(column))
	if len(s) > maxWords {
		r.refuse(OutOfBounds.At(column))
		s = s[:maxWords]
	}
	return string(s)
}

// days reads the first and the last day of a span.
func (r *row) days(first, last string) {
	r.From, r.To = r.Day(first), r.Day(last)
	if !r.From.IsZero() && !r.To.IsZero() && r.To.Before(r.From) {
		r.refuse(EndsBefore.At(last))
	}
}

func (r *row) participation() {
	r.days("entered_on", "left_on")
	r.Detail = Detail{Employment: r.Text("employment"), ISCED: r.number("isced", 8), ExitReason: r.Text("exit_reason")}
	if !slices.Contains([]participant.Employment{participant.Unemployed, participant.Inactive, participant.Employed}, participant.Employment(r.Detail.Employment)) && r.Detail.Employment != "" {
		r.refuse(UnknownWord.At("employment"))
	}
	if r.To.IsZero() != (r.Detail.ExitReason == "") {
		r.refuse(Together.At("exit_reason"))
	}
}

func (r *row) placement() {
	r.days("from", "to")
	r.Minutes = r.number("weekly_minutes", maxWeekMinutes)
	r.Detail = Detail{Host: r.words("host")}
}

func (r *row) attendance() {
	r.month()
	r.ActivityKind = r.Text("activity_kind")
	r.PresenceDays = r.number("presence_days", 31)
	r.Minutes = r.number("minutes", r.PresenceDays*dayMinutes)
	if !r.Month.IsZero() && r.PresenceDays > r.Month.Length() {
		r.refuse(OutOfBounds.At("presence_days"))
	}
}

func (r *row) payment() {
	r.month()
	r.line, r.Gross, r.Withheld, r.PaidOn = r.Text("budget_line"), r.euro("gross"), r.euro("withheld"), r.Day("paid_on")
	r.ActivityKind = r.Text("activity_kind")
	r.Detail = Detail{Reference: r.words("reference")}
	if r.Gross == 0 {
		r.refuse(OutOfBounds.At("gross"))
	}
	if r.Withheld > r.Gross {
		r.refuse(OutOfBounds.At("withheld"))
	}
	if r.PaidOn.IsZero() == (r.Detail.Reference != "") {
		r.refuse(Together.At("reference"))
	}
	if !r.PaidOn.IsZero() && !r.Month.IsZero() && r.PaidOn.Before(r.Month.First()) {
		r.refuse(EndsBefore.At("paid_on"))
	}
}

func (r *row) earlier() {
	r.days("from", "to")
	r.Detail = Detail{Promoter: r.words("promoter"), Host: r.words("host")}
}

func (r *row) spending() {
	r.month()
	r.line, r.Gross = r.Text("budget_line"), r.euro("amount")
	r.Detail = Detail{Reference: r.words("reference")}
	if r.Gross == 0 {
		r.refuse(OutOfBounds.At("amount"))
	}
	if !r.Month.IsZero() {
		r.PaidOn = r.Month.Last()
	}
}

// key is what makes it the same fact in another file.
func (r *row) key() string {
	switch r.Kind {
	case Participation:
		return r.Participant.String()
	case Placement, Earlier:
		return r.Participant.String() + " " + r.From.String()
	case Attendance:
		return r.Participant.String() + " " + r.Month.String() + " " + r.ActivityKind
	case Payment:
		return r.Participant.String() + " " + r.Month.String() + " " + r.line + " " + r.Detail.Reference + " " + r.ActivityKind
	default:
		return r.line + " " + r.Month.String() + " " + r.Detail.Reference
	}
}
