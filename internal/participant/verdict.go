package participant

import (
	"context"
	"encoding/json"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/programme"
)

// CheckEligibility reads the facts of the day, applies every rule of the policy then in force, and writes the verdict. Before
// admission it moves the case to ELIGIBILITY_CHECK; later it only adds a verdict, since measures are watched as long as the path lasts.
func (r Room) CheckEligibility(ctx context.Context, tx *postgres.Tx, in Step) (uuid.UUID, error) {
	s, err := begin(ctx, tx, access.CheckEligibility, in)
	if err != nil {
		return uuid.Nil, err
	}
	policy, err := programme.PolicyOn(ctx, tx, s.row.ProgrammeID, s.day)
	if err != nil {
		return uuid.Nil, err
	}
	exclusions, err := programme.CodeItems(ctx, tx, s.row.ProgrammeID, programme.Exclusions)
	if err != nil {
		return uuid.Nil, err
	}
	facts, err := s.facts(ctx, tx)
	if err != nil {
		return uuid.Nil, err
	}
	id, err := s.writeVerdict(ctx, tx, policy.Version, Judge(facts, rulesOf(policy, exclusions)))
	if err != nil {
		return uuid.Nil, err
	}
	if s.was == Rejected {
		s.row.ExitReason = ""
	}
	s.detail.Verdict, s.detail.Policy = &id, &policy.Version
	return id, r.finish(ctx, tx, s)
}

func (s *step) facts(ctx context.Context, tx *postgres.Tx) (Facts, error) {
	p, err := loadPerson(ctx, tx, s.row.PersonID)
	if err != nil {
		return Facts{}, err
	}
	names, err := territory(ctx, tx, s.row.ProgrammeID)
	if err != nil {
		return Facts{}, err
	}
	groups, err := groupCount(ctx, tx, s.row.ID)
	if err != nil {
		return Facts{}, err
	}
	checks, err := lastChecks(ctx, tx, s.row.ID, s.day)
	return Facts{Day: s.day, Birth: p.BirthDay, Municipality: names[p.Municipality], Groups: groups, Checks: checks}, err
}

func (s *step) writeVerdict(ctx context.Context, tx *postgres.Tx, policy uuid.UUID, findings []Finding) (uuid.UUID, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return uuid.Nil, err
	}
	err = insert(ctx, tx, verdictRow{ID: id, ProgrammeID: s.row.ProgrammeID, ParticipationID: s.row.ID, PolicyVersionID: policy, GivenOn: s.day,
		Outcome: Worst(findings), Audience: s.row.Audience})
	if err != nil {
		return uuid.Nil, err
	}
	rows := make([]findingRow, len(findings))
	for i, f := range findings {
		if rows[i], err = s.findingRow(id, i, f); err != nil {
			return uuid.Nil, err
		}
	}
	return id, insert(ctx, tx, rows...)
}

func (s *step) findingRow(verdict uuid.UUID, position int, f Finding) (findingRow, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return findingRow{}, err
	}
	fact, err := json.Marshal(f.Fact)
	if err != nil {
		return findingRow{}, err
	}
	cure, err := json.Marshal(f.Cure)
	return findingRow{ID: id, VerdictID: verdict, ParticipationID: s.row.ID, Position: position, Rule: f.Rule, Fact: string(fact), Source: f.Source.Text,
		Confirmed: f.Source.Confirmed, Outcome: f.Outcome, Cure: string(cure), Audience: s.row.Audience}, err
}
