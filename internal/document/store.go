package document

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun/dialect/pgdialect"

	"github.com/lavoroincorso/lavoro/internal/document/control"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/money"
)

// headingOf is what the programme's papers say first.
func headingOf(ctx context.Context, tx *postgres.Tx, programme uuid.UUID) (h Heading, err error) {
	if err = tx.Ask(ctx, &h, "select name, project_code, cup, funding, logos, lead from programme_papers($1)", programme); err != nil {
		return h, fmt.Errorf("heading of papers: %w", err)
	}
	return h, nil
}

// monthRow is whose a month of the register is, and who may see it.
type monthRow struct {
	ProgrammeID     uuid.UUID
	ParticipationID uuid.UUID
	Audience        []uuid.UUID `bun:",array"`
}

// monthOf gives a month that the actor sees; the zero row for any other.
func monthOf(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (m monthRow, err error) {
	if err = tx.Ask(ctx, &m, "select programme_id, participation_id, audience from register_month where id = $1", id); err != nil {
		return m, fmt.Errorf("month of the register: %w", err)
	}
	return m, nil
}

// allowanceRow is whose a month's allowance is, and who may see it.
type allowanceRow struct {
	ID              uuid.UUID
	ProgrammeID     uuid.UUID
	ParticipationID uuid.UUID
	Audience        []uuid.UUID `bun:",array"`
}

// allowances gives those that the actor sees, in the order of the ids.
func allowances(ctx context.Context, tx *postgres.Tx, ids []uuid.UUID) (rows []allowanceRow, err error) {
	err = tx.Ask(ctx, &rows, `select a.id, a.programme_id, a.participation_id, a.audience from unnest($1::uuid[]) with ordinality i(id, n) join allowance a on a.id = i.id order by i.n`, ids)
	if err != nil {
		return nil, fmt.Errorf("allowances: %w", err)
	}
	return rows, nil
}

// allowancesOf are the allowances that lines pay, each once.
func allowancesOf(ctx context.Context, tx *postgres.Tx, lines []uuid.UUID) (ids []uuid.UUID, err error) {
	err = tx.Ask(ctx, pgdialect.Array(&ids), `select coalesce(array_agg(x.id order by x.n), '{}') from (select l.allowance_id as id, min(i.n) as n
		from unnest($1::uuid[]) with ordinality i(id, n) join payment_line l on l.id = i.id group by 1) x`, lines)
	if err != nil {
		return nil, fmt.Errorf("allowances of lines: %w", err)
	}
	return ids, nil
}

// sentLines are the ids of the payment lines that the actor sees and that were sent, sorted.
func sentLines(ctx context.Context, tx *postgres.Tx, s Sampling) (ids []string, err error) {
	var payer *uuid.UUID
	if s.Payer != uuid.Nil {
		payer = &s.Payer
	}
	err = tx.Ask(ctx, pgdialect.Array(&ids), `select coalesce(array_agg(l.id::text order by l.id), '{}') from payment_line l where l.programme_id = $1 and l.part is not null
		and ($2::uuid is null or l.payer_id = $2) and ($3::date is null or l.month >= $3) and ($4::date is null or l.month <= $4)`, s.Programme, payer, orNoDay(s.From), orNoDay(s.To))
	if err != nil {
		return nil, fmt.Errorf("frame: %w", err)
	}
	return ids, nil
}

func orNoDay(m calendar.Month) *calendar.Day {
	if m.IsZero() {
		return nil
	}
	first := m.First()
	return &first
}

// transferRow is a line of a transfer.
type transferRow struct {
	EndToEndID string
	ID         uuid.UUID
	Month      calendar.Month
	NetCents   money.Cents
}

// linesOfTransfers are the lines of transfers that the actor sees.
func linesOfTransfers(ctx context.Context, tx *postgres.Tx, transfers []string) (rows []transferRow, err error) {
	err = tx.Ask(ctx, &rows, `select end_to_end_id, id, month, net_cents from payment_line where end_to_end_id = any ($1::text[]) and part is not null order by 1, 2`, transfers)
	if err != nil {
		return nil, fmt.Errorf("transfers: %w", err)
	}
	return rows, nil
}

// repaid is what was given back of a month to a budget line.
type repaid struct {
	Discharge  uuid.UUID
	BudgetLine string
	Gross, Net money.Cents
}

// repaidOf is what was given back of a month, as far as the actor sees it.
func repaidOf(ctx context.Context, tx *postgres.Tx, allowance uuid.UUID) (rows []repaid, err error) {
	err = tx.Ask(ctx, &rows, `select d.id as discharge, b.code as budget_line, p.gross_cents as gross, p.net_cents as net from recovery_part p
		join recovery_discharge d on d.id = p.discharge_id and d.state = 'CONFIRMED' join budget_line b on b.id = p.budget_line_id where p.allowance_id = $1 order by d.asked_at, d.id, 2`, allowance)
	if err != nil {
		return nil, fmt.Errorf("repayments: %w", err)
	}
	return rows, nil
}

// journalOf are the entries of the journal about subjects that the actor sees, from a moment on.
func journalOf(ctx context.Context, tx *postgres.Tx, subjects []uuid.UUID, since time.Time) ([]control.Entry, error) {
	var rows []struct {
		ID, ProgrammeID, ActorID, SubjectID uuid.UUID
		Seq                                 int64
		Version                             int
		At                                  time.Time
		OnBehalfOf, PersonID                *uuid.UUID
		Act, SubjectKind                    string
		Sealed                              bool
		DetailDigest, Chain, Before         []byte
	}
	if err := tx.Ask(ctx, &rows, "select * from journal_proofs($1, $2)", subjects, since.UTC()); err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	entries := make([]control.Entry, len(rows))
	for i, r := range rows {
		entries[i] = control.Entry{ID: r.ID, Programme: r.ProgrammeID, Seq: r.Seq, Version: r.Version, At: r.At.UTC(), Actor: r.ActorID, OnBehalfOf: r.OnBehalfOf, Act: r.Act, SubjectKind: r.SubjectKind,
			Subject: r.SubjectID, Person: r.PersonID, Sealed: r.Sealed, Digest: r.DetailDigest, Before: r.Before, Link: r.Chain}
	}
	return entries, nil
}

// linksOf are the links of a programme's acts after one entry, up to another.
func linksOf(ctx context.Context, tx *postgres.Tx, programme uuid.UUID, after, upTo int64) (links [][]byte, err error) {
	var rows []struct{ Link []byte }
	if err := tx.Ask(ctx, &rows, "select l as link from journal_links($1, $2, $3) l", programme, after, upTo); err != nil {
		return nil, fmt.Errorf("links: %w", err)
	}
	for _, r := range rows {
		links = append(links, r.Link)
	}
	return links, nil
}

// insertFolder keeps what a folder was made of.
func insertFolder(ctx context.Context, tx *postgres.Tx, id, programme uuid.UUID, manifest []byte, people []uuid.UUID, s *control.Sample) error {
	var seed *string
	var of *int
	var frame []byte
	var drawn any
	if s != nil {
		seed, of, frame, drawn = &s.Seed, &s.Of, s.Frame, pgdialect.Array(s.Drawn)
	}
	_, err := tx.NewRaw(`insert into control_folder (id, programme_id, member_id, made_at, manifest, participations, seed, frame_size, frame, drawn) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?::uuid[])`,
		id, programme, tx.Actor.Member, tx.Now, manifest, pgdialect.Array(people), seed, of, frame, drawn).Exec(ctx)
	if err != nil {
		return fmt.Errorf("keep folder: %w", err)
	}
	return nil
}

func peopleOf(ctx context.Context, tx *postgres.Tx, file uuid.UUID) (people []uuid.UUID, err error) {
	if err = tx.Ask(ctx, pgdialect.Array(&people), "select coalesce((select participations from control_folder where id = $1), '{}')", file); err != nil {
		return nil, fmt.Errorf("people of a folder: %w", err)
	}
	return people, nil
}
