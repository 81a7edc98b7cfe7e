-- Rows by key. A table that people page through keeps each row once for every key of its audience, with the columns of its orders: whoever
-- sees twenty rows among millions walks his own, in order, without looking at the others. Triggers alone keep it, so it cannot say another
-- thing than the audience.
drop table participation_key;
drop trigger keyed on participation;
drop trigger keyed_anew on participation;
drop function keep_participation_key();

-- Writes the rows by key of a table anew: for who brings rows in past the triggers. Indexes are made afterwards, which is faster.
create function fill_by_key(listed regclass) returns void language plpgsql set search_path = public, pg_temp as $$
declare keyed text := quote_ident(listed || '_key'); columns text; made text[]; one text;
begin
  select string_agg(attname, ', ') into columns from pg_attribute where attrelid = keyed::regclass and attnum > 0 and not attisdropped and attname <> 'key';
  made := array(select pg_get_indexdef(indexrelid) from pg_index where indrelid = keyed::regclass order by indexrelid);
  for one in select indexrelid::regclass::text from pg_index where indrelid = keyed::regclass loop
    execute format('drop index %s', one);
  end loop;
  execute format('truncate %s', keyed);
  execute format('insert into %s (key, %s) select distinct k, %s from %s, unnest(audience) k', keyed, columns, columns, listed);
  foreach one in array made loop
    execute one;
  end loop;
end $$;

-- Makes the table by key of a table whose rows are seen by their audience and class, and keeps it from now on. Each order is a list of
-- columns that are never null; lists are of one programme where the table has a programme.
create function list_by_key(listed regclass, class text, variadic orders text[]) returns void language plpgsql set search_path = public, pg_temp as $$
declare keyed text := quote_ident(listed || '_key'); keeper text := listed || '_by_key'; scope text; columns text; o text; n int := 0;
begin
  select coalesce(max(attname || ', '), '') into scope from pg_attribute where attrelid = listed and attname = 'programme_id';
  select string_agg(distinct c, ', ') into columns from unnest(string_to_array(scope || array_to_string(orders, ', '), ', ')) c where c <> '';
  execute format('create table %s as select k as key, %s, id from %s, unnest(audience) k where false', keyed, columns, listed);
  select string_agg(format('alter column %I set not null', attname), ', ') into o from pg_attribute where attrelid = keyed::regclass and attnum > 0;
  execute format('alter table %s %s', keyed, o);
  perform fill_by_key(listed);
  foreach o in array orders loop
    n := n + 1;
    execute format('create index %I on %s (key, %s%s, id)', listed || '_key_' || n, keyed, scope, o);
  end loop;
  execute format('create index %I on %s (id)', listed || '_key_row', keyed);
  -- A function of the table's own, whose statements a session plans once.
  execute format($f$
    create or replace function %1$I() returns trigger language plpgsql security definer set search_path = public, pg_temp as $b$
    begin
      case tg_op
        when 'INSERT' then
          insert into %2$s (key, %3$s, id) select distinct k, %3$s, id from written, unnest(audience) k;
        when 'UPDATE' then
          with moved as (select w.* from written w join was o on o.id = w.id where o.audience <> w.audience or (%4$s) is distinct from (%5$s)),
               gone as (delete from %2$s where id in (select id from moved))
          insert into %2$s (key, %3$s, id) select distinct k, %3$s, id from moved, unnest(audience) k;
        when 'DELETE' then
          delete from %2$s where id in (select id from dropped);
        else
          delete from %2$s;
      end case;
      return null;
    end $b$ $f$, keeper, keyed, columns, 'o.' || replace(columns, ', ', ', o.'), 'w.' || replace(columns, ', ', ', w.'));
  execute format('revoke execute on function %I() from public', keeper);
  execute format('create trigger keyed after insert on %s referencing new table as written for each statement execute function %I()', listed, keeper);
  execute format('create trigger keyed_anew after update on %s referencing old table as was new table as written for each statement execute function %I()', listed, keeper);
  execute format('create trigger keyed_less after delete on %s referencing old table as dropped for each statement execute function %I()', listed, keeper);
  execute format('create trigger keyed_none after truncate on %s for each statement execute function %I()', listed, keeper);
  execute format('alter table %s enable row level security', keyed);
  execute format('create policy seen on %s using (key = any ((select app_keys(%L))::uuid[]))', keyed, class);
  execute format('grant select on %s to lavoro_app', keyed);
end $$;
revoke execute on function fill_by_key(regclass), list_by_key(regclass, text, text[]) from public;

select list_by_key('participation', 'path', 'referred_on');
select list_by_key('placement', 'work', 'from_day', 'to_day');
select list_by_key('attendance', 'work', 'day');
select list_by_key('allowance', 'money', 'month', 'total_cents');
select list_by_key('match', 'path', 'score');
select list_by_key('due', 'path', 'due_at');
select list_by_key('opening', 'company', 'from_day', 'title');
select list_by_key('company', 'company', 'name', 'headcount');

-- The register is no longer listed from its own index, which needs no audience.
drop index attendance_programme;
create index attendance_programme on attendance (programme_id, day desc, id desc);

-- Filters by another object find its rows.
create index placement_organisation on placement (organisation_id);
create index match_company on match (company_id);
create index member_organisation on member (organisation_id);
