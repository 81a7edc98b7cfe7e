package placement

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// row is an internship as it is stored.
type row struct {
	bun.BaseModel `bun:"table:placement,alias:p"`

	ID                uuid.UUID
	ProgrammeID       uuid.UUID
	ParticipationID   uuid.UUID
	PersonID          uuid.UUID
	OpeningID         uuid.UUID
	CompanyID         uuid.UUID
	SiteID            uuid.UUID
	OrganisationID    uuid.UUID
	EnrolmentID       uuid.UUID
	State             State
	StateSince        calendar.Day
	FromDay           calendar.Day
	ToDay             calendar.Day
	WeeklyMinutes     int
	TutorID           *uuid.UUID
	HostTutor         string
	Convention        *string
	PfiSignedOn       calendar.Day
	CommunicatedOn    calendar.Day
	CommunicationCode *string
	StartedOn         calendar.Day
	EndedOn           calendar.Day
	EndReason         *string
	ExemptFromQuota   bool
	Origin            string
	Audience          []uuid.UUID `bun:",array"`
	Revision          int
}

func (r row) placement() Placement {
	p := Placement{
		ID: r.ID, Programme: r.ProgrammeID, Participation: r.ParticipationID, Person: r.PersonID, Opening: r.OpeningID, Company: r.CompanyID,
		Site: r.SiteID, Organisation: r.OrganisationID, Enrolment: r.EnrolmentID, State: r.State, StateSince: r.StateSince, FromDay: r.FromDay,
		ToDay: r.ToDay, WeeklyMinutes: r.WeeklyMinutes, Tutor: r.TutorID, HostTutor: r.HostTutor, ProjectOn: r.PfiSignedOn,
		CommunicatedOn: r.CommunicatedOn, StartedOn: r.StartedOn, EndedOn: r.EndedOn, Exempt: r.ExemptFromQuota, Audience: r.Audience, Revision: r.Revision,
	}
	if r.EndReason != nil {
		p.EndReason = *r.EndReason
	}
	return p
}

// factsRow is what placement_facts answers.
type factsRow struct {
	ID                 uuid.UUID
	ParticipationState string
	Elsewhere          bool
	EarlierDays        int
	SuspendedDays      int
	OpeningState       string
	OpeningFrom        calendar.Day
	OpeningTo          calendar.Day
	Seats              int
	SeatsTaken         int
	SiteHeadcount      int
	SiteInterns        int
	TutorInterns       int
	HostTutorInterns   int
	Certificates       []string `bun:",array"`
	SameBody           bool
	ProgrammeFrom      calendar.Day
	ProgrammeTo        calendar.Day
}

func (r factsRow) facts(p Placement, day, today calendar.Day) Facts {
	return Facts{
		Placement: p, Day: day, Today: today, ParticipationState: r.ParticipationState, Elsewhere: r.Elsewhere, EarlierDays: r.EarlierDays,
		SuspendedDays: r.SuspendedDays,
		OpeningState:  r.OpeningState, OpeningFrom: r.OpeningFrom, OpeningTo: r.OpeningTo, Seats: r.Seats, SeatsTaken: r.SeatsTaken,
		SiteHeadcount: r.SiteHeadcount, SiteInterns: r.SiteInterns, TutorInterns: r.TutorInterns, HostTutorInterns: r.HostTutorInterns,
		CertificatesHeld: r.Certificates, SameBody: r.SameBody, ProgrammeFrom: r.ProgrammeFrom, ProgrammeTo: r.ProgrammeTo,
	}
}

// byIDs loads, under the actor's rights, those of the ids that he sees.
func byIDs(ctx context.Context, tx *postgres.Tx, ids []uuid.UUID) (map[uuid.UUID]Placement, error) {
	var rows []row
	if err := tx.NewSelect().Model(&rows).Where("p.id in (?)", bun.In(ids)).Scan(ctx); err != nil {
		return nil, fmt.Errorf("placements: %w", err)
	}
	found := make(map[uuid.UUID]Placement, len(rows))
	for _, r := range rows {
		found[r.ID] = r.placement()
	}
	return found, nil
}

// factsOf answers, for all the internships that the actor sees, what their gates look at on the day.
func factsOf(ctx context.Context, tx *postgres.Tx, ids []uuid.UUID, day calendar.Day, by policies) (map[uuid.UUID]factsRow, error) {
	shortest, err := by.shortest()
	if err != nil {
		return nil, err
	}
	var rows []factsRow
	err = tx.NewRaw(`select p.id, f.* from placement p, lateral placement_facts(p.participation_id, p.opening_id, p.organisation_id, p.tutor_id, p.host_tutor,
		p.from_day, p.to_day, p.id, ?::date, ?::jsonb -> p.programme_id::text) f where p.id in (?)`, day, shortest, bun.In(ids)).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("placement facts: %w", err)
	}
	found := make(map[uuid.UUID]factsRow, len(rows))
	for _, r := range rows {
		found[r.ID] = r
	}
	return found, nil
}

