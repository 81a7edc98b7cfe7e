package company

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

type companyRow struct {
	bun.BaseModel `bun:"table:company,alias:c"`

	ID           uuid.UUID
	Name         string
	EntityCode   string
	ATECO        string `bun:"ateco"`
	Headcount    int
	Municipality string
	Origin       string
	OriginFile   *string
	OriginRow    *int
	OriginHash   *string
	Audience     []uuid.UUID `bun:",array"`
	Revision     int
}

type siteRow struct {
	bun.BaseModel `bun:"table:company_site,alias:s"`
	Site
	Revision int
}

type contactRow struct {
	bun.BaseModel `bun:"table:company_contact,alias:n"`

	ID        uuid.UUID
	CompanyID uuid.UUID
	Name      string
	Title     string
	Phone     *string
	Email     *string
	Audience  []uuid.UUID `bun:",array"`
}

type openingRow struct {
	bun.BaseModel `bun:"table:opening,alias:o"`
	Opening
}

type hoursRow struct {
	bun.BaseModel `bun:"table:opening_hours,alias:h"`

	ID        uuid.UUID
	OpeningID uuid.UUID
	Weekday   int
	From      calendar.LocalTime `bun:"from_minute"`
	To        calendar.LocalTime `bun:"to_minute"`
	Audience  []uuid.UUID        `bun:",array"`
}

type traitRow struct {
	bun.BaseModel `bun:"table:opening_trait,alias:t"`

	ID        uuid.UUID
	OpeningID uuid.UUID
	Side      string
	Code      string
	Audience  []uuid.UUID `bun:",array"`
}

// lineOf gives the keys of an organisation of the programme and of all bodies above it; nil when the actor sees no such organisation.
func lineOf(ctx context.Context, tx *postgres.Tx, programmeID, organisation uuid.UUID) ([]uuid.UUID, error) {
	var line []uuid.UUID
	err := tx.NewRaw("select organisation_line(id) from organisation where id = ? and programme_id = ?", organisation, programmeID).Scan(ctx, pgdialect.Array(&line))
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return nil, fmt.Errorf("organisation: %w", err)
	}
	return line, nil
}

// partnerOf gives the id of the programme's partner with the code; Nil for none.
func partnerOf(ctx context.Context, tx *postgres.Tx, programmeID uuid.UUID, code string) (id uuid.UUID, err error) {
	err = tx.NewRaw("select id from organisation where programme_id = ? and code = ?", programmeID, code).Scan(ctx, &id)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return uuid.Nil, fmt.Errorf("partner: %w", err)
	}
	return id, nil
}

// frame is what bounds an opening: the programme's days, and all its partners.
type frame struct {
	FromDay, ToDay calendar.Day
	Partners       []uuid.UUID `bun:",array"`
}

func frameOf(ctx context.Context, tx *postgres.Tx, programmeID uuid.UUID) (f frame, err error) {
	err = tx.NewRaw(`select p.from_day, p.to_day, (select array_agg(o.id order by o.id) from organisation o where o.programme_id = p.id) as partners
		from programme p where p.id = ?`, programmeID).Scan(ctx, &f)
	if err != nil {
		return frame{}, fmt.Errorf("programme: %w", err)
	}
	return f, nil
}

// byCode gives the id of the company with the entity code, whoever registered it; Nil for none.
func byCode(ctx context.Context, tx *postgres.Tx, code string) (uuid.UUID, error) {
	var id uuid.NullUUID
	if err := tx.NewRaw("select company_by_code(?)", code).Scan(ctx, &id); err != nil {
		return uuid.Nil, fmt.Errorf("company by code: %w", err)
	}
	return id.UUID, nil
}

// share lets an organisation and those above it see a company that is known by its code, with its sites.
func share(ctx context.Context, tx *postgres.Tx, code string, organisation uuid.UUID) error {
	if _, err := tx.NewRaw("select company_shared_with(?, ?)", code, organisation).Exec(ctx); err != nil {
		return fmt.Errorf("share company: %w", err)
	}
	return nil
}

// shareOffered lets every partner of an opening's programme see the company that offers it.
func shareOffered(ctx context.Context, tx *postgres.Tx, opening uuid.UUID) error {
	if _, err := tx.NewRaw("select company_shared_by(?)", opening).Exec(ctx); err != nil {
		return fmt.Errorf("share company: %w", err)
	}
	return nil
}

// companyOf loads a company under the actor's rights; nil when he sees none.
func companyOf(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (*companyRow, error) {
	var r companyRow
	err := tx.NewSelect().Model(&r).Where("id = ?", id).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("company: %w", err)
	}
	return &r, nil
}

func sitesOf(ctx context.Context, tx *postgres.Tx, company uuid.UUID) (found []siteRow, err error) {
	err = tx.NewSelect().Model(&found).Where("company_id = ?", company).Scan(ctx)
	return found, err
}

