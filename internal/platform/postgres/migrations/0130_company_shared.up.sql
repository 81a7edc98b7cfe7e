-- A company is shared by whoever knows its code, with a body whose companies he looks after: the body and those above it, and the
-- company's own people in the programme. No other key gets there.
drop function company_shared_with(uuid, uuid[]);
create function company_shared_with(code text, organisation uuid) returns uuid
language plpgsql security definer set search_path = public, pg_temp as $$
declare this company; keys uuid[];
begin
  keys := coalesce(organisation_line(company_shared_with.organisation), '{}');
  -- Of those who read companies only such as read people, too, register them: not the whole staff, and not the company.
  if not (app_acting() and keys && app_keys('company') and keys && app_keys('path')) then
    raise exception 'the organisation''s companies are not the actor''s' using errcode = 'LA002';
  end if;
  select * into this from company c where c.entity_code = code;
  keys := keys || (select scope_key('COMPANY', o.programme_id, this.id) from organisation o where o.id = company_shared_with.organisation);
  update company c set audience = (select array_agg(distinct k) from unnest(c.audience || keys) k) where c.id = this.id and not c.audience @> keys;
  update company_site s set audience = (select array_agg(distinct k) from unnest(s.audience || keys) k) where s.company_id = this.id and not s.audience @> keys;
  return this.id;
end $$;
grant execute on function company_shared_with(text, uuid) to lavoro_app;

-- Who is offered seats sees where: a company that has an opening, with the bodies of the opening's programme, all of which see that.
create function company_shared_by(opening uuid) returns void language plpgsql security definer set search_path = public, pg_temp as $$
declare this opening; keys uuid[];
begin
  select * into this from opening o where o.id = company_shared_by.opening;
  keys := coalesce(organisation_line(this.organisation_id), '{}');
  if not (app_acting() and keys && app_keys('company') and keys && app_keys('path')) then
    raise exception 'the opening is not the actor''s' using errcode = 'LA002';
  end if;
  keys := array(select o.id from organisation o where o.programme_id = this.programme_id) || scope_key('COMPANY', this.programme_id, this.company_id);
  update company c set audience = (select array_agg(distinct k) from unnest(c.audience || keys) k) where c.id = this.company_id and not c.audience @> keys;
  update company_site s set audience = (select array_agg(distinct k) from unnest(s.audience || keys) k) where s.company_id = this.company_id and not s.audience @> keys;
end $$;
grant execute on function company_shared_by(uuid) to lavoro_app;
