-- The data that benches run on: 20,000 participants of eight bodies (2,500 each), tutors with 20 people each, case managers
-- with 50, 2,000 companies, an internship each and an earlier one for every third, a course each, 1.2 million attendances, six
-- allowances each; 5,000 onlookers whose rights are each of their own; and 100 small programmes of 24 people in a course. Audiences
-- are as the acts write them. Every "-- step" is sent by itself.

-- step helpers
-- References hold by construction; checking ten million of them row by row takes longer than all the rest.
set session_replication_role = replica;
-- An id of version 7 that anybody can work out: kind of row and number.
create function pg_temp.v7(kind int, n bigint) returns uuid language sql immutable as $$
  select (lpad(to_hex(1767225600000 + n), 12, '0') || '7' || lpad(to_hex(kind), 3, '0') || '8' || lpad(to_hex(n), 15, '0'))::uuid
$$;
-- An id of version 4, random to look at: persons and participations.
create function pg_temp.v4(kind text, n bigint) returns uuid language sql immutable as $$
  select overlay(overlay(md5(kind || n) placing '4' from 13) placing '8' from 17)::uuid
$$;
-- The bodies that people are entrusted to, all but the lead, with the keys of their line.
create temp table body as
  select (row_number() over (order by o.position) - 1)::int as n, o.id, o.programme_id, organisation_line(o.id) as line
  from organisation o join programme p on p.id = o.programme_id where o.parent_id is not null and p.code not like 'SMALL_%';
-- Of each small programme the first such body, and its people, numbered after those of the large one.
create temp table small as
  select (row_number() over (order by p.code) - 1)::int as n, o.id as organisation_id, p.id as programme_id, organisation_line(o.id) as line
  from programme p
  cross join lateral (select id from organisation where programme_id = p.id and parent_id is not null order by position limit 1) o
  where p.code like 'SMALL_%';
create temp table small_one as
  select 20000 + 24 * b.n + g.n as n, b.n as programme, b.organisation_id, b.programme_id, b.line as audience,
         pg_temp.v4('person', 20000 + 24 * b.n + g.n) as person_id, pg_temp.v4('participation', 20000 + 24 * b.n + g.n) as id
  from small b cross join generate_series(0, 23) g(n);
-- Everything of a participant that other rows repeat.
create temp table someone as
  select g.n, b.n as body, b.id as organisation_id, b.programme_id, b.line, pg_temp.v4('person', g.n) as person_id, pg_temp.v4('participation', g.n) as id,
         pg_temp.v7(4, b.n + 8 * (g.n / 8 / 50)) as case_manager_id, pg_temp.v7(1, b.n + 8 * (g.n / 8 / 20)) as tutor_id, b.n + 8 * (g.n / 8 % 250) as company,
         null::uuid[] as audience
  from generate_series(0, 19999) g(n)
  join body b on b.n = g.n % 8;
update someone set audience = line || scope_key('CASES', programme_id, case_manager_id) || scope_key('TUTORED', programme_id, tutor_id) || scope_key('PERSON', programme_id, person_id);
create unique index on someone (n);
analyze body, someone;

