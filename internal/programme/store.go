package programme

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/journal"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/fiscal"
	"github.com/lavoroincorso/lavoro/internal/values/money"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// versionOn is the id of the version in force, and Nil for none.
func versionOn(ctx context.Context, tx *postgres.Tx, programme uuid.UUID, day calendar.Day) (uuid.UUID, error) {
	if s := supposed(ctx); s.holdsOn(programme, day) {
		return s.version.Version, nil
	}
	var version uuid.NullUUID
	if err := tx.Ask(ctx, &version, "select policy_on($1, $2)", programme, day); err != nil {
		return uuid.Nil, fmt.Errorf("policy version: %w", err)
	}
	return version.UUID, nil
}

func loadPolicy(ctx context.Context, tx *postgres.Tx, version uuid.UUID) (Policy, error) {
	var row struct {
		Number    int
		ValidFrom calendar.Day
		Rules     []Rule `bun:"type:jsonb"`
	}
	if err := tx.Ask(ctx, &row, "select number, valid_from, rules from policy_content($1)", version); err != nil {
		return Policy{}, fmt.Errorf("policy: %w", err)
	}
	p := Policy{Version: version, Number: row.Number, ValidFrom: row.ValidFrom, rules: make(map[string]Rule, len(row.Rules))}
	for _, r := range row.Rules {
		p.rules[r.Code] = r
	}
	return p, nil
}

type itemRow struct {
	List       string
	Code       string
	Label      text.Text `bun:"type:jsonb"`
	Class      access.Class
	Attributes json.RawMessage
	Position   int
	ValidFrom  calendar.Day
	ValidTo    calendar.Day
}

func loadItems(ctx context.Context, tx *postgres.Tx, programme uuid.UUID, list string) ([]CodeItem, error) {
	var rows []itemRow
	err := tx.Ask(ctx, &rows, "select list, code, label, class, attributes, position, valid_from, valid_to from programme_codes($1, $2)", programme, list)
	if err != nil {
		return nil, fmt.Errorf("codes of %s: %w", list, err)
	}
	items := make([]CodeItem, len(rows))
	for i, r := range rows {
		items[i] = CodeItem(r)
	}
	return items, nil
}

func commonHolidays(ctx context.Context, tx *postgres.Tx, programme uuid.UUID) ([]calendar.Day, error) {
	var rows []struct{ Day calendar.Day }
	if err := tx.Ask(ctx, &rows, "select day from common_holidays($1) day", programme); err != nil {
		return nil, fmt.Errorf("holidays: %w", err)
	}
	days := make([]calendar.Day, len(rows))
	for i, r := range rows {
		days[i] = r.Day
	}
	return days, nil
}

// post books postings, and tells how many were on lines of the programme.
func post(ctx context.Context, tx *postgres.Tx, programme uuid.UUID, postings []Posting) (n int, err error) {
	ids, lines, subjects := make([]uuid.UUID, len(postings)), make([]uuid.UUID, len(postings)), make([]uuid.UUID, len(postings))
	kinds, subjectKinds, cents := make([]string, len(postings)), make([]string, len(postings)), make([]int64, len(postings))
	months := make([]*string, len(postings))
	for i, p := range postings {
		if !p.Month.IsZero() {
			first := p.Month.First().String()
			months[i] = &first
		}
		if ids[i], err = uuid.NewV7(); err != nil {
			return 0, err
		}
		lines[i], kinds[i], cents[i], subjectKinds[i], subjects[i] = p.Line, string(p.Kind), int64(p.Cents), p.SubjectKind, p.Subject
	}
	err = tx.Ask(ctx, &n, "select post_budget($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)", programme, tx.Now.UTC(), tx.Today(), ids, lines, kinds, cents, subjectKinds, subjects, months)
	if err != nil {
		return 0, fmt.Errorf("post on the budget: %w", err)
	}
	return n, nil
}

