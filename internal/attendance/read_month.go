package attendance

import (
	"context"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/member"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/programme"
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

// hostHand is SQL of whose hand has certified a month as it stands for the host: that of who did so himself, or has shown the code by which somebody did; null where
// the promoter's hand was in neither.
const hostHand = `case when {t}.state = 'HOST_CERTIFIED' then (select array_remove(case h.act when '` + string(access.CertifyMonthAsHost) + `' then array[h.member_id, h.on_behalf_of]
	else (select array[s.sent_by, s.on_behalf_of] from month_signature s where s.id = h.signature_id and s.way = 'CODE' and s.channel is null) end, null)
	from register_step h where h.register_month_id = {t}.id order by h.position desc limit 1) end`

// months maps the register's months.
func months() []plan.Type {
	return []plan.Type{
		{Name: "RegisterMonth", Prefix: MonthPrefix, Table: "register_month", Class: access.Work, Keyed: true,
			Columns: []string{"state", "stateSince", "revision"},
			Fields: plan.Fields{
				"participant":     plan.One("Participant", "participation_id").In(access.Path),
				"pseudonym":       plan.Expr("pseudonym_of({t}.participation_id)"),
				"enrolment":       plan.One("Enrolment", "enrolment_id"),
				"activity":        plan.One("Activity", "activity_id"),
				"placement":       plan.One("Placement", "placement_id"),
				"month":           plan.Month("month"),
				"stateLabel":      plan.Label("state", monthWords),
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
				"allowedActs": plan.Hole("attendance.monthActs", `json_build_object('programme', {t}.programme_id, 'audience', {t}.audience, 'state', {t}.state, 'month', to_char({t}.month, 'YYYY-MM'),
					'since', {t}.state_since, 'host', {t}.company_id is not null, 'contested', `+contestedOfMonth+`,
					'ends', (select e.to_day from enrolment e where e.id = {t}.enrolment_id), 'hostHand', `+hostHand+`)`).Personal(),
			},
			Orders: map[string]plan.Order{"": {Keys: []plan.Key{{Expr: "{t}.month", SQLType: "date"}}, Desc: true, Keyed: true}},
			Filters: plan.Filters{
				"month":       plan.Equals("month", "date"),
				"states":      plan.Among("state"),
				"hosted":      plan.Whether("{t}.company_id is not null", "{t}.company_id is null"),
				"participant": plan.RefersTo("prt", "participation_id").Reveals(access.Path),
				"placement":   plan.RefersTo("plc", "placement_id"),
			}},
		{Name: "RegisterStep", Prefix: "rgs", Table: "register_step", Class: access.Work,
			Columns: []string{"act", "fromState", "toState", "at"},
			Fields: plan.Fields{
				"member":      plan.One("Member", "member_id"),
				"contentHash": plan.Expr("encode({t}.content_hash, 'hex')"),
				"reason":      plan.Sealed("register_step", "reason", plan.OfParticipation).In(access.Notes),
				"evidence":    plan.Sealed("register_step", "evidence", plan.OfParticipation).In(access.Notes),
				"file":        plan.One("File", "file_id"),
				"signature":   plan.One("MonthSignature", "signature_id"),
			}},
		signed(),
		{Name: "RegisterAdjustment", Prefix: "rga", Table: "register_adjustment", Class: access.Work,
			Columns: []string{"day", "minutes", "presenceDays", "at"},
			Fields: plan.Fields{
				"reason": plan.Sealed("register_adjustment", "reason", plan.OfParticipation).In(access.Notes),
				"member": plan.One("Member", "member_id"),
			}},
	}
}

// signed maps what who has no account was asked to sign.
func signed() plan.Type {
	return plan.Type{Name: "MonthSignature", Prefix: SignaturePrefix, Table: "month_signature", Class: access.Work,
		Columns: []string{"party", "state", "way", "askedAt", "channel", "expiresAt", "sendings", "sentAt", "failedAt", "openedAt", "signedAt", "revokedAt", "revision"},
		Fields: plan.Fields{
			"registerMonth": plan.One("RegisterMonth", "register_month_id"),
			"partyLabel":    plan.Label("party", partyWords),
			"stateLabel":    plan.Label("state", signatureWords),
			"contentHash":   plan.Expr("encode({t}.content_hash, 'hex')"),
			"ofPresent":     plan.Expr("coalesce((select m.content_hash = {t}.content_hash from register_month m where m.id = {t}.register_month_id), false)"),
			"askedBy":       plan.One("Member", "asked_by"),
			"sentBy":        plan.One("Member", "sent_by"),
			"email":         plan.Sealed("month_signature", "email", plan.OfParticipation).In(access.Notes),
			"phone":         plan.Sealed("month_signature", "phone", plan.OfParticipation).In(access.Notes),
			"name":          plan.Sealed("month_signature", "name", plan.OfParticipation).In(access.Identity),
			"file":          plan.One("File", "file_id"),
			"confirmedBy":   plan.One("Member", "confirmed_by"),
			"revokedBy":     plan.One("Member", "revoked_by"),
			"allowedActs":   plan.Hole("attendance.signatureActs", signatureFacts).Personal(),
		}}
}

// monthActs says of months what the actor could do with each now, and why not.
func monthActs(ctx context.Context, tx *postgres.Tx, months []struct {
	monthFacts
	Programme uuid.UUID
	Audience  []uuid.UUID
	HostHand  []uuid.UUID
}) ([]any, error) {
	values, policyOf := make([]any, len(months)), programme.EachPolicyOn(tx.Today())
	for i, m := range months {
		policy, err := policyOf(ctx, tx, m.Programme)
		if err != nil {
			return nil, err
		}
		m.Today, m.Silence = tx.Today(), policy.Int(hostSilence)
		if len(m.HostHand) > 0 {
			if m.OwnHand, err = member.OwnHand(ctx, tx, handOf(m.HostHand), access.CertifyMonth, m.Programme, m.Audience); err != nil {
				return nil, err
			}
		}
		acts := make([]plan.AllowedAct, len(monthTransitions))
		for n, t := range monthTransitions {
			no := refusal.List{refusal.NotAllowed.At()}
			if tx.Actor.May(t.Act, m.Programme, m.Audience) {
				no = t.check(m.monthFacts)
			}
			acts[n] = plan.Allow(t.Act, t.Label, no)
		}
		values[i] = acts
	}
	return values, nil
}
