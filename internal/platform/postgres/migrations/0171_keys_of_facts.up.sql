-- Keys that a function writes with its owner's rights follow from the row's own facts. Those that a row had before may stay while the act that
-- changes them is under way, as long as the actor would lose sight of it otherwise; no others are taken from a caller.
create function participation_keys(p participation) returns uuid[] language sql stable set search_path = public, pg_temp as $$
  select array_remove((case when p.protected then array[scope_key('CIRCLE', p.programme_id, p.id), scope_key('HOUSE', p.programme_id, p.programme_id)]
                            else organisation_line(p.organisation_id) end)
    || case when p.case_manager_id is not null then scope_key('CASES', p.programme_id, p.case_manager_id) end
    || case when p.tutor_id is not null then scope_key('TUTORED', p.programme_id, p.tutor_id) end
    || scope_key('PERSON', p.programme_id, p.person_id), null)
$$;
revoke execute on function participation_keys(participation) from public;

create or replace function spread_audience(participation uuid, keys uuid[]) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
declare f audience_follower; this participation; own uuid[]; new_keys text; line uuid[] := '{}';
begin
  select * into this from participation p where p.id = spread_audience.participation and p.audience && (select app_keys('path'));
  if not found then
    raise exception 'participation is not in the audience of the actor' using errcode = 'LA002';
  end if;
  own := participation_keys(this);
  if not coalesce(keys @> own and own || this.audience @> keys, false) then
    raise exception 'keys are not those of the participation' using errcode = 'LA002';
  end if;
  if this.protected then
    line := organisation_line(this.organisation_id);
  end if;
  update participation p set audience = keys where p.id = this.id and p.audience <> keys;
  update person p set audience = u.keys
    from (select array_agg(distinct k) as keys from participation a, unnest(a.audience) k where a.person_id = this.person_id) u
    where p.id = this.person_id and p.audience <> u.keys;
  update person_code c set audience = p.audience from person p where p.id = this.person_id and c.person_id = this.person_id and c.audience <> p.audience;
  for f in select * from audience_follower order by table_name loop
    new_keys := case when f.money then 'case when cardinality($4) = 0 then $2 else array(select distinct k from unnest($2 || $4) k order by 1) end'
                     when f.extra_column is null then '$2'
                     else format('case when %1$I is null then $2 else $2 || scope_key(''COMPANY'', $3, %1$I) end', f.extra_column) end;
    execute format('update %I set audience = %s where participation_id = $1 and audience <> %s', f.table_name, new_keys, new_keys)
      using this.id, keys, this.programme_id, line;
  end loop;
end $$;

-- A file is seen like the participation about which it was brought.
create or replace function file_attach(file uuid, participation uuid, kind text, keys uuid[]) returns text
language plpgsql security definer set search_path = public, pg_temp as $$
declare was text;
begin
  select f.state into was from file f where f.id = file_attach.file and f.participation_id = file_attach.participation and f.kind = file_attach.kind
    and f.uploaded_by = any (app_keys('self')) for update;
  if was = 'COMPLETE' then
    update file f set state = 'ATTACHED', audience = p.audience from participation p
      where f.id = file_attach.file and p.id = f.participation_id and p.audience @> keys and keys @> p.audience;
    if not found then
      raise exception 'keys are not those of the participation' using errcode = 'LA002';
    end if;
    delete from file_ticket t where t.file_id = file_attach.file;
  end if;
  return coalesce(was, '');
end $$;
