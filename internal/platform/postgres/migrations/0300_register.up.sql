-- What a phone says of an entry, and why an entry does not count.
alter table attendance
  add column made_at       timestamptz,                -- by the clock of the phone; null where it was not told
  add column device_id     uuid references device,     -- null for a browser
  add column app           text,                       -- name/version
  add column drift_seconds int,                        -- the phone's clock less the house's, when it was sent
  add column conflicts     text[] not null default '{}'
    check (conflicts <@ array['OVERLAP', 'OTHER_VERSION', 'OVER_LIMIT', 'MONTH_CLOSED', 'PLACEMENT_SUSPENDED', 'NOT_ENROLLED', 'LATE', 'UNPLANNED']),
  add column settled       boolean not null default false; -- by an act with a reason: later entries do not take it down
update attendance set conflicts = '{OVERLAP}' where standing = 'CONTESTED';
alter table attendance add constraint attendance_conflicts check ((standing = 'CONTESTED') = (conflicts <> '{}') or standing in ('REPLACED', 'WITHDRAWN'));
-- Columns by which entries of a person are looked through day by day.
create index attendance_live on attendance (person_id, day) where standing in ('COUNTED', 'CONTESTED');

-- Who accompanied a person before, and in which days, the last one with him included. Written as a term ends; who follows the person now stands
-- on the participation.
create table tutor_term (
  participation_id uuid not null references participation,
  member_id        uuid not null references member,
  from_day         date not null,
  to_day           date not null,
  primary key (participation_id, member_id, to_day),
  check (from_day <= to_day)
);
create index tutor_term_member on tutor_term (member_id, to_day);

-- Keeps the term of whoever accompanies the person, before somebody else does, or nobody.
create function end_tutor_term(participation uuid, next uuid, day date) returns void language plpgsql security definer set search_path = public, pg_temp as $$
begin
  insert into tutor_term (participation_id, member_id, from_day, to_day)
  select a.id, a.tutor_id, least(end_tutor_term.day, coalesce((select max(t.to_day) from tutor_term t where t.participation_id = a.id), a.referred_on)), end_tutor_term.day
  from participation a where a.id = end_tutor_term.participation and a.audience && (select app_keys('path')) and a.tutor_id is not null and a.tutor_id is distinct from next
  on conflict do nothing;
end $$;

-- Whether the actor accompanied the person of a participation on a day, and does so no longer.
create function tutored(participation uuid, day date) returns boolean language sql stable set search_path = public, pg_temp as $$
  select exists (select from tutor_term t where t.participation_id = participation and t.member_id = any ((select app_keys('self'))::uuid[]) and day between t.from_day and t.to_day)
$$;
revoke execute on function tutored(uuid, date) from public;

-- Where a tutor whose assignment has ended may still deliver: of each of the days the last day of his term, with what an entry copies.
create function left_enrolments(enrolments uuid[], days date[])
returns table (id uuid, programme_id uuid, activity_id uuid, participation_id uuid, person_id uuid, placement_id uuid, company_id uuid, state text, from_day date, to_day date,
               audience uuid[], placement_state text, placement_since date, started_on date, term_day date, term_to date)
language sql stable security definer set search_path = public, pg_temp as $$
  select e.id, e.programme_id, e.activity_id, e.participation_id, e.person_id, p.id, e.company_id, e.state, e.from_day, e.to_day, e.audience, p.state, p.state_since, p.started_on,
         d.day, max(t.to_day)
  from unnest(left_enrolments.enrolments, left_enrolments.days) d(enrolment, day)
  join enrolment e on e.id = d.enrolment
  join tutor_term t on t.participation_id = e.participation_id and t.member_id = any ((select app_keys('self'))::uuid[])
                   and d.day between t.from_day and t.to_day
  left join placement p on p.enrolment_id = e.id
  group by e.id, p.id, d.day
$$;

-- In which days an internship stood still, from and until before: for who may write hours of it.
create function placement_pauses(placements uuid[]) returns table (placement_id uuid, from_day date, until_day date)
language plpgsql stable security definer set search_path = public, pg_temp set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
begin
  return query
  select s.placement_id, s.day, s.until
  from (select x.placement_id, x.to_state, x.day, lead(x.day) over (partition by x.placement_id order by x.position) as until
        from placement_step x join placement p on p.id = x.placement_id
        where x.placement_id = any (placement_pauses.placements) and x.from_state is distinct from x.to_state and (p.audience && (select app_keys('work')) or exists (
          select from tutor_term t where t.participation_id = p.participation_id and t.member_id = any ((select app_keys('self'))::uuid[])))) s
  where s.to_state = 'SUSPENDED';
end $$;

-- Whether the actor writes hours of some activity of a person, now or for days before.
create function keeps_register(person uuid) returns boolean language sql stable set search_path = public, pg_temp as $$
  select exists (select from enrolment e where e.person_id = person and (e.audience && (select app_keys('work')) or exists (
    select from tutor_term t where t.participation_id = e.participation_id and t.member_id = any ((select app_keys('self'))::uuid[]))))
