package graph

import (
	"context"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/matching"
	"github.com/lavoroincorso/lavoro/internal/placement"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// DraftPlacement prepares an internship from an accepted match.
func (m mutation) DraftPlacement(ctx context.Context, input DraftPlacementInput) (*DraftPlacementPayload, error) {
	return perform(ctx, m.Resolver, access.DraftPlacement, input, func(ctx context.Context, tx *postgres.Tx, out *DraftPlacementPayload) error {
		id, wrongID := newID("plc", input.ID, "id")
		match, wrongMatch := idOf("mat", input.Match, "match")
		organisation, wrongOrganisation := optionalID("org", input.Organisation, "organisation")
		tutor, wrongTutor := optionalID("mem", input.Tutor, "tutor")
		if err := refusal.Join(wrongID, wrongMatch, wrongOrganisation, wrongTutor); err != nil {
			return err
		}
		err := m.Matches.Draft(ctx, tx, matching.DraftInput{ID: id, Match: match, FromDay: input.FromDay, ToDay: orNoDay(input.ToDay),
			Organisation: organisation, Tutor: tutor, HostTutor: input.HostTutor, Origin: "ENTERED"})
		if err == nil {
			out.Placement = &Placement{ID: plan.FormatID("plc", id)}
		}
		return err
	})
}

// placementStep reads what every act on an internship has; the placement is shown in the payload whatever becomes of the act.
func placementStep(id string, day *calendar.Day, expected *int32, shown **Placement) (placement.Step, error) {
	u, err := idOf("plc", id, "placement")
	if err != nil {
		return placement.Step{}, err
	}
	*shown = &Placement{ID: id}
	return placement.Step{Placement: u, Day: orNoDay(day), Expected: revision(expected)}, nil
}

// ConfirmPlacement says under which convention all agree.
func (m mutation) ConfirmPlacement(ctx context.Context, input ConfirmPlacementInput) (*ConfirmPlacementPayload, error) {
	return perform(ctx, m.Resolver, access.ConfirmPlacement, input, func(ctx context.Context, tx *postgres.Tx, out *ConfirmPlacementPayload) error {
		step, err := placementStep(input.Placement, input.Day, input.ExpectedRevision, &out.Placement)
		if err != nil {
			return err
		}
		return m.Placements.Confirm(ctx, tx, placement.ConfirmInput{Step: step, Convention: input.Convention})
	})
}

// SignProject records that the individual project is signed.
func (m mutation) SignProject(ctx context.Context, input SignProjectInput) (*SignProjectPayload, error) {
	return perform(ctx, m.Resolver, access.SignProject, input, func(ctx context.Context, tx *postgres.Tx, out *SignProjectPayload) error {
		step, err := placementStep(input.Placement, input.Day, input.ExpectedRevision, &out.Placement)
		if err != nil {
			return err
		}
		return m.Placements.SignProject(ctx, tx, step)
	})
}

// CommunicatePlacement records the mandatory communication.
func (m mutation) CommunicatePlacement(ctx context.Context, input CommunicatePlacementInput) (*CommunicatePlacementPayload, error) {
	return perform(ctx, m.Resolver, access.CommunicatePlacement, input, func(ctx context.Context, tx *postgres.Tx, out *CommunicatePlacementPayload) error {
		step, err := placementStep(input.Placement, input.Day, input.ExpectedRevision, &out.Placement)
		if err != nil {
			return err
		}
		return m.Placements.Communicate(ctx, tx, placement.CommunicateInput{Step: step, Code: input.CommunicationCode})
	})
}

// StartPlacement records that the intern has begun.
func (m mutation) StartPlacement(ctx context.Context, input StartPlacementInput) (*StartPlacementPayload, error) {
	return perform(ctx, m.Resolver, access.StartPlacement, input, func(ctx context.Context, tx *postgres.Tx, out *StartPlacementPayload) error {
		step, err := placementStep(input.Placement, input.Day, input.ExpectedRevision, &out.Placement)
		if err != nil {
			return err
		}
		return m.Placements.Start(ctx, tx, step)
	})
}

// SuspendPlacement stops an internship for a while.
func (m mutation) SuspendPlacement(ctx context.Context, input SuspendPlacementInput) (*SuspendPlacementPayload, error) {
	return perform(ctx, m.Resolver, access.SuspendPlacement, input, func(ctx context.Context, tx *postgres.Tx, out *SuspendPlacementPayload) error {
		step, err := placementStep(input.Placement, input.Day, input.ExpectedRevision, &out.Placement)
		if err != nil {
			return err
		}
		return m.Placements.Suspend(ctx, tx, placement.ReasonInput{Step: step, Reason: input.Reason})
	})
}

// ResumePlacement goes on after a suspension.
func (m mutation) ResumePlacement(ctx context.Context, input ResumePlacementInput) (*ResumePlacementPayload, error) {
	return perform(ctx, m.Resolver, access.ResumePlacement, input, func(ctx context.Context, tx *postgres.Tx, out *ResumePlacementPayload) error {
		step, err := placementStep(input.Placement, input.Day, input.ExpectedRevision, &out.Placement)
		if err != nil {
			return err
		}
		return m.Placements.Resume(ctx, tx, step)
	})
}

// ExtendPlacement gives an internship a later last day.
func (m mutation) ExtendPlacement(ctx context.Context, input ExtendPlacementInput) (*ExtendPlacementPayload, error) {
	return perform(ctx, m.Resolver, access.ExtendPlacement, input, func(ctx context.Context, tx *postgres.Tx, out *ExtendPlacementPayload) error {
		step, err := placementStep(input.Placement, input.Day, input.ExpectedRevision, &out.Placement)
		if err != nil {
			return err
		}
		return m.Placements.Extend(ctx, tx, placement.ExtendInput{Step: step, ToDay: input.ToDay, Reason: input.Reason, Attestation: orEmpty(input.Attestation)})
	})
}

// CommunicateExtension records the mandatory communication of an extension.
func (m mutation) CommunicateExtension(ctx context.Context, input CommunicateExtensionInput) (*CommunicateExtensionPayload, error) {
	return perform(ctx, m.Resolver, access.CommunicateExtension, input, func(ctx context.Context, tx *postgres.Tx, out *CommunicateExtensionPayload) error {
		step, err := placementStep(input.Placement, input.Day, input.ExpectedRevision, &out.Placement)
		if err != nil {
			return err
		}
		return m.Placements.CommunicateExtension(ctx, tx, placement.CommunicateInput{Step: step, Code: input.CommunicationCode})
	})
}

// InterruptPlacement breaks an internship off.
func (m mutation) InterruptPlacement(ctx context.Context, input InterruptPlacementInput) (*InterruptPlacementPayload, error) {
	return perform(ctx, m.Resolver, access.InterruptPlacement, input, func(ctx context.Context, tx *postgres.Tx, out *InterruptPlacementPayload) error {
		step, err := placementStep(input.Placement, input.Day, input.ExpectedRevision, &out.Placement)
		if err != nil {
			return err
		}
		return m.Placements.Interrupt(ctx, tx, placement.ReasonInput{Step: step, Reason: input.Reason})
	})
}

// EndPlacement ends an internship as planned.
func (m mutation) EndPlacement(ctx context.Context, input EndPlacementInput) (*EndPlacementPayload, error) {
	return perform(ctx, m.Resolver, access.EndPlacement, input, func(ctx context.Context, tx *postgres.Tx, out *EndPlacementPayload) error {
		step, err := placementStep(input.Placement, input.Day, input.ExpectedRevision, &out.Placement)
		if err != nil {
			return err
		}
		return m.Placements.End(ctx, tx, step)
	})
}

// AttestPlacement records the final attestation.
func (m mutation) AttestPlacement(ctx context.Context, input AttestPlacementInput) (*AttestPlacementPayload, error) {
	return perform(ctx, m.Resolver, access.AttestPlacement, input, func(ctx context.Context, tx *postgres.Tx, out *AttestPlacementPayload) error {
		step, err := placementStep(input.Placement, input.Day, input.ExpectedRevision, &out.Placement)
		if err != nil {
			return err
		}
		return m.Placements.Attest(ctx, tx, step)
	})
}

// CancelPlacement gives an internship up before its communication.
func (m mutation) CancelPlacement(ctx context.Context, input CancelPlacementInput) (*CancelPlacementPayload, error) {
	return perform(ctx, m.Resolver, access.CancelPlacement, input, func(ctx context.Context, tx *postgres.Tx, out *CancelPlacementPayload) error {
		step, err := placementStep(input.Placement, input.Day, input.ExpectedRevision, &out.Placement)
		if err != nil {
			return err
		}
		return m.Placements.Cancel(ctx, tx, placement.ReasonInput{Step: step, Reason: input.Reason})
	})
}

// AnnulPlacement gives an internship up after its communication.
func (m mutation) AnnulPlacement(ctx context.Context, input AnnulPlacementInput) (*AnnulPlacementPayload, error) {
	return perform(ctx, m.Resolver, access.AnnulPlacement, input, func(ctx context.Context, tx *postgres.Tx, out *AnnulPlacementPayload) error {
		step, err := placementStep(input.Placement, input.Day, input.ExpectedRevision, &out.Placement)
		if err != nil {
			return err
		}
		return m.Placements.Annul(ctx, tx, placement.ReasonInput{Step: step, Reason: input.Reason})
	})
}
