-- Who is who. A member has a home body, whose administrator and those of the bodies above answer for him; who takes part in the programme has
-- none. An e-mail address proves nothing and may stand twice: what is known by it would tell an administrator who else is here.
drop index member_email;
create index member_email on member (lower(email));
alter table member
  alter column issuer drop not null,  -- until an invitation is accepted
  alter column subject drop not null,
  add column organisation_id uuid references organisation,
  add column answering uuid[] not null default '{}', -- the home body with all above it, and the member
  add column fiscal_index bytea,                     -- keyed index of the fiscal code, where it is known
  add column ended_on date,                          -- the last day
  add check ((issuer is null) = (subject is null));
create index member_fiscal on member (fiscal_index) where fiscal_index is not null;
create index member_person on member (person_id) where person_id is not null;
grant insert (id, email, name, person_id, audience, organisation_id, answering, fiscal_index) on member to lavoro_app;

update member m set organisation_id = o.id, answering = organisation_line(o.id) || m.id
  from access_grant g join organisation o on o.id = g.over_id where g.member_id = m.id and g.scope = 'ORGANISATION';

-- Nobody makes a member who could sign in at once: an identity is linked by an invitation alone.
drop policy seen on member;
create policy seen on member for select using (audience &&& (select app_keys('directory')) or id = any ((select app_keys('self'))::uuid[]));
create policy invited on member for insert with check (issuer is null and answering &&& (select app_keys('accounts')));

-- A grant has a body that answers for it; one over a person follows the participation instead, and shows to the case team alone.
alter table access_grant
  drop constraint if exists access_grant_check,
  add constraint access_grant_days check (to_day is null or to_day >= from_day - 1), -- the day before the first: ended before it began
  add column organisation_id uuid references organisation,
  add column participation_id uuid references participation;
do $$
declare c text;
begin
  for c in select conname from pg_constraint where conrelid = 'access_grant'::regclass and contype = 'u' loop
    execute format('alter table access_grant drop constraint %I', c);
  end loop;
end $$;
-- One that was ended before it began may be given again on the same day.
create unique index access_grant_once on access_grant (member_id, programme_id, role, key, from_day) where to_day is null or to_day >= from_day;
create index access_grant_over on access_grant (programme_id, role, over_id);
create index access_grant_participation on access_grant (participation_id) where participation_id is not null;
insert into audience_follower values ('access_grant', null);

update access_grant g set organisation_id = m.organisation_id from member m where m.id = g.member_id;

drop policy seen on access_grant;
create policy seen on access_grant for select using (
  case when scope = 'CIRCLE' then audience &&& (select app_keys('path')) -- who is named sees who else is
       when participation_id is null then audience &&& (select app_keys('accounts')) else audience &&& (select app_keys('contact')) end
  or member_id = any ((select app_keys('self'))::uuid[]));
create policy given on access_grant for insert with check (
  case when participation_id is null then scope in ('ORGANISATION', 'TUTORED', 'CASES', 'COMPANY') and audience &&& (select app_keys('accounts'))
       else scope = 'PERSON' and audience &&& (select app_keys('contact')) and audience &&& (select app_keys('eligibility')) end);
create policy ended on access_grant for update using (
  case when participation_id is null then audience &&& (select app_keys('accounts'))
       else audience &&& (select app_keys('contact')) and audience &&& (select app_keys('eligibility')) end);
grant insert (id, member_id, programme_id, role, scope, over_id, from_day, to_day, organisation_id, participation_id, audience) on access_grant to lavoro_app;
grant update (to_day) on access_grant to lavoro_app;

