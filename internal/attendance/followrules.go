package attendance

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/programme"
)

// judgedAtOnce is for how many people one act looks anew at which hours count: whoever writes some of theirs waits no longer than a blink.
var judgedAtOnce = 50

// FollowRules is the reaction to a version of the rules: of months that are open, and of days from its first one on, what it allows no longer is contested
// and due to be resolved, long before the month is submitted, and what it allows from now on counts; and an absence that it pays is held to what was planned.
var FollowRules = programme.Following{Name: "hours", Act: access.RecordAttendance, Chunk: judgeAnew}.React

// judgeAnew judges the hours of the next people.
func judgeAnew(ctx context.Context, tx *postgres.Tx, of programme.NewRules, after *uuid.UUID) (done programme.Followed, err error) {
	records, people, err := judgedNext(ctx, tx, of, after, judgedAtOnce)
	if err != nil {
		return done, err
	}
	if err := hold(ctx, tx, people); err != nil {
		return done, err
	}
	entries, err := entriesWhere(ctx, tx, "programme_id = $1 and person_id = any ($2) and day >= $3 and standing in ('COUNTED', 'CONTESTED') and not settled", of.ProgrammeID, people, of.ValidFrom)
	if err != nil {
		return done, err
	}
	changed, err := judge(ctx, tx, slices.Collect(maps.Values(entries)))
	if err != nil {
		return done, err
	}
	tellAll(tx, access.RecordAttendance, changed)
	done.Sums = map[string]int{"entries": len(changed)}
	if len(records) == judgedAtOnce {
		done.Reached = &records[len(records)-1]
	}
	return done, nil
}

// judge lets entries, and others with them, count or no longer as the rules say now. Absences that are paid by now beyond what was planned do not, where their
// months are open.
func judge(ctx context.Context, tx *postgres.Tx, entries []row) ([]row, error) {
	if len(entries) == 0 {
		return nil, nil
	}
	rules := rules{tx: tx}
	in, err := reachOf(ctx, tx, &rules, entries)
	if err != nil {
		return nil, err
	}
	var absent []Entry
	for _, r := range entries {
		if r.Kind == Absence {
			absent = append(absent, r.entry())
		}
	}
	months, err := monthsOf(ctx, tx, absent)
	if err != nil {
		return nil, err
	}
	if err := rules.expect(ctx, absent); err != nil {
		return nil, err
	}
	for _, r := range entries {
		if r.Kind != Absence || months[placeOf{r.EnrolmentID, r.Day.Month()}] != MonthOpen {
			continue
		}
		unpaid, err := rules.unpaid(ctx, enrolment{ProgrammeID: r.ProgrammeID}, r.entry())
		if err != nil {
			return nil, err
		}
		if is := slices.Contains(r.Conflicts, Unplanned); is && len(unpaid) == 0 {
			in.become(r.ID, slices.DeleteFunc(own(r.Conflicts), func(c Conflict) bool { return c == Unplanned }))
		} else if !is && len(unpaid) > 0 {
			in.become(r.ID, append(own(r.Conflicts), Unplanned))
		}
	}
	changed, _, err := in.write(ctx, tx)
	return changed, err
}

// judgedNext are the next records after one that take part, and whose humans have hours on days of the rules.
func judgedNext(ctx context.Context, tx *postgres.Tx, of programme.NewRules, after *uuid.UUID, most int) (records, people []uuid.UUID, err error) {
	var rows []struct{ Record, Human uuid.UUID }
	if err := tx.Ask(ctx, &rows, `select r.id as record, coalesce(r.merged_into, r.id) as human from participation p join person r on r.id = p.person_id
		where p.programme_id = $1 and ($3::uuid is null or p.person_id > $3) and exists (select from attendance a
			where a.person_id = coalesce(r.merged_into, r.id) and a.programme_id = $1 and a.day >= $2 and a.standing in ('COUNTED', 'CONTESTED'))
		order by p.person_id limit $4`, of.ProgrammeID, of.ValidFrom, after, most); err != nil {
		return nil, nil, fmt.Errorf("whom rules touch: %w", err)
	}
	for _, r := range rows {
		records, people = append(records, r.Record), append(people, r.Human)
	}
	return records, people, nil
}
