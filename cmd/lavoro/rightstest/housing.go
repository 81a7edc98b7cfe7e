package rightstest

import "fmt"

// housing is two grants of a person towards living on his own: one that was granted, with receipts, and one that was refused.
func (s *scene) housing(i int, p participation) {
	f := s.f
	seal := func(table, column, row, words string) {
		f.Sealed = append(f.Sealed, Sealed{p.person, table, column, row, words})
	}
	for n, state := range []string{[]string{"GRANTED", "WITHDRAWN"}[i%2], "REFUSED"} {
		row := fact{"programme_id": s.id, "participation_id": p.id, "condition": "\\x00", "from_month": fmt.Sprintf("2026-0%d-01", 4-n), "months": 3 + n, "monthly_cents": 20_000 - n, "state": state,
			"state_since": "2026-04-02", "requested_by": s.managers[0], "requested_at": "2026-04-01T10:00:00.125Z", "answer": nil, "answered_by": s.tutors[0], "answered_at": "2026-04-02T10:00:00.375Z",
			"withdrawn_from": nil, "withdrawal": nil, "withdrawn_by": nil, "withdrawn_at": nil, "revision": 2 + n}
		switch state {
		case "WITHDRAWN":
			row["withdrawn_from"], row["withdrawal"], row["withdrawn_by"], row["withdrawn_at"] = "2026-05-01", "\\x00", s.managers[0], "2026-05-04T10:00:00.625Z"
		case "REFUSED":
			row["answer"] = "\\x00"
		}
		id := f.put("housing_grant", row)
		seal("housing_grant", "condition", id, "FIRST_HOME")
		if row["withdrawal"] != nil {
			seal("housing_grant", "withdrawal", id, "Ha lasciato la casa")
		}
		if row["answer"] != nil {
			seal("housing_grant", "answer", id, "Manca un documento")
		}
		of := func(more fact) fact {
			more["grant_id"], more["programme_id"], more["participation_id"] = id, s.id, p.id
			return more
		}
		seal("housing_proof", "document", f.put("housing_proof", of(fact{"document": "\\x00", "file_id": s.paper(p, "HOUSING_PROOF", "restricted")})), "HOUSING_TITLE")
		for k := range 2 {
			f.put("housing_receipt", of(fact{"month": "2026-04-01", "number": 1 + k, "cents": 18_000 + k, "file_id": s.paper(p, "HOUSING_RECEIPT", "restricted"), "recorded_by": s.managers[0],
				"recorded_at": "2026-05-02T10:00:00.875Z"}))
		}
	}
}

// granted is what a month's second statement was given towards living on one's own.
func (s *scene) granted(p participation, number int) any {
	for _, g := range s.f.rows["housing_grant"] {
		if g["participation_id"] == p.id && number == 2 {
			return fact{"grant": g["id"], "revision": 2, "monthly": 20_000}
		}
	}
	return nil
}

func housingTypes() {
	grant := func(w *World, r *Row) *Row {
		if of := r.Text("grant_id"); of != "" {
			return w.One("housing_grant", of)
		}
		return r
	}
	of := ofWork(func(w *World, r *Row) (string, string) {
		g := grant(w, r)
		return g.Text("from_month"), monthAfter(g, -1) + "-31" // sorts after every day of the month
	})
	Types["HousingGrant"] = &Type{Table: "housing_grant", Prefix: "hsg", Class: "money", Of: of, Fields: map[string]Field{
		"id": {}, "hidden": {}, "participant": one("Participant", "participation_id").in("path").apart(), "pseudonym": pseudonym(), "condition": column("condition").in("restricted"),
		"fromMonth": month("from_month"), "toMonth": something(), "months": column("months"), "monthly": column("monthly_cents"), "state": value(func(_ *World, r *Row) any {
			if r.Text("state") == "GRANTED" && monthAfter(r, 0) <= Now[:7] {
				return "ENDED"
			}
			return r.Text("state")
		}), "stateLabel": something(), "stateSince": column("state_since"), "recognised": something(), "left": something(),
		"proofs": many("HousingProof", "grant_id"), "receipts": many("HousingReceipt", "grant_id"), "requestedBy": one("Member", "requested_by"), "requestedAt": instant("requested_at"),
		"answer": column("answer").in("notes"), "answeredBy": one("Member", "answered_by"), "answeredAt": instant("answered_at"), "withdrawnFrom": month("withdrawn_from"),
		"withdrawal": column("withdrawal").in("notes"), "withdrawnBy": one("Member", "withdrawn_by"), "withdrawnAt": instant("withdrawn_at"), "revision": column("revision"), "allowedActs": something(),
	}}
	Types["HousingProof"] = &Type{Table: "housing_proof", Prefix: "hsp", Class: "money", Of: of, Fields: map[string]Field{
		"id": {}, "hidden": {}, "document": column("document").in("restricted"), "file": one("File", "file_id"),
	}}
	Types["HousingReceipt"] = &Type{Table: "housing_receipt", Prefix: "hsr", Class: "money", Of: of, Fields: map[string]Field{
		"id": {}, "hidden": {}, "month": month("month"), "number": column("number"), "amount": column("cents"), "file": one("File", "file_id"),
		"recordedBy": one("Member", "recorded_by"), "recordedAt": instant("recorded_at"),
	}}
}

// monthAfter is the month so many months after the last one of a grant's months, and one: "2026-07" after April to June.
func monthAfter(grant *Row, more int) string {
	from := grant.Text("from_month")
	n := int(from[5]-'0')*10 + int(from[6]-'0') - 1 + int(grant.Columns["months"].(float64)) + more
	return fmt.Sprintf("2026-%02d", n+1)
}

// grantOf is the grant that a statement's contribution rests on.
func grantOf(w *World, statement *Row) *Row {
	housing, ok := statement.Columns["inputs"].(map[string]any)["housing"].(map[string]any)
	if !ok {
		return nil
	}
	return w.One("housing_grant", fmt.Sprint(housing["grant"]))
}
