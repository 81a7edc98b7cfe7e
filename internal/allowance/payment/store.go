package payment

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/money"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// totals are what the lines of a run come to that are to be paid.
type totals struct {
	People        int
	Lines         int
	Blocked       int // that are due and cannot go
	GrossCents    money.Cents
	WithheldCents money.Cents
	NetCents      money.Cents
}

type runRow struct {
	bun.BaseModel `bun:"table:payment_run,alias:r"`

	ID          uuid.UUID
	ProgrammeID uuid.UUID
	PayerID     uuid.UUID
	Year        int
	Number      int
	Kind        Kind
	UpTo        calendar.Month
	ValueDay    calendar.Day
	Way         programme.Way
	Format      *programme.Format
	State       State
	StateSince  calendar.Day
	MadeBy      uuid.UUID
	Gathered    int
	GatheredTo  *uuid.UUID
	totals
	ApprovalsNeeded int
	Approvals       int
	Reason          *string
	Audience        []uuid.UUID `bun:",array"`
	Revision        int
}

const runColumns = `id, programme_id, payer_id, year, number, kind, up_to, value_day, way, format, state, state_since, made_by, gathered, gathered_to, people, lines, blocked,
	gross_cents, withheld_cents, net_cents, approvals_needed, approvals, reason, audience, revision`

// insert writes a new run under the payer's next number, and takes the audience that the database gives it.
func (r *runRow) insert(ctx context.Context, tx *postgres.Tx) error {
	if err := tx.Ask(ctx, &r.Number, "select payment_number($1, $2)", r.PayerID, r.Year); err != nil {
		return fmt.Errorf("number of the run: %w", err)
	}
	err := tx.NewRaw(`insert into payment_run (id, programme_id, payer_id, year, number, kind, up_to, value_day, way, format, state, state_since, made_by, audience)
		select ?0, ?1, ?2, ?3, ?4, case when exists (select from payment_run o where o.payer_id = ?2 and o.up_to >= ?5 and o.state <> 'DISCARDED') then ?6 else ?7 end,
			?5, ?8, ?9, ?10, ?11, ?12, ?13, '{}' returning kind, audience`,
		r.ID, r.ProgrammeID, r.PayerID, r.Year, r.Number, r.UpTo.First(), Supplementary, Ordinary, r.ValueDay, r.Way, r.Format, r.State, r.StateSince, r.MadeBy).Scan(ctx, r)
	if postgres.Violates(err, "payment_run_pkey") {
		return refusal.IDTaken.At("id")
	}
	if err != nil {
		return fmt.Errorf("open run: %w", err)
	}
	return nil
}

