package recovery

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/platform/secret"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/money"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// row is what was paid beyond what a month owes, as the database keeps it; sums are net.
type row struct {
	ID              uuid.UUID
	ProgrammeID     uuid.UUID
	ParticipationID uuid.UUID
	PayerID         uuid.UUID
	StatementID     uuid.UUID
	Month           calendar.Month
	RecoveredCents  money.Cents
	RepaidCents     money.Cents
	LeftCents       money.Cents
	Unsent          money.Cents // that runs take off which were not sent
	Planned         bool        // a plan holds that has not ended
	Waits           bool        // a discharge waits for its answer
	Together        money.Cents // all that the person was paid too much by the payer and is not settled
	Audience        []uuid.UUID `bun:",array"`
	Revision        int
}

const columns = `r.id, r.programme_id, r.participation_id, r.payer_id, r.statement_id, r.month, r.recovered_cents, r.repaid_cents, r.left_cents, r.audience, r.revision,
	(select coalesce(sum(l.recovered_cents), 0)::bigint from payment_line l where l.allowance_id = r.allowance_id and l.payer_id = r.payer_id and l.live and l.state in ('PENDING', 'HELD')) as unsent,
	exists (select from recovery_plan p where p.recovery_id = r.id and p.months[cardinality(p.months)] >= $2) as planned,
	exists (select from recovery_discharge d where d.recovery_id = r.id and d.state = 'WAITING') as waits,
	(select coalesce(sum(o.owed_cents - o.waived_cents), 0)::bigint from recovery o where o.participation_id = r.participation_id and o.payer_id = r.payer_id and o.left_cents > 0) as together`

