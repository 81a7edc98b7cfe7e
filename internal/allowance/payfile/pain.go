package payfile

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"strconv"
	"time"

	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/fiscal"
)

// The elements that both messages share, in the order of their schemas. Empty ones that are optional are left out.
type (
	groupHeader struct {
		MessageID string    `xml:"MsgId"`
		Created   string    `xml:"CreDtTm"`
		Lines     string    `xml:"NbOfTxs"`
		Sum       string    `xml:"CtrlSum"`
		Initiator initiator `xml:"InitgPty"`
	}
	initiator struct {
		Name string   `xml:"Nm"`
		CUC  *generic `xml:"Id>OrgId>Othr,omitempty"`
	}
	generic struct {
		ID     string `xml:"Id"`
		Issuer string `xml:"Issr,omitempty"`
	}
	party struct {
		Name string `xml:"Nm"`
	}
	account struct {
		IBAN string `xml:"Id>IBAN"`
	}
	bank struct {
		BIC    string   `xml:"FinInstnId>BICFI,omitempty"`
		Member *member  `xml:"FinInstnId>ClrSysMmbId,omitempty"`
		Absent *generic `xml:"FinInstnId>Othr,omitempty"`
	}
	member struct {
		ABI string `xml:"MmbId"`
	}
	amount struct {
		Currency string `xml:"Ccy,attr"`
		Value    string `xml:",chardata"`
	}
	transfer struct {
		Number     string  `xml:"PmtId>InstrId"`
		EndToEndID string  `xml:"PmtId>EndToEndId"`
		Amount     amount  `xml:"Amt>InstdAmt"`
		Creditor   party   `xml:"Cdtr"`
		Account    account `xml:"CdtrAcct"`
		Text       string  `xml:"RmtInf>Ustrd"`
	}
	payment struct {
		ID           string     `xml:"PmtInfId"`
		Method       string     `xml:"PmtMtd"`
		OneDebit     bool       `xml:"BtchBookg"`
		Lines        string     `xml:"NbOfTxs,omitempty"`
		Sum          string     `xml:"CtrlSum,omitempty"`
		ServiceLevel string     `xml:"PmtTpInf>SvcLvl>Cd"`
		Execution    string     `xml:"ReqdExctnDt>Dt"`
		Debtor       party      `xml:"Dbtr"`
		Account      account    `xml:"DbtrAcct"`
		Agent        bank       `xml:"DbtrAgt"`
		Charges      string     `xml:"ChrgBr"`
		Transfers    []transfer `xml:"CdtTrfTxInf"`
	}
)

type painDocument struct {
	XMLName xml.Name    `xml:"urn:iso:std:iso:20022:tech:xsd:pain.001.001.09 Document"`
	Header  groupHeader `xml:"CstmrCdtTrfInitn>GrpHdr"`
	Payment payment     `xml:"CstmrCdtTrfInitn>PmtInf"`
}

// Pain writes the order as ISO 20022 pain.001.001.09. The error is a refusal.List that names every line at fault.
func (o Order) Pain() ([]byte, Control, error) {
	r, err := o.ready()
	if err != nil {
		return nil, Control{}, err
	}
	doc := painDocument{Header: r.header(), Payment: r.payment()}
	doc.Payment.Lines, doc.Payment.Sum = doc.Header.Lines, doc.Header.Sum
	if doc.Payment.Agent.BIC = r.Debtor.BIC; r.Debtor.BIC == "" {
		doc.Payment.Agent.Absent = &generic{ID: "NOTPROVIDED"}
	}
	return r.encode(doc)
}

func (r ready) header() groupHeader {
	h := groupHeader{MessageID: r.MessageID, Created: r.Created.In(calendar.Rome()).Format(time.RFC3339), Lines: strconv.Itoa(len(r.lines)),
		Sum: r.total.String(), Initiator: initiator{Name: r.Debtor.Name}}
	if r.Debtor.CUC != "" {
		h.Initiator.CUC = &generic{ID: r.Debtor.CUC, Issuer: "CBI"}
	}
	return h
}

func (r ready) payment() payment {
	p := payment{ID: r.MessageID, Method: "TRF", OneDebit: r.OneDebit, ServiceLevel: "SEPA", Execution: r.Execution.String(),
		Debtor: party{r.Debtor.Name}, Account: accountOf(r.Debtor.IBAN), Charges: "SLEV", Transfers: make([]transfer, len(r.lines))}
	for i, l := range r.lines {
		p.Transfers[i] = transfer{Number: strconv.Itoa(i + 1), EndToEndID: l.EndToEndID, Amount: amount{"EUR", l.Amount.String()},
			Creditor: party{l.Holder}, Account: accountOf(l.IBAN), Text: l.text}
	}
	return p
}

func accountOf(iban fiscal.IBAN) account { return account{IBAN: string(iban)} }

// encode gives the bytes with their control figures.
func (r ready) encode(doc any) ([]byte, Control, error) {
	var out bytes.Buffer
	out.WriteString(xml.Header)
	enc := xml.NewEncoder(&out)
	enc.Indent("", " ")
	if err := enc.Encode(doc); err != nil {
		return nil, Control{}, fmt.Errorf("payment order: %w", err)
	}
	out.WriteByte('\n')
	return out.Bytes(), Control{Lines: len(r.lines), Total: r.total, Hash: hashOf(out.Bytes())}, nil
}
