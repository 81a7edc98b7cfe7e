package rightstest

import (
	"fmt"
	"strings"
)

func matchTypes() {
	Types["Match"] = &Type{Table: "match", Prefix: "mat", Class: "path", Of: ofParticipation, Fields: map[string]Field{
		"id": {}, "hidden": {},
		"participant": one("Participant", "participation_id"), "opening": one("Opening", "opening_id"), "company": one("Company", "company_id"),
		"state": column("state"), "stateLabel": something(), "stateHint": something(), "score": column("score"), "blocked": column("blocked"),
		"reasons": many("MatchReason", "match_id"), "companyText": italian("company_text"), "declineReason": code("decline_reasons", "decline_reason"),
		"refreshedAt": instant("refreshed_at"), "revision": column("revision"), "allowedActs": something(),
	}, Filters: map[string]Filter{
		"states": among("state"), "participant": refers("prt", "participation_id"), "opening": refers("opn", "opening_id"), "company": refers("com", "company_id"),
		"blocked": whether(func(_ *Model, r *Row) bool { return r.Columns["blocked"] == true }),
		"minimumScore": {From: func(_ *World, r *Row) (any, string) { return r.Columns["score"], number(r.Columns["score"]) },
			Holds: func(_ *Model, r *Row, least any) bool { return r.Columns["score"].(float64) >= least.(float64) }},
	}, Orders: map[string]Order{"SCORE": byNumber("score", true)}}
	Roots["matches"] = inProgramme("Match")
	Types["MatchReason"] = &Type{Table: "match_reason", Prefix: "mre", Class: "path", Of: ofParticipation, Fields: map[string]Field{
		"id": {}, "kind": column("kind"), "code": column("code"), "points": column("points"), "text": italian("text"),
	}}
	dues()
}

// ofDue is for what is due: about a person it belongs to the participation, about an opening to the partner that found it, about a run to its payer,
// and about a tutor from whom nothing comes to the body that is to ask.
func ofDue(w *World, r *Row) []Holder {
	if p := w.One("participation", r.Text("participation_id")); p != nil {
		return w.follower(p)
	}
	if o := w.One("opening", r.Text("subject_id")); o != nil {
		return w.above(o.Text("organisation_id"))
	}
	if run := w.One("payment_run", r.Text("subject_id")); run != nil {
		return w.above(run.Text("payer_id"))
	}
	return w.above(r.Text("owner_key"))
}

func dues() {
	owner := func(column string) Field {
		return oneBy("Member", func(w *World, r *Row) *Row { return w.One("member", r.Text(column)) })
	}
	// A column of keys names a body or a member: that it names no body is no want of a right.
	body := func(column string) Field {
		return Field{To: "Organisation", Rows: func(w *World, r *Row) []*Row { return rowOf(w.One("organisation", r.Text(column))) }}
	}
	overdue := func(r *Row) bool { return r.Text("done_at") == "" && strings.Compare(r.Text("due_at"), Now) < 0 }
	Types["Due"] = &Type{Table: "due", Prefix: "due", Class: "path", Of: ofDue, Fields: map[string]Field{
		"id": {}, "hidden": {},
		"kind": column("kind"), "label": something(), "participant": one("Participant", "participation_id"), "subjectId": something(), "dueAt": instant("due_at"),
		"overdue": value(func(_ *World, r *Row) any { return overdue(r) }),
		"owner":   owner("owner_key"), "ownerOrganisation": body("owner_key"), "nextOwner": owner("next_owner_key"), "nextOwnerOrganisation": body("next_owner_key"),
		"reminders": column("reminders"), "lastRemindedAt": instant("last_reminded_at"), "doneAt": instant("done_at"), "revision": column("revision"),
	}, Filters: map[string]Filter{
		"done":    whether(func(_ *Model, r *Row) bool { return r.Text("done_at") != "" }),
		"kind":    equals("kind"),
		"overdue": whether(func(_ *Model, r *Row) bool { return overdue(r) }),
		"owner":   refers("mem", "owner_key"), "subject": refers("prt", "subject_id"),
	}, Orders: map[string]Order{"": byColumn("due_at", false)}}
	Roots["dues"] = inProgramme("Due")
}

// Now is the moment, as Postgres spells it in JSON, at which the program is asked.
var Now string

func number(v any) string { return fmt.Sprintf("%.0f", v) }
