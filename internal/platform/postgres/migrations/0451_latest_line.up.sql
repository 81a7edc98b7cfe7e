-- Whether a line is the last word of runs on what a payer owes of a month from a budget line: also for who sees lines and no runs.
create function payment_line_latest(line uuid) returns boolean
language plpgsql stable security definer set search_path = public, pg_temp set plan_cache_mode = force_generic_plan as $$
begin
  return (select app_acting()) and not exists (
    select from payment_line l join payment_run r on r.id = l.run_id
    join payment_line n on n.participation_id = l.participation_id and n.month = l.month and n.payer_id = l.payer_id and n.budget_line_id = l.budget_line_id
    join payment_run m on m.id = n.run_id
    where l.id = payment_line_latest.line and (m.year, m.number) > (r.year, r.number));
end $$;
revoke execute on function payment_line_latest(uuid) from public;
grant execute on function payment_line_latest(uuid) to lavoro_app;
