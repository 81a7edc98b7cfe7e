-- A programme of as many people as are wanted, written set by set as the tables' owner, in one transaction. For each 2,500 people a body,
-- never fewer than the programme names; case managers with 50 people each; for ten people a company, at most 250 for a body; an
-- internship each and an earlier one for every third, a course each, and the register's entries, a fifth of them in the course; an
-- allowance for ten of them, at most six. Audiences are as the acts write them. Every "-- step" is sent by itself; the table size holds what is asked for.

-- step helpers
-- An id of version 7 that anybody can work out: kind of row and number.
create function pg_temp.v7(kind int, n bigint) returns uuid language sql immutable as $$
  select (lpad(to_hex(1767225600000 + n), 12, '0') || '7' || lpad(to_hex(kind), 3, '0') || '8' || lpad(to_hex(n), 15, '0'))::uuid
$$;
-- An id of version 4, random to look at: persons and participations.
create function pg_temp.v4(kind text, n bigint) returns uuid language sql immutable as $$
  select overlay(overlay(md5(kind || n) placing '4' from 13) placing '8' from 17)::uuid
$$;
create function pg_temp.given(n int) returns text language sql immutable as $$
  select (array['Ada', 'Bruno', 'Carla', 'Dario', 'Elena', 'Fabio', 'Giada', 'Hamza', 'Irene', 'Luca', 'Marta', 'Nadia', 'Omar', 'Paola', 'Sara'])[1 + n % 15]
$$;
create function pg_temp.family(n int) returns text language sql immutable as $$
  select (array['Bianchi', 'Conti', 'De Luca', 'Esposito', 'Ferrari', 'Greco', 'Lombardi', 'Marino', 'Ricci', 'Romano', 'Russo', 'Vitale'])[1 + n / 15 % 12] || ' ' || n
$$;
create temp table sealed_service (n int primary key, service bytea not null);

-- step apart
-- References, overlaps and indexes are made anew after the rows: that checks them set by set. Keys and names are what triggers would make.
create temp table apart as
  select c.conrelid::regclass as of, 1 as place, format('alter table %s drop constraint %I', c.conrelid::regclass, c.conname) as away,
         format('alter table %s add constraint %I %s', c.conrelid::regclass, c.conname, pg_get_constraintdef(c.oid)) as back
  from pg_constraint c join loaded l on l.of = c.conrelid where c.contype in ('f', 'x') and c.conparentid = 0
  union all
  select i.indrelid::regclass, 0, format('drop index %s', i.indexrelid::regclass), pg_get_indexdef(i.indexrelid)
  from pg_index i join loaded l on l.of = i.indrelid where not exists (select from pg_constraint where conindid = i.indexrelid and contype in ('p', 'u', 'x'));
do $$ declare sql text; begin
  for sql in select away from apart order by place desc loop execute sql; end loop;
  for sql in select format('alter table %s disable trigger user', of) from loaded loop execute sql; end loop;
end $$;

-- step bodies
insert into organisation (id, programme_id, parent_id, code, name, kind, position, audience)
select pg_temp.v7(8, g.n), o.programme_id, o.id, 'ENTE_' || g.n, 'Ente ' || g.n, 'ASSOCIATION', 1000 + g.n, o.audience
from size z join organisation o on o.programme_id = z.programme_id and o.parent_id is null
cross join generate_series((select count(*) from organisation where programme_id = z.programme_id), z.people / 2500) g(n);
-- The bodies that people are entrusted to, all but the lead, with the keys of their line.
create temp table body as
  select (row_number() over (order by o.position) - 1)::int as n, count(*) over ()::int as of, o.id, o.programme_id, organisation_line(o.id) as line
  from organisation o join size z using (programme_id) where o.parent_id is not null;