// draftFacts answers what the gates look at for an internship that is not written yet.
func draftFacts(ctx context.Context, tx *postgres.Tx, p Placement, day calendar.Day, by policies) (factsRow, error) {
	shortest, err := by.shortest()
	if err != nil {
		return factsRow{}, err
	}
	var rows []factsRow
	err = tx.NewRaw("select * from placement_facts(?::uuid, ?::uuid, ?::uuid, ?::uuid, ?, ?::date, ?::date, null, ?::date, ?::jsonb -> ?)",
		p.Participation, p.Opening, p.Organisation, p.Tutor, p.HostTutor, p.FromDay, p.ToDay, day, shortest, p.Programme.String()).Scan(ctx, &rows)
	if err != nil {
		return factsRow{}, fmt.Errorf("placement facts: %w", err)
	}
	if len(rows) == 0 {
		return factsRow{}, refusal.NotFound.At()
	}
	return rows[0], nil
}

// laterFacts are what the gates of an extension look at besides.
type laterFacts struct {
	ID            uuid.UUID
	Until         calendar.Day // the new last day
	LaterInterns  int
	ExtensionID   *uuid.UUID
	Version       int
	PreviousToDay calendar.Day
	ToDay         calendar.Day
	SignedOn      calendar.Day
	CommunicateBy calendar.Day
	Communicated  bool
	Lapsed        bool
}

func (l laterFacts) into(f *Facts) {
	f.Until, f.LaterInterns = l.Until, l.LaterInterns
	if l.ExtensionID != nil {
		f.Latest = &extension{ID: *l.ExtensionID, Version: l.Version, PreviousToDay: l.PreviousToDay, ToDay: l.ToDay, SignedOn: l.SignedOn, CommunicateBy: l.CommunicateBy,
			Communicated: l.Communicated, Lapsed: l.Lapsed}
	}
}

// extensionFacts reads, of internships that have begun, the latest extension, and who is at the site on the days that one until the day would add; zero is
// the first day that there could be.
func extensionFacts(ctx context.Context, tx *postgres.Tx, ids []uuid.UUID, until calendar.Day) (map[uuid.UUID]laterFacts, error) {
	var rows []laterFacts
	err := tx.NewRaw(`select p.id, d.until, site_interns(p.site_id, p.to_day + 1, greatest(d.until, p.to_day + 1), p.id) as later_interns, x.id as extension_id,
			coalesce(x.version, 0) as version, x.previous_to_day, x.to_day, x.signed_on, x.communicate_by, x.communicated_on is not null as communicated, x.lapsed_on is not null as lapsed
		from placement p cross join lateral (select coalesce(?::date, p.to_day + 1) as until) d
		left join lateral (select * from placement_extension x where x.placement_id = p.id order by x.version desc limit 1) x on true
		where p.id in (?) and p.started_on is not null`, until, bun.In(ids)).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("extension facts: %w", err)
	}
	found := make(map[uuid.UUID]laterFacts, len(rows))
	for _, r := range rows {
		found[r.ID] = r
	}
	return found, nil
}

// extensionRow is an extension as it is stored.
type extensionRow struct {
	bun.BaseModel `bun:"table:placement_extension,alias:x"`

	ID              uuid.UUID
	PlacementID     uuid.UUID
	ParticipationID uuid.UUID
	CompanyID       uuid.UUID
	Version         int
	PreviousToDay   calendar.Day
	ToDay           calendar.Day
	SignedOn        calendar.Day
	Reason          string
	Attestation     *string
	At              time.Time
	MemberID        uuid.UUID
	CommunicateBy   calendar.Day
	Audience        []uuid.UUID `bun:",array"`
}

// closeExtension writes what has become of an extension that is still to be communicated, while the internship's revision keeps others away.
func closeExtension(ctx context.Context, tx *postgres.Tx, id uuid.UUID, set map[string]any) error {
	q := tx.NewUpdate().Model((*extensionRow)(nil)).Where("x.id = ? and x.communicated_on is null and x.lapsed_on is null", id)
	for column, value := range set {
		q = q.Set("? = ?", bun.Ident(column), value)
	}
	done, err := q.Exec(ctx)
	if err != nil {
		return fmt.Errorf("close extension: %w", err)
	}
	if n, err := done.RowsAffected(); err != nil || n == 1 {
		return err
	}
	return errors.New("close extension: none is open that the actor sees")
}

// exempt asks whether the person belongs to a group that does not count for the host quota; the group itself is not told.
func exempt(ctx context.Context, tx *postgres.Tx, participation uuid.UUID) (yes bool, err error) {
	err = tx.NewRaw("select placement_exempt(?)", participation).Scan(ctx, &yes)
	return yes, err
}

