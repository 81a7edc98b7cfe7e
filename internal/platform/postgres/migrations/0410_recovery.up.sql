-- What was paid beyond what the last statement owes, and how it comes back: with what is due later, by the person, or not at all.
create table recovery (
  id               uuid primary key,
  programme_id     uuid not null references programme,
  participation_id uuid not null references participation,
  allowance_id     uuid not null references allowance,
  payer_id         uuid not null references organisation,
  month            date not null,
  statement_id     uuid not null references allowance_statement, -- by which too much was first seen
  owed_cents       bigint not null, -- net, as all that follow: what was paid too much
  recovered_cents  bigint not null check (recovered_cents >= 0), -- with later payments that go out or wait to
  repaid_cents     bigint not null check (repaid_cents >= 0),
  waived_cents     bigint not null check (waived_cents >= 0),    -- as much of what was waived as is still too much
  left_cents       bigint not null check (left_cents >= 0),
  audience         uuid[] not null,
  revision         int not null default 1,
  unique (allowance_id, payer_id),
  check (owed_cents = recovered_cents + repaid_cents + waived_cents + left_cents)
);
create index recovery_list on recovery (programme_id, month desc, id desc);
create index recovery_participation on recovery (participation_id, month desc, id desc);
create index recovery_payer on recovery (payer_id, month desc, id desc);

-- Months and amounts that were agreed with the person; the last plan holds.
create table recovery_plan (
  id               uuid primary key,
  recovery_id      uuid not null references recovery,
  programme_id     uuid not null references programme,
  participation_id uuid not null references participation,
  month            date not null,
  number           int not null check (number > 0),
  agreed_on        date not null,
  before_cents     bigint not null check (before_cents >= 0), -- what had come back when it was agreed
  months           date[] not null,
  cents            bigint[] not null,
  member_id        uuid not null,
  made_at          timestamptz not null,
  audience         uuid[] not null,
  unique (recovery_id, number),
  check (cardinality(months) between 1 and 60 and cardinality(months) = cardinality(cents) and 0 < all (cents))
);

-- What ends a debt but for later payments: the person has given money back, or it is waived. Neither counts before a second person has confirmed it.
create table recovery_discharge (
  id               uuid primary key,
  recovery_id      uuid not null references recovery,
  programme_id     uuid not null references programme,
  participation_id uuid not null references participation,
  month            date not null,
  kind             text not null check (kind in ('WAIVER', 'REPAYMENT')),
  cents            bigint not null check (cents > 0),
  day              date,              -- on which it was given back
  state            text not null check (state in ('WAITING', 'CONFIRMED', 'REJECTED')),
  state_since      date not null,
  reason           bytea,             -- sealed; null of somebody erased
  asked_by         uuid not null,
  on_behalf_of     uuid,              -- for whom who asked for it stood in; null where a grant of his own allowed it
  asked_at         timestamptz not null,
  answer           bytea,             -- sealed
  answered_by      uuid,
  answered_at      timestamptz,
  audience         uuid[] not null,
  revision         int not null default 1,
  constraint recovery_discharge_apart check (answered_by <> asked_by),
  check ((day is null) = (kind = 'WAIVER')), check ((state = 'WAITING') = (answered_by is null)), check ((answered_by is null) = (answered_at is null))
);
create unique index recovery_discharge_waits on recovery_discharge (recovery_id) where state = 'WAITING';
create index recovery_discharge_recovery on recovery_discharge (recovery_id, asked_at, id);

-- What the person has given back, by the budget line that it goes to.
create table recovery_part (
  id             uuid primary key,
  discharge_id   uuid not null references recovery_discharge,
  allowance_id   uuid not null references allowance,
  payer_id       uuid not null references organisation,
  budget_line_id uuid not null references budget_line,
  gross_cents    bigint not null, -- none of it where too little was withheld, and nothing else was wrong
  withheld_cents bigint not null,
  net_cents      bigint not null check (net_cents = gross_cents - withheld_cents and net_cents > 0),
  audience       uuid[] not null,
  unique (discharge_id, budget_line_id)
);
create index recovery_part_allowance on recovery_part (allowance_id, payer_id, budget_line_id);

