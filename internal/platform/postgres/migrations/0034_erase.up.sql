-- Erasing a person destroys the key under which everything confidential about him is sealed, and blanks what stands open. What was sealed
-- stays where it is, unreadable, so that the journals verify as before; money and the register stay, under nobody's name.

-- Kept whatever the retention says, e.g. for a court.
alter table person add column legal_hold boolean not null default false;

-- The body at the head of a programme.
create function programme_head(programme uuid) returns uuid[] language sql stable security definer set search_path = public, pg_temp as $$
  select array(select o.id from organisation o where o.programme_id = programme and o.parent_id is null order by 1)
$$;

-- Whether the caller is the programme's data-protection officer: an auditor holds keys of evidence, too, but of a mandate.
create function erasure_keyed(programme uuid) returns boolean language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
  return app_acting() and programme_head(programme) && app_keys('evidence');
end $$;

-- What decides whether somebody may be erased, for a data-protection officer of one of the person's programmes; of the others only that they
-- are there. Until the transaction ends nobody gives the person a new key or a new participation.
create function erasure_facts(person uuid) returns table (programme_id uuid, participation_id uuid, state text, since date, entered boolean, audience uuid[],
                                                          lead uuid[], keyed boolean, held boolean, erased boolean)
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if not exists (select from participation a where a.person_id = erasure_facts.person and erasure_keyed(a.programme_id)) then
    return;
  end if;
  perform pg_advisory_xact_lock(hashtextextended('person_key ' || erasure_facts.person, 0));
  perform 1 from person p where p.id = erasure_facts.person for update;
  return query
    select case when k.yes then a.programme_id end, case when k.yes then a.id end, case when k.yes then a.state end, case when k.yes then a.state_since end,
           k.yes and a.entered_on is not null, case when k.yes then a.audience else '{}' end, case when k.yes then programme_head(a.programme_id) else '{}' end,
           k.yes, p.legal_hold, exists (select from destroyed_key d where d.person_id = p.id)
    from participation a join person p on p.id = a.person_id cross join lateral (select erasure_keyed(a.programme_id) as yes) k
    where a.person_id = erasure_facts.person order by a.programme_id;
end $$;

-- Stops whoever is not the data-protection officer of every programme that the person takes or took part in.
create function erasure_guard(person uuid) returns void language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
  if not coalesce((select bool_and(erasure_keyed(a.programme_id)) from participation a where a.person_id = erasure_guard.person), false) then
    raise exception 'person is not the actor''s to erase' using errcode = 'LA002';
  end if;
end $$;

create function hold_person(person uuid, held boolean) returns void language plpgsql security definer set search_path = public, pg_temp as $$
begin
  perform erasure_guard(hold_person.person);
  update person p set legal_hold = held, revision = p.revision + 1 where p.id = hold_person.person and p.legal_hold <> held;
end $$;

-- Takes away all that stands open and tells who somebody was: names, codes, contacts, free text, and the sign-in of the person himself. What
-- aggregates need stays: the sex, the year of birth, and the facts at entry, of which FSE+ counts. Done again it changes nothing.
create function blank_person(person uuid) returns void language plpgsql security definer set search_path = public, pg_temp as $$
declare
  whose  constant uuid  := blank_person.person;
  unsaid constant jsonb := '{"it": "—", "en": "—"}';
  mine   constant uuid[] := array(select a.id from participation a where a.person_id = whose);
  day    constant date  := coalesce((select (d.destroyed_at at time zone 'Europe/Rome')::date from destroyed_key d where d.person_id = whose), '-infinity');
begin
  update person p set given_name = '—', family_name = '—', birth_day = date_trunc('year', p.birth_day)::date, citizenship = 'XX', municipality = '000000',
    stays_only = false, phone = null, email = null, origin_file = null, origin_row = null, origin_hash = null where p.id = whose;
  delete from person_code c where c.person_id = whose;
  update participation a set origin_file = null, origin_row = null, origin_hash = null where a.id = any (mine);
  delete from participation_fact f where f.participation_id = any (mine);
  update intern_card c set given_name = '—', family_name = '—', adaptations = '{}' where c.participation_id = any (mine);
  update exclusion_check e set evidence = '—' where e.participation_id = any (mine);
  update requirement_proof q set document = '—' where q.participation_id = any (mine);
  update verdict_finding f set fact = unsaid, cure = unsaid where f.participation_id = any (mine);
  update match m set company_text = unsaid where m.participation_id = any (mine);
  update match_reason r set text = unsaid where r.participation_id = any (mine);
  -- Nobody signs in as the person or for him any more. A member who also works here stays a member, and is not known as the person.
  update access_grant g set to_day = greatest(day - 1, g.from_day - 1) where g.scope = 'PERSON' and g.over_id = whose and (g.to_day is null or g.to_day >= day);
  update member m set issuer = null, subject = null, fiscal_index = null, email = m.id || '@erased.invalid', name = '—', ended_on = coalesce(m.ended_on, day),
    revision = m.revision + 1
    where m.person_id = whose and m.name <> '—' and not exists (select from access_grant g where g.member_id = m.id and g.scope <> 'PERSON');
  update member m set person_id = null where m.person_id = whose and m.name <> '—';
end $$;

-- Destroys a person's key for good and blanks the rest; a digest is given where the key was destroyed before, in a database that this one is
-- an older copy of. Only the tables' owner calls it, and erase_person.
create function destroy_person_key(person uuid, at timestamptz, digest bytea) returns boolean
language plpgsql security definer set search_path = public, pg_temp as $$
declare gone bytea; fresh boolean;
begin
  perform pg_advisory_xact_lock(hashtextextended('person_key ' || destroy_person_key.person, 0));
  delete from person_key k where k.person_id = destroy_person_key.person returning k.wrapped into gone;
  insert into destroyed_key values (destroy_person_key.person, at, coalesce(destroy_person_key.digest, sha256(coalesce(gone, '')))) on conflict do nothing;
  fresh := found;
  perform blank_person(destroy_person_key.person);
  return fresh or gone is not null;
end $$;

-- Erases the person and gives the digest of the key that is no more.
create function erase_person(person uuid, at timestamptz) returns bytea language plpgsql security definer set search_path = public, pg_temp as $$
begin
  perform erasure_guard(erase_person.person);
  if exists (select from person p where p.id = erase_person.person and p.legal_hold) then
    raise exception 'person is held' using errcode = 'LA002';
  end if;
  perform destroy_person_key(erase_person.person, at, null);
  update person p set revision = p.revision + 1 where p.id = erase_person.person;
  update participation a set revision = a.revision + 1 where a.person_id = erase_person.person;
  return (select d.digest from destroyed_key d where d.person_id = erase_person.person);
end $$;
grant execute on function erasure_facts(uuid), hold_person(uuid, boolean), erase_person(uuid, timestamptz) to lavoro_app;
