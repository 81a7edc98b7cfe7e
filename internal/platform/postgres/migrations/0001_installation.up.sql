-- The ground every room stands on: who this installation is, whose rights a statement runs under, the outbox, the journal,
-- repeated requests, and leases. No table here knows a concept.

create extension if not exists btree_gist;
create extension if not exists unaccent;

-- A function of ours is for those it is granted to: Postgres would let everybody execute it.
alter default privileges revoke execute on functions from public;

do $$
begin
  create role lavoro_app nologin;
exception when duplicate_object or unique_violation then null;
end $$;

do $$
begin
  execute format('grant lavoro_app to %I', current_user);
exception when others then null; -- a superuser needs no membership, and may not be granted one by itself
end $$;

create table installation (
  only_one  boolean primary key default true check (only_one),
  id        uuid not null,
  kind      text not null check (kind in ('DEMONSTRATION', 'REAL')),
  -- Signs demonstration tokens and indexes fiscal codes of a DEMONSTRATION; a REAL database holds no secret.
  secret    bytea check ((kind = 'DEMONSTRATION') = (secret is not null)),
  made_at   timestamptz not null
);

create function lavoro_new_installation(kind text) returns uuid language sql as $$
  insert into installation (id, kind, secret, made_at)
  select gen_random_uuid(), kind,
         case when kind = 'DEMONSTRATION' then uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) end, now()
  on conflict (only_one) do update set id = excluded.id, kind = excluded.kind, secret = excluded.secret, made_at = excluded.made_at
  returning id
$$;

-- The place of a class among those whose keys a transaction is given.
create function app_class(class text) returns int language sql immutable parallel safe as $$
  select array_position(array['directory', 'accounts', 'company', 'path', 'identity', 'registry', 'contact', 'work', 'absence', 'money', 'eligibility',
    'proof', 'evidence', 'motive', 'notes', 'inquiry', 'bank', 'restricted', 'health', 'penal', 'protection', 'self'], class)
$$;

-- The keys under which the current transaction may see rows of a class; set with set_config(…, true), never for a session. Those of all classes are
-- one setting, an array for each, in their order. Each statement reads them for each table that it names, before it reads a row: so they are
-- looked up by their place and nothing more. What is not set is no key; a setting that is cut off is an error, and shows nothing either.
create function app_keys(class text) returns uuid[] language sql stable parallel safe as $$
  select coalesce(split_part(current_setting('app.keys', true), ' ', app_class(class))::uuid[], '{}')
$$;

-- A restored or promoted database is another history: cursors of the old one must not match.
create function lavoro_epoch() returns text language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select to_hex(s.system_identifier) || '-' || to_hex(c.timeline_id::bigint) from pg_control_system() s, pg_control_checkpoint() c
$$;

create table news_head (
  programme_id uuid primary key,
  seq          bigint not null default 0,
  chain        bytea  not null default '\x'::bytea
);

create table outbox (
  programme_id uuid not null,
  seq          bigint not null,
  at           timestamptz not null,
  actor_id     uuid not null,
  act          text not null,
  kind         text not null check (kind in ('ENTERED', 'CHANGED', 'LEFT')),
  subject_kind text not null,
  subject_id   uuid not null,
  related      uuid[] not null default '{}',
  audience     uuid[] not null,
  primary key (programme_id, seq, at)
) partition by range (at);
create table outbox_rest partition of outbox default;

create table journal (
  programme_id  uuid not null,
  seq           bigint not null,
  at            timestamptz not null,
  actor_id      uuid not null,
  act           text not null,
  subject_kind  text not null,
  subject_id    uuid not null,
  detail        bytea,
  detail_digest bytea not null,
  chain         bytea not null,
  primary key (programme_id, seq)
);

-- The chain's next link, from what the row itself holds, so that whoever has the table can work it out again.
create function journal_link(before bytea, digest bytea, at timestamptz, actor uuid, act text, subject_kind text, subject uuid) returns bytea
language sql stable set search_path = pg_catalog, pg_temp as $$
  select sha256(before || digest || convert_to(concat_ws('|', to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'),
                                                         actor, act, subject_kind, subject), 'UTF8'))
$$;

-- The last statement of a transaction that has something to tell. Heads are taken in sorted order, so two transactions never
-- wait for each other in a circle; the row lock makes the sequence the commit order, without gaps.
create function news_append(news jsonb, entries jsonb) returns jsonb
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  p     uuid;
  head  news_head;
  one   jsonb;
  link  bytea;
  told  jsonb := '{}';
