package matching

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"github.com/lavoroincorso/lavoro/internal/company"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// row is a match as it is stored.
type row struct {
	bun.BaseModel `bun:"table:match,alias:m"`

	ID              uuid.UUID `bun:"type:uuid"`
	ProgrammeID     uuid.UUID
	ParticipationID uuid.UUID
	OpeningID       uuid.UUID
	CompanyID       uuid.UUID
	State           State
	StateSince      calendar.Day `bun:"type:date"`
	Score           int
	Blocked         bool
	CompanyText     text.Text `bun:"type:jsonb"`
	DeclineReason   *string
	RefreshedAt     time.Time
	Audience        []uuid.UUID `bun:",array"`
	Revision        int
}

// reasonRow is one reason of a match.
type reasonRow struct {
	bun.BaseModel `bun:"table:match_reason"`

	ID              uuid.UUID
	MatchID         uuid.UUID
	ParticipationID uuid.UUID
	Position        int
	Kind            string
	Code            string
	Points          int
	Text            text.Text   `bun:"type:jsonb"`
	Audience        []uuid.UUID `bun:",array"`
}

// factsRow is a match with what the gates look at.
type factsRow struct {
	ID                 uuid.UUID
	ProgrammeID        uuid.UUID
	ParticipationID    uuid.UUID
	OpeningID          uuid.UUID
	CompanyID          uuid.UUID
	State              State
	Blocked            bool
	Audience           []uuid.UUID `bun:",array"`
	Revision           int
	TutorID            *uuid.UUID
	OrganisationID     uuid.UUID
	ParticipationState string
	PersonPlaced       bool
	OpeningState       string
	OpeningTo          calendar.Day
	Free               int
}

// factsOf loads, under the actor's rights, those of the matches that he sees, with what the gates look at.
func factsOf(ctx context.Context, tx *postgres.Tx, ids []uuid.UUID) (map[uuid.UUID]Facts, error) {
	var rows []factsRow
	err := tx.NewRaw(`with seen as (select m.*, a.person_id, a.tutor_id, a.organisation_id, a.state as participation_state
			from match m join participation a on a.id = m.participation_id where m.id in (?0))
		select s.id, s.programme_id, s.participation_id, s.opening_id, s.company_id, s.state, s.blocked, s.audience, s.revision, s.tutor_id, s.organisation_id,
			s.participation_state, p.person_id is not null as person_placed, o.state as opening_state, o.to_day as opening_to, o.free
		from seen s join openings_free((select array_agg(opening_id) from seen)) o on o.opening_id = s.opening_id
		left join persons_placed((select array_agg(person_id) from seen)) p on p.person_id = s.person_id`, bun.In(ids)).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("match facts: %w", err)
	}
	found := make(map[uuid.UUID]Facts, len(rows))
	for _, r := range rows {
		found[r.ID] = Facts{
			Match: Match{ID: r.ID, Programme: r.ProgrammeID, Participation: r.ParticipationID, Opening: r.OpeningID, Company: r.CompanyID, State: r.State,
				Blocked: r.Blocked, Tutor: r.TutorID, Organisation: r.OrganisationID, Audience: r.Audience, Revision: r.Revision},
			ParticipationState: r.ParticipationState, PersonPlaced: r.PersonPlaced, OpeningState: r.OpeningState, OpeningTo: r.OpeningTo, Free: r.Free, Today: tx.Today(),
		}
	}
	return found, nil
}

// change brings a match that still stands as it was loaded into a state; false when it has moved on.
func change(ctx context.Context, tx *postgres.Tx, m Match, to State, since calendar.Day, reason string) (bool, error) {
	q := tx.NewUpdate().Model((*row)(nil)).Set("state = ?", to).Set("state_since = ?", since).Set("revision = revision + 1").
		Where("id = ? and state = ? and revision = ?", m.ID, m.State, m.Revision)
	if reason != "" {
		q = q.Set("decline_reason = ?", reason)
	}
	result, err := q.Exec(ctx)
	if err != nil {
		return false, fmt.Errorf("change match: %w", err)
	}
	n, err := result.RowsAffected()
	return n == 1, err
}

// hold lets one refresh of a programme run at a time.
func hold(ctx context.Context, tx *postgres.Tx, programme uuid.UUID) error {
	_, err := tx.NewRaw("select pg_advisory_xact_lock(hashtextextended(?, 0))", "matches of "+programme.String()).Exec(ctx)
	return err
}