// hold makes acts that fill the same seat, site or person wait for each other; keys are taken in one order, so never in a circle.
func hold(ctx context.Context, tx *postgres.Tx, ids ...uuid.UUID) error {
	_, err := tx.NewRaw(`select pg_advisory_xact_lock(k) from (select distinct hashtextextended(i::text, 7) as k from unnest(?::uuid[]) i order by k) s`,
		pgdialect.Array(ids)).Exec(ctx)
	if err != nil {
		return fmt.Errorf("hold seat: %w", err)
	}
	return nil
}

// candidate is what a draft copies from the participation and the opening, as the actor sees them.
type candidate struct {
	ProgrammeID    uuid.UUID
	PersonID       uuid.UUID
	OrganisationID uuid.UUID
	TutorID        *uuid.UUID
	GivenName      string
	FamilyName     string
	Needs          []string    `bun:",array"`
	Audience       []uuid.UUID `bun:",array"`

	CompanyID     uuid.UUID
	SiteID        uuid.UUID
	WeeklyMinutes int
	OpeningTo     calendar.Day
	ProgrammeTo   calendar.Day
	Title         string
	Place         string
}

func candidateOf(ctx context.Context, tx *postgres.Tx, participation, opening uuid.UUID) (candidate, error) {
	var rows []candidate
	err := tx.NewRaw(`select a.programme_id, a.person_id, a.organisation_id, a.tutor_id, n.given_name, n.family_name, a.audience,
		array(select t.code from participation_trait t where t.participation_id = a.id and t.side = 'NEEDS' order by t.code) as needs,
		o.company_id, o.site_id, o.weekly_minutes, o.to_day as opening_to,
		(select f.programme_to from placement_facts(a.id, o.id, a.organisation_id, null, '', o.from_day, o.to_day, null, o.from_day) f) as programme_to
		from participation a join person n on n.id = a.person_id join opening o on o.programme_id = a.programme_id
		where a.id = ? and o.id = ?`, participation, opening).Scan(ctx, &rows)
	if err != nil {
		return candidate{}, fmt.Errorf("candidate: %w", err)
	}
	if len(rows) == 0 {
		return candidate{}, refusal.NotFound.At()
	}
	return rows[0], nil
}

// partnerOf says whether the organisation is a partner of the programme.
func partnerOf(ctx context.Context, tx *postgres.Tx, programme, organisation uuid.UUID) (yes bool, err error) {
	err = tx.NewRaw("select exists (select 1 from organisation where id = ? and programme_id = ?)", organisation, programme).Scan(ctx, &yes)
	return yes, err
}

func memberSeen(ctx context.Context, tx *postgres.Tx, member uuid.UUID) (yes bool, err error) {
	err = tx.NewRaw("select exists (select 1 from member where id = ?)", member).Scan(ctx, &yes)
	return yes, err
}

// line gives the organisation and all bodies above it.
func line(ctx context.Context, tx *postgres.Tx, organisation uuid.UUID) (keys []uuid.UUID, err error) {
	err = tx.NewRaw("select unnest(organisation_line(?))", organisation).Scan(ctx, &keys)
	return keys, err
}

