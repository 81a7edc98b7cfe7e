-- Search by names, begun or misspelt. Operators that tell how alike texts are leak, so row-level security would keep them
-- from every index: functions with their owner's rights ask for the caller's keys first.
create extension if not exists pg_trgm;
create extension if not exists fuzzystrmatch;

-- A name as it is looked for: small letters, no accents, words with one space between. An apostrophe parts a word or not: both are found.
create function search_text(name text) returns text language sql immutable strict parallel safe set search_path = public, pg_temp as $$
  select rtrim(a || case when b <> a then ' ' || b else '' end) from (
    select btrim(regexp_replace(regexp_replace(n, '[''’‘ʼ`´]+', '', 'g'), '[^[:alnum:]]+', ' ', 'g')) as a, btrim(regexp_replace(n, '[^[:alnum:]]+', ' ', 'g')) as b
    from lower(unaccent('unaccent', name)) n) x
$$;

-- The first four words of what somebody looks for, none of them longer than what distances are worked out for.
create function search_words(what text) returns text[] language sql immutable strict parallel safe set search_path = public, pg_temp as $$
  select nullif(array(select left(w, 100) from string_to_table(nullif(btrim(regexp_replace(regexp_replace(lower(unaccent('unaccent', left(what, 100))), '[''’‘ʼ`´]+', '', 'g'),
    '[^[:alnum:]]+', ' ', 'g')), ''), ' ') with ordinality x(w, n) order by n limit 4), '{}')
$$;

-- How far a word is from the nearest of a name's words, or from how that begins: 0.3 for one letter that is off, 0.4 for two, which words of
-- at least six may be; else 1.
create function search_misspelt(word text, name text) returns real language plpgsql immutable strict parallel safe set search_path = public, pg_temp as $$
declare part text; most int := case when length(word) < 6 then 1 else 2 end; nearest int := 3;
begin
  foreach part in array string_to_array(name, ' ') loop
    nearest := least(nearest, levenshtein_less_equal(word, left(part, 100), most), levenshtein_less_equal(word, left(part, length(word)), most));
  end loop;
  return case when nearest <= most then 0.2 + 0.1 * nearest else 1 end;
end $$;

-- How far a word is from a name: 0 where it is one of its words, 0.1 where it begins one, more where it is misspelt, which up to three letters
-- never are; 1 is too far. 0 for no word.
create function search_distance(word text, name text) returns real language sql immutable parallel safe as $$
  select case when word is null or strpos(' ' || name || ' ', ' ' || word || ' ') > 0 then 0
              when strpos(' ' || name, ' ' || word) > 0 then 0.1
              when length(word) > 3 then search_misspelt(word, name)
              else 1 end::real
$$;

-- Lets a table that is listed by key and has the column sought be looked through by who reads the class: makes a function that gives the rows
-- of a programme that are not too far from what is asked, at most the thousand nearest. coded is SQL of the ids that a code names exactly:
-- of the programme $1, the code in capitals $2. Where one word begins a thousand names, these are near enough; a word shorter than three
-- letters must begin the name. Who sees few rows looks through those, who sees many through the index of all.
create function search_by_key(listed regclass, class text, coded text) returns void language plpgsql set search_path = public, pg_temp as $make$
declare
  scope constant text := case when exists (select from pg_attribute where attrelid = listed and attname = 'programme_id') then 'k.programme_id = programme and ' else '' end;
  begun constant text := format('select k.id, k.sought from unnest(keys) u(key) cross join lateral (select k.id, k.sought from %I k
    where k.key = u.key and %s k.sought >= w[1] and k.sought < w[1] || chr(1114111) order by k.sought limit 1000) k', listed || '_key', scope);
  near constant text := 'w[1] <% k.sought and coalesce(w[2], w[1]) <% k.sought and coalesce(w[3], w[1]) <% k.sought and coalesce(w[4], w[1]) <% k.sought';
begin
  execute format('create index %I on %s using gin (sought gin_trgm_ops)', listed || '_sought', listed);
  execute format($f$
    create function %I(programme uuid, what text) returns table (id uuid, distance real) language plpgsql stable security definer rows 50
    set search_path = public, pg_temp set pg_trgm.word_similarity_threshold = 0.35 as $body$
    declare w text[] := search_words(what); keys uuid[] := (select app_keys(%L)); few boolean;
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
      return query select d.id, d.d1 + d.d2 + d.d3 + d.d4
        from (select n.id, n.sought, search_distance(w[1], n.sought) as d1, search_distance(w[2], n.sought) as d2, search_distance(w[3], n.sought) as d3, search_distance(w[4], n.sought) as d4
          from (select k.id, k.sought from %I k where few and %s k.key = any (keys) and %s
            union select k.id, k.sought from %s k where not few and %s k.audience && keys and %s) n) d
        where greatest(d.d1, d.d2, d.d3, d.d4) < 1 order by 2, d.sought, d.id limit 1000;
    end $body$ $f$, listed || '_found', class, replace(replace(coded, '$1', 'programme'), '$2', 'upper(btrim(left(what, 100)))'), begun, begun,
    listed || '_key', scope, listed || '_key', scope, near, listed, scope, near);
  execute format('revoke execute on function %I(uuid, text) from public', listed || '_found');
  execute format('grant execute on function %I(uuid, text) to lavoro_app', listed || '_found');
end $make$;
revoke execute on function search_by_key(regclass, text, text) from public;

-- A person's name stands with the participations, too, for their lists.
alter table participation add column sought text collate "C" not null default '';
update participation a set sought = search_text(p.family_name || ' ' || p.given_name) from person p where p.id = a.person_id;
create function follow_name() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if tg_table_name = 'participation' then
    new.sought := coalesce((select search_text(p.family_name || ' ' || p.given_name) from person p where p.id = new.person_id), '');
    return new;
  end if;
  update participation a set sought = search_text(new.family_name || ' ' || new.given_name) where a.person_id = new.id;
  return null;
end $$;
revoke execute on function follow_name() from public;
create trigger named before insert or update of person_id, sought on participation for each row execute function follow_name();
create trigger renamed after update of family_name, given_name on person for each row
  when ((old.family_name, old.given_name) is distinct from (new.family_name, new.given_name)) execute function follow_name();

grant execute on function search_text(text) to lavoro_app;
alter table company add column sought text collate "C" generated always as (search_text(name)) stored;

create function list_by_other_key(listed regclass, class text, variadic orders text[]) returns void language plpgsql set search_path = public, pg_temp as $$
begin
  execute format('drop trigger keyed on %1$s; drop trigger keyed_anew on %1$s; drop trigger keyed_less on %1$s; drop trigger keyed_none on %1$s; drop table %2$I', listed, listed || '_key');
  perform list_by_key(listed, class, variadic orders);
end $$;
select list_by_other_key('participation', 'path', 'referred_on', 'sought');
select list_by_other_key('company', 'company', 'sought', 'headcount');
drop function list_by_other_key(regclass, text, text[]);

create index person_code_code on person_code (code);
select search_by_key('participation', 'identity', $$
  select p.id from participation p where p.programme_id = $1 and p.pseudonym = $2 and p.audience && (select app_keys('identity'))
  union select p.id from person_code c join participation p on p.person_id = c.person_id
    where c.code = $2 and p.programme_id = $1 and p.audience && (select app_keys('identity')) and p.audience && (select app_keys('registry'))$$);
select search_by_key('company', 'company', $$
  select c.id from company c where c.entity_code = $2 and c.audience && (select app_keys('company'))$$);
