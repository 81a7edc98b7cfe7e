-- Messages to phones that were asked for within a day, by a keyed mark of the number: of whom a number is stands nowhere here, and a day later nothing does.
create table phone_message (
  id               uuid primary key default gen_random_uuid(),
  participation_id uuid not null references participation, -- whose document it is for
  mark             bytea not null,
  at               timestamptz not null
);
create index phone_message_mark on phone_message (mark, at desc);
create index phone_message_at on phone_message (at);
create index phone_message_participation on phone_message (participation_id);

-- Counts one more message to a number, under its marks by all keys and by the one in use. Where so many went within a day none is counted: it says when the next may.
create function count_message(participation uuid, marks bytea[], mark bytea, most int, at timestamptz) returns timestamptz
language plpgsql security definer set search_path = public, pg_temp as $$
declare again timestamptz;
begin
  if not app_acting() then
    raise exception 'nobody asks' using errcode = 'LA002';
  end if;
  perform pg_advisory_xact_lock(hashtextextended('phone ' || encode(count_message.mark, 'hex'), 0));
  delete from phone_message p where p.id in (select o.id from phone_message o where o.at <= count_message.at - interval '1 day' for update skip locked);
  select p.at + interval '1 day' into again from phone_message p where p.mark = any (count_message.marks) and p.at > count_message.at - interval '1 day'
    order by p.at desc offset count_message.most - 1 limit 1;
  if again is null then
    insert into phone_message (participation_id, mark, at) values (count_message.participation, count_message.mark, count_message.at);
  end if;
  return again;
end $$;

create function phone_messages_go() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  delete from phone_message m using participation a where a.person_id = new.person_id and m.participation_id = a.id;
  return null;
end $$;
create trigger phone_messages_go after insert on destroyed_key for each row execute function phone_messages_go();
revoke execute on function count_message(uuid, bytea[], bytea, int, timestamptz), phone_messages_go() from public;
grant execute on function count_message(uuid, bytea[], bytea, int, timestamptz) to lavoro_app;
