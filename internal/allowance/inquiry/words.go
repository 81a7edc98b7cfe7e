package inquiry

import (
	"slices"

	"github.com/lavoroincorso/lavoro/internal/allowance/payment"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/money"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// waits are what keeps a month's money back beside the blocks of runs.
var waits = []payment.Block{
	payment.NewBlock("MONTH_RUNNING", text.Text{It: "il mese non è ancora finito", En: "the month is not over yet"},
		text.Text{It: "non serve fare nulla", En: "nothing has to be done"}, payment.House),
	payment.NewBlock("REGISTER_OPEN", text.Text{It: "il registro del mese non è ancora inviato", En: "the month's register has not been submitted yet"},
		text.Text{It: "completa le presenze e invia il registro", En: "complete the entries, and submit the register"}, payment.Tutor),
	payment.NewBlock("REGISTER_SUBMITTED", text.Text{It: "il soggetto ospitante non ha ancora certificato le ore", En: "the host company has not certified the hours yet"},
		text.Text{It: "chiedi di certificare il mese; se tace, il partner certifica al suo posto", En: "ask it to certify the month; if it is silent, the partner does so in its place"}, payment.Host),
	payment.NewBlock("REGISTER_WITHOUT_HOST", text.Text{It: "il registro è inviato e da certificare per il partner", En: "the register is submitted, and to be certified for the partner"},
		text.Text{It: "certifica il mese", En: "certify the month"}, payment.Promoter),
	payment.NewBlock("REGISTER_HOST_CERTIFIED", text.Text{It: "il partner non ha ancora certificato le ore", En: "the partner has not certified the hours yet"},
		text.Text{It: "certifica il mese", En: "certify the month"}, payment.Promoter),
	payment.NewBlock("REGISTER_PROMOTER_CERTIFIED", text.Text{It: "il registro è certificato e non ancora chiuso", En: "the register is certified, and not locked yet"},
		text.Text{It: "chiudi il mese", En: "lock the month"}, payment.Promoter),
	payment.NewBlock("ENTRIES_CONTESTED", text.Text{It: "alcune ore sono in conflitto e non contano", En: "some hours are in conflict, and do not count"},
		text.Text{It: "decidi quali valgono", En: "decide which of them hold"}, payment.Tutor),
	payment.NewBlock("STATEMENT_WAITS", text.Text{It: "il conteggio del mese si sta facendo", En: "the month's statement is being worked out"},
		text.Text{It: "non serve fare nulla", En: "nothing has to be done"}, payment.House),
	payment.NewBlock("HOUSING_RECEIPT", text.Text{It: "manca la ricevuta del mese per il contributo per l'autonomia abitativa", En: "the month's receipt for the contribution to living on one's own is missing"},
		text.Text{It: "chiedi alla persona la ricevuta e registrala; il contributo si paga quando arriva", En: "ask the person for the receipt, and record it; the contribution is paid when it comes"}, payment.CaseTeam),
	payment.NewBlock("NEXT_RUN", text.Text{It: "entra nel prossimo pagamento", En: "it goes into the next run"},
		text.Text{It: "prepara il prossimo pagamento", En: "prepare the next run"}, payment.Office),
	payment.NewBlock("LINE_HELD", text.Text{It: "l'ufficio pagamenti l'ha trattenuto", En: "the payments office holds it back"},
		text.Text{It: "sbloccalo quando il motivo è superato", En: "release it once the reason is over"}, payment.Office),
	payment.NewBlock("RUN_DRAFT", text.Text{It: "il pagamento è in preparazione", En: "the run is being prepared"},
		text.Text{It: "calcola e controlla il pagamento", En: "compute and check the run"}, payment.Office),
	payment.NewBlock("RUN_COMPUTED", text.Text{It: "il pagamento è calcolato e da controllare", En: "the run is computed, and to be checked"},
		text.Text{It: "controlla il pagamento", En: "check the run"}, payment.Office),
	payment.NewBlock("RUN_CHECKED", text.Text{It: "il pagamento è controllato e da approvare", En: "the run is checked, and to be approved"},
		text.Text{It: "approva il pagamento", En: "approve the run"}, payment.Approver),
	payment.NewBlock("RUN_APPROVED", text.Text{It: "il pagamento è approvato e da inviare", En: "the run is approved, and to be sent"},
		text.Text{It: "invia il pagamento", En: "send the run"}, payment.Office),
	payment.NewBlock("BANK_ANSWER", text.Text{It: "il pagamento è inviato e si aspetta la conferma", En: "the payment was sent, and its confirmation is awaited"},
		text.Text{It: "carica la risposta appena arriva", En: "load the answer as soon as it comes"}, payment.Bank),
	payment.NewBlock("OWES_MORE", text.Text{It: "è stato pagato più di quanto spetta", En: "more was paid than is owed"},
		text.Text{It: "attendi i prossimi pagamenti, che lo compensano, oppure concorda le rate", En: "wait for the next payments, which it is taken off, or agree on instalments"}, payment.Office),
	payment.NewBlock("RECALL_ASKED", text.Text{It: "se ne è chiesto il richiamo", En: "its recall was asked for"},
		text.Text{It: "carica la risposta appena arriva", En: "load the answer as soon as it comes"}, payment.Bank),
}

// BlockOf explains what keeps money back by its code.
func BlockOf(code string) payment.Block {
	if i := slices.IndexFunc(waits, func(b payment.Block) bool { return b.Code == code }); i >= 0 {
		return waits[i]
	}
	return payment.BlockOf(code)
}

// said is what is said of each stage, to be read out on the telephone.
var said = map[Stage]text.Text{
	Register:  {It: "Le ore di {month} non sono ancora tutte certificate: per ora fanno {amount}.", En: "The hours of {month} are not all certified yet: so far they come to {amount}."},
	Due:       {It: "Per {month} spettano {amount}, che entrano nel prossimo pagamento.", En: "For {month} {amount} are owed, and go into the next payment."},
	Blocked:   {It: "Per {month} spettano {amount}, ma il pagamento è fermo perché manca qualcosa.", En: "For {month} {amount} are owed, but the payment cannot go since something is missing."},
	Returned:  {It: "Il pagamento di {month}, {amount}, è tornato indietro: si rifà appena chiarito il motivo.", En: "The payment of {month}, {amount}, came back: it is made again once the reason is cleared up."},
	Contested: {It: "La parte contestata di {month} aspetta una risposta; spettano in tutto {amount}.", En: "What is contested of {month} waits for an answer; {amount} are owed in all."},
	Held:      {It: "Il pagamento di {month}, {amount}, è trattenuto dall'ufficio pagamenti.", En: "The payment of {month}, {amount}, is held back by the payments office."},
	InRun:     {It: "Il pagamento di {month}, {amount}, è in preparazione.", En: "The payment of {month}, {amount}, is being prepared."},
	Sent:      {It: "Il pagamento di {month}, {amount}, è stato inviato: si aspetta la conferma.", En: "The payment of {month}, {amount}, was sent: its confirmation is awaited."},
	Paid:      {It: "Il mese di {month} è pagato: {amount}.", En: "The month of {month} is paid: {amount}."},
	Overpaid:  {It: "Per {month} spettano {amount} e ne risultano pagati {paid}: la differenza si trattiene dai prossimi pagamenti.", En: "For {month} {amount} are owed, and {paid} are paid: the difference is taken off the next payments."},
	Nothing:   {It: "Per {month} non spetta nulla.", En: "Nothing is owed for {month}."},
}

// receipt is said of a month beside its stage, or in its place where nothing else is missing.
var receipt = text.Text{It: "Per {month} manca la ricevuta per il contributo per l'autonomia abitativa, che si paga quando arriva.",
	En: "For {month} the receipt for the contribution to living on one's own is missing; it is paid when that comes."}

// words say in a few sentences where the month stands: also how much of it waits for the answer to a contest, and that it lacks its receipt.
func (s Standing) words(f Facts) text.Text {
	lacks := receipt.Fill(map[string]text.Text{"month": month(s.Month)})
	if s.Stage == Register && f.receiptAlone() {
		return lacks
	}
	words := said[s.Stage].Fill(map[string]text.Text{"month": month(s.Month), "amount": euro(s.Amount), "paid": euro(s.Paid)})
	if s.Paid != 0 && s.Stage != Paid && s.Stage != Overpaid {
		words = joined(words, text.Text{It: "Già pagati: {paid}.", En: "Paid already: {paid}."}.Fill(map[string]text.Text{"paid": euro(s.Paid)}))
	}
	if waits := f.waits(); waits != 0 {
		words = joined(words, text.Text{It: "Di questi, {waits} sono contestati e aspettano una risposta.", En: "Of that, {waits} are contested, and wait for an answer."}.Fill(map[string]text.Text{"waits": euro(waits)}))
	}
	if s.ExpectedOn != nil {
		words = joined(words, s.when())
	}
	if f.ReceiptMissing {
		words = joined(words, lacks)
	}
	return words
}

// when says when the money is expected, or was there.
func (s Standing) when() text.Text {
	when := text.Text{It: "Previsto per il {day}.", En: "Expected on {day}."}
	switch s.Stage {
	case Paid:
		when = text.Text{It: "Confermato il {day}.", En: "Confirmed on {day}."}
	case Register, Blocked, Returned:
		when = text.Text{It: "Se tutto è a posto in tempo, previsto per il {day}.", En: "If all is cleared up in time, expected on {day}."}
	}
	return when.Fill(map[string]text.Text{"day": day(*s.ExpectedOn)})
}

func joined(a, b text.Text) text.Text { return text.Text{It: a.It + " " + b.It, En: a.En + " " + b.En} }

func euro(c money.Cents) text.Text {
	return text.Text{It: c.Format(text.Italian), En: c.Format(text.English)}
}

func month(m calendar.Month) text.Text {
	return text.Text{It: m.Format(text.Italian), En: m.Format(text.English)}
}

func day(d calendar.Day) text.Text {
	return text.Text{It: d.Format(text.Italian), En: d.Format(text.English)}
}