-- Absence: a colleague acts with the member's grants, all that he has on the day or those that are named, and never with more.
create table delegation (
  id              uuid primary key,
  programme_id    uuid not null references programme,
  member_id       uuid not null references member,
  to_member_id    uuid not null references member,
  every_grant     boolean not null,
  from_day        date not null,
  to_day          date not null check (to_day >= from_day - 1),
  given_by        uuid not null,
  organisation_id uuid not null references organisation,
  audience        uuid[] not null,
  check (member_id <> to_member_id)
);
create index delegation_member on delegation (member_id);
create index delegation_to on delegation (to_member_id);
create table delegation_grant (
  delegation_id uuid not null references delegation,
  grant_id      uuid not null references access_grant,
  member_id     uuid not null references member,
  to_member_id  uuid not null references member,
  audience      uuid[] not null,
  primary key (delegation_id, grant_id)
);
do $$
declare t text;
begin
  foreach t in array array['delegation', 'delegation_grant'] loop
    execute format('alter table %I enable row level security', t);
    execute format('create policy seen on %I for select using (audience &&& (select app_keys(''accounts'')) or member_id = any ((select app_keys(''self''))::uuid[])
      or to_member_id = any ((select app_keys(''self''))::uuid[]))', t);
    execute format('create policy given on %I for insert with check (audience &&& (select app_keys(''accounts'')) or member_id = any ((select app_keys(''self''))::uuid[]))', t);
  end loop;
end $$;
create policy ended on delegation for update using (audience &&& (select app_keys('accounts')) or member_id = any ((select app_keys('self'))::uuid[])
  or to_member_id = any ((select app_keys('self'))::uuid[]));
grant select, insert on delegation, delegation_grant to lavoro_app;
grant update (to_day) on delegation to lavoro_app;

-- Every grant as somebody holds it: his own, and those of whom he stands in for, never longer than these last. It asks for nobody's rights and
-- is for the functions below.
create view held_grant as
  select g.member_id as holder, null::uuid as absent, g.programme_id, g.role, g.scope, g.over_id, g.key, g.from_day, g.to_day
  from access_grant g
  union all
  select d.to_member_id, d.member_id, g.programme_id, g.role, g.scope, g.over_id, g.key, greatest(g.from_day, d.from_day), least(g.to_day, d.to_day)
  from delegation d join access_grant g on g.member_id = d.member_id and g.programme_id = d.programme_id
  where g.scope in ('ORGANISATION', 'TUTORED', 'CASES', 'COMPANY')
    and (d.every_grant or exists (select from delegation_grant l where l.delegation_id = d.id and l.grant_id = g.id));

drop function sign_in(text, text, date);
create function sign_in(issuer text, subject text, day date)
returns table (member_id uuid, member_name text, programme_id uuid, role text, key uuid, to_day date, absent uuid)
language sql stable security definer set search_path = public, pg_temp as $$
  select m.id, m.name, h.programme_id, h.role, h.key, h.to_day, h.absent
  from member m
  left join held_grant h on h.holder = m.id and h.from_day <= day and (h.to_day is null or h.to_day >= day)
  where m.issuer = sign_in.issuer and m.subject = sign_in.subject and (m.ended_on is null or m.ended_on >= day)
  order by h.role, h.key, h.absent
$$;
grant execute on function sign_in(text, text, date) to lavoro_app;

-- The accounts of the human behind one: by fiscal code, by person, or by e-mail address.
create function same_human(member uuid) returns setof uuid language sql stable set search_path = public, pg_temp as $$
  select o.id from member m join member o on o.id = m.id or lower(o.email) = lower(m.email) or o.person_id = m.person_id or o.fiscal_index = m.fiscal_index
  where m.id = same_human.member
$$;
revoke execute on function same_human(uuid) from public;

create function are_one_human(one uuid, other uuid) returns boolean language sql stable security definer set search_path = public, pg_temp as $$
  select (select app_acting()) and other in (select same_human(one))
$$;

-- Whether two did something as one hand: each with whom he stood in for, of whom any may be one human.
create function one_hand(one uuid[], other uuid[]) returns boolean language sql stable set search_path = public, pg_temp as $$
  select coalesce(bool_or(a = b or are_one_human(a, b)), false) from unnest(one_hand.one) a, unnest(one_hand.other) b