// existing is a match as it stands before a refresh.
type existing struct {
	row
	PersonID       uuid.UUID
	TutorID        *uuid.UUID
	OrganisationID uuid.UUID
	Living         bool            // an internship came of it and was not given up
	Reasons        json.RawMessage // [{kind, code, points, text}]
}

// existingOf loads the matches in scope and keeps others from changing them.
func existingOf(ctx context.Context, tx *postgres.Tx, programme uuid.UUID, s Scope) ([]existing, error) {
	var rows []existing
	err := tx.NewRaw(`select m.*, a.person_id, a.tutor_id, a.organisation_id,
			exists (select 1 from placement p where p.participation_id = m.participation_id and p.opening_id = m.opening_id and p.state not in ('CANCELLED', 'ANNULLED')) as living,
			(select jsonb_agg(jsonb_build_object('kind', r.kind, 'code', r.code, 'points', r.points, 'text', r.text) order by r.position)
			 from match_reason r where r.match_id = m.id) as reasons
		from match m join participation a on a.id = m.participation_id
		where m.programme_id = ? and (? or m.participation_id = any (?::uuid[])) order by m.id for no key update of m`,
		programme, s.All, pgdialect.Array(s.Participations)).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("matches: %w", err)
	}
	return rows, nil
}

// personsOf loads those in scope for whom an internship is sought.
func personsOf(ctx context.Context, tx *postgres.Tx, programme uuid.UUID, s Scope) ([]Person, error) {
	var rows []struct {
		ID           uuid.UUID
		PersonID     uuid.UUID
		BirthDay     calendar.Day
		Municipality string
		Brings       []string    `bun:",array"`
		Needs        []string    `bun:",array"`
		Wishes       []string    `bun:",array"`
		Audience     []uuid.UUID `bun:",array"`
	}
	err := tx.NewRaw(`with waiting as (select a.id, a.person_id, n.birth_day, n.municipality, a.audience
			from participation a join person n on n.id = a.person_id
			where a.programme_id = ? and a.state in (?) and (? or a.id = any (?::uuid[])))
		select w.*, t.brings, t.needs, t.wishes from waiting w, lateral (
			select coalesce(array_agg(code order by code) filter (where side = 'BRINGS'), '{}') as brings,
			       coalesce(array_agg(code order by code) filter (where side = 'NEEDS'), '{}') as needs,
			       coalesce(array_agg(code order by code) filter (where side = 'WISHES'), '{}') as wishes
			from participation_trait where participation_id = w.id) t
		where not exists (select 1 from persons_placed((select array_agg(person_id) from waiting)) p where p.person_id = w.person_id)
		order by w.id`, programme, bun.In(waitingStates), s.All, pgdialect.Array(s.Participations)).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("persons: %w", err)
	}
	persons := make([]Person, len(rows))
	for i, r := range rows {
		persons[i] = Person{Participation: r.ID, Person: r.PersonID, BirthDay: r.BirthDay, Municipality: r.Municipality, Brings: r.Brings, Needs: r.Needs,
			Wishes: r.Wishes, Audience: r.Audience}
	}
	return persons, nil
}

// openingsOf loads the openings of the programme that still have a seat.
func openingsOf(ctx context.Context, tx *postgres.Tx, programme uuid.UUID) ([]Opening, error) {
	var rows []struct {
		ID            uuid.UUID
		CompanyID     uuid.UUID
		Title         string
		Sector        string
		Municipality  string
		WeeklyMinutes int
		FromDay       calendar.Day
		ToDay         calendar.Day
		Free          int
		Requires      []string `bun:",array"`
		Offers        []string `bun:",array"`
		Hours         json.RawMessage
	}
	err := tx.NewRaw(`with open as (select o.*, s.municipality from opening o join company_site s on s.id = o.site_id
			where o.programme_id = ? and o.state = 'OPEN' and o.to_day >= ?)
		select o.id, o.company_id, o.title, o.sector, o.municipality, o.weekly_minutes, o.from_day, o.to_day, f.free,
			array(select t.code from opening_trait t where t.opening_id = o.id and t.side = 'REQUIRES' order by t.code) as requires,
			array(select t.code from opening_trait t where t.opening_id = o.id and t.side = 'OFFERS' order by t.code) as offers,
			coalesce((select jsonb_agg(jsonb_build_array(h.weekday, h.from_minute, h.to_minute) order by h.weekday, h.from_minute)
			          from opening_hours h where h.opening_id = o.id), '[]') as hours
		from open o join openings_free((select array_agg(id) from open)) f on f.opening_id = o.id where f.free > 0 order by o.id`,
		programme, tx.Today()).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("openings: %w", err)
	}
	openings := make([]Opening, len(rows))
	for i, r := range rows {
		week, err := weekOf(r.Hours)
		if err != nil {
			return nil, err
		}
		openings[i] = Opening{ID: r.ID, Company: r.CompanyID, Title: r.Title, Sector: r.Sector, Requires: r.Requires, Offers: r.Offers, Municipality: r.Municipality,
			Hours: week, WeeklyMinutes: r.WeeklyMinutes, From: r.FromDay, To: r.ToDay, Open: true, Free: r.Free}
	}
	return openings, nil
}

