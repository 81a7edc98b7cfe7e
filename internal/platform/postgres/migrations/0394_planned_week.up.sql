-- The hours of an opening's week and how old somebody is on a day, for who may place the person: a row for each stretch of hours.
create function planned_week(participation uuid, opening uuid, day date) returns table (weekday int, from_minute int, to_minute int, age int)
language plpgsql stable security definer set search_path = public, pg_temp as $$
#variable_conflict use_column
begin
  return query
  select h.weekday, h.from_minute, h.to_minute, extract(year from age(planned_week.day, p.birth_day))::int
  from participation a join person p on p.id = a.person_id join opening_hours h on h.opening_id = planned_week.opening
  where a.id = planned_week.participation and a.audience &&& (select app_keys('path'))
  order by h.weekday, h.from_minute;
end $$;
revoke execute on function planned_week(uuid, uuid, date) from public;
grant execute on function planned_week(uuid, uuid, date) to lavoro_app;