-- How much of a line that takes off is taken from the person; the rest moves what he keeps from one budget line to another.
alter table payment_line add column recovered_cents bigint not null default 0, add constraint payment_line_recovered check (recovered_cents between 0 and greatest(-net_cents, 0));
-- As much of it as goes back to the budget line. The rest was not withheld when it was paid, and is withheld now.
create function recovered_gross(l payment_line) returns bigint language sql immutable as $$
  select least(l.recovered_cents, greatest(-l.gross_cents, 0))
$$;
grant execute on function recovered_gross(payment_line) to lavoro_app;

-- What each month owes from each budget line of a payer, less what was taken up. By its net it is due, or was paid too much: also where nothing but
-- what is withheld has changed, of which the line has no part. What waits in a run that was not sent is nobody's debt.
create function payment_balance(allowances uuid[], payer uuid)
returns table (allowance_id uuid, participation_id uuid, programme_id uuid, statement_id uuid, month date, budget_line_id uuid, share_id uuid, before boolean, gross bigint, withheld bigint, net bigint)
language sql stable set search_path = public, pg_temp as $$
  with last_of as (
    select distinct on (s.allowance_id) s.id, s.allowance_id, s.participation_id, s.programme_id, s.month
    from allowance_statement s where s.allowance_id = any (allowances) order by s.allowance_id, s.number desc
  ), sums as (
    select l.allowance_id, h.budget_line_id, h.id as share_id, h.gross_cents as gross, h.net_cents as net, 0 as unsent, 0 as unsent_net, false as before
    from last_of l join allowance_share h on h.statement_id = l.id and h.payer_id = payment_balance.payer
    union all
    select x.allowance_id, x.budget_line_id, null, -x.gross_cents, -x.net_cents, case when unsent then x.gross_cents else 0 end, case when unsent then x.net_cents else 0 end, true
    from payment_line x cross join lateral (select x.state in ('PENDING', 'HELD') and x.net_cents >= 0 as unsent) w
    where x.allowance_id = any (allowances) and x.payer_id = payment_balance.payer and x.live
    union all
    select p.allowance_id, p.budget_line_id, null, p.gross_cents, p.net_cents, 0, 0, true
    from recovery_part p where p.allowance_id = any (allowances) and p.payer_id = payment_balance.payer
  ), keys as (
    select allowance_id, budget_line_id, (array_agg(share_id) filter (where share_id is not null))[1] as share_id, bool_or(before) as before, sum(gross) as gross, sum(net) as net,
           sum(unsent) as unsent, sum(unsent_net) as unsent_net from sums group by 1, 2
  )
  select l.allowance_id, l.participation_id, l.programme_id, l.id, l.month, k.budget_line_id, k.share_id, k.before, b.gross::bigint, (b.gross - b.net)::bigint, b.net::bigint
  from keys k join last_of l using (allowance_id)
  cross join lateral (select case when k.net > 0 then k.gross else k.gross + k.unsent end as gross, case when k.net > 0 then k.net else k.net + k.unsent_net end as net) b
  where k.net > 0 or b.net < 0 or b.net = 0 and b.gross <> 0 and k.net = 0 and k.unsent = 0
$$;

