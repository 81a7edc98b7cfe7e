-- Tokens of a demonstration are signed by its own issuer, and codes are found by the installation's keys: the database holds no secret.
alter table installation drop column secret;
create or replace function lavoro_new_installation(kind text) returns uuid language sql as $$
  insert into installation (id, kind, made_at) select gen_random_uuid(), kind, now()
  on conflict (only_one) do update set id = excluded.id, kind = excluded.kind, made_at = excluded.made_at
  returning id
$$;
