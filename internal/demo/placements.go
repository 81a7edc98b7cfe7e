package demo

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/matching"
	"github.com/lavoroincorso/lavoro/internal/placement"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// arrange plans an internship from the first proposal to the attestation.
func (o *office) arrange(i *internship) {
	o.match(i)
	o.draft(i)
	o.begin(i)
	o.pause(i)
	o.extend(i)
	o.conclude(i)
}

// match plans proposal and agreement. Before a proposal, the house brings the person's suggestions up to date.
func (o *office) match(i *internship) {
	p := i.person
	o.refreshing[i.proposed] = append(o.refreshing[i.proposed], p.id)
	decide := func(on calendar.Day, what string, do func(context.Context, *postgres.Tx, matching.Decision) error) {
		o.plan(on, noon+40, p.tutor, what, func(ctx context.Context, tx *postgres.Tx) error {
			id, err := i.matched(ctx, tx)
			if err != nil {
				return err
			}
			return do(ctx, tx, matching.Decision{Match: id})
		})
	}
	decide(i.proposed, "proposeMatch", o.deps.Matches.Propose)
	decide(i.accepted, "acceptMatch", o.deps.Matches.Accept)
	if i.n%4 == 1 {
		o.declineOne(i)
	}
}

// matched finds the match of the person with the opening.
func (i *internship) matched(ctx context.Context, tx *postgres.Tx) (uuid.UUID, error) {
	rows, err := matchesOf(ctx, tx, []uuid.UUID{i.person.id})
	if err != nil {
		return uuid.Nil, err
	}
	k := slices.IndexFunc(rows, func(m matchRow) bool { return m.OpeningID == i.seat.id })
	if k < 0 {
		return uuid.Nil, errNoMatch
	}
	return rows[k].ID, nil
}

// declineOne lets another proposal come to nothing on the same day, when there was one worth proposing.
func (o *office) declineOne(i *internship) {
	p := i.person
	reason := one(i.c, []string{"TOO_FAR", "TIMETABLE", "TASKS", "NOT_NOW", "COMPANY_NO_TUTOR", "COMPANY_OTHER_PROFILE", "OTHER_CHOICE"})
	o.plan(i.proposed, afternoon, p.tutor, "declineMatch", func(ctx context.Context, tx *postgres.Tx) error {
		rows, err := matchesOf(ctx, tx, []uuid.UUID{p.id})
		if err != nil {
			return err
		}
		k := slices.IndexFunc(rows, func(m matchRow) bool {
			return m.OpeningID != i.seat.id && m.State == string(matching.Suggested) && !m.Blocked
		})
		if k < 0 {
			return nil
		}
		if err := o.deps.Matches.Propose(ctx, tx, matching.Decision{Match: rows[k].ID}); err != nil {
			_, taken := refusal.As(err) // since the morning: then there is nothing to decline
			return unless(taken, err)
		}
		return o.deps.Matches.Decline(ctx, tx, matching.DeclineInput{Decision: matching.Decision{Match: rows[k].ID}, Reason: reason})
	})
}

func (o *office) draft(i *internship) {
	p, rooms, step := i.person, o.deps.Placements, placement.Step{Placement: i.id}
	var enrolment uuid.UUID
	o.plan(i.drafted, noon+45, p.tutor, "draftPlacement", func(ctx context.Context, tx *postgres.Tx) error {
		id, err := i.matched(ctx, tx)
		if err != nil {
			return err
		}
		err = o.deps.Matches.Draft(ctx, tx, matching.DraftInput{ID: i.id, Match: id, FromDay: i.from, ToDay: i.firstEnd(), HostTutor: i.hostTutor, Origin: demoOrigin})
		if err != nil {
			return err
		}
		enrolment, err = enrolmentOf(ctx, tx, i.id)
		return err
	}).then = func() { i.enrolment = enrolment }
	year, _, _ := i.drafted.Date()
	o.planStep(i.confirmed, noon+50, p.tutor, "confirmPlacement", func(ctx context.Context, tx *postgres.Tx) error {
		return rooms.Confirm(ctx, tx, placement.ConfirmInput{Step: step, Convention: fmt.Sprintf("CONV-%d-%03d", year, i.seat.firm.n+1)})
	})
	o.planStep(i.signed, noon+55, p.tutor, "signProject", func(ctx context.Context, tx *postgres.Tx) error { return rooms.SignProject(ctx, tx, step) })
	if i.communicated.IsZero() {
		return
	}
	send := o.plan(i.communicated, afternoon+5, p.coordinator, "communicatePlacement", func(ctx context.Context, tx *postgres.Tx) error {
		return rooms.Communicate(ctx, tx, placement.CommunicateInput{Step: step, Code: fmt.Sprintf("1100026%09d", 20_000_000+i.n*7919)})
	})
	if !i.communicated.Before(i.from) {
		send.pass, send.why = []string{"PLACEMENT_COMMUNICATED_LATE"}, "Trasmessa dall'azienda il giorno stesso per un guasto del portale"
	}
}

