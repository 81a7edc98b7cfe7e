-- The register's month of an enrolment: open for entries, then submitted, certified by the host and by the promoter, locked. A month that has no
-- row has no entries.
create table register_month (
  id               uuid primary key,
  programme_id     uuid not null references programme,
  enrolment_id     uuid not null references enrolment,
  activity_id      uuid not null references activity,
  participation_id uuid not null references participation,
  placement_id     uuid references placement,
  company_id       uuid references company,
  month            date not null check (extract(day from month) = 1),
  state            text not null check (state in ('OPEN', 'SUBMITTED', 'HOST_CERTIFIED', 'PROMOTER_CERTIFIED', 'LOCKED')),
  state_since      date not null,
  minutes          int check (minutes >= 0),       -- that count, as submitted
  presence_days    int check (presence_days >= 0), -- on which the person was there
  content_hash     bytea check (length(content_hash) = 32), -- of what was submitted, which everybody who certifies has certified
  for_host         boolean not null default false, -- the promoter certified in the place of a host who was silent
  audience         uuid[] not null,
  revision         int not null default 1,
  unique (enrolment_id, month),
  check ((state = 'OPEN') = (minutes is null)), check ((minutes is null) = (presence_days is null)), check ((minutes is null) = (content_hash is null))
);
create index register_month_participation on register_month (participation_id, month desc);
create index register_month_placement on register_month (placement_id, month desc) where placement_id is not null;
create index register_month_programme on register_month (programme_id, month desc, id desc);

-- Every act on a month: who certified which content, when and why.
create table register_step (
  id               uuid primary key,
  register_month_id uuid not null references register_month,
  participation_id uuid not null references participation,
  company_id       uuid references company,
  month            date not null,
  position         int not null,
  act              text not null,
  from_state       text not null,
  to_state         text not null,
  at               timestamptz not null,
  member_id        uuid not null,
  on_behalf_of     uuid,               -- for whom he stood in; null where a grant of his own allowed it
  content_hash     bytea,              -- null where nothing was certified
  reason           bytea,              -- sealed
  evidence         bytea,              -- sealed: which document proves it
  file_id          uuid unique references file, -- the document itself
  audience         uuid[] not null,
  unique (register_month_id, position)
);

-- What is put right after the lock: minutes and days of presence more or less, with a reason.
create table register_adjustment (
  id               uuid primary key,
  register_month_id uuid not null references register_month,
  participation_id uuid not null references participation,
  company_id       uuid references company,
  month            date not null,
  day              date not null,
  minutes          int not null check (minutes between -1440 and 1440),
  presence_days    int not null check (presence_days between -1 and 1),
  reason           bytea not null,     -- sealed
  member_id        uuid not null,
  at               timestamptz not null,
  audience         uuid[] not null,
  check (minutes <> 0 or presence_days <> 0), check (date_trunc('month', day)::date = month)
);
create index register_adjustment_month on register_adjustment (register_month_id, day, id);

insert into register_month (id, programme_id, enrolment_id, activity_id, participation_id, placement_id, company_id, month, state, state_since, audience)
select gen_random_uuid(), e.programme_id, e.id, e.activity_id, e.participation_id, p.id, e.company_id, a.month, 'OPEN', a.since, e.audience
from (select enrolment_id, date_trunc('month', day)::date as month, min(recorded_at at time zone 'Europe/Rome')::date as since from attendance group by 1, 2) a
join enrolment e on e.id = a.enrolment_id left join placement p on p.enrolment_id = e.id;

-- Who sees the enrolment's hours sees its months.
insert into audience_follower values ('register_month', 'company_id'), ('register_step', 'company_id'), ('register_adjustment', 'company_id');
do $$
declare t text;
begin
  foreach t in array array['register_month', 'register_step', 'register_adjustment'] loop
    execute format('alter table %I enable row level security', t);
    execute format('create policy seen on %I using (audience &&& (select app_keys(''work'')))', t);
    execute format('grant select, insert on %I to lavoro_app', t);
  end loop;
end $$;
grant update on register_month to lavoro_app;
select list_by_key('register_month', 'work', 'month');

-- Rows of a month are opened by mandates over that month, whatever table they are in.
create or replace function follow_mandates() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
declare of_month date;
begin
  if not exists (select from mandate) then
    return new;
  end if;
  case tg_table_name
    when 'attendance' then new.audience := mandated_audience(new.audience, new.participation_id, new.day, new.day);
    when 'allowance', 'register_month', 'register_step', 'register_adjustment', 'allowance_statement', 'allowance_share' then
      new.audience := mandated_audience(new.audience, new.participation_id, new.month, (new.month + interval '1 month - 1 day')::date);
    when 'allowance_line' then
      new.audience := (select mandated_audience(new.audience, new.participation_id, a.month, (a.month + interval '1 month - 1 day')::date)
                       from allowance a where a.id = new.allowance_id);
    when 'enrolment', 'placement' then new.audience := mandated_audience(new.audience, new.participation_id, new.from_day, new.to_day);
    when 'participation' then new.audience := mandated_audience(new.audience, new.id, null, null);
    else
      of_month := (to_jsonb(new) ->> 'month')::date;
      new.audience := mandated_audience(new.audience, new.participation_id, of_month, (of_month + interval '1 month - 1 day')::date);
  end case;
  return new;
end $$;
insert into mandate_opens values ('register_month', true), ('register_step', true), ('register_adjustment', true);
do $$
declare t text;
begin
  foreach t in array array['register_month', 'register_step', 'register_adjustment'] loop
    execute format('create trigger follows_mandates before insert or update of audience on %I for each row execute function follow_mandates()', t);
  end loop;
end $$;

alter table file drop constraint file_kind_check;
alter table file add constraint file_kind_check check (kind in ('EXCLUSION_CHECK', 'REQUIREMENT_PROOF', 'REGISTER'));

-- How far the months of entries are, for who writes them; months without a row are open, and BEFORE where their hours were brought in.
create function months_of(enrolments uuid[], months date[]) returns table (enrolment_id uuid, month date, state text)
language plpgsql stable security definer set search_path = public, pg_temp set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
begin
  return query
  select m.enrolment_id, m.month, m.state
  from (select distinct * from unnest(months_of.enrolments, months_of.months) d(enrolment, month)) d
  join register_month m on m.enrolment_id = d.enrolment and m.month = d.month
  where m.audience && (select app_keys('work')) or exists (
    select from tutor_term t where t.participation_id = m.participation_id and t.member_id = any ((select app_keys('self'))::uuid[]))
  union all
  select e.id, d.month, 'BEFORE'
  from (select distinct * from unnest(months_of.enrolments, months_of.months) d(enrolment, month)) d
  join enrolment e on e.id = d.enrolment join activity c on c.id = e.activity_id
  where exists (select from history_fact f where f.participation_id = e.participation_id and f.month = d.month and f.kind = 'ATTENDANCE' and f.state = 'CONFIRMED'
                and f.activity_kind = c.kind)
    and not exists (select from register_month m where m.enrolment_id = e.id and m.month = d.month)
    and (e.audience && (select app_keys('work')) or exists (
      select from tutor_term t where t.participation_id = e.participation_id and t.member_id = any ((select app_keys('self'))::uuid[])));
end $$;
revoke execute on function months_of(uuid[], date[]) from public;
grant execute on function months_of(uuid[], date[]) to lavoro_app;