-- Everything of a participant that other rows repeat; within is his number in his body.
create temp table someone as
  select s.*, line || scope_key('CASES', programme_id, case_manager_id) || scope_key('TUTORED', programme_id, tutor_id) || scope_key('PERSON', programme_id, person_id) as audience
  from (
    select g.n, b.n as body, g.n / b.of as within, b.id as organisation_id, b.programme_id, b.line, pg_temp.v4('person', g.n) as person_id, pg_temp.v4('participation', g.n) as id,
           pg_temp.v7(4, b.n + b.of * (g.n / b.of / 50)) as case_manager_id, pg_temp.v7(1, b.n + b.of * (g.n / b.of / z.tutored)) as tutor_id,
           b.n + b.of * (g.n / b.of % z.hosts) as company, (g.n * 400::bigint / z.people)::int as days
    from size z cross join generate_series(0, z.people - 1) g(n) join body b on b.n = g.n % b.of) s;
create unique index on someone (n);
analyze body, someone;

-- step members and grants
-- Only tutors and case managers of the first bodies sign in: whoever chooses whom to be is shown all.
create temp table colleague as
  select s.tutor_id as id, 'tutor-' || s.tutor_id as subject, 'TUTOR' as role, 'TUTORED' as scope, s.tutor_id as over_id, s.organisation_id, s.line, s.programme_id, s.within as n, s.body < 8 as known from someone s
    where s.within % (select tutored from size) = 0
  union all
  select s.case_manager_id, 'case-' || s.case_manager_id, 'CASE_MANAGER', 'CASES', s.case_manager_id, s.organisation_id, s.line, s.programme_id, s.within + 3, s.body < 8 from someone s where s.within % 50 = 0
  union all
  select pg_temp.v7(2, b.n), 'partner-' || b.n, 'PARTNER_COORDINATOR', 'ORGANISATION', b.id, b.id, b.line, b.programme_id, b.n + 7, true from body b
  union all
  select pg_temp.v7(3, 0), 'lead', 'COORDINATOR', 'ORGANISATION', o.id, o.id, array[o.id], o.programme_id, 11, true from organisation o join size z using (programme_id) where o.parent_id is null;
insert into member (id, issuer, subject, email, name, organisation_id, answering, audience)
select id, case when known then 'urn:lavoro:demonstration' else 'urn:lavoro:nobody' end, subject, subject || '@demo.lavoro', pg_temp.given(n) || ' ' || pg_temp.family(n), organisation_id, line || id, line || id from colleague;
insert into access_grant (id, member_id, programme_id, role, scope, over_id, from_day, organisation_id, audience)
select gen_random_uuid(), c.id, c.programme_id, r.role, r.scope, r.over_id, '2025-01-01', c.organisation_id, c.line || c.id
from colleague c cross join lateral (values (c.role, c.scope, c.over_id), ('STAFF', 'ORGANISATION', c.organisation_id)) r(role, scope, over_id)
where r.role <> 'STAFF' or c.role = 'TUTOR';

-- step persons
insert into person (id, given_name, family_name, birth_day, sex, citizenship, municipality, phone, origin, audience)
select person_id, pg_temp.given(n), pg_temp.family(n), date '1960-01-01' + n % 15000, case n % 2 when 0 then 'FEMALE' else 'MALE' end, 'IT',
       (array['045003', '045010', '045011'])[1 + n % 3], '333' || lpad(n::text, 7, '0'), 'DEMO', audience
from someone;

-- step participations
insert into participation (id, programme_id, person_id, organisation_id, state, state_since, referring_service, referred_on, entered_on,
                           case_manager_id, tutor_id, origin, audience, sought)
select id, programme_id, person_id, organisation_id, 'ACTIVE', date '2025-02-01' + days, service, date '2025-01-01' + days,
       date '2025-02-01' + days, case_manager_id, tutor_id, 'DEMO', audience, search_text(pg_temp.family(n) || ' ' || pg_temp.given(n))
