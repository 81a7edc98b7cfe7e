-- What is due of somebody in one programme is not due of him in another.
drop index due_open;
create unique index due_open on due (subject_id, kind, programme_id) where done_at is null;

-- The tutors of running internships from whom nothing has come since the first day: no entry of these internships' people at all, or none from a
-- phone where they have registered some; while hours of a timetable from that day on, and before the last, are unwritten. With each, the bodies from that
-- which promotes to the lead.
create function silent_tutors(programme uuid, first date, today date) returns table (tutor_id uuid, line uuid[])
language plpgsql stable security definer set search_path = public, pg_temp set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
begin
  return query
  with running as (
    select p.id, p.programme_id, p.enrolment_id, p.tutor_id, p.opening_id, p.company_id, p.site_id, p.organisation_id, greatest(p.started_on, p.state_since, silent_tutors.first) as since
    from placement p
    where p.programme_id = silent_tutors.programme and p.state = 'RUNNING' and p.tutor_id is not null and p.audience &&& (select app_keys('work'))
  ), missing as (
    select r.tutor_id, (array_agg(r.organisation_id order by r.id))[1] as organisation_id
    from running r
    where exists (
      select from generate_series(r.since, silent_tutors.today - 1, interval '1 day') d
      join opening_hours h on h.opening_id = r.opening_id and h.weekday = extract(isodow from d)::int
      where not exists (select from attendance a where a.enrolment_id = r.enrolment_id and a.day = d::date and a.standing in ('COUNTED', 'CONTESTED'))
        and not day_closed(r.programme_id, r.company_id, r.site_id, d::date))
    group by r.tutor_id
  )
  select m.tutor_id, organisation_line(m.organisation_id)
  from missing m
  cross join lateral (select array(select d.id from device d where d.member_id = m.tutor_id and d.revoked_at is null) as ids) phones
  where not exists (
    select from running r join attendance a on a.enrolment_id = r.enrolment_id and a.day > silent_tutors.first - 60
    where r.tutor_id = m.tutor_id and a.recorded_by = m.tutor_id and a.recorded_at >= silent_tutors.first::timestamp at time zone 'Europe/Rome'
      and (phones.ids = '{}' or a.device_id = any (phones.ids)))
  order by 1;
end $$;
revoke execute on function silent_tutors(uuid, date, date) from public;
grant execute on function silent_tutors(uuid, date, date) to lavoro_app;