-- Brings the recoveries of months to what their statements, lines and discharges come to; where there is too much for the first time, one begins.
create function recovery_settle(allowances uuid[], payer uuid, begin boolean) returns void language plpgsql set search_path = public, pg_temp as $$
#variable_conflict use_column
begin
  if begin then
    insert into recovery (id, programme_id, participation_id, allowance_id, payer_id, month, statement_id, owed_cents, recovered_cents, repaid_cents, waived_cents, left_cents, audience)
    select gen_random_uuid(), b.programme_id, b.participation_id, b.allowance_id, recovery_settle.payer, b.month, b.statement_id, 0, 0, 0, 0, 0, '{}'
    from payment_balance(allowances, recovery_settle.payer) b group by 2, 3, 4, 6, 7
    having sum(net) < 0
    on conflict (allowance_id, payer_id) do nothing;
  end if;
  perform from recovery r where r.allowance_id = any (allowances) and r.payer_id = recovery_settle.payer order by r.id for update;
  if not found then
    return;
  end if;
  update recovery r set owed_cents = n.recovered + n.repaid + greatest(n.much, 0), recovered_cents = n.recovered, repaid_cents = n.repaid, waived_cents = least(n.waived, greatest(n.much, 0)),
         left_cents = greatest(n.much - n.waived, 0), revision = r.revision + 1
  from (
    select o.id, coalesce(b.much, 0)::bigint as much,
           (select coalesce(sum(l.recovered_cents), 0)::bigint from payment_line l where l.allowance_id = o.allowance_id and l.payer_id = o.payer_id and l.live) as recovered,
           (select coalesce(sum(d.cents) filter (where d.kind = 'REPAYMENT'), 0)::bigint from recovery_discharge d where d.recovery_id = o.id and d.state = 'CONFIRMED') as repaid,
           (select coalesce(sum(d.cents) filter (where d.kind = 'WAIVER'), 0)::bigint from recovery_discharge d where d.recovery_id = o.id and d.state = 'CONFIRMED') as waived
    from recovery o
    left join (select allowance_id, -sum(net) as much from payment_balance(allowances, recovery_settle.payer) group by 1) b
      on b.allowance_id = o.allowance_id
    where o.allowance_id = any (allowances) and o.payer_id = recovery_settle.payer) n
  where r.id = n.id and (r.recovered_cents, r.repaid_cents, r.waived_cents, r.left_cents)
    is distinct from (n.recovered, n.repaid, least(n.waived, greatest(n.much, 0)), greatest(n.much - n.waived, 0));
end $$;
revoke execute on function payment_balance(uuid[], uuid), recovery_settle(uuid[], uuid, boolean) from public;

-- How much of a recovery is said to be given back, or is to be given up, and waits to be confirmed.
create function recovery_waits(r recovery) returns bigint language sql stable set search_path = public, pg_temp as $$
  select coalesce(sum(d.cents), 0)::bigint from recovery_discharge d where d.recovery_id = r.id and d.state = 'WAITING'
$$;
revoke execute on function recovery_waits(recovery) from public;

-- By which budget lines so much of what is left comes back: the first ones first.
create function recovery_parts(recovery uuid, cents bigint) returns table (budget_line_id uuid, gross_cents bigint, withheld_cents bigint, net_cents bigint)
language sql stable security definer set search_path = public, pg_temp as $$
  with keys as (
    select b.budget_line_id, b.withheld, -b.net as much, (sum(greatest(b.net, 0)) over ())::bigint as due,
           (sum(greatest(-b.net, 0)) over (order by b.budget_line_id rows between unbounded preceding and current row))::bigint as upto
    from recovery r cross join payment_balance(array[r.allowance_id], r.payer_id) b
    where r.id = recovery_parts.recovery and r.audience && (select app_keys('money'))
  ), parts as (
    select k.*, least(upto, due + recovery_parts.cents) - greatest(upto - much, due) as part from keys k where much > 0
  )
  select budget_line_id, part - withheld * part / much, -(withheld * part / much), part from parts where part > 0
$$;

-- Statements, lines and discharges each bring the recoveries of their months up to date, whoever writes them.
create function recovery_of_shares() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
declare of_payer record;
begin
  for of_payer in
    select w.payer_id, array_agg(distinct w.allowance_id) as allowances from written w
    where exists (select from payment_line l where l.allowance_id = w.allowance_id and l.payer_id = w.payer_id and l.live) group by 1 order by 1
  loop
    perform recovery_settle(of_payer.allowances, of_payer.payer_id, true);
  end loop;
  return null;
