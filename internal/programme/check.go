package programme

import (
	"encoding/json"
	"strconv"
	"unicode/utf8"

	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/fiscal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

func absence(f field) json.RawMessage {
	parts := f.record("responsible justified", "")
	data, err := json.Marshal(AbsenceAttributes{
		Responsible: parts["responsible"].one("PERSON", "HOST", "PROMOTER", "NOBODY"),
		Justified:   parts["justified"].truth(),
	})
	if err != nil {
		panic(err)
	}
	return data
}

func organisations(f field) []Organisation {
	var all []Organisation
	var at []field
	seen := unique{}
	for _, entry := range f.filled() {
		parts := entry.record("code name kind", "parent tax_code")
		o := Organisation{Code: parts["code"].shaped(upperCode, "PEGASO"), Name: parts["name"].words(),
			Kind:    parts["kind"].one("LEAD", "PUBLIC_BODY", "SOCIAL_COOPERATIVE", "ASSOCIATION", "COMPANY"),
			TaxCode: parts["tax_code"].shaped(taxCode, "00743110157"), Parent: parts["parent"].words(), line: entry.line}
		seen.check(parts["code"], o.Code)
		f.doc.names("organisations", o.Code)
		all, at = append(all, o), append(at, entry)
	}
	tree(f, all, at)
	return parentsFirst(all)
}

// tree checks that the bodies hang below one lead.
func tree(f field, all []Organisation, at []field) {
	byCode := map[string]Organisation{}
	lead := 0
	for i, o := range all {
		byCode[o.Code] = o
		switch {
		case o.Parent != "":
		case lead > 0:
			at[i].wrong(secondRoot.Fill(args("line", strconv.Itoa(lead))))
		default:
			lead = o.line
		}
		if o.Kind != "" && (o.Kind == "LEAD") != (o.Parent == "") {
			at[i].report(at[i].path+".kind", leadKind)
		}
	}
	if lead == 0 && len(all) > 0 {
		f.wrong(noRoot)
	}
	for i, o := range all {
		if _, found := byCode[o.Parent]; !found && o.Parent != "" {
			at[i].report(at[i].path+".parent", unknownParent.Fill(args("code", o.Parent)))
		}
		if below(o, byCode) {
			at[i].report(at[i].path+".parent", cycle)
		}
	}
}

// below says whether the body comes back to itself on the way up.
func below(o Organisation, byCode map[string]Organisation) bool {
	up := o
	for range byCode {
		if up.Parent == "" {
			return false
		}
		if up.Parent == o.Code {
			return true
		}
		up = byCode[up.Parent]
	}
	return false
}

// parentsFirst keeps the order of the file among the children of one body; bodies in a circle are left out.
func parentsFirst(all []Organisation) []Organisation {
	children := map[string][]Organisation{}
	for _, o := range all {
		children[o.Parent] = append(children[o.Parent], o)
	}
	ordered := append([]Organisation{}, children[""]...)
	for i := 0; i < len(ordered) && len(ordered) <= len(all); i++ {
		ordered = append(ordered, children[ordered[i].Code]...)
	}
	return ordered
}

func draft(f field, from, to calendar.Day) Draft {
	parts := f.record("number valid_from rules", "")
	d := Draft{Number: parts["number"].whole(1, 1_000_000), ValidFrom: parts["valid_from"].day(), line: parts["number"].line}
	if valid := d.ValidFrom; !valid.IsZero() && !from.IsZero() && !to.IsZero() && (valid.Before(from) || valid.After(to)) {
		parts["valid_from"].wrong(outside)
	}
	given := map[string]field{}
	inFile := parts["rules"]
	for _, r := range inFile.entries() {
		given[r.path[len(inFile.path)+1:]] = r
	}
	for _, r := range known {
		at, found := given[r.code]
		delete(given, r.code)
		switch {
		case found && at.given():
			d.Rules = append(d.Rules, r.read(at))
		case inFile.given():
			inFile.under(r.code, nil, max(at.line, inFile.line)).wrong(missingRule)
		}
	}
	for _, r := range given {
		r.wrong(unknownRule)
	}
	return d
}

// read takes a rule's value in the form and the unit that the program knows.
func (r rule) read(f field) Rule {
	parts := f.record("value unit it en source confirmed", "")
	if unit := parts["unit"].words(); unit != "" && unit != r.unit {
		parts["unit"].wrong(wantUnit.Fill(args("unit", r.unit)))
	}
	made := Rule{Code: r.code, Unit: r.unit, Label: label(parts), Source: parts["source"].words(), Confirmed: parts["confirmed"].truth()}
	if value := parts["value"]; value.given() {
		data, err := json.Marshal(r.form(value))
		if err != nil {
			panic(err) // forms give numbers, texts, and lists and records of them
		}
		made.Value = data
	}
	return made
}

// findings says what a person must clear up. The CUP is kept as printed: which characters are too many, nobody here can know.
func findings(f File) []Finding {
	if _, err := fiscal.ParseCUP(f.CUP); err == nil {
		return nil
	}
	named := args("cup", f.CUP, "length", strconv.Itoa(utf8.RuneCountInString(f.CUP)))
	if utf8.RuneCountInString(f.CUP) != cupLength {
		return []Finding{{Code: "CUP_LENGTH", Text: cupWrongLength.Fill(named)}}
	}
	return []Finding{{Code: "CUP_SHAPE", Text: cupWrongShape.Fill(named)}}
}

// cupLength is the length of a CUP [OpenCUP].
const cupLength = 15

var (
	cupWrongLength = text.Text{
		It: "Il CUP {cup} ha {length} caratteri, mentre un CUP ne ha 15. È stato conservato com'è scritto: il capofila verifichi sull'atto di assegnazione qual è quello corretto e aggiorni il file del programma.",
		En: "The CUP {cup} has {length} characters, while a CUP has 15. It is kept as written: the lead body should look up the right one in the award decision and correct the programme file."}
	cupWrongShape = text.Text{
		It: "Il CUP {cup} non ha la forma prevista (lettera, 2 cifre, lettera, 11 cifre). È stato conservato com'è scritto: il capofila verifichi sull'atto di assegnazione qual è quello corretto e aggiorni il file del programma.",
		En: "The CUP {cup} does not have the right form (letter, 2 digits, letter, 11 digits). It is kept as written: the lead body should look up the right one in the award decision and correct the programme file."}
)
