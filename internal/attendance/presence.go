package attendance

import (
	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
)

// reading are the viewer's keys in a programme of grants by which he reads the register.
func reading(actor access.Actor, programme uuid.UUID) (keys []uuid.UUID) {
	for _, g := range actor.Grants {
		if g.Programme == programme && g.Role.Reads(access.Work, actor.Purpose) {
			keys = append(keys, g.Key)
		}
	}
	return keys
}

// presentIn is SQL of what those were there in a month whose register the viewer sees, or what was brought in from before of them.
const presentIn = ` from presence_of(array(select m.participation_id from register_month m where m.programme_id = {a:programme} and m.month = {a:month} and m.audience && {keys}
		union select f.participation_id from history_fact f where f.programme_id = {a:programme} and f.month = {a:month} and f.kind = 'ATTENDANCE' and f.state = 'CONFIRMED' and f.audience && {keys}),
	{a:month}, presence_day_minutes({a:programme}, {a:month})) p`

// presence counts who was there in a month, and on how many days: insurance is paid by them (INAIL).
func presence() plan.Root {
	return plan.ComposedIn(reading, map[string]plan.Arg{"month": {SQLType: "date"}}, plan.Fields{
		"month":        plan.Expr("to_char({a:month}, 'YYYY-MM')"),
		"leastMinutes": plan.Expr("presence_day_minutes({a:programme}, {a:month})"),
		"people":       plan.Expr("(select count(*)::int" + presentIn + " where p.days > 0)"),
		"days":         plan.Expr("(select coalesce(sum(p.days), 0)::int" + presentIn + ")"),
		"minutes":      plan.Expr("(select coalesce(sum(p.minutes), 0)::int" + presentIn + ")"),
	})
}
