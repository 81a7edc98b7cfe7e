-- What was before the programme was kept here: brought in from files, row by row, and of no effect until a second person confirms it.
create table history_import (
  id            uuid primary key,
  programme_id  uuid not null references programme,
  content_hash  bytea not null check (length(content_hash) = 32), -- over the names and contents of its files
  files         jsonb not null,    -- [{name, sha256, rows}]
  state         text not null check (state in ('STAGED', 'CONFIRMED', 'DISCARDED', 'REVOKED')),
  state_since   date not null,
  staged_by     uuid not null references member, -- who answers for the files
  staged_at     timestamptz not null,
  decided_by    uuid references member,
  on_behalf_of  uuid,              -- for whom who decided stood in; null where a grant of his own allowed it
  decided_at    timestamptz,
  revoked_by    uuid references member,
  revoked_on_behalf_of uuid,       -- for whom who revoked stood in, likewise
  revoked_at    timestamptz,
  reason        text,              -- why it was discarded or revoked: of the files, and of nobody
  audience      uuid[] not null,
  revision      int not null default 1,
  check ((state = 'STAGED') = (decided_by is null)), check ((decided_by is null) = (decided_at is null)), check ((state in ('DISCARDED', 'REVOKED')) = (reason is not null)),
  check ((state = 'REVOKED') = (revoked_by is not null)), check ((revoked_by is null) = (revoked_at is null)),
  constraint history_second_person check (state not in ('CONFIRMED', 'REVOKED') or decided_by <> staged_by and on_behalf_of is distinct from staged_by),
  constraint history_revoked_by_another check (not array[revoked_by, revoked_on_behalf_of] && array[decided_by, on_behalf_of])
);
create index history_import_list on history_import (programme_id, staged_at desc, id desc);

-- One row of a file. It is never rewritten; whether it stands goes with its import.
create table history_fact (
  id               uuid primary key,
  import_id        uuid not null references history_import,
  programme_id     uuid not null references programme,
  participation_id uuid references participation, -- null of spending
  kind             text not null check (kind in ('PARTICIPATION', 'PLACEMENT', 'ATTENDANCE', 'PAYMENT', 'EARLIER', 'SPENDING')),
  fact_key         text not null,  -- what makes it the same fact in another file
  month            date check (extract(day from month) = 1),
  from_day         date,
  to_day           date,
  activity_kind    text,           -- of hours; of a payment, what it was for, where the file says so: HOUSING is not of hours
  minutes          int check (minutes >= 0),  -- of a month, or a week's of an internship
  presence_days    int check (presence_days between 0 and 31),
  budget_line_id   uuid references budget_line,
  gross_cents      bigint check (gross_cents > 0),
  withheld_cents   bigint check (withheld_cents between 0 and gross_cents),
  paid_on          date,           -- null: owed, and paid elsewhere
  detail           jsonb not null, -- {host, promoter, reference, employment, isced, exitReason}
  file             text not null,
  line             int not null check (line > 1),
  row_hash         bytea not null check (length(row_hash) = 32),
  state            text not null check (state in ('STAGED', 'CONFIRMED', 'DISCARDED', 'REVOKED')),
  audience         uuid[] not null,
  unique (import_id, file, line),
  check ((kind = 'SPENDING') = (participation_id is null)),
  check ((kind in ('PAYMENT', 'SPENDING')) = (gross_cents is not null)), check ((gross_cents is null) = (budget_line_id is null)),
  check ((kind in ('ATTENDANCE', 'PAYMENT', 'SPENDING')) = (month is not null)), check ((month is null) = (from_day is not null)), check (from_day <= to_day)
);
create unique index history_fact_once on history_fact (programme_id, kind, fact_key) where state in ('STAGED', 'CONFIRMED');
create index history_fact_line on history_fact (budget_line_id, month, id);
create index history_fact_participation on history_fact (participation_id, month);

insert into audience_follower (table_name, extra_column, money) values ('history_fact', null, true);
insert into mandate_opens values ('history_fact', true);
create function history_fact_mandates() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if new.participation_id is not null and exists (select from mandate) then
    new.audience := mandated_audience(new.audience, new.participation_id, coalesce(new.month, new.from_day),
      coalesce((new.month + interval '1 month - 1 day')::date, new.to_day, new.from_day));
  end if;
  return new;
end $$;
create trigger follows_mandates before insert or update of audience on history_fact for each row execute function history_fact_mandates();

