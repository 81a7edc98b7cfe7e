-- Payment runs: what one payer owes by statements, gathered, checked, approved by another, sent to be paid, and what came back of it.
create table payment_run (
  id               uuid primary key,
  programme_id     uuid not null references programme,
  payer_id         uuid not null references organisation,
  year             int not null,
  number           int not null check (number > 0), -- of the payer in the year
  kind             text not null check (kind in ('ORDINARY', 'SUPPLEMENTARY')),
  up_to            date not null check (extract(day from up_to) = 1), -- the last month that it takes up
  value_day        date not null,
  way              text not null check (way in ('ORDER_LIST', 'BANK_FILE')),
  format           text check (format in ('PAIN_001', 'CBI')),        -- of a bank file
  state            text not null check (state in ('DRAFT', 'COMPUTED', 'CHECKED', 'APPROVED', 'EXPORTED', 'PAID', 'PARTLY_RETURNED', 'DISCARDED')),
  state_since      date not null,
  made_by          uuid not null,
  gathered         int not null default 0 check (gathered >= 0), -- participations that were looked at
  gathered_to      uuid,                                         -- the last of them; null before the first and when all were
  people           int not null default 0,                       -- who are to be paid
  lines            int not null default 0,                       -- that are to be paid
  blocked          int not null default 0,                       -- that are due and cannot go
  gross_cents      bigint not null default 0,
  withheld_cents   bigint not null default 0,
  net_cents        bigint not null default 0,
  approvals_needed int not null default 1 check (approvals_needed in (1, 2)),
  approvals        int not null default 0 check (approvals between 0 and approvals_needed),
  reason           text,                                         -- why it was discarded: of the run, and of nobody
  audience         uuid[] not null,
  revision         int not null default 1,
  unique (programme_id, payer_id, year, number),
  unique (id, payer_id, programme_id),
  check ((way = 'BANK_FILE') = (format is not null)),
  check (gross_cents - withheld_cents = net_cents),
  check (gathered_to is null or state in ('DRAFT', 'DISCARDED')),
  check (state not in ('APPROVED', 'EXPORTED', 'PAID', 'PARTLY_RETURNED') or approvals = approvals_needed),
  check (state <> 'DISCARDED' or reason is not null)
);
create index payment_run_list on payment_run (programme_id, up_to desc, id desc);
create index payment_run_payer on payment_run (payer_id, up_to);

-- Every act on a run: who, for whom where he stood in for somebody, and when.
create table payment_step (
  id           uuid primary key,
  run_id       uuid not null references payment_run,
  programme_id uuid not null references programme,
  position     int not null,
  act          text not null,
  from_state   text,          -- null for the first
  to_state     text not null,
  at           timestamptz not null,
  member_id    uuid not null,
  on_behalf_of uuid,
  audience     uuid[] not null,
  unique (run_id, position)
);

