package attendance

import (
	"context"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
)

// Reading is how the register is read.
func Reading() plan.Reading {
	return plan.Reading{
		Types: append(months(), closures(), papers(), plan.Type{
			Name: entrySubject, Prefix: EntryPrefix, Table: "attendance", Class: access.Work, Keyed: true,
			Columns: []string{"kind", "day", "minutes", "standing", "recordedAt", "madeAt", "app", "driftSeconds", "conflicts", "passed", "revision"},
			Fields: plan.Fields{
				"participant":      plan.One("Participant", "participation_id").In(access.Path),
				"pseudonym":        plan.Expr("pseudonym_of({t}.participation_id)"),
				"enrolment":        plan.One("Enrolment", "enrolment_id"),
				"activity":         plan.One("Activity", "activity_id"),
				"placement":        plan.One("Placement", "placement_id"),
				"registerMonth":    plan.OneWhere("RegisterMonth", "{o}.enrolment_id = {t}.enrolment_id and {o}.month = date_trunc('month', {t}.day)::date"),
				"from":             plan.Clock("from_minute"),
				"to":               plan.Clock("to_minute"),
				"absenceReason":    plan.Code("absence_reasons", "absence_reason").In(access.Absence),
				"hasPaper":         plan.Expr(hasPaper).In(access.Absence),
				"note":             plan.Sealed("attendance", "note", plan.OfParticipation).In(access.Notes),
				"standingNote":     plan.Sealed("attendance", "standing_note", plan.OfParticipation).In(access.Notes),
				"standingLabel":    plan.Label("standing", standingWords),
				"replaces":         plan.One("Attendance", "replaces_id"),
				"replacedBy":       plan.OneWhere("Attendance", "{o}.replaces_id = {t}.id"),
				"recordedBy":       plan.One("Member", "recorded_by"),
				"device":           plan.One("Device", "device_id"),
				"enteredDaysAfter": plan.Expr("((({t}.recorded_at at time zone 'Europe/Rome')::date) - {t}.day)"),
				"conflictReasons":  plan.Hole("attendance.conflicts", "to_json({t}.conflicts)"),
				"origin":           plan.OriginKind(),
				"allowedActs":      plan.Hole("attendance.allowedActs", entryFacts),
			},
			Orders: map[string]plan.Order{"": {Keys: []plan.Key{{Expr: "{t}.day", SQLType: "date"}}, Desc: true, Keyed: true}},
			Filters: plan.Filters{
				"from":        plan.AtLeast("day", "date"),
				"to":          plan.AtMost("day", "date"),
				"month":       plan.Where("{t}.day >= {v} and {t}.day < ({v} + interval '1 month')::date", "date"),
				"standings":   plan.Among("standing"),
				"kind":        plan.Equals("kind", "text"),
				"participant": plan.RefersTo("prt", "participation_id").Reveals(access.Path),
				"placement":   plan.RefersTo("plc", "placement_id"),
			},
		}),
		Extends: map[string]plan.Fields{
			"Participant": {"attendances": plan.Connection("Attendance", "participation_id"), "registerMonths": plan.Many("RegisterMonth", "participation_id", "{o}.month desc, {o}.id"),
				"absencePapers": plan.Many("AbsencePaper", "participation_id", "{o}.from_day desc, {o}.id desc").In(access.Absence)},
			"Company": {"closures": plan.Many("Closure", "company_id", "{o}.from_day desc, {o}.id desc").Growing()},
			"Placement": {"attendances": plan.Connection("Attendance", "placement_id"), "registerMonths": plan.Many("RegisterMonth", "placement_id", "{o}.month desc, {o}.id"),
				"timetable": plan.Hole("attendance.timetable", "timetable_of({t}.id)")},
			"Enrolment": {
				"registerMonths": plan.Many("RegisterMonth", "enrolment_id", "{o}.month desc, {o}.id"),
				"attendances":    plan.Connection("Attendance", "enrolment_id"),
				"countedMinutes": plan.Expr(`(select coalesce(sum(c.minutes), 0) from attendance c
					where c.enrolment_id = {t}.id and c.standing = 'COUNTED' and c.kind = 'PRESENCE')
					+ (select coalesce(sum((select sum(j.minutes) from register_adjustment j where j.register_month_id = m.id)), 0) from register_month m where m.enrolment_id = {t}.id)
					+ coalesce((select b.minutes from attended_before(array[{t}.id]) b), 0)`),
			},
		},
		Roots: plan.Roots{"attendances": plan.ListIn("Attendance", plan.OfProgramme, nil), "registerMonths": plan.ListIn("RegisterMonth", plan.OfProgramme, nil), "tutorDays": tutorDays(),
			"presence": presence()},
		Fillers: map[string]plan.Filler{"attendance.allowedActs": plan.Each(allowedActs), "attendance.conflicts": plan.Each(conflictReasons), "attendance.monthActs": plan.All(monthActs),
			"attendance.signatureActs": plan.Each(signatureActs), "attendance.rulesOn": plan.Each(rulesOn), "attendance.closedDays": plan.Each(shutDays), "attendance.timetable": plan.Each(timetable)},
	}
}

// entryFacts is SQL of what decides what can be done about an entry.
const entryFacts = `json_build_object('programme', {t}.programme_id, 'audience', {t}.audience, 'standing', {t}.standing,
	'attested', exists (select from placement p where p.id = {t}.placement_id and p.state = 'ATTESTED'),
	'month', (select m.state from register_month m where m.enrolment_id = {t}.enrolment_id and m.month = date_trunc('month', {t}.day)::date))`

func allowedActs(_ context.Context, tx *postgres.Tx, row struct {
	Programme uuid.UUID
	Audience  []uuid.UUID
	Standing  Standing
	Attested  bool
	Month     MonthState // empty where there is none
}) (any, error) {
	acts := make([]plan.AllowedAct, len(transitions))
	for i, t := range transitions {
		no := may(tx.Actor, t.Act, row.Programme, row.Audience, row.Standing)
		if no == nil && t.Open {
			no = closed(row.Attested && (row.Standing == Counted || t.Act == access.CorrectAttendance), row.Month)
		}
		acts[i] = plan.Allow(t.Act, t.Label, no)
	}
	return acts, nil
}

// closures are read like the companies that they are of.
func closures() plan.Type {
	return plan.Type{Name: closureSubject, Prefix: ClosurePrefix, Table: "closure", Class: access.Companies,
		Columns: []string{"fromDay", "toDay", "reason", "recordedAt", "withdrawnAt", "revision"},
		Fields: plan.Fields{
			"company":     plan.One("Company", "company_id"),
			"site":        plan.One("CompanySite", "site_id"),
			"recordedBy":  plan.One("Member", "recorded_by"),
			"withdrawnBy": plan.One("Member", "withdrawn_by"),
		}}
}

// papers map the papers of absences.
func papers() plan.Type {
	return plan.Type{Name: paperSubject, Prefix: PaperPrefix, Table: "absence_paper", Class: access.Absence,
		Columns: []string{"fromDay", "toDay", "attachedAt", "withdrawnAt", "mistake", "revision"},
		Fields: plan.Fields{
			"file":        plan.One("File", "file_id"),
			"attachedBy":  plan.One("Member", "attached_by"),
			"withdrawnBy": plan.One("Member", "withdrawn_by"),
		}}
}
