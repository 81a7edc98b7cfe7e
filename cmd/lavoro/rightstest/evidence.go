package rightstest

import (
	"slices"
	"strings"
)

// evidenceTypes are the journals: they belong to the body above all others of their programme. Reading the confidential
// lengthens that of reads, so its list is no fixed one.
func evidenceTypes() {
	ofLead := func(w *World, r *Row) []Holder { return w.evidence(r.Text("programme_id")) }
	between := func(least bool) Filter {
		return Filter{From: func(_ *World, r *Row) (any, string) { return r.Text("at")[:10], quoted(r.Text("at")[:10]) }, Holds: func(_ *Model, r *Row, day any) bool {
			c := strings.Compare(r.Text("at")[:10], day.(string)) // moments of the tests are far from midnight
			return c == 0 || (c > 0) == least
		}}
	}
	Types["JournalEntry"] = &Type{Table: "journal", Prefix: "jrn", Class: "evidence", Of: ofLead, Fields: map[string]Field{
		"id": {}, "hidden": {}, "sequence": column("seq"), "at": instant("at"), "act": column("act"), "actorId": idOf("mem", "actor_id"), "actor": one("Member", "actor_id"),
		"onBehalfOf": one("Member", "on_behalf_of"), "subjectKind": column("subject_kind"), "subjectId": something(), "link": something(),
	}, Filters: map[string]Filter{
		"acts": equals("act"), "actor": refers("mem", "actor_id"), "subject": refers("prt", "subject_id"), "from": between(true), "to": between(false),
		"delegated": whether(func(_ *Model, r *Row) bool { return r.Text("on_behalf_of") != "" }),
	}, Orders: map[string]Order{"": byNumber("seq", true)}}
	Types["ReadEntry"] = &Type{Table: "read_journal", Prefix: "rdj", Class: "evidence", Of: ofLead, Fields: map[string]Field{
		"id": {}, "hidden": {}, "node": column("node"), "sequence": column("seq"), "at": instant("at"), "actorId": idOf("mem", "actor_id"), "actor": one("Member", "actor_id"),
		"onBehalfOf": one("Member", "on_behalf_of"), "class": column("class"), "link": something(), "participantIds": something(),
		"purpose": value(func(_ *World, r *Row) any {
			if r.Text("purpose") == "" {
				return nil
			}
			return r.Text("purpose")
		}),
		"reason": value(func(_ *World, r *Row) any {
			if r.Columns["reason"] == nil {
				return nil
			}
			return Something{}
		}).in("motive"),
	}, Filters: map[string]Filter{
		"actor": refers("mem", "actor_id"), "classes": equals("class"), "purposes": equals("purpose"), "from": between(true), "to": between(false),
		"withReason":  whether(func(_ *Model, r *Row) bool { return r.Columns["reason"] != nil }),
		"participant": {From: func(*World, *Row) (any, string) { return nil, "" }},
	}, Orders: map[string]Order{"": byColumn("at", true)}}
	Roots["journal"], Grow["readJournal"] = inProgramme("JournalEntry"), inProgramme("ReadEntry")
}

// evidence belongs to the body above all others, and to the auditors of an open mandate over it.
func (w *World) evidence(programme string) []Holder {
	holders := w.lead(programme)
	for _, m := range w.By("mandate", "programme_id", programme) {
		if reaches(m, "", "") && slices.Contains(holders, overBody(w.One("organisation", m.Text("organisation_id")))) {
			holders = append(holders, Holder{"MANDATE", programme, m.ID})
		}
	}
	return holders
}
