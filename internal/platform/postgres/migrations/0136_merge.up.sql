-- Two records that turn out to be one human are merged: the one says into whom. What is about a person stays where it stands, under its own
-- person's key and keys of sight; only the hours owed and worked, and the internships, are the one human's from then on, so that no rule
-- counts him twice. All of it is taken back by the participations, which keep their persons.
alter table person add column merged_into uuid references person check (merged_into <> id);
create index person_merged on person (merged_into) where merged_into is not null;
revoke insert, update on person from lavoro_app; -- acts write what somebody is called; who he is, and who sees him, functions do
grant insert (id, given_name, family_name, birth_day, sex, citizenship, municipality, stays_only, phone, email, origin, origin_file, origin_row, origin_hash, audience, revision) on person to lavoro_app;

-- Which records were merged, since when, and until when. Why stands in the journal.
create table person_merge (
  id        uuid primary key,
  keep_id   uuid not null references person,
  merged_id uuid not null references person,
  merged_at timestamptz not null,
  merged_by uuid not null,
  split_at  timestamptz,
  split_by  uuid,
  check ((split_at is null) = (split_by is null))
);
create unique index person_merge_open on person_merge (merged_id) where split_at is null;

-- The record that stands for the human behind one.
create function human_of(person uuid) returns uuid language sql stable security definer set search_path = public, pg_temp as $$
  select coalesce(p.merged_into, p.id) from person p where p.id = human_of.person and (select app_acting())
$$;
-- All records of the human behind one.
create function records_of(person uuid) returns setof uuid language sql stable set search_path = public, pg_temp as $$
  select r.id from person p join person r on r.id = coalesce(p.merged_into, p.id) or r.merged_into = coalesce(p.merged_into, p.id) where p.id = records_of.person
$$;
revoke execute on function records_of(uuid) from public;
grant execute on function human_of(uuid) to lavoro_app;

-- Whatever is written of one record is the human's. The foreign keys to the person wait for a merge that is under way, and this comes after
-- them, with eyes of its own.
do $$
declare t name;
begin
  foreach t in array array['enrolment', 'placement', 'attendance'] loop
    execute format($f$
      create function %1$I() returns trigger language plpgsql security definer set search_path = public, pg_temp as $b$
      begin
        update %2$I t set person_id = p.merged_into from fresh f join person p on p.id = f.person_id where t.id = f.id and p.merged_into is not null;
        return null;
      end $b$ $f$, t || '_follows_human', t);
    execute format('create trigger follows_human after insert on %I referencing new table as fresh for each statement execute function %I()', t, t || '_follows_human');
  end loop;
end $$;

-- Nobody takes part twice in one programme by another of his records, but where the two were merged afterwards.
create function one_participation() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if exists (select from participation a where a.programme_id = new.programme_id and a.person_id <> new.person_id and a.person_id in (select records_of(new.person_id))) then
    raise exception 'the person takes part already' using errcode = '23505', constraint = 'participation_programme_id_person_id_key';
  end if;
  return new;
end $$;
create trigger one_participation before insert on participation for each row execute function one_participation();

-- What decides whether records may be merged or split: their participations, for who sees each of the records. Of a participation that he does
-- not see only that it is there.
create function merge_facts(persons uuid[]) returns table (person_id uuid, into_id uuid, stands boolean, erased boolean, programme_id uuid, participation_id uuid,
                                                           state text, lead uuid[], seen boolean)
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if not app_acting() or exists (select from unnest(persons) u left join person p on p.id = u where p.id is null or not p.audience && app_keys('path')) then
    return;
  end if;
  perform 1 from person p where p.id = any (persons) order by p.id for update;
  return query
    select p.id, p.merged_into, exists (select from person m where m.merged_into = p.id), exists (select from destroyed_key d where d.person_id = p.id),
           case when k.yes then a.programme_id end, case when k.yes then a.id end, case when k.yes then a.state end,
           case when k.yes then programme_head(a.programme_id) else '{}' end, k.yes
    from person p join participation a on a.person_id = p.id cross join lateral (select a.audience && app_keys('path') as yes) k
    where p.id = any (persons) order by p.id, a.programme_id;
