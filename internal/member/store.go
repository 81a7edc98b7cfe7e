package member

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

type memberRow struct {
	bun.BaseModel `bun:"table:member,alias:m"`

	ID             uuid.UUID
	Name           string
	Email          string
	PersonID       *uuid.UUID
	OrganisationID *uuid.UUID  // the home body; nil for who takes part
	Answering      []uuid.UUID `bun:",array"` // the home body with all above it, and the member
	FiscalIndex    [][]byte    `bun:",array"` // marks of the fiscal code
	EndedOn        calendar.Day
	Come           bool `bun:",scanonly"` // he can sign in
}

// gone says whether the member has left before the day.
func (m memberRow) gone(day calendar.Day) bool { return !m.EndedOn.IsZero() && m.EndedOn.Before(day) }

// bodyRow is a body with the programme that it belongs to, and its keys up to the lead body.
type bodyRow struct {
	ID          uuid.UUID
	ProgrammeID uuid.UUID
	Line        []uuid.UUID `bun:",array"`
}

type grantRow struct {
	bun.BaseModel `bun:"table:access_grant,alias:g"`

	ID              uuid.UUID
	MemberID        uuid.UUID
	ProgrammeID     uuid.UUID
	Role            access.Role
	Scope           access.Scope
	OverID          uuid.UUID
	FromDay         calendar.Day
	ToDay           calendar.Day
	OrganisationID  *uuid.UUID  // the body that answers for it
	ParticipationID *uuid.UUID  // of whom it is over, for a grant over one person
	Audience        []uuid.UUID `bun:",array"`
}

type delegationRow struct {
	bun.BaseModel `bun:"table:delegation,alias:d"`

	ID             uuid.UUID
	ProgrammeID    uuid.UUID
	MemberID       uuid.UUID
	ToMemberID     uuid.UUID
	EveryGrant     bool
	FromDay        calendar.Day
	ToDay          calendar.Day
	GivenBy        uuid.UUID
	OrganisationID uuid.UUID
	Audience       []uuid.UUID `bun:",array"`
}

type delegatedRow struct {
	bun.BaseModel `bun:"table:delegation_grant,alias:l"`

	DelegationID uuid.UUID
	GrantID      uuid.UUID
	MemberID     uuid.UUID
	ToMemberID   uuid.UUID
	Audience     []uuid.UUID `bun:",array"`
}

type deviceRow struct {
	bun.BaseModel `bun:"table:device,alias:v"`

	ID             uuid.UUID
	MemberID       uuid.UUID
	OrganisationID *uuid.UUID // the member's home body; nil for who takes part
	Name           string
	Platform       Platform
	RegisteredAt   time.Time
	RevokedAt      bun.NullTime
	WipedAt        bun.NullTime
	Audience       []uuid.UUID `bun:",array"`
}

