-- The inclusion internship (tirocinio di inclusione sociale, DGR 620/2020).
create table placement (
  id               uuid primary key,
  programme_id     uuid not null references programme,
  participation_id uuid not null references participation,
  person_id        uuid not null references person,
  opening_id       uuid not null references opening,
  company_id       uuid not null references company,
  site_id          uuid not null references company_site,
  organisation_id  uuid not null references organisation,  -- promoter
  enrolment_id     uuid not null unique references enrolment,
  state            text not null check (state in ('DRAFT', 'MATCHED', 'PFI_SIGNED', 'COMMUNICATED', 'RUNNING', 'SUSPENDED', 'INTERRUPTED', 'ENDED',
                                                  'ATTESTED', 'CANCELLED', 'ANNULLED')),
  state_since      date not null,
  from_day         date not null,
  to_day           date not null,
  weekly_minutes   int not null check (weekly_minutes > 0),
  tutor_id         uuid references member,
  host_tutor       text not null,
  convention       text,               -- protocol number of the convention with the host
  pfi_signed_on    date,
  communicated_on  date,
  communication_code text,             -- UNILAV protocol
  started_on       date,
  ended_on         date,
  end_reason       text,
  exempt_from_quota boolean not null default false, -- derived: disadvantaged or disabled interns do not count (L.R. 3/2012 art. 7)
  origin           text not null check (origin in ('ENTERED', 'IMPORTED', 'DEMO')),
  audience         uuid[] not null,
  revision         int not null default 1,
  check (from_day <= to_day)
);
create index placement_list on placement (programme_id, from_day desc, id desc);
create index placement_participation on placement (participation_id);
create index placement_company on placement (company_id);
create index placement_opening on placement (opening_id);
create index placement_tutor on placement (tutor_id);
-- One living internship for a person, whoever follows it.
create unique index placement_one_living on placement (person_id) where state in ('RUNNING', 'SUSPENDED');

-- How the host sees the intern: a name and what the workplace must give, never a reason, a group or a partner.
create table intern_card (
  id               uuid primary key,
  placement_id     uuid not null unique references placement,
  participation_id uuid not null references participation,
  company_id       uuid not null references company,
  given_name       text not null,
  family_name      text not null,
  adaptations      text[] not null,   -- codes of the list "work_traits"
  audience         uuid[] not null
);

create table placement_step (
  id               uuid primary key,
  placement_id     uuid not null references placement,
  participation_id uuid not null references participation,
  company_id       uuid not null references company,
  position         int not null,
  act              text not null,
  from_state       text,
  to_state         text not null,
  day              date not null,
  at               timestamptz not null,
  member_id        uuid not null,
  reason           text,              -- code of the list "exit_reasons", "suspension_reasons" or "extension_reasons"
  audience         uuid[] not null,
  unique (placement_id, position)
);

insert into audience_follower values ('placement', 'company_id'), ('intern_card', 'company_id'), ('placement_step', 'company_id');

do $$
declare t text;
begin
  foreach t in array array['placement', 'intern_card', 'placement_step'] loop
    execute format('alter table %I enable row level security', t);
    execute format('create policy seen on %I using (audience && (select app_keys(''work'')))', t);
    execute format('grant select, insert, update on %I to lavoro_app', t);
  end loop;
end $$;

-- Facts that only decide: how many interns count at a site on a day, how many seats of an opening are taken, whether a tutor is full.
create function site_interns(site uuid, from_day date, to_day date, but uuid) returns int
language sql stable security definer set search_path = public, pg_temp as $$
  select count(*)::int from placement p
  where p.site_id = site and not p.exempt_from_quota and p.id is distinct from but
    and p.state in ('MATCHED', 'PFI_SIGNED', 'COMMUNICATED', 'RUNNING', 'SUSPENDED')
    and daterange(p.from_day, p.to_day, '[]') && daterange(site_interns.from_day, site_interns.to_day, '[]')
$$;
create function opening_taken(opening uuid, but uuid) returns int
language sql stable security definer set search_path = public, pg_temp as $$
  select count(*)::int from placement p
  where p.opening_id = opening and p.id is distinct from but and p.state in ('DRAFT', 'MATCHED', 'PFI_SIGNED', 'COMMUNICATED', 'RUNNING', 'SUSPENDED')
$$;
create function tutor_interns(tutor uuid, but uuid) returns int
language sql stable security definer set search_path = public, pg_temp as $$
  select count(*)::int from placement p
  where p.tutor_id = tutor and p.id is distinct from but and p.state in ('COMMUNICATED', 'RUNNING', 'SUSPENDED')
$$;
create function person_placed(person uuid, but uuid) returns boolean
language sql stable security definer set search_path = public, pg_temp as $$
  select exists (select 1 from placement p where p.person_id = person and p.id is distinct from but
                 and p.state in ('MATCHED', 'PFI_SIGNED', 'COMMUNICATED', 'RUNNING', 'SUSPENDED'))
$$;
grant execute on function site_interns(uuid, date, date, uuid), opening_taken(uuid, uuid), tutor_interns(uuid, uuid), person_placed(uuid, uuid) to lavoro_app;
