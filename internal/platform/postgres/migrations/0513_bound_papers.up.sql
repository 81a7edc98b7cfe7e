-- Destroys files that are still there: how many. For the owner alone: a copy of the database that was made before they were destroyed has them again.
create function destroy_files(files uuid[]) returns int language plpgsql set search_path = public, pg_temp as $$
declare n int;
begin
  delete from file_chunk c where c.file_id = any (files);
  delete from file_ticket t where t.file_id = any (files);
  update file f set state = 'DESTROYED', expires_at = 'infinity' where f.id = any (files) and f.state <> 'DESTROYED';
  get diagnostics n = row_count;
  return n;
end $$;
revoke execute on function destroy_files(uuid[]) from public;

-- Whether a paper has to stay: somebody's data are held for a court, or a month of the days that it proves is locked, which was certified by it. Whoever is
-- about to hold or lock has the rows of those, held and locked or not, so all are locked before they are looked at.
create function paper_bound(participation uuid, from_day date, to_day date) returns boolean language plpgsql set search_path = public, pg_temp as $$
begin
  perform from person p where p.id in (select records_of(a.person_id) from participation a where a.id = paper_bound.participation) order by p.id for share;
  perform from register_month m where m.participation_id = paper_bound.participation and m.month <= paper_bound.to_day and m.month + interval '1 month' > paper_bound.from_day
    order by m.month, m.id for share;
  return exists (select from person p where p.legal_hold and p.id in (select records_of(a.person_id) from participation a where a.id = paper_bound.participation))
    or exists (select from register_month m where m.participation_id = paper_bound.participation and m.month <= paper_bound.to_day and m.month + interval '1 month' > paper_bound.from_day
               and m.state = 'LOCKED');
end $$;
revoke execute on function paper_bound(uuid, date, date) from public;

-- What is taken back is so at once; its file is destroyed with that, or else when nothing binds it any more. A signed paper that can be taken back was never
-- confirmed, and certified nothing: it has no days.
create or replace function file_goes() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if not paper_bound(new.participation_id, (to_jsonb(new) ->> 'from_day')::date, (to_jsonb(new) ->> 'to_day')::date) then
    perform destroy_files(array[new.file_id]);
  end if;
  return null;
end $$;

-- A hold ends, or no longer reaches a record that is split off. A lock is final.
create function bound_files_go() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
declare of uuid[] := array(select a.id from participation a where a.person_id in (select records_of(new.id) union select records_of(old.merged_into)));
begin
  perform destroy_files(array(
    select t.file_id
    from (select p.file_id, p.participation_id, p.from_day, p.to_day from absence_paper p where p.participation_id = any (of) and p.withdrawn_at is not null
          union all
          select s.file_id, s.participation_id, null, null from month_signature s where s.participation_id = any (of) and s.state = 'REVOKED' and s.file_id is not null) t
    join file f on f.id = t.file_id and f.state <> 'DESTROYED'
    where not paper_bound(t.participation_id, t.from_day, t.to_day)));
  return null;
end $$;
create trigger bound_files_go after update of legal_hold, merged_into on person for each row
  when (old.legal_hold and not new.legal_hold or old.merged_into is not null and new.merged_into is null) execute function bound_files_go();
