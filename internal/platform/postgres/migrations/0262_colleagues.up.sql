-- Colleagues are listed by name; who takes part has no body, and may be many more.
create index member_colleague on member (name, id) where organisation_id is not null;
