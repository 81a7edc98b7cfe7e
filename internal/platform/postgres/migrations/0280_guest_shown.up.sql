-- Whether a guest takes part in, or represents somebody in, a participation that one of the keys opens. A function of its own is made ready only
-- where there is a guest to ask about: the same two questions inside the policy had each read of a colleague's name prepare forty plans.
create function guest_shown(member uuid, keys uuid[]) returns boolean language plpgsql stable parallel safe as $$
begin
  return exists (select from access_grant g where g.member_id = guest_shown.member and g.participation_id is not null and g.audience &&& guest_shown.keys)
      or exists (select from invitation i where i.member_id = guest_shown.member and i.participation_id is not null and i.audience &&& guest_shown.keys);
end $$;
revoke execute on function guest_shown(uuid, uuid[]) from public;
grant execute on function guest_shown(uuid, uuid[]) to lavoro_app;

-- The keys that few rows are asked with are not made ready as those are that all rows are: each costs a read of a name as much as the name.
alter policy seen on member using (
  audience &&& (select app_keys('directory'))
  or organisation_id is null and guest_shown(id, app_keys('eligibility'))
  or id = any (app_keys('self')));