end $$;

-- Stops whoever does not coordinate, at the lead body, every programme of the records, or does not see all of them.
create function merge_guard(persons uuid[]) returns void language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
  if not app_acting() or not coalesce((select bool_and(a.audience && app_keys('path') and programme_head(a.programme_id) && app_keys('eligibility'))
                                       from participation a where a.person_id = any (persons)), false) then
    raise exception 'persons are not the actor''s to merge' using errcode = 'LA002';
  end if;
end $$;

-- Gives what one record did and does to another human.
create function hand_work(record uuid, human uuid) returns void language plpgsql security definer set search_path = public, pg_temp as $$
declare mine uuid[] := array(select a.id from participation a where a.person_id = record);
begin
  update enrolment set person_id = human where participation_id = any (mine) and person_id <> human;
  update placement set person_id = human where participation_id = any (mine) and person_id <> human;
  update attendance set person_id = human where participation_id = any (mine) and person_id <> human;
end $$;
revoke execute on function hand_work(uuid, uuid) from public;

create function merge_persons(merge uuid, keep uuid, merged uuid, at timestamptz) returns void language plpgsql security definer set search_path = public, pg_temp as $$
begin
  perform merge_guard(array[keep, merged]);
  update person p set merged_into = keep where p.id = merged and p.merged_into is null and p.id <> keep
    and not exists (select from person o where o.merged_into = p.id or o.id = keep and o.merged_into is not null)
    and not exists (select from destroyed_key d where d.person_id in (keep, merged));
  if not found then
    raise exception 'persons are not as they were' using errcode = 'LA002';
  end if;
  perform hand_work(merged, keep);
  insert into person_merge (id, keep_id, merged_id, merged_at, merged_by) values (merge, keep, merged, at, (app_keys('self'))[1]);
end $$;

-- Takes a merge back: the record is somebody of its own again, with all that was written of it before and since.
create function split_persons(merged uuid, at timestamptz) returns uuid language plpgsql security definer set search_path = public, pg_temp as $$
declare keep uuid;
begin
  select p.merged_into into keep from person p where p.id = merged;
  perform merge_guard(array[keep, merged]);
  update person p set merged_into = null where p.id = merged and p.merged_into = keep;
  if not found then
    raise exception 'persons are not as they were' using errcode = 'LA002';
  end if;
  perform hand_work(merged, merged);
  update person_merge m set split_at = at, split_by = (app_keys('self'))[1] where m.merged_id = merged and m.split_at is null;
  return keep;
end $$;
grant execute on function merge_facts(uuid[]), merge_persons(uuid, uuid, uuid, timestamptz), split_persons(uuid, timestamptz) to lavoro_app;

-- Where somebody is found by a code, or counted by a rule, all records of him count. What is told is no more than before: a record that
-- the caller does not see leads nowhere.
create or replace function look_up_person(fingerprints bytea[], programme uuid) returns table (answer text, participation_id uuid, person_id uuid)
language sql stable security definer set search_path = public, pg_temp as $$
  select case when c.person_id is null then 'FREE'
              when p.audience && (select app_keys('path')) then 'YOURS' else 'KNOWN' end,
         case when p.audience && (select app_keys('path')) then
           (select a.id from participation a where a.person_id in (select records_of(p.id)) and a.programme_id = programme and a.audience && (select app_keys('path'))
            order by a.state in ('REJECTED', 'CLOSED'), a.person_id <> p.id, a.referred_on desc, a.id limit 1) end,
         case when p.audience && (select app_keys('path')) then p.id end
  from (select 1) one
  left join (select distinct k.person_id from person_code k where k.fingerprint = any (fingerprints) limit 1) c on true
  left join person p on p.id = c.person_id
$$;

