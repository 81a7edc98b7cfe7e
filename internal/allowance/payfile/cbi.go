package payfile

import (
	"encoding/xml"

	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

type cbiDocument struct {
	XMLName xml.Name    `xml:"urn:CBI:xsd:CBIPaymentRequest.00.04.01 CBIPaymentRequest"`
	Header  groupHeader `xml:"GrpHdr"`
	Payment payment     `xml:"PmtInf"`
}

// CBI writes the order as CBIPaymentRequest.00.04.01, which Italian banks take through the interbank network. It needs the payer's CUC
// and an Italian account, whose ABI names the bank. The error is a refusal.List that names every line at fault.
func (o Order) CBI() ([]byte, Control, error) {
	r, err := o.ready()
	var own refusal.List
	if o.Debtor.CUC == "" {
		own = append(own, CUCInvalid.At("debtor", "cuc"))
	}
	if r.Debtor.IBAN != "" && r.Debtor.IBAN.ABI() == "" {
		own = append(own, AccountNotItalian.At("debtor", "iban"))
	}
	if err := refusal.Join(err, own.Err()); err != nil {
		return nil, Control{}, err
	}
	doc := cbiDocument{Header: r.header(), Payment: r.payment()}
	doc.Payment.Agent = bank{BIC: r.Debtor.BIC, Member: &member{r.Debtor.IBAN.ABI()}}
	return r.encode(doc)
}
