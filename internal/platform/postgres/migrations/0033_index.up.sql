-- Keys of the index that are used no more. A node that does not know the new ones yet could bring in somebody who is here already: it is
-- stopped.
create table retired_index (
  version bigint primary key
);
create function refuse_retired_index() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if exists (select 1 from retired_index r where r.version = new.index_version) then
    raise exception 'the key of the index is retired: this node holds old keys' using errcode = 'LA004';
  end if;
  return new;
end $$;
create trigger retired_index before insert on person_code for each row execute function refuse_retired_index();
