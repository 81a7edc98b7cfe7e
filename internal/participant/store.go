package participant

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/platform/secret"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// personRow is somebody known to the installation.
type personRow struct {
	bun.BaseModel `bun:"table:person,alias:p"`

	ID           uuid.UUID
	GivenName    string
	FamilyName   string
	BirthDay     calendar.Day
	Sex          Sex
	Citizenship  string
	Municipality string
	StaysOnly    bool
	Phone        string `bun:",nullzero"`
	Email        string `bun:",nullzero"`
	Origin       string
	OriginFile   string      `bun:",nullzero"`
	OriginRow    int         `bun:",nullzero"`
	OriginHash   string      `bun:",nullzero"`
	Audience     []uuid.UUID `bun:",array"`
	Revision     int
}

// codeRow is a person's code under one key of the index.
type codeRow struct {
	bun.BaseModel `bun:"table:person_code,alias:c"`

	Fingerprint  []byte
	IndexVersion int64
	PersonID     uuid.UUID
	Alike        []byte
	Code         string
	Provisional  bool
	Since        time.Time
	Audience     []uuid.UUID `bun:",array"`
}

// participationRow is one person in one programme.
type participationRow struct {
	bun.BaseModel `bun:"table:participation,alias:a"`

	ID               uuid.UUID
	ProgrammeID      uuid.UUID
	PersonID         uuid.UUID
	OrganisationID   uuid.UUID
	State            State
	StateSince       calendar.Day
	ReferringService []byte // sealed; nil where none is kept
	ReferredOn       calendar.Day
	EnteredOn        calendar.Day
	LeftOn           calendar.Day
	ExitReason       string `bun:",nullzero"`
	CaseManagerID    *uuid.UUID
	TutorID          *uuid.UUID
	Protected        bool
	Pseudonym        string `bun:",nullzero,default:new_pseudonym()"`
	Origin           string
	OriginFile       string      `bun:",nullzero"`
	OriginRow        int         `bun:",nullzero"`
	OriginHash       string      `bun:",nullzero"`
	Audience         []uuid.UUID `bun:",array"`
	Revision         int
}

func (p participationRow) entered() bool { return !p.EnteredOn.IsZero() }

// groupRow is the sealed list of the groups of one class.
type groupRow struct {
	bun.BaseModel `bun:"table:participation_group,alias:g"`

	ID              uuid.UUID
	ParticipationID uuid.UUID
	Class           string
	Sealed          []byte
	Audience        []uuid.UUID `bun:",array"`
}

type traitRow struct {
	bun.BaseModel `bun:"table:participation_trait,alias:t"`

	ID              uuid.UUID
	ParticipationID uuid.UUID
	Side            string
	Code            string
	Audience        []uuid.UUID `bun:",array"`
}

// representationRow is the title of a grant over one person.
type representationRow struct {
	bun.BaseModel `bun:"table:representation,alias:r"`

	ID              uuid.UUID // the grant's
	ParticipationID uuid.UUID
	TitledOn        calendar.Day
	Kind            []byte
	Reference       []byte
	Audience        []uuid.UUID `bun:",array"`
}

type checkRow struct {
	bun.BaseModel `bun:"table:exclusion_check,alias:e"`

	ID              uuid.UUID
	ProgrammeID     uuid.UUID
	ParticipationID uuid.UUID
	Measure         string
	CheckedOn       calendar.Day
	Outcome         string
	Evidence        string
	CheckedBy       uuid.UUID
	Origin          string
	FileID          *uuid.UUID
	Audience        []uuid.UUID `bun:",array"`
}

type proofRow struct {
	bun.BaseModel `bun:"table:requirement_proof,alias:q"`

	ID              uuid.UUID
	ProgrammeID     uuid.UUID
	ParticipationID uuid.UUID
	Requirement     string
	Document        string
	ProvenOn        calendar.Day
	RecordedBy      uuid.UUID
	FileID          *uuid.UUID
	Audience        []uuid.UUID `bun:",array"`
}

// bankRow is one revision of where a person is paid; its audience is the person's, kept by the database.
type bankRow struct {
	bun.BaseModel `bun:"table:person_bank,alias:k"`

	ID         uuid.UUID
	PersonID   uuid.UUID
	Revision   int
	IBAN       []byte `bun:"iban"` // sealed, as the next three; null for means without an account
	Holder     []byte
	Relation   []byte
	Title      []byte
	Means      programme.Means
	FileID     *uuid.UUID
	Since      calendar.Day
	RecordedBy uuid.UUID
	OnBehalfOf *uuid.UUID // for whom who recorded them stood in
}

