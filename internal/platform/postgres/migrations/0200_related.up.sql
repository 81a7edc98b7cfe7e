-- What an event is related to a feed may be narrowed to. Whoever is related to a participation is related to the body that follows it, and to
-- all above, without the act having to know them; an act that names a body itself means that one, as for who has just left it. The lines are
-- read before any head is locked.
--
-- Who comes or goes takes all that is below along: a feed of one internship, or of one company, must hear of it. So a hand-over is related to
-- the person's internships, and to the companies of these and of matches.
create or replace function news_append(news jsonb, entries jsonb) returns jsonb
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  p     uuid;
  lead  uuid[];
  head  news_head;
  one   jsonb;
  link  bytea;
  told  jsonb := '{}';
  lines jsonb; -- of bodies, and of participations by the body that follows them: that body and all above
  named text[];  -- what an event is related to
  moves boolean; -- whether somebody comes or goes, with all that is below
begin
  if exists (select from jsonb_array_elements(news || entries) e where (e ->> 'actor')::uuid <> all (app_keys('self'))) then
    raise exception 'news are told by who acts' using errcode = 'LA003';
  end if;
  with related as (
    select distinct r::uuid as id from jsonb_array_elements(news) e, jsonb_array_elements_text(e -> 'related') r
  ), followed as (
    select p.id, p.organisation_id from participation p join related r on r.id = p.id
  ), bodies as (
    select o.id, to_jsonb(organisation_line(o.id)) as line from organisation o where o.id in (select id from related union select organisation_id from followed)
  )
  select jsonb_build_object('body', coalesce((select jsonb_object_agg(b.id, b.line) from bodies b), '{}'),
                            'person', coalesce((select jsonb_object_agg(f.id, b.line) from followed f join bodies b on b.id = f.organisation_id), '{}')) into lines;
  for p in
    select distinct (e ->> 'programme')::uuid from jsonb_array_elements(news || entries) e order by 1
  loop
    insert into news_head (programme_id) values (p) on conflict do nothing;
    select * into head from news_head where programme_id = p for update;
    for one in select e from jsonb_array_elements(news) with ordinality as x(e, n) where (e ->> 'programme')::uuid = p order by n loop
      head.seq := head.seq + 1;
      named := array(select jsonb_array_elements_text(one -> 'related'));
      moves := one ->> 'subjectKind' = 'Participant' and one ->> 'kind' in ('ENTERED', 'LEFT');
      insert into outbox (programme_id, seq, at, actor_id, act, kind, subject_kind, subject_id, related, audience)
      values (p, head.seq, (one ->> 'at')::timestamptz, (one ->> 'actor')::uuid, one ->> 'act', one ->> 'kind', one ->> 'subjectKind',
              (one ->> 'subject')::uuid,
              array(select r::uuid from unnest(named) r
                    union select b::uuid from unnest(named) r, jsonb_array_elements_text(lines -> case when lines -> 'body' ?| named then 'body' else 'person' end -> r) b
                    union select x.id from placement l cross join lateral (values (l.id), (l.company_id)) x(id) where moves and l.participation_id = (one ->> 'subject')::uuid
                    union select m.company_id from match m where moves and m.participation_id = (one ->> 'subject')::uuid),
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
