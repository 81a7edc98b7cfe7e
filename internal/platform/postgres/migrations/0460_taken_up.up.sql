-- Payers of whose runs live lines have taken up something of a month: it stays theirs, whatever the rules say by now.
create function allowance_taken_up_by(allowance uuid) returns uuid[] language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
  if not app_acting() then
    return '{}';
  end if;
  return array(select distinct l.payer_id from payment_line l where l.allowance_id = allowance_taken_up_by.allowance and l.live order by 1);
end $$;
revoke execute on function allowance_taken_up_by(uuid) from public;
grant execute on function allowance_taken_up_by(uuid) to lavoro_app;
