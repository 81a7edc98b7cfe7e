-- In whose name an invitation asks somebody to come, for the bearer of its secret, as long as it can be accepted: the body, and for who is to work
-- there the programme. To who takes part or represents somebody the body alone is named.
create function invitation_from(hash bytea, at timestamptz, day date) returns table (body text, programme text)
language sql stable security definer set search_path = public, pg_temp as $$
  select o.name, case when i.participation_id is null then p.name end
  from invitation i join member m on m.id = i.member_id join organisation o on o.id = i.organisation_id join programme p on p.id = i.programme_id
  where i.secret_hash = invitation_from.hash and i.accepted_at is null and i.withdrawn_at is null and i.expires_at > at and (m.ended_on is null or m.ended_on >= day)
$$;
revoke execute on function invitation_from(bytea, timestamptz, date) from public;
grant execute on function invitation_from(bytea, timestamptz, date) to lavoro_app;

-- Who was asked to come for a participation, did not, and never held anything leaves neither name nor address: for who decides about it, once
-- the invitation is taken back.
create function guest_forget(member uuid, day date) returns void language sql security definer set search_path = public, pg_temp as $$
  update member m set fiscal_index = null, email = m.id || '@erased.invalid', name = '—', ended_on = coalesce(m.ended_on, day), revision = m.revision + 1
  where m.id = guest_forget.member and m.issuer is null and m.organisation_id is null and m.person_id is null and m.name <> '—'
    and exists (select from invitation i where i.member_id = m.id and i.participation_id is not null and i.withdrawn_at is not null
                and i.audience && (select app_keys('contact')) and i.audience && (select app_keys('eligibility')))
    and not exists (select from access_grant g where g.member_id = m.id and (g.to_day is null or g.to_day >= g.from_day))
$$;
revoke execute on function guest_forget(uuid, date) from public;
grant execute on function guest_forget(uuid, date) to lavoro_app;
