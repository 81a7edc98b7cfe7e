package payfile

import (
	"bytes"
	"errors"
	"strconv"
	"strings"

	"github.com/lavoroincorso/lavoro/internal/platform/file"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/money"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// outcomeWords are what an accounting office may write, in capitals.
var outcomeWords = map[string]Kind{
	"IN LAVORAZIONE": Pending, "PENDING": Pending, "EMESSO": Accepted, "ACCETTATO": Accepted, "ACCEPTED": Accepted,
	"PAGATO": Executed, "ESEGUITO": Executed, "PAID": Executed, "EXECUTED": Executed,
	"RESPINTO": Rejected, "RIFIUTATO": Rejected, "SCARTATO": Rejected, "ANNULLATO": Rejected, "REJECTED": Rejected,
	"STORNATO": Returned, "RESTITUITO": Returned, "RETURNED": Returned,
}

var (
	causeOutcome = text.Text{It: "l'esito è uno tra IN LAVORAZIONE, EMESSO, PAGATO, RESPINTO, STORNATO", En: "the outcome is one of PENDING, ACCEPTED, PAID, REJECTED, RETURNED"}
	causeNumber  = text.Text{It: "di un ordine emesso serve il numero", En: "an order that was made has a number"}
	causeDay     = text.Text{It: "di un pagamento eseguito o stornato serve la data", En: "a payment that was made or returned has a day"}
	causeAhead   = text.Text{It: "il giorno è futuro: un ordine si dice PAGATO, o STORNATO, da quel giorno", En: "the day is to come: an order is said to be PAID, or RETURNED, from that day on"}
	causeLong    = text.Text{It: "il testo è troppo lungo o contiene caratteri di controllo", En: "the text is too long, or holds control characters"}
	causeTotal   = text.Text{It: "il numero di righe non è quello del totale: il file è incompleto", En: "the number of rows is not that of the total: the file is not whole"}
	causeSum     = text.Text{It: "la somma delle righe non è quella del totale", En: "the sum of the rows is not that of the total"}
)

// maxReason is the most characters of the reason that an office writes.
const maxReason = 500

// readList reads what came back of a List, as CSV or XLSX: order key, order number, date and outcome of each row, a reason where the office
// gives one, and the columns of the list where it left them. A net that is there must be the one that was sent. The error is a refusal.List
// with every row at fault.
func readList(data []byte, name string, today calendar.Day) (Report, error) {
	read := file.Read
	if bytes.HasPrefix(data, []byte("PK\x03\x04")) {
		read = file.ReadWorkbook
	}
	table, err := read(bytes.NewReader(data), name, columnsOfAnswer())
	if err != nil {
		return Report{}, brokenTable(err)
	}
	report := Report{Source: SourceList, Hash: table.Hash, Last: true}
	for i, row := range table.Rows {
		if row.Text("order_key") == totalKey {
			if row.Text("beneficiary") != strconv.Itoa(i) || i != len(table.Rows)-1 {
				row.Fail("order_key", causeTotal)
			}
			continue
		}
		report.Lines = append(report.Lines, outcomeOf(row, today))
	}
	list := refusedRows(table.Rows)
	if list == nil {
		list = twice(report.Lines)
	}
	if err := list.Err(); err != nil {
		return Report{}, err
	}
	return report, nil
}

func columnsOfAnswer() []file.Column {
	columns := make([]file.Column, 0, len(listColumns)+len(answerColumns))
	for _, name := range listColumns {
		columns = append(columns, file.Column{Name: name, Needed: name == "order_key"})
	}
	for _, name := range answerColumns {
		columns = append(columns, file.Column{Name: name})
	}
	return columns
}

// brokenTable says why a file cannot be read, with its row.
func brokenTable(err error) error {
	var broken *file.Broken
	if !errors.As(err, &broken) {
		return err
	}
	return unreadable(text.Text{It: broken.In(text.Italian), En: broken.In(text.English)})
}

func outcomeOf(row *file.Row, today calendar.Day) Outcome {
	o := Outcome{EndToEndID: row.Text("order_key"), Ref: row.Text("order_number"), Note: row.Text("reason"), Day: row.Day("date")}
	words := strings.ReplaceAll(strings.ToUpper(row.Text("outcome")), "_", " ")
	known := false
	if o.Kind, known = outcomeWords[words]; !known {
		row.Fail("outcome", causeOutcome)
	}
	made := o.Kind == Executed || o.Kind == Returned
	switch {
	case !text.Line(o.EndToEndID, MaxID):
		row.Fail("order_key", causeLong)
	case !text.Line(o.Ref, MaxID):
		row.Fail("order_number", causeLong)
	case !text.Line(o.Note, maxReason):
		row.Fail("reason", causeLong)
	case (made || o.Kind == Accepted) && o.Ref == "":
		row.Fail("order_number", causeNumber)
	case made && row.Text("date") == "":
		row.Fail("date", causeDay)
	case made && o.Day.After(today):
		row.Fail("date", causeAhead)
	}
	if code := strings.ToUpper(o.Note); (o.Kind == Rejected || o.Kind == Returned) && reasons[code].Code != "" {
		o.Reason, o.Note = code, ""
	}
	if net := row.Text("net"); net != "" {
		amount, err := money.ParseEUR(net)
		if err != nil {
			row.Fail("net", causeOf(err))
		}
		o.Amount = &amount
	}
	return o
}

func refusedRows(rows []*file.Row) refusal.List {
	var list refusal.List
	for _, row := range rows {
		for _, p := range row.Problems {
			column := p.Column
			if column == "" {
				column = "*"
			}
			list = append(list, AnswerRow.At("rows", strconv.Itoa(row.Number)).With("row", row.Number).With("column", column).With("cause", p.Cause))
		}
	}
	return list
}