-- step members and grants
insert into member (id, issuer, subject, email, name, audience)
select id, 'urn:lavoro:demonstration', subject, subject || '@bench.lavoro', subject, audience from (
  select distinct s.tutor_id as id, 'tutor-' || s.tutor_id as subject, s.line || s.tutor_id as audience from someone s
  union all
  select distinct s.case_manager_id, 'case-' || s.case_manager_id, s.line || s.case_manager_id from someone s
  union all
  select pg_temp.v7(2, b.n), 'partner-' || b.n, b.line || pg_temp.v7(2, b.n) from body b
  union all
  select pg_temp.v7(3, 0), 'lead', array[o.id, pg_temp.v7(3, 0)] from organisation o join body b on b.programme_id = o.programme_id and b.n = 0 where o.parent_id is null
  union all
  select pg_temp.v7(5, g.n), 'onlooker-' || g.n, b.line || pg_temp.v7(5, g.n) from generate_series(0, 4999) g(n) join body b on b.n = 0
  union all
  select pg_temp.v7(6, b.n), 'small-' || b.n, b.line || pg_temp.v7(6, b.n) from small b
) m;
insert into access_grant (id, member_id, programme_id, role, scope, over_id, from_day, audience)
select gen_random_uuid(), m.id, g.programme_id, g.role, g.scope, g.over_id, '2025-01-01', m.audience from member m join (
  select distinct s.tutor_id as id, s.programme_id, 'TUTOR' as role, 'TUTORED' as scope, s.tutor_id as over_id from someone s
  union all
  select distinct s.tutor_id, s.programme_id, 'STAFF', 'ORGANISATION', s.organisation_id from someone s
  union all
  select distinct s.case_manager_id, s.programme_id, 'CASE_MANAGER', 'CASES', s.case_manager_id from someone s
  union all
  select pg_temp.v7(2, b.n), b.programme_id, 'PARTNER_COORDINATOR', 'ORGANISATION', b.id from body b
  union all
  select pg_temp.v7(3, 0), o.programme_id, 'COORDINATOR', 'ORGANISATION', o.id from organisation o join body b on b.programme_id = o.programme_id and b.n = 0 where o.parent_id is null
  union all
  select pg_temp.v7(5, g.n), b.programme_id, 'PARTNER_COORDINATOR', 'ORGANISATION', b.id from generate_series(0, 4999) g(n) join body b on b.n = 0
  union all
  select pg_temp.v7(5, g.n), b.programme_id, 'TUTOR', 'TUTORED', pg_temp.v7(5, g.n) from generate_series(0, 4999) g(n) join body b on b.n = 0
  union all
  select pg_temp.v7(6, b.n), b.programme_id, 'PARTNER_COORDINATOR', 'ORGANISATION', b.organisation_id from small b
) g on g.id = m.id;

-- step persons
insert into person (id, given_name, family_name, birth_day, sex, citizenship, municipality, phone, origin, audience)
select person_id,
       (array['Ada', 'Bruno', 'Carla', 'Dario', 'Elena', 'Fabio', 'Giada', 'Hamza', 'Irene', 'Luca', 'Marta', 'Nadia', 'Omar', 'Paola', 'Sara'])[1 + n % 15],
       (array['Bianchi', 'Conti', 'De Luca', 'Esposito', 'Ferrari', 'Greco', 'Lombardi', 'Marino', 'Ricci', 'Romano', 'Russo', 'Vitale'])[1 + n / 15 % 12] || ' ' || n,
       date '1960-01-01' + n % 15000, case n % 2 when 0 then 'FEMALE' else 'MALE' end, 'IT', (array['045003', '045010', '045011'])[1 + n % 3],
       '333' || lpad(n::text, 7, '0'), 'DEMO', audience
from someone;

-- step participations
insert into participation (id, programme_id, person_id, organisation_id, state, state_since, referring_service, referred_on, entered_on,
                           case_manager_id, tutor_id, origin, audience)
select id, programme_id, person_id, organisation_id, 'ACTIVE', date '2025-02-01' + n / 50, service, date '2025-01-01' + n / 50,
       date '2025-02-01' + n / 50, case_manager_id, tutor_id, 'DEMO', audience
from someone join sealed using (n);
insert into person_key (person_id, wrapped, kek_version, made_at) select person_id, wrapped, kek, '2025-01-01' from someone join sealed using (n);
insert into participation_fact (participation_id, groups, quota_exempt) select id, groups, exempt from someone join sealed using (n);

-- step groups and checks
insert into participation_group (id, participation_id, class, sealed, audience)
select pg_temp.v7(69 + g.i, s.n), s.id, g.class, e.lists[g.i], s.audience
from someone s join sealed e using (n) cross join (values (1, 'health'), (2, 'penal'), (3, 'protection'), (4, 'restricted')) g(i, class);
insert into exclusion_check (id, programme_id, participation_id, measure, checked_on, outcome, evidence, checked_by, origin, audience)
select pg_temp.v7(80 + m.i, s.n), s.programme_id, s.id, m.code, date '2025-01-15' + s.n / 50, 'CLEAR', 'Interrogazione ' || s.n, s.case_manager_id, 'DEMO', s.audience
from someone s cross join (values (0, 'ADI'), (1, 'GOL')) m(i, code);

