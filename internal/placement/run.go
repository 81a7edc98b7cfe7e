package placement

import (
	"context"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// ReasonInput is a step that needs a reason.
type ReasonInput struct {
	Step
	Reason string // code of suspension_reasons or exit_reasons
}

// Start records that the intern has begun, on the day or later than planned.
func (r Room) Start(ctx context.Context, tx *postgres.Tx, in Step) error {
	return r.advance(ctx, tx, access.StartPlacement, in, func(f Facts) (effect, error) {
		return effect{set: map[string]any{"started_on": f.Day}}, nil
	})
}

// Suspend stops the internship for a while; the answer says how long the reason's suspension lasts at least.
func (r Room) Suspend(ctx context.Context, tx *postgres.Tx, in ReasonInput) error {
	return r.advance(ctx, tx, access.SuspendPlacement, in.Step, func(f Facts) (effect, error) {
		wrong, err := reasoned(ctx, tx, f.Placement, programme.SuspensionReasons, in.Reason)
		if err != nil {
			return effect{}, err
		}
		worked, err := r.stopped(ctx, tx, f.Placement, f.Day)
		e := effect{set: map[string]any{"end_reason": in.Reason}, reason: in.Reason, refusals: append(wrong, worked...)}
		if least := f.Rules.SuspensionLeast[in.Reason]; least > 0 {
			e.note = refusal.List{SuspensionLeast.At("reason").With("days", text.Days(least))}
		}
		return e, err
	})
}

// Resume goes on after a suspension; one shorter than its reason's least length must be acknowledged.
func (r Room) Resume(ctx context.Context, tx *postgres.Tx, in Step) error {
	return r.advance(ctx, tx, access.ResumePlacement, in, func(f Facts) (effect, error) {
		e := effect{set: map[string]any{"end_reason": nil}}
		least, lasted := f.Rules.SuspensionLeast[f.EndReason], f.Day.Sub(f.StateSince)
		if lasted < least {
			e.warn = func(tx *postgres.Tx) error {
				return tx.Warn(SuspensionShort.At("day").With("lasted", text.Days(lasted)).With("days", text.Days(least)))
			}
		}
		return e, nil
	})
}

// Interrupt breaks off a running or suspended internship, with the reason.
func (r Room) Interrupt(ctx context.Context, tx *postgres.Tx, in ReasonInput) error {
	return r.advance(ctx, tx, access.InterruptPlacement, in.Step, r.leaving(ctx, tx, in.Reason, true))
}

// End closes an internship whose last planned day has come. Days after the planned last one are none of the internship.
func (r Room) End(ctx context.Context, tx *postgres.Tx, in Step) error {
	return r.advance(ctx, tx, access.EndPlacement, in, func(f Facts) (effect, error) {
		worked, err := r.stopped(ctx, tx, f.Placement, f.ToDay.AddDays(1))
		return effect{set: map[string]any{"ended_on": f.ToDay, "end_reason": nil}, refusals: worked}, err
	})
}

// Attest records the final attestation, which the rooms behind AttestGates allow.
func (r Room) Attest(ctx context.Context, tx *postgres.Tx, in Step) error {
	return r.advance(ctx, tx, access.AttestPlacement, in, func(Facts) (effect, error) { return effect{}, nil })
}

// Cancel gives an internship up before the mandatory communication, with the reason.
func (r Room) Cancel(ctx context.Context, tx *postgres.Tx, in ReasonInput) error {
	return r.advance(ctx, tx, access.CancelPlacement, in.Step, r.leaving(ctx, tx, in.Reason, false))
}

// Annul gives an internship up after the mandatory communication and before its start, with the reason.
func (r Room) Annul(ctx context.Context, tx *postgres.Tx, in ReasonInput) error {
	return r.advance(ctx, tx, access.AnnulPlacement, in.Step, r.leaving(ctx, tx, in.Reason, false))
}

// leaving is the effect of closing with a reason; what has begun gets its last day, and an extension that would only have begun after it lapses.
func (r Room) leaving(ctx context.Context, tx *postgres.Tx, reason string, begun bool) func(Facts) (effect, error) {
	return func(f Facts) (effect, error) {
		wrong, err := reasoned(ctx, tx, f.Placement, programme.ExitReasons, reason)
		if err != nil {
			return effect{}, err
		}
		e := effect{set: map[string]any{"end_reason": reason}, reason: reason, refusals: wrong}
		if begun {
			var worked refusal.List
			if worked, err = r.stopped(ctx, tx, f.Placement, earlier(f.Day, f.ToDay).AddDays(1)); err != nil {
				return effect{}, err
			}
			e.refusals = append(e.refusals, worked...)
			e.set["ended_on"] = earlier(f.Day, f.ToDay)
			e.after = func(tx *postgres.Tx) error { return r.lapse(ctx, tx, f) }
		}
		return e, nil
	}
}