begin
  for p in
    select distinct (e ->> 'programme')::uuid from jsonb_array_elements(news || entries) e order by 1
  loop
    insert into news_head (programme_id) values (p) on conflict do nothing;
    select * into head from news_head where programme_id = p for update;
    for one in select e from jsonb_array_elements(news) with ordinality as x(e, n) where (e ->> 'programme')::uuid = p order by n loop
      head.seq := head.seq + 1;
      insert into outbox (programme_id, seq, at, actor_id, act, kind, subject_kind, subject_id, related, audience)
      values (p, head.seq, (one ->> 'at')::timestamptz, (one ->> 'actor')::uuid, one ->> 'act', one ->> 'kind', one ->> 'subjectKind',
              (one ->> 'subject')::uuid,
              array(select r::uuid from jsonb_array_elements_text(one -> 'related') r),
              array(select a::uuid from jsonb_array_elements_text(one -> 'audience') a));
    end loop;
    for one in select e from jsonb_array_elements(entries) with ordinality as x(e, n) where (e ->> 'programme')::uuid = p order by n loop
      link := journal_link(head.chain, decode(one ->> 'digest', 'base64'), (one ->> 'at')::timestamptz, (one ->> 'actor')::uuid, one ->> 'act',
                           one ->> 'subjectKind', (one ->> 'subject')::uuid);
      insert into journal (programme_id, seq, at, actor_id, act, subject_kind, subject_id, detail, detail_digest, chain)
      values (p, coalesce((select max(seq) from journal where programme_id = p), 0) + 1, (one ->> 'at')::timestamptz, (one ->> 'actor')::uuid,
              one ->> 'act', one ->> 'subjectKind', (one ->> 'subject')::uuid, decode(one ->> 'detail', 'base64'), decode(one ->> 'digest', 'base64'), link);
      head.chain := link;
    end loop;
    update news_head set seq = head.seq, chain = head.chain where programme_id = p;
    told := told || jsonb_build_object(p::text, head.seq);
  end loop;
  return told;
end $$;

-- Works a programme's journal out again: the first entry that is missing or not what was written, null when all holds. An entry
-- cut off at the end shows as the one after the last.
create function journal_broken(programme uuid) returns bigint language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
  one   journal;
  chain bytea  := '';
  n     bigint := 0;
begin
  for one in select * from journal j where j.programme_id = programme order by j.seq loop
    n := n + 1;
    chain := journal_link(chain, one.detail_digest, one.at, one.actor_id, one.act, one.subject_kind, one.subject_id);
    if one.seq <> n or one.chain <> chain or one.detail_digest <> sha256(coalesce(one.detail, '')) then
      return n;
    end if;
  end loop;
  if chain <> coalesce((select h.chain from news_head h where h.programme_id = programme), '') then
    return n + 1;
  end if;
  return null;
end $$;

create table request (
  actor_id   uuid not null,
  request_id text not null check (length(request_id) between 1 and 200),
  act        text not null,
  input_hash bytea not null,
  outcome    jsonb not null,
  at         timestamptz not null,
  primary key (actor_id, request_id)
);

create table lease (
  name   text primary key,
  holder uuid not null,
  until  timestamptz not null
);

-- How far the relay has carried each programme's news to Redis.
create table relay_position (
  programme_id uuid primary key,
  seq          bigint not null
);

alter table request enable row level security;
create policy own on request using (actor_id = any ((select app_keys('self'))::uuid[]));
grant select, insert, update on request to lavoro_app;
grant select on installation, news_head to lavoro_app;
grant select, insert, update, delete on lease, relay_position to lavoro_app;
grant execute on function news_append(jsonb, jsonb), journal_broken(uuid), lavoro_epoch(), app_keys(text), app_class(text) to lavoro_app;

-- Relay and replay read the outbox beside the rights of any one person: it holds ids and audiences, no personal data.
grant select on outbox to lavoro_app;

-- Makes the partitions for the coming days; events of an earlier (simulated) time fall into outbox_rest.
create function outbox_prepare(first date, days int) returns void language plpgsql security definer set search_path = public, pg_temp as $$
declare d date;
begin
  for d in select first + i from generate_series(0, days - 1) i loop
    begin
      execute format('create table if not exists %I partition of outbox for values from (%L) to (%L)',
                     'outbox_' || to_char(d, 'YYYYMMDD'), d::timestamp at time zone 'UTC', (d + 1)::timestamp at time zone 'UTC');
    exception when check_violation then null; -- the rest already holds rows of that day: it keeps them
    end;
  end loop;
end $$;
grant execute on function outbox_prepare(date, int) to lavoro_app;

-- Tables whose rows take over the audience of their participation; rooms add theirs.
create table audience_follower (table_name name primary key, extra_column name);
