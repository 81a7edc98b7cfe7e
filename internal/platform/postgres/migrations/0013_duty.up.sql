-- The house's own services act in every programme as its lead organisation; which ones there are is behind everybody's rights.
create function programme_roots() returns table (programme_id uuid, organisation_id uuid)
language sql stable security definer set search_path = public, pg_temp as $$
  select o.programme_id, o.id from organisation o where o.parent_id is null order by o.programme_id, o.position
$$;
grant execute on function programme_roots() to lavoro_app;

create index due_subject on due (subject_id);
create index due_participation on due (participation_id) where participation_id is not null;
