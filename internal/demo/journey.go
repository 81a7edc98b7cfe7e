package demo

import (
	"context"

	"github.com/lavoroincorso/lavoro/internal/participant"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
)

// journey plans everything that a person's path asks of the people of the office.
func (o *office) journey(p *person) {
	rooms, way := o.deps.Participants, p.path
	o.refer(p)
	step := participant.Step{Participation: p.id}
	o.planStep(way.checked, noon, p.caseManager, "checkEligibility", func(ctx context.Context, tx *postgres.Tx) error {
		_, err := rooms.CheckEligibility(ctx, tx, step)
		return err
	})
	o.exclusions(p)
	for _, s := range []struct {
		day    calendar.Day
		minute int
		what   string
		do     func(context.Context, *postgres.Tx, participant.Step) error
	}{
		{way.admitted, noon + 20, "admitParticipant", rooms.Admit},
		{way.drafted, noon + 25, "draftPlan", rooms.DraftPlan},
		{way.signed, afternoon, "signPlan", rooms.SignPlan},
		{way.first, afternoon + 30, "askFirstResult", rooms.AskFirstResult},
		{way.second, afternoon + 30, "askSecondResult", rooms.AskSecondResult},
		{way.closed, afternoon + 45, "closeParticipant", rooms.Close},
	} {
		o.planStep(s.day, s.minute, p.caseManager, s.what, func(ctx context.Context, tx *postgres.Tx) error { return s.do(ctx, tx, step) })
	}
	o.planStep(way.active, afternoon+10, p.caseManager, "activateParticipant", func(ctx context.Context, tx *postgres.Tx) error {
		return rooms.Activate(ctx, tx, participant.ActivateInput{Step: step, Facts: p.entryFacts(way.active)})
	})
	o.prove(p)
	o.account(p)
	o.planStep(way.rejected, afternoon, p.caseManager, "rejectParticipant", func(ctx context.Context, tx *postgres.Tx) error {
		return rooms.Reject(ctx, tx, participant.ExitInput{Step: step, Reason: way.reason})
	})
	o.leave(p)
}

// planStep plans what has a day.
func (o *office) planStep(day calendar.Day, minute int, who *worker, what string, do func(context.Context, *postgres.Tx) error) {
	if !day.IsZero() {
		o.plan(day, minute, who, what, do)
	}
}

func (o *office) refer(p *person) {
	var made participant.Referral
	c := chanceOf("referral", p.n)
	in := participant.ReferInput{
		Programme: o.programme, ID: p.id, FiscalCode: p.code, GivenName: p.given, FamilyName: p.family, BirthDay: p.birth, Sex: p.sex, Citizenship: p.country,
		Municipality: p.municipality, StaysOnly: p.stays, Organisation: o.organisations[p.partner], Service: p.service, Groups: p.groups,
		Brings: p.brings, Needs: p.needs, Wishes: p.wishes, Origin: participant.Origin{Kind: demoOrigin},
	}
	if c.percent(85) {
		in.Phone = phone(c)
	}
	refer := o.plan(p.path.referred, morning, p.coordinator, "referPerson", func(ctx context.Context, tx *postgres.Tx) (err error) {
		made, err = o.deps.Participants.Refer(ctx, tx, in)
		return err
	})
	refer.then = func() { p.personID = made.Person }
	if p.pass != nil {
		refer.pass, refer.why = p.pass, "Verificato con il servizio segnalante"
	}
	if p.path.checked.IsZero() && p.n%2 == 0 {
		return // nobody has taken the case on yet
	}
	o.plan(p.path.referred, noon-30, p.coordinator, "assignTeam", func(ctx context.Context, tx *postgres.Tx) error {
		return o.deps.Participants.AssignTeam(ctx, tx, participant.TeamInput{Participation: p.id, CaseManager: &p.caseManager.id, Tutor: &p.tutor.id})
	})
}

