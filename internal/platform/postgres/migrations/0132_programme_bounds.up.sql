-- A grant is over what its own programme holds, whoever writes it: keys are worked out from programme and id, so one over another
-- programme's body or company would open that one's rows.
alter table organisation add unique (id, programme_id);
alter table participation add unique (id, programme_id);
alter table mandate add unique (id, programme_id);

alter table access_grant
  add constraint access_grant_organisation_here foreign key (organisation_id, programme_id) references organisation (id, programme_id),
  add constraint access_grant_participation_here foreign key (participation_id, programme_id) references participation (id, programme_id);
alter table delegation add constraint delegation_organisation_here foreign key (organisation_id, programme_id) references organisation (id, programme_id);
alter table mandate add constraint mandate_organisation_here foreign key (organisation_id, programme_id) references organisation (id, programme_id);
alter table mandate_sample
  add constraint mandate_sample_mandate_here foreign key (mandate_id, programme_id) references mandate (id, programme_id),
  add constraint mandate_sample_participation_here foreign key (participation_id, programme_id) references participation (id, programme_id);

-- What a scope's id names, in the programme of the grant. A company is a programme's by the bodies that work with it.
create function grant_over_here() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if not (case new.scope
       when 'ORGANISATION' then exists (select from organisation o where o.id = new.over_id and o.programme_id = new.programme_id)
       when 'COMPANY' then exists (select from company c join organisation o on o.id = any (c.audience) where c.id = new.over_id and o.programme_id = new.programme_id)
       when 'PERSON' then exists (select from participation a where a.person_id = new.over_id and a.programme_id = new.programme_id)
       when 'CIRCLE' then exists (select from participation a where a.id = new.over_id and a.programme_id = new.programme_id)
       when 'TUTORED' then new.over_id = new.member_id
       when 'CASES' then new.over_id = new.member_id
       else exists (select from mandate m where m.id = new.over_id and m.programme_id = new.programme_id and m.member_id = new.member_id)
     end) then
    raise exception 'what a grant is over is not of its programme' using errcode = 'LA005';
  end if;
  return new;
end $$;
create trigger over_here before insert or update of programme_id, scope, over_id, member_id on access_grant for each row execute function grant_over_here();

-- Of a colleague's grants only his own, of the delegation's programme, are handed on.
create function delegated_here() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if not exists (select from delegation d join access_grant g on g.member_id = d.member_id and g.programme_id = d.programme_id
                 where d.id = new.delegation_id and g.id = new.grant_id and d.member_id = new.member_id and d.to_member_id = new.to_member_id) then
    raise exception 'the grant is not one to be handed on here' using errcode = 'LA005';
  end if;
  return new;
end $$;
create trigger delegated_here before insert or update on delegation_grant for each row execute function delegated_here();

-- Nobody is given rights in the name of a body but by who administers that body, whatever audience the row is written with.
drop policy given on access_grant;
create policy given on access_grant for insert with check (
  case when participation_id is null
       then scope in ('ORGANISATION', 'TUTORED', 'CASES', 'COMPANY') and organisation_line(organisation_id) &&& (select app_keys('accounts')) and audience &&& (select app_keys('accounts'))
       else scope = 'PERSON' and audience &&& (select app_keys('contact')) and audience &&& (select app_keys('eligibility')) end);
drop policy given on delegation;
create policy given on delegation for insert with check (
  organisation_line(organisation_id) &&& (select app_keys('accounts')) and audience &&& (select app_keys('accounts')) or member_id = any ((select app_keys('self'))::uuid[]));