// What is done about recorded bank details.
const (
	checkConfirmed = "CONFIRMED"
	checkPayee     = "PAYEE"
)

// bankCheckRow is something that was done about bank details; its audience is the person's, kept by the database.
type bankCheckRow struct {
	bun.BaseModel `bun:"table:person_bank_check,alias:c"`

	ID         uuid.UUID
	BankID     uuid.UUID
	PersonID   uuid.UUID
	Kind       string
	Outcome    *PayeeOutcome
	CalledBack bool
	Common     bool      // several people may be paid to the account
	RecordedBy uuid.UUID // who had recorded the details
	MemberID   uuid.UUID
	Day        calendar.Day
	At         time.Time
}

// detailsRow is what decides about acts on bank details.
type detailsRow struct {
	ID         uuid.UUID
	PersonID   uuid.UUID
	RecordedBy uuid.UUID
	OnBehalfOf *uuid.UUID
	Means      programme.Means
	Last       bool // none were recorded since
	Confirmed  bool
}

type verdictRow struct {
	bun.BaseModel `bun:"table:verdict,alias:v"`

	ID              uuid.UUID
	ProgrammeID     uuid.UUID
	ParticipationID uuid.UUID
	PolicyVersionID uuid.UUID
	GivenOn         calendar.Day
	Outcome         Outcome
	Audience        []uuid.UUID `bun:",array"`
}

type findingRow struct {
	bun.BaseModel `bun:"table:verdict_finding,alias:f"`

	ID              uuid.UUID
	VerdictID       uuid.UUID
	ParticipationID uuid.UUID
	Position        int
	Rule            string
	Fact            string
	Source          string
	Confirmed       bool
	Outcome         Outcome
	Cure            string
	Audience        []uuid.UUID `bun:",array"`
}

type snapshotRow struct {
	bun.BaseModel `bun:"table:entry_snapshot,alias:s"`

	ParticipationID   uuid.UUID
	ID                uuid.UUID
	ProgrammeID       uuid.UUID
	TakenOn           calendar.Day
	Employment        Employment
	UnemployedSince   calendar.Day
	Isced             int
	Citizenship       string
	ForeignBackground []byte // sealed, as the next three
	HousingExclusion  []byte
	Disability        []byte
	Minority          []byte
	Municipality      string
	Audience          []uuid.UUID `bun:",array"`
}

// handOverRow is one side of a request for a person.
type handOverRow struct {
	bun.BaseModel `bun:"table:hand_over,alias:h"`

	ID              uuid.UUID
	RequestID       uuid.UUID
	Side            string
	ProgrammeID     uuid.UUID
	ParticipationID *uuid.UUID
	OrganisationID  uuid.UUID
	OtherID         uuid.UUID
	State           HandOverState
	StateSince      calendar.Day
	RequestedOn     calendar.Day
	Reason          string
	Answer          string      `bun:",nullzero"`
	Audience        []uuid.UUID `bun:",array"`
	Revision        int
}

// load gives a participation that the actor sees, for an act; any other id is not found, and of somebody erased nothing changes any more.
func load(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (participationRow, error) {
	var p participationRow
	err := tx.NewSelect().Model(&p).Where("a.id = ?", id).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return p, refusal.NotFound.At("participant")
	}
	if err != nil {
		return p, fmt.Errorf("participation: %w", err)
	}
	keys, err := tx.DataKeys(ctx, []uuid.UUID{p.PersonID})
	if key, there := keys[p.PersonID]; there && key.Erased() {
		return p, AlreadyErased.At("participant")
	}
	return p, err
}

