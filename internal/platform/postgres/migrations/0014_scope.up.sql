-- Keys are per programme: members, companies and persons belong to the installation, and a grant in one programme must open nothing in
-- another. Keys that stand on rows already cannot be told from ids, so a database that holds people is made anew.
do $$
begin
  if exists (select from person) or exists (select from access_grant) or exists (select from company) then
    raise exception 'the database was filled by a version whose keys did not know their programme: make it anew (for a demonstration, remove its folder .lavoro)';
  end if;
end $$;

-- The key of an id under a scope in a programme, as access.Scope.Key gives it.
create function scope_key(scope text, programme uuid, id uuid) returns uuid language sql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
  select case when scope = 'ORGANISATION' then id else
    (select encode(set_byte(set_byte(h, 6, get_byte(h, 6) & 15 | 128), 8, get_byte(h, 8) & 63 | 128), 'hex')::uuid
     from (select substr(sha256(convert_to(scope, 'UTF8') || uuid_send(programme) || uuid_send(id)), 1, 16) as h) s) end
$$;
grant execute on function scope_key(text, uuid, uuid) to lavoro_app;

-- A grant says what it is over; its key follows.
alter table access_grant drop column key;
alter table access_grant
  add column scope text not null default 'ORGANISATION'
    check (scope in ('ORGANISATION', 'TUTORED', 'CASES', 'COMPANY', 'PERSON', 'CIRCLE', 'MANDATE', 'SAMPLE')),
  add column over_id uuid not null, -- an organisation, a member, a company, a person, a participation or a mandate
  add column key uuid not null generated always as (scope_key(scope, programme_id, over_id)) stored,
  add unique (member_id, programme_id, role, key, from_day);

create or replace function demonstration_people() returns table (email text, name text, role text, organisation text, subject text)
language plpgsql stable security definer set search_path = public, pg_temp as $$
#variable_conflict use_column
begin
  return query
  select m.email, m.name, told.role, coalesce(partner.name, host.name, told.programme), m.subject
  from member m
  cross join lateral (
    select g.role, g.over_id, p.name as programme from access_grant g join programme p on p.id = g.programme_id where g.member_id = m.id
    order by array_position(array['COORDINATOR', 'PARTNER_COORDINATOR', 'CASE_MANAGER', 'TUTOR', 'HOST_TUTOR', 'SCOUT', 'PAYMENTS_OFFICER',
                                  'APPROVER', 'AUDITOR', 'ADMINISTRATOR', 'DPO', 'PARTICIPANT', 'LEGAL_REPRESENTATIVE', 'STAFF'], g.role), g.id limit 1
  ) told
  left join lateral (
    select o.name from access_grant g join organisation o on o.id = g.over_id where g.member_id = m.id order by o.position desc limit 1
  ) partner on true
  left join company host on host.id = told.over_id
  where (select kind from installation) = 'DEMONSTRATION'
  order by m.email;
end $$;

create or replace function spread_audience(participation uuid, keys uuid[]) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
declare f audience_follower; this participation; new_keys text;
begin
  select * into this from participation p where p.id = spread_audience.participation and p.audience && (select app_keys('path'));
  if not found then
    raise exception 'participation is not in the audience of the actor' using errcode = 'LA002';
  end if;
  update participation p set audience = keys where p.id = this.id and p.audience <> keys;
  update person p set audience = u.keys
    from (select array_agg(distinct k) as keys from participation a, unnest(a.audience) k where a.person_id = this.person_id) u
    where p.id = this.person_id and p.audience <> u.keys;
  update person_code c set audience = p.audience from person p where p.id = this.person_id and c.person_id = this.person_id and c.audience <> p.audience;
  for f in select * from audience_follower order by table_name loop
    new_keys := case when f.extra_column is null then '$2'
                     else format('case when %1$I is null then $2 else $2 || scope_key(''COMPANY'', $3, %1$I) end', f.extra_column) end;
    execute format('update %I set audience = %s where participation_id = $1 and audience <> %s', f.table_name, new_keys, new_keys) using this.id, keys, this.programme_id;
  end loop;
end $$;

create or replace function host_sees_promoter(organisation uuid, company uuid) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if not exists (select 1 from placement p where p.organisation_id = host_sees_promoter.organisation and p.company_id = host_sees_promoter.company
                 and p.audience && (select app_keys('work'))) then
    raise exception 'promoter and host have no internship that the actor sees' using errcode = 'LA002';
  end if;
  update organisation o set audience = o.audience || scope_key('COMPANY', o.programme_id, host_sees_promoter.company)
  where o.id = host_sees_promoter.organisation and not scope_key('COMPANY', o.programme_id, host_sees_promoter.company) = any (o.audience);
end $$;

-- Checks and verdicts tell whether somebody meets the rules, not by which reason: they are a class of their own.
do $$
declare t text;
begin
  foreach t in array array['exclusion_check', 'verdict', 'verdict_finding'] loop
    execute format('drop policy seen on %I', t);
    execute format('create policy seen on %I using (audience && (select app_keys(''eligibility''))) with check (audience && (select app_keys(''path'')))', t);
  end loop;
end $$;
