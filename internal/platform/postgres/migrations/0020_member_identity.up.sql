-- A page session knows its member by id alone; what he may do is found as for a token, by the issuer and subject under which he signs in.
create function member_identity(member uuid) returns table (issuer text, subject text)
language sql stable security definer set search_path = public, pg_temp as $$
  select m.issuer, m.subject from member m where m.id = member_identity.member
$$;
revoke execute on function member_identity(uuid) from public;
grant execute on function member_identity(uuid) to lavoro_app;