from someone join sealed_service using (n);
insert into exclusion_check (id, programme_id, participation_id, measure, checked_on, outcome, evidence, checked_by, origin, audience)
select pg_temp.v7(80 + m.i, s.n), s.programme_id, s.id, m.code, date '2025-01-15' + s.days, 'CLEAR', 'Interrogazione ' || s.n, s.case_manager_id, 'DEMO', s.audience
from someone s cross join (values (0, 'ADI'), (1, 'GOL')) m(i, code);

-- step companies
create temp table host as
  select g.n, b.programme_id, b.id as organisation_id, pg_temp.v7(10, g.n) as id, pg_temp.v7(11, g.n) as site_id, pg_temp.v7(12, g.n) as opening_id,
         scope_key('COMPANY', b.programme_id, pg_temp.v7(10, g.n)) as key,
         b.line || scope_key('COMPANY', b.programme_id, pg_temp.v7(10, g.n)) as audience
  from size z cross join lateral (select count(*) as n from body) bodies cross join lateral generate_series(0, z.hosts * bodies.n - 1) g(n) join body b on b.n = g.n % b.of;
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
-- The register is written in the order of its days, as in earnest, weekdays only.
insert into attendance (id, programme_id, enrolment_id, activity_id, participation_id, person_id, placement_id, company_id, kind, day, from_minute, to_minute,
                        absence_reason, standing, recorded_by, recorded_at, origin, audience)
select pg_temp.v7(50, k.k * z.people::bigint + s.n), s.programme_id,
       pg_temp.v7(case when course then 32 else 30 end, s.n), pg_temp.v7(case when course then 21 else 20 end, s.body), s.id, s.person_id,
       case when not course then pg_temp.v7(40, s.n) end, case when not course then h.id end,
       case (s.n + k) % 20 when 0 then 'ABSENCE' else 'PRESENCE' end, d.day, 480, 720, case (s.n + k) % 20 when 0 then 'ILLNESS' end, 'COUNTED',
       s.tutor_id, (d.day + time '18:00') at time zone 'UTC', 'DEMO', case when course then s.audience else s.audience || h.key end
from size z
cross join generate_series(0, z.entries - 1) k
cross join lateral (select k < z.entries / 5 as course) c
cross join lateral (select case when course then date '2025-11-03' else date '2026-01-05' end as start, case when course then k else k - z.entries / 5 end as i) f
cross join someone s
join host h on h.n = s.company
cross join lateral (select f.start + 7 * (case when course then s.within % 4 else s.within % 20 end) + (f.i / 5) * 7 + f.i % 5 as day) d
order by k, s.n;

-- step months of the register
insert into register_month (id, programme_id, enrolment_id, activity_id, participation_id, placement_id, company_id, month, state, state_since, audience)
select pg_temp.v7(51, row_number() over (order by a.month, a.enrolment_id)), e.programme_id, e.id, e.activity_id, e.participation_id, p.id, e.company_id, a.month, 'OPEN', a.month, e.audience
from (select distinct enrolment_id, date_trunc('month', day)::date as month from attendance) a join enrolment e on e.id = a.enrolment_id left join placement p on p.enrolment_id = e.id;

-- step allowances
insert into allowance (id, programme_id, participation_id, month, policy_version_id, minutes, accrued_cents, cap_cents, total_cents, computed_at, audience)
select pg_temp.v7(60, m * z.people::bigint + s.n), s.programme_id, s.id, (date '2026-01-01' + make_interval(months => m))::date,
       v.id, 4800, 50000 + 100 * (s.n % 40), 50000, 50000, timestamptz '2026-07-05 09:00Z', s.audience
from size z cross join lateral (select id from policy_version where programme_id = z.programme_id order by number limit 1) v
cross join generate_series(0, least(z.entries / 10, 6) - 1) m cross join someone s;

-- step references and indexes
do $$ declare sql text; begin
  for sql in select format('alter table %s enable trigger user', of) from loaded loop execute sql; end loop;
  for sql in select back from apart order by place, of::text loop execute sql; end loop;
end $$;

-- step rows by key
select fill_by_key(tgrelid::regclass) from pg_trigger where tgname = 'keyed' and tgrelid in (select of from loaded);
