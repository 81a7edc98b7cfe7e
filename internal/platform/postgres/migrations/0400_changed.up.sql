-- What stands against lines of a run since it was computed, and with that against checking, approving and sending it: what keeps a line back by now, money
-- that goes to other details by now, that is not owed any more, or that waits for the answer to a contest; what is taken off though it is said to be given
-- back, or is to be given up. What was too old by then alone is not asked
-- again. Of whom the lines are it does not tell.
create function payment_changes(run uuid, today date) returns table (line_id uuid, causes text[])
language plpgsql stable security definer set search_path = public, pg_temp set jit = off as $$
#variable_conflict use_column
declare r payment_run; offered text[]; rules jsonb;
begin
  select * into r from payment_run x where x.id = payment_changes.run and x.audience && app_keys('money');
  if not found then
    return;
  end if;
  offered := (select p.means from payer p where p.programme_id = r.programme_id and p.organisation_id = r.payer_id);
  rules := (select jsonb_object_agg(p.code, p.value) from policy_rule p where p.version_id = policy_on(r.programme_id, payment_changes.today) and p.code like 'eligibility.%');
  return query
  with pending as materialized (
    select l.* from payment_line l where l.run_id = r.id and l.state = 'PENDING'
  ), standing as materialized (
    select s.participation_id, s.bank_id,
           array_remove(case when x.id is null then s.blocks else s.blocks || '{BANK_CONTRADICTS}'::text[] end, 'CHECK_OLD') as blocks
    from (select array_agg(w.participation_id) as ids, array_agg(w.latest) as latest from (select participation_id, max(month) as latest from pending group by 1) w) w
    cross join payment_standing(w.ids, w.latest, offered, payment_changes.today, 0, array(select jsonb_array_elements_text(rules -> 'eligibility.excluding_measures')), 0,
      rules ->> 'eligibility.found_outcome' = 'BLOCK', rules ->> 'eligibility.unknown_outcome' = 'BLOCK') s
    left join payment_contradicted(w.ids, r.payer_id) x(id) on x.id = s.participation_id
  ), less as (
    select p.id from pending p join allowance_statement m on m.id = p.statement_id
    where exists (select from allowance_statement n where n.allowance_id = p.allowance_id and n.number > m.number) and exists (
      select from (select sum(t.gross_cents) as gross, sum(t.net_cents) as net from payment_line t
                   where t.allowance_id = p.allowance_id and t.payer_id = p.payer_id and t.budget_line_id = p.budget_line_id and t.live) taken
      left join (select distinct on (n.allowance_id) n.id from allowance_statement n where n.allowance_id = p.allowance_id order by n.allowance_id, n.number desc) last on true
      left join allowance_share h on h.statement_id = last.id and h.payer_id = p.payer_id and h.budget_line_id = p.budget_line_id
      cross join lateral (select coalesce(sum(b.gross_cents), 0) + coalesce(h.gross_cents, 0) as gross, coalesce(sum(b.net_cents), 0) + coalesce(h.net_cents, 0) as net
                          from recovery_part b where b.allowance_id = p.allowance_id and b.payer_id = p.payer_id and b.budget_line_id = p.budget_line_id) owed
      where sign(p.gross_cents) * (taken.gross - owed.gross) > 0 or sign(p.net_cents) * (taken.net - owed.net) > 0)
  ), contested as ( -- more of the month is to wait than no line of any payer has taken up; or it is taken off something else
    select p.id from pending p join allowance_contest c on c.allowance_id = p.allowance_id and c.state = 'CONTESTED'
    where p.recovered_cents > 0 or p.net_cents > 0 and p.gross_cents > 0 and c.contested_cents >
      (select coalesce(sum(u.gross), 0) from payment_unpaid(array[p.allowance_id]) u)
  ), given as (
    select p.id from pending p join recovery x on x.allowance_id = p.allowance_id and x.payer_id = p.payer_id where p.recovered_cents > 0 and recovery_waits(x) > x.left_cents
  )
  select f.id, f.causes
  from (
    select p.id, case when s.bank_id is distinct from p.bank_id then '{ACCOUNT_CHANGED}'::text[] else '{}' end || coalesce(s.blocks, '{}')
           || case when less.id is null then '{}'::text[] else '{OWED_LESS}' end || case when contested.id is null then '{}'::text[] else '{STATEMENT_CONTESTED}' end
           || case when given.id is null then '{}'::text[] else '{DISCHARGE_WAITS}' end as causes
    from pending p left join standing s on s.participation_id = p.participation_id left join less on less.id = p.id left join contested on contested.id = p.id
    left join given on given.id = p.id) f
  where f.causes <> '{}';
end $$;
revoke execute on function payment_changes(uuid, date) from public;
grant execute on function payment_changes(uuid, date) to lavoro_app;
