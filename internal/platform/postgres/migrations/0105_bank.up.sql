-- Where a person is paid, sealed under the person's data key. Rows are added, never changed: the last revision holds, the ones before
-- prove where money went.
create table person_bank (
  id          uuid primary key,
  person_id   uuid not null references person,
  revision    int not null check (revision > 0),
  iban        bytea not null,
  holder      bytea not null,
  since       date not null,
  recorded_by uuid not null,
  audience    uuid[] not null,
  unique (person_id, revision)
);

-- The audience is the person's, whoever gives that another one: functions of other tables need not know of this one. The lock on the person
-- has a row that is being added wait for an audience that is being changed.
create function bank_of_person() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  select p.audience into new.audience from person p where p.id = new.person_id for share;
  return new;
end $$;
create trigger of_person before insert on person_bank for each row execute function bank_of_person();

create function person_bank_follows() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  update person_bank b set audience = new.audience where b.person_id = new.id;
  return null;
end $$;
create trigger bank_follows after update on person for each row when (old.audience is distinct from new.audience) execute function person_bank_follows();

-- Who records an account need not read the one before: of it he is told only which revision it is.
create function person_bank_revision(person uuid) returns int language sql stable security definer set search_path = public, pg_temp as $$
  select coalesce((select max(b.revision) from person_bank b join person p on p.id = b.person_id
                   where p.id = person_bank_revision.person and p.audience &&& (select app_keys('path'))), 0)
$$;
grant execute on function person_bank_revision(uuid) to lavoro_app;

alter table person_bank enable row level security;
create policy seen on person_bank using (audience &&& (select app_keys('bank')))
  with check (audience &&& (select app_keys('path')) or audience &&& (select app_keys('bank')));
grant select, insert on person_bank to lavoro_app;
