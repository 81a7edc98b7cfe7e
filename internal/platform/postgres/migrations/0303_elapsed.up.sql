-- The length of hours is the time that passed: on the night when clocks go forward an hour less than they show, on that when they go back an hour
-- more. A time that comes twice is the first of the two, and one that does not exist moves on by the hour, as in package calendar.
create function elapsed_minutes(day date, from_minute int, to_minute int) returns int language plpgsql immutable parallel safe as $$
declare
  hour   constant interval := '1 hour';
  since  constant timestamp := day + make_interval(mins => from_minute);
  until  constant timestamp := day + make_interval(mins => to_minute);
  begun  timestamptz := since at time zone 'Europe/Rome';
  ended  timestamptz := until at time zone 'Europe/Rome';
begin
  if (begun - hour) at time zone 'Europe/Rome' = since then
    begun := begun - hour;
  end if;
  if (ended - hour) at time zone 'Europe/Rome' = until then
    ended := ended - hour;
  end if;
  return extract(epoch from ended - begun) / 60;
end $$;
grant execute on function elapsed_minutes(date, int, int) to lavoro_app;
alter table attendance drop column minutes;
alter table attendance add column minutes int not null generated always as (elapsed_minutes(day, from_minute, to_minute)) stored check (minutes > 0);

-- Whether clocks show a time on a day: on that on which they go forward an hour is left out. Hours from or to such a time would overlap others that they do not
-- overlap by the clock, and pass twice.
create function clock_shows(day date, minute int) returns boolean language sql immutable parallel safe
return (day + make_interval(mins => minute)) at time zone 'Europe/Rome' at time zone 'Europe/Rome' = day + make_interval(mins => minute);
grant execute on function clock_shows(date, int) to lavoro_app;
alter table attendance add constraint attendance_shown check (clock_shows(day, from_minute) and clock_shows(day, to_minute));
