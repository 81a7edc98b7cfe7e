-- The cap of a month is one human's, whichever of his records in a programme the hours stand on: the record that was referred first goes first. Of months of
-- participations, the same months of the human's others there: whether they go after, whether they were worked out, and what of the cap is spoken for by what they come to, where they go
-- first, and by what was recognised of them before the programme was kept here, in any case.
create function merged_months(participations uuid[], months date[]) returns table (participation_id uuid, month date, of uuid, after boolean, begun boolean, cents bigint)
language plpgsql stable security definer set search_path = public, pg_temp set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
begin
  if not app_acting() then
    raise exception 'nobody asks' using errcode = 'LA002';
  end if;
  if not exists (select from person where merged_into is not null) then
    return;
  end if;
  return query
  select a.id, m.month, x.id, f.after, w.id is not null, coalesce(h.cents, 0) + case when f.after then 0 else coalesce(s.cents, w.total_cents - w.housing_cents, 0) end
  from unnest(merged_months.participations, merged_months.months) m(participation_id, month)
  join participation a on a.id = m.participation_id
  join participation x on x.programme_id = a.programme_id and x.id <> a.id and x.person_id in (select records_of(a.person_id))
  cross join lateral (select (x.referred_on, x.id) > (a.referred_on, a.id) as after) f
  left join allowance w on w.participation_id = x.id and w.month = m.month
  left join lateral (select i.total_cents - i.housing_cents as cents from allowance_statement i where i.allowance_id = w.id order by i.number desc limit 1) s on true
  left join lateral (select sum(t.gross_cents)::bigint as cents from history_fact t
                     where t.participation_id = x.id and t.month = m.month and t.kind = 'PAYMENT' and t.state = 'CONFIRMED' and not is_housing(t)) h on true
  where w.id is not null or h.cents is not null
  order by 1, 2, 3;
end $$;
revoke execute on function merged_months(uuid[], date[]) from public;
grant execute on function merged_months(uuid[], date[]) to lavoro_app;

-- The records of the humans of participations in their programmes, where any were merged: those that go first, first.
create function merged_records(participations uuid[]) returns table (participation_id uuid, record uuid)
language plpgsql stable security definer set search_path = public, pg_temp set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
begin
  if not app_acting() then
    raise exception 'nobody asks' using errcode = 'LA002';
  end if;
  if not exists (select from person where merged_into is not null) then
    return;
  end if;
  return query
  select a.id, x.id from unnest(merged_records.participations) u(id) join participation a on a.id = u.id
  join participation x on x.programme_id = a.programme_id and x.person_id in (select records_of(a.person_id))
  order by a.id, x.referred_on, x.id;
end $$;
revoke execute on function merged_records(uuid[]) from public;
grant execute on function merged_records(uuid[]) to lavoro_app;
