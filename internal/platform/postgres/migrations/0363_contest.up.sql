-- That somebody says a statement is wrong, and what was answered. Cents say how much of it is not to be paid before the answer; the rest is paid.
create table allowance_contest (
  id               uuid primary key,
  programme_id     uuid not null references programme,
  participation_id uuid not null references participation,
  allowance_id     uuid not null references allowance,
  statement_id     uuid not null references allowance_statement,
  month            date not null,
  state            text not null check (state in ('CONTESTED', 'UPHELD', 'REJECTED')),
  state_since      date not null,
  contested_cents  bigint not null check (contested_cents >= 0),
  reason           bytea not null,     -- sealed
  member_id        uuid not null,
  on_behalf_of     uuid,               -- for whom who contests stands in; null where a grant of his own allows it
  contested_at     timestamptz not null,
  answer           bytea,              -- sealed
  answered_by      uuid,
  answered_at      timestamptz,
  audience         uuid[] not null,
  revision         int not null default 1,
  check ((state = 'CONTESTED') = (answer is null)), check ((answer is null) = (answered_by is null)), check ((answer is null) = (answered_at is null)),
  check (answered_by <> member_id), check (answered_by <> on_behalf_of)
);
create unique index allowance_contest_open on allowance_contest (allowance_id) where state = 'CONTESTED';
create index allowance_contest_allowance on allowance_contest (allowance_id, contested_at, id);
create index allowance_contest_participation on allowance_contest (participation_id);

-- Of somebody protected what is said stays with those who are named: unlike the sums it carries no other keys than the person's.
insert into audience_follower values ('allowance_contest', null);
alter table allowance_contest enable row level security;
-- Whoever follows the person may contest for him, also where the sums are not his to see.
create policy seen on allowance_contest using (audience &&& (select app_keys('money'))) with check (audience &&& (select app_keys('path')));
grant select, insert, update on allowance_contest to lavoro_app;
insert into mandate_opens values ('allowance_contest', true);
create trigger follows_mandates before insert or update of audience on allowance_contest for each row execute function follow_mandates();

-- The statement in force of a month, for who contests it: of a person whom the actor follows.
create function statement_in_force(participation uuid, month date)
returns table (id uuid, programme_id uuid, allowance_id uuid, total_cents bigint, audience uuid[], contested boolean)
language sql stable security definer set search_path = public, pg_temp as $$
  select s.id, s.programme_id, s.allowance_id, s.total_cents, a.audience,
         exists (select from allowance_contest c where c.allowance_id = s.allowance_id and c.state = 'CONTESTED')
  from allowance_statement s join participation a on a.id = s.participation_id
  where s.participation_id = statement_in_force.participation and s.month = statement_in_force.month and a.audience && (select app_keys('path'))
  order by s.number desc limit 1
$$;
revoke execute on function statement_in_force(uuid, date) from public;
grant execute on function statement_in_force(uuid, date) to lavoro_app;
