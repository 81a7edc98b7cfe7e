-- A version of the rules that was applied before the program knew a rule has it from the first version after it that does: what was decided by the
-- older one did not depend on it.
create or replace function policy_content(version uuid) returns table (number int, valid_from date, rules jsonb)
language sql stable security definer set search_path = public, pg_temp as $$
  select v.number, v.valid_from,
         (select coalesce(jsonb_agg(jsonb_build_object('code', r.code, 'value', r.value, 'unit', r.unit, 'label', r.label, 'source', r.source,
                                                       'confirmed', r.confirmed) order by r.position), '[]')
          from (select distinct on (r.code) r.* from policy_rule r join policy_version o on o.id = r.version_id
                where o.programme_id = v.programme_id and o.number >= v.number order by r.code, o.number) r)
  from policy_version v where v.id = version
$$;
