-- Days that are no working days by law or custom, as the programme's file dates them: everywhere, or in one municipality.
create table programme_holiday (
  id           uuid primary key,
  programme_id uuid not null references programme,
  code         text not null,            -- the day, with the municipality where it is one's own
  day          date not null,
  municipality text,                     -- ISTAT code; null: everywhere
  label        jsonb not null,
  source       text not null,
  confirmed    boolean not null,
  audience     uuid[] not null,
  unique (programme_id, code)
);
create index programme_holiday_day on programme_holiday (programme_id, day);
alter table programme_holiday enable row level security;
create policy seen on programme_holiday using (audience &&& (select app_keys('directory')));
grant select on programme_holiday to lavoro_app;

-- Days on which a host is closed, at one site or at all: told by who accompanies its interns. One that was a mistake is withdrawn and stays.
create table closure (
  id           uuid primary key,
  programme_id uuid not null references programme,
  company_id   uuid not null references company,
  site_id      uuid references company_site, -- null: all sites
  from_day     date not null,
  to_day       date not null,
  reason       text not null,            -- about the company, never about a person
  recorded_by  uuid not null references member,
  recorded_at  timestamptz not null,
  withdrawn_by uuid references member,
  withdrawn_at timestamptz,
  audience     uuid[] not null,
  revision     int not null default 1,
  check (from_day <= to_day),
  check ((withdrawn_by is null) = (withdrawn_at is null))
);
create index closure_company on closure (company_id, from_day desc, id desc);
alter table closure enable row level security;
create policy seen on closure using (audience &&& (select app_keys('company')));
grant select on closure to lavoro_app;

-- Whether somebody has an internship at the company in the programme that the actor accompanies under one of the keys; he may not see the company.
create function hosts_interns(programme uuid, company uuid, keys uuid[]) returns boolean
language sql stable set search_path = public, pg_temp as $$
  select exists (select from placement p where p.programme_id = hosts_interns.programme and p.company_id = hosts_interns.company
                 and p.audience &&& hosts_interns.keys and p.audience &&& (select app_keys('work')))
$$;
revoke execute on function hosts_interns(uuid, uuid, uuid[]) from public;

-- Writes a closure, seen by the bodies of the programme and by the company, and gives its audience: null where nobody whom the actor accompanies is
-- there, and nobody where the id is taken.
create function record_closure(id uuid, programme uuid, company uuid, site uuid, from_day date, to_day date, reason text, at timestamptz, keys uuid[]) returns uuid[]
language plpgsql security definer set search_path = public, pg_temp as $$
#variable_conflict use_column
declare told uuid[];
begin
  if not hosts_interns(record_closure.programme, record_closure.company, record_closure.keys)
     or record_closure.site is not null and not exists (select from company_site s where s.id = record_closure.site and s.company_id = record_closure.company) then
    return null;
  end if;
  told := array(select o.id from organisation o where o.programme_id = record_closure.programme order by 1) || scope_key('COMPANY', record_closure.programme, record_closure.company);
  insert into closure (id, programme_id, company_id, site_id, from_day, to_day, reason, recorded_by, recorded_at, audience)
  values (record_closure.id, record_closure.programme, record_closure.company, record_closure.site, record_closure.from_day, record_closure.to_day, record_closure.reason,
          ((select app_keys('self'))::uuid[])[1], record_closure.at, told)
  on conflict (id) do nothing;
  return case when found then told else '{}' end;
end $$;

-- A closure as who accompanies interns at its company finds it, under one of his keys in its programme.
create function closure_of(id uuid) returns table (programme_id uuid, company_id uuid, site_id uuid, withdrawn boolean, revision int, audience uuid[])
language plpgsql stable security definer set search_path = public, pg_temp as $$
#variable_conflict use_column
begin
  return query
  select c.programme_id, c.company_id, c.site_id, c.withdrawn_at is not null, c.revision, c.audience
  from closure c where c.id = closure_of.id
    and (c.audience &&& (select app_keys('company')) or hosts_interns(c.programme_id, c.company_id, (select app_keys('work'))::uuid[]));
end $$;
create function withdraw_closure(id uuid, revision int, at timestamptz, keys uuid[]) returns boolean
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  update closure c set withdrawn_by = ((select app_keys('self'))::uuid[])[1], withdrawn_at = withdraw_closure.at, revision = c.revision + 1
  where c.id = withdraw_closure.id and c.revision = withdraw_closure.revision and c.withdrawn_at is null
    and hosts_interns(c.programme_id, c.company_id, withdraw_closure.keys);
  return found;
end $$;

-- Whether a day is a holiday where somebody works, or his host is closed. A place without a site knows of what holds everywhere.
create function day_closed(programme uuid, company uuid, site uuid, day date) returns boolean language plpgsql stable set search_path = public, pg_temp as $$
begin
  return exists (select from programme_holiday h where h.programme_id = day_closed.programme and h.day = day_closed.day
                 and (h.municipality is null or h.municipality = (select s.municipality from company_site s where s.id = day_closed.site)))
    or exists (select from closure c where c.company_id = day_closed.company and c.programme_id = day_closed.programme and (c.site_id is null or c.site_id = day_closed.site)
               and day_closed.day between c.from_day and c.to_day and c.withdrawn_at is null);
end $$;
revoke execute on function day_closed(uuid, uuid, uuid, date) from public;

-- Why days of enrolments are closed, for who writes their hours: kind, words and source, one reason for each of the days.
create function closed_days(enrolments uuid[], days date[]) returns table (enrolment_id uuid, day date, kind text, label jsonb, source text)
language plpgsql stable security definer set search_path = public, pg_temp set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
begin
  return query
  with asked as (
    select distinct e.id, e.programme_id, d.day, p.company_id, p.site_id, s.municipality
    from unnest(closed_days.enrolments, closed_days.days) d(enrolment, day)
    join enrolment e on e.id = d.enrolment and (e.audience &&& (select app_keys('work')) or tutored(e.participation_id, d.day))
    left join placement p on p.enrolment_id = e.id left join company_site s on s.id = p.site_id
  ), found as (
    select a.id, a.day, 1 as first, case when h.municipality is null then 'HOLIDAY' else 'PATRON' end as kind, h.label, h.source
    from asked a join programme_holiday h on h.programme_id = a.programme_id and h.day = a.day and (h.municipality is null or h.municipality = a.municipality)
    union all
    select a.id, a.day, 2, 'CLOSURE', jsonb_build_object('it', c.reason, 'en', c.reason), 'Chiusura registrata il ' || to_char(c.recorded_at at time zone 'Europe/Rome', 'DD/MM/YYYY')
    from asked a join closure c on c.company_id = a.company_id and c.programme_id = a.programme_id and (c.site_id is null or c.site_id = a.site_id)
      and a.day between c.from_day and c.to_day and c.withdrawn_at is null
  )
  select distinct on (f.id, f.day) f.id, f.day, f.kind, f.label, f.source from found f order by f.id, f.day, f.first, f.kind, f.label ->> 'it';
end $$;

revoke execute on function record_closure(uuid, uuid, uuid, uuid, date, date, text, timestamptz, uuid[]), closure_of(uuid), withdraw_closure(uuid, int, timestamptz, uuid[]),
  closed_days(uuid[], date[]) from public;
grant execute on function record_closure(uuid, uuid, uuid, uuid, date, date, text, timestamptz, uuid[]), closure_of(uuid), withdraw_closure(uuid, int, timestamptz, uuid[]),
  closed_days(uuid[], date[]) to lavoro_app;