-- One sum by month, payer and budget line. Lines of a run that go to one person are one transfer: they share the id of their first one, by which
-- every answer names them. Amounts are what is owed more, or less where negative, than live lines have taken up before.
create table payment_line (
  id               uuid primary key,
  run_id           uuid not null,
  programme_id     uuid not null,
  payer_id         uuid not null,
  participation_id uuid not null references participation,
  allowance_id     uuid not null references allowance,
  statement_id     uuid not null references allowance_statement, -- the last one when the line was made
  share_id         uuid references allowance_share,              -- null where that statement owes nothing from the budget line
  budget_line_id   uuid not null references budget_line,
  month            date not null,
  kind             text not null check (kind in ('STATEMENT', 'ARREARS', 'OFFSET')),
  gross_cents      bigint not null,
  withheld_cents   bigint not null,
  net_cents        bigint not null,
  bank_id          uuid references person_bank,                  -- where it goes
  head_id          uuid not null references payment_line,        -- the first line of its transfer: of the same run and person
  end_to_end_id    text not null generated always as (replace(head_id::text, '-', '')) stored,
  state            text not null check (state in ('PENDING', 'BLOCKED', 'HELD', 'EXPORTED', 'RECALL_ASKED', 'PAID', 'REJECTED', 'RETURNED', 'RECALLED', 'LEFT_OUT', 'DISCARDED')),
  live             boolean not null generated always as (state in ('PENDING', 'HELD', 'EXPORTED', 'RECALL_ASKED', 'PAID')) stored,
  blocks           text[] not null default '{}',                 -- why it cannot go, when it was made
  code             text,                                         -- of the bank, why it was rejected or came back
  state_since      date not null,
  twice            boolean not null default false,               -- paid though other lines had taken the sum up: so much is to come back
  audience         uuid[] not null,
  revision         int not null default 1,
  foreign key (run_id, payer_id, programme_id) references payment_run (id, payer_id, programme_id),
  check (gross_cents - withheld_cents = net_cents),
  check ((kind = 'OFFSET') = (net_cents < 0)), check ((gross_cents, withheld_cents) <> (0, 0)),
  check ((state = 'BLOCKED') <= (blocks <> '{}')),
  check (state in ('BLOCKED', 'DISCARDED') or bank_id is not null), check (state = 'PAID' or not twice)
);
-- What a month owes from a budget line is taken up whole by one live line at most; what others take up of it is the difference. What the bank has paid twice is a fact.
create unique index payment_line_once on payment_line (allowance_id, payer_id, budget_line_id) where live and kind = 'STATEMENT' and not twice;
create unique index payment_line_once_in_run on payment_line (run_id, allowance_id, budget_line_id);
create index payment_line_owed on payment_line (allowance_id, payer_id, budget_line_id) where live;
create index payment_line_run on payment_line (run_id, month desc, id desc);
create index payment_line_list on payment_line (programme_id, month desc, id desc);
create index payment_line_head on payment_line (head_id);
create index payment_line_participation on payment_line (participation_id, month desc, id desc);
create index payment_line_state on payment_line (run_id, state);

-- Every act and answer that changed a line's state.
create table payment_line_step (
  id               uuid primary key,
  line_id          uuid not null references payment_line,
  run_id           uuid not null references payment_run,
  participation_id uuid not null references participation,
  month            date not null,
  act              text not null,
  from_state       text not null,
  to_state         text not null,
  at               timestamptz not null,
  member_id        uuid not null,
  code             text,          -- the bank's
  cause            text,          -- the bank's code of why, where the other is what it says
  reference        text check (length(reference) between 1 and 35), -- the number of the order, or the bank's own reference
  booked_on        date,          -- by the bank or the office
  booked_cents     bigint,        -- of the whole transfer, where that is another sum: of a return, less by what the bank has charged
  reason           bytea,         -- sealed
  audience         uuid[] not null
);
create index payment_line_step_line on payment_line_step (line_id, at, id);

-- A run's lines never change but for how far they are; those of a draft go when it is gathered anew.
create function payment_line_kept() returns trigger language plpgsql set search_path = public, pg_temp as $$
declare paid_after_all boolean := tg_op = 'UPDATE' and new.state = 'PAID' and old.state in ('REJECTED', 'RETURNED', 'RECALLED')
  and exists (select from payment_line_step s where s.line_id = new.id and s.act = 'resolveLine' and s.from_state = old.state and s.to_state = 'PAID');
