-- The hours of an internship's week, for who sees the internship: of what it fills, which may be another partner's, he need not see anything.
create function timetable_of(placement uuid) returns jsonb language sql stable security definer set search_path = public, pg_temp as $$
  select coalesce(jsonb_agg(jsonb_build_object('weekday', h.weekday, 'from', to_char(make_interval(mins => h.from_minute), 'HH24:MI'), 'to', to_char(make_interval(mins => h.to_minute), 'HH24:MI'))
    order by h.weekday, h.from_minute), '[]')
  from placement p join opening_hours h on h.opening_id = p.opening_id
  where p.id = timetable_of.placement and p.audience &&& (select app_keys('work'))
$$;
revoke execute on function timetable_of(uuid) from public;
grant execute on function timetable_of(uuid) to lavoro_app;
