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

-- Minutes a person already has on a day and in a week, over all activities and partners: a number that only decides limits.
create function person_minutes(person uuid, first date, last date) returns table (day date, minutes int)
language sql stable security definer set search_path = public, pg_temp as $$
  select a.day, sum(a.minutes)::int from attendance a
  where a.person_id = person and a.day between first and last and a.standing = 'COUNTED' and a.kind = 'PRESENCE'
  group by a.day
$$;
grant execute on function person_minutes(uuid, date, date) to lavoro_app;
