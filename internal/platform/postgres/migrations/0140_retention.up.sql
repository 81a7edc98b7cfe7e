-- What is not kept for ever: the beginnings of the journals, which the owner drops when their time is over and an entry of the acts' chain
-- closes; news that everybody has had; requests that nobody repeats any more.

create index journal_retained on journal (programme_id, seq) where act = 'retainJournals';

-- Where a chain begins: how many entries were dropped, and the link of the last of them. No row for a chain that is whole.
create function journal_begins(kind text, of uuid) returns table (entries bigint, chain bytea)
language sql stable security definer set search_path = public, pg_temp as $$
  select (c ->> 'entries')::bigint, decode(c ->> 'chain', 'hex')
  from journal j cross join jsonb_array_elements(nullif(convert_from(j.detail, 'UTF8')::jsonb -> lower(journal_begins.kind), 'null')) c
  where j.act = 'retainJournals' and not j.sealed and (c ->> 'id')::uuid = journal_begins.of
    and (journal_begins.kind = 'READS' or j.programme_id = journal_begins.of)
  order by 1 desc limit 1
$$;
grant execute on function journal_begins(text, uuid) to lavoro_auditor;

create or replace function journal_broken(programme uuid) returns bigint language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
  one   journal;
  head  news_head;
  chain bytea;
  n     bigint;
begin
  select b.entries, b.chain into n, chain from journal_begins('ACTS', programme) b;
  n := coalesce(n, 0);
  chain := coalesce(chain, '');
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

create or replace function read_broken(node uuid) returns bigint language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
  one   read_journal;
  head  read_head;
  chain bytea;
  n     bigint;
begin
  select b.entries, b.chain into n, chain from journal_begins('READS', node) b;
  n := coalesce(n, 0);
  chain := coalesce(chain, '');
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

-- How far a programme's news were both carried and reacted to; 0 where nobody has done either yet.
create function outbox_had(programme uuid) returns bigint language sql stable security definer set search_path = public, pg_temp as $$
  select least(coalesce((select p.seq from relay_position p where p.programme_id = programme), 0),
               coalesce((select min(r.seq) from reaction_position r where r.programme_id = programme), 0))
$$;

-- Drops news from before a moment: whole partitions, and what lies in the rest. News that somebody has not had yet stay, and with them their
-- partition. How many partitions went.
create function outbox_expire(before timestamptz) returns int language plpgsql security definer set search_path = public, pg_temp as $$
declare
  part   regclass;
  wanted boolean;
  went   int := 0;
begin
  for part in
    select i.inhrelid::regclass from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'outbox'::regclass and c.relname ~ '^outbox_[0-9]{8}$' and to_date(right(c.relname, 8), 'YYYYMMDD') < (before at time zone 'UTC')::date order by c.relname
  loop
    execute format('select exists (select from (select programme_id, max(seq) as seq from %s group by 1) o where o.seq > outbox_had(o.programme_id))', part) into wanted;
    if not wanted then
      execute format('drop table %s', part);
      went := went + 1;
    end if;
  end loop;
  with had as materialized (select h.programme_id, outbox_had(h.programme_id) as seq from news_head h)
  delete from outbox_rest o using had where had.programme_id = o.programme_id and o.seq <= had.seq and o.at < outbox_expire.before;
  return went;
end $$;

-- Forgets requests from before a moment: one that is repeated after that is done again.
create function request_expire(before timestamptz) returns void language sql security definer set search_path = public, pg_temp as $$
  delete from request r where r.at < request_expire.before
$$;
grant execute on function outbox_expire(timestamptz), request_expire(timestamptz) to lavoro_relay;
