-- Phones on which a member works. The name is what he calls it; the audience is who answers for him: his home body with all above it, and he.
create table device (
  id              uuid primary key,
  member_id       uuid not null references member,
  organisation_id uuid references organisation, -- the member's home body; null for who takes part
  name            text not null,
  platform        text not null check (platform in ('ANDROID', 'IOS', 'OTHER')),
  registered_at   timestamptz not null,
  last_contact_on date,        -- the last day on which it asked for something
  revoked_at      timestamptz,
  revoked_by      uuid,
  told_at         timestamptz, -- when it was first told that it is revoked
  wiped_at        timestamptz, -- when its member said that nothing is left on it
  audience        uuid[] not null,
  check ((revoked_at is null) = (revoked_by is null)),
  check (revoked_at is not null or told_at is null and wiped_at is null)
);
create index device_member on device (member_id);
create index device_organisation on device (organisation_id);

-- Seen by the member, by who administers his body, and by its coordination: of those who read contacts it alone holds the keys of bodies. Only he
-- registers one, for himself.
alter table device enable row level security;
create policy seen on device for select using (audience &&& (select app_keys('accounts')) or audience &&& (select app_keys('contact'))
  or member_id = any ((select app_keys('self'))::uuid[]));
create policy registered on device for insert with check (member_id = any ((select app_keys('self'))::uuid[]));
create policy changed on device for update using (audience &&& (select app_keys('accounts')) or audience &&& (select app_keys('contact'))
  or member_id = any ((select app_keys('self'))::uuid[]));
grant select, insert on device to lavoro_app;
grant update (last_contact_on, revoked_at, revoked_by, wiped_at) on device to lavoro_app;

-- Whether the phone with the id was revoked; it is then on record that it was told. A lost phone comes with a sign-in that has run out, or of a
-- member who is gone: its id, which nobody can guess, is all that it still proves.
create function device_lost(device uuid, at timestamptz) returns boolean language plpgsql security definer set search_path = public, pg_temp as $$
begin
  update device d set told_at = device_lost.at where d.id = device_lost.device and d.revoked_at is not null and d.told_at is null;
  return exists (select from device d where d.id = device_lost.device and d.revoked_at is not null);
end $$;
revoke execute on function device_lost(uuid, timestamptz) from public;
grant execute on function device_lost(uuid, timestamptz) to lavoro_app;

-- Whoever is erased leaves no words of his on what he had.
create function device_of_erased() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  update device d set name = new.name where d.member_id = new.id;
  return null;
end $$;
create trigger of_erased after update of name on member for each row when (new.name = '—' and old.name <> '—') execute function device_of_erased();
