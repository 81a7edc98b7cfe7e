-- What a mandate does not open carries none of its keys, whatever a row copied its audience from, and whenever it was written.

-- An audience without the keys of a programme's mandates.
create function without_mandates(audience uuid[], programme uuid) returns uuid[]
language sql stable security definer set search_path = public, pg_temp as $$
  with keys as (select array_agg(k) as taken from mandate m, unnest(array[scope_key('MANDATE', m.programme_id, m.id), scope_key('SAMPLE', m.programme_id, m.id)]) k
                where m.programme_id = programme)
  select case when audience && taken then array(select k from unnest(audience) with ordinality u(k, n) where k <> all (taken) order by n) else audience end from keys
$$;
revoke execute on function without_mandates(uuid[], uuid) from public;

create function shut_to_mandates() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if exists (select from mandate) then
    new.audience := coalesce(without_mandates(new.audience, coalesce((to_jsonb(new) ->> 'programme_id')::uuid,
      (select a.programme_id from participation a where a.id = (to_jsonb(new) ->> 'participation_id')::uuid))), new.audience);
  end if;
  return new;
end $$;

do $$
declare t name;
begin
  for t in select table_name from audience_follower where table_name not in (select table_name from mandate_opens) loop
    execute format('create trigger shut_to_mandates before insert or update of audience on %I for each row execute function shut_to_mandates()', t);
    execute format('update %I set audience = audience where exists (select from mandate)', t);
  end loop;
end $$;

-- News of such rows are not for an auditor either.
create trigger shut_to_mandates before insert on outbox for each row
  when (new.subject_kind not in ('Participant', 'Enrolment', 'Placement', 'Attendance', 'Allowance', 'Mandate')) execute function shut_to_mandates();
