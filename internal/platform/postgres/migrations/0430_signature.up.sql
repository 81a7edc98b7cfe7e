-- Who has no account signs a month of the register: asked for by who accompanies the person, by a link in a letter or a code shown on a phone. Of the
-- secret a keyed mark is kept, and the secret of a letter itself, sealed under the installation's key, until the letter has gone.
create table month_signature (
  id               uuid primary key,
  programme_id     uuid not null references programme,
  participation_id uuid not null references participation,
  register_month_id uuid not null references register_month,
  company_id       uuid references company,
  month            date not null,
  party            text not null check (party in ('HOST', 'PARTICIPANT', 'REPRESENTATIVE')),
  state            text not null check (state in ('ASKED', 'SIGNED', 'REVOKED')),
  way              text check (way in ('LINK', 'CODE')), -- by which the secret last went; null before
  content_hash     bytea not null check (length(content_hash) = 32), -- of the document that is to be signed
  asked_by         uuid not null,
  asked_at         timestamptz not null,
  email            bytea,              -- sealed: where letters go
  secret_mark      bytea unique check (length(secret_mark) = 32),
  sent_by          uuid,               -- who had it sent, or has shown it
  on_behalf_of     uuid,               -- for whom he stood in; null where a grant of his own allowed it
  sealed           bytea,
  expires_at       timestamptz,        -- of the secret
  sendings         int not null default 0 check (sendings >= 0), -- letters that have gone and codes that were shown
  sent_at          timestamptz,        -- the last of them
  failed_at        timestamptz,        -- when a letter last did not go
  browser_mark     bytea check (length(browser_mark) = 32), -- of the browser that opened the secret: no other does then
  opened_at        timestamptz,
  name             bytea,              -- sealed: as who signed has written it
  signed_at        timestamptz,
  revoked_by       uuid,
  revoked_at       timestamptz,
  audience         uuid[] not null,
  revision         int not null default 1,
  check ((secret_mark is null) = (way is null)), check ((secret_mark is null) = (expires_at is null)), check (sealed is null or way = 'LINK'),
  check ((browser_mark is null) = (opened_at is null)), check ((state = 'SIGNED') = (signed_at is not null)), check ((signed_at is null) = (name is null)),
  check ((state = 'REVOKED') = (revoked_at is not null)), check ((revoked_at is null) = (revoked_by is null)),
  constraint month_signature_sender check ((secret_mark is null) = (sent_by is null))
);
create unique index month_signature_asked on month_signature (register_month_id, party) where state = 'ASKED';
create index month_signature_month on month_signature (register_month_id, asked_at, id);
create index month_signature_participation on month_signature (participation_id);
create index month_signature_unsent on month_signature (expires_at) where sealed is not null;
alter table register_step add column signature_id uuid references month_signature; -- by which somebody without an account did it

insert into audience_follower values ('month_signature', 'company_id');
alter table month_signature enable row level security;
create policy seen on month_signature using (audience &&& (select app_keys('work')));
grant select, insert, update on month_signature to lavoro_app;
insert into mandate_opens values ('month_signature', true);
create function follow_mandates_of_month() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if exists (select from mandate) then
    new.audience := mandated_audience(new.audience, new.participation_id, new.month, (new.month + interval '1 month - 1 day')::date);
  end if;
  return new;
end $$;
create trigger follows_mandates before insert or update of audience on month_signature for each row execute function follow_mandates_of_month();

-- The signature that a secret asks for, told by marks of it, however it stands.
create function signature_of(marks bytea[]) returns table (id uuid, state text, expires_at timestamptz, browser_mark bytea)
language sql stable security definer set search_path = public, pg_temp as $$
  select s.id, s.state, s.expires_at, s.browser_mark from month_signature s where s.secret_mark = any (signature_of.marks)
$$;

-- Who brings the secret acts as the signature itself: an actor who holds no grant, and of whom these three know one document.
create function month_to_sign(signature uuid)
returns table (programme_id uuid, participation_id uuid, person_id uuid, register_month_id uuid, enrolment_id uuid, placement_id uuid, company_id uuid, pseudonym text, party text,
               month date, month_state text, minutes int, presence_days int, content_hash bytea, month_hash bytea, audience uuid[])
language sql stable security definer set search_path = public, pg_temp as $$
  select m.programme_id, m.participation_id, a.person_id, m.id, m.enrolment_id, m.placement_id, m.company_id, a.pseudonym, s.party, m.month, m.state, coalesce(m.minutes, 0),
         coalesce(m.presence_days, 0), s.content_hash, m.content_hash, m.audience
  from month_signature s join register_month m on m.id = s.register_month_id join participation a on a.id = s.participation_id
  where s.id = month_to_sign.signature and s.id = any ((select app_keys('self'))::uuid[]) and s.state = 'ASKED'
$$;

