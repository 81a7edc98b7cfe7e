create table person (
  id             uuid primary key,
  given_name     text not null check (given_name <> ''),
  family_name    text not null check (family_name <> ''),
  birth_day      date not null,
  sex            text not null check (sex in ('FEMALE', 'MALE', 'NON_BINARY', 'NOT_STATED')),
  citizenship    text not null,                    -- ISO 3166-1 alpha-2, 'XX' where undetermined or stateless
  municipality   text not null,                    -- ISTAT code of residence or stay
  stays_only     boolean not null default false,   -- staying ("dimorante"), not resident
  phone          text,
  email          text,
  origin         text not null check (origin in ('ENTERED', 'IMPORTED', 'DEMO')),
  origin_file    text,
  origin_row     int,
  origin_hash    text,
  audience       uuid[] not null,
  revision       int not null default 1
);

-- A person's codes over time: a provisional 11-digit one is replaced by one of 16, and both still find the person.
create table person_code (
  fingerprint bytea primary key,  -- keyed hash of the code as written: omocodia tells two persons apart, so their codes must differ here
  person_id   uuid not null references person,
  alike       bytea not null,     -- keyed hash of the code with omocodia undone: equal only hints at one person
  code        text not null,
  provisional boolean not null,
  since       timestamptz not null,
  audience    uuid[] not null
);
create index person_code_person on person_code (person_id);
create index person_code_alike on person_code (alike);

create table participation (
  id              uuid primary key,
  programme_id    uuid not null references programme,
  person_id       uuid not null references person,
  organisation_id uuid not null references organisation,   -- the partner to whom the person is entrusted
  state           text not null check (state in ('REFERRED', 'ELIGIBILITY_CHECK', 'REJECTED', 'EVALUATION', 'PAP_DRAFT', 'PAP_SIGNED', 'ACTIVE',
                                                 'WITHDRAWN', 'EXCLUDED', 'COMPLETED', 'FOLLOWUP_28D', 'FOLLOWUP_6M', 'CLOSED')),
  state_since     date not null,
  referring_service text not null,
  referred_on     date not null,
  entered_on      date,
  left_on         date,
  exit_reason     text,
  case_manager_id uuid references member,
  tutor_id        uuid references member,
  origin          text not null check (origin in ('ENTERED', 'IMPORTED', 'DEMO')),
  origin_file     text,
  origin_row      int,
  origin_hash     text,
  audience        uuid[] not null,
  revision        int not null default 1,
  unique (programme_id, person_id),
  check (left_on is null or entered_on is null or entered_on <= left_on)
);
create index participation_list on participation (programme_id, referred_on desc, id desc);
create index participation_person on participation (person_id);
create index participation_organisation on participation (organisation_id);
create index participation_tutor on participation (tutor_id);

-- Why a person is in the programme: the most confidential rows. class is the confidentiality class of the group.
create table participation_group (
  id               uuid primary key,
  participation_id uuid not null references participation,
  code             text not null,
  class            text not null check (class in ('health', 'penal', 'protection', 'restricted')),
  audience         uuid[] not null,
  unique (participation_id, code)
);

-- What a person brings to work, and what a workplace must give: plain working words, never a reason.
create table participation_trait (
  id               uuid primary key,
  participation_id uuid not null references participation,
  side             text not null check (side in ('BRINGS', 'NEEDS', 'WISHES')),
  code             text not null,
  audience         uuid[] not null,
  unique (participation_id, side, code)
);

create table exclusion_check (
  id               uuid primary key,
  programme_id     uuid not null references programme,
  participation_id uuid not null references participation,
  measure          text not null,                  -- code of the list "exclusions": ADI, GOL
  checked_on       date not null,
  outcome          text not null check (outcome in ('CLEAR', 'FOUND', 'UNKNOWN')),
  evidence         text not null check (evidence <> ''),  -- which paper or query proves it
  checked_by       uuid not null,
  origin           text not null check (origin in ('ENTERED', 'IMPORTED', 'DEMO')),
  audience         uuid[] not null
);
create index exclusion_check_last on exclusion_check (participation_id, measure, checked_on desc);

create table verdict (
  id               uuid primary key,
  programme_id     uuid not null references programme,
  participation_id uuid not null references participation,
  policy_version_id uuid not null references policy_version,
  given_on         date not null,
  outcome          text not null check (outcome in ('OK', 'WARN', 'BLOCK')),
  audience         uuid[] not null
);
create index verdict_last on verdict (participation_id, given_on desc, id desc);

create table verdict_finding (
  id         uuid primary key,
  verdict_id uuid not null references verdict,
  participation_id uuid not null references participation,
  position   int not null,
  rule       text not null,
  fact       jsonb not null,  -- {it, en}
  source     text not null,
  confirmed  boolean not null,
  outcome    text not null check (outcome in ('OK', 'WARN', 'BLOCK')),
  cure       jsonb not null,  -- {it, en}
  audience   uuid[] not null
);
create index verdict_finding_verdict on verdict_finding (verdict_id, position);

