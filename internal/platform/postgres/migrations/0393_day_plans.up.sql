-- Which warnings the writer of an entry has passed with a reason: nobody asks him again.
alter table attendance add column passed text[] not null default '{}';

-- What is expected on days of enrolments, for who writes their hours: whether they have a timetable, its hours of the day as pairs of from and to, and why
-- the day is closed.
create function day_plans(enrolments uuid[], days date[]) returns table (enrolment_id uuid, day date, timetabled boolean, hours int[], kind text, label jsonb, source text)
language plpgsql stable security definer set search_path = public, pg_temp set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
begin
  return query
  select e.id, d.day, exists (select from opening_hours h where h.opening_id = p.opening_id),
         array(select m from opening_hours h cross join lateral (values (h.from_minute), (h.to_minute)) x(m)
               where h.opening_id = p.opening_id and h.weekday = extract(isodow from d.day)::int order by h.from_minute, m),
         c.kind, c.label, c.source
  from (select distinct * from unnest(day_plans.enrolments, day_plans.days) u(enrolment, day)) d
  join enrolment e on e.id = d.enrolment and (e.audience &&& (select app_keys('work')) or tutored(e.participation_id, d.day))
  left join placement p on p.enrolment_id = e.id
  -- On most days nothing is closed, which is found out sooner than what would be.
  left join lateral (
    select k.kind, k.label, k.source from closed_days(array[e.id], array[d.day]) k
    where exists (select from programme_holiday h where h.programme_id = e.programme_id and h.day = d.day)
       or exists (select from closure x where x.company_id = p.company_id and d.day between x.from_day and x.to_day)
  ) c on true;
end $$;
revoke execute on function day_plans(uuid[], date[]) from public;
grant execute on function day_plans(uuid[], date[]) to lavoro_app;
