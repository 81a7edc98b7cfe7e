-- The timetables of internships that the actor accompanies, as their tutor or at their company, on a day of which nothing is written yet. A
-- tutor need not see the opening, which may be another partner's.
create function planned_hours(programme uuid, day date, companies uuid[]) returns table (placement_id uuid, enrolment_id uuid, weekday int, from_minute int, to_minute int)
language sql stable security definer set search_path = public, pg_temp as $$
  select p.id, p.enrolment_id, h.weekday, h.from_minute, h.to_minute
  from placement p join opening_hours h on h.opening_id = p.opening_id and h.weekday = extract(isodow from planned_hours.day)::int
  where p.programme_id = planned_hours.programme and p.audience && (select app_keys('work'))
    and (p.tutor_id = any ((select app_keys('self'))::uuid[]) or p.audience && companies)
    and planned_hours.day between p.started_on and coalesce(p.ended_on, p.to_day)
    and not exists (select from attendance a where a.enrolment_id = p.enrolment_id and a.day = planned_hours.day and a.standing in ('COUNTED', 'CONTESTED'))
  order by p.id, h.from_minute
$$;
revoke execute on function planned_hours(uuid, date, uuid[]) from public;
grant execute on function planned_hours(uuid, date, uuid[]) to lavoro_app;
