-- How far what a new version of the rules touches has been looked at anew, by each room that follows it: in the order of ids.
create table rules_followed (
  version_id uuid not null references policy_version,
  name       text not null,               -- of what follows
  reached    uuid,                        -- the last that was looked at; null: none yet
  sums       jsonb not null default '{}', -- what has come of it
  done_at    timestamptz,
  primary key (version_id, name)
);
grant select, insert, update on rules_followed to lavoro_app;
