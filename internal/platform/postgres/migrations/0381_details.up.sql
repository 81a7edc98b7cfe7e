-- Whose account a person is paid to, and how he is paid. Whose it is may tell where somebody lives, or that he is under guardianship: it is sealed.
alter table person_bank
  alter column iban drop not null,
  add column relation bytea, -- sealed; null where it was not asked yet
  add column title    bytea, -- sealed: by which paper somebody else holds the account
  add column on_behalf_of uuid, -- for whom who recorded them stood in; null where a grant of his own allowed it
  add column means    text not null default 'IBAN' check (means in ('IBAN', 'CARD_IBAN', 'POSTAL', 'COUNTER')),
  add column file_id  uuid unique references file,
  add constraint person_bank_account check ((iban is not null) = (means in ('IBAN', 'CARD_IBAN'))),
  add constraint person_bank_recorded unique (id, recorded_by);

-- By what an account is known again without being told: one mark under each key of the index. Nobody selects from here.
create table person_bank_mark (
  bank_id       uuid not null references person_bank,
  person_id     uuid not null references person,
  index_version bigint not null,
  mark          bytea not null,
  primary key (bank_id, index_version)
);
create index person_bank_mark_mark on person_bank_mark (mark);
create index person_bank_mark_person on person_bank_mark (person_id);
create trigger retired_index before insert on person_bank_mark for each row execute function refuse_retired_index();

create function mark_account(bank uuid, marks bytea[], versions bigint[]) returns void language sql security definer set search_path = public, pg_temp as $$
  insert into person_bank_mark (bank_id, person_id, index_version, mark)
  select b.id, b.person_id, m.version, m.mark from person_bank b, unnest(mark_account.marks, mark_account.versions) m(mark, version)
  where b.id = mark_account.bank and b.recorded_by = any ((select app_keys('self'))::uuid[])
$$;

-- The marks of somebody erased tell of his account whoever guesses it and has the keys of the index.
create function forget_accounts() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  delete from person_bank_mark m where m.person_id = new.person_id;
  return null;
end $$;
create trigger forgets_accounts after insert on destroyed_key for each row execute function forget_accounts();

-- The details that hold of a person: the last that were recorded by the day.
create function details_on(person uuid, day date) returns uuid language sql stable set search_path = public, pg_temp as $$
  select b.id from person_bank b where b.person_id = details_on.person and b.since <= details_on.day order by b.revision desc limit 1
$$;

-- Whether somebody else is paid to the same account by the details that hold of him, under whatever record of his.
create function account_elsewhere(person uuid, marks bytea[], day date) returns boolean language sql stable security definer set search_path = public, pg_temp as $$
  select exists (
    select from person_bank_mark m join person o on o.id = m.person_id join person n on n.id = account_elsewhere.person
    where (select app_acting()) and m.mark = any (marks) and coalesce(o.merged_into, o.id) <> coalesce(n.merged_into, n.id) and details_on(o.id, day) = m.bank_id)
$$;

-- Likewise by recorded details, of whose account nothing is told.
create function details_shared(details uuid, day date) returns boolean language sql stable security definer set search_path = public, pg_temp as $$
  select (select app_acting()) and exists (select from person_bank b where b.id = details_shared.details
    and account_elsewhere(b.person_id, (select array_agg(m.mark) from person_bank_mark m where m.bank_id = b.id), details_shared.day))
$$;

-- What was done about recorded details: that a second person confirmed them, and what the bank says of the holder's name.
create table person_bank_check (
  id          uuid primary key,
  bank_id     uuid not null,
  person_id   uuid not null references person,
  kind        text not null check (kind in ('CONFIRMED', 'PAYEE')),
  outcome     text check (outcome in ('MATCH', 'CLOSE_MATCH', 'NO_MATCH', 'NOT_POSSIBLE')),
  called_back boolean not null default false, -- whoever confirmed has asked the person himself, by a number known before
  common      boolean not null default false, -- likewise was warned that somebody else is paid to the account, and has said why
  recorded_by uuid not null, -- who had recorded the details
  member_id   uuid not null,
  day         date not null,
  at          timestamptz not null,
  audience    uuid[] not null,
  foreign key (bank_id, recorded_by) references person_bank (id, recorded_by),
  constraint another_confirms check (member_id <> recorded_by),
  check ((outcome is null) = (kind = 'CONFIRMED')), check (not called_back and not common or kind = 'CONFIRMED')
);
create unique index person_bank_confirmed on person_bank_check (bank_id) where kind = 'CONFIRMED';
create index person_bank_check_payee on person_bank_check (bank_id, at desc, id desc) where kind = 'PAYEE';
create index person_bank_check_person on person_bank_check (person_id);
create trigger of_person before insert on person_bank_check for each row execute function bank_of_person();

