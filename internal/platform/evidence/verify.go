package evidence

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/lavoroincorso/lavoro/internal/platform/journal"
)

// Verdict is what became of an installation's evidence.
type Verdict struct {
	Chains []journal.Report
	// Anchors is how many were read, Faults what is wrong among them.
	Anchors int
	Faults  []string
}

// Sound says whether nothing was found.
func (v Verdict) Sound() bool {
	for _, c := range v.Chains {
		if c.Broken != 0 {
			return false
		}
	}
	return len(v.Faults) == 0
}

// Verify works out every chain of the database at the owner's url from its rows, in one snapshot, and compares it with the heads and, where
// a folder is given, with the anchors in it. Checked looks at an anchor's timestamp; nil where none is asked for.
func Verify(ctx context.Context, ownerURL string, anchors journal.Folder, checked func(journal.Kept) error) (Verdict, error) {
	conn, err := pgx.Connect(ctx, ownerURL)
	if err != nil {
		return Verdict{}, fmt.Errorf("verify: %w", err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	tx, err := conn.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		return Verdict{}, fmt.Errorf("verify: %w", err)
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }()
	verdict, kept, err := fromFolder(ctx, tx, anchors, checked)
	if err != nil {
		return Verdict{}, err
	}
	verdict.Chains, err = chains(ctx, tx, kept)
	return verdict, err
}

// fromFolder reads the anchors, and looks whether they are this installation's.
func fromFolder(ctx context.Context, tx pgx.Tx, anchors journal.Folder, checked func(journal.Kept) error) (v Verdict, kept []journal.Kept, err error) {
	if anchors == "" {
		return v, nil, nil
	}
	if kept, v.Faults, err = anchors.Read(); err != nil {
		return v, nil, err
	}
	v.Anchors = len(kept)
	var installation uuid.UUID
	if err := tx.QueryRow(ctx, "select id from installation").Scan(&installation); err != nil {
		return v, nil, fmt.Errorf("verify: %w", err)
	}
	for _, k := range kept {
		if k.Installation != installation {
			v.Faults = append(v.Faults, fmt.Sprintf("%s: is of installation %s, this is %s", k.Name, k.Installation, installation))
		}
		if checked != nil && k.Timestamp != nil {
			if err := checked(k); err != nil {
				v.Faults = append(v.Faults, fmt.Sprintf("%s: its timestamp: %v", k.Name, err))
			}
		}
	}
	return v, kept, nil
}

func chains(ctx context.Context, tx pgx.Tx, kept []journal.Kept) ([]journal.Report, error) {
	acts, reads, err := heads(ctx, tx)
	if err != nil {
		return nil, err
	}
	v := journal.NewVerifier(acts, reads, kept)
	const rows = `select id, programme_id, seq, version, at, actor_id, on_behalf_of, act, subject_kind, subject_id, person_id, sealed, detail, detail_digest, chain from journal`
	if err := each(ctx, tx, rows+" where act = '"+journal.Retain+"' and not sealed", scanAct, v.Cut); err != nil {
		return nil, err
	}
	if err := each(ctx, tx, rows+" order by programme_id, seq", scanAct, v.Act); err != nil {
		return nil, err
	}
	if err := each(ctx, tx, `select id, node, request_id, actor_id, seq, at, on_behalf_of, programme_id, purpose, class, reason, participations, persons, version, reason_persons, chain
		from read_journal order by node, seq`, scanRead, v.Read); err != nil {
		return nil, err
	}
	return v.Done(), nil
}

type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// heads are those that the database holds of all chains.
func heads(ctx context.Context, db querier) (acts, reads []journal.Head, err error) {
	rows, err := db.Query(ctx, "select kind, id, entries, chain from journal_heads()")
	if err != nil {
		return nil, nil, fmt.Errorf("heads: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var kind string
		var h journal.Head
		if err := rows.Scan(&kind, &h.ID, &h.Entries, (*[]byte)(&h.Chain)); err != nil {
			return nil, nil, fmt.Errorf("heads: %w", err)
		}
		if kind == "ACTS" {
			acts = append(acts, h)
		} else {
			reads = append(reads, h)
		}
	}
	return acts, reads, rows.Err()
}

// each hands row after row on, none kept.
func each[R any](ctx context.Context, tx pgx.Tx, sql string, scan func(pgx.Rows) (R, error), take func(R)) error {
	rows, err := tx.Query(ctx, sql)
	if err != nil {
		return fmt.Errorf("verify: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		row, err := scan(rows)
		if err != nil {
			return fmt.Errorf("verify: %w", err)
		}
		take(row)
	}
	return rows.Err()
}

func scanAct(rows pgx.Rows) (a journal.Act, err error) {
	err = rows.Scan(&a.ID, &a.Programme, &a.Seq, &a.Version, &a.At, &a.Actor, &a.OnBehalfOf, &a.Act, &a.SubjectKind, &a.Subject, &a.Person, &a.Sealed, &a.Detail, &a.Digest, &a.Chain)
	return a, err
}

func scanRead(rows pgx.Rows) (r journal.Read, err error) {
	err = rows.Scan(&r.ID, &r.Node, &r.Request, &r.Actor, &r.Seq, &r.At, &r.OnBehalfOf, &r.Programme, &r.Purpose, &r.Class, &r.Reason, &r.Participations, &r.Persons, &r.Version, &r.ReasonPersons, &r.Chain)
	return r, err
}
