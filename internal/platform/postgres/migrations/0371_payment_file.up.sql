-- What a run is sent by, and what came back. Files of many people are about nobody alone: they are sealed under the installation's key, and go with
-- the first key of somebody in them that is destroyed; their hashes and control figures stay.
alter table file alter column participation_id drop not null, alter column person_id drop not null;
alter table file drop constraint file_kind_check, drop constraint file_media_type_check;
alter table file
  add constraint file_kind_check check (kind in ('EXCLUSION_CHECK', 'REQUIREMENT_PROOF', 'REGISTER', 'PAYMENT_FILE', 'PAYMENT_ANSWER')),
  add constraint file_media_type_check check (media_type in ('application/pdf', 'image/jpeg', 'image/png')
    or kind like 'PAYMENT\_%' and media_type in ('text/xml', 'text/csv', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet')),
  add constraint file_of check ((participation_id is null) = (person_id is null) and (participation_id is null) = (kind like 'PAYMENT\_%'));

create table payment_file (
  id           uuid primary key,
  run_id       uuid not null references payment_run,
  programme_id uuid not null references programme,
  payer_id     uuid not null references organisation,
  part         int not null check (part > 0),
  message_id   text not null unique check (length(message_id) <= 35),
  file_id      uuid not null unique references file,
  lines        int not null check (lines > 0),   -- transfers
  net_cents    bigint not null check (net_cents > 0),
  sha256       bytea not null check (length(sha256) = 32),
  made_at      timestamptz not null,
  audience     uuid[] not null,
  unique (run_id, part)
);

-- Answers of banks and offices, each once: what it said stands in the steps of the lines.
create table payment_answer (
  id           uuid primary key,
  programme_id uuid not null references programme,
  payer_id     uuid not null references organisation,
  sha256       bytea not null check (length(sha256) = 32),
  source       text not null check (source in ('PAIN_002', 'CAMT_053', 'CAMT_054', 'ORDER_LIST')),
  message_id   text not null, -- as its sender numbers it; '' where it has none
  file_id      uuid not null unique references file,
  read_at      timestamptz not null,
  member_id    uuid not null,
  paid         int not null, -- transfers
  rejected     int not null,
  returned     int not null,
  waiting      int not null, -- that it says nothing final of
  ignored      int not null, -- of which it says what their state does not allow any more
  foreign_lines int not null, -- of others
  named        text[] not null default '{}', -- transfers of its payer that it speaks of, also those whom it brings nothing: it goes with their keys
  unclear      jsonb not null default '[]', -- messages, by run and part, of which it tells as a whole what fits none of their lines: kind and cents, null for what is no euro
  audience     uuid[] not null,
  unique (payer_id, sha256)
);
create index payment_answer_unclear on payment_answer using gin (unclear jsonb_path_ops);
create index payment_answer_list on payment_answer (programme_id, read_at desc, id desc);

alter table payment_line add column part int check (part > 0); -- of the run's files; null until it was sent
create index payment_line_transfer on payment_line (end_to_end_id);
alter table payment_line_step add column answer_id uuid references payment_answer;

-- Whether a code says that nothing is to be paid to the same account again before somebody has looked at it: whoever records payment details, with the person.
create function refuses_account(code text) returns boolean language sql immutable as $$
  select coalesce(code in ('AC01', 'AC03', 'AC04', 'AC06', 'AC07', 'AC14', 'AG01', 'AM03', 'BE01', 'BE06', 'CNOR', 'FR01', 'MD07', 'MS02', 'RC01', 'RC07', 'RR03', 'SL01'), false)
$$;
revoke execute on function refuses_account(text) from public;
grant execute on function refuses_account(text) to lavoro_app;
create index payment_line_refused on payment_line (bank_id) where state in ('REJECTED', 'RETURNED', 'RECALLED');

-- Why a line was rejected or came back, as a code: where nobody gave one, that it stands in a note, or that nobody said.
create function payment_line_reason(line uuid, state text, code text) returns text language sql stable set search_path = public, pg_temp as $$
  select case when payment_line_reason.code is not null or payment_line_reason.state not in ('REJECTED', 'RETURNED') then payment_line_reason.code
              when exists (select from payment_line_step s where s.line_id = payment_line_reason.line and s.to_state = payment_line_reason.state and s.reason is not null) then 'NARR'
              else 'MS03' end
$$;
revoke execute on function payment_line_reason(uuid, text, text) from public;
grant execute on function payment_line_reason(uuid, text, text) to lavoro_app;

-- Whether a step tells of money that left, or that came back; null where it tells of neither.
create function payment_step_books(s payment_line_step) returns boolean language sql stable set search_path = public, pg_temp as $$
  select case when s.code in ('EXECUTED', 'CREDITED') and s.from_state = s.to_state or s.to_state = 'PAID' and (s.from_state <> 'PAID' or s.act = 'readAnswer' and s.code is null) then true
              when s.code = 'RETURNED' and s.from_state = s.to_state or s.act = 'readAnswer' and s.to_state = 'RETURNED' and s.from_state <> 'RETURNED' then false end
$$;
-- Whether somebody has said since that it was not paid; steps stand as they were written, whenever who wrote them had begun.
create function payment_step_denied(s payment_line_step) returns boolean language sql stable set search_path = public, pg_temp as $$
  select exists (select from payment_line_step r where r.line_id = s.line_id and r.act = 'resolveLine' and r.to_state <> 'PAID' and r.id > s.id)
$$;
-- Whether a line was paid more often than it came back, by what answers have told since somebody has said that it was not; where a day is given, from that day on.
-- Each source tells of a booking by its own day and reference, an office by the number of the order; all messages of a bank are of one and the same. A word without
-- either stands for what is not told otherwise.
create function payment_line_out(line uuid, since date) returns boolean language sql stable set search_path = public, pg_temp as $$
  select coalesce(max(times) filter (where paid), 0) > coalesce(max(times) filter (where not paid), 0)
  from (
    select told.paid, a.source, greatest(count(distinct nullif(case a.source when 'PAIN_002' then '' when 'ORDER_LIST' then s.reference else concat_ws(' ', s.booked_on, s.reference) end, '')), 1) as times
    from payment_line_step s left join payment_answer a on a.id = s.answer_id cross join lateral (select payment_step_books(s) as paid) told
    where s.line_id = payment_line_out.line and told.paid is not null and (payment_line_out.since is null or s.booked_on >= payment_line_out.since) and not payment_step_denied(s)
    group by 1, 2) x
$$;
-- Whether what an answer has said of a line does not fit its state, and nobody has said since what is true: that it was paid where it does not count as
-- paid, unless it came back as often, and thereafter, by the days of the account; that it was not, or once more, where it does; or what is clear to nobody.
-- That it is paid ends nothing of what left thereafter or besides, once it came back.
create function payment_step_contradicts(c payment_line_step, state text) returns boolean language sql stable set search_path = public, pg_temp as $$
  select c.from_state = c.to_state and not exists (select from payment_line_step r where r.line_id = c.line_id and r.act = 'resolveLine' and r.id > c.id
      and (r.to_state <> 'PAID' or state = 'PAID' or c.code not in ('EXECUTED', 'CREDITED')))
    and case when c.code in ('EXECUTED', 'CREDITED') then state = 'PAID' or state in ('REJECTED', 'RETURNED', 'RECALLED') and (payment_line_out(c.line_id, null) or payment_line_out(c.line_id, c.booked_on))
             when c.code = 'REJECTED' then state = 'PAID' else c.code = 'UNCLEAR' end
$$;
create function payment_line_contradicted(line uuid) returns boolean language sql stable set search_path = public, pg_temp as $$
  select exists (select from payment_line l join payment_line_step c on c.line_id = l.id and c.from_state = c.to_state and c.code is not null
    where l.id = payment_line_contradicted.line and payment_step_contradicts(c, l.state))
$$;
-- What answers tell of messages of a run as a whole, that fits nothing and is not explained yet: by lines that somebody has said to be paid, or to have come back,
-- which come to as much; where that is the whole or more, by those, too, that were told to be paid, and not by a debit of their own; or by a word of each line.
create function payment_unclear(run uuid) returns table (answer_id uuid, part int, read_at timestamptz) language sql stable set search_path = public, pg_temp as $$
  select a.id, u.part, a.read_at
  from payment_answer a cross join jsonb_to_recordset(a.unclear) u(run uuid, part int, kind text, cents bigint)
  cross join lateral (
    select sum(l.net_cents) as whole, coalesce(sum(l.net_cents) filter (where r.fits), 0) as fits, coalesce(sum(l.net_cents) filter (where r.fits is null and o.paid), 0) as beside,
           count(*) as lines, count(r.fits) as said
    from payment_line l left join lateral (select (s.to_state = 'PAID') = (u.kind = 'EXECUTED') as fits from payment_line_step s
                                           where s.line_id = l.id and s.answer_id = a.id and s.act = 'resolveLine' limit 1) r on true
    cross join lateral (select bool_and(b.source <> 'CAMT_053') as paid from payment_line_step s join payment_answer b on b.id = s.answer_id
                        where s.line_id = l.id and s.act = 'readAnswer' and payment_step_books(s)) o
    where l.run_id = u.run and l.part = u.part) m
  where a.unclear @> jsonb_build_array(jsonb_build_object('run', payment_unclear.run)) and u.run = payment_unclear.run
    and (m.said = 0 or m.said < m.lines and case when u.kind = 'EXECUTED' and u.cents >= m.whole then m.fits + m.beside < m.whole else m.fits < least(coalesce(u.cents, m.whole), m.whole) end)
$$;
-- The last answer that tells so of a line's message, and of which nobody has said what is true of the line.
create function payment_line_unclear(line uuid) returns uuid language sql stable set search_path = public, pg_temp as $$
  select u.answer_id from payment_line l cross join lateral payment_unclear(l.run_id) u
  where l.id = payment_line_unclear.line and u.part = l.part
    and not exists (select from payment_line_step r where r.answer_id = u.answer_id and r.line_id = l.id and r.act = 'resolveLine') order by u.read_at desc, u.answer_id desc limit 1
$$;
-- Those of the people of whom something is contradicted that the payer has paid, or would pay again.
create function payment_contradicted(people uuid[], payer uuid) returns setof uuid language sql stable set search_path = public, pg_temp as $$
  select distinct c.participation_id from payment_line_step c join payment_line l on l.id = c.line_id
  where c.participation_id = any (people) and c.from_state = c.to_state and c.code is not null and l.payer_id = payment_contradicted.payer and payment_step_contradicts(c, l.state)
$$;
revoke execute on function payment_contradicted(uuid[], uuid) from public;
grant execute on function payment_step_books(payment_line_step), payment_step_denied(payment_line_step), payment_line_out(uuid, date), payment_step_contradicts(payment_line_step, text), payment_line_contradicted(uuid), payment_unclear(uuid), payment_line_unclear(uuid) to lavoro_app;
create index payment_line_step_odd on payment_line_step (participation_id) where from_state = to_state and code is not null;
create index payment_line_step_odd_run on payment_line_step (run_id) where from_state = to_state and code is not null;

do $$
declare t text;
begin
  foreach t in array array['payment_file', 'payment_answer'] loop
    execute format('alter table %I enable row level security', t);
    execute format('create policy seen on %I using (audience &&& (select app_keys(''money'')))', t);
    execute format('grant select, insert on %I to lavoro_app', t);
  end loop;
end $$;
grant update (part) on payment_line to lavoro_app;

create function payment_part_kept() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  raise exception 'a line stays in the file by which it was sent' using errcode = 'LA010', constraint = 'payment_line_kept';
end $$;
create trigger part_kept before update of part on payment_line for each row when (old.part is not null and old.part is distinct from new.part) execute function payment_part_kept();

-- Files and answers are seen as their payer's runs are.
create function payment_file_audience() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  new.audience := (select o.line from organisation o where o.id = new.payer_id);
  return new;
end $$;
create trigger own_audience before insert or update of audience on payment_file for each row execute function payment_file_audience();
create trigger own_audience before insert or update of audience on payment_answer for each row execute function payment_file_audience();

-- Who is paid by an approved run, and where: for its file alone, also those whom the payer's officer does not see. What is taken off because too little
-- was withheld before is withheld now: only what goes back to a budget line is recovered.
create function payment_beneficiaries(run uuid)
returns table (head_id uuid, person_id uuid, bank_id uuid, iban bytea, holder bytea, means text, months date[], budget_lines text[], gross_cents bigint, withheld_cents bigint, recovered_cents bigint, net_cents bigint)
language plpgsql security definer set search_path = public, pg_temp as $$
#variable_conflict use_column
begin
  return query
  select l.head_id, b.person_id, b.id, b.iban, b.holder, b.means, array_agg(distinct l.month order by l.month), array_agg(distinct g.code order by g.code),
         sum(l.gross_cents + recovered_gross(l))::bigint, sum(l.withheld_cents)::bigint, sum(recovered_gross(l))::bigint, sum(l.net_cents)::bigint
  from payment_run r join payment_line l on l.run_id = r.id and l.state = 'PENDING' join person_bank b on b.id = l.bank_id join budget_line g on g.id = l.budget_line_id
  where r.id = payment_beneficiaries.run and r.state = 'APPROVED' and r.audience && app_keys('bank') and r.audience && app_keys('money')
  group by 1, 2, 3 order by 1;
end $$;

-- Whom a file tells of, for the journal of reads.
create function payment_file_people(file uuid) returns uuid[] language sql stable security definer set search_path = public, pg_temp as $$
  select coalesce(array_agg(distinct l.participation_id order by l.participation_id), '{}')
  from (select f.run_id, f.part, null::text[] as named from payment_file f where f.file_id = payment_file_people.file and f.audience && (select app_keys('money'))
        union all select null, null, a.named from payment_answer a where a.file_id = payment_file_people.file and a.audience && (select app_keys('money'))) x
  join payment_line l on l.run_id = x.run_id and l.part = x.part or l.end_to_end_id = any (x.named)
$$;
revoke execute on function payment_beneficiaries(uuid), payment_file_people(uuid) from public;
grant execute on function payment_beneficiaries(uuid), payment_file_people(uuid) to lavoro_app;

-- Whoever destroys a person's key has made the files that name him unreadable, too.
create function payment_files_go() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
declare mine uuid[] := array(select a.id from participation a where a.person_id = new.person_id);
begin
  delete from file_chunk c where c.file_id in (
    select f.file_id from payment_line l join payment_file f on f.run_id = l.run_id and f.part = l.part where l.participation_id = any (mine)
    union select a.file_id from payment_answer a where a.named && array(select l.end_to_end_id from payment_line l where l.participation_id = any (mine)));
  return null;
end $$;
create trigger payment_files_go after insert on destroyed_key for each row execute function payment_files_go();
create index payment_line_step_answer on payment_line_step (answer_id) where answer_id is not null;