-- FSE+ facts at entry (Reg. EU 2021/1057 Annex I): taken once, never overwritten.
create table entry_snapshot (
  participation_id  uuid primary key references participation,
  id                uuid not null unique,
  programme_id      uuid not null references programme,
  taken_on          date not null,
  employment        text not null check (employment in ('UNEMPLOYED', 'INACTIVE', 'EMPLOYED')),
  unemployed_since  date,
  isced             int not null check (isced between 0 and 8),
  citizenship       text not null,
  foreign_background text not null check (foreign_background in ('YES', 'NO', 'REFUSED', 'NOT_ASKED')),
  housing_exclusion text not null check (housing_exclusion in ('YES', 'NO', 'REFUSED', 'NOT_ASKED')),
  disability        text not null check (disability in ('YES', 'NO', 'REFUSED', 'NOT_ASKED')),
  minority          text not null check (minority in ('YES', 'NO', 'REFUSED', 'NOT_ASKED')),
  municipality      text not null,
  audience          uuid[] not null
);
create function refuse_overwrite() returns trigger language plpgsql as $$
begin
  if to_jsonb(new) - 'audience' = to_jsonb(old) - 'audience' then return new; end if;
  raise exception '% is never overwritten', tg_table_name using errcode = 'LA001';
end $$;
create trigger never_overwritten before update on entry_snapshot for each row execute function refuse_overwrite();

insert into audience_follower values
  ('participation_group', null), ('participation_trait', null), ('exclusion_check', null), ('verdict', null), ('verdict_finding', null), ('entry_snapshot', null);

do $$
declare t text;
begin
  foreach t in array array['person', 'person_code', 'participation', 'participation_trait', 'exclusion_check', 'verdict', 'verdict_finding', 'entry_snapshot'] loop
    execute format('alter table %I enable row level security', t);
    execute format('grant select, insert, update on %I to lavoro_app', t);
  end loop;
  foreach t in array array['person', 'person_code', 'participation', 'participation_trait'] loop
    execute format('create policy seen on %I using (audience && (select app_keys(''path'')))', t);
  end loop;
  -- Who follows the path writes down what he may not read again: a payments officer an exclusion check.
  foreach t in array array['exclusion_check', 'verdict', 'verdict_finding'] loop
    execute format('create policy seen on %I using (audience && (select app_keys(''restricted''))) with check (audience && (select app_keys(''path'')))', t);
  end loop;
end $$;
create policy seen on entry_snapshot using (audience && (select app_keys('registry'))) with check (audience && (select app_keys('path')));
alter table participation_group enable row level security;
-- Who refers somebody writes down groups that he may not read again.
create policy seen on participation_group using (audience && (select app_keys(class))) with check (audience && (select app_keys('path')));
grant select, insert, update on participation_group to lavoro_app;

-- Decides, and says nothing else: FREE, YOURS, or KNOWN to a body whose people the caller does not see.
create function look_up_person(fingerprint bytea, programme uuid) returns table (answer text, participation_id uuid, person_id uuid)
language sql stable security definer set search_path = public, pg_temp as $$
  select case when c.person_id is null then 'FREE'
              when p.audience && (select app_keys('path')) then 'YOURS' else 'KNOWN' end,
         case when p.audience && (select app_keys('path')) then
           (select a.id from participation a where a.person_id = p.id and a.programme_id = programme and a.audience && (select app_keys('path'))) end,
         case when p.audience && (select app_keys('path')) then p.id end
  from (select 1) one
  left join person_code c on c.fingerprint = look_up_person.fingerprint
  left join person p on p.id = c.person_id
$$;
grant execute on function look_up_person(bytea, uuid) to lavoro_app;

-- Decides whether a person is in some priority group, for rules that are applied by people who may not read which.
create function participation_groups(participation uuid) returns int
language sql stable security definer set search_path = public, pg_temp as $$
  select count(*)::int from participation_group g join participation p on p.id = g.participation_id
  where p.id = participation and p.audience && (select app_keys('path'))
$$;

-- Whether a code with the same data but other spelling (omocodia) belongs to somebody else, whoever follows him.
create function person_code_alike(alike bytea, fingerprint bytea) returns boolean
language sql stable security definer set search_path = public, pg_temp as $$
  select exists (select 1 from person_code c where c.alike = person_code_alike.alike and c.fingerprint <> person_code_alike.fingerprint)
$$;
-- The programme's municipalities, for those too who may not browse its directory and still judge who lives there.
create function programme_territory(programme uuid) returns table (istat text, name text)
language sql stable security definer set search_path = public, pg_temp as $$
  select m.istat, m.name from municipality m where m.programme_id = programme order by m.name
$$;
grant execute on function participation_groups(uuid), person_code_alike(bytea, bytea), programme_territory(uuid) to lavoro_app;

-- Gives a participation, its person and everything that follows it a new audience; rows that carry it already stay untouched. The
-- acts decide the keys.
create function spread_audience(participation uuid, keys uuid[]) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
declare f audience_follower; who uuid; new_keys text;
begin
  if not exists (select 1 from participation p where p.id = participation and p.audience && (select app_keys('path'))) then
    raise exception 'participation is not in the audience of the actor' using errcode = 'LA002';
  end if;
  select p.person_id into who from participation p where p.id = participation;
  update participation p set audience = keys where p.id = participation and p.audience <> keys;
  update person p set audience = u.keys
    from (select array_agg(distinct k) as keys from participation a, unnest(a.audience) k where a.person_id = who) u where p.id = who and p.audience <> u.keys;
  update person_code c set audience = p.audience from person p where p.id = who and c.person_id = who and c.audience <> p.audience;
  for f in select * from audience_follower order by table_name loop
    new_keys := case when f.extra_column is null then '$2' else format('case when %1$I is null then $2 else $2 || %1$I end', f.extra_column) end;
    execute format('update %I set audience = %s where participation_id = $1 and audience <> %s', f.table_name, new_keys, new_keys) using participation, keys;
  end loop;
end $$;
grant execute on function spread_audience(uuid, uuid[]) to lavoro_app;