// hold gives a run that the actor sees, held against all other acts on it.
func hold(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (*runRow, bool, error) {
	var r runRow
	if err := tx.Ask(ctx, &r, "select "+runColumns+" from payment_run where id = $1 for update", id); err != nil {
		return nil, false, fmt.Errorf("run: %w", err)
	}
	return &r, r.ID == id, nil
}

// save writes what an act has changed of a run that it holds.
func (r *runRow) save(ctx context.Context, tx *postgres.Tx) error {
	r.Revision++
	_, err := tx.NewUpdate().Model(r).Where("id = ?", r.ID).Column("state", "state_since", "gathered", "gathered_to", "people", "lines", "blocked", "gross_cents", "withheld_cents", "net_cents",
		"approvals_needed", "approvals", "reason", "revision").Exec(ctx)
	if err != nil {
		return fmt.Errorf("save run: %w", err)
	}
	return nil
}

// step keeps an act on a run, numbered by the revision that it makes. The last approval must stand before the state that rests on it.
func (r *runRow) step(ctx context.Context, tx *postgres.Tx, act access.Act, from State, revision int) error {
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	s := stepRow{ID: id, RunID: r.ID, ProgrammeID: r.ProgrammeID, Position: revision, Act: string(act), ToState: r.State, At: tx.Now, MemberID: tx.Actor.Member, Audience: r.Audience}
	if from != "" {
		s.FromState = &from
	}
	if absent := tx.Actor.ActsFor(act, r.ProgrammeID, []uuid.UUID{r.PayerID}); absent != uuid.Nil {
		s.OnBehalfOf = &absent
	}
	_, err = tx.NewInsert().Model(&s).Exec(ctx)
	switch {
	case postgres.Violates(err, "payment_step_apart") && act == access.ApproveRun:
		return OwnRun.At()
	case postgres.Violates(err, "payment_step_apart"):
		return ApproverMakes.At()
	case err != nil:
		return fmt.Errorf("keep step: %w", err)
	}
	return nil
}

// stepRow is one act on a run.
type stepRow struct {
	bun.BaseModel `bun:"table:payment_step,alias:s"`

	ID          uuid.UUID
	RunID       uuid.UUID
	ProgrammeID uuid.UUID
	Position    int
	Act         string
	FromState   *State
	ToState     State
	At          time.Time
	MemberID    uuid.UUID
	OnBehalfOf  *uuid.UUID
	Audience    []uuid.UUID `bun:",array"`
}

// hadAHand says whether the actor, by whatever account, or the one for whom he stands in, has done something with the run before.
func hadAHand(ctx context.Context, tx *postgres.Tx, run, absent uuid.UUID) (yes bool, err error) {
	who := []uuid.UUID{tx.Actor.Member}
	if absent != uuid.Nil {
		who = append(who, absent)
	}
	if err = tx.Ask(ctx, &yes, `select exists (select from payment_step s, unnest($2::uuid[]) w where s.run_id = $1
		and (are_one_human(w, s.member_id) or s.on_behalf_of is not null and are_one_human(w, s.on_behalf_of)))`, run, who); err != nil {
		return false, fmt.Errorf("who had a hand in the run: %w", err)
	}
	return yes, nil
}

// gatherNext has the database write the lines of the next participations.
func (r *runRow) gatherNext(ctx context.Context, tx *postgres.Tx, policy programme.Policy) (looked int, last *uuid.UUID, err error) {
	var answer struct {
		Looked int
		Last   *uuid.UUID
	}
	err = tx.NewRaw("select looked, last from payment_gather(?, ?, ?, ?, ?, ?, ?)", r.ID, chunk, tx.Today(), pgdialect.Array(policy.Strings("eligibility.excluding_measures")),
		tx.Today().AddDays(-policy.Int(checkDaysRule)), policy.Text("eligibility.found_outcome") == "BLOCK", policy.Text("eligibility.unknown_outcome") == "BLOCK").Scan(ctx, &answer)
	if err != nil {
		return 0, nil, fmt.Errorf("gather: %w", err)
	}
	return answer.Looked, answer.Last, nil
}

func dropLines(ctx context.Context, tx *postgres.Tx, run uuid.UUID) error {
	if _, err := tx.NewRaw("select payment_ungather(?)", run).Exec(ctx); err != nil {
		return fmt.Errorf("empty run: %w", err)
	}
	return nil
}

func totalsOf(ctx context.Context, tx *postgres.Tx, run uuid.UUID) (t totals, err error) {
	err = tx.Ask(ctx, &t, `select count(distinct participation_id) filter (where live)::int as people, count(*) filter (where live)::int as lines,
			count(*) filter (where state = 'BLOCKED')::int as blocked, coalesce(sum(gross_cents) filter (where live), 0)::bigint as gross_cents,
			coalesce(sum(withheld_cents) filter (where live), 0)::bigint as withheld_cents, coalesce(sum(net_cents) filter (where live), 0)::bigint as net_cents
		from payment_line where run_id = $1`, run)
	if err != nil {
		return t, fmt.Errorf("totals: %w", err)
	}
	return t, nil
}

// sumsOf are what the live lines of a run take from each budget line.
func sumsOf(ctx context.Context, tx *postgres.Tx, run uuid.UUID) (map[uuid.UUID]money.Cents, error) {
	var rows []struct {
		BudgetLineID uuid.UUID
		Cents        money.Cents
	}
	if err := tx.Ask(ctx, &rows, "select budget_line_id, sum(gross_cents)::bigint as cents from payment_line where run_id = $1 and live group by 1", run); err != nil {
		return nil, fmt.Errorf("sums: %w", err)
	}
	sums := make(map[uuid.UUID]money.Cents, len(rows))
	for _, r := range rows {
		sums[r.BudgetLineID] = r.Cents
	}
	return sums, nil
}

// moveLines takes the lines of a run that are in one of the states to another.
func moveLines(ctx context.Context, tx *postgres.Tx, run uuid.UUID, to LineState, from ...LineState) error {
	_, err := tx.NewRaw("update payment_line set state = ?, state_since = ?, revision = revision + 1 where run_id = ? and state in (?)", to, tx.Today(), run, bun.In(from)).Exec(ctx)
	if err != nil {
		return fmt.Errorf("lines: %w", err)
	}
	return nil
}

// lineOf is the body with all above it, the lead last.
func lineOf(ctx context.Context, tx *postgres.Tx, body uuid.UUID) (line []uuid.UUID, err error) {
	if err = tx.Ask(ctx, pgdialect.Array(&line), "select organisation_line($1)", body); err != nil {
		return nil, fmt.Errorf("bodies above: %w", err)
	}
	return line, nil
}
