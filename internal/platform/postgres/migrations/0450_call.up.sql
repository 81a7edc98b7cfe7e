-- What was said on the telephone about somebody's money: it is only ever added.
create table payment_call (
  id               uuid primary key,
  programme_id     uuid not null references programme,
  participation_id uuid not null references participation,
  month            date not null check (extract(day from month) = 1), -- that it was about
  caller           text not null check (caller in ('PARTICIPANT', 'REPRESENTATIVE', 'RELATIVE', 'SERVICE', 'COMPANY', 'OTHER')),
  said             bytea not null,     -- sealed
  member_id        uuid not null,      -- who answered
  called_at        timestamptz not null,
  audience         uuid[] not null
);
create index payment_call_participation on payment_call (participation_id, called_at desc, id desc);

-- Of somebody protected what is said stays with those who are named, as with contests.
insert into audience_follower values ('payment_call', null);
alter table payment_call enable row level security;
create policy seen on payment_call using (audience &&& (select app_keys('money'))) with check (audience &&& (select app_keys('path')));
grant select, insert on payment_call to lavoro_app;
insert into mandate_opens values ('payment_call', true);
create trigger follows_mandates before insert or update of audience on payment_call for each row execute function follow_mandates();

-- What tells where a month's money stands, for who sees its allowance: also what of it is not his to see otherwise, as states without a reason.
create function payment_standing(allowance uuid, today date) returns jsonb
language plpgsql stable security definer set search_path = public, pg_temp set plan_cache_mode = force_generic_plan as $$
declare
  a allowance;
  last uuid;
  details record;
begin
  select * into a from allowance x where x.id = payment_standing.allowance and x.audience &&& (select app_keys('money'));
  if not found then
    return null;
  end if;
  last := (select s.id from allowance_statement s where s.allowance_id = a.id order by s.number desc limit 1);
  select d.details_id as id, case d.cause when 'ERASED' then 'PERSON_ERASED' else 'ACCOUNT_' || d.cause end as block into details
  from payment_details(array[a.participation_id], payment_standing.today, (select p.value::int from policy_rule p
    where p.version_id = policy_on(a.programme_id, payment_standing.today) and p.code = 'payment.details_rest_days')) d;
  return jsonb_build_object(
    'programme', a.programme_id, 'month', to_char(a.month, 'YYYY-MM'), 'soFar', a.total_cents, 'issued', last is not null,
    'register', (select coalesce(jsonb_agg(distinct case when r.state = 'SUBMITTED' and r.company_id is null then 'WITHOUT_HOST' else r.state end), '[]')
                 from register_month r where r.participation_id = a.participation_id and r.month = a.month and r.state <> 'LOCKED'),
    'contestedEntries', (select count(*) from attendance t where t.participation_id = a.participation_id and t.standing = 'CONTESTED'
                         and t.day >= a.month and t.day < a.month + interval '1 month'),
    'settled', (select coalesce(bool_and(r.left_cents = 0), false) from recovery r where r.allowance_id = a.id and r.owed_cents > 0),
    'contested', (select c.contested_cents from allowance_contest c where c.allowance_id = a.id and c.state = 'CONTESTED'),
    'receiptMissing', exists ( -- of what is granted towards living on one's own, which the month pays by its receipt alone
      select from housing_grant g join participation p on p.id = g.participation_id
      join policy_rule r on r.version_id = policy_on(a.programme_id, (a.month + interval '1 month - 1 day')::date) and r.code = 'allowance.housing'
      where g.participation_id = a.participation_id and g.state in ('GRANTED', 'WITHDRAWN') and a.month >= g.from_month and a.month < coalesce(g.withdrawn_from, g.from_month + make_interval(months => g.months))
        and coalesce(p.left_on >= a.month, true) and not housing_elsewhere(g.id, a.month) and (r.value ->> 'receipt')::boolean and (r.value ->> 'monthly')::bigint > 0
        and coalesce((select x.cents from housing_receipt x where x.grant_id = g.id and x.month = a.month order by x.number desc limit 1), 0) = 0
        and (last is null or coalesce((r.value ->> 'minimumMinutes')::int, 0) = 0 or (r.value ->> 'minimumMinutes')::int <= (
          select coalesce(sum(m::bigint), 0) from allowance_statement s cross join lateral jsonb_path_query(s.inputs, '$.register[*].portions[*].minutes') m where s.id = last))))
    || (select jsonb_build_object('owed', coalesce(sum(h.gross_cents), 0), 'owedNet', coalesce(sum(h.net_cents), 0)) from allowance_share h where h.statement_id = last)
    || (select jsonb_build_object('live', coalesce(sum(l.gross_cents) filter (where l.live), 0) - max(back.gross), 'liveNet', coalesce(sum(l.net_cents) filter (where l.live), 0) - max(back.net),
               'paid', coalesce(sum(l.net_cents) filter (where l.state = 'PAID'), 0),
               'paidOn', max(coalesce(b.booked_on, l.state_since)) filter (where l.state = 'PAID'))
        from (select coalesce(sum(p.gross_cents), 0) as gross, coalesce(sum(p.net_cents), 0) as net from recovery_part p where p.allowance_id = a.id) back
        left join payment_line l on l.participation_id = a.participation_id and l.month = a.month
        left join lateral (select s.booked_on from payment_line_step s where s.line_id = l.id and s.to_state = 'PAID' and s.booked_on is not null
                           and (s.from_state <> s.to_state or s.code is null) order by s.at desc, s.id desc limit 1) b on true)
    || jsonb_build_object('lines', (
      select coalesce(jsonb_agg(x.line), '[]') from (
        select distinct on (l.payer_id, l.budget_line_id) jsonb_build_object('state', l.state, 'run', r.state,
          'blocks', case when payment_line_contradicted(l.id) then '{BANK_CONTRADICTS}' when anew.yes and details.block is not null then array[details.block] else l.blocks end,
          'code', case when anew.yes then null else payment_line_reason(l.id, l.state, l.code) end,
          'valueDay', greatest(r.value_day, (select (f.made_at at time zone 'Europe/Rome')::date from payment_file f where f.run_id = l.run_id and f.part = l.part))) as line
        from payment_line l join payment_run r on r.id = l.run_id
        cross join lateral (select refuses_account(l.code) and l.bank_id <> details.id as yes) anew -- other details were recorded since: by them it goes with the next run
        where l.participation_id = a.participation_id and l.month = a.month
          and l.kind <> 'OFFSET' -- it goes with another month's money
        order by l.payer_id, l.budget_line_id, r.year desc, r.number desc) x));
end $$;
revoke execute on function payment_standing(uuid, date) from public;
grant execute on function payment_standing(uuid, date) to lavoro_app;
