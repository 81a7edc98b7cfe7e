package control

import (
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/money"
)

// presence is the kind of an entry that says that somebody was there.
const presence = "PRESENCE"

// Hidden stands for the reason of an absence, or for a payee, that whoever had the folder made may not read.
const Hidden = "?"

// Tables are what a folder says in CSV. Amounts are whole cents, lengths minutes, moments RFC 3339 in UTC.
type Tables struct {
	Months      []Month
	Entries     []Counted
	Adjustments []Adjustment
	Steps       []Step
	Statements  []Statement
	Lines       []Line
	Shares      []Share
	Payments    []Payment
	Transfers   []Transfer
	Repayments  []Repayment
}

// Month is a month of the register.
type Month struct {
	ID, Programme, Participation, Enrolment uuid.UUID
	Participant                             string // a name, or a pseudonym
	Month                                   calendar.Month
	State                                   string
	Minutes, PresenceDays                   int
	AdjustedMinutes, AdjustedDays           int
	ContentHash                             string // "" while it is open
	Paper                                   string // name of its PDF
}

// Counted is an entry that counts.
type Counted struct {
	Month, ID     uuid.UUID
	Kind          string
	Day           calendar.Day
	From, To      calendar.LocalTime
	Minutes       int
	AbsenceReason string // a code, or Hidden
	RecordedBy    string
	RecordedAt    time.Time
}

// Adjustment is one of a locked month.
type Adjustment struct {
	Month                 uuid.UUID
	Day                   calendar.Day
	Minutes, PresenceDays int
	At                    time.Time
	By                    string
}

// Step is an act on something, which the journal must know.
type Step struct {
	Kind   string // of the subject, as the journal names it
	ID     uuid.UUID
	Act    string
	At     time.Time
	Member string // id; "" where it is hidden
	Name   string
}

// Statement is what a month came to.
type Statement struct {
	ID          uuid.UUID
	Allowance   uuid.UUID
	Month       calendar.Month
	Number      int
	InForce     bool
	Minutes     int
	Accrued     money.Cents
	Cap         money.Cents
	Total       money.Cents
	ContentHash string
	Months      []uuid.UUID // of the register, that it was made of
	Versions    []int       // of the policy
	Explanation string
}

// Line is a line of a statement's working.
type Line struct {
	Statement uuid.UUID
	Kind      string
	Minutes   int
	Amount    money.Cents
	Rule      string
	Version   int
	Text      string
}

// Share is what a payer owes of a statement.
type Share struct {
	ID, Statement        uuid.UUID
	Payer, BudgetLine    string
	Gross, Withheld, Net money.Cents
}

// Payment is a line of a payment run.
type Payment struct {
	ID, Statement, Run   uuid.UUID
	Number               string // of the run
	Payer, BudgetLine    string
	Kind                 string
	Gross, Withheld, Net money.Cents
	EndToEnd             string
	State                string
	Live                 bool
	Twice                bool      // it was paid though other lines had taken the sum up
	SaidAt               time.Time // when somebody said that it was paid; zero where an answer did
	MessageID            string    // of the file by which it was sent
	FileSHA256           string
	AnswerSHA256         string       // by which the bank or the office told its state and its booking
	Reference            string       // the number of the order, or the bank's own; "" where it gave none
	BookedOn             calendar.Day // none where it was not told
}

// Transfer is a line of a transfer: the bank knows their sum alone.
type Transfer struct {
	EndToEnd string
	Line     uuid.UUID
	Month    calendar.Month
	Net      money.Cents
	Total    money.Cents // of the transfer
	Payee    string      // a mark of the holder and the account that it goes to, in hexadecimal digits, or Hidden
}

// Repayment is what a person has given back of a month, which is owed again should the statement rise.
type Repayment struct {
	Discharge         uuid.UUID // by which it was recorded and confirmed
	Allowance         uuid.UUID
	Payer, BudgetLine string
	Gross, Net        money.Cents
}

// PayerOf is who owes what a statement says from a budget line; "" where that is not one payer alone.
func (t *Tables) PayerOf(statement uuid.UUID, budgetLine string) (payer string) {
	for _, s := range t.Shares {
		switch {
		case s.Statement != statement || s.BudgetLine != budgetLine:
		case payer != "" && payer != s.Payer:
			return ""
		default:
			payer = s.Payer
		}
	}
	return payer
}

