-- What acts on the register ask all day long is planned once in a session, and the length of hours is worked out without a plan of its own.
create or replace function elapsed_minutes(day date, from_minute int, to_minute int) returns int language plpgsql immutable parallel safe as $$
declare
  hour   constant interval := '1 hour';
  since  constant timestamp := day + make_interval(mins => from_minute);
  until  constant timestamp := day + make_interval(mins => to_minute);
  begun  timestamptz := since at time zone 'Europe/Rome';
  ended  timestamptz := until at time zone 'Europe/Rome';
begin
  if (begun - hour) at time zone 'Europe/Rome' = since then
    begun := begun - hour;
  end if;
  if (ended - hour) at time zone 'Europe/Rome' = until then
    ended := ended - hour;
  end if;
  return extract(epoch from ended - begun) / 60;
end $$;

create or replace function months_of(enrolments uuid[], months date[]) returns table (enrolment_id uuid, month date, state text)
language plpgsql stable security definer set search_path = public, pg_temp set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
begin
  return query
  select m.enrolment_id, m.month, m.state
  from (select distinct * from unnest(months_of.enrolments, months_of.months) d(enrolment, month)) d
  join register_month m on m.enrolment_id = d.enrolment and m.month = d.month
  where m.audience && (select app_keys('work')) or exists (
    select from tutor_term t where t.participation_id = m.participation_id and t.member_id = any ((select app_keys('self'))::uuid[]));
end $$;

create or replace function unseen_entries(ids uuid[]) returns table (id uuid, enrolment_id uuid, participation_id uuid, kind text, day date, from_minute int, to_minute int, absence_reason text, note bytea)
language plpgsql stable security definer set search_path = public, pg_temp set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
begin
  return query
  select a.id, o.enrolment_id, o.participation_id, o.kind, o.day, o.from_minute, o.to_minute, o.absence_reason, o.note
  from attendance a left join attendance o on o.id = a.id and o.recorded_by = any ((select app_keys('self'))::uuid[])
  where a.id = any (unseen_entries.ids) and not a.audience && (select app_keys('work')) and (select app_acting());
end $$;

create or replace function placement_pauses(placements uuid[]) returns table (placement_id uuid, from_day date, until_day date)
language plpgsql stable security definer set search_path = public, pg_temp set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
begin
  return query
  select s.placement_id, s.day, s.until
  from (select x.placement_id, x.to_state, x.day, lead(x.day) over (partition by x.placement_id order by x.position) as until
        from placement_step x join placement p on p.id = x.placement_id
        where x.placement_id = any (placement_pauses.placements) and (p.audience && (select app_keys('work')) or exists (
          select from tutor_term t where t.participation_id = p.participation_id and t.member_id = any ((select app_keys('self'))::uuid[])))) s
  where s.to_state = 'SUSPENDED';
end $$;
