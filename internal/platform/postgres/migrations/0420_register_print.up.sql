-- What stands at the head of a programme's papers: who funds it, and the logos in words.
alter table programme
  add column funding jsonb not null default '{"it": "", "en": ""}',
  add column logos text[] not null default '{}';

-- A programme's papers are printed also for who may not browse its partners, such as a host's tutor.
create function programme_papers(programme uuid) returns table (name text, project_code text, cup text, funding jsonb, logos text[], lead text)
language sql stable security definer set search_path = public, pg_temp as $$
  select p.name, p.project_code, p.cup, p.funding, p.logos, coalesce((select o.name from organisation o where o.programme_id = p.id and o.parent_id is null), '')
  from programme p where p.id = programme_papers.programme and (select app_acting())
$$;
revoke execute on function programme_papers(uuid) from public;
grant execute on function programme_papers(uuid) to lavoro_app;

-- A file that the house makes for whoever asks for it: it is seen by him alone, once, and goes by itself.
alter table file drop constraint file_state_check, drop constraint file_kind_check;
alter table file
  add constraint file_state_check check (state in ('PREPARED', 'COMPLETE', 'ATTACHED', 'MADE', 'DESTROYED')),
  add constraint file_kind_check check (kind in ('EXCLUSION_CHECK', 'REQUIREMENT_PROOF', 'REGISTER', 'PAYMENT_FILE', 'PAYMENT_ANSWER', 'BANK_DETAILS', 'REGISTER_PRINT'));
drop policy seen on file;
create policy seen on file
  using (case when state in ('PREPARED', 'COMPLETE', 'MADE') then uploaded_by = any ((select app_keys('self'))::uuid[]) else audience &&& (select app_keys(class)) end)
  with check (case when state = 'MADE' then uploaded_by = any ((select app_keys('self'))::uuid[]) else audience &&& (select app_keys('path')) end);