end $$;
create function recovery_of_lines() returns trigger language plpgsql security definer set search_path = public, pg_temp set enable_seqscan = off as $$
declare of_payer record;
begin
  if exists (select from (select w.allowance_id, w.payer_id, sum(w.recovered_cents) as cents from written w where w.live and w.recovered_cents > 0 group by 1, 2) w
             left join recovery r on r.allowance_id = w.allowance_id and r.payer_id = w.payer_id where tg_op = 'INSERT' and w.cents > coalesce(r.left_cents, 0)) then
    raise exception 'more is taken than is left to give back' using errcode = 'LA010', constraint = 'recovery_bounds';
  end if;
  if tg_op = 'UPDATE' then -- what turns out to be paid may not be owed any more
    for of_payer in select w.payer_id, array_agg(distinct w.allowance_id) as allowances from written w join before b on b.id = w.id where w.live and not b.live group by 1 loop
      perform recovery_settle(of_payer.allowances, of_payer.payer_id, true);
    end loop;
  end if;
  for of_payer in select r.payer_id, array_agg(distinct r.allowance_id) as allowances from written w join recovery r on r.allowance_id = w.allowance_id and r.payer_id = w.payer_id group by 1 loop
    perform recovery_settle(of_payer.allowances, of_payer.payer_id, false);
  end loop;
  if tg_op = 'UPDATE' then -- what was given back while the run was being sent: tried again, it is among the run's changes
    if exists (select from written w join before b on b.id = w.id join recovery r on r.allowance_id = w.allowance_id and r.payer_id = w.payer_id
               where w.state = 'EXPORTED' and b.state = 'PENDING' and w.recovered_cents > 0 and recovery_waits(r) > r.left_cents) then
      raise exception 'what is taken off waits to be confirmed as given back' using errcode = '40001', constraint = 'recovery_waits';
    end if;
  end if;
  return null;
end $$;
create trigger recovers after insert on allowance_share referencing new table as written for each statement execute function recovery_of_shares();
create trigger recovers after insert on payment_line referencing new table as written for each statement execute function recovery_of_lines();
create trigger recovers_moved after update on payment_line referencing old table as before new table as written for each statement execute function recovery_of_lines();
create trigger recovers_gone after delete on payment_line referencing old table as written for each statement execute function recovery_of_lines();

create function recovery_part_bounds() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
declare d recovery_discharge;
begin
  select x.* into d from recovery_discharge x join recovery r on r.id = x.recovery_id
  where x.id = new.discharge_id and x.kind = 'REPAYMENT' and x.state = 'WAITING' and r.allowance_id = new.allowance_id and r.payer_id = new.payer_id;
  if not found then
    raise exception 'a part is of a repayment that waits' using errcode = 'LA010', constraint = 'recovery_bounds';
  end if;
  new.audience := (select r.audience from recovery r where r.id = d.recovery_id);
  return new;
end $$;
create trigger bounds before insert on recovery_part for each row execute function recovery_part_bounds();

