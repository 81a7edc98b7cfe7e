-- An auditor reads by mandate: a body with all below it, a period, a sample of people, an end. What a mandate opens carries its keys:
-- register and money within the period those of the mandate, under pseudonyms; the rows of the sampled people those of the sample.
create table mandate (
  id              uuid primary key,
  programme_id    uuid not null references programme,
  organisation_id uuid not null references organisation,
  member_id       uuid not null references member,
  period_from     date not null,
  period_to       date not null,
  ends_on         date not null,       -- last day on which the auditor reads
  document        text not null check (document <> ''), -- the letter that gives the mandate
  state           text not null check (state in ('OPEN', 'CLOSED')),
  opened_on       date not null,
  closed_on       date,
  audience        uuid[] not null,
  revision        int not null default 1,
  check (period_from <= period_to and opened_on <= ends_on and (state = 'CLOSED') = (closed_on is not null))
);
create index mandate_programme on mandate (programme_id, opened_on desc, id desc);
create index mandate_open on mandate (programme_id) where state = 'OPEN';

create table mandate_sample (
  id               uuid primary key,
  mandate_id       uuid not null references mandate,
  programme_id     uuid not null references programme,
  participation_id uuid not null references participation,
  drawn_on         date not null,
  audience         uuid[] not null,
  unique (mandate_id, participation_id)
);
create index mandate_sample_participation on mandate_sample (participation_id);

-- A role is over what it is made for: an auditor's over an organisation would open all of it.
alter table access_grant add constraint access_grant_scope check (
  (role = 'AUDITOR') = (scope = 'MANDATE') and (role = 'AUDITOR_SAMPLE') = (scope = 'SAMPLE') and (role = 'HOST_TUTOR') = (scope = 'COMPANY')
  and (role in ('PARTICIPANT', 'LEGAL_REPRESENTATIVE')) = (scope = 'PERSON'));

-- What proves that a requirement is met: which document and which day, never which reason.
create table requirement_proof (
  id               uuid primary key,
  programme_id     uuid not null references programme,
  participation_id uuid not null references participation,
  requirement      text not null,      -- code of the list "requirements"
  document         text not null check (document <> ''),
  proven_on        date not null,
  recorded_by      uuid not null,
  audience         uuid[] not null
);
create index requirement_proof_participation on requirement_proof (participation_id, proven_on desc, id desc);

insert into audience_follower values ('mandate_sample', null), ('requirement_proof', null);
alter table mandate enable row level security;
create policy seen on mandate using (audience &&& (select app_keys('directory')));
alter table mandate_sample enable row level security;
create policy seen on mandate_sample using (audience &&& (select app_keys('path')));
alter table requirement_proof enable row level security;
create policy seen on requirement_proof using (audience &&& (select app_keys('proof'))) with check (audience &&& (select app_keys('path')));
grant select, insert, update on mandate, mandate_sample, requirement_proof to lavoro_app;

-- The audience without any mandate's keys, and with those of the mandates that open the row: by its days, or, with none, by sample alone.
create function mandated_audience(audience uuid[], participation uuid, from_day date, to_day date) returns uuid[]
language sql stable security definer set search_path = public, pg_temp as $$
  with here as (select a.id, a.programme_id, organisation_line(a.organisation_id) as line from participation a where a.id = participation),
       keys as (select m.*, scope_key('MANDATE', m.programme_id, m.id) as whole, scope_key('SAMPLE', m.programme_id, m.id) as sample,
                       m.state = 'OPEN' and (from_day is null or daterange(m.period_from, m.period_to, '[]') && daterange(from_day, to_day, '[]')) as holds
                from mandate m join here using (programme_id))
  select array(select k from unnest(audience) with ordinality u(k, n) where not exists (select from keys where k in (whole, sample)) order by n)
      || array(select whole from keys, here where holds and from_day is not null and organisation_id = any (line) order by 1)
      || array(select sample from keys k join mandate_sample s on s.mandate_id = k.id and s.participation_id = participation where holds order by 1)
$$;

