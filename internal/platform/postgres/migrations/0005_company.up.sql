create table company (
  id           uuid primary key,
  name         text not null check (name <> ''),
  entity_code  text not null unique,       -- partita IVA or entity code, checked
  ateco        text not null,
  headcount    int not null check (headcount >= 0),  -- permanent employees
  municipality text not null,
  origin       text not null check (origin in ('ENTERED', 'IMPORTED', 'DEMO')),
  origin_file  text,
  origin_row   int,
  origin_hash  text,
  audience     uuid[] not null,
  revision     int not null default 1
);
create index company_name on company (name, id);

create table company_site (
  id           uuid primary key,
  company_id   uuid not null references company,
  name         text not null,
  address      text not null,
  municipality text not null,
  headcount    int not null check (headcount >= 0),  -- of this operating unit: the host limit counts here
  audience     uuid[] not null,
  revision     int not null default 1
);
create index company_site_company on company_site (company_id);

create table company_contact (
  id         uuid primary key,
  company_id uuid not null references company,
  name       text not null,
  title      text not null,
  phone      text,
  email      text,
  audience   uuid[] not null
);
create index company_contact_company on company_contact (company_id);

create table opening (
  id              uuid primary key,
  programme_id    uuid not null references programme,
  company_id      uuid not null references company,
  site_id         uuid not null references company_site,
  organisation_id uuid not null references organisation,  -- the partner whose scout found it
  title           text not null,
  tasks           text not null,
  sector          text not null,             -- code of the list "work_sectors"
  seats           int not null check (seats > 0),
  from_day        date not null,
  to_day          date not null,
  weekly_minutes  int not null check (weekly_minutes > 0),
  state           text not null check (state in ('OPEN', 'FILLED', 'CLOSED')),
  state_since     date not null,
  origin          text not null check (origin in ('ENTERED', 'IMPORTED', 'DEMO')),
  audience        uuid[] not null,
  revision        int not null default 1,
  check (from_day <= to_day)
);
create index opening_programme on opening (programme_id, state, id);
create index opening_company on opening (company_id);

create table opening_hours (
  id         uuid primary key,
  opening_id uuid not null references opening,
  weekday    int not null check (weekday between 1 and 7),  -- ISO: 1 is Monday
  from_minute int not null check (from_minute between 0 and 1439),
  to_minute   int not null check (to_minute between 1 and 1440),
  audience   uuid[] not null,
  unique (opening_id, weekday, from_minute),
  check (from_minute < to_minute)
);

create table opening_trait (
  id         uuid primary key,
  opening_id uuid not null references opening,
  side       text not null check (side in ('REQUIRES', 'OFFERS')),
  code       text not null,
  audience   uuid[] not null,
  unique (opening_id, side, code)
);

do $$
declare t text;
begin
  foreach t in array array['company', 'company_site', 'company_contact', 'opening', 'opening_hours', 'opening_trait'] loop
    execute format('alter table %I enable row level security', t);
    execute format('create policy seen on %I using (audience && (select app_keys(''company'')))', t);
    execute format('grant select, insert, update on %I to lavoro_app', t);
  end loop;
end $$;
grant delete on opening_hours, opening_trait to lavoro_app;

-- A company that another partner already registered: yes or no, and its id once the caller works with it too.
create function company_by_code(code text) returns uuid language sql stable security definer set search_path = public, pg_temp as $$
  select id from company where entity_code = code
$$;
create function company_shared_with(company uuid, keys uuid[]) returns void
language sql security definer set search_path = public, pg_temp as $$
  update company c set audience = (select array_agg(distinct k) from unnest(c.audience || keys) k) where c.id = company;
  update company_site s set audience = (select array_agg(distinct k) from unnest(s.audience || keys) k) where s.company_id = company;
$$;
grant execute on function company_by_code(text), company_shared_with(uuid, uuid[]) to lavoro_app;
