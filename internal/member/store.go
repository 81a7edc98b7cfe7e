package member

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/google/uuid"
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
	PersonID       *uuid.UUID
	OrganisationID *uuid.UUID  // the home body; nil for who takes part
	Answering      []uuid.UUID `bun:",array"` // the home body with all above it, and the member
	EndedOn        calendar.Day
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
	return m, one(ctx, tx.NewRaw("select id, name, person_id, organisation_id, answering, ended_on from member where id = ?", id), &m, path)
}

func bodyByID(ctx context.Context, tx *postgres.Tx, id uuid.UUID, path string) (b bodyRow, err error) {
	return b, one(ctx, tx.NewRaw("select id, programme_id, organisation_line(id) as line from organisation where id = ?", id), &b, path)
}

func grantByID(ctx context.Context, tx *postgres.Tx, id uuid.UUID, path string) (g grantRow, err error) {
	return g, one(ctx, tx.NewRaw(`select id, member_id, programme_id, role, scope, over_id, from_day, to_day, organisation_id, participation_id, audience
		from access_grant where id = ?`, id), &g, path)
}

func delegationByID(ctx context.Context, tx *postgres.Tx, id uuid.UUID, path string) (d delegationRow, err error) {
	return d, one(ctx, tx.NewRaw(`select id, programme_id, member_id, to_member_id, every_grant, from_day, to_day, given_by, organisation_id, audience
		from delegation where id = ?`, id), &d, path)
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

func oneHuman(ctx context.Context, tx *postgres.Tx, a, b uuid.UUID) (bool, error) {
	return yes(ctx, tx, "are_one_human(?, ?)", a, b)
}

// meets says whether the human behind a member holds one of the roles within the days; with delegates also one who stands in for the member with
// everything, who gets what the member is given.
func meets(ctx context.Context, tx *postgres.Tx, member, programme uuid.UUID, roles []access.Role, d Days, delegates bool) (bool, error) {
	return yes(ctx, tx, "role_meets(?, ?, ?::text[], ?, ?, ?)", member, programme, pgdialect.Array(roles), d.From, d.To, delegates)
}

// last says whether a body, or the one that is named, loses its last administrator when the member is none from the day on.
func last(ctx context.Context, tx *postgres.Tx, member uuid.UUID, organisation *uuid.UUID, from calendar.Day) (bool, error) {
	return yes(ctx, tx, "administrator_is_last(?, ?, ?)", member, organisation, from)
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

// delegableOf gives the member's own grants in the programme that somebody else may hold on some of the days.
func delegableOf(ctx context.Context, tx *postgres.Tx, member, programme uuid.UUID, d Days) (rows []grantRow, err error) {
	err = tx.NewRaw(`select id, role, scope, from_day, to_day from access_grant where member_id = ? and programme_id = ?
		and daterange(from_day, coalesce(to_day + 1, 'infinity')) && daterange(?::date, ?::date + 1) order by id`, member, programme, d.From, d.To).Scan(ctx, &rows)
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
	return nil
}
