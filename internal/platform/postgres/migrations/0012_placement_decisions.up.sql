-- Facts that only decide about internships, whoever asks: numbers, codes and yes or no, never rows of anyone.

-- Whether a person belongs to one of the groups that do not count for the host quota (L.R. 3/2012 art. 7). Groups are confidential:
-- the answer alone leaves this function, and only for a participation that the caller sees.
create function placement_exempt(participation uuid, codes text[]) returns boolean
language sql stable security definer set search_path = public, pg_temp as $$
  select exists (select 1 from participation a join participation_group g on g.participation_id = a.id
                 where a.id = placement_exempt.participation and g.code = any (codes) and a.audience && (select app_keys('path')))
$$;

-- What the gates of an internship look at, for one that stands (but) or for one that is about to be drafted (but is null).
create function placement_facts(participation uuid, opening uuid, promoter uuid, tutor uuid, host_tutor text, from_day date, to_day date, but uuid, day date)
returns table (participation_state text, elsewhere boolean, earlier_days int, opening_state text, opening_from date, opening_to date, seats int, seats_taken int,
               site_headcount int, site_interns int, tutor_interns int, host_tutor_interns int, certificates text[], same_body boolean,
               programme_from date, programme_to date)
language sql stable security definer set search_path = public, pg_temp as $$
  select a.state, person_placed(a.person_id, but),
         (select coalesce(sum(p.ended_on - p.started_on + 1), 0)::int from placement p
          where p.person_id = a.person_id and p.id is distinct from but and p.started_on is not null and p.ended_on is not null),
         o.state, o.from_day, o.to_day, o.seats, opening_taken(o.id, but),
         s.headcount, site_interns(s.id, placement_facts.from_day, placement_facts.to_day, but), tutor_interns(tutor, but),
         (select count(*)::int from placement p
          where p.company_id = o.company_id and p.id is distinct from but and lower(trim(p.host_tutor)) = lower(trim(placement_facts.host_tutor))
            and p.state in ('COMMUNICATED', 'RUNNING', 'SUSPENDED')),
         array(select distinct c.kind from certificate c join participation x on x.id = c.participation_id
               where x.person_id = a.person_id and c.given_on <= day and (c.valid_to is null or c.valid_to >= day) order by 1),
         coalesce(g.tax_code = c.entity_code, false), m.from_day, m.to_day
  from participation a
  join programme m on m.id = a.programme_id
  join opening o on o.id = placement_facts.opening
  join company c on c.id = o.company_id
  join company_site s on s.id = o.site_id
  join organisation g on g.id = promoter
  where a.id = placement_facts.participation and a.audience && ((select app_keys('path')) || (select app_keys('work')))
$$;

-- The promoter is the one partner that a host may know: its row gets the company's key, once they have an internship together.
create function host_sees_promoter(organisation uuid, company uuid) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if not exists (select 1 from placement p where p.organisation_id = host_sees_promoter.organisation and p.company_id = host_sees_promoter.company
                 and p.audience && (select app_keys('work'))) then
    raise exception 'promoter and host have no internship that the actor sees' using errcode = 'LA002';
  end if;
  update organisation o set audience = o.audience || host_sees_promoter.company
  where o.id = host_sees_promoter.organisation and not host_sees_promoter.company = any (o.audience);
end $$;

-- Seats and people as matching sees them, over all partners: which openings have a free seat, who is placed.
create function openings_free(openings uuid[]) returns table (opening_id uuid, state text, to_day date, free int)
language sql stable security definer set search_path = public, pg_temp as $$
  select o.id, o.state, o.to_day, o.seats - (select count(*)::int from placement p where p.opening_id = o.id
                          and p.state in ('DRAFT', 'MATCHED', 'PFI_SIGNED', 'COMMUNICATED', 'RUNNING', 'SUSPENDED'))
  from opening o where o.id = any (openings)
$$;
create function persons_placed(persons uuid[]) returns table (person_id uuid)
language sql stable security definer set search_path = public, pg_temp as $$
  select distinct p.person_id from placement p
  where p.person_id = any (persons) and p.state in ('DRAFT', 'MATCHED', 'PFI_SIGNED', 'COMMUNICATED', 'RUNNING', 'SUSPENDED')
$$;
grant execute on function placement_exempt(uuid, text[]), placement_facts(uuid, uuid, uuid, uuid, text, date, date, uuid, date),
  host_sees_promoter(uuid, uuid), openings_free(uuid[]), persons_placed(uuid[]) to lavoro_app;