// fundsRow is what stands against more being approved on a line.
type fundsRow struct {
	Line     uuid.UUID
	Label    text.Text `bun:"type:jsonb"`
	Over     money.Cents
	Closed   *text.Text `bun:"type:jsonb"`
	ClosedTo calendar.Day
}

func checkFunds(ctx context.Context, tx *postgres.Tx, programme uuid.UUID, wanted map[uuid.UUID]money.Cents) (rows []fundsRow, err error) {
	lines, cents := spread(wanted)
	if err := tx.Ask(ctx, &rows, "select * from check_funds($1, $2, $3, $4)", programme, lines, cents, tx.Today()); err != nil {
		return nil, fmt.Errorf("check funds: %w", err)
	}
	return rows, nil
}

// committedFor reads what stands committed for subjects.
func committedFor(ctx context.Context, tx *postgres.Tx, subjects []uuid.UUID) (held []Commitment, err error) {
	if err := tx.Ask(ctx, &held, "select * from committed_for($1)", subjects); err != nil {
		return nil, fmt.Errorf("what is committed: %w", err)
	}
	return held, nil
}

// checkCommitment gives the lines that would not hold so much more; it holds them to the end of the transaction.
func checkCommitment(ctx context.Context, tx *postgres.Tx, programme uuid.UUID, more map[uuid.UUID]money.Cents) (rows []fundsRow, err error) {
	lines, cents := spread(more)
	if err := tx.Ask(ctx, &rows, "select * from check_commitment($1, $2, $3)", programme, lines, cents); err != nil {
		return nil, fmt.Errorf("check what may be committed: %w", err)
	}
	return rows, nil
}

// commitmentsShort gives the places of those amounts more that their lines would not hold, each by itself.
func commitmentsShort(ctx context.Context, tx *postgres.Tx, programme uuid.UUID, lines []uuid.UUID, more []int64) (rows []shortRow, err error) {
	if err := tx.Ask(ctx, &rows, "select place, label from commitments_short($1, $2, $3)", programme, lines, more); err != nil {
		return nil, fmt.Errorf("foresee what may be committed: %w", err)
	}
	return rows, nil
}

type shortRow struct {
	Place int       // from 1
	Label text.Text `bun:"type:jsonb"`
}

func spread(amounts map[uuid.UUID]money.Cents) (lines []uuid.UUID, cents []int64) {
	for line, amount := range amounts {
		lines, cents = append(lines, line), append(cents, int64(amount))
	}
	return lines, cents
}

// ledgers reads how those of the lines stand of which the actor may see what is booked.
func ledgers(ctx context.Context, tx *postgres.Tx, lines []uuid.UUID) (rows []LedgerLine, err error) {
	err = tx.Ask(ctx, &rows, `select l.id, l.code, l.label, l.amount_cents as planned, s.accrued, l.amount_cents - s.committed - s.accrued as free, s.pace
		from budget_ledger g join budget_line l on l.id = g.id
		cross join lateral (select coalesce(sum(p.cents) filter (where p.kind = 'COMMITTED'), 0)::bigint as committed, coalesce(sum(p.cents) filter (where p.kind = 'ACCRUED'), 0)::bigint as accrued,
			coalesce(sum(p.cents) filter (where p.kind = 'ACCRUED' and p.day > $2::date - $3::int), 0)::bigint as pace from budget_posting p where p.budget_line_id = l.id) s
		where g.id = any ($1::uuid[]) order by l.code`, lines, tx.Today(), paceDays)
	if err != nil {
		return nil, fmt.Errorf("ledgers: %w", err)
	}
	return rows, nil
}

