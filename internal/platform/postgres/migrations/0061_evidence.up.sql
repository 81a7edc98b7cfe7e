-- Evidence: who did what, and who read what of the confidential. Two sorts of chains, one of acts per programme and one of reads per node;
-- every link covers all that the row says, and a digest of what is sealed.

-- Version 2 of a link covers whose detail it is and on whose behalf the act was done; rows of version 1 verify as they were written.
alter table journal
  add column id uuid not null default gen_random_uuid() unique,
  add column version smallint not null default 1 check (version in (1, 2)),
  add column on_behalf_of uuid,                     -- whose delegation alone allowed the act
  add column person_id uuid,                        -- under whose key the detail is sealed; null: the installation's, or nobody's
  add column sealed boolean not null default false, -- a detail that holds no personal data may stand open
  add column audience uuid[] not null default '{}';
alter table journal alter column id drop default, alter column version drop default;

alter table news_head add column entries bigint not null default 0;
update news_head h set entries = (select coalesce(max(j.seq), 0) from journal j where j.programme_id = h.programme_id);

-- The lead organisation, whose key opens a programme's evidence to those who may read it.
create function programme_lead(programme uuid) returns uuid[] language sql stable security definer set search_path = public, pg_temp as $$
  select coalesce(array_agg(o.id), '{}') from organisation o where o.programme_id = programme and o.parent_id is null
$$;
update journal j set audience = programme_lead(j.programme_id);

alter table journal enable row level security;
create policy seen on journal using (audience &&& (select app_keys('evidence')));
grant select on journal to lavoro_app;
grant select (id, programme_id, seq, version, at, actor_id, on_behalf_of, act, subject_kind, subject_id, person_id, sealed, detail_digest, chain) on journal to lavoro_auditor;

-- The next link of version 2. What may be absent is spelled as nothing.
create function journal_link(before bytea, digest bytea, id uuid, programme uuid, seq bigint, at timestamptz, actor uuid, on_behalf_of uuid, act text,
                             subject_kind text, subject uuid, person uuid, sealed boolean) returns bytea
language sql stable set search_path = pg_catalog, pg_temp as $$
  select sha256(before || digest || convert_to(concat_ws('|', '2', id, programme, seq, to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), actor,
    coalesce(on_behalf_of::text, ''), act, subject_kind, subject, coalesce(person::text, ''), sealed), 'UTF8'))
$$;

create or replace function news_append(news jsonb, entries jsonb) returns jsonb
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  p     uuid;
  lead  uuid[];
  head  news_head;
  one   jsonb;
  link  bytea;
  told  jsonb := '{}';
begin
  if exists (select from jsonb_array_elements(news || entries) e where (e ->> 'actor')::uuid <> all (app_keys('self'))) then
    raise exception 'news are told by who acts' using errcode = 'LA003';
  end if;
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
    lead := programme_lead(p);
    for one in select e from jsonb_array_elements(entries) with ordinality as x(e, n) where (e ->> 'programme')::uuid = p order by n loop
      head.entries := head.entries + 1;
      link := journal_link(head.chain, decode(one ->> 'digest', 'base64'), (one ->> 'id')::uuid, p, head.entries, (one ->> 'at')::timestamptz,
                           (one ->> 'actor')::uuid, (one ->> 'onBehalfOf')::uuid, one ->> 'act', one ->> 'subjectKind', (one ->> 'subject')::uuid,
                           (one ->> 'person')::uuid, (one ->> 'sealed')::boolean);
      insert into journal (id, programme_id, seq, version, at, actor_id, on_behalf_of, act, subject_kind, subject_id, person_id, sealed, detail, detail_digest,
                           chain, audience)
      values ((one ->> 'id')::uuid, p, head.entries, 2, (one ->> 'at')::timestamptz, (one ->> 'actor')::uuid, (one ->> 'onBehalfOf')::uuid, one ->> 'act',
              one ->> 'subjectKind', (one ->> 'subject')::uuid, (one ->> 'person')::uuid, (one ->> 'sealed')::boolean, decode(one ->> 'detail', 'base64'),
              decode(one ->> 'digest', 'base64'), link, lead);
      head.chain := link;
    end loop;
    update news_head set seq = head.seq, entries = head.entries, chain = head.chain where programme_id = p;
    told := told || jsonb_build_object(p::text, head.seq);
  end loop;
  return told;
