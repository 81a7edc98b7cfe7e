-- Payers of whose runs live lines have taken up something of months: it stays theirs, whatever the rules say by now.
create function allowances_taken_up(allowances uuid[]) returns table (allowance uuid, payers uuid[])
language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
  if not app_acting() then
    return;
  end if;
  return query
  select l.allowance_id, array_agg(distinct l.payer_id order by l.payer_id) from payment_line l where l.allowance_id = any (allowances_taken_up.allowances) and l.live group by 1;
end $$;
revoke execute on function allowances_taken_up(uuid[]) from public;
grant execute on function allowances_taken_up(uuid[]) to lavoro_app;