func loadPerson(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (personRow, error) {
	var p personRow
	if err := tx.NewSelect().Model(&p).Where("p.id = ?", id).Scan(ctx); err != nil {
		return p, fmt.Errorf("person: %w", err)
	}
	return p, nil
}

// insert writes rows of one table; none is nothing to do.
func insert[R any](ctx context.Context, tx *postgres.Tx, rows ...R) error {
	if len(rows) == 0 {
		return nil
	}
	_, err := tx.NewInsert().Model(&rows).Returning("NULL").Exec(ctx)
	return err
}

// save writes what a step changes, unless the row has moved on since it was loaded at the revision.
func save(ctx context.Context, tx *postgres.Tx, p participationRow, was State, revision int) error {
	done, err := tx.NewUpdate().Model(&p).Column("state", "state_since", "entered_on", "left_on", "exit_reason", "organisation_id", "case_manager_id", "tutor_id",
		"protected", "revision").
		Where("a.id = ? and a.state = ? and a.revision = ?", p.ID, was, revision).Returning("NULL").Exec(ctx)
	if err != nil {
		return fmt.Errorf("participation: %w", err)
	}
	n, err := done.RowsAffected()
	if err == nil && n != 1 {
		return refusal.RevisionConflict.At("expectedRevision")
	}
	return err
}

// spread gives the participation and all that follows it another audience.
func spread(ctx context.Context, tx *postgres.Tx, id uuid.UUID, keys []uuid.UUID) error {
	if _, err := tx.NewRaw("select spread_audience(?, ?)", id, pgdialect.Array(keys)).Exec(ctx); err != nil {
		return fmt.Errorf("spread audience: %w", err)
	}
	return nil
}

// endTerm keeps until when the person was accompanied by who does so no longer: of those days he may still deliver hours.
func endTerm(ctx context.Context, tx *postgres.Tx, next participationRow) error {
	if _, err := tx.NewRaw("select end_tutor_term(?, ?, ?)", next.ID, next.TutorID, tx.Today()).Exec(ctx); err != nil {
		return fmt.Errorf("end term: %w", err)
	}
	return nil
}

// nameCircle puts the members in the place of those who were named before, from today on.
func nameCircle(ctx context.Context, tx *postgres.Tx, id uuid.UUID, circle []Named) error {
	members, roles, ends := make([]uuid.UUID, len(circle)), make([]string, len(circle)), make([]string, len(circle))
	for i, n := range circle {
		members[i], roles[i] = n.Member, string(n.Role)
		if !n.To.IsZero() {
			ends[i] = n.To.String()
		}
	}
	_, err := tx.NewRaw("select name_circle(?, ?::uuid[], ?::text[], array(select nullif(e, '')::date from unnest(?::text[]) with ordinality u(e, n) order by n), ?)",
		id, pgdialect.Array(members), pgdialect.Array(roles), pgdialect.Array(ends), tx.Today()).Exec(ctx)
	if err != nil {
		return fmt.Errorf("name circle: %w", err)
	}
	return nil
}

// opening are the roles in which somebody who is named may lift a protection.
func opening() any {
	return pgdialect.Array(slices.DeleteFunc(slices.Clone(circleRoles), func(r access.Role) bool { return !lifts(r) }))
}

// circleOpen says whether somebody could lift the protection today.
func circleOpen(ctx context.Context, tx *postgres.Tx, participation uuid.UUID) (open bool, err error) {
	if err = tx.NewRaw("select circle_open(?, ?::text[], ?)", participation, opening(), tx.Today()).Scan(ctx, &open); err != nil {
		return false, fmt.Errorf("circle: %w", err)
	}
	return open, nil
}

// circlesClosed gives the participations whose protection nobody could lift today, to the house.
func circlesClosed(ctx context.Context, tx *postgres.Tx, programmes []uuid.UUID) (ids []uuid.UUID, err error) {
	if err = tx.NewRaw("select circles_closed(?::uuid[], ?::text[], ?)", pgdialect.Array(programmes), opening(), tx.Today()).Scan(ctx, &ids); err != nil {
		return nil, fmt.Errorf("circles: %w", err)
	}
	return ids, nil
}

// circleHeirs names the coordination of the lead body in a circle that is closed, and gives whom.
func circleHeirs(ctx context.Context, tx *postgres.Tx, participation uuid.UUID) (ids []uuid.UUID, err error) {
	if err = tx.NewRaw("select circle_heirs(?, ?::text[], ?)", participation, opening(), tx.Today()).Scan(ctx, &ids); err != nil {
		return nil, fmt.Errorf("circle: %w", err)
	}
	return ids, nil
}

// line gives an organisation and all bodies above it.
func line(ctx context.Context, tx *postgres.Tx, organisation uuid.UUID) ([]uuid.UUID, error) {
	var keys []uuid.UUID
	if err := tx.NewRaw("select organisation_line(?)", organisation).Scan(ctx, pgdialect.Array(&keys)); err != nil {
		return nil, fmt.Errorf("organisation's line: %w", err)
	}
	return keys, nil
}

// partner finds a partner of the programme by its id or code; false where there is none that the actor sees.
func partner(ctx context.Context, tx *postgres.Tx, programme uuid.UUID, column string, value any) (id uuid.UUID, found bool, err error) {
	err = tx.NewRaw("select id from organisation where programme_id = ? and ? = ?", programme, bun.Ident(column), value).Scan(ctx, &id)
	if errors.Is(err, sql.ErrNoRows) {
		return uuid.Nil, false, nil
	}
	if err != nil {
		return uuid.Nil, false, fmt.Errorf("organisation: %w", err)
	}
	return id, true, nil
}

// bankRevision is the last revision of a person's bank details, 0 where there are none; the actor need not read them.
func bankRevision(ctx context.Context, tx *postgres.Tx, person uuid.UUID) (n int, err error) {
	if err = tx.NewRaw("select person_bank_revision(?)", person).Scan(ctx, &n); err != nil {
		return 0, fmt.Errorf("bank details: %w", err)
	}
	return n, nil
}

// accountElsewhere says whether somebody else is paid to the account with these marks.
func accountElsewhere(ctx context.Context, tx *postgres.Tx, person uuid.UUID, marks []secret.Mark) (yes bool, err error) {
	if err = tx.Ask(ctx, &yes, "select account_elsewhere($1, $2, $3)", person, secret.Bytes(marks), tx.Today()); err != nil {
		return false, fmt.Errorf("accounts: %w", err)
	}
	return yes, nil
}

// shared says whether somebody else is paid to the account of the details.
func (d detailsRow) shared(ctx context.Context, tx *postgres.Tx) (yes bool, err error) {
	if err = tx.Ask(ctx, &yes, "select details_shared($1, $2)", d.ID, tx.Today()); err != nil {
		return false, fmt.Errorf("accounts: %w", err)
	}
	return yes, nil
}

// markAccount keeps by what the account that the actor has just recorded is known again.
func markAccount(ctx context.Context, tx *postgres.Tx, details uuid.UUID, marks []secret.Mark) error {
	versions := make([]int64, len(marks))
	for i, m := range marks {
		versions[i] = int64(m.Version)
	}
	_, err := tx.NewRaw("select mark_account(?, ?::bytea[], ?::bigint[])", details, pgdialect.Array(secret.Bytes(marks)), pgdialect.Array(versions)).Exec(ctx)
	if err != nil {
		return fmt.Errorf("mark the account: %w", err)
	}
	return nil
}

func loadDetails(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (d detailsRow, err error) {
	err = tx.Ask(ctx, &d, `select b.id, b.person_id, b.recorded_by, b.on_behalf_of, b.means, b.revision = (select max(o.revision) from person_bank o where o.person_id = b.person_id) as last,
		exists (select from person_bank_check c where c.bank_id = b.id and c.kind = 'CONFIRMED') as confirmed from person_bank b where b.id = $1`, id)
	if errors.Is(err, sql.ErrNoRows) {
		return d, refusal.NotFound.At("details")
	}
	return d, err
}

// territory gives the names of the programme's municipalities by ISTAT code.
func territory(ctx context.Context, tx *postgres.Tx, programme uuid.UUID) (map[string]string, error) {
	var rows []struct{ Istat, Name string }
	if err := tx.NewRaw("select istat, name from programme_territory(?)", programme).Scan(ctx, &rows); err != nil {
		return nil, fmt.Errorf("municipalities: %w", err)
	}
	names := make(map[string]string, len(rows))
	for _, r := range rows {
		names[r.Istat] = r.Name
	}
	return names, nil
}

// locks is over how many locks referrals spread: an import of a whole register takes no more than these.
const locks = 512

// hold makes referrals of one person wait for each other, so that the second finds what the first made. While keys of the index
// change, two nodes that share one of them share a lock; each takes its own in the same order as the other.
func hold(ctx context.Context, tx *postgres.Tx, m marks) error {
	_, err := tx.NewRaw(`select pg_advisory_xact_lock(hashtextextended('referral', n)) from (select distinct hashtext(encode(mark, 'hex')) & ? as n
		from unnest(?::bytea[]) mark order by 1) slot`, locks-1, pgdialect.Array(secret.Bytes(m.codes))).Exec(ctx)
	if err != nil {
		return fmt.Errorf("hold person: %w", err)
	}
	return nil
}

// lookUp asks what a code is to the actor.
func lookUp(ctx context.Context, tx *postgres.Tx, m marks, programme uuid.UUID) (LookUp, error) {
	var row struct {
		Answer          Answered
		ParticipationID *uuid.UUID
		PersonID        *uuid.UUID
	}
	if err := tx.NewRaw("select answer, participation_id, person_id from look_up_person(?::bytea[], ?)", pgdialect.Array(secret.Bytes(m.codes)), programme).Scan(ctx, &row); err != nil {
		return LookUp{}, fmt.Errorf("look up: %w", err)
	}
	return LookUp{Answer: row.Answer, Participation: row.ParticipationID, person: row.PersonID}, nil
}

// isAlike says whether somebody else's code says the same with omocodia undone.
func isAlike(ctx context.Context, tx *postgres.Tx, m marks) (yes bool, err error) {
	if err = tx.NewRaw("select person_code_alike(?::bytea[], ?::bytea[])", pgdialect.Array(secret.Bytes(m.alikes)), pgdialect.Array(secret.Bytes(m.codes))).Scan(ctx, &yes); err != nil {
		return false, fmt.Errorf("alike codes: %w", err)
	}
	return yes, nil
}

// groupCount is in how many priority groups the person is, those too that the actor may not read.
func groupCount(ctx context.Context, tx *postgres.Tx, participation uuid.UUID) (n int, err error) {
	if err = tx.NewRaw("select participation_groups(?)", participation).Scan(ctx, &n); err != nil {
		return 0, fmt.Errorf("groups: %w", err)
	}
	return n, nil
}

// lastChecks gives the last check of each measure up to the day.
func lastChecks(ctx context.Context, tx *postgres.Tx, participation uuid.UUID, day calendar.Day) (map[string]Check, error) {
	var rows []checkRow
	err := tx.NewSelect().Model(&rows).DistinctOn("measure").Where("participation_id = ? and checked_on <= ?", participation, day).
		OrderExpr("measure, checked_on desc, id desc").Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("exclusion checks: %w", err)
	}
	last := make(map[string]Check, len(rows))
	for _, r := range rows {
		last[r.Measure] = Check{On: r.CheckedOn, Outcome: r.Outcome}
	}
	return last, nil
}

// lastOutcome is that of the last verdict; "" when there is none.
func lastOutcome(ctx context.Context, tx *postgres.Tx, participation uuid.UUID) (o Outcome, err error) {
	err = tx.NewRaw("select outcome from verdict where participation_id = ? order by given_on desc, id desc limit 1", participation).Scan(ctx, &o)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", fmt.Errorf("verdict: %w", err)
	}
	return o, nil
}

