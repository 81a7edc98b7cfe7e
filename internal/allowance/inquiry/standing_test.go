package inquiry_test

import (
	"strings"
	"testing"

	"github.com/lavoroincorso/lavoro/internal/allowance/inquiry"
	"github.com/lavoroincorso/lavoro/internal/allowance/payment"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/money"
)

var (
	october = calendar.MustMonth("2026-10")
	steps   = programme.PaymentCalendar{Close: 5, Certify: 10, CutOff: 15, Order: 20, Value: 25}
	bank    = programme.BankDays{Closed: []calendar.Day{calendar.MustDay("2026-12-08"), calendar.MustDay("2026-12-25")}}
)

// TestWhereAMonthStands has one month through all stages, with what is said on the telephone.
func TestWhereAMonthStands(t *testing.T) {
	day := calendar.MustDay("2026-11-24")
	owed := func(f inquiry.Facts, lines ...inquiry.Line) inquiry.Facts {
		f.Month, f.Issued, f.Owed, f.OwedNet, f.Lines = october, true, 40_000, 40_000, lines
		if f.LiveNet == 0 {
			f.LiveNet = f.Live
		}
		return f
	}
	in := func(state payment.LineState, run payment.State) inquiry.Line {
		return inquiry.Line{State: state, Run: run, ValueDay: day}
	}
	contested, code := money.Cents(10_000), "AC04"
	for name, c := range map[string]struct {
		facts   inquiry.Facts
		today   string
		stage   inquiry.Stage
		missing string
		it, en  string
	}{
		"within the month": {inquiry.Facts{Month: october, SoFar: 12_000, Register: []string{"OPEN"}}, "2026-10-20", inquiry.Register, "MONTH_RUNNING",
			"Le ore di ottobre 2026 non sono ancora tutte certificate: per ora fanno 120,00 €. Se tutto è a posto in tempo, previsto per il 25/11/2026.",
			"The hours of October 2026 are not all certified yet: so far they come to €120.00. If all is cleared up in time, expected on 25 Nov 2026."},
		"a host is silent": {inquiry.Facts{Month: october, SoFar: 12_000, Register: []string{"SUBMITTED", "OPEN"}, ContestedEntries: 2}, "2026-11-10", inquiry.Register,
			"ENTRIES_CONTESTED REGISTER_SUBMITTED REGISTER_OPEN", "", ""},
		"after the cut-off": {inquiry.Facts{Month: october, SoFar: 12_000, Register: []string{"HOST_CERTIFIED"}}, "2026-11-16", inquiry.Register, "REGISTER_HOST_CERTIFIED",
			"Le ore di ottobre 2026 non sono ancora tutte certificate: per ora fanno 120,00 €. Se tutto è a posto in tempo, previsto per il 28/12/2026.", ""},
		"all is locked, and nothing issued": {inquiry.Facts{Month: october}, "2026-11-10", inquiry.Register, "STATEMENT_WAITS", "", ""},
		"nothing but the receipt is missing": {inquiry.Facts{Month: october, ReceiptMissing: true}, "2026-11-10", inquiry.Register, "HOUSING_RECEIPT",
			"Per ottobre 2026 manca la ricevuta per il contributo per l'autonomia abitativa, che si paga quando arriva.",
			"For October 2026 the receipt for the contribution to living on one's own is missing; it is paid when that comes."},
		"the receipt and hours are missing": {inquiry.Facts{Month: october, SoFar: 12_000, Register: []string{"OPEN"}, ReceiptMissing: true}, "2026-11-10", inquiry.Register, "REGISTER_OPEN HOUSING_RECEIPT",
			"Le ore di ottobre 2026 non sono ancora tutte certificate: per ora fanno 120,00 €. Se tutto è a posto in tempo, previsto per il 25/11/2026. " +
				"Per ottobre 2026 manca la ricevuta per il contributo per l'autonomia abitativa, che si paga quando arriva.", ""},
		"the receipt is missing, and the hours are being worked out": {inquiry.Facts{Month: october, SoFar: 12_000, ReceiptMissing: true}, "2026-11-10", inquiry.Register, "STATEMENT_WAITS HOUSING_RECEIPT", "", ""},
		"paid but for what its receipt pays": {owed(inquiry.Facts{Live: 40_000, Paid: 40_000, PaidOn: &day, ReceiptMissing: true}, in(payment.LinePaid, payment.Paid)), "2026-12-01", inquiry.Paid, "HOUSING_RECEIPT",
			"Il mese di ottobre 2026 è pagato: 400,00 €. Confermato il 24/11/2026. Per ottobre 2026 manca la ricevuta per il contributo per l'autonomia abitativa, che si paga quando arriva.", ""},
		"due": {owed(inquiry.Facts{}), "2026-11-12", inquiry.Due, "NEXT_RUN",
			"Per ottobre 2026 spettano 400,00 €, che entrano nel prossimo pagamento. Previsto per il 25/11/2026.", ""},
		"arrears are due": {owed(inquiry.Facts{Live: 30_000, Paid: 30_000}, in(payment.LinePaid, payment.Paid)), "2026-11-12", inquiry.Due, "NEXT_RUN",
			"Per ottobre 2026 spettano 400,00 €, che entrano nel prossimo pagamento. Già pagati: 300,00 €. Previsto per il 25/11/2026.", ""},
		"blocked": {owed(inquiry.Facts{}, inquiry.Line{State: payment.LineBlocked, Blocks: []string{"NO_ACCOUNT", "CHECK_OLD"}, Run: payment.Computed, ValueDay: day}), "2026-11-12", inquiry.Blocked,
			"NO_ACCOUNT CHECK_OLD", "", ""},
		"came back": {owed(inquiry.Facts{}, inquiry.Line{State: payment.LineReturned, Code: &code, Run: payment.PartlyReturned, ValueDay: day}), "2026-11-28", inquiry.Returned, "AC04",
			"Il pagamento di ottobre 2026, 400,00 €, è tornato indietro: si rifà appena chiarito il motivo. Se tutto è a posto in tempo, previsto per il 28/12/2026.", ""},
		"said to be paid": {owed(inquiry.Facts{}, inquiry.Line{State: payment.LineRejected, Code: &code, Blocks: []string{"BANK_CONTRADICTS"}, Run: payment.PartlyReturned, ValueDay: day}), "2026-11-28", inquiry.Returned,
			"BANK_CONTRADICTS", "", ""},
		"came back in two lines": {owed(inquiry.Facts{}, inquiry.Line{State: payment.LineReturned, Code: &code, ValueDay: day}, inquiry.Line{State: payment.LineReturned, Code: &code, ValueDay: day}), "2026-11-28", inquiry.Returned,
			"AC04", "", ""},
		"contested in part, and the rest is due": {owed(inquiry.Facts{Contested: &contested}), "2026-11-12", inquiry.Due, "STATEMENT_CONTESTED NEXT_RUN",
			"Per ottobre 2026 spettano 400,00 €, che entrano nel prossimo pagamento. Di questi, 100,00 € sono contestati e aspettano una risposta. Previsto per il 25/11/2026.",
			"For October 2026 €400.00 are owed, and go into the next payment. Of that, €100.00 are contested, and wait for an answer. Expected on 25 Nov 2026."},
		"contested in part": {owed(inquiry.Facts{Live: 30_000, Paid: 30_000, Contested: &contested}, in(payment.LinePaid, payment.Paid)), "2026-11-28", inquiry.Contested, "STATEMENT_CONTESTED",
			"La parte contestata di ottobre 2026 aspetta una risposta; spettano in tutto 400,00 €. Già pagati: 300,00 €.", ""},
		"held":    {owed(inquiry.Facts{Live: 40_000}, in(payment.LineHeld, payment.Checked)), "2026-11-12", inquiry.Held, "LINE_HELD", "Il pagamento di ottobre 2026, 400,00 €, è trattenuto dall'ufficio pagamenti.", ""},
		"checked": {owed(inquiry.Facts{Live: 40_000}, in(payment.LinePending, payment.Checked)), "2026-11-18", inquiry.InRun, "RUN_CHECKED", "Il pagamento di ottobre 2026, 400,00 €, è in preparazione. Previsto per il 24/11/2026.", ""},
		"late":    {owed(inquiry.Facts{Live: 40_000}, in(payment.LinePending, payment.Approved)), "2026-11-26", inquiry.InRun, "RUN_APPROVED", "Il pagamento di ottobre 2026, 400,00 €, è in preparazione. Previsto per il 26/11/2026.", ""},
		"late on a Saturday": {owed(inquiry.Facts{Live: 40_000}, in(payment.LinePending, payment.Approved)), "2026-11-28", inquiry.InRun, "RUN_APPROVED",
			"Il pagamento di ottobre 2026, 400,00 €, è in preparazione. Previsto per il 30/11/2026.", ""},
		"sent on a holiday": {owed(inquiry.Facts{Live: 40_000}, inquiry.Line{State: payment.LineExported, Run: payment.Exported, ValueDay: calendar.MustDay("2026-12-08")}), "2026-12-08", inquiry.Sent, "BANK_ANSWER",
			"Il pagamento di ottobre 2026, 400,00 €, è stato inviato: si aspetta la conferma. Previsto per il 09/12/2026.", ""},
		"sent": {owed(inquiry.Facts{Live: 40_000}, in(payment.LineExported, payment.Exported)), "2026-11-22", inquiry.Sent, "BANK_ANSWER", "Il pagamento di ottobre 2026, 400,00 €, è stato inviato: si aspetta la conferma. Previsto per il 24/11/2026.", ""},
		"recalled of two": {owed(inquiry.Facts{Live: 40_000}, in(payment.LineExported, payment.Exported), in(payment.LineRecallAsked, payment.Exported)), "2026-11-22", inquiry.Sent,
			"BANK_ANSWER RECALL_ASKED", "", ""},
		"paid": {owed(inquiry.Facts{Live: 40_000, Paid: 40_000, PaidOn: &day}, in(payment.LinePaid, payment.Paid)), "2026-12-01", inquiry.Paid, "",
			"Il mese di ottobre 2026 è pagato: 400,00 €. Confermato il 24/11/2026.", "The month of October 2026 is paid: €400.00. Confirmed on 24 Nov 2026."},
		"too much": {owed(inquiry.Facts{Live: 45_000, Paid: 45_000}, in(payment.LinePaid, payment.Paid)), "2026-12-01", inquiry.Overpaid, "OWES_MORE",
			"Per ottobre 2026 spettano 400,00 € e ne risultano pagati 450,00 €: la differenza si trattiene dai prossimi pagamenti.", ""},
		"too much was withheld": {owed(inquiry.Facts{Live: 40_000, LiveNet: 30_800, Paid: 30_800}, in(payment.LinePaid, payment.Paid)), "2026-11-12", inquiry.Due, "NEXT_RUN",
			"Per ottobre 2026 spettano 400,00 €, che entrano nel prossimo pagamento. Già pagati: 308,00 €. Previsto per il 25/11/2026.", ""},
		"too much was withheld, and hours are contested": {owed(inquiry.Facts{Live: 40_000, LiveNet: 30_800, Paid: 30_800, Contested: &contested}, in(payment.LinePaid, payment.Paid)), "2026-11-12", inquiry.Due,
			"STATEMENT_CONTESTED NEXT_RUN", "", ""},
		"too little was withheld": {inquiry.Facts{Month: october, Issued: true, Owed: 40_000, OwedNet: 30_800, Live: 40_000, LiveNet: 40_000, Paid: 40_000}, "2026-12-01", inquiry.Overpaid, "OWES_MORE",
			"Per ottobre 2026 spettano 308,00 € e ne risultano pagati 400,00 €: la differenza si trattiene dai prossimi pagamenti.", ""},
		"too much, and it came back": {owed(inquiry.Facts{Live: 45_000, Paid: 45_000, Settled: true, PaidOn: &day}, in(payment.LinePaid, payment.Paid)), "2026-12-01", inquiry.Paid, "", "", ""},
		"nothing":                    {inquiry.Facts{Month: october, Issued: true}, "2026-12-01", inquiry.Nothing, "", "Per ottobre 2026 non spetta nulla.", "Nothing is owed for October 2026."},
	} {
		t.Run(name, func(t *testing.T) {
			s := c.facts.Standing(calendar.MustDay(c.today), steps, bank)
			var missing []string
			for _, m := range s.Missing {
				missing = append(missing, m.Code)
				if m.Cause.It == m.Code || !m.Cause.Complete() || !m.Cure.Complete() || !m.CuredBy.Complete() || m.Owner == "" {
					t.Errorf("%s says nothing: %+v", m.Code, m)
				}
			}
			if s.Stage != c.stage || strings.Join(missing, " ") != c.missing {
				t.Errorf("%s, missing %v; want %s, %s", s.Stage, missing, c.stage, c.missing)
			}
			if !s.Words.Complete() || c.it != "" && s.Words.It != c.it || c.en != "" && s.Words.En != c.en {
				t.Errorf("it is said:\n%s\n%s\nwant\n%s\n%s", s.Words.It, s.Words.En, c.it, c.en)
			}
		})
	}
}
