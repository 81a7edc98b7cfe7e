-- A protection that nobody could lift any more falls to the coordination of the lead body: whoever coordinates there on the day, can sign in,
-- and is not let see the person himself or for him, is named beside those who are. By the house alone, whose key no grant gives.
create function circle_heirs(participation uuid, roles text[], day date) returns setof uuid
language plpgsql security definer set search_path = public, pg_temp as $$
#variable_conflict use_column
declare this participation;
begin
  perform pg_advisory_xact_lock(7201926070); -- of those who change who holds what
  select * into this from participation p where p.id = circle_heirs.participation and p.protected
    and scope_key('HOUSE', p.programme_id, p.programme_id) = any (app_keys('path')) for update;
  if not found then
    raise exception 'participation is not in the audience of the house' using errcode = 'LA002';
  end if;
  if circle_open(this.id, roles, day) then
    return;
  end if;
  return query
    insert into access_grant as g (id, member_id, programme_id, role, scope, over_id, from_day, to_day, audience)
    select gen_random_uuid(), r.member_id, this.programme_id, 'COORDINATOR', 'CIRCLE', this.id, day, nullif(max(coalesce(r.to_day, 'infinity')), 'infinity'),
           array[scope_key('CIRCLE', this.programme_id, this.id), scope_key('HOUSE', this.programme_id, this.programme_id)]
    from access_grant r join organisation o on o.id = r.over_id and o.parent_id is null join member m on m.id = r.member_id
    where r.programme_id = this.programme_id and r.role = 'COORDINATOR' and r.scope = 'ORGANISATION' and r.from_day <= day and coalesce(r.to_day, 'infinity') >= day
      and m.issuer is not null and coalesce(m.ended_on, 'infinity') >= day and not let_see_person(m.id, this.id, day)
    group by r.member_id order by r.member_id
    on conflict (member_id, programme_id, role, key, from_day) where to_day is null or to_day >= from_day do update set to_day = excluded.to_day
    returning g.member_id;
end $$;
revoke execute on function circle_heirs(uuid, text[], date) from public;
grant execute on function circle_heirs(uuid, text[], date) to lavoro_app;

-- The protected participations of programmes whose protection nobody could lift on a day: for the house.
create function circles_closed(programmes uuid[], roles text[], day date) returns setof uuid language sql stable security definer set search_path = public, pg_temp as $$
  select p.id from participation p
  where p.programme_id = any (programmes) and p.protected and scope_key('HOUSE', p.programme_id, p.programme_id) = any ((select app_keys('path'))::uuid[])
    and not circle_open(p.id, roles, day) and not exists (select from destroyed_key d where d.person_id = p.person_id)
  order by p.id
$$;
revoke execute on function circles_closed(uuid[], text[], date) from public;
grant execute on function circles_closed(uuid[], text[], date) to lavoro_app;