create function entries_to_sign(signature uuid)
returns table (id uuid, kind text, day date, from_minute int, to_minute int, minutes int, absence_reason text, standing text)
language sql stable security definer set search_path = public, pg_temp as $$
  select e.id, e.kind, e.day, e.from_minute, e.to_minute, e.minutes, e.absence_reason, e.standing
  from month_signature s join register_month m on m.id = s.register_month_id
  join attendance e on e.enrolment_id = m.enrolment_id and e.day >= m.month and e.day < m.month + interval '1 month' and e.standing = 'COUNTED'
  where s.id = entries_to_sign.signature and s.id = any ((select app_keys('self'))::uuid[]) and s.state = 'ASKED'
  order by e.day, e.from_minute, e.id
$$;

-- Keeps in which browser the secret was opened, told by marks of it. False where it was opened in another, or another secret took its place meanwhile.
create function signature_open(signature uuid, marks bytea[], browser bytea, at timestamptz) returns boolean language plpgsql security definer set search_path = public, pg_temp as $$
#variable_conflict use_column
begin
  update month_signature s set browser_mark = signature_open.browser, opened_at = signature_open.at
    where s.id = signature_open.signature and s.id = any (app_keys('self')) and s.state = 'ASKED'
      and s.secret_mark = any (signature_open.marks) and s.browser_mark is null;
  return exists (select from month_signature s where s.id = signature_open.signature and s.id = any (app_keys('self'))
    and s.secret_mark = any (signature_open.marks) and s.browser_mark = signature_open.browser);
end $$;

-- Signs: the one document, once, by the secret in the browser that opened it, before it has run out. A host's signature certifies the month. False where
-- that cannot be any more.
create function signature_sign(signature uuid, marks bytea[], browser bytea, name bytea, at timestamptz, day date, step uuid, act text) returns boolean
language plpgsql security definer set search_path = public, pg_temp as $$
#variable_conflict use_column
declare s month_signature; m register_month;
begin
  select * into m from register_month r where r.id = (select x.register_month_id from month_signature x where x.id = signature_sign.signature and x.id = any (app_keys('self'))) for update;
  select * into s from month_signature x where x.id = signature_sign.signature and x.id = any (app_keys('self')) and x.state = 'ASKED' and x.expires_at > signature_sign.at
    and x.secret_mark = any (signature_sign.marks) and x.browser_mark = signature_sign.browser for update;
  if s.id is null or m.content_hash is distinct from s.content_hash or s.party = 'HOST' and m.state <> 'SUBMITTED' then
    return false;
  end if;
  update month_signature x set state = 'SIGNED', name = signature_sign.name, signed_at = signature_sign.at, sealed = null, revision = x.revision + 1 where x.id = s.id;
  if s.party = 'HOST' then
    insert into register_step (id, register_month_id, participation_id, company_id, month, position, act, from_state, to_state, at, member_id, content_hash, signature_id, audience)
    values (signature_sign.step, m.id, m.participation_id, m.company_id, m.month, m.revision, signature_sign.act, m.state, 'HOST_CERTIFIED', signature_sign.at, s.id, m.content_hash, s.id, m.audience);
    update register_month r set state = 'HOST_CERTIFIED', state_since = signature_sign.day, for_host = false, revision = r.revision + 1 where r.id = m.id;
  end if;
  return true;
end $$;

-- Whether an address is that of somebody who works for a programme on a day: what certifies the work of its people does not go to themselves.
create function works_for_programme(email text, programme uuid, day date) returns boolean language sql stable security definer set search_path = public, pg_temp as $$
  select (select app_acting()) and exists (
    select from member m join access_grant g on g.member_id = m.id
    where lower(m.email) = lower(works_for_programme.email) and g.programme_id = works_for_programme.programme and g.scope in ('ORGANISATION', 'TUTORED', 'CASES')
      and g.from_day <= works_for_programme.day and (g.to_day is null or g.to_day >= works_for_programme.day))
$$;

-- Whether somebody represents a person on a day.
create function is_represented(participation uuid, day date) returns boolean language sql stable security definer set search_path = public, pg_temp as $$
  select (select app_acting()) and exists (
    select from representation r join access_grant g on g.id = r.id
    where r.participation_id = is_represented.participation and g.from_day <= is_represented.day and (g.to_day is null or g.to_day >= is_represented.day))
$$;

revoke execute on function follow_mandates_of_month(), signature_of(bytea[]), month_to_sign(uuid), entries_to_sign(uuid), signature_open(uuid, bytea[], bytea, timestamptz),
  signature_sign(uuid, bytea[], bytea, bytea, timestamptz, date, uuid, text), is_represented(uuid, date), works_for_programme(text, uuid, date) from public;
grant execute on function signature_of(bytea[]), month_to_sign(uuid), entries_to_sign(uuid), signature_open(uuid, bytea[], bytea, timestamptz),
  signature_sign(uuid, bytea[], bytea, bytea, timestamptz, date, uuid, text), is_represented(uuid, date), works_for_programme(text, uuid, date) to lavoro_app;
