-- What proves something is not destroyed while somebody's data are held for a court, nor the paper of an absence once a month of its days is locked: the month
-- was certified by it.
create function paper_stays() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  perform from person p where p.legal_hold and p.id in (select records_of(a.person_id) from participation a where a.id = new.participation_id) for share;
  if found then
    raise exception 'the person is held' using errcode = 'check_violation', constraint = 'paper_held';
  end if;
  if tg_table_name = 'absence_paper' then
    perform from register_month m where m.participation_id = new.participation_id and m.state = 'LOCKED'
      and m.month <= (to_jsonb(new) ->> 'to_day')::date and m.month + interval '1 month' > (to_jsonb(new) ->> 'from_day')::date;
    if found then
      raise exception 'a month of its days is locked' using errcode = 'check_violation', constraint = 'paper_locked';
    end if;
  end if;
  return new;
end $$;
revoke execute on function paper_stays() from public;
create trigger paper_stays before update of withdrawn_at on absence_paper for each row when (old.withdrawn_at is null and new.withdrawn_at is not null) execute function paper_stays();
create trigger paper_stays before update of state on month_signature for each row when (old.state <> 'REVOKED' and new.state = 'REVOKED' and new.file_id is not null)
  execute function paper_stays();

-- Destroys files again in a copy of the database that was made before they were: how many it still had. For the owner alone.
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
