-- How far months have been worked out again by a new version of the rules: participation by participation, in the order of their ids.
create table rules_followed (
  version_id uuid primary key references policy_version,
  reached    uuid,                      -- the last participation that was; null: none yet
  people     int not null default 0,
  months     int not null default 0,    -- that were worked out again
  statements int not null default 0,    -- that this issued
  more_cents bigint not null default 0, -- what they come to more than those before, and less
  less_cents bigint not null default 0,
  done_at    timestamptz
);
grant select, insert, update on rules_followed to lavoro_app;