-- step companies
create temp table host as
  select g.n, b.programme_id, b.id as organisation_id, pg_temp.v7(10, g.n) as id, pg_temp.v7(11, g.n) as site_id, pg_temp.v7(12, g.n) as opening_id,
         scope_key('COMPANY', b.programme_id, pg_temp.v7(10, g.n)) as key,
         b.line || scope_key('COMPANY', b.programme_id, pg_temp.v7(10, g.n)) as audience
  from generate_series(0, 1999) g(n) join body b on b.n = g.n % 8;
create unique index on host (n);
analyze host;
insert into company (id, name, entity_code, ateco, headcount, municipality, origin, audience)
select id, 'Ditta ' || lpad(n::text, 4, '0'), lpad(n::text, 11, '0'), '56.10.11', 5 + n % 60, '045003', 'DEMO', audience from host;
insert into company_site (id, company_id, name, address, municipality, headcount, audience)
select site_id, id, 'Sede', 'Via Aurelia ' || n, '045003', 5 + n % 60, audience from host;
insert into opening (id, programme_id, company_id, site_id, organisation_id, title, tasks, sector, seats, from_day, to_day, weekly_minutes,
                     state, state_since, origin, audience)
select opening_id, programme_id, id, site_id, organisation_id, 'Aiuto in cucina', 'Lavaggio, preparazione, sala', 'KITCHEN', 20,
       '2025-01-01', '2027-12-18', 1200, 'OPEN', '2025-01-01', 'DEMO', audience
from host;

-- step activities and enrolments
insert into activity (id, programme_id, organisation_id, kind, title, place, from_day, to_day, planned_minutes, audience)
select pg_temp.v7(20, b.n), b.programme_id, b.id, 'INTERNSHIP', 'Tirocini', 'Carrara', date '2025-01-01', date '2027-12-18', 28800, b.line from body b
union all
select pg_temp.v7(21, b.n), b.programme_id, b.id, 'COURSE', 'Corso di formazione', 'Carrara', date '2025-01-01', date '2027-12-18', 2880, b.line from body b;
insert into enrolment (id, programme_id, activity_id, participation_id, person_id, company_id, state, from_day, to_day, planned_minutes, origin, audience)
select pg_temp.v7(30, s.n), s.programme_id, pg_temp.v7(20, s.body), s.id, s.person_id, h.id, 'ENROLLED', date '2026-01-05', date '2027-12-18', 28800, 'DEMO', s.audience || h.key
from someone s join host h on h.n = s.company
union all
select pg_temp.v7(31, s.n), s.programme_id, pg_temp.v7(20, s.body), s.id, s.person_id, h.id, 'COMPLETED', date '2025-02-03', date '2025-05-30', 14400, 'DEMO', s.audience || h.key
from someone s join host h on h.n = s.company where s.n % 3 = 0
union all
select pg_temp.v7(32, s.n), s.programme_id, pg_temp.v7(21, s.body), s.id, s.person_id, null, 'COMPLETED', date '2025-09-01', date '2026-03-31', 2880, 'DEMO', s.audience
from someone s;

-- step placements
insert into placement (id, programme_id, participation_id, person_id, opening_id, company_id, site_id, organisation_id, enrolment_id, state, state_since,
                       from_day, to_day, weekly_minutes, tutor_id, host_tutor, started_on, ended_on, origin, audience)
select pg_temp.v7(40 + i, s.n), s.programme_id, s.id, s.person_id, h.opening_id, h.id, h.site_id, s.organisation_id, pg_temp.v7(30 + i, s.n),
       case i when 0 then 'RUNNING' else 'ENDED' end, case i when 0 then date '2026-01-05' else date '2025-05-30' end,
       case i when 0 then date '2026-01-05' else date '2025-02-03' end, case i when 0 then date '2027-12-18' else date '2025-05-30' end,
       1200, s.tutor_id, 'Tutor aziendale ' || s.company, case i when 0 then date '2026-01-05' else date '2025-02-03' end,
       case i when 1 then date '2025-05-30' end, 'DEMO', s.audience || h.key
from someone s join host h on h.n = s.company cross join generate_series(0, 1) i
where i = 0 or s.n % 3 = 0;

-- step attendances
-- Indexes are made anew after the rows, as they were: the one that keeps overlaps out takes longest.
create temp table index_of as
  select 'alter table attendance drop constraint ' || quote_ident(conname) as away,
         'alter table attendance add constraint ' || quote_ident(conname) || ' ' || pg_get_constraintdef(oid) as back
  from pg_constraint where conrelid = 'attendance'::regclass and contype = 'x'
  union all
  select 'drop index ' || indexrelid::regclass, pg_get_indexdef(indexrelid) from pg_index
  where indrelid = 'attendance'::regclass and not exists (select from pg_constraint where conindid = indexrelid and conrelid = indrelid);
