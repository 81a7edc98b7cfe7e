-- What a search finds as it is written is found first, which the index of letters tells cheaply: how far all other names are is worked out only
-- where that is less than a page, of two hundred.
create or replace function search_by_key(listed regclass, class text, coded text) returns void language plpgsql set search_path = public, pg_temp as $make$
declare
  scope constant text := case when exists (select from pg_attribute where attrelid = listed and attname = 'programme_id') then 'k.programme_id = programme and ' else '' end;
  begun constant text := format('select k.id, k.sought from unnest(keys) u(key) cross join lateral (select k.id, k.sought from %I k
    where k.key = u.key and %s k.sought >= w[1] and k.sought < w[1] || chr(1114111) order by k.sought limit 1000) k', listed || '_key', scope);
  named constant text := $q$strpos(' ' || k.sought, ' ' || w[1]) > 0 and (w[2] is null or strpos(' ' || k.sought, ' ' || w[2]) > 0)
      and (w[3] is null or strpos(' ' || k.sought, ' ' || w[3]) > 0) and (w[4] is null or strpos(' ' || k.sought, ' ' || w[4]) > 0)$q$;
  spelt constant text := $q$k.sought like '%' || longest || '%' and $q$;
  alike constant text := 'w[1] <% k.sought';
  all_alike constant text := 'w[1] <% k.sought and w[2] <% k.sought and coalesce(w[3], w[1]) <% k.sought and coalesce(w[4], w[1]) <% k.sought';
  found text := $q$return query select d.id, d.d1 + d.d2 + d.d3 + d.d4
      from (select x.id, x.sought, search_distance(w[1], x.sought) as d1, search_distance(w[2], x.sought) as d2, search_distance(w[3], x.sought) as d3, search_distance(w[4], x.sought) as d4
        from (select distinct k.id, k.sought from {keyed} k where few and {scope} k.key = any (keys) and {few}
          union all select k.id, k.sought from {listed} k where not few and {scope} k.audience && keys and {many}) x) d
      where {far} order by 2, d.sought, d.id limit 1000 - written;$q$;
  near text;
begin
  found := replace(replace(replace(found, '{keyed}', quote_ident(listed || '_key')), '{listed}', listed::text), '{scope}', scope);
  near := replace(found, '{far}', 'greatest(d.d1, d.d2, d.d3, d.d4) < 1 and (greatest(d.d1, d.d2, d.d3, d.d4) > 0.2 or length(longest) < 3)');
  execute format('create index if not exists %I on %s using gin (sought gin_trgm_ops)', listed || '_sought', listed);
  execute format($f$
    create or replace function %I(programme uuid, what text) returns table (id uuid, distance real) language plpgsql stable security definer rows 50
    set search_path = public, pg_temp set pg_trgm.word_similarity_threshold = 0.35 as $body$
    declare w text[] := search_words(what); keys uuid[] := (select app_keys(%L)); few boolean; written int := 0;
      longest text := (select x from unnest(w) x order by length(x) desc limit 1); -- three letters are the least that the index knows inside a name
    begin
      return query select c.id, 0::real from (%s) c;
      if found then
        return;
      end if;
      if cardinality(w) = 1 and (length(w[1]) < 3 or (select count(*) from (%s limit 1000) x) = 1000) then
        return query select b.id, search_distance(w[1], b.sought) from (%s) b group by b.id, b.sought order by b.sought limit 1000;
        return;
      end if;
      few := (select count(*) from (select from %I k where %s k.key = any (keys) limit 3001) x) <= 3000;
      if length(longest) >= 3 then
        %s
        get diagnostics written = row_count;
        if written >= 200 then
          return;
        end if;
      end if;
      if cardinality(w) = 1 then
        %s
      else
        %s
      end if;
    end $body$ $f$, listed || '_found', class, replace(replace(coded, '$1', 'programme'), '$2', 'upper(btrim(left(what, 100)))'), begun, begun,
    listed || '_key', scope, replace(replace(replace(found, '{few}', named), '{many}', spelt || named), '{far}', 'true'),
    replace(replace(near, '{few}', alike), '{many}', alike), replace(replace(near, '{few}', all_alike), '{many}', all_alike));
  execute format('revoke execute on function %I(uuid, text) from public', listed || '_found');
  execute format('grant execute on function %I(uuid, text) to lavoro_app', listed || '_found');
end $make$;
revoke execute on function search_by_key(regclass, text, text) from public;

select search_by_key('participation', 'identity', $$
  select p.id from participation p where p.programme_id = $1 and p.pseudonym = $2 and p.audience && (select app_keys('identity'))
  union select p.id from person_code c join participation p on p.person_id = c.person_id
    where c.code = $2 and p.programme_id = $1 and p.audience && (select app_keys('identity')) and p.audience && (select app_keys('registry'))$$);
select search_by_key('company', 'company', $$
  select c.id from company c where c.entity_code = $2 and c.audience && (select app_keys('company'))$$);
