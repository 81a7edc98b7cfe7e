-- What acts ask all day long is planned once in a session: Postgres plans the body of a function in SQL anew at each call, one in PL/pgSQL
-- at the first.
create or replace function register_facts(enrolments uuid[], days date[], minor_age int)
returns table (enrolment_id uuid, day date, minor boolean, day_minutes int, week_minutes int)
language plpgsql stable security definer set search_path = public, pg_temp set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
begin
  return query
  with asked as (
    select distinct e.id, e.person_id, d.day
    from unnest(register_facts.enrolments, register_facts.days) d(enrolment, day)
    join enrolment e on e.id = d.enrolment and e.audience && (select app_keys('work'))
  )
  select a.id, a.day, (p.birth_day + make_interval(years => register_facts.minor_age))::date > a.day,
         coalesce(sum(t.minutes) filter (where t.day = a.day), 0)::int, coalesce(sum(t.minutes), 0)::int
  from asked a
  join person p on p.id = a.person_id
  left join attendance t on t.person_id = a.person_id and t.standing = 'COUNTED' and t.kind = 'PRESENCE'
                         and t.day between date_trunc('week', a.day)::date and date_trunc('week', a.day)::date + 6
  group by a.id, a.day, p.birth_day;
end $$;

create or replace function overlaps_counted(enrolments uuid[], days date[], from_minutes int[], to_minutes int[]) returns boolean[]
language plpgsql stable security definer set search_path = public, pg_temp set plan_cache_mode = force_generic_plan as $$
begin
  return (select array_agg(exists (select 1 from enrolment e join attendance o on o.person_id = e.person_id
                                   where e.id = x.enrolment and e.audience && (select app_keys('work')) and o.day = x.day and o.standing = 'COUNTED'
                                     and int4range(o.from_minute, o.to_minute) && int4range(x.from_minute, greatest(x.to_minute, x.from_minute))) order by x.n)
          from unnest(enrolments, days, from_minutes, to_minutes) with ordinality x(enrolment, day, from_minute, to_minute, n));
end $$;

create or replace function person_keys_of(participations uuid[]) returns table (participation_id uuid, person_id uuid, wrapped bytea)
language plpgsql stable security definer set search_path = public, pg_temp set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
begin
  return query
  select a.id, a.person_id, k.wrapped from participation a left join person_key k on k.person_id = a.person_id
  where a.id = any (person_keys_of.participations) and not ((select app_keys('self')) <@ '{00000000-0000-0000-0000-000000000000}'); -- nobody is told
end $$;

create or replace function programme_codes(prog uuid, which text)
returns table (list text, code text, label jsonb, class text, attributes jsonb, "position" int, valid_from date, valid_to date)
language plpgsql stable security definer set search_path = public, pg_temp as $$
#variable_conflict use_column
begin
  return query
  select c.list, c.code, c.label, c.class, c.attributes, c.position, c.valid_from, c.valid_to
  from code_item c where c.programme_id = programme_codes.prog and c.list = programme_codes.which order by c.position;
end $$;

create or replace function policy_on(programme uuid, day date) returns uuid
language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
  return (select id from policy_version where programme_id = programme and valid_from <= day order by valid_from desc, number desc limit 1);
end $$;

create or replace function organisation_line(org uuid) returns uuid[] language plpgsql stable security definer set search_path = public, pg_temp as $$
declare line uuid[]; up uuid := org;
begin
  loop
    select o.parent_id, line || o.id into up, line from organisation o where o.id = up;
    exit when up is null;
  end loop;
  return line;
end $$;

create or replace function programme_lead(programme uuid) returns uuid[] language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
  return (select coalesce(array_agg(o.id), '{}')
      || array(select scope_key('MANDATE', m.programme_id, m.id) from mandate m join organisation l on l.id = m.organisation_id
               where m.programme_id = programme_lead.programme and m.state = 'OPEN' and l.parent_id is null order by 1)
  from organisation o where o.programme_id = programme_lead.programme and o.parent_id is null);
end $$;

-- One expression, which its callers take in: so it sets nothing of its own.
create or replace function journal_link(before bytea, digest bytea, id uuid, programme uuid, seq bigint, at timestamptz, actor uuid, on_behalf_of uuid, act text,
                                        subject_kind text, subject uuid, person uuid, sealed boolean) returns bytea
language sql stable as $$
  select sha256(before || digest || convert_to(concat_ws('|', '2', id, programme, seq, to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), actor,
    coalesce(on_behalf_of::text, ''), act, subject_kind, subject, coalesce(person::text, ''), sealed), 'UTF8'))
$$;

