-- A mandate over the lead body opens the journals of the programme: who did and read what, no content and no reader's reason.
create or replace function programme_lead(programme uuid) returns uuid[] language sql stable security definer set search_path = public, pg_temp as $$
  select coalesce(array_agg(o.id), '{}')
      || array(select scope_key('MANDATE', m.programme_id, m.id) from mandate m join organisation l on l.id = m.organisation_id
               where m.programme_id = programme_lead.programme and m.state = 'OPEN' and l.parent_id is null order by 1)
  from organisation o where o.programme_id = programme_lead.programme and o.parent_id is null
$$;

create function mandate_journals() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if exists (select from organisation o where o.id = new.organisation_id and o.parent_id is null) then
    update journal set audience = programme_lead(new.programme_id) where programme_id = new.programme_id;
    update read_journal set audience = programme_lead(new.programme_id) where programme_id = new.programme_id;
  end if;
  return null;
end $$;
create trigger opens_journals after insert or update of state on mandate for each row execute function mandate_journals();