func loadPayers(ctx context.Context, tx *postgres.Tx, programme uuid.UUID) ([]Payer, error) {
	var rows []struct {
		Organisation uuid.UUID
		Code, Name   string
		Way          Way
		Format       Format
		Means        []Means `bun:",array"`
		IBAN         fiscal.IBAN
		BIC, CUC     string
		Confirmed    bool
	}
	if err := tx.Ask(ctx, &rows, "select * from programme_payers($1)", programme); err != nil {
		return nil, fmt.Errorf("payers: %w", err)
	}
	payers := make([]Payer, len(rows))
	for i, r := range rows {
		payers[i] = Payer(r)
	}
	return payers, nil
}

// resolve finds the ids behind the codes of a version of the rules, by its number, and how payers are taxed by it.
func (r Routes) resolve(ctx context.Context, tx *postgres.Tx, programme uuid.UUID, version int) error {
	var rows []struct {
		Organisation, BudgetLine uuid.NullUUID
		Code                     string
		Above                    []uuid.UUID `bun:",array"`
		Tax                      Tax
	}
	if err := tx.Ask(ctx, &rows, "select * from ledger_codes($1, $2)", programme, version); err != nil {
		return fmt.Errorf("routes: %w", err)
	}
	for _, row := range rows {
		if row.Organisation.Valid {
			r.body[row.Code], r.above[row.Organisation.UUID], r.tax[row.Organisation.UUID] = row.Organisation.UUID, row.Above, row.Tax
		} else {
			r.line[row.Code] = row.BudgetLine.UUID
		}
	}
	return nil
}

// applyLock is the advisory lock under which one programme file at a time is applied.
const applyLock = 7_201_926_003

// owner writes the tables of this room, which the application itself may only read.
type owner struct {
	tx  bun.Tx
	now time.Time
}

// asOwner runs fn in one transaction of the login that owns the tables; no other file is applied meanwhile.
func asOwner(ctx context.Context, url string, now time.Time, fn func(context.Context, owner) error) error {
	return postgres.AsOwner(ctx, url, func(ctx context.Context, tx bun.Tx) error {
		if _, err := tx.NewRaw("select pg_advisory_xact_lock(?)", applyLock).Exec(ctx); err != nil {
			return fmt.Errorf("apply: %w", err)
		}
		return fn(ctx, owner{tx: tx, now: now})
	})
}

// stored reads what was applied before; the zero stored when the programme is new.
func (o owner) stored(ctx context.Context, code string) (stored, error) {
	var row struct {
		ID        uuid.UUID
		FileHash  string
		Number    int
		ValidFrom calendar.Day
		RulesHash string
	}
	err := o.tx.NewRaw(`select p.id, p.file_hash, v.number, v.valid_from, v.rules_hash
		from programme p join policy_version v on v.programme_id = p.id where p.code = ? order by v.number desc limit 1`, code).Scan(ctx, &row)
	if errors.Is(err, sql.ErrNoRows) {
		return stored{}, nil
	}
	if err != nil {
		return stored{}, fmt.Errorf("programme: %w", err)
	}
	partners, err := o.partners(ctx, row.ID)
	if err != nil {
		return stored{}, err
	}
	s := stored{id: row.ID, hash: row.FileHash, partners: partners, last: version{row.Number, row.ValidFrom, row.RulesHash}}
	if s.payers, s.lines, err = o.used(ctx, row.ID); err != nil {
		return s, err
	}
	s.taxes, err = o.taxes(ctx, row.ID)
	return s, err
}

// used gives the codes of payers and of budget lines that some version of the rules pays by, and of lines that something is booked on.
func (o owner) used(ctx context.Context, programme uuid.UUID) (payers, lines []string, err error) {
	var row struct {
		Payers []string `bun:",array"`
		Lines  []string `bun:",array"`
	}
	err = o.tx.NewRaw(`with routes as (
			select r.value from policy_version v join policy_rule p on p.version_id = v.id and p.code = ?1, jsonb_array_elements(p.value) r where v.programme_id = ?0)
		select array(select distinct value ->> 'payer' from routes order by 1) as payers,
			array(select value ->> 'line' from routes
				union select l.code from budget_line l where l.programme_id = ?0 and exists (select from budget_posting p where p.budget_line_id = l.id)
				order by 1) as lines`, programme, routesRule).Scan(ctx, &row)
	if err != nil {
		return nil, nil, fmt.Errorf("what is paid by: %w", err)
	}
	return row.Payers, row.Lines, nil
}