func weekOf(data json.RawMessage) ([]company.Hours, error) {
	var stretches [][3]int
	if err := json.Unmarshal(data, &stretches); err != nil {
		return nil, fmt.Errorf("timetable: %w", err)
	}
	week := make([]company.Hours, len(stretches))
	for i, s := range stretches {
		from, err := calendar.NewLocalTime(s[1])
		if err != nil {
			return nil, err
		}
		to, err := calendar.NewLocalTime(s[2])
		if err != nil {
			return nil, err
		}
		week[i] = company.Hours{Weekday: s[0], From: from, To: to}
	}
	return week, nil
}

// territoryOf gives the ISTAT codes of the programme's municipalities.
func territoryOf(ctx context.Context, tx *postgres.Tx, programme uuid.UUID) (map[string]bool, error) {
	var codes []string
	if err := tx.NewRaw("select istat from municipality where programme_id = ?", programme).Scan(ctx, &codes); err != nil {
		return nil, fmt.Errorf("municipalities: %w", err)
	}
	set := make(map[string]bool, len(codes))
	for _, c := range codes {
		set[c] = true
	}
	return set, nil
}

// chunk is how many rows go into one statement: bun writes arguments into its text.
const chunk = 500

// insertAll writes rows of one table, some hundreds at a time.
func insertAll[T any](ctx context.Context, tx *postgres.Tx, rows []T) error {
	for len(rows) > 0 {
		n := min(chunk, len(rows))
		part := rows[:n]
		if _, err := tx.NewInsert().Model(&part).Exec(ctx); err != nil {
			return fmt.Errorf("write matches: %w", err)
		}
		rows = rows[n:]
	}
	return nil
}

// updated is what a refresh may change of a match.
type updated struct {
	ID          uuid.UUID    `json:"id"`
	State       State        `json:"state"`
	StateSince  calendar.Day `json:"state_since"`
	Score       int          `json:"score"`
	Blocked     bool         `json:"blocked"`
	CompanyText text.Text    `json:"company_text"`
	RefreshedAt time.Time    `json:"refreshed_at"`
}

// updateAll writes what a refresh changes of matches that are held.
func updateAll(ctx context.Context, tx *postgres.Tx, rows []row) error {
	if len(rows) == 0 {
		return nil
	}
	list := make([]updated, len(rows))
	for i, r := range rows {
		list[i] = updated{r.ID, r.State, r.StateSince, r.Score, r.Blocked, r.CompanyText, r.RefreshedAt.UTC()}
	}
	data, err := json.Marshal(list)
	if err != nil {
		return err
	}
	_, err = tx.NewRaw(`update match m set state = d.state, state_since = d.state_since, score = d.score, blocked = d.blocked, company_text = d.company_text,
			refreshed_at = d.refreshed_at, revision = m.revision + 1
		from jsonb_to_recordset(?::jsonb) as d(id uuid, state text, state_since date, score int, blocked boolean, company_text jsonb, refreshed_at timestamptz)
		where m.id = d.id`, string(data)).Exec(ctx)
	if err != nil {
		return fmt.Errorf("change matches: %w", err)
	}
	return nil
}

func deleteReasons(ctx context.Context, tx *postgres.Tx, matches []uuid.UUID) error {
	if len(matches) == 0 {
		return nil
	}
	_, err := tx.NewDelete().Model((*reasonRow)(nil)).Where("match_id in (?)", bun.In(matches)).Exec(ctx)
	return err
}

func deleteMatches(ctx context.Context, tx *postgres.Tx, matches []uuid.UUID) error {
	if len(matches) == 0 {
		return nil
	}
	_, err := tx.NewDelete().Model((*row)(nil)).Where("id in (?)", bun.In(matches)).Exec(ctx)
	return err
}
