-- One row is one version of one entry: a civil day (Europe/Rome), from and to. Rows are added, never rewritten but for their standing.
create table attendance (
  id               uuid primary key,
  programme_id     uuid not null references programme,
  enrolment_id     uuid not null references enrolment,
  activity_id      uuid not null references activity,
  participation_id uuid not null references participation,
  person_id        uuid not null references person,
  placement_id     uuid references placement,
  company_id       uuid references company,
  kind             text not null check (kind in ('PRESENCE', 'ABSENCE')),
  day              date not null,
  from_minute      int not null check (from_minute between 0 and 1439),
  to_minute        int not null check (to_minute between 1 and 1440),
  minutes          int not null generated always as (to_minute - from_minute) stored,
  absence_reason   text,
  note             text,
  standing         text not null check (standing in ('COUNTED', 'CONTESTED', 'REPLACED', 'WITHDRAWN')),
  replaces_id      uuid unique references attendance,
  standing_note    text,              -- why it was taken back, or how a contest was resolved
  standing_by      uuid,
  standing_at      timestamptz,
  recorded_by      uuid not null,
  recorded_at      timestamptz not null,
  origin           text not null check (origin in ('ENTERED', 'IMPORTED', 'DEMO')),
  audience         uuid[] not null,
  revision         int not null default 1,
  check (from_minute < to_minute),
  check ((kind = 'ABSENCE') = (absence_reason is not null)),
  -- The same hour may not be paid twice, whatever the activity and whoever records it.
  constraint attendance_no_overlap exclude using gist
    (person_id with =, day with =, int4range(from_minute, to_minute) with &&) where (standing = 'COUNTED')
);
create index attendance_enrolment on attendance (enrolment_id, day desc, id desc);
create index attendance_participation on attendance (participation_id, day desc, id desc);
create index attendance_placement on attendance (placement_id, day desc, id desc) where placement_id is not null;
create index attendance_programme on attendance (programme_id, day desc, id desc);

alter table attendance enable row level security;
create policy seen on attendance using (audience && (select app_keys('work')));
grant select, insert, update on attendance to lavoro_app;
insert into audience_follower values ('attendance', 'company_id');

-- What the rules of an entry need to know of a person, for enrolments that the actor may write: whether a minor on that day, and the
-- minutes that already count on the day and in its week over all activities and partners. Nothing else leaves.
create function register_facts(enrolments uuid[], days date[], minor_age int)
returns table (enrolment_id uuid, day date, minor boolean, day_minutes int, week_minutes int)
language sql stable security definer set search_path = public, pg_temp as $$
  with asked as (
    select distinct e.id, e.person_id, d.day
    from unnest(enrolments, days) d(enrolment, day)
    join enrolment e on e.id = d.enrolment and e.audience && (select app_keys('work'))
  )
  select a.id, a.day, (p.birth_day + make_interval(years => minor_age))::date > a.day,
         coalesce(sum(t.minutes) filter (where t.day = a.day), 0)::int, coalesce(sum(t.minutes), 0)::int
  from asked a
  join person p on p.id = a.person_id
  left join attendance t on t.person_id = a.person_id and t.standing = 'COUNTED' and t.kind = 'PRESENCE'
                         and t.day between date_trunc('week', a.day)::date and date_trunc('week', a.day)::date + 6
  group by a.id, a.day, p.birth_day
$$;

-- Which of the hours overlap a counted entry of their person, whoever keeps it: yes or no for each.
create function overlaps_counted(enrolments uuid[], days date[], from_minutes int[], to_minutes int[]) returns boolean[]
language sql stable security definer set search_path = public, pg_temp as $$
  select array_agg(exists (select 1 from enrolment e join attendance o on o.person_id = e.person_id
                           where e.id = x.enrolment and e.audience && (select app_keys('work')) and o.day = x.day and o.standing = 'COUNTED'
                             and int4range(o.from_minute, o.to_minute) && int4range(x.from_minute, greatest(x.to_minute, x.from_minute))) order by x.n)
  from unnest(enrolments, days, from_minutes, to_minutes) with ordinality x(enrolment, day, from_minute, to_minute, n)
$$;
grant execute on function overlaps_counted(uuid[], date[], int[], int[]) to lavoro_app;

-- How many counted entries of whoever's keeping an entry overlaps: a number that tells whether the actor sees them all.
create function overlapping_entries(entry uuid) returns int
language sql stable security definer set search_path = public, pg_temp as $$
  select count(*)::int from attendance c
  join attendance o on o.person_id = c.person_id and o.day = c.day and o.standing = 'COUNTED' and o.id <> c.id
                   and int4range(o.from_minute, o.to_minute) && int4range(c.from_minute, c.to_minute)
  where c.id = entry and c.audience && (select app_keys('work'))
$$;
grant execute on function register_facts(uuid[], date[], int), overlapping_entries(uuid) to lavoro_app;