begin
  if tg_op = 'DELETE' then
    if not exists (select from payment_run r where r.id = old.run_id and r.state in ('DRAFT', 'COMPUTED')) then
      raise exception 'lines of a run that was checked stay' using errcode = 'LA010', constraint = 'payment_line_kept';
    end if;
    return old;
  end if;
  if (new.id, new.run_id, new.programme_id, new.payer_id, new.participation_id, new.allowance_id, new.statement_id, new.share_id, new.budget_line_id, new.month, new.kind,
      new.gross_cents, new.withheld_cents, new.net_cents, new.recovered_cents, new.bank_id, new.head_id, new.blocks)
     is distinct from
     (old.id, old.run_id, old.programme_id, old.payer_id, old.participation_id, old.allowance_id, old.statement_id, old.share_id, old.budget_line_id, old.month, old.kind,
      old.gross_cents, old.withheld_cents, old.net_cents, old.recovered_cents, old.bank_id, old.head_id, old.blocks) then
    raise exception 'a line of a run changes its state alone' using errcode = 'LA010', constraint = 'payment_line_kept';
  end if;
  if old.twice <> new.twice and (case when new.twice then not paid_after_all else old.state = new.state and (select b.beyond from payment_line_beyond(old) b) end) then
    raise exception 'a line is paid twice because somebody has said so, and until the other comes back' using errcode = 'LA010', constraint = 'payment_line_kept';
  end if;
  if old.state <> new.state and not (case old.state
      when 'PENDING' then new.state in ('HELD', 'EXPORTED', 'DISCARDED')
      when 'HELD' then new.state in ('PENDING', 'LEFT_OUT', 'DISCARDED')
      when 'BLOCKED' then new.state = 'DISCARDED'
      when 'EXPORTED' then new.state in ('RECALL_ASKED', 'PAID', 'REJECTED', 'RETURNED')
      when 'RECALL_ASKED' then new.state in ('PAID', 'RECALLED')
      when 'PAID' then new.state = 'RETURNED'
      when 'REJECTED' then new.state = 'PAID' and paid_after_all
      when 'RETURNED' then new.state = 'PAID' and paid_after_all
      when 'RECALLED' then new.state = 'PAID' and paid_after_all
      else false end) then
    raise exception 'a line does not go from % to %', old.state, new.state using errcode = 'LA010', constraint = 'payment_line_kept';
  end if;
  return new;
end $$;
create trigger kept before update or delete on payment_line for each row execute function payment_line_kept();

-- What is planned while few lines stand in a table, or none, is asked when there are a hundred thousand: each is found by its index, whatever the planner knows of them.
-- All live lines together never take up more than the last statement owes, of gross and of net; and what takes some of it off never takes off more.
-- What was given back is owed again, should the statement rise: bounds count it.
create function payment_line_bounds() returns trigger language plpgsql security definer set search_path = public, pg_temp set enable_seqscan = off as $$
begin
  if exists (
    select from (select distinct allowance_id, payer_id, budget_line_id, sign(gross_cents) as gross, sign(net_cents) as net from written where live) w
    cross join lateral (select sum(l.gross_cents) as gross, sum(l.net_cents) as net from payment_line l
                        where l.allowance_id = w.allowance_id and l.payer_id = w.payer_id and l.budget_line_id = w.budget_line_id and l.live) taken
    left join lateral (select s.id from allowance_statement s where s.allowance_id = w.allowance_id order by s.number desc limit 1) last on true
    left join lateral (select h.gross_cents, h.net_cents from allowance_share h where h.statement_id = last.id and h.payer_id = w.payer_id and h.budget_line_id = w.budget_line_id limit 1) h on true
    cross join lateral (select coalesce(sum(p.gross_cents), 0) + coalesce(h.gross_cents, 0) as gross, coalesce(sum(p.net_cents), 0) + coalesce(h.net_cents, 0) as net
                        from recovery_part p where p.allowance_id = w.allowance_id and p.payer_id = w.payer_id and p.budget_line_id = w.budget_line_id) owed
    where w.gross * (taken.gross - owed.gross) > 0 or w.net * (taken.net - owed.net) > 0) then
    raise exception 'lines take up more than the last statement owes' using errcode = 'LA010', constraint = 'payment_line_bounds';
  end if;
  if exists (select from written w cross join lateral (select h.run_id, h.participation_id from payment_line h where h.id = w.head_id limit 1) h
             where (h.run_id, h.participation_id) <> (w.run_id, w.participation_id)) then
    raise exception 'a transfer is of one run and one person' using errcode = 'LA010', constraint = 'payment_line_transfer';
  end if;
  return null;
end $$;
create trigger bounds after insert on payment_line referencing new table as written for each statement execute function payment_line_bounds();

