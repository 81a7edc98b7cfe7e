package placement

import (
	"context"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/activity"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// extensionDays is the policy's rule on how many days after the last day before an extension its mandatory communication may come.
const extensionDays = "placement.extension_communication_days"

// What is due of an extension is kept beside the internship's own states: it is communicated whatever becomes of the internship meanwhile.
const (
	extensionConcept = "extension"
	toBeCommunicated = "TO_COMMUNICATE"
	wasCommunicated  = "COMMUNICATED"
	hasLapsed        = "LAPSED"
)

// extensionClock says until when an extension is communicated; it runs from the last day before the extension.
var extensionClock = event.Clock{Concept: extensionConcept, SubjectKind: "Placement", Prefix: "plc", State: toBeCommunicated, Policy: extensionDays,
	Kind: "placement.communicate_extension", Label: text.Text{It: "Inviare la comunicazione obbligatoria della proroga (UNILAV)", En: "Send the mandatory communication of the extension (UNILAV)"}}

// extension is an addendum to the individual project that gives it a later last day. Days that have not come are zero.
type extension struct {
	ID            uuid.UUID
	Version       int          // of the individual project
	PreviousToDay calendar.Day // the last day before it
	ToDay         calendar.Day
	SignedOn      calendar.Day
	CommunicateBy calendar.Day
	Communicated  bool
	Lapsed        bool
}

// open says whether its mandatory communication is still to come.
func (e *extension) open() bool { return e != nil && !e.Communicated && !e.Lapsed }

// ExtendInput is an addendum that all parties have signed, on the step's day.
type ExtendInput struct {
	Step
	ToDay       calendar.Day // the new last day
	Reason      string       // code of extension_reasons
	Attestation string       // protocol number under which the service in charge attests the need; "" for none
}

// Extend gives a running or suspended internship a later last day. One that stands still is extended too: its time does not count in the duration, and it
// could not be resumed once its last day were past. The days that the company offered the opening for do not bind: the host signs the addendum, and the
// seat is held until the internship ends. One that is entered after the last day before it must be acknowledged.
func (r Room) Extend(ctx context.Context, tx *postgres.Tx, in ExtendInput) error {
	in.until = in.ToDay
	return r.advance(ctx, tx, access.ExtendPlacement, in.Step, func(f Facts) (effect, error) {
		wrong, err := reasoned(ctx, tx, f.Placement, programme.ExtensionReasons, in.Reason)
		if err != nil {
			return effect{}, err
		}
		attestation := in.Attestation
		if attestation != "" {
			var list refusal.List
			attestation, list = lettered(attestation, maxCode, "attestation")
			wrong = append(wrong, list...)
		} else if f.Rules.NeedEvery || f.Until.After(f.lastWithin(f.Rules.MaxMonths)) {
			wrong = append(wrong, ExtensionNeed.At("attestation"))
		}
		impossible, err := r.plannableLater(ctx, tx, f)
		if err != nil {
			return effect{}, err
		}
		wrong = append(wrong, impossible...)
		by := f.ToDay.AddDays(f.Rules.ExtensionDays)
		e := effect{reason: in.Reason, refusals: wrong, longer: f.Until.Sub(f.ToDay),
			set:    map[string]any{"to_day": f.Until},
			detail: map[string]any{"previousToDay": f.ToDay, "toDay": f.Until},
			note:   refusal.List{ExtensionToCommunicate.At("toDay").With("by", by).With("last", f.Until)},
			after: func(tx *postgres.Tx) error {
				return r.lengthen(ctx, tx, f, extensionRow{Reason: in.Reason, Attestation: orNull(attestation), CommunicateBy: by})
			}}
		if f.Today.After(f.ToDay) {
			e.warn = func(tx *postgres.Tx) error { return tx.Warn(ExtensionRecordedLate.At("day").With("last", f.ToDay)) }
		}
		return e, nil
	})
}

// plannableLater is what stands against the hours of the days that come to an internship, together with those of the month in which they begin.
func (r Room) plannableLater(ctx context.Context, tx *postgres.Tx, f Facts) (refusal.List, error) {
	if list := append(longer(f), extendedInsideProgramme(f)...); len(list) > 0 {
		return nil, nil // these days are refused as they are
	}
	later, first := f.Placement, f.ToDay.AddDays(1)
	if month := first.Month().First(); later.FromDay.Before(month) {
		later.FromDay = month
	}
	later.ToDay = f.Until
	list, err := r.plannable(ctx, tx, later)
	for i := range list {
		list[i].Path = []string{"toDay"}
	}
	return list, err
}

// lengthen keeps the addendum, moves the register along and opens the clock of the communication.
func (r Room) lengthen(ctx context.Context, tx *postgres.Tx, f Facts, row extensionRow) error {
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	row.ID, row.PlacementID, row.ParticipationID, row.CompanyID, row.Audience = id, f.ID, f.Participation, f.Company, f.Audience
	row.Version, row.PreviousToDay, row.ToDay, row.SignedOn, row.At, row.MemberID = 2, f.ToDay, f.Until, f.Day, tx.Now, tx.Actor.Member
	if f.Latest != nil {
		row.Version = f.Latest.Version + 1
	}
	if err := insert(ctx, tx, &row); err != nil {
		return err
	}
	if err := activity.Reschedule(ctx, tx, f.Enrolment, f.StartedOn, f.Until, calendar.Minutes(f.WeeklyMinutes)); err != nil {
		return err
	}
	return r.tellExtension(ctx, tx, f.Placement, "", toBeCommunicated, f.ToDay)
}

// CommunicateExtension records the accepted mandatory communication of the latest extension; one that comes late must be acknowledged.
func (r Room) CommunicateExtension(ctx context.Context, tx *postgres.Tx, in CommunicateInput) error {
	return r.advance(ctx, tx, access.CommunicateExtension, in.Step, func(f Facts) (effect, error) {
		code, wrong := lettered(in.Code, maxCode, "communicationCode")
		e := effect{refusals: wrong, after: func(tx *postgres.Tx) error {
			if err := closeExtension(ctx, tx, f.Latest.ID, map[string]any{"communicated_on": f.Day, "communication_code": code}); err != nil {
				return err
			}
			return r.tellExtension(ctx, tx, f.Placement, toBeCommunicated, wasCommunicated, calendar.Day{})
		}}
		if f.Latest.open() && f.Day.After(f.Latest.CommunicateBy) {
			e.warn = func(tx *postgres.Tx) error {
				return tx.Warn(ExtensionCommunicatedLate.At("day").With("by", f.Latest.CommunicateBy))
			}
		}
		return e, nil
	})
}

// lapse ends an extension that is not communicated yet, as the internship is broken off before it would have begun.
func (r Room) lapse(ctx context.Context, tx *postgres.Tx, f Facts) error {
	if !f.Latest.open() || f.Day.After(f.Latest.PreviousToDay) {
		return nil
	}
	if err := closeExtension(ctx, tx, f.Latest.ID, map[string]any{"lapsed_on": f.Day}); err != nil {
		return err
	}
	return r.tellExtension(ctx, tx, f.Placement, toBeCommunicated, hasLapsed, calendar.Day{})
}

// tellExtension hands a change of what is due of an extension to the hooks: it is the promoter's, then the lead body's.
func (r Room) tellExtension(ctx context.Context, tx *postgres.Tx, p Placement, from, to string, since calendar.Day) error {
	keys, err := line(ctx, tx, p.Organisation)
	if err != nil {
		return err
	}
	return r.tellHooks(ctx, tx, event.Transition{Programme: p.Programme, Concept: extensionConcept, SubjectKind: "Placement", Subject: p.ID, Participation: p.Participation,
		From: from, To: to, Owners: []uuid.UUID{p.Organisation, keys[len(keys)-1]}, Audience: p.Audience, Since: since})
}

// lastWithin is the last day that so many months leave to this internship, after what the person has done before; the time in which it stood still for
// good does not count.
func (f Facts) lastWithin(months int) calendar.Day {
	first := f.FromDay
	if !f.StartedOn.IsZero() {
		first = f.StartedOn
	}
	return first.Through(months).AddDays(f.SuspendedDays - f.EarlierDays)
}

// latestSignature is the last day on which an addendum may be signed.
func (f Facts) latestSignature() calendar.Day { return f.ToDay.AddDays(-f.Rules.ExtensionNotice) }

func signedInTime(f Facts) (list refusal.List) {
	since := f.StartedOn
	if f.signedOn().After(since) {
		since = f.signedOn()
	}
	list = append(unless(!f.Day.After(f.Today), DayInFuture.At("day")), unless(!f.Day.Before(since), DayTooEarly.At("day").With("since", since))...)
	return append(list, unless(!f.Day.After(f.latestSignature()), ExtensionTooLate.At("day").With("latest", f.latestSignature()))...)
}

func longer(f Facts) refusal.List {
	return unless(f.Until.After(f.ToDay), ExtensionNotLater.At("toDay").With("last", f.ToDay))
}

func extendedInsideProgramme(f Facts) refusal.List {
	return unless(!f.Until.After(f.ProgrammeTo), OutsideProgramme.At("toDay").With("from", f.ProgrammeFrom).With("to", f.ProgrammeTo))
}

// extensionAllowed counts what the person has done towards the longest duration with all extensions (DGR 620/2020, domain 1.1).
func extensionAllowed(f Facts) refusal.List {
	months := f.Rules.MaxMonths + f.Rules.ExtensionMonths
	last := f.lastWithin(months)
	return unless(!f.Until.After(last), ExtensionTooLong.At("toDay").With("months", text.Months(months)).With("last", last))
}

// hostQuotaLater is the host's limit on the days that come to it.
func hostQuotaLater(f Facts) refusal.List {
	f.SiteInterns = f.LaterInterns
	return hostQuota(f)
}

func communicatedSoFar(f Facts) refusal.List {
	if !f.Latest.open() {
		return nil
	}
	return refusal.List{ExtensionPending.At().With("last", f.Latest.ToDay)}
}

// notBeforeExtension keeps the days on which an extension has counted on that the internship stood still.
func notBeforeExtension(f Facts) refusal.List {
	return unless(!f.Day.Before(f.signedOn()), DayTooEarly.At("day").With("since", f.signedOn()))
}

func (f Facts) signedOn() (on calendar.Day) {
	if f.Latest != nil {
		on = f.Latest.SignedOn
	}
	return on
}

func coveredLonger(f Facts) refusal.List { return f.Longer }

func toCommunicate(f Facts) refusal.List {
	if !f.Latest.open() {
		return refusal.List{NothingToCommunicate.At()}
	}
	return append(unless(!f.Day.After(f.Today), DayInFuture.At("day")), unless(!f.Day.Before(f.Latest.SignedOn), DayTooEarly.At("day").With("since", f.Latest.SignedOn))...)
}
