package programme

import (
	"regexp"
	"slices"

	"github.com/lavoroincorso/lavoro/internal/values/fiscal"
	"github.com/lavoroincorso/lavoro/internal/values/money"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

var (
	bic = regexp.MustCompile(`^[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?$`)
	cuc = regexp.MustCompile(`^[A-Z0-9]{8}$`)
)

// longestPayer is the longest name of a debtor in a payment message [SEPA rules].
const longestPayer = 70

// payers are the bodies that pay allowances.
func payers(f field) []PayerEntry {
	var all []PayerEntry
	seen := unique{}
	for _, entry := range f.filled() {
		parts := entry.record("organisation name way tax means source confirmed", "format account")
		p := PayerEntry{Organisation: parts["organisation"].codeOf("organisations"), Name: parts["name"].words(), Way: Way(parts["way"].one(string(OrderList), string(BankFile))),
			Format: Format(parts["format"].one(string(Pain001), string(CBI))), Tax: Tax(parts["tax"].one(string(Exempt), string(Assimilated))),
			Source: parts["source"].words(), Confirmed: parts["confirmed"].truth()}
		seen.check(parts["organisation"], p.Organisation)
		f.doc.names("payers", p.Organisation)
		switch format := parts["format"]; {
		case len([]rune(p.Name)) > longestPayer:
			parts["name"].wrong(nameTooLong)
		case p.Way == BankFile && !format.given():
			entry.report(entry.path+".format", missing)
		case p.Way == OrderList && format.given():
			format.wrong(onlyByFile)
		}
		p.Means = meansOf(parts["means"], p.Way)
		p.account(parts["account"])
		all = append(all, p)
	}
	return all
}

// meansOf reads how people may be paid: by bank file only to an IBAN.
func meansOf(f field, way Way) []Means {
	var all []Means
	for _, entry := range f.filled() {
		m := Means(entry.one(string(ByIBAN), string(ByCard), string(ByPost), string(ByTeller)))
		switch {
		case m == "":
			continue
		case slices.Contains(all, m):
			entry.wrong(repeated)
		case way == BankFile && m != ByIBAN && m != ByCard:
			entry.wrong(onlyByList)
		}
		all = append(all, m)
	}
	return all
}

// account reads what a payer's bank is told; CBI wants the sender's code beside the account.
func (p *PayerEntry) account(f field) {
	if !f.given() {
		return
	}
	parts := f.record("iban", "bic cuc")
	account, err := fiscal.ParseIBAN(parts["iban"].words())
	if err != nil && parts["iban"].given() {
		parts["iban"].wrong(causeOf(err))
	}
	p.IBAN, p.BIC, p.CUC = account, parts["bic"].shaped(bic, "BCITITMM"), parts["cuc"].shaped(cuc, "ABCD1234")
	if p.Format == CBI && !parts["cuc"].given() {
		f.report(f.path+".cuc", missing)
	}
}

// budgetLines may stay below the budget, for what is not known yet, and never above it.
func budgetLines(f field, budget money.Cents) []BudgetLine {
	var all []BudgetLine
	seen := unique{}
	var total money.Cents
	for _, entry := range f.filled() {
		parts := entry.record("code it en amount source confirmed", "organisation kind")
		l := BudgetLine{Code: parts["code"].shaped(lowerCode, "internship_allowance"), Label: label(parts), Amount: parts["amount"].euros(),
			Source: parts["source"].words(), Confirmed: parts["confirmed"].truth(),
			Organisation: parts["organisation"].codeOf("organisations"), Kind: parts["kind"].codeOf(ActivityKinds)}
		seen.check(parts["code"], l.Code)
		f.doc.names("budget_lines", l.Code)
		f.doc.lineKinds[l.Code] = l.Kind
		sum, err := total.Add(l.Amount)
		if err != nil {
			parts["amount"].wrong(causeOf(err))
			continue
		}
		total = sum
		if over := total > budget && budget > 0; over && l.Amount > 0 {
			parts["amount"].wrong(overBudget.Fill(map[string]text.Text{"sum": written(total), "budget": written(budget)}))
		}
		all = append(all, l)
	}
	return all
}

func written(c money.Cents) text.Text {
	return text.Text{It: c.Format(text.Italian), En: c.Format(text.English)}
}

// gates shut lines, or all of them, between two days.
func gates(f field) []FundingGate {
	var all []FundingGate
	for _, entry := range f.list() {
		parts := entry.record("from it en", "to line")
		g := FundingGate{Line: parts["line"].codeOf("budget_lines"), Reason: label(parts)}
		g.From, g.To = period(parts["from"], parts["to"])
		all = append(all, g)
	}
	return all
}