// hold gives a recovery that the actor sees, held against all other acts on it; the zero row for any other.
func hold(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (r row, err error) {
	var seen bool
	if err = tx.Ask(ctx, &seen, "select recovery_hold($1)", id); err != nil || !seen {
		return r, err
	}
	if err = tx.Ask(ctx, &r, "select "+columns+" from recovery r where r.id = $1", id, lastMonth(tx)); err != nil {
		return r, fmt.Errorf("recovery: %w", err)
	}
	return r, nil
}

// lastMonth is the latest that a run can take up.
func lastMonth(tx *postgres.Tx) string { return tx.Today().Month().Prev().First().String() }

// about gives the recoveries that news are about: of a statement's month, those that a run takes something off for, or the one itself.
func about(ctx context.Context, tx *postgres.Tx, subjectKind string, id uuid.UUID) (rows []row, err error) {
	where := map[string]string{
		"AllowanceStatement": "r.allowance_id = (select s.allowance_id from allowance_statement s where s.id = $1)",
		"PaymentRun":         "(r.allowance_id, r.payer_id) in (select l.allowance_id, l.payer_id from payment_line l where l.run_id = $1 and l.recovered_cents > 0)",
		subject:              "r.id = $1",
	}[subjectKind]
	if where == "" {
		return nil, nil
	}
	if err = tx.Ask(ctx, &rows, "select "+columns+" from recovery r where "+where+" order by r.participation_id, r.month, r.payer_id", id, lastMonth(tx)); err != nil {
		return nil, fmt.Errorf("recoveries: %w", err)
	}
	return rows, nil
}

// waivedBy are the recoveries of which something was given up, and which news of a statement's month, a run or one of them may bring to another sum.
func waivedBy(ctx context.Context, tx *postgres.Tx, subjectKind string, id uuid.UUID) (ids []uuid.UUID, err error) {
	where := map[string]string{
		"AllowanceStatement": "r.allowance_id = (select s.allowance_id from allowance_statement s where s.id = $1)",
		"PaymentRun":         "exists (select from payment_line l where l.run_id = $1 and l.participation_id = r.participation_id and l.month = r.month and l.payer_id = r.payer_id)",
		subject:              "r.id = $1",
	}[subjectKind]
	if where == "" {
		return nil, nil
	}
	err = tx.Ask(ctx, pgdialect.Array(&ids), `select coalesce(array_agg(r.id), '{}') from recovery r
		where r.id in (select d.recovery_id from recovery_discharge d where d.kind = 'WAIVER' and d.state = 'CONFIRMED') and `+where, id)
	if err != nil {
		return nil, fmt.Errorf("what was given up: %w", err)
	}
	return ids, nil
}

// accrual is what a recovery is to be booked with on a budget line beside what is.
type accrual struct {
	RecoveryID, ProgrammeID, BudgetLineID uuid.UUID
	Cents                                 money.Cents // gross
}

// givenUp is what is to be booked for what recoveries have given up. It holds them.
func givenUp(ctx context.Context, tx *postgres.Tx, recoveries []uuid.UUID) (rows []accrual, err error) {
	if len(recoveries) == 0 {
		return nil, nil
	}
	if err = tx.Ask(ctx, &rows, "select * from recovery_given_up($1)", recoveries); err != nil {
		return nil, fmt.Errorf("what is given up: %w", err)
	}
	return rows, nil
}

// touch counts what is agreed, asked or answered as a change of the recovery.
func (r row) touch(ctx context.Context, tx *postgres.Tx) error {
	if _, err := tx.NewRaw("update recovery set revision = revision + 1 where id = ?", r.ID).Exec(ctx); err != nil {
		return fmt.Errorf("recovery: %w", err)
	}
	return nil
}

// planRow is what was agreed with the person.
type planRow struct {
	bun.BaseModel `bun:"table:recovery_plan,alias:p"`

	ID              uuid.UUID
	RecoveryID      uuid.UUID
	ProgrammeID     uuid.UUID
	ParticipationID uuid.UUID
	Month           calendar.Month
	Number          int
	AgreedOn        calendar.Day
	BeforeCents     money.Cents
	Months          []string      `bun:",array"`
	Cents           []money.Cents `bun:",array"`
	MemberID        uuid.UUID
	MadeAt          time.Time
	Audience        []uuid.UUID `bun:",array"`
}

func insertPlan(ctx context.Context, tx *postgres.Tx, r row, in Plan) error {
	p := planRow{ID: in.ID, RecoveryID: r.ID, ProgrammeID: r.ProgrammeID, ParticipationID: r.ParticipationID, Month: r.Month, AgreedOn: in.AgreedOn, BeforeCents: r.RecoveredCents + r.RepaidCents,
		MemberID: tx.Actor.Member, MadeAt: tx.Now, Audience: r.Audience}
	for _, one := range in.Instalments {
		p.Months, p.Cents = append(p.Months, one.Month.First().String()), append(p.Cents, one.Cents)
	}
	if err := tx.Ask(ctx, &p.Number, "select coalesce(max(number), 0) + 1 from recovery_plan where recovery_id = $1", r.ID); err != nil {
		return fmt.Errorf("plans: %w", err)
	}
	_, err := tx.NewInsert().Model(&p).Exec(ctx)
	if postgres.Violates(err, "recovery_plan_pkey") {
		return refusal.IDTaken.At("id")
	}
	if err != nil {
		return fmt.Errorf("keep plan: %w", err)
	}
	return nil
}

// dischargeRow is money that the person gave back himself, or that was given up.
type dischargeRow struct {
	bun.BaseModel `bun:"table:recovery_discharge,alias:d"`

	ID              uuid.UUID
	RecoveryID      uuid.UUID
	ProgrammeID     uuid.UUID
	ParticipationID uuid.UUID
	Month           calendar.Month
	Kind            DischargeKind
	Cents           money.Cents
	Day             *calendar.Day
	State           DischargeState
	StateSince      calendar.Day
	Reason          []byte // sealed
	AskedBy         uuid.UUID
	OnBehalfOf      *uuid.UUID // for whom who asked for it stood in
	AskedAt         time.Time
	Answer          []byte // sealed
	AnsweredBy      *uuid.UUID
	AnsweredAt      *time.Time
	Audience        []uuid.UUID `bun:",array"`
	Revision        int
}

func dischargeByID(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (dischargeRow, error) {
	var rows []dischargeRow
	if err := tx.NewSelect().Model(&rows).Where("id = ?", id).Scan(ctx); err != nil {
		return dischargeRow{}, fmt.Errorf("discharge: %w", err)
	}
	if len(rows) == 0 {
		return dischargeRow{}, nil
	}
	return rows[0], nil
}

func (d dischargeRow) insert(ctx context.Context, tx *postgres.Tx) error {
	_, err := tx.NewInsert().Model(&d).Exec(ctx)
	switch {
	case postgres.Violates(err, "recovery_discharge_pkey"):
		return refusal.IDTaken.At("id")
	case postgres.Violates(err, "recovery_discharge_waits"):
		return DischargeWaits.At("recovery")
	case err != nil:
		return fmt.Errorf("keep discharge: %w", err)
	}
	return nil
}

func (d dischargeRow) save(ctx context.Context, tx *postgres.Tx) error {
	_, err := tx.NewUpdate().Model(&d).Column("state", "state_since", "answer", "answered_by", "answered_at").Set("revision = revision + 1").Where("id = ?", d.ID).Exec(ctx)
	switch {
	case postgres.Violates(err, "recovery_discharge_apart"):
		return OwnDischarge.At("discharge")
	case err != nil:
		return fmt.Errorf("answer discharge: %w", err)
	}
	return nil
}

// seal seals words under the person's key; of somebody erased none are kept.
func (d dischargeRow) seal(ctx context.Context, tx *postgres.Tx, column, words string) ([]byte, error) {
	persons, err := tx.PersonsOf(ctx, []uuid.UUID{d.ParticipationID})
	if err != nil {
		return nil, err
	}
	key, err := tx.DataKey(ctx, persons[d.ParticipationID])
	if errors.Is(err, secret.ErrErased) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return key.SealPadded([]byte(words), noteStep, postgres.Place{Table: "recovery_discharge", Column: column, Row: d.ID}), nil
}

// partRow is what goes back to a budget line.
type partRow struct {
	bun.BaseModel `bun:"table:recovery_part,alias:t"`

	ID            uuid.UUID
	DischargeID   uuid.UUID
	AllowanceID   uuid.UUID
	PayerID       uuid.UUID
	BudgetLineID  uuid.UUID
	GrossCents    money.Cents
	WithheldCents money.Cents
	NetCents      money.Cents
	Audience      []uuid.UUID `bun:",array"`
}

// partsBack keeps to which budget lines a repayment goes.
func partsBack(ctx context.Context, tx *postgres.Tx, r row, d dischargeRow) (rows []partRow, err error) {
	err = tx.Ask(ctx, &rows, "select p.*, r.allowance_id, r.payer_id from recovery r, recovery_parts(r.id, $2) p where r.id = $1 order by p.budget_line_id", r.ID, int64(d.Cents))
	if err != nil {
		return nil, fmt.Errorf("parts: %w", err)
	}
	for i := range rows {
		if rows[i].ID, err = uuid.NewV7(); err != nil {
			return nil, err
		}
		rows[i].DischargeID, rows[i].Audience = d.ID, r.Audience
	}
	if _, err := tx.NewInsert().Model(&rows).Exec(ctx); err != nil {
		return nil, fmt.Errorf("keep parts: %w", err)
	}
	return rows, nil
}

// above is the body with all above it, the lead last.
func above(ctx context.Context, tx *postgres.Tx, body uuid.UUID) (line []uuid.UUID, err error) {
	if err = tx.Ask(ctx, pgdialect.Array(&line), "select organisation_line($1)", body); err != nil {
		return nil, fmt.Errorf("bodies above: %w", err)
	}
	return line, nil
}

// noteStep is what words are filled up to: their lengths tell little.
const noteStep = 128

// sumRow is one sum of a month, a payer and a budget line.
type sumRow struct {
	AllowanceID, PayerID, BudgetLineID     uuid.UUID
	Owed, Taken, Unsent, Back, RecoveredBy money.Cents
}

// moved reads what went to and fro of some months after one, as the tables' owner, and the last of them; none where no more follow.
func moved(ctx context.Context, ownerURL string, after uuid.UUID, most int) (last uuid.UUID, sums map[of]*account, err error) {
	sums = map[of]*account{}
	err = postgres.AsOwner(ctx, ownerURL, func(ctx context.Context, tx bun.Tx) error {
		var months []uuid.UUID
		if err := tx.NewRaw("select id from allowance where id > ? order by id limit ?", after, most).Scan(ctx, &months); err != nil {
			return fmt.Errorf("months: %w", err)
		}
		if len(months) == most {
			last = months[most-1]
		}
		if err := addUp(ctx, tx, months, sums); err != nil {
			return err
		}
		return kept(ctx, tx, months, sums)
	})
	return last, sums, err
}

func addUp(ctx context.Context, tx bun.Tx, months []uuid.UUID, into map[of]*account) error {
	var rows []sumRow
	err := tx.NewRaw(`select h.allowance_id, h.payer_id, h.budget_line_id, h.net_cents as owed, 0 as taken, 0 as unsent, 0 as back, 0 as recovered_by from allowance_share h
			join allowance_statement s on s.id = h.statement_id and not exists (select from allowance_statement n where n.allowance_id = s.allowance_id and n.number > s.number)
			where h.allowance_id = any (?0::uuid[])
		union all select l.allowance_id, l.payer_id, l.budget_line_id, 0, l.net_cents, case when l.state in ('PENDING', 'HELD') and l.net_cents > 0 then l.net_cents else 0 end, 0, l.recovered_cents
			from payment_line l where l.allowance_id = any (?0::uuid[]) and l.state in ('PENDING', 'HELD', 'EXPORTED', 'RECALL_ASKED', 'PAID')
		union all select p.allowance_id, p.payer_id, p.budget_line_id, 0, 0, 0, p.net_cents, 0 from recovery_part p join recovery_discharge d on d.id = p.discharge_id and d.state = 'CONFIRMED'
			where p.allowance_id = any (?0::uuid[])`, pgdialect.Array(months)).Scan(ctx, &rows)
	if err != nil {
		return fmt.Errorf("sums: %w", err)
	}
	for _, r := range rows {
		a := accountOf(into, of{r.AllowanceID, r.PayerID})
		a.recovered += r.RecoveredBy
		l := a.lines[r.BudgetLineID]
		if l == nil {
			l = &budgetSums{}
			a.lines[r.BudgetLineID] = l
		}
		l.owed, l.taken, l.unsent, l.back = l.owed+r.Owed, l.taken+r.Taken, l.unsent+r.Unsent, l.back+r.Back
	}
	return nil
}

func kept(ctx context.Context, tx bun.Tx, months []uuid.UUID, into map[of]*account) error {
	var rows []struct {
		AllowanceID, PayerID                                           uuid.UUID
		OwedCents, RecoveredCents, RepaidCents, WaivedCents, LeftCents money.Cents
		Repaid, Waived                                                 money.Cents
	}
	err := tx.NewRaw(`select r.allowance_id, r.payer_id, r.owed_cents, r.recovered_cents, r.repaid_cents, r.waived_cents, r.left_cents,
			coalesce(sum(d.cents) filter (where d.kind = 'REPAYMENT'), 0)::bigint as repaid, coalesce(sum(d.cents) filter (where d.kind = 'WAIVER'), 0)::bigint as waived
		from recovery r left join recovery_discharge d on d.recovery_id = r.id and d.state = 'CONFIRMED' where r.allowance_id = any (?::uuid[]) group by r.id`, pgdialect.Array(months)).Scan(ctx, &rows)
	if err != nil {
		return fmt.Errorf("recoveries: %w", err)
	}
	for _, r := range rows {
		a := accountOf(into, of{r.AllowanceID, r.PayerID})
		a.repaid, a.waived = r.Repaid, r.Waived
		a.kept = &keptSums{owed: r.OwedCents, recovered: r.RecoveredCents, repaid: r.RepaidCents, waived: r.WaivedCents, left: r.LeftCents}
	}
	return nil
}

func accountOf(all map[of]*account, k of) *account {
	if all[k] == nil {
		all[k] = &account{lines: map[uuid.UUID]*budgetSums{}}
	}
	return all[k]
}
