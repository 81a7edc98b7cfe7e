package placement

import (
	"context"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// ConfirmInput says under which convention person, tutor and company agree.
type ConfirmInput struct {
	Step
	Convention string // protocol number
}

// Confirm takes a draft to MATCHED: all agree, and the host may from now on know the promoter.
func (r Room) Confirm(ctx context.Context, tx *postgres.Tx, in ConfirmInput) error {
	return r.advance(ctx, tx, access.ConfirmPlacement, in.Step, func(f Facts) (effect, error) {
		convention, wrong := lettered(in.Convention, maxCode, "convention")
		return effect{set: map[string]any{"convention": convention}, refusals: wrong,
			after: func(tx *postgres.Tx) error { return showPromoter(ctx, tx, f.Placement) }}, nil
	})
}

// SignProject records that the individual project (PFI) is signed by all parties.
func (r Room) SignProject(ctx context.Context, tx *postgres.Tx, in Step) error {
	return r.advance(ctx, tx, access.SignProject, in, func(f Facts) (effect, error) {
		return effect{set: map[string]any{"pfi_signed_on": f.Day}}, nil
	})
}

// CommunicateInput gives the receipt of the mandatory communication.
type CommunicateInput struct {
	Step
	Code string // protocol code of the UNILAV receipt
}

// Communicate records the accepted mandatory communication (UNILAV); one that comes late must be acknowledged.
func (r Room) Communicate(ctx context.Context, tx *postgres.Tx, in CommunicateInput) error {
	return r.advance(ctx, tx, access.CommunicatePlacement, in.Step, func(f Facts) (effect, error) {
		code, wrong := lettered(in.Code, maxCode, "communicationCode")
		e := effect{set: map[string]any{"communicated_on": f.Day, "communication_code": code}, refusals: wrong}
		if f.late() {
			e.warn = func(tx *postgres.Tx) error {
				return tx.Warn(CommunicatedLate.At("day").With("days", text.Days(f.Rules.DaysBefore)).With("from", f.FromDay))
			}
		}
		return e, nil
	})
}