// worksOnCase says whether the human behind a member has to do with a case, today or later.
func worksOnCase(ctx context.Context, tx *postgres.Tx, member, participation uuid.UUID) (works bool, err error) {
	err = tx.NewRaw("select works_on_case(?, ?, ?::text[], ?)", member, participation, pgdialect.Array(working()), tx.Today()).Scan(ctx, &works)
	if err != nil {
		return false, fmt.Errorf("case of a member: %w", err)
	}
	return works, nil
}

// seesPerson says whether the human behind a member is let see the person of a participation as himself or for him, today or later.
func seesPerson(ctx context.Context, tx *postgres.Tx, member, participation uuid.UUID) (sees bool, err error) {
	if err = tx.NewRaw("select let_see_person(?, ?, ?)", member, participation, tx.Today()).Scan(ctx, &sees); err != nil {
		return false, fmt.Errorf("person of a member: %w", err)
	}
	return sees, nil
}

// seesMember says whether the actor sees the member, and whether the member holds the role in the programme on the day.
func seesMember(ctx context.Context, tx *postgres.Tx, member, programme uuid.UUID, role string, day calendar.Day) (seen, holds bool, err error) {
	err = tx.NewRaw("select exists (select 1 from member where id = ?), member_holds(?, ?, ?, ?)", member, member, programme, role, day).Scan(ctx, &seen, &holds)
	if err != nil {
		return false, false, fmt.Errorf("member: %w", err)
	}
	return seen, holds, nil
}

