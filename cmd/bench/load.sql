-- What benches need beside a large demonstration: 5,000 onlookers whose rights are each of their own, and 100 small programmes of 24 people
-- in a course. Written as the tables' owner, with every trigger, after large.Helpers; every "-- step" is sent by itself.

-- step onlookers
create temp table body as
  select o.id, o.programme_id, organisation_line(o.id) as line from organisation o join programme p on p.id = o.programme_id
  where o.parent_id is not null and p.code not like 'SMALL_%' order by o.position limit 1;
insert into member (id, issuer, subject, email, name, audience)
select pg_temp.v7(5, g.n), 'urn:lavoro:demonstration', 'onlooker-' || g.n, 'onlooker-' || g.n || '@demo.lavoro', 'Onlooker ' || g.n, b.line || pg_temp.v7(5, g.n)
from generate_series(0, 4999) g(n) cross join body b;
insert into access_grant (id, member_id, programme_id, role, scope, over_id, from_day, audience)
select gen_random_uuid(), pg_temp.v7(5, g.n), b.programme_id, r.role, r.scope, r.over_id, '2025-01-01', b.line || pg_temp.v7(5, g.n)
from generate_series(0, 4999) g(n) cross join body b
cross join lateral (values ('PARTNER_COORDINATOR', 'ORGANISATION', b.id), ('TUTOR', 'TUTORED', pg_temp.v7(5, g.n))) r(role, scope, over_id);

-- step small programmes
-- Of each the first body below its lead, and its people, numbered after those of the large one.
create temp table small as
  select (row_number() over (order by p.code) - 1)::int as n, o.id as organisation_id, p.id as programme_id, organisation_line(o.id) as line
  from programme p
  cross join lateral (select id from organisation where programme_id = p.id and parent_id is not null order by position limit 1) o
  where p.code like 'SMALL_%';
create temp table small_one as
  select 20000 + 24 * b.n + g.n as n, b.n as programme, b.organisation_id, b.programme_id, b.line as audience,
         pg_temp.v4('person', 20000 + 24 * b.n + g.n) as person_id, pg_temp.v4('participation', 20000 + 24 * b.n + g.n) as id
  from small b cross join generate_series(0, 23) g(n);
insert into member (id, issuer, subject, email, name, audience)
select pg_temp.v7(6, n), 'urn:lavoro:demonstration', 'small-' || n, 'small-' || n || '@demo.lavoro', 'Small ' || n, line || pg_temp.v7(6, n) from small;
insert into access_grant (id, member_id, programme_id, role, scope, over_id, from_day, audience)
select gen_random_uuid(), pg_temp.v7(6, n), programme_id, 'PARTNER_COORDINATOR', 'ORGANISATION', organisation_id, '2025-01-01', line || pg_temp.v7(6, n) from small;
insert into person (id, given_name, family_name, birth_day, sex, citizenship, municipality, phone, origin, audience)
select person_id, 'Ada', 'Rossi ' || n, date '1980-01-01' + n % 5000, 'FEMALE', 'IT', '045003', '333' || lpad(n::text, 7, '0'), 'DEMO', audience from small_one;
insert into participation (id, programme_id, person_id, organisation_id, state, state_since, referred_on, entered_on, origin, audience)
select id, programme_id, person_id, organisation_id, 'ACTIVE', date '2025-02-01', date '2025-01-01', date '2025-02-01', 'DEMO', audience from small_one;
insert into activity (id, programme_id, organisation_id, kind, title, place, from_day, to_day, planned_minutes, audience)
select pg_temp.v7(22, n), programme_id, organisation_id, 'COURSE', 'Corso di formazione', 'Carrara', date '2026-01-05', date '2027-12-18', 28800, line from small;
insert into enrolment (id, programme_id, activity_id, participation_id, person_id, state, from_day, to_day, planned_minutes, origin, audience)
select pg_temp.v7(33, n), programme_id, pg_temp.v7(22, programme), id, person_id, 'ENROLLED', date '2026-01-05', date '2027-12-18', 28800, 'DEMO', audience
from small_one;

-- step services
update participation a set referring_service = service from small_one s join sealed_service using (n) where s.id = a.id;

-- step vacuum
vacuum (analyze);
