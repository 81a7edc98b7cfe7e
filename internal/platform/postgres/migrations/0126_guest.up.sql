-- A guest takes part, or represents somebody: he has no home body, nobody answers for him but the case team, and nobody else learns his name.
create policy guest on member for insert with check (
  issuer is null and organisation_id is null and cardinality(answering) = 0 and audience = array[id] and cardinality((select app_keys('eligibility'))::uuid[]) > 0);

drop policy seen on member;
create policy seen on member for select using (
  audience &&& (select app_keys('directory'))
  or organisation_id is null
    and exists (select from access_grant g where g.member_id = member.id and g.participation_id is not null and g.audience &&& (select app_keys('contact')))
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

-- Who came for a person alone goes with him: a representative is not known here for anything else.
create function guests_gone() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  update member m set issuer = null, subject = null, fiscal_index = null, email = m.id || '@erased.invalid', name = '—',
    ended_on = coalesce(m.ended_on, current_date), revision = m.revision + 1
    where m.organisation_id is null and m.person_id is null and m.name <> '—'
      and exists (select from access_grant g where g.member_id = m.id and g.scope = 'PERSON' and g.over_id = old.person_id)
      and not exists (select from access_grant g where g.member_id = m.id and not (g.scope = 'PERSON' and g.over_id = old.person_id));
  return null;
end $$;
create trigger guests_gone after delete on person_key for each row execute function guests_gone();
