-- Each person's data key, wrapped by the installation's. Nobody selects from here: the functions below give keys by person.
create table person_key (
  person_id   uuid primary key,
  wrapped     bytea not null,
  kek_version bigint not null,  -- the key-encryption key that wraps it
  made_at     timestamptz not null
);
create index person_key_version on person_key (kek_version);

-- Keys that were destroyed, with whom they belonged to: the list is replayed on a restored dump.
create table destroyed_key (
  person_id    uuid primary key,
  destroyed_at timestamptz not null,
  digest       bytea not null  -- SHA-256 of the wrapped key as it was last
);

-- The wrapped keys of persons that have one; destroyed ones come as null.
create function person_keys(persons uuid[]) returns table (person_id uuid, wrapped bytea)
language sql stable security definer set search_path = public, pg_temp as $$
  select k.person_id, k.wrapped from person_key k where k.person_id = any (persons)
  union all
  select d.person_id, null from destroyed_key d where d.person_id = any (persons)
$$;

-- Keeps a person's new key unless there is one already, and gives the one that holds; null where it was destroyed: a key is never made twice.
create function person_key_add(person uuid, new_key bytea, version bigint, at timestamptz) returns bytea
language plpgsql security definer set search_path = public, pg_temp as $$
declare kept bytea;
begin
  perform pg_advisory_xact_lock_shared(hashtextextended('person_key ' || person, 0)); -- erasure takes it alone
  if exists (select 1 from destroyed_key d where d.person_id = person) then
    return null;
  end if;
  insert into person_key values (person, new_key, version, at) on conflict do nothing;
  select k.wrapped into kept from person_key k where k.person_id = person;
  return kept;
end $$;

-- Whose the participations are, for those who seal or open what hangs on one without seeing the person.
create function person_keys_of(participations uuid[]) returns table (participation_id uuid, person_id uuid, wrapped bytea)
language sql stable security definer set search_path = public, pg_temp as $$
  select a.id, a.person_id, k.wrapped from participation a left join person_key k on k.person_id = a.person_id
  where a.id = any (participations) and not ((select app_keys('self')) <@ '{00000000-0000-0000-0000-000000000000}') -- nobody is told
$$;
grant execute on function person_keys(uuid[]), person_key_add(uuid, bytea, bigint, timestamptz), person_keys_of(uuid[]) to lavoro_app;

-- A code is marked once under each key of the index that is in use, so that it is found, and stays one person's, while keys change. 0: the
-- mark was made before there were keys.
alter table person_code add column index_version bigint not null default 0;
alter table person_code alter column index_version drop default;
create index person_code_version on person_code (index_version);

drop function look_up_person(bytea, uuid);
create function look_up_person(fingerprints bytea[], programme uuid) returns table (answer text, participation_id uuid, person_id uuid)
language sql stable security definer set search_path = public, pg_temp as $$
  select case when c.person_id is null then 'FREE'
              when p.audience && (select app_keys('path')) then 'YOURS' else 'KNOWN' end,
         case when p.audience && (select app_keys('path')) then
           (select a.id from participation a where a.person_id = p.id and a.programme_id = programme and a.audience && (select app_keys('path'))) end,
         case when p.audience && (select app_keys('path')) then p.id end
  from (select 1) one
  left join (select distinct k.person_id from person_code k where k.fingerprint = any (fingerprints) limit 1) c on true
  left join person p on p.id = c.person_id
$$;

drop function person_code_alike(bytea, bytea);
create function person_code_alike(alikes bytea[], fingerprints bytea[]) returns boolean
language sql stable security definer set search_path = public, pg_temp as $$
  select exists (select 1 from person_code c where c.alike = any (alikes) and c.fingerprint <> all (fingerprints))
$$;
grant execute on function look_up_person(bytea[], uuid), person_code_alike(bytea[], bytea[]) to lavoro_app;

-- A word sealed under the installation's own key when it was first served: keys of another installation do not open it, and would find
-- nobody and read nothing.
create table key_proof (
  only_one boolean primary key default true check (only_one),
  sealed   bytea not null
);
create function key_proof(offered bytea) returns bytea language plpgsql security definer set search_path = public, pg_temp as $$
declare kept bytea;
begin
  insert into key_proof (sealed) values (offered) on conflict do nothing;
  select p.sealed into kept from key_proof p;
  return kept;
end $$;
grant execute on function key_proof(bytea) to lavoro_app;
