-- A case team knows the guests whom it has asked to come, before they hold anything.
drop policy seen on member;
create policy seen on member for select using (
  audience &&& (select app_keys('directory'))
  or organisation_id is null
    and (exists (select from access_grant g where g.member_id = member.id and g.participation_id is not null and g.audience &&& (select app_keys('contact')))
      or exists (select from invitation i where i.member_id = member.id and i.participation_id is not null and i.audience &&& (select app_keys('contact'))))
  or id = any ((select app_keys('self'))::uuid[]));
