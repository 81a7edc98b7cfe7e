-- The length of hours is the time that passed: on the night when clocks go forward an hour less than they show, on that when they go back an hour
-- more. A time that comes twice is the first of the two, and one that does not exist moves on by the hour, as in package calendar.
create function elapsed_minutes(day date, from_minute int, to_minute int) returns int language sql immutable parallel safe as $$
  select (extract(epoch from case when ((t.t - interval '1 hour') at time zone 'Europe/Rome') = t.wall then t.t - interval '1 hour' else t.t end
                           - case when ((f.t - interval '1 hour') at time zone 'Europe/Rome') = f.wall then f.t - interval '1 hour' else f.t end) / 60)::int
  from (select w as wall, w at time zone 'Europe/Rome' as t from (select day + make_interval(mins => to_minute) as w) x) t,
       (select w as wall, w at time zone 'Europe/Rome' as t from (select day + make_interval(mins => from_minute) as w) x) f
$$;
grant execute on function elapsed_minutes(date, int, int) to lavoro_app;
alter table attendance drop column minutes;
alter table attendance add column minutes int not null generated always as (elapsed_minutes(day, from_minute, to_minute)) stored check (minutes > 0);