-- A discharge is answered once, by another person, and then stays; what it takes off was left.
create function recovery_discharge_kept() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
declare r recovery;
begin
  if (new.id, new.recovery_id, new.programme_id, new.participation_id, new.month, new.kind, new.cents, new.day, new.reason, new.asked_by, new.on_behalf_of, new.asked_at)
     is distinct from (old.id, old.recovery_id, old.programme_id, old.participation_id, old.month, old.kind, old.cents, old.day, old.reason, old.asked_by, old.on_behalf_of, old.asked_at)
     or old.state <> 'WAITING' then
    raise exception 'a discharge is answered once' using errcode = 'LA010', constraint = 'recovery_discharge_kept';
  end if;
  if (new.answered_by = new.on_behalf_of or new.answered_by in (select same_human(h) from unnest(array[new.asked_by, new.on_behalf_of]) h)) then
    raise exception 'who asks does not answer' using errcode = '23514', constraint = 'recovery_discharge_apart';
  end if;
  if new.state = 'CONFIRMED' then
    select * into r from recovery x where x.id = new.recovery_id for update;
    if new.cents > r.left_cents
       or new.kind = 'REPAYMENT' and new.cents <> (select coalesce(sum(p.net_cents), 0) from recovery_part p where p.discharge_id = new.id)
       or new.kind = 'REPAYMENT' and exists (select from payment_balance(array[r.allowance_id], r.payer_id) b where b.net > 0
                                             and b.budget_line_id in (select p.budget_line_id from recovery_part p where p.discharge_id = new.id)) then
      raise exception 'more is discharged than is left to give back' using errcode = 'LA010', constraint = 'recovery_bounds';
    end if;
  end if;
  return new;
end $$;
create function recovery_of_discharge() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
declare r recovery;
begin
  select * into r from recovery x where x.id = new.recovery_id;
  perform recovery_settle(array[r.allowance_id], r.payer_id, false);
  return null;
end $$;
create trigger kept before update of id, recovery_id, programme_id, participation_id, month, kind, cents, day, state, reason, asked_by, on_behalf_of, asked_at, answer, answered_by, answered_at
  on recovery_discharge for each row execute function recovery_discharge_kept();
create trigger recovers after update of state on recovery_discharge for each row when (new.state = 'CONFIRMED') execute function recovery_of_discharge();

-- A recovery is seen as the lines are by which it was paid.
create function recovery_audience() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if tg_op = 'INSERT' then
    new.audience := (select case when a.protected then a.audience || organisation_line(a.organisation_id) else a.audience end from participation a where a.id = new.participation_id);
  end if;
  new.audience := array(select distinct k from unnest(new.audience || (select o.line from organisation o where o.id = case tg_table_name when 'recovery' then (to_jsonb(new) ->> 'payer_id')::uuid
    else (select r.payer_id from recovery r where r.id = (to_jsonb(new) ->> 'recovery_id')::uuid) end)) k order by 1);
  if exists (select from mandate) then
    new.audience := mandated_audience(new.audience, new.participation_id, new.month, (new.month + interval '1 month - 1 day')::date);
  end if;
  return new;
end $$;
do $$
declare t text;
begin
  foreach t in array array['recovery', 'recovery_plan', 'recovery_discharge'] loop
    execute format('create trigger follows_mandates before insert or update of audience on %I for each row execute function recovery_audience()', t);
    execute format('insert into audience_follower values (%L, null, true)', t);
    execute format('insert into mandate_opens values (%L, true)', t);
  end loop;
  foreach t in array array['recovery', 'recovery_plan', 'recovery_discharge', 'recovery_part'] loop
    execute format('alter table %I enable row level security', t);
    execute format('create policy seen on %I using (audience &&& (select app_keys(''money'')))', t);
    execute format('grant select on %I to lavoro_app', t);
  end loop;
end $$;
grant insert on recovery_plan, recovery_discharge, recovery_part to lavoro_app;
grant update (revision) on recovery to lavoro_app;
grant update (state, state_since, answer, answered_by, answered_at, revision) on recovery_discharge to lavoro_app;
create function recovery_part_follows() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  update recovery_part p set audience = new.audience from recovery_discharge d where d.recovery_id = new.id and p.discharge_id = d.id;
  return null;
end $$;
create trigger parts_follow after update of audience on recovery for each row execute function recovery_part_follows();

-- Holds a recovery against all other acts on it, also those that pay.
create function recovery_hold(recovery uuid) returns boolean language plpgsql security definer set search_path = public, pg_temp as $$
begin
  perform from recovery r where r.id = recovery_hold.recovery and r.audience && app_keys('money') for update;
  return found;
end $$;
revoke execute on function recovery_parts(uuid, bigint), recovery_hold(uuid) from public;
grant execute on function recovery_parts(uuid, bigint), recovery_hold(uuid) to lavoro_app;

