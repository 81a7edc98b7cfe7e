create table programme (
  id           uuid primary key,
  code         text not null unique,
  name         text not null,
  cup          text not null,
  project_code text not null,
  from_day     date not null,
  to_day       date not null,
  budget_cents bigint not null,
  file_hash    text not null,
  audience     uuid[] not null,
  revision     int not null default 1,
  check (from_day <= to_day)
);

create table organisation (
  id           uuid primary key,
  programme_id uuid not null references programme,
  parent_id    uuid references organisation,
  code         text not null,
  name         text not null,
  kind         text not null check (kind in ('LEAD', 'PUBLIC_BODY', 'SOCIAL_COOPERATIVE', 'ASSOCIATION', 'COMPANY')),
  tax_code     text,
  position     int not null,
  audience     uuid[] not null,
  unique (programme_id, code)
);

create table policy_version (
  id           uuid primary key,
  programme_id uuid not null references programme,
  number       int not null,
  valid_from   date not null,
  applied_at   timestamptz not null,
  rules_hash   text not null,
  audience     uuid[] not null,
  unique (programme_id, number)
);

create table policy_rule (
  id         uuid primary key,
  version_id uuid not null references policy_version,
  position   int not null,
  code       text not null,
  value      jsonb not null,
  unit       text not null,
  label      jsonb not null,
  source     text not null,
  confirmed  boolean not null,
  audience   uuid[] not null,
  unique (version_id, code)
);

create table code_item (
  id           uuid primary key,
  programme_id uuid not null references programme,
  list         text not null,
  code         text not null,
  label        jsonb not null,
  class        text not null default 'directory',
  attributes   jsonb not null default '{}', -- what rules need to know of an item, e.g. an absence's responsibility
  position     int not null,
  valid_from   date,
  valid_to     date,
  audience     uuid[] not null,
  unique (programme_id, list, code)
);

-- What the programme's own file says that a person must clear up, e.g. a CUP of the wrong length.
create table programme_finding (
  id           uuid primary key,
  programme_id uuid not null references programme,
  position     int not null,
  code         text not null,
  text         jsonb not null,
  audience     uuid[] not null,
  unique (programme_id, code)
);

create table municipality (
  id           uuid primary key,
  programme_id uuid not null references programme,
  istat        text not null,
  belfiore     text not null,
  postcode     text not null,
  name         text not null,
  audience     uuid[] not null,
  unique (programme_id, istat)
);

create table programme_target (
  id           uuid primary key,
  programme_id uuid not null references programme,
  code         text not null,
  label        jsonb not null,
  value        bigint not null,
  audience     uuid[] not null,
  unique (programme_id, code)
);

create table budget_line (
  id           uuid primary key,
  programme_id uuid not null references programme,
  code         text not null,
  label        jsonb not null,
  amount_cents bigint not null check (amount_cents >= 0),
  source       text not null,
  confirmed    boolean not null,
  audience     uuid[] not null,
  unique (programme_id, code)
);

do $$
declare t text;
begin
  foreach t in array array['programme', 'organisation', 'policy_version', 'policy_rule', 'code_item', 'municipality', 'programme_target', 'budget_line',
                           'programme_finding'] loop
    execute format('alter table %I enable row level security', t);
    execute format('create policy seen on %I using (audience && (select app_keys(''directory'')))', t);
    execute format('grant select on %I to lavoro_app', t);
  end loop;
end $$;

-- The keys of the organisation and of all bodies above it: whose people are whose in the tree of partners.
create function organisation_line(org uuid) returns uuid[] language sql stable security definer set search_path = public, pg_temp as $$
  with recursive up as (
    select id, parent_id, 0 as n from organisation where id = org
    union all
    select o.id, o.parent_id, n + 1 from organisation o join up on o.id = up.parent_id
  ) select array_agg(id order by n) from up
$$;
grant execute on function organisation_line(uuid) to lavoro_app;

-- The policy version in force on a day, for acts that write the version they decided under.
create function policy_on(programme uuid, day date) returns uuid language sql stable security definer set search_path = public, pg_temp as $$
  select id from policy_version where programme_id = programme and valid_from <= day order by valid_from desc, number desc limit 1
$$;
grant execute on function policy_on(uuid, date) to lavoro_app;

-- Rules and codes are nobody's data: every actor decides by them, also one who may not browse them, such as a host's tutor.
create function policy_content(version uuid) returns table (number int, valid_from date, rules jsonb)
language sql stable security definer set search_path = public, pg_temp as $$
  select v.number, v.valid_from,
         (select coalesce(jsonb_agg(jsonb_build_object('code', r.code, 'value', r.value, 'unit', r.unit, 'label', r.label, 'source', r.source,
                                                       'confirmed', r.confirmed) order by r.position), '[]')
          from policy_rule r where r.version_id = v.id)
  from policy_version v where v.id = version
$$;
create function programme_codes(prog uuid, which text)
returns table (list text, code text, label jsonb, class text, attributes jsonb, "position" int, valid_from date, valid_to date)
language sql stable security definer set search_path = public, pg_temp as $$
  select c.list, c.code, c.label, c.class, c.attributes, c.position, c.valid_from, c.valid_to
  from code_item c where c.programme_id = prog and c.list = which order by c.position
$$;
grant execute on function policy_content(uuid), programme_codes(uuid, text) to lavoro_app;
