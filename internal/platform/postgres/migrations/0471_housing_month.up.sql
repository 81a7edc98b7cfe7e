-- What a month owes towards living on one's own, beside the allowance: the cap is of the hours alone.
alter table allowance add column housing_cents bigint not null default 0 check (housing_cents >= 0), drop constraint allowance_check,
  add constraint allowance_check check (total_cents - housing_cents between 0 and cap_cents);
alter table allowance_statement add column housing_cents bigint not null default 0 check (housing_cents >= 0), drop constraint allowance_statement_check,
  add constraint allowance_statement_check check (total_cents - housing_cents between 0 and accrued_cents);

-- What was recognised of somebody towards living on his own before the programme was kept here, under any of his records in the programme.
create function housing_before(participation uuid) returns setof history_fact
language plpgsql stable security definer set search_path = public, pg_temp set plan_cache_mode = force_generic_plan as $$
begin
  return query
  select f.* from participation p join participation a on a.programme_id = p.programme_id and a.person_id in (select records_of(p.person_id))
  join history_fact f on f.participation_id = a.id and f.kind = 'PAYMENT' and f.state = 'CONFIRMED' and is_housing(f)
  where p.id = housing_before.participation;
end $$;

-- What statements in force owe of grants, and what was recognised so before the programme was kept here (a row each, of the fact and not of any
-- participation), of all records of a person in the programme: they share the ceiling of the rules in force on a month's last day,
-- which those of later versions do not touch.
create function housing_owed(participations uuid[]) returns table (participation_id uuid, of uuid, month date, cents bigint, number int, ceiling bigint)
language plpgsql stable security definer set search_path = public, pg_temp set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
begin
  return query
  select w.id, s.participation_id, s.month, s.housing_cents, v.number, coalesce((r.value ->> 'ceiling')::bigint, 0)
  from unnest(housing_owed.participations) w(id) join participation p on p.id = w.id
  join participation a on a.programme_id = p.programme_id and a.person_id in (select records_of(p.person_id))
  join allowance_statement s on s.participation_id = a.id and s.housing_cents > 0
  join policy_version v on v.id = policy_on(a.programme_id, (s.month + interval '1 month - 1 day')::date)
  left join policy_rule r on r.version_id = v.id and r.code = 'allowance.housing'
  where not exists (select from allowance_statement n where n.allowance_id = s.allowance_id and n.number > s.number)
  union all
  select w.id, f.id, f.month, f.gross_cents, v.number, coalesce((r.value ->> 'ceiling')::bigint, 0)
  from unnest(housing_owed.participations) w(id) cross join lateral housing_before(w.id) f
  join policy_version v on v.id = policy_on(f.programme_id, (f.month + interval '1 month - 1 day')::date)
  left join policy_rule r on r.version_id = v.id and r.code = 'allowance.housing';
end $$;
create function housing_recognised(participations uuid[]) returns table (participation_id uuid, of uuid, month date, cents bigint, number int, ceiling bigint)
language sql stable security definer set search_path = public, pg_temp as $$
  select o.* from housing_owed(participations) o where (select app_acting())
$$;

-- Whether another record of the person, in the same programme, is given the month by a grant that was answered earlier: records may turn out to be one
-- person's only later.
create function housing_elsewhere(of uuid, month date) returns boolean
language plpgsql stable security definer set search_path = public, pg_temp set plan_cache_mode = force_generic_plan as $$
begin
  return exists (select from housing_grant g join participation a on a.id = g.participation_id
    join participation x on x.programme_id = a.programme_id and x.id <> a.id and x.person_id in (select records_of(a.person_id))
    join housing_grant o on o.participation_id = x.id and o.state in ('GRANTED', 'WITHDRAWN') and (o.answered_at, o.id) < (g.answered_at, g.id)
    where g.id = housing_elsewhere.of and housing_elsewhere.month >= o.from_month
      and housing_elsewhere.month < coalesce(o.withdrawn_from, o.from_month + make_interval(months => o.months)) and coalesce(x.left_on >= housing_elsewhere.month, true));
end $$;