$$;
revoke execute on function keeps_register(uuid) from public;

-- Which versions of the rules limit the hours of a month: most say NONE.
create index policy_rule_month_limit on policy_rule (version_id)
  where code in ('limits.adult.month_minutes', 'limits.minor.month_minutes') and value <> '"NONE"'::jsonb;

-- All that counts or might for a person as far as entries of the days reach, whoever keeps it, and how old the person was: what decides whether hours
-- count. An entry reaches through its week. Where a programme of the person limits the hours of a month it reaches through its month, from there
-- through the week in which that ends, and so on: to the person's last entry. What is before the first week and month of the days is not
-- reached and stands as it is; it comes along as far as those begin before, since their sums need it.
-- For each enrolment and day that is asked about there is a row without an entry. What there is beside entries has rows without an enrolment: adjustments of
-- what is locked on their days, which count, and by the month hours that were brought in, and adjustments of the human's other records. Hours of a month
-- that is no longer open count whatever comes.
create function register_reach(enrolments uuid[], days date[])
returns table (id uuid, programme_id uuid, enrolment_id uuid, person_id uuid, kind text, day date, from_minute int, to_minute int, minutes int, standing text, conflicts text[],
               settled boolean, before boolean, age int)
language plpgsql stable security definer set search_path = public, pg_temp set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
begin
  return query
  with asked as (
    select distinct e.programme_id, e.id, e.person_id, d.day
    from unnest(register_reach.enrolments, register_reach.days) d(enrolment, day)
    join enrolment e on e.id = d.enrolment and (e.audience && (select app_keys('work')) or tutored(e.participation_id, d.day))
  ), limiting as materialized ( -- until the version that follows holds
    select v.programme_id, coalesce((select min(n.valid_from) from policy_version n where n.programme_id = v.programme_id and (n.valid_from, n.number) > (v.valid_from, v.number)),
           'infinity'::date) as until
    from policy_rule r join policy_version v on v.id = r.version_id
    where r.code in ('limits.adult.month_minutes', 'limits.minor.month_minutes') and r.value <> '"NONE"'::jsonb
  ), beside as materialized ( -- whatever records there are of a human
    select m.person_id, m.since, p.id, p.programme_id
    from (select a.person_id, least(date_trunc('week', min(a.day)), date_trunc('month', min(a.day)))::date as since from asked a where exists (select from limiting) group by 1) m
    cross join lateral records_of(m.person_id) r(id) join participation p on p.person_id = r.id
  ), monthly as materialized (
    select distinct b.person_id, b.since from beside b join limiting l on l.programme_id = b.programme_id and l.until > b.since
  ), stretch as (
    select distinct a.person_id, date_trunc('week', a.day)::date as since, date_trunc('week', a.day)::date as first, date_trunc('week', a.day)::date + 6 as last
    from asked a where not exists (select from monthly m where m.person_id = a.person_id)
    union all
    select m.person_id, m.since, least(date_trunc('week', m.since), date_trunc('month', m.since))::date, 'infinity'::date from monthly m
  ), found as (
    select null::uuid as id, a.programme_id, a.id as enrolment_id, a.person_id, null::text as kind, a.day, 0 as from_minute, 0 as to_minute, 0 as minutes, null::text as standing,
           '{}'::text[] as conflicts, false as settled, false as before
    from asked a
    union all
    select null, null, null, b.person_id, 'PRESENCE', x.month, 0, 0, sum(x.minutes)::int, null, '{}', true, false
    from monthly w join beside b on b.person_id = w.person_id cross join lateral (
      select m.month, j.minutes from participation p join register_month m on m.participation_id = p.id join register_adjustment j on j.register_month_id = m.id
      where p.id = b.id and p.person_id <> b.person_id
      union all
      select f.month, f.minutes from history_fact f where f.participation_id = b.id and f.kind = 'ATTENDANCE' and f.state = 'CONFIRMED'
    ) x where x.month >= date_trunc('month', b.since) group by b.person_id, x.month
    union all
    select null, null, null, w.person_id, 'PRESENCE', j.day, 0, 0, sum(j.minutes)::int, 'COUNTED', '{}', true, false
    from stretch w join participation p on p.person_id = w.person_id join register_month m on m.participation_id = p.id join register_adjustment j on j.register_month_id = m.id
    where j.day between w.first and w.last group by w.person_id, j.day
    union all
    select t.id, t.programme_id, t.enrolment_id, t.person_id, t.kind, t.day, t.from_minute, t.to_minute, t.minutes, t.standing, t.conflicts,
           t.settled or t.standing = 'COUNTED' and coalesce(m.state <> 'OPEN', false), t.day < w.since
    from stretch w join attendance t on t.person_id = w.person_id and t.day between w.first and w.last and t.standing in ('COUNTED', 'CONTESTED')
    left join register_month m on m.enrolment_id = t.enrolment_id and m.month = date_trunc('month', t.day)::date
  )
  select f.id, f.programme_id, f.enrolment_id, f.person_id, f.kind, f.day, f.from_minute, f.to_minute, f.minutes, f.standing, f.conflicts, f.settled, f.before,
         y.years - ((p.birth_day + make_interval(years => y.years))::date > f.day)::int
  from found f join person p on p.id = f.person_id
  cross join lateral (select (extract(year from f.day) - extract(year from p.birth_day))::int as years) y;
