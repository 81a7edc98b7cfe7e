-- The register's list finds the rows that are a viewer's in its index alone: who sees few passes a million others there, not in the table.
drop index attendance_programme;
create index attendance_programme on attendance (programme_id, day desc, id desc) include (audience);