// one scans the single row of a query; NOT_FOUND at the path where the actor sees none.
func one(ctx context.Context, q interface {
	Scan(context.Context, ...any) error
}, into any, path string) error {
	err := q.Scan(ctx, into)
	if errors.Is(err, sql.ErrNoRows) {
		return refusal.NotFound.At(path)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

func memberByID(ctx context.Context, tx *postgres.Tx, id uuid.UUID, path string) (m memberRow, err error) {
	return m, one(ctx, tx.NewRaw("select id, name, email, person_id, organisation_id, answering, ended_on, issuer is not null as come from member where id = ?", id), &m, path)
}

func bodyByID(ctx context.Context, tx *postgres.Tx, id uuid.UUID, path string) (b bodyRow, err error) {
	return b, one(ctx, tx.NewRaw("select id, programme_id, organisation_line(id) as line from organisation where id = ?", id), &b, path)
}

// ErrNoBody is returned for codes that name no body, or more than one.
var ErrNoBody = errors.New("no body has this code, or several programmes have one: name the programme, too")

// bodyByCode gives the body with a code, in the programme with a code where one is named.
func bodyByCode(ctx context.Context, tx *postgres.Tx, programme, body string) (uuid.UUID, error) {
	var found []uuid.UUID
	err := tx.NewRaw(`select o.id from organisation o join programme p on p.id = o.programme_id where o.code = ?0 and (?1 = '' or p.code = ?1)`,
		body, programme).Scan(ctx, &found)
	if err != nil {
		return uuid.Nil, fmt.Errorf("body: %w", err)
	}
	if len(found) != 1 {
		return uuid.Nil, ErrNoBody
	}
	return found[0], nil
}

// isAdministered says whether somebody can sign in and administers the body itself.
func isAdministered(ctx context.Context, tx *postgres.Tx, body uuid.UUID) (bool, error) {
	return yes(ctx, tx, `exists (select from access_grant g join member m on m.id = g.member_id
		where g.role = 'ADMINISTRATOR' and g.over_id = ?0 and m.issuer is not null and (m.ended_on is null or m.ended_on >= ?1)
		and g.from_day <= ?1 and (g.to_day is null or g.to_day >= ?1))`, body, tx.Today())
}

func grantByID(ctx context.Context, tx *postgres.Tx, id uuid.UUID, path string) (g grantRow, err error) {
	return g, one(ctx, tx.NewRaw(`select id, member_id, programme_id, role, scope, over_id, from_day, to_day, organisation_id, participation_id, audience
		from access_grant where id = ?`, id), &g, path)
}

func delegationByID(ctx context.Context, tx *postgres.Tx, id uuid.UUID, path string) (d delegationRow, err error) {
	return d, one(ctx, tx.NewRaw(`select id, programme_id, member_id, to_member_id, every_grant, from_day, to_day, given_by, organisation_id, audience
		from delegation where id = ?`, id), &d, path)
}

type invitationRow struct {
	bun.BaseModel `bun:"table:invitation,alias:i"`

	ID              uuid.UUID
	MemberID        uuid.UUID
	ProgrammeID     uuid.UUID
	OrganisationID  uuid.UUID
	ParticipationID *uuid.UUID // of whom, for who takes part or represents somebody
	InvitedBy       uuid.UUID
	SecretHash      []byte
	Sealed          []byte // the secret, until the letter has gone
	ExpiresAt       time.Time
	AcceptedAt      bun.NullTime
	WithdrawnAt     bun.NullTime
	Audience        []uuid.UUID `bun:",array"`
}

func invitationByID(ctx context.Context, tx *postgres.Tx, id uuid.UUID, path string) (i invitationRow, err error) {
	return i, one(ctx, tx.NewRaw(`select id, member_id, programme_id, organisation_id, participation_id, invited_by, secret_hash, sealed, expires_at, accepted_at,
		withdrawn_at, audience from invitation where id = ? for update`, id), &i, path)
}

// enlist writes a member who cannot sign in yet. His name is for everybody who works for the programme; that of a guest, with Nil, for nobody
// whom the invitation does not tell it to.
func enlist(ctx context.Context, tx *postgres.Tx, m memberRow, programme uuid.UUID) error {
	_, err := tx.NewRaw(`insert into member (id, name, email, person_id, organisation_id, answering, fiscal_index, audience)
		values (?0, ?1, ?2, ?3, ?4, ?5, ?6, array(select o.id from organisation o where o.programme_id = ?7) || ?0::uuid)`,
		m.ID, m.Name, m.Email, m.PersonID, m.OrganisationID, pgdialect.Array(m.Answering), pgdialect.Array(m.FiscalIndex), programme).Exec(ctx)
	if postgres.Violates(err, "member_pkey") {
		return refusal.IDTaken.At("id")
	}
	if err != nil {
		return fmt.Errorf("enlist: %w", err)
	}
	return nil
}

// dismiss ends what a guest would have seen of a participation, and forgets who he is unless he was let see it.
func dismiss(ctx context.Context, tx *postgres.Tx, i invitationRow) error {
	_, err := tx.NewRaw(`update access_grant set to_day = greatest(?0::date, from_day - 1) where member_id = ?1 and participation_id = ?2
		and (to_day is null or to_day > ?0)`, tx.Today().AddDays(-1), i.MemberID, i.ParticipationID).Exec(ctx)
	if err != nil {
		return fmt.Errorf("dismiss: %w", err)
	}
	if err := withdraw(ctx, tx, i.MemberID); err != nil {
		return err
	}
	if _, err := tx.NewRaw("select guest_forget(?, ?)", i.MemberID, tx.Today()).Exec(ctx); err != nil {
		return fmt.Errorf("dismiss: %w", err)
	}
	return nil
}

// renew keeps another secret in the place of an invitation's.
func (i invitationRow) renew(ctx context.Context, tx *postgres.Tx) error {
	_, err := tx.NewRaw("update invitation set secret_hash = ?, sealed = ?, expires_at = ?, sent_at = null, failed_at = null where id = ?",
		i.SecretHash, i.Sealed, i.ExpiresAt, i.ID).Exec(ctx)
	if err != nil {
		return fmt.Errorf("renew invitation: %w", err)
	}
	return nil
}

// withdraw takes back the invitation of a member who has not come.
func withdraw(ctx context.Context, tx *postgres.Tx, member uuid.UUID) error {
	_, err := tx.NewRaw("update invitation set withdrawn_at = ?, sealed = null where member_id = ? and accepted_at is null and withdrawn_at is null", tx.Now, member).Exec(ctx)
	if err != nil {
		return fmt.Errorf("withdraw invitation: %w", err)
	}
	return nil
}

// opens gives the invitation that a secret opens; InvitationUnknown where it opens none.
func opens(ctx context.Context, db *postgres.DB, hash []byte, who Identity, today calendar.Day) (i openedInvitation, err error) {
	rows, err := db.Plans.Query(ctx, "select * from invitation_of($1, $2, $3, $4)", hash, who.Issuer, who.Subject, today.String())
	if err != nil {
		return i, fmt.Errorf("invitation: %w", err)
	}
	i, err = pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[openedInvitation])
	if errors.Is(err, pgx.ErrNoRows) {
		return i, InvitationUnknown.At("secret")
	}
	if err != nil {
		return i, fmt.Errorf("invitation: %w", err)
	}
	return i, nil
}

// invitedBy says in whose name a secret asks somebody to come; zero where it opens nothing now.
func invitedBy(ctx context.Context, db *postgres.DB, hash []byte, now time.Time) (by Inviter, err error) {
	var of *string
	err = db.Plans.QueryRow(ctx, "select body, programme from invitation_from($1, $2, $3)", hash, now, calendar.DayOf(now).String()).Scan(&by.Body, &of)
	if errors.Is(err, pgx.ErrNoRows) {
		return Inviter{}, nil
	}
	if err != nil {
		return Inviter{}, fmt.Errorf("invitation: %w", err)
	}
	if of != nil {
		by.Programme = *of
	}
	return by, nil
}

// waitsFor gives the hash of the oldest invitation's secret that waits for a fiscal code; nil for none.
func waitsFor(ctx context.Context, db *postgres.DB, marks [][]byte, now time.Time) (hash []byte, err error) {
	if err = db.Plans.QueryRow(ctx, "select invitation_for($1, $2, $3)", marks, now, calendar.DayOf(now).String()).Scan(&hash); err != nil {
		return nil, fmt.Errorf("invitation: %w", err)
	}
	return hash, nil
}

// link lets the identity in, or says why not.
func link(ctx context.Context, tx *postgres.Tx, invitation uuid.UUID, who Identity, marks [][]byte) (outcome string, err error) {
	err = tx.NewRaw("select invitation_accept(?, ?, ?, ?, ?, ?)", invitation, who.Issuer, who.Subject, pgdialect.Array(marks), tx.Now, tx.Today()).Scan(ctx, &outcome)
	if err != nil {
		return "", fmt.Errorf("accept: %w", err)
	}
	return outcome, nil
}

// administers says whether the human behind a member administers one of the bodies today, by any account but one.
func administers(ctx context.Context, tx *postgres.Tx, member, but uuid.UUID, bodies []uuid.UUID) (bool, error) {
	return yes(ctx, tx, "administers(?, ?, ?, ?)", member, but, pgdialect.Array(bodies), tx.Today())
}

func keepMarks(ctx context.Context, tx *postgres.Tx, member uuid.UUID, marks [][]byte) error {
	if _, err := tx.NewRaw("select member_marked(?, ?)", member, pgdialect.Array(marks)).Exec(ctx); err != nil {
		return fmt.Errorf("marks: %w", err)
	}
	return nil
}

// dropMarks leaves the marks that begin with the prefix, as the tables' owner.
func dropMarks(ctx context.Context, ownerURL string, prefix []byte) error {
	return postgres.AsOwner(ctx, ownerURL, func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.NewRaw(`update member set fiscal_index = nullif(array(select k from unnest(fiscal_index) k where substr(k, 1, 4) = ?0), '{}')
			where exists (select from unnest(fiscal_index) k where substr(k, 1, 4) <> ?0)`, prefix).Exec(ctx)
		if err != nil {
			return fmt.Errorf("marks: %w", err)
		}
		return nil
	})
}

