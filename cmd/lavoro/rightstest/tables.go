package rightstest

import (
	"slices"
	"strings"
)

// always is what each role reads on the rows that a grant of it opens.
var always = map[string]string{
	"STAFF":                "directory company",
	"COORDINATOR":          "directory company path identity registry contact work absence money eligibility",
	"PARTNER_COORDINATOR":  "directory company path identity registry contact work absence money eligibility",
	"CASE_MANAGER":         "path identity registry contact work absence money eligibility proof",
	"SCOUT":                "directory company path identity",
	"TUTOR":                "path identity contact work absence",
	"HOST_TUTOR":           "directory company work",
	"PAYMENTS_OFFICER":     "directory path identity registry work money",
	"APPROVER":             "directory path identity registry work money",
	"AUDITOR":              "directory work money evidence",
	"AUDITOR_SAMPLE":       "path identity registry work absence money eligibility proof",
	"ADMINISTRATOR":        "directory accounts",
	"DPO":                  "directory evidence motive",
	"PARTICIPANT":          "path identity registry contact work absence money",
	"LEGAL_REPRESENTATIVE": "path identity registry contact work absence money",
	"SYSTEM": "directory accounts motive company path identity registry contact work absence money eligibility proof evidence notes inquiry bank restricted health penal " +
		"protection",
}

// forPurpose is what each role reads beyond, for a purpose. A purpose with ! is never meant unless it is named.
var forPurpose = map[string]map[string]string{
	"COORDINATOR":          {"COORDINATION": "notes inquiry", "SUPERVISION!": "notes inquiry restricted health penal protection"},
	"PARTNER_COORDINATOR":  {"COORDINATION": "notes inquiry", "SUPERVISION!": "notes inquiry restricted health penal protection"},
	"CASE_MANAGER":         {"CARE": "notes inquiry bank restricted health penal protection"},
	"TUTOR":                {"CARE": "notes"},
	"PAYMENTS_OFFICER":     {"PAYMENT": "inquiry bank"},
	"APPROVER":             {"PAYMENT": "bank"},
	"PARTICIPANT":          {"OWN": "notes inquiry bank"},
	"LEGAL_REPRESENTATIVE": {"OWN": "notes inquiry bank"},
}

// Holder is what somebody may hold a grant over, and what a row belongs to.
type Holder struct{ Scope, Programme, Over string }

// Grant is a role over something, today.
type Grant struct {
	Role string
	Holder
}

// Actor is who looks, and for which purpose ("" for what each role has of itself).
type Actor struct {
	Name    string // of the case, for messages
	Member  string
	Grants  []Grant
	Purpose string
}

// reads says whether the grant's role may read the class for the actor's purpose.
func (a Actor) reads(g Grant, class string) bool {
	if listed(always[g.Role], class) {
		return true
	}
	for purpose, classes := range forPurpose[g.Role] {
		name, named := strings.CutSuffix(purpose, "!")
		if (a.Purpose == name || a.Purpose == "" && !named) && listed(classes, class) {
			return true
		}
	}
	return false
}

func listed(classes, class string) bool { return slices.Contains(strings.Fields(classes), class) }

// readsSomewhere says whether some grant opens the class at all.
func (a Actor) readsSomewhere(class string) bool {
	return slices.ContainsFunc(a.Grants, func(g Grant) bool { return a.reads(g, class) })
}

// Holds says whether one of the roles is held over one of the holders.
func (a Actor) Holds(roles []string, holders []Holder) bool {
	return slices.ContainsFunc(a.Grants, func(g Grant) bool { return slices.Contains(roles, g.Role) && slices.Contains(holders, g.Holder) })
}

// Opens says whether one grant alone opens the class on what belongs to the holders.
func (a Actor) Opens(class string, holders []Holder) bool {
	return slices.ContainsFunc(a.Grants, func(g Grant) bool { return a.reads(g, class) && slices.Contains(holders, g.Holder) })
}
