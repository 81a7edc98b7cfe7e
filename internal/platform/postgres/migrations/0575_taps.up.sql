-- Of what an entry of planned hours comes: who recorded it as planned, and when. What its authors tell of the same hours takes its place, whichever comes first.
alter table attendance add column taps jsonb not null default '[]' check (jsonb_typeof(taps) = 'array');
