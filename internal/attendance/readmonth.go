package attendance

import (
	"context"
	"encoding/json"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// counting is SQL over the counted presence of a month; the month of a row that is not open says what was submitted.
func counting(what string) string {
	return "(select coalesce(" + what + `, 0)::int from attendance c where c.enrolment_id = {t}.enrolment_id and c.standing = 'COUNTED' and c.kind = 'PRESENCE'
		and c.day >= {t}.month and c.day < {t}.month + interval '1 month')`
}

// daysThere are the days of presence of a month, by the rule in force on its first day.
const daysThere = `(select count(*)::int from (select from attendance c where c.enrolment_id = {t}.enrolment_id and c.standing = 'COUNTED' and c.kind = 'PRESENCE'
	and c.day >= {t}.month and c.day < {t}.month + interval '1 month' group by c.day having sum(c.minutes) >= (select presence_day_minutes({t}.programme_id, {t}.month))) d)`

const contestedOfMonth = `(select count(*)::int from attendance c where c.enrolment_id = {t}.enrolment_id and c.standing = 'CONTESTED'
	and c.day >= {t}.month and c.day < {t}.month + interval '1 month')`

// months maps the register's months.
func months() []plan.Type {
	return []plan.Type{
		{Name: "RegisterMonth", Prefix: MonthPrefix, Table: "register_month", Class: access.Work, Keyed: true,
			Fields: plan.Fields{
				"hidden":          plan.Hidden(),
				"participant":     plan.One("Participant", "participation_id").In(access.Path),
				"pseudonym":       plan.Expr("pseudonym_of({t}.participation_id)"),
				"enrolment":       plan.One("Enrolment", "enrolment_id"),
				"activity":        plan.One("Activity", "activity_id"),
				"placement":       plan.One("Placement", "placement_id"),
				"month":           plan.Month("month"),
				"state":           plan.Column("state"),
				"stateLabel":      plan.Label("state", monthWords),
				"stateSince":      plan.Column("state_since"),
				"minutes":         plan.Expr("coalesce({t}.minutes, " + counting("sum(c.minutes)") + ")"),
				"presenceDays":    plan.Expr("coalesce({t}.presence_days, " + daysThere + ")"),
				"contested":       plan.Expr(contestedOfMonth),
				"adjustedMinutes": plan.Expr("(select coalesce(sum(j.minutes), 0)::int from register_adjustment j where j.register_month_id = {t}.id)"),
				"adjustedDays":    plan.Expr("(select coalesce(sum(j.presence_days), 0)::int from register_adjustment j where j.register_month_id = {t}.id)"),
				"contentHash":     plan.Expr("encode({t}.content_hash, 'hex')"),
				"hostWasSilent":   plan.Column("for_host"),
				"entries":         plan.ManyWhere("Attendance", "{o}.enrolment_id = {t}.enrolment_id and {o}.standing = 'COUNTED' and {o}.day >= {t}.month and {o}.day < {t}.month + interval '1 month'", "{o}.day, {o}.from_minute, {o}.id"),
				"steps":           plan.Many("RegisterStep", "register_month_id", "{o}.position").About(8),
				"adjustments":     plan.Many("RegisterAdjustment", "register_month_id", "{o}.day, {o}.id").About(4),
				"paperCode":       plan.Expr(paperCode),
				"signatures":      plan.Many("MonthSignature", "register_month_id", "{o}.asked_at, {o}.id"),
				"revision":        plan.Column("revision"),
				"allowedActs": plan.Hole("attendance.monthActs", `json_build_object('programme', {t}.programme_id, 'audience', {t}.audience, 'state', {t}.state, 'month', to_char({t}.month, 'YYYY-MM'),
					'since', {t}.state_since, 'host', {t}.company_id is not null, 'contested', `+contestedOfMonth+`,
					'ends', (select e.to_day from enrolment e where e.id = {t}.enrolment_id))`),
			},
			Orders: map[string]plan.Order{"": {Keys: []plan.Key{{Expr: "{t}.month", SQLType: "date"}}, Desc: true, Keyed: true}},
			Filters: plan.Filters{
				"month":       plan.Equals("month", "date"),
				"states":      plan.Among("state"),
				"hosted":      plan.Whether("{t}.company_id is not null", "{t}.company_id is null"),
				"participant": plan.RefersTo("prt", "participation_id").Reveals(access.Path),
				"placement":   plan.RefersTo("plc", "placement_id"),
			}},
		{Name: "RegisterStep", Prefix: "rgs", Table: "register_step", Class: access.Work, Fields: plan.Fields{
			"hidden":      plan.Hidden(),
			"act":         plan.Column("act"),
			"fromState":   plan.Column("from_state"),
			"toState":     plan.Column("to_state"),
			"at":          plan.Instant("at"),
			"member":      plan.One("Member", "member_id"),
			"contentHash": plan.Expr("encode({t}.content_hash, 'hex')"),
			"reason":      plan.Sealed("register_step", "reason", plan.OfParticipation).In(access.Notes),
			"evidence":    plan.Sealed("register_step", "evidence", plan.OfParticipation).In(access.Notes),
			"file":        plan.One("File", "file_id"),
			"signature":   plan.One("MonthSignature", "signature_id"),
		}},
		signed(),
		{Name: "RegisterAdjustment", Prefix: "rga", Table: "register_adjustment", Class: access.Work, Fields: plan.Fields{
			"hidden":       plan.Hidden(),
			"day":          plan.Column("day"),
			"minutes":      plan.Column("minutes"),
			"presenceDays": plan.Column("presence_days"),
			"reason":       plan.Sealed("register_adjustment", "reason", plan.OfParticipation).In(access.Notes),
			"member":       plan.One("Member", "member_id"),
			"at":           plan.Instant("at"),
		}},
	}
}

// signed maps what who has no account was asked to sign.
func signed() plan.Type {
	return plan.Type{Name: "MonthSignature", Prefix: SignaturePrefix, Table: "month_signature", Class: access.Work, Fields: plan.Fields{
		"hidden":        plan.Hidden(),
		"registerMonth": plan.One("RegisterMonth", "register_month_id"),
		"party":         plan.Column("party"),
		"partyLabel":    plan.Label("party", partyWords),
		"state":         plan.Column("state"),
		"stateLabel":    plan.Label("state", signatureWords),
		"way":           plan.Column("way"),
		"contentHash":   plan.Expr("encode({t}.content_hash, 'hex')"),
		"ofPresent":     plan.Expr("coalesce((select m.content_hash = {t}.content_hash from register_month m where m.id = {t}.register_month_id), false)"),
		"askedBy":       plan.One("Member", "asked_by"),
		"askedAt":       plan.Instant("asked_at"),
		"email":         plan.Sealed("month_signature", "email", plan.OfParticipation).In(access.Notes),
		"phone":         plan.Sealed("month_signature", "phone", plan.OfParticipation).In(access.Notes),
		"channel":       plan.Column("channel"),
		"expiresAt":     plan.Instant("expires_at"),
		"sendings":      plan.Column("sendings"),
		"sentAt":        plan.Instant("sent_at"),
		"failedAt":      plan.Instant("failed_at"),
		"openedAt":      plan.Instant("opened_at"),
		"name":          plan.Sealed("month_signature", "name", plan.OfParticipation).In(access.Notes),
		"signedAt":      plan.Instant("signed_at"),
		"file":          plan.One("File", "file_id"),
		"confirmedBy":   plan.One("Member", "confirmed_by"),
		"revokedBy":     plan.One("Member", "revoked_by"),
		"revokedAt":     plan.Instant("revoked_at"),
		"revision":      plan.Column("revision"),
		"allowedActs":   plan.Hole("attendance.signatureActs", signatureFacts).Personal(),
	}}
}

// monthActs says of months what the actor could do with each now, and why not.
func monthActs(ctx context.Context, tx *postgres.Tx, inputs []json.RawMessage) ([]any, error) {
	values, silence := make([]any, len(inputs)), map[uuid.UUID]int{}
	for i, input := range inputs {
		var row struct {
			Programme uuid.UUID
			Audience  []uuid.UUID
			State     MonthState
			Month     calendar.Month
			Since     calendar.Day
			Ends      calendar.Day
			Host      bool
			Contested int
		}
		if err := json.Unmarshal(input, &row); err != nil {
			return nil, err
		}
		if _, known := silence[row.Programme]; !known {
			policy, err := programme.PolicyOn(ctx, tx, row.Programme, tx.Today())
			if err != nil {
				return nil, err
			}
			silence[row.Programme] = policy.Int(hostSilence)
		}
		f := monthFacts{State: row.State, Month: row.Month, Since: row.Since, Ends: row.Ends, Host: row.Host, Contested: row.Contested, Today: tx.Today(), Silence: silence[row.Programme]}
		acts := make([]plan.AllowedAct, len(monthTransitions))
		for n, t := range monthTransitions {
			acts[n] = plan.AllowedAct{Act: string(t.Act), Label: t.Label, Refusals: t.check(f)}
			if !tx.Actor.May(t.Act, row.Programme, row.Audience) {
				acts[n].Refusals = refusal.List{refusal.NotAllowed.At()}
			}
			acts[n].Allowed = len(acts[n].Refusals) == 0
		}
		values[i] = acts
	}
	return values, nil
}
