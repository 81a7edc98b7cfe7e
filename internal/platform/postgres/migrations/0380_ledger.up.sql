-- Who pays allowances, by which way. What a file does not say of an account is null: nothing is paid from there.
create table payer (
  id              uuid primary key,
  programme_id    uuid not null references programme,
  organisation_id uuid not null references organisation,
  position        int not null,
  name            text not null,    -- as its bank or treasurer has it
  way             text not null check (way in ('ORDER_LIST', 'BANK_FILE')),
  format          text check (format in ('PAIN_001', 'CBI')),
  means           text[] not null check (cardinality(means) > 0),
  iban            text,
  bic             text,
  cuc             text,
  source          text not null,
  confirmed       boolean not null,
  audience        uuid[] not null,
  unique (programme_id, organisation_id),
  check ((format is null) = (way = 'ORDER_LIST')), check (iban is not null or bic is null and cuc is null)
);

-- How what a payer pays is taxed, by the versions of the rules from this one to the one before the payer's next row.
create table payer_tax (
  programme_id    uuid not null,
  organisation_id uuid not null references organisation,
  since           int not null, -- number of the version
  tax             text not null check (tax in ('EXEMPT', 'ASSIMILATED')),
  primary key (organisation_id, since),
  foreign key (programme_id, since) references policy_version (programme_id, number)
);
alter table payer_tax enable row level security;

-- Whose spending a line is for, and of which activities; null for all.
alter table budget_line add column organisation_id uuid references organisation, add column activity_kind text;

-- From when to when nothing may be approved on a line, or on none, and why.
create table funding_gate (
  id             uuid primary key,
  programme_id   uuid not null references programme,
  position       int not null,
  budget_line_id uuid references budget_line on delete cascade, -- null for all lines
  from_day       date not null,
  to_day         date,              -- null until further notice
  reason         jsonb not null,    -- {it, en}
  audience       uuid[] not null,
  unique (programme_id, position),
  check (to_day is null or from_day <= to_day)
);

-- What acts book on a line: nothing is ever changed, only booked back.
create table budget_posting (
  id             uuid primary key,
  programme_id   uuid not null references programme,
  budget_line_id uuid not null references budget_line,
  kind           text not null check (kind in ('COMMITTED', 'ACCRUED', 'APPROVED', 'PAID')),
  cents          bigint not null check (cents <> 0), -- negative takes back
  subject_kind   text not null,
  subject_id     uuid not null,
  day            date not null,
  posted_at      timestamptz not null,
  audience       uuid[] not null
);
create index budget_posting_line on budget_posting (budget_line_id, kind) include (cents);
create index budget_posting_subject on budget_posting (subject_id);

do $$
declare t text; classes jsonb = '{"payer": "money", "funding_gate": "directory", "budget_posting": "money"}';
begin
  foreach t in array array['payer', 'funding_gate', 'budget_posting'] loop
    execute format('alter table %I enable row level security', t);
    execute format('create policy seen on %I using (audience &&& (select app_keys(%L)))', t, classes ->> t);
    execute format('grant select on %I to lavoro_app', t);
  end loop;
end $$;

-- Who pays and how, for acts that work out what somebody is paid: also those of people who may not look at the payer's account.
create function programme_payers(prog uuid)
returns table (organisation uuid, code text, name text, way text, format text, means text[], iban text, bic text, cuc text, confirmed boolean)
language sql stable security definer set search_path = public, pg_temp as $$
  select p.organisation_id, o.code, p.name, p.way, coalesce(p.format, ''), p.means, coalesce(p.iban, ''), coalesce(p.bic, ''), coalesce(p.cuc, ''), p.confirmed
  from payer p join organisation o on o.id = p.organisation_id
  where p.programme_id = prog and (select app_acting()) order by p.position
$$;

-- The ids behind the codes that a version of the rules names, with each body's line up to the lead, and how what a payer pays is taxed by that version.
create function ledger_codes(prog uuid, version int) returns table (organisation uuid, budget_line uuid, code text, above uuid[], tax text)
language sql stable security definer set search_path = public, pg_temp as $$
  select o.id, null::uuid, o.code, organisation_line(o.id), (select t.tax from payer_tax t where t.organisation_id = o.id and t.since <= version order by t.since desc limit 1)
  from organisation o where o.programme_id = prog and (select app_acting())
  union all
  select null, l.id, l.code, null, null from budget_line l where l.programme_id = prog and (select app_acting())
$$;

-- Books on lines, whoever acts: who starts an internship does not see what it is paid from.
create function post_budget(prog uuid, at timestamptz, day date, ids uuid[], lines uuid[], kinds text[], cents bigint[], subject_kinds text[], subjects uuid[], months date[]) returns int
language plpgsql security definer set search_path = public, pg_temp as $$
declare n int;
begin
  if not app_acting() then
    raise exception 'nobody books' using errcode = 'LA002';
  end if;
  insert into budget_posting (id, programme_id, budget_line_id, kind, cents, subject_kind, subject_id, day, posted_at, month, audience)
  select p.id, l.programme_id, l.id, p.kind, p.cents, p.subject_kind, p.subject, post_budget.day, post_budget.at, p.month,
         organisation_line(coalesce(l.organisation_id, (select o.id from organisation o where o.programme_id = prog and o.parent_id is null)))
  from unnest(post_budget.ids, post_budget.lines, post_budget.kinds, post_budget.cents, post_budget.subject_kinds, post_budget.subjects, post_budget.months)
    p(id, line, kind, cents, subject_kind, subject, month)
  join budget_line l on l.id = p.line and l.programme_id = prog
  on conflict (id) do nothing;
  get diagnostics n = row_count;
  return n;
end $$;

-- By how much each line would be exceeded if so much more were approved, and whether it is shut today and until when. Who asks holds the
-- lines to the end of his transaction: nobody approves on them meanwhile.
-- What takes from a line that is exceeded already, since its amount was lowered, is no reason to refuse it.
create function check_funds(prog uuid, lines uuid[], wanted bigint[], today date) returns table (line uuid, label jsonb, over bigint, closed jsonb, closed_to date)
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if not app_acting() then
    raise exception 'nobody asks' using errcode = 'LA002';
  end if;
  perform from budget_line l where l.programme_id = prog and l.id = any (check_funds.lines) order by l.id for no key update;
  return query
  select l.id, l.label, case when w.cents > 0 then greatest(a.approved + w.cents - l.amount_cents, 0) else 0 end, g.reason, g.to_day
  from unnest(check_funds.lines, check_funds.wanted) w(line, cents)
  join budget_line l on l.id = w.line and l.programme_id = prog
  cross join lateral (select coalesce(sum(p.cents), 0)::bigint as approved from budget_posting p where p.budget_line_id = l.id and p.kind = 'APPROVED') a
  left join lateral (
    select f.reason, f.to_day from funding_gate f
    where f.programme_id = prog and (f.budget_line_id is null or f.budget_line_id = l.id) and f.from_day <= today and (f.to_day is null or f.to_day >= today)
    order by f.to_day desc nulls first, f.position limit 1) g on true
  order by l.id;
end $$;
revoke execute on function programme_payers(uuid), ledger_codes(uuid, int), post_budget(uuid, timestamptz, date, uuid[], uuid[], text[], bigint[], text[], uuid[], date[]),
  check_funds(uuid, uuid[], bigint[], date) from public;
grant execute on function programme_payers(uuid), ledger_codes(uuid, int), post_budget(uuid, timestamptz, date, uuid[], uuid[], text[], bigint[], text[], uuid[], date[]),
  check_funds(uuid, uuid[], bigint[], date) to lavoro_app;