end $$;

-- Lets entries count, or no longer, as the rules say of all of a person's together. Those that the actor does not see are told of to whom
-- they are shown.
create function settle_entries(ids uuid[], standings text[], conflicts text[]) returns setof attendance
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  return query
  update attendance a set standing = s.standing, conflicts = string_to_array(s.conflicts, ','), revision = a.revision + 1
  from unnest(settle_entries.ids, settle_entries.standings, settle_entries.conflicts) s(id, standing, conflicts)
  where a.id = s.id and a.standing in ('COUNTED', 'CONTESTED') and s.standing in ('COUNTED', 'CONTESTED')
    and (select app_acting()) and keeps_register(a.person_id)
  returning a.*;
end $$;

-- What a tutor delivers of days before his assignment ended. It counts for nothing yet.
create function deliver_entries(entries jsonb) returns void language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if exists (select from jsonb_populate_recordset(null::attendance, entries) d left join enrolment e on e.id = d.enrolment_id
             where e.id is null or not tutored(e.participation_id, d.day) or d.standing <> 'CONTESTED' or not 'LATE' = any (d.conflicts)
                or d.recorded_by <> all ((select app_keys('self'))::uuid[])) then
    raise exception 'entries are not the actor''s to deliver' using errcode = 'LA002';
  end if;
  insert into attendance (id, programme_id, enrolment_id, activity_id, participation_id, person_id, placement_id, company_id, kind, day, from_minute, to_minute, absence_reason, note,
                          standing, recorded_by, recorded_at, origin, made_at, device_id, app, drift_seconds, conflicts, taps, passed, audience)
  select d.id, e.programme_id, e.id, e.activity_id, e.participation_id, e.person_id, p.id, e.company_id, d.kind, d.day, d.from_minute, d.to_minute, d.absence_reason, d.note,
         d.standing, d.recorded_by, d.recorded_at, d.origin, d.made_at, d.device_id, d.app, d.drift_seconds, d.conflicts, d.taps, d.passed, e.audience
  from jsonb_populate_recordset(null::attendance, entries) d join enrolment e on e.id = d.enrolment_id left join placement p on p.enrolment_id = e.id;
end $$;

-- Entries of the ids that the actor does not see: whole where he wrote them himself, and of the others that the id is taken.
create function unseen_entries(ids uuid[]) returns table (id uuid, enrolment_id uuid, participation_id uuid, kind text, day date, from_minute int, to_minute int, absence_reason text, note bytea)
language plpgsql stable security definer set search_path = public, pg_temp set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
begin
  return query
  select a.id, o.enrolment_id, o.participation_id, o.kind, o.day, o.from_minute, o.to_minute, o.absence_reason, o.note
  from attendance a left join attendance o on o.id = a.id and o.recorded_by = any ((select app_keys('self'))::uuid[])
  where a.id = any (unseen_entries.ids) and not a.audience && (select app_keys('work')) and (select app_acting());
end $$;

-- How many entries of whoever's keeping that count or might an entry overlaps: a number that tells whether the actor sees them all.
create or replace function overlapping_entries(entry uuid) returns int
language sql stable security definer set search_path = public, pg_temp as $$
  select count(*)::int from attendance c
  join attendance o on o.person_id = c.person_id and o.day = c.day and o.standing in ('COUNTED', 'CONTESTED') and o.id <> c.id
                   and int4range(o.from_minute, o.to_minute) && int4range(c.from_minute, c.to_minute)
  where c.id = entry and c.audience && (select app_keys('work'))
$$;

drop function register_facts(uuid[], date[], int);
drop function overlaps_counted(uuid[], date[], int[], int[]);
revoke execute on function end_tutor_term(uuid, uuid, date), left_enrolments(uuid[], date[]), placement_pauses(uuid[]), register_reach(uuid[], date[]),
  settle_entries(uuid[], text[], text[]), deliver_entries(jsonb), unseen_entries(uuid[]) from public;
grant execute on function end_tutor_term(uuid, uuid, date), left_enrolments(uuid[], date[]), placement_pauses(uuid[]), register_reach(uuid[], date[]),
  settle_entries(uuid[], text[], text[]), deliver_entries(jsonb), unseen_entries(uuid[]) to lavoro_app;
