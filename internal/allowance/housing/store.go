package housing

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/participant"
	"github.com/lavoroincorso/lavoro/internal/platform/blob"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/platform/secret"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/money"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// grantRow is a grant as it stands.
type grantRow struct {
	bun.BaseModel `bun:"table:housing_grant,alias:g"`

	ID              uuid.UUID
	ProgrammeID     uuid.UUID
	ParticipationID uuid.UUID
	Condition       []byte // sealed
	FromMonth       calendar.Month
	Months          int
	MonthlyCents    money.Cents
	State           State
	StateSince      calendar.Day
	RequestedBy     uuid.UUID
	OnBehalfOf      *uuid.UUID // for whom who requested it stood in
	RequestedAt     time.Time
	Answer          []byte // sealed
	AnsweredBy      *uuid.UUID
	AnsweredAt      *time.Time
	WithdrawnFrom   *calendar.Month
	Withdrawal      []byte // sealed
	WithdrawnBy     *uuid.UUID
	WithdrawnAt     *time.Time
	Audience        []uuid.UUID `bun:",array"`
	Revision        int
}

type proofRow struct {
	bun.BaseModel `bun:"table:housing_proof,alias:p"`

	ID              uuid.UUID
	GrantID         uuid.UUID
	ProgrammeID     uuid.UUID
	ParticipationID uuid.UUID
	Document        []byte // sealed
	FileID          uuid.UUID
	Audience        []uuid.UUID `bun:",array"`
}

type receiptRow struct {
	bun.BaseModel `bun:"table:housing_receipt,alias:r"`

	ID              uuid.UUID
	GrantID         uuid.UUID
	ProgrammeID     uuid.UUID
	ParticipationID uuid.UUID
	Month           calendar.Month
	Number          int
	Cents           money.Cents
	FileID          *uuid.UUID
	RecordedBy      uuid.UUID
	RecordedAt      time.Time
	Audience        []uuid.UUID `bun:",array"`
}

// beneficiaryRow is whom a grant is for.
type beneficiaryRow struct {
	ProgrammeID   uuid.UUID
	CaseManagerID *uuid.UUID
	EnteredOn     *calendar.Day
	LeftOn        *calendar.Day
	Line          []uuid.UUID `bun:",array"` // the partner that follows him, and the bodies above it
	Audience      []uuid.UUID `bun:",array"`
}

// beneficiary reads a participation that the actor sees, and holds it: what is given to a person is decided by one after the other.
func beneficiary(ctx context.Context, tx *postgres.Tx, participation uuid.UUID) (of beneficiaryRow, found bool, err error) {
	var rows []beneficiaryRow
	err = tx.Ask(ctx, &rows, `select programme_id, case_manager_id, entered_on, left_on, organisation_line(organisation_id) as line, audience from participation where id = $1 for no key update`, participation)
	if err != nil {
		return of, false, fmt.Errorf("whom a grant is for: %w", err)
	}
	if len(rows) == 0 {
		return of, false, nil
	}
	return rows[0], true, nil
}

// load gives a grant for an act that the actor may do on it, from a state that the act leaves.
func load(ctx context.Context, tx *postgres.Tx, act access.Act, id uuid.UUID, expected *int) (row grantRow, of beneficiaryRow, err error) {
	row, found, err := grantByID(ctx, tx, id)
	switch {
	case err != nil:
		return row, of, err
	case !found:
		return row, of, refusal.List{refusal.NotFound.At("housingGrant")}
	}
	if of, found, err = beneficiary(ctx, tx, row.ParticipationID); err != nil {
		return row, of, err
	}
	switch list := row.refusals(tx.Actor, act); {
	case !found:
		return row, of, refusal.List{refusal.NotAllowed.At()}
	case list.Has(refusal.NotAllowed):
		return row, of, list
	case expected != nil && *expected != row.Revision:
		return row, of, refusal.List{refusal.RevisionConflict.At("expectedRevision")}
	case list != nil:
		return row, of, list
	}
	return row, of, nil
}