// codesOf gives the groups that the actor reads, and the traits.
func codesOf(ctx context.Context, tx *postgres.Tx, p participationRow) (groups []string, traits []traitRow, err error) {
	var rows []groupRow
	if err = tx.NewSelect().Model(&rows).Where("participation_id = ?", p.ID).Scan(ctx); err != nil {
		return nil, nil, fmt.Errorf("groups: %w", err)
	}
	if groups, err = openGroups(ctx, tx, p.PersonID, rows); err != nil {
		return nil, nil, err
	}
	if err = tx.NewSelect().Model(&traits).Where("participation_id = ?", p.ID).OrderExpr("side, code").Scan(ctx); err != nil {
		return nil, nil, fmt.Errorf("traits: %w", err)
	}
	return groups, traits, nil
}

// writeFacts keeps what others' rules need to know of the groups.
func writeFacts(ctx context.Context, tx *postgres.Tx, participation uuid.UUID, groups int, quotaExempt bool) error {
	if _, err := tx.NewRaw("select participation_fact_set(?, ?, ?)", participation, groups, quotaExempt).Exec(ctx); err != nil {
		return fmt.Errorf("facts of groups: %w", err)
	}
	return nil
}

// codeIDs gives the ids of a list's items by code.
func codeIDs(ctx context.Context, tx *postgres.Tx, programme uuid.UUID, list string) (map[string]uuid.UUID, error) {
	var rows []struct {
		Code string
		ID   uuid.UUID
	}
	if err := tx.NewRaw("select code, id from programme_code_ids(?, ?)", programme, list).Scan(ctx, &rows); err != nil {
		return nil, fmt.Errorf("ids of %s: %w", list, err)
	}
	ids := make(map[string]uuid.UUID, len(rows))
	for _, r := range rows {
		ids[r.Code] = r.ID
	}
	return ids, nil
}

