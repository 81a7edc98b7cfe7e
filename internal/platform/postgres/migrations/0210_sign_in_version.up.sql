-- Grows with every change of who may sign in with which grants: while it stays the same, a node need not read anybody's grants again. It names
-- nobody. It is written at the end of a transaction, before the heads of its programmes, so that two who change grants wait for each other
-- there and nowhere else.
create table sign_in_version (
  single boolean primary key default true check (single),
  n      bigint not null
);
insert into sign_in_version (n) values (0);
grant select on sign_in_version to lavoro_app;

create function sign_in_changed() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if current_setting('app.sign_in_changed', true) is distinct from pg_current_xact_id()::text then -- once a transaction
    update sign_in_version set n = n + 1;
    perform set_config('app.sign_in_changed', pg_current_xact_id()::text, true);
  end if;
  return null;
end
$$;
revoke execute on function sign_in_changed() from public;

create constraint trigger sign_in_changed after insert or update or delete on member deferrable initially deferred for each row execute function sign_in_changed();
create constraint trigger sign_in_changed after insert or update or delete on access_grant deferrable initially deferred for each row execute function sign_in_changed();
create constraint trigger sign_in_changed after insert or update or delete on delegation deferrable initially deferred for each row execute function sign_in_changed();
create constraint trigger sign_in_changed after insert or update or delete on delegation_grant deferrable initially deferred for each row execute function sign_in_changed();
create constraint trigger sign_in_changed after insert or update or delete on organisation deferrable initially deferred for each row execute function sign_in_changed();
