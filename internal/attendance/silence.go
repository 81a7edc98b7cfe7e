package attendance

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

const (
	silentDays     = "attendance.silent_days"
	silenceConcept = "silence"
	silenceSubject = "Member"
	silent         = "SILENT"
	heard          = "HEARD"
)

// SilenceClocks is the one state in which somebody waits for a tutor's phone.
func SilenceClocks() []event.Clock {
	return []event.Clock{{Concept: silenceConcept, SubjectKind: silenceSubject, Prefix: "mem", State: silent, Policy: silentDays, Kind: "register.silent",
		Label: text.Text{It: "Sentire il tutor: dal suo telefono non arrivano presenze", En: "Get in touch with the tutor: no entries come from his phone"}}}
}

// tell is told of states that somebody waits in.
type tell = func(context.Context, *postgres.Tx, event.Transition) error

// TellSilence gives the daily round over tutors of running internships. Who has hours of the days of the policy unwritten, and from whom nothing has come
// meanwhile (from his phones, where he has registered some), is due to be asked by whoever coordinates the body that promotes; it is done when nothing
// is missing any more.
func TellSilence(onState tell) func(context.Context, *postgres.Tx, []uuid.UUID) error {
	return func(ctx context.Context, tx *postgres.Tx, programmes []uuid.UUID) error {
		for _, p := range programmes {
			if err := tellSilence(ctx, tx, p, onState); err != nil {
				return err
			}
		}
		return nil
	}
}

func tellSilence(ctx context.Context, tx *postgres.Tx, of uuid.UUID, onState tell) error {
	policy, err := programme.PolicyOn(ctx, tx, of, tx.Today())
	if list, refused := refusal.As(err); refused && list.Has(programme.NoPolicy) {
		return nil
	}
	if err != nil {
		return err
	}
	first := tx.Today().AddDays(-policy.Int(silentDays))
	now, err := silentTutors(ctx, tx, of, first)
	if err != nil {
		return err
	}
	waiting, err := waitingFor(ctx, tx, of)
	if err != nil {
		return err
	}
	for _, t := range now {
		if slices.Contains(waiting, t.TutorID) {
			continue
		}
		if err := onState(ctx, tx, t.silence(of, first)); err != nil {
			return err
		}
	}
	for _, tutor := range waiting {
		if !slices.ContainsFunc(now, func(t silentTutor) bool { return t.TutorID == tutor }) {
			if err := onState(ctx, tx, spoken(of, tutor)); err != nil {
				return err
			}
		}
	}
	return nil
}

// silentTutor is one from whom nothing comes, with the bodies from that which promotes his internships to the lead.
type silentTutor struct {
	TutorID uuid.UUID
	Line    []uuid.UUID `bun:",array"`
}

func (t silentTutor) silence(of uuid.UUID, since calendar.Day) event.Transition {
	return event.Transition{Programme: of, Concept: silenceConcept, SubjectKind: silenceSubject, Subject: t.TutorID, To: silent,
		Owners: []uuid.UUID{t.Line[0], t.Line[len(t.Line)-1]}, Audience: t.Line, Since: since}
}

func spoken(of, tutor uuid.UUID) event.Transition {
	return event.Transition{Programme: of, Concept: silenceConcept, SubjectKind: silenceSubject, Subject: tutor, From: silent, To: heard}
}

// Heard gives the reaction to news of the register by which a tutor is silent no longer as soon as something comes from him.
func Heard(onState tell) func(context.Context, *postgres.Tx, []event.Event) error {
	return func(ctx context.Context, tx *postgres.Tx, events []event.Event) error {
		type spoke struct{ programme, member uuid.UUID }
		var seen []spoke
		for _, e := range events {
			s := spoke{e.Programme, e.Actor}
			if e.Kind != event.Entered || slices.Contains(seen, s) {
				continue
			}
			seen = append(seen, s)
			if err := onState(ctx, tx, spoken(s.programme, s.member)); err != nil {
				return err
			}
		}
		return nil
	}
}