// taken says whether an internship with the id exists that the actor sees.
func taken(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (row, bool, error) {
	var rows []row
	err := tx.NewSelect().Model(&rows).Where("p.id = ?", id).Scan(ctx)
	if err != nil || len(rows) == 0 {
		return row{}, false, err
	}
	return rows[0], true, nil
}

func insertPlacement(ctx context.Context, tx *postgres.Tx, r *row) error {
	_, err := tx.NewInsert().Model(r).Exec(ctx)
	if postgres.Violates(err, "placement_pkey") {
		return refusal.IDTaken.At("id")
	}
	return err
}

// card is how the host sees the intern.
type card struct {
	bun.BaseModel `bun:"table:intern_card"`

	ID              uuid.UUID
	PlacementID     uuid.UUID
	ParticipationID uuid.UUID
	CompanyID       uuid.UUID
	GivenName       string
	FamilyName      string
	Adaptations     []string    `bun:",array"`
	Audience        []uuid.UUID `bun:",array"`
}

// stepRow is one step of an internship.
type stepRow struct {
	bun.BaseModel `bun:"table:placement_step"`

	ID              uuid.UUID
	PlacementID     uuid.UUID
	ParticipationID uuid.UUID
	CompanyID       uuid.UUID
	Position        int
	Act             string
	FromState       *string
	ToState         State
	Day             calendar.Day
	At              time.Time
	MemberID        uuid.UUID
	Reason          *string
	Audience        []uuid.UUID `bun:",array"`
}

func insert(ctx context.Context, tx *postgres.Tx, model any) error {
	_, err := tx.NewInsert().Model(model).Exec(ctx)
	return err
}

// change writes a step's effects on an internship that still stands as it was loaded; false when it has moved on.
func change(ctx context.Context, tx *postgres.Tx, p Placement, to State, since calendar.Day, set map[string]any) (bool, error) {
	q := tx.NewUpdate().Model((*row)(nil)).Set("state = ?", to).Set("state_since = ?", since).Set("revision = revision + 1").
		Where("p.id = ? and p.state = ? and p.revision = ?", p.ID, p.State, p.Revision)
	for column, value := range set {
		q = q.Set("? = ?", bun.Ident(column), value)
	}
	if _, moved := set["to_day"]; moved {
		q = q.Set("audience = audience") // mandates open it by its days
	}
	result, err := q.Exec(ctx)
	if postgres.Violates(err, "placement_one_living") {
		return false, refusal.List{PersonPlaced.At()}
	}
	if err != nil {
		return false, fmt.Errorf("change placement: %w", err)
	}
	n, err := result.RowsAffected()
	return n == 1, err
}

// nextPosition is the place of the next step.
func nextPosition(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (n int, err error) {
	err = tx.NewRaw("select coalesce(max(position), 0) + 1 from placement_step where placement_id = ?", id).Scan(ctx, &n)
	return n, err
}

// showPromoter lets the host see the promoter's name.
func showPromoter(ctx context.Context, tx *postgres.Tx, p Placement) error {
	_, err := tx.NewRaw("select host_sees_promoter(?, ?)", p.Organisation, p.Company).Exec(ctx)
	return err
}

// livingOf gives the states of the participation's internships that keep the person from leaving.
func livingOf(ctx context.Context, tx *postgres.Tx, participations []uuid.UUID) (map[uuid.UUID]State, error) {
	var rows []struct {
		ParticipationID uuid.UUID
		State           State
	}
	err := tx.NewRaw("select participation_id, state from placement where participation_id in (?) and state in (?)",
		bun.In(participations), bun.In([]State{Communicated, Running, Suspended})).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("living placements: %w", err)
	}
	found := map[uuid.UUID]State{}
	for _, r := range rows {
		found[r.ParticipationID] = r.State
	}
	return found, nil
}

// leftBehind gives the participation's living internships whose tutor is among those who have left it, and the participation's tutor.
func leftBehind(ctx context.Context, tx *postgres.Tx, participation uuid.UUID, gone []uuid.UUID) (left []Placement, tutor *uuid.UUID, err error) {
	living := slices.DeleteFunc(States(), func(s State) bool { return !s.Living() })
	var rows []row
	err = tx.NewSelect().Model(&rows).Where("p.participation_id = ? and scope_key(?, p.programme_id, p.tutor_id) in (?) and p.state in (?)", participation, string(access.OverTutored), bun.In(gone), bun.In(living)).
		Order("p.id").For("update").Scan(ctx)
	if err != nil || len(rows) == 0 {
		return nil, nil, err
	}
	for _, r := range rows {
		left = append(left, r.placement())
	}
	err = tx.NewRaw("select tutor_id from participation where id = ?", participation).Scan(ctx, &tutor)
	return left, tutor, err
}

// handOver gives the internships another tutor, or none.
func handOver(ctx context.Context, tx *postgres.Tx, placements []Placement, tutor *uuid.UUID) error {
	ids := make([]uuid.UUID, len(placements))
	for i, p := range placements {
		ids[i] = p.ID
	}
	_, err := tx.NewUpdate().Model((*row)(nil)).Set("tutor_id = ?", tutor).Set("revision = revision + 1").Where("p.id in (?)", bun.In(ids)).Exec(ctx)
	if err != nil {
		return fmt.Errorf("hand placements over: %w", err)
	}
	return nil
}

// promote gives living internships that were the promoter's before to the organisation that has the person now.
func promote(ctx context.Context, tx *postgres.Tx, participation uuid.UUID, before []uuid.UUID) (changed []Placement, err error) {
	living := slices.DeleteFunc(States(), func(s State) bool { return !s.Living() })
	var rows []row
	err = tx.NewUpdate().Model(&rows).TableExpr("participation a").Set("organisation_id = a.organisation_id").Set("revision = p.revision + 1").
		Where("a.id = p.participation_id and a.id = ? and p.organisation_id in (?) and p.organisation_id <> a.organisation_id and p.state in (?)",
			participation, bun.In(before), bun.In(living)).Returning("p.*").Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("hand promoters over: %w", err)
	}
	for _, r := range rows {
		changed = append(changed, r.placement())
	}
	return changed, nil
}

// internsOf is how many interns a tutor follows, whoever asks.
func internsOf(ctx context.Context, tx *postgres.Tx, tutor uuid.UUID) (n int, err error) {
	err = tx.NewRaw("select tutor_interns(?, null)", tutor).Scan(ctx, &n)
	return n, err
}
