-- What takes from a line that is exceeded already, since its amount was lowered, is no reason to refuse it.
create or replace function check_funds(prog uuid, lines uuid[], wanted bigint[], today date) returns table (line uuid, label jsonb, over bigint, closed jsonb, closed_to date)
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if not app_acting() then
    raise exception 'nobody asks' using errcode = 'LA002';
  end if;
  perform from budget_line l where l.programme_id = prog and l.id = any (check_funds.lines) order by l.id for no key update;
  return query
  select l.id, l.label, case when w.cents > 0 then greatest(a.approved + w.cents - l.amount_cents, 0) else 0 end, g.reason, g.to_day
  from unnest(check_funds.lines, check_funds.wanted) w(line, cents)
  join budget_line l on l.id = w.line and l.programme_id = prog
  cross join lateral (select coalesce(sum(p.cents), 0)::bigint as approved from budget_posting p where p.budget_line_id = l.id and p.kind = 'APPROVED') a
  left join lateral (
    select f.reason, f.to_day from funding_gate f
    where f.programme_id = prog and (f.budget_line_id is null or f.budget_line_id = l.id) and f.from_day <= today and (f.to_day is null or f.to_day >= today)
    order by f.to_day desc nulls first, f.position limit 1) g on true
  order by l.id;
end $$;
