-- What an import comes to, spelled as it is shown: with the code of the budget line.
create or replace function history_totals(import uuid) returns jsonb language sql stable security definer set search_path = public, pg_temp as $$
  select coalesce(jsonb_agg(t order by t.month nulls first, t.kind, t."budgetLine" nulls first), '[]') from (
    select f.kind, to_char(f.month, 'YYYY-MM') as month, l.code as "budgetLine", l.label, count(*)::int as rows, count(distinct f.participation_id)::int as people,
           coalesce(sum(f.minutes) filter (where f.kind = 'ATTENDANCE'), 0)::bigint as minutes, coalesce(sum(f.presence_days), 0)::int as "presenceDays",
           coalesce(sum(f.gross_cents), 0)::bigint as gross, coalesce(sum(f.withheld_cents), 0)::bigint as withheld,
           coalesce(sum(f.gross_cents) filter (where f.paid_on is not null), 0)::bigint as paid
    from history_import i join history_fact f on f.import_id = i.id left join budget_line l on l.id = f.budget_line_id
    where i.id = history_totals.import and i.audience &&& (select app_keys('money'))
    group by f.kind, f.month, l.code, l.label) t
$$;