// grantsOf gives what the member himself holds from today on.
func grantsOf(ctx context.Context, tx *postgres.Tx, member uuid.UUID) (rows []grantRow, err error) {
	err = tx.NewRaw(`select id, member_id, programme_id, role, scope, over_id, from_day, to_day from access_grant where member_id = ? and (to_day is null or to_day >= ?)
		order by id`, member, tx.Today()).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("grants: %w", err)
	}
	return rows, nil
}

// letterRow is an invitation whose letter has not gone, with where it goes.
type letterRow struct {
	invitationRow `bun:",extend"`

	Email string
}

// letters gives letters that wait and were not tried since, the newest first; of one address where it is named.
func letters(ctx context.Context, tx *postgres.Tx, since time.Time, address *string, most int) (rows []letterRow, err error) {
	err = tx.NewRaw("select * from invitation_letters(?, ?, ?, ?, ?)", tx.Now, tx.Today(), since, address, most).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("letters: %w", err)
	}
	return rows, nil
}

// claimLetter keeps a letter from being sent by others until it would be tried again; false where it does not wait any more. Until it has gone it counts as
// one that did not.
func claimLetter(ctx context.Context, tx *postgres.Tx, w letterRow, since time.Time) (bool, error) {
	res, err := tx.NewRaw(`update invitation set failed_at = ?0 where id = ?1 and secret_hash = ?2 and sealed is not null and withdrawn_at is null and expires_at > ?0
		and (failed_at is null or failed_at <= ?3)`, tx.Now, w.ID, w.SecretHash, since).Exec(ctx)
	if err != nil {
		return false, fmt.Errorf("claim a letter: %w", err)
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

// noteLetter keeps that a letter has gone, or not; false where another took its place meanwhile.
func noteLetter(ctx context.Context, tx *postgres.Tx, w letterRow, gone bool) (bool, error) {
	set := "failed_at = ?0"
	if gone {
		set = "sent_at = ?0, sealed = null, failed_at = null"
	}
	res, err := tx.NewRaw("update invitation set "+set+" where id = ?1 and secret_hash = ?2", tx.Now, w.ID, w.SecretHash).Exec(ctx)
	if err != nil {
		return false, fmt.Errorf("letter: %w", err)
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

// grantsLock is the advisory lock of those who change who holds what.
const grantsLock = 7_201_926_070

// lock makes whoever changes who holds what wait for whoever does so now; it ends with the transaction.
func lock(ctx context.Context, tx *postgres.Tx) error {
	if _, err := tx.NewRaw("select pg_advisory_xact_lock(?)", grantsLock).Exec(ctx); err != nil {
		return fmt.Errorf("lock of grants: %w", err)
	}
	return nil
}

// yes asks a decision function.
func yes(ctx context.Context, tx *postgres.Tx, sql string, args ...any) (answer bool, err error) {
	if err = tx.NewRaw("select "+sql, args...).Scan(ctx, &answer); err != nil {
		return false, fmt.Errorf("decide: %w", err)
	}
	return answer, nil
}

// OneHuman says whether two members are the same human being, by whatever accounts: who may do something once does not do it twice.
func OneHuman(ctx context.Context, tx *postgres.Tx, a, b uuid.UUID) (bool, error) {
	if a == b {
		return true, nil
	}
	return oneHuman(ctx, tx, a, b)
}

// Hand is who did something, and for whom he stood in where no grant of his own allowed it.
type Hand struct {
	Member     uuid.UUID
	OnBehalfOf *uuid.UUID
}

// HandOf is as which hand the actor does an act on a row with this audience.
func HandOf(actor access.Actor, act access.Act, programme uuid.UUID, audience []uuid.UUID) Hand {
	h := Hand{Member: actor.Member}
	if absent := actor.ActsFor(act, programme, audience); absent != uuid.Nil {
		h.OnBehalfOf = &absent
	}
	return h
}

func (h Hand) both() []uuid.UUID {
	if h.OnBehalfOf == nil {
		return []uuid.UUID{h.Member}
	}
	return []uuid.UUID{h.Member, *h.OnBehalfOf}
}

// OwnHand says whether the actor would do an act as the same hand that did something before: as that human, by whatever account, or on the same grant,
// whichever of the two stood in for the other. What takes two is then not done by two.
func OwnHand(ctx context.Context, tx *postgres.Tx, first Hand, act access.Act, programme uuid.UUID, audience []uuid.UUID) (own bool, err error) {
	second := HandOf(tx.Actor, act, programme, audience)
	if err = tx.Ask(ctx, &own, "select one_hand($1, $2)", first.both(), second.both()); err != nil {
		return false, fmt.Errorf("one hand: %w", err)
	}
	return own, nil
}

func oneHuman(ctx context.Context, tx *postgres.Tx, a, b uuid.UUID) (bool, error) {
	return yes(ctx, tx, "are_one_human(?, ?)", a, b)
}

// meets says whether the human behind a member holds one of the roles within the days; with delegates also one who stands in for the member with
// everything, who gets what the member is given.
func meets(ctx context.Context, tx *postgres.Tx, member, programme uuid.UUID, roles []access.Role, d Days, delegates bool) (bool, error) {
	return yes(ctx, tx, "role_meets(?, ?, ?::text[], ?, ?, ?)", member, programme, pgdialect.Array(roles), d.From, d.To, delegates)
}

// seesUnder says whether the human behind the grant's holder is let see, himself or for him, somebody whom the grant opens, on some of the days.
func seesUnder(ctx context.Context, tx *postgres.Tx, g grantRow, d Days) (bool, error) {
	return yes(ctx, tx, "sees_under_key(?, ?, ?, ?, ?)", g.MemberID, g.ProgrammeID, g.Scope.Key(g.ProgrammeID, g.OverID), d.From, d.To)
}

// last says whether a body, or the one that is named, loses its last administrator when the member is none from the day on.
func last(ctx context.Context, tx *postgres.Tx, member uuid.UUID, organisation *uuid.UUID, from calendar.Day) (bool, error) {
	return yes(ctx, tx, "administrator_is_last(?, ?, ?)", member, organisation, from)
}

// circlesOpen is how many protections in which the member has a part somebody could lift on the day.
func circlesOpen(ctx context.Context, tx *postgres.Tx, member uuid.UUID, day calendar.Day) (n int, err error) {
	if err = tx.NewRaw("select circles_open(?, ?::text[], ?)", member, pgdialect.Array(lifting()), day).Scan(ctx, &n); err != nil {
		return 0, fmt.Errorf("circles: %w", err)
	}
	return n, nil
}

// circlesFollow ends that the member is named in circles in the grant's role when he holds the role no more.
func circlesFollow(ctx context.Context, tx *postgres.Tx, g grantRow) error {
	if _, err := tx.NewRaw("select circle_follows_role(?, ?, ?)", g.MemberID, g.ProgrammeID, string(g.Role)).Exec(ctx); err != nil {
		return fmt.Errorf("circles: %w", err)
	}
	return nil
}

func worksWith(ctx context.Context, tx *postgres.Tx, company, organisation uuid.UUID) (bool, error) {
	return yes(ctx, tx, "company_works_with(?, ?)", company, organisation)
}

// held says whether the member has such a grant already on some of the days.
func held(ctx context.Context, tx *postgres.Tx, g grantRow) (bool, error) {
	return yes(ctx, tx, `exists (select from access_grant where member_id = ?0 and programme_id = ?1 and role = ?2 and scope = ?3 and over_id = ?4
		and daterange(from_day, coalesce(to_day + 1, 'infinity')) && daterange(?5, coalesce(?6::date + 1, 'infinity')))`,
		g.MemberID, g.ProgrammeID, string(g.Role), string(g.Scope), g.OverID, g.FromDay, g.ToDay)
}

// delegableOf gives the member's own grants in the programme, from the body that answers for the delegation or one below it, that somebody else
// may hold on some of the days.
func delegableOf(ctx context.Context, tx *postgres.Tx, member, programme, body uuid.UUID, d Days) (rows []grantRow, err error) {
	err = tx.NewRaw(`select id, role, scope, over_id, from_day, to_day from access_grant where member_id = ? and programme_id = ? and ? = any (organisation_line(organisation_id))
		and daterange(from_day, coalesce(to_day + 1, 'infinity')) && daterange(?::date, ?::date + 1) order by id`, member, programme, body, d.From, d.To).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("grants: %w", err)
	}
	return rows, nil
}

// insert writes rows of one table; a taken id is refused without saying whose it is.
func insert(ctx context.Context, tx *postgres.Tx, rows any, key string) error {
	_, err := tx.NewInsert().Model(rows).Returning("NULL").Exec(ctx)
	if postgres.Violates(err, key) {
		return refusal.IDTaken.At("id")
	}
	if err != nil {
		return fmt.Errorf("insert: %w", err)
	}
	return nil
}

// stop ends a grant or a delegation after a day.
func stop(ctx context.Context, tx *postgres.Tx, table string, id uuid.UUID, last calendar.Day) error {
	res, err := tx.NewRaw("update "+table+" set to_day = ? where id = ?", last, id).Exec(ctx)
	if err != nil {
		return fmt.Errorf("end: %w", err)
	}
	if n, err := res.RowsAffected(); err != nil || n == 1 {
		return err
	}
	return refusal.NotAllowed.At()
}

func endEverything(ctx context.Context, tx *postgres.Tx, member uuid.UUID, last calendar.Day) error {
	if _, err := tx.NewRaw("select member_end(?, ?)", member, last).Exec(ctx); err != nil {
		return fmt.Errorf("end of a member: %w", err)
	}
	if !last.Before(tx.Today()) {
		return nil // until then he may come
	}
	return withdraw(ctx, tx, member)
}

func deviceByID(ctx context.Context, tx *postgres.Tx, id uuid.UUID, path string) (d deviceRow, err error) {
	return d, one(ctx, tx.NewRaw(`select id, member_id, organisation_id, name, platform, registered_at, revoked_at, wiped_at, audience
		from device where id = ? for update`, id), &d, path)
}

// devicesInUse counts a member's devices; another one of his waits until the transaction ends.
func devicesInUse(ctx context.Context, tx *postgres.Tx, member uuid.UUID) (n int, err error) {
	if _, err := tx.NewRaw("select pg_advisory_xact_lock(hashtextextended('devices ' || ?::text, 0))", member).Exec(ctx); err != nil {
		return 0, fmt.Errorf("lock of devices: %w", err)
	}
	if err := tx.NewRaw("select count(*) from device where member_id = ? and revoked_at is null", member).Scan(ctx, &n); err != nil {
		return 0, fmt.Errorf("devices: %w", err)
	}
	return n, nil
}

func (d deviceRow) revoke(ctx context.Context, tx *postgres.Tx) error {
	return change(ctx, tx, "update device set revoked_at = ?, revoked_by = ? where id = ? and revoked_at is null", tx.Now, tx.Actor.Member, d.ID)
}

func (d deviceRow) wiped(ctx context.Context, tx *postgres.Tx) error {
	return change(ctx, tx, "update device set wiped_at = ? where id = ? and wiped_at is null", tx.Now, d.ID)
}

// deviceContacted writes that one of the actor's own devices asked for something today.
func deviceContacted(ctx context.Context, tx *postgres.Tx, id uuid.UUID) error {
	return change(ctx, tx, "update device set last_contact_on = ?0 where id = ?1 and (last_contact_on is null or last_contact_on < ?0)", tx.Today(), id)
}

// deviceLost says whether a device was revoked, and writes that it was told.
func deviceLost(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (bool, error) {
	return yes(ctx, tx, "device_lost(?, ?)", id, tx.Now)
}

func change(ctx context.Context, tx *postgres.Tx, sql string, args ...any) error {
	if _, err := tx.NewRaw(sql, args...).Exec(ctx); err != nil {
		return fmt.Errorf("device: %w", err)
	}
	return nil
}

// isHuman says whether the person as whom a member is known, if any, is the same human as another one.
func isHuman(ctx context.Context, tx *postgres.Tx, known *uuid.UUID, person uuid.UUID) (bool, error) {
	if known == nil || *known == person {
		return known != nil, nil
	}
	return yes(ctx, tx, "coalesce(human_of(?) = human_of(?), false)", *known, person)
}

// isPerson writes that the member is the person of a participation, or that this was a mistake.
func isPerson(ctx context.Context, tx *postgres.Tx, member, participation uuid.UUID, known bool) error {
	if _, err := tx.NewRaw("select member_is_person(?, ?, ?)", member, participation, known).Exec(ctx); err != nil {
		return fmt.Errorf("member is a person: %w", err)
	}
	return nil
}
