-- Journals by month: what is kept no longer goes as whole tables. Each month has its partition before it comes; entries of another time, as of
-- a programme that is simulated, lie in the rest. No index holds that a chain has each number once, since it would end with the month: links are
-- made under the lock of the chain's head, which gives the numbers, and whoever verifies a chain sees one that is there twice.
do $$
declare
  j text; own text; c text;
begin
  foreach j in array array['journal', 'read_journal'] loop
    own := case j when 'journal' then 'programme_id' else 'node' end;
    execute format('alter table %I rename to %I', j, j || '_rest');
    for c in select conname from pg_constraint where conrelid = to_regclass(j || '_rest') and contype in ('p', 'u') loop
      execute format('alter table %I drop constraint %I', j || '_rest', c);
    end loop;
    for c in select indexrelid::regclass::text from pg_index where indrelid = to_regclass(j || '_rest') loop
      execute format('drop index %s', c);
    end loop;
    execute format('drop policy seen on %I', j || '_rest');
    execute format('revoke all on %I from lavoro_app, lavoro_auditor', j || '_rest');
    execute format('create table %I (like %I including defaults including constraints including storage) partition by range (at)', j, j || '_rest');
    execute format('alter table %I add primary key (%I, seq, at)', j, own);
    execute format('create index %I on %I (id)', j || '_id', j);
    execute format('alter table %I attach partition %I default', j, j || '_rest');
    execute format('alter table %I enable row level security', j);
    execute format('create policy seen on %I using (audience &&& (select app_keys(''evidence'')))', j);
    execute format('grant select on %I to lavoro_app', j);
  end loop;
end $$;
grant select (id, programme_id, seq, version, at, actor_id, on_behalf_of, act, subject_kind, subject_id, person_id, sealed, detail_digest, chain) on journal to lavoro_auditor;
grant select (id, node, seq, at, request_id, actor_id, on_behalf_of, programme_id, purpose, class, participations, persons, chain, version, reason_persons) on read_journal
  to lavoro_auditor;
create index journal_retained on journal (programme_id, seq) where act = 'retainJournals';
create index read_journal_list on read_journal (programme_id, at desc, id desc);
create index read_journal_reasons on read_journal (at) where reason is not null;

-- Makes both journals' partitions for the month of a day and those that follow.
create function journal_prepare(first date, months int) returns void language plpgsql security definer set search_path = public, pg_temp as $$
declare j text; m timestamp;
begin
  foreach j in array array['journal', 'read_journal'] loop
    for m in select date_trunc('month', first::timestamp) + make_interval(months => i) from generate_series(0, months - 1) i loop
      begin
        execute format('create table if not exists %I partition of %I for values from (%L) to (%L)', j || '_' || to_char(m, 'YYYYMM'), j,
                       m at time zone 'UTC', (m + interval '1 month') at time zone 'UTC');
      exception when check_violation then null; -- the rest already holds entries of that month: it keeps them
      end;
    end loop;
  end loop;
end $$;
revoke execute on function journal_prepare(date, int) from public;
grant execute on function journal_prepare(date, int) to lavoro_relay;
