-- That an organisation asks another for a person whom it knows by fiscal code alone. Each side has a row of its own, with its own
-- audience: neither learns who the other is before the person is handed over. Rows are written by the functions below, and by nothing else.
create table hand_over (
  id               uuid primary key,
  request_id       uuid not null,                      -- the id of the asking side, on both
  side             text not null check (side in ('ASKING', 'HOLDING')),
  programme_id     uuid not null references programme,
  participation_id uuid references participation,      -- of who has the person now; null on the other side, and where the person takes part elsewhere only
  organisation_id  uuid not null references organisation, -- whose side this is
  other_id         uuid not null references organisation, -- the other side's; told once the person is handed over
  state            text not null check (state in ('REQUESTED', 'ACCEPTED', 'DECLINED', 'WITHDRAWN')),
  state_since      date not null,
  requested_on     date not null,
  reason           text not null,                      -- code of the list "hand_over_reasons"
  answer           text check ((answer is not null) = (state = 'DECLINED')), -- code of the list "hand_over_declines"
  audience         uuid[] not null,
  revision         int not null default 1,
  unique (request_id, side)
);
create index hand_over_list on hand_over (programme_id, requested_on desc, id desc);
create index hand_over_participation on hand_over (participation_id);
alter table hand_over enable row level security;
create policy seen on hand_over using (audience &&& (select app_keys('path')));
grant select on hand_over to lavoro_app;
insert into audience_follower values ('hand_over', null);

-- Asks for a person who is found by the marks of a fiscal code: FREE and YOURS ask nobody, ASKED says that the same organisation waits
-- for an answer already. Whoever takes part in another programme only is asked of the lead organisation, so that the answer tells no
-- more of him than of others.
create function request_hand_over(fingerprints bytea[], programme uuid, asker uuid, reason text, day date, asking uuid, holding uuid) returns text
language plpgsql security definer set search_path = public, pg_temp as $$
declare who person; this participation; mine uuid[] := organisation_line(asker); holder uuid; holders uuid[];
begin
  if not mine && app_keys('path') or not exists (select from organisation o where o.id = asker and o.programme_id = request_hand_over.programme) then
    raise exception 'the organisation is not the actor''s' using errcode = 'LA002';
  end if;
  select p.* into who from person_code c join person p on p.id = c.person_id where c.fingerprint = any (fingerprints) limit 1;
  if not found then
    return 'FREE';
  elsif who.audience && app_keys('path') then
    return 'YOURS';
  end if;
  select * into this from participation a where a.person_id = who.id and a.programme_id = request_hand_over.programme for share;
  holder := coalesce(this.organisation_id, (select o.id from organisation o where o.programme_id = request_hand_over.programme and o.parent_id is null order by o.position limit 1));
  holders := coalesce(this.audience, organisation_line(holder));
  if exists (select from hand_over h where h.participation_id = this.id and h.side = 'HOLDING' and h.other_id = asker and h.state = 'REQUESTED') then
    return 'ASKED';
  end if;
  insert into hand_over (id, request_id, side, programme_id, participation_id, organisation_id, other_id, state, state_since, requested_on, reason, audience)
  values (asking, asking, 'ASKING', programme, null, asker, holder, 'REQUESTED', day, day, reason, mine),
         (holding, asking, 'HOLDING', programme, this.id, holder, asker, 'REQUESTED', day, day, reason, holders);
  return 'KNOWN';
end $$;

-- Answers a request, or takes it back, on both sides at once: false where it is not open, or not the actor's.
create function settle_hand_over(hand_over uuid, state text, answer text, day date) returns boolean
language plpgsql security definer set search_path = public, pg_temp as $$
declare this hand_over; whose uuid;
begin
  select * into this from hand_over h where h.id = settle_hand_over.hand_over and h.audience && app_keys('path')
    and h.side = case when settle_hand_over.state = 'WITHDRAWN' then 'ASKING' else 'HOLDING' end;
  if not found then
    return false;
  end if;
  perform from hand_over h where h.request_id = this.request_id and h.state = 'REQUESTED' order by h.id for update;
  if not found then
    return false;
  end if;
  update hand_over h set state = settle_hand_over.state, answer = settle_hand_over.answer, state_since = day, revision = h.revision + 1
  where h.request_id = this.request_id;
  if settle_hand_over.state = 'ACCEPTED' then
    update hand_over h set participation_id = null, audience = organisation_line(h.organisation_id) where h.id = this.id;
    update hand_over h set participation_id = this.participation_id where h.request_id = this.request_id and h.side = 'ASKING';
  end if;
  return true;
end $$;
grant execute on function request_hand_over(bytea[], uuid, uuid, text, date, uuid, uuid), settle_hand_over(uuid, text, text, date) to lavoro_app;