// insertOnce writes a snapshot unless there is one: the first stays.
func insertOnce(ctx context.Context, tx *postgres.Tx, s snapshotRow) error {
	if _, err := tx.NewInsert().Model(&s).On("conflict (participation_id) do nothing").Returning("NULL").Exec(ctx); err != nil {
		return fmt.Errorf("entry snapshot: %w", err)
	}
	return nil
}

// loadRecord gives the participations of a person whom the actor sees, and holds the person until the transaction ends; none for anybody else.
func loadRecord(ctx context.Context, tx *postgres.Tx, person uuid.UUID) (rows recordRows, err error) {
	if err := tx.NewRaw("select * from merge_facts(?)", pgdialect.Array([]uuid.UUID{person})).Scan(ctx, &rows); err != nil {
		return nil, fmt.Errorf("facts for merging: %w", err)
	}
	return rows, nil
}

// mergePersons makes one human of two records, unless the hours or the internships of both meet.
func mergePersons(ctx context.Context, tx *postgres.Tx, keep, merge uuid.UUID) error {
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	_, err = tx.NewRaw("select merge_persons(?, ?, ?, ?)", id, keep, merge, tx.Now).Exec(ctx)
	switch {
	case postgres.Violates(err, "attendance_no_overlap"):
		return MergeHours.At("merge")
	case postgres.Violates(err, "placement_one_living"):
		return MergePlacements.At("merge")
	case err != nil:
		return fmt.Errorf("merge persons: %w", err)
	}
	return nil
}

func splitPersons(ctx context.Context, tx *postgres.Tx, merged uuid.UUID) error {
	if _, err := tx.NewRaw("select split_persons(?, ?)", merged, tx.Now).Exec(ctx); err != nil {
		return fmt.Errorf("split persons: %w", err)
	}
	return nil
}

// loadKept gives a person's participations to a data-protection officer of one of them, and holds the person until the transaction ends.
func loadKept(ctx context.Context, tx *postgres.Tx, person uuid.UUID) (rows keptRows, err error) {
	if err := tx.NewRaw("select * from erasure_facts(?)", person).Scan(ctx, &rows); err != nil {
		return nil, fmt.Errorf("facts for erasing: %w", err)
	}
	return rows, nil
}

// erase gives the digest of the key that it destroyed.
func erase(ctx context.Context, tx *postgres.Tx, person uuid.UUID) (digest []byte, err error) {
	if err := tx.NewRaw("select erase_person(?, ?)", person, tx.Now).Scan(ctx, &digest); err != nil {
		return nil, fmt.Errorf("erase: %w", err)
	}
	return digest, nil
}

