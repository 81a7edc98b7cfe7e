-- Remarks are sealed under the person's data key. Those that a demonstration had are gone; see 0031_sealed for a REAL installation.
do $$
begin
  if exists (select 1 from installation where kind = 'REAL') and exists (select 1 from attendance where note is not null or standing_note is not null) then
    raise exception 'the register of this REAL installation holds unsealed remarks: export them, and bring them in again under its keys';
  end if;
end $$;
alter table attendance drop column note;
alter table attendance add column note bytea;
alter table attendance drop column standing_note;
alter table attendance add column standing_note bytea;