create or replace function person_placed(person uuid, but uuid) returns boolean
language sql stable security definer set search_path = public, pg_temp as $$
  select exists (select 1 from placement p where (select app_acting()) and p.person_id = human_of(person) and p.id is distinct from but
                 and p.state in ('MATCHED', 'PFI_SIGNED', 'COMMUNICATED', 'RUNNING', 'SUSPENDED'))
$$;
create or replace function persons_placed(persons uuid[]) returns table (person_id uuid)
language sql stable security definer set search_path = public, pg_temp as $$
  select distinct n.id from person n join placement p on p.person_id = coalesce(n.merged_into, n.id)
  where (select app_acting()) and n.id = any (persons) and p.state in ('DRAFT', 'MATCHED', 'PFI_SIGNED', 'COMMUNICATED', 'RUNNING', 'SUSPENDED')
$$;

create or replace function placement_facts(participation uuid, opening uuid, promoter uuid, tutor uuid, host_tutor text, from_day date, to_day date, but uuid, day date)
returns table (participation_state text, elsewhere boolean, earlier_days int, opening_state text, opening_from date, opening_to date, seats int, seats_taken int,
               site_headcount int, site_interns int, tutor_interns int, host_tutor_interns int, certificates text[], same_body boolean,
               programme_from date, programme_to date)
language sql stable security definer set search_path = public, pg_temp as $$
  select a.state, person_placed(a.person_id, but),
         (select coalesce(sum(p.ended_on - p.started_on + 1), 0)::int from placement p
          where p.person_id = coalesce(n.merged_into, n.id) and p.id is distinct from but and p.started_on is not null and p.ended_on is not null),
         o.state, o.from_day, o.to_day, o.seats, opening_taken(o.id, but),
         s.headcount, site_interns(s.id, placement_facts.from_day, placement_facts.to_day, but), tutor_interns(tutor, but),
         (select count(*)::int from placement p
          where p.company_id = o.company_id and p.id is distinct from but and lower(trim(p.host_tutor)) = lower(trim(placement_facts.host_tutor))
            and p.state in ('COMMUNICATED', 'RUNNING', 'SUSPENDED')),
         array(select distinct c.kind from certificate c join participation x on x.id = c.participation_id
               where x.person_id in (select records_of(a.person_id)) and c.given_on <= day and (c.valid_to is null or c.valid_to >= day) order by 1),
         coalesce(g.tax_code = c.entity_code, false), m.from_day, m.to_day
  from participation a
  join person n on n.id = a.person_id
  join programme m on m.id = a.programme_id
  join opening o on o.id = placement_facts.opening
  join company c on c.id = o.company_id
  join company_site s on s.id = o.site_id
  join organisation g on g.id = promoter
  where a.id = placement_facts.participation and a.audience && ((select app_keys('path')) || (select app_keys('work')))
$$;

create or replace function request_hand_over(fingerprints bytea[], programme uuid, asker uuid, reason text, day date, asking uuid, holding uuid) returns text
language plpgsql security definer set search_path = public, pg_temp as $$
declare who person; this participation; mine uuid[] := organisation_line(asker); holder uuid; holders uuid[];
begin
  if not mine && app_keys('path') or not exists (select from organisation o where o.id = asker and o.programme_id = request_hand_over.programme) then
    raise exception 'the organisation is not the actor''s' using errcode = 'LA002';
  end if;
  select p.* into who from person_code c join person p on p.id = c.person_id where c.fingerprint = any (fingerprints) limit 1;
  if not found then
    return 'FREE';
  elsif who.audience && app_keys('path') then
    return 'YOURS';
  end if;
  select * into this from participation a where a.person_id in (select records_of(who.id)) and a.programme_id = request_hand_over.programme
    order by a.state in ('REJECTED', 'CLOSED'), a.person_id <> who.id, a.id limit 1 for share;
  holder := coalesce(this.organisation_id, (select o.id from organisation o where o.programme_id = request_hand_over.programme and o.parent_id is null order by o.position limit 1));
  holders := coalesce(this.audience, organisation_line(holder));
  if exists (select from hand_over h where h.participation_id = this.id and h.side = 'HOLDING' and h.other_id = asker and h.state = 'REQUESTED') then
    return 'ASKED';
  end if;
  insert into hand_over (id, request_id, side, programme_id, participation_id, organisation_id, other_id, state, state_since, requested_on, reason, audience)
  values (asking, asking, 'ASKING', programme, null, asker, holder, 'REQUESTED', day, day, reason, mine),
         (holding, asking, 'HOLDING', programme, this.id, holder, asker, 'REQUESTED', day, day, reason, holders);
  return 'KNOWN';
