-- Lines that would pay what is not owed any more, somebody whose months cannot be worked out again or who may be paid already, or to details that were recorded anew since: what stands against checking, approving and sending a
-- run. Of whom they are it does not tell.
create function payment_changed(run uuid, today date) returns int language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
  return (
    select count(*)::int
    from payment_run r join payment_line l on l.run_id = r.id and l.state = 'PENDING' join person_bank b on b.id = l.bank_id join allowance_statement m on m.id = l.statement_id
    where r.id = payment_changed.run and r.audience && app_keys('money') and (
      exists (select from person_bank n where n.person_id = b.person_id and n.revision > b.revision and n.since <= payment_changed.today)
      or statement_stuck(l.participation_id)
      or payment_contradicted(l.participation_id, r.payer_id)
      or exists (select from allowance_statement n where n.allowance_id = l.allowance_id and n.number > m.number) and exists (
        select from (select sum(t.gross_cents) as gross, sum(t.net_cents) as net from payment_line t
                     where t.allowance_id = l.allowance_id and t.payer_id = l.payer_id and t.budget_line_id = l.budget_line_id and t.live) taken
        left join (select distinct on (n.allowance_id) n.id from allowance_statement n where n.allowance_id = l.allowance_id order by n.allowance_id, n.number desc) last on true
        left join allowance_share h on h.statement_id = last.id and h.payer_id = l.payer_id and h.budget_line_id = l.budget_line_id
        cross join lateral (select coalesce(sum(p.gross_cents), 0) + coalesce(h.gross_cents, 0) as gross, coalesce(sum(p.net_cents), 0) + coalesce(h.net_cents, 0) as net
                            from recovery_part p where p.allowance_id = l.allowance_id and p.payer_id = l.payer_id and p.budget_line_id = l.budget_line_id) owed
        where sign(l.gross_cents) * (taken.gross - owed.gross) > 0 or sign(l.net_cents) * (taken.net - owed.net) > 0)));
end $$;
revoke execute on function payment_changed(uuid, date) from public;
grant execute on function payment_changed(uuid, date) to lavoro_app;
