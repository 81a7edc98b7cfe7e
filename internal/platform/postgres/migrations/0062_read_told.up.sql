-- Whoever reads the confidential from outside a case team is told of: once a reader, person and day, to the case manager and to the
-- data-protection officer. What they get names nobody; the entry of the journal it points at is theirs to open.
create table read_told (
  reader_id uuid not null,
  person_id uuid not null,
  day       date not null,  -- in Europe/Rome
  primary key (reader_id, person_id, day)
);

-- A due that only tells is done when its owner was told.
alter table due add column tells boolean not null default false;

create index read_journal_reasons on read_journal (at) where reason is not null;

-- Opens the dues for reads with a reason since a moment that nobody was told of yet; how many.
create function tell_reads(since timestamptz, now timestamptz) returns int
language sql security definer set search_path = public, pg_temp as $$
  with asked as (
    select r.id, r.at, r.actor_id, p.person_id, p.programme_id, p.organisation_id, p.case_manager_id, (r.at at time zone 'Europe/Rome')::date as day
    from read_journal r join participation p on p.id = any (r.participations)
    where (select app_acting()) and r.reason is not null and r.at >= since and r.actor_id is distinct from p.case_manager_id
  ), fresh as (
    insert into read_told select distinct actor_id, person_id, day from asked on conflict do nothing returning *
  ), first as (
    select distinct on (a.actor_id, a.person_id, a.day) a.* from asked a join fresh f on f.reader_id = a.actor_id and f.person_id = a.person_id and f.day = a.day
    order by a.actor_id, a.person_id, a.day, a.at, a.id
  ), told as (
    select f.id, f.programme_id, 'read.case_team' as kind, coalesce(f.case_manager_id, f.organisation_id) as owner,
           programme_lead(f.programme_id) || case when f.case_manager_id is null then f.organisation_id else scope_key('CASES', f.programme_id, f.case_manager_id) end as audience
    from first f
    union all
    select f.id, f.programme_id, 'read.dpo', d.member_id, programme_lead(f.programme_id)
    from first f cross join lateral (
      select g.member_id from access_grant g where g.programme_id = f.programme_id and g.role = 'DPO' and g.from_day <= f.day and (g.to_day is null or g.to_day >= f.day)
      order by g.from_day, g.id limit 1) d
  ), opened as (
    insert into due (id, programme_id, subject_kind, subject_id, kind, due_at, owner_key, next_owner_key, next_reminder_at, audience, tells)
    select gen_random_uuid(), t.programme_id, 'ReadEntry', t.id, t.kind, now, t.owner, t.owner, now, t.audience, true from told t
    on conflict do nothing -- two persons of one read: the entry is told of once
    returning 1
  )
  select count(*)::int from opened
$$;
grant execute on function tell_reads(timestamptz, timestamptz) to lavoro_app;
