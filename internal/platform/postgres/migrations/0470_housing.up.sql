-- A contribution to living on one's own, beside the allowance: asked for by one person, granted by another, for some months. Which condition it is
-- given by, and what proves it, may reveal why somebody is fragile: both are sealed under the person's key.
create table housing_grant (
  id                uuid primary key,
  programme_id      uuid not null references programme,
  participation_id  uuid not null references participation,
  condition         bytea not null,    -- sealed: code of the list "housing_conditions"
  from_month        date not null check (extract(day from from_month) = 1),
  months            int not null check (months between 1 and 60),
  monthly_cents     bigint not null check (monthly_cents > 0), -- at most, of each month
  state             text not null check (state in ('REQUESTED', 'GRANTED', 'REFUSED', 'WITHDRAWN')),
  state_since       date not null,
  requested_by      uuid not null,
  on_behalf_of      uuid,              -- for whom who requested it stood in; null where a grant of his own allowed it
  requested_at      timestamptz not null,
  answer            bytea,             -- sealed: why it was refused
  answered_by       uuid,
  answered_at       timestamptz,
  withdrawn_from    date check (extract(day from withdrawn_from) = 1), -- the first month that it is not given for any more
  withdrawal        bytea,             -- sealed: why
  withdrawn_by      uuid,
  withdrawn_at      timestamptz,
  audience          uuid[] not null,
  revision          int not null default 1, -- counts receipts, too
  constraint housing_grant_apart check (answered_by <> requested_by),
  check ((state = 'REQUESTED') = (answered_by is null)), check ((answered_by is null) = (answered_at is null)), check ((state = 'REFUSED') = (answer is not null)),
  check ((state = 'WITHDRAWN') = (withdrawn_from is not null)), check ((withdrawn_from is null) = (withdrawal is null)),
  check ((withdrawn_from is null) = (withdrawn_by is null)), check ((withdrawn_from is null) = (withdrawn_at is null)),
  check (withdrawn_from >= from_month and withdrawn_from < from_month + make_interval(months => months))
);
create unique index housing_grant_waits on housing_grant (participation_id) where state = 'REQUESTED';
create index housing_grant_participation on housing_grant (participation_id, from_month desc, id desc);

-- What was brought with a request.
create table housing_proof (
  id               uuid primary key,
  grant_id         uuid not null references housing_grant,
  programme_id     uuid not null references programme,
  participation_id uuid not null references participation,
  document         bytea not null,    -- sealed: code of the list "housing_proofs"
  file_id          uuid not null unique references file,
  audience         uuid[] not null
);
create index housing_proof_grant on housing_proof (grant_id, id);

-- What a month of a grant has cost, by a receipt. The last one of a month holds; one of nothing takes the one before back.
create table housing_receipt (
  id               uuid primary key,
  grant_id         uuid not null references housing_grant,
  programme_id     uuid not null references programme,
  participation_id uuid not null references participation,
  month            date not null check (extract(day from month) = 1),
  number           int not null check (number > 0),
  cents            bigint not null check (cents >= 0),
  file_id          uuid unique references file,
  recorded_by      uuid not null,
  recorded_at      timestamptz not null,
  audience         uuid[] not null,
  unique (grant_id, month, number),
  check ((cents = 0) = (file_id is null))
);

insert into audience_follower values ('housing_grant', null), ('housing_proof', null), ('housing_receipt', null);
-- A mandate over any of its months opens a grant with all that belongs to it.
insert into mandate_opens values ('housing_grant', true), ('housing_proof', true), ('housing_receipt', true);
create function housing_mandates() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
declare first date; months int;
begin
  if exists (select from mandate) then
    if tg_table_name = 'housing_grant' then
      first := new.from_month; months := new.months;
    else
      select g.from_month, g.months into first, months from housing_grant g where g.id = new.grant_id;
    end if;
    new.audience := mandated_audience(new.audience, new.participation_id, first, (first + make_interval(months => months) - interval '1 day')::date);
  end if;
  return new;
end $$;
revoke execute on function housing_mandates() from public;
do $$
declare t text;
begin
  foreach t in array array['housing_grant', 'housing_proof', 'housing_receipt'] loop
    execute format('alter table %I enable row level security', t);
    execute format('create policy seen on %I using (audience &&& (select app_keys(''money'')))', t);
    execute format('grant select, insert on %I to lavoro_app', t);
    execute format('create trigger follows_mandates before insert or update of audience on %I for each row execute function housing_mandates()', t);
  end loop;
