-- Lines that would pay what is not owed any more, or to details that were recorded anew since: what stands against checking, approving and sending a
-- run. Of whom they are it does not tell.
create function payment_changed(run uuid, today date) returns int language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
  return (
    select count(*)::int
    from payment_run r join payment_line l on l.run_id = r.id and l.state = 'PENDING' join person_bank b on b.id = l.bank_id join allowance_statement m on m.id = l.statement_id
    where r.id = payment_changed.run and r.audience && app_keys('money') and (
      exists (select from person_bank n where n.person_id = b.person_id and n.revision > b.revision and n.since <= payment_changed.today)
      or l.gross_cents > 0 and exists (select from allowance_statement n where n.allowance_id = l.allowance_id and n.number > m.number) and exists (
        select from (select sum(t.gross_cents) as gross, sum(t.net_cents) as net from payment_line t
                     where t.allowance_id = l.allowance_id and t.payer_id = l.payer_id and t.budget_line_id = l.budget_line_id and t.live) taken
        left join (select distinct on (n.allowance_id) n.id from allowance_statement n where n.allowance_id = l.allowance_id order by n.allowance_id, n.number desc) last on true
        left join allowance_share h on h.statement_id = last.id and h.payer_id = l.payer_id and h.budget_line_id = l.budget_line_id
        where taken.gross > coalesce(h.gross_cents, 0) or taken.net > coalesce(h.net_cents, 0))));
end $$;
revoke execute on function payment_changed(uuid, date) from public;
grant execute on function payment_changed(uuid, date) to lavoro_app;

-- An answer names also those whom it brings nothing: it is about them, and goes with their keys.
alter table payment_answer add column named text[] not null default '{}'; -- transfers of its payer
create or replace function payment_file_people(file uuid) returns uuid[] language sql stable security definer set search_path = public, pg_temp as $$
  select coalesce(array_agg(distinct l.participation_id order by l.participation_id), '{}')
  from (select f.run_id, f.part, null::text[] as named from payment_file f where f.file_id = payment_file_people.file and f.audience && (select app_keys('money'))
        union all select null, null, a.named from payment_answer a where a.file_id = payment_file_people.file and a.audience && (select app_keys('money'))) x
  join payment_line l on l.run_id = x.run_id and l.part = x.part or l.end_to_end_id = any (x.named)
$$;
create or replace function payment_files_go() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
declare mine uuid[] := array(select a.id from participation a where a.person_id = new.person_id);
begin
  delete from file_chunk c where c.file_id in (
    select f.file_id from payment_line l join payment_file f on f.run_id = l.run_id and f.part = l.part where l.participation_id = any (mine)
    union select a.file_id from payment_answer a where a.named && array(select l.end_to_end_id from payment_line l where l.participation_id = any (mine)));
  return null;
end $$;
