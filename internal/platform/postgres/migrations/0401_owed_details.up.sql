-- A body pays what it owes also whoever was handed over since: it asks by which details, though it sees nothing else of him.
create or replace function payment_details(participations uuid[], day date, rest_days int)
returns table (participation_id uuid, person_id uuid, details_id uuid, means text, cause text, rests_to date)
language plpgsql stable security definer set search_path = public, pg_temp set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
begin
  return query
  select a.id, a.person_id, b.id, b.means,
         case when exists (select from destroyed_key d where d.person_id = a.person_id) then 'ERASED'
              when b.id is null then 'MISSING'
              when c.id is null then 'UNCONFIRMED'
              when not c.called_back and b.since + payment_details.rest_days > payment_details.day then 'RESTING'
              when not b.common and exists (
                select from person_bank_mark m join person_bank_mark o on o.mark = m.mark and o.person_id <> m.person_id
                join person p on p.id = m.person_id join person q on q.id = o.person_id
                where m.bank_id = b.id and coalesce(p.merged_into, p.id) <> coalesce(q.merged_into, q.id) and details_on(q.id, payment_details.day) = o.bank_id) then 'SHARED'
              when k.outcome = 'NO_MATCH' then 'NO_MATCH' end,
         b.since + payment_details.rest_days
  from (select distinct u.id from unnest(payment_details.participations) u(id)) u
  join participation a on a.id = u.id and (case when a.protected then a.audience || organisation_line(a.organisation_id) else a.audience end &&& (select app_keys('money'))
    or exists (select from (select distinct h.payer_id from allowance_share h where h.participation_id = a.id) h where organisation_line(h.payer_id) &&& (select app_keys('money'))))
  left join lateral (select x.* from person_bank x where x.person_id = a.person_id and x.since <= payment_details.day order by x.revision desc limit 1) b on true
  left join person_bank_check c on c.bank_id = b.id and c.kind = 'CONFIRMED'
  left join lateral (select x.outcome from person_bank_check x where x.bank_id = b.id and x.kind = 'PAYEE' order by x.at desc, x.id desc limit 1) k on true;
end $$;
revoke execute on function payment_details(uuid[], date, int) from public;
grant execute on function payment_details(uuid[], date, int) to lavoro_app;