do $$
declare t text;
begin
  foreach t in array array['history_import', 'history_fact'] loop
    execute format('alter table %I enable row level security', t);
    execute format('create policy seen on %I using (audience &&& (select app_keys(''money'')))', t);
    execute format('grant select, insert on %I to lavoro_app', t);
  end loop;
end $$;

-- What is erased of somebody takes along what the files said beside sums and days.
create function history_goes() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  update history_fact f set detail = '{}' from participation a where a.person_id = new.person_id and f.participation_id = a.id;
  return null;
end $$;
create trigger history_goes after insert on destroyed_key for each row execute function history_goes();
revoke execute on function history_fact_mandates(), history_goes() from public;

-- Whether what was recognised was a contribution to living on one's own: it goes beside the month's cap, and has its own ceiling.
create function is_housing(f history_fact) returns boolean language sql immutable as $$ select coalesce(f.activity_kind = 'HOUSING', false) $$;
revoke execute on function is_housing(history_fact) from public;
grant execute on function is_housing(history_fact) to lavoro_app;

-- What stands against facts of a participation in some days: a statement, a register of the activity, an internship; and what its human's month holds
-- already, and his months towards living on his own, whichever of his records in the programme it was brought in for.
create function history_against(participation uuid, from_day date, to_day date, kind text)
returns table (human uuid, stated boolean, registered boolean, placed boolean, gross bigint, housing jsonb, entered_on date, referred_on date)
language sql stable security definer set search_path = public, pg_temp as $$
  select p.human, exists (select from allowance_statement s where s.participation_id = a.id and s.month between date_trunc('month', history_against.from_day)::date and history_against.to_day),
         exists (select from register_month r join activity c on c.id = r.activity_id where r.participation_id = a.id and c.kind = history_against.kind
                 and r.month between date_trunc('month', history_against.from_day)::date and history_against.to_day),
         exists (select from placement p where p.participation_id = a.id and p.started_on is not null
                 and daterange(p.started_on, coalesce(p.ended_on, p.to_day), '[]') && daterange(history_against.from_day, history_against.to_day, '[]')),
         p.gross, p.housing, a.entered_on, a.referred_on
  from participation a cross join lateral (
    select (select min(r::text)::uuid from records_of(a.person_id) r) as human, coalesce(sum(f.gross_cents) filter (where f.month = m.month and not is_housing(f)), 0)::bigint as gross,
           coalesce(jsonb_agg(jsonb_build_object('month', to_char(f.month, 'YYYY-MM'), 'cents', f.gross_cents)) filter (where is_housing(f)), '[]') as housing
    from (select date_trunc('month', history_against.from_day)::date as month) m join participation x on x.programme_id = a.programme_id and x.person_id in (select records_of(a.person_id))
    join history_fact f on f.participation_id = x.id and f.kind = 'PAYMENT' and f.state in ('STAGED', 'CONFIRMED')) p
  where a.id = history_against.participation and a.audience && (select app_keys('path'))
$$;

-- What files brought before under the same keys.
create function history_known(prog uuid, kinds text[], keys text[]) returns table (kind text, fact_key text, row_hash bytea)
language sql stable security definer set search_path = public, pg_temp as $$
  select f.kind, f.fact_key, f.row_hash from unnest(history_known.kinds, history_known.keys) k(kind, key)
  join history_fact f on f.programme_id = prog and f.kind = k.kind and f.fact_key = k.key and f.state in ('STAGED', 'CONFIRMED') where (select app_acting())
$$;

-- What an import comes to by month and budget line, for who sees the import, also where single facts are not his to see.
create function history_totals(import uuid) returns jsonb language sql stable security definer set search_path = public, pg_temp as $$
  select coalesce(jsonb_agg(t order by t.month nulls first, t.kind, t."budgetLine" nulls first), '[]') from (
    select f.kind, to_char(f.month, 'YYYY-MM') as month, l.code as "budgetLine", l.label, count(*)::int as rows, count(distinct f.participation_id)::int as people,
           coalesce(sum(f.minutes) filter (where f.kind = 'ATTENDANCE'), 0)::bigint as minutes, coalesce(sum(f.presence_days), 0)::int as "presenceDays",
           coalesce(sum(f.gross_cents), 0)::bigint as gross, coalesce(sum(f.withheld_cents), 0)::bigint as withheld,
           coalesce(sum(f.gross_cents) filter (where f.paid_on is not null), 0)::bigint as paid
    from history_import i join history_fact f on f.import_id = i.id left join budget_line l on l.id = f.budget_line_id
    where i.id = history_totals.import and i.audience &&& (select app_keys('money'))
    group by f.kind, f.month, l.code, l.label) t