-- What no line of a run has taken up of months, by payer.
create function payment_unpaid(allowances uuid[]) returns table (allowance_id uuid, payer_id uuid, gross bigint) language sql stable set search_path = public, pg_temp as $$
  select b.allowance_id, p.payer_id, sum(greatest(b.gross, 0))::bigint
  from (select distinct h.allowance_id, h.payer_id from allowance_share h where h.allowance_id = any (allowances)) p
  cross join lateral payment_balance(array[p.allowance_id], p.payer_id) b where b.net > 0 group by 1, 2
$$;
revoke execute on function payment_unpaid(uuid[]) from public;

-- What is due of people from a payer, and what they have too much, by month and budget line. What is contested of a month waits for its answer, once over all
-- that owe it: with the payers in the order of their ids, from what no line has taken up. The rest is paid; of a contested month nothing is recovered.
create function payment_due(people uuid[], payer uuid, up_to date)
returns table (participation_id uuid, allowance_id uuid, statement_id uuid, month date, share_id uuid, budget_line_id uuid, before boolean, contested boolean, gross bigint, withheld bigint)
language sql stable set search_path = public, pg_temp as $$
  select d.participation_id, d.allowance_id, d.statement_id, d.month, d.share_id, d.budget_line_id, d.before, d.contested,
         d.gross - d.waits, case when d.waits = 0 then d.withheld else d.withheld - d.withheld * d.waits / d.gross end
  from (
    select b.*, c.contested_cents is not null as contested, least(m.more, greatest(coalesce(c.contested_cents, 0) - coalesce(others.gross, 0)
             - coalesce(sum(m.more) over (partition by b.allowance_id order by b.budget_line_id rows between unbounded preceding and 1 preceding), 0), 0))::bigint as waits
    from payment_balance(array(select a.id from allowance a where a.participation_id = any (people) and a.month <= payment_due.up_to), payment_due.payer) b
    cross join lateral (select case when b.net > 0 then greatest(b.gross, 0) else 0 end as more) m
    left join allowance_contest c on c.allowance_id = b.allowance_id and c.state = 'CONTESTED'
    left join lateral (select sum(u.gross) as gross from payment_unpaid(array[c.allowance_id]) u where u.payer_id < payment_due.payer) others on c.contested_cents > 0) d
  where d.waits = 0 or d.waits < d.gross
$$;