func contactsOf(ctx context.Context, tx *postgres.Tx, company uuid.UUID) (found []contactRow, err error) {
	err = tx.NewSelect().Model(&found).Where("company_id = ?", company).Scan(ctx)
	return found, err
}

// insertCompany writes a company unless one with its code has come in between: then it says false.
func insertCompany(ctx context.Context, tx *postgres.Tx, r companyRow) (bool, error) {
	result, err := tx.NewInsert().Model(&r).On("conflict (entity_code) do nothing").Exec(ctx)
	if postgres.Violates(err, "company_pkey") {
		return false, refusal.List{refusal.IDTaken.At("id")}
	}
	if err != nil {
		return false, fmt.Errorf("write company: %w", err)
	}
	n, err := result.RowsAffected()
	return n == 1, err
}

// insertAll writes rows of one table; an id that is taken is refused at the path.
func insertAll[R any](ctx context.Context, tx *postgres.Tx, rows []R, key string, path ...string) error {
	if len(rows) == 0 {
		return nil
	}
	_, err := tx.NewInsert().Model(&rows).Exec(ctx)
	if postgres.Violates(err, key) {
		return refusal.List{refusal.IDTaken.At(path...)}
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", key, err)
	}
	return nil
}

// SiteOf loads a place of work under the actor's rights, and refuses one that he does not see.
func SiteOf(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (Site, error) {
	var r siteRow
	err := tx.NewSelect().Model(&r).Where("id = ?", id).Scan(ctx)
	return r.Site, found(err, "site")
}

// OpeningOf loads an opening under the actor's rights, and refuses one that he does not see.
func OpeningOf(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (Opening, error) {
	var r openingRow
	err := tx.NewSelect().Model(&r).Where("id = ?", id).Scan(ctx)
	return r.Opening, found(err, "opening")
}

// LockOpening is OpeningOf that makes all who count its seats wait for each other until the transaction ends.
func LockOpening(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (Opening, error) {
	var r openingRow
	err := tx.NewSelect().Model(&r).Where("id = ?", id).For("no key update").Scan(ctx)
	return r.Opening, found(err, "opening")
}

// Taken is how many seats of an opening internships have taken, whoever follows them.
func Taken(ctx context.Context, tx *postgres.Tx, opening uuid.UUID) (n int, err error) {
	if err := tx.NewRaw("select opening_taken(?, null)", opening).Scan(ctx, &n); err != nil {
		return 0, fmt.Errorf("seats taken: %w", err)
	}
	return n, nil
}

// TimetableOf is the week of an opening, in order.
func TimetableOf(ctx context.Context, tx *postgres.Tx, opening uuid.UUID) ([]Hours, error) {
	var rows []hoursRow
	if err := tx.NewSelect().Model(&rows).Where("opening_id = ?", opening).Order("weekday", "from_minute").Scan(ctx); err != nil {
		return nil, fmt.Errorf("timetable: %w", err)
	}
	week := make([]Hours, len(rows))
	for i, r := range rows {
		week[i] = Hours{Weekday: r.Weekday, From: r.From, To: r.To}
	}
	return week, nil
}

// move brings an opening into a state from the one it was loaded in; somebody else's move in between is refused.
func move(ctx context.Context, tx *postgres.Tx, o *Opening, to State) error {
	result, err := tx.NewUpdate().Model((*openingRow)(nil)).Set("state = ?", to).Set("state_since = ?", tx.Today()).Set("revision = revision + 1").
		Where("id = ? and state = ? and revision = ?", o.ID, o.State, o.Revision).Exec(ctx)
	if err != nil {
		return fmt.Errorf("opening's state: %w", err)
	}
	if n, err := result.RowsAffected(); err != nil || n != 1 {
		return errors.Join(err, refusal.List{refusal.RevisionConflict.At("expectedRevision")})
	}
	o.State, o.StateSince, o.Revision = to, tx.Today(), o.Revision+1
	return nil
}

// newIDs makes ids for rows that nobody brings an id for.
func newIDs(n int) ([]uuid.UUID, error) {
	ids := make([]uuid.UUID, n)
	for i := range ids {
		id, err := uuid.NewV7()
		if err != nil {
			return nil, err
		}
		ids[i] = id
	}
	return ids, nil
}

// found turns a row that is not there into the refusal of an unknown id.
func found(err error, path ...string) error {
	if errors.Is(err, sql.ErrNoRows) {
		return refusal.List{refusal.NotFound.At(path...)}
	}
	if err != nil {
		return fmt.Errorf("load: %w", err)
	}
	return nil
}

func orNull[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}

// with joins keys, each once.
func with(keys []uuid.UUID, more ...uuid.UUID) []uuid.UUID {
	all := slices.Concat(keys, more)
	slices.SortFunc(all, func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) })
	return slices.Compact(all)
}
