package activity

import (
	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
)

// Reading is how activities, enrolments and certificates are read.
func Reading() plan.Reading {
	ofParticipant := func(target, order string) plan.Field { return plan.Many(target, "participation_id", order) }
	return plan.Reading{
		Types: []plan.Type{activities(), enrolments(), certificates()},
		Extends: map[string]plan.Fields{"Participant": {
			"enrolments":   ofParticipant("Enrolment", "{o}.from_day, {o}.id"),
			"certificates": ofParticipant("Certificate", "{o}.given_on, {o}.id"),
		}},
		Roots: plan.Roots{"activities": plan.ListIn("Activity", plan.OfProgramme, nil)},
	}
}

func activities() plan.Type {
	return plan.Type{Name: "Activity", Prefix: "act", Table: "activity", Class: access.Directory,
		Columns: []string{"title", "place", "fromDay", "toDay", "plannedMinutes", "seats", "revision"},
		Fields: plan.Fields{
			"kind":         plan.Code("activity_kinds", "kind"),
			"organisation": plan.One("Organisation", "organisation_id"),
			"seatsTaken":   plan.Expr("activity_shown({t}.id)"),
			"certificate":  plan.Code("certificates", "certificate"),
			"enrolments":   plan.Many("Enrolment", "activity_id", "{o}.from_day, {o}.id").Growing(),
		},
		Orders: map[string]plan.Order{"": {Keys: []plan.Key{{Expr: "{t}.from_day", SQLType: "date"}}, Desc: true}},
		Filters: plan.Filters{
			"kind": plan.Equals("kind", "text"),
			"on":   plan.Where("{v} between {t}.from_day and {t}.to_day", "date"),
		},
	}
}

// enrolments are of the class of work, so that a host sees that of its intern; whoever takes part stays hidden behind the class of
// participations.
func enrolments() plan.Type {
	return plan.Type{Name: "Enrolment", Prefix: "enr", Table: "enrolment", Class: access.Work,
		Columns: []string{"state", "fromDay", "toDay", "plannedMinutes", "revision"},
		Fields: plan.Fields{
			"activity":    plan.One("Activity", "activity_id"),
			"participant": plan.One("Participant", "participation_id"),
			"pseudonym":   plan.Expr("pseudonym_of({t}.participation_id)"),
			"stateLabel":  plan.Label("state", stateLabels),
		},
	}
}

func certificates() plan.Type {
	return plan.Type{Name: "Certificate", Prefix: "cer", Table: "certificate", Class: access.Path,
		Columns: []string{"givenOn", "validTo"},
		Fields: plan.Fields{
			"kind": plan.Code("certificates", "kind"),
		},
	}
}