// taxes are how what each payer pays is taxed by the last version of the rules, by code; also payers that the last file left out.
func (o owner) taxes(ctx context.Context, programme uuid.UUID) (map[string]Tax, error) {
	var rows []struct {
		Code string
		Tax  Tax
	}
	err := o.tx.NewRaw(`select distinct on (o.code) o.code, t.tax from payer_tax t join organisation o on o.id = t.organisation_id where t.programme_id = ?
		order by o.code, t.since desc`, programme).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("how payers are taxed: %w", err)
	}
	taxes := make(map[string]Tax, len(rows))
	for _, r := range rows {
		taxes[r.Code] = r.Tax
	}
	return taxes, nil
}

// keepings reads how long evidence is kept in each programme by the version in force on the day.
func (o owner) keepings(ctx context.Context, day calendar.Day) (all []Keeping, err error) {
	err = o.tx.NewRaw(`select p.id as programme, (a.value)::int as act_months, (r.value)::int as read_months from programme p
		join policy_rule a on a.version_id = policy_on(p.id, ?0) and a.code = ?1
		join policy_rule r on r.version_id = a.version_id and r.code = ?2 order by p.id`, day, actMonths, readMonths).Scan(ctx, &all)
	if err != nil {
		return nil, fmt.Errorf("how long journals are kept: %w", err)
	}
	return all, nil
}

func (o owner) partners(ctx context.Context, programme uuid.UUID) (map[string]partner, error) {
	var rows []struct {
		ID     uuid.UUID
		Code   string
		Parent string
	}
	err := o.tx.NewRaw(`select o.id, o.code, coalesce(p.code, '') as parent
		from organisation o left join organisation p on p.id = o.parent_id where o.programme_id = ?`, programme).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("partners: %w", err)
	}
	byCode := make(map[string]partner, len(rows))
	for _, r := range rows {
		byCode[r.Code] = partner{id: r.ID, parent: r.Parent}
	}
	return byCode, nil
}

// put inserts rows that all have the same columns, or changes those that stand under the same key; id and audience of these stay.
// Without a key, rows are only ever added.
func (o owner) put(ctx context.Context, table, key string, rows []row) error {
	if len(rows) == 0 {
		return nil
	}
	data, err := json.Marshal(rows)
	if err != nil {
		return err
	}
	columns := slices.Sorted(maps.Keys(rows[0]))
	var changes []string
	for _, c := range columns {
		if c != "id" && c != "audience" && !slices.Contains(strings.Split(key, ", "), c) {
			changes = append(changes, c+" = excluded."+c)
		}
	}
	list := strings.Join(columns, ", ")
	statement := "insert into " + table + " (" + list + ") select " + list + " from jsonb_populate_recordset(null::" + table + ", ?::jsonb)"
	if key != "" {
		statement += " on conflict (" + key + ") do update set " + strings.Join(changes, ", ")
	}
	_, err = o.tx.NewRaw(statement, string(data)).Exec(ctx)
	if err != nil {
		return fmt.Errorf("%s: %w", table, err)
	}
	return nil
}

// keep deletes the programme's rows of the table whose column holds none of the values.
func (o owner) keep(ctx context.Context, table, column string, programme uuid.UUID, rows []row) error {
	values := []string{}
	for _, r := range rows {
		values = append(values, fmt.Sprint(r[column]))
	}
	_, err := o.tx.NewRaw("delete from "+table+" where programme_id = ? and not ("+column+"::text = any (?))", programme, pgdialect.Array(values)).Exec(ctx)
	if err != nil {
		return fmt.Errorf("%s: %w", table, err)
	}
	return nil
}

