-- The links of a programme's acts after one entry, up to another: hashes, which say nothing of anybody.
create function journal_links(programme uuid, after bigint, up_to bigint) returns setof bytea
language sql stable security definer set search_path = public, pg_temp as $$
  select j.chain from journal j where j.programme_id = journal_links.programme and j.seq > after and j.seq <= up_to order by j.seq
$$;

-- The entries of the journal about what an actor reads of somebody's month: as links need them, each with the link before it. What was done with these
-- objects, when and by whom, he reads of them anyhow.
create function journal_proofs(subjects uuid[], since timestamptz)
returns table (id uuid, programme_id uuid, seq bigint, version int, at timestamptz, actor_id uuid, on_behalf_of uuid, act text, subject_kind text, subject_id uuid, person_id uuid,
               sealed boolean, detail_digest bytea, chain bytea, before bytea)
language plpgsql stable security definer set search_path = public, pg_temp as $$
#variable_conflict use_column
begin
  return query
  select j.id, j.programme_id, j.seq, j.version::int, j.at, j.actor_id, j.on_behalf_of, j.act, j.subject_kind, j.subject_id, j.person_id, j.sealed, j.detail_digest, j.chain,
         coalesce((select b.chain from journal b where b.programme_id = j.programme_id and b.seq = j.seq - 1), '\x'::bytea)
  from (select 'RegisterMonth' as kind, m.id from register_month m where m.id = any (subjects) and m.audience &&& app_keys('work')
        union all select 'AllowanceStatement', s.id from allowance_statement s where s.id = any (subjects) and s.audience &&& app_keys('money')
        union all select 'PaymentRun', r.id from payment_run r where r.id = any (subjects) and r.audience &&& app_keys('money')
        union all select 'RecoveryDischarge', d.id from recovery_discharge d where d.id = any (subjects) and d.audience &&& app_keys('money')
        union all select 'PaymentLine', l.id from payment_line l where l.id = any (subjects) and l.audience &&& app_keys('money')) x
  join journal j on j.subject_kind = x.kind and j.subject_id = x.id and j.at >= since
  order by j.programme_id, j.seq;
end $$;
revoke execute on function journal_links(uuid, bigint, bigint), journal_proofs(uuid[], timestamptz) from public;
grant execute on function journal_links(uuid, bigint, bigint) to lavoro_app, lavoro_relay;
grant execute on function journal_proofs(uuid[], timestamptz) to lavoro_app;

-- Control folders that were made: of which months, by which seed out of which frame, and the hash over all that each says.
create table control_folder (
  id             uuid primary key,              -- of its file
  programme_id   uuid not null references programme,
  member_id      uuid not null,
  made_at        timestamptz not null,
  manifest       bytea not null check (length(manifest) = 32),
  participations uuid[] not null,               -- whose months are in it
  seed           text,                          -- null for one month
  frame_size     int,
  frame          bytea check (length(frame) = 32), -- SHA-256 over the ids of the lines that it was drawn from
  drawn          uuid[],                        -- lines of payment runs, as drawn
  check ((seed is null) = (frame_size is null) and (seed is null) = (frame is null) and (seed is null) = (drawn is null))
);
alter table control_folder enable row level security;
create policy seen on control_folder using (member_id = any ((select app_keys('self'))::uuid[]));
grant select, insert on control_folder to lavoro_app;

do $$
declare kinds text := (select pg_get_constraintdef(c.oid) from pg_constraint c where c.conrelid = 'file'::regclass and c.conname = 'file_kind_check');
begin
  alter table file drop constraint file_kind_check, drop constraint file_media_type_check, drop constraint file_of;
  execute 'alter table file add constraint file_kind_check ' || replace(kinds, 'ARRAY[', 'ARRAY[''CONTROL_FOLDER''::text, ');
end $$;
alter table file
  add constraint file_media_type_check check (media_type in ('application/pdf', 'image/jpeg', 'image/png')
    or kind like 'PAYMENT\_%' and media_type in ('text/xml', 'text/csv', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet')
    or kind = 'CONTROL_FOLDER' and media_type = 'application/zip'),
  add constraint file_of check ((participation_id is null) = (person_id is null) and case when kind = 'CONTROL_FOLDER' then true else (participation_id is null) = (kind like 'PAYMENT\_%') end);

-- A folder about several people is under the installation's key: it goes with the first key of any of them that is destroyed, since it is for one to fetch within
-- the hour. What it proves of the others stays: seed, frame and draw are kept, and by them it is made again without what the key hid.
create function control_folders_go() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  delete from file f using control_folder c where c.id = f.id and f.person_id is null
    and c.participations && array(select a.id from participation a where a.person_id = new.person_id);
  return null;
end $$;
create trigger control_folders_go after insert on destroyed_key for each row execute function control_folders_go();
