-- What an act appends is asked for programme by programme, in the order of their ids, with what all of its lines share said once. A body's line is
-- kept with it. So an act that tells one event, as most do, costs a third of the statements.

-- The body itself and all above it, the nearest first.
alter table organisation add column line uuid[];
with recursive down as (select id, array[id] as line from organisation where parent_id is null
                        union all select o.id, o.id || d.line from organisation o join down d on o.parent_id = d.id)
update organisation o set line = d.line from down d where d.id = o.id;
set constraints all immediate; -- what the update has left to do, so that the table may change
alter table organisation alter column line set not null;

create function organisation_lines() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  new.line := new.id || coalesce((select o.line from organisation o where o.id = new.parent_id), '{}');
  if new.id = any (new.line[2:]) then
    raise exception 'a body is above itself' using errcode = 'check_violation';
  end if;
  return new;
end $$;
create trigger lines before insert or update of id, parent_id, line on organisation for each row execute function organisation_lines();
create function organisation_lines_below() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  update organisation set parent_id = parent_id where parent_id = new.id;
  return null;
end $$;
create trigger lines_below after insert or update of id, parent_id on organisation for each row execute function organisation_lines_below();

create or replace function organisation_line(org uuid) returns uuid[] language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
  return (select o.line from organisation o where o.id = org);
end $$;

-- What one event is related to a feed may be narrowed to: what it names, and the body that follows a participation with all above it; an
-- act that names a body itself means that one, as for who has just left it. Who comes or goes takes all that is below along.
-- It is a part of news_append, under whose rights and names it works.
create or replace function news_related(named uuid[], gone uuid) returns uuid[] language plpgsql stable as $$
declare around uuid[];
begin
  around := array(select unnest(o.line) from organisation o where o.id = any (named));
  if around = '{}' then
    around := array(select unnest(o.line) from participation p join organisation o on o.id = p.organisation_id where p.id = any (named));
  end if;
  if gone is not null then
    around := around || array(select x.id from placement l cross join lateral (values (l.id), (l.company_id)) x(id) where l.participation_id = gone)
                     || array(select m.company_id from match m where m.participation_id = gone);
  end if;
  return named || around;
end $$;

-- News are told by who acts, of a kind that followers know; those of rows that no mandate opens are not for an auditor either. All this was
-- checked by the table, which has no other writer.
alter table outbox drop constraint outbox_kind_check;
drop trigger shut_to_mandates on outbox;

drop function news_append(jsonb, jsonb);
-- The last statement of a transaction that has something to tell in a programme: its events and journal entries, by one actor at one moment. The
-- row lock of the head makes the sequence the commit order, without gaps; who tells in several programmes calls it in the order of their ids, so
-- that two transactions never wait for each other in a circle. What events are related to is read before the head is locked, and once for those
-- beside each other that name the same: they come in any order, each with its number. It gives the sequence of the programme's last event.
--
-- Every act comes through here: what is written as an expression costs a tenth of what a statement does.
create function news_append(programme uuid, actor uuid, moment timestamptz, news jsonb, entries jsonb) returns bigint
language plpgsql security definer set search_path = public, pg_temp set plan_cache_mode = force_generic_plan as $$
declare
  lines  outbox[] := '{}'; -- with their number among the news in the place of their sequence
  one    jsonb;
  around uuid[];
  named  text;
  moved  uuid;
  gone   uuid;
  seen   uuid[];
  lead   uuid[];
  head   news_head;
  link   bytea;
begin
  if (actor = any (app_keys('self'))) is not true then
    raise exception 'news are told by who acts' using errcode = 'LA003';
  end if;
  for i in 0 .. jsonb_array_length(news) - 1 loop
    one := news -> i;
    if one ->> 'kind' not in ('ENTERED', 'CHANGED', 'LEFT') then
      raise exception 'news of an unknown kind' using errcode = 'check_violation';
    end if;
    gone := case when one ->> 'subjectKind' = 'Participant' and one ->> 'kind' <> 'CHANGED' then (one ->> 'subject')::uuid end;
    if named is null or one ->> 'related' <> named or gone is distinct from moved then
      named := one ->> 'related';
      moved := gone;
      around := news_related(named::uuid[], moved);
    end if;
    seen := (one ->> 'audience')::uuid[];
    if one ->> 'subjectKind' not in ('Participant', 'Enrolment', 'Placement', 'Attendance', 'Allowance', 'Mandate') then
      if exists (select from mandate) then
        seen := coalesce(without_mandates(seen, programme), seen);
      end if;
    end if;
    lines := lines || row(programme, (one ->> 'n')::bigint, moment, actor, one ->> 'act', one ->> 'kind', one ->> 'subjectKind', (one ->> 'subject')::uuid, around,
                          seen)::outbox;
  end loop;
  select * into head from news_head h where h.programme_id = programme for update;
  if not found then
    insert into news_head (programme_id) values (programme) on conflict do nothing;
    select * into head from news_head h where h.programme_id = programme for update;
  end if;
  if lines <> '{}' then
    insert into outbox (programme_id, seq, at, actor_id, act, kind, subject_kind, subject_id, related, audience)
    select l.programme_id, head.seq + l.seq, l.at, l.actor_id, l.act, l.kind, l.subject_kind, l.subject_id, l.related, l.audience from unnest(lines) l;
    head.seq := head.seq + cardinality(lines);
  end if;
  lead := programme_lead(programme);
  for i in 0 .. jsonb_array_length(entries) - 1 loop
    one := entries -> i;
    head.entries := head.entries + 1;
    link := journal_link(head.chain, decode(one ->> 'digest', 'base64'), (one ->> 'id')::uuid, programme, head.entries, moment, actor, (one ->> 'onBehalfOf')::uuid,
                         one ->> 'act', one ->> 'subjectKind', (one ->> 'subject')::uuid, (one ->> 'person')::uuid, (one ->> 'sealed')::boolean);
    insert into journal (id, programme_id, seq, version, at, actor_id, on_behalf_of, act, subject_kind, subject_id, person_id, sealed, detail, detail_digest,
                         chain, audience)
    values ((one ->> 'id')::uuid, programme, head.entries, 2, moment, actor, (one ->> 'onBehalfOf')::uuid, one ->> 'act', one ->> 'subjectKind',
            (one ->> 'subject')::uuid, (one ->> 'person')::uuid, (one ->> 'sealed')::boolean, decode(one ->> 'detail', 'base64'), decode(one ->> 'digest', 'base64'),
            link, lead);
    head.chain := link;
  end loop;
  update news_head h set seq = head.seq, entries = head.entries, chain = head.chain where h.programme_id = programme;
  return head.seq;
end $$;
grant execute on function news_append(uuid, uuid, timestamptz, jsonb, jsonb) to lavoro_app;
