package history

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"github.com/lavoroincorso/lavoro/internal/member"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/money"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// importRow is an import as it is stored.
type importRow struct {
	bun.BaseModel `bun:"table:history_import,alias:i"`

	ID          uuid.UUID
	ProgrammeID uuid.UUID
	ContentHash []byte
	Files       []File `bun:"type:jsonb"`
	State       State
	StateSince  calendar.Day
	StagedBy    uuid.UUID
	StagedAt    time.Time
	DecidedBy   *uuid.UUID  `bun:",nullzero"`
	OnBehalfOf  *uuid.UUID  `bun:",nullzero"` // for whom who decided stood in
	Audience    []uuid.UUID `bun:",array"`
	Revision    int
}

// factRow is a fact as it is stored.
type factRow struct {
	bun.BaseModel `bun:"table:history_fact,alias:f"`

	ID              uuid.UUID
	ImportID        uuid.UUID
	ProgrammeID     uuid.UUID
	ParticipationID *uuid.UUID
	Kind            Kind
	FactKey         string
	Month           *calendar.Month
	FromDay         calendar.Day
	ToDay           calendar.Day
	ActivityKind    string `bun:",nullzero"`
	Minutes         *int
	PresenceDays    *int
	BudgetLineID    *uuid.UUID
	GrossCents      *money.Cents
	WithheldCents   *money.Cents
	PaidOn          calendar.Day
	Detail          Detail `bun:"type:jsonb"`
	File            string
	Line            int
	RowHash         []byte
	State           State
	Audience        []uuid.UUID `bun:",array"`
}

// fact is a row as it is stored, its import and audience aside.
func (r *row) fact(of uuid.UUID, name string) (factRow, error) {
	id, err := uuid.NewV7()
	f := factRow{ID: id, ProgrammeID: of, Kind: r.Kind, FactKey: r.key(), FromDay: r.From, ToDay: r.To, ActivityKind: r.ActivityKind, PaidOn: r.PaidOn, Detail: r.Detail,
		File: name, Line: r.Number, RowHash: r.hash, State: Staged}
	if r.Kind != Spending {
		f.ParticipationID = &r.Participant
	}
	if !r.Month.IsZero() {
		f.Month = &r.Month
	}
	switch r.Kind {
	case Attendance:
		f.Minutes, f.PresenceDays = &r.Minutes, &r.PresenceDays
	case Placement:
		f.Minutes = &r.Minutes
	case Payment, Spending:
		f.BudgetLineID, f.GrossCents, f.WithheldCents = &r.Line, &r.Gross, &r.Withheld
	}
	return f, err
}

// bounds are the programme's days and its lead.
type bounds struct {
	FromDay calendar.Day
	ToDay   calendar.Day
	Lead    uuid.UUID
}

func boundsOf(ctx context.Context, tx *postgres.Tx, programme uuid.UUID) (b bounds, lines map[string]uuid.UUID, err error) {
	err = tx.Ask(ctx, &b, `select p.from_day, p.to_day, o.id as lead from programme p join organisation o on o.programme_id = p.id and o.parent_id is null where p.id = $1`, programme)
	if err != nil {
		return b, nil, fmt.Errorf("programme: %w", err)
	}
	var rows []struct {
		ID   uuid.UUID
		Code string
	}
	if err := tx.Ask(ctx, &rows, "select id, code from budget_line where programme_id = $1", programme); err != nil {
		return b, nil, fmt.Errorf("budget lines: %w", err)
	}
	lines = make(map[string]uuid.UUID, len(rows))
	for _, r := range rows {
		lines[r.Code] = r.ID
	}
	return b, lines, nil
}

// against is what stands here against a fact.
type against struct {
	Human                      uuid.UUID
	Stated, Registered, Placed bool
	Gross                      money.Cents // recognised of the hours of the month
	Housing                    []housed    `bun:"type:jsonb"`
	EnteredOn, ReferredOn      calendar.Day
}

// housed is what was recognised of a month towards living on one's own.
type housed struct {
	Month calendar.Month `json:"month"`
	Cents money.Cents    `json:"cents"`
}

// standAgainst reads what stands here against rows.
func standAgainst(ctx context.Context, tx *postgres.Tx, rows []*row) error {
	if len(rows) == 0 {
		return nil
	}
	participations, kinds := make([]uuid.UUID, len(rows)), make([]string, len(rows))
	firsts, lasts := make([]string, len(rows)), make([]string, len(rows))
	for i, r := range rows {
		first, last := r.span()
		participations[i], kinds[i], firsts[i], lasts[i] = r.Participant, r.ActivityKind, first.String(), last.String()
	}
	var found []struct {
		N int
		against
	}
	if err := tx.Ask(ctx, &found, `select w.n, a.* from unnest($1::uuid[], $2::date[], $3::date[], $4::text[]) with ordinality w(participation, first, last, kind, n)
		cross join lateral history_against(w.participation, w.first, w.last, w.kind) a`, participations, firsts, lasts, kinds); err != nil {
		return fmt.Errorf("what stands against: %w", err)
	}
	if len(found) != len(rows) {
		return fmt.Errorf("what stands against: known of %d rows of %d", len(found), len(rows))
	}
	for _, a := range found {
		rows[a.N-1].against = a.against
	}
	return nil
}

