-- Who is asked to come. A member is written before he signs in; the invitation links the identity that he proves, once. Of the secret in the
-- letter a hash is kept, and the secret itself, sealed under the installation's key, until the letter has gone.
create table invitation (
  id               uuid primary key,
  member_id        uuid not null unique references member,
  programme_id     uuid not null references programme,
  organisation_id  uuid not null references organisation,
  participation_id uuid references participation, -- of whom, for who takes part or represents somebody
  invited_by       uuid not null,
  secret_hash      bytea not null unique check (length(secret_hash) = 32),
  sealed           bytea,
  expires_at       timestamptz not null,
  sent_at          timestamptz,
  failed_at        timestamptz, -- when the letter last did not go
  accepted_at      timestamptz,
  accepted_as      uuid references member, -- whose identity it is
  withdrawn_at     timestamptz,
  audience         uuid[] not null
);
create index invitation_unsent on invitation (expires_at) where sealed is not null;
create index invitation_participation on invitation (participation_id) where participation_id is not null;
insert into audience_follower values ('invitation', null);
alter table invitation enable row level security;
create policy seen on invitation for select using (
  case when participation_id is null then audience &&& (select app_keys('accounts')) else audience &&& (select app_keys('contact')) end
  or member_id = any ((select app_keys('self'))::uuid[]));
create policy invited on invitation for insert with check (
  case when participation_id is null then audience &&& (select app_keys('accounts'))
       else audience &&& (select app_keys('contact')) and audience &&& (select app_keys('eligibility')) end);
create policy changed on invitation for update using (
  case when participation_id is null then audience &&& (select app_keys('accounts'))
       else audience &&& (select app_keys('contact')) and audience &&& (select app_keys('eligibility')) end);
grant select, insert on invitation to lavoro_app;
grant update (secret_hash, sealed, expires_at, sent_at, failed_at, withdrawn_at) on invitation to lavoro_app;

-- A fiscal code is known of a member by marks alone, one under each key of the index: the key's number in four bytes, then the mark.
alter table member alter column fiscal_index type bytea[] using case when fiscal_index is null then null else array[fiscal_index] end;
drop index member_fiscal;
create index member_fiscal on member using gin (fiscal_index) where fiscal_index is not null;

create or replace function same_human(member uuid) returns setof uuid language sql stable set search_path = public, pg_temp as $$
  select o.id from member m join member o on o.id = m.id or lower(o.email) = lower(m.email) or o.person_id = m.person_id or o.fiscal_index && m.fiscal_index
  where m.id = same_human.member
$$;

-- The invitation that a secret opens, and who would come: the member of the identity where it has one that has not ended, otherwise the
-- invited one.
create function invitation_of(hash bytea, issuer text, subject text, day date)
returns table (id uuid, member_id uuid, programme_id uuid, audience uuid[], invited_by uuid, expires_at timestamptz, accepted boolean, gone boolean,
               fiscal_index bytea[], comes uuid, known boolean)
language sql stable security definer set search_path = public, pg_temp as $$
  select i.id, i.member_id, i.programme_id, i.audience, i.invited_by, i.expires_at, i.accepted_at is not null,
    i.withdrawn_at is not null or coalesce(m.ended_on < day, false), m.fiscal_index,
    coalesce((select k.id from member k where k.issuer = invitation_of.issuer and k.subject = invitation_of.subject and (k.ended_on is null or k.ended_on >= day)), m.id),
    exists (select from member k where k.issuer = invitation_of.issuer and k.subject = invitation_of.subject and k.id in (m.id, i.accepted_as))
  from invitation i join member m on m.id = i.member_id
  where i.secret_hash = invitation_of.hash
$$;

-- The oldest invitation that waits for whoever has a fiscal code, told by marks of it.
create function invitation_for(marks bytea[], at timestamptz, day date) returns bytea language sql stable security definer set search_path = public, pg_temp as $$
  select i.secret_hash from member m join invitation i on i.member_id = m.id
  where m.fiscal_index && marks and m.issuer is null and i.accepted_at is null and i.withdrawn_at is null and i.expires_at > at
    and (m.ended_on is null or m.ended_on >= day)
  order by i.expires_at, i.id limit 1
$$;

-- Lets in who proved an identity: links it to the invited member, or hands what the invited member holds to the member who has it already, as
-- whom the actor acts. An identity of a member who has ended passes on. False where the invitation holds no longer.
create function invitation_accept(invitation uuid, issuer text, subject text, marks bytea[], at timestamptz, day date) returns boolean
language plpgsql security definer set search_path = public, pg_temp as $$
#variable_conflict use_column
declare i invitation; known member; comes uuid;
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
    return false;
  end if;
  if comes = i.member_id then
    update member k set issuer = null, subject = null, revision = k.revision + 1 where k.id = known.id;
    update member m set issuer = invitation_accept.issuer, subject = invitation_accept.subject, fiscal_index = coalesce(marks, m.fiscal_index),
      revision = m.revision + 1 where m.id = i.member_id;
    return true;
  end if;
  update access_grant g set member_id = comes, over_id = case g.over_id when i.member_id then comes else g.over_id end,
    audience = array_replace(g.audience, i.member_id, comes)
    where g.member_id = i.member_id and (g.to_day is null or g.to_day >= day) and not exists (
      select from access_grant o where o.member_id = comes and o.programme_id = g.programme_id and o.role = g.role and o.scope = g.scope
        and o.over_id = case g.over_id when i.member_id then comes else g.over_id end
        and daterange(o.from_day, coalesce(o.to_day + 1, 'infinity')) && daterange(g.from_day, coalesce(g.to_day + 1, 'infinity')));
  update access_grant g set to_day = greatest(day - 1, g.from_day - 1) where g.member_id = i.member_id and (g.to_day is null or g.to_day >= day);
  update delegation d set to_day = greatest(day - 1, d.from_day - 1) where i.member_id in (d.member_id, d.to_member_id) and d.to_day >= day;
  update member m set ended_on = day - 1, revision = m.revision + 1 where m.id = i.member_id;
  return true;
end $$;

-- Adds marks of the fiscal code that a member has proved to those that are known, under keys of the index that came since.
create function member_marked(member uuid, marks bytea[]) returns void language sql security definer set search_path = public, pg_temp as $$
  update member m set fiscal_index = marks where m.id = member_marked.member and m.id = any ((select app_keys('self'))::uuid[])
    and not coalesce(m.fiscal_index, '{}') @> marks
$$;

revoke execute on function invitation_of(bytea, text, text, date), invitation_for(bytea[], timestamptz, date),
  invitation_accept(uuid, text, text, bytea[], timestamptz, date), member_marked(uuid, bytea[]) from public;
grant execute on function invitation_of(bytea, text, text, date), invitation_for(bytea[], timestamptz, date),
  invitation_accept(uuid, text, text, bytea[], timestamptz, date), member_marked(uuid, bytea[]) to lavoro_app;

-- Who was invited stands in the sign-in list of a demonstration, too: its issuer knows by the whole address who has not come yet.
create or replace function demonstration_people() returns table (email text, name text, role text, organisation text, subject text)
language plpgsql stable security definer set search_path = public, pg_temp as $$
#variable_conflict use_column
begin
  return query
  select m.email, m.name, told.role, coalesce(partner.name, host.name, told.programme), coalesce(m.subject, m.email)
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
  where (select kind from installation) = 'DEMONSTRATION' and (m.issuer is null or m.issuer = 'urn:lavoro:demonstration')
  order by m.email;
end $$;
