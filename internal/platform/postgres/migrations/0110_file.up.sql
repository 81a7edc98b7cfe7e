-- Files that people bring to prove something. Bytes stand in sealed chunks under the key of the person whom they are about, so that
-- whoever destroys the key has made them unreadable. Until an act attaches it a file is seen by whoever brings it, and by nobody else;
-- from then on it is seen like the row that it proves, whose class it carries.
create table file (
  id               uuid primary key,
  programme_id     uuid not null references programme,
  participation_id uuid not null references participation,
  person_id        uuid not null references person, -- under whose key it is sealed
  kind             text not null check (kind in ('EXCLUSION_CHECK', 'REQUIREMENT_PROOF')), -- what it proves
  class            text not null,
  media_type       text not null check (media_type in ('application/pdf', 'image/jpeg', 'image/png')),
  announced        int not null check (announced between 1 and 20971520), -- bytes that are to come
  received         int not null default 0 check (received between 0 and announced),
  bytes            int check (bytes > 0),  -- of what is kept, without metadata; null while bytes are to come
  sha256           bytea not null,         -- of what was announced, sealed
  state            text not null check (state in ('PREPARED', 'COMPLETE', 'ATTACHED')),
  uploaded_by      uuid not null,
  prepared_at      timestamptz not null,
  expires_at       timestamptz not null,   -- when it is removed, unless an act has attached it
  audience         uuid[] not null,
  check ((state = 'PREPARED') = (bytes is null))
);
create index file_participation on file (participation_id);
create index file_waiting on file (expires_at) where state <> 'ATTACHED';

-- What was received, and, once that is whole and sound, what is kept of it. All chunks but the last are of one length.
create table file_chunk (
  file_id uuid not null references file on delete cascade,
  kept    boolean not null,
  n       int not null check (n >= 0),
  sealed  bytea not null,
  primary key (file_id, kept, n)
);
alter table file_chunk alter column sealed set storage external; -- what is sealed does not shrink

-- What lets one member bring a file, or fetch it once. The token itself is known to whoever holds it alone.
create table file_ticket (
  hash       bytea primary key, -- SHA-256 of the token
  file_id    uuid not null references file on delete cascade,
  member_id  uuid not null,
  upload     boolean not null,
  expires_at timestamptz not null
);
create index file_ticket_file on file_ticket (file_id);
create index file_ticket_expires on file_ticket (expires_at);

alter table exclusion_check add column file_id uuid unique references file;
alter table requirement_proof add column file_id uuid unique references file;

insert into audience_follower values ('file', null);
insert into mandate_opens values ('file', false);
create trigger follows_mandates before insert or update of audience on file for each row execute function follow_mandates();

alter table file enable row level security;
create policy seen on file
  using (case when state in ('PREPARED', 'COMPLETE') then uploaded_by = any ((select app_keys('self'))::uuid[]) else audience &&& (select app_keys(class)) end)
  with check (audience &&& (select app_keys('path')));
alter table file_chunk enable row level security;
create policy seen on file_chunk using (exists (select from file f where f.id = file_id));
alter table file_ticket enable row level security;
create policy seen on file_ticket using (member_id = any ((select app_keys('self'))::uuid[]));
grant select, insert, update on file to lavoro_app;
grant select, insert, update, delete on file_chunk to lavoro_app;
grant select, insert, delete on file_ticket to lavoro_app;

-- Attached is what its bringer may perhaps not read any more. Answers the state from which; '' for what is not his.
create function file_attach(file uuid, participation uuid, kind text, keys uuid[]) returns text
language plpgsql security definer set search_path = public, pg_temp as $$
declare was text;
begin
  select f.state into was from file f where f.id = file_attach.file and f.participation_id = file_attach.participation and f.kind = file_attach.kind
    and f.uploaded_by = any (app_keys('self')) for update;
  if was = 'COMPLETE' then
    update file f set state = 'ATTACHED', audience = keys where f.id = file_attach.file;
    delete from file_ticket t where t.file_id = file_attach.file;
  end if;
  return coalesce(was, '');
end $$;

-- Removes a file of the actor's that no act has attached.
create function file_drop(file uuid) returns void language sql security definer set search_path = public, pg_temp as $$
  delete from file f where f.id = file_drop.file and f.state = 'PREPARED' and f.uploaded_by = any (app_keys('self'))
$$;

-- Removes files that were never attached, and tickets that were never used.
create function files_expire(at timestamptz) returns void language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if not app_acting() then
    raise exception 'nobody tidies up' using errcode = 'LA003';
  end if;
  delete from file_ticket t where t.expires_at <= at;
  delete from file f where f.state <> 'ATTACHED' and f.expires_at <= at;
end $$;
grant execute on function file_attach(uuid, uuid, text, uuid[]), file_drop(uuid), files_expire(timestamptz) to lavoro_app;
