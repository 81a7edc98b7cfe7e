-- The holidays of a programme that hold everywhere: banks are closed on them.
create function common_holidays(programme uuid) returns setof date
language sql stable security definer set search_path = public, pg_temp as $$
  select h.day from programme_holiday h where h.programme_id = common_holidays.programme and h.municipality is null
$$;
revoke execute on function common_holidays(uuid) from public;
grant execute on function common_holidays(uuid) to lavoro_app;