func setHold(ctx context.Context, tx *postgres.Tx, person uuid.UUID, held bool) error {
	if _, err := tx.NewRaw("select hold_person(?, ?)", person, held).Exec(ctx); err != nil {
		return fmt.Errorf("hold person's data: %w", err)
	}
	return nil
}

// owner is a transaction of the login that owns the tables: keys are rotated for everybody at once.
type owner struct{ bun.Tx }

func asOwner(ctx context.Context, url string, fn func(context.Context, owner) error) error {
	return postgres.AsOwner(ctx, url, func(ctx context.Context, tx bun.Tx) error { return fn(ctx, owner{tx}) })
}

// unmarked gives some codes that have no mark under the key of the index, held until the transaction ends.
func unmarked(ctx context.Context, tx owner, version uint32) ([]codeRow, error) {
	var rows []codeRow
	err := tx.NewSelect().Model(&rows).Where("not exists (select 1 from person_code n where n.person_id = c.person_id and n.code = c.code and n.index_version = ?)",
		int64(version)).Limit(reindexBatch).For("update of c").Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("codes: %w", err)
	}
	return rows, nil
}

// addMarks writes marks that are not there yet: a node that holds the new keys may have written one meanwhile.
func addMarks(ctx context.Context, tx owner, rows []codeRow) error {
	if _, err := tx.NewInsert().Model(&rows).On("conflict do nothing").Returning("NULL").Exec(ctx); err != nil {
		return fmt.Errorf("mark codes: %w", err)
	}
	return nil
}

// bankMarkRow is one mark of an account.
type bankMarkRow struct {
	bun.BaseModel `bun:"table:person_bank_mark,alias:m"`

	BankID       uuid.UUID
	PersonID     uuid.UUID
	IndexVersion int64
	Mark         []byte
}

// lockedRow is an account as it is kept, with the wrapped key that opens it.
type lockedRow struct {
	ID       uuid.UUID
	PersonID uuid.UUID
	IBAN     []byte `bun:"iban"`
	Wrapped  []byte
}

// unmarkedAccounts gives some accounts that have no mark under the key of the index; those of people who were erased need none.
func unmarkedAccounts(ctx context.Context, tx owner, version uint32, most int) (rows []lockedRow, err error) {
	err = tx.NewRaw(`select b.id, b.person_id, b.iban, k.wrapped from person_bank b join person_key k on k.person_id = b.person_id
		where b.iban is not null and not exists (select from person_bank_mark m where m.bank_id = b.id and m.index_version = ?) order by b.id limit ?`,
		int64(version), most).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("accounts: %w", err)
	}
	return rows, nil
}

func addAccountMarks(ctx context.Context, tx owner, rows []bankMarkRow) error {
	if _, err := tx.NewInsert().Model(&rows).On("conflict do nothing").Returning("NULL").Exec(ctx); err != nil {
		return fmt.Errorf("mark accounts: %w", err)
	}
	return nil
}

// holdCodes keeps everybody from writing codes and data keys until the transaction ends.
func holdCodes(ctx context.Context, tx owner) error {
	if _, err := tx.NewRaw("lock table person_code, person_bank_mark, person_key in share row exclusive mode").Exec(ctx); err != nil {
		return fmt.Errorf("hold codes: %w", err)
	}
	return nil
}

// wrappedBefore says whether some data key is wrapped under another key-encryption key.
func wrappedBefore(ctx context.Context, tx owner, version uint32) (yes bool, err error) {
	if err = tx.NewRaw("select exists (select 1 from person_key where kek_version <> ?)", int64(version)).Scan(ctx, &yes); err != nil {
		return false, fmt.Errorf("data keys: %w", err)
	}
	return yes, nil
}

// retire forgets the marks of every key of the index but one, and refuses new ones.
func retire(ctx context.Context, tx owner, version uint32) error {
	for _, sql := range []string{
		"insert into retired_index select index_version from person_code where index_version <> ?0 union select index_version from person_bank_mark where index_version <> ?0 on conflict do nothing",
		"delete from person_code where index_version <> ?0",
		"delete from person_bank_mark where index_version <> ?0",
	} {
		if _, err := tx.NewRaw(sql, int64(version)).Exec(ctx); err != nil {
			return fmt.Errorf("retire keys of the index: %w", err)
		}
	}
	return nil
}

