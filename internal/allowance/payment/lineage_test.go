package payment_test

import (
	"strings"

	"github.com/google/uuid"
)

// broken tells of each line that was paid which of its ways does not lead from the bank to the minutes.
const broken = `select coalesce(string_agg(what || ' of ' || line, '; '), '') from (
	select l.id as line, 'no share' as what from payment_line l where l.state = 'PAID' and not exists (select from allowance_share h join allowance_statement s on s.id = h.statement_id
		where s.id = l.statement_id and s.allowance_id = l.allowance_id and h.payer_id = l.payer_id and h.budget_line_id = l.budget_line_id and s.month = l.month)
	union all select l.id, 'no answer' from payment_line l where l.state = 'PAID' and not exists (select from payment_line_step s join payment_answer a on a.id = s.answer_id
		where s.line_id = l.id and s.to_state = 'PAID' and l.end_to_end_id = any (a.named))
	union all select l.id, 'no approver' from payment_line l join payment_run r on r.id = l.run_id where l.state = 'PAID' and not exists (select from payment_step s
		where s.run_id = r.id and s.act = 'approveRun' and s.member_id not in (select o.member_id from payment_step o where o.run_id = r.id and o.act <> 'approveRun'))
	union all select l.id, 'no register' from payment_line l join allowance_statement s on s.id = l.statement_id where l.state = 'PAID' and exists (
		select from jsonb_path_query(s.inputs, '$.register[*].certified') c left join register_month m on m.id = (c ->> 'registerMonth')::uuid and encode(m.content_hash, 'hex') = c ->> 'hash'
			left join register_step t on t.register_month_id = m.id and t.act = 'lockMonth' and t.content_hash = m.content_hash where t.id is null)
	union all select l.id, 'no certified month' from payment_line l join allowance_statement s on s.id = l.statement_id where l.state = 'PAID' and not jsonb_path_exists(s.inputs, '$.register[*].certified')
) x`

// apart counts months of which what a payer has paid after taxes, less what is left to give back, is not what it owes.
const apart = `select count(*)::int from (select h.allowance_id, h.payer_id, sum(h.net_cents) as owed
		from (select distinct on (allowance_id) * from allowance_statement order by allowance_id, number desc) s join allowance_share h on h.statement_id = s.id group by 1, 2) h
	where h.owed <> coalesce((select sum(l.gross_cents - l.withheld_cents) from payment_line l where l.allowance_id = h.allowance_id and l.payer_id = h.payer_id and l.state = 'PAID'), 0)
		- coalesce((select r.left_cents from recovery r where r.allowance_id = h.allowance_id and r.payer_id = h.payer_id), 0)`

// lineage follows every cent from its share to its line, its file and its answer.
func (y *year) lineage() {
	y.t.Helper()
	if missing := query[string](y.house, broken); missing != "" {
		y.t.Errorf("what was paid: %s", missing)
	}
	if n := query[int](y.house, apart); n != 0 {
		y.t.Errorf("%d shares are not what their lines come to", n)
	}
	for _, run := range query[[]uuid.UUID](y.house, "select coalesce(array_agg(distinct run_id), '{}') from payment_line where state = 'PAID'") {
		files := strings.Join(y.files(run), "")
		for _, id := range query[[]string](y.house, "select array_agg(distinct end_to_end_id) from payment_line where run_id = $1 and state = 'PAID'", run) {
			if strings.Count(files, id) != 1 {
				y.t.Errorf("transfer %s stands %d times in the files of its run", id, strings.Count(files, id))
			}
		}
	}
	if n := query[int](y.house, `select count(*)::int from (select end_to_end_id from payment_line where part is not null group by 1 having count(distinct run_id) > 1) x`); n != 0 {
		y.t.Errorf("%d transfers were sent by two runs", n)
	}
}

// guarded breaks by hand, in the middle of all that was lived through, what must never happen: the database holds against each.
func (y *year) guarded() {
	y.t.Helper()
	const again = `insert into payment_line (id, run_id, programme_id, payer_id, participation_id, allowance_id, statement_id, budget_line_id, month, kind, gross_cents, withheld_cents, net_cents,
			bank_id, head_id, state, state_since, audience)
		select n.id, $1, programme_id, payer_id, participation_id, allowance_id, statement_id, budget_line_id, month, $2, gross_cents, withheld_cents, net_cents, bank_id, n.id, 'PENDING', state_since,
			audience from (select * from payment_line where state = 'PAID' and kind = 'STATEMENT' limit 1) l, (select gen_random_uuid() as id) n`
	run := y.run()
	y.breaks("payment_line_once", again, run, "STATEMENT")
	y.breaks("payment_line_bounds", again, run, "ARREARS")
	y.breaks("payment_line_kept", "update payment_line set gross_cents = gross_cents + 1, net_cents = net_cents + 1 where state = 'PAID'")
	y.breaks("payment_step_apart", `insert into payment_step (id, run_id, programme_id, position, act, from_state, to_state, at, member_id, audience)
		select gen_random_uuid(), id, programme_id, 99, 'approveRun', 'CHECKED', 'APPROVED', now(), made_by, '{}' from payment_run where id = $1`, run)
	y.breaks("attendance_no_overlap", `insert into attendance (id, programme_id, enrolment_id, activity_id, participation_id, person_id, kind, day, from_minute, to_minute, standing, recorded_by, recorded_at,
			origin, audience)
		select gen_random_uuid(), programme_id, enrolment_id, activity_id, participation_id, person_id, kind, day, from_minute, to_minute, standing, recorded_by, recorded_at, origin, audience
		from attendance where standing = 'COUNTED' and kind = 'PRESENCE' limit 1`)
	y.breaks("allowance_share_total", `insert into allowance_share (id, statement_id, allowance_id, participation_id, programme_id, month, payer_id, budget_line_id, tax, gross_cents, withheld_cents, net_cents, audience)
		select gen_random_uuid(), statement_id, allowance_id, participation_id, programme_id, month, $1, budget_line_id, tax, 1, 0, 1, audience from allowance_share limit 1`, y.asl)
	y.breaks("allowance_check", "update allowance set total_cents = cap_cents + 1, accrued_cents = cap_cents + 1")
}
