-- Enrolments by key: what a tutor or a host takes along on a phone is found by whom they accompany.
select list_by_key('enrolment', 'work', 'from_day');

-- Whether the limits for minors hold for somebody on a day, by the rules in force then: for who sees the enrolment.
create function enrolment_minor(enrolment uuid, day date) returns boolean
language plpgsql stable security definer set search_path = public, pg_temp set plan_cache_mode = force_generic_plan as $$
begin
  return coalesce((
    select (p.birth_day + make_interval(years => (r.value #>> '{}')::int))::date > enrolment_minor.day
    from enrolment e join person p on p.id = e.person_id
    join policy_rule r on r.version_id = policy_on(e.programme_id, enrolment_minor.day) and r.code = 'limits.minor.age'
    where e.id = enrolment_minor.enrolment and e.audience &&& (select app_keys('work'))), false);
end $$;

-- The hours of a day by the timetables of internships that the actor accompanies, as their tutor or at their company, under the keys of these, or of whom
-- he was the tutor on that day. Who stands in for somebody holds his keys. A tutor need not see the opening, which may be another partner's.
create function planned_hours(programme uuid, day date, keys uuid[]) returns table (placement_id uuid, enrolment_id uuid, from_minute int, to_minute int)
language plpgsql stable security definer set search_path = public, pg_temp set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
begin
  return query
  select p.id, p.enrolment_id, h.from_minute, h.to_minute
  from (select k.id from placement_key k join placement s on s.id = k.id
        where k.key = any (planned_hours.keys) and k.programme_id = planned_hours.programme and s.audience &&& (select app_keys('work'))
        union
        select s.id from tutor_term t join placement s on s.participation_id = t.participation_id and s.programme_id = planned_hours.programme
        where t.member_id = any ((select app_keys('self'))::uuid[]) and planned_hours.day between t.from_day and t.to_day) w
  join placement p on p.id = w.id
  join opening_hours h on h.opening_id = p.opening_id and h.weekday = extract(isodow from planned_hours.day)::int
  where planned_hours.day between p.started_on and coalesce(p.ended_on, p.to_day)
  order by p.id, h.from_minute;
end $$;
revoke execute on function enrolment_minor(uuid, date), planned_hours(uuid, date, uuid[]) from public;
grant execute on function enrolment_minor(uuid, date), planned_hours(uuid, date, uuid[]) to lavoro_app;