end $$;
grant update on housing_grant to lavoro_app;

-- Two more kinds of files, beside those that there are.
do $$
declare kinds text := (select pg_get_constraintdef(c.oid) from pg_constraint c where c.conrelid = 'file'::regclass and c.conname = 'file_kind_check');
begin
  alter table file drop constraint file_kind_check;
  execute 'alter table file add constraint file_kind_check ' || replace(kinds, 'ARRAY[', 'ARRAY[''HOUSING_PROOF''::text, ''HOUSING_RECEIPT''::text, ');
end $$;

-- A request is answered once, by another person, and only what was granted is withdrawn. A month is given for once, whichever record of the person it
-- stands on: of two requests that are granted at the same moment the second sees the first.
create function housing_grant_kept() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if (new.id, new.programme_id, new.participation_id, new.condition, new.from_month, new.months, new.monthly_cents, new.requested_by, new.on_behalf_of, new.requested_at)
     is distinct from (old.id, old.programme_id, old.participation_id, old.condition, old.from_month, old.months, old.monthly_cents, old.requested_by, old.on_behalf_of, old.requested_at)
     or old.state <> 'REQUESTED' and (new.answer, new.answered_by, new.answered_at) is distinct from (old.answer, old.answered_by, old.answered_at)
     or old.state <> new.state and (old.state, new.state) not in (('REQUESTED', 'GRANTED'), ('REQUESTED', 'REFUSED'), ('GRANTED', 'WITHDRAWN'))
     or old.state = 'WITHDRAWN' and (new.withdrawn_from, new.withdrawal, new.withdrawn_by, new.withdrawn_at)
       is distinct from (old.withdrawn_from, old.withdrawal, old.withdrawn_by, old.withdrawn_at) then
    raise exception 'a grant is answered and withdrawn once' using errcode = 'LA010', constraint = 'housing_grant_kept';
  end if;
  if old.state = 'REQUESTED' and (new.answered_by = new.on_behalf_of or new.answered_by in (select same_human(h) from unnest(array[new.requested_by, new.on_behalf_of]) h)) then
    raise exception 'who asks does not answer' using errcode = 'check_violation', constraint = 'housing_grant_apart';
  end if;
  if old.state = 'REQUESTED' and new.state = 'GRANTED' then
    perform pg_advisory_xact_lock(hashtextextended('housing ' || (select min(r::text) from participation p cross join records_of(p.person_id) r where p.id = new.participation_id), 0));
    if exists (select from participation p join participation a on a.programme_id = p.programme_id and a.person_id in (select records_of(p.person_id))
               join housing_grant g on g.participation_id = a.id and g.id <> new.id and g.state in ('GRANTED', 'WITHDRAWN')
               where p.id = new.participation_id and daterange(g.from_month, coalesce(g.withdrawn_from, (g.from_month + make_interval(months => g.months))::date))
                 && daterange(new.from_month, (new.from_month + make_interval(months => new.months))::date)) then
      raise exception 'a month is given for once' using errcode = 'check_violation', constraint = 'housing_grant_once';
    end if;
  end if;
  return new;
end $$;
create trigger kept before update of id, programme_id, participation_id, condition, from_month, months, monthly_cents, state, requested_by, on_behalf_of, requested_at, answer, answered_by, answered_at,
  withdrawn_from, withdrawal, withdrawn_by, withdrawn_at on housing_grant for each row execute function housing_grant_kept();
revoke execute on function housing_grant_kept() from public;

-- What was decided before the program knew of it gave nothing: said of each version of the rules that lacks it, it is not taken from a later one.
insert into policy_rule (id, version_id, position, code, value, unit, label, source, confirmed, audience)
select gen_random_uuid(), v.id, (select coalesce(max(r.position), 0) + 1 from policy_rule r where r.version_id = v.id), 'allowance.housing',
       '{"monthly": 0, "months": 0, "ceiling": 0, "conditions": [], "proofs": [], "receipt": false, "minimumMinutes": 0}', 'table',
       '{"it": "Contributo per l''autonomia abitativa: nessuno", "en": "Contribution to living on one''s own: none"}',
       'Nessuna fonte: la regola non c''era', false, v.audience
from policy_version v where not exists (select from policy_rule r where r.version_id = v.id and r.code = 'allowance.housing');
