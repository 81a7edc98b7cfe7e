package programme

import (
	"regexp"
	"slices"
	"strconv"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

var (
	upperCode = regexp.MustCompile(`^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$`)
	lowerCode = regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)*$`)
	istat     = regexp.MustCompile(`^[0-9]{6}$`)
	belfiore  = regexp.MustCompile(`^[A-Z][0-9]{3}$`)
	postcode  = regexp.MustCompile(`^[0-9]{5}$`)
	taxCode   = regexp.MustCompile(`^[0-9]{11}$`)
)

// listNames are the code lists that a file must hold, in the order in which they are stored.
var listNames = []string{PriorityGroups, Exclusions, ActivityKinds, AbsenceReasons, ExitReasons, SuspensionReasons, ExtensionReasons, DeclineReasons,
	HandOverReasons, HandOverDeclines, WorkTraits, WorkSectors, Certificates, Requirements, HousingConditions, HousingProofs}

// Parse reads a programme file. Everything that is wrong is told at once, as Problems. The name is the file's, for their words.
func Parse(name string, data []byte) (File, error) {
	d := &document{name: name, lists: map[string]map[string]bool{}, lineKinds: map[string]string{}}
	f := d.file(d.open(data))
	if len(d.problems) > 0 {
		return File{}, d.problems.sorted()
	}
	f.name, f.hash = name, digest(append([]byte(reading), data...))
	return f, nil
}

func (d *document) file(root field) File {
	parts := root.record("code name project_code cup from to budget organisations municipalities code_lists targets payers budget_lines policy", "funding_gates holidays papers")
	f := File{
		Code: parts["code"].shaped(upperCode, "LACO3"), Name: parts["name"].words(), ProjectCode: parts["project_code"].words(),
		CUP: parts["cup"].words(), Budget: parts["budget"].euros(),
	}
	f.From, f.To = period(parts["from"], parts["to"])
	f.Funding, f.Logos = papers(parts["papers"])
	f.Organisations = organisations(parts["organisations"])
	f.Municipalities = municipalities(parts["municipalities"])
	f.Holidays = holidays(parts["holidays"])
	f.Items = codeLists(parts["code_lists"])
	f.Targets = targets(parts["targets"])
	f.Payers = payers(parts["payers"])
	f.BudgetLines = budgetLines(parts["budget_lines"], f.Budget)
	f.Gates = gates(parts["funding_gates"])
	f.Policy = draft(parts["policy"], f.From, f.To)
	f.Findings = findings(f)
	return f
}

func period(from, to field) (first, last calendar.Day) {
	first, last = from.day(), to.day()
	if !first.IsZero() && !last.IsZero() && last.Before(first) {
		to.wrong(beforeFrom)
	}
	return first, last
}

func (f field) shaped(shape *regexp.Regexp, example string) string {
	s := f.words()
	if s != "" && !shape.MatchString(s) {
		f.wrong(wantShape.Fill(args("shape", example)))
	}
	return s
}

// papers say what stands at the head of each; they may be left out.
func papers(f field) (funding text.Text, logos []string) {
	if !f.given() {
		return funding, nil
	}
	parts := f.record("it en logos", "")
	for _, entry := range parts["logos"].list() {
		logos = append(logos, entry.words())
	}
	return label(parts), logos
}

// label reads the words of a thing in both languages from the keys it and en beside it.
func label(parts map[string]field) text.Text {
	return text.Text{It: parts["it"].words(), En: parts["en"].words()}
}

// unique tells of codes that come twice among those that it is asked about.
type unique map[string]int

func (u unique) check(f field, code string) {
	if line, taken := u[code]; taken && code != "" {
		f.wrong(duplicate.Fill(args("line", strconv.Itoa(line))))
		return
	}
	u[code] = f.line
}

func municipalities(f field) []Municipality {
	var all []Municipality
	seen := unique{}
	for _, entry := range f.filled() {
		parts := entry.record("istat belfiore postcode name", "")
		m := Municipality{ISTAT: parts["istat"].shaped(istat, "045010"), Belfiore: parts["belfiore"].shaped(belfiore, "F023"),
			Postcode: parts["postcode"].shaped(postcode, "54100"), Name: parts["name"].words()}
		seen.check(parts["istat"], m.ISTAT)
		all = append(all, m)
	}
	return all
}

// holidays may be left out, where a programme knows of none.
func holidays(f field) []Holiday {
	var all []Holiday
	seen := unique{}
	for _, entry := range f.list() {
		parts := entry.record("day it en source confirmed", "municipality")
		h := Holiday{Day: parts["day"].day(), Municipality: parts["municipality"].shaped(istat, "045010"), Label: label(parts), Source: parts["source"].words(),
			Confirmed: parts["confirmed"].truth()}
		seen.check(parts["day"], h.code())
		all = append(all, h)
	}
	return all
}

// filled is a list that may not be empty.
func (f field) filled() []field {
	entries := f.list()
	if f.given() && entries != nil && len(entries) == 0 {
		f.wrong(emptyList)
	}
	return entries
}

func targets(f field) []Target {
	var all []Target
	seen := unique{}
	for _, entry := range f.filled() {
		parts := entry.record("code it en value", "")
		t := Target{Code: parts["code"].shaped(lowerCode, "internships"), Label: label(parts), Value: parts["value"].whole(0, 1<<31-1)}
		seen.check(parts["code"], t.Code)
		all = append(all, t)
	}
	return all
}

func codeLists(f field) []CodeItem {
	var items []CodeItem
	lists := map[string]field{}
	for _, list := range f.entries() {
		name := list.path[len(f.path)+1:]
		if !slices.Contains(listNames, name) {
			list.wrong(unknownField)
			continue
		}
		lists[name] = list
	}
	for _, name := range listNames {
		list, found := lists[name]
		if f.given() && (!found || !list.given()) {
			f.under(name, nil, f.line).wrong(missing)
		}
		items = append(items, codeList(name, list)...)
	}
	return items
}

func codeList(name string, f field) []CodeItem {
	if !f.given() {
		return nil
	}
	var items []CodeItem
	seen := unique{}
	f.doc.lists[name] = map[string]bool{}
	for i, entry := range f.filled() {
		item := codeItemOf(name, entry, seen)
		item.Position = i + 1
		f.doc.lists[name][item.Code] = true
		items = append(items, item)
	}
	return items
}

func codeItemOf(list string, f field, seen unique) CodeItem {
	required := "code it en"
	switch list {
	case PriorityGroups:
		required += " class"
	case AbsenceReasons:
		required += " attributes"
	}
	parts := f.record(required, "valid_from valid_to")
	item := CodeItem{List: list, Code: parts["code"].shaped(upperCode, "QUIET_PLACE"), Label: label(parts), Class: access.Directory, Attributes: []byte("{}")}
	seen.check(parts["code"], item.Code)
	if class := parts["class"]; class.given() {
		item.Class = access.Class(class.one(string(access.Health), string(access.Penal), string(access.Protection), string(access.Restricted)))
	}
	if attributes := parts["attributes"]; attributes.given() {
		item.Attributes = absence(attributes)
	}
	item.ValidFrom, item.ValidTo = period(parts["valid_from"], parts["valid_to"])
	return item
}
