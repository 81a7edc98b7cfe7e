-- Whether a guest takes part in, or represents somebody in, a participation that one of the keys opens. A function of its own is made ready only
-- where there is a guest to ask about: the same two questions inside the policy had each read of a colleague's name prepare forty plans.
create function guest_shown(member uuid, keys uuid[]) returns boolean language plpgsql stable parallel safe as $$
begin
  return exists (select from access_grant g where g.member_id = guest_shown.member and g.participation_id is not null and g.audience &&& guest_shown.keys)
      or exists (select from invitation i where i.member_id = guest_shown.member and i.participation_id is not null and i.audience &&& guest_shown.keys);
end $$;
revoke execute on function guest_shown(uuid, uuid[]) from public;
grant execute on function guest_shown(uuid, uuid[]) to lavoro_app;

-- Whether the reader knows a member otherwise than by his organisation: it is himself, or a guest. A function of its own for the same reason: it
-- costs a read of a name nothing where the organisation is known.
create function member_known(member uuid, organisation uuid) returns boolean language plpgsql stable parallel safe as $$
begin
  return member = any (app_keys('self')) or organisation is null and guest_shown(member, app_keys('eligibility'));
end $$;
revoke execute on function member_known(uuid, uuid) from public;
grant execute on function member_known(uuid, uuid) to lavoro_app;

alter policy seen on member using (audience &&& (select app_keys('directory')) or member_known(id, organisation_id));