-- Who makes a run does not approve it, by whatever account; and who approves it does so once, for himself or for somebody absent. Who has read an answer
-- to it does not say whether it was true.
create function payment_step_apart() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
declare humans uuid[] := array(select w from unnest(array[new.member_id, new.on_behalf_of]) w where w is not null
                               union select h from unnest(array[new.member_id, new.on_behalf_of]) w, same_human(w) h);
begin
  if new.act = 'approveRun' and exists (select from payment_step s where s.run_id = new.run_id and (s.member_id = any (humans) or s.on_behalf_of = any (humans))) then
    raise exception 'who has had a hand in a run does not approve it' using errcode = 'LA010', constraint = 'payment_step_apart';
  end if;
  if new.act = 'resolveLine' and exists (select from payment_step s where s.run_id = new.run_id and s.act = 'readAnswer' and (s.member_id = any (humans) or s.on_behalf_of = any (humans))) then
    raise exception 'who has read an answer to a run does not say what is true of it' using errcode = 'LA010', constraint = 'payment_step_apart';
  end if;
  if new.act not in ('approveRun', 'discardRun', 'resolveLine')
     and exists (select from payment_step s where s.run_id = new.run_id and s.act = 'approveRun' and (s.member_id = any (humans) or s.on_behalf_of = any (humans))) then
    raise exception 'who has approved a run has no other hand in it' using errcode = 'LA010', constraint = 'payment_step_apart';
  end if;
  return new;
end $$;
create trigger apart before insert on payment_step for each row execute function payment_step_apart();

-- A run has as many approvals as it says, and goes one way only.
create function payment_run_kept() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if (new.id, new.programme_id, new.payer_id, new.year, new.number, new.up_to, new.way, new.format, new.made_by) is distinct from
     (old.id, old.programme_id, old.payer_id, old.year, old.number, old.up_to, old.way, old.format, old.made_by)
     or old.state not in ('DRAFT', 'COMPUTED') and (new.value_day, new.people, new.lines, new.blocked, new.gross_cents, new.withheld_cents, new.net_cents)
        is distinct from (old.value_day, old.people, old.lines, old.blocked, old.gross_cents, old.withheld_cents, old.net_cents)
     or old.state not in ('COMPUTED') and new.approvals_needed <> old.approvals_needed then
    raise exception 'what was computed of a run stays' using errcode = 'LA010', constraint = 'payment_run_kept';
  end if;
  if old.state <> new.state and not (case old.state
      when 'DRAFT' then new.state in ('COMPUTED', 'DISCARDED')
      when 'COMPUTED' then new.state in ('DRAFT', 'CHECKED', 'DISCARDED')
      when 'CHECKED' then new.state in ('APPROVED', 'DISCARDED')
      when 'APPROVED' then new.state in ('EXPORTED', 'DISCARDED')
      when 'EXPORTED' then new.state in ('PAID', 'PARTLY_RETURNED')
      when 'PAID' then new.state in ('EXPORTED', 'PARTLY_RETURNED')
      when 'PARTLY_RETURNED' then new.state in ('EXPORTED', 'PAID')
      else false end) then
    raise exception 'a run does not go from % to %', old.state, new.state using errcode = 'LA010', constraint = 'payment_run_kept';
  end if;
  if new.approvals <> (select count(*) from payment_step s where s.run_id = new.id and s.act = 'approveRun') then
    raise exception 'a run has the approvals that are written down' using errcode = 'LA010', constraint = 'payment_run_kept';
  end if;
  return new;
end $$;
create trigger kept before update on payment_run for each row when (old.audience is not distinct from new.audience) execute function payment_run_kept();

-- A line is seen by who sees the person's money, and by the body that pays with all above it. Mandates open lines by their month, and runs of
-- the bodies that they are over.
create function payment_line_audience() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if tg_op = 'UPDATE' then
    new.audience := array(select distinct k from unnest(new.audience || (select o.line from payment_run r join organisation o on o.id = r.payer_id where r.id = new.run_id)) k order by 1);
  end if;
  if exists (select from mandate) then
    new.audience := mandated_audience(new.audience, new.participation_id, new.month, (new.month + interval '1 month - 1 day')::date);
  end if;
  return new;
