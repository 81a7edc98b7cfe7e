-- SHA-256 of all that a statement says: inputs, working, sums and shares. The journal tells it, too. Null of those that were issued before it was kept.
alter table allowance_statement add column content_hash bytea check (length(content_hash) = 32);
