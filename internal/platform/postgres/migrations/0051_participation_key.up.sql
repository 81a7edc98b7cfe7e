-- Every participation once for each key of its audience, in the order of its list: whoever sees twenty people among twenty thousand
-- finds them without looking at the others. It is kept by triggers alone, so it cannot say another thing than the audience.
create table participation_key (
  key          uuid not null,
  programme_id uuid not null,
  referred_on  date not null,
  id           uuid not null references participation on delete cascade,
  primary key (key, programme_id, referred_on, id)
);
create index participation_key_row on participation_key (id);
insert into participation_key (key, programme_id, referred_on, id)
select distinct k, p.programme_id, p.referred_on, p.id from participation p, unnest(p.audience) k;

create function keep_participation_key() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  delete from participation_key where id = new.id;
  insert into participation_key (key, programme_id, referred_on, id)
  select distinct k, new.programme_id, new.referred_on, new.id from unnest(new.audience) k;
  return null;
end $$;
create trigger keyed after insert on participation for each row execute function keep_participation_key();
create trigger keyed_anew after update on participation for each row
  when (old.audience <> new.audience or old.programme_id <> new.programme_id or old.referred_on <> new.referred_on) execute function keep_participation_key();

alter table participation_key enable row level security;
create policy seen on participation_key using (key = any ((select app_keys('path'))::uuid[]));
grant select on participation_key to lavoro_app;