func (o *office) begin(i *internship) {
	if i.started.IsZero() {
		return
	}
	o.plan(i.started, afternoon+15, i.person.tutor, "startPlacement", func(ctx context.Context, tx *postgres.Tx) error {
		return o.deps.Placements.Start(ctx, tx, placement.Step{Placement: i.id})
	}).then = func() {
		i.live, i.recorded = true, i.started.AddDays(-1)
		i.person.tutor.follow(i)
		if m := i.seat.firm.member; m != nil && i.hostTutor == m.name {
			m.follow(i)
		}
	}
}

func (o *office) pause(i *internship) {
	if i.suspended.IsZero() {
		return
	}
	p, rooms := i.person, o.deps.Placements
	o.flush(i, i.suspended)
	o.plan(i.suspended, morning, p.tutor, "suspendPlacement", func(ctx context.Context, tx *postgres.Tx) error {
		return rooms.Suspend(ctx, tx, placement.ReasonInput{Step: placement.Step{Placement: i.id}, Reason: i.pause})
	}).then = func() { i.live = false }
	if i.resumed.IsZero() {
		return
	}
	resume := o.plan(i.resumed, morning, p.tutor, "resumePlacement", func(ctx context.Context, tx *postgres.Tx) error {
		return rooms.Resume(ctx, tx, placement.Step{Placement: i.id})
	})
	resume.then = func() { i.live, i.recorded = true, i.resumed.AddDays(-1) }
}

func (o *office) extend(i *internship) {
	if i.extended.IsZero() {
		return
	}
	p, rooms, step := i.person, o.deps.Placements, placement.Step{Placement: i.id}
	reason := one(i.c, []string{"AIMS_NEED_TIME", "JOB_PROSPECT", "TASKS_WIDENED"})
	if !i.suspended.IsZero() {
		reason = "SUSPENSION_MADE_UP"
	}
	o.plan(i.extended, afternoon+20, p.tutor, "extendPlacement", func(ctx context.Context, tx *postgres.Tx) error {
		return rooms.Extend(ctx, tx, placement.ExtendInput{Step: step, ToDay: i.to, Reason: reason, Attestation: fmt.Sprintf("PROR-%03d", i.n+1)})
	})
	o.planStep(i.extensionTold, afternoon+30, p.coordinator, "communicateExtension", func(ctx context.Context, tx *postgres.Tx) error {
		return rooms.CommunicateExtension(ctx, tx, placement.CommunicateInput{Step: step, Code: fmt.Sprintf("1100026%09d", 60_000_000+i.n*7919)})
	})
}

func (o *office) conclude(i *internship) {
	if i.stopped.IsZero() {
		return
	}
	p, rooms, step := i.person, o.deps.Placements, placement.Step{Placement: i.id}
	reason := placement.ReasonInput{Step: step, Reason: i.reason}
	over := func() { i.live = false }
	switch {
	case i.ends == placement.Cancelled:
		o.plan(i.stopped, afternoon+10, p.coordinator, "cancelPlacement", func(ctx context.Context, tx *postgres.Tx) error { return rooms.Cancel(ctx, tx, reason) })
	case i.ends == placement.Annulled:
		o.plan(i.stopped, afternoon+10, p.coordinator, "annulPlacement", func(ctx context.Context, tx *postgres.Tx) error { return rooms.Annul(ctx, tx, reason) })
	case i.broken():
		o.flush(i, i.stopped)
		o.plan(i.stopped, morning, p.coordinator, "interruptPlacement", func(ctx context.Context, tx *postgres.Tx) error { return rooms.Interrupt(ctx, tx, reason) }).then = over
	default:
		o.flush(i, i.to.AddDays(1))
		o.plan(i.stopped, night-60, p.tutor, "endPlacement", func(ctx context.Context, tx *postgres.Tx) error { return rooms.End(ctx, tx, step) }).then = over
	}
	o.planStep(i.attested, afternoon+25, p.coordinator, "attestPlacement", func(ctx context.Context, tx *postgres.Tx) error { return rooms.Attest(ctx, tx, step) })
}

// refresh plans the house's own work on suggestions, on each day on which somebody is to be proposed.
func (o *office) refresh() {
	for day, ids := range o.refreshing {
		slices.SortFunc(ids, func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) })
		o.plan(day, morning-30, o.system, "refreshMatches", func(ctx context.Context, tx *postgres.Tx) error {
			_, err := o.deps.Matches.Refresh(ctx, tx, o.programme, matching.Scope{Participations: slices.Compact(ids)})
			return err
		})
	}
}

// unless gives the error where the condition does not hold.
func unless(condition bool, err error) error {
	if condition {
		return nil
	}
	return err
}
