-- What is committed is booked under the month that it is for: what comes to be owed of the month takes its place.
alter table budget_posting add column month date check (extract(day from month) = 1), add check (month is null or kind = 'COMMITTED');

-- What stands committed for subjects, by line and month.
create function committed_for(subjects uuid[]) returns table (subject uuid, line uuid, month date, cents bigint)
language plpgsql stable security definer set search_path = public, pg_temp set plan_cache_mode = force_generic_plan as $$
begin
  if not app_acting() then
    raise exception 'nobody asks' using errcode = 'LA002';
  end if;
  return query
  select p.subject_id, p.budget_line_id, p.month, sum(p.cents)::bigint from budget_posting p
  where p.subject_id = any (committed_for.subjects) and p.kind = 'COMMITTED' and p.month is not null
  group by 1, 2, 3 having sum(p.cents) <> 0 order by 1, 2, 3;
end $$;

-- Which of some amounts more, each by itself, lines would not hold, by their places in the list.
create function commitments_short(prog uuid, lines uuid[], more bigint[]) returns table (place int, line uuid, label jsonb)
language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
  if not app_acting() then
    raise exception 'nobody asks' using errcode = 'LA002';
  end if;
  return query
  select w.place::int, l.id, l.label
  from unnest(commitments_short.lines, commitments_short.more) with ordinality w(line, cents, place)
  join budget_line l on l.id = w.line and l.programme_id = prog
  where w.cents > 0 and w.cents > l.amount_cents - (
    select coalesce(sum(p.cents), 0) from budget_posting p where p.budget_line_id = l.id and p.kind in ('COMMITTED', 'ACCRUED'))
  order by l.id;
end $$;

-- The same, of one amount for each line. Who asks holds the lines to the end of his transaction: nobody commits on them meanwhile.
create function check_commitment(prog uuid, lines uuid[], more bigint[]) returns table (line uuid, label jsonb)
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if not app_acting() then
    raise exception 'nobody asks' using errcode = 'LA002';
  end if;
  perform from budget_line l where l.programme_id = prog and l.id = any (check_commitment.lines) order by l.id for no key update;
  return query select s.line, s.label from commitments_short(prog, check_commitment.lines, check_commitment.more) s;
end $$;

-- What internships may still cost is worked out from this: their days, in which of these they stand still, and of which months of the participation there
-- are statements (stated) or at least a register (entered).
create function placement_costs(placements uuid[])
returns table (id uuid, participation_id uuid, programme_id uuid, organisation_id uuid, kind text, state text, from_day date, to_day date, weekly_minutes int,
               pauses jsonb, stated jsonb, entered jsonb)
language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
  if not app_acting() then
    raise exception 'nobody asks' using errcode = 'LA002';
  end if;
  return query
  select p.id, a.id, a.programme_id, a.organisation_id, c.kind, p.state, coalesce(p.started_on, p.from_day), coalesce(p.ended_on, p.to_day), p.weekly_minutes,
         coalesce((select jsonb_agg(jsonb_build_object('from', s.day, 'until', s.until, 'reason', s.reason) order by s.day)
                   from (select x.to_state, x.day, x.reason, lead(x.day) over (order by x.position) as until from placement_step x
                         where x.placement_id = p.id and x.from_state is distinct from x.to_state) s
                   where s.to_state = 'SUSPENDED'), '[]'),
         (select coalesce(jsonb_agg(distinct to_char(s.month, 'YYYY-MM')), '[]') from allowance_statement s where s.participation_id = a.id),
         (select coalesce(jsonb_agg(distinct to_char(r.month, 'YYYY-MM')), '[]') from register_month r where r.participation_id = a.id)
  from placement p join participation a on a.id = p.participation_id join enrolment e on e.id = p.enrolment_id join activity c on c.id = e.activity_id
  where p.id = any (placement_costs.placements)
  order by p.id;
end $$;

-- The same of the internships of participations that were agreed. Who asks holds the participations to the end of his transaction.
create function agreed_placements(participations uuid[])
returns table (id uuid, participation_id uuid, programme_id uuid, organisation_id uuid, kind text, state text, from_day date, to_day date, weekly_minutes int,
               pauses jsonb, stated jsonb, entered jsonb)
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if not app_acting() then
    raise exception 'nobody asks' using errcode = 'LA002';
  end if;
  perform from participation a where a.id = any (agreed_placements.participations) order by a.id for no key update;
  return query select c.* from placement_costs(array(select p.id from placement p where p.participation_id = any (agreed_placements.participations) and p.state <> 'DRAFT')) c;
end $$;
revoke execute on function committed_for(uuid[]),
  commitments_short(uuid, uuid[], bigint[]), check_commitment(uuid, uuid[], bigint[]), placement_costs(uuid[]), agreed_placements(uuid[]) from public;
grant execute on function committed_for(uuid[]),
  commitments_short(uuid, uuid[], bigint[]), check_commitment(uuid, uuid[], bigint[]), placement_costs(uuid[]), agreed_placements(uuid[]) to lavoro_app;

-- What is to be booked as accrued, beside what stands booked for them, of what recoveries have given up: it stays paid, though no statement owes it. Of what is left
-- the first budget lines come back, and the last ones are given up. Who asks holds the recoveries to the end of his transaction.
create function recovery_given_up(recoveries uuid[]) returns table (recovery_id uuid, programme_id uuid, budget_line_id uuid, cents bigint)
language plpgsql security definer set search_path = public, pg_temp as $$
#variable_conflict use_column
begin
  perform from recovery r where r.id = any (recoveries) and r.audience && app_keys('money') order by r.id for update;
  return query
  with held as materialized (
    select r.* from recovery r where r.id = any (recoveries) and r.audience && app_keys('money')
  ), keys as (
    select h.id, h.waived_cents, b.budget_line_id, b.withheld, -b.net as much,
           (sum(-b.net) over (partition by h.id order by b.budget_line_id desc rows between unbounded preceding and current row))::bigint as upto
    from held h cross join lateral payment_balance(array[h.allowance_id], h.payer_id) b where h.waived_cents > 0 and b.net < 0
  ), parts as (
    select k.*, least(much, greatest(waived_cents - (upto - much), 0)) as part from keys k
  ), sums as (
    select id, budget_line_id, part - withheld * part / much as cents from parts
    union all
    select h.id, p.budget_line_id, -p.cents from held h join budget_posting p on p.subject_id = h.id and p.kind = 'ACCRUED'
  )
  select h.id, h.programme_id, s.budget_line_id, sum(s.cents)::bigint from sums s join held h using (id) group by 1, 2, 3 having sum(s.cents) <> 0 order by 3, 1;
end $$;
revoke execute on function recovery_given_up(uuid[]) from public;
grant execute on function recovery_given_up(uuid[]) to lavoro_app;