do $$ declare sql text; begin for sql in select away from index_of loop execute sql; end loop; end $$;
-- The register is written in the order of its days, as in earnest: 48 days at the host, 12 in the course, weekdays only.
insert into attendance (id, programme_id, enrolment_id, activity_id, participation_id, person_id, placement_id, company_id, kind, day, from_minute, to_minute,
                        absence_reason, standing, recorded_by, recorded_at, origin, audience)
select pg_temp.v7(50, k.k * 20000::bigint + s.n), s.programme_id,
       pg_temp.v7(case when course then 32 else 30 end, s.n), pg_temp.v7(case when course then 21 else 20 end, s.body), s.id, s.person_id,
       case when not course then pg_temp.v7(40, s.n) end, case when not course then h.id end,
       case (s.n + k) % 20 when 0 then 'ABSENCE' else 'PRESENCE' end, d.day, 480, 720, case (s.n + k) % 20 when 0 then 'ILLNESS' end, 'COUNTED',
       s.tutor_id, (d.day + time '18:00') at time zone 'UTC', 'DEMO', case when course then s.audience else s.audience || h.key end
from generate_series(0, 59) k
cross join lateral (select k < 12 as course) c
cross join lateral (select case when course then date '2025-11-03' else date '2026-01-05' end as start, case when course then k else k - 12 end as i) f
cross join someone s
join host h on h.n = s.company
cross join lateral (select f.start + 7 * (case when course then s.n % 4 else s.n % 20 end) + (f.i / 5) * 7 + f.i % 5 as day) d
order by k, s.n;

-- step indexes of attendances
do $$ declare sql text; begin for sql in select back from index_of loop execute sql; end loop; end $$;

-- step allowances
insert into allowance (id, programme_id, participation_id, month, policy_version_id, minutes, accrued_cents, cap_cents, total_cents, computed_at, audience)
select pg_temp.v7(60, m * 20000 + s.n), s.programme_id, s.id, (date '2026-01-01' + make_interval(months => m))::date,
       (select v.id from policy_version v order by v.number limit 1), 4800, 50000 + 100 * (s.n % 40), 50000, 50000, timestamptz '2026-07-05 09:00Z', s.audience
from generate_series(0, 5) m cross join someone s;

-- step small programmes
insert into person (id, given_name, family_name, birth_day, sex, citizenship, municipality, phone, origin, audience)
select person_id, 'Ada', 'Rossi ' || n, date '1980-01-01' + n % 5000, 'FEMALE', 'IT', '045003', '333' || lpad(n::text, 7, '0'), 'DEMO', audience from small_one;
insert into participation (id, programme_id, person_id, organisation_id, state, state_since, referring_service, referred_on, entered_on, origin, audience)
select id, programme_id, person_id, organisation_id, 'ACTIVE', date '2025-02-01', service, date '2025-01-01', date '2025-02-01', 'DEMO', audience
from small_one join sealed using (n);
insert into person_key (person_id, wrapped, kek_version, made_at) select person_id, wrapped, kek, '2025-01-01' from small_one join sealed using (n);
insert into activity (id, programme_id, organisation_id, kind, title, place, from_day, to_day, planned_minutes, audience)
select pg_temp.v7(22, n), programme_id, organisation_id, 'COURSE', 'Corso di formazione', 'Carrara', date '2026-01-05', date '2027-12-18', 28800, line from small;
insert into enrolment (id, programme_id, activity_id, participation_id, person_id, state, from_day, to_day, planned_minutes, origin, audience)
select pg_temp.v7(33, n), programme_id, pg_temp.v7(22, programme), id, person_id, 'ENROLLED', date '2026-01-05', date '2027-12-18', 28800, 'DEMO', audience
from small_one;

-- step rows by key
-- Triggers keep neither them nor names while references hold by construction.
update participation a set sought = search_text(p.family_name || ' ' || p.given_name) from person p where p.id = a.person_id;
select fill_by_key(tgrelid::regclass) from pg_trigger where tgname = 'keyed';

-- step vacuum
vacuum (analyze);
