-- What is confidential of a participation is sealed under the person's data key, bound to its table, column and row. Nothing was sealed
-- before, and SQL holds no keys: an installation of people who exist that has such rows is not brought here silently.
do $$
begin
  if exists (select 1 from installation where kind = 'REAL') and exists (select 1 from participation) then
    raise exception 'participations of this REAL installation hold unsealed facts: export them, and bring them in again under its keys';
  end if;
end $$;

-- One row for each class, always, of one length: a dump does not even tell that somebody has a reason of health. The codes that a
-- demonstration had are gone.
delete from participation_group;
alter table participation_group drop column code;
alter table participation_group add column sealed bytea not null;
alter table participation_group add unique (participation_id, class);

-- What others' rules need to know of the groups, told by functions only.
create table participation_fact (
  participation_id uuid primary key references participation,
  groups           int not null,      -- in how many the person is
  quota_exempt     boolean not null   -- whether one of them does not count for the host quota, by the policy of the day they were written
);
create function participation_fact_set(participation uuid, groups int, quota_exempt boolean) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if not exists (select 1 from participation p where p.id = participation_fact_set.participation and p.audience && (select app_keys('path'))) then
    raise exception 'participation is not in the audience of the actor' using errcode = 'LA002';
  end if;
  insert into participation_fact values (participation_fact_set.participation, participation_fact_set.groups, participation_fact_set.quota_exempt)
    on conflict (participation_id) do update set groups = excluded.groups, quota_exempt = excluded.quota_exempt;
end $$;

create or replace function participation_groups(participation uuid) returns int
language sql stable security definer set search_path = public, pg_temp as $$
  select coalesce((select f.groups from participation_fact f join participation p on p.id = f.participation_id
                   where p.id = participation_groups.participation and p.audience && (select app_keys('path'))), 0)
$$;

-- Whether a person belongs to a group that does not count for the host quota (L.R. 3/2012 art. 7): the answer alone leaves, and only for
-- a participation that the caller sees.
drop function placement_exempt(uuid, text[]);
create function placement_exempt(participation uuid) returns boolean
language sql stable security definer set search_path = public, pg_temp as $$
  select exists (select 1 from participation p join participation_fact f on f.participation_id = p.id
                 where p.id = placement_exempt.participation and f.quota_exempt and p.audience && (select app_keys('path')))
$$;
grant execute on function participation_fact_set(uuid, int, boolean), placement_exempt(uuid) to lavoro_app;

-- The name of the service tells what the groups tell.
alter table participation drop column referring_service;
alter table participation add column referring_service bytea;

do $$
declare c text;
begin
  foreach c in array array['foreign_background', 'housing_exclusion', 'disability', 'minority'] loop
    execute format('alter table entry_snapshot drop column %I', c);
    execute format('alter table entry_snapshot add column %I bytea', c);
  end loop;
end $$;

-- Ids of a list's items, for those who are shown a code that was sealed: lists are nobody's data.
create function programme_code_ids(programme uuid, list text) returns table (code text, id uuid)
language sql stable security definer set search_path = public, pg_temp as $$
  select c.code, c.id from code_item c where c.programme_id = programme and c.list = programme_code_ids.list
$$;
grant execute on function programme_code_ids(uuid, text) to lavoro_app;
