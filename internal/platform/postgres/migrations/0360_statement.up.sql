-- What a month comes to once its register is locked. A statement never changes: an adjustment or a correction of the rules makes the next one.
create table allowance_statement (
  id               uuid primary key,
  programme_id     uuid not null references programme,
  participation_id uuid not null references participation,
  allowance_id     uuid not null references allowance,
  month            date not null check (extract(day from month) = 1),
  number           int not null check (number > 0), -- 1, 2, …; the last one is in force
  minutes          int not null check (minutes >= 0),
  accrued_cents    bigint not null check (accrued_cents >= 0), -- before the cap
  cap_cents        bigint not null check (cap_cents >= 0),
  total_cents      bigint not null check (total_cents between 0 and accrued_cents),
  policy_versions  uuid[] not null check (cardinality(policy_versions) > 0), -- in force within the month, in order
  engine           text not null,     -- version of the working out, which does it again from the inputs
  inputs           jsonb not null,    -- months of the register with their hashes, adjustments, values of the rules, who pays what
  lines            jsonb not null,    -- the working; the lines add up to the total
  issued_at        timestamptz not null,
  audience         uuid[] not null,
  unique (allowance_id, number)
);
create index allowance_statement_participation on allowance_statement (participation_id, month desc);

-- What a statement comes to, by who pays it and out of which budget line. A payer that an earlier statement named and this one does not has nothing.
create table allowance_share (
  id               uuid primary key,
  statement_id     uuid not null references allowance_statement,
  allowance_id     uuid not null references allowance,
  participation_id uuid not null references participation,
  programme_id     uuid not null references programme,
  month            date not null,
  payer_id         uuid not null references organisation,
  budget_line_id   uuid not null references budget_line,
  tax              text not null check (tax in ('EXEMPT', 'ASSIMILATED')),
  gross_cents      bigint not null check (gross_cents >= 0),
  withheld_cents   bigint not null check (withheld_cents between 0 and gross_cents),
  net_cents        bigint not null check (net_cents = gross_cents - withheld_cents),
  audience         uuid[] not null,
  unique (statement_id, payer_id, budget_line_id)
);
create index allowance_share_allowance on allowance_share (allowance_id, payer_id, budget_line_id);
create index allowance_share_participation on allowance_share (participation_id, month);

-- Shares are written with their statement, and add up to it.
create function shares_add_up() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if exists (select from allowance_statement s where s.id in (select w.statement_id from written w)
             and s.total_cents <> (select sum(a.gross_cents) from allowance_share a where a.statement_id = s.id)) then
    raise exception 'shares do not add up to their statement' using errcode = 'check_violation', constraint = 'allowance_share_total';
  end if;
  return null;
end $$;
revoke execute on function shares_add_up() from public;
create trigger adds_up after insert on allowance_share referencing new table as written for each statement execute function shares_add_up();

-- Who sees a month's allowance sees its statements; nobody changes them.
insert into audience_follower (table_name, extra_column, money) values ('allowance_statement', null, true), ('allowance_share', null, true);
do $$
declare t text;
begin
  foreach t in array array['allowance_statement', 'allowance_share'] loop
    execute format('alter table %I enable row level security', t);
    execute format('create policy seen on %I using (audience &&& (select app_keys(''money'')))', t);
    execute format('grant select, insert on %I to lavoro_app', t);
  end loop;
end $$;

insert into mandate_opens values ('allowance_statement', true), ('allowance_share', true);
do $$
declare t text;
begin
  foreach t in array array['allowance_statement', 'allowance_share'] loop
    execute format('create trigger follows_mandates before insert or update of audience on %I for each row execute function follow_mandates()', t);
  end loop;
end $$;