end $$;
create function payment_run_audience() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
declare line uuid[] := (select o.line from organisation o where o.id = new.payer_id);
begin
  new.audience := line || array(select scope_key('MANDATE', m.programme_id, m.id) from mandate m where m.programme_id = new.programme_id and m.state = 'OPEN'
    and m.organisation_id = any (line) and new.up_to between date_trunc('month', m.period_from)::date and m.period_to order by 1);
  return new;
end $$;
create function payment_step_audience() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  new.audience := (select r.audience from payment_run r where r.id = new.run_id);
  return new;
end $$;
create function payment_runs_follow() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  update payment_run r set audience = '{}' where r.programme_id = new.programme_id;
  update payment_step s set audience = '{}' where s.programme_id = new.programme_id;
  return null;
end $$;
create trigger follows_mandates before insert or update of audience on payment_line for each row execute function payment_line_audience();
create trigger follows_mandates before insert or update of audience on payment_line_step for each row execute function payment_line_audience();
create trigger own_audience before insert or update of audience on payment_run for each row execute function payment_run_audience();
create trigger own_audience before insert or update of audience on payment_step for each row execute function payment_step_audience();
create trigger payments_follow after insert or update of state on mandate for each row execute function payment_runs_follow();
insert into audience_follower values ('payment_line', null, true), ('payment_line_step', null, true);
insert into mandate_opens values ('payment_line', true), ('payment_line_step', true);

do $$
declare t text;
begin
  foreach t in array array['payment_run', 'payment_step', 'payment_line', 'payment_line_step'] loop
    execute format('alter table %I enable row level security', t);
    execute format('create policy seen on %I using (audience &&& (select app_keys(''money'')))', t);
    execute format('grant select on %I to lavoro_app', t);
  end loop;
end $$;
grant insert on payment_run to lavoro_app;
grant update (value_day, state, state_since, gathered, gathered_to, people, lines, blocked, gross_cents, withheld_cents, net_cents, approvals_needed, approvals, reason, revision)
  on payment_run to lavoro_app;
grant insert on payment_step, payment_line_step to lavoro_app;
grant update (state, state_since, code, twice, revision) on payment_line to lavoro_app;

create index allowance_share_due on allowance_share (payer_id, programme_id, participation_id, month);
create index allowance_share_month on allowance_share (payer_id, programme_id, month) where gross_cents > 0;

-- Makes the runs of a payer wait for each other, and gives the next number of the year.
create function payment_number(payer uuid, in_year int) returns int language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if not app_acting() then
    return null;
  end if;
  perform pg_advisory_xact_lock(hashtextextended('payment ' || payment_number.payer, 0));
  return (select coalesce(max(r.number), 0) + 1 from payment_run r where r.payer_id = payment_number.payer and r.year = payment_number.in_year);
end $$;

