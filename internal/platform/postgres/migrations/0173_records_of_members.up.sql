-- Two records that were merged are one human: who sees him by the one does not work on the case of the other.
create or replace function works_on_case(member uuid, participation uuid, roles text[], day date) returns boolean language sql stable security definer set search_path = public, pg_temp as $$
  with mine as (select a.id, a.audience from participation p join participation a on a.programme_id = p.programme_id and a.person_id in (select records_of(p.person_id))
                where p.id = works_on_case.participation)
  select (select app_acting()) and exists (
    select from held_grant h
    where h.holder in (select same_human(works_on_case.member)) and h.role = any (works_on_case.roles) and (h.to_day is null or h.to_day >= day)
      and (exists (select from mine p where h.key = any (p.audience))
        or exists (select from placement l join mine p on p.id = l.participation_id where h.key = any (l.audience))))
$$;
create or replace function let_see_person(member uuid, participation uuid, day date) returns boolean language sql stable security definer set search_path = public, pg_temp as $$
  select (select app_acting()) and exists (
    select from access_grant g join participation p on p.id = let_see_person.participation
    where g.member_id in (select same_human(let_see_person.member)) and g.scope = 'PERSON' and g.over_id in (select records_of(p.person_id)) and g.programme_id = p.programme_id
      and (g.to_day is null or g.to_day >= day and g.to_day >= g.from_day))
$$;

-- Whether the human behind a member is let see, himself or as who represents him, somebody whom a key opens in a programme, on some of the days.
create function sees_under_key(member uuid, programme uuid, key uuid, from_day date, to_day date) returns boolean language sql stable security definer set search_path = public, pg_temp as $$
  select (select app_acting()) and exists (
    select from access_grant g join participation p on p.programme_id = g.programme_id and p.person_id in (select records_of(g.over_id))
    where g.member_id in (select same_human(sees_under_key.member)) and g.scope = 'PERSON' and g.programme_id = sees_under_key.programme
      and daterange(g.from_day, coalesce(g.to_day + 1, 'infinity')) && daterange(sees_under_key.from_day, coalesce(sees_under_key.to_day + 1, 'infinity'))
      and (sees_under_key.key = any (p.audience) or exists (select from placement l where l.participation_id = p.id and sees_under_key.key = any (l.audience))))
$$;
revoke execute on function sees_under_key(uuid, uuid, uuid, date, date) from public;
grant execute on function sees_under_key(uuid, uuid, uuid, date, date) to lavoro_app;
