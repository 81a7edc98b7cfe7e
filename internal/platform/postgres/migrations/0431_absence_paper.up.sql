-- The paper of an absence, for some days of one person. Where it is, and for which days, whoever reads absences is told; what it says stands in a
-- file of the class health, since it may be a doctor's: that is read for a purpose, and each reading is journalled.
create table absence_paper (
  id               uuid primary key,
  programme_id     uuid not null references programme,
  participation_id uuid not null references participation,
  from_day         date not null,
  to_day           date not null,
  file_id          uuid not null unique references file,
  attached_by      uuid not null,
  attached_at      timestamptz not null,
  withdrawn_by     uuid,
  withdrawn_at     timestamptz,
  mistake          text check (mistake in ('WRONG_PERSON', 'WRONG_DAYS', 'WRONG_FILE', 'NOT_ASKED')), -- why it was; a word, which tells nothing of anybody
  audience         uuid[] not null,
  revision         int not null default 1,
  check (from_day <= to_day), check ((withdrawn_by is null) = (withdrawn_at is null) and (mistake is null) = (withdrawn_at is null))
);
create index absence_paper_participation on absence_paper (participation_id, from_day);
insert into audience_follower values ('absence_paper', null);
alter table absence_paper enable row level security;
create policy seen on absence_paper using (audience &&& (select app_keys('absence')));
grant select, insert, update on absence_paper to lavoro_app;
insert into mandate_opens values ('absence_paper', false);
create trigger follows_mandates before insert or update of audience on absence_paper for each row execute function follow_mandates();

-- A file that was attached by mistake is destroyed as its row is taken back: nobody reads it from then on, not with a ticket that he has, and its bytes are
-- gone. What is left of it is its length, and its hash, sealed.
create function file_goes() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  delete from file_chunk c where c.file_id = new.file_id;
  delete from file_ticket t where t.file_id = new.file_id;
  update file f set state = 'DESTROYED', expires_at = 'infinity' where f.id = new.file_id;
  return null;
end $$;
create trigger file_goes after update of withdrawn_at on absence_paper for each row when (old.withdrawn_at is null and new.withdrawn_at is not null) execute function file_goes();

-- One more kind of file, beside those that there are.
do $$
declare kinds text := (select pg_get_constraintdef(c.oid) from pg_constraint c where c.conrelid = 'file'::regclass and c.conname = 'file_kind_check');
begin
  alter table file drop constraint file_kind_check;
  execute 'alter table file add constraint file_kind_check ' || replace(kinds, 'ARRAY[', 'ARRAY[''ABSENCE_PAPER''::text, ');
end $$;

-- How long somebody is there at the least for a day of presence in a month: the rule in force on its first day.
create function presence_day_minutes(programme uuid, day date) returns int language plpgsql stable security definer set search_path = public, pg_temp set plan_cache_mode = force_generic_plan as $$
begin
  return coalesce((
    select r.value::text::int from policy_version v join policy_version o on o.programme_id = v.programme_id and o.number >= v.number
    join policy_rule r on r.version_id = o.id and r.code = 'attendance.presence_day_minutes'
    where v.id = policy_on(presence_day_minutes.programme, presence_day_minutes.day) order by o.number limit 1), 1);
end $$;
revoke execute on function presence_day_minutes(uuid, date) from public;
grant execute on function presence_day_minutes(uuid, date) to lavoro_app;

-- What people were there in a month, as far as the viewer sees their register: a person's day counts once, whatever he was there for and whatever was put
-- right of it after the lock; what was brought in from before the programme was kept here is added. No month has more days than the calendar's. An
-- activity's day that was taken away counts no minutes towards the day.
create function presence_of(people uuid[], month date, minimum int) returns table (participation_id uuid, minutes int, days int)
language plpgsql stable set search_path = public, pg_temp set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
begin
  return query
  select u.id, coalesce(sum(p.minutes), 0)::int,
         least(coalesce(sum(p.days), 0), extract(day from presence_of.month + interval '1 month - 1 day'))::int
  from (select distinct id from unnest(presence_of.people) id) u cross join lateral (
    select sum(e.minutes) as minutes, (coalesce(sum(e.entered) filter (where e.days >= 0) >= presence_of.minimum, false) or bool_or(e.days > 0))::int as days
    from (
      select x.day, sum(x.minutes) as minutes, sum(x.entered) as entered, sum(x.days) as days
      from (
        select a.enrolment_id, a.day, a.minutes, a.minutes as entered, 0 as days from attendance a
        where a.participation_id = u.id and a.day >= presence_of.month and a.day < presence_of.month + interval '1 month' and a.standing = 'COUNTED' and a.kind = 'PRESENCE'
        union all
        select m.enrolment_id, j.day, j.minutes, null, j.presence_days from register_month m join register_adjustment j on j.register_month_id = m.id
        where m.participation_id = u.id and m.month = presence_of.month
      ) x group by x.enrolment_id, x.day
    ) e group by e.day
    union all
    select f.minutes, f.presence_days from history_fact f where f.participation_id = u.id and f.month = presence_of.month and f.kind = 'ATTENDANCE' and f.state = 'CONFIRMED'
  ) p group by u.id;
end $$;
revoke execute on function presence_of(uuid[], date, int) from public;
grant execute on function presence_of(uuid[], date, int) to lavoro_app;