-- What is given of months, whoever acts: by which grant as it stands, what a receipt shows, what of the month was recognised before, whether it is over by then (withdrawn, or the person has
-- left, or has it by another record), and whether the month has no hours that are certified, or count and wait to be.
create function housing_of(participations uuid[], months date[])
returns table (participation_id uuid, month date, person uuid, grant_id uuid, revision int, monthly bigint, receipt bigint, before bigint, over boolean, alone boolean)
language plpgsql stable security definer set search_path = public, pg_temp set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
begin
  if not app_acting() then
    raise exception 'nobody asks' using errcode = 'LA002';
  end if;
  return query
  select distinct on (m.participation_id, m.month) m.participation_id, m.month, (select min(r::text)::uuid from records_of(a.person_id) r), g.id, g.revision, g.monthly_cents,
         (select nullif(r.cents, 0) from housing_receipt r where r.grant_id = g.id and r.month = m.month order by r.number desc limit 1),
         (select coalesce(sum(f.gross_cents), 0)::bigint from housing_before(m.participation_id) f where f.month = m.month),
         coalesce(g.withdrawn_from <= m.month or a.left_on < m.month, false) or housing_elsewhere(g.id, m.month),
         not exists (select from register_month r where r.participation_id = m.participation_id and r.month = m.month and r.state = 'LOCKED')
           and not exists (select from attendance e where e.participation_id = m.participation_id and e.day >= m.month and e.day < m.month + interval '1 month'
                           and e.standing in ('COUNTED', 'CONTESTED'))
  from unnest(housing_of.participations, housing_of.months) m(participation_id, month)
  join participation a on a.id = m.participation_id
  join housing_grant g on g.participation_id = m.participation_id and g.state in ('GRANTED', 'WITHDRAWN')
    and m.month >= g.from_month and m.month < g.from_month + make_interval(months => g.months)
  order by m.participation_id, m.month, coalesce(g.withdrawn_from <= m.month, false), g.from_month desc; -- one that is withdrawn may be followed by another
end $$;

-- The months of grants that have begun, of the people who are named, or whose grants are; of none named, those that are over by the day, have no statement
-- yet and lack no receipt that the rules ask for.
create function housing_months(programmes uuid[], named uuid[], day date) returns table (participation_id uuid, month date)
language plpgsql stable security definer set search_path = public, pg_temp set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
begin
  if not app_acting() then
    raise exception 'nobody asks' using errcode = 'LA002';
  end if;
  return query
  select distinct g.participation_id, m.month::date
  from housing_grant g join participation a on a.id = g.participation_id
  cross join lateral generate_series(g.from_month, least(g.from_month + make_interval(months => g.months - 1), date_trunc('month', day::timestamp)), '1 month') m(month)
  where g.programme_id = any (housing_months.programmes) and g.state in ('GRANTED', 'WITHDRAWN')
    and (g.participation_id = any (named) or g.participation_id in (select n.participation_id from housing_grant n where n.id = any (named))
         or named = '{}' and m.month < coalesce(g.withdrawn_from, 'infinity') and coalesce(a.left_on >= m.month, true) and m.month + interval '1 month' <= day
            and not exists (select from allowance_statement s where s.participation_id = g.participation_id and s.month = m.month::date)
            and ((select r.cents from housing_receipt r where r.grant_id = g.id and r.month = m.month::date order by r.number desc limit 1) > 0
                 or not exists (select from policy_rule p where p.version_id = policy_on(g.programme_id, (m.month + interval '1 month - 1 day')::date)
                                and p.code = 'allowance.housing' and (p.value ->> 'receipt')::boolean)))
  order by 1, 2;
end $$;