func grantByID(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (grantRow, bool, error) {
	var rows []grantRow
	if err := tx.NewSelect().Model(&rows).Where("id = ?", id).Scan(ctx); err != nil {
		return grantRow{}, false, fmt.Errorf("grant: %w", err)
	}
	if len(rows) == 0 {
		return grantRow{}, false, nil
	}
	return rows[0], true, nil
}

// grantsOf are the grants of a participation that were given, also those withdrawn since.
func grantsOf(ctx context.Context, tx *postgres.Tx, participation uuid.UUID) (rows []grantRow, err error) {
	if err := tx.NewSelect().Model(&rows).Where("participation_id = ? and state in ('GRANTED', 'WITHDRAWN')", participation).Order("from_month", "id").Scan(ctx); err != nil {
		return nil, fmt.Errorf("grants of somebody: %w", err)
	}
	return rows, nil
}

// once refuses a request beside another one that waits, or for a month that is given for already.
func (r grantRow) once(ctx context.Context, tx *postgres.Tx) error {
	var others []grantRow
	if err := tx.NewSelect().Model(&others).Where("participation_id = ? and id <> ? and state <> 'REFUSED'", r.ParticipationID, r.ID).Scan(ctx); err != nil {
		return fmt.Errorf("other grants: %w", err)
	}
	for _, o := range others {
		if o.State == Requested {
			return refusal.List{RequestWaits.At("participant")}
		}
		if !o.until().Before(o.FromMonth) && !o.until().Before(r.FromMonth) && !o.FromMonth.After(r.last()) {
			return refusal.List{GivenBefore.At("fromMonth").With("first", o.FromMonth).With("last", o.until())}
		}
	}
	return nil
}

func insertGrant(ctx context.Context, tx *postgres.Tx, row *grantRow) error {
	_, err := tx.NewInsert().Model(row).Returning("NULL").Exec(ctx)
	switch {
	case postgres.Violates(err, "housing_grant_pkey"):
		return refusal.List{refusal.IDTaken.At("id")}
	case postgres.Violates(err, "housing_grant_waits"):
		return refusal.List{RequestWaits.At("participant")}
	case err != nil:
		return fmt.Errorf("request grant: %w", err)
	}
	return nil
}

// prove keeps the papers of a request.
func (r grantRow) prove(ctx context.Context, tx *postgres.Tx, proofs []Proof) error {
	for _, p := range proofs {
		if err := blob.Attach(ctx, tx, p.File, r.ParticipationID, participant.ProvesHousing, r.Audience); err != nil {
			return err
		}
		id, err := uuid.NewV7()
		if err != nil {
			return err
		}
		row := proofRow{ID: id, GrantID: r.ID, ProgrammeID: r.ProgrammeID, ParticipationID: r.ParticipationID, FileID: p.File, Audience: r.Audience}
		if row.Document, err = r.seal(ctx, tx, "housing_proof", "document", id, p.Document); err != nil {
			return err
		}
		if _, err := tx.NewInsert().Model(&row).Returning("NULL").Exec(ctx); err != nil {
			return fmt.Errorf("keep proof: %w", err)
		}
	}
	return nil
}

// saveGrant writes what has changed of a grant that still stands as it was loaded, and counts it.
func saveGrant(ctx context.Context, tx *postgres.Tx, row grantRow, columns ...string) error {
	q := tx.NewUpdate().Model(&row).Set("revision = revision + 1").Where("id = ? and revision = ?", row.ID, row.Revision)
	for _, column := range columns {
		q = q.Column(column)
	}
	result, err := q.Exec(ctx)
	switch {
	case postgres.Violates(err, "housing_grant_apart"):
		return refusal.List{OwnRequest.At("housingGrant")}
	case postgres.Violates(err, "housing_grant_once"):
		return refusal.List{GivenBefore.At("housingGrant").With("first", row.FromMonth).With("last", row.last())}
	case err != nil:
		return fmt.Errorf("save grant: %w", err)
	}
	if n, err := result.RowsAffected(); err != nil || n != 1 {
		return refusal.Join(err, refusal.List{refusal.RevisionConflict.At("expectedRevision")})
	}
	return nil
}

func insertReceipt(ctx context.Context, tx *postgres.Tx, row *receiptRow) error {
	if err := tx.Ask(ctx, &row.Number, "select coalesce(max(number), 0) + 1 from housing_receipt where grant_id = $1 and month = $2::text::date", row.GrantID, row.Month.First().String()); err != nil {
		return fmt.Errorf("receipts: %w", err)
	}
	_, err := tx.NewInsert().Model(row).Returning("NULL").Exec(ctx)
	if postgres.Violates(err, "housing_receipt_pkey") {
		return refusal.List{refusal.IDTaken.At("id")}
	}
	if err != nil {
		return fmt.Errorf("keep receipt: %w", err)
	}
	return nil
}

// monthsBrought are the months of which a receipt holds.
func monthsBrought(ctx context.Context, tx *postgres.Tx, grant uuid.UUID) (map[calendar.Month]bool, error) {
	var rows []receiptRow
	if err := tx.NewSelect().Model(&rows).Where("grant_id = ?", grant).Order("month", "number").Scan(ctx); err != nil {
		return nil, fmt.Errorf("receipts: %w", err)
	}
	brought := map[calendar.Month]bool{}
	for _, r := range rows {
		brought[r.Month] = r.Cents > 0
	}
	return brought, nil
}

// wordStep is what sealed words are filled up to: their lengths tell little.
const wordStep = 128

// seal seals what may not be told under the key of the person; of somebody erased nothing is kept.
func (r grantRow) seal(ctx context.Context, tx *postgres.Tx, table, column string, row uuid.UUID, words string) ([]byte, error) {
	persons, err := tx.PersonsOf(ctx, []uuid.UUID{r.ParticipationID})
	if err != nil {
		return nil, err
	}
	key, err := tx.DataKey(ctx, persons[r.ParticipationID])
	if errors.Is(err, secret.ErrErased) {
		return []byte{}, nil
	}
	if err != nil {
		return nil, err
	}
	return key.SealPadded([]byte(words), wordStep, postgres.Place{Table: table, Column: column, Row: row}), nil
}

func (r grantRow) tell(tx *postgres.Tx, act access.Act, kind event.Kind, detail map[string]any) {
	tx.Tell(event.News{Programme: r.ProgrammeID, Act: string(act), Kind: kind, SubjectKind: subject, Subject: r.ID, About: []uuid.UUID{r.ParticipationID}, Audience: r.Audience}, detail)
}

func place(i int) string { return strconv.Itoa(i) }