$$;

-- Decides on an import that waits. What is confirmed is booked, on the last day of its month; it says of how many facts the months have been worked out
-- here meanwhile, and then does nothing.
create function decide_history(import uuid, decision text, who uuid, in_place_of uuid, at timestamptz, day date, why text) returns int
language plpgsql security definer set search_path = public, pg_temp as $$
declare i history_import; late int;
begin
  select * into i from history_import x where x.id = decide_history.import and x.state = 'STAGED' and x.audience &&& app_keys('money') for update;
  if not found or not app_acting() or decision not in ('CONFIRMED', 'DISCARDED') then
    raise exception 'no import of the actor''s waits' using errcode = 'LA002';
  end if;
  perform from participation a where a.id in (select f.participation_id from history_fact f where f.import_id = i.id) order by a.id for no key update;
  if decision = 'CONFIRMED' then -- as whoever writes hours holds the person: none are opened while this looks
    perform pg_advisory_xact_lock(k) from (select distinct hashtextextended(e.person_id::text, 0) as k from history_fact f join enrolment e on e.participation_id = f.participation_id
      and e.from_day < f.month + interval '1 month' and e.to_day >= f.month where f.import_id = i.id and f.kind = 'ATTENDANCE' order by k) s;
  end if;
  if decision = 'CONFIRMED' and one_hand(array[who, in_place_of], array[i.staged_by]) then
    raise exception 'who answers for the files does not confirm them' using errcode = 'check_violation', constraint = 'history_second_person';
  end if;
  if decision = 'CONFIRMED' then
    select count(*) into late from history_fact f where f.import_id = i.id and (
      f.kind = 'PAYMENT' and exists (select from allowance_statement s where s.participation_id = f.participation_id and s.month = f.month)
      or f.kind = 'ATTENDANCE' and exists (select from register_month r join activity c on c.id = r.activity_id
                                           where r.participation_id = f.participation_id and r.month = f.month and c.kind = f.activity_kind));
    if late > 0 then
      return late;
    end if;
    insert into budget_posting (id, programme_id, budget_line_id, kind, cents, subject_kind, subject_id, day, posted_at, audience)
    select gen_random_uuid(), f.programme_id, f.budget_line_id, k.kind, f.gross_cents, 'HistoryFact', f.id, (f.month + interval '1 month - 1 day')::date, decide_history.at,
           organisation_line(coalesce(l.organisation_id, (select o.id from organisation o where o.programme_id = f.programme_id and o.parent_id is null)))
    from history_fact f join budget_line l on l.id = f.budget_line_id
    cross join unnest(array['ACCRUED', 'APPROVED', 'PAID']) k(kind)
    where f.import_id = i.id and (k.kind = 'ACCRUED' or f.paid_on is not null);
  end if;
  update history_fact f set state = decision where f.import_id = i.id;
  update history_import x set state = decision, state_since = decide_history.day, decided_by = who, on_behalf_of = in_place_of, decided_at = decide_history.at, reason = why, revision = x.revision + 1 where x.id = i.id;
  return 0;
end $$;

