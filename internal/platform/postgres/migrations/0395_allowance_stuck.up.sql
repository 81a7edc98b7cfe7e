-- People of whom something could not be worked out again: what stops the one keeps nobody else waiting, and is tried again.
create table allowance_stuck (
  id               uuid primary key,
  participation_id uuid not null unique references participation,
  programme_id     uuid not null references programme,
  months           date[] not null,      -- that are to be worked out again; none: only what may still be spent
  cause            text not null check (cause in ('REGISTER', 'PAYER', 'PROGRAM')),
  since            timestamptz not null, -- the first time, with this cause
  tried_at         timestamptz not null,
  audience         uuid[] not null
);
create index allowance_stuck_programme on allowance_stuck (programme_id);
insert into audience_follower values ('allowance_stuck', null);
alter table allowance_stuck enable row level security;
create policy seen on allowance_stuck using (audience &&& (select app_keys('path')));
create trigger shut_to_mandates before insert or update of audience on allowance_stuck for each row execute function shut_to_mandates();
grant select, insert, update, delete on allowance_stuck to lavoro_app;

-- Whether months of somebody wait to be worked out again: what his statements owe is not what they should, and is not paid.
create function statement_stuck(participation uuid) returns boolean language sql stable set search_path = public, pg_temp as $$
  select exists (select from allowance_stuck s where s.participation_id = statement_stuck.participation and s.months <> '{}')
$$;
revoke execute on function statement_stuck(uuid) from public;