$$;

-- Whether the human behind a member, or (for what is handed on) behind one who stands in for him with every grant, holds one of the roles within
-- the days.
create function role_meets(member uuid, programme uuid, roles text[], first date, last date, with_delegates boolean) returns boolean
language sql stable security definer set search_path = public, pg_temp as $$
  with who as (
    select s as id, role_meets.first as first, coalesce(role_meets.last, 'infinity') as last from same_human(role_meets.member) s
    union
    select s, greatest(d.from_day, role_meets.first), least(d.to_day, coalesce(role_meets.last, 'infinity'))
    from delegation d cross join lateral same_human(d.to_member_id) s
    where with_delegates and d.member_id = role_meets.member and d.programme_id = role_meets.programme and d.every_grant
  )
  select (select app_acting()) and exists (
    select from who w join held_grant h on h.holder = w.id
    where w.first <= w.last and h.programme_id = role_meets.programme and h.role = any (role_meets.roles)
      and h.from_day <= least(w.last, coalesce(h.to_day, 'infinity')) and coalesce(h.to_day, 'infinity') >= w.first)
$$;

-- Whether some body, or the one that is named, is left without an administrator who can sign in when the member is none from the day on.
create function administrator_is_last(member uuid, organisation uuid, day date) returns boolean
language sql stable security definer set search_path = public, pg_temp as $$
  select (select app_acting()) and exists (
    select from access_grant g
    where g.member_id = administrator_is_last.member and g.role = 'ADMINISTRATOR' and (organisation is null or g.over_id = organisation)
      and (g.to_day is null or g.to_day >= day)
      and not exists (
        select from access_grant o join member m on m.id = o.member_id
        where o.role = 'ADMINISTRATOR' and o.over_id = g.over_id and o.member_id <> g.member_id and m.issuer is not null and (m.ended_on is null or m.ended_on >= day)
          and o.from_day <= day and (o.to_day is null or o.to_day >= day)))
$$;

-- Whether a company works with a body, for granting its tutor.
create function company_works_with(company uuid, organisation uuid) returns boolean language sql stable security definer set search_path = public, pg_temp as $$
  select (select app_acting()) and exists (select from company c where c.id = company_works_with.company and organisation = any (c.audience))
$$;

-- Whether a member holds a role in a programme on a day, for those who see the member and not his grants.
create function member_holds(member uuid, programme uuid, role text, day date) returns boolean language sql stable security definer set search_path = public, pg_temp as $$
  select (select app_acting()) and exists (select from access_grant g where g.member_id = member_holds.member and g.programme_id = member_holds.programme
    and g.role = member_holds.role and g.from_day <= day and (g.to_day is null or g.to_day >= day))
$$;

-- Ends a member after a day with all that he was given and has given, whichever body answers for it: his home body knows that he is gone.
create function member_end(member uuid, last_day date) returns void language plpgsql security definer set search_path = public, pg_temp as $$
begin
  update member m set ended_on = last_day, revision = m.revision + 1
  where m.id = member_end.member and m.answering &&& (select app_keys('accounts')) and (m.ended_on is null or m.ended_on > last_day);
  if not found then
    raise exception 'member is not the actor''s to end' using errcode = 'LA002';
  end if;
  update access_grant g set to_day = greatest(last_day, g.from_day - 1) where g.member_id = member_end.member and (g.to_day is null or g.to_day > last_day);
  update delegation d set to_day = greatest(last_day, d.from_day - 1) where member_end.member in (d.member_id, d.to_member_id) and d.to_day > last_day;
end $$;

revoke execute on function one_hand(uuid[], uuid[]) from public;
grant execute on function are_one_human(uuid, uuid), one_hand(uuid[], uuid[]), role_meets(uuid, uuid, text[], date, date, boolean), administrator_is_last(uuid, uuid, date),
  company_works_with(uuid, uuid), member_holds(uuid, uuid, text, date), member_end(uuid, date) to lavoro_app;