end $$;

create or replace function journal_broken(programme uuid) returns bigint language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
  one   journal;
  head  news_head;
  chain bytea  := '';
  n     bigint := 0;
begin
  for one in select * from journal j where j.programme_id = programme order by j.seq loop
    n := n + 1;
    chain := case one.version
      when 1 then journal_link(chain, one.detail_digest, one.at, one.actor_id, one.act, one.subject_kind, one.subject_id)
      else journal_link(chain, one.detail_digest, one.id, one.programme_id, one.seq, one.at, one.actor_id, one.on_behalf_of, one.act, one.subject_kind,
                        one.subject_id, one.person_id, one.sealed) end;
    if one.seq <> n or one.chain <> chain or one.detail_digest <> sha256(coalesce(one.detail, '')) then
      return n;
    end if;
  end loop;
  select * into head from news_head h where h.programme_id = programme;
  if n <> coalesce(head.entries, 0) or chain <> coalesce(head.chain, '') then
    return n + 1;
  end if;
  return null;
end $$;

-- Who read what of the confidential: one row a request, programme, class and purpose, written before the answer leaves. A node is one run
-- of a process; its chain is its own, so that reading waits for nobody else.
create table read_head (
  node     uuid primary key,
  seq      bigint not null default 0,
  chain    bytea  not null default '\x'::bytea,
  anchored bigint not null default 0  -- up to where the acts' chains hold this one's head
);
create table read_journal (
  id             uuid not null unique,
  node           uuid not null,
  seq            bigint not null,
  at             timestamptz not null,
  request_id     uuid not null,             -- of one answer; its reason is sealed under the installation's key and bound to it
  actor_id       uuid not null,
  on_behalf_of   uuid,
  programme_id   uuid not null,
  purpose        text not null,
  class          text not null,
  reason         bytea,                     -- sealed; null: the reader's own purpose asks for none
  participations uuid[] not null,           -- whose data was shown; both sorted
  persons        uuid[] not null,
  chain          bytea not null,
  audience       uuid[] not null,
  primary key (node, seq)
);
create index read_journal_list on read_journal (programme_id, at desc, id desc);

alter table read_journal enable row level security;
create policy seen on read_journal using (audience &&& (select app_keys('evidence')));
grant select on read_journal to lavoro_app;
grant select (id, node, seq, at, request_id, actor_id, on_behalf_of, programme_id, purpose, class, participations, persons, chain) on read_journal to lavoro_auditor;

create function read_link(before bytea, reason bytea, id uuid, node uuid, seq bigint, at timestamptz, request uuid, actor uuid, on_behalf_of uuid,
                          programme uuid, purpose text, class text, participations uuid[], persons uuid[]) returns bytea
language sql stable set search_path = pg_catalog, pg_temp as $$
  select sha256(before || sha256(coalesce(reason, '')) || convert_to(concat_ws('|', id, node, seq, to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'),
    request, actor, coalesce(on_behalf_of::text, ''), programme, purpose, class, array_to_string(participations, ','), array_to_string(persons, ',')), 'UTF8'))
$$;

-- Appends what one answer shows, as its transaction's last statement. Each of the reads names class, purpose, on whose behalf, and the
-- participations or persons; or a programme, where nobody is named. Rows are split by programme here.
create function read_append(node uuid, request uuid, at timestamptz, reason bytea, reads jsonb) returns int
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  head read_head;
  one  record;
  link bytea;
  who  uuid;
  n    int := 0;
