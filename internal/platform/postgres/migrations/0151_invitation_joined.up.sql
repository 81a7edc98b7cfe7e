-- A delegation hands on what the body gave by which it is answered for, or one below it: what another body gave is that one's to hand on.
create or replace view held_grant as
  select g.member_id as holder, null::uuid as absent, g.programme_id, g.role, g.scope, g.over_id, g.key, g.from_day, g.to_day
  from access_grant g where g.scope <> 'CIRCLE'
  union all
  select g.member_id, null::uuid, g.programme_id, g.role, g.scope, g.over_id, g.key, greatest(g.from_day, r.from_day), least(g.to_day, r.to_day)
  from access_grant g join access_grant r on r.member_id = g.member_id and r.programme_id = g.programme_id and r.role = g.role and r.scope <> 'CIRCLE'
  where g.scope = 'CIRCLE' and greatest(g.from_day, r.from_day) <= coalesce(least(g.to_day, r.to_day), 'infinity')
  union all
  select d.to_member_id, d.member_id, g.programme_id, g.role, g.scope, g.over_id, g.key, greatest(g.from_day, d.from_day), least(g.to_day, d.to_day)
  from delegation d join access_grant g on g.member_id = d.member_id and g.programme_id = d.programme_id
  where g.scope in ('ORGANISATION', 'TUTORED', 'CASES', 'COMPANY') and d.organisation_id = any (organisation_line(g.organisation_id))
    and (d.every_grant or exists (select from delegation_grant l where l.delegation_id = d.id and l.grant_id = g.id));

-- Whether the human behind a member administers one of the bodies on a day, by any account but one.
create function administers(member uuid, but uuid, bodies uuid[], day date) returns boolean language sql stable security definer set search_path = public, pg_temp as $$
  select (select app_acting()) and exists (
    select from same_human(administers.member) s join held_grant h on h.holder = s
    where s <> but and h.role = 'ADMINISTRATOR' and h.over_id = any (bodies) and h.from_day <= day and coalesce(h.to_day, 'infinity') >= day)
$$;
revoke execute on function administers(uuid, uuid, uuid[], date) from public;
grant execute on function administers(uuid, uuid, uuid[], date) to lavoro_app;

-- Who joins an account that he has hands it everything but what names him elsewhere: people who were given to him, and mandates, stay with a
-- member who cannot sign in. LOST: the invitation holds no longer. ENDING: the account that he has ends. NAMED: he is named elsewhere.
drop function invitation_accept(uuid, text, text, bytea[], timestamptz, date);
create function invitation_accept(invitation uuid, issuer text, subject text, marks bytea[], at timestamptz, day date) returns text
language plpgsql security definer set search_path = public, pg_temp as $$
#variable_conflict use_column
declare i invitation; known member; asked member; comes uuid;
begin
  select * into i from invitation v where v.id = invitation_accept.invitation for update;
  select * into known from member k where k.issuer = invitation_accept.issuer and k.subject = invitation_accept.subject for update;
  comes := case when known.id is not null and (known.ended_on is null or known.ended_on >= day) then known.id else i.member_id end;
  if i.id is null or not comes = any ((select app_keys('self'))::uuid[]) then
    raise exception 'invitation is not the actor''s to accept' using errcode = 'LA002';
  end if;
  update invitation v set accepted_at = at, accepted_as = comes, sealed = null
    where v.id = i.id and v.accepted_at is null and v.withdrawn_at is null and v.expires_at > at
      and exists (select from member m where m.id = v.member_id and m.issuer is null and (m.ended_on is null or m.ended_on >= day));
  if not found then
    return 'LOST';
  end if;
  if comes = i.member_id then
    update member k set issuer = null, subject = null, revision = k.revision + 1 where k.id = known.id;
    update member m set issuer = invitation_accept.issuer, subject = invitation_accept.subject, fiscal_index = coalesce(marks, m.fiscal_index),
      revision = m.revision + 1 where m.id = i.member_id;
    return 'DONE';
  end if;
  if known.ended_on is not null then
    return 'ENDING';
  end if;
  if exists (select from participation p where i.member_id in (p.tutor_id, p.case_manager_id)) or exists (select from mandate d where d.member_id = i.member_id)
    or exists (select from access_grant g where g.member_id = i.member_id and g.scope in ('CIRCLE', 'MANDATE', 'SAMPLE')) then
    return 'NAMED';
  end if;
  select * into asked from member m where m.id = i.member_id;
  update member k set fiscal_index = coalesce(marks, k.fiscal_index), organisation_id = coalesce(k.organisation_id, asked.organisation_id),
    answering = case when k.organisation_id is null then array_replace(asked.answering, asked.id, k.id) else k.answering end,
    audience = array(select distinct a from unnest(k.audience || array_remove(asked.audience, asked.id)) a), revision = k.revision + 1
    where k.id = comes;
  update access_grant g set member_id = comes, over_id = case g.over_id when i.member_id then comes else g.over_id end,
    audience = array_replace(g.audience, i.member_id, comes)
    where g.member_id = i.member_id and (g.to_day is null or g.to_day >= day) and not exists (
      select from access_grant o where o.member_id = comes and o.programme_id = g.programme_id and o.role = g.role and o.scope = g.scope
        and o.over_id = case g.over_id when i.member_id then comes else g.over_id end
        and daterange(o.from_day, coalesce(o.to_day + 1, 'infinity')) && daterange(g.from_day, coalesce(g.to_day + 1, 'infinity')));
  update access_grant g set to_day = greatest(day - 1, g.from_day - 1) where g.member_id = i.member_id and (g.to_day is null or g.to_day >= day);
  update delegation d set to_day = greatest(day - 1, d.from_day - 1) where i.member_id in (d.member_id, d.to_member_id) and d.to_day >= day;
  update member m set ended_on = day - 1, revision = m.revision + 1 where m.id = i.member_id;
  return 'DONE';
