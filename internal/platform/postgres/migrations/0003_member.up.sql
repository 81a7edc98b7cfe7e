-- Who signs in. A member is known by issuer and subject; an e-mail address is how people are told of things.
create table member (
  id           uuid primary key,
  issuer       text not null,
  subject      text not null,
  email        text not null,
  name         text not null,
  person_id    uuid,             -- a member who is himself followed by a programme
  audience     uuid[] not null,  -- the organisations that may see the member's name, and the member
  revision     int not null default 1,
  unique (issuer, subject)
);
create unique index member_email on member (lower(email));

create table access_grant (
  id           uuid primary key,
  member_id    uuid not null references member,
  programme_id uuid not null references programme,
  role         text not null,
  key          uuid not null, -- an organisation, a company, or a person
  from_day     date not null,
  to_day       date,
  audience     uuid[] not null,
  unique (member_id, programme_id, role, key, from_day),
  check (to_day is null or from_day <= to_day)
);
create index access_grant_member on access_grant (member_id);

alter table member enable row level security;
create policy seen on member using (audience && (select app_keys('directory')) or id = any ((select app_keys('self'))::uuid[]));
alter table access_grant enable row level security;
create policy seen on access_grant using (audience && (select app_keys('directory')) or member_id = any ((select app_keys('self'))::uuid[]));
grant select on member, access_grant to lavoro_app;

-- Signing in precedes rights: the caller gives issuer and subject that a token proved, and gets that one member's grants.
create function sign_in(issuer text, subject text, day date)
returns table (member_id uuid, member_name text, programme_id uuid, role text, key uuid, to_day date)
language sql stable security definer set search_path = public, pg_temp as $$
  select m.id, m.name, g.programme_id, g.role, g.key, g.to_day
  from member m
  left join access_grant g on g.member_id = m.id and g.from_day <= day and (g.to_day is null or g.to_day >= day)
  where m.issuer = sign_in.issuer and m.subject = sign_in.subject
  order by g.role, g.key
$$;
grant execute on function sign_in(text, text, date) to lavoro_app;

-- The sign-in list of a demonstration, each with the role that tells most; a REAL installation answers nothing. Where somebody works
-- follows from the first key that names a body: a partner, a company, or for participants the programme itself.
create function demonstration_people() returns table (email text, name text, role text, organisation text, subject text)
language plpgsql stable security definer set search_path = public, pg_temp as $$
#variable_conflict use_column
begin
  return query
  select m.email, m.name, told.role, coalesce(partner.name, host.name, told.programme), m.subject
  from member m
  cross join lateral (
    select g.role, g.key, p.name as programme from access_grant g join programme p on p.id = g.programme_id where g.member_id = m.id
    order by array_position(array['COORDINATOR', 'PARTNER_COORDINATOR', 'CASE_MANAGER', 'TUTOR', 'HOST_TUTOR', 'SCOUT', 'PAYMENTS_OFFICER',
                                  'APPROVER', 'AUDITOR', 'ADMINISTRATOR', 'DPO', 'PARTICIPANT', 'STAFF'], g.role), g.id limit 1
  ) told
  left join lateral (
    select o.name from access_grant g join organisation o on o.id = g.key where g.member_id = m.id order by o.position desc limit 1
  ) partner on true
  left join company host on host.id = told.key
  where (select kind from installation) = 'DEMONSTRATION'
  order by m.email;
end $$;
grant execute on function demonstration_people() to lavoro_app;