-- What grants may still cost is worked out from this: until which month they hold, what of their months was recognised before, of which months there are statements and receipts, and which another record
-- of the person is given.
create function granted_housing(participations uuid[])
returns table (id uuid, participation_id uuid, programme_id uuid, organisation_id uuid, from_month date, to_month date, monthly bigint, spent bigint, before jsonb, stated jsonb, receipted jsonb, elsewhere jsonb)
language plpgsql stable security definer set search_path = public, pg_temp set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
begin
  if not app_acting() then
    raise exception 'nobody asks' using errcode = 'LA002';
  end if;
  return query
  select g.id, a.id, a.programme_id, a.organisation_id, g.from_month,
         least((g.from_month + make_interval(months => g.months - 1))::date, (g.withdrawn_from - interval '1 month')::date, date_trunc('month', a.left_on::timestamp)::date), g.monthly_cents,
         (select coalesce(sum(r.cents), 0)::bigint from housing_owed(array[a.id]) r),
         (select coalesce(jsonb_object_agg(to_char(b.month, 'YYYY-MM'), b.cents), '{}') from (select f.month, sum(f.gross_cents)::bigint as cents from housing_before(a.id) f group by 1) b),
         (select coalesce(jsonb_agg(distinct to_char(s.month, 'YYYY-MM')), '[]') from allowance_statement s where s.participation_id = a.id),
         (select coalesce(jsonb_agg(to_char(r.month, 'YYYY-MM')), '[]') from housing_receipt r where r.grant_id = g.id and r.cents > 0
            and not exists (select from housing_receipt n where n.grant_id = r.grant_id and n.month = r.month and n.number > r.number)),
         (select coalesce(jsonb_agg(to_char(m, 'YYYY-MM')), '[]') from generate_series(g.from_month, g.from_month + make_interval(months => g.months - 1), '1 month') m
          where housing_elsewhere(g.id, m::date))
  from housing_grant g join participation a on a.id = g.participation_id
  where g.participation_id = any (granted_housing.participations) and g.state in ('GRANTED', 'WITHDRAWN')
  order by g.from_month, g.id;
end $$;

-- Whatever works a month out: with what was recognised of it before, no more is owed than was granted and a month may cost, and all months up to the last one of the rules that the statement
-- follows stay below their ceiling. Statements of one person wait for each other.
create function housing_bounds() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
declare s record; rule jsonb; which int; given bigint;
begin
  if not exists (select from written w where w.housing_cents > 0) then
    return null;
  end if;
  for s in select w.*, (select min(r::text) from participation p cross join records_of(p.person_id) r where p.id = w.participation_id) as person
           from written w where w.housing_cents > 0 order by person, w.month loop
    perform pg_advisory_xact_lock(hashtextextended('housing ' || s.person, 0));
    select r.value, v.number into rule, which from policy_version v left join policy_rule r on r.version_id = v.id and r.code = 'allowance.housing'
    where v.id = s.policy_versions[cardinality(s.policy_versions)];
    select coalesce(sum(f.gross_cents), 0)::bigint into given from housing_before(s.participation_id) f where f.month = s.month;
    if s.housing_cents + given > coalesce((rule ->> 'monthly')::bigint, 0)
       or (select sum(r.cents) from housing_owed(array[s.participation_id]) r where r.number <= which) > coalesce((rule ->> 'ceiling')::bigint, 0)
       or not exists (select from housing_grant g where g.participation_id = s.participation_id and g.state in ('GRANTED', 'WITHDRAWN') and s.housing_cents + given <= g.monthly_cents
                      and s.month >= g.from_month and s.month < coalesce(g.withdrawn_from, g.from_month + make_interval(months => g.months))
                      and not housing_elsewhere(g.id, s.month)) then
      raise exception 'more is owed than was granted' using errcode = 'check_violation', constraint = 'allowance_statement_housing';
    end if;
  end loop;
  return null;
end $$;
create trigger housing_bounds after insert on allowance_statement referencing new table as written for each statement execute function housing_bounds();
revoke execute on function housing_before(uuid), housing_owed(uuid[]), housing_elsewhere(uuid, date), housing_recognised(uuid[]), housing_of(uuid[], date[]), housing_months(uuid[], uuid[], date), granted_housing(uuid[]), housing_bounds() from public;
grant execute on function housing_recognised(uuid[]), housing_of(uuid[], date[]), housing_months(uuid[], uuid[], date), granted_housing(uuid[]) to lavoro_app;