-- Keeps the keys of mandates on rows, whoever writes them and whatever they copied their audience from.
create function follow_mandates() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if not exists (select from mandate) then
    return new;
  end if;
  case tg_table_name
    when 'attendance' then new.audience := mandated_audience(new.audience, new.participation_id, new.day, new.day);
    when 'allowance' then new.audience := mandated_audience(new.audience, new.participation_id, new.month, (new.month + interval '1 month - 1 day')::date);
    when 'allowance_line' then
      new.audience := (select mandated_audience(new.audience, new.participation_id, a.month, (a.month + interval '1 month - 1 day')::date)
                       from allowance a where a.id = new.allowance_id);
    when 'enrolment', 'placement' then new.audience := mandated_audience(new.audience, new.participation_id, new.from_day, new.to_day);
    when 'participation' then new.audience := mandated_audience(new.audience, new.id, null, null);
    else new.audience := mandated_audience(new.audience, new.participation_id, null, null);
  end case;
  return new;
end $$;

-- The tables that a mandate opens, and whether it opens all of their rows within the period or those of the sample alone.
create table mandate_opens (table_name name primary key, whole boolean not null);
insert into mandate_opens values ('attendance', true), ('allowance', true), ('allowance_line', true), ('enrolment', true), ('placement', true),
  ('participation', false), ('participation_trait', false), ('exclusion_check', false), ('verdict', false), ('verdict_finding', false), ('entry_snapshot', false),
  ('certificate', false), ('placement_step', false), ('requirement_proof', false), ('mandate_sample', false);
do $$
declare t name;
begin
  for t in select table_name from mandate_opens loop
    execute format('create trigger follows_mandates before insert or update of audience on %I for each row execute function follow_mandates()', t);
  end loop;
end $$;

-- Puts a mandate's keys on all that it opens, or takes them off when it was closed, and gives or ends the auditor's grants. The act that
-- calls it has checked the rest.
create function mandate_apply(mandate uuid) returns void language plpgsql security definer set search_path = public, pg_temp as $$
declare m mandate; o mandate_opens; people uuid[];
begin
  select * into m from mandate x where x.id = mandate_apply.mandate and x.audience && (select app_keys('path'));
  if not found then
    raise exception 'mandate is not in the audience of the actor' using errcode = 'LA002';
  end if;
  people := array(select participation_id from mandate_sample s where s.mandate_id = m.id);
  -- Touching an audience has the trigger work it out anew.
  update participation set audience = audience where id = any (people);
  for o in select * from mandate_opens where table_name <> 'participation' order by table_name loop
    if o.whole then
      execute format('update %I t set audience = t.audience from participation a where a.id = t.participation_id and a.programme_id = $1 and $2 = any (organisation_line(a.organisation_id))',
                     o.table_name) using m.programme_id, m.organisation_id;
    else
      execute format('update %I set audience = audience where participation_id = any ($1)', o.table_name) using people;
    end if;
  end loop;
  update person p set audience = u.keys
    from (select a.person_id, array_agg(distinct k) as keys from participation a, unnest(a.audience) k
          where a.person_id in (select x.person_id from participation x where x.id = any (people)) group by 1) u
    where p.id = u.person_id and p.audience <> u.keys;
  update person_code c set audience = p.audience from person p where p.id = c.person_id and c.audience <> p.audience
    and p.id in (select x.person_id from participation x where x.id = any (people));
  if m.state = 'OPEN' then
    insert into access_grant (id, member_id, programme_id, role, scope, over_id, from_day, to_day, audience)
    select gen_random_uuid(), m.member_id, m.programme_id, g.role, g.scope, g.over_id, m.opened_on, m.ends_on, m.audience
    from (values ('AUDITOR', 'MANDATE', m.id), ('AUDITOR_SAMPLE', 'SAMPLE', m.id)) g(role, scope, over_id)
    on conflict do nothing;
  else
    -- Closed is closed at once: grants end the day before, and those of the same day never were.
    delete from access_grant g where g.over_id = m.id and g.from_day >= m.closed_on;
    update access_grant g set to_day = m.closed_on - 1 where g.over_id = m.id and (g.to_day is null or g.to_day >= m.closed_on);
  end if;
end $$;

-- Whether a member is somebody's tutor, case manager or colleague in the programme: yes or no.
create function member_involved(member uuid, programme uuid, day date) returns boolean
language sql stable security definer set search_path = public, pg_temp as $$
  select exists (select from access_grant g where g.member_id = member_involved.member and g.programme_id = member_involved.programme
                 and g.role not in ('STAFF', 'AUDITOR', 'AUDITOR_SAMPLE') and (g.to_day is null or g.to_day >= member_involved.day)
                 and (select app_acting()))
$$;
grant execute on function mandate_apply(uuid), member_involved(uuid, uuid, date) to lavoro_app;
