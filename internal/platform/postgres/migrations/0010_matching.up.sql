create table match (
  id               uuid primary key,
  programme_id     uuid not null references programme,
  participation_id uuid not null references participation,
  opening_id       uuid not null references opening,
  company_id       uuid not null references company,
  state            text not null check (state in ('SUGGESTED', 'PROPOSED', 'ACCEPTED', 'DECLINED', 'PLACED', 'WITHDRAWN')),
  state_since      date not null,
  score            int not null check (score between 0 and 100),
  blocked          boolean not null,
  company_text     jsonb not null,    -- {it, en}: what a company may read; nothing from which a reason can be inferred
  decline_reason   text,
  refreshed_at     timestamptz not null,
  audience         uuid[] not null,
  revision         int not null default 1,
  unique (participation_id, opening_id)
);
create index match_participation on match (participation_id, score desc, id desc);
create index match_programme on match (programme_id, score desc, id desc);
create index match_opening on match (opening_id, score desc);

create table match_reason (
  id               uuid primary key,
  match_id         uuid not null references match on delete cascade,
  participation_id uuid not null references participation,
  position         int not null,
  kind             text not null check (kind in ('BLOCK', 'SCORE')),
  code             text not null,
  points           int not null,
  text             jsonb not null,
  audience         uuid[] not null,
  unique (match_id, position)
);

insert into audience_follower values ('match', null), ('match_reason', null);

do $$
declare t text;
begin
  foreach t in array array['match', 'match_reason'] loop
    execute format('alter table %I enable row level security', t);
    execute format('create policy seen on %I using (audience && (select app_keys(''path'')))', t);
    execute format('grant select, insert, update, delete on %I to lavoro_app', t);
  end loop;
end $$;
