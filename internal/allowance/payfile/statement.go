package payfile

import (
	"strconv"
	"strings"

	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

type statement struct {
	reading
	report Report
}

// readAccount reads a camt.053.001.08 or camt.054.001.08, also of other versions and namespaces. What is said twice is found by Match: ids of
// other people's lines may well repeat.
func readAccount(source Source, body *element, part string) (Report, refusal.List) {
	s := statement{report: Report{Source: source, Last: last(body.first("GrpHdr", "MsgPgntn"))}}
	s.report.ID = s.id(body, "GrpHdr.MsgId")
	for _, p := range body.all(part) {
		s.part(p)
	}
	return s.report, s.list
}

// last is false where a page says that another follows.
func last(page *element) bool {
	return page.text("LastPgInd") != "false" && page.text("LastPgInd") != "0"
}

func (s *statement) part(p *element) {
	page := p.first("StmtPgntn")
	if page.name == "" {
		page = p.first("NtfctnPgntn")
	}
	s.report.Last = s.report.Last && last(page)
	entries := p.all("Ntry")
	// Over several pages, banks total the page or the whole.
	if want := s.count(p.first("TxsSummry", "TtlNtries", "NbOfNtries")); want != 0 && want != len(entries) && s.report.Last && single(page) {
		s.list = append(s.list, AnswerTotalsDiffer.At().With("got", strconv.Itoa(len(entries))).With("want", strconv.Itoa(want)))
	}
	for _, e := range entries {
		s.entry(e)
	}
}

func single(page *element) bool { return page.text("PgNb") == "" || page.text("PgNb") == "1" }

// booking is what an entry says of all that it holds.
type booking struct {
	kind    Kind
	outcome Outcome
}

func (s *statement) entry(e *element) {
	b := booking{kind: s.direction(e, e)}
	b.outcome = Outcome{Day: s.day(e, "BookgDt.Dt", "BookgDt.DtTm", "ValDt.Dt", "ValDt.DtTm"), Ref: s.id(e, "AcctSvcrRef")}
	transactions := e.all("NtryDtls", "TxDtls")
	for _, t := range transactions {
		s.transaction(e, t, b, len(transactions) == 1)
	}
	batches := e.all("NtryDtls", "Btch")
	if len(transactions) == 0 {
		for _, batch := range batches {
			s.batch(e, batch, b, len(batches) == 1)
		}
		if len(batches) == 0 {
			s.report.Other++
		}
	}
}

// direction is what a booking on the payer's account means for a line of an order: money that leaves was executed, money that comes back was
// returned. What is not booked yet moves nothing.
func (s *statement) direction(e, entry *element) Kind {
	if sts := entry.text("Sts.Cd", "Sts.Prtry", "Sts"); sts != "BOOK" {
		if sts == "" {
			s.refuse("Sts")
		}
		return Pending
	}
	switch e.text("CdtDbtInd") {
	case "DBIT":
		return Executed
	case "CRDT":
		return Returned
	}
	s.refuse("CdtDbtInd")
	return ""
}

// By what bank transaction codes of ISO 20022 tell a return.
const (
	family   = "BkTxCd.Domn.Fmly.SubFmlyCd"
	returned = "RRTN"
)

func (s *statement) transaction(e, t *element, b booking, alone bool) {
	o := b.outcome
	o.Kind = b.kind
	if t.text("CdtDbtInd") != "" {
		o.Kind = s.direction(t, e)
	}
	refs := t.first("Refs")
	o.EndToEndID, o.MessageID = s.given(refs, "EndToEndId"), s.given(refs, "PmtInfId") // MsgId is that of the last message on the way, such as a return's
	if o.EndToEndID == "" {
		s.report.Other++
		return
	}
	if ref := s.id(refs, "AcctSvcrRef", "TxId"); ref != "" {
		o.Ref = ref
	}
	o.Reason, o.Note = s.reason(t.all("RtrInf"))
	o.Back = o.Kind == Returned && (len(t.all("RtrInf")) > 0 || t.text(family) == returned || e.text(family) == returned)
	s.amounts(&o, t, e, alone)
	s.report.Lines = append(s.report.Lines, o)
}

// amounts takes down what was booked, and what is told of the transfer beside it: it may have been ordered in another sum, or currency, than it was booked in.
func (s *statement) amounts(o *Outcome, t, e *element, alone bool) {
	told := []*element{t.first("Amt"), t.first("AmtDtls", "TxAmt", "Amt"), t.first("AmtDtls", "InstdAmt", "Amt")}
	if alone {
		told = append(told, e.first("Amt"))
	}
	first := true
	for _, a := range told {
		if a.value == "" {
			continue
		}
		amount, foreign := s.amount(a)
		if first {
			o.Amount, o.Foreign, first = amount, foreign, false
		} else if amount != nil && (o.Amount == nil || *amount != *o.Amount) {
			o.Beside = append(o.Beside, *amount)
		}
	}
	charges := append(t.all("Chrgs", "Rcrd", "Amt"), t.all("Chrgs", "Amt")...)
	if alone {
		charges = append(charges, append(e.all("Chrgs", "Rcrd", "Amt"), e.all("Chrgs", "Amt")...)...)
	}
	if o.Amount == nil {
		return
	}
	for _, c := range charges { // taken from a return, or put on a debit
		if charge, _ := s.amount(c); charge != nil && o.Kind == Returned {
			o.Beside = append(o.Beside, *o.Amount+*charge)
		} else if charge != nil {
			o.Beside = append(o.Beside, *o.Amount-*charge)
		}
	}
}

// given is the first id that was given; banks fill what they do not know.
func (s *statement) given(e *element, paths ...string) string {
	for _, path := range paths {
		if id := s.id(e, path); id != "" && !strings.EqualFold(id, "NOTPROVIDED") {
			return id
		}
	}
	return ""
}

// batch is one debit for a whole order.
func (s *statement) batch(e, batch *element, b booking, alone bool) {
	w := Whole{Kind: b.kind, Day: b.outcome.Day, Ref: b.outcome.Ref, MessageID: s.given(batch, "PmtInfId", "MsgId"), Lines: s.count(batch.first("NbOfTxs"))}
	if w.Total, w.Foreign = s.amount(batch.first("TtlAmt")); w.Total == nil && alone {
		w.Total, w.Foreign = s.amount(e.first("Amt"))
	}
	if w.MessageID == "" || w.Kind == Pending {
		s.report.Other++
		return
	}
	s.report.Whole = append(s.report.Whole, w)
}