// gates writes the funding gates, which name lines that stand already.
func (o owner) gates(ctx context.Context, w writing, f File) error {
	var rows []struct {
		Code string
		ID   uuid.UUID
	}
	if err := o.tx.NewRaw("select code, id from budget_line where programme_id = ?", w.programme).Scan(ctx, &rows); err != nil {
		return fmt.Errorf("budget lines: %w", err)
	}
	lines := make(map[string]uuid.UUID, len(rows))
	for _, r := range rows {
		lines[r.Code] = r.ID
	}
	return o.whole(ctx, "funding_gate", "position", w, w.gates(f, lines))
}

// expire ends the codes that the file no longer holds: what was recorded with them keeps its meaning.
func (o owner) expire(ctx context.Context, programme uuid.UUID, items []row) error {
	held := []string{}
	for _, r := range items {
		held = append(held, r["list"].(string)+"."+r["code"].(string))
	}
	today := calendar.DayOf(o.now)
	_, err := o.tx.NewRaw("update code_item set valid_to = ? where programme_id = ? and (valid_to is null or valid_to >= ?) and not (list || '.' || code = any (?))",
		today.AddDays(-1), programme, today, pgdialect.Array(held)).Exec(ctx)
	if err != nil {
		return fmt.Errorf("code_item: %w", err)
	}
	return nil
}

// spread opens every row of the programme to all its partners, older versions of the rules too. Keys that acts have added, such as those of
// hosts on their promoter, stay.
func (o owner) spread(ctx context.Context, programme uuid.UUID, audience []uuid.UUID) error {
	own := map[string]string{"programme": "id = ?", "policy_rule": "version_id in (select id from policy_version where programme_id = ?)"}
	for _, table := range []string{"programme", "organisation", "policy_version", "policy_rule", "code_item", "programme_finding", "municipality",
		"programme_holiday", "programme_target", "budget_line", "funding_gate"} {
		which, special := own[table]
		if !special {
			which = "programme_id = ?"
		}
		keys := pgdialect.Array(audience)
		if _, err := o.tx.NewRaw("update "+table+" set audience = array(select distinct unnest(audience || ?::uuid[])) where "+which+" and not audience @> ?::uuid[]", keys, programme, keys).Exec(ctx); err != nil {
			return fmt.Errorf("%s: %w", table, err)
		}
	}
	return nil
}

// revise counts a changed file of a programme that stood before.
func (o owner) revise(ctx context.Context, programme uuid.UUID) error {
	_, err := o.tx.NewRaw("update programme set revision = revision + 1 where id = ?", programme).Exec(ctx)
	return err
}

// tellRules tells of a version of the rules of a programme that stood before: months that it touches are worked out again.
func (o owner) tellRules(ctx context.Context, w writing, version row) error {
	news := event.News{Programme: w.programme, Act: applyAct, Kind: event.Entered, SubjectKind: versionSubject, Subject: version["id"].(uuid.UUID), Audience: w.audience}
	return postgres.AppendAsOwner(ctx, o.tx, access.SystemMember, o.now, []event.News{news}, []journal.Entry{{Programme: news.Programme, Act: news.Act, SubjectKind: news.SubjectKind,
		Subject: news.Subject, Open: true, Detail: map[string]any{"number": version["number"], "validFrom": version["valid_from"], "rules": version["rules_hash"]}}})
}

type mandateRow struct {
	bun.BaseModel `bun:"table:mandate,alias:m"`

	ID             uuid.UUID
	ProgrammeID    uuid.UUID
	OrganisationID uuid.UUID
	MemberID       uuid.UUID
	PeriodFrom     calendar.Day
	PeriodTo       calendar.Day
	EndsOn         calendar.Day
	Document       string
	State          MandateState
	OpenedOn       calendar.Day
	ClosedOn       *calendar.Day
	Audience       []uuid.UUID `bun:",array"`
	Revision       int
}