-- How much of each month that was paid too much is taken off what is due now. Of what was agreed with the person, what has fallen due by the run's
-- month; of the rest the policy's share of what is due, oldest first. So much is always left to him as the policy says. Below the policy's sum, all
-- that he was ever paid too much by the payer together, nothing is taken; nor is what he has given back, or is to be given up, and waits for its confirmation.
create function payment_take_off(people uuid[], payer uuid, up_to date, share int, leaves bigint, least_sum bigint)
returns table (participation_id uuid, allowance_id uuid, cents bigint) language sql stable set search_path = public, pg_temp as $$
  with months as (
    select participation_id, allowance_id, month, bool_or(contested) as contested, sum(gross - withheld) as net from payment_due(people, payment_take_off.payer, payment_take_off.up_to) group by 1, 2, 3
  ), base as (
    select participation_id, sum(net) as net from months where net > 0 group by 1
  ), owing as (
    select r.participation_id, r.allowance_id, r.month, b.net as base, p.id is not null as planned, greatest(r.left_cents - w.repaid - w.waived, 0) as open_cents,
           case when p.id is not null then greatest((select coalesce(sum(i.cents), 0) from unnest(p.months, p.cents) i(month, cents) where i.month <= payment_take_off.up_to)
                                                    - greatest(r.recovered_cents + r.repaid_cents + w.repaid - p.before_cents, 0), 0)
                when sum(r.owed_cents - r.waived_cents) over (partition by r.participation_id) < payment_take_off.least_sum then 0 else greatest(r.left_cents - w.repaid - w.waived, 0) end as wanted
    from recovery r join base b using (participation_id) join months m on m.allowance_id = r.allowance_id and m.net < 0 and not m.contested
    left join lateral (select x.* from recovery_plan x where x.recovery_id = r.id order by x.number desc limit 1) l on true
    left join recovery_plan p on p.id = l.id and payment_take_off.up_to <= p.months[cardinality(p.months)]
    cross join lateral (select coalesce(sum(d.cents) filter (where d.kind = 'REPAYMENT'), 0) as repaid, coalesce(sum(d.cents) filter (where d.kind = 'WAIVER'), 0) as waived
                        from recovery_discharge d where d.recovery_id = r.id and d.state = 'WAITING') w
    where r.payer_id = payment_take_off.payer and r.left_cents > 0
  ), shared as (
    select o.*, case when planned then least(wanted, open_cents)
                     else least(wanted, greatest(floor(base * payment_take_off.share / 100) - coalesce(sum(case when planned then 0 else wanted end) over before_it, 0), 0)) end as wants
    from owing o window before_it as (partition by participation_id order by month, allowance_id rows between unbounded preceding and 1 preceding)
  ), bounded as (
    select s.*, least(wants, greatest(base - greatest(payment_take_off.leaves, 1)
      - coalesce(sum(wants) over (partition by participation_id order by month, allowance_id rows between unbounded preceding and 1 preceding), 0), 0)) as takes from shared s
  )
  select participation_id, allowance_id, takes::bigint from bounded where takes > 0
$$;

-- The lines of people to whom something is due: what is due, less what moves from one budget line of a month to another, less what is taken off.
create function payment_lines_of(people uuid[], payer uuid, up_to date, share int, leaves bigint, least_sum bigint)
returns table (participation_id uuid, allowance_id uuid, statement_id uuid, month date, share_id uuid, budget_line_id uuid, before boolean, gross bigint, withheld bigint, recovered bigint)
language sql stable set search_path = public, pg_temp as $$
  with due as (
    select d.*, n.net, greatest(-n.net, 0) as much, (sum(n.net) over (partition by allowance_id))::bigint as month_net,
           (sum(greatest(n.net, 0)) over (partition by allowance_id))::bigint as more
    from payment_due(people, payment_lines_of.payer, payment_lines_of.up_to) d cross join lateral (select d.gross - d.withheld as net) n
  ), payable as (
    select participation_id from (select distinct participation_id, allowance_id, month_net from due) m where month_net > 0 group by 1
  ), cut as (
    select d.*, case when d.month_net >= 0 then d.much else greatest(least(d.much, d.more + coalesce(t.cents, 0) - coalesce((sum(d.much) over before_it)::bigint, 0)), 0) end as part,
           coalesce((sum(d.much) over before_it)::bigint, 0) as much_before
    from due d join payable using (participation_id)
    left join payment_take_off(people, payment_lines_of.payer, payment_lines_of.up_to, share, leaves, least_sum) t using (allowance_id)
    window before_it as (partition by d.allowance_id order by d.budget_line_id rows between unbounded preceding and 1 preceding)
  )
  select participation_id, allowance_id, statement_id, month, share_id, budget_line_id, before,
         case when net >= 0 then gross else withheld * part / much - part end, case when net >= 0 then withheld else withheld * part / much end,
         case when net >= 0 or month_net >= 0 then 0 else greatest(much_before + part - greatest(much_before, more), 0) end
  from cut where net >= 0 or part > 0
$$;

