-- A month is also signed on paper: printed with a code that names month and content, signed, brought back as a file, and confirmed by somebody else.
alter table month_signature
  drop constraint month_signature_state_check, drop constraint month_signature_way_check, drop constraint month_signature_check, drop constraint month_signature_check5,
  add column file_id uuid unique references file,
  add column confirmed_by uuid,
  add constraint month_signature_state_check check (state in ('ASKED', 'BROUGHT', 'SIGNED', 'REVOKED')),
  add constraint month_signature_way_check check (way in ('LINK', 'CODE', 'PAPER')),
  add constraint month_signature_secret check ((secret_mark is null) = (way is null or way = 'PAPER')),
  add constraint month_signature_paper check ((file_id is null) = (way is distinct from 'PAPER')),
  add constraint month_signature_named check (signed_at is null and state <> 'BROUGHT' or name is not null),
  add constraint month_signature_brought check (state <> 'BROUGHT' or file_id is not null),
  add constraint month_signature_confirmed check ((confirmed_by is not null) = (file_id is not null and state = 'SIGNED')),
  add constraint month_signature_second check (confirmed_by <> asked_by);
drop index month_signature_asked;
create unique index month_signature_waits on month_signature (register_month_id, party) where state in ('ASKED', 'BROUGHT');
-- A paper that was taken back proves nothing, and may be of somebody else's month.
create trigger file_goes after update of state on month_signature for each row when (old.state <> 'REVOKED' and new.state = 'REVOKED' and new.file_id is not null) execute function file_goes();

do $$
declare kinds text := (select pg_get_constraintdef(c.oid) from pg_constraint c where c.conrelid = 'file'::regclass and c.conname = 'file_kind_check');
begin
  alter table file drop constraint file_kind_check;
  execute 'alter table file add constraint file_kind_check ' || replace(kinds, 'ARRAY[', 'ARRAY[''SIGNED_PAPER''::text, ');
end $$;
