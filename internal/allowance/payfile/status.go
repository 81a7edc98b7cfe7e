package payfile

import (
	"io"
	"strings"

	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// statuses are the codes of pain.002 (ISO 20022 external code sets, payment transaction and group status). PART says nothing of a line.
var statuses = map[string]Kind{
	"RCVD": Pending, "PDNG": Pending, "PATC": Pending, "ACTC": Pending, "ACCP": Accepted, "ACFC": Accepted, "ACSP": Accepted, "ACWC": Accepted,
	"ACWP": Accepted, "ACSC": Executed, "ACCC": Credited, "RJCT": Rejected, "CANC": Rejected, "PART": "",
}

// ReadStatus reads a pain.002.001.10, and what is near it: other versions, other namespaces, and the envelope of the interbank network.
// An error is a refusal.List, or that of the reader.
func ReadStatus(in io.Reader) (Report, error) {
	data, err := readAll(in)
	if err != nil {
		return Report{}, err
	}
	root, err := tree(data)
	if err != nil {
		return Report{}, err
	}
	group := root.find("OrgnlGrpInfAndSts")
	if group == nil {
		return Report{}, refusal.List{AnswerKindUnknown.At().With("want", "pain.002")}
	}
	s := status{report: Report{Source: SourceStatus, Hash: hashOf(data), Last: true}}
	s.read(root, group)
	return s.report, s.err()
}

type status struct {
	reading
	report Report
}

func (s *status) err() error {
	if s.list == nil {
		s.list = twice(s.report.Lines)
	}
	if err := s.list.Err(); err != nil {
		s.report = Report{}
		return err
	}
	return nil
}

func (s *status) read(root, group *element) {
	s.report.ID = root.find("GrpHdr").text("MsgId")
	if s.report.Original = group.text("OrgnlMsgId"); s.report.Original == "" {
		s.refuse("OrgnlMsgId")
	}
	whole := Whole{MessageID: s.report.Original, Lines: s.count(group.first("OrgnlNbOfTxs")), Total: s.total(group.first("OrgnlCtrlSum"))}
	whole.Day = s.day(root.find("GrpHdr"), "CreDtTm")
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
	whole.Reason, whole.Note = reasonIn(said.all("StsRsnInf"))
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
	o := Outcome{EndToEndID: t.text("OrgnlEndToEndId"), MessageID: whole.MessageID, Kind: s.kind(t.text("TxSts"), false), Ref: t.text("AcctSvcrRef", "ClrSysRef", "StsId")}
	if o.EndToEndID == "" {
		s.refuse("OrgnlEndToEndId")
	}
	if o.Kind == "" && t.text("TxSts") != "" {
		s.refuse("TxSts")
	}
	o.Reason, o.Note = reasonIn(t.all("StsRsnInf"))
	o.Amount, o.Foreign = s.amount(t.first("OrgnlTxRef", "Amt", "InstdAmt"))
	if o.Day = s.day(t, "FctvIntrBkSttlmDt.Dt", "AccptncDtTm"); o.Day.IsZero() {
		o.Day = whole.Day
	}
	s.report.Lines = append(s.report.Lines, o)
}

// reasonIn is the first code, and all the words.
func reasonIn(informations []*element) (code, note string) {
	var words []string
	for _, i := range informations {
		if code == "" {
			code = i.text("Rsn.Cd", "Rsn.Prtry")
		}
		for _, w := range i.all("AddtlInf") {
			words = append(words, w.value)
		}
	}
	return code, strings.Join(words, " ")
}
