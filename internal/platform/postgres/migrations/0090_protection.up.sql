-- A protected participation is seen by the people who are named, and by nobody else; where its money and hours are counted, a pseudonym
-- stands for it. The pseudonym is chance: nothing can be worked out from it.
create function new_pseudonym() returns text language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare code text; chance bytea;
begin
  loop
    chance := uuid_send(gen_random_uuid());
    select 'P-' || string_agg(substr('23456789ABCDEFGHJKLMNPQRSTUVWXYZ', get_byte(chance, i) % 32 + 1, 1), '' order by i) into code from generate_series(0, 5) i;
    exit when not exists (select from participation p where p.pseudonym = code);
  end loop;
  return code;
end $$;
grant execute on function new_pseudonym() to lavoro_app;

alter table participation
  add column protected boolean not null default false,
  add column pseudonym text unique check (pseudonym ~ '^P-[2-9A-HJ-NP-Z]{6}$');
update participation set pseudonym = new_pseudonym();
alter table participation alter column pseudonym set default new_pseudonym(), alter column pseudonym set not null;

-- The pseudonym under which a row is shown to those who do not see whose it is.
create function pseudonym_of(participation uuid) returns text language sql stable security definer set search_path = public, pg_temp as $$
  select p.pseudonym from participation p where p.id = pseudonym_of.participation and (select app_acting())
$$;

-- Money is paid and counted for everybody: its rows carry the keys of the organisations even where the participation does not.
create function money_keys(participation uuid) returns uuid[] language sql stable security definer set search_path = public, pg_temp as $$
  select case when p.protected then array(select distinct k from unnest(p.audience || organisation_line(p.organisation_id)) k order by 1) else p.audience end
  from participation p where p.id = money_keys.participation and p.audience && (select app_keys('path'))
$$;
grant execute on function pseudonym_of(uuid), money_keys(uuid) to lavoro_app;

alter table audience_follower add column money boolean not null default false; -- its rows keep the organisations' keys: see money_keys
update audience_follower set money = true where table_name in ('allowance', 'allowance_line');

create or replace function spread_audience(participation uuid, keys uuid[]) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
declare f audience_follower; this participation; new_keys text; line uuid[] := '{}';
begin
  select * into this from participation p where p.id = spread_audience.participation and p.audience && (select app_keys('path'));
  if not found then
    raise exception 'participation is not in the audience of the actor' using errcode = 'LA002';
  end if;
  if this.protected then
    line := organisation_line(this.organisation_id);
  end if;
  update participation p set audience = keys where p.id = this.id and p.audience <> keys;
  update person p set audience = u.keys
    from (select array_agg(distinct k) as keys from participation a, unnest(a.audience) k where a.person_id = this.person_id) u
    where p.id = this.person_id and p.audience <> u.keys;
  update person_code c set audience = p.audience from person p where p.id = this.person_id and c.person_id = this.person_id and c.audience <> p.audience;
  for f in select * from audience_follower order by table_name loop
    new_keys := case when f.money then 'case when cardinality($4) = 0 then $2 else array(select distinct k from unnest($2 || $4) k order by 1) end'
                     when f.extra_column is null then '$2'
                     else format('case when %1$I is null then $2 else $2 || scope_key(''COMPANY'', $3, %1$I) end', f.extra_column) end;
    execute format('update %I set audience = %s where participation_id = $1 and audience <> %s', f.table_name, new_keys, new_keys)
      using this.id, keys, this.programme_id, line;
  end loop;
end $$;

-- Names who sees a protected participation, each in a role that he holds in the programme, until a day or without an end (null). Who is
-- named no more sees nothing from now on. Only the circle itself reads who is named.
create function name_circle(participation uuid, members uuid[], roles text[], ends date[], day date) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
declare this participation;
begin
  select * into this from participation p where p.id = name_circle.participation and p.audience && (select app_keys('path'));
  if not found then
    raise exception 'participation is not in the audience of the actor' using errcode = 'LA002';
  end if;
  delete from access_grant g where g.scope = 'CIRCLE' and g.over_id = this.id and g.from_day >= day;
  update access_grant g set to_day = day - 1 where g.scope = 'CIRCLE' and g.over_id = this.id and (g.to_day is null or g.to_day >= day);
  insert into access_grant (id, member_id, programme_id, role, scope, over_id, from_day, to_day, audience)
  select gen_random_uuid(), n.member, this.programme_id, n.role, 'CIRCLE', this.id, day, n.ends,
         array[scope_key('CIRCLE', this.programme_id, this.id), scope_key('HOUSE', this.programme_id, this.programme_id)]
  from unnest(members, roles, ends) n(member, role, ends)
  where exists (select from access_grant g where g.member_id = n.member and g.programme_id = this.programme_id and g.role = n.role and g.scope <> 'CIRCLE'
                and g.from_day <= day and (g.to_day is null or g.to_day >= day));
end $$;
grant execute on function name_circle(uuid, uuid[], text[], date[], date) to lavoro_app;
