-- On which day each manifest of an app's operations was last used. It names apps and their versions, and nobody.
create table manifest_use (
  manifest     text primary key check (length(manifest) between 1 and 250),
  last_used_on date not null
);
grant select, insert, update on manifest_use to lavoro_relay;
