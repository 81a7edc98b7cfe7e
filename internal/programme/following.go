package programme

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
)

// versionSubject is the type of versions of the rules in the API.
const versionSubject = "PolicyVersion"

// Following is what a room does about new versions of the rules: all that they touch is looked at anew, chunk by chunk in the order of ids. Each chunk is an act
// of its own, which is told of and heard again, and goes on from where the last one that stands has come to.
type Following struct {
	Name  string     // under which it is kept how far this has come
	Act   access.Act // by which it is told of
	Chunk func(ctx context.Context, tx *postgres.Tx, rules NewRules, after *uuid.UUID) (Followed, error)
}

// NewRules is a version of the rules: it touches the days from its first one on.
type NewRules struct {
	ProgrammeID uuid.UUID
	ValidFrom   calendar.Day
	Audience    []uuid.UUID `bun:",array"`
}

// Followed is what a chunk has come to.
type Followed struct {
	Reached *uuid.UUID     // the last that was looked at; nil when nothing is left
	Sums    map[string]int // that the next one goes on adding to
}

// React is the reaction to versions of the rules.
func (f Following) React(ctx context.Context, tx *postgres.Tx, events []event.Event) error {
	var told []uuid.UUID
	for _, e := range events {
		if e.SubjectKind != versionSubject || slices.Contains(told, e.Subject) {
			continue
		}
		told = append(told, e.Subject)
		if err := f.goOn(ctx, tx, e.Subject); err != nil {
			return err
		}
	}
	return nil
}

func (f Following) goOn(ctx context.Context, tx *postgres.Tx, version uuid.UUID) error {
	r, known, err := f.hold(ctx, tx, version)
	if err != nil || !known || r.DoneAt != nil {
		return err
	}
	some, err := f.Chunk(ctx, tx, r.NewRules, r.Reached)
	if err != nil {
		return err
	}
	for name, n := range some.Sums {
		r.Sums[name] += n
	}
	detail := map[string]any{"done": some.Reached == nil}
	for name, n := range r.Sums {
		detail[name] = n
	}
	if r.Reached = some.Reached; r.Reached == nil {
		r.DoneAt = &tx.Now
	}
	if err := f.save(ctx, tx, version, r); err != nil {
		return err
	}
	tx.Tell(event.News{Programme: r.ProgrammeID, Act: string(f.Act), Kind: event.Changed, SubjectKind: versionSubject, Subject: version, Audience: r.Audience}, detail)
	return nil
}

// reached is how far a version is followed.
type reached struct {
	NewRules
	Reached *uuid.UUID
	Sums    map[string]int `bun:"type:jsonb"`
	DoneAt  *time.Time
}

// hold gives how far a version is followed, against another act that would go on from there, too; false for one that is none.
func (f Following) hold(ctx context.Context, tx *postgres.Tx, version uuid.UUID) (reached, bool, error) {
	if _, err := tx.NewRaw("insert into rules_followed (version_id, name) select id, ? from policy_version where id = ? on conflict do nothing", f.Name, version).Exec(ctx); err != nil {
		return reached{}, false, fmt.Errorf("rules followed: %w", err)
	}
	var rows []reached
	if err := tx.Ask(ctx, &rows, `select v.programme_id, v.valid_from, v.audience, f.reached, f.sums, f.done_at from rules_followed f join policy_version v on v.id = f.version_id
		where f.version_id = $1 and f.name = $2 for update of f`, version, f.Name); err != nil || len(rows) == 0 {
		return reached{}, false, err
	}
	return rows[0], true, nil
}

func (f Following) save(ctx context.Context, tx *postgres.Tx, version uuid.UUID, r reached) error {
	if _, err := tx.NewRaw("update rules_followed set reached = coalesce(?, reached), sums = ?, done_at = ? where version_id = ? and name = ?", r.Reached, r.Sums, r.DoneAt, version, f.Name).Exec(ctx); err != nil {
		return fmt.Errorf("rules followed: %w", err)
	}
	return nil
}
