-- What is due: written by acts in their transaction, fired by one leased runner.
create table due (
  id            uuid primary key,
  programme_id  uuid not null references programme,
  subject_kind  text not null,
  subject_id    uuid not null,
  participation_id uuid references participation,
  kind          text not null,
  due_at        timestamptz not null,
  owner_key     uuid not null,          -- a member or an organisation
  next_owner_key uuid not null,         -- who takes over when it stays undone
  escalated_at  timestamptz,
  reminders     int not null default 0,
  last_reminded_at timestamptz,
  next_reminder_at timestamptz,
  done_at       timestamptz,
  audience      uuid[] not null,
  revision      int not null default 1
);
create unique index due_open on due (subject_id, kind) where done_at is null;
create index due_fire on due (next_reminder_at) where done_at is null;
create index due_list on due (programme_id, due_at, id);

create table notice (
  id         uuid primary key,
  due_id     uuid not null references due,
  programme_id uuid not null references programme,
  member_id  uuid not null references member,
  channel    text not null check (channel in ('LOG', 'SMTP')),
  at         timestamptz not null,
  outcome    text not null check (outcome in ('SENT', 'FAILED')),
  audience   uuid[] not null
);

create table reaction_position (
  name         text not null,
  programme_id uuid not null references programme,
  seq          bigint not null,
  primary key (name, programme_id)
);

insert into audience_follower values ('due', null);

alter table due enable row level security;
create policy seen on due using (audience && (select app_keys('path')));
alter table notice enable row level security;
create policy seen on notice using (audience && (select app_keys('path')));
grant select, insert, update on due, notice to lavoro_app;
grant select, insert, update on reaction_position to lavoro_app;
