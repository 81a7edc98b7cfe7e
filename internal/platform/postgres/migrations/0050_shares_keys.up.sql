-- Whether a row's audience holds one of some keys: the same function as &&, and another guess of how many rows pass. Postgres
-- takes && for rare, one row in a hundred or fewer, so it fetched and sorted all rows of a person where it should have walked an
-- index to the tenth. Under rights nearly every row that a statement comes to passes, since its way there began at a row that did.
create operator &&& (leftarg = anyarray, rightarg = anyarray, function = arrayoverlap, commutator = &&&, restrict = neqsel, join = neqjoinsel);

do $$
declare p record;
begin
  for p in select tablename, policyname, replace(qual, 'audience && ', 'audience &&& ') as shown, replace(with_check, 'audience && ', 'audience &&& ') as checked
           from pg_policies where schemaname = 'public' and (qual like '%audience && %' or with_check like '%audience && %') loop
    execute format('alter policy %I on %I using (%s)', p.policyname, p.tablename, p.shown) || coalesce(' with check (' || p.checked || ')', '');
  end loop;
end $$;
