-- What hours are owed, where and when: a course, a laboratory, or the programme's internships.
create table activity (
  id              uuid primary key,
  programme_id    uuid not null references programme,
  organisation_id uuid not null references organisation,
  kind            text not null,               -- code of the list "activity_kinds": COURSE, LABORATORY, INTERNSHIP
  title           text not null,
  place           text not null,
  from_day        date not null,
  to_day          date not null,
  planned_minutes int not null check (planned_minutes >= 0),
  seats           int check (seats > 0),       -- null: not limited
  certificate     text,                        -- code of the list "certificates" that completing it gives
  audience        uuid[] not null,
  revision        int not null default 1,
  check (from_day <= to_day)
);
create index activity_programme on activity (programme_id, from_day desc, id desc);

create table enrolment (
  id               uuid primary key,
  programme_id     uuid not null references programme,
  activity_id      uuid not null references activity,
  participation_id uuid not null references participation,
  person_id        uuid not null references person,
  company_id       uuid references company,    -- the host of an internship
  state            text not null check (state in ('ENROLLED', 'SUSPENDED', 'COMPLETED', 'WITHDRAWN')),
  from_day         date not null,
  to_day           date not null,
  planned_minutes  int not null check (planned_minutes >= 0),
  origin           text not null check (origin in ('ENTERED', 'IMPORTED', 'DEMO')),
  audience         uuid[] not null,
  revision         int not null default 1,
  check (from_day <= to_day)
);
create index enrolment_participation on enrolment (participation_id);
create index enrolment_activity on enrolment (activity_id);

create table certificate (
  id               uuid primary key,
  programme_id     uuid not null references programme,
  participation_id uuid not null references participation,
  enrolment_id     uuid references enrolment,
  kind             text not null,
  given_on         date not null,
  valid_to         date,
  audience         uuid[] not null,
  unique (participation_id, kind, given_on)
);

insert into audience_follower values ('enrolment', 'company_id'), ('certificate', null);

do $$
declare t text;
begin
  foreach t in array array['enrolment', 'certificate'] loop
    execute format('alter table %I enable row level security', t);
    execute format('create policy seen on %I using (audience && (select app_keys(%L)))', t, case t when 'enrolment' then 'work' else 'path' end);
    execute format('grant select, insert, update on %I to lavoro_app', t);
  end loop;
end $$;
alter table activity enable row level security;
create policy seen on activity using (audience && (select app_keys('directory')));
grant select, insert, update on activity to lavoro_app;

-- Seats taken, counted over everybody's people.
create function activity_taken(activity uuid) returns int language sql stable security definer set search_path = public, pg_temp as $$
  select count(*)::int from enrolment where activity_id = activity and state in ('ENROLLED', 'SUSPENDED', 'COMPLETED')
$$;
grant execute on function activity_taken(uuid) to lavoro_app;