type sampleRow struct {
	bun.BaseModel `bun:"table:mandate_sample,alias:s"`

	ID              uuid.UUID
	MandateID       uuid.UUID
	ProgrammeID     uuid.UUID
	ParticipationID uuid.UUID
	DrawnOn         calendar.Day
	Audience        []uuid.UUID `bun:",array"`
}

// frame is what a mandate is measured by, as far as the actor sees it.
type frame struct {
	FromDay, ToDay calendar.Day
	Root           uuid.UUID // the lead body; Nil where the actor does not see the programme
	Organisation   bool      // the body is the programme's
	Member         bool      // the actor sees the auditor
	Involved       bool      // the auditor holds another role in the programme
}

func mandateFrame(ctx context.Context, tx *postgres.Tx, in MandateInput) (f frame, err error) {
	err = tx.NewRaw(`select p.from_day, p.to_day, (select o.id from organisation o where o.programme_id = p.id and o.parent_id is null) as root,
		exists (select from organisation o where o.id = ?1 and o.programme_id = p.id) as organisation,
		exists (select from member m where m.id = ?2) as member, member_involved(?2, p.id, ?3) as involved
		from programme p where p.id = ?0`, in.Programme, in.Organisation, in.Member, tx.Today()).Scan(ctx, &f)
	if errors.Is(err, sql.ErrNoRows) {
		return f, refusal.NotFound.At("programme")
	}
	return f, err
}

func insertMandate(ctx context.Context, tx *postgres.Tx, m mandateRow) error {
	_, err := tx.NewInsert().Model(&m).Exec(ctx)
	if postgres.Violates(err, "mandate_pkey") {
		return refusal.IDTaken.At("id")
	}
	return err
}

func loadMandate(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (m mandateRow, err error) {
	err = tx.NewSelect().Model(&m).Where("m.id = ?", id).For("update").Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return m, refusal.NotFound.At("mandate")
	}
	return m, err
}

// save writes what an act may change of a mandate.
func (m *mandateRow) save(ctx context.Context, tx *postgres.Tx) error {
	m.Revision++
	_, err := tx.NewUpdate().Model(m).Column("state", "closed_on", "revision").Where("m.id = ?", m.ID).Exec(ctx)
	return err
}

// entrusted is somebody the actor sees.
type entrusted struct {
	ID       uuid.UUID
	Under    bool // entrusted to the body or one below it
	Audience []uuid.UUID
}

func entrustedUnder(ctx context.Context, tx *postgres.Tx, programme, organisation uuid.UUID, people []uuid.UUID) (map[uuid.UUID]entrusted, error) {
	var rows []struct {
		ID       uuid.UUID
		Under    bool
		Audience []uuid.UUID `bun:",array"`
	}
	err := tx.NewRaw("select id, ? = any (organisation_line(organisation_id)) as under, audience from participation where programme_id = ? and id = any (?)",
		organisation, programme, pgdialect.Array(people)).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("sample: %w", err)
	}
	found := make(map[uuid.UUID]entrusted, len(rows))
	for _, r := range rows {
		found[r.ID] = entrusted{r.ID, r.Under, r.Audience}
	}
	return found, nil
}

func insertSample(ctx context.Context, tx *postgres.Tx, rows []sampleRow) error {
	_, err := tx.NewInsert().Model(&rows).On("conflict (mandate_id, participation_id) do nothing").Exec(ctx)
	return err
}

// applyMandate puts the mandate's keys on what it opens, or takes them off.
func applyMandate(ctx context.Context, tx *postgres.Tx, id uuid.UUID) error {
	if _, err := tx.NewRaw("select mandate_apply(?)", id).Exec(ctx); err != nil {
		return fmt.Errorf("apply mandate: %w", err)
	}
	return nil
}
