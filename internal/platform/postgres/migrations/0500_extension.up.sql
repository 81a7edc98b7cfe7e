-- An extension of an internship (proroga): an addendum to the individual project, which makes a new version of it. What was agreed never changes; it is
-- communicated once, or lapses when the internship is broken off before it begins.
create table placement_extension (
  id                 uuid primary key,
  placement_id       uuid not null references placement,
  participation_id   uuid not null references participation,
  company_id         uuid not null references company,
  version            int not null check (version > 1), -- of the individual project; 1 is the one before the start
  previous_to_day    date not null,
  to_day             date not null,
  signed_on          date not null,      -- by all parties
  reason             text not null,      -- code of the list "extension_reasons"
  attestation        text,               -- protocol number under which the service in charge attests the need
  at                 timestamptz not null,
  member_id          uuid not null,
  communicate_by     date not null,
  communicated_on    date,
  communication_code text,               -- UNILAV protocol
  lapsed_on          date,
  audience           uuid[] not null,
  unique (placement_id, version),
  check (to_day > previous_to_day and signed_on <= previous_to_day),
  check ((communicated_on is null) = (communication_code is null) and (communicated_on is null or lapsed_on is null))
);
create unique index placement_extension_open on placement_extension (placement_id) where communicated_on is null and lapsed_on is null;
insert into audience_follower values ('placement_extension', 'company_id');
alter table placement_extension enable row level security;
create policy seen on placement_extension using (audience &&& (select app_keys('work')));
grant select, insert, update (communicated_on, communication_code, lapsed_on) on placement_extension to lavoro_app;
insert into mandate_opens values ('placement_extension', false);
create trigger follows_mandates before insert or update of audience on placement_extension for each row execute function follow_mandates();