begin
  if not app_acting() then
    raise exception 'nobody reads' using errcode = 'LA003';
  end if;
  who := (app_keys('self'))[1];
  insert into read_head (node) values (read_append.node) on conflict do nothing;
  select * into head from read_head h where h.node = read_append.node for update;
  for one in
    select r.class, r.purpose, r.on_behalf_of, x.programme_id,
           coalesce(array_agg(distinct x.participation_id order by x.participation_id) filter (where x.participation_id is not null), '{}') as participations,
           coalesce(array_agg(distinct x.person_id order by x.person_id) filter (where x.person_id is not null), '{}') as persons
    from jsonb_to_recordset(reads) r(class text, purpose text, on_behalf_of uuid, programme uuid, participations uuid[], persons uuid[])
    cross join lateral (
      select a.programme_id, a.id as participation_id, a.person_id from participation a where a.id = any (r.participations)
      union all
      select a.programme_id, a.id, a.person_id from participation a where a.person_id = any (r.persons)
        and not exists (select from participation b where b.id = any (r.participations) and b.person_id = a.person_id)
      union all
      select r.programme, null, null where r.programme is not null
    ) x
    group by 1, 2, 3, 4 order by 4, 1, 2, 3
  loop
    head.seq := head.seq + 1;
    n := n + 1;
    declare id uuid := gen_random_uuid();
    begin
      link := read_link(head.chain, reason, id, head.node, head.seq, at, request, who, one.on_behalf_of, one.programme_id, one.purpose, one.class,
                        one.participations, one.persons);
      insert into read_journal values (id, head.node, head.seq, at, request, who, one.on_behalf_of, one.programme_id, one.purpose, one.class, reason,
                                       one.participations, one.persons, link, programme_lead(one.programme_id));
    end;
    head.chain := link;
  end loop;
  update read_head h set seq = head.seq, chain = head.chain where h.node = head.node;
  return n;
end $$;

create function read_broken(node uuid) returns bigint language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
  one   read_journal;
  head  read_head;
  chain bytea  := '';
  n     bigint := 0;
begin
  for one in select * from read_journal r where r.node = read_broken.node order by r.seq loop
    n := n + 1;
    chain := read_link(chain, one.reason, one.id, one.node, one.seq, one.at, one.request_id, one.actor_id, one.on_behalf_of, one.programme_id, one.purpose,
                       one.class, one.participations, one.persons);
    if one.seq <> n or one.chain <> chain then
      return n;
    end if;
  end loop;
  select * into head from read_head h where h.node = read_broken.node;
  if n <> coalesce(head.seq, 0) or chain <> coalesce(head.chain, '') then
    return n + 1;
  end if;
  return null;
end $$;

-- The heads of all chains: ACTS by programme, READS by node.
create function journal_heads() returns table (kind text, id uuid, entries bigint, chain bytea)
language sql stable security definer set search_path = public, pg_temp as $$
  select 'ACTS', h.programme_id, h.entries, h.chain from news_head h where h.entries > 0
  union all
  select 'READS', h.node, h.seq, h.chain from read_head h where h.seq > 0
  order by 1, 2
$$;

-- The heads of reads that the acts' chains do not hold yet; from now on they do.
create function read_heads_take() returns table (node uuid, seq bigint, chain bytea)
language sql security definer set search_path = public, pg_temp as $$
  update read_head h set anchored = h.seq where (select app_acting()) and h.seq > h.anchored returning h.node, h.seq, h.chain
$$;

-- When the house last did what it does by itself at intervals.
create table routine (
  name   text primary key,
  ran_at timestamptz not null
);
grant select, insert, update on routine to lavoro_relay;

grant execute on function read_append(uuid, uuid, timestamptz, bytea, jsonb), read_heads_take() to lavoro_app;
grant execute on function journal_heads() to lavoro_relay, lavoro_auditor;
grant execute on function read_broken(uuid) to lavoro_app, lavoro_auditor;
grant execute on function journal_broken(uuid), app_keys(text), app_class(text), app_acting(),
  journal_link(bytea, bytea, timestamptz, uuid, text, text, uuid),
  journal_link(bytea, bytea, uuid, uuid, bigint, timestamptz, uuid, uuid, text, text, uuid, uuid, boolean),
  read_link(bytea, bytea, uuid, uuid, bigint, timestamptz, uuid, uuid, uuid, uuid, text, text, uuid[], uuid[]) to lavoro_auditor;