end $$;
revoke execute on function invitation_accept(uuid, text, text, bytea[], timestamptz, date) from public;
grant execute on function invitation_accept(uuid, text, text, bytea[], timestamptz, date) to lavoro_app;

-- Who came, or was asked to come, for a person alone goes with him.
create or replace function guests_gone() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
declare guests uuid[];
begin
  select coalesce(array_agg(m.id), '{}') into guests from member m
    where m.organisation_id is null and m.person_id is null and m.name <> '—'
      and (exists (select from access_grant g where g.member_id = m.id and g.scope = 'PERSON' and g.over_id = old.person_id)
        or exists (select from invitation i join participation p on p.id = i.participation_id where i.member_id = m.id and p.person_id = old.person_id))
      and not exists (select from access_grant g where g.member_id = m.id and not (g.scope = 'PERSON' and g.over_id = old.person_id));
  update invitation i set withdrawn_at = now(), sealed = null where i.member_id = any (guests) and i.accepted_at is null and i.withdrawn_at is null;
  update member m set issuer = null, subject = null, fiscal_index = null, email = m.id || '@erased.invalid', name = '—',
    ended_on = coalesce(m.ended_on, current_date), revision = m.revision + 1 where m.id = any (guests);
  return null;
end $$;

-- Guests are known to who decides about the participation; a tutor, the participant and who represents him learn of no other.
drop policy seen on member;
create policy seen on member for select using (
  audience &&& (select app_keys('directory'))
  or organisation_id is null
    and (exists (select from access_grant g where g.member_id = member.id and g.participation_id is not null and g.audience &&& (select app_keys('eligibility')))
      or exists (select from invitation i where i.member_id = member.id and i.participation_id is not null and i.audience &&& (select app_keys('eligibility'))))
  or id = any ((select app_keys('self'))::uuid[]));
drop policy seen on invitation;
create policy seen on invitation for select using (
  case when participation_id is null then audience &&& (select app_keys('accounts')) else audience &&& (select app_keys('eligibility')) end
  or member_id = any ((select app_keys('self'))::uuid[]));

-- Who was invited and has not come opens nothing yet.
create or replace function circle_open(participation uuid, roles text[], day date) returns boolean language sql stable security definer set search_path = public, pg_temp as $$
  select (select app_acting()) and exists (
    select from participation p join held_grant h on h.programme_id = p.programme_id
      and (h.scope = 'CIRCLE' and h.over_id = p.id or h.scope = 'CASES' and h.over_id = p.case_manager_id)
    join member m on m.id = h.holder
    where p.id = circle_open.participation and h.absent is null and h.role = any (roles) and h.from_day <= day and coalesce(h.to_day, 'infinity') >= day
      and m.issuer is not null and coalesce(m.ended_on, 'infinity') >= day)
$$;

drop function invitation_of(bytea, text, text, date);
create function invitation_of(hash bytea, issuer text, subject text, day date)
returns table (id uuid, member_id uuid, programme_id uuid, audience uuid[], invited_by uuid, expires_at timestamptz, accepted boolean, gone boolean,
               fiscal_index bytea[], comes uuid, known boolean, participation_id uuid)
language sql stable security definer set search_path = public, pg_temp as $$
  select i.id, i.member_id, i.programme_id, i.audience, i.invited_by, i.expires_at, i.accepted_at is not null,
    i.withdrawn_at is not null or coalesce(m.ended_on < day, false), m.fiscal_index,
    coalesce((select k.id from member k where k.issuer = invitation_of.issuer and k.subject = invitation_of.subject and (k.ended_on is null or k.ended_on >= day)), m.id),
    exists (select from member k where k.issuer = invitation_of.issuer and k.subject = invitation_of.subject and k.id in (m.id, i.accepted_as)), i.participation_id
  from invitation i join member m on m.id = i.member_id
  where i.secret_hash = invitation_of.hash
$$;
revoke execute on function invitation_of(bytea, text, text, date) from public;
grant execute on function invitation_of(bytea, text, text, date) to lavoro_app;
