-- A link or a code to sign by goes by a message to a phone, too.
alter table month_signature
  drop constraint month_signature_check2,
  add column phone       bytea,                                            -- sealed: where messages go
  add column channel     text check (channel in ('EMAIL', 'SMS')),         -- by which the last link or code goes; null where it was shown or none is there
  add column messages    int not null default 0 check (messages >= 0),     -- that were asked for to a phone
  add column messaged_at timestamptz check ((messaged_at is null) = (messages = 0)), -- when the last of them was
  add constraint month_signature_sealed check (sealed is null or way = 'LINK' or way = 'CODE' and channel is not distinct from 'SMS'),
  add constraint month_signature_channel check (channel is null or way in ('LINK', 'CODE') and (way = 'LINK' or channel = 'SMS'));
update month_signature set channel = 'EMAIL' where way = 'LINK';
alter table month_signature add constraint month_signature_by check (way is distinct from 'LINK' or channel is not null);