// knownHashes reads the hashes of the rows that brought the same facts before.
func knownHashes(ctx context.Context, tx *postgres.Tx, programme uuid.UUID, rows []*row) error {
	kinds, keys := make([]string, len(rows)), make([]string, len(rows))
	for i, r := range rows {
		kinds[i], keys[i] = string(r.Kind), r.key()
	}
	var known []struct {
		Place   string
		RowHash []byte
	}
	if err := tx.Ask(ctx, &known, "select kind || ' ' || fact_key as place, row_hash from history_known($1, $2, $3)", programme, kinds, keys); err != nil {
		return fmt.Errorf("what was brought before: %w", err)
	}
	hashes := make(map[string][]byte, len(known))
	for _, k := range known {
		hashes[k.Place] = k.RowHash
	}
	for _, r := range rows {
		r.before = hashes[r.place()]
	}
	return nil
}

// moneyKeys gives, by participation, who sees the money of those of whom facts are.
func moneyKeys(ctx context.Context, tx *postgres.Tx, facts []factRow) (map[uuid.UUID][]uuid.UUID, error) {
	var ids []uuid.UUID
	for _, f := range facts {
		if f.ParticipationID != nil {
			ids = append(ids, *f.ParticipationID)
		}
	}
	var rows []struct {
		ID   uuid.UUID
		Keys []uuid.UUID `bun:",array"`
	}
	if err := tx.Ask(ctx, &rows, "select p.id, money_keys(p.id) as keys from (select distinct id from unnest($1::uuid[]) id) p", ids); err != nil {
		return nil, fmt.Errorf("who sees it: %w", err)
	}
	keys := make(map[uuid.UUID][]uuid.UUID, len(rows))
	for _, r := range rows {
		keys[r.ID] = r.Keys
	}
	return keys, nil
}

// factBatch is how many facts are written at once.
const factBatch = 500

// insertImport writes an import with its facts. A fact is seen by who sees the money of its person, one of spending by the lead.
func insertImport(ctx context.Context, tx *postgres.Tx, i *importRow, facts []factRow) error {
	if _, err := tx.NewInsert().Model(i).Exec(ctx); err != nil {
		return fmt.Errorf("import: %w", err)
	}
	keys, err := moneyKeys(ctx, tx, facts)
	if err != nil {
		return err
	}
	for n := range facts {
		facts[n].ImportID, facts[n].Audience = i.ID, i.Audience
		if of := facts[n].ParticipationID; of != nil {
			facts[n].Audience = keys[*of]
		}
	}
	for some := range slices.Chunk(facts, factBatch) {
		_, err := tx.NewInsert().Model(&some).Exec(ctx)
		if postgres.Violates(err, "history_fact_once") {
			return refusal.List{KnownOtherwise.At()}
		}
		if err != nil {
			return fmt.Errorf("facts: %w", err)
		}
	}
	return nil
}

func totalsOf(ctx context.Context, tx *postgres.Tx, id uuid.UUID) ([]Total, error) {
	var row struct {
		Totals []Total `bun:"type:jsonb"`
	}
	if err := tx.Ask(ctx, &row, "select history_totals($1) as totals", id); err != nil {
		return nil, fmt.Errorf("totals: %w", err)
	}
	return row.Totals, nil
}

// importByID loads one that the actor sees, and holds it.
func importByID(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (row importRow, found bool, err error) {
	var rows []importRow
	if err := tx.NewSelect().Model(&rows).Where("i.id = ?", id).Scan(ctx); err != nil {
		return row, false, fmt.Errorf("import: %w", err)
	}
	if len(rows) == 0 {
		return row, false, nil
	}
	return rows[0], true, nil
}

// decide writes what was decided on an import that waits; it gives of how many rows the months have been worked on meanwhile, and then has written
// nothing.
func decide(ctx context.Context, tx *postgres.Tx, id uuid.UUID, state State, by member.Hand, reason *string) (late int, err error) {
	err = tx.Ask(ctx, &late, "select decide_history($1, $2, $3, $4, $5, $6, $7)", id, string(state), by.Member, by.OnBehalfOf, tx.Now.UTC(), tx.Today(), reason)
	if postgres.Violates(err, "history_second_person") {
		return 0, refusal.List{OwnImport.At("import")}
	}
	if err != nil {
		return 0, fmt.Errorf("decide on an import: %w", err)
	}
	return late, nil
}

// revoke takes back an import that stands; it gives of how many rows something here was built on, and then has written nothing.
func revoke(ctx context.Context, tx *postgres.Tx, id uuid.UUID, by member.Hand, reason string) (built int, err error) {
	err = tx.Ask(ctx, &built, "select revoke_history($1, $2, $3, $4, $5, $6)", id, by.Member, by.OnBehalfOf, tx.Now.UTC(), tx.Today(), reason)
	if postgres.Violates(err, "history_revoked_by_another") {
		return 0, refusal.List{OwnConfirmation.At("import")}
	}
	if err != nil {
		return 0, fmt.Errorf("take back an import: %w", err)
	}
	return built, nil
}

// entries are the people of an import who had entered.
func entries(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (rows []factRow, err error) {
	if err := tx.NewSelect().Model(&rows).Where("f.import_id = ? and f.kind = ?", id, Participation).Order("f.line").Scan(ctx); err != nil {
		return nil, fmt.Errorf("who had entered: %w", err)
	}
	return rows, nil
}
