-- Whether something is due of a month that no run has taken up, nor keeps back, nor had come back: which has no line of its own to stand on a board. What is
-- contested of it waits for its answer.
create function allowance_in_no_run(allowance uuid) returns boolean
language plpgsql stable security definer set search_path = public, pg_temp set plan_cache_mode = force_generic_plan as $$
begin
  return (select app_acting()) and (
    select count(*) > 0 and sum(h.gross_cents + back.gross - taken.gross) > coalesce((select c.contested_cents from allowance_contest c where c.allowance_id = allowance_in_no_run.allowance and c.state = 'CONTESTED'), -1)
    from (select s.id from allowance_statement s where s.allowance_id = allowance_in_no_run.allowance order by s.number desc limit 1) last
    join allowance_share h on h.statement_id = last.id
    cross join lateral (select coalesce(sum(l.gross_cents) filter (where l.live), 0) as gross, coalesce(sum(l.net_cents) filter (where l.live), 0) as net
                        from payment_line l where l.allowance_id = h.allowance_id and l.payer_id = h.payer_id and l.budget_line_id = h.budget_line_id) taken
    cross join lateral (select coalesce(sum(p.gross_cents), 0) as gross, coalesce(sum(p.net_cents), 0) as net
                        from recovery_part p where p.allowance_id = h.allowance_id and p.payer_id = h.payer_id and p.budget_line_id = h.budget_line_id) back
    left join lateral (select l.live from payment_line l join payment_run r on r.id = l.run_id
                       where l.participation_id = h.participation_id and l.month = h.month and l.payer_id = h.payer_id and l.budget_line_id = h.budget_line_id
                       order by r.year desc, r.number desc limit 1) word on true
    where h.net_cents + back.net > taken.net and word.live is not false);
end $$;

-- Whether a payer owes somebody of the months so far what no run has taken up, and could pay it: nothing stands against him but what the payer sees to itself.
create function payment_waits(programme uuid, payer uuid, up_to date, today date) returns boolean
language plpgsql stable security definer set search_path = public, pg_temp set plan_cache_mode = force_custom_plan as $$
declare
  rules jsonb := (select jsonb_object_agg(p.code, p.value) from policy_rule p where p.version_id = policy_on(payment_waits.programme, payment_waits.today) and p.code like 'eligibility.%');
  people uuid[] := array(
    select distinct h.participation_id from allowance_share h join allowance_statement s on s.id = h.statement_id
    where (select app_acting()) and h.payer_id = payment_waits.payer and h.programme_id = payment_waits.programme and h.month <= payment_waits.up_to and h.net_cents > 0
      and not exists (select from allowance_statement n where n.allowance_id = s.allowance_id and n.number > s.number)
      and h.net_cents > (select coalesce(sum(l.net_cents), 0) from payment_line l where l.allowance_id = h.allowance_id and l.payer_id = h.payer_id and l.budget_line_id = h.budget_line_id and l.live)
                      - (select coalesce(sum(p.net_cents), 0) from recovery_part p where p.allowance_id = h.allowance_id and p.payer_id = h.payer_id and p.budget_line_id = h.budget_line_id));
begin
  return exists (
    select from (
      select array_agg(d.participation_id) as ids, array_agg(d.latest) as latest from (
        select m.participation_id, max(m.month) as latest from (
          select x.participation_id, x.month from payment_due(people, payment_waits.payer, payment_waits.up_to) x group by 1, 2 having sum(x.gross - x.withheld) > 0) m group by 1) d) w
    cross join payment_standing(w.ids, w.latest, (select p.means from payer p where p.programme_id = payment_waits.programme and p.organisation_id = payment_waits.payer), payment_waits.today, 0,
      array(select jsonb_array_elements_text(rules -> 'eligibility.excluding_measures')), 0, rules ->> 'eligibility.found_outcome' = 'BLOCK', rules ->> 'eligibility.unknown_outcome' = 'BLOCK') s
    left join payment_contradicted(w.ids, payment_waits.payer) x(id) on x.id = s.participation_id
    where array_remove(s.blocks, 'CHECK_OLD') = '{}' and x.id is null);
end $$;

-- Runs of a payer that are over, with the moment since which somebody waits whom they did not pay: a line is kept back until it is released; or it could not go when
-- its run was sent, its month is still due, and no line of a later run takes it up, nor was one sent that could not go either. Null where nobody waits. Of whom the
-- key was destroyed nobody can cure anything.
create function payment_left_behind(programme uuid, payer uuid) returns table (run_id uuid, since timestamptz)
language plpgsql stable security definer set search_path = public, pg_temp set plan_cache_mode = force_custom_plan as $$
#variable_conflict use_column
begin
  return query
  with lines as materialized (
    select l.*, r.year, r.number from payment_run r join payment_line l on l.run_id = r.id
    where r.programme_id = payment_left_behind.programme and r.payer_id = payment_left_behind.payer and r.audience && app_keys('money')
      and r.state in ('EXPORTED', 'PAID', 'PARTLY_RETURNED', 'DISCARDED') and l.state in ('HELD', 'BLOCKED', 'LEFT_OUT')
  ), stopped as materialized (
    select l.run_id, l.participation_id, l.allowance_id from lines l join participation a on a.id = l.participation_id
    where l.state = 'BLOCKED' and l.net_cents > 0 and not exists (select from destroyed_key d where d.person_id = a.person_id)
      and not exists (select from payment_line n join payment_run m on m.id = n.run_id
                      where n.participation_id = l.participation_id and n.month = l.month and n.payer_id = l.payer_id and n.budget_line_id = l.budget_line_id
                        and (m.year, m.number) > (l.year, l.number) and (n.live or m.state in ('EXPORTED', 'PAID', 'PARTLY_RETURNED')))
  ), waiting as (
    select l.run_id from lines l where l.state = 'HELD'
    union
    select s.run_id from stopped s join (
      select d.allowance_id from payment_due(array(select distinct x.participation_id from stopped x), payment_left_behind.payer, 'infinity') d group by 1 having sum(d.gross - d.withheld) > 0) due using (allowance_id)
  )
  select o.run_id, (select min(s.at) from payment_step s where s.run_id = o.run_id and s.to_state in ('EXPORTED', 'DISCARDED') and o.run_id in (select w.run_id from waiting w))
  from (select distinct l.run_id from lines l) o;
end $$;
revoke execute on function allowance_in_no_run(uuid), payment_waits(uuid, uuid, date, date), payment_left_behind(uuid, uuid) from public;
grant execute on function allowance_in_no_run(uuid), payment_waits(uuid, uuid, date, date), payment_left_behind(uuid, uuid) to lavoro_app;
