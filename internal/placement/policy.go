package placement

import (
	"context"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/company"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// policy is the part of a programme's rules that internships follow, as in force on one day.
type policy struct {
	rules Rules
	quota []programme.Quota
}

func policyOn(ctx context.Context, tx *postgres.Tx, programmeID uuid.UUID, day calendar.Day) (policy, error) {
	p, err := programme.PolicyOn(ctx, tx, programmeID, day)
	if err != nil {
		return policy{}, err
	}
	out := policy{rules: Rules{
		DurationMonths: p.Int("placement.duration_months"), MaxMonths: p.Int("placement.max_months"),
		TutorMax: p.Int(tutorMax), HostTutorMax: p.Int("placement.host_tutor_max_interns"),
		DaysBefore: p.Int("placement.communication_days_before"), Certificates: p.Strings("placement.safety_certificates"),
	}}
	if err := p.Decode("placement.host_quota", &out.quota); err != nil {
		return policy{}, err
	}
	if err := p.Decode("placement.suspension_min_days", &out.rules.SuspensionLeast); err != nil {
		return policy{}, err
	}
	items, err := programme.CodeItems(ctx, tx, programmeID, programme.Certificates)
	if err != nil {
		return policy{}, err
	}
	out.rules.CertificateWords = map[string]text.Text{}
	for code, item := range items {
		out.rules.CertificateWords[code] = item.Label
	}
	return out, nil
}

// of gives the rules for a site with so many employees.
func (p policy) of(headcount int) Rules {
	r := p.rules
	r.InternLimit = company.InternLimit(headcount, p.quota)
	return r
}
