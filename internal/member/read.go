package member

import (
	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
)

// Reading is how members and grants are read.
func Reading() plan.Reading {
	seen := func(keys func(access.Class) string, self string) string {
		return "{t}.audience &&& " + keys(access.Directory) + " or {t}.id = " + self
	}
	return plan.Reading{
		Types: []plan.Type{
			{Name: "Member", Prefix: "mem", Table: "member", Class: access.Directory, Rows: seen, Fields: plan.Fields{"name": plan.Column("name")}},
			{Name: "Viewer", Prefix: "vie", Table: "member", Class: access.Directory, Rows: seen, Fields: plan.Fields{
				"id":     plan.ID("mem", "id"),
				"name":   plan.Column("name"),
				"grants": plan.Many("Grant", "member_id", "{o}.role, {o}.id"),
			}},
			{Name: "Grant", Prefix: "grt", Table: "access_grant", Class: access.Directory,
				Rows: func(keys func(access.Class) string, self string) string {
					return "{t}.audience &&& " + keys(access.Directory) + " or {t}.member_id = " + self
				},
				Fields: plan.Fields{
					"hidden":       plan.Hidden(),
					"role":         plan.Column("role"),
					"programme":    plan.One("Programme", "programme_id"),
					"organisation": plan.One("Organisation", "key"),
					"fromDay":      plan.Column("from_day"),
					"toDay":        plan.Column("to_day"),
				}},
		},
		Roots: plan.Roots{"viewer": plan.OneRoot("Viewer", "{o}.id = {self}")},
	}
}
