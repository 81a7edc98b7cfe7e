-- In whose name an invitation asks somebody to come, for the bearer of its secret, as long as it can be accepted: the body, and for who is to work
-- there the programme. A letter is opened before anybody proves who he is, and names of bodies speak of reasons: who takes part or represents
-- somebody is asked in the name of the lead body, whichever follows the person.
create or replace function invitation_from(hash bytea, at timestamptz, day date) returns table (body text, programme text)
language sql stable security definer set search_path = public, pg_temp as $$
  select o.name, case when i.participation_id is null then p.name end
  from invitation i join member m on m.id = i.member_id join programme p on p.id = i.programme_id
  join organisation o on case when i.participation_id is null then o.id = i.organisation_id else o.programme_id = i.programme_id and o.parent_id is null end
  where i.secret_hash = invitation_from.hash and i.accepted_at is null and i.withdrawn_at is null and i.expires_at > at and (m.ended_on is null or m.ended_on >= day)
  order by o.position limit 1
$$;
