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

-- The hours of an opening laid out over the days of an internship, and how old somebody is on each, for who may place the person: a row for each stretch of
-- hours. On a day that is closed nobody is expected.
create function planned_days(participation uuid, opening uuid, from_day date, to_day date) returns table (day date, from_minute int, to_minute int, age int)
language plpgsql stable security definer set search_path = public, pg_temp as $$
#variable_conflict use_column
begin
  return query
  select d.day, h.from_minute, h.to_minute, extract(year from age(d.day, p.birth_day))::int
  from participation a join person p on p.id = a.person_id join opening o on o.id = planned_days.opening
  cross join lateral (select x::date as day from generate_series(planned_days.from_day, planned_days.to_day, interval '1 day') x) d
  join opening_hours h on h.opening_id = o.id and h.weekday = extract(isodow from d.day)::int
  where a.id = planned_days.participation and a.audience &&& (select app_keys('path')) and not day_closed(a.programme_id, o.company_id, o.site_id, d.day)
  order by d.day, h.from_minute;
end $$;
revoke execute on function planned_days(uuid, uuid, date, date) from public;
grant execute on function planned_days(uuid, uuid, date, date) to lavoro_app;