-- Gathers what is due for a draft's payer from the participations after the last one that was gathered, at most so many, and writes a line for
-- each sum. Answers how many were looked at, and the last of them; null when none are left. Of people it tells nothing: they stand in the lines,
-- which follow who sees their money.
create function payment_gather(run uuid, most int, today date, rest_days int, measures text[], check_days int, found_blocks boolean, unknown_blocks boolean, share int, leaves bigint, least_sum bigint)
returns table (looked int, last uuid)
language plpgsql security definer set search_path = public, pg_temp set plan_cache_mode = force_custom_plan set jit = off set enable_seqscan = off as $$
#variable_conflict use_column
declare r payment_run; people uuid[]; line uuid[]; offered text[];
begin
  select * into r from payment_run x where x.id = payment_gather.run and x.state = 'DRAFT' and x.audience && app_keys('money') for update;
  if not found then
    return;
  end if;
  perform pg_advisory_xact_lock(hashtextextended('payment ' || r.payer_id, 0));
  line := (select o.line from organisation o where o.id = r.payer_id);
  offered := (select p.means from payer p where p.programme_id = r.programme_id and p.organisation_id = r.payer_id);
  people := array(
    select p.participation_id from (
      select h.participation_id from allowance_share h where h.payer_id = r.payer_id and h.programme_id = r.programme_id and h.month <= r.up_to
        and h.participation_id > coalesce(r.gathered_to, '00000000-0000-0000-0000-000000000000')
    ) p group by 1 order by 1 limit most);
  perform recovery_settle(array(select distinct d.allowance_id from payment_due(people, r.payer_id, r.up_to) d where d.gross < d.withheld), r.payer_id, true);
  -- The checks of foreign keys are planned with the first line and asked for all that follow: only indexes will do, and a key of one column finds its own.
  with due as materialized (
    select * from payment_lines_of(people, r.payer_id, r.up_to, share, leaves, least_sum)
  ), whom as (
    select d.participation_id, max(d.month) as latest, gen_random_uuid() as head_id from due d group by 1
  ), standing as materialized (
    select s.* from (select array_agg(w.participation_id) as ids, array_agg(w.latest) as latest from whom w) w
    cross join payment_standing(w.ids, w.latest, offered, today, rest_days, measures, check_days, found_blocks, unknown_blocks) s
  ), known as (
    select w.participation_id, w.head_id, s.bank_id, b.blocks,
           case when a.protected then array(select distinct k from unnest(a.audience || o.line || payment_gather_line.line) k order by 1)
                when a.audience @> payment_gather_line.line then a.audience
                else array(select distinct k from unnest(a.audience || payment_gather_line.line) k order by 1) end as audience
    from whom w join participation a on a.id = w.participation_id join organisation o on o.id = a.organisation_id
    cross join (select line) payment_gather_line join standing s on s.participation_id = w.participation_id left join payment_contradicted(people, r.payer_id) x(id) on x.id = w.participation_id
    cross join lateral (select case when x.id is null then s.blocks else s.blocks || '{BANK_CONTRADICTS}'::text[] end as blocks) b
  ), numbered as (
    select d.*, k.head_id, k.bank_id, k.audience, k.blocks, row_number() over (partition by d.participation_id order by d.month, d.statement_id, d.budget_line_id) as n
    from due d join known k on k.participation_id = d.participation_id
  )
  insert into payment_line (id, run_id, programme_id, payer_id, participation_id, allowance_id, statement_id, share_id, budget_line_id, month, kind,
    gross_cents, withheld_cents, net_cents, recovered_cents, bank_id, head_id, state, blocks, state_since, audience)
  select case n when 1 then head_id else gen_random_uuid() end, r.id, r.programme_id, r.payer_id, participation_id, allowance_id, statement_id, share_id, budget_line_id, month,
    case when gross < withheld then 'OFFSET' when before then 'ARREARS' else 'STATEMENT' end, gross, withheld, gross - withheld, recovered,
    bank_id, head_id, case when blocks = '{}' then 'PENDING' else 'BLOCKED' end, blocks, today, audience
  from numbered;
  return query select cardinality(people), people[cardinality(people)];
end $$;

-- Takes back the lines of a run that nobody has checked, so that it can be gathered anew.
create function payment_ungather(run uuid) returns int language plpgsql security definer set search_path = public, pg_temp as $$
declare gone int;
begin
  if not exists (select from payment_run x where x.id = payment_ungather.run and x.state in ('DRAFT', 'COMPUTED') and x.audience && app_keys('money')) then
    return 0;
  end if;
  delete from payment_line l where l.run_id = payment_ungather.run;
  get diagnostics gone = row_count;
  return gone;
end $$;
revoke execute on function payment_number(uuid, int), payment_gather(uuid, int, date, int, text[], int, boolean, boolean, int, bigint, bigint), payment_ungather(uuid) from public;
grant execute on function payment_number(uuid, int), payment_gather(uuid, int, date, int, text[], int, boolean, boolean, int, bigint, bigint), payment_ungather(uuid) to lavoro_app;
