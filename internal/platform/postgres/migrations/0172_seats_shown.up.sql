-- Seats taken as they are shown: of protected people only those whom the viewer sees are counted, so that nobody finds out, by what the lists leave
-- out, in which course or at which workplace one is. Acts ask activity_taken and opening_taken, which count everybody.
create function activity_shown(activity uuid) returns int language sql stable security definer set search_path = public, pg_temp as $$
  select count(*)::int from enrolment e join participation p on p.id = e.participation_id
  where (select app_acting()) and e.activity_id = activity and e.state in ('ENROLLED', 'SUSPENDED', 'COMPLETED')
    and (not p.protected or e.audience && (select app_keys('path')))
$$;
create function opening_shown(opening uuid) returns int language sql stable security definer set search_path = public, pg_temp as $$
  select count(*)::int from placement l join participation p on p.id = l.participation_id
  where (select app_acting()) and l.opening_id = opening and l.state in ('DRAFT', 'MATCHED', 'PFI_SIGNED', 'COMMUNICATED', 'RUNNING', 'SUSPENDED')
    and (not p.protected or l.audience && (select app_keys('work')))
$$;
revoke execute on function activity_shown(uuid), opening_shown(uuid) from public;
grant execute on function activity_shown(uuid), opening_shown(uuid) to lavoro_app;
