-- How far hours have been judged by a new version of the rules: person by person, in the order of their ids.
create table rules_judged (
  version_id uuid primary key references policy_version,
  reached    uuid, -- the last person whose hours were; null: none yet
  done_at    timestamptz
);
grant select, insert, update on rules_judged to lavoro_app;