-- What one event is related to a feed may be narrowed to: what it names, and the body that follows a participation with all above it; an
-- act that names a body itself means that one, as for who has just left it. Who comes or goes takes all that is below along.
-- It is a part of news_append, under whose rights and names it works.
create function news_related(named uuid[], gone uuid) returns uuid[] language plpgsql stable as $$
declare bodies uuid[] := array(select o.id from organisation o where o.id = any (named)); up uuid; around uuid[] := named;
begin
  if bodies = '{}' then
    bodies := array(select p.organisation_id from participation p where p.id = any (named));
  end if;
  foreach up in array bodies loop
    while up is not null loop
      select o.parent_id, around || o.id into up, around from organisation o where o.id = up;
    end loop;
  end loop;
  if gone is not null then
    around := around || array(select x.id from placement l cross join lateral (values (l.id), (l.company_id)) x(id) where l.participation_id = gone)
                     || array(select m.company_id from match m where m.participation_id = gone);
  end if;
  return array(select distinct unnest(around));
end $$;
revoke execute on function news_related(uuid[], uuid) from public;

-- What the events are related to is read before any head is locked, and once for those that name the same.
create or replace function news_append(news jsonb, entries jsonb) returns jsonb
language plpgsql security definer set search_path = public, pg_temp set plan_cache_mode = force_generic_plan as $$
declare
  programmes uuid[];
  strange boolean;
  lines  outbox[] := '{}'; -- with their number among the news in the place of their sequence
  around uuid[];
  named  uuid[];
  moved  uuid;
  p      uuid;
  lead   uuid[];
  head   news_head;
  n      bigint;
  one    record;
  link   bytea;
  told   jsonb := '{}';
begin
  select array_agg(distinct (e ->> 'programme')::uuid), bool_or((e ->> 'actor')::uuid <> all (app_keys('self'))) into programmes, strange
  from jsonb_array_elements(news || entries) e;
  if strange then
    raise exception 'news are told by who acts' using errcode = 'LA003';
  end if;
  for one in
    select e.*, case when e.subject_kind = 'Participant' and e.kind in ('ENTERED', 'LEFT') then e.subject end as gone
    from rows from (jsonb_to_recordset(news) as (programme uuid, at timestamptz, actor uuid, act text, kind text, "subjectKind" text, subject uuid, related uuid[], audience uuid[]))
         with ordinality as e(programme, at, actor, act, kind, subject_kind, subject, related, audience, n) order by e.related, gone
  loop
    if around is null or one.related <> named or one.gone is distinct from moved then
      named := one.related;
      moved := one.gone;
      around := news_related(named, moved);
    end if;
    lines := lines || row(one.programme, one.n, one.at, one.actor, one.act, one.kind, one.subject_kind, one.subject, around, one.audience)::outbox;
  end loop;
  foreach p in array coalesce(programmes, '{}') loop
    select * into head from news_head h where h.programme_id = p for update;
    if not found then
      insert into news_head (programme_id) values (p) on conflict do nothing;
      select * into head from news_head h where h.programme_id = p for update;
    end if;
    insert into outbox (programme_id, seq, at, actor_id, act, kind, subject_kind, subject_id, related, audience)
    select p, head.seq + row_number() over (order by l.seq), l.at, l.actor_id, l.act, l.kind, l.subject_kind, l.subject_id, l.related, l.audience
    from unnest(lines) l where l.programme_id = p;
    get diagnostics n = row_count;
    head.seq := head.seq + n;
    lead := programme_lead(p);
    for one in
      select e.* from rows from (jsonb_to_recordset(entries) as (id uuid, programme uuid, at timestamptz, actor uuid, "onBehalfOf" uuid, act text, "subjectKind" text,
        subject uuid, person uuid, sealed boolean, detail text, digest text)) with ordinality as e(id, programme, at, actor, on_behalf_of, act, subject_kind,
        subject, person, sealed, detail, digest, n) where e.programme = p order by e.n
    loop
      head.entries := head.entries + 1;
      link := journal_link(head.chain, decode(one.digest, 'base64'), one.id, p, head.entries, one.at, one.actor, one.on_behalf_of, one.act, one.subject_kind,
                           one.subject, one.person, one.sealed);
      insert into journal (id, programme_id, seq, version, at, actor_id, on_behalf_of, act, subject_kind, subject_id, person_id, sealed, detail, detail_digest,
                           chain, audience)
      values (one.id, p, head.entries, 2, one.at, one.actor, one.on_behalf_of, one.act, one.subject_kind, one.subject, one.person, one.sealed,
              decode(one.detail, 'base64'), decode(one.digest, 'base64'), link, lead);
      head.chain := link;
    end loop;
    update news_head h set seq = head.seq, entries = head.entries, chain = head.chain where h.programme_id = p;
    told := told || jsonb_build_object(p::text, head.seq);
  end loop;
  return told;
end $$;
