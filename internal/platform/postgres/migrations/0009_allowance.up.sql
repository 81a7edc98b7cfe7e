-- A month's allowance of one participation, over all activities under one cap, with its working line by line.
create table allowance (
  id                uuid primary key,
  programme_id      uuid not null references programme,
  participation_id  uuid not null references participation,
  month             date not null check (extract(day from month) = 1),
  policy_version_id uuid not null references policy_version,
  minutes           int not null,
  accrued_cents     bigint not null,   -- before the cap
  cap_cents         bigint not null,
  total_cents       bigint not null check (total_cents between 0 and cap_cents),
  computed_at       timestamptz not null,
  audience          uuid[] not null,
  revision          int not null default 1,
  unique (participation_id, month)
);
create index allowance_list on allowance (programme_id, month desc, id desc);

create table allowance_line (
  id               uuid primary key,
  allowance_id     uuid not null references allowance on delete cascade,
  participation_id uuid not null references participation,
  enrolment_id     uuid references enrolment,
  position         int not null,
  kind             text not null check (kind in ('HOURS', 'THRESHOLD', 'BAND', 'CAP', 'NOTHING')),
  minutes          int,
  amount_cents     bigint not null,
  rule             text not null,     -- code of the policy rule the line follows
  text             jsonb not null,    -- {it, en}: the working in words
  audience         uuid[] not null,
  unique (allowance_id, position)
);

insert into audience_follower values ('allowance', null), ('allowance_line', null);

do $$
declare t text;
begin
  foreach t in array array['allowance', 'allowance_line'] loop
    execute format('alter table %I enable row level security', t);
    execute format('create policy seen on %I using (audience && (select app_keys(''money'')))', t);
    execute format('grant select, insert, update, delete on %I to lavoro_app', t);
  end loop;
end $$;
