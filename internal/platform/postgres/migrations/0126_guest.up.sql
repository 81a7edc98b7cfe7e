-- A guest takes part, or represents somebody: he has no home body, nobody answers for him but the case team, and nobody else learns his name.
create policy guest on member for insert with check (
  issuer is null and organisation_id is null and cardinality(answering) = 0 and audience = array[id] and cardinality((select app_keys('eligibility'))::uuid[]) > 0);

drop policy seen on member;
create policy seen on member for select using (
  case when organisation_id is not null then audience &&& (select app_keys('directory'))
       else exists (select from access_grant g where g.member_id = member.id and g.participation_id is not null and g.audience &&& (select app_keys('contact'))) end
  or id = any ((select app_keys('self'))::uuid[]));

-- The letters that wait, with the addresses to which they go: for who answers for whom they ask, a case team for its guests.
create function invitation_letters(at timestamptz, day date, since timestamptz, address text, most int)
returns table (id uuid, member_id uuid, programme_id uuid, sealed bytea, secret_hash bytea, expires_at timestamptz, audience uuid[], email text)
language sql stable security definer set search_path = public, pg_temp as $$
  select i.id, i.member_id, i.programme_id, i.sealed, i.secret_hash, i.expires_at, i.audience, m.email
  from invitation i join member m on m.id = i.member_id
  where i.sealed is not null and i.withdrawn_at is null and i.expires_at > at and (m.ended_on is null or m.ended_on >= day)
    and (i.failed_at is null or i.failed_at <= since) and (address is null or lower(m.email) = lower(address))
    and case when i.participation_id is null then i.audience &&& (select app_keys('accounts')) else i.audience &&& (select app_keys('contact')) end
  order by i.id desc limit most
$$;
revoke execute on function invitation_letters(timestamptz, date, timestamptz, text, int) from public;
grant execute on function invitation_letters(timestamptz, date, timestamptz, text, int) to lavoro_app;
