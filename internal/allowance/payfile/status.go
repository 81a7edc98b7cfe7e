package payfile

import "github.com/lavoroincorso/lavoro/internal/values/refusal"

// statuses are the codes of pain.002 (ISO 20022 external code sets, payment transaction and group status). PART says nothing of a line.
var statuses = map[string]Kind{
	"RCVD": Pending, "PDNG": Pending, "PATC": Pending, "ACTC": Pending, "ACCP": Accepted, "ACFC": Accepted, "ACSP": Accepted, "ACWC": Accepted,
	"ACWP": Accepted, "ACSC": Executed, "ACCC": Credited, "RJCT": Rejected, "CANC": Rejected, "PART": "",
}

type status struct {
	reading
	report Report
}

// readStatus reads a pain.002.001.10, and what is near it: other versions, other namespaces, and the envelope of the interbank network.
func readStatus(root, group *element) (Report, refusal.List) {
	s := status{report: Report{Source: SourceStatus, Last: true}}
	s.read(root, group)
	if s.list == nil {
		s.list = twice(s.report.Lines)
	}
	return s.report, s.list
}

func (s *status) read(root, group *element) {
	head := root.find("GrpHdr")
	if head == nil {
		head = &element{}
	}
	s.report.ID = s.id(head, "MsgId")
	if s.report.Original = s.id(group, "OrgnlMsgId"); s.report.Original == "" {
		s.refuse("OrgnlMsgId")
	}
	whole := Whole{MessageID: s.report.Original, Lines: s.count(group.first("OrgnlNbOfTxs")), Total: s.total(group.first("OrgnlCtrlSum"))}
	whole.Day = s.day(head, "CreDtTm")
	said := group
	for _, p := range payments(root) {
		for _, t := range p.all("TxInfAndSts") {
			s.line(t, whole)
		}
		if p.text("PmtInfSts") != "" {
			said = p // an order has one payment information, so this speaks of all its lines, and later
		}
	}
	whole.Kind = s.kind(said.text("PmtInfSts", "GrpSts"), said == group)
	whole.Reason, whole.Note = s.reason(said.all("StsRsnInf"))
	s.report.Whole = []Whole{whole}
}

// payments are the parts that hold lines; the interbank network leaves one level out.
func payments(root *element) []*element {
	var found []*element
	var walk func(e *element)
	walk = func(e *element) {
		if e.name == "OrgnlPmtInfAndSts" || len(e.all("TxInfAndSts")) > 0 {
			found = append(found, e)
			return
		}
		for _, c := range e.children {
			walk(c)
		}
	}
	walk(root)
	return found
}

func (s *status) kind(code string, mayLack bool) Kind {
	if code == "" && mayLack {
		return ""
	}
	kind, known := statuses[code]
	if !known {
		s.refuse("Sts")
	}
	return kind
}

func (s *status) line(t *element, whole Whole) {
	o := Outcome{EndToEndID: s.id(t, "OrgnlEndToEndId"), MessageID: whole.MessageID, Kind: s.kind(t.text("TxSts"), false), Ref: s.id(t, "AcctSvcrRef", "ClrSysRef", "StsId")}
	if o.EndToEndID == "" {
		s.refuse("OrgnlEndToEndId")
	}
	if o.Kind == "" && t.text("TxSts") != "" {
		s.refuse("TxSts")
	}
	o.Reason, o.Note = s.reason(t.all("StsRsnInf"))
	o.Amount, o.Foreign = s.amount(t.first("OrgnlTxRef", "Amt", "InstdAmt"))
	if o.Day = s.day(t, "FctvIntrBkSttlmDt.Dt", "AccptncDtTm"); o.Day.IsZero() {
		o.Day = whole.Day
	}
	s.report.Lines = append(s.report.Lines, o)
}

// reason is the first code, and all the words.
func (r *reading) reason(informations []*element) (code, words string) {
	var all []string
	for _, i := range informations {
		if code == "" {
			code = r.id(i, "Rsn.Cd", "Rsn.Prtry")
		}
		for _, w := range i.all("AddtlInf") {
			all = append(all, w.value)
		}
	}
	return code, note(all)
}
