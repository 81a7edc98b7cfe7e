-- The bodies below a body are looked for by its id, where a programme has hundreds.
create index organisation_parent on organisation (parent_id);