-- Takes back what stands, by another person than who confirmed it: what it booked is booked back, and its rows may come again. It says of how many facts
-- something here was built on, a statement or an attestation, and then does nothing. Days of internships only lessen what somebody may still do, so
-- nothing rests on them; who had entered stays entered, which is put right with the person.
create function revoke_history(import uuid, who uuid, in_place_of uuid, at timestamptz, day date, why text) returns int
language plpgsql security definer set search_path = public, pg_temp as $$
declare i history_import; built int;
begin
  select * into i from history_import x where x.id = revoke_history.import and x.state = 'CONFIRMED' and x.audience &&& app_keys('money') for update;
  if not found or not app_acting() then
    raise exception 'no import of the actor''s stands' using errcode = 'LA002';
  end if;
  if one_hand(array[who, in_place_of], array[i.decided_by, i.on_behalf_of]) then
    raise exception 'who confirmed does not take back alone' using errcode = 'check_violation', constraint = 'history_revoked_by_another';
  end if;
  -- As who attests holds the person before the participation: whichever comes first, the other sees it.
  perform pg_advisory_xact_lock(k) from (select distinct hashtextextended(p.person_id::text, 7) as k from history_fact f join placement p on p.participation_id = f.participation_id
    where f.import_id = i.id and f.kind = 'ATTENDANCE' and f.activity_kind = 'INTERNSHIP' order by k) s;
  perform from participation a where a.id in (select f.participation_id from history_fact f where f.import_id = i.id) order by a.id for no key update;
  select count(*) into built from history_fact f where f.import_id = i.id and (
    f.kind = 'PAYMENT' and exists (select from allowance_statement s where s.participation_id = f.participation_id and s.month = f.month)
    or f.kind = 'ATTENDANCE' and f.activity_kind = 'INTERNSHIP' and exists (select from placement p where p.participation_id = f.participation_id and p.state = 'ATTESTED'
                                         and daterange(p.started_on, coalesce(p.ended_on, p.to_day), '[]') && daterange(f.month, (f.month + interval '1 month')::date)));
  if built > 0 then
    return built;
  end if;
  insert into budget_posting (id, programme_id, budget_line_id, kind, cents, subject_kind, subject_id, day, posted_at, audience)
  select gen_random_uuid(), p.programme_id, p.budget_line_id, p.kind, -p.cents, p.subject_kind, p.subject_id, revoke_history.day, revoke_history.at, p.audience
  from history_fact f join budget_posting p on p.subject_kind = 'HistoryFact' and p.subject_id = f.id where f.import_id = i.id;
  update history_fact f set state = 'REVOKED' where f.import_id = i.id and f.kind <> 'PARTICIPATION';
  update history_import x set state = 'REVOKED', state_since = revoke_history.day, revoked_by = who, revoked_on_behalf_of = in_place_of, revoked_at = revoke_history.at, reason = why, revision = x.revision + 1 where x.id = i.id;
  return 0;
end $$;

-- What attendance before comes to of enrolments, in minutes, whoever asks: a month of a kind of activity is of the enrolment of this kind whose term began first
-- of those that reach into it.
create function attended_before(enrolments uuid[]) returns table (enrolment_id uuid, minutes int)
language plpgsql stable security definer set search_path = public, pg_temp set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
begin
  return query
  select e.id, sum(f.minutes)::int from enrolment e join activity c on c.id = e.activity_id
  join history_fact f on f.participation_id = e.participation_id and f.kind = 'ATTENDANCE' and f.state = 'CONFIRMED' and f.activity_kind = c.kind
    and f.month <= e.to_day and f.month + interval '1 month' > e.from_day
  where e.id = any (attended_before.enrolments) and (select app_acting()) and not exists (
    select from enrolment o join activity d on d.id = o.activity_id and d.kind = c.kind
    where o.participation_id = e.participation_id and o.state <> 'WITHDRAWN' and f.month <= o.to_day and f.month + interval '1 month' > o.from_day and (o.from_day, o.id) < (e.from_day, e.id))
  group by e.id;
end $$;

-- What was recognised of the hours of months before, whoever asks: it takes from what the month may come to.
create function history_before(participations uuid[], months date[]) returns table (participation_id uuid, month date, cents bigint)
language plpgsql stable security definer set search_path = public, pg_temp set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
begin
  return query
  select f.participation_id, f.month, sum(f.gross_cents)::bigint from unnest(history_before.participations, history_before.months) m(participation_id, month)
  join history_fact f on f.participation_id = m.participation_id and f.month = m.month and f.kind = 'PAYMENT' and f.state = 'CONFIRMED' and not is_housing(f)
  where (select app_acting()) group by 1, 2;
end $$;

-- A statement counts what was recognised of its month's hours before: nothing of that is ever owed again.
create function statements_keep_history() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if exists (select from written s left join lateral (
               select sum(f.gross_cents) as cents from history_fact f where f.participation_id = s.participation_id and f.month = s.month and f.kind = 'PAYMENT' and f.state = 'CONFIRMED' and not is_housing(f)) f on true
             where coalesce((s.inputs ->> 'before')::bigint, 0) <> coalesce(f.cents, 0)) then
    raise exception 'a statement passes over what was recognised before' using errcode = 'check_violation', constraint = 'allowance_statement_history';
  end if;
  return null;
end $$;
revoke execute on function statements_keep_history() from public;
create trigger keeps_history after insert on allowance_statement referencing new table as written for each statement execute function statements_keep_history();

-- No month is opened here of hours that were brought in: they would count twice.
create function months_keep_history() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if exists (select from opened m join activity c on c.id = m.activity_id
             join history_fact f on f.participation_id = m.participation_id and f.month = m.month and f.kind = 'ATTENDANCE' and f.state = 'CONFIRMED' and f.activity_kind = c.kind) then
    raise exception 'the hours of a month were brought in' using errcode = 'check_violation', constraint = 'register_month_history';
  end if;
  return null;
