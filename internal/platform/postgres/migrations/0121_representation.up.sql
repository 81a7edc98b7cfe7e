-- By which title somebody represents a person. It is the other half of the grant of the same id: days and member stand there. The kind of title and
-- its reference are sealed under the person's key: that somebody has a guardian tells of his health.
create table representation (
  id               uuid primary key references access_grant,
  participation_id uuid not null references participation,
  titled_on        date not null,
  kind             bytea not null,
  reference        bytea not null,
  audience         uuid[] not null
);
create index representation_participation on representation (participation_id);
insert into audience_follower values ('representation', null);

alter table representation enable row level security;
create policy seen on representation for select using (audience &&& (select app_keys('contact')));
create policy appointed on representation for insert with check (audience &&& (select app_keys('contact')) and audience &&& (select app_keys('eligibility')));
grant select, insert on representation to lavoro_app;

-- Whether the human behind a member works with a participation on some day from the given one on, for himself or for somebody absent: whether one of
-- the roles opens it to him, or one of its internships.
create function works_on_case(member uuid, participation uuid, roles text[], day date) returns boolean language sql stable security definer set search_path = public, pg_temp as $$
  select (select app_acting()) and exists (
    select from held_grant h
    where h.holder in (select same_human(works_on_case.member)) and h.role = any (works_on_case.roles) and (h.to_day is null or h.to_day >= day)
      and (exists (select from participation p where p.id = works_on_case.participation and h.key = any (p.audience))
        or exists (select from placement p where p.participation_id = works_on_case.participation and h.key = any (p.audience))))
$$;

-- Whether the human behind a member is let see the person of a participation, himself or as who represents him, on some day from the given one on.
create function let_see_person(member uuid, participation uuid, day date) returns boolean language sql stable security definer set search_path = public, pg_temp as $$
  select (select app_acting()) and exists (
    select from access_grant g join participation p on p.id = let_see_person.participation
    where g.member_id in (select same_human(let_see_person.member)) and g.scope = 'PERSON' and g.over_id = p.person_id and g.programme_id = p.programme_id
      and (g.to_day is null or g.to_day >= day and g.to_day >= g.from_day))
$$;

-- Writes that a member is the person of a participation, or (known: false) that this was a mistake: by who gives rights over the person.
create function member_is_person(member uuid, participation uuid, known boolean) returns void language plpgsql security definer set search_path = public, pg_temp as $$
declare whose uuid;
begin
  select p.person_id into whose from participation p where p.id = member_is_person.participation
    and p.audience &&& (select app_keys('contact')) and p.audience &&& (select app_keys('eligibility'));
  if whose is null then
    raise exception 'participation is not in the audience of the actor' using errcode = 'LA002';
  end if;
  if known then
    update member m set person_id = whose, revision = m.revision + 1 where m.id = member_is_person.member and m.person_id is null;
  else
    update member m set person_id = null, revision = m.revision + 1 where m.id = member_is_person.member and m.person_id = whose;
  end if;
end $$;
revoke execute on function member_is_person(uuid, uuid, boolean) from public;
grant execute on function works_on_case(uuid, uuid, text[], date), let_see_person(uuid, uuid, date), member_is_person(uuid, uuid, boolean) to lavoro_app;