// requestHandOver asks whoever follows the person, and says what the code is to the actor: KNOWN has asked. id is the asker's side.
func requestHandOver(ctx context.Context, tx *postgres.Tx, m marks, in HandOverInput) (id uuid.UUID, answer string, err error) {
	id, err = uuid.NewV7()
	if err != nil {
		return id, "", err
	}
	other, err := uuid.NewV7()
	if err != nil {
		return id, "", err
	}
	err = tx.NewRaw("select request_hand_over(?::bytea[], ?, ?, ?, ?, ?, ?)", pgdialect.Array(secret.Bytes(m.codes)), in.Programme, in.Organisation, in.Reason,
		tx.Today(), id, other).Scan(ctx, &answer)
	if err != nil {
		return id, "", fmt.Errorf("request hand-over: %w", err)
	}
	return id, answer, nil
}

// loadHandOver gives a side that the actor sees; any other id is not found.
func loadHandOver(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (handOverRow, error) {
	var h handOverRow
	err := tx.NewSelect().Model(&h).Where("h.id = ?", id).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return h, refusal.NotFound.At("handOver")
	}
	if err != nil {
		return h, fmt.Errorf("hand-over: %w", err)
	}
	return h, nil
}

// holdingSide gives the holder's side of a request by the asker's, to the house, which sees both; false where the id is not the asker's.
func holdingSide(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (h handOverRow, found bool, err error) {
	err = tx.NewSelect().Model(&h).Where("h.side = ? and h.request_id = (select a.request_id from hand_over a where a.id = ? and a.side = ?)", holding, id, asking).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return h, false, nil
	}
	if err != nil {
		return h, false, fmt.Errorf("hand-over: %w", err)
	}
	return h, true, nil
}

// settleHandOver answers a request or takes it back, on both sides; one that moved on meanwhile is a conflict.
func settleHandOver(ctx context.Context, tx *postgres.Tx, id uuid.UUID, to HandOverState, reason string) error {
	var done bool
	if err := tx.NewRaw("select settle_hand_over(?, ?, nullif(?, ''), ?)", id, to, reason, tx.Today()).Scan(ctx, &done); err != nil {
		return fmt.Errorf("settle hand-over: %w", err)
	}
	if !done {
		return refusal.RevisionConflict.At("expectedRevision")
	}
	return nil
}

func installationOf(ctx context.Context, tx owner) (id uuid.UUID, err error) {
	if err := tx.NewRaw("select id from installation").Scan(ctx, &id); err != nil {
		return id, fmt.Errorf("installation: %w", err)
	}
	return id, nil
}

func destroyedKeys(ctx context.Context, tx owner) ([]secret.Destroyed, error) {
	var rows []struct {
		PersonID    uuid.UUID
		DestroyedAt time.Time
		Digest      []byte
	}
	if err := tx.NewRaw("select person_id, destroyed_at, digest from destroyed_key order by person_id").Scan(ctx, &rows); err != nil {
		return nil, fmt.Errorf("destroyed keys: %w", err)
	}
	keys := make([]secret.Destroyed, len(rows))
	for i, r := range rows {
		keys[i] = secret.Destroyed{Person: r.PersonID, At: r.DestroyedAt}
		copy(keys[i].Digest[:], r.Digest)
	}
	return keys, nil
}

// destroyedFiles are those that were destroyed, whosever they were.
func destroyedFiles(ctx context.Context, tx owner) (ids []uuid.UUID, err error) {
	if err := tx.NewRaw("select coalesce(array_agg(id order by id), '{}') from file where state = 'DESTROYED'").Scan(ctx, pgdialect.Array(&ids)); err != nil {
		return nil, fmt.Errorf("destroyed files: %w", err)
	}
	return ids, nil
}

// destroyFilesAgain gives how many of the files the database still had.
func destroyFilesAgain(ctx context.Context, tx owner, ids []uuid.UUID) (fresh int, err error) {
	if err := tx.NewRaw("select destroy_files(?)", pgdialect.Array(ids)).Scan(ctx, &fresh); err != nil {
		return 0, fmt.Errorf("destroy files: %w", err)
	}
	return fresh, nil
}

// destroyAgain says whether the database still had the key, or did not know that there was none.
func destroyAgain(ctx context.Context, tx owner, k secret.Destroyed) (fresh bool, err error) {
	if err := tx.NewRaw("select destroy_person_key(?, ?, ?)", k.Person, k.At, k.Digest[:]).Scan(ctx, &fresh); err != nil {
		return false, fmt.Errorf("destroy key: %w", err)
	}
	return fresh, nil
}