end $$;
revoke execute on function months_keep_history() from public;
create trigger keeps_history after insert on register_month referencing new table as opened for each statement execute function months_keep_history();

-- For how many days an internship stood still for good, up to a day: in suspensions that lasted as long as one for their reason does at least, which the
-- shortest say by its code (guidelines of 2017: that time does not count in its duration).
create function suspended_days(placement uuid, shortest jsonb, day date) returns int
language sql stable security definer set search_path = public, pg_temp as $$
  select coalesce(sum(s.until - s.day), 0)::int
  from (select x.to_state, x.day, x.reason, least(coalesce(lead(x.day) over (order by x.position), suspended_days.day), p.ended_on + 1) as until
        from placement_step x join placement p on p.id = x.placement_id
        where (select app_acting()) and x.placement_id = suspended_days.placement and x.from_state is distinct from x.to_state) s
  where s.to_state = 'SUSPENDED' and s.until > s.day and s.until - s.day >= coalesce((suspended_days.shortest ->> s.reason)::int, 0)
$$;
revoke execute on function suspended_days(uuid, jsonb, date) from public;

-- Internships that were before count for how long somebody may still be one; suspensions for good do not.
drop function placement_facts(uuid, uuid, uuid, uuid, text, date, date, uuid, date);
create function placement_facts(participation uuid, opening uuid, promoter uuid, tutor uuid, host_tutor text, from_day date, to_day date, but uuid, day date,
                                shortest jsonb default '{}')
returns table (participation_state text, elsewhere boolean, earlier_days int, suspended_days int, opening_state text, opening_from date, opening_to date, seats int, seats_taken int,
               site_headcount int, site_interns int, tutor_interns int, host_tutor_interns int, certificates text[], same_body boolean,
               programme_from date, programme_to date)
language sql stable security definer set search_path = public, pg_temp as $$
  select a.state, person_placed(a.person_id, but),
         (select coalesce(sum(p.ended_on - p.started_on + 1 - suspended_days(p.id, shortest, day)), 0)::int from placement p
          where p.person_id = coalesce(n.merged_into, n.id) and p.id is distinct from but and p.started_on is not null and p.ended_on is not null)
         + (select coalesce(sum(f.to_day - f.from_day + 1), 0)::int from history_fact f join participation x on x.id = f.participation_id
            where x.person_id in (select records_of(a.person_id)) and f.kind in ('PLACEMENT', 'EARLIER') and f.state = 'CONFIRMED'),
         suspended_days(but, shortest, day),
         o.state, o.from_day, o.to_day, o.seats, opening_taken(o.id, but),
         s.headcount, site_interns(s.id, placement_facts.from_day, placement_facts.to_day, but), tutor_interns(tutor, but),
         (select count(*)::int from placement p
          where p.company_id = o.company_id and p.id is distinct from but and lower(trim(p.host_tutor)) = lower(trim(placement_facts.host_tutor))
            and p.state in ('COMMUNICATED', 'RUNNING', 'SUSPENDED')),
         array(select distinct c.kind from certificate c join participation x on x.id = c.participation_id
               where x.person_id in (select records_of(a.person_id)) and c.given_on <= day and (c.valid_to is null or c.valid_to >= day) order by 1),
         coalesce(g.tax_code = c.entity_code, false), m.from_day, m.to_day
  from participation a
  join person n on n.id = a.person_id
  join programme m on m.id = a.programme_id
  join opening o on o.id = placement_facts.opening
  join company c on c.id = o.company_id
  join company_site s on s.id = o.site_id
  join organisation g on g.id = promoter
  where a.id = placement_facts.participation and a.audience && ((select app_keys('path')) || (select app_keys('work')))
$$;
revoke execute on function history_against(uuid, date, date, text), history_known(uuid, text[], text[]), history_totals(uuid),
  decide_history(uuid, text, uuid, uuid, timestamptz, date, text), revoke_history(uuid, uuid, uuid, timestamptz, date, text), attended_before(uuid[]), history_before(uuid[], date[]),
  placement_facts(uuid, uuid, uuid, uuid, text, date, date, uuid, date, jsonb) from public;
grant execute on function history_against(uuid, date, date, text), history_known(uuid, text[], text[]), history_totals(uuid),
  decide_history(uuid, text, uuid, uuid, timestamptz, date, text), revoke_history(uuid, uuid, uuid, timestamptz, date, text), attended_before(uuid[]), history_before(uuid[], date[]),
  placement_facts(uuid, uuid, uuid, uuid, text, date, date, uuid, date, jsonb) to lavoro_app;
