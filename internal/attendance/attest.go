package attendance

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/placement"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// share is what of an internship's planned minutes counts, with what locked months were adjusted by and what it had before the programme was kept here.
type share struct {
	ID          uuid.UUID
	ProgrammeID uuid.UUID
	EndsOn      calendar.Day
	Planned     int
	Counted     int
	Contested   int // entries
}

// percent is the share of the planned minutes that counts, rounded down; all of nothing is all.
func (s share) percent() int {
	if s.Planned == 0 {
		return 100
	}
	return s.Counted * 100 / s.Planned
}

// AttestGate keeps internships from their final attestation while entries are contested, or where too few of the planned hours count
// (policy placement.attestation_percent on the internship's last day). It answers for those that it refuses.
func AttestGate(ctx context.Context, tx *postgres.Tx, placements []uuid.UUID) (map[uuid.UUID]refusal.List, error) {
	shares, err := sharesOf(ctx, tx, placements)
	if err != nil {
		return nil, err
	}
	refused := map[uuid.UUID]refusal.List{}
	for _, s := range shares {
		policy, err := programme.PolicyOn(ctx, tx, s.ProgrammeID, s.EndsOn)
		if err != nil {
			return nil, err
		}
		if least := policy.Int("placement.attestation_percent"); s.percent() < least {
			refused[s.ID] = append(refused[s.ID], TooFewHours.At().With("percent", s.percent()).With("least", least))
		}
		if s.Contested > 0 {
			refused[s.ID] = append(refused[s.ID], StillContested.At().With("entries", s.Contested))
		}
	}
	return refused, nil
}

// StopGate keeps internships from standing still, or from being over, from a day on that is not after the last that counts of them, presence or an absence that is paid: it would count, and
// be paid, of days that are none of theirs. Whoever writes hours of the person at the same moment waits until the act is done.
func StopGate(ctx context.Context, tx *postgres.Tx, p placement.Placement, from calendar.Day) (refusal.List, error) {
	return counts(ctx, tx, p.Person, p.Enrolment, from)
}

// LeaveGate keeps somebody's part in a course from being over as StopGate keeps an internship.
func LeaveGate(ctx context.Context, tx *postgres.Tx, enrolment uuid.UUID, from calendar.Day) (refusal.List, error) {
	persons, err := personsOf(ctx, tx, []uuid.UUID{enrolment})
	if err != nil {
		return nil, err
	}
	return counts(ctx, tx, persons[enrolment], enrolment, from)
}

// counts refuses a day on which, or after which, presence of the enrolment counts, or an absence that is paid: of a locked month, what its adjustments leave or add.
func counts(ctx context.Context, tx *postgres.Tx, person, enrolment uuid.UUID, from calendar.Day) (refusal.List, error) {
	if err := hold(ctx, tx, []uuid.UUID{person}); err != nil {
		return nil, err
	}
	entries, err := countedFrom(ctx, tx, enrolment, from)
	if err != nil {
		return nil, err
	}
	adjusted, err := adjustedFrom(ctx, tx, enrolment, from)
	if err != nil {
		return nil, err
	}
	rules, minutes := rules{tx: tx}, map[calendar.Day]int{}
	for _, r := range entries {
		counts := r.Kind == Presence
		if !counts {
			p, err := rules.on(ctx, r.ProgrammeID, r.Day)
			if err != nil {
				return nil, err
			}
			counts = slices.Contains(p.paid, orEmpty(r.AbsenceReason))
		}
		if counts {
			minutes[r.Day] += r.Minutes
		}
	}
	for _, a := range adjusted {
		minutes[a.Day] += a.Minutes
	}
	var last calendar.Day
	for day, of := range minutes {
		if of > 0 && (last.IsZero() || day.After(last)) {
			last = day
		}
	}
	if last.IsZero() {
		return nil, nil
	}
	return refusal.List{CountsLater.At("day").With("from", from).With("last", last)}, nil
}
