-- Lines of absences that the policy pays.
alter table allowance_line drop constraint allowance_line_kind_check;
alter table allowance_line add constraint allowance_line_kind_check check (kind in ('HOURS', 'ABSENCE', 'THRESHOLD', 'BAND', 'CAP', 'HOUSING', 'NOTHING'));
