-- What is booked on a budget line is seen by the line's body and those above it; lines of the whole programme's by the lead.
create table budget_ledger (
  id           uuid primary key references budget_line on delete cascade,
  programme_id uuid not null references programme,
  audience     uuid[] not null
);

create function ledger_of_line() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
declare keys uuid[] := organisation_line(coalesce(new.organisation_id, (select o.id from organisation o where o.programme_id = new.programme_id and o.parent_id is null)));
begin
  insert into budget_ledger (id, programme_id, audience) values (new.id, new.programme_id, coalesce(keys, '{}')) on conflict (id) do update set audience = excluded.audience;
  update budget_posting p set audience = keys where p.budget_line_id = new.id and p.audience <> keys;
  return null;
end $$;
create trigger keeps_ledger after insert or update of organisation_id on budget_line for each row execute function ledger_of_line();
update budget_line set organisation_id = organisation_id;

alter table budget_ledger enable row level security;
create policy seen on budget_ledger using (audience &&& (select app_keys('money')));
grant select on budget_ledger to lavoro_app;
