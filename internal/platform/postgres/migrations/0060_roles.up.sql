-- Who may do what in the database itself. The owner migrates, makes partitions and keeps retention; lavoro_app answers people, under
-- row-level security; lavoro_relay carries news and holds leases, and sees no personal data; lavoro_auditor reads with psql what proves
-- that nothing of the past was changed.
do $$
declare r text;
begin
  foreach r in array array['lavoro_relay', 'lavoro_auditor'] loop
    begin
      execute format('create role %I nologin', r);
    exception when duplicate_object or unique_violation then null;
    end;
    begin
      execute format('grant %I to %I', r, current_user);
    exception when others then null; -- a superuser needs no membership, and may not be granted one by itself
    end;
  end loop;
end $$;

-- News leave through the relay's own connections; the application writes them by news_append alone, and reads them never.
revoke all on outbox, lease, relay_position from lavoro_app;
revoke execute on function outbox_prepare(date, int), programme_roots() from lavoro_app;
grant select on installation, news_head, outbox, reaction_position to lavoro_relay;
grant select, insert, update, delete on lease, relay_position to lavoro_relay;
grant execute on function outbox_prepare(date, int), programme_roots(), lavoro_epoch() to lavoro_relay;

-- Whether somebody acts at all: decisions are for people in the middle of something, not for whoever holds a connection.
create function app_acting() returns boolean language sql stable parallel safe set search_path = public, pg_temp as $$
  select exists (select from unnest(app_keys('self')) k where k <> '00000000-0000-0000-0000-000000000000')
$$;
grant execute on function app_acting() to lavoro_app;

create or replace function activity_taken(activity uuid) returns int language sql stable security definer set search_path = public, pg_temp as $$
  select count(*)::int from enrolment where (select app_acting()) and activity_id = activity and state in ('ENROLLED', 'SUSPENDED', 'COMPLETED')
$$;
create or replace function site_interns(site uuid, from_day date, to_day date, but uuid) returns int
language sql stable security definer set search_path = public, pg_temp as $$
  select count(*)::int from placement p
  where (select app_acting()) and p.site_id = site and not p.exempt_from_quota and p.id is distinct from but
    and p.state in ('MATCHED', 'PFI_SIGNED', 'COMMUNICATED', 'RUNNING', 'SUSPENDED')
    and daterange(p.from_day, p.to_day, '[]') && daterange(site_interns.from_day, site_interns.to_day, '[]')
$$;
create or replace function opening_taken(opening uuid, but uuid) returns int
language sql stable security definer set search_path = public, pg_temp as $$
  select count(*)::int from placement p
  where (select app_acting()) and p.opening_id = opening and p.id is distinct from but
    and p.state in ('DRAFT', 'MATCHED', 'PFI_SIGNED', 'COMMUNICATED', 'RUNNING', 'SUSPENDED')
$$;
create or replace function tutor_interns(tutor uuid, but uuid) returns int
language sql stable security definer set search_path = public, pg_temp as $$
  select count(*)::int from placement p
  where (select app_acting()) and p.tutor_id = tutor and p.id is distinct from but and p.state in ('COMMUNICATED', 'RUNNING', 'SUSPENDED')
$$;
create or replace function person_placed(person uuid, but uuid) returns boolean
language sql stable security definer set search_path = public, pg_temp as $$
  select exists (select 1 from placement p where (select app_acting()) and p.person_id = person and p.id is distinct from but
                 and p.state in ('MATCHED', 'PFI_SIGNED', 'COMMUNICATED', 'RUNNING', 'SUSPENDED'))
$$;
create or replace function openings_free(openings uuid[]) returns table (opening_id uuid, state text, to_day date, free int)
language sql stable security definer set search_path = public, pg_temp as $$
  select o.id, o.state, o.to_day, o.seats - (select count(*)::int from placement p where p.opening_id = o.id
                          and p.state in ('DRAFT', 'MATCHED', 'PFI_SIGNED', 'COMMUNICATED', 'RUNNING', 'SUSPENDED'))
  from opening o where (select app_acting()) and o.id = any (openings)
$$;
create or replace function persons_placed(persons uuid[]) returns table (person_id uuid)
language sql stable security definer set search_path = public, pg_temp as $$
  select distinct p.person_id from placement p
  where (select app_acting()) and p.person_id = any (persons) and p.state in ('DRAFT', 'MATCHED', 'PFI_SIGNED', 'COMMUNICATED', 'RUNNING', 'SUSPENDED')
$$;
create or replace function company_by_code(code text) returns uuid language sql stable security definer set search_path = public, pg_temp as $$
  select id from company where (select app_acting()) and entity_code = code
$$;
create or replace function company_shared_with(company uuid, keys uuid[]) returns void
language sql security definer set search_path = public, pg_temp as $$
  update company c set audience = (select array_agg(distinct k) from unnest(c.audience || keys) k) where (select app_acting()) and c.id = company;
  update company_site s set audience = (select array_agg(distinct k) from unnest(s.audience || keys) k) where (select app_acting()) and s.company_id = company;
$$;