// headings of the tables, by file.
var headings = map[string]string{
	"months.csv":      "month_id,programme_id,participation_id,enrolment_id,participant,month,state,minutes,presence_days,adjusted_minutes,adjusted_days,content_sha256,paper",
	"entries.csv":     "month_id,entry_id,kind,day,from,to,minutes,absence_reason,recorded_by,recorded_at",
	"adjustments.csv": "month_id,day,minutes,presence_days,at,by",
	"steps.csv":       "subject_kind,subject_id,act,at,member_id,member",
	"statements.csv":  "statement_id,allowance_id,month,number,in_force,minutes,accrued_cents,cap_cents,total_cents,content_sha256,month_ids,policy_versions,explanation",
	"lines.csv":       "statement_id,kind,minutes,amount_cents,rule,policy_version,text",
	"shares.csv":      "share_id,statement_id,payer,budget_line,gross_cents,withheld_cents,net_cents",
	"payments.csv":    "line_id,statement_id,run_id,run,payer,budget_line,kind,gross_cents,withheld_cents,net_cents,end_to_end_id,state,live,twice,said_at,message_id,file_sha256,answer_sha256,reference,booked_on",
	"transfers.csv":   "end_to_end_id,line_id,month,net_cents,total_cents,payee_sha256",
	"repayments.csv":  "discharge_id,allowance_id,payer,budget_line,gross_cents,net_cents",
}

func cents(c money.Cents) string { return strconv.FormatInt(int64(c), 10) }

func at(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

func atIfAny(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return at(t)
}

func ids(list []uuid.UUID) string {
	texts := make([]string, len(list))
	for i, id := range list {
		texts[i] = id.String()
	}
	return strings.Join(texts, " ")
}

func numbers(list []int) string {
	texts := make([]string, len(list))
	for i, n := range list {
		texts[i] = strconv.Itoa(n)
	}
	return strings.Join(texts, " ")
}

func table[R any](rows []R, spell func(R) []string) [][]string {
	out := make([][]string, 0, len(rows)+1)
	for _, r := range rows {
		out = append(out, spell(r))
	}
	return out
}

// all gives every table by its file, its heading first.
func (t Tables) all() map[string][][]string {
	n := strconv.Itoa
	all := map[string][][]string{
		"months.csv": table(t.Months, func(m Month) []string {
			return []string{m.ID.String(), m.Programme.String(), m.Participation.String(), m.Enrolment.String(), Said(m.Participant), m.Month.String(), m.State, n(m.Minutes), n(m.PresenceDays),
				n(m.AdjustedMinutes), n(m.AdjustedDays), m.ContentHash, m.Paper}
		}),
		"entries.csv": table(t.Entries, func(e Counted) []string {
			return []string{e.Month.String(), e.ID.String(), e.Kind, e.Day.String(), e.From.String(), e.To.String(), n(e.Minutes), e.AbsenceReason, Said(e.RecordedBy), at(e.RecordedAt)}
		}),
		"adjustments.csv": table(t.Adjustments, func(a Adjustment) []string {
			return []string{a.Month.String(), a.Day.String(), n(a.Minutes), n(a.PresenceDays), at(a.At), Said(a.By)}
		}),
		"steps.csv": table(t.Steps, func(s Step) []string {
			return []string{s.Kind, s.ID.String(), s.Act, at(s.At), s.Member, Said(s.Name)}
		}),
		"statements.csv": table(t.Statements, func(s Statement) []string {
			return []string{s.ID.String(), s.Allowance.String(), s.Month.String(), n(s.Number), strconv.FormatBool(s.InForce), n(s.Minutes), cents(s.Accrued), cents(s.Cap), cents(s.Total),
				s.ContentHash, ids(s.Months), numbers(s.Versions), Said(s.Explanation)}
		}),
		"lines.csv": table(t.Lines, func(l Line) []string {
			return []string{l.Statement.String(), l.Kind, n(l.Minutes), cents(l.Amount), l.Rule, n(l.Version), Said(l.Text)}
		}),
		"shares.csv": table(t.Shares, func(s Share) []string {
			return []string{s.ID.String(), s.Statement.String(), Said(s.Payer), Said(s.BudgetLine), cents(s.Gross), cents(s.Withheld), cents(s.Net)}
		}),
		"payments.csv": table(t.Payments, func(p Payment) []string {
			return []string{p.ID.String(), p.Statement.String(), p.Run.String(), Said(p.Number), Said(p.Payer), Said(p.BudgetLine), p.Kind, cents(p.Gross), cents(p.Withheld), cents(p.Net),
				p.EndToEnd, p.State, strconv.FormatBool(p.Live), strconv.FormatBool(p.Twice), atIfAny(p.SaidAt), p.MessageID, p.FileSHA256, p.AnswerSHA256, Said(p.Reference), p.BookedOn.String()}
		}),
		"repayments.csv": table(t.Repayments, func(r Repayment) []string {
			return []string{r.Discharge.String(), r.Allowance.String(), Said(r.Payer), Said(r.BudgetLine), cents(r.Gross), cents(r.Net)}
		}),
		"transfers.csv": table(t.Transfers, func(x Transfer) []string {
			return []string{x.EndToEnd, x.Line.String(), x.Month.String(), cents(x.Net), cents(x.Total), x.Payee}
		}),
	}
	for name, rows := range all {
		all[name] = append([][]string{strings.Split(headings[name], ",")}, rows...)
	}
	return all
}
