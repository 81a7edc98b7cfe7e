package demo

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/participant"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/programme"
)

const (
	auditedPartner = "AIAS"
	auditedSample  = 5
	auditDays      = 20 // before the demonstration's last day
)

// prove has the case manager write down which documents prove what a person's admission rests on.
func (o *office) prove(p *person) {
	for n, requirement := range []string{"IN_CHARGE", "PRIORITY_GROUP"} {
		o.planStep(p.path.admitted, noon+40+n, p.caseManager, "recordProof", func(ctx context.Context, tx *postgres.Tx) error {
			_, err := o.deps.Participants.RecordProof(ctx, tx, participant.ProofInput{Participation: p.id, Requirement: requirement,
				Document: fmt.Sprintf("prot. %s/%05d", p.path.admitted.String()[:4], 1000+2*p.n+n)})
			return err
		})
	}
}

// audit gives the auditor a mandate over one partner: its register and money so far under pseudonyms, and a few of its people by name.
func (o *office) audit() {
	day := o.until.AddDays(-auditDays)
	var sample []uuid.UUID
	for _, p := range o.people {
		if p.partner == auditedPartner && !p.path.active.IsZero() && p.path.active.Before(day) && len(sample) < auditedSample {
			sample = append(sample, p.id)
		}
	}
	o.plan(day, morning, o.at("coordinator", lead), "openMandate", func(ctx context.Context, tx *postgres.Tx) error {
		_, err := programme.OpenMandate(ctx, tx, programme.MandateInput{Programme: o.programme, Organisation: o.organisations[auditedPartner], Member: o.at("auditor", lead).id,
			From: o.from, To: day, EndsOn: day.AddDays(365), Document: "Incarico di controllo 7/2026", Sample: sample})
		return err
	})
}
