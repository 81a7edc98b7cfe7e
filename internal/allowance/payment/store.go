package payment

import (
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/allowance/payfile"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/fiscal"
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
	var err error
	if r.Number, err = number(ctx, tx, r.PayerID, r.Year); err != nil {
		return err
	}
	err = tx.NewRaw(`insert into payment_run (id, programme_id, payer_id, year, number, kind, up_to, value_day, way, format, state, state_since, made_by, audience)
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
	case postgres.Violates(err, "payment_step_apart") && act == access.ResolveLine:
		return OwnAnswer.At()
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

// hadAHand says whether the actor, by whatever account, or the one for whom he stands in, has done one of the acts with the run before; any where none is named.
func hadAHand(ctx context.Context, tx *postgres.Tx, run, absent uuid.UUID, acts ...access.Act) (yes bool, err error) {
	who, named := []uuid.UUID{tx.Actor.Member}, []string(nil)
	for _, act := range acts {
		named = append(named, string(act))
	}
	if absent != uuid.Nil {
		who = append(who, absent)
	}
	if err = tx.Ask(ctx, &yes, `select exists (select from payment_step s, unnest($2::uuid[]) w where s.run_id = $1 and ($3::text[] is null or s.act = any ($3))
		and (are_one_human(w, s.member_id) or s.on_behalf_of is not null and are_one_human(w, s.on_behalf_of)))`, run, who, named); err != nil {
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
	err = tx.NewRaw("select looked, last from payment_gather(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", r.ID, chunk, tx.Today(), policy.Int(restDaysRule), pgdialect.Array(policy.Strings("eligibility.excluding_measures")),
		policy.Int(checkDaysRule), policy.Text("eligibility.found_outcome") == "BLOCK", policy.Text("eligibility.unknown_outcome") == "BLOCK",
		policy.Int(offsetRule), policy.Cents(leavesRule), policy.Cents(leastRule)).Scan(ctx, &answer)
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

// singlyApproved is what other runs of the payer come to that one approval suffices for, and that were checked not longer ago than so many days.
// Nobody else of the payer checks a run until the transaction ends.
func singlyApproved(ctx context.Context, tx *postgres.Tx, r *runRow, days int) (cents money.Cents, err error) {
	if _, err := number(ctx, tx, r.PayerID, 0); err != nil {
		return 0, err
	}
	err = tx.Ask(ctx, &cents, `select coalesce(sum(r.net_cents), 0)::bigint from payment_run r where r.programme_id = $1 and r.payer_id = $2 and r.id <> $3
		and r.approvals_needed = 1 and r.state in ('CHECKED', 'APPROVED', 'EXPORTED', 'PAID', 'PARTLY_RETURNED')
		and exists (select from payment_step s where s.run_id = r.id and s.act = $4 and s.at >= $5)`, r.ProgrammeID, r.PayerID, r.ID, string(access.CheckRun), tx.Now.AddDate(0, 0, -days))
	if err != nil {
		return 0, fmt.Errorf("runs before: %w", err)
	}
	return cents, nil
}

// changed counts lines against which something stands since the run was computed.
func changed(ctx context.Context, tx *postgres.Tx, run uuid.UUID) (lines int, err error) {
	if err = tx.Ask(ctx, &lines, "select count(*)::int from payment_changes($1, $2)", run, tx.Today()); err != nil {
		return 0, fmt.Errorf("what has changed: %w", err)
	}
	return lines, nil
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

// beneficiary is one person whom an approved run pays, with where.
type beneficiary struct {
	HeadID         uuid.UUID
	PersonID       uuid.UUID
	BankID         uuid.UUID
	IBAN           []byte // sealed; nil where the means need none
	Holder         []byte
	Means          programme.Means
	Months         []calendar.Month `bun:",array"`
	BudgetLines    []string         `bun:",array"`
	GrossCents     money.Cents      // net, withheld and recovered together
	WithheldCents  money.Cents
	RecoveredCents money.Cents // of what was paid too much before
	NetCents       money.Cents
}

func beneficiaries(ctx context.Context, tx *postgres.Tx, run uuid.UUID) (rows []beneficiary, err error) {
	if err = tx.NewRaw("select * from payment_beneficiaries(?)", run).Scan(ctx, &rows); err != nil {
		return nil, fmt.Errorf("beneficiaries: %w", err)
	}
	return rows, nil
}

func cupOf(ctx context.Context, tx *postgres.Tx, of uuid.UUID) (cup fiscal.CUP, err error) {
	var text string
	if err = tx.NewRaw("select cup from programme where id = ?", of).Scan(ctx, &text); err != nil {
		return "", fmt.Errorf("cup: %w", err)
	}
	if cup, err = fiscal.ParseCUP(text); err != nil {
		return "", CUPWrong.At("run").With("cup", text)
	}
	return cup, nil
}

// fileRow is one message of a run.
type fileRow struct {
	bun.BaseModel `bun:"table:payment_file,alias:f"`

	ID          uuid.UUID
	RunID       uuid.UUID
	ProgrammeID uuid.UUID
	PayerID     uuid.UUID
	Part        int
	MessageID   string
	FileID      uuid.UUID
	Lines       int
	NetCents    money.Cents
	Sha256      []byte
	MadeAt      time.Time
	Audience    []uuid.UUID `bun:",array"`
}

func insertFile(ctx context.Context, tx *postgres.Tx, f fileRow, hash string) (err error) {
	if f.Sha256, err = hex.DecodeString(hash); err != nil {
		return err
	}
	if _, err := tx.NewInsert().Model(&f).Exec(ctx); err != nil {
		return fmt.Errorf("keep file: %w", err)
	}
	return nil
}

// sendLines marks the lines of transfers as sent by a part of the run's files.
func sendLines(ctx context.Context, tx *postgres.Tx, run uuid.UUID, part int, heads []uuid.UUID) error {
	_, err := tx.NewRaw("update payment_line set state = ?, state_since = ?, part = ?, revision = revision + 1 where run_id = ? and state = ? and head_id = any (?::uuid[])",
		LineExported, tx.Today(), part, run, LinePending, pgdialect.Array(heads)).Exec(ctx)
	if err != nil {
		return fmt.Errorf("send lines: %w", err)
	}
	return nil
}

// number makes acts on a payer wait for each other, and gives its next number of a year.
func number(ctx context.Context, tx *postgres.Tx, payer uuid.UUID, year int) (n int, err error) {
	if err = tx.Ask(ctx, &n, "select payment_number($1, $2)", payer, year); err != nil {
		return 0, fmt.Errorf("number of the run: %w", err)
	}
	return n, nil
}

// answered says whether an answer of a payer was read before.
func answered(ctx context.Context, tx *postgres.Tx, payer uuid.UUID, hash string) (yes bool, err error) {
	if err = tx.Ask(ctx, &yes, "select exists (select from payment_answer where payer_id = $1 and sha256 = decode($2, 'hex'))", payer, hash); err != nil {
		return false, fmt.Errorf("answers: %w", err)
	}
	return yes, nil
}

// sentTransfer is one transfer that was sent, and how far it is.
type sentTransfer struct {
	RunID      uuid.UUID
	Part       int
	EndToEndID string
	HeadID     uuid.UUID
	State      LineState
	NetCents   money.Cents
	Code       string    // of the bank, why it was rejected or came back; "" for none
	Bookings   []booking `bun:"type:jsonb"`
}

// booking is what an answer has told of money that left, or that came back.
type booking struct {
	Source    payfile.Source `json:"source"`
	Paid      bool           `json:"paid"`
	Reference string         `json:"reference"` // "" for none
	Day       calendar.Day   `json:"day"`       // none where it was not told
}

// of says whether it tells the same way as an outcome, by the same source.
func (b booking) of(source payfile.Source, o payfile.Outcome) bool {
	return b.Source == source && b.Paid == (o.Kind != payfile.Returned)
}

// knows says whether a source has told of the very booking of an outcome.
func (t sentTransfer) knows(source payfile.Source, o payfile.Outcome) bool {
	return slices.ContainsFunc(t.Bookings, func(b booking) bool {
		return b.of(source, o) && (o.Ref == "" || o.Ref == b.Reference) && (o.Day.IsZero() || o.Day == b.Day)
	})
}

// cameBack says whether a return was told before, by whichever source.
func (t sentTransfer) cameBack(o payfile.Outcome) bool {
	return (o.Ref != "" || !o.Day.IsZero()) && slices.ContainsFunc(t.Bookings, func(b booking) bool { return !b.Paid && b.Reference == o.Ref && b.Day == o.Day })
}

// sentPart is one message that was sent.
type sentPart struct {
	RunID     uuid.UUID
	Part      int
	MessageID string
	transfers []sentTransfer `bun:"-"`
}

func (p sentPart) has(id string) bool {
	return slices.ContainsFunc(p.transfers, func(t sentTransfer) bool { return t.EndToEndID == id })
}

// partsOf gives the messages of a payer that an answer names, or of whose transfers it names one, with all their transfers.
func partsOf(ctx context.Context, tx *postgres.Tx, payer uuid.UUID, ids, messages []string) ([]sentPart, error) {
	var parts []sentPart
	err := tx.NewRaw(`select f.run_id, f.part, f.message_id from payment_file f where f.payer_id = ? and (f.message_id = any (?::text[])
		or (f.run_id, f.part) in (select l.run_id, l.part from payment_line l where l.end_to_end_id = any (?::text[]) and l.payer_id = ?)) order by f.run_id, f.part`,
		payer, pgdialect.Array(messages), pgdialect.Array(ids), payer).Scan(ctx, &parts)
	if err != nil {
		return nil, fmt.Errorf("messages: %w", err)
	}
	for i, p := range parts {
		err := tx.NewRaw(`select l.*, b.bookings
			from (select run_id, part, end_to_end_id, head_id, min(state) as state, coalesce(min(code), '') as code, sum(net_cents)::bigint as net_cents from payment_line where run_id = ? and part = ? group by 1, 2, 3, 4) l
			cross join lateral (select coalesce(jsonb_agg(jsonb_build_object('source', a.source, 'paid', payment_step_books(s), 'reference', coalesce(s.reference, ''), 'day', s.booked_on)), '[]') as bookings
				from payment_line_step s join payment_answer a on a.id = s.answer_id where s.line_id = l.head_id and payment_step_books(s) is not null and not (payment_step_books(s) and payment_step_denied(s))) b
			order by l.head_id`, p.RunID, p.Part).Scan(ctx, &parts[i].transfers)
		if err != nil {
			return nil, fmt.Errorf("transfers: %w", err)
		}
	}
	return parts, nil
}

// answerCounts are what an answer says, by transfers.
type answerCounts struct {
	Paid         int
	Rejected     int
	Returned     int
	Waiting      int
	Ignored      int
	ForeignLines int
}

// whole is what an answer tells of a message as a whole that fits nothing.
type whole struct {
	Run   uuid.UUID    `json:"run"`
	Part  int          `json:"part"`
	Kind  payfile.Kind `json:"kind"`
	Cents *money.Cents `json:"cents"` // nil where it is not in euros, or not told
}

// answerRow is an answer that was read.
type answerRow struct {
	bun.BaseModel `bun:"table:payment_answer,alias:a"`

	ID          uuid.UUID
	ProgrammeID uuid.UUID
	PayerID     uuid.UUID
	Sha256      []byte
	Source      payfile.Source
	MessageID   string
	FileID      uuid.UUID
	ReadAt      time.Time
	MemberID    uuid.UUID
	answerCounts
	Named    []string    `bun:",array"` // transfers of ours, also those that it brought nothing
	Unclear  []whole     `bun:"type:jsonb"`
	Audience []uuid.UUID `bun:",array"`
}

func insertAnswer(ctx context.Context, tx *postgres.Tx, a *reading) error {
	row := answerRow{ID: a.ID, ProgrammeID: a.Programme, PayerID: a.Payer, Source: a.report.Source, MessageID: a.report.ID, FileID: a.File, ReadAt: tx.Now, MemberID: tx.Actor.Member,
		answerCounts: a.counts, Named: a.named, Unclear: a.unclear, Audience: a.audience}
	var err error
	if row.Sha256, err = hex.DecodeString(a.report.Hash); err != nil {
		return err
	}
	_, err = tx.NewInsert().Model(&row).Exec(ctx)
	if postgres.Violates(err, "payment_answer_pkey") {
		return refusal.IDTaken.At("id")
	}
	if err != nil {
		return fmt.Errorf("keep answer: %w", err)
	}
	return nil
}

// lineRow is as much of a line as the acts on it need.
type lineRow struct {
	ID              uuid.UUID
	RunID           uuid.UUID
	HeadID          uuid.UUID
	ParticipationID uuid.UUID
	Month           calendar.Month
	EndToEndID      string
	BudgetLineID    uuid.UUID
	GrossCents      money.Cents
	ProgrammeID     uuid.UUID
	PayerID         uuid.UUID
	State           LineState
	Revision        int
	Audience        []uuid.UUID `bun:",array"`
}

const lineColumns = "id, run_id, head_id, participation_id, month, end_to_end_id, budget_line_id, gross_cents, programme_id, payer_id, state, revision, audience"

// moveTransfers takes the lines of transfers from a state to another, and gives them as they stood; those are named that are paid beside others of the same sum.
// What is not paid any more leaves its sum to one that was paid beside it.
func moveTransfers(ctx context.Context, tx *postgres.Tx, ids []string, from, to LineState, code string, twice ...uuid.UUID) (rows []lineRow, err error) {
	err = tx.NewRaw(`update payment_line set state = ?0, code = nullif(?1, ''), state_since = case state when ?0 then state_since else ?2 end, twice = coalesce(id = any (?3::uuid[]), false),
		revision = revision + 1 where end_to_end_id = any (?4::text[]) and state = ?5 returning `+lineColumns, to, code, tx.Today(), pgdialect.Array(twice), pgdialect.Array(ids), from).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("lines: %w", err)
	}
	if from != LinePaid || to == LinePaid {
		return rows, nil
	}
	_, err = tx.NewRaw(`update payment_line set twice = false, revision = revision + 1 where id in (
		select distinct on (l.allowance_id, l.payer_id, l.budget_line_id) l.id from payment_line gone join payment_line l using (allowance_id, payer_id, budget_line_id) cross join lateral payment_line_beyond(l) b
		where gone.id = any (?::uuid[]) and l.twice and not b.beyond order by l.allowance_id, l.payer_id, l.budget_line_id, l.id)`, pgdialect.Array(idsOf(rows))).Exec(ctx)
	if err != nil {
		return nil, fmt.Errorf("lines that are not paid twice any more: %w", err)
	}
	return rows, nil
}

// linesOf are the lines of a transfer.
func linesOf(ctx context.Context, tx *postgres.Tx, transfer string) (rows []lineRow, err error) {
	if err = tx.Ask(ctx, &rows, "select "+lineColumns+" from payment_line where end_to_end_id = $1", transfer); err != nil {
		return nil, fmt.Errorf("lines of a transfer: %w", err)
	}
	return rows, nil
}

// dispute is what contradicts a line's state.
type dispute struct {
	AnswerID  uuid.UUID // by which it was said; none where nothing does
	Code      string
	Cause     string // the bank's code of why it says so; "" where it gave none
	Reference string
	BookedOn  calendar.Day
	Again     []uuid.UUID `bun:",array"` // its lines that do not count as paid, and whose sums other lines have taken up since
	UnderWay  bool        // some of those others are not paid yet
}

// disputeOf is what contradicts the state of a transfer, or else was told of its whole message and fits nothing, and was not answered yet.
func disputeOf(ctx context.Context, tx *postgres.Tx, head uuid.UUID) (d dispute, err error) {
	err = tx.Ask(ctx, &d, `select s.answer_id, s.code, coalesce(s.cause, '') as cause, coalesce(s.reference, '') as reference, s.booked_on, o.again, o.under_way
		from (
			select s.answer_id, s.code, s.cause, s.reference, s.booked_on, 0 as whole, s.at, s.id from payment_line_step s join payment_line t on t.id = s.line_id
			where s.line_id = $1 and s.code is not null and payment_step_contradicts(s, t.state)
			union all select a, $2, null, null, null, 1, null, null from payment_line_unclear($1) a where a is not null
		) s cross join lateral (
			select coalesce(array_agg(l.id), '{}') as again, coalesce(bool_or(b.waits), false) as under_way from payment_line l cross join lateral payment_line_beyond(l) b
			where l.head_id = $1 and not l.live and b.beyond) o
		order by s.whole, s.at desc, s.id desc limit 1`, head, unclear)
	if err != nil {
		return d, fmt.Errorf("what contradicts: %w", err)
	}
	return d, nil
}

// contradictedSince is the day since which something of a run is contradicted, or was told of a whole message of it that fits nothing; none where nothing is.
func contradictedSince(ctx context.Context, tx *postgres.Tx, run uuid.UUID) (since time.Time, err error) {
	var found struct{ Since *time.Time }
	err = tx.Ask(ctx, &found, `select least(
		(select min(coalesce(anew.at, s.at)) from payment_line_step s join payment_line l on l.id = s.line_id
			cross join lateral (select max(m.at) as at from payment_line_step m join payment_line_step r using (line_id)
				where m.line_id = s.line_id and m.from_state <> m.to_state and r.act = 'resolveLine' and s.id < r.id and r.id < m.id) anew -- what moved it after a word contradicts it anew
			where s.run_id = $1 and s.from_state = s.to_state and s.code is not null and payment_step_contradicts(s, l.state)),
		(select min(u.read_at) from payment_unclear($1) u)) as since`, run)
	if err != nil {
		return since, fmt.Errorf("since when: %w", err)
	}
	if found.Since == nil {
		return since, nil
	}
	return *found.Since, nil
}

// leaving is a run that is over and has left somebody behind.
type leaving struct {
	RunID uuid.UUID
	Since *time.Time // nil where nobody waits any more
}

// leftBehindBy are the runs of a payer that are over and did not pay whoever stands in them.
func leftBehindBy(ctx context.Context, tx *postgres.Tx, of, payer uuid.UUID) (rows []leaving, err error) {
	if err = tx.Ask(ctx, &rows, "select run_id, since from payment_left_behind($1, $2)", of, payer); err != nil {
		return nil, fmt.Errorf("who is left behind: %w", err)
	}
	return rows, nil
}

// monthsBehind is how far a payer is with the months that are over, and of which it owes something by their last statements. What was locked, put right or came back
// after its own month's run waits for that of the last month, also where nothing else is owed of that.
func monthsBehind(ctx context.Context, tx *postgres.Tx, of, payer uuid.UUID) (b behind, err error) {
	err = tx.Ask(ctx, &b, `with runs(opened, sent) as (
			select coalesce(max(up_to), '-infinity'), coalesce(max(up_to) filter (where state in ('EXPORTED', 'PAID', 'PARTLY_RETURNED')), '-infinity')
			from payment_run where programme_id = $1 and payer_id = $2 and state <> 'DISCARDED'
		), firsts as (
			select x.after, (select h.month from allowance_share h join allowance_statement s on s.id = h.statement_id
				where h.payer_id = $2 and h.programme_id = $1 and h.gross_cents > 0 and h.month > x.after and h.month < $3
				and not exists (select from allowance_statement n where n.allowance_id = h.allowance_id and n.number > s.number) order by h.month limit 1) as month
			from runs r cross join lateral (values (r.opened), (r.sent)) x(after)
		)
		select coalesce((select min(month) from firsts f where f.after = r.opened), case when r.opened < $4 and payment_waits($1, $2, $4, $5) then $4 end) as unopened, (select min(month) from firsts f where f.after = r.sent) as unsent from runs r`, of, payer, tx.Today().Month().First(), tx.Today().Month().Prev().First(), tx.Today())
	if err != nil {
		return b, fmt.Errorf("months behind: %w", err)
	}
	return b, nil
}

// lineStepRow is one act or answer that changed a line's state.
type lineStepRow struct {
	bun.BaseModel `bun:"table:payment_line_step,alias:s"`

	ID              uuid.UUID
	LineID          uuid.UUID
	RunID           uuid.UUID
	ParticipationID uuid.UUID
	Month           calendar.Month
	Act             string
	FromState       LineState
	ToState         LineState
	At              time.Time
	MemberID        uuid.UUID
	Code            *string
	Cause           *string
	Reference       *string
	BookedOn        calendar.Day // none is null
	BookedCents     *money.Cents
	Reason          []byte // sealed
	AnswerID        *uuid.UUID
	Audience        []uuid.UUID `bun:",array"`
}

func insertLineSteps(ctx context.Context, tx *postgres.Tx, steps []lineStepRow) error {
	for some := range slices.Chunk(steps, 1_000) {
		if _, err := tx.NewInsert().Model(&some).Exec(ctx); err != nil {
			return fmt.Errorf("keep steps of lines: %w", err)
		}
	}
	return nil
}

// moved are sums of lines by what an answer made of them.
type moved struct {
	FromState    LineState
	ToState      LineState
	BudgetLineID uuid.UUID
	Cents        money.Cents
}

func movedSums(ctx context.Context, tx *postgres.Tx, answer, run uuid.UUID) (rows []moved, err error) {
	err = tx.NewRaw(`select s.from_state, s.to_state, l.budget_line_id, sum(l.gross_cents)::bigint as cents from payment_line_step s join payment_line l on l.id = s.line_id
		where s.answer_id = ? and s.run_id = ? and s.from_state <> s.to_state group by 1, 2, 3`, answer, run).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("sums of an answer: %w", err)
	}
	return rows, nil
}

// stateOf is the state that the lines of a run that was sent bring it to.
func stateOf(ctx context.Context, tx *postgres.Tx, r *runRow) (State, error) {
	var lines struct{ Waiting, Back bool }
	err := tx.Ask(ctx, &lines, `select coalesce(bool_or(state in ('EXPORTED', 'RECALL_ASKED')), false) as waiting, coalesce(bool_or(state in ('REJECTED', 'RETURNED', 'RECALLED')), false) as back
		from payment_line where run_id = $1 and part is not null`, r.ID)
	switch {
	case err != nil:
		return "", fmt.Errorf("how far the run is: %w", err)
	case lines.Waiting:
		return Exported, nil
	case lines.Back:
		return PartlyReturned, nil
	}
	return Paid, nil
}

// lineByID gives a line that the actor sees; the zero line for any other.
func lineByID(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (l lineRow, err error) {
	if err = tx.Ask(ctx, &l, "select "+lineColumns+" from payment_line where id = $1", id); err != nil {
		return l, fmt.Errorf("line: %w", err)
	}
	return l, nil
}

// programmeOf is the programme of a body that the actor sees; none for any other.
func programmeOf(ctx context.Context, tx *postgres.Tx, body uuid.UUID) (of uuid.UUID, err error) {
	var found struct{ ProgrammeID uuid.UUID }
	if err = tx.Ask(ctx, &found, "select programme_id from organisation where id = $1", body); err != nil {
		return of, fmt.Errorf("payer: %w", err)
	}
	return found.ProgrammeID, nil
}

// payerOfFile is whose run or answer a file is, none for any other file; and whether it can still be read.
func payerOfFile(ctx context.Context, tx *postgres.Tx, file uuid.UUID) (payer uuid.UUID, readable bool, err error) {
	var found struct {
		PayerID  uuid.UUID
		Readable bool
	}
	err = tx.Ask(ctx, &found, `select x.payer_id, exists (select from file_chunk c where c.file_id = $1 and c.kept) as readable
		from (select payer_id from payment_file where file_id = $1 union all select payer_id from payment_answer where file_id = $1) x`, file)
	if err != nil {
		return payer, false, fmt.Errorf("file: %w", err)
	}
	return found.PayerID, found.Readable, nil
}

func peopleOf(ctx context.Context, tx *postgres.Tx, file uuid.UUID) (people []uuid.UUID, err error) {
	if err = tx.Ask(ctx, pgdialect.Array(&people), "select payment_file_people($1)", file); err != nil {
		return nil, fmt.Errorf("people of a file: %w", err)
	}
	return people, nil
}
