package attendance

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

// judgedAtOnce is for how many people one act looks anew at which hours count: whoever writes some of theirs waits no longer than a blink.
var judgedAtOnce = 50

// FollowRules is the reaction to a version of the rules: of months that are open, and of days from its first one on, what it allows no longer is contested
// and due to be resolved, long before the month is submitted, and what it allows from now on counts. It goes on chunk by chunk, each told of and heard again
// here, from where the last one that stands has come to.
func FollowRules(ctx context.Context, tx *postgres.Tx, events []event.Event) error {
	var told []uuid.UUID
	for _, e := range events {
		if e.SubjectKind != versionSubject || slices.Contains(told, e.Subject) {
			continue
		}
		told = append(told, e.Subject)
		if err := followRules(ctx, tx, e.Subject); err != nil {
			return err
		}
	}
	return nil
}

func followRules(ctx context.Context, tx *postgres.Tx, version uuid.UUID) error {
	j, err := holdJudged(ctx, tx, version)
	if err != nil || j.DoneAt != nil {
		return err
	}
	people, err := j.next(ctx, tx, judgedAtOnce)
	if err != nil {
		return err
	}
	if err := hold(ctx, tx, people); err != nil {
		return err
	}
	entries, err := entriesWhere(ctx, tx, "programme_id = $1 and person_id = any ($2) and day >= $3 and standing in ('COUNTED', 'CONTESTED') and not settled", j.ProgrammeID, people, j.ValidFrom)
	if err != nil {
		return err
	}
	var touched []row
	for _, r := range entries {
		touched = append(touched, r)
	}
	if len(touched) > 0 {
		changed, _, err := resettle(ctx, tx, &rules{tx: tx}, touched...)
		if err != nil {
			return err
		}
		tellAll(tx, access.RecordAttendance, changed)
	}
	if len(people) < judgedAtOnce {
		return j.save(ctx, tx, nil, &tx.Now)
	}
	tx.Tell(event.News{Programme: j.ProgrammeID, Act: string(access.RecordAttendance), Kind: event.Changed, SubjectKind: versionSubject, Subject: version, Audience: j.Audience}, nil)
	return j.save(ctx, tx, &people[len(people)-1], nil)
}

// judged is how far hours have been judged by a version of the rules: person by person, in the order of their ids.
type judged struct {
	VersionID   uuid.UUID
	ProgrammeID uuid.UUID
	ValidFrom   calendar.Day
	Audience    []uuid.UUID `bun:",array"`
	Reached     *uuid.UUID
	DoneAt      *time.Time
}

func holdJudged(ctx context.Context, tx *postgres.Tx, version uuid.UUID) (j judged, err error) {
	if _, err := tx.NewRaw("insert into rules_judged (version_id) values (?) on conflict do nothing", version).Exec(ctx); err != nil {
		return j, fmt.Errorf("rules judged: %w", err)
	}
	if err := tx.Ask(ctx, &j, `select j.version_id, j.reached, j.done_at, v.programme_id, v.valid_from, v.audience from rules_judged j join policy_version v on v.id = j.version_id
		where j.version_id = $1 for update of j`, version); err != nil {
		return j, fmt.Errorf("rules judged: %w", err)
	}
	return j, nil
}

// next are the next people of whom hours stand on days of the version.
func (j judged) next(ctx context.Context, tx *postgres.Tx, most int) (people []uuid.UUID, err error) {
	err = tx.Ask(ctx, &people, `select distinct person_id from attendance where programme_id = $1 and day >= $2 and standing in ('COUNTED', 'CONTESTED') and ($3::uuid is null or person_id > $3)
		order by person_id limit $4`, j.ProgrammeID, j.ValidFrom, j.Reached, most)
	if err != nil {
		return nil, fmt.Errorf("whom rules touch: %w", err)
	}
	return people, nil
}

func (j judged) save(ctx context.Context, tx *postgres.Tx, reached *uuid.UUID, done *time.Time) error {
	if _, err := tx.NewRaw("update rules_judged set reached = coalesce(?, reached), done_at = ? where version_id = ?", reached, done, j.VersionID).Exec(ctx); err != nil {
		return fmt.Errorf("rules judged: %w", err)
	}
	return nil
}
