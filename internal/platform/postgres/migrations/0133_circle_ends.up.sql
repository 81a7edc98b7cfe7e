-- Who is named in a circle is so in a role, and only while he holds it otherwise in the programme.
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
  where g.scope in ('ORGANISATION', 'TUTORED', 'CASES', 'COMPANY')
    and (d.every_grant or exists (select from delegation_grant l where l.delegation_id = d.id and l.grant_id = g.id));

-- Ends that a member is named in circles of a programme in a role with the last day on which he holds the role. It follows from the grants
-- that stand, whoever calls it.
create function circle_follows_role(member uuid, programme uuid, role text) returns void language sql security definer set search_path = public, pg_temp as $$
  update access_grant g set to_day = greatest(held.last, g.from_day - 1)
  from (select coalesce(max(coalesce(r.to_day, 'infinity')), '-infinity') as last from access_grant r
        where r.member_id = circle_follows_role.member and r.programme_id = circle_follows_role.programme and r.role = circle_follows_role.role and r.scope <> 'CIRCLE') held
  where (select app_acting()) and g.member_id = circle_follows_role.member and g.programme_id = circle_follows_role.programme and g.role = circle_follows_role.role
    and g.scope = 'CIRCLE' and held.last < coalesce(g.to_day, 'infinity')
$$;

-- Whether somebody could lift a protection on a day: one who is named, or who follows the case, in one of the roles that may. Who stands in
-- for another does not count: he goes again.
create function circle_open(participation uuid, roles text[], day date) returns boolean language sql stable security definer set search_path = public, pg_temp as $$
  select (select app_acting()) and exists (
    select from participation p join held_grant h on h.programme_id = p.programme_id
      and (h.scope = 'CIRCLE' and h.over_id = p.id or h.scope = 'CASES' and h.over_id = p.case_manager_id)
    join member m on m.id = h.holder
    where p.id = circle_open.participation and h.absent is null and h.role = any (roles) and h.from_day <= day and coalesce(h.to_day, 'infinity') >= day
      and coalesce(m.ended_on, 'infinity') >= day)
$$;

-- How many protections of those in which a member is or was named, or whose case he follows, somebody could lift on a day: a number alone.
create function circles_open(member uuid, roles text[], day date) returns int language sql stable security definer set search_path = public, pg_temp as $$
  select count(*)::int from participation p
  where (select app_acting()) and p.protected and circle_open(p.id, roles, day) and (p.case_manager_id = circles_open.member
    or exists (select from access_grant g where g.scope = 'CIRCLE' and g.over_id = p.id and g.member_id = circles_open.member))
$$;
grant execute on function circle_follows_role(uuid, uuid, text), circle_open(uuid, text[], date), circles_open(uuid, text[], date) to lavoro_app;

create or replace function name_circle(participation uuid, members uuid[], roles text[], ends date[], day date) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
declare this participation;
begin
  perform pg_advisory_xact_lock(7201926070); -- of those who change who holds what
  select * into this from participation p where p.id = name_circle.participation and p.audience && (select app_keys('path'));
  if not found then
    raise exception 'participation is not in the audience of the actor' using errcode = 'LA002';
  end if;
  delete from access_grant g where g.scope = 'CIRCLE' and g.over_id = this.id and g.from_day >= day;
  update access_grant g set to_day = day - 1 where g.scope = 'CIRCLE' and g.over_id = this.id and (g.to_day is null or g.to_day >= day);
  insert into access_grant (id, member_id, programme_id, role, scope, over_id, from_day, to_day, audience)
  select gen_random_uuid(), n.member, this.programme_id, n.role, 'CIRCLE', this.id, day, least(n.ends, nullif(held.last, 'infinity')),
         array[scope_key('CIRCLE', this.programme_id, this.id), scope_key('HOUSE', this.programme_id, this.programme_id)]
  from unnest(members, roles, ends) n(member, role, ends)
  cross join lateral (select max(coalesce(g.to_day, 'infinity')) as last from access_grant g where g.member_id = n.member and g.programme_id = this.programme_id
                      and g.role = n.role and g.scope <> 'CIRCLE' and g.from_day <= day and (g.to_day is null or g.to_day >= day)) held
  where held.last is not null;
end $$;