-- Persons are compared, not accounts: who signs in twice is one. Nor does he confirm in whose place they were recorded.
create function another_confirms() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if exists (select from person_bank b, unnest(array[b.recorded_by, b.on_behalf_of]) h where b.id = new.bank_id and (h = new.member_id or h in (select same_human(new.member_id)))) then
    raise exception 'who recorded neither confirms nor checks' using errcode = '23514', constraint = 'another_confirms';
  end if;
  return new;
end $$;
create trigger another_confirms before insert on person_bank_check for each row execute function another_confirms();

create or replace function person_bank_follows() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  update person_bank b set audience = new.audience where b.person_id = new.id;
  update person_bank_check c set audience = new.audience where c.person_id = new.id;
  return null;
end $$;

alter table person_bank_check enable row level security;
create policy seen on person_bank_check using (audience &&& (select app_keys('bank')));
grant select, insert on person_bank_check to lavoro_app;

-- By which details each participation is paid on a day, and what stands against it: for whoever sees its money, also of people whom he
-- does not see. Nothing of the account is told.
-- A body pays what it owes also whoever was handed over since: it asks by which details, though it sees nothing else of him.
create function payment_details(participations uuid[], day date, rest_days int)
returns table (participation_id uuid, person_id uuid, details_id uuid, means text, cause text, rests_to date)
language plpgsql stable security definer set search_path = public, pg_temp set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
begin
  return query
  select a.id, a.person_id, b.id, b.means,
         case when exists (select from destroyed_key d where d.person_id = a.person_id) then 'ERASED'
              when b.id is null then 'MISSING'
              when c.id is null then 'UNCONFIRMED'
              when not c.called_back and b.since + payment_details.rest_days > payment_details.day then 'RESTING'
              when not c.common and exists (
                select from person_bank_mark m join person_bank_mark o on o.mark = m.mark and o.person_id <> m.person_id
                join person p on p.id = m.person_id join person q on q.id = o.person_id
                where m.bank_id = b.id and coalesce(p.merged_into, p.id) <> coalesce(q.merged_into, q.id) and details_on(q.id, payment_details.day) = o.bank_id) then 'SHARED'
              when k.outcome = 'NO_MATCH' then 'NO_MATCH' end,
         b.since + payment_details.rest_days
  from (select distinct u.id from unnest(payment_details.participations) u(id)) u
  join participation a on a.id = u.id and (case when a.protected then a.audience || organisation_line(a.organisation_id) else a.audience end &&& (select app_keys('money'))
    or exists (select from (select distinct h.payer_id from allowance_share h where h.participation_id = a.id) h where organisation_line(h.payer_id) &&& (select app_keys('money'))))
  left join lateral (select x.* from person_bank x where x.person_id = a.person_id and x.since <= payment_details.day order by x.revision desc limit 1) b on true
  left join person_bank_check c on c.bank_id = b.id and c.kind = 'CONFIRMED'
  left join lateral (select x.outcome from person_bank_check x where x.bank_id = b.id and x.kind = 'PAYEE' order by x.at desc, x.id desc limit 1) k on true;
end $$;

revoke execute on function mark_account(uuid, bytea[], bigint[]), details_on(uuid, date), account_elsewhere(uuid, bytea[], date), details_shared(uuid, date), payment_details(uuid[], date, int) from public;
grant execute on function mark_account(uuid, bytea[], bigint[]), account_elsewhere(uuid, bytea[], date), details_shared(uuid, date), payment_details(uuid[], date, int) to lavoro_app;

alter table file drop constraint file_kind_check;
alter table file add constraint file_kind_check check (kind in ('EXCLUSION_CHECK', 'REQUIREMENT_PROOF', 'REGISTER', 'PAYMENT_FILE', 'PAYMENT_ANSWER', 'BANK_DETAILS'));