end $$;

-- The accounts of the human behind one: by fiscal code, by person, or by e-mail address.
create or replace function same_human(member uuid) returns setof uuid language sql stable set search_path = public, pg_temp as $$
  select o.id from member m join member o on o.id = m.id or lower(o.email) = lower(m.email) or o.person_id = m.person_id or o.person_id in (select records_of(m.person_id)) or o.fiscal_index && m.fiscal_index
  where m.id = same_human.member
$$;

-- Who is erased is so in all of his records: each has a key of its own, and all are destroyed.
drop function erasure_facts(uuid);
create function erasure_facts(person uuid) returns table (person_id uuid, programme_id uuid, participation_id uuid, state text, since date, entered boolean, audience uuid[],
                                                          lead uuid[], keyed boolean, held boolean, erased boolean)
language plpgsql security definer set search_path = public, pg_temp as $$
declare records uuid[] := array(select r from records_of(erasure_facts.person) r order by 1);
begin
  if not exists (select from participation a where a.person_id = any (records) and erasure_keyed(a.programme_id)) then
    return;
  end if;
  perform pg_advisory_xact_lock(hashtextextended('person_key ' || r, 0)) from unnest(records) r;
  perform 1 from person p where p.id = any (records) order by p.id for update;
  return query
    select a.person_id, case when k.yes then a.programme_id end, case when k.yes then a.id end, case when k.yes then a.state end, case when k.yes then a.state_since end,
           k.yes and a.entered_on is not null, case when k.yes then a.audience else '{}' end, case when k.yes then programme_head(a.programme_id) else '{}' end,
           k.yes, exists (select from person p where p.id = any (records) and p.legal_hold), not exists (select from unnest(records) r where r not in (select d.person_id from destroyed_key d))
    from participation a cross join lateral (select erasure_keyed(a.programme_id) as yes) k
    where a.person_id = any (records) order by a.programme_id, a.person_id;
end $$;

create or replace function erasure_guard(person uuid) returns void language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
  if not coalesce((select bool_and(erasure_keyed(a.programme_id)) from participation a where a.person_id in (select records_of(erasure_guard.person))), false) then
    raise exception 'person is not the actor''s to erase' using errcode = 'LA002';
  end if;
end $$;

create or replace function hold_person(person uuid, held boolean) returns void language plpgsql security definer set search_path = public, pg_temp as $$
begin
  perform erasure_guard(hold_person.person);
  update person p set legal_hold = held, revision = p.revision + 1 where p.id in (select records_of(hold_person.person)) and p.legal_hold <> held;
end $$;

create or replace function erase_person(person uuid, at timestamptz) returns bytea language plpgsql security definer set search_path = public, pg_temp as $$
begin
  perform erasure_guard(erase_person.person);
  if exists (select from person p where p.id in (select records_of(erase_person.person)) and p.legal_hold) then
    raise exception 'person is held' using errcode = 'LA002';
  end if;
  perform destroy_person_key(erase_person.person, at, null);
  update person p set revision = p.revision + 1 where p.id = erase_person.person;
  update participation a set revision = a.revision + 1 where a.person_id = erase_person.person;
  return (select d.digest from destroyed_key d where d.person_id = erase_person.person);
end $$;
grant execute on function erasure_facts(uuid) to lavoro_app;
