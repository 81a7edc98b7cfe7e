-- A reader's reason may name whom he reads of: it is sealed under the keys of all persons of the answer, one after the other, so that it
-- is gone with any of them. Version 2 of a link covers whose they are; rows of version 1, under the installation's key, verify as before.
alter table read_journal
  add column version smallint not null default 1 check (version in (1, 2)),
  add column reason_persons uuid[] not null default '{}'; -- sorted, the innermost first
alter table read_journal alter column version drop default;
grant select (version, reason_persons) on read_journal to lavoro_auditor;

create function read_link(before bytea, reason bytea, id uuid, node uuid, seq bigint, at timestamptz, request uuid, actor uuid, on_behalf_of uuid,
                          programme uuid, purpose text, class text, participations uuid[], persons uuid[], reason_persons uuid[]) returns bytea
language sql stable set search_path = pg_catalog, pg_temp as $$
  select sha256(before || sha256(coalesce(reason, '')) || convert_to(concat_ws('|', '2', id, node, seq, to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'),
    request, actor, coalesce(on_behalf_of::text, ''), programme, purpose, class, array_to_string(participations, ','), array_to_string(persons, ','),
    array_to_string(reason_persons, ',')), 'UTF8'))
$$;

drop function read_append(uuid, uuid, timestamptz, bytea, jsonb);
create function read_append(node uuid, request uuid, at timestamptz, reason bytea, reason_persons uuid[], reads jsonb) returns int
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
                        one.participations, one.persons, read_append.reason_persons);
      insert into read_journal (id, node, seq, at, request_id, actor_id, on_behalf_of, programme_id, purpose, class, reason, participations, persons, chain, audience,
                                version, reason_persons)
      values (id, head.node, head.seq, at, request, who, one.on_behalf_of, one.programme_id, one.purpose, one.class, reason, one.participations, one.persons, link,
              programme_lead(one.programme_id), 2, read_append.reason_persons);
    end;
    head.chain := link;
  end loop;
  update read_head h set seq = head.seq, chain = head.chain where h.node = head.node;
  return n;
end $$;

create or replace function read_broken(node uuid) returns bigint language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
  one   read_journal;
  head  read_head;
  chain bytea  := '';
  n     bigint := 0;
begin
  for one in select * from read_journal r where r.node = read_broken.node order by r.seq loop
    n := n + 1;
    chain := case one.version
      when 1 then read_link(chain, one.reason, one.id, one.node, one.seq, one.at, one.request_id, one.actor_id, one.on_behalf_of, one.programme_id, one.purpose,
                            one.class, one.participations, one.persons)
      else read_link(chain, one.reason, one.id, one.node, one.seq, one.at, one.request_id, one.actor_id, one.on_behalf_of, one.programme_id, one.purpose,
                     one.class, one.participations, one.persons, one.reason_persons) end;
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
grant execute on function read_append(uuid, uuid, timestamptz, bytea, uuid[], jsonb) to lavoro_app;
grant execute on function read_link(bytea, bytea, uuid, uuid, bigint, timestamptz, uuid, uuid, uuid, uuid, text, text, uuid[], uuid[], uuid[]) to lavoro_auditor;