// evidence is which paper proves what a check says.
var evidence = map[string][]string{
	participant.Clear:   {"Visura INPS allegata al fascicolo", "Dichiarazione sostitutiva e riscontro INPS", "Riscontro del centro per l'impiego"},
	participant.Found:   {"Visura INPS: beneficio in corso", "Riscontro del centro per l'impiego: patto di servizio attivo"},
	participant.Unknown: {"Richiesta inviata, nessuna risposta", "Codice provvisorio: la banca dati non risponde"},
}

// exclusions plans the checks against ADI and GOL: before entry, again along the way, and with what is found.
func (o *office) exclusions(p *person) {
	c := chanceOf("exclusions", p.n)
	if p.path.checked.IsZero() || p.path.finding == "none" {
		return
	}
	day := p.path.checked
	if p.path.finding == "expired" {
		day = later(p.path.referred, day.AddDays(-45))
	}
	for _, measure := range []string{"ADI", "GOL"} {
		outcome := participant.Clear
		switch {
		case p.path.finding == measure:
			outcome = participant.Found
		case p.path.finding == "unknown" || c.percent(4):
			outcome = participant.Unknown
		}
		o.check(p, day, measure, outcome, p.caseManager, one(c, evidence[outcome]))
	}
	o.checkAgain(p, c)
	if p.path.leaving == participant.Excluded && p.path.reason == "OTHER_MEASURE" {
		o.check(p, later(p.path.active, before(p.path.left.AddDays(-4))), "ADI", participant.Found, p.caseManager, evidence[participant.Found][0])
	}
}

// renewed is after how many days a check is made again, before it is too old for a month to be paid. Of late some were forgotten.
const renewed = 85

func (o *office) checkAgain(p *person, c chance) {
	if p.path.active.IsZero() {
		return
	}
	last := o.until
	if !p.path.left.IsZero() {
		last = p.path.left.AddDays(-1)
	}
	if p.n%12 == 7 {
		last = earlier(last, o.until.AddDays(-2*renewed))
	}
	for day := workday(p.path.active.AddDays(c.between(50, renewed))); !day.After(last); day = workday(day.AddDays(renewed)) {
		for _, measure := range []string{"ADI", "GOL"} {
			o.check(p, day, measure, participant.Clear, o.at("payments", lead), one(c, evidence[participant.Clear]))
		}
	}
}

func (o *office) check(p *person, day calendar.Day, measure, outcome string, who *worker, paper string) {
	id := chanceOf("check "+measure+day.String(), p.n).timedID(day.Start())
	o.plan(day, noon-10, who, "recordExclusionCheck", func(ctx context.Context, tx *postgres.Tx) error {
		_, err := o.deps.Participants.RecordExclusionCheck(ctx, tx, participant.CheckInput{Participation: p.id, ID: id, Measure: measure, Outcome: outcome, Evidence: paper, Origin: demoOrigin})
		return err
	})
}

// leave plans the day on which somebody leaves.
func (o *office) leave(p *person) {
	rooms, step := o.deps.Participants, participant.Step{Participation: p.id}
	exit := participant.ExitInput{Step: step, Reason: p.path.reason}
	switch p.path.leaving {
	case participant.Withdrawn:
		o.plan(p.path.left, afternoon+20, p.caseManager, "withdrawParticipant", func(ctx context.Context, tx *postgres.Tx) error { return rooms.Withdraw(ctx, tx, exit) })
	case participant.Excluded:
		o.plan(p.path.left, afternoon+20, p.coordinator, "excludeParticipant", func(ctx context.Context, tx *postgres.Tx) error { return rooms.Exclude(ctx, tx, exit) })
	case participant.Completed:
		o.plan(p.path.left, afternoon+20, p.caseManager, "completeParticipant", func(ctx context.Context, tx *postgres.Tx) error { return rooms.Complete(ctx, tx, step) })
	}
}
