package placement

import (
	"context"
	"encoding/json"

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

// policies are those of several programmes.
type policies map[uuid.UUID]policy

// policiesOf gives those in force today in the internships' programmes.
func policiesOf(ctx context.Context, tx *postgres.Tx, placements map[uuid.UUID]Placement) (policies, error) {
	found := policies{}
	for _, p := range placements {
		if _, known := found[p.Programme]; known {
			continue
		}
		of, err := policyOn(ctx, tx, p.Programme, tx.Today())
		if err != nil {
			return nil, err
		}
		found[p.Programme] = of
	}
	return found, nil
}

// shortest are how many days suspensions last at least to be for good, by programme and reason.
func (p policies) shortest() (string, error) {
	all := map[uuid.UUID]map[string]int{}
	for id, of := range p {
		all[id] = of.rules.SuspensionLeast
	}
	spelled, err := json.Marshal(all)
	return string(spelled), err
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
		ExtensionMonths: p.Int("placement.extension_months"), ExtensionNotice: p.Int("placement.extension_notice_days"),
		ExtensionDays: p.Int(extensionDays), NeedEvery: p.Text("placement.extension_need") == "EVERY",
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