-- Why people cannot be paid now, and by which details they would be.
create function payment_standing(people uuid[], latest date[], offered text[], today date, rest_days int, measures text[], check_days int, found_blocks boolean, unknown_blocks boolean)
returns table (participation_id uuid, bank_id uuid, blocks text[]) language sql stable set search_path = public, pg_temp as $$
  select a.id, b.details_id,
         array_remove(array[
           case when b.cause = 'ERASED' then 'PERSON_ERASED'
                when b.details_id is null then case when a.protected then 'PROTECTED_ACCOUNT' else 'NO_ACCOUNT' end
                when b.cause is not null then 'ACCOUNT_' || b.cause
                when exists (select from payment_line x where x.bank_id = b.details_id and x.state in ('REJECTED', 'RETURNED', 'RECALLED') and refuses_account(x.code)) then 'ACCOUNT_REFUSED'
                when not b.means = any (offered) then 'MEANS_NOT_OFFERED' end,
           case when c.found then 'CHECK_FOUND' when c.old then 'CHECK_OLD' end,
           case when statement_stuck(a.id) then 'STATEMENT_STUCK' end], null)
  from unnest(people, latest) w(id, latest) join participation a on a.id = w.id
  left join payment_details(people, today, rest_days) b on b.participation_id = w.id
  cross join lateral (
    select coalesce(bool_or(found_blocks and x.outcome = 'FOUND' or unknown_blocks and x.outcome = 'UNKNOWN'), false) as found,
           coalesce(bool_or(x.outcome is null or x.checked_on < least(today, (w.latest + interval '1 month - 1 day')::date) - check_days), false) as old
    from unnest(measures) m(measure)
    left join lateral (select k.outcome, k.checked_on from exclusion_check k where k.participation_id = a.id and k.measure = m.measure
                       order by k.checked_on desc, k.id desc limit 1) x on true) c
$$;
revoke execute on function payment_due(uuid[], uuid, date), payment_take_off(uuid[], uuid, date, int, bigint, bigint), payment_lines_of(uuid[], uuid, date, int, bigint, bigint),
  payment_standing(uuid[], date[], text[], date, int, text[], int, boolean, boolean) from public;

-- The most that was owed, after taxes, of what a line takes up, when it was made or since; of a line that takes off, the most that was to be. Also of whom the payer does not accompany any more.
create function payment_line_was_owed(line uuid) returns bigint language sql stable security definer set search_path = public, pg_temp as $$
  select max(sign(l.net_cents) * coalesce(h.net_cents, 0)) from payment_line l join allowance_statement n on n.allowance_id = l.allowance_id
  left join allowance_share h on h.statement_id = n.id and h.payer_id = l.payer_id and h.budget_line_id = l.budget_line_id
  where l.id = payment_line_was_owed.line and l.audience &&& (select app_keys('money')) and n.number >= (select m.number from allowance_statement m where m.id = l.statement_id)
$$;
revoke execute on function payment_line_was_owed(uuid) from public;
grant execute on function payment_line_was_owed(uuid) to lavoro_app;
-- Whether what a line takes up is, beside what other lines take up that are not paid twice themselves, more than was owed when it was made, or since; and whether some of those are not paid yet.
create function payment_line_beyond(l payment_line) returns table (beyond boolean, waits boolean) language sql stable set search_path = public, pg_temp as $$
  select taken.whole and l.kind = 'STATEMENT' or sign(l.net_cents) * (taken.net + l.net_cents - back.net) > payment_line_was_owed(l.id), taken.waits
  from (select coalesce(sum(n.net_cents), 0) as net, coalesce(bool_or(n.kind = 'STATEMENT'), false) as whole, coalesce(bool_or(n.state <> 'PAID'), false) as waits from payment_line n
        where n.allowance_id = l.allowance_id and n.payer_id = l.payer_id and n.budget_line_id = l.budget_line_id and n.live and not n.twice and n.id <> l.id) taken
  cross join lateral (select coalesce(sum(p.net_cents), 0) as net from recovery_part p
    where p.allowance_id = l.allowance_id and p.payer_id = l.payer_id and p.budget_line_id = l.budget_line_id) back
$$;
revoke execute on function payment_line_beyond(payment_line) from public;
grant execute on function payment_line_beyond(payment_line) to lavoro_app;
